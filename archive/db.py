"""Opening the archive: the one place (with the Datasette plugin) that opens SQLite."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlite_utils import Database

from archive.errors import ArchiveError
from archive.migrations import MIGRATIONS

BUSY_SECONDS = 60


def open_archive(path: Path, *, readonly: bool = False) -> Database:
    """Open the archive at `path`; a writer also makes it and brings its tables up to date.

    Raises ArchiveError where the file is missing for a reader, is no archive, or was written by a newer release.
    """
    try:
        connection = _connect(path, readonly=readonly)
        db = Database(connection, recursive_triggers=True)
        if not readonly:
            _prepare(db)
        _refuse_newer(db, path)
    except sqlite3.Error as error:
        raise ArchiveError(
            f"cannot open the archive {path}: {error}; is it an archive that `newsarchive init` made?"
        ) from error
    return db


@contextmanager
def atomic(db: Database) -> Iterator[Database]:
    """Run the block in one write transaction that takes the lock at once, so that it cannot fail half-way for it."""
    db.conn.execute("BEGIN IMMEDIATE")
    try:
        yield db
    except BaseException:
        # After a full disk SQLite may have rolled back by itself.
        if db.conn.in_transaction:
            db.conn.rollback()
        raise
    db.conn.commit()


def _connect(path: Path, *, readonly: bool) -> sqlite3.Connection:
    if readonly and not path.is_file():
        raise ArchiveError(f"there is no archive at {path}; `newsarchive init` makes one")
    mode = "ro" if readonly else "rwc"
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    # One thread at a time uses a connection, though not the one that opened it.
    connection = sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, check_same_thread=False, isolation_level=None)
    connection.execute("PRAGMA foreign_keys=ON")
    return connection


def _prepare(db: Database) -> None:
    connection = db.conn
    if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        connection.execute("PRAGMA journal_mode=WAL")
    # FULL: what a batch has acknowledged survives a power cut, for one fsync a batch.
    connection.execute("PRAGMA synchronous=FULL")
    if MIGRATIONS.pending(db):
        MIGRATIONS.apply(db)


def _refuse_newer(db: Database, path: Path) -> None:
    known = {migration.name for migration in MIGRATIONS._migrations}
    newer = [migration.name for migration in MIGRATIONS.applied(db) if migration.name not in known]
    if newer:
        raise ArchiveError(f"{path} was written by a newer newsarchive (it has {newer[-1]}); install that release")
