"""Upkeep of the database file: a write-ahead log that a long reader lets grow, the index's segments, the statistics."""

import logging
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlite_utils import Database

from archive.db import BUSY_SECONDS, atomic

logger = logging.getLogger(__name__)
MEGABYTE = 1024 * 1024
MOST_WAL = 100 * MEGABYTE
_SAY_AGAIN = 60.0
_MERGE_PAGES = 500


class WalKeeper:
    """Looks at the write-ahead log after each batch: past a bound it warns, and gives it back once that is possible.

    SQLite starts the log anew by itself only while nobody reads from it, and never makes its file smaller.
    """

    def __init__(self, database: Path, most: int = MOST_WAL) -> None:
        self._wal = database.with_name(f"{database.name}-wal")
        self._most = most
        self._said_at = -_SAY_AGAIN

    def look(self, db: Database) -> None:
        """Give the log back where it is past its bound; where a reader is in the way, say so once a minute."""
        size = self._size()
        if size <= self._most:
            return
        if truncate_wal(db):
            logger.info("%s was given back (%d MB)", self._wal, size // MEGABYTE)
            self._said_at = -_SAY_AGAIN
        elif time.monotonic() - self._said_at >= _SAY_AGAIN:
            self._said_at = time.monotonic()
            logger.warning(
                "%s has grown to %d MB: another program has been reading the archive for long; let it end, or close it",
                self._wal,
                size // MEGABYTE,
            )

    def _size(self) -> int:
        try:
            return self._wal.stat().st_size
        except OSError:
            return 0


def truncate_wal(db: Database) -> bool:
    """Bring the write-ahead log into the database and make its file empty; return whether no reader was in the way."""
    with _without_waiting(db):
        try:
            (busy, *_) = db.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.OperationalError:
            return False
    return not busy


def tidy(db: Database) -> Iterator[int]:
    """Merge the index's segments and bring the statistics up to date, a short transaction a step; yield the steps.

    A query reads every segment: after a big import this makes it quicker. A crawl may write meanwhile.
    """
    step = 0
    while True:
        step += 1
        with atomic(db):
            before = db.conn.total_changes
            # A negative number merges also where the segments are few (https://sqlite.org/fts5.html, 6.9).
            pages = -_MERGE_PAGES if step == 1 else _MERGE_PAGES
            db.conn.execute("INSERT INTO articles_fts(articles_fts, rank) VALUES ('merge', ?)", (pages,))
            done = db.conn.total_changes - before < 2
        yield step
        if done:
            break
    db.conn.execute("PRAGMA analysis_limit=1000")
    db.conn.execute("ANALYZE")
    truncate_wal(db)


@contextmanager
def _without_waiting(db: Database) -> Iterator[None]:
    db.conn.execute("PRAGMA busy_timeout=0")
    try:
        yield
    finally:
        db.conn.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")
