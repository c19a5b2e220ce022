"""Two versions beside each other on a page."""

import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.diffing.folding import folded
from archive.diffing.texts import Clock, Sentence, diff_texts
from tests.archive.keeping import picture, sha256
from tests.archive.reading_room.stories import ARABIC, CHINESE, STORY, Asking, fill, key_of, text_of


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace that no test changes."""
    return fill(tmp_path_factory.mktemp("diffs") / "ws")


@pytest.fixture(scope="module")
def ask(root: Path) -> Iterator[Asking]:
    asking = Asking(root)
    yield asking
    asking.close()


def test_the_latest_change_is_shown(root: Path, ask: Asking) -> None:
    key = key_of(root, STORY)
    page = ask.page(f"article/{key}/diff")
    assert "What changed: headline, body, caption." in text_of(page, ".sides")
    assert text_of(page, ".fields dd") == "Harbour quietloud"
    assert [text_of(page, f".compared {tag}") for tag in ("del", "ins")] == ["very Nobody minds.", "The mayor does."]
    assert "another caption: A ship at seain port. [Photo by X]" in text_of(page, ".change figcaption")
    assert text_of(page, ".compared details summary") == "3 sentences unchanged"


def test_two_pictures_stand_side_by_side(root: Path, ask: Asking) -> None:
    page = ask.page(f"article/{key_of(root, STORY)}/diff?from=1&to=2")
    shown = [str(image.get("src")).rpartition("/")[2] for image in page.cssselect(".pair img")]
    assert shown == [sha256(picture("red")), sha256(picture("navy"))]
    assert text_of(page, ".pair p") == "version 1 version 2"


def test_the_ways_to_other_comparisons(root: Path, ask: Asking) -> None:
    key = key_of(root, STORY)
    base = f"/archive/-/article/{key}/diff"

    def ways(query: str) -> list[str | None]:
        return [link.get("href") for link in ask.page(f"article/{key}/diff{query}").cssselect("nav.row a")][:-1]

    assert ways("?from=1&to=2") == [f"{base}?from=2&to=3", f"{base}?from=2&to=1"]
    assert ways("?from=2&to=3") == [f"{base}?from=1&to=2", f"{base}?from=3&to=2"]
    assert ways("?from=1&to=3") == [f"{base}?from=2&to=3", f"{base}?from=3&to=1"]
    assert ways("?to=2") == ways("?from=1&to=2")
    assert ways("?from=2") == ways("?from=2&to=3")


def test_where_nothing_differs_it_says_so(root: Path, ask: Asking) -> None:
    assert "one and the same version" in text_of(ask.page(f"article/{key_of(root, STORY)}/diff?from=2&to=2"))
    assert "There is one version of this article" in text_of(ask.page(f"article/{key_of(root, ARABIC)}/diff"))
    assert ask(f"article/{'a' * 16}/diff").status_code == 404


def test_chinese_is_compared_by_character(root: Path, ask: Asking) -> None:
    page = ask.page(f"article/{key_of(root, CHINESE)}/diff")
    assert [element.text for element in page.cssselect(".compared ins")] == ["副"]
    assert page.cssselect(".compared")[0].get("lang") == "zh-Hans"


def test_runs_far_from_a_change_are_folded() -> None:
    same = [Sentence("same", f"{number}. ", f"{number}. ") for number in range(9)]
    runs = folded([*same, Sentence("added", "", "x")])
    assert [(run.is_folded, run.number) for run in runs] == [(True, 7), (False, 3)]
    assert folded([]) == []
    assert [run.is_folded for run in folded(same)] == [True]


@pytest.mark.parametrize("kind", ["words", "no ends", "characters", "reworded"])
def test_a_comparison_ends_in_time(kind: str) -> None:
    chosen = random.Random(1)
    signs = {
        "words": "a bc def. ghi ",
        "no ends": "ab cd ef ",
        "characters": "质量监督局今天",
        "reworded": "今天质量。",
    }
    before, after = ("".join(chosen.choices(signs[kind], k=60_000)) for _ in range(2))
    began = time.thread_time()
    found = diff_texts(before, after, Clock(0.05))
    assert time.thread_time() - began < 1
    assert "".join(sentence.before for sentence in found) == before
    assert "".join(sentence.after for sentence in found) == after
