"""Names in bylines: what is a person, what a role, what a house."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.parsers.names import is_organisation, is_person, is_role, names_in
from tests.crawler.parsers.small_pages import steady


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("By Mary Jones", ("Mary Jones",)),
        ("Mary Jones, John Smith & Li Na", ("Mary Jones", "John Smith", "Li Na")),
        ("王芳、李明，陈伟", ("王芳", "李明", "陈伟")),
        ("Mary Jones and MARY JONES", ("Mary Jones",)),
        ("Mary Jones, Staff Writer", ("Mary Jones",)),
        ("Mary Jones in London", ("Mary Jones",)),
        ("Mary Jones, special to the Post", ("Mary Jones",)),
        ("Marie Dupont et Jean Petit", ("Marie Dupont", "Jean Petit")),
        ("Anderson Yang", ("Anderson Yang",)),
        ("Agent 007", ()),
        ("Mary J. Jones", ("Mary J. Jones",)),
        ("Mary Jones (mj)", ("Mary Jones",)),
        ("Mary Jones | mary@post.example | The Daily Post", ("Mary Jones",)),
        ("Mary Jones | mary@post.example | The Daily Post and Li Na | li@post.example", ("Mary Jones", "Li Na")),
        ("Mary Jones|John Smith|Li Na", ("Mary Jones", "John Smith", "Li Na")),
        ("Mary Jones @maryj", ("Mary Jones",)),
        ("Mary Jones | Sponsored", ("Mary Jones",)),
        ("Mary Jones ⋅ Founder", ("Mary Jones",)),
        ("Mary Jones - Example Editorial Team", ("Mary Jones",)),
        ("Mary Jones, Chief Technology Officer and Head of Labs", ("Mary Jones",)),
        ("Mary Jones, MD, PhD", ("Mary Jones",)),
        ("Mary Jones, RD", ("Mary Jones",)),
        ("Mary Jones, Jr.", ("Mary Jones Jr.",)),
        ("Mary Jones, post.example", ("Mary Jones",)),
        ("Mary Jones, Associated Press", ("Mary Jones",)),
        ("Mary Jones and The Associated Press", ("Mary Jones",)),
        ("Mary Jones Globe Correspondent", ("Mary Jones",)),
        ("Mary Jones Senior Staff Writer", ("Mary Jones",)),
        ("Mary Jones\nRedakteurin für Finanzen", ("Mary Jones",)),
        ("Mary Jones on", ("Mary Jones",)),
        ("Posted by maryj on Friday December 19", ("maryj",)),
        ("Written by Mary Jones", ("Mary Jones",)),
        ("Words: Mary Jones", ("Mary Jones",)),
        ("Autorin: Karin Müller", ("Karin Müller",)),
        ("ByMary Jones", ("Mary Jones",)),
        ("By — Mary Jones", ("Mary Jones",)),
        ("Von Karin Müller", ("Karin Müller",)),
        ("von dpa", ("dpa",)),
        ("Von DPA", ("DPA",)),
        ("Von Miller", ("Von Miller",)),
        ("Karin Müller og Per Hansen", ("Karin Müller", "Per Hansen")),
        ("Mary Jones with additional reporting by Li Na", ("Mary Jones",)),
        ("Mary Jones. Edited by Li Na", ("Mary Jones",)),
        ("Mary Jones, updated May 3", ("Mary Jones",)),
        ("Mary Jones, Li Na, +3 more", ("Mary Jones", "Li Na")),
        ("김민수 기자", ("김민수",)),
        ("김민수 기자 외 1명", ("김민수",)),
        ("本报记者 王芳", ("王芳",)),
        ("王芳记者", ("王芳",)),
        ("Community Editor", ("Community Editor",)),
        ("Example Editorial Board", ("Example Editorial Board",)),
        ("NBC News", ("NBC News",)),
        ("https://news.example/authors/mary", ()),
        ("www.news.example", ()),
        ("mary@post.example", ()),
        ("By", ()),
        ("| - |", ()),
        ("X", ()),
        ("", ()),
        ("a" * 61, ()),
    ],
)
def test_names(text: str, expected: tuple[str, ...]) -> None:
    assert names_in(text) == expected


@pytest.mark.parametrize(
    ("text", "declared", "found"),
    [
        ("98 Buck Social", ("98 Buck Social",), ()),
        ("q_admin7", ("q_admin7",), ()),
        ("2024-05-03", (), ()),
        ("+3 more", (), ()),
    ],
)
def test_digits_are_in_declared_names_only(text: str, declared: tuple[str, ...], found: tuple[str, ...]) -> None:
    assert (names_in(text, declared=True), names_in(text)) == (declared, found)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Mary Jones", True), ("Mary J. Jones", True), ("Ursula von der Leyen", True), ("MARY JONES", True),
        ("Óscar d’Ávila", True), ("王芳", True), ("김민수", True), ("Maria del Carmen Ruiz Díaz", True),
        ("Mary", False), ("mary jones", False), ("Mary went home", False), ("The Post", False), ("Staff Writer", False),
        ("Read More", False), ("Associated Press", False), ("Privacy Policy", False), ("Mary Jones 2", False),
        ("One Two Three Four Five Six", False), ("新华社", False), ("Harbour News", False), ("Mary von", False),
        ("", False),
    ],
)  # fmt: skip
def test_a_persons_name(name: str, *, expected: bool) -> None:
    assert is_person(name) is expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("The Harbour Post", True), ("Harbour Post", True), ("Reuters", True), ("dpa", True),
        ("post.example.org", True),
        ("Example Editorial Board", True), ("Mary Jones", False), ("Kev", False), ("", False),
    ],
)  # fmt: skip
def test_an_organisations_name(name: str, *, expected: bool) -> None:
    assert is_organisation(name, {"harbourpost"}) is expected


def test_roles() -> None:
    assert is_role("Chief Political Correspondent")
    assert is_role("Redakteurin")
    assert not is_role("Mary Jones")


@pytest.mark.parametrize("piece", ["a ", "(", "by ", " - ", "A. ", "staff ", "@", "|", ", and ", "\n", "1", "王"])
def test_any_length_is_quick(piece: str) -> None:
    start = time.process_time()
    names_in(piece * 100_000)
    assert time.process_time() - start < 0.5


@steady
@given(st.text(max_size=200))
def test_no_text_breaks_the_names(text: str) -> None:
    for name in names_in(text, declared=True):
        assert 1 < len(name) <= 60
        assert any(map(str.isalpha, name))
