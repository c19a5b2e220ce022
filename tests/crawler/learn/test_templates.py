"""A template learned from several articles: names that last, nothing by place, checked on pages left out."""

import re
from dataclasses import replace

import pytest

from crawler.learn.samples import read_with, samples_of
from crawler.learn.selectors import is_stable, selectors_of
from crawler.learn.templates import LearnPage, learn_template
from crawler.learn.trials import MISSING, RIGHT, WRONG, candidates_of, choose, state_of
from crawler.site import TEMPLATE_FIELDS, Template
from tests.crawler.learn.papers import NAMES, OFFER, address, new_page, new_pages, old_page, old_pages
from tests.crawler.parsers.small_pages import parsed
from tests.e2e.fault_site import paragraphs, title


def selectors(template: Template) -> dict[str, tuple[str, ...]]:
    return {name: rule.select for name in TEMPLATE_FIELDS if (rule := getattr(template, name)) and rule.select}


def test_each_field_is_learned_by_its_name() -> None:
    learned = learn_template(old_pages())
    assert selectors(learned.template) == {
        "title": ("h2.story-title",),
        "updated": ("p.story-when",),
        "byline": ("p.story-by",),
        "breadcrumb": ("p.trail",),
        "body": ("div.story-text",),
        "images": ("figure.photo img",),
        "caption": ("figcaption",),
        "remove": ("div.letter-box", "ul.more-links"),
    }
    assert set(learned.confidence) == set(selectors(learned.template))
    assert min(learned.confidence.values()) == 1.0


def test_another_layout_is_learned_otherwise() -> None:
    learned = learn_template(new_pages())
    assert selectors(learned.template) == {
        "title": ("h1.headline",),
        "updated": ("time.stamp",),
        "published": ("time.stamp",),
        "body": ("div.copy",),
    }


@pytest.mark.parametrize("make", [old_page, new_page])
def test_a_page_that_was_not_learned_from_reads_as_well_as_without(make: object) -> None:
    pages = old_pages() if make is old_page else new_pages()
    template = learn_template(pages).template
    page = LearnPage(address("jetty"), (old_page if make is old_page else new_page)("jetty", 9).encode())
    with_it, without = read_with(page, None, (template,)), read_with(page, None, ())
    assert with_it.body == "\n\n".join(paragraphs("jetty"))
    assert OFFER not in with_it.body
    for name in ("title", "updated", "published", "byline", "breadcrumb", "source"):
        assert getattr(with_it, name) == getattr(without, name), name
    assert [(image.url, image.caption) for image in with_it.images] == [
        (image.url, image.caption) for image in without.images
    ]
    assert with_it.rules["body"] == "template:body"


def test_no_selector_goes_by_place_hash_or_number() -> None:
    every = {name for page in old_pages() for name in _made(page)}
    assert every
    assert not any(sign in name for name in every for sign in (":nth", ":first", ":last", "css-", "00", "["))


def _made(page: LearnPage) -> set[str]:
    root = parsed(page.body.decode()).root
    return {selector for element in root.iter("h2", "p", "div", "img") for selector, _ in selectors_of(element)}


def test_what_only_its_place_tells_is_left_out() -> None:
    """The date and the writer stand in two elements without names, like other ones before and after them."""
    pages = [
        replace(page, body=page.body.replace(b" class='story-when'", b"").replace(b" class='story-by'", b""))
        for page in old_pages()
    ]
    learned = learn_template(pages)
    assert "byline" not in selectors(learned.template)
    assert "updated" not in selectors(learned.template)


def test_a_label_is_learned_where_values_share_an_element() -> None:
    pages = [
        replace(
            page,
            body=page.body.replace(b"Update : ", b"Source : The Wire Update : ").replace(b" class='story-when'", b""),
        )
        for page in old_pages()
    ]
    learned = learn_template(pages)
    assert learned.template.source is not None
    assert learned.template.source.label == ("Source",)
    assert learned.confidence["source"] == 1.0


def test_a_hashed_container_is_not_named() -> None:
    pages = [
        replace(page, body=page.body.replace(b"class='copy'", b"class='css-1q2w3e'").replace(b"<main>", b"<div>"))
        for page in new_pages()
    ]
    assert "body" not in selectors(learn_template(pages).template)


def test_too_few_pages_teach_nothing() -> None:
    learned = learn_template(old_pages(2))
    assert learned.template.is_empty
    assert learned.notes["body"] == "2 articles with text are too few; give 3 or more"


def test_pages_without_text_and_the_same_story_twice_teach_nothing() -> None:
    pages = old_pages(4)
    twin = replace(pages[0], url=address("twin"))
    odd = [LearnPage(address("empty"), b""), LearnPage("no address", b"\x00\xff<p>"), pages[0], twin]
    assert learn_template([*pages, *odd]) == learn_template(pages)


def test_pages_of_two_layouts_teach_only_what_they_share() -> None:
    learned = learn_template([*old_pages(4), *new_pages(8)[4:]])
    assert not {"title", "body"} & set(selectors(learned.template))
    assert learned.notes["body"].startswith("left out")


def test_a_box_with_other_words_in_every_article_is_removed_and_content_never() -> None:
    pages = [
        replace(page, body=page.body.replace(b"<figure", b"<ul><li>A pier</li></ul><figure")) for page in old_pages()
    ]
    template = learn_template(pages).template
    assert "ul" not in (template.remove.select if template.remove else ())
    assert "A pier" in read_with(pages[0], None, (template,)).body


def test_the_sites_name_is_no_title() -> None:
    """Where the general rules take the site's name for the title of every article, the part that differs is it."""
    pages = [
        LearnPage(
            page.url, page.body.replace(b"<h2 class='story-title'>", b"<h1>The Paper</h1><h2 class='story-title'>")
        )
        for page in old_pages()
    ]
    samples = samples_of(pages, None)
    assert [sample.values["title"] for sample in samples] == [title(name) for name in NAMES[:6]]


@pytest.mark.parametrize(
    "name", ["story-title", "entry-content", "post__body", "headline", "TRS_Editor", "NewsArticle", "hNewsBody"]
)
def test_words_are_stable_names(name: str) -> None:
    assert is_stable(name)


@pytest.mark.parametrize(
    "name",
    [
        "css-vurnku", "css-1a2b3c", "sc-bdVaJa", "bdVaJa", "kYtWqZ", "title__3Xk2j", "post-1234", "col-8", "active",
        "first", "x", "a:b", "jsx-99", "hqzxwvtr",
    ],
)  # fmt: skip
def test_hashes_numbers_and_states_are_not(name: str) -> None:
    assert not is_stable(name)


def test_a_choice_is_trusted_as_far_as_it_holds_on_pages_left_out() -> None:
    """`b` is made on all pages and right on three; each page of its own has a selector that is right there alone."""
    made = [{"b": 2, f"own{number}": 1} for number in range(4)]
    finds = {"b": (RIGHT, RIGHT, RIGHT, MISSING)}
    chosen = choose(candidates_of(made, lambda page, name: finds.get(name, (RIGHT,) * 4)[page]), 4)
    assert chosen is not None
    assert (chosen.selector, chosen.confidence) == ("b", 0.75)


def test_a_selector_that_misleads_is_worse_than_one_that_misses() -> None:
    made = [{"wrong": 1, "missing": 2} for _ in range(5)]
    finds = {"wrong": (RIGHT, RIGHT, RIGHT, RIGHT, WRONG), "missing": (RIGHT, RIGHT, RIGHT, RIGHT, MISSING)}
    chosen = choose(candidates_of(made, lambda page, name: finds[name][page]), 5)
    assert chosen is not None
    assert (chosen.selector, chosen.misleads) == ("missing", False)


def test_what_a_finding_means() -> None:
    assert state_of("a", "a", lambda: True) == RIGHT
    assert state_of("a", "b", lambda: False) == WRONG
    assert state_of("a", None, lambda: True) == WRONG
    assert state_of(None, "a", lambda: False) == MISSING
    assert state_of(None, None, lambda: False) is None


def changed(old: str, new: str, pages: list[LearnPage] | None = None) -> list[LearnPage]:
    """Return the pages with a piece of their markup replaced; `#` in the new piece is the article's name."""
    return [
        replace(page, body=page.body.replace(old.encode(), new.replace("#", name).encode()))
        for page, name in zip(pages or new_pages(), NAMES, strict=False)
    ]


def test_what_no_name_tells_from_the_text_is_left_to_the_classifier() -> None:
    links = "".join(
        f"<p><a href=/{number}/#>{number} more about the # and about everything else that happened there in this long "
        f"and cold winter, which nobody will forget so soon</a></p>"
        for number in ("One", "Two")
    )
    pages = changed("</div></main>", f"{links}</div></main>")
    learned = learn_template(pages)
    assert learned.template.body is not None
    assert learned.template.remove is None
    assert learned.notes["remove"].startswith("left to the classifier")
    assert "One more about" not in read_with(pages[0], None, (learned.template,)).body


def test_a_page_is_looked_at_whole_where_a_field_without_a_name_stands_elsewhere() -> None:
    above = "<div>2021-03-04</div>" + "<div></div>" * 6
    pages = changed("<h1 class='headline'>", f"{above}<h1 class='headline'>", changed("<time class='stamp' ", "<i "))
    pages = [replace(page, body=page.body.replace(b"</time>", b"</i>")) for page in pages]
    pages = [
        replace(
            page,
            body=re.sub(rb"<i [^>]*>([^<]*)</i>", b"", page.body).replace(
                b"2021-03-04", b"2021-03-%02d" % (4 + number)
            ),
        )
        for number, page in enumerate(pages)
    ]
    learned = learn_template(pages)
    assert "title" not in selectors(learned.template)
    assert learned.notes["title"].startswith("left out, so that whole pages are read")
    assert read_with(pages[2], None, (learned.template,)).published == read_with(pages[2], None, ()).published


def test_images_without_a_selector_of_their_own_are_left_to_the_general_rules() -> None:
    """The text has the article's picture, and one of another article that only its link tells from it."""
    both = "<p><img src=/i/#.jpg width=600 height=400></p><p><a href=/x/#><img src=/t/#.jpg width=90 height=60></a></p>"
    pages = changed("<div class='copy'>", f"<div class='copy'>{both}")
    learned = learn_template(pages)
    assert "images" not in selectors(learned.template)
    found = read_with(pages[1], None, (learned.template,)).images
    assert [image.url for image in found] == ["https://paper.example/i/beacon.jpg"]


def test_what_a_label_names_below_the_text_is_learned_though_the_general_rules_look_above() -> None:
    record = (
        "<ul class=record><li class=origin><b>Source:</b> <span>#.example</span></li>"
        "<li class=changed>Last modified: 5 March 2021</li></ul>"
    )
    pages = changed("</main>", f"{record}</main>", changed("<time class='stamp' ", "<i "))
    pages = [replace(page, body=re.sub(rb"<i [^>]*>([^<]*)</time>", b"", page.body)) for page in pages]
    learned = learn_template(pages)
    assert selectors(learned.template)["updated"] == ("li.changed",)
    assert selectors(learned.template)["source"] == ("li.origin span",)
    assert "title" in selectors(learned.template)
    found = read_with(pages[3], None, (learned.template,))
    assert (found.source, str(found.updated.value if found.updated else None)) == ("dory.example", "2021-03-05")
