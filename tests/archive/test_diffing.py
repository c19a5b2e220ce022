"""Two versions beside each other: sentences, words, characters, fields, pictures; in the terminal and as a page."""

import json
from pathlib import Path
from typing import Any

import lxml.html
import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from archive.changes import changes_between
from archive.diffing.sentences import sentences, words
from archive.diffing.texts import diff_texts, diff_words
from archive.errors import NotFoundError, UsageError
from archive.model import Article, Image
from archive.versions import KeptImage
from crawler.cli import newsarchive
from crawler.workspace import make_workspace
from tests.archive.keeping import URL, Keeping, article, day_of, picture

TEXTS = st.text(st.sampled_from([*"abAB .!?\n“”()", "。", "会", "议", "5", "é", "ไ"]), max_size=60)


@given(TEXTS)
def test_sentences_and_words_are_the_text(text: str) -> None:
    assert "".join(sentences(text)) == text
    assert "".join(words(text)) == text


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("Ships wait. Nothing moves.", ["Ships wait. ", "Nothing moves."]),
        ("He said “Go!” Then he left.", ["He said “Go!” ", "Then he left."]),
        ("Mr. Smith paid 3.5 million. Why?", ["Mr. Smith paid 3.5 million. ", "Why?"]),
        ("J. K. Rowling came on 5. Mai. In 2017. So", ["J. K. Rowling came on 5. Mai. ", "In 2017. ", "So"]),
        ("One.\n\nTwo.", ["One.", "\n\n", "Two."]),
        ("召开会议。强调“质量第一。”他说！", ["召开会议。", "强调“质量第一。”", "他说！"]),
        ("هل وصل؟ نعم وصل.", ["هل وصل؟ ", "نعم وصل."]),
        ("", []),
    ],
)
def test_where_a_sentence_ends(text: str, cut: list[str]) -> None:
    assert sentences(text) == cut


def test_words_of_scripts_without_spaces_are_their_characters() -> None:
    assert words("It's 质监局1号") == ["It's", " ", "质", "监", "局", "1", "号"]


@given(TEXTS, TEXTS)
def test_a_comparison_holds_both_texts(before: str, after: str) -> None:
    found = diff_texts(before, after)
    assert "".join(sentence.before for sentence in found) == before
    assert "".join(sentence.after for sentence in found) == after
    for sentence in found:
        if sentence.kind == "changed":
            assert "".join(p.text for p in sentence.pieces if p.kind != "added") == sentence.before
            assert "".join(p.text for p in sentence.pieces if p.kind != "removed") == sentence.after
    assert all(sentence.kind == "same" for sentence in found) == (before == after)


def said(before: str, after: str) -> list[tuple[str, str]]:
    return [
        (sentence.kind, marked(sentence.before, sentence.after) if sentence.kind == "changed" else sentence.before or
         sentence.after)
        for sentence in diff_texts(before, after)
    ]  # fmt: skip


def marked(before: str, after: str) -> str:
    signs = {"same": "{}", "removed": "[-{}-]", "added": "{{+{}+}}"}
    return "".join(signs[piece.kind].format(piece.text) for piece in diff_words(before, after))


def test_a_reworded_sentence_is_told_word_by_word() -> None:
    before = "The harbour is quiet today. Ships wait outside. Nothing moves."
    after = "The harbour is very quiet today. Ships wait outside. A storm is near."
    assert said(before, after) == [
        ("changed", "The harbour is {+very +}quiet today. "), ("same", "Ships wait outside. "),
        ("removed", "Nothing moves."), ("added", "A storm is near."),
    ]  # fmt: skip


def test_a_chinese_sentence_is_told_by_character() -> None:
    before = "上海市质监局昨天召开会议。会议有三百人参加。局长讲话。"
    after = "上海市质监局昨天召开会议。会议有五百人参加。"
    assert said(before, after) == [
        ("same", "上海市质监局昨天召开会议。"), ("changed", "会议有[-三-]{+五+}百人参加。"), ("removed", "局长讲话。"),
    ]  # fmt: skip


def test_a_text_rewritten_as_a_whole_ends_in_time() -> None:
    before = " ".join(f"Sentence {number} of the old text stands here." for number in range(3000))
    after = " ".join(f"Line {number * 7} says other things by now." for number in range(3000))
    found = diff_texts(before, after)
    assert "".join(sentence.after for sentence in found) == after


def kept(url: str, sha256: str | None = None, **more: Any) -> KeptImage:
    return KeptImage(Image(url, **more), sha256)


ONE = kept("https://x.example/1.png", "a" * 64, caption="A ship.", credit="X")
TWO = kept("https://x.example/2.png", "b" * 64, caption="A crane.")


@pytest.mark.parametrize(
    ("changed", "images", "classes"),
    [
        ({"title": "New title"}, (ONE,), ("headline",)),
        ({"body": "Other text."}, (ONE,), ("body",)),
        ({"body": "The text.\n\nCorrection: the figure was wrong."}, (ONE,), ("correction", "body")),
        ({"body": "The text. 更正：数字有误。"}, (ONE,), ("correction", "body")),
        ({"updated": day_of("2024-06-01")}, (ONE,), ("date",)),
        ({"title": "New", "updated": day_of("2024-06-01")}, (ONE,), ("headline", "date")),
        ({}, (kept("https://x.example/1.png", "c" * 64, caption="A ship.", credit="X"),), ("image",)),
        ({}, (ONE, TWO), ("image",)),
        ({}, (), ("image",)),
        ({}, (kept("https://x.example/1.png", "a" * 64, caption="A boat.", credit="X"),), ("caption",)),
        ({}, (TWO,), ("image", "caption")),
        ({}, (ONE,), ()),
    ],
)
def test_the_class_of_a_change(
    changed: dict[str, Any], images: tuple[KeptImage, ...], classes: tuple[str, ...]
) -> None:
    before: dict[str, Any] = {"title": "Old title", "body": "The text.", "updated": day_of("2024-05-01")}
    old, new = Article("https://x.example/a", **before), Article("https://x.example/a", **before | changed)
    assert changes_between((old, (ONE,)), (new, images)) == classes


@pytest.mark.parametrize("text", ["The corrections office opened.", "He noted that an error was made."])
def test_no_notice_of_a_correction(text: str) -> None:
    old, new = Article("https://x.example/a", body="Text."), Article("https://x.example/a", body=f"Text. {text}")
    assert changes_between((old, ()), (new, ())) == ("body",)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("diffing")
    make_workspace(root)
    keeping = Keeping(root)
    address = "https://herald.example/p.png"
    for title, body, color in (
        ("Harbour <b>report</b>", "The harbour is quiet. Ships wait.", "red"),
        ("Harbour report", "The harbour is closed. Ships wait.", "red"),
        ("Harbour report", "The harbour is closed. Ships wait.", "blue"),
    ):
        keeping.store(
            article(body, title=title, images=(Image(address, "A ship."),)),
            images=[keeping.image(address, picture(color))],
        )
    keeping.store(article(url="https://herald.example/still", title="Still"))
    keeping.close()
    return root


def invoke(workspace: Path, *arguments: str) -> Result:
    return CliRunner().invoke(newsarchive, ["-w", str(workspace), *arguments], catch_exceptions=False)


def test_the_latest_change_in_the_terminal(workspace: Path) -> None:
    result = invoke(workspace, "diff", URL)
    assert result.exit_code == 0
    assert "- version 2, seen 2024-05-03 12:04 to 2024-05-03 12:04\n+ version 3" in result.output
    assert "  image\n" in result.output
    assert "swapped: A ship." in result.output
    assert "harbour" not in result.output


def test_two_named_versions_in_the_terminal(workspace: Path) -> None:
    result = invoke(workspace, "diff", URL, "1", "2")
    assert "  headline, body\n" in result.output
    assert "       title  Harbour [-<b>report</b>-]{+report+}\n" in result.output
    assert "\n~ The harbour is [-quiet-]{+closed+}.\n  … 1 sentence unchanged\n" in result.output


def test_one_version_alone_is_compared_with_the_current(workspace: Path) -> None:
    assert json.loads(invoke(workspace, "diff", URL, "1", "--json").output)["after"]["number"] == 3


def test_a_comparison_for_programs(workspace: Path) -> None:
    told = json.loads(invoke(workspace, "diff", URL, "1", "3", "--json").output)
    assert told["changes"] == ["headline", "body", "image"]
    assert [(image["kind"], image["before"]["caption"]) for image in told["images"]] == [("swapped", "A ship.")]
    assert [field["name"] for field in told["fields"]] == ["title"]


def test_a_comparison_as_a_page(workspace: Path, tmp_path: Path) -> None:
    page = tmp_path / "changes.html"
    assert invoke(workspace, "diff", URL, "1", "2", "--html", str(page)).output == f"Written to {page}.\n"
    tree = lxml.html.fromstring(page.read_bytes())
    assert tree.xpath("//del/text()") == ["<b>report</b>", "quiet"]
    assert tree.xpath("//ins/text()") == ["report", "closed"]
    assert not tree.xpath("//script | //b | //img | //link")
    assert invoke(workspace, "diff", URL, "1", "2", "--html", "-").output.strip() == page.read_text()


def test_what_never_changed(workspace: Path) -> None:
    result = invoke(workspace, "diff", "https://herald.example/still")
    assert (result.exit_code, result.output) == (
        0, "There is one version of https://herald.example/still: nothing has changed since it was first seen.\n",
    )  # fmt: skip
    assert invoke(workspace, "diff", "https://herald.example/still", "--json").output == "null\n"


def test_a_version_that_is_not_there(workspace: Path) -> None:
    with pytest.raises(NotFoundError, match=rf"^article {URL} has no version 9; it has 1, 2, 3$"):
        invoke(workspace, "diff", URL, "9")


def test_a_page_that_cannot_be_written(workspace: Path) -> None:
    said = r"^cannot write /dev/full/x: Not a directory; name a file that can be written$"
    with pytest.raises(UsageError, match=said):
        invoke(workspace, "diff", URL, "--html", "/dev/full/x")
