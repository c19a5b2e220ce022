"""Where a layout changed, and a learned template in a definition's text."""

import datetime as dt
import tomllib

import pytest

from archive.errors import DefinitionError
from crawler.learn.change import Change, change_of
from crawler.learn.editing import add_template, toml_of
from crawler.learn.stored import StoredPage
from crawler.learn.templates import learn_template
from crawler.site import Site, Template, parse_definition
from tests.crawler.learn.papers import day_of, new_pages, old_pages

DEFINITION = """# The paper of the harbour.
id = "paper"  # as the file
name = "The Paper"
url = "https://paper.example/"
[listing]
entry = "li"

[[sections]]
key = "news"
name = "News"
url = "/news/"
"""
PRESENT = """
# By hand, in spring.
[template]  # the only one
title = "h2.story-title"
updated = ".story-when"  # printed below the title
body = "div.story-text"
"""
FRESH = Template.model_validate(
    {
        "title": "h1.headline", "body": ["div.copy", 'div[data-x="é"]'], "source": {"label": "Quelle"},
        "valid_from": "2021-03-04",
    }
)  # fmt: skip


def stored(old: int, new: int) -> list[StoredPage]:
    """Return pages, the newest first: the new layout's came after the old one's."""
    before = [StoredPage(page, dt.date.fromisoformat(day_of(number))) for number, page in enumerate(old_pages(old))]
    after = [
        StoredPage(page, dt.date.fromisoformat(day_of(number, 2021))) for number, page in enumerate(new_pages(new))
    ]
    return [*reversed(after), *reversed(before)]


def site(more: str = PRESENT) -> Site:
    return parse_definition(DEFINITION + more, "paper.toml")


def test_the_newest_pages_that_the_template_does_not_read_are_the_new_layout() -> None:
    found = change_of(site(), stored(5, 4))
    assert found.fields == ("title", "updated", "body")
    assert len(found.pages) == 4
    assert found.since == dt.date(2021, 3, 4)
    assert found.present == site().template


def test_one_field_that_moved_is_a_change_too() -> None:
    found = change_of(
        site(PRESENT.replace("h2.story-title", "h1, h2").replace("div.story-text", "main, .story")), stored(5, 4)
    )
    assert (found.fields, len(found.pages)) == (("updated",), 4)


@pytest.mark.parametrize(("old", "new"), [(5, 0), (5, 2)])
def test_a_page_or_two_are_no_change(old: int, new: int) -> None:
    assert change_of(site(), stored(old, new)) == Change(site().template)


def test_a_template_that_fits_no_page_at_all() -> None:
    found = change_of(site(), stored(0, 6))
    assert (len(found.pages), found.present) == (6, site().template)


def test_a_selector_that_never_found_anything_is_no_change() -> None:
    assert change_of(site(PRESENT + 'source = "p.agency"\n'), stored(6, 0)).fields == ()


def test_without_a_template_nothing_can_change() -> None:
    assert change_of(site(""), stored(3, 3)) == Change(None)


def test_after_the_repair_nothing_is_changed() -> None:
    newest = stored(6, 6)
    learned = learn_template([one.page for one in newest[:6]]).template
    whole = add_template(DEFINITION + PRESENT, "paper.toml", learned.model_copy(update={"valid_from": newest[5].day}))
    repaired = parse_definition(whole, "paper.toml")
    assert change_of(repaired, newest).fields == ()
    assert [layout.valid_until for layout in repaired.layouts] == [dt.date(2021, 3, 3), None]


def test_a_first_template_is_added_below_what_the_user_wrote() -> None:
    bare = FRESH.model_copy(update={"valid_from": None})
    whole = add_template(DEFINITION, "paper.toml", bare, {"title": "agrees on 100% of 8 pages"})
    assert whole.startswith(DEFINITION)
    assert whole.removeprefix(DEFINITION) == (
        '\n[template]\ntitle = "h1.headline"  # agrees on 100% of 8 pages\nsource = { label = "Quelle" }\n'
        'body = ["div.copy", "div[data-x=\\"é\\"]"]\n'
    )
    assert parse_definition(whole, "paper.toml").template == bare


def test_the_present_template_ends_the_day_before_and_keeps_its_comments() -> None:
    whole = add_template(DEFINITION + PRESENT, "paper.toml", FRESH)
    assert "# By hand, in spring.\n[[templates]]  # the only one\nvalid_until = 2021-03-03\ntitle" in whole
    assert '".story-when"  # printed below the title' in whole
    assert whole.startswith(DEFINITION)
    given = parse_definition(whole, "paper.toml")
    assert given.template.is_empty
    assert [(layout.valid_from, layout.valid_until) for layout in given.templates] == [
        (None, dt.date(2021, 3, 3)),
        (dt.date(2021, 3, 4), None),
    ]
    assert given.templates[1] == FRESH


def test_a_third_layout_ends_the_second_only() -> None:
    second = add_template(DEFINITION + PRESENT, "paper.toml", FRESH)
    third = add_template(second, "paper.toml", FRESH.model_copy(update={"valid_from": dt.date(2022, 1, 1)}))
    said = tomllib.loads(third)["templates"]
    assert [one.get("valid_until") for one in said] == [dt.date(2021, 3, 3), dt.date(2021, 12, 31), None]


@pytest.mark.parametrize(
    "present",
    [
        '\n[template.title]\nselect = "h2"\n',
        '\n["template"]\ntitle = "h2"\n',
        "\n[template]\nbody = '.a'\n[template.title]\nselect = 'h2'\n",
    ],
)
def test_what_cannot_be_edited_is_said_with_the_block_to_add(present: str) -> None:
    with pytest.raises(DefinitionError, match="written in a way that cannot be edited") as error:
        add_template(DEFINITION + present, "paper.toml", FRESH)
    assert toml_of(FRESH, "[[templates]]") in str(error.value)


def test_a_new_layout_from_before_the_present_one_is_refused() -> None:
    whole = add_template(DEFINITION + PRESENT, "paper.toml", FRESH)
    with pytest.raises(DefinitionError, match="cannot be edited"):
        add_template(whole, "paper.toml", FRESH.model_copy(update={"valid_from": dt.date(2020, 1, 1)}))
