import dataclasses
import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.model import Article, Image, Stamp, timestamp, utc_now

EAST = dt.timezone(dt.timedelta(hours=8))


def test_stored_forms() -> None:
    assert Stamp("x", dt.date(2017, 11, 23), "day").stored == "2017-11-23"
    assert Stamp("x", dt.datetime(2017, 11, 23, 9, 5), "minute").stored == "2017-11-23T09:05:00"  # noqa: DTZ001
    assert Stamp("x", dt.datetime(2017, 11, 23, 2, 5, 7, 99, EAST), "instant").stored == "2017-11-22T18:05:07Z"
    assert Stamp("soon").stored is None


def test_day_is_as_printed() -> None:
    assert Stamp("x", dt.date(2017, 11, 23), "day").day == dt.date(2017, 11, 23)
    assert Stamp("x", dt.datetime(2017, 11, 23, 9, 5), "minute").day == dt.date(2017, 11, 23)  # noqa: DTZ001
    assert Stamp("x", dt.datetime(2017, 11, 23, 2, 5, tzinfo=EAST), "instant").day == dt.date(2017, 11, 23)
    assert Stamp("soon", reason="unreadable").day is None


@pytest.mark.parametrize(
    ("value", "precision", "message"),
    [
        (dt.date(2017, 11, 23), None, "a value and its precision go together: datetime.date(2017, 11, 23), None"),
        (None, "day", "a value and its precision go together: None, 'day'"),
        (dt.date(2017, 11, 23), "instant", "an instant needs an offset: datetime.date(2017, 11, 23)"),
        (
            dt.datetime(2017, 11, 23, 1),  # noqa: DTZ001
            "instant",
            "an instant needs an offset: datetime.datetime(2017, 11, 23, 1, 0)",
        ),
    ],
)
def test_a_stamp_that_contradicts_itself_is_refused(value: object, precision: object, message: str) -> None:
    with pytest.raises(ValueError, match=r"go together|offset") as caught:
        Stamp("x", value, precision)  # type: ignore[arg-type]
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("value", "precision"),
    [
        (dt.datetime(2017, 11, 23, 1), "day"),  # noqa: DTZ001
        (dt.date(2017, 11, 23), "minute"),
    ],
)
def test_a_stamp_of_another_precision_than_its_value_is_refused(value: object, precision: object) -> None:
    """A day is a date, a minute a wall-clock time: else `reader` could not read back what was written."""
    with pytest.raises(ValueError, match=r"precision|day|minute"):
        Stamp("x", value, precision)  # type: ignore[arg-type]


def test_values_are_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Stamp("x").raw = "y"  # type: ignore[misc]


def test_day_of_an_article() -> None:
    early, late = (Stamp("x", dt.date(2024, 5, day), "day") for day in (1, 2))
    assert Article("u", updated=late, published=early).day == dt.date(2024, 5, 1)
    assert Article("u", updated=late).day == dt.date(2024, 5, 2)
    assert Article("u", updated=late, published=Stamp("soon")).day == dt.date(2024, 5, 2)
    assert Article("u").day is None


def test_empty_article() -> None:
    assert Article("u", body=" \n").is_empty
    assert not Article("u", body="x").is_empty
    assert not Article("u", images=(Image("i"),)).is_empty


def test_captions_with_credits_one_a_line() -> None:
    images = (Image("a", "A ship.", "Photo: X"), Image("b"), Image("c", credit="Photo: Y"), Image(None, "Alone."))
    assert Article("u", images=images).captions == "A ship. Photo: X\nPhoto: Y\nAlone."
    assert Article("u").captions == ""


def test_timestamp_is_utc_with_microseconds() -> None:
    assert timestamp(dt.datetime(2024, 5, 3, 8, 0, 1, tzinfo=EAST)) == "2024-05-03T00:00:01.000000Z"
    assert utc_now().tzinfo is dt.UTC


@settings(max_examples=25)
@given(st.lists(st.datetimes(dt.datetime(1000, 1, 2), timezones=st.just(EAST)), min_size=2))  # noqa: DTZ001
def test_timestamps_sort_by_time(instants: list[dt.datetime]) -> None:
    assert sorted(map(timestamp, instants)) == [timestamp(instant) for instant in sorted(instants)]
