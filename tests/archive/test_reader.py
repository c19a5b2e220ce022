import dataclasses
import re

import pytest

from archive.errors import NotFoundError
from archive.model import Entry, Image
from archive.reader import current_places, current_reading, find_article, read_article, version_content
from archive.readings import Reading
from archive.warc import read_exchange
from tests.archive.keeping import URL, Keeping, article, day_of, picture, sha256

PAGE = "https://herald.example/news/a_2.html"


@pytest.fixture
def filled(keeping: Keeping) -> Keeping:
    keeping.listing(Entry(URL, "Harbour report"))
    got = article("One.", images=[Image("https://herald.example/p.png", "A ship.", "X", "ship")], byline=("Jane Doe",))
    keeping.store(got, images=[keeping.image("https://herald.example/p.png", picture())], pages=(PAGE,))
    keeping.store(article("Two."))
    return keeping


def test_an_article_has_many_names(filled: Keeping) -> None:
    row = filled.record("articles")
    for name in (
        str(row["id"]),
        f"  {row['id']} ",
        row["key"],
        row["key"].upper(),
        URL,
        f"{URL}#x",
        PAGE,
        f"{URL}?utm_source=a",
    ):
        assert find_article(filled.db, name) == row["id"]


def test_an_article_by_an_address_that_the_ledger_has_lost(filled: Keeping) -> None:
    filled.db.conn.execute("UPDATE urls SET article_id = NULL")
    assert find_article(filled.db, URL) == filled.one("SELECT id FROM articles")


@pytest.mark.parametrize(
    "name",
    [
        "7", "", "   ", "nosuchkey", "https://herald.example/absent", "https://", "http://[::1", "https://herald.example/p.png",
        "https://herald.example/news/", "9" * 30, "x'; DROP TABLE articles", "新闻", "１２", "\x00",
    ],
)  # fmt: skip
def test_what_is_not_there_is_named(filled: Keeping, name: str) -> None:
    with pytest.raises(NotFoundError) as caught:
        find_article(filled.db, name)
    assert str(caught.value) == (
        f"no article {name!r} in the archive; give an id, a key or a URL as `newsarchive search` prints them"
    )
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("name", ["9" * 5000, "\udcff", "https://herald.example/\udcff"])
def test_a_name_that_sqlite_or_python_cannot_hold_is_not_there(filled: Keeping, name: str) -> None:
    with pytest.raises(NotFoundError, match=re.escape(f"no article {name!r} in the archive; give an id")):
        find_article(filled.db, name)


def test_a_number_beyond_all_ids_is_no_article(filled: Keeping) -> None:
    article_id = filled.one("SELECT id FROM articles")
    with pytest.raises(NotFoundError):
        find_article(filled.db, str(article_id + 2**63))


def test_the_current_version(filled: Keeping) -> None:
    record = read_article(filled.db, URL)
    assert (record.number, record.article.body, record.images) == (2, "Two.", ())
    assert [(version["number"], version["title"]) for version in record.versions] == [
        (1, "Harbour report"),
        (2, "Harbour report"),
    ]
    assert record.sections == ("news",)
    assert record.row["key"] == filled.one("SELECT key FROM articles")


def test_an_earlier_version(filled: Keeping) -> None:
    record = read_article(filled.db, URL, version=1)
    got = record.article
    assert (record.number, got.body, got.byline, got.updated) == (1, "One.", ("Jane Doe",), day_of("2024-05-02"))
    (image,) = record.images
    assert (image.sha256, image.error) == (sha256(picture()), None)
    assert image.image == Image("https://herald.example/p.png", "A ship.", "X", "ship")


@pytest.mark.parametrize("number", [0, 3, -1])
def test_a_version_that_is_not_there(filled: Keeping, number: int) -> None:
    with pytest.raises(NotFoundError) as caught:
        read_article(filled.db, URL, version=number)
    assert str(caught.value) == f"article {URL} has no version {number}; it has 1, 2"


def test_content_comes_back_as_it_went_in(keeping: Keeping) -> None:
    got = article("Body.", source="S", byline=("A", "B"), breadcrumb=("Home",), title=None)
    got = dataclasses.replace(got, canonical_url=URL, rules={"title": "h1"})
    keeping.store(got)
    assert version_content(keeping.db, 1) == (got, ())


def test_where_the_current_version_lies(filled: Keeping) -> None:
    article_id = filled.one("SELECT id FROM articles")
    assert current_reading(filled.db, article_id) == ("1.0", "t1")
    (place,) = current_places(filled.db, article_id)
    assert read_exchange(filled.holdings.captures, place).url == URL
    got = article("Pages.")
    filled.store(got, pages=(PAGE,), reading=Reading("2", "t9"))
    last = filled.store(got, pages=(PAGE,), reading=Reading("2", "t9"))
    assert current_reading(filled.db, article_id) == ("2", "t9")
    places = current_places(filled.db, article_id)
    exchanges = [read_exchange(filled.holdings.captures, place) for place in places]
    assert [(got.url, got.fetched_at) for got in exchanges] == [(ref.url, ref.fetched_at) for ref in last.captures]


def test_an_article_that_lost_a_page_is_read_from_its_latest_capture_alone(keeping: Keeping) -> None:
    """The same text on one page instead of two: the second page of before is no part of the latest fetch."""
    keeping.store(article("Pages."), pages=(PAGE,))
    last = keeping.store(article("Pages."))
    places = current_places(keeping.db, keeping.one("SELECT id FROM articles"))
    exchanges = [read_exchange(keeping.holdings.captures, place) for place in places]
    assert [got.fetched_at for got in exchanges] == [last.captures[0].fetched_at]
