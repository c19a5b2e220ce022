"""A page that another parser or template reads differently has not changed."""

import pytest

from archive.model import Image
from archive.reader import read_article
from archive.readings import Reading
from archive.versions import unpack
from tests.archive.keeping import URL, Keeping, article, picture
from tests.archive.storing.pages import PICTURE, A, B

NEW = Reading("1.1", "t1")


@pytest.mark.parametrize("reading", [NEW, Reading("1.0", "t2")])
def test_a_page_read_differently_is_no_version(keeping: Keeping, reading: Reading) -> None:
    """Only like is compared with like: the version is read again before the fetch is compared with it."""
    keeping.store(article("Home > News\n\n" + A))
    before = keeping.one("SELECT digest FROM versions")
    unit = keeping.store(article(A), reading=reading, reread=article(A))
    assert unit.outcome == "unchanged"
    assert keeping.events() == [("first_seen", None, 1)]
    version = keeping.record("versions")
    assert (version["parser"], version["template"], unpack(version["body"])) == (reading.parser, reading.template, A)
    assert version["digest"] != before
    said = keeping.record("readings")
    assert (said["version_id"], said["parser"], said["template"]) == (version["id"], reading.parser, reading.template)
    assert (said["digest_before"], said["digest_after"]) == (before, version["digest"])
    assert said["read_at"] == version["read_at"] == "2024-05-03T12:02:00.000000Z"
    assert keeping.one("SELECT body FROM articles") == A
    keeping.check_index()


def test_a_change_beside_another_reading_is_a_version(keeping: Keeping) -> None:
    keeping.store(article("Home > News\n\n" + A))
    assert keeping.store(article(B), reading=NEW, reread=article(A)).outcome == "stored"
    assert keeping.events()[1:] == [("changed", 1, 2)]
    assert read_article(keeping.db, URL, 1).article.body == A
    assert keeping.rows("SELECT number, parser FROM versions ORDER BY number") == [(1, "1.1"), (2, "1.1")]


def test_images_outlive_another_reading(keeping: Keeping) -> None:
    other = "https://herald.example/img/b.png"
    failed = "https://herald.example/img/c.png"
    old = article(images=[Image(PICTURE, "A ship."), Image(failed, "Gone.")])
    keeping.store(old, images=[keeping.image(PICTURE, picture()), keeping.image(failed, error="http-404")])
    new = article(images=[Image(other, "New here."), Image(failed, "Gone."), Image(PICTURE, "A ship in the harbour.")])
    fetched = [keeping.image(other, picture("blue")), keeping.image(failed), keeping.image(PICTURE, picture())]
    unit = keeping.store(new, images=fetched, reading=NEW, reread=new)
    assert unit.outcome == "unchanged"
    shown = keeping.rows(
        "SELECT position, url, caption, image_id IS NOT NULL, error FROM article_images ORDER BY position"
    )
    assert shown == [
        (1, other, "New here.", 1, None),
        (2, failed, "Gone.", 0, "http-404"),
        (3, PICTURE, "A ship in the harbour.", 1, None),
    ]
    assert keeping.count("events") == 1


def test_an_image_that_only_the_new_reading_sees_says_why_it_is_lacking(keeping: Keeping) -> None:
    keeping.store(article())
    new = article(images=[Image(PICTURE, "A ship.")])
    keeping.store(new, images=[keeping.image(PICTURE, error="http-404")], reading=NEW, reread=new)
    assert keeping.record("article_images")["error"] == "http-404"


def test_an_image_that_is_lacking_says_why_it_was_so_the_last_time(keeping: Keeping) -> None:
    shown = article(images=[Image(PICTURE, "A ship.")])
    for cause in ("timeout", "http-404"):
        keeping.store(shown, images=[keeping.image(PICTURE, error=cause)])
        assert keeping.record("article_images")["error"] == cause
    assert keeping.count("versions") == 1


def test_versions_that_a_reading_makes_equal_are_no_change(keeping: Keeping) -> None:
    """The later keeps its number and gets `same_as`; its events are withdrawn; nothing new is said to have happened."""
    keeping.store(article(A))
    keeping.store(article(A + "\n\nMost read: 7"))
    assert keeping.events() == [("first_seen", None, 1), ("changed", 1, 2)]
    keeping.store(article(A), reading=NEW, reread=article(A))
    assert keeping.events() == [("first_seen", None, 1), ("changed", 1, 2)]
    assert keeping.rows("SELECT number, same_as FROM versions ORDER BY number") == [(1, None), (2, 1)]
    assert keeping.rows("SELECT withdrawn IS NOT NULL FROM events ORDER BY id") == [(0,), (1,)]
