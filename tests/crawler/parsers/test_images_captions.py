"""Captions and credits: where they stand at a picture, and how the one is told from the other."""

import pytest

from crawler.parsers.credits import cited, is_interface, split_caption
from tests.crawler.parsers.small_pages import FIRST, SECOND, TEXT, THIRD, TITLE, read


def said(markup: str) -> tuple[str | None, str | None]:
    """Return caption and credit of the only picture of a story, whose text must stay what it is."""
    whole = read(f"<article><h1>{TITLE}</h1><p>{FIRST}</p><p>{SECOND}</p>{markup}<p>{THIRD}</p></article>")
    assert whole.body == TEXT
    (image,) = whole.images
    return image.caption, image.credit


def figure(caption: str) -> tuple[str | None, str | None]:
    return said(f"<figure><img src=a.jpg><figcaption>{caption}</figcaption></figure>")


@pytest.mark.parametrize(
    "caption",
    [
        "A quay. <span class=credit>Ann Lee</span>",
        "A quay. <small>Ann Lee</small>",
        "A quay. <cite>Photo: Ann Lee</cite>",
        "<span>A quay.</span><span class='figure__copyright'>© Ann Lee</span>",
        "<p class=caption-text>A quay.</p><p class=caption-source>(Image: Ann Lee)</p>",
        "<span itemprop=caption>A quay.</span> <span itemprop=copyrightHolder>Ann Lee</span>",
        "<div class=desc>A quay.</div><div class='image__byline'>Foto: Ann Lee</div>",
        "<p>A quay. <span>Foto: Ann Lee</span></p>",
        "<span class=credit>Foto: Ann Lee</span><span>A quay.</span>",
        "<span>Foto: Ann Lee</span><p>A quay.</p>",
        "A quay. Foto: Ann Lee",
        "A quay. | Bild: Ann Lee",
        "A quay. (Foto: Ann Lee)",
        "A quay. Crédit photo : Ann Lee",
        "A quay. Фото: Ann Lee",
        "A quay. © Ann Lee",
        "A quay. (Ann Lee)",
        "A quay. | Ann Lee",
        "Image caption, A quay. <span class=credit>Ann Lee</span>",
        "A quay. <button>toggle caption</button><b class=credit>Ann Lee</b>",
        "<span>A quay.</span><span class=credit>Copyright Ann Lee</span><span class=copyright>Ann Lee</span>",
        "A quay. - <span class=credit>Ann Lee</span>",
        "A quay. Bild: <span class=credit>Ann Lee</span>",
        "<small>A quay. (Quelle: Ann Lee)</small>",
    ],
)
def test_the_credit_in_a_figures_caption(caption: str) -> None:
    assert figure(caption) == ("A quay.", "Ann Lee")


@pytest.mark.parametrize(
    ("caption", "credit"),
    [
        ("A quay. (AP Photo/Ann Lee)", "AP Photo/Ann Lee"),
        ("A quay. Ann Lee/AFP via Getty Images", "Ann Lee/AFP via Getty Images"),
        ("A quay. picture alliance / dpa | Ann Lee", "picture alliance / dpa | Ann Lee"),
        ("<p>A quay.</p><span>Ann Lee/dpa</span>", "Ann Lee/dpa"),
        ("<span>Getty Images</span><span>A quay.</span>", "Getty Images"),
        ("<figcaption>A quay.</figcaption> <span class=credit>Ann Lee</span>", "Ann Lee"),
        ("A quay. Supplied", "Supplied"),
        ("A quay. <span class=credit>[Photo/Lakephoto]</span>", "[Photo/Lakephoto]"),
    ],
)
def test_agencies(caption: str, credit: str) -> None:
    assert figure(caption) == ("A quay.", credit)


@pytest.mark.parametrize(
    "caption",
    ["A quay (right) and its crane", "A quay in 2019.", "A quay (Archivbild)", "The quay: a view", "Piers 3/4 at dusk"],
)
def test_what_is_no_credit(caption: str) -> None:
    assert figure(caption) == (caption, None)


@pytest.mark.parametrize(
    ("markup", "rule"),
    [
        ("<div><div><img src=a.jpg></div><figcaption>A quay. <i>Foto: Ann Lee</i></figcaption></div>", "figure"),
        ("<figure><img src=a.jpg><footer>Ann Lee</footer><figcaption>A quay.</figcaption></figure>", "figure"),
        ("<figure><p><img src=a.jpg><i>Foto: Ann Lee</i></p><figcaption>A quay.</figcaption></figure>", "figure"),
        (
            "<figure><b hidden>Open</b><img src=a.jpg><figcaption>A quay.<cite>Ann Lee</cite></figcaption></figure>",
            "figure",
        ),
        (
            "<div><img src=a.jpg><div><span class=caption>A quay.</span> <span class=credit>Ann Lee</span></div></div>",
            "caption-element",
        ),
        (
            "<div><img src=a.jpg><p class='img__caption'>A quay.</p><p class='img__author'>Source: Ann Lee</p></div>",
            "caption-element",
        ),
        ("<p class=caption><span><img src=a.jpg></span><span>A quay. Foto: Ann Lee</span></p>", "caption-element"),
        ("<div class=wide><div><img src=a.jpg></div><div class=x>A quay.</div><div class=y>Ann Lee</div></div>", "box"),
        ("<ul><li><div><img src=a.jpg></div><span>A quay. Bild: Ann Lee</span></li></ul>", "box"),
        ("<div><img src=a.jpg title='At sea | Foto: Ann Lee'><div class=x><p>A quay.</p></div></div>", "box"),
        ("<figure><img src=a.jpg alt='© Ann Lee'><figcaption>A quay.</figcaption></figure>", "figure"),
    ],
)  # fmt: skip
def test_where_a_caption_stands(markup: str, rule: str) -> None:
    whole = read(f"<article><h1>{TITLE}</h1><p>{FIRST}</p><p>{SECOND}</p>{markup}<p>{THIRD}</p></article>")
    assert (whole.body, whole.rules["images"]) == (TEXT, rule)
    assert [(image.caption, image.credit) for image in whole.images] == [("A quay.", "Ann Lee")]


@pytest.mark.parametrize("word", ["Öppna bild i helskärm", "toggle caption", "2 of 12", "View 6 Images", "01:48 min"])
def test_words_of_the_interface_are_no_caption(word: str) -> None:
    markup = f"<figure><img src=a.jpg><span>{word}</span><figcaption>A quay.<p>{word}</p></figcaption></figure>"
    assert said(markup) == ("A quay.", None)
    assert is_interface(word)


def test_a_paragraph_in_the_box_of_an_image_is_no_caption() -> None:
    whole = read(
        f"<article><h1>{TITLE}</h1><p>{FIRST}</p><div><img src=a.jpg><p>{SECOND}</p></div><p>{THIRD}</p></article>"
    )
    assert (whole.body, whole.images[0].caption) == (TEXT, None)


def test_nested_figures_keep_their_own_captions() -> None:
    one, two = (f"<figure><img src={name}.jpg><figcaption>{name}.</figcaption></figure>" for name in ("one", "two"))
    whole = read(
        f"<article><h1>{TITLE}</h1><p>{FIRST}</p><figure>{one}{two}</figure><p>{SECOND}</p><p>{THIRD}</p></article>"
    )
    assert [image.caption for image in whole.images] == ["one.", "two."]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Foto: Ann Lee", "Ann Lee"), ("(Image: Ann Lee)", "Ann Lee"), ("© 2024 Ann Lee", "Ann Lee"),
        ("Photo by Ann Lee/AP", "Ann Lee/AP"), ("Quelle: dpa", "dpa"), ("[Photo/example.org]", "[Photo/example.org]"),
        ("写真: 王芳", "王芳"), ("", None), (None, None), ("Ann Lee", "Ann Lee"), ("Fotos: © Ann Lee", "Ann Lee"),
    ],
)  # fmt: skip
def test_a_credit_is_cited_without_its_label(text: str | None, expected: str | None) -> None:
    assert cited(text) == expected


@pytest.mark.parametrize(
    ("text", "caption", "credit"),
    [
        ("新しい岸壁＝共同", "新しい岸壁", "共同"),
        ("새 부두가 문을 열고 있다. 연합뉴스", "새 부두가 문을 열고 있다.", "연합뉴스"),
        ("A quay", "A quay", None),
        ("", None, None),
    ],
)
def test_captions_of_east_asia(text: str, caption: str | None, credit: str | None) -> None:
    assert split_caption(text) == (caption, credit)
