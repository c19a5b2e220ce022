"""What becomes of a fetched article: a version of its own, or one more capture of a version that is known."""

import dataclasses
import datetime as dt
import json
from typing import Any

import pytest

from archive.columns import columns_of, word_count
from archive.errors import ArchiveError
from archive.identity import article_key, first_id_of
from archive.model import Article, Entry, Image, Stamp
from archive.reader import read_article
from archive.readings import Reading
from archive.storing import ArticleUnit
from archive.units import CaptureRef, FetchedImage
from archive.versions import unpack
from tests.archive.keeping import NOON, OTHER_SITE, READING, SITE, URL, Keeping, article, day_of, picture, sha256

PICTURE = "https://herald.example/img/a.png?w=1&h=2"
A, B = "The harbour is quiet.", "The harbour is closed."


def with_image(body: str = A, *, caption: str | None = "A ship.", url: str = PICTURE, **more: Any) -> Article:
    got = article(body, images=[Image(url, caption, "Photo: X", "ship")], **more)
    return dataclasses.replace(got, body_html=f'<p>{body}</p><img src="{url.replace("&", "&amp;")}"/>')


def test_first_storing(keeping: Keeping) -> None:
    unit = keeping.store(article(byline=("Jane Doe",), breadcrumb=("Home", "News"), source="The Herald"))
    assert unit.outcome == "stored"
    row = keeping.record("articles")
    assert row["id"] == first_id_of(dt.date(2024, 5, 2))
    assert row["key"] == article_key(URL)
    assert (row["site_id"], row["url"], row["state"], row["version"]) == ("herald", URL, "live", 1)
    assert (row["title"], row["body"], row["source"], row["language"]) == ("Harbour report", A, "The Herald", "en")
    assert (row["updated"], row["updated_raw"], row["updated_precision"]) == ("2024-05-02", "2024-05-02", "day")
    assert (row["published"], row["published_raw"], row["published_precision"]) == (None, None, None)
    assert (row["byline"], row["breadcrumb"]) == ('["Jane Doe"]', '["Home", "News"]')
    assert (row["day"], row["word_count"], row["captions"], row["search_extra"]) == ("2024-05-02", 4, None, None)
    assert row["first_seen"] == row["last_seen"] == "2024-05-03T12:01:00.000000Z"
    assert keeping.events() == [("first_seen", None, 1)]
    assert keeping.record("events")["run_id"] == keeping.run.id
    version = keeping.record("versions")
    assert (version["number"], version["parser"], version["template"], version["same_as"]) == (1, "1.0", "t1", None)
    assert unpack(version["body"]) == A
    assert isinstance(version["body"], bytes)
    keeping.check_index()
    assert keeping.found("quiet") == [row["id"]]


def test_the_ledger_knows_what_was_stored(keeping: Keeping) -> None:
    unit = keeping.store(article(), note="from-cache", live=True)
    row = keeping.record("urls", url=URL)
    assert (row["state"], row["kind"], row["article_id"]) == (
        "stored",
        "article",
        keeping.one("SELECT id FROM articles"),
    )
    assert (row["etag"], row["last_modified"]) == ('"e1"', "Fri, 03 May 2024 10:00:00 GMT")
    assert row["digest"] == unit.captures[0].digest
    assert (row["cause"], row["failures"], row["missing_since"]) == ("from-cache", 0, None)
    # Printed as of the day before: looked at again after some half of the 36 hours since.
    hours = (dt.datetime.fromisoformat(row["due_at"]) - keeping.now) / dt.timedelta(hours=1)
    assert 16.2 <= hours <= 19.9


def test_ids_of_a_day_count_up(keeping: Keeping) -> None:
    for n in range(3):
        keeping.store(article(f"text {n}", url=f"https://herald.example/{n}"))
    low = first_id_of(dt.date(2024, 5, 2))
    assert keeping.rows("SELECT id FROM articles ORDER BY id") == [(low,), (low + 1,), (low + 2,)]


@pytest.mark.parametrize(
    ("dates", "day"),
    [
        ({"published": day_of("2024-04-01"), "updated": day_of("2024-05-02")}, "2024-04-01"),
        ({"published": None, "updated": day_of("2024-05-02")}, "2024-05-02"),
        ({"published": Stamp("soon", reason="unreadable"), "updated": None}, None),
        ({"published": None, "updated": None}, None),
    ],
)
def test_the_id_is_of_published_else_updated_else_first_seen(
    keeping: Keeping, dates: dict[str, Any], day: str | None
) -> None:
    keeping.store(article(**dates))
    assert keeping.one("SELECT id FROM articles") == first_id_of(dt.date.fromisoformat(day or "2024-05-03"))
    assert keeping.one("SELECT day FROM articles") == day


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_the_first_and_the_last_day_of_the_calendar(keeping: Keeping, day: str) -> None:
    keeping.store(article(updated=day_of(day)))
    assert keeping.one("SELECT id FROM articles") == first_id_of(dt.date.fromisoformat(day))


def test_all_kinds_of_dates_come_back(keeping: Keeping) -> None:
    east = dt.timezone(dt.timedelta(hours=8))
    instant = Stamp("2 May 2024 01:30 CST", dt.datetime(2024, 5, 2, 1, 30, tzinfo=east), "instant")
    minute = Stamp("2024-05-02 10:00", dt.datetime(2024, 5, 2, 10), "minute")  # noqa: DTZ001
    keeping.store(article(updated=instant, published=minute, url="https://herald.example/1"))
    keeping.store(
        article(
            updated=Stamp("3/4/24", reason="ambiguous"), published=day_of("2024-05-01"), url="https://herald.example/2"
        )
    )
    first = read_article(keeping.db, "https://herald.example/1").article
    assert first.updated is not None
    assert (first.updated.value, first.updated.stored) == (instant.value, "2024-05-01T17:30:00Z")
    assert (first.updated.raw, first.published) == (instant.raw, minute)
    assert keeping.record("articles", url="https://herald.example/1")["day"] == "2024-05-02"
    second = read_article(keeping.db, "https://herald.example/2").article
    assert second.updated == Stamp("3/4/24", reason="ambiguous")
    assert second.published == day_of("2024-05-01")


def test_an_unchanged_page_is_one_more_capture(keeping: Keeping) -> None:
    keeping.store(article())
    before = keeping.one("SELECT digest FROM versions")
    unit = keeping.store(article())
    assert unit.outcome == "unchanged"
    assert keeping.count("versions") == keeping.count("events") == 1
    assert keeping.rows("SELECT capture_id, position, seen_at FROM version_captures ORDER BY capture_id") == [
        (1, 1, "2024-05-03T12:01:00.000000Z"),
        (2, 1, "2024-05-03T12:02:00.000000Z"),
    ]
    row = keeping.record("articles")
    assert (row["first_seen"], row["last_seen"]) == ("2024-05-03T12:01:00.000000Z", "2024-05-03T12:02:00.000000Z")
    assert keeping.one("SELECT digest FROM versions") == before


def test_a_changed_page_is_a_version(keeping: Keeping) -> None:
    keeping.store(article(A))
    assert keeping.store(article(B)).outcome == "stored"
    assert keeping.events() == [("first_seen", None, 1), ("changed", 1, 2)]
    row = keeping.record("articles")
    assert (row["version"], row["body"]) == (2, B)
    assert keeping.found("quiet") == []
    assert keeping.found("closed") == [row["id"]]
    keeping.check_index()
    assert read_article(keeping.db, URL, version=1).article.body == A
    assert read_article(keeping.db, URL).article.body == B
    assert keeping.one("SELECT at FROM events WHERE kind = 'changed'") == "2024-05-03T12:02:00.000000Z"


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Harbour report, corrected"},
        {"title": None},
        {"updated": day_of("2024-05-03")},
        {"updated": None},
        {"published": day_of("2024-05-02")},
        {"published": Stamp("soon", reason="unreadable")},
    ],
)
def test_what_makes_a_version(keeping: Keeping, change: dict[str, Any]) -> None:
    keeping.store(article())
    assert keeping.store(article(**change)).outcome == "stored"
    assert keeping.events()[1:] == [("changed", 1, 2)]


@pytest.mark.parametrize(
    "change",
    [
        {"byline": ("Jane Doe",)},
        {"source": "Agency"},
        {"breadcrumb": ("Home",)},
        {"language": "de"},
        {"rules": {"title": "h1"}},
        {"updated": Stamp("2 May 2024", dt.date(2024, 5, 2), "day")},
    ],
)
def test_what_makes_no_version(keeping: Keeping, change: dict[str, Any]) -> None:
    keeping.store(article())
    assert keeping.store(article(**change)).outcome == "unchanged"
    assert keeping.count("versions") == keeping.count("events") == 1
    keeping.check_index()


def test_a_new_byline_is_found_without_a_version(keeping: Keeping) -> None:
    keeping.store(article(byline=("Jane Doe",)))
    keeping.store(article(byline=("Joan Roe",)))
    assert keeping.found("doe") == []
    assert len(keeping.found("roe")) == 1


def test_what_is_found_is_what_is_shown(keeping: Keeping) -> None:
    """The row that search reads and the record that `show` reads are one article."""
    keeping.store(article(byline=("Jane Doe",)))
    keeping.store(article(byline=("Joan Roe",)))
    assert list(read_article(keeping.db, URL).article.byline) == json.loads(keeping.one("SELECT byline FROM articles"))


def test_relative_dates_make_no_version(keeping: Keeping) -> None:
    for hours in (3, 4):
        stamp = Stamp(f"{hours} hours ago", dt.date(2024, 5, 3), "day", reason="relative")
        unit = keeping.store(article(updated=stamp))
    assert unit.outcome == "unchanged"
    assert keeping.count("versions") == 1
    assert keeping.one("SELECT updated_raw FROM articles") == "4 hours ago"


def test_there_and_back_again_is_two_versions_and_two_changes(keeping: Keeping) -> None:
    assert [keeping.store(article(body)).outcome for body in (A, B, A)] == ["stored", "stored", "unchanged"]
    assert keeping.events() == [("first_seen", None, 1), ("changed", 1, 2), ("changed", 2, 1)]
    row = keeping.record("articles")
    assert (row["version"], row["body"]) == (1, A)
    assert keeping.count("versions") == 2
    assert len(keeping.found("quiet")) == 1
    assert keeping.found("closed") == []
    ties = keeping.rows("SELECT number, capture_id FROM version_captures JOIN versions ON id = version_id ORDER BY 2")
    assert ties == [(1, 1), (2, 2), (1, 3)]
    keeping.store(article(B))
    assert keeping.events()[3:] == [("changed", 1, 2)]


def test_a_capture_from_before_changes_what_was_told_and_not_what_is_shown(keeping: Keeping) -> None:
    """Captures may come late: events follow capture time, what the latest showed stays current."""
    keeping.now = NOON + dt.timedelta(days=1)
    keeping.store(article(B))
    keeping.now = NOON
    assert keeping.store(article(A)).outcome == "stored"
    story = "SELECT kind, from_version, to_version, at FROM events WHERE withdrawn IS NULL ORDER BY at"
    first, later = "2024-05-03T12:01:00.000000Z", "2024-05-04T12:01:00.000000Z"
    assert keeping.rows(story) == [("first_seen", None, 2, first), ("changed", 2, 1, later)]
    assert keeping.rows("SELECT kind, to_version FROM events WHERE withdrawn IS NOT NULL") == [("first_seen", 1)]
    row = keeping.record("articles")
    assert (row["first_seen"], keeping.one("SELECT min(seen_at) FROM versions")) == (first, first)
    assert (row["version"], row["body"], row["last_seen"]) == (1, B, "2024-05-04T12:01:00.000000Z")
    keeping.now = NOON
    keeping.store(article(B))
    assert keeping.one("SELECT last_seen FROM articles") == "2024-05-04T12:01:00.000000Z"


def test_an_older_capture_of_the_current_version_does_not_take_over_its_fields(keeping: Keeping) -> None:
    keeping.now = NOON + dt.timedelta(days=1)
    keeping.store(article(byline=("New",)))
    keeping.now = NOON
    keeping.store(article(byline=("Old",)))
    assert keeping.one("SELECT byline FROM articles") == '["New"]'


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


def test_a_date_that_moves_leaves_the_id(keeping: Keeping) -> None:
    keeping.store(article(updated=day_of("2024-05-02")))
    keeping.store(article(updated=day_of("2024-06-10")))
    row = keeping.record("articles")
    assert (row["id"], row["day"]) == (first_id_of(dt.date(2024, 5, 2)), "2024-06-10")
    plan = keeping.rows(
        "EXPLAIN QUERY PLAN SELECT id FROM articles "
        "WHERE day IS NULL OR CAST(julianday(day) - 1721424.5 AS INTEGER) <> (id >> 24)"
    )
    assert "articles_moved_day" in plan[0][3]


def test_one_article_behind_two_urls(keeping: Keeping) -> None:
    second = "https://m.herald.example/a"
    keeping.store(article())
    unit = keeping.store(article(url=second, canonical_url=URL), identity=URL)
    assert unit.outcome == "unchanged"
    assert keeping.count("articles") == 1
    assert keeping.rows("SELECT url FROM urls WHERE article_id IS NOT NULL ORDER BY id") == [(URL,), (second,)]
    assert keeping.one("SELECT url FROM articles") == URL
    # The ledger remembers, even if the canonical link is gone.
    keeping.store(article(B, url=second), identity=second)
    assert keeping.count("articles") == 1
    assert keeping.one("SELECT version FROM articles") == 2


def test_pages_of_an_article(keeping: Keeping) -> None:
    pages = ("https://herald.example/news/a_2.html", "https://herald.example/news/a_3.html")
    unit = keeping.store(article(), pages=pages)
    assert keeping.rows("SELECT capture_id, position FROM version_captures ORDER BY position") == [
        (1, 1),
        (2, 2),
        (3, 3),
    ]
    rows = keeping.rows("SELECT url, kind, state, article_id, digest FROM urls WHERE kind = 'page' ORDER BY id")
    article_id = keeping.one("SELECT id FROM articles")
    assert rows == [
        (url, "page", "stored", article_id, ref.digest) for url, ref in zip(pages, unit.captures[1:], strict=True)
    ]


LIVE = "\ue000tlive"


def tokens(keeping: Keeping) -> list[str]:
    return str(keeping.one("SELECT keys FROM articles")).split()


def test_sections_and_filter_keys(keeping: Keeping) -> None:
    keeping.listing(Entry(URL, "Harbour report"))
    keeping.store(article(language="en-GB"))
    news, culture = (keeping.run.sections[key].id for key in ("news", "culture"))
    assert tokens(keeping) == ["\ue000s" + b"herald".hex(), f"\ue000c{news}", "\ue000l" + b"en".hex(), LIVE]
    keeping.listing(Entry(URL, "Harbour report"), section="culture")
    assert tokens(keeping)[1:3] == [f"\ue000c{news}", f"\ue000c{culture}"]
    assert keeping.rows("SELECT section_id, first_seen FROM article_sections ORDER BY section_id") == [
        (news, "2024-05-03T12:01:00.000000Z"),
        (culture, "2024-05-03T12:03:00.000000Z"),
    ]
    keeping.check_index()
    assert read_article(keeping.db, URL).sections == ("culture", "news")


def test_sections_of_an_article_without_a_language(keeping: Keeping) -> None:
    keeping.store(article(language=None))
    assert tokens(keeping) == ["\ue000s" + b"herald".hex(), LIVE]
    keeping.store(article(language="DE"))
    assert tokens(keeping) == ["\ue000s" + b"herald".hex(), "\ue000l" + b"de".hex(), LIVE]


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


def test_chinese_is_indexed_by_character(keeping: Keeping) -> None:
    keeping.store(
        article("质量监督。", title="镇海新闻", images=[Image(PICTURE, "港口")]), images=[keeping.image(PICTURE)]
    )
    assert keeping.one("SELECT search_extra FROM articles") == (
        "质 量 监 督 。 \ue001 镇 海 新 闻 \ue001 港 口 "
        "\ue001 \ue002镇 \ue002海 \ue002新 \ue002闻 \ue001 \ue003港 \ue003口"
    )
    assert keeping.one("SELECT word_count FROM articles") == 5
    assert len(keeping.found("监 督")) == 1
    keeping.store(article("English now.", title="News"))
    assert keeping.one("SELECT search_extra FROM articles") is None
    assert keeping.found("监 督") == []
    keeping.check_index()


def test_the_same_address_on_two_sites_is_one_article(keeping: Keeping) -> None:
    keeping.store(article())
    keeping.again(OTHER_SITE)
    assert keeping.store(article()).outcome == "unchanged"
    assert keeping.rows("SELECT site_id FROM articles") == [("herald",)]


@pytest.mark.parametrize(
    "text", ["a\x00b", "\x00", "line\x1b[31m", "\ufffe\uffff", "🚢" * 50, "a" * 100_000, "\ue000c1"]
)
def test_strange_text_is_stored_and_indexed(keeping: Keeping, text: str) -> None:
    keeping.store(article(text, title=text, source=text, byline=(text,), breadcrumb=(text,)))
    assert read_article(keeping.db, URL).article.body == text
    keeping.store(article("plain"))
    keeping.check_index()


def test_half_a_character_does_not_stop_the_run(keeping: Keeping) -> None:
    """A lone surrogate (`\\ud83d` in a page's JSON) is no text that SQLite can hold; hostile input is normal."""
    try:
        keeping.store(article("half \ud83d", title="half \ud83d"))
    except ArchiveError as error:
        pytest.fail(str(error))


def test_as_item() -> None:
    got = with_image()
    unit = ArticleUnit(URL, URL, got, (CaptureRef(URL, NOON),), (FetchedImage(PICTURE),), READING)
    item = unit.as_item()
    assert item == columns_of(got) | {
        "url": URL,
        "key": article_key(URL),
        "body": A,
        "images": [{"url": PICTURE, "caption": "A ship.", "credit": "Photo: X"}],
    }
    assert unit.weight == 3 * len(A)


def test_reasons_are_kept_among_the_rules() -> None:
    said = columns_of(article(updated=Stamp("3/4/24", reason="ambiguous"), rules={"title": "h1"}))
    assert json.loads(said["rules"]) == {"title": "h1", "updated_reason": "ambiguous"}


@pytest.mark.parametrize(("text", "words"), [("", 0), ("two words", 2), ("质量 ok", 3), ("质量监督", 4)])
def test_word_count(text: str, words: int) -> None:
    assert word_count(text) == words


def test_sites_are_as_defined_today(keeping: Keeping) -> None:
    keeping.again(
        dataclasses.replace(SITE, name="The New Herald", sections=(("news", "All news", "https://h.example/"),))
    )
    assert keeping.record("sites")["name"] == "The New Herald"
    assert keeping.rows("SELECT key, name FROM sections ORDER BY id") == [("news", "All news"), ("culture", "Culture")]
