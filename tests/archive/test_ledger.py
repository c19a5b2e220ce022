import dataclasses
import datetime as dt
from dataclasses import replace

import pytest

from archive import ledger
from archive.db import atomic
from archive.due import retry_at
from archive.model import Entry, timestamp
from tests.archive.keeping import NOON, SITE, URL, Keeping, article

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("cause", "failures", "wait"),
    [
        ("timeout", 1, dt.timedelta(0)),
        ("timeout", 2, HOUR),
        ("http-500", 3, 4 * HOUR),
        ("http-500", 4, 16 * HOUR),
        ("http-500", 5, 64 * HOUR),
        ("http-500", 6, 7 * DAY),
        ("http-500", 10_000, 7 * DAY),
        ("http-404", 1, DAY),
        ("http-410", 2, 2 * DAY),
        ("http-404", 3, 4 * DAY),
        ("http-404", 4, 7 * DAY),
        ("http-404", 10_000, 7 * DAY),
    ],
)
def test_when_a_failure_is_tried_again(cause: str, failures: int, wait: dt.timedelta) -> None:
    assert retry_at(cause, failures, NOON) == NOON + wait


def test_failures_count_up_and_a_success_forgets_them(keeping: Keeping) -> None:
    for _ in range(2):
        keeping.fail(URL, "http-500")
    row = keeping.record("urls")
    assert (row["state"], row["failures"], row["due_at"]) == ("failed", 2, timestamp(keeping.now + HOUR))
    keeping.store(article())
    row = keeping.record("urls")
    assert (row["state"], row["failures"], row["cause"]) == ("stored", 0, None)
    assert row["due_at"] > timestamp(keeping.now + HOUR)


def test_a_stored_article_that_fails_keeps_its_state(keeping: Keeping) -> None:
    keeping.store(article())
    keeping.fail(URL, "http-404")
    row = keeping.record("urls")
    assert (row["state"], row["cause"], row["failures"]) == ("stored", "http-404", 1)
    assert row["due_at"] == timestamp(keeping.now + DAY)
    assert row["article_id"] is not None


def test_a_page_or_image_of_an_article_that_fails_is_failed(keeping: Keeping) -> None:
    page = "https://herald.example/news/a_2.html"
    keeping.store(article(), pages=(page,))
    keeping.fail(page, "timeout", kind="page")
    assert keeping.record("urls", url=page)["state"] == "failed"


def test_what_is_known_of_a_url(keeping: Keeping) -> None:
    assert ledger.known(keeping.db, "herald", URL) is None
    keeping.fail(URL, "http-500")
    assert ledger.known(keeping.db, "herald", URL) == ledger.Known(
        1, "article", "failed", None, timestamp(keeping.now), 1, timestamp(keeping.now), cause="http-500"
    )
    assert ledger.known(keeping.db, "other", URL) is None


def open_urls(keeping: Keeping, now: dt.datetime, sections: list[int] | None = None) -> list[str]:
    return [url for url, _ in ledger.open_articles(keeping.db, "herald", now, sections)]


def test_open_articles_over_several_slices(keeping: Keeping) -> None:
    urls = [f"https://herald.example/{n}" for n in range(2 * ledger.SLICE + 7)]
    keeping.listing(*(Entry(url) for url in urls))
    assert open_urls(keeping, keeping.now) == urls
    assert open_urls(keeping, keeping.now, [1]) == urls
    assert open_urls(keeping, keeping.now, [2]) == []
    assert open_urls(keeping, keeping.now, [2, 1]) == urls
    assert open_urls(keeping, keeping.now, []) == []


def test_open_articles_may_be_stored_while_they_are_read(keeping: Keeping) -> None:
    urls = [f"https://herald.example/{n}" for n in range(ledger.SLICE + 3)]
    keeping.listing(*(Entry(url) for url in urls))
    seen = []
    for number, (url, _) in enumerate(ledger.open_articles(keeping.db, "herald", keeping.now)):
        seen.append(url)
        if number < 3:
            keeping.fail(url, "gone", skipped=True)
    assert seen == urls


def test_open_articles_are_pending_or_due(keeping: Keeping) -> None:
    keeping.listing(Entry("https://herald.example/pending"))
    keeping.fail("https://herald.example/failed", "http-404")
    keeping.fail("https://herald.example/skipped", "robots", skipped=True)
    keeping.fail("https://herald.example/page", "timeout", kind="page")
    keeping.store(article(), live=True)
    assert open_urls(keeping, keeping.now) == ["https://herald.example/pending"]
    assert open_urls(keeping, keeping.now + DAY) == [
        "https://herald.example/pending", URL, "https://herald.example/failed", "https://herald.example/skipped",
    ], "what is pending, then what has been due for longest"  # fmt: skip
    with atomic(keeping.db):
        article_id = keeping.one("SELECT id FROM urls WHERE url = ?", URL)
        ledger.mark_due(keeping.db, article_id, timestamp(keeping.now - HOUR))
    assert open_urls(keeping, keeping.now) == ["https://herald.example/pending"], "it was fetched since"
    with atomic(keeping.db):
        ledger.mark_due(keeping.db, article_id, timestamp(keeping.now + HOUR))
    assert open_urls(keeping, keeping.now + HOUR) == ["https://herald.example/pending", URL]
    assert open_urls(keeping, keeping.now) == ["https://herald.example/pending"]
    with atomic(keeping.db):
        ledger.mark_due(keeping.db, article_id, timestamp(keeping.now - DAY))
    assert URL in open_urls(keeping, keeping.now - DAY), "it was fetched before the clock was set back"
    with atomic(keeping.db):
        ledger.mark_due(keeping.db, article_id, timestamp(keeping.now + HOUR))
    (known,) = (known for url, known in ledger.open_articles(keeping.db, "herald", keeping.now + HOUR) if url == URL)
    assert (known.state, known.due_at) == ("stored", timestamp(keeping.now + HOUR))
    assert known.article_id == keeping.one("SELECT id FROM articles")


def test_seen_before_the_last_completed_walk(keeping: Keeping) -> None:
    keeping.listing(Entry(URL))
    sections = ledger.sections_of(keeping.db, "herald")
    assert not ledger.seen_before(keeping.db, sections["news"], "herald", URL)
    mark = ledger.walk_mark(keeping.db)
    end = ledger.WalkEnd(sections["news"].id, True, timestamp(keeping.now - DAY), mark, None, "daily", "d1")
    keeping.listing(Entry("https://herald.example/b"), end=end)
    news = ledger.sections_of(keeping.db, "herald")["news"]
    assert ledger.seen_before(keeping.db, news, "herald", URL)
    assert not ledger.seen_before(keeping.db, news, "herald", "https://herald.example/c")
    assert not ledger.seen_before(keeping.db, news, "herald", "https://herald.example/b"), "shown by that walk itself"
    early = dataclasses.replace(news, walk_mark=mark - 1)
    assert not ledger.seen_before(keeping.db, early, "herald", URL)
    culture = dataclasses.replace(ledger.sections_of(keeping.db, "herald")["culture"], walk_mark=mark)
    assert not ledger.seen_before(keeping.db, culture, "herald", URL)


def test_the_entry_is_what_was_said_first(keeping: Keeping) -> None:
    assert ledger.entry_of(keeping.db, "herald", URL) is None
    first = Entry(URL, "First", "1 May", "S", "T")
    keeping.listing(first)
    keeping.listing(Entry(URL, "Second"), section="culture")
    assert ledger.entry_of(keeping.db, "herald", URL) == dataclasses.replace(first, section="news")
    assert ledger.entry_of(keeping.db, "other", URL) is None


def test_sections_by_key(keeping: Keeping) -> None:
    assert keeping.run.sections == {
        "news": ledger.Section(1, "news", None),
        "culture": ledger.Section(2, "culture", None),
    }
    assert ledger.sections_of(keeping.db, "absent") == {}
    with atomic(keeping.db):
        assert ledger.ensure_site(keeping.db, SITE) == keeping.run.sections


def test_of_two_addresses_the_one_that_answers_is_visited(keeping: Keeping) -> None:
    old, new = "https://herald.example/old.html", "https://herald.example/new.html"

    def due() -> dict[str, bool]:
        return dict(keeping.rows("SELECT url, due_at IS NOT NULL FROM urls"))

    keeping.store(article(url=old, canonical_url=new))
    keeping.store(article(url=new, canonical_url=new))
    assert due() == {old: True, new: False}
    for _ in range(3):
        assert due() == {old: True, new: False}
        keeping.fail(old, "dns")
    assert due() == {old: True, new: True}
    keeping.store(article(url=new, canonical_url=new))
    assert due() == {old: True, new: True}
    keeping.store(article(url=old, canonical_url=new))
    assert due() == {old: False, new: True}
    assert keeping.count("articles") == 1


@pytest.mark.parametrize(
    ("told", "etag", "kept"),
    [
        (True, '"e1"', ('"e1"', "Fri, 03 May 2024 10:00:00 GMT")),
        (True, 'W/"e1"', ('W/"e1"', "Fri, 03 May 2024 10:00:00 GMT")),
        (True, None, ('"e1"', "Fri, 03 May 2024 10:00:00 GMT")),
        (True, '"e2"', (None, None)),
        (False, '"e2"', ('"e2"', "Fri, 03 May 2024 10:00:00 GMT")),
    ],
)
def test_a_server_that_is_not_modified_and_names_another_etag_is_not_believed_again(
    keeping: Keeping, told: bool, etag: str | None, kept: tuple[str | None, str | None]
) -> None:
    keeping.store(article())
    url_id = keeping.one("SELECT id FROM urls WHERE url = ?", URL)
    with atomic(keeping.db):
        ledger.mark_unchanged(keeping.db, url_id, timestamp(keeping.now), told=told, etag=etag)
    row = keeping.record("urls")
    assert (row["etag"], row["last_modified"]) == kept


def test_an_article_with_an_address_that_is_missing_only_lately_is_not_gone(keeping: Keeping) -> None:
    other = "https://herald.example/other.html"
    keeping.store(article())
    keeping.store(article(url=other, canonical_url=URL), identity=URL)
    for wait in (DAY, 20 * DAY):
        keeping.fail(URL, "http-404")
        keeping.now += wait
    keeping.fail(other, "http-404")
    keeping.fail(URL, "http-404")
    assert keeping.one("SELECT state FROM articles") == "live"
    keeping.now += 15 * DAY
    keeping.fail(other, "http-404")
    assert keeping.one("SELECT state FROM articles") == "gone"


def test_a_walk_cut_under_another_definition_does_not_trust_what_was_walked_before(keeping: Keeping) -> None:
    """Pages that it has not come to were last seen by the former definition."""
    section = keeping.run.sections["news"]
    end = ledger.WalkEnd(section.id, True, timestamp(NOON), 5, None, "1d", "first")
    for last in (end, replace(end, completed=False, definition="first", resume="https://herald.example/news/2")):
        with atomic(keeping.db):
            ledger.end_walk(keeping.db, last, NOON)
        row = keeping.record("sections", key="news")
        assert (row["walk_mark"], row["walk_completed"] is None) == (5, False)
    with atomic(keeping.db):
        ledger.end_walk(keeping.db, replace(last, definition="second"), NOON)
    row = keeping.record("sections", key="news")
    assert (row["walk_mark"], row["walk_completed"], row["definition"]) == (None, None, "second")
