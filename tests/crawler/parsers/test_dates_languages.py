"""Dates as languages print them, and as machines and addresses say them."""

import datetime as dt

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
)
from tests.crawler.parsers.news_languages import AGO, LANGUAGES, MONTHS, written
from tests.crawler.parsers.printed_dates import FETCHED, said
from tests.crawler.parsers.small_pages import steady_for_each


@pytest.mark.parametrize(
    ("url", "raw", "value"),
    [
        ("http://a.example/2019/11/07/name.html", "2019/11/07", "2019-11-07"),
        ("http://english.shzj.gov.cn/2017-11/23/c_113228.htm", "2017-11/23", "2017-11-23"),
        ("http://a.example/posts/2016-02-29-leap.html", "2016-02-29", "2016-02-29"),
        ("http://a.example/20240315/c_1.htm", "20240315", "2024-03-15"),
        ("http://a.example/t20240315_1234.html", None, None),
        ("http://a.example/news_20240315.html", "20240315", "2024-03-15"),
        ("http://a.example/art/2018/6/9/art_55281_1315847.html", "2018/6/9", "2018-06-09"),
        ("http://a.example/2019/02/30/name.html", None, None),
        ("http://a.example/2019/11/name.html", None, None),
        ("http://a.example/c_113228.htm", None, None),
        ("http://a.example/2017-11/233/x", None, None),
        ("http://a.example/id/20191399/", None, None),
    ],
)
def test_the_day_of_a_url(url: str, raw: str | None, value: str | None) -> None:
    stamp = day_from_url(url)
    assert (stamp.raw if stamp else None) == raw
    assert said(stamp)[0] == (value or "no date")


@pytest.mark.parametrize("language", LANGUAGES)
@steady_for_each
@given(st.data())
def test_a_day_printed_in_any_language_is_that_day(language: str, data: st.DataObject) -> None:
    value = data.draw(st.dates(min_value=dt.date(1980, 1, 1), max_value=dt.date(2059, 12, 31)))
    printed = written(data.draw(st.sampled_from(LANGUAGES[language].days)), language, value)
    assert said(parse_date(printed, DateContext(language))) == (value.isoformat(), "day"), printed
    within = find_date(f"({printed}) x", DateContext(language))
    assert within is not None
    assert within.stamp.value == value


@pytest.mark.parametrize("language", LANGUAGES)
@steady_for_each
@given(st.data())
def test_a_clock_printed_in_any_language_is_that_minute(language: str, data: st.DataObject) -> None:
    day = data.draw(st.dates(dt.date(1980, 1, 1), dt.date(2059, 12, 31)))
    clock = dt.time(data.draw(st.integers(0, 23)), data.draw(st.integers(0, 59)))
    value = dt.datetime.combine(day, clock)
    forms = LANGUAGES[language]
    form = data.draw(st.sampled_from(forms.days)) + data.draw(st.sampled_from(forms.clocks))
    printed = written(form, language, value)
    assert said(parse_date(printed, DateContext(language))) == (value.isoformat(), "minute"), printed


@pytest.mark.parametrize("language", MONTHS)
def test_month_names_are_read_whatever_the_case(language: str) -> None:
    for month, name in enumerate(MONTHS[language].split(), 1):
        for written_name in (name, name.upper(), name.capitalize()):
            assert said(parse_date(f"5 {written_name} 2024", DateContext(language)))[0] == f"2024-{month:02}-05"


@pytest.mark.parametrize("language", AGO)
@pytest.mark.parametrize(("index", "value"), [(0, "2024-03-14"), (1, "2024-03-13"), (2, "2024-03-14")])
def test_a_relative_date_in_any_language_needs_the_fetch(language: str, index: int, value: str) -> None:
    text = AGO[language][index]
    if text is None:
        pytest.skip("one word for yesterday and tomorrow")
    assert parse_date(text, DateContext(language)) is None
    stamp = parse_date(text, DateContext(language, fetched_at=FETCHED))
    assert stamp is not None, text
    assert (said(stamp), stamp.reason) == ((value, "day"), "relative")


@pytest.mark.parametrize(
    ("language", "text"), [("de", "Hier lesen"), ("en", "9999 hours ago"), ("en", "2 months ago"), ("ko", "2024 전시")]
)
def test_what_only_looks_relative_is_no_date(language: str, text: str) -> None:
    assert parse_date(text, DateContext(language, fetched_at=FETCHED)) is None


FORMS = """
ru | 10:30, 5 марта 2024 | 2024-03-05T10:30:00
ru | 5 марта 2024 года в 10:30 МСК | 2024-03-05T10:30:00+03:00
ja | 令和6年3月5日 | 2024-03-05
ja | 令和元年5月1日 | 2019-05-01
zh | 民國113年3月5日 | 2024-03-05
ja | ２０２４年３月５日　１０：３０ | 2024-03-05T10:30:00
ja | 2024年3月5日（火） 午後3時 | 2024-03-05T15:00:00
zh | 2024年3月5日 星期二 上午9:05 | 2024-03-05T09:05:00
ko | 2024. 3. 5. 오전 10:30 | 2024-03-05T10:30:00
ko | 2024.03.05. 오후 12:30 | 2024-03-05T12:30:00
ko | 24.03.05 | 2024-03-05
ar | ٥ مارس ٢٠٢٤ | 2024-03-05
ar | الثلاثاء 5 آذار/مارس 2024 - 10:30 | 2024-03-05T10:30:00
ar | 5 تشرين الثاني 2024 الساعة 10:30 م | 2024-11-05T22:30:00
hi | ५ मार्च २०२४ | 2024-03-05
el | 5 ΜΑΡΤΙΟΥ 2024 10:30 μ.μ. | 2024-03-05T22:30:00
tr | 5 Mart 2024 Salı 10:30 | 2024-03-05T10:30:00
de | 28.04.2023-19:20 | 2023-04-28T19:20:00
de | 05.03.24, 10:30 Uhr | 2024-03-05T10:30:00
id | Selasa, 05 Maret 2024 10:30 WIB | 2024-03-05T10:30:00+07:00
pt | 5.mar.2024 às 10h30 | 2024-03-05T10:30:00
en | 10:30 AM EST, Tue March 5, 2024 | 2024-03-05T10:30:00-05:00
en | Tue Mar 05 2024 10:30:00 GMT+0800 (China Standard Time) | 2024-03-05T10:30:00+08:00
en | 2024-03-05 3:30 PM (UTC+8) | 2024-03-05T15:30:00+08:00
en | on Friday December 19, 2025 @08:00PM | 2025-12-19T20:00:00
en | December 23, 2023 — 5.30am | 2023-12-23T05:30:00
en | Mar.5,2024 | 2024-03-05
en | 2024 March 5 | 2024-03-05
hr | 5. listopada 2024. | 2024-10-05
pl | 5 listopada 2024 | 2024-11-05
hu | 2024. március 5. | 2024-03-05
th | 5 มีนาคม 2567 | 2024-03-05
"""


@pytest.mark.parametrize("row", FORMS.strip().splitlines())
def test_a_form_of_a_language(row: str) -> None:
    language, _, rest = row.partition(" | ")
    printed, _, value = rest.rpartition(" | ")
    assert said(parse_date(printed, DateContext(language)))[0] == value


def test_marks_of_direction_are_nothing() -> None:
    assert said(parse_date("٥\u200f/٣\u200f/٢٠٢٤", DateContext("ar"))) == ("2024-03-05", "day")


def test_a_month_that_two_languages_understand_differently_needs_the_language() -> None:
    assert parse_date("5. listopada 2024", DateContext("en")) is None


def test_a_year_of_two_digits_needs_the_order() -> None:
    assert parse_date("3/5/24", DateContext("en")) == Stamp("3/5/24", reason="ambiguous")
    assert said(parse_date("3/5/24", DateContext("en", "MDY"))) == ("2024-03-05", "day")
    assert find_date("score 3/5/24 of the match", DateContext("de")) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1709634600", "2024-03-05T10:30:00+00:00"),
        ("1709634600000", "2024-03-05T10:30:00+00:00"),
        ("20240305103000", "2024-03-05T10:30:00"),
        ("202403051030", "2024-03-05T10:30:00"),
        ("20240305T103000Z", "2024-03-05T10:30:00+00:00"),
        ("20241305103000", "no date"),
        ("17096346", "no date"),
        ("5 marzo 2024", "2024-03-05"),
    ],
)
def test_dates_for_machines(text: str, value: str) -> None:
    assert said(parse_declared(text))[0] == value
