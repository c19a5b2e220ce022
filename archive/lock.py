"""One writer a site: a lock that the kernel lets go of when its process dies."""

import json
import os
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from filelock import FileLock, Timeout

from archive.errors import ArchiveError, LockedError
from archive.holdings import Holdings
from archive.model import timestamp, utc_now

# The holder says who it is a moment after it has the lock.
_SECONDS, _TICK = 1.0, 0.01


class SiteLock:
    """The right to write one site's articles and captures; held as a context manager or by `acquire`/`release`.

    The owner is written beside the lock, for the message to whoever comes second.
    """

    def __init__(self, holdings: Holdings, site_id: str) -> None:
        self.site_id = site_id
        self._lock = FileLock(holdings.locks / f"{site_id}.lock", timeout=0, thread_local=False)
        self._owner = holdings.locks / f"{site_id}.json"

    def acquire(self) -> None:
        """Take the lock at once; raises LockedError that names who holds it, ArchiveError where none can be taken."""
        try:
            self._lock.acquire()
            self._sign()
        except Timeout as error:
            raise LockedError(
                f"another run holds {self.site_id}: {_describe(self._owner)}; wait for it, or stop that process"
            ) from error
        except OSError as error:
            self._lock.release()
            raise ArchiveError(
                f"cannot lock {self.site_id} in {self._owner.parent}: {error.strerror}; free space or repair the folder"
            ) from error

    def _sign(self) -> None:
        owner = {"pid": os.getpid(), "started": timestamp(utc_now()), "command": " ".join(sys.argv[:6])}
        self._owner.write_text(json.dumps(owner), encoding="utf-8")

    def release(self) -> None:
        """Let go of the lock; harmless where it is not held."""
        if self._lock.is_locked:
            self._owner.unlink(missing_ok=True)
            self._lock.release()

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def _describe(owner: Path) -> str:
    """Return who holds a lock; what a dead holder left there may be read until the new one has said who it is."""
    deadline = time.monotonic() + _SECONDS
    while True:
        holder = _read(owner)
        if (holder and _lives(holder[0])) or time.monotonic() > deadline:
            return holder[1] if holder else "a process that has just started"
        time.sleep(_TICK)


def _read(owner: Path) -> tuple[int, str] | None:
    try:
        said = json.loads(owner.read_text(encoding="utf-8"))
        return int(said["pid"]), f"process {said['pid']}, since {said['started']} ({said['command']})"
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True
