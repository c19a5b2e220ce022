"""Which of a page's images are its article's: the lead wherever it stands, galleries, and none of the surroundings."""

import pytest

from archive.model import Image
from tests.crawler.parsers.small_pages import FIRST, SECOND, STORY, TEXT, THIRD, TITLE, read

BASE = "https://news.example/2024/"
LEAD = f"<p>{FIRST}</p>"


def images(body: str, head: str = "") -> tuple[Image, ...]:
    return read(body, head).images


def names(body: str, head: str = "") -> list[str]:
    """Return the images' addresses without their common base."""
    return [(image.url or "").removeprefix(BASE) for image in images(body, head)]


def article(lead: str = "", inside: str = STORY, *, after: str = "", head: str = "") -> list[str]:
    return names(f"<main><article><h1>{TITLE}</h1>{lead}<div>{inside}</div>{after}</article></main>", head)


@pytest.mark.parametrize(
    "body",
    [
        f"<article><header><h1>{TITLE}</h1><img src=q.jpg></header><div>{STORY}</div></article>",
        f"<article><figure><img src=q.jpg></figure><h1>{TITLE}</h1><div>{STORY}</div></article>",
        f"<article><header><div><img src=q.jpg></div><h1>{TITLE}</h1></header><div>{STORY}</div></article>",
        f"<div><h1>{TITLE}</h1></div><div><figure><img src=q.jpg></figure></div><div>{STORY}</div>",
        f"<div><figure><img src=q.jpg><figcaption>Quay</figcaption></figure><h1>{TITLE}</h1></div><div>{STORY}</div>",
        f"<article><h1>{TITLE}</h1><button><figure><img src=q.jpg></figure></button><div>{STORY}</div></article>",
        f"<article><h1>{TITLE}</h1><div class='widget-image'><img src=q.jpg></div><div>{STORY}</div></article>",
        f"<article><h1>{TITLE}</h1><a href='q.jpg'><img src=q.jpg></a><div>{STORY}</div></article>",
        f"<article><h1>{TITLE}</h1><a href='#zoom'><img src=q.jpg></a><div>{STORY}</div></article>",
    ],
)
def test_the_lead_is_found_wherever_it_stands(body: str) -> None:
    assert names(body) == ["q.jpg"]


def test_the_lead_is_rendered_before_the_text() -> None:
    whole = read(f"<article><figure><img src=q.jpg></figure><h1>{TITLE}</h1><div>{STORY}</div></article>")
    assert whole.body == TEXT
    assert whole.markdown is not None
    assert whole.markdown.startswith(f"![]({BASE}q.jpg)\n\n{FIRST[:20]}")


@pytest.mark.parametrize("name", ["og:image", "twitter:image"])
def test_a_declared_image_above_the_title_counts(name: str) -> None:
    body = f"<div><div><img src=/top/quay-at-dawn-2024-05-900x600.jpg></div></div><h1>{TITLE}</h1><div>{STORY}</div>"
    head = f"<meta property='{name}' content='https://cdn.example/x/quay-at-dawn-2024-05-1200x630.jpg'>"
    assert names(body) == []
    assert [name.rsplit("/")[-1] for name in names(body, head)] == ["quay-at-dawn-2024-05-900x600.jpg"]


def test_an_image_that_is_only_declared_is_none_of_the_pages() -> None:
    assert article(head="<meta property='og:image' content='https://news.example/share.jpg'>") == []


@pytest.mark.parametrize(
    "markup",
    [
        "<a href='/2024/other.html'><img src=t.jpg></a>",
        "<div class='related'><figure><img src=t.jpg><figcaption>Another story</figcaption></figure></div>",
        "<div class='teaser'><img src=t.jpg></div>",
        "<div><img src=t.jpg><h3><a href='/2024/other.html'>Another story of the harbour</a></h3></div>",
        "<div><img src=t.jpg><p><a href='/2024/other.html'>Another story of the harbour</a></p></div>",
        "<figure><a href='/o.html'><img src=t.jpg></a><figcaption><a href='/o.html'>Another</a></figcaption></figure>",
        "<div class='author-box'><img src=t.jpg><p>By Ann Lee</p></div>",
        "<div><img src=t.jpg><form><p>Get our letters every morning</p><input><button>Go</button></form></div>",
        "<div><img src=t.jpg><h4>Listen to the harbour hour</h4></div>",
        "<div><img src=t.jpg width=90 height=60></div>",
        "<div><img src='/thumbs/100x67/t.jpg'></div>",
        "<div class='ad-slot'><a href='https://shop.example/'><img src=t.jpg width=900></a></div>",
        "<aside><img src=t.jpg></aside>",
        "<nav><img src=t.jpg width=300></nav>",
        "<img src='t.svg'>",
        "<figure><img src='t.svg'><img src='u.svg'><figcaption>zoom</figcaption></figure>",
        "<img src='https://cdn.example/grey-placeholder.png'>",
    ],
)  # fmt: skip
def test_what_surrounds_an_article_is_left_out(markup: str) -> None:
    inside = f"{LEAD}<p>{SECOND}</p>{markup}<p>{THIRD}</p>"
    assert article(inside=inside) == []


def test_the_caption_of_an_image_left_out_is_no_text() -> None:
    promo = "<div class='related'><figure><img src=t.jpg><figcaption>Another story</figcaption></figure></div>"
    whole = read(f"<article><h1>{TITLE}</h1>{LEAD}{promo}<p>{SECOND}</p><p>{THIRD}</p></article>")
    assert (whole.body, whole.images) == (TEXT, ())


@pytest.mark.parametrize(
    "markup",
    [
        "<a href='/photos/harbour-20240315.html'><img src='/img/harbour-20240315.jpg'></a>",
        "<aside><figure><img src=t.jpg><figcaption>A quay.</figcaption></figure></aside>",
        "<figure class='orientation-portrait'><img src=t.jpg></figure>",
        "<div class='product-box'><figure><img src=t.jpg><figcaption>A rope.</figcaption></figure></div>",
        "<figure><a href='/gallery/7'><img src=t.jpg></a><figcaption>A quay.</figcaption></figure>",
        "<p><a href='https://forms.example/'><img src=t.jpg></a>" + FIRST + "</p>",
        "<figure><img src=t.jpg width=120><figcaption>A quay.</figcaption></figure>",
    ],
)
def test_what_looks_like_furniture_and_is_none(markup: str) -> None:
    assert len(article(inside=f"{LEAD}<p>{SECOND}</p>{markup}<p>{THIRD}</p>")) == 1


def test_images_below_the_text_are_the_articles_only_with_a_caption() -> None:
    gallery = "".join(
        f"<figure><img src=g{number}.jpg><figcaption>Quay {number}.</figcaption></figure>" for number in range(9)
    )
    more = "".join(f"<p><img src=m{number}.jpg></p>" for number in range(9))
    below = f"{STORY}<div>{gallery}</div>"
    assert article(inside=below) == [f"g{number}.jpg" for number in range(9)]
    assert len(article(inside=f"{STORY}<div>{more}</div>")) <= 3


def test_a_gallery_keeps_every_picture_with_its_caption() -> None:
    slides = "".join(
        f"<div class=slide><picture><source srcset='s{number}.webp 900w'><img src=s{number}.jpg></picture>"
        f"<div class=info><span><p>{number} of 3</p><p>Ship number {number} at sea.</p></span></div></div>"
        for number in (1, 2, 3)
    )
    found = images(f"<article><h1>{TITLE}</h1><div class=gallery>{slides}</div><div>{STORY}</div></article>")
    assert [image.caption for image in found] == [f"Ship number {number} at sea." for number in (1, 2, 3)]


def test_a_lightbox_repeats_no_picture() -> None:
    hero = "<figure><img src='/dyn/15125232_M400x267.jpg'><figcaption>A quay.</figcaption></figure>"
    box = "<div class=lightbox><img src='/dyn/15125232_M1400x900.jpg'></div>"
    (image,) = images(f"<article><h1>{TITLE}</h1>{hero}<div>{STORY}</div>{box}</article>")
    assert image.caption == "A quay."


def test_the_lazy_image_and_another_size_in_noscript_are_one() -> None:
    lazy = "<figure><img data-src='a_t249.webp'><noscript><img src='b_t222.jpg'></noscript></figure>"
    assert article(inside=f"{LEAD}{lazy}<p>{SECOND}</p><p>{THIRD}</p>") == ["a_t249.webp"]


def test_an_amp_image_is_an_image() -> None:
    amp = "<figure><amp-img src=a.jpg srcset='b.jpg 900w'></amp-img><figcaption>A quay.</figcaption></figure>"
    (image,) = images(f"<article><h1>{TITLE}</h1>{LEAD}{amp}<p>{SECOND}</p><p>{THIRD}</p></article>")
    assert (image.url, image.caption) == (BASE + "b.jpg", "A quay.")


def test_what_json_ld_says_of_a_picture_stands_in_for_a_caption() -> None:
    head = (
        '<script type="application/ld+json">{"@type": "NewsArticle", "image": [{"@type": "ImageObject", "url": '
        '"https://news.example/2024/quay-20240315.jpg", "caption": "A quay.", "creditText": "Photo: Ann Lee"}]}'
        "</script>"
    )
    whole = read(f"<article><h1>{TITLE}</h1><img src='quay-20240315.jpg'><div>{STORY}</div></article>", head)
    assert [(image.caption, image.credit) for image in whole.images] == [("A quay.", "Ann Lee")]
    assert whole.rules["images"] == "json-ld:image"


def test_pictures_that_all_stand_below_the_text_are_the_articles() -> None:
    pictures = "".join(f"<p><img src=/img/{number}.jpg width=480 height=320></p>" for number in range(7))
    article = read(f"<h1>{TITLE}</h1><div>{STORY}{pictures}</div>")
    assert [(image.url or "")[-5:] for image in article.images] == [f"{number}.jpg" for number in range(7)]
