"""The images of an article: which, how large, and what is said of them."""

import pytest

from archive.model import Image
from crawler.parsers.credits import split_credit
from crawler.parsers.images import is_file_name
from crawler.parsers.pictures import PictureReader
from crawler.parsers.sources import parse_srcset
from tests.crawler.parsers.small_pages import FIRST, SECOND, STORY, TEXT, THIRD, TITLE, blocks, parsed, story

BASE = "https://news.example/2024/"


def images(*parts: str) -> tuple[Image, ...]:
    """Return the images of a story with these parts between its paragraphs."""
    between = "".join(f"{part}<p>{SECOND}</p>" for part in parts)
    return story(f"<p>{FIRST}</p>{between}<p>{THIRD}</p>").images


def urls(*parts: str) -> list[str | None]:
    return [image.url for image in images(*parts)]


@pytest.mark.parametrize(
    ("markup", "url", "fallbacks", "shown"),
    [
        ("<img src='a.jpg'>", "a.jpg", (), None),
        ("<img src='a.jpg' srcset='b.jpg 400w, c.jpg 1200w'>", "c.jpg", ("a.jpg", "b.jpg"), "a.jpg"),
        ("<img src='a.jpg' srcset='b.jpg, c.jpg 2x'>", "c.jpg", ("a.jpg", "b.jpg"), "a.jpg"),
        ("<img src='a.jpg' srcset='b.jpg'>", "a.jpg", ("b.jpg",), None),
        ("<img srcset='b.jpg'>", "b.jpg", (), None),
        ("<img src='data:image/gif;base64,R0' data-src='d.jpg'>", "d.jpg", (), None),
        ("<img src='x.gif' data-original='d.jpg'>", "d.jpg", ("x.gif",), "x.gif"),
        ("<img src='x.gif' data-lazy-src='d.jpg' data-lazy-srcset='e.jpg 9w'>", "e.jpg", ("d.jpg", "x.gif"), "x.gif"),
        (
            "<picture><source srcset='w.webp 1600w'><source data-srcset='v.webp 300w'><img src='a.jpg'></picture>",
            "w.webp",
            ("a.jpg", "v.webp"),
            "a.jpg",
        ),
        (
            "<picture><source srcset='w.webp 1600w'/><source data-srcset='v.webp 300w'/><img src='a.jpg'/></picture>",
            "w.webp",
            ("a.jpg", "v.webp"),
            "a.jpg",
        ),
        ("<noscript><img src='n.jpg'></noscript>", "n.jpg", (), None),
        ("<a href='big.jpg'><img src='a.jpg' width=600 height=400></a>", "a.jpg", (), None),
        ("<img src='logo-fair.jpg' width=800 height=600>", "logo-fair.jpg", (), None),
        ("<figure><img src='icon.png'><figcaption>The fair's sign</figcaption></figure>", "icon.png", (), None),
        ("<img src='catalogo.jpg'>", "catalogo.jpg", (), None),
        ("<img src='a.jpg' width='100%' height='auto'>", "a.jpg", (), None),
    ],
)
def test_the_largest_form(markup: str, url: str, fallbacks: tuple[str, ...], shown: str | None) -> None:
    (image,) = images(markup)
    assert image.url == BASE + url
    assert image.fallbacks == tuple(BASE + item for item in fallbacks)
    assert image.shown == (BASE + shown if shown else None)


@pytest.mark.parametrize(
    "markup",
    [
        "<img src='a.jpg' width=20>", "<img src='a.jpg' height='30px'>", "<img src='/icons/icon-share.png'>",
        "<img src='logo.png'>", "<img src='/img/blank.gif'>", "<img src='pixel.gif' width=1 height=1>",
        "<img src='a.jpg' class='avatar'>", "<img src='a.jpg' class='site-logo' width=400 height=300>", "<img>",
        "<img src='data:image/png;base64,AAAA'>", "<img src='javascript:x()'>", "<img alt='x'>", "<img src=''>",
        "<img src='qrcode.jpg'>", "<img src='a_share.png'>", "<img src='http://[x/a.jpg'>",
    ],
)  # fmt: skip
def test_no_picture(markup: str) -> None:
    assert urls(markup) == []


def test_a_block_without_an_image_is_no_picture() -> None:
    (block,) = blocks("<p>text</p>")
    assert PictureReader(parsed("")).read(block) is None


def test_the_same_picture_twice_is_one() -> None:
    assert urls("<img src=a.jpg>", "<img src=a.jpg>", "<img src=b.jpg>") == [BASE + "a.jpg", BASE + "b.jpg"]


def test_the_lazy_picture_and_its_noscript_are_one() -> None:
    assert urls("<p><img data-src=a.jpg><noscript><img src=a.jpg></noscript></p>") == [BASE + "a.jpg"]


@pytest.mark.parametrize(
    ("markup", "caption", "credit", "rule"),
    [
        ("<figure><img src=a.jpg><figcaption>A quay</figcaption></figure>", "A quay", None, "figure"),
        ("<figure><figcaption>A quay</figcaption><img src=a.jpg></figure>", "A quay", None, "figure"),
        (
            "<figure><img src=a.jpg><figcaption>A quay [Photo/Example]</figcaption></figure>",
            "A quay",
            "[Photo/Example]",
            "figure",
        ),
        (
            "<figure><img src=a.jpg><figcaption>A quay <span class=credit>Ann Lee</span></figcaption></figure>",
            "A quay",
            "Ann Lee",
            "figure",
        ),
        (
            "<figure><img src=a.jpg><figcaption>A quay<div class=credit>Ann Lee</div></figcaption></figure>",
            "A quay",
            "Ann Lee",
            "figure",
        ),
        ("<img src=a.jpg><p>A quay [Photo provided to a.cn]</p>", "A quay", "[Photo provided to a.cn]", "credit"),
        ("<p><img src=a.jpg></p><p>A quay[Photo from a.cn]</p>", "A quay", "[Photo from a.cn]", "credit"),
        ("<p><img src=a.jpg></p><p>[Photo/a.cn]</p>", None, "[Photo/a.cn]", "credit"),
        (
            "<p><img src=a.jpg></p><p>A quay. It is new. It is big. [Photo by ANN LEE/for the Daily]</p>",
            "A quay. It is new. It is big.",
            "[Photo by ANN LEE/for the Daily]",
            "credit",
        ),
        ("<p><img src=a.jpg></p><p>A quay. Photo by Ann Lee</p>", "A quay.", "Photo by Ann Lee", "credit"),
        ("<p><img src=a.jpg></p><p>新码头。（图片来源：新华社）</p>", "新码头。", "（图片来源：新华社）", "credit"),
        ("<p><img src=a.jpg></p><p>图为新码头。</p>", "图为新码头。", None, "layout"),
        (
            "<p align=center><img src=a.jpg></p><p style='text-align: center'>The new quay</p>",
            "The new quay",
            None,
            "layout",
        ),
        ("<center><img src=a.jpg><br>The new quay</center>", "The new quay", None, "layout"),
        (
            "<table><tr><td><img src=a.jpg></td></tr><tr><td>The new quay</td></tr></table>",
            "The new quay",
            None,
            "layout",
        ),
        ("<div><img src=a.jpg><div class='wp-caption-text'>A quay</div></div>", "A quay", None, "caption-element"),
        ("<div class=x><img src=a.jpg><p class=caption>A quay</p></div>", "A quay", None, "caption-element"),
    ],
)
def test_captions(markup: str, caption: str | None, credit: str | None, rule: str) -> None:
    article = story(f"<p>{FIRST}</p><p>{SECOND}</p>{markup}<p>{THIRD}</p>")
    (image,) = article.images
    assert (image.caption, image.credit, image.position) == (caption, credit, 1)
    assert article.rules["images"] == rule
    assert article.body == TEXT


def test_a_credit_below_a_captioned_figure_is_its_own() -> None:
    figure = "<figure><img src=a.jpg><figcaption>A quay</figcaption><p class='photo-credit'>Ann Lee</p></figure>"
    (image,) = images(figure)
    assert (image.caption, image.credit) == ("A quay", "Ann Lee")


def test_two_figures_in_a_row_keep_their_captions() -> None:
    figure = "<figure><img src={0}.jpg><figcaption>{0}</figcaption></figure>"
    found = images(figure.format("one") + figure.format("two"))
    assert [(image.url, image.caption) for image in found] == [(BASE + "one.jpg", "one"), (BASE + "two.jpg", "two")]


def test_two_images_in_a_row_share_no_caption() -> None:
    found = images("<p><img src=a.jpg></p><p><img src=b.jpg></p><p>The second [Photo/a.cn]</p>")
    assert [(image.url, image.caption) for image in found] == [(BASE + "a.jpg", None), (BASE + "b.jpg", "The second")]


def test_a_gallery_in_one_figure() -> None:
    found = images(
        "<figure><img src=a.jpg><figcaption>one</figcaption><img src=b.jpg><figcaption>two</figcaption></figure>"
    )
    assert [image.caption for image in found] == ["one", "two"]


def test_a_caption_whose_image_is_gone_keeps_its_place() -> None:
    found = images(
        "<p>A lost quay [Photo/a.cn]</p>",
        "<p><img src=b.jpg></p><p>The second [Photo/b.cn]</p>",
        "<p>End [Photo/c.cn]</p>",
    )
    assert [(image.url, image.caption, image.position) for image in found] == [
        (None, "A lost quay", 1), (BASE + "b.jpg", "The second", 2), (None, "End", 3),
    ]  # fmt: skip


def test_a_figcaption_without_an_image() -> None:
    (image,) = images("<figure><figcaption>A film of the quay</figcaption></figure>")
    assert (image.url, image.caption) == (None, "A film of the quay")


@pytest.mark.parametrize("stray", ["640.webp (1).jpg", "W020171123.jpg", "quay-1.PNG", "A quay at sea"])
def test_a_name_that_stands_as_text_is_left_out(stray: str) -> None:
    article = story(
        f"<p>{FIRST}</p><p><img src=a.jpg alt='A quay at sea'></p><p>{stray}</p><p>{SECOND}</p><p>{THIRD}</p>"
    )
    assert article.body == TEXT
    assert [(image.alt, image.caption) for image in article.images] == [("A quay at sea", None)]


def test_a_file_name_that_looks_like_a_host_names_no_source() -> None:
    article = story(f"<p>{FIRST}</p><p><img src=a.jpg></p><p>W020171123.jpg</p><p>{SECOND}</p><p>{THIRD}</p>")
    assert (article.source, article.title) == (None, TITLE)


def test_the_source_of_a_picture_is_not_the_articles() -> None:
    article = story(
        f"<p>{FIRST}</p><p>{SECOND}</p><p><img src=a.jpg></p><p>新码头。（图片来源：新华社）</p><p>{THIRD}</p>"
    )
    assert article.source is None


def test_running_text_after_an_image_is_no_caption() -> None:
    article = story(f"<p>{FIRST}</p><p><img src=a.jpg></p><p>{SECOND}</p><p>{THIRD}</p>")
    assert article.body == TEXT
    assert article.images[0].caption is None
    assert article.rules["images"] == "region"


def test_a_long_text_in_an_image_table_is_no_caption() -> None:
    table = f"<table align=center><tr><td><img src=a.jpg></td></tr><tr><td>{SECOND * 3}</td></tr></table>"
    (image,) = images(table)
    assert image.caption is None


def test_images_outside_the_article_are_not_its_own() -> None:
    aside = "<div class='sidebar'><img src=side.jpg width=300 height=300></div>"
    article = story(above="", inside=f"<p>{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p>{aside}")
    assert article.images == ()


@pytest.mark.parametrize(
    ("text", "caption", "credit"),
    [
        ("A quay [Photo provided to chinadaily.com.cn]", "A quay", "[Photo provided to chinadaily.com.cn]"),
        ("A quay.[Photo/shzj.gov.cn].", "A quay.", "[Photo/shzj.gov.cn]."),
        ("A quay (Photo: Ann Lee)", "A quay", "(Photo: Ann Lee)"),
        ("A quay (Image credit: Ann Lee (AP))", "A quay", "(Image credit: Ann Lee (AP))"),
        ("A quay. © Ann Lee / AP", "A quay.", "© Ann Lee / AP"),
        ("A quay | Photo: Ann Lee", "A quay", "Photo: Ann Lee"),
        ("新码头。王芳 摄", "新码头。", "王芳 摄"),
        ("新码头。 摄影：王芳", "新码头。", "摄影：王芳"),
        ("Photo by Ann Lee", None, "Photo by Ann Lee"),
        ("[Photo]", None, "[Photo]"),
        ("A quay", "A quay", None),
        ("A quay [sic]", "A quay [sic]", None),
        ("He took a photo by the quay", "He took a photo by the quay", None),
        ("", None, None),
    ],
)
def test_split_credit(text: str, caption: str | None, credit: str | None) -> None:
    assert split_credit(text) == (caption, credit)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a.jpg 1x, b.jpg 2x", [("a.jpg", 1.0), ("b.jpg", 2.0)]),
        ("a.jpg 400w,b.jpg 800w", [("a.jpg", 400.0), ("b.jpg", 800.0)]),
        ("a.jpg", [("a.jpg", 1.0)]),
        ("/i,w_400/a.jpg 400w, /i,w_800/a.jpg 800w", [("/i,w_400/a.jpg", 400.0), ("/i,w_800/a.jpg", 800.0)]),
        ("a.jpg 1.5.5x", [("a.jpg", 1.0)]),
        ("data:image/gif;base64,AA 1x, b.jpg 2x", [("b.jpg", 2.0)]),
        ("a.jpg 400w 300h, b.jpg 10w", [("a.jpg", 400.0), ("b.jpg", 10.0)]),
        ("", []),
        (" , ", []),
    ],
)
def test_srcset(text: str, expected: list[tuple[str, float]]) -> None:
    assert parse_srcset(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("640.webp (1).jpg", True),
        ("IMG_2024 (2).JPEG", True),
        ("a.jpg", True),
        ("one two three four five six seven.jpg", False),
        ("See a.jpg for the plan", False),
        ("a.doc", False),
    ],
)
def test_file_names(text: str, *, expected: bool) -> None:
    assert is_file_name(text) is expected


def test_pictures_beyond_two_thousand_are_not_looked_at() -> None:
    many = "".join(f"<img src=photo{number}.jpg>" for number in range(2100))
    assert 1900 < len(story(f"{STORY}<div>{many}</div>{STORY}").images) <= 2000
