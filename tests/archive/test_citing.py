"""Citations: what they say, and that the parsers of each format read it back."""

import datetime as dt
import json
import sqlite3
import string
from dataclasses import replace
from pathlib import Path
from typing import Any

import bibtexparser
import pytest
import rispy
from bibtexparser.bparser import BibTexParser
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.citing.formats import bibtex, csl_item, one_line, ris
from archive.citing.names import Name, name_of
from archive.citing.reference import Reference
from archive.citing.styled import styled
from archive.errors import NotFoundError
from archive.model import Stamp
from tests.archive.keeping import URL, sha256
from tests.archive.library import CHINESE, HIDDEN, TAKEN_DOWN, fill, run

DIGEST = sha256(b"x")
REFERENCE = Reference(
    key="apchdeuqdum62vhm-v2", title="Is the harbour “safe”? 50% & more", byline=("Jane Doe", "王小明", "City Desk"),
    outlet="The Herald", published=Stamp("1 May", dt.date(2024, 5, 1), "day"),
    updated=Stamp("2 May", dt.date(2024, 5, 2), "day"), url="https://herald.example/a?b=1&c=2",
    accessed=dt.date(2024, 5, 3), captured="2024-05-03T12:07:00Z", version=2, sha256=DIGEST, language="en",
)  # fmt: skip
TEXTS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=40)
LATEX = {
    r"\textbackslash{}": "\\", r"\textbraceleft{}": "{", r"\textbraceright{}": "}", r"\textasciitilde{}": "~",
    r"\textasciicircum{}": "^",
}  # fmt: skip


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace that no test changes."""
    made = tmp_path_factory.mktemp("library") / "ws"
    fill(made)
    return made


def test_a_version_is_cited_with_its_proof(root: Path) -> None:
    (item,) = json.loads(run(root, "cite", URL, "--version", "1", "--json").stdout)
    (row,) = (
        json.loads(line)
        for line in run(root, "export", "jsonl", URL, "--all-versions", "-o", "-").stdout.splitlines()
        if json.loads(line)["version"] == 1
    )
    digest = row["captures"][0]["digest"].removeprefix("sha256:")
    assert item == {
        "id": f"{row['key']}-v1", "type": "article-newspaper", "title": "Harbour report",
        "author": [{"family": "Doe", "given": "Jane"}, {"literal": "City Desk"}], "container-title": "The Herald",
        "issued": {"date-parts": [[2024, 5, 2]]}, "original-date": {"date-parts": [[2024, 5, 1]]}, "URL": URL,
        "accessed": {"date-parts": [[2024, 5, 3]]}, "language": "en", "version": "1",
        "note": "Version 1; published 2024-05-01T09:00:00Z; updated 2024-05-02; captured 2024-05-03T12:05:00Z; "
        f"SHA-256 {digest}",
        "custom": {
            "version": 1, "captured": "2024-05-03T12:05:00Z", "sha256": digest, "published": "2024-05-01T09:00:00Z",
            "updated": "2024-05-02", "gone-since": None,
        },
    }  # fmt: skip


@pytest.mark.parametrize("form", ["apa", "chicago", "bibtex", "csl-json", "ris"])
def test_every_format_says_all_of_it(root: Path, form: str) -> None:
    said = run(root, "cite", CHINESE, "--format", form).stdout
    (item,) = json.loads(run(root, "cite", CHINESE, "--json").stdout)
    assert "“质量”" in said or "‘质量’" in said
    assert CHINESE in said
    assert item["custom"]["sha256"] in said
    assert "2024-05-03T12:11:00Z" in said or item["custom"]["captured"] in said
    assert "The Herald" in said
    assert "王" in said
    assert HIDDEN not in said


def test_people_read_one_line(root: Path) -> None:
    (item,) = json.loads(run(root, "cite", URL, "--json").stdout)
    proof = f"[Captured 2024-05-03T12:08:00Z; SHA-256 {item['custom']['sha256']}]\n"
    assert run(root, "cite", URL).stdout == (
        "Doe, J., & City Desk (2024, May 2). Harbour report (Version 2). The Herald. Retrieved May 3, 2024, from "
        f"{URL} {proof}"
    )
    assert run(root, "cite", URL, "--format", "chicago").stdout == (
        "Doe, Jane, and City Desk. “Harbour report.” The Herald, May 2, 2024. Version 2. Accessed May 3, 2024. "
        f"{URL}. {proof}"
    )


def test_styles_know_what_is_absent() -> None:
    bare = replace(REFERENCE, byline=(), published=None, updated=None, sha256=None)
    assert styled(bare, "apa") == (
        "Is the harbour “safe”? 50% & more (Version 2). (n.d.). The Herald. Retrieved May 3, 2024, from "
        "https://herald.example/a?b=1&c=2 [Captured 2024-05-03T12:07:00Z]"
    )
    assert styled(bare, "chicago") == (
        "The Herald. “Is the harbour ‘safe’? 50% & more.” Version 2. Accessed May 3, 2024. "
        "https://herald.example/a?b=1&c=2. [Captured 2024-05-03T12:07:00Z]"
    )
    assert "“Who?” The Herald" in styled(replace(REFERENCE, title="Who?"), "chicago")


def test_names_in_letters_without_capitals_stand_whole() -> None:
    assert styled(replace(REFERENCE, byline=("سلمى حداد",)), "apa").startswith("سلمى حداد (2024")


def test_what_is_gone_is_said(tmp_path: Path) -> None:
    root = tmp_path / "ws"
    fill(root)
    with sqlite3.connect(root / "archive.db") as db:
        db.execute("UPDATE articles SET state = 'gone' WHERE url = ?", (URL,))
        db.execute(
            "INSERT INTO events(article_id, kind, at) SELECT id, 'gone', '2024-06-07T08:00:00Z' FROM articles "
            "WHERE url = ?",
            (URL,),
        )
        db.execute(
            "UPDATE versions SET same_as = (SELECT first.id FROM versions first "
            "WHERE first.article_id = versions.article_id AND first.number = 1) WHERE number = 2"
        )
        db.execute("UPDATE captures SET withdrawn = '2024-06-01' WHERE url = ?", (CHINESE,))
    db.close()
    for form in ("apa", "chicago", "bibtex", "ris", "csl-json"):
        assert "no longer at this address since 2024-06-07" in run(root, "cite", URL, "--format", form).stdout
    assert "says the same as version 1" in run(root, "cite", URL, "--format", "ris").stdout
    said = {}
    for name, *more in ((URL, "--version", "9"), (TAKEN_DOWN,), (CHINESE,)):
        with pytest.raises(NotFoundError) as caught:
            run(root, "cite", name, *more)
        said[name] = str(caught.value)
    assert said == {
        URL: f"article {URL} has no version 9; it has 1, 2",
        TAKEN_DOWN: f"article kc4ninnnhg33geuj ({TAKEN_DOWN}) was withdrawn on 2024-06-01: a court order",
        CHINESE: f"no capture shows version 1 of article {CHINESE} any more: it was taken down",
    }


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Jane Q. Doe", Name("Doe", "Jane Q.")),
        ("Jan van der Meer", Name("van der Meer", "Jan")),
        ("Martin King Jr.", Name("King", "Martin", suffix="Jr.")),
        ("Doe, Jane", Name("Doe", "Jane")),
        ("Reuters", Name(literal="Reuters")),
        ("City News Desk", Name(literal="City News Desk")),
        ("Smith & Sons", Name(literal="Smith & Sons")),
        ("王小明", Name("王", "小明")),
        ("欧阳娜娜", Name("欧阳", "娜娜")),
        ("王 小明", Name("王", "小明")),
        ("김철수", Name("김", "철수")),
        ("新华社", Name(literal="新华社")),
        ("山田たろう", Name(literal="山田たろう")),
        ("阿卜杜拉·买买提", Name(literal="阿卜杜拉·买买提")),
        ("Madonna", Name(literal="Madonna")),
    ],
)
def test_names_are_parted_right(text: str, name: Name) -> None:
    assert name_of(text) == name


@given(TEXTS, st.lists(TEXTS, max_size=3))
def test_csl_comes_back(title: str, byline: list[str]) -> None:
    item = json.loads(json.dumps(csl_item(replace(REFERENCE, title=title, byline=tuple(byline)))))
    assert item["title"] == one_line(title)
    assert len(item.get("author", [])) == len([name for name in byline if one_line(name)])


@settings(max_examples=40)
@given(TEXTS, TEXTS)
def test_bibtex_comes_back(title: str, outlet: str) -> None:
    text = bibtex(replace(REFERENCE, title=title, outlet=outlet))
    (entry,) = bibtexparser.loads(text, parser=BibTexParser(common_strings=True)).entries
    assert entry["ID"] == REFERENCE.key
    assert plain(entry["title"].removeprefix("{").removesuffix("}")) == one_line(title)
    assert plain(entry.get("howpublished", "")) == one_line(outlet)
    assert (entry["year"], entry["month"], entry["day"]) == ("2024", "May", "2")
    assert entry["url"] == REFERENCE.url
    assert entry["author"] == "Doe, Jane and 王, 小明 and {City Desk}"


@settings(max_examples=40)
@given(TEXTS)
def test_no_name_breaks_bibtex(name: str) -> None:
    text = bibtex(replace(REFERENCE, byline=(name, "Jane Doe")))
    (entry,) = bibtexparser.loads(text, parser=BibTexParser(common_strings=True)).entries
    assert entry["title"].startswith("{Is the harbour")
    assert entry["author"].endswith("Doe, Jane")


def plain(text: str) -> str:
    """Return LaTeX's text as it is read."""
    for written, sign in LATEX.items():
        text = text.replace(written, f"\x00{ord(sign)}\x00")
    for sign in "$&#%_":
        text = text.replace(f"\\{sign}", sign)
    parts = text.split("\x00")
    return "".join(chr(int(part)) if number % 2 else part for number, part in enumerate(parts))


@given(st.text(string.printable, min_size=1, max_size=40), st.lists(TEXTS.filter(str.strip), max_size=3))
def test_ris_comes_back(title: str, byline: list[str]) -> None:
    (entry,) = rispy.loads(ris(replace(REFERENCE, title=title, byline=tuple(byline))))
    assert entry.get("title", "") == one_line(title)
    assert len(entry.get("authors", [])) == len([name for name in byline if one_line(name)])
    found: dict[str, Any] = entry
    assert (found["id"], found["urls"], found["year"]) == (REFERENCE.key, [REFERENCE.url], "2024")
    assert found["notes"] == [REFERENCE.note]
