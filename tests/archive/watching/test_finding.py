"""What is new of a saved search: told once each, however the archive came by it."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from archive import search as searching
from archive.errors import NotFoundError, UsageError
from archive.search import Filters, select
from archive.search.among import among
from archive.watching import finding
from archive.watching.finding import news_of
from archive.watching.saved import find_watch, last_event, mark_shown, mark_told, read_watches, remove_watch, save_watch
from tests.archive.keeping import NOON, SITE, Keeping, article, day_of

DAY = dt.timedelta(days=1)
A, B = "https://herald.example/a", "https://herald.example/b"


class Looker:
    """Looks again and again, as the end of each crawl does."""

    def __init__(self, keeping: Keeping, query: str = "harbour") -> None:
        self._keeping, self._query = keeping, query
        self.after = last_event(keeping.db)

    def __call__(self) -> list[tuple[str, str, int]]:
        through = last_event(self._keeping.db)
        finds = list(news_of(self._keeping.db, self._query, Filters(), self.after, through))
        self.after = through
        return [(find.news, find.url.rpartition("/")[2], find.version) for find in finds]


def test_new_and_changed_articles_are_told_once(keeping: Keeping) -> None:
    keeping.store(article("An old harbour.", url=B))
    look = Looker(keeping)
    assert look() == []
    keeping.store(article("The harbour is quiet.", url=A))
    keeping.store(article("The town is quiet.", url="https://herald.example/c", title="Town"))
    assert look() == [("new", "a", 1)]
    assert look() == []
    keeping.store(article("The harbour is quiet.", url=A))
    assert look() == [], "it was seen again, and nothing is new"
    keeping.store(article("The harbour is closed.", url=A))
    keeping.store(article("An old harbour, mended.", url=B))
    assert look() == [("changed", "a", 2), ("changed", "b", 2)]
    keeping.store(article("The harbour is quiet.", url=A))
    assert look() == [("changed", "a", 1)], "back again is a change too"


def test_what_happened_between_two_looks_is_one_line(keeping: Keeping) -> None:
    look = Looker(keeping)
    keeping.store(article("The harbour is quiet.", url=A))
    keeping.store(article("The harbour is closed.", url=A))
    assert look() == [("new", "a", 2)]


def test_what_comes_to_match_is_told_and_what_ceases_to_is_not(keeping: Keeping) -> None:
    look = Looker(keeping)
    keeping.store(article("The town.", url=A, title="Town"))
    keeping.store(article("The harbour.", url=B, title="Harbour"))
    assert look() == [("new", "b", 1)]
    keeping.store(article("The town and its harbour.", url=A, title="Town"))
    keeping.store(article("The quay.", url=B, title="Quay"))
    assert look() == [("changed", "a", 2)]


def test_an_article_that_is_gone_and_comes_back_is_told(keeping: Keeping) -> None:
    look = Looker(keeping)
    keeping.store(article("The harbour.", url=A))
    look()
    for days in (1, 10, 20):
        keeping.now = NOON + days * DAY
        keeping.fail(A, "http-404")
    assert look() == [("gone", "a", 1)]
    keeping.store(article("The harbour.", url=A))
    assert look() == [("returned", "a", 1)]


def test_an_old_capture_of_an_unknown_article_is_new_once(keeping: Keeping) -> None:
    look = Looker(keeping)
    for days in (-100, -300, -200):
        keeping.now = NOON + days * DAY
        keeping.store(article(f"The harbour, {-days} days ago.", url=A))
        assert look() == ([("new", "a", 1)] if days == -100 else [])


@pytest.mark.parametrize("looks_before", [True, False])
def test_a_past_that_comes_late_is_no_news(keeping: Keeping, looks_before: bool) -> None:
    look = Looker(keeping)
    keeping.store(article("The harbour.", url=A))
    look = look if looks_before else Looker(keeping)
    look()
    keeping.now = NOON - 300 * DAY
    keeping.store(article("The harbour as it was.", url=A))
    assert len(keeping.events()) > 2
    assert look() == []
    keeping.now = NOON + DAY
    keeping.store(article("The harbour is closed.", url=A))
    assert look() == [("changed", "a", 3)]


def test_a_clock_that_was_set_back_hides_no_change(keeping: Keeping) -> None:
    look = Looker(keeping)
    keeping.db.conn.execute("UPDATE runs SET started = '2024-01-01T00:00:00.000000Z'")
    keeping.store(article("The harbour.", url=A))
    look()
    keeping.now = NOON - 5 * DAY
    keeping.again()
    keeping.db.conn.execute("UPDATE runs SET started = '2024-01-01T00:00:00.000000Z'")
    keeping.store(article("The harbour is closed.", url=A))
    assert look() == [("changed", "a", 2)]


def test_what_was_withdrawn_or_taken_down_is_not_told(keeping: Keeping) -> None:
    look = Looker(keeping)
    keeping.store(article("The harbour.", url=A))
    keeping.store(article("The harbour.", url=B))
    keeping.db.conn.execute("UPDATE events SET withdrawn = '2024' WHERE article_id = (SELECT min(id) FROM articles)")
    keeping.db.conn.execute("UPDATE articles SET state = 'withdrawn' WHERE url = ?", (B,))
    assert look() == []


def test_only_articles_with_events_are_looked_at(keeping: Keeping, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def counted(*given: Any) -> set[int]:
        asked.append(len(given[3]))
        return among(*given)

    monkeypatch.setattr(finding, "among", counted)
    monkeypatch.setattr(finding, "_AT_ONCE", 3)
    for number in range(8):
        keeping.store(article("The harbour.", url=f"{A}{number}"))
    look = Looker(keeping)
    for number in range(5):
        keeping.store(article("The harbour is closed.", url=f"{A}{number}"))
    assert [name for _, name, _ in look()] == ["a0", "a1", "a2", "a3", "a4"]
    assert asked == [3, 2]


def test_among_is_select_of_some(keeping: Keeping) -> None:
    for number in range(12):
        day = None if number == 5 else day_of(f"2024-05-{number + 1:02}")
        keeping.store(article(f"The harbour {number % 3}.", url=f"{A}{number}", updated=day))
    # A page that is dated anew keeps its id: its day is another than its id's.
    keeping.store(article("The harbour 1.", url=f"{A}1", updated=day_of("2024-07-01")))
    ids = [row[0] for row in keeping.rows("SELECT id FROM articles")]
    for text in ("harbour", "harbour -1", "date:2024-05-03..2024-05-09 harbour", "date:2024-07", "", "quay", '"'):
        expected = set(select(keeping.db, text))
        assert among(keeping.db, text, Filters(), ids) == expected
        assert among(keeping.db, text, Filters(), ids[::2]) == expected & set(ids[::2])
    assert among(keeping.db, "date:2024-07", Filters(), ids) == {ids[1]}
    assert among(keeping.db, "harbour", Filters(since=dt.date(2025, 1, 1)), ids) == set()
    with pytest.raises(NotFoundError, match="no site 'x'"):
        among(keeping.db, "harbour", Filters("x"), ids)


def test_a_search_is_saved_found_and_forgotten(keeping: Keeping) -> None:
    keeping.store(article("The harbour.", url=A))
    saved = save_watch(keeping.db, "Hafen-2", "harbour", Filters(SITE.id, "news"), notify=False)
    assert find_watch(keeping.db, "Hafen-2") == saved == read_watches(keeping.db)[0]
    assert (saved.site, saved.section, saved.notify, saved.told_through) == ("herald", "news", False, 1)
    keeping.store(article("The harbour.", url=B))
    mark_told(keeping.db, {saved.id: 2})
    assert find_watch(keeping.db, "Hafen-2").told_through == 2
    assert find_watch(keeping.db, "Hafen-2").shown_through == 1
    mark_shown(keeping.db, {saved.id: 2})
    assert find_watch(keeping.db, "Hafen-2").shown_at is not None
    remove_watch(keeping.db, "Hafen-2")
    assert read_watches(keeping.db) == []


@pytest.mark.parametrize(
    ("action", "error", "message"),
    [
        (lambda db: save_watch(db, "a b", "", Filters(), notify=True), UsageError, "'a b' cannot be the name of a"),
        (lambda db: save_watch(db, "x/y", "", Filters(), notify=True), UsageError, "it takes letters, digits, - and _"),
        (lambda db: save_watch(db, "港口", "", Filters(), notify=True), UsageError, "watch remove 港口"),
        (lambda db: find_watch(db, "quay"), NotFoundError, "no saved search 'quay'; there is: 港口"),
        (lambda db: remove_watch(db, "quay"), NotFoundError, "no saved search 'quay'"),
    ],
)
def test_names(keeping: Keeping, action: Callable[[Any], object], error: type[Exception], message: str) -> None:
    save_watch(keeping.db, "港口", "", Filters(), notify=True)
    with pytest.raises(error, match=message):
        action(keeping.db)
    assert len(read_watches(keeping.db)) == 1
    assert searching.count(keeping.db, "") == 0
