"""The fast way: a page whose title, body and dates its template knows is walked only around them."""

from typing import NoReturn

import pytest

from archive.model import Article
from crawler.parsers import article
from crawler.parsers.dates import DateContext
from crawler.parsers.frame import Frame, frame_of
from crawler.parsers.template import Reader
from crawler.site import Template
from tests.crawler.parsers.small_pages import FIRST, STORY, TEXT, parsed, read
from tests.crawler.parsers.test_template import site

TITLE, BODY = "h1.head", "div.text"
MENU = (
    "<div class=menu><a href=/a>Sport</a><p>A long paragraph of the menu that says what the paper is about.</p></div>"
)
PAGE = (
    f"{MENU}<div class=page><p class=trail>Home &gt; News</p><div class=top><p>2024-03-15</p><h1 class=head>A quay</h1>"
    f"</div><p>By Ann Lee</p><div class=text>{STORY}<figure><img src=a.jpg><figcaption>A quay [Photo/a.cn]</figcaption>"
    f"</figure></div><p>1 <a href=story_2.html>2</a></p></div><div class=end><p>{FIRST}</p><img src=end.jpg></div>"
)


def frame(markup: str, **fields: object) -> Frame | None:
    template = Template.model_validate({"title": TITLE, "body": BODY, **fields})
    return frame_of(Reader(template, parsed(markup)), DateContext())


def test_only_what_stands_from_the_title_to_the_body_is_walked() -> None:
    found = frame(PAGE)
    assert found is not None
    texts = [block.text for block in found.blocks]
    assert texts[:3] == ["2024-03-15", "A quay", "By Ann Lee"]
    assert found.blocks[found.title_index].text == "A quay"
    assert [found.blocks[index].text for index in found.region.core if found.blocks[index].text][:3] == TEXT.split(
        "\n\n"
    )
    assert not any("menu" in text or "Home" in text for text in texts)


def test_the_walk_ends_a_few_blocks_after_the_body() -> None:
    found = frame(PAGE.replace("<p>1 ", "".join(f"<p>Line {number}.</p>" for number in range(500)) + "<p>1 "))
    assert found is not None
    assert len(found.blocks) < 25


def test_all_fields_are_read_in_the_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    general = read(PAGE)

    def never(*_: object, **__: object) -> NoReturn:
        raise AssertionError("the whole page was looked at")

    for name in ("find_region", "believed"):
        monkeypatch.setattr(article, name, never)
    monkeypatch.setattr("crawler.parsers.kind.read_kind", never)
    found = read(PAGE, site=site(title=TITLE, body=BODY))
    assert (found.title, found.body, found.byline) == ("A quay", TEXT, ("Ann Lee",))
    assert found.published == general.published
    assert [(image.url, image.credit) for image in found.images] == [
        ("https://news.example/2024/a.jpg", "[Photo/a.cn]")
    ]
    assert found.pages == general.pages == ("https://news.example/2024/story_2.html",)
    assert (found.kind, found.rules["kind"]) == ("article", "template:body")


def test_a_title_that_is_a_piece_of_its_block() -> None:
    found = frame(
        PAGE.replace("<h1 class=head>A quay</h1>", "<h1><a class=head href=#>A quay</a></h1>"), title="a.head"
    )
    assert found is not None
    assert found.blocks[found.title_index].text == "A quay"


def test_a_title_in_the_body() -> None:
    found = read(f"<div class=text><h1 class=head>A quay</h1>{STORY}</div>", site=site(title=TITLE, body=BODY))
    assert (found.title, found.body) == ("A quay", TEXT)


@pytest.mark.parametrize(
    "markup",
    [
        f"<div class=text>{STORY}</div><h1 class=head>A quay</h1>",
        f"<h1 class=head>A quay<div class=text>{STORY}</div></h1>".replace("h1", "span"),
        f"<h1>A quay</h1><div class=text>{STORY}</div>",
        f"<h1 class=head>A quay</h1><div>{STORY}</div>",
        f"<h1 class=head>A quay</h1><div class=text style='display:none'>{STORY}</div>",
        "<h1 class=head>A quay</h1><div class=text><img src=a.jpg></div>",
    ],
)
def test_without_a_frame_the_whole_page_is_read(markup: str) -> None:
    assert frame(markup) is None


@pytest.mark.parametrize("field", ["updated", "published"])
def test_a_date_that_is_not_found_asks_for_the_whole_page(field: str) -> None:
    assert frame(PAGE, **{field: "p.none"}) is None
    assert frame(PAGE, **{field: "div.top p"}) is not None
    assert frame(PAGE, **{field: {"label": "Renewed"}}) is not None


def told(markup: str) -> Article:
    return read(markup, site=site(title=TITLE, body=BODY))


def test_an_image_between_title_and_body_is_the_articles_and_one_elsewhere_is_not() -> None:
    found = told(PAGE.replace("<p>By Ann", "<figure><img src=lead.jpg width=600 height=400></figure><p>By Ann"))
    assert [image.url.rpartition("/")[2] for image in found.images if image.url] == ["lead.jpg", "a.jpg"]


def test_a_notice_below_the_body_tells_of_a_wall() -> None:
    wall = "<p>Subscribe to continue reading this article.</p>"
    assert read(PAGE.replace("<p>1 ", wall + "<p>1 ")).paywalled
    assert told(PAGE.replace("<p>1 ", wall + "<p>1 ")).paywalled
