"""When a section is due, by what its definition says."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.schedule import interval_of, is_schedule, next_due

# A Friday, in summer time.
NOON = dt.datetime(2024, 5, 3, 12, 0, tzinfo=dt.UTC)
BERLIN = ZoneInfo("Europe/Berlin")
SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("every", "zone", "expected"),
    [
        ("daily at 04:00", None, "2024-05-04T04:00+00:00"),
        ("daily at 04:00", SHANGHAI, "2024-05-03T20:00+00:00"),
        ("daily at 14:30", BERLIN, "2024-05-03T12:30+00:00"),
        ("weekly at 06:15", BERLIN, "2024-05-06T04:15+00:00"),
        ("0 */6 * * *", None, "2024-05-03T18:00+00:00"),
        ("30  7 *  * 1-5", BERLIN, "2024-05-06T05:30+00:00"),
        ("0 0 29 2 *", None, "2028-02-29T00:00+00:00"),
    ],
)
def test_a_clock_is_the_sites(every: str, zone: dt.tzinfo | None, expected: str) -> None:
    assert next_due(every, NOON, zone) == dt.datetime.fromisoformat(expected)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        # 02:30 does not exist on the one night and comes twice on the other.
        (dt.datetime(2024, 3, 31, 0, 0, tzinfo=dt.UTC), dt.datetime(2024, 3, 31, 1, 0, tzinfo=dt.UTC)),
        (dt.datetime(2024, 10, 27, 0, 0, tzinfo=dt.UTC), dt.datetime(2024, 10, 27, 0, 30, tzinfo=dt.UTC)),
    ],
)
def test_a_change_of_the_clocks_skips_no_night(day: dt.datetime, expected: dt.datetime) -> None:
    assert next_due("daily at 02:30", day, BERLIN) == expected


@pytest.mark.parametrize(
    ("every", "hours"),
    [("hourly", 1), ("6h", 6), ("90 min", 1.5), ("30m", 0.5), ("2d", 48), ("daily", 24), ("weekly", 168)],
)
def test_an_interval_counts_from_the_last_walk_and_is_a_little_early(every: str, hours: float) -> None:
    due = next_due(every, NOON)
    assert due is not None
    early = NOON + dt.timedelta(hours=hours) - due
    assert dt.timedelta(0) < early <= dt.timedelta(minutes=5)


def test_an_hourly_timer_that_is_a_few_seconds_off_misses_no_hour() -> None:
    walked = NOON + dt.timedelta(seconds=40)
    due = next_due("hourly", walked)
    assert due is not None
    assert due <= NOON + dt.timedelta(hours=1, seconds=2)


@pytest.mark.parametrize(
    "every", ["", "sometimes", "0h", "6", "h", "daily at 25:00", "hourly at 4", "* * * *", "61 * * * *", "0 0 31 2 *"]
)
def test_what_is_no_schedule(every: str) -> None:
    assert not is_schedule(every)
    with pytest.raises(ValueError, match="five cron fields"):
        next_due(every, NOON)


def test_never() -> None:
    assert is_schedule("never")
    assert next_due("never", NOON) is None
    assert interval_of("never") is None


@given(st.text(max_size=30))
def test_any_text_is_a_schedule_or_is_none(text: str) -> None:
    if is_schedule(text):
        due = next_due(text, NOON)
        assert due is None or due > NOON
