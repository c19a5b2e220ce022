"""The one thread of a process that writes: whole units, in order, in batches of one transaction each."""

import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path

from archive.db import atomic, open_archive
from archive.due import Policy
from archive.errors import ArchiveError, NewsarchiveError
from archive.holdings import Holdings
from archive.recording import WarcFiles
from archive.units import Desk, Unit
from archive.upkeep import WalKeeper

BATCH_UNITS = 100
BATCH_SECONDS = 1.0
QUEUE_UNITS = 400
QUEUE_BYTES = 64 * 1024 * 1024


class Writer:
    """A queue of units and the thread that writes them.

    `put` waits while the queue is full (400 units or 64 MiB). The first failure ends the thread: the open batch is
    rolled back, `error` says why, and every later `put` raises it.
    """

    def __init__(  # noqa: PLR0913 (named, and each of them a part of its own)
        self, holdings: Holdings, *, site_id: str, run_id: int, warc: Path, software: str,
        on_commit: Callable[[Sequence[Unit]], None], policy: Policy | None = None,
    ) -> None:  # fmt: skip
        self._holdings = holdings
        self._site_id, self._run_id = site_id, run_id
        self._warc = WarcFiles(warc, software=software)
        self._on_commit = on_commit
        self._policy = policy or Policy()
        self._queue: deque[tuple[int, Unit]] = deque()
        self._bytes = 0
        self._change = threading.Condition()
        self._closing = self._hurry = self._writing = False
        self.error: NewsarchiveError | None = None
        self._thread = threading.Thread(target=self._run, name=f"writer-{site_id}", daemon=True)
        self._thread.start()

    def put(self, unit: Unit) -> None:
        """Queue one unit, waiting for room; raises the writer's error once it has failed."""
        with self._change:
            self._change.wait_for(lambda: self.error or self._has_room())
            if self.error:
                raise self.error
            if self._closing:
                raise ArchiveError("the writer is closed; a unit that comes now would be lost")
            weight = unit.weight  # taken once: an image lets go of its bytes when it is written
            self._queue.append((weight, unit))
            self._bytes += weight
            self._change.notify_all()

    def flush(self) -> None:
        """Write at once what is queued, and wait for it; raises the writer's error if it failed."""
        with self._change:
            self._hurry = True
            self._change.notify_all()
            self._change.wait_for(lambda: self.error or not (self._queue or self._writing))
            self._hurry = False
            if self.error:
                raise self.error

    def close(self) -> None:
        """Write what is queued and end the thread; raises the writer's error if it failed."""
        with self._change:
            self._closing = True
            self._change.notify_all()
        self._thread.join()
        if self.error:
            raise self.error

    def _has_room(self) -> bool:
        return len(self._queue) < QUEUE_UNITS and self._bytes < QUEUE_BYTES

    def _run(self) -> None:
        try:
            db = open_archive(self._holdings.database)
            desk = Desk(db, self._holdings.media, self._warc, self._site_id, self._run_id, self._policy)
            wal = WalKeeper(self._holdings.database)
            try:
                while batch := self._next_batch():
                    self._write(desk, batch)
                    wal.look(db)
            finally:
                self._warc.close()
                db.close()
        except Exception as error:  # noqa: BLE001 (kept in `error`, raised by `put` and `close`)
            self._fail(error)

    def _next_batch(self) -> list[Unit]:
        """Wait for a unit, then gather more until the batch is full or its second is over."""
        with self._change:
            self._change.wait_for(lambda: self._queue or self._closing)
            deadline = time.monotonic() + BATCH_SECONDS
            while len(self._queue) < BATCH_UNITS and not (self._closing or self._hurry) and self._has_room():
                left = deadline - time.monotonic()
                if left <= 0 or not self._change.wait(left):
                    break
            taken = [self._queue.popleft() for _ in range(min(BATCH_UNITS, len(self._queue)))]
            self._bytes -= sum(weight for weight, _ in taken)
            self._writing = bool(taken)
            self._change.notify_all()
            return [unit for _, unit in taken]

    def _write(self, desk: Desk, batch: Sequence[Unit]) -> None:
        for unit in batch:
            unit.write_files(desk)
        desk.warc.sync()
        with atomic(desk.db):
            for unit in batch:
                unit.write_rows(desk)
        self._on_commit(batch)
        with self._change:
            self._writing = False
            self._change.notify_all()

    def _fail(self, error: Exception) -> None:
        with self._change:
            self.error = _explained(error, self._holdings)
            self._queue.clear()
            self._writing = False
            self._change.notify_all()


def _explained(error: Exception, holdings: Holdings) -> NewsarchiveError:
    if isinstance(error, NewsarchiveError):
        return error
    if isinstance(error, sqlite3.Error | OSError):
        explained = ArchiveError(
            f"cannot write {holdings.database}: {error}; free space or repair it, then crawl again"
        )
    else:
        explained = ArchiveError(f"writing failed: {type(error).__name__}: {error}; this is a bug, please report it")
    explained.__cause__ = error
    return explained
