"""One spelling for what a reader takes for the same, proven against the tokenizer of SQLite itself."""

import json
import sqlite3
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive import folding
from archive.folding import BREAK, fold, indexed, is_special, is_unspaced, marked, search_extra

# What is typed, and the spelling under which it is found.
FOLDED = [
    ("HARBOUR", "harbour"), ("Café", "cafe"), ("cafe\u0301", "cafe"), ("naïve", "naive"), ("Ångström", "angstrom"),
    ("Straße", "strasse"), ("STRASSE", "strasse"), ("ẞ", "ss"), ("Øresund", "oresund"), ("København", "kobenhavn"),
    ("Łódź", "lodz"), ("złoty", "zloty"), ("Đà Nẵng", "da nang"), ("đồng", "dong"), ("Diyarbakır", "diyarbakir"),
    ("İstanbul", "istanbul"), ("ISTANBUL", "istanbul"), ("Ёлка", "елка"), ("ёлка", "елка"), ("Єва", "єва"),
    ("йод", "йод"), ("и\u0306од", "йод"), ("Їжак", "їжак"), ("Ærø", "aero"), ("œuvre", "oeuvre"), ("Þingvellir", "thingvellir"),
    ("ð", "d"), ("ħ", "h"), ("ÑANDÚ", "nandu"), ("São", "sao"), ("ﬁsh", "fish"), ("ŠKODA", "skoda"), ("ő", "o"),
    ("Ａｂｃ１２３", "abc123"), ("²", "2"), ("Ⅳ", "iv"), ("№", "no"),
    ("Ελλάδα", "ελλαδα"), ("ΟΔΟΣ", "οδοσ"), ("οδός", "οδοσ"), ("ϊ", "ι"),
    ("أخبار", "اخبار"), ("إلى", "الي"), ("مُحَمَّد", "محمد"), ("جدًا", "جدا"), ("کتاب", "كتاب"), ("ـسلامـ", "سلام"), ("٢٠٢٤", "2024"),
    ("שָׁלוֹם", "שלום"), ("क़लम", "कलम"), ("२०२४", "2024"),
    ("東京", "东京"), ("东京", "东京"), ("國際", "国际"), ("後", "后"), ("發髮", "发发"), ("臺灣", "台湾"), ("豈", "岂"), ("体", "体"), ("體", "体"),
    ("ｶﾞｽ", "ガス"), ("ガス", "ガス"), ("カ\u3099", "ガ"), ("한글", "한글"), ("\u1112\u1161\u11ab", "한"), ("㎏", "kg"), ("～", "~"),
    ("a\u200bb\u00adc", "abc"), ("\ue000s41", " s41"), ("\U000f0301", " "), ("\ud800x", " x"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "folded"), FOLDED)
def test_the_folding_table(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("one", "other"), [("й", "и"), ("ガ", "カ"), ("กัน", "กน"), ("हिन्दी", "हनद"), ("ї", "і"), ("ß", "s"), ("ق", "ف")]
)
def test_what_is_not_the_same(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@given(st.text(max_size=30))
def test_folding_twice_is_folding_once(text: str) -> None:
    once = "".join(letter for letter in fold(text) if unicodedata.category(letter) != "Co")
    assert fold(once) == once


INDEXED = [
    ("质量监督", "质 量 监 督"), ("品質，監督", f"品 质 {BREAK}, 监 督"), ("质量 监督", f"质 量 {BREAK} 监 督"),
    ("买iPhone手机", "买 iphone 手 机"), ("2024年5月", "2024 年 5 月"), ("한국 어린이", f"한 국 {BREAK} 어 린 이"),
    ("กันน้ำ", "ก\U000f0e31 น น\U000f0e49\U000f0e4dา"), ("ไทย", "ไ ท ย"), ("ລາວ", "ລ າ ວ"),
    ("हिन्दी", "ह\U000f093fन\U000f094dद\U000f0940"), ("harbour wall", "harbour wall"), ("", ""),
]  # fmt: skip


@pytest.mark.parametrize(("text", "said"), INDEXED)
def test_the_form_in_the_index(text: str, said: str) -> None:
    assert indexed(text) == said


def tokens_of(texts: dict[int, str]) -> dict[int, list[str]]:
    """Return what SQLite's own tokenizer makes of texts, by row."""
    db = sqlite3.connect(":memory:")
    db.execute("CREATE VIRTUAL TABLE f USING fts5(x, tokenize='unicode61 remove_diacritics 2')")
    db.execute("CREATE VIRTUAL TABLE v USING fts5vocab('f', 'instance')")
    db.executemany("INSERT INTO f(rowid, x) VALUES (?, ?)", texts.items())
    found: dict[int, list[str]] = {}
    for term, row in db.execute("SELECT term, doc FROM v ORDER BY doc, offset"):
        found.setdefault(row, []).append(term)
    db.close()
    return found


# Letters that are newer than SQLite's table of cases, or that nobody writes news in.
UNKNOWN = ("GEORGIAN CAPITAL", "GEORGIAN MTAVRULI", "GLAGOLITIC", "NEW TAI LUE", "VEDIC", "HANGUL SINGLE", "HANGUL DOUBLE",
           "IDEOGRAPHIC", "LATIN SMALL LETTER EZH WITH", "LATIN CAPITAL LETTER EZH WITH", "COMBINING", "CHEROKEE",
           "GREEK CAPITAL LETTER YOT")  # fmt: skip


def test_whatever_the_tokenizer_files_otherwise_stands_beside_the_text() -> None:
    letters = [
        chr(code)
        for code in (*range(0x80, 0x2000), *range(0x2C00, 0x2E00), *range(0x3040, 0x3100), *range(0xA640, 0xA7F0),
                     *range(0xF900, 0x10000))
        if chr(code).isalnum() or unicodedata.category(chr(code))[0] == "M"
    ]  # fmt: skip
    plain = [each for each in letters if not is_special(each) and not unicodedata.name(each, "").startswith(UNKNOWN)]
    filed = tokens_of({ord(each): f"a{each}b" for each in plain})
    wrong = {each: filed[ord(each)] for each in plain if filed[ord(each)] != [f"a{fold(each)}b"]}
    # Capitals that Unicode has taken in since.
    assert {each: said for each, said in wrong.items() if ord(each) < 0x520} == {}
    assert len(wrong) < 45, wrong


def test_marks_of_our_own_stay_within_tokens() -> None:
    filed = tokens_of({1: f"ก\U000f0e31 {BREAK}， \ue002质 \ue000s41"})
    assert filed[1] == ["ก\U000f0e31", BREAK, "\ue002质", "\ue000s41"]


def test_simplified_characters_are_those_of_opencc() -> None:
    from bench.simplified import pairs

    columns = json.loads((Path(folding.__file__).parent / "simplified.json").read_text(encoding="utf-8"))
    assert dict(zip(columns["traditional"], columns["simplified"], strict=True)) == pairs()


def test_what_the_tokenizer_misses() -> None:
    assert search_extra("质量", None, "", "Latin only", "新闻 today") == f"质 量 {BREAK} 新 闻 today {BREAK} " + marked(
        "新 闻 today", "byline"
    )
    assert search_extra("Latin only, café", None, "") is None
    assert search_extra(None) is None
    assert search_extra("Plain.\n\nDie Straße hier.\nPlain again.") == "die strasse hier."
    assert search_extra("", "Straße") == f"strasse {BREAK} \ue002strasse"
    assert search_extra("Plain.", attached="A report, 报告") == "a report, 报 告"


@pytest.mark.parametrize("text", ["中", "カ", "ｶ", "한", "ไ", "ລ", "ខ", "မ"])
def test_scripts_that_are_written_without_spaces(text: str) -> None:
    assert is_unspaced(text)


@pytest.mark.parametrize("text", ["", "Zhenhai", "Größe", "Привет", "हिन्दी", "，。", "🚢"])
def test_scripts_that_are_written_with_spaces(text: str) -> None:
    assert not is_unspaced(text)
