"""The picture wall and a picture's page."""

import datetime as dt
import random
import re
from contextlib import closing
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from archive.db import atomic, open_archive
from archive.errors import NotFoundError
from archive.identity import first_id_of
from archive.migrations import MIGRATIONS
from archive.reading_room import pictures
from archive.reading_room.picture import read_sheet
from archive.reading_room.pictures import Place, Wanted, read_selection, read_wall
from archive.takedown.reach import reach_of
from archive.takedown.withdrawing import withdraw
from crawler.workspace import make_workspace
from tests.archive.asking import ask, ask_all
from tests.archive.keeping import OTHER_SITE, Keeping, picture
from tests.archive.reading_room.gallery import (
    CHINESE_ID,
    CRANE_ID,
    GONE_ID,
    HOSTILE,
    LOGO_ID,
    QUAY_ID,
    ROOM,
    SHIP_ID,
    show,
)


def digests(found: Any) -> list[str]:
    return [each.sha256 for each in found.pictures]


def test_each_picture_stands_once_the_newest_article_first(db: Database) -> None:
    found = read_wall(db, Wanted())
    titled = [(each.title, each.sha256, each.articles) for each in found.pictures]
    assert titled == [
        (HOSTILE, SHIP_ID, 3), ("Changed", CRANE_ID, 2), ("Zh", CHINESE_ID, 1), ("Undated", QUAY_ID, 1),
        ("May", LOGO_ID, 2),
    ]  # fmt: skip
    assert found.before is None
    assert found.summary is not None
    assert (found.summary.number, found.summary.places, found.summary.is_part) == (5, 9, False)
    assert dict(found.summary.credits) == {"Jane Doe": 2, "Photo/AFP": 2, HOSTILE: 1, "摄影：王小明": 1}


MAY: dict[str, Any] = {"since": dt.date(2024, 5, 1), "until": dt.date(2024, 5, 31)}


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"text": "ship"}, [CRANE_ID, SHIP_ID]),
        # The article has both words, in two captions.
        ({"text": "cranes quay"}, []),
        ({"text": "quay wall"}, [SHIP_ID]),
        ({"text": "ship -crane"}, [SHIP_ID]),
        # Forms of a word.
        ({"text": "cranes"}, [CRANE_ID]),
        ({"text": '"cranes"'}, [CRANE_ID]),
        ({"text": '"at the quay"'}, [SHIP_ID]),
        ({"text": "ship near quay"}, [SHIP_ID]),
        ({"text": "near(ship quay lifted, 9)"}, []),
        ({"text": "tug OR ship"}, [CRANE_ID, SHIP_ID]),
        ({"text": "质量"}, [CHINESE_ID]),
        ({"text": "王小明"}, [CHINESE_ID]),
        ({"text": "doe"}, [SHIP_ID]),
        # Of an article all pictures.
        ({"text": "title:may"}, [SHIP_ID, CRANE_ID, LOGO_ID]),
        ({"text": "title:may crane"}, [CRANE_ID]),
        ({"text": "site:zhbao"}, [CHINESE_ID]),
        ({"text": "date:2024-06"}, [SHIP_ID]),
        ({"text": "text"}, []),
        ({"text": "…"}, []),
        ({"text": "tug"}, []),
        ({"credit": "Jane Doe"}, [SHIP_ID]),
        ({"credit": "jane doe"}, []),
        ({"credit": "Photo/AFP"}, [CRANE_ID]),
        ({"credit": "Photo/AFP", "text": "lifted"}, [CRANE_ID]),
        ({"credit": "Jane Doe", "text": "lifted"}, []),
        ({"site": "zhbao"}, [CHINESE_ID]),
        ({"site": "zhbao", "credit": "Jane Doe"}, []),
        (MAY, [CRANE_ID, CHINESE_ID, SHIP_ID, LOGO_ID]),
        (MAY | {"text": "ship"}, [CRANE_ID, SHIP_ID]),
        (MAY | {"credit": "Jane Doe", "site": "herald"}, [SHIP_ID]),
        ({"since": dt.date(2024, 7, 1)}, []),
        ({"since": dt.date(2024, 7, 1), "until": dt.date(2024, 6, 1)}, []),
        ({"until": dt.date(2024, 4, 30)}, [SHIP_ID, LOGO_ID]),
    ],
)
def test_only_pictures_that_fit_are_shown(db: Database, wanted: dict[str, Any], expected: list[str]) -> None:
    assert digests(read_wall(db, Wanted(**wanted))) == expected
    assert [each.sha256 for each in read_selection(db, Wanted(**wanted), None)[0]] == expected


def test_a_month_shows_the_use_of_that_month(db: Database) -> None:
    found = {each.sha256: each for each in read_wall(db, Wanted(**MAY)).pictures}
    assert found[SHIP_ID].caption == "A ship at the quay wall."
    assert read_wall(db, Wanted(**MAY)).months == ("2024-04", "2024-06")


def test_an_article_whose_day_moved_stands_in_its_new_month(copy: Path) -> None:
    with closing(open_archive(copy / "archive.db")) as db:
        with atomic(db):
            db.conn.execute("UPDATE articles SET day = '2024-05-07' WHERE title IN ('Undated', 'Old')")
            db.conn.execute("UPDATE articles SET day = '2020-01-01' WHERE title = 'Changed'")
        found = read_wall(db, Wanted(**MAY))
        assert digests(found) == [CHINESE_ID, QUAY_ID, SHIP_ID, CRANE_ID, LOGO_ID]
        assert found.pictures[2].title == "May"
        earlier = Wanted(until=dt.date(2020, 12, 31))
        assert digests(read_wall(db, earlier)) == [CRANE_ID]
        assert _by_pages(db, Wanted(**MAY), 1) == digests(found)


def _by_pages(db: Database, wanted: Wanted, page: int) -> list[str]:
    found: list[str] = []
    before: Place | None = None
    for _ in range(500):
        part = read_wall(db, wanted, before, page)
        found += digests(part)
        before = part.before
        if before is None:
            return found
    raise AssertionError("the pages never end")


def _many(root: Path, articles: int = 60) -> None:
    """Fill an archive with pictures that return, without and with credits."""
    chance = random.Random(5)
    make_workspace(root)
    keeping = Keeping(root)
    drawn = [picture(f"#{number:06x}") for number in range(40)]
    for number in range(articles):
        shown = [
            (chance.choice(drawn), chance.choice(["a ship", "a crane", None]), chance.choice(["Jane", "Doe", None]))
            for _ in range(chance.randrange(4))
        ]
        show(keeping, f"a{number}", f"2024-0{1 + number % 9}-11", *shown)
    keeping.close()


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("many") / "ws"
    _many(made)
    return made


@pytest.mark.parametrize("wanted", [{}, {"credit": "Jane"}, {"site": "herald"}, MAY, {"credit": "Doe", **MAY}])
@pytest.mark.parametrize("look", [1, 3, 2_000])
def test_pages_follow_one_another_without_a_gap(
    many: Path, wanted: dict[str, Any], look: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However early a look ends: nothing is lost, and nothing comes twice."""
    monkeypatch.setattr(pictures, "_AT_ONCE", 2)
    with closing(open_archive(many / "archive.db", readonly=True)) as db:
        whole = digests(read_wall(db, Wanted(**wanted), page=500))
        assert len(set(whole)) == len(whole) > 2
        monkeypatch.setattr(pictures, "_LOOK", look)
        for page in (1, 2, 7):
            assert _by_pages(db, Wanted(**wanted), page) == whole


def test_pages_of_a_search_lose_nothing(many: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(open_archive(many / "archive.db", readonly=True)) as db:
        whole = digests(read_wall(db, Wanted("ship"), page=500))
        assert len(whole) > 5
        assert [each.sha256 for each in read_selection(db, Wanted("ship"), None)[0]] == whole
        monkeypatch.setattr(pictures, "_LOOK_FOR_WORDS", 2)
        assert set(_by_pages(db, Wanted("ship"), 3)) == set(whole)


def _expected(db: Database) -> tuple[list[Any], list[Any]]:
    """Count the wall's tables from what they are kept of."""
    rows = db.conn.execute(
        "SELECT article_images.article_id, position, image_id, version_id, site_id, nullif(trim(credit), '') "
        "FROM articles JOIN versions ON versions.article_id = articles.id AND number = version "
        "JOIN article_images ON version_id = versions.id WHERE image_id IS NOT NULL ORDER BY 1, 2"
    ).fetchall()
    named = [row[5] for row in rows if row[5]]
    return rows, sorted((credit, named.count(credit)) for credit in set(named))


def _kept(db: Database) -> tuple[list[Any], list[Any]]:
    wall = db.conn.execute("SELECT * FROM pictures ORDER BY article_id, position").fetchall()
    return wall, sorted(db.conn.execute("SELECT * FROM credits").fetchall())


def test_the_wall_is_what_the_articles_show(root: Path, many: Path, copy: Path) -> None:
    for each in (root, many):
        with closing(open_archive(each / "archive.db", readonly=True)) as db:
            assert _kept(db) == _expected(db)
            assert _kept(db)[1] != []
    with closing(open_archive(copy / "archive.db")) as db:
        steps: tuple[str, ...] = (
            # Back to the version before, and on again.
            "UPDATE articles SET version = 1 WHERE title = 'Changed'",
            "UPDATE article_images SET credit = ' Anna  ' WHERE caption LIKE '%tug%'",
            "UPDATE articles SET version = 2 WHERE title = 'Changed'",
            "UPDATE article_images SET image_id = NULL, error = 'http-404' WHERE credit = 'Photo/AFP'",
            "UPDATE article_images SET image_id = 1, credit = '' WHERE credit = 'Photo/AFP'",
            "DELETE FROM article_images WHERE credit = 'Jane Doe'",
            "UPDATE articles SET title = 'Other' WHERE title = 'May'",
        )
        for sql in steps:
            with atomic(db):
                db.conn.execute(sql)
            assert _kept(db) == _expected(db), sql


def test_an_older_archive_gets_its_wall(copy: Path) -> None:
    with closing(open_archive(copy / "archive.db")) as db:
        before = _kept(db)
        for trigger in ("pictures_come", "pictures_change", "pictures_go", "pictures_turn"):
            db.conn.execute(f"DROP TRIGGER {trigger}")
        db.conn.execute("DROP TABLE pictures")
        db.conn.execute("DROP TABLE credits")
        db.conn.execute("DELETE FROM _sqlite_migrations WHERE name = 'm014_pictures'")
        MIGRATIONS.apply(db)
        assert _kept(db) == before


def test_what_is_taken_down_leaves_the_wall_and_its_credit(copy: Path) -> None:
    keeping = Keeping(copy, OTHER_SITE)
    article_id = keeping.one("SELECT id FROM articles WHERE title = 'Zh'")
    withdraw(keeping.db, reach_of(keeping.db, keeping.holdings, article_id), "a court order")
    keeping.close()
    with closing(open_archive(copy / "archive.db")) as db:
        assert CHINESE_ID not in digests(read_wall(db, Wanted()))
        assert db.conn.execute("SELECT count(*) FROM credits WHERE credit LIKE '%王%'").fetchone() == (0,)
        assert _kept(db) == _expected(db)
    got = ask_all(copy, [ROOM.picture(CHINESE_ID), ROOM.thumb(CHINESE_ID), ROOM.image(CHINESE_ID)])
    assert {each.status_code for each in got} <= {404, 410}


def test_no_page_walks_through_a_table(db: Database) -> None:
    """Every statement finds its rows by an index; only what is few is read whole: sites, and moved days."""
    asked: list[str] = []
    db.conn.set_trace_callback(asked.append)
    for wanted in (Wanted(), Wanted("ship"), Wanted(credit="Jane Doe"), Wanted(site="herald"), Wanted(**MAY)):
        read_wall(db, wanted)
        read_wall(db, wanted, (first_id_of(dt.date(2024, 5, 20)), 1))
    for sha in (SHIP_ID, GONE_ID):
        read_sheet(db, sha)
    db.conn.set_trace_callback(None)
    whole = set()
    for sql in {each for each in asked if each.startswith(("SELECT", "WITH"))}:
        for row in db.conn.execute(f"EXPLAIN QUERY PLAN {sql}"):
            # `SCAN x` without a word after it is the whole table, walked as far as the LIMIT.
            if row[3].startswith("SCAN ") and "VIRTUAL TABLE" not in row[3] and "LIMIT" not in sql:
                whole.add(row[3])
    few = {"sites USING COVERING INDEX sqlite_autoindex_sites_1", "articles USING COVERING INDEX articles_moved_day"}
    assert whole <= {f"SCAN {each}" for each in (*few, "main.articles_fts_config")}, whole


def test_the_page_shows_captions_credits_and_days(root: Path) -> None:
    text = ask(root, ROOM.pictures(month="2024-05")).text
    assert text.count("<figure") == 4
    assert 'lang="zh"' in text
    assert "市质量技术监督局。" in text
    assert f'src="/archive/-/thumb/{CRANE_ID}"' in text
    assert re.search(r'<img [^>]*alt="A crane beside a ship" width="8" height="6" loading="lazy"', text)
    assert '<time datetime="2024-05-10">2024-05-10</time>' in text
    assert "month=2024-04" in text
    assert "in 2 articles" in ask(root, ROOM.pictures()).text
    assert "/archive/-/pictures.zip?month=2024-05" in text


def test_what_is_asked_for_is_kept_in_every_link(root: Path) -> None:
    text = ask(root, ROOM.pictures(month="2024-05", site="herald", q="ship")).text
    for name in ("zip", "csv", "json"):
        assert f"/archive/-/pictures.{name}?q=ship&amp;site=herald&amp;month=2024-05" in text
    assert "credit=Jane+Doe" in text


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ({"month": "2024-13"}, 400, "month takes a year and a month, such as 2024-05."),
        ({"month": "0000-01"}, 400, "month takes a year and a month"),
        ({"since": "May"}, 400, "since and until take a day, such as 2024-05-03."),
        ({"before": "x"}, 400, "before takes what the link to the next pictures gives."),
        ({"before": "-1.1"}, 400, "before takes"),
        ({"site": "nowhere"}, 404, "no site 'nowhere' in the archive; it has: herald, zhbao"),
        ({"until": "9999-12-31"}, 200, "Pictures"),
        ({"since": "0001-01-01"}, 200, "Pictures"),
        ({"before": "999999999999999999.1"}, 200, "Pictures"),
        ({"q": "(((ship"}, 200, "the parenthesis is never closed"),
        ({"credit": "doe"}, 200, "No picture has exactly the credit"),
        ({"credit": "Jane Doe", "month": "2020-01"}, 200, "No picture fits."),
        ({"q": "ferry"}, 200, "No picture fits."),
        ({"credit": HOSTILE}, 200, "Pictures"),
    ],
)
def test_what_is_wrong_is_said(root: Path, query: dict[str, str], status: int, said: str) -> None:
    wall, table = ask_all(root, [ROOM.pictures(**query), ROOM.taken("csv", **query)])
    assert (wall.status_code, table.status_code) == (status, status)
    assert said in unescape(wall.text)


def test_an_empty_archive_says_what_to_do(tmp_path: Path) -> None:
    make_workspace(tmp_path / "ws")
    open_archive(tmp_path / "ws" / "archive.db").close()
    got = ask(tmp_path / "ws", ROOM.pictures())
    assert "The archive holds no picture yet." in got.text
    assert "newsarchive crawl" in got.text


def test_a_picture_tells_all_that_was_said_of_it(root: Path, db: Database) -> None:
    sheet = read_sheet(db, SHIP_ID)
    assert [each.caption for each in sheet.said] == [HOSTILE, "A ship at the quay wall.", "A ship at sea."]
    assert [use.title for each in sheet.said for use in each.uses] == [HOSTILE, "May", "Old"]
    assert sheet.first_seen is not None
    assert sheet.last_seen is not None
    assert sheet.first_seen < sheet.last_seen
    assert (sheet.newer, sheet.older) == (None, CRANE_ID)
    gone = read_sheet(db, GONE_ID)
    assert [(use.versions, use.is_current) for use in gone.said[0].uses] == [((1,), False)]
    assert (gone.newer, gone.older) == (None, None)
    text = ask(root, ROOM.picture(GONE_ID)).text
    assert "not any more" in text
    assert GONE_ID in text
    assert "8 × 6 pixels" in text
    with pytest.raises(NotFoundError, match="has no picture 000"):
        read_sheet(db, "0" * 64)
    assert ask(root, ROOM.picture("0" * 64)).status_code == 404


def test_newer_and_older_lead_over_the_whole_wall_and_back(db: Database) -> None:
    wall = digests(read_wall(db, Wanted()))
    walked = [wall[0]]
    while older := read_sheet(db, walked[-1]).older:
        assert read_sheet(db, older).newer == walked[-1]
        walked.append(older)
    assert walked == wall
