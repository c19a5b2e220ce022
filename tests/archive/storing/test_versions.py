"""A fetched article is a version of its own, or one more capture of a version that is known."""

import datetime as dt
import json
from typing import Any

import pytest

from archive.model import Stamp
from archive.reader import read_article
from tests.archive.keeping import NOON, URL, Keeping, article, day_of
from tests.archive.storing.pages import A, B


def test_an_unchanged_page_is_one_more_capture(keeping: Keeping) -> None:
    keeping.store(article())
    before = keeping.one("SELECT digest FROM versions")
    unit = keeping.store(article())
    assert unit.outcome == "unchanged"
    assert keeping.count("versions") == keeping.count("events") == 1
    assert keeping.rows("SELECT capture_id, position, seen_at FROM version_captures ORDER BY capture_id") == [
        (1, 1, "2024-05-03T12:01:00.000000Z"),
        (2, 1, "2024-05-03T12:02:00.000000Z"),
    ]
    row = keeping.record("articles")
    assert (row["first_seen"], row["last_seen"]) == ("2024-05-03T12:01:00.000000Z", "2024-05-03T12:02:00.000000Z")
    assert keeping.one("SELECT digest FROM versions") == before


def test_a_changed_page_is_a_version(keeping: Keeping) -> None:
    keeping.store(article(A))
    assert keeping.store(article(B)).outcome == "stored"
    assert keeping.events() == [("first_seen", None, 1), ("changed", 1, 2)]
    row = keeping.record("articles")
    assert (row["version"], row["body"]) == (2, B)
    assert keeping.found("quiet") == []
    assert keeping.found("closed") == [row["id"]]
    keeping.check_index()
    assert read_article(keeping.db, URL, version=1).article.body == A
    assert read_article(keeping.db, URL).article.body == B
    assert keeping.one("SELECT at FROM events WHERE kind = 'changed'") == "2024-05-03T12:02:00.000000Z"


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Harbour report, corrected"},
        {"title": None},
        {"updated": day_of("2024-05-03")},
        {"updated": None},
        {"published": day_of("2024-05-02")},
        {"published": Stamp("soon", reason="unreadable")},
    ],
)
def test_what_makes_a_version(keeping: Keeping, change: dict[str, Any]) -> None:
    keeping.store(article())
    assert keeping.store(article(**change)).outcome == "stored"
    assert keeping.events()[1:] == [("changed", 1, 2)]


@pytest.mark.parametrize(
    "change",
    [
        {"byline": ("Jane Doe",)},
        {"source": "Agency"},
        {"breadcrumb": ("Home",)},
        {"language": "de"},
        {"rules": {"title": "h1"}},
        {"updated": Stamp("2 May 2024", dt.date(2024, 5, 2), "day")},
    ],
)
def test_what_makes_no_version(keeping: Keeping, change: dict[str, Any]) -> None:
    keeping.store(article())
    assert keeping.store(article(**change)).outcome == "unchanged"
    assert keeping.count("versions") == keeping.count("events") == 1
    keeping.check_index()


def test_a_new_byline_is_found_without_a_version(keeping: Keeping) -> None:
    keeping.store(article(byline=("Jane Doe",)))
    keeping.store(article(byline=("Joan Roe",)))
    assert keeping.found("doe") == []
    assert len(keeping.found("roe")) == 1


def test_what_is_found_is_what_is_shown(keeping: Keeping) -> None:
    """The row that search reads and the record that `show` reads are one article."""
    keeping.store(article(byline=("Jane Doe",)))
    keeping.store(article(byline=("Joan Roe",)))
    assert list(read_article(keeping.db, URL).article.byline) == json.loads(keeping.one("SELECT byline FROM articles"))


def test_relative_dates_make_no_version(keeping: Keeping) -> None:
    for hours in (3, 4):
        stamp = Stamp(f"{hours} hours ago", dt.date(2024, 5, 3), "day", reason="relative")
        unit = keeping.store(article(updated=stamp))
    assert unit.outcome == "unchanged"
    assert keeping.count("versions") == 1
    assert keeping.one("SELECT updated_raw FROM articles") == "4 hours ago"


def test_there_and_back_again_is_two_versions_and_two_changes(keeping: Keeping) -> None:
    assert [keeping.store(article(body)).outcome for body in (A, B, A)] == ["stored", "stored", "unchanged"]
    assert keeping.events() == [("first_seen", None, 1), ("changed", 1, 2), ("changed", 2, 1)]
    row = keeping.record("articles")
    assert (row["version"], row["body"]) == (1, A)
    assert keeping.count("versions") == 2
    assert len(keeping.found("quiet")) == 1
    assert keeping.found("closed") == []
    ties = keeping.rows("SELECT number, capture_id FROM version_captures JOIN versions ON id = version_id ORDER BY 2")
    assert ties == [(1, 1), (2, 2), (1, 3)]
    keeping.store(article(B))
    assert keeping.events()[3:] == [("changed", 1, 2)]


def test_a_capture_from_before_changes_what_was_told_and_not_what_is_shown(keeping: Keeping) -> None:
    """Captures may come late: events follow capture time, what the latest showed stays current."""
    keeping.now = NOON + dt.timedelta(days=1)
    keeping.store(article(B))
    keeping.now = NOON
    assert keeping.store(article(A)).outcome == "stored"
    story = "SELECT kind, from_version, to_version, at FROM events WHERE withdrawn IS NULL ORDER BY at"
    first, later = "2024-05-03T12:01:00.000000Z", "2024-05-04T12:01:00.000000Z"
    assert keeping.rows(story) == [("first_seen", None, 2, first), ("changed", 2, 1, later)]
    assert keeping.rows("SELECT kind, to_version FROM events WHERE withdrawn IS NOT NULL") == [("first_seen", 1)]
    row = keeping.record("articles")
    assert (row["first_seen"], keeping.one("SELECT min(seen_at) FROM versions")) == (first, first)
    assert (row["version"], row["body"], row["last_seen"]) == (1, B, "2024-05-04T12:01:00.000000Z")
    keeping.now = NOON
    keeping.store(article(B))
    assert keeping.one("SELECT last_seen FROM articles") == "2024-05-04T12:01:00.000000Z"


def test_an_older_capture_of_the_current_version_does_not_take_over_its_fields(keeping: Keeping) -> None:
    keeping.now = NOON + dt.timedelta(days=1)
    keeping.store(article(byline=("New",)))
    keeping.now = NOON
    keeping.store(article(byline=("Old",)))
    assert keeping.one("SELECT byline FROM articles") == '["New"]'
