"""What is wrong with a file, or with the moment: named, and nothing else is lost by it."""

import random

import pytest
from warcio.archiveiterator import ArchiveIterator

from archive.errors import LockedError
from archive.lock import SiteLock
from crawler.importing.sources import Left
from tests.crawler.importing import making
from tests.crawler.importing.conftest import Importing
from tests.crawler.importing.making import HOST, page, response
from tests.e2e.harness import SOAK

ARTICLE = f"{HOST}/news/quay.html"


def test_a_record_that_is_too_large_is_cut_and_named(importing: Importing) -> None:
    config = importing.workspace.root / "newsarchive.toml"
    config.write_text(config.read_text().replace("max_megabytes = 32", "max_megabytes = 0.01"))
    from crawler.workspace import open_workspace

    importing.workspace = open_workspace(importing.workspace.root)
    report = importing.take_bytes(response(f"{HOST}/film", bytes(50_000), mime="video/mp4") + response(ARTICLE, page()))
    assert (report.exit_code, report.skipped, report.read.articles["new"]) == (0, {"cut: too-large": 1}, 1)


def test_a_bad_digest_is_named_and_the_record_kept(importing: Importing) -> None:
    raw = making.record(
        "response", ARTICLE, making.http(page()), more=[("WARC-Payload-Digest", making.sha1(b"another"))]
    )
    report = importing.take_bytes(raw)
    assert (report.exit_code, report.read.articles["new"]) == (1, 1)
    assert "warc-payload-digest is another than that of its bytes" in report.damages[0][2]
    (file,) = importing.workspace.holdings.captures.glob("*.warc.gz")
    with file.open("rb") as stream:
        heads = [dict(each.rec_headers.headers) for each in ArchiveIterator(stream)]
    assert heads[1]["X-Claimed-WARC-Payload-Digest"] == making.sha1(b"another")


@pytest.mark.parametrize("date", ["9999-12-31T23:59:59Z", "1066-10-14T00:00:00Z", "soon", "", None])
def test_a_time_that_cannot_be_is_named_and_the_servers_taken(importing: Importing, date: str | None) -> None:
    more = "Date: Mon, 04 May 2020 10:00:00 GMT\r\n"
    report = importing.take_bytes(response(ARTICLE, page(), date=date, more=more))
    assert (report.exit_code, report.read.articles["new"]) == (1, 1)
    assert "date" in report.damages[0][2]
    assert importing.one("SELECT first_seen FROM articles") == "2020-05-04T10:00:00.000000Z"


@pytest.mark.parametrize("seed", range(60 if SOAK else 4))
def test_whatever_is_damaged_an_import_ends_well(importing: Importing, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    answer = response(ARTICLE, page())
    records = [making.info(), making.request_of(ARTICLE, beside=making.id_of(answer)), answer]
    records += [making.revisit(ARTICLE, page(), date="2020-06-01T00:00:00Z", refers=(ARTICLE, making.DATE))]
    records += [response(f"{HOST}/{n}.html", page(f"Story {n} of the day")) for n in range(4)]
    data = bytearray(making.FORMS[chance.choice(["plain", "gzip", "whole-gzip"])](records))
    for _ in range(chance.randrange(1, 12)):
        data[chance.randrange(len(data))] = chance.randrange(256)
    report = importing.take_bytes(bytes(data))
    assert report.exit_code in (0, 1)
    again = importing.take_bytes(bytes(data))
    assert (again.new.total(), again.read.articles.total()) == (0, 0)


def test_a_torn_page_is_kept_and_makes_no_version(importing: Importing) -> None:
    importing.take_bytes(response(ARTICLE, page()), "whole.warc")
    torn = response(ARTICLE, page("Another title"), date="2021-01-01T00:00:00Z")[:-700]
    report = importing.take_bytes(torn, "torn.warc")
    assert report.exit_code == 1
    assert "bytes are there" in report.damages[0][2]
    assert importing.one("SELECT count(*) FROM captures") == 2
    assert importing.one("SELECT count(*) FROM versions") == 1


def test_what_was_taken_down_does_not_come_back(importing: Importing) -> None:
    from archive.db import atomic, open_archive

    importing.take_bytes(response(ARTICLE, page()), "a.warc")
    db = open_archive(importing.workspace.holdings.database)
    with atomic(db):
        db.conn.execute("UPDATE captures SET withdrawn = '2024'")
    db.close()
    report = importing.take_bytes(response(ARTICLE, page("New title")), "b.warc")
    assert (report.skipped, report.new.total()) == ({"withdrawn": 1}, 0)


def test_a_locked_site_is_read_by_the_next_import(importing: Importing) -> None:
    path = importing.write("a.warc", response(ARTICLE, page()))
    with SiteLock(importing.workspace.holdings, "gazette"):
        report = importing.take(path)
    assert report.exit_code == 3
    assert "another run holds gazette" in report.read.locked[0]
    report = importing.take(path)
    assert (report.known, report.read.articles) == (1, {"new": 1})
    with SiteLock(importing.workspace.holdings, "import"), pytest.raises(LockedError, match="another run holds import"):
        importing.take(path)


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.warc", b"", "the file is empty"),
        ("a.warc", b"no record at all\n" * 9, "no record is in it"),
        ("a.warc.gz", b"\x1f\x8b\x08broken", "no record is in it"),
        ("a.wacz", b"PK\x03\x04broken", "its directory cannot be read"),
        ("folder/a.warc", b"", "the file is empty"),
    ],
)
def test_what_holds_nothing_is_named(importing: Importing, name: str, data: bytes, reason: str) -> None:
    path = importing.write(name, data)
    report = importing.take(path if path.parent == importing.folder else path.parent)
    said = [left.reason for left in report.left if left.is_damage] + [reason for _, _, reason in report.damages]
    assert any(reason in each for each in said), said
    assert report.exit_code == 1


def test_a_wacz_without_a_warc_is_named(importing: Importing) -> None:
    report = importing.take(making.wacz(importing.folder / "a.wacz", b"x", name="data/test.txt"))
    assert Left(str(importing.folder / "a.wacz"), "no WARC file is in it", is_damage=True) in report.left
