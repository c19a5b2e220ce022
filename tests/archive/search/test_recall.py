"""Scripts without spaces: whatever stands in a text is found, and nothing else, against the truth of a substring."""

import os
import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlite_utils import Database

from archive.folding import fold
from archive.search import search, select
from tests.archive.search.library import Told, library

SOAK = bool(os.environ.get("NEWSARCHIVE_SOAK"))
LETTERS = {
    "zh": "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经質監國發東臺灣後裏裡",
    "ja": "のにはをたがでてとしれさいるなあこまんかきくけすせそちつひふへほみむめもやゆよらりわアイウエオカキクケコガギグゲゴ日本国人年大学生新聞東京ーｶﾞｽ",
    "ko": "가각간갈감강개거건걸검게겨고곡공과관광교구국군권규그근글금기길김나날남내너네노농누는능니다단달담당대더도독동두드등디라락란",
}  # fmt: skip
GAPS = {"zh": "，。、！“”", "ja": "、。「」・", "ko": "    .,"}
CONSONANTS, VOWELS = "กขคงจชดตถทนบปผพมยรลวสหอ", ["", "ั", "ิ", "ี", "ุ", "ู", "่", "้", "ั้", "ี่", "ำ", "้ำ", "์"]
CLUSTER = re.compile("[ก-ฮ][ัิ-ฺ็-๎]*ำ?|[เแโใไะา]")


def sentence(chance: random.Random, language: str) -> str:
    letters, gaps = LETTERS[language], GAPS[language]
    weights = [1 / (rank + 4) for rank in range(len(letters))]
    words = ("".join(chance.choices(letters, weights, k=chance.randint(1, 5))) for _ in range(chance.randint(3, 9)))
    return "".join(word + (chance.choice(gaps) if chance.random() < 0.5 else "") for word in words)


def thai(chance: random.Random) -> str:
    return "".join(
        chance.choice(["", "", "เ", "แ", "ไ"]) + chance.choice(CONSONANTS) + chance.choice(VOWELS) for _ in range(12)
    )


def texts(chance: random.Random, language: str, number: int) -> list[Told]:
    def made() -> str:
        return thai(chance) if language == "th" else sentence(chance, language)

    return [
        Told(
            "\n\n".join("".join(made() for _ in range(3)) for _ in range(2)), title=made(), language=language,
            caption=made() if chance.random() < 0.3 else None, source=made(),
        )
        for _ in range(number)
    ]  # fmt: skip


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, tuple[Database, list[Told]]]]:
    root, chance = tmp_path_factory.mktemp("recall"), random.Random(7)
    found = {}
    for language in (*LETTERS, "th"):
        told = texts(chance, language, 900 if SOAK else 160)
        found[language] = (library(root / f"{language}.db", told), told)
    yield found
    for db, _ in found.values():
        db.close()


def fields(told: Told) -> list[str]:
    return [part for text in (told.body, told.title, told.caption, told.source) if text for part in text.split("\n")]


@pytest.mark.parametrize("language", LETTERS)
def test_words_of_one_to_four_characters(archives: dict[str, tuple[Database, list[Told]]], language: str) -> None:
    db, told = archives[language]
    chance = random.Random(11)
    folded = [[fold(part) for part in fields(each)] for each in told]
    ids = [row[0] for row in db.conn.execute("SELECT id FROM articles ORDER BY id")]
    inside = re.compile(f"[{LETTERS[language]}]+")
    asked, right, claimed, true = 0, 0, 0, 0
    while asked < (3_000 if SOAK else 160):
        run = chance.choice(inside.findall(chance.choice(fields(chance.choice(told)))) or ["x"])
        start, length = chance.randrange(len(run)), chance.randint(1, 4)
        word = run[start : start + length]
        if chance.random() < 0.3:
            word = "".join(chance.choices(LETTERS[language], k=length))
        asked += 1
        wanted = {ids[i] for i, parts in enumerate(folded) if any(fold(word) in part for part in parts)}
        got = set(select(db, word))
        assert wanted <= got, word
        right, claimed, true = right + len(wanted & got), claimed + len(got), true + len(wanted)
    assert right == true > 500
    assert right / claimed >= 0.999


def test_thai_by_grapheme(archives: dict[str, tuple[Database, list[Told]]]) -> None:
    """A letter without its vowel is another: the truth is a run of whole graphemes."""
    db, told = archives["th"]
    chance = random.Random(13)
    cut = [["\x00" + "\x00".join(CLUSTER.findall(part)) + "\x00" for part in fields(each)] for each in told]
    ids = [row[0] for row in db.conn.execute("SELECT id FROM articles ORDER BY id")]
    right, claimed = 0, 0
    for _ in range(3_000 if SOAK else 120):
        graphemes = CLUSTER.findall(chance.choice([part for part in fields(chance.choice(told)) if part]))
        start = chance.randrange(len(graphemes))
        word = graphemes[start : start + chance.randint(1, 4)]
        sought = "\x00" + "\x00".join(word) + "\x00"
        wanted = {ids[i] for i, parts in enumerate(cut) if any(sought in part for part in parts)}
        got = set(select(db, "".join(word)))
        assert wanted <= got, word
        right, claimed = right + len(wanted), claimed + len(got)
    assert right / claimed >= 0.999


@pytest.mark.parametrize(
    ("typed", "stands"), [("質量", "质量"), ("质量", "質量"), ("臺灣", "台湾"), ("后来", "後來"), ("ガス", "ｶﾞｽ")]
)
def test_both_forms_find_each_other(tmp_path: Path, typed: str, stands: str) -> None:
    db = library(tmp_path / "archive.db", [Told(f"今天{stands}公告", title=stands), Told("其他")])
    (hit,) = search(db, typed)
    assert f"\x02{stands}\x03" in hit.snippet
    assert len(select(db, f"title:{typed}")) == 1
    db.close()
