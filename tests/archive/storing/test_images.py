"""What is kept of an article's images, and which of their changes make a version."""

import dataclasses

import pytest

from archive.model import Image
from archive.reader import read_article
from archive.versions import unpack
from tests.archive.keeping import URL, Keeping, article, picture, sha256
from tests.archive.storing.pages import PICTURE, A, B, with_image


def test_images_are_kept_with_what_the_page_says(keeping: Keeping) -> None:
    data = picture()
    keeping.store(with_image(), images=[keeping.image(PICTURE, data)])
    image = keeping.record("images")
    assert (image["sha256"], image["mime"], image["width"], image["height"]) == (sha256(data), "image/png", 8, 6)
    assert image["bytes"] == len(data)
    assert (keeping.holdings.media / image["path"]).read_bytes() == data
    capture = keeping.record("captures", id=image["capture_id"])
    assert (capture["url"], capture["file"], capture["digest"]) == (PICTURE, None, f"sha256:{sha256(data)}")
    shown = keeping.record("article_images")
    assert (shown["position"], shown["url"], shown["caption"]) == (1, PICTURE, "A ship.")
    assert (shown["credit"], shown["alt"], shown["error"]) == ("Photo: X", "ship", None)
    assert keeping.one("SELECT captions FROM articles") == "A ship. Photo: X"
    assert keeping.record("urls", url=PICTURE)["state"] == "stored"
    html = keeping.one("SELECT body_html FROM articles")
    assert f'<img src="sha256:{sha256(data)}"/>' in html
    assert unpack(keeping.one("SELECT body_html FROM versions")) == html


def test_an_image_of_several_articles_is_kept_once(keeping: Keeping) -> None:
    shared = keeping.image(PICTURE, picture())
    keeping.store(with_image(), images=[shared])
    keeping.store(dataclasses.replace(with_image(), url="https://herald.example/2"), images=[shared])
    assert (keeping.count("articles"), keeping.count("images")) == (2, 1)
    assert keeping.rows("SELECT DISTINCT image_id FROM article_images") == [(1,)]


def test_an_image_that_comes_later_makes_no_version(keeping: Keeping) -> None:
    keeping.store(with_image(), images=[keeping.image(PICTURE, error="http-503")])
    before = keeping.one("SELECT digest FROM versions")
    assert keeping.record("article_images")["error"] == "http-503"
    assert keeping.record("urls", url=PICTURE)["cause"] == "http-503"
    assert keeping.store(with_image(), images=[keeping.image(PICTURE, picture())]).outcome == "unchanged"
    assert keeping.count("versions") == keeping.count("events") == 1
    shown = keeping.record("article_images")
    assert (shown["image_id"], shown["error"]) == (1, None)
    after = keeping.one("SELECT digest FROM versions")
    assert after != before
    assert keeping.store(with_image(), images=[keeping.image(PICTURE, picture())]).outcome == "unchanged"
    assert keeping.one("SELECT digest FROM versions") == after
    assert "sha256:" in keeping.one("SELECT body_html FROM articles")


def test_an_image_that_comes_later_is_in_the_html_of_its_version(keeping: Keeping) -> None:
    keeping.store(with_image(), images=[keeping.image(PICTURE, error="http-503")])
    keeping.store(with_image(), images=[keeping.image(PICTURE, picture())])
    assert f'src="sha256:{sha256(picture())}"' in read_article(keeping.db, URL).article.body_html


def test_an_image_that_fails_now_but_was_kept_makes_no_version(keeping: Keeping) -> None:
    keeping.store(with_image(), images=[keeping.image(PICTURE, picture())])
    assert keeping.store(with_image(), images=[keeping.image(PICTURE, error="timeout")]).outcome == "unchanged"
    assert keeping.count("versions") == 1
    assert keeping.record("article_images")["error"] is None
    assert f"sha256:{sha256(picture())}" in keeping.one("SELECT body_html FROM articles")


def test_a_new_version_keeps_the_image_that_fails_now(keeping: Keeping) -> None:
    keeping.store(with_image(A), images=[keeping.image(PICTURE, picture())])
    keeping.store(with_image(B), images=[keeping.image(PICTURE, error="timeout")])
    shown = keeping.rows("SELECT number, image_id, error FROM article_images JOIN versions ON versions.id = version_id")
    assert shown == [(1, 1, None), (2, 1, None)]
    assert read_article(keeping.db, URL).images[0].sha256 == sha256(picture())


def test_another_picture_under_the_same_url_is_a_version(keeping: Keeping) -> None:
    keeping.store(with_image(), images=[keeping.image(PICTURE, picture("red"))])
    assert keeping.store(with_image(), images=[keeping.image(PICTURE, picture("blue"))]).outcome == "stored"
    assert keeping.events()[1:] == [("changed", 1, 2)]
    shown = [read_article(keeping.db, URL, number).images[0].sha256 for number in (1, 2)]
    assert shown == [sha256(picture("red")), sha256(picture("blue"))]


def test_the_same_picture_under_another_url_is_no_version(keeping: Keeping) -> None:
    keeping.store(with_image(), images=[keeping.image(PICTURE, picture())])
    moved = "https://cdn.herald.example/a.png"
    assert keeping.store(with_image(url=moved), images=[keeping.image(moved, picture())]).outcome == "unchanged"
    assert keeping.count("versions") == 1


@pytest.mark.parametrize("caption", ["A boat.", None])
def test_another_caption_is_a_version(keeping: Keeping, caption: str | None) -> None:
    for said in ("A ship.", caption):
        keeping.store(with_image(caption=said), images=[keeping.image(PICTURE, picture())])
    assert keeping.events()[1:] == [("changed", 1, 2)]
    keeping.check_index()


def test_a_caption_without_an_image(keeping: Keeping) -> None:
    got = article(images=[Image(None, "Alone.")])
    keeping.store(got, images=[keeping.image("", error="no-image")])
    assert keeping.store(got, images=[keeping.image("", error="no-image")]).outcome == "unchanged"
    shown = keeping.record("article_images")
    assert (shown["url"], shown["caption"], shown["error"]) == (None, "Alone.", "no-image")
    assert keeping.rows("SELECT url FROM urls") == [(URL,)]


def test_smaller_forms_are_kept_beside(keeping: Keeping) -> None:
    small = "https://herald.example/img/a-small.png"
    keeping.store(
        with_image(),
        images=[keeping.image(PICTURE, picture())],
        also=(keeping.image(small, picture("red", size=(2, 2))), keeping.image("https://herald.example/x.png")),
    )
    assert keeping.rows("SELECT width FROM images ORDER BY id") == [(8,), (2,)]
    assert keeping.count("article_images") == 1
    assert [keeping.record("urls", url=url)["state"] for url in (small, "https://herald.example/x.png")] == [
        "stored",
        "failed",
    ]


def test_an_image_that_was_neither_fetched_nor_failed_leaves_no_mark(keeping: Keeping) -> None:
    unfetched = keeping.image(PICTURE)
    unfetched.error = None
    keeping.store(with_image(), images=[unfetched])
    assert keeping.record("urls", url=PICTURE)["state"] == "pending"
