import datetime as dt
import json

import pytest

from archive import ledger
from archive.errors import ArchiveError
from archive.model import Entry, timestamp
from archive.units import CaptureRef, CaptureUnit, FetchedImage, ListingUnit
from archive.warc import Place, read_exchange
from tests.archive.keeping import NOON, URL, Keeping, article, picture, sha256

LIST_URL = "https://herald.example/news/"
SAID = Entry(URL, "Harbour report", "2 May 2024", "Quiet.", "https://herald.example/t.png")


def test_a_capture_is_a_record_and_a_row(keeping: Keeping) -> None:
    ref = keeping.capture(URL, b"<p>hello</p>")
    keeping.writer.flush()
    row = keeping.record("captures")
    assert (ref.id, row["id"], row["url"], row["status"], row["mime"]) == (1, 1, URL, 200, "text/html")
    assert row["fetched_at"] == "2024-05-03T12:01:00.000000Z"
    assert row["digest"] == ref.digest == f"sha256:{sha256(b'<p>hello</p>')}"
    assert json.loads(row["headers"])[0] == ["Content-Type", "text/html; charset=utf-8"]
    assert (row["file"], row["run_id"], row["withdrawn"], row["revisit_of"]) == (
        keeping.warc.name,
        keeping.run.id,
        None,
        None,
    )
    got = read_exchange(keeping.holdings.captures, Place(row["file"], row["offset"], row["length"]))
    assert (got.body, got.url, timestamp(got.fetched_at)) == (b"<p>hello</p>", URL, row["fetched_at"])


def test_a_capture_without_a_content_type(keeping: Keeping) -> None:
    got = keeping.exchange(URL, b"", status=304, headers=())
    keeping.writer.put(CaptureUnit(CaptureRef(URL, got.fetched_at), got))
    keeping.writer.flush()
    row = keeping.record("captures")
    assert (row["status"], row["mime"], row["headers"]) == (304, None, "[]")


def test_captures_are_chained_over_batches_and_runs(keeping: Keeping) -> None:
    for _ in range(2):
        for n in range(3):
            keeping.capture(f"https://herald.example/{n}", b"x" * n)
        keeping.capture("https://herald.example/p.png", picture(), kept_as_media=True)
        keeping.writer.flush()
        keeping.again()
    assert [row_id for (row_id,) in keeping.rows("SELECT id FROM captures ORDER BY id")] == list(range(1, 9))
    assert keeping.chain_is_whole()


@pytest.mark.parametrize(
    "column", ["url", "fetched_at", "status", "mime", "headers", "digest", "file", "offset", "length"]
)
def test_the_chain_tells_of_a_changed_row(keeping: Keeping, column: str) -> None:
    for n in range(3):
        keeping.capture(f"https://herald.example/{n}")
    keeping.writer.flush()
    assert keeping.chain_is_whole()
    keeping.db.conn.execute(f"UPDATE captures SET {column} = '7' WHERE id = 2")  # noqa: S608
    assert not keeping.chain_is_whole()


def test_the_chain_tells_of_a_row_that_is_gone(keeping: Keeping) -> None:
    for n in range(3):
        keeping.capture(f"https://herald.example/{n}")
    keeping.writer.flush()
    keeping.db.conn.execute("DELETE FROM captures WHERE id = 2")
    assert not keeping.chain_is_whole()


def test_a_capture_named_before_it_is_written(keeping: Keeping) -> None:
    unit = keeping.unit(article())
    unit.captures = (CaptureRef(URL, NOON),)
    keeping.writer.put(unit)
    with pytest.raises(ArchiveError) as caught:
        keeping.writer.flush()
    assert str(caught.value) == (
        f"writing failed: RuntimeError: the capture of {URL} was named before it was written; "
        "this is a bug, please report it"
    )
    assert keeping.count("articles") == keeping.count("captures") == 0


def test_a_listing_makes_its_articles_known(keeping: Keeping) -> None:
    keeping.listing(SAID, Entry("https://herald.example/b"), page=3)
    assert keeping.rows("SELECT url, kind, state, cause FROM urls ORDER BY id") == [
        (LIST_URL, "listing", "stored", None),
        (URL, "article", "pending", None),
        ("https://herald.example/b", "article", "pending", None),
    ]
    row = keeping.record("sightings", rank=1)
    at = "2024-05-03T12:01:00.000000Z"
    assert row | {"id": 1} == {
        "id": 1, "url_id": 2, "section_id": 1, "listing_url_id": 1, "capture_id": 1, "page": 3, "rank": 1,
        "title": "Harbour report", "date_raw": "2 May 2024", "summary": "Quiet.",
        "thumbnail": "https://herald.example/t.png", "first_seen": at, "last_seen": at,
    }  # fmt: skip
    assert keeping.record("sightings", rank=2)["title"] is None
    assert keeping.record("sections", key="news")["walk_completed"] is None


def test_the_same_words_are_one_sighting(keeping: Keeping) -> None:
    keeping.listing(SAID, Entry("https://herald.example/b"))
    keeping.listing(Entry("https://herald.example/b"), SAID, page=2, url="https://herald.example/news/2")
    assert keeping.count("sightings") == 2
    row = keeping.record("sightings", title="Harbour report")
    assert (row["page"], row["rank"], row["capture_id"], row["listing_url_id"]) == (2, 2, 2, 4)
    assert (row["first_seen"], row["last_seen"]) == ("2024-05-03T12:01:00.000000Z", "2024-05-03T12:02:00.000000Z")


@pytest.mark.parametrize(
    "said",
    [
        Entry(URL, "Other", "2 May 2024", "Quiet.", "https://herald.example/t.png"),
        Entry(URL, "Harbour report", None, "Quiet.", "https://herald.example/t.png"),
        Entry(URL, "Harbour report", "2 May 2024", "Loud.", "https://herald.example/t.png"),
        Entry(URL, "Harbour report", "2 May 2024", "Quiet."),
    ],
)
def test_other_words_are_another_sighting(keeping: Keeping, said: Entry) -> None:
    keeping.listing(SAID)
    keeping.listing(said)
    assert keeping.count("sightings") == 2


def test_another_section_is_another_sighting(keeping: Keeping) -> None:
    keeping.listing(SAID)
    keeping.listing(SAID, section="culture")
    assert keeping.rows("SELECT section_id FROM sightings ORDER BY id") == [(1,), (2,)]


def test_the_last_page_ends_the_walk(keeping: Keeping) -> None:
    end = ledger.WalkEnd(1, True, "2024-05-03T11:00:00.000000Z", 7, "2024-05-04T11:00:00.000000Z", "daily", "d1")
    keeping.listing(SAID, end=end, note="end")
    row = keeping.record("sections", key="news")
    assert (row["walk_started"], row["walk_completed"]) == (
        "2024-05-03T11:00:00.000000Z",
        "2024-05-03T12:01:00.000000Z",
    )
    assert (row["walk_mark"], row["due_at"], row["every"], row["definition"], row["failures"]) == (
        7, "2024-05-04T11:00:00.000000Z", "daily", "d1", 0,
    )  # fmt: skip
    assert keeping.record("urls", kind="listing")["cause"] == "end"
    assert keeping.record("sections", key="culture")["walk_completed"] is None


def test_a_full_walk_makes_known_articles_due(keeping: Keeping) -> None:
    keeping.listing(SAID)
    keeping.store(article())
    keeping.listing(SAID, Entry("https://herald.example/b"), revisit_at="2999-05-03T11:00:00.000000Z")
    assert keeping.rows("SELECT state, due_at FROM urls WHERE kind = 'article' ORDER BY id") == [
        ("stored", "2999-05-03T11:00:00.000000Z"),
        ("pending", None),
    ]
    keeping.listing(SAID, revisit_at="2024-05-03T11:00:00.000000Z")
    assert keeping.record("urls", url=URL)["due_at"] == "2999-05-03T11:00:00.000000Z", "it was fetched since"


def test_a_failure_and_a_skip(keeping: Keeping) -> None:
    keeping.fail("https://herald.example/f", "http-500")
    keeping.fail("https://herald.example/s", "robots", skipped=True)
    assert keeping.rows("SELECT url, state, cause, failures, due_at FROM urls ORDER BY id") == [
        ("https://herald.example/f", "failed", "http-500", 1, "2024-05-03T12:01:00.000000Z"),
        ("https://herald.example/s", "skipped", "robots", 1, "2024-05-04T12:02:00.000000Z"),
    ]


def test_a_skip_is_looked_at_again_ever_later(keeping: Keeping) -> None:
    """A rule may change, and a server that sent another kind of page may be mended."""
    days = []
    for _ in range(5):
        keeping.fail("https://herald.example/s", "not-html", skipped=True)
        fetched_at, due_at = (
            dt.datetime.fromisoformat(keeping.record("urls")[name]) for name in ("fetched_at", "due_at")
        )
        days.append((due_at - fetched_at).days)
    assert days == [1, 4, 16, 64, 90]


def test_weights(keeping: Keeping) -> None:
    assert CaptureUnit(CaptureRef(URL, NOON), keeping.exchange(URL, b"12345")).weight == 5
    assert ListingUnit(1, LIST_URL, CaptureRef(LIST_URL, NOON), 1, (SAID, SAID)).weight == 1000


def test_an_image_lets_go_of_its_bytes(keeping: Keeping) -> None:
    image = keeping.image("https://herald.example/p.png", picture())
    assert image.size == len(picture())
    image.keep(keeping.holdings.media)
    assert image.data is None
    assert image.sha256 == sha256(picture())
    assert image.size == len(picture())
    image.keep(keeping.holdings.media)
    nothing = FetchedImage("u", error="http-404")
    nothing.keep(keeping.holdings.media)
    assert (nothing.sha256, nothing.size) == (None, 0)


def test_an_image_is_not_given_up_for_what_its_host_did_before(keeping: Keeping) -> None:
    url = "https://herald.example/p.png"
    for cause, failures in (("timeout", 1), ("reset", 2), ("http-404", 1), ("not-image", 2), ("timeout", 3)):
        keeping.fail(url, cause, kind="image")
        assert keeping.record("urls")["failures"] == failures
