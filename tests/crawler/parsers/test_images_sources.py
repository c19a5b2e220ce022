"""The addresses of an image, and which of them are one picture."""

import time

import pytest

from crawler.parsers.sources import identity, is_placeholder
from tests.crawler.parsers.small_pages import STORY, TITLE, read

BASE = "https://news.example/2024/"


def first(markup: str) -> list[str | None]:
    return [image.url for image in read(f"<article><h1>{TITLE}</h1>{markup}<div>{STORY}</div></article>").images]


@pytest.mark.parametrize(
    "markup",
    [
        "<img src='data:image/gif;base64,R0' data-lazyimage-src='a.jpg'>",
        "<img src='/grey-placeholder.png' srcset='a.jpg 900w'>",
        "<img src='spacer.gif' data-pin-media-image='a.jpg'>",
        "<img data-lazyimage-srcset='b.jpg 300w, a.jpg 900w'>",
        "<picture><source data-lazyimage-srcset='a.webp 900w' ><img src='data:image/gif;base64,R0'></picture>",
        """<img src='data:image/gif;base64,R0' data-props='{"src": "\\/2024\\/a.jpg", "id": 7}'>""",
    ],
)
def test_lazy_images(markup: str) -> None:
    assert first(markup) in ([BASE + "a.jpg"], [BASE + "a.webp"])


def test_a_share_image_is_no_better_than_the_one_shown() -> None:
    assert first("<img src='a.jpg' data-share-image='b.jpg'>") == [BASE + "a.jpg"]


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("https://a.example/2024/05/quay-1024x683.jpg", "https://a.example/2024/05/quay.jpg"),
        ("https://a.example/2024/05/quay-300x200.jpg", "https://cdn.example/2024/05/quay-scaled.jpg"),
        ("https://a.example/x/12345678_w400.jpg", "https://a.example/x/12345678_w1600.webp"),
        ("https://a.example/resize/400/https://b.example/f/quay9.jpg", "https://b.example/f/quay9.jpg"),
        ("https://a.example/i?url=https%3A%2F%2Fb.example%2Ff%2Fquay9.jpg&w=9", "https://b.example/f/quay9.jpg"),
        ("https://a.example/44152f97b643491c/16x9/1280@40.jpg", "https://a.example/44152f97b643491c/4x3/640@60.jpg"),
        ("https://a.example/quay/w_400/f_auto/a1b2c3d4e5f6.jpg", "https://a.example/quay/w_900/a1b2c3d4e5f6.avif"),
        ("https://a.example/q.jpg?w=400", "https://a.example/q.jpg?w=900"),
    ],
)
def test_the_sizes_of_one_picture(one: str, two: str) -> None:
    assert identity(one) == identity(two)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("https://a.example/s1.jpg", "https://a.example/s2.jpg"),
        ("https://a.example/2024/05/quay.jpg", "https://a.example/2024/06/quay.jpg"),
        ("https://a.example/11111/the-new-quay-of-the-town.jpg", "https://a.example/22222/the-new-quay-of-the-town.jpg"),
        ("https://a.example/image.php?id=12345", "https://a.example/image.php?id=12346"),
        ("https://a.example/img/photo-1.jpg", "https://a.example/img/photo-2.jpg"),
    ],
)  # fmt: skip
def test_two_pictures(one: str, two: str) -> None:
    assert identity(one) != identity(two)


@pytest.mark.parametrize(
    ("url", "expected"),
    [("/x/placeholder.png", True), ("/x/1x1.gif", True), ("/x/pixel-9-test.jpg", False), ("/lazy-dog.jpg", False)],
)  # fmt: skip
def test_placeholders(url: str, *, expected: bool) -> None:
    assert is_placeholder(url) is expected


def _many(count: int, markup: str) -> str:
    return "".join(markup.replace("#", str(number)) for number in range(count))


@pytest.mark.parametrize(
    "markup",
    [
        f"<img srcset='{_many(20_000, 'a#.jpg #w,')}' src=a.jpg>",
        f"<figure>{_many(10_000, '<img src=photo#.jpg>')}<figcaption>A quay</figcaption></figure>",
        f"<picture>{_many(5_000, '<source srcset=photo#.jpg>')}{_many(5_000, '<img src=photo#.jpg>')}</picture>",
        f"<div class=caption>{_many(10_000, '<img src=photo#.jpg>text #<br>')}</div>",
        f"<figure>{_many(5_000, '<img src=photo#.jpg><figcaption>Quay # (Foto: A/B)</figcaption>')}</figure>",
        f"<a href='/x'>{_many(10_000, '<img src=photo#.jpg><span class=caption>Quay #</span>')}</a>",
        "<figure><img src=a.jpg><figcaption>" * 150 + "A quay" + "</figcaption></figure>" * 150,
        f"<figure>{'<div>' * 150}{_many(2_000, '<img src=icon#.svg>')}{'</div>' * 150}</figure>",
        f"<figure><img src=a.jpg><figcaption>{'(Foto: ' * 20_000}</figcaption></figure>",
        f"<figure><img src=a.jpg><figcaption>{'A quay. | – © ' * 20_000}</figcaption></figure>",
        f"<img src=a.jpg title='{'Foto: | ' * 50_000}'>",
        f"<img src='{'http://' * 20_000}a.jpg'>",
        f"<img src='/{'w_1,' * 20_000}.jpg'>",
        f"""<img data-props='[{'"/a.jpg",' * 50_000}]'>""",
        f"<img src='/a{'-1024x768' * 20_000}.jpg'>",
    ],
    ids=lambda markup: markup[:24],
)  # fmt: skip
def test_hostile_images_cost_little(markup: str) -> None:
    begun = time.process_time()
    read(f"<article><h1>{TITLE}</h1>{STORY}{markup}{STORY}</article>")
    assert time.process_time() - begun < 5


@pytest.mark.parametrize(
    "url", ["http://a.example/?u=http%3A%2F%2F[x/quay.jpg", "http://a.example/http://[::1/quay.jpg"]
)
def test_an_address_in_an_address_may_be_none(url: str) -> None:
    found = read(f"<article><h1>{TITLE}</h1>{STORY}<img src='{url}' width=600>{STORY}</article>").images
    assert identity(url)
    assert [image.url for image in found] == [url]
