"""What a backup holds: for each snapshot a list of files with size and SHA-256, and where their bytes are kept.

DIR/snapshots/20261122T213000Z/ has archive.db, manifest.jsonl and the workspace's own small files; DIR/media and
DIR/captures have the bytes, which snapshots share.
"""

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from archive.errors import ArchiveError, UsageError

MANIFEST = "manifest.jsonl"
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a snapshot: its name in the workspace, size and digest, and where in the backup its bytes are.

    `kept` is relative to the backup, or to the snapshot where it begins with `./`; `changed` is when the source was
    changed last (nanoseconds), by which the next backup knows that it need not be read.
    """

    file: str
    bytes: int
    sha256: str
    kept: str
    changed: int = 0

    def path(self, backup: Path, snapshot: Path) -> Path:
        """Return where its bytes are."""
        return snapshot / self.kept if self.kept.startswith("./") else backup / self.kept


def snapshots_of(backup: Path) -> list[Path]:
    """Return a backup's snapshots, oldest first."""
    return sorted(path.parent for path in (backup / "snapshots").glob(f"[0-9]*Z/{MANIFEST}"))


def latest(backup: Path, name: str | None = None) -> Path:
    """Return the last snapshot, or the one of that name; raises UsageError where there is none."""
    known = snapshots_of(backup)
    found = [path for path in known if name in (None, path.name)]
    if not found:
        names = ", ".join(path.name for path in known)
        raise UsageError(
            f"no snapshot {name!r} in {backup}; it has {names}" if names else f"{backup} is no backup of newsarchive"
        )
    return found[-1]


def entries_of(snapshot: Path) -> Iterator[Entry]:
    """Yield a snapshot's files; raises ArchiveError where its list cannot be read."""
    try:
        with (snapshot / MANIFEST).open(encoding="utf-8") as lines:
            for line in lines:
                yield Entry(**json.loads(line))
    except (OSError, ValueError, TypeError) as error:
        raise ArchiveError(f"cannot read {snapshot / MANIFEST}: {error}; use another snapshot") from error


def line_of(entry: Entry) -> str:
    """Return an entry as a line of the list."""
    return json.dumps(asdict(entry), ensure_ascii=True) + "\n"


def digest_file(path: Path) -> tuple[int, str]:
    """Return a file's size and SHA-256."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while data := file.read(_PIECE):
            digest.update(data)
            size += len(data)
    return size, digest.hexdigest()


def copy_durably(source: Path, target: Path, most: int | None = None) -> tuple[int, str]:
    """Copy a file, or its first bytes, onto the disk; return how many bytes and their SHA-256.

    The name is given by the caller once it knows that they are the right ones.
    """
    digest, size = hashlib.sha256(), 0
    target.parent.mkdir(parents=True, exist_ok=True)
    with source.open("rb") as file, target.open("wb") as copy:
        while data := file.read(_PIECE if most is None else min(_PIECE, most - size)):
            digest.update(data)
            size += len(data)
            copy.write(data)
        copy.flush()
        os.fsync(copy.fileno())
    return size, digest.hexdigest()
