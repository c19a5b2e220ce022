"""A backup holds what the archive held at one moment, copies only what is new, and is proven by restoring it."""

import shutil
import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest
from filelock import FileLock

from archive.backup import saving
from archive.backup.manifest import entries_of, snapshots_of
from archive.backup.restoring import check, restore
from archive.backup.saving import Saved, save
from archive.db import copy_database, open_archive
from archive.errors import ArchiveError, LockedError, UsageError
from archive.fixity.verifying import verify
from archive.holdings import Holdings
from archive.model import Image
from archive.takedown.reach import reach_of
from archive.takedown.withdrawing import finish, withdraw
from tests.archive.keeping import Keeping, article, picture
from tests.e2e.harness import snapshot


def fill(keeping: Keeping, number: int, size: int = 8) -> None:
    image = Image(f"https://herald.example/{number}.png", f"Picture {number}")
    shown = article(f"Text {number}.", url=f"https://herald.example/{number}.html", images=(image,))
    keeping.store(shown, images=[keeping.image(str(image.url), picture(size=(size, number + 1)))])


def back_up(keeping: Keeping, target: Path, *, keep: int = 7) -> Saved:
    return save(keeping.holdings, target, keep=keep)


def restored(backup: Path, target: Path, name: str | None = None) -> Holdings:
    """Restore, which must leave an archive that is well."""
    assert restore(backup, target, name)[1] == []
    assert verify(Holdings(target)).damages == []
    return Holdings(target)


@pytest.fixture
def disk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("disk") / "backup"


def test_what_is_restored_is_what_was_backed_up(
    keeping: Keeping, disk: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    (keeping.holdings.root / "sites").mkdir()
    (keeping.holdings.root / "sites" / "herald.toml").write_text("id = 'herald'")
    (keeping.holdings.root / "newsarchive.toml").write_text("[crawl]")
    fill(keeping, 1)
    saved = back_up(keeping, disk)
    assert (saved.missing, check(disk)) == ([], [])
    target = tmp_path_factory.mktemp("restored") / "new"
    restored(disk, target)
    assert snapshot(target) == snapshot(keeping.holdings.root)
    assert (target / "sites" / "herald.toml").read_text() == "id = 'herald'"
    assert (target / "newsarchive.toml").read_text() == "[crawl]"


def test_only_what_is_new_is_copied(keeping: Keeping, disk: Path) -> None:
    fill(keeping, 1)
    first = back_up(keeping, disk)
    again = back_up(keeping, disk)
    fill(keeping, 2)
    third = back_up(keeping, disk)
    keeping.again()
    fill(keeping, 3)
    fourth = back_up(keeping, disk)
    # An image and the capture file that is written; the finished one is not copied again.
    assert [saved.new_files for saved in (first, again, third, fourth)] == [2, 0, 2, 2]
    files = {entry.file: entry for entry in entries_of(snapshots_of(disk)[-1])}
    assert sum(name.startswith("captures/") for name in files) == 2
    assert fourth.files == len(files) == 6


def test_a_record_that_no_row_names_yet_is_left_out(
    keeping: Keeping, disk: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The file that a crawl writes is copied as far as the database names it."""
    fill(keeping, 1)
    with keeping.warc.open("ab") as file:
        file.write(b"torn")
    back_up(keeping, disk)
    target = tmp_path_factory.mktemp("restored") / "new"
    restored(disk, target)
    assert (target / "captures" / keeping.warc.name).read_bytes() + b"torn" == keeping.warc.read_bytes()


def test_so_many_snapshots_are_kept(keeping: Keeping, disk: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    for number in range(1, 5):
        fill(keeping, number)
        back_up(keeping, disk, keep=2)
    assert len(snapshots_of(disk)) == 2
    # Of the capture file as it grew, two forms are named.
    assert len(list(disk.glob("captures/*/*.warc.gz"))) == 2
    assert check(disk) == []
    older = tmp_path_factory.mktemp("restored") / "new"
    restored(disk, older, snapshots_of(disk)[0].name)
    with closing(sqlite3.connect(older / "archive.db")) as db:
        assert db.execute("SELECT count(*) FROM articles").fetchone() == (3,)


def test_a_takedown_leaves_earlier_snapshots_and_is_in_later_ones(
    keeping: Keeping, disk: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    fill(keeping, 1)
    keeping.close()
    back_up(keeping, disk)
    with closing(open_archive(keeping.holdings.database)) as db:
        (article_id,) = db.conn.execute("SELECT id FROM articles").fetchone()
        withdraw(db, reach_of(db, keeping.holdings, article_id), "court order")
    finish(keeping.holdings)
    back_up(keeping, disk)
    assert check(disk) == []
    folder = tmp_path_factory.mktemp("restored")
    for number, name in enumerate(path.name for path in snapshots_of(disk)):
        found = restored(disk, folder / str(number), name)
        assert len(list(found.media.glob("*/*.png"))) == 1 - number


@pytest.mark.parametrize("moment", ["copy_database", "copy_durably", "sync_folder"])
def test_killed_anywhere_the_snapshot_before_stays_good(
    keeping: Keeping, disk: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """As if by kill -9: what it had begun is still there when the next one comes."""
    fill(keeping, 1)
    back_up(keeping, disk)
    fill(keeping, 2)

    def die(*arguments: object) -> None:
        if moment == "copy_durably":
            Path(str(arguments[1])).parent.mkdir(parents=True, exist_ok=True)
            Path(str(arguments[1])).write_bytes(b"torn")
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(saving, moment, die)
        patched.setattr(shutil, "rmtree", lambda *_, **__: None)
        with pytest.raises(KeyboardInterrupt):
            back_up(keeping, disk)
    assert list((disk / "snapshots").glob("*.part"))
    assert (len(snapshots_of(disk)), check(disk)) == (1, [])
    assert back_up(keeping, disk).missing == []
    assert not list(disk.rglob("*.part"))
    restored(disk, tmp_path_factory.mktemp("restored") / "new")


def test_what_is_damaged_is_named_and_not_taken(keeping: Keeping, disk: Path) -> None:
    fill(keeping, 1)
    (path,) = keeping.holdings.media.glob("*/*.png")
    good = path.read_bytes()
    path.write_bytes(good[:-1] + b"x")
    assert [name.endswith("(damaged: `newsarchive verify` says how)") for name in back_up(keeping, disk).missing] == [
        True
    ]
    path.write_bytes(good)
    assert back_up(keeping, disk).missing == []
    path.unlink()
    # The backup has it still.
    assert back_up(keeping, disk).missing == []


def test_a_damaged_backup_says_so(keeping: Keeping, disk: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    fill(keeping, 1)
    back_up(keeping, disk)
    (path,) = disk.glob("media/*/*.png")
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    assert [line.startswith(str(path)) for line in check(disk)] == [True]
    target = tmp_path_factory.mktemp("restored") / "new"
    _, bad = restore(disk, target)
    assert [line.startswith("media/") for line in bad] == [True]
    database = snapshots_of(disk)[0] / "archive.db"
    database.write_bytes(database.read_bytes()[:-1] + b"x")
    with pytest.raises(ArchiveError, match=r"the database of .* is damaged"):
        restore(disk, tmp_path_factory.mktemp("restored") / "new")


def test_where_a_backup_cannot_be(keeping: Keeping, disk: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="lies in the workspace itself"):
        back_up(keeping, keeping.holdings.root / "backup")
    with pytest.raises(UsageError, match="is no backup of newsarchive"):
        check(disk)
    fill(keeping, 1)
    back_up(keeping, disk)
    with pytest.raises(UsageError, match="is not empty"):
        restore(disk, tmp_path)
    with pytest.raises(UsageError, match="no snapshot '2001'"):
        restore(disk, tmp_path / "new", "2001")
    with FileLock(disk / ".lock"), pytest.raises(LockedError, match="another backup is at work"):
        back_up(keeping, disk)


def test_a_full_disk_is_told(keeping: Keeping, disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(keeping, 1)
    back_up(keeping, disk)
    fill(keeping, 2)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", "/mnt/x")

    with monkeypatch.context() as patched:
        patched.setattr(saving, "copy_durably", full)
        with pytest.raises(ArchiveError, match=r"No space left on device .*earlier snapshots are as they were"):
            back_up(keeping, disk)
    assert (len(snapshots_of(disk)), check(disk)) == (1, [])


def test_a_busy_writer_does_not_block_a_copy(keeping: Keeping, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every commit makes a copy in steps begin again; after a few it is made in one go."""
    monkeypatch.setattr("archive.db._STEP", 1)
    fill(keeping, 1)
    stop = threading.Event()

    def write() -> None:
        with closing(sqlite3.connect(keeping.holdings.database, timeout=30)) as db:
            while not stop.is_set():
                with db:
                    db.execute("UPDATE sites SET timezone = ?", (str(time.monotonic()),))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        begun = time.monotonic()
        copy_database(keeping.holdings.database, tmp_path / "copy.db")
        assert time.monotonic() - begun < 20
    finally:
        stop.set()
        writer.join()
    with closing(sqlite3.connect(tmp_path / "copy.db")) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert db.execute("SELECT count(*) FROM articles").fetchone() == (1,)
