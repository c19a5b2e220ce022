"""What is one story and what only looks like one; bench/stories.py has the same at large."""

import itertools
import random
from dataclasses import replace

import pytest

from archive.families.likeness import Likeness, Story, likeness
from archive.families.shingles import shingle
from bench.stories import Told, changed, follow_up, reprint, series, story


def told(title: str, body: str, site: str = "a") -> Story:
    return Story(title, shingle(body), frozenset((site,)))


def compared(one: Told, other: Told) -> Likeness:
    return likeness(told(one.title, one.body, one.site), told(other.title, other.body, other.site))


@pytest.mark.parametrize("language", ["en", "de", "zh"])
def test_a_reprint_with_a_seventh_changed_is_one_story(language: str) -> None:
    first = [story(f"likeness {language} {number}", language, "a", 16) for number in range(20)]
    found = [compared(each, reprint(each, "b", f"again {each.story}")) for each in first]
    assert sum(like.one_story for like in found) >= 18
    assert all(0.5 < like.held < 0.9 for like in found)


@pytest.mark.parametrize(("language", "kind"), [("en", 0), ("en", 3), ("de", 1), ("zh", 0), ("zh", 2), ("zh", 3)])
def test_issues_of_a_series_share_a_frame_and_are_no_story(language: str, kind: int) -> None:
    issues = list(series(language, kind, 9, ("a", "b")))
    found = [compared(one, other) for one, other in itertools.pairwise(issues)]
    assert not any(like.one_story for like in found)
    assert sum(like.one_frame for like in found) >= 6


@pytest.mark.parametrize("language", ["en", "zh"])
def test_two_quoted_paragraphs_make_no_reprint(language: str) -> None:
    first = [story(f"quoted {language} {number}", language, "a", 16) for number in range(15)]
    assert not any(compared(each, follow_up(each, f"later {each.story}", "b")).one_story for each in first)


def test_a_cut_reprint_is_one_story() -> None:
    whole = story("whole", "en", "a", 20)
    cut = replace(whole, body="\n\n".join(whole.body.split("\n\n")[:4]), site="b")
    assert compared(whole, cut).one_story
    assert compared(whole, cut).held == 1


def test_a_story_under_two_ids_is_one_and_one_with_a_seventh_changed_too() -> None:
    first = story("two ids", "zh", "a", 20)
    again = replace(first, body=changed(first.body, 0.15, random.Random(1), "zh"))  # noqa: S311
    assert compared(first, first).one_story
    assert compared(first, again).one_story
    assert not compared(first, replace(again, title="另一个标题")).one_story, "a site's own forms are alike"


def test_titles_that_differ_in_figures_are_issues() -> None:
    body = story("release", "en", "a").body
    assert likeness(told("Version 4.1 released", body), told("Version 4.2 released", body, "b")).one_frame
    assert likeness(told("Version 4.1 released", body), told("The 4.2 beta", body)).one_frame
    assert likeness(told("Five years on", body), told("5 years on", body, "b")).one_story


def test_short_notices_need_the_same_title_and_nearly_the_same_text() -> None:
    text = "The office is closed for stocktaking. It opens again as soon as the books are in order."
    other = text.replace("office", "library").replace("stocktaking", "repairs")
    assert likeness(told("Closed", text), told("Closed", text, "b")).one_story
    assert not likeness(told("Closed", text), told("Office closed", text, "b")).one_story
    assert not likeness(told("Closed", text), told("Closed", other, "b")).one_story


def test_short_notices_of_two_days_are_two() -> None:
    text = (
        "High water at the northern quay comes at {} o'clock today, and the small ferry does not sail before it does."
    )
    one, other = told("High water", text.format("6:40")), told("High water", text.format("7:25"))
    assert not likeness(one, other).one_story


def test_a_form_without_figures_is_told_by_its_names() -> None:
    """Notices of one site under one title, as short as forms are."""
    form = (
        "The council has given {} leave to change the house on the corner. The plans can be seen at the office by "
        "whoever lives nearby. Those who object must say so in writing, and they will be heard before work begins. "
        "The office asks all neighbours for patience while the scaffold stands in the street."
    )
    one, other = told("Notice", form.format("Ada Quill")), told("Notice", form.format("Ben Thorne"))
    assert not likeness(one, other).one_story


def test_no_text_is_like_nothing() -> None:
    assert likeness(told("A", ""), told("A", "")) == Likeness(0.0)
