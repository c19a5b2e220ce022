import hashlib
import resource
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from archive import writer as writing
from archive.errors import ArchiveError, MediaError
from archive.media import relative_path
from archive.model import Image
from archive.units import Desk
from archive.writer import Writer
from tests.archive.keeping import URL, Keeping, article, picture, sha256


@dataclass
class Gate:
    """A unit that stops the writer until it is opened."""

    weight: int = 1
    opened: threading.Event = field(default_factory=threading.Event)
    reached: threading.Event = field(default_factory=threading.Event)

    def write_files(self, _: Desk) -> None:
        self.reached.set()
        assert self.opened.wait(30)

    def write_rows(self, desk: Desk) -> None:
        pass


@dataclass
class Broken:
    """A unit whose rows cannot be written, for a reason of our own making."""

    error: Exception
    weight: int = 1

    def write_files(self, desk: Desk) -> None:
        pass

    def write_rows(self, _: Desk) -> None:
        raise self.error


@contextmanager
def stopped(keeping: Keeping) -> Iterator[Gate]:
    """Hold the writer inside a batch of its own."""
    gate = Gate()
    keeping.writer.put(gate)
    hurry = threading.Thread(target=keeping.writer.flush)
    hurry.start()
    assert gate.reached.wait(30)
    try:
        yield gate
    finally:
        gate.opened.set()
        hurry.join()


def test_units_are_written_in_order_and_in_batches(keeping: Keeping) -> None:
    with stopped(keeping):
        for n in range(writing.BATCH_UNITS + 20):
            keeping.capture(f"https://herald.example/{n}")
    keeping.writer.flush()
    assert [len(batch) for batch in keeping.batches] == [1, 100, 20]
    urls = [url for (url,) in keeping.rows("SELECT url FROM captures ORDER BY id")]
    assert urls == [f"https://herald.example/{n}" for n in range(120)]


def test_a_batch_is_written_when_its_second_is_over(keeping: Keeping) -> None:
    written = threading.Event()
    keeping.writer._on_commit = lambda _: written.set()
    keeping.capture(URL)
    assert keeping.count("captures") == 0
    assert written.wait(30)
    assert keeping.count("captures") == 1


def test_close_writes_what_is_queued(keeping: Keeping) -> None:
    for n in range(5):
        keeping.capture(f"https://herald.example/{n}")
    keeping.writer.close()
    assert keeping.count("captures") == 5
    with keeping.warc.open("rb") as file:
        assert sum(1 for _ in ArchiveIterator(file, check_digests="raise")) == 6
    keeping.writer.close()


def test_flush_of_nothing_returns(keeping: Keeping) -> None:
    keeping.writer.flush()
    assert keeping.batches == []
    assert not keeping.warc.exists()


def test_put_after_close_is_refused(keeping: Keeping) -> None:
    """Else the unit is lost without a word."""
    keeping.writer.close()
    with pytest.raises((ArchiveError, RuntimeError), match="closed"):
        keeping.capture(URL)


@pytest.mark.parametrize(("weight", "room"), [(0, writing.QUEUE_UNITS), (writing.QUEUE_BYTES // 4, 4)])
def test_put_waits_while_the_queue_is_full(keeping: Keeping, weight: int, room: int) -> None:
    gates = [Gate(weight) for _ in range(room + 1)]
    for gate in gates:
        gate.opened.set()
    with stopped(keeping):
        for gate in gates[:room]:
            keeping.writer.put(gate)
        late = threading.Thread(target=keeping.writer.put, args=(gates[room],))
        late.start()
        late.join(0.2)
        assert late.is_alive()
    late.join(30)
    assert not late.is_alive()
    keeping.writer.flush()
    assert gates[room].reached.is_set()


def test_a_unit_heavier_than_the_queue_passes(keeping: Keeping) -> None:
    gate = Gate(10 * writing.QUEUE_BYTES)
    gate.opened.set()
    keeping.writer.put(gate)
    keeping.writer.put(Broken(ArchiveError("second")))
    with pytest.raises(ArchiveError, match=r"^second$"):
        keeping.writer.flush()


def assert_failed(keeping: Keeping, message: str) -> None:
    """The batch is rolled back whole; put, flush and close say why."""
    with pytest.raises(ArchiveError) as caught:
        keeping.writer.flush()
    assert str(caught.value) == message
    assert str(keeping.writer.error) == message
    with pytest.raises(ArchiveError) as again:
        keeping.capture(URL)
    assert again.value is caught.value
    with pytest.raises(ArchiveError):
        keeping.writer.close()
    assert keeping.rows("SELECT url FROM captures") == [("https://herald.example/before",)]
    assert keeping.chain_is_whole()
    keeping.check_index()


def begin(keeping: Keeping) -> None:
    """Commit one capture, then queue one more for the batch that is to fail."""
    keeping.capture("https://herald.example/before")
    keeping.writer.flush()
    keeping.capture("https://herald.example/same-batch")


def test_a_table_that_is_gone_rolls_the_batch_back(keeping: Keeping) -> None:
    begin(keeping)
    keeping.db.conn.execute("DROP TABLE events")
    keeping.writer.put(keeping.unit(article()))
    assert_failed(
        keeping,
        f"cannot write {keeping.holdings.database}: no such table: events; free space or repair it, then crawl again",
    )
    assert keeping.writer.error is not None
    assert isinstance(keeping.writer.error.__cause__, sqlite3.OperationalError)
    assert keeping.count("articles") == 0


def test_a_unit_that_breaks_rolls_the_batch_back(keeping: Keeping) -> None:
    begin(keeping)
    keeping.writer.put(Broken(ZeroDivisionError("no")))
    assert_failed(keeping, "writing failed: ZeroDivisionError: no; this is a bug, please report it")


def test_a_disk_error_rolls_the_batch_back(keeping: Keeping) -> None:
    begin(keeping)
    keeping.writer.put(Broken(OSError(28, "No space left on device")))
    assert_failed(
        keeping,
        f"cannot write {keeping.holdings.database}: [Errno 28] No space left on device; "
        "free space or repair it, then crawl again",
    )


def test_an_image_that_cannot_be_kept_rolls_the_batch_back(keeping: Keeping) -> None:
    begin(keeping)
    data = picture()
    (keeping.holdings.media / sha256(data)[:2]).write_text("in the way")
    image = keeping.image("https://herald.example/p", data)
    keeping.writer.put(keeping.unit(article(images=[Image(image.url)]), images=[image]))
    path = keeping.holdings.media / relative_path(sha256(data), "image/png")
    assert_failed(keeping, f"cannot keep an image at {path}: File exists; free space or repair the folder")
    assert isinstance(keeping.writer.error, MediaError)


def test_a_failure_of_who_listens_is_told(keeping: Keeping) -> None:
    def listener(batch: object) -> None:
        raise KeyError("tally")

    keeping.writer._on_commit = listener
    keeping.capture(URL)
    with pytest.raises(ArchiveError, match=r"^writing failed: KeyError: 'tally'; this is a bug, please report it$"):
        keeping.writer.flush()
    assert keeping.count("captures") == 1


def new_writer(keeping: Keeping, warc: Path) -> Writer:
    return Writer(
        keeping.holdings, site_id="herald", run_id=keeping.run.id, warc=warc, software="s", on_commit=lambda _: None
    )


def test_a_file_where_the_captures_folder_must_be(keeping: Keeping, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    keeping.writer.close()
    keeping.writer = new_writer(keeping, tmp_path / "file" / "x.warc.gz")
    keeping.capture(URL)
    with pytest.raises(ArchiveError) as caught:
        keeping.writer.close()
    assert str(caught.value) == (
        f"cannot write captures to {tmp_path}/file/x.warc.gz: Not a directory; free space or repair the folder"
    )
    assert keeping.count("captures") == 0


def test_an_archive_that_cannot_be_opened(keeping: Keeping) -> None:
    keeping.writer.close()
    keeping.db.conn.execute("UPDATE _sqlite_migrations SET name = 'm999_later' WHERE name = 'm001_first_tables'")
    keeping.db.conn.execute(
        "INSERT INTO _sqlite_migrations(migration_set, name, applied_at) "
        "VALUES ('newsarchive', 'm001_first_tables', '')"
    )
    keeping.writer = new_writer(keeping, keeping.warc)
    with pytest.raises(ArchiveError, match="written by a newer newsarchive"):
        keeping.writer.close()
    with pytest.raises(ArchiveError, match="written by a newer newsarchive"):
        keeping.writer.flush()
    with pytest.raises(ArchiveError, match="written by a newer newsarchive"):
        keeping.capture(URL)


def test_a_full_disk_is_named_by_the_file_that_it_refused(keeping: Keeping) -> None:
    """A limit on the size of files stands for the full disk; what is still in the file's buffer must not hide it."""
    begin(keeping)
    keeping.writer.flush()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    limit = 4 * 1024 * 1024
    body = hashlib.shake_128(b"huge").digest(2 * limit)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        keeping.capture("https://herald.example/huge", body)
        with pytest.raises(ArchiveError) as caught:
            keeping.writer.flush()
        keeping.writer._thread.join()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (
        str(caught.value) == f"cannot write captures to {keeping.warc}: File too large; free space or repair the folder"
    )
    assert keeping.count("captures") == 2
