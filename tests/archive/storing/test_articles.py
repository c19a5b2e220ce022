"""What the archive holds of an article that was fetched: its id, dates, sections, words and place in the ledger."""

import dataclasses
import datetime as dt
import json
from typing import Any

import pytest

from archive.columns import columns_of, word_count
from archive.errors import ArchiveError
from archive.identity import article_key, first_id_of
from archive.model import Entry, Image, Stamp
from archive.reader import read_article
from archive.storing import ArticleUnit
from archive.units import CaptureRef, FetchedImage
from archive.versions import unpack
from tests.archive.keeping import NOON, OTHER_SITE, READING, SITE, URL, Keeping, article, day_of
from tests.archive.storing.pages import PICTURE, A, B, with_image


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
