"""Opening the archive: the one place (with the Datasette plugin) that opens SQLite."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from filelock import FileLock
from sqlite_utils import Database

from archive.errors import ArchiveError
from archive.migrations import MIGRATIONS
from archive.seals import seal_changed, watch

BUSY_SECONDS = 60
# Pages that are copied in one step, and how often writers may make a copy begin again.
_STEP, _RESTARTS = 4096, 3
MAPPED_BYTES, CACHED_KILOBYTES = 2**31 - 2**16, 64_000


def open_archive(path: Path, *, readonly: bool = False) -> Database:
    """Open the archive at `path`; a writer also makes it and brings its tables up to date.

    Raises ArchiveError where the file is missing for a reader, is no archive, or was written by a newer release.
    """
    connection = None
    try:
        connection = _connect(path, readonly=readonly)
        db = Database(connection, recursive_triggers=True)
        if readonly:
            _refuse_foreign(db, path, readonly=True)
        else:
            _prepare(db, path)
    except (sqlite3.Error, OSError, UnicodeError, LookupError, ArchiveError) as error:
        if connection is not None:
            connection.close()
        if isinstance(error, ArchiveError):
            raise
        raise ArchiveError(
            f"cannot open the archive {path}: {error}; is it an archive that `newsarchive init` made?"
        ) from error
    return db


def open_current(path: Path) -> Database:
    """Open the archive to be read; one that an earlier release has written is brought up to date first."""
    db = open_archive(path, readonly=True)
    if MIGRATIONS.pending(db):
        db.close()
        open_archive(path).close()
        db = open_archive(path, readonly=True)
    return db


@contextmanager
def atomic(db: Database) -> Iterator[Database]:
    """Run the block in one write transaction that takes the lock at once, so that it cannot fail half-way for it.

    Raises ArchiveError where SQLite cannot write: a full disk, a damaged file.
    """
    try:
        db.conn.execute("BEGIN IMMEDIATE")
        try:
            yield db
            seal_changed(db)
            db.conn.commit()
        except BaseException:
            # After a full disk SQLite may have rolled back by itself.
            if db.conn.in_transaction:
                db.conn.rollback()
            raise
    except sqlite3.OperationalError as error:
        ((_, _, path), *_) = db.conn.execute("PRAGMA database_list")
        raise ArchiveError(f"cannot write {path}: {error}; free space or repair it, then crawl again") from error


def copy_database(source: Path, target: Path) -> None:
    """Copy the archive's database to a new file, as of one moment, while others write it (SQLite's online backup).

    Raises ArchiveError where it cannot be read, or the copy cannot be written.
    """
    try:
        with closing(_connect(source, readonly=True)) as original, closing(sqlite3.connect(target)) as copy:
            # The copy is nobody's yet: what a crash leaves of it is thrown away.
            copy.execute("PRAGMA synchronous=OFF")
            try:
                original.backup(copy, pages=_STEP, progress=_Patience())
            except _OutOfPatienceError:
                # In one go no writer can make it begin again; the log of what they write grows meanwhile.
                original.backup(copy)
    except (sqlite3.Error, OSError, UnicodeError) as error:
        raise ArchiveError(f"cannot copy {source} to {target}: {error}; free space or repair it") from error


class _OutOfPatienceError(Exception):
    """A copy began again too often."""


class _Patience:
    """Watches a copy that takes turns with writers: each of them makes it begin again."""

    def __init__(self) -> None:
        self._left, self._restarts = 0, -1

    def __call__(self, _status: int, remaining: int, _total: int) -> None:
        self._restarts += remaining >= self._left
        if self._restarts > _RESTARTS:
            raise _OutOfPatienceError
        self._left = remaining


@contextmanager
def open_copy(path: Path) -> Iterator[Database]:
    """Open a copy that nobody else uses, to be checked; text that is no UTF-8 is read all the same."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.text_factory = lambda data: data.decode("utf-8", "surrogateescape")
    try:
        yield Database(connection, recursive_triggers=True)
    finally:
        connection.close()


def _connect(path: Path, *, readonly: bool) -> sqlite3.Connection:
    if readonly and not path.is_file():
        raise ArchiveError(f"there is no archive at {path}; `newsarchive init` makes one")
    mode = "ro" if readonly else "rwc"
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    # One thread at a time uses a connection, though not the one that opened it.
    connection = sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, check_same_thread=False, isolation_level=None)
    connection.execute("PRAGMA foreign_keys=ON")
    if readonly:
        # Search looks at many pages, a little of each: mapped, none is copied out of the system's cache.
        connection.execute(f"PRAGMA mmap_size={MAPPED_BYTES}")
        connection.execute(f"PRAGMA cache_size=-{CACHED_KILOBYTES}")
    return connection


def _prepare(db: Database, path: Path) -> None:
    connection = db.conn
    # Switching a new file to WAL does not wait for a lock, and migrations ask before they take theirs.
    locks = path.absolute().parent / "locks"
    locks.mkdir(exist_ok=True)
    with FileLock(locks / f"{path.name}.lock", timeout=BUSY_SECONDS):
        # Inside the lock: an archive that another process is just making is not foreign.
        _refuse_foreign(db, path, readonly=False)
        _bring_up_to_date(db, connection)


def _bring_up_to_date(db: Database, connection: sqlite3.Connection) -> None:
    if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        connection.execute("PRAGMA journal_mode=WAL")
    # FULL: what a batch has acknowledged survives a power cut, for one fsync a batch.
    connection.execute("PRAGMA synchronous=FULL")
    if MIGRATIONS.pending(db):
        MIGRATIONS.apply(db)
    watch(db)


def _refuse_foreign(db: Database, path: Path, *, readonly: bool) -> None:
    """Refuse a database that is no archive, or one of a newer release."""
    tables = db.table_names()
    if not MIGRATIONS.applied(db) and (tables or readonly):
        raise ArchiveError(
            f"{path} is no archive of newsarchive; name another workspace, or make one: newsarchive init"
        )
    known = {migration.name for migration in MIGRATIONS._migrations}
    newer = [migration.name for migration in MIGRATIONS.applied(db) if migration.name not in known]
    if newer:
        raise ArchiveError(f"{path} was written by a newer newsarchive (it has {newer[-1]}); install that release")
