"""Citations on a page and as files."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.archive.reading_room.stories import BARE, CHINESE, HOSTILE, STORY, Asking, fill, key_of, text_of


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace that no test changes."""
    return fill(tmp_path_factory.mktemp("cites") / "ws")


@pytest.fixture(scope="module")
def ask(root: Path) -> Iterator[Asking]:
    asking = Asking(root)
    yield asking
    asking.close()


def test_the_forms_are_links(root: Path, ask: Asking) -> None:
    key = key_of(root, STORY)
    page = ask.page(f"article/{key}/cite?version=2&format=chicago")
    assert [(link.text, link.get("aria-current")) for link in page.cssselect(".tabs a")] == [
        ("APA", None), ("Chicago", "true"), ("BibTeX", None), ("RIS", None), ("CSL-JSON", None),
    ]  # fmt: skip
    assert {str(link.get("href")).partition("format=")[0] for link in page.cssselect(".tabs a")} == {
        f"/archive/-/article/{key}/cite?version=2&"
    }
    assert "“Harbour quiet.”" in text_of(page, "pre")
    assert "Cite version 2" in text_of(page, "h2")


@pytest.mark.parametrize(
    ("form", "mime", "suffix", "begins"),
    [
        ("apa", "text/plain; charset=utf-8", "txt", "Doe, J."),
        ("bibtex", "application/x-bibtex; charset=utf-8", "bib", "@misc{"),
        ("ris", "application/x-research-info-systems; charset=utf-8", "ris", "TY  - NEWS"),
        ("csl-json", "application/vnd.citationstyles.csl+json", "json", "[\n"),
    ],
)
def test_each_form_is_a_file(root: Path, ask: Asking, form: str, mime: str, suffix: str, begins: str) -> None:
    key = key_of(root, STORY)
    got = ask(f"article/{key}/cite?format={form}&download=1")
    assert got.headers["content-type"] == mime
    assert got.headers["content-disposition"] == f'attachment; filename="{key}-v3.{suffix}"'
    assert got.headers["x-content-type-options"] == "nosniff"
    assert got.text.startswith(begins)


def test_a_chinese_name_and_a_form_that_there_is_not(root: Path, ask: Asking) -> None:
    key = key_of(root, CHINESE)
    (item,) = json.loads(ask(f"article/{key}/cite?format=csl-json&download=1").text)
    assert item["author"] == [{"family": "王", "given": "小明"}]
    assert ask(f"article/{key}/cite?format=endnote").text == ask(f"article/{key}/cite?format=apa").text


def test_what_cannot_be_cited_says_why(root: Path, ask: Asking) -> None:
    assert "no version" in text_of(ask.page(f"article/{key_of(root, BARE)}/cite", 404))


def test_no_field_ends_a_header(root: Path, ask: Asking) -> None:
    got = ask(f"article/{key_of(root, HOSTILE)}/cite?format=bibtex&download=1")
    assert got.headers["content-disposition"].endswith('.bib"')
    assert "\n  title = {" in got.text
