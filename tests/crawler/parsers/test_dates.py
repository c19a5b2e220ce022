"""Dates as they are printed: days, clocks, offsets, orders, and what is none."""

import datetime as dt
import zoneinfo

import pytest

from archive.model import Stamp
from crawler.parsers.dates import (
    DateContext,
    find_date,
    parse_date,
    parse_iso,
    with_zone,
)
from tests.crawler.parsers.printed_dates import FETCHED, SHANGHAI, said

NEW_YORK = zoneinfo.ZoneInfo("America/New_York")
DAYS = """
2017-11-23 | 2017-11-23
2024-3-5 | 2024-03-05
2024/03/15 | 2024-03-15
2024/3/5 | 2024-03-05
2024.03.15 | 2024-03-15
20240315 | 2024-03-15
2024. 3. 15. | 2024-03-15
2024年3月5日 | 2024-03-05
2024年03月05日 | 2024-03-05
2024年12月25日 | 2024-12-25
2024年3月5號 | 2024-03-05
2024年 3月 5日 | 2024-03-05
1998年1月31日 | 1998-01-31
2024년 3월 5일 | 2024-03-05
2024년3월5일 | 2024-03-05
January 20, 2022 | 2022-01-20
Jan 20, 2022 | 2022-01-20
Jan. 20 2022 | 2022-01-20
JANUARY 20, 2022 | 2022-01-20
Nov. 7, 2019 | 2019-11-07
Apr 22, 2022 | 2022-04-22
Sept. 3rd, 2021 | 2021-09-03
May 1st, 2021 | 2021-05-01
May 2nd 2021 | 2021-05-02
June 4 , 2021 | 2021-06-04
15 March 2024 | 2024-03-15
15th March, 2024 | 2024-03-15
15th of March 2024 | 2024-03-15
15-Mar-2024 | 2024-03-15
Thursday, 15 February 2024 | 2024-02-15
(06 July 2010) | 2010-07-06
13/07/2010 | 2010-07-13
07/13/2010 | 2010-07-13
31.12.2010 | 2010-12-31
31-12-2010 | 2010-12-31
07.07.2010 | 2010-07-07
15. März 2024 | 2024-03-15
5. Jänner 2024 | 2024-01-05
1. Dez. 2024 | 2024-12-01
5 okt. 2024 | 2024-10-05
15 de marzo de 2024 | 2024-03-15
15 de marzo del 2024 | 2024-03-15
5 ene. 2024 | 2024-01-05
enero 5, 2024 | 2024-01-05
3 de septiembre de 2024 | 2024-09-03
3 de setiembre de 2024 | 2024-09-03
15 mars 2024 | 2024-03-15
1er janvier 2024 | 2024-01-01
le 2 août 2024 | 2024-08-02
15 FÉVRIER 2024 | 2024-02-15
15 déc. 2024 | 2024-12-15
3 gennaio 2024 | 2024-01-03
1º marzo 2024 | 2024-03-01
15 de março de 2024 | 2024-03-15
1 de fevereiro de 2024 | 2024-02-01
15 maart 2024 | 2024-03-15
5 mrt 2024 | 2024-03-05
5 Mart 2024 | 2024-03-05
5 марта 2024 | 2024-03-05
2024-02-29 | 2024-02-29
1899-12-31 | 1899-12-31
"""
TIMES = """
2015-01-30 11:09:40 | 2015-01-30T11:09:40
2015-09-12 14:12 | 2015-09-12T14:12:00
2023-07-17 14:06 | 2023-07-17T14:06:00
2024-03-15T10:30 | 2024-03-15T10:30:00
2024/3/5 9:05 | 2024-03-05T09:05:00
20240305 10:30 | 2024-03-05T10:30:00
2024年03月15日 10:30 | 2024-03-15T10:30:00
2024年3月5日10时30分 | 2024-03-05T10:30:00
2024年3月5日 10點30分 | 2024-03-05T10:30:00
2024年3月5日10：30 | 2024-03-05T10:30:00
2024-03-15 12:05 am | 2024-03-15T00:05:00
2024-03-15 12:05 PM | 2024-03-15T12:05:00
2024-03-15 1:05 p.m. | 2024-03-15T13:05:00
2024-03-15 14:05 PM | 2024-03-15T14:05:00
March 15, 2024 at 4:05 pm | 2024-03-15T16:05:00
Sept 3, 2021, 4:05 p.m. | 2021-09-03T16:05:00
March 15, 2024 | 10:30 | 2024-03-15T10:30:00
15 Mar 2024 - 10:30 | 2024-03-15T10:30:00
15. März 2024 um 14:30 Uhr | 2024-03-15T14:30:00
15.03.2024, 14:30 | 2024-03-15T14:30:00
15 mars 2024 à 14h30 | 2024-03-15T14:30:00
15 de marzo de 2024 a las 14:30 | 2024-03-15T14:30:00
15 marzo 2024 alle 14:30 | 2024-03-15T14:30:00
15 de março de 2024 às 14h30 | 2024-03-15T14:30:00
15 maart 2024 om 14:30 | 2024-03-15T14:30:00
5 марта 2024, 10:30 | 2024-03-05T10:30:00
"""
INSTANTS = """
2024-03-15T10:30:00Z | 2024-03-15T10:30:00+00:00
2024-03-15T10:30:00.123Z | 2024-03-15T10:30:00.123000+00:00
2024-03-15T10:30:00+08:00 | 2024-03-15T10:30:00+08:00
2024-03-15T10:30:00+0800 | 2024-03-15T10:30:00+08:00
2024-03-15T10:30+08 | 2024-03-15T10:30:00+08:00
2024-03-15 10:30:00 +0800 | 2024-03-15T10:30:00+08:00
2024-03-15 10:30:00 +0800 CST | 2024-03-15T10:30:00+08:00
2024-03-15 10:30 UTC | 2024-03-15T10:30:00+00:00
2024-03-15 10:30 GMT+8 | 2024-03-15T10:30:00+08:00
2024-03-15 10:30 UTC-03:30 | 2024-03-15T10:30:00-03:30
2024-03-15 10:30 −03:00 | 2024-03-15T10:30:00-03:00
Sept 3, 2021 4:05 PM EDT | 2021-09-03T16:05:00-04:00
Jan 3, 2021 4:05 PM PST | 2021-01-03T16:05:00-08:00
15 Mar 2024 10:30 JST | 2024-03-15T10:30:00+09:00
15.03.2024 14:30 CET | 2024-03-15T14:30:00+01:00
Tue, 05 Mar 2024 10:30:00 +0800 | 2024-03-05T10:30:00+08:00
Tue, 05 Mar 2024 10:30:00 GMT | 2024-03-05T10:30:00+00:00
"""


def rows(table: str) -> list[tuple[str, str]]:
    pairs = (line.rpartition(" | ") for line in table.strip().splitlines())
    return [(printed, value) for printed, _, value in pairs]


@pytest.mark.parametrize(("printed", "value"), rows(DAYS))
def test_a_day(printed: str, value: str) -> None:
    assert said(parse_date(printed)) == (value, "day")


@pytest.mark.parametrize(("printed", "value"), rows(TIMES))
def test_a_wall_clock(printed: str, value: str) -> None:
    assert said(parse_date(printed)) == (value, "minute")


@pytest.mark.parametrize(("printed", "value"), rows(INSTANTS))
def test_an_instant_keeps_its_offset(printed: str, value: str) -> None:
    stamp = parse_date(printed)
    assert said(stamp) == (value, "instant")
    assert stamp is not None
    assert stamp.raw in printed


@pytest.mark.parametrize(
    "printed",
    [
        "2024年3月5日 下午3:30", "2024年3月5日下午3时30分", "2024年3月5日 午後3時30分", "2024년 3월 5일 오후 3:30",
        "2024-03-05 오후 3:30", "2024-03-05 下午 03:30",
    ],
)  # fmt: skip
def test_a_half_of_the_day_before_the_clock_is_heeded_or_the_clock_is_left_alone(printed: str) -> None:
    assert said(parse_date(printed)) in [("2024-03-05", "day"), ("2024-03-05T15:30:00", "minute")]


@pytest.mark.parametrize(
    "printed",
    [
        "2024-02-30", "2024-13-01", "2023-02-29", "30 February 2024", "31.02.2024", "2024年2月30日",
        "February 30, 2024",
        "", "May", "May 2024", "2024", "2024年3月", "2024-03", "12", "1234567890", "no date at all",
        "Flight 2024 to 15", "192.168.20.2024", "Room 12, Floor 3", "yesterday", "3小时前", "3 hours ago",
        "20241301", "tomorrow at 5", "x" * 200, "Foobar 15, 2024", "15 Foobar 2024",
    ],
)  # fmt: skip
def test_no_date(printed: str) -> None:
    assert parse_date(printed) is None


@pytest.mark.parametrize("printed", ["06.07.2010", "(06.07.2010)", "06/07/2010", "6-7-2010", "05/03/2024 10:30"])
def test_an_order_that_nothing_states_is_not_assumed(printed: str) -> None:
    stamp = parse_date(printed, DateContext("en"))
    assert stamp == Stamp(printed.strip("()"), reason="ambiguous")


@pytest.mark.parametrize(
    ("language", "order", "value"),
    [
        (None, "DMY", "2010-07-06"),
        (None, "MDY", "2010-06-07"),
        (None, "YMD", None),
        ("en", None, None),
        ("en-US", None, None),
        ("zh", None, None),
        ("de", None, "2010-07-06"),
        ("de-AT", None, "2010-07-06"),
        ("fr", None, "2010-07-06"),
        ("es", "MDY", "2010-06-07"),
        ("en", "DMY", "2010-07-06"),
    ],
)
@pytest.mark.parametrize("mark", ["/", ".", "-"])
def test_order_comes_from_the_site_or_the_language(
    language: str | None, order: str | None, value: str | None, mark: str
) -> None:
    stamp = parse_date(f"06{mark}07{mark}2010", DateContext(language, order))
    assert stamp is not None
    assert said(stamp) == (value, "day" if value else None)
    assert stamp.reason == (None if value else "ambiguous")


def test_an_order_does_not_turn_a_date_that_has_but_one_reading() -> None:
    assert said(parse_date("13/07/2010", DateContext(order="MDY"))) == ("2010-07-13", "day")
    assert said(parse_date("07/13/2010", DateContext(order="DMY"))) == ("2010-07-13", "day")


def test_the_sites_zone_makes_a_wall_clock_an_instant() -> None:
    stamp = parse_date("2024-03-15 10:30", DateContext(zone=SHANGHAI))
    stamp = with_zone(stamp, SHANGHAI) if stamp else None
    assert stamp is not None
    assert stamp.value == dt.datetime(2024, 3, 15, 10, 30, tzinfo=SHANGHAI)
    assert (stamp.precision, stamp.stored) == ("minute", "2024-03-15T02:30:00Z")
    found = find_date("on March 15, 2024 at 10:30, that is", DateContext(zone=SHANGHAI))
    assert found is not None
    assert found.stamp.value == stamp.value


def test_summer_time_of_a_site_is_heeded() -> None:
    summer, winter = (parse_date(f"{day} 10:30", DateContext(zone=NEW_YORK)) for day in ("July 1, 2024", "Jan 1, 2024"))
    assert summer is not None
    assert winter is not None
    assert (summer.stored, winter.stored) == ("2024-07-01T14:30:00Z", "2024-01-01T15:30:00Z")


@pytest.mark.parametrize("name", ["CCTV", "CNN", "BY", "WAM"])
def test_capitals_after_a_clock_that_are_no_zone_are_no_part_of_the_date(name: str) -> None:
    found = find_date(f"2024-03-15 10:30 {name}")
    assert found is not None
    assert found.stamp.raw == "2024-03-15 10:30"


@pytest.mark.parametrize("printed", ["March 15, 2024 10:30 ET", "2024-03-15 10:30 IST", "15 March 2024 10:30 AEST"])
def test_a_zone_that_is_printed_but_not_known_is_not_replaced_by_the_sites(printed: str) -> None:
    stamp = parse_date(printed, DateContext(zone=SHANGHAI))
    assert stamp is not None
    assert "02:30:00Z" not in (stamp.stored or ""), "10:30 elsewhere was stored as 10:30 in Shanghai"


@pytest.mark.parametrize(
    ("stamp", "zone"),
    [
        (Stamp("x", dt.date(2024, 3, 15), "day"), SHANGHAI),
        (Stamp("x", dt.datetime(2024, 3, 15, 10, tzinfo=dt.UTC), "instant"), SHANGHAI),
        (Stamp("x", dt.datetime(2024, 3, 15, 10, tzinfo=NEW_YORK), "minute"), SHANGHAI),
        (Stamp("x", dt.datetime(2024, 3, 15, 10), "minute"), None),  # noqa: DTZ001 (a wall clock has no zone)
        (Stamp("x", reason="ambiguous"), SHANGHAI),
    ],
)
def test_a_zone_is_given_to_nothing_but_a_bare_clock(stamp: Stamp, zone: dt.tzinfo | None) -> None:
    assert with_zone(stamp, zone) is stamp


@pytest.mark.parametrize(
    ("printed", "zone", "value"),
    [
        ("3 hours ago", None, "2024-03-14"),
        ("3 hours ago", SHANGHAI, "2024-03-15"),
        ("Updated 2 days ago", SHANGHAI, "2024-03-13"),
        ("1 week ago", None, "2024-03-08"),
        ("yesterday", None, "2024-03-14"),
        ("Yesterday", SHANGHAI, "2024-03-14"),
        ("3小时前", SHANGHAI, "2024-03-15"),
        ("2天前", None, "2024-03-13"),
        ("5分钟前", None, "2024-03-15"),
        ("昨天", None, "2024-03-14"),
    ],
)
def test_a_relative_date_counts_from_the_fetch(printed: str, zone: dt.tzinfo | None, value: str) -> None:
    assert parse_date(printed) is None
    stamp = parse_date(printed, DateContext(zone=zone, fetched_at=FETCHED))
    assert stamp is not None
    assert (said(stamp), stamp.reason, stamp.raw) == ((value, "day"), "relative", printed)


@pytest.mark.parametrize(
    ("text", "start", "raw", "value"),
    [
        ("Updated: 2021-03-22 Print", 0, "2021-03-22", "2021-03-22"),
        ("( ) 2014-10-20", 0, "2014-10-20", "2014-10-20"),
        ("更新时间：2024年03月15日 10:30", 0, "2024年03月15日 10:30", "2024-03-15T10:30:00"),
        ("Jan 3, 2020, then 2021-04-05", 0, "Jan 3, 2020", "2020-01-03"),
        ("2021-04-05, then Jan 3, 2020", 0, "2021-04-05", "2021-04-05"),
        ("2021-04-05, then Jan 3, 2020", 11, "Jan 3, 2020", "2020-01-03"),
        ("2024-02-30 then 2024-02-29", 0, "2024-02-29", "2024-02-29"),
        ("Foobar 15, 2024 and May 3, 2024", 0, "May 3, 2024", "2024-05-03"),
        ("chinadaily.com.cn2016-01-15", 0, "2016-01-15", "2016-01-15"),
    ],
)
def test_the_first_date_of_a_text(text: str, start: int, raw: str, value: str) -> None:
    found = find_date(text, start=start)
    assert found is not None
    assert (found.stamp.raw, said(found.stamp)[0]) == (raw, value)
    assert raw in text[found.start : found.end]
    assert text[found.start : found.end].strip(" ,.|-") == raw


@pytest.mark.parametrize("text", ["", "no date", "2024-02-30", "call 2024-0315", "12345678901234"])
def test_no_date_is_found(text: str) -> None:
    assert find_date(text) is None


@pytest.mark.parametrize(
    "text",
    ["", "x", "2024", "2024-1-1", "2024-13-01", "2024-02-30T10:00", "2024-03-15T99:00", "20240315", "2024-03-15 foo"],
)
def test_not_iso(text: str) -> None:
    assert parse_iso(text) is None
