"""When what is stored, failed or missing is due again."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.due import Policy, missing_until, next_visit, retry_at, return_at, walk_retry_at
from tests.archive.keeping import NOON

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
AGES = st.timedeltas(dt.timedelta(0), 10_000 * DAY)


@given(AGES, st.integers(0, 10**9))
def test_a_visit_comes_after_half_the_time_of_stillness_within_bounds(age: dt.timedelta, number: int) -> None:
    policy = Policy()
    due = next_visit(NOON - age, NOON, policy, number)
    assert due is not None
    half = min(max(age / 2, policy.soonest), policy.longest)
    assert 0.9 * half <= due - NOON <= 1.1 * half


def test_a_backlog_of_old_articles_does_not_come_back_in_one_night() -> None:
    days = {due.date() for number in range(1000) if (due := next_visit(NOON - 5000 * DAY, NOON, Policy(), number))}
    assert len(days) > 30


def test_a_still_page_is_visited_ever_more_rarely() -> None:
    now, visits = NOON, 0
    while now < NOON + 365 * DAY:
        due = next_visit(NOON, now, Policy(), 7)
        assert due is not None
        assert due > now
        now, visits = due, visits + 1
    assert visits < 25


def test_without_revisits_nothing_is_due() -> None:
    policy = Policy(revisits=False)
    assert next_visit(NOON, NOON, policy, 1) is None
    assert return_at(NOON, policy) is None


@pytest.mark.parametrize("days", [0, 1, 3, 5, 14, 30])
def test_a_missing_page_is_gone_on_the_configured_day_and_not_before(days: int) -> None:
    policy = Policy(gone_after=days * DAY)
    now, asked = NOON, 1
    while (due := missing_until(NOON, asked, now, policy)) is not None:
        assert due > now
        now, asked = due, asked + 1
    assert asked >= 2
    assert now == NOON + max(days, 1) * DAY


@given(st.sampled_from(["timeout", "http-500", "http-404"]), st.integers(1, 10_000))
def test_retries_come_ever_later_and_a_week_at_most(cause: str, failures: int) -> None:
    wait = retry_at(cause, failures, NOON) - NOON
    assert dt.timedelta(0) <= wait <= 7 * DAY
    assert wait <= retry_at(cause, failures + 1, NOON) - NOON


def test_a_walk_that_fails_is_tried_again_soon_and_daily_in_the_end() -> None:
    waits = [walk_retry_at(failures, NOON) - NOON for failures in (1, 2, 3, 6, 10_000)]
    minute = dt.timedelta(minutes=1)
    assert waits == [10 * minute, 30 * minute, 90 * minute, DAY, DAY]
