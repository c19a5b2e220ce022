"""What fails, as the ledger says it, and making it due."""

import datetime as dt

import pytest

from archive.errors import NotFoundError
from archive.failures import MadeDue, by_cause, count_failures, find_failures, make_due, sites_of
from archive.hosts import resting, write_host
from archive.model import Entry, timestamp
from tests.archive.keeping import URL, Keeping, article

BASE = "https://herald.example/news/"


def fill(keeping: Keeping) -> None:
    """Two articles that time out, one that a rule skips, an image that is missing, and a stored one that came back."""
    keeping.listing(*(Entry(f"{BASE}{name}") for name in ("a.html", "slow1", "slow2", "robots", "back")))
    for url in ("slow1", "slow2", "slow2", "back"):
        keeping.fail(BASE + url, "timeout")
    keeping.fail(BASE + "robots", "robots", skipped=True)
    keeping.store(article("The quay.", url=BASE + "back"))
    keeping.fail("https://herald.example/p.png", "http-404", kind="image")


def test_failures_are_listed_by_cause(keeping: Keeping) -> None:
    fill(keeping)
    found = find_failures(keeping.db)
    assert [(failure.cause, failure.kind, failure.url.rpartition("/")[2], failure.failures) for failure in found] == [
        ("http-404", "image", "p.png", 1),
        ("timeout", "article", "slow1", 1),
        ("timeout", "article", "slow2", 2),
    ]
    twice = found[2]
    assert twice.first_tried < twice.last_tried < (twice.due_at or "")
    assert found[1].first_tried == found[1].last_tried
    assert not twice.stored
    assert [(key, len(group)) for key, group in by_cause(found)] == [
        (("herald", "http-404"), 1),
        (("herald", "timeout"), 2),
    ]
    assert count_failures(keeping.db, "herald") == {"timeout": 2, "http-404": 1}
    assert [failure.url for failure in find_failures(keeping.db, "herald", "http-404")] == [
        "https://herald.example/p.png"
    ]


def test_a_failure_begins_anew_after_a_good_fetch(keeping: Keeping) -> None:
    keeping.fail(URL, "timeout")
    keeping.store(article())
    assert find_failures(keeping.db) == []
    keeping.fail(URL, "refused")
    (failure,) = find_failures(keeping.db)
    assert (failure.cause, failure.failures, failure.stored) == ("refused", 1, True)
    assert failure.first_tried == failure.last_tried
    assert failure.as_dict()["stored"] is True


def test_what_is_gone_is_no_failure(keeping: Keeping) -> None:
    keeping.store(article())
    keeping.fail(URL, "http-410")
    assert len(find_failures(keeping.db)) == 1
    keeping.db.conn.execute("UPDATE articles SET state = 'gone'")
    assert find_failures(keeping.db) == []
    assert count_failures(keeping.db, "herald") == {}


def test_making_due(keeping: Keeping) -> None:
    fill(keeping)
    now = keeping.now + dt.timedelta(hours=1)
    assert make_due(keeping.db, "herald", now, cause="timeout") == MadeDue(articles=2)
    due = keeping.rows("SELECT url FROM urls WHERE due_at = ? ORDER BY url", timestamp(now))
    assert due == [(f"{BASE}slow1",), (f"{BASE}slow2",)]
    assert make_due(keeping.db, "herald", now, cause="robots") == MadeDue(articles=1), "a skip, where it is named"
    assert make_due(keeping.db, "herald", now, urls=[f"{BASE}back"]) == MadeDue(articles=1), "whatever is known of it"
    assert make_due(keeping.db, "herald", now, urls=[f"{BASE}a.html"]) == MadeDue(), "a pending one is due already"
    assert make_due(keeping.db, "herald", now, cause="http-500").total == 0


def test_an_image_is_due_by_the_articles_that_show_it(keeping: Keeping) -> None:
    from archive.model import Image

    shown = "https://herald.example/p.png"
    keeping.store(article(images=(Image(shown),)), images=(keeping.image(shown, error="http-404"),))
    now = keeping.now + dt.timedelta(hours=1)
    assert make_due(keeping.db, "herald", now) == MadeDue(images=1)
    assert keeping.rows("SELECT url FROM urls WHERE due_at = ? ORDER BY id", timestamp(now)) == [(URL,), (shown,)]


def test_sections_whose_walk_failed_are_due(keeping: Keeping) -> None:
    keeping.fail("https://herald.example/news/", "http-500", kind="listing")
    keeping.db.conn.execute("UPDATE sections SET failures = 2, due_at = 'later' WHERE key = 'news'")
    now = keeping.now
    assert make_due(keeping.db, "herald", now) == MadeDue(sections=1)
    assert keeping.rows("SELECT key, due_at FROM sections ORDER BY id") == [
        ("news", timestamp(now)),
        ("culture", None),
    ]


def test_a_host_that_is_left_alone_may_be_asked_again(keeping: Keeping) -> None:
    fill(keeping)
    for origin in ("https://herald.example", "https://other.example"):
        write_host(keeping.db, origin, {"retry_at": "2999-01-01T00:00:00.000000Z", "failures": 3, "cause": "http-503"})
    assert make_due(keeping.db, "herald", keeping.now).hosts == 1
    assert [host.origin for host in resting(keeping.db)] == ["https://other.example"]


def test_what_is_unknown_is_named(keeping: Keeping) -> None:
    with pytest.raises(NotFoundError, match="no site 'x' in the archive; it holds herald"):
        find_failures(keeping.db, "x")
    with pytest.raises(NotFoundError, match=r"no URL https://x\.example/ in the archive; .*newsarchive save https"):
        sites_of(keeping.db, "https://x.example/")
    assert sites_of(keeping.db, keeping.listing(Entry(URL)).url) == ["herald"]
