import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from archive.db import atomic, open_archive
from archive.errors import ArchiveError
from archive.migrations import MIGRATIONS


def test_a_writer_makes_the_archive(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    db = open_archive(path)
    assert {name: db.conn.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")} == {
        "journal_mode": "wal",
        "synchronous": 2,
    }
    assert db.conn.execute("PRAGMA foreign_keys").fetchone() == (1,)
    assert db.conn.execute("PRAGMA recursive_triggers").fetchone() == (1,)
    db.close()
    again = open_archive(path)
    assert "m001_first_tables" in [migration.name for migration in MIGRATIONS.applied(again)]
    again.close()


def test_a_reader_cannot_write(tmp_path: Path) -> None:
    open_archive(tmp_path / "archive.db").close()
    db = open_archive(tmp_path / "archive.db", readonly=True)
    with pytest.raises(sqlite3.OperationalError, match="readonly database"):
        db.conn.execute("DELETE FROM articles")
    db.close()


def test_a_missing_archive_is_named_to_a_reader(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError) as caught:
        open_archive(tmp_path / "archive.db", readonly=True)
    assert str(caught.value) == f"there is no archive at {tmp_path}/archive.db; `newsarchive init` makes one"
    assert not (tmp_path / "archive.db").exists()


@pytest.mark.parametrize("readonly", [True, False])
def test_a_file_that_is_no_database(tmp_path: Path, readonly: bool) -> None:
    path = tmp_path / "archive.db"
    path.write_bytes(b"not a database at all" * 100)
    with pytest.raises(ArchiveError) as caught:
        open_archive(path, readonly=readonly)
    assert str(caught.value) == (
        f"cannot open the archive {path}: file is not a database; is it an archive that `newsarchive init` made?"
    )
    assert path.read_bytes() == b"not a database at all" * 100


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(
        ArchiveError, match="unable to open database file; is it an archive that `newsarchive init` made"
    ):
        open_archive(tmp_path / "absent" / "archive.db")


def test_a_database_that_is_no_archive_is_refused_to_a_reader(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE recipes(name)")
    with pytest.raises(ArchiveError, match=r"other\.db.*(no|not an) archive"):
        open_archive(path, readonly=True).close()


@pytest.mark.parametrize("readonly", [True, False])
def test_an_archive_of_a_newer_release(tmp_path: Path, readonly: bool) -> None:
    path = tmp_path / "archive.db"
    db = open_archive(path)
    db.conn.execute(
        "INSERT INTO _sqlite_migrations(migration_set, name, applied_at) VALUES ('newsarchive', 'm999_later', '2030')"
    )
    db.close()
    with pytest.raises(ArchiveError) as caught:
        open_archive(path, readonly=readonly)
    assert str(caught.value) == f"{path} was written by a newer newsarchive (it has m999_later); install that release"


def test_an_archive_of_a_newer_release_is_not_migrated_before_it_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    db = open_archive(path)
    db.conn.execute("UPDATE _sqlite_migrations SET name = 'm999_later' WHERE name = 'm001_first_tables'")
    tables = db.conn.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    db.close()
    with pytest.raises(ArchiveError, match="written by a newer newsarchive"):
        open_archive(path)
    with closing(sqlite3.connect(path)) as plain:
        assert plain.execute("SELECT count(*) FROM sqlite_schema").fetchone() == tables


def test_a_foreign_database_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    with closing(sqlite3.connect(path)) as earlier:
        earlier.execute("CREATE TABLE versions(mine)")
    with pytest.raises(ArchiveError) as caught:
        open_archive(path)
    assert str(caught.value) == (
        f"{path} is no archive of newsarchive; name another workspace, or make one: newsarchive init"
    )
    with closing(sqlite3.connect(path)) as plain:
        made = {row[0] for row in plain.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    assert made == {"versions"}


def test_several_that_open_a_new_archive_at_once(tmp_path: Path) -> None:
    start, failures = threading.Barrier(4), []

    def opener() -> None:
        start.wait()
        try:
            open_archive(tmp_path / "archive.db").close()
        except ArchiveError as error:
            failures.append(str(error))

    threads = [threading.Thread(target=opener) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_atomic_commits_whole(tmp_path: Path) -> None:
    db = open_archive(tmp_path / "archive.db")
    with atomic(db) as same:
        assert same is db
        assert db.conn.in_transaction
        db.conn.execute("INSERT INTO sites(id, name, url) VALUES ('a', 'A', 'u')")
    assert not db.conn.in_transaction
    other = open_archive(tmp_path / "archive.db", readonly=True)
    assert other.conn.execute("SELECT id FROM sites").fetchall() == [("a",)]
    other.close()
    db.close()


@pytest.mark.parametrize("stop", [ValueError, KeyboardInterrupt])
def test_atomic_rolls_back_whole(tmp_path: Path, stop: type[BaseException]) -> None:
    db = open_archive(tmp_path / "archive.db")

    def insert_and_stop() -> None:
        with atomic(db):
            db.conn.execute("INSERT INTO sites(id, name, url) VALUES ('a', 'A', 'u')")
            raise stop

    with pytest.raises(stop):
        insert_and_stop()
    assert db.conn.execute("SELECT count(*) FROM sites").fetchone() == (0,)
    db.close()


def test_atomic_where_sqlite_has_rolled_back_by_itself(tmp_path: Path) -> None:
    db = open_archive(tmp_path / "archive.db")

    def insert_twice() -> None:
        with atomic(db):
            db.conn.execute("INSERT INTO sites(id, name, url) VALUES ('a', 'A', 'u')")
            db.conn.execute("INSERT OR ROLLBACK INTO sites(id, name, url) VALUES ('a', 'A', 'u')")

    with pytest.raises(sqlite3.IntegrityError, match="UNIQUE"):
        insert_twice()
    assert db.conn.execute("SELECT count(*) FROM sites").fetchone() == (0,)
    db.close()


def test_atomic_names_the_archive_that_cannot_be_written(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    db = open_archive(path)
    db.conn.execute(f"PRAGMA max_page_count = {db.conn.execute('PRAGMA page_count').fetchone()[0]}")

    def fill() -> None:
        with atomic(db):
            db.conn.execute("INSERT INTO sites(id, name, url) VALUES ('a', ?, 'u')", ("x" * 1_000_000,))

    with pytest.raises(ArchiveError) as caught:
        fill()
    assert str(caught.value) == (
        f"cannot write {path}: database or disk is full; free space or repair it, then crawl again"
    )
    assert not db.conn.in_transaction
    db.close()


def test_atomic_takes_the_write_lock_at_once(tmp_path: Path) -> None:
    db = open_archive(tmp_path / "archive.db")
    second = sqlite3.connect(tmp_path / "archive.db", timeout=0)
    with closing(second), atomic(db), pytest.raises(sqlite3.OperationalError, match="database is locked"):
        second.execute("BEGIN IMMEDIATE")
    db.close()
