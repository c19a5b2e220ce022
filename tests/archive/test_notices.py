"""A problem is told once, again when it comes back or grows, and its end where that is wanted."""

import datetime as dt

from archive.notices import Notice, Trouble, mark_told, note, read_notices, untold
from tests.archive.keeping import NOON, Keeping

WALK = Trouble("herald/walk/news", "failure", "herald", "the walk stopped")
HEALTH = Trouble("herald/health/field-empty:title", "health", "herald", "title is empty")
OTHER = Trouble("zhbao/walk/news", "failure", "zhbao", "the walk stopped")
EVERY = ("failure", "health", "end")


def later(hours: int) -> dt.datetime:
    return NOON + dt.timedelta(hours=hours)


def told(keeping: Keeping, *kinds: str) -> list[Notice]:
    """Return what is to be told, and mark it."""
    found = untold(keeping.db, kinds or EVERY)
    mark_told(keeping.db, found, NOON)
    return found


def test_a_problem_is_told_once(keeping: Keeping) -> None:
    for hour in range(3):
        note(keeping.db, ["herald"], [WALK, HEALTH], later(hour))
        assert [notice.key for notice in told(keeping)] == ([WALK.key, HEALTH.key] if hour == 0 else [])
    assert [notice.first_seen[:13] for notice in read_notices(keeping.db)] == ["2024-05-03T12"] * 2


def test_what_could_not_be_sent_stays_to_be_told(keeping: Keeping) -> None:
    note(keeping.db, ["herald"], [WALK], NOON)
    assert len(untold(keeping.db, EVERY)) == len(untold(keeping.db, EVERY)) == 1


def test_a_problem_that_ended_and_comes_again_is_told_again(keeping: Keeping) -> None:
    note(keeping.db, ["herald"], [WALK], NOON)
    told(keeping)
    note(keeping.db, ["herald"], [], later(1))
    (over,) = told(keeping)
    assert (over.key, (over.ended_at or "")[:13]) == (WALK.key, "2024-05-03T13")
    note(keeping.db, ["herald"], [WALK], later(2))
    (again,) = told(keeping)
    assert (again.key, again.ended_at, again.id) == (WALK.key, None, over.id + 1)
    assert [notice.ended_at is None for notice in read_notices(keeping.db, ended=5)] == [False, True]


def test_an_end_is_told_only_where_it_is_wanted_and_the_problem_was_told(keeping: Keeping) -> None:
    note(keeping.db, ["herald"], [WALK, HEALTH], NOON)
    assert [notice.key for notice in told(keeping, "failure")] == [WALK.key]
    note(keeping.db, ["herald"], [], later(1))
    assert told(keeping, "failure", "health") == []
    assert [notice.key for notice in told(keeping)] == [WALK.key]
    assert told(keeping) == []


def test_what_grows_is_told_again(keeping: Keeping) -> None:
    def of(level: int) -> Trouble:
        return Trouble("herald/articles/http-500", "failure", "herald", f"{level} articles", level)

    said = []
    for level in (1, 1, 10, 1, 10, 100):
        note(keeping.db, ["herald"], [of(level)], NOON)
        said.append([notice.said for notice in told(keeping)])
    assert said == [["1 articles"], [], ["10 articles"], [], [], ["100 articles"]]
    assert len(read_notices(keeping.db, ended=9)) == 1


def test_a_run_of_one_site_ends_nothing_of_another(keeping: Keeping) -> None:
    note(keeping.db, ["herald"], [WALK], NOON)
    note(keeping.db, ["zhbao"], [OTHER], later(1))
    assert {notice.key for notice in read_notices(keeping.db)} == {WALK.key, OTHER.key}
