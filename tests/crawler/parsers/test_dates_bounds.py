"""Dates that come back as they were, the calendar's ends, known traps and hostile texts."""

import datetime as dt
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.model import Stamp
from crawler.parsers.dates import (
    DateContext,
    day_from_url,
    find_date,
    parse_date,
    parse_declared,
    parse_iso,
)
from crawler.parsers.lines import read_line
from tests.crawler.parsers.printed_dates import FETCHED, SHANGHAI, said
from tests.crawler.parsers.small_pages import steady


@steady
@given(st.datetimes(timezones=st.none() | st.timezones() | st.just(dt.UTC)), st.sampled_from("T "))
def test_every_iso_datetime_comes_back(value: dt.datetime, separator: str) -> None:
    offset = value.utcoffset()
    if offset is not None:
        value = value.astimezone(dt.timezone(dt.timedelta(minutes=round(offset.total_seconds() / 60))))
    stamp = parse_iso(value.isoformat(separator))
    assert stamp == Stamp(value.isoformat(separator), value, "instant" if value.tzinfo else "minute")
    assert parse_date(value.isoformat(separator)) == stamp


@steady
@given(st.dates())
def test_every_iso_day_comes_back(value: dt.date) -> None:
    assert parse_iso(value.isoformat()) == Stamp(value.isoformat(), value, "day")


@steady
@given(
    st.dates(min_value=dt.date(1900, 1, 1), max_value=dt.date(2099, 12, 31)),
    st.sampled_from("%Y年%m月%d日 %d.%m.%Y".split()),
)
def test_a_printed_day_is_that_day(value: dt.date, form: str) -> None:
    assert said(parse_date(value.strftime(form), DateContext("de"))) == (value.isoformat(), "day")


@steady
@given(
    st.text(max_size=80)
    | st.text("0123456789-/.:年月日 TZ+apmJan", max_size=40)
    | st.from_regex(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4} \d{1,2}:\d\d ([+-]\d{2,4}|[A-Z]{3})", fullmatch=True),
    st.sampled_from([DateContext(), DateContext("zh", "YMD", SHANGHAI, FETCHED), DateContext("en", "MDY")]),
)
def test_no_text_breaks_the_reader(text: str, context: DateContext) -> None:
    find_date(text, context)
    stamp = parse_date(text, context)
    assert stamp is None or stamp.value is not None or stamp.reason == "ambiguous"
    day_from_url(text)


@pytest.mark.parametrize(
    "text", ["9999 hours ago", "999 weeks ago", "0 days ago", "9999-12-31T23:59:59+14:00", "0001-01-01"]
)
def test_the_ends_of_the_calendar_break_nothing(text: str) -> None:
    parse_date(text, DateContext("en", None, SHANGHAI, FETCHED))
    parse_date(text, DateContext("en", None, SHANGHAI, dt.datetime(1, 1, 2, tzinfo=dt.UTC)))


def test_an_offset_that_no_place_has_is_none() -> None:
    assert said(parse_date("March 15, 2024 10:30 +1900")) == ("2024-03-15T10:30:00", "minute")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        # Each stands in the project's list of traps: readers that are in use give another day, or none.
        ("更新时间：2024年03月15日 10:30", "2024-03-15T10:30:00"),
        ("2024年12月25日", "2024-12-25"),
        ("2024年3月5日", "2024-03-05"),
        ("Update : 2017-11-23", "2017-11-23"),
        ("Source : chinadaily.example.cnUpdate : 2016-01-15", "2016-01-15"),
        ("(lakeside.example) Updated : 2020-04-10", "2020-04-10"),
        ("lakeside.example| Updated: January 20, 2022 L M S", "2022-01-20"),
        ("( ) 2014-10-20", "2014-10-20"),
        ("Updated: 2021-03-22 Print", "2021-03-22"),
        ("Updated: Apr 22, 2022 lakeside.example Print", "2022-04-22"),
        ("Updated: 2015-09-12 14:12", "2015-09-12T14:12:00"),
        ("Update on:2023-07-17 14:06", "2023-07-17T14:06:00"),
        ("2015-01-30 11:09:40", "2015-01-30T11:09:40"),
        ("(06.07.2010)", None),
    ],
)
def test_a_known_trap(text: str, value: str | None) -> None:
    line = read_line(text, DateContext("en"))
    assert said(line.stamp)[0] == value
    if value is None:
        assert line.stamp is not None
        assert line.stamp.reason == "ambiguous"


@pytest.mark.parametrize(
    "piece",
    ["1 ", "2024 ", "5 May ", "12.12.", "10:30 ", "(", "2024-", "a ", "-", "Mar. ", "５", "年", "1 de ", "\u0301", "0"],
)
def test_a_hostile_text_is_read_in_bounded_time(piece: str) -> None:
    for tail in ("", "2024", " 2024x"):
        text = piece * (20_000 // len(piece)) + tail
        begun = time.process_time()
        find_date(text, DateContext("en"))
        parse_date(text, DateContext("en"))
        assert time.process_time() - begun < 1.0, piece


@pytest.mark.parametrize(
    "text",
    [
        "0001-01-01T00:00:00",
        "0001-01-01",
        "9999-12-31T23:59:59Z",
        "9999-12-31T23:59:59-14:00",
        "0001-01-01T00:00:00+14:00",
    ],
)
def test_the_first_and_the_last_day_of_a_system_are_no_date(text: str) -> None:
    assert parse_declared(text, DateContext("en")) is None


@pytest.mark.parametrize("text", ["9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"])
def test_an_instant_that_utc_cannot_say_is_none(text: str) -> None:
    assert parse_iso(text) is None


def test_a_text_in_no_known_language_is_not_tried_in_all() -> None:
    begun = time.process_time()
    assert parse_date("2024-13-45 99:99 foo bar") is None
    assert time.process_time() - begun < 0.5
