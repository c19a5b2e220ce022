"""Header lines: what each printed form says, and what is no header line."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.parsers.dates import DateContext
from crawler.parsers.labels import LABEL, is_tools, label_pattern, without_tools
from crawler.parsers.lines import BY_LINE, Line, read_line
from tests.crawler.parsers.small_pages import steady

CONTEXT = DateContext(language="en", order="YMD")
WORDS = [
    "Update",
    "Source",
    ":",
    "：",
    "2024-03-15",
    "By",
    "John Smith",
    "(",
    ")",
    "a.cn",
    "|",
    "Print",
    "来源",
    "更新时间",
]


def said(line: Line) -> dict[str, Any]:
    """Return the fields of a line that say something, dates as printed values."""
    names = ("updated", "published", "bare")
    dates = {name: getattr(line, name) for name in names if getattr(line, name) is not None}
    found: dict[str, Any] = {name: str(stamp.value or stamp.reason) for name, stamp in dates.items()}
    found |= {name: getattr(line, name) for name in ("source", "byline", "aside", "rest") if getattr(line, name)}
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Update : 2017-11-23", {"updated": "2017-11-23"}),
        ("Updated: 2015-09-12 14:12", {"updated": "2015-09-12 14:12:00"}),
        ("Update on:2023-07-17 14:06", {"updated": "2023-07-17 14:06:00"}),
        ("Source : chinadaily.com.cnUpdate : 2016-01-15", {"source": "chinadaily.com.cn", "updated": "2016-01-15"}),
        ("(ezhejiang.gov.cn) Updated : 2020-04-10", {"source": "ezhejiang.gov.cn", "updated": "2020-04-10"}),
        (
            "ezhejiang.gov.cn| Updated: January 20, 2022 L M S",
            {"source": "ezhejiang.gov.cn", "updated": "2022-01-20"},
        ),
        ("(chinadaily.com.cn)| Updated : 2016-01-15", {"source": "chinadaily.com.cn", "updated": "2016-01-15"}),
        ("( ) 2014-10-20", {"bare": "2014-10-20"}),
        ("Updated: 2021-03-22 Print", {"updated": "2021-03-22"}),
        ("Updated: Apr 22, 2022 ynu.edu.cn Print", {"updated": "2022-04-22", "source": "ynu.edu.cn"}),
        ("2015-01-30 11:09:40", {"bare": "2015-01-30 11:09:40"}),
        ("CCFDIE|Updated: 2020-01-16", {"source": "CCFDIE", "updated": "2020-01-16"}),
        ("By Jiang Luying(chinadaily.com.cn)", {"byline": ("Jiang Luying",), "source": "chinadaily.com.cn"}),
        (
            "Updated : 2015-11-18\nBy Jiang Luying(chinadaily.com.cn)",
            {"updated": "2015-11-18", "byline": ("Jiang Luying",), "source": "chinadaily.com.cn"},
        ),
        ("(06.07.2010)", {"bare": "ambiguous"}),
        ("Updated: 06.07.2010", {"updated": "ambiguous"}),
        ("(chinadaily.com.cn)", {"source": "chinadaily.com.cn"}),
        ("Print Mail Large Medium  Small 0", {"aside": True}),
        ("Share - WeChat", {"aside": True}),
        ("字号：大 中 小", {"aside": True}),
        ("Nov. 7, 2019 · The Rust Release Team", {"bare": "2019-11-07", "byline": ("The Rust Release Team",)}),
        (
            "来源：上海质监局  更新时间：2024年03月15日 10:30  浏览次数：12",
            {"source": "上海质监局", "updated": "2024-03-15 10:30:00", "aside": True},
        ),
        (
            "发布时间：2024-01-02 来源：新华社 字号：大 中 小",
            {"published": "2024-01-02", "source": "新华社", "aside": True},
        ),
        ("Last updated on May 3, 2020", {"updated": "2020-05-03"}),
        ("Last Updated: May 3, 2020", {"updated": "2020-05-03"}),
        ("Updated Apr 24, 2018", {"updated": "2018-04-24"}),
        ("Published on May 3, 2020", {"published": "2020-05-03"}),
        ("Posted on: May 3, 2020", {"published": "2020-05-03"}),
        ("Published May 3, 2020, updated May 5, 2020", {"published": "2020-05-03", "updated": "2020-05-05"}),
        ("Published: May 3, 2020 | Updated: May 5, 2020", {"published": "2020-05-03", "updated": "2020-05-05"}),
        ("更新日期：2024年12月25日", {"updated": "2024-12-25"}),
        ("发布于 2024-01-02", {"published": "2024-01-02"}),
        ("日期：2024-01-02 作者：王芳", {"published": "2024-01-02", "byline": ("王芳",)}),
        ("記者 / 陳美玲", {"byline": ("陳美玲",)}),
        ("公開日：2024年3月5日", {"published": "2024-03-05"}),
        ("更新日時：2024年3月5日 10:30", {"updated": "2024-03-05 10:30:00"}),
        ("입력: 2024.03.05 10:30", {"published": "2024-03-05 10:30:00"}),
        ("Publicado el 15 de marzo de 2024", {"published": "2024-03-15"}),
        ("Actualizado: 15 de marzo de 2024", {"updated": "2024-03-15"}),
        ("Stand: 15. März 2024", {"updated": "2024-03-15"}),
        ("Veröffentlicht am 15. März 2024", {"published": "2024-03-15"}),
        ("Publié le 15 mars 2024 à 14h30", {"published": "2024-03-15 14:30:00"}),
        ("Mis à jour le 15 mars 2024", {"updated": "2024-03-15"}),
        ("Pubblicato il: 15 marzo 2024", {"published": "2024-03-15"}),
        ("Publicado em: 15 de março de 2024", {"published": "2024-03-15"}),
        ("Bijgewerkt: 15 maart 2024", {"updated": "2024-03-15"}),
        ("Fonte: Agência Brasil", {"source": "Agência Brasil"}),
        ("Source: Xinhua News Agency", {"source": "Xinhua News Agency"}),
        ("Source: Xinhua | 2020-05-03", {"source": "Xinhua", "bare": "2020-05-03"}),
        ("Author: Mary Jones and John Smith", {"byline": ("Mary Jones", "John Smith")}),
        ("Author: Mary Jones", {"byline": ("Mary Jones",)}),
        ("Editor: Mary Jones", {"aside": True}),
        ("责任编辑：李明", {"aside": True}),
        ("By Mary Jones", {"byline": ("Mary Jones",)}),
        ("by Mary Jones, Staff Writer", {"byline": ("Mary Jones",)}),
        ("By Mary Jones and John Smith |", {"byline": ("Mary Jones", "John Smith")}),
        ("Von Karin Müller und Jörg Maier", {"byline": ("Karin Müller", "Jörg Maier")}),
        ("Por Ana García y Luis Pérez", {"byline": ("Ana García", "Luis Pérez")}),
        ("By Mary J. Jones", {"byline": ("Mary J. Jones",)}),
        ("By Dr. Mary Jones, Staff Writer", {"byline": ("Dr. Mary Jones",)}),
        ("ByMary Jones", {"byline": ("Mary Jones",)}),
        ("By: Mary Jones", {"byline": ("Mary Jones",)}),
        ("Written by Mary Jones", {"byline": ("Mary Jones",)}),
        ("By Mary Jones, Li Na, John Smith, +5 more", {"byline": ("Mary Jones", "Li Na", "John Smith")}),
        ("By Mary Jones, Li Na and 2 others", {"byline": ("Mary Jones", "Li Na")}),
        ("By Mary Jones\nStaff Writer at large", {"byline": ("Mary Jones",)}),
        ("May 3, 2020 · By Mary Jones", {"bare": "2020-05-03", "byline": ("Mary Jones",)}),
        ("May 3, 2020 · 3 min read · By Mary Jones", {"bare": "2020-05-03", "byline": ("Mary Jones",)}),
        ("www.example.org.", {}),
        ("Updated: yesterday", {}),
        ("Source:", {}),
    ],
)
def test_a_line(text: str, expected: dict[str, Any]) -> None:
    found = said(read_line(text, CONTEXT))
    assert {key: value for key, value in found.items() if key != "rest" or expected} == expected


@pytest.mark.parametrize(
    "text",
    [
        "An inspection team from the State Council visited.",
        "On January 16, 2020, the National Medical Products Administration issued",
        "The fair opened on March 15, 2024 in the old harbour.",
        "By the end of next year. The fees will be the same.",
        "By 2025 the quay will be open",
        "He said: nothing is known yet, and nobody asks.",
        "A second quay for the harbour",
        "",
        "   ",
        "Update : 2017-11-23 " + "and more of the text " * 20,
        "By Monday evening. Nobody knows more.",
        "by the way the old harbour office was never closed to anyone at all",
    ],
)
def test_no_header_line(text: str) -> None:
    assert not read_line(text, CONTEXT).is_header


@pytest.mark.parametrize("zone", ["CCTV", "CNN"])
def test_a_source_in_capitals_beside_the_clock_is_not_lost(zone: str) -> None:
    line = read_line(f"Updated: 2024-03-15 10:30 Source: {zone}", CONTEXT)
    assert said(line) == {"updated": "2024-03-15 10:30:00", "source": zone}
    assert said(read_line(f"2024-03-15 10:30 {zone}", CONTEXT)) == {"bare": "2024-03-15 10:30:00", "rest": zone}


def test_a_relative_date_after_a_label() -> None:
    import datetime as dt

    context = DateContext("en", fetched_at=dt.datetime(2024, 3, 15, 12, tzinfo=dt.UTC))
    assert said(read_line("Updated: 2 days ago", context)) == {"updated": "2024-03-13"}


def test_a_posted_by_line() -> None:
    line = read_line("Posted by John Smith on March 3, 2019", CONTEXT)
    assert line.stamp is not None
    assert str(line.stamp.value) == "2019-03-03"
    assert (line.byline, line.is_header) == (("John Smith",), True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("By Mary Jones", True), ("by Mary Jones", True), ("Written by Mary Jones", True), ("ByMary Jones", True),
        ("von Karin Müller", True), ("by the harbour", False), ("Bye", False), ("Mary Jones", False),
    ],
)  # fmt: skip
def test_the_beginning_of_a_byline(text: str, *, expected: bool) -> None:
    assert (BY_LINE.match(text) is not None) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Print", True),
        ("Print | Mail | A+ A-", True),
        ("Large Medium Small", True),
        ("打印本页 关闭窗口", True),
        ("Share 12", True),
        ("12 34", False),
        ("", False),
        ("Print the report", False),
        ("»", False),
    ],
)
def test_toolbars(text: str, *, expected: bool) -> None:
    assert is_tools(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ynu.edu.cn Print", "ynu.edu.cn"),
        ("Share Print ynu.edu.cn - L M S", "ynu.edu.cn"),
        ("Print", ""),
        ("", ""),
        ("Sara Lee", "Sara Lee"),
    ],
)
def test_without_tools(text: str, expected: str) -> None:
    assert without_tools(text) == expected


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Update : ", "updated"),
        ("chinadaily.com.cnUpdate : ", "updated"),
        ("当前位置：", "here"),
        ("Source：", "source"),
        ("新华社来源：", "source"),
        ("Updated | 2020-01-16", "updated"),
        ("Last  updated:", "updated"),
    ],
)
def test_labels(text: str, kind: str) -> None:
    found = LABEL.search(text)
    assert found is not None
    assert found.lastgroup == kind


@pytest.mark.parametrize(
    "text", ["resource : x", "outdate: x", "Update the page", "Updated | the page", "candidate: x"]
)
def test_no_label(text: str) -> None:
    assert LABEL.search(text) is None


def test_a_sites_own_labels() -> None:
    label = label_pattern({"updated": ("Refreshed On",), "source": ("Wire",)})
    assert LABEL.search("Refreshed on: 2020-01-16") is None
    assert said(read_line("Wire: Xinhua Refreshed on: 2020-01-16", CONTEXT, label)) == {
        "source": "Xinhua",
        "updated": "2020-01-16",
    }


@steady
@given(st.text(max_size=300) | st.lists(st.sampled_from(WORDS), max_size=12).map("".join))
def test_no_text_breaks_the_reader(text: str) -> None:
    line = read_line(text, CONTEXT)
    assert len(line.rest) <= len(line.text)
    assert all(line.byline)
