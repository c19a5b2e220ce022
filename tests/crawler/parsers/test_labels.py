"""Labels of twenty languages: which date a line names, who and where it names, and what is no label."""

import datetime as dt
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.parsers.dates import DateContext
from crawler.parsers.labels import AFTER_DATE, DATE_WORD, LABEL, is_tools
from crawler.parsers.lines import read_line
from tests.crawler.parsers.news_languages import LANGUAGES, written
from tests.crawler.parsers.small_pages import steady, steady_for_each

FIRST, SECOND = dt.datetime(2024, 3, 5, 10, 30), dt.datetime(2024, 3, 6, 21, 5)  # noqa: DTZ001 (a printed clock has no zone)


@pytest.mark.parametrize(
    ("language", "label"), [(language, label) for language, printed in LANGUAGES.items() for label in printed.updated]
)
@steady_for_each
@given(st.data())
def test_an_update_is_named_in_every_language(language: str, label: str, data: st.DataObject) -> None:
    value = data.draw(st.dates(dt.date(1990, 1, 1), dt.date(2049, 12, 31)))
    printed = written(data.draw(st.sampled_from(LANGUAGES[language].days)), language, value)
    line = read_line(label + printed, DateContext(language))
    assert line.updated is not None, label + printed
    assert (line.updated.value, line.published, line.bare, line.rest) == (value, None, None, "")


@pytest.mark.parametrize(
    ("language", "label"), [(language, label) for language, printed in LANGUAGES.items() for label in printed.published]
)
def test_a_publication_is_named_in_every_language(language: str, label: str) -> None:
    for form in LANGUAGES[language].days:
        printed = written(form, language, FIRST)
        line = read_line(label + printed, DateContext(language))
        assert line.published is not None, label + printed
        assert (line.published.value, line.updated, line.bare) == (FIRST.date(), None, None)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("between", [" ", " | ", " · ", "  "])
def test_both_dates_of_one_line_are_told_apart(language: str, between: str) -> None:
    printed = LANGUAGES[language]
    one = printed.published[0] + written(printed.days[0] + printed.clocks[0], language, FIRST)
    two = printed.updated[0] + written(printed.days[0] + printed.clocks[0], language, SECOND)
    line = read_line(one + between + two, DateContext(language))
    assert (line.published and line.published.value) == FIRST, one + between + two
    assert (line.updated and line.updated.value) == SECOND, one + between + two


@pytest.mark.parametrize(
    ("text", "updated", "published"),
    [
        ("입력 2024.03.05 10:30 수정 2024.03.05 11:00", "2024-03-05 11:00:00", "2024-03-05 10:30:00"),
        ("입력2024.03.05. 오전 10:30 수정2024.03.05. 오후 1:00", "2024-03-05 13:00:00", "2024-03-05 10:30:00"),
        ("Publié le 5 mars 2024 à 10h30, mis à jour le 6 mars 2024 à 9h", "2024-03-06 09:00:00", "2024-03-05 10:30:00"),
        ("2024年3月5日 10時30分 公開 / 2024年3月6日 9時00分 更新", "2024-03-06 09:00:00", "2024-03-05 10:30:00"),
        ("2024年3月5日 10時30分 更新", "2024-03-05 10:30:00", None),
        ("2024-03-05 10:30 发布", None, "2024-03-05 10:30:00"),
        ("5 Mart 2024 tarihinde güncellendi", "2024-03-05", None),
        ("Veröffentlicht am Dienstag, 5. März 2024", None, "2024-03-05"),
        ("Publicado el martes 5 de marzo de 2024", None, "2024-03-05"),
        ("Published 3 Mar 2024 | Updated 4 Mar 2024", "2024-03-04", "2024-03-03"),
        ("April 26, 2024 Updated on: October 28, 2024", "2024-10-28", None),
        ("Haber Giriş: 05.03.2024 10:30", None, "2024-03-05 10:30:00"),
    ],
)
def test_a_line_of_a_news_site(text: str, updated: str | None, published: str | None) -> None:
    line = read_line(text, DateContext("de"))
    assert str(line.updated.value if line.updated else None) == str(updated)
    assert str(line.published.value if line.published else None) == str(published)


@pytest.mark.parametrize(
    ("text", "source", "byline"),
    [
        ("Источник: Вестник | 5 марта 2024", "Вестник", ()),
        ("Quelle: Hafenblatt", "Hafenblatt", ()),
        ("المصدر: الميناء", "الميناء", ()),
        ("出典：港新聞", "港新聞", ()),
        ("Автор: Анна Ли", None, ("Анна Ли",)),
        ("Yazar: Ayşe Kaya", None, ("Ayşe Kaya",)),
        ("Penulis: Dewi Sari", None, ("Dewi Sari",)),
        ("लेखक: अनु राव", None, ("अनु राव",)),
        ("Συντάκτης: Άννα Λη", None, ("Άννα Λη",)),
    ],
)
def test_source_and_author_are_named_in_other_languages(text: str, source: str | None, byline: tuple[str, ...]) -> None:
    line = read_line(text, DateContext())
    assert (line.source, line.byline) == (source, byline)


@pytest.mark.parametrize(
    "text",
    [
        "The committee met on 5 March 2024 and the council published its plan later that year, as had been agreed",
        "overdated: no label", "Standing: third", "subsource: x", "autoren", "вдата: 5", "Настоящее: время",
    ],
)  # fmt: skip
def test_no_label_begins_inside_a_word(text: str) -> None:
    assert [match[0] for match in LABEL.finditer(text)] == []


@pytest.mark.parametrize("text", ["we updated the plan before ", "published by the council in ", "a time ", "data "])
def test_words_that_do_not_stand_before_the_date_name_none(text: str) -> None:
    assert DATE_WORD.search(text) is None


def test_a_label_after_a_date_that_has_a_date_of_its_own_is_not_the_first_dates() -> None:
    assert AFTER_DATE.match(" 수정 2024.03.06") is None
    assert AFTER_DATE.match("更新") is not None


def test_a_tool_line_is_nothing_else() -> None:
    assert is_tools("Print | Share | A+ A-")
    assert not is_tools("Print shops of the harbour")
    assert not is_tools("12 | 34")


@steady
@given(st.text(max_size=300) | st.text("updated published: 更新 수정 наשר |：\t 0123456789", max_size=300))
def test_no_line_breaks_the_labels(text: str) -> None:
    read_line(text, DateContext("en"))


@pytest.mark.parametrize(
    "piece", ["updated ", "le ", "publié ", "更新", "a:", "| ", "5 ", "2024 ", "(", "last ", "\u0301"]
)
def test_a_hostile_line_is_read_in_bounded_time(piece: str) -> None:
    text = (piece * 300)[:260]
    begun = time.process_time()
    read_line(text, DateContext("en"))
    assert time.process_time() - begun < 0.2
