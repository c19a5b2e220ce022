"""The picture wall, a picture's page, and pictures to take away."""

import csv
import datetime as dt
import io
import json
import random
import re
import shutil
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from archive.datasette_plugin.addresses import Room
from archive.db import atomic, open_archive
from archive.errors import NotFoundError
from archive.identity import first_id_of
from archive.migrations import MIGRATIONS
from archive.model import Image
from archive.reading_room import pictures
from archive.reading_room.picture import read_sheet
from archive.reading_room.pictures import Picture, Place, Wanted, read_selection, read_wall
from archive.takedown.reach import reach_of
from archive.takedown.withdrawing import withdraw
from archive.words import count_words
from crawler.workspace import make_workspace
from tests.archive.asking import ask, ask_all
from tests.archive.keeping import OTHER_SITE, Keeping, article, day_of, picture, sha256

ROOM = Room("/archive")
SHIP, CRANE, LOGO, QUAY, GONE, CHINESE = (
    picture(color) for color in ("red", "green", "white", "blue", "black", "yellow")
)
SHIP_ID, CRANE_ID, LOGO_ID, QUAY_ID, GONE_ID, CHINESE_ID = map(sha256, (SHIP, CRANE, LOGO, QUAY, GONE, CHINESE))
HOSTILE = "\"><script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}'"


def show(
    keeping: Keeping, name: str, day: str | None, *shown: tuple[bytes, str | None, str | None], **more: Any
) -> None:
    """Store an article with pictures, each with its caption and credit."""
    url = f"{keeping.site.url}{name}"
    images = [
        Image(f"{url}/{number}.png", caption, credit, more.get("alt"), number)
        for number, (_, caption, credit) in enumerate(shown, 1)
    ]
    got = article(
        f"Text of {name}. {more.get('body', '')}", url=url, images=images, title=more.get("title", name.title()),
        updated=day_of(day) if day else None, language=more.get("language", "en"),
    )  # fmt: skip
    fetched = [keeping.image(f"{url}/{number}.png", data) for number, (data, *_) in enumerate(shown, 1)]
    keeping.store(got, images=fetched)


def fill(root: Path) -> None:
    make_workspace(root)
    keeping = Keeping(root)
    show(keeping, "old", "2024-04-20", (SHIP, "A ship at sea.", "Jane Doe"), (LOGO, None, None))
    show(
        keeping, "may", "2024-05-02",
        (SHIP, "A ship at the quay wall.", "Jane Doe"), (CRANE, "Cranes are lifted.", "Photo/AFP"), (LOGO, None, None),
    )  # fmt: skip
    show(keeping, "undated", None, (QUAY, "=Quay without a day", None))
    # Its second version shows another picture.
    show(keeping, "changed", "2024-05-10", (GONE, "A tug that is not shown any more.", "Jane Doe"))
    show(keeping, "changed", "2024-05-10", (CRANE, "A crane beside a ship", "Photo/AFP"), body="Changed.")
    show(keeping, "hostile", "2024-06-01", (SHIP, HOSTILE, HOSTILE), alt=HOSTILE, title=HOSTILE)
    keeping.again(OTHER_SITE)
    show(keeping, "zh", "2024-05-05", (CHINESE, "市质量技术监督局。", "摄影：王小明"), language="zh")
    count_words(keeping.db)
    keeping.close()


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace that no test changes."""
    made = tmp_path_factory.mktemp("pictures") / "ws"
    fill(made)
    return made


@pytest.fixture
def db(root: Path) -> Iterator[Database]:
    with closing(open_archive(root / "archive.db", readonly=True)) as opened:
        yield opened


@pytest.fixture
def copy(root: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(root, tmp_path / "ws"))


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


def test_a_zip_holds_the_bytes_as_served_and_a_table(root: Path) -> None:
    got = ask(root, ROOM.taken("zip", month="2024-05"))
    assert got.headers["content-type"] == "application/zip"
    assert got.headers["content-disposition"] == 'attachment; filename="pictures-2024-05-01-2024-05-31.zip"'
    assert got.headers["x-content-type-options"] == "nosniff"
    with zipfile.ZipFile(io.BytesIO(got.content)) as archive:
        assert archive.testzip() is None
        assert sorted(archive.namelist()) == sorted(
            ["pictures.csv", *(f"{each}.png" for each in (CRANE_ID, CHINESE_ID, SHIP_ID, LOGO_ID))]
        )
        assert archive.read(f"{SHIP_ID}.png") == SHIP
        rows = [*csv.DictReader(io.StringIO(archive.read("pictures.csv").decode("utf-8-sig")))]
    assert [row["file"] for row in rows] == [f"{each}.png" for each in (CRANE_ID, CHINESE_ID, SHIP_ID, LOGO_ID)]
    ship = rows[2]
    assert (ship["caption"], ship["credit"], ship["title"]) == ("A ship at the quay wall.", "Jane Doe", "May")
    assert (ship["day"], ship["mime"], ship["width"], ship["height"]) == ("2024-05-02", "image/png", "8", "6")
    assert ship["url"] == "https://herald.example/may"
    assert ship["sha256"] == SHIP_ID


def test_what_a_page_wrote_is_no_formula_and_no_file_name(root: Path) -> None:
    table, listed, packed = ask_all(root, [ROOM.taken(form) for form in ("csv", "json", "zip")])
    rows = [*csv.DictReader(io.StringIO(table.content.decode("utf-8-sig")))]
    assert {row["sha256"]: row["caption"] for row in rows}[QUAY_ID] == "'=Quay without a day"
    assert listed.json()["next"] is None
    assert listed.json()["pictures"][0]["caption"] == HOSTILE
    with zipfile.ZipFile(io.BytesIO(packed.content)) as archive:
        assert all(re.fullmatch(r"[0-9a-f]{64}\.png|pictures\.csv", name) for name in archive.namelist())


def test_a_file_that_is_missing_is_named_by_its_absence(copy: Path) -> None:
    next((copy / "media").rglob(f"{SHIP_ID}*")).unlink()
    got = ask(copy, ROOM.taken("zip"))
    with zipfile.ZipFile(io.BytesIO(got.content)) as archive:
        rows = [*csv.DictReader(io.StringIO(archive.read("pictures.csv").decode("utf-8-sig")))]
        assert f"{SHIP_ID}.png" not in archive.namelist()
    assert {row["sha256"]: row["file"] for row in rows}[SHIP_ID] == ""


@pytest.mark.parametrize("bound", [{"MOST": 2}, {"MOST_BYTES": 2 * len(SHIP)}])
def test_what_is_too_much_comes_in_parts(root: Path, bound: dict[str, int], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in bound.items():
        monkeypatch.setattr(pictures, name, value)
    found: list[str] = []
    address: str | None = ROOM.taken("json")
    while address:
        said = ask(root, address).json()
        assert 0 < len(said["pictures"]) <= 2
        found += [each["sha256"] for each in said["pictures"]]
        address = said["next"].removeprefix("http://localhost") if said["next"] else None
    assert found == [SHIP_ID, CRANE_ID, CHINESE_ID, QUAY_ID, LOGO_ID]
    got = ask(root, ROOM.taken("zip", site="herald"))
    with zipfile.ZipFile(io.BytesIO(got.content)) as archive:
        note = archive.read("NOT-ALL.txt").decode()
    assert note.startswith("These are the newest of the pictures that were asked for: ")
    following = note.splitlines()[1]
    assert f'<{following}>; rel="next"' == got.headers["link"]
    assert "site=herald" in following


PAYLOADS = (
    HOSTILE,
    "</figcaption></figure><svg onload=alert(1)>",
    "javascript:alert(1)",
    "' onfocus=alert(1) autofocus='",
    '" onmouseover="alert(1)',
    "<!--<script>-->",
    "{% include '/etc/passwd' %}",
    "\u202e<b>\u0000</b>",
    "<base href=//evil.example>",
    "<style>*{display:none}</style>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "</title><script>alert(1)</script>",
)


def test_nothing_that_a_page_wrote_runs(tmp_path: Path) -> None:
    make_workspace(tmp_path / "ws")
    keeping = Keeping(tmp_path / "ws")
    for number, payload in enumerate(PAYLOADS):
        show(keeping, f"x{number}", "2024-05-02", (picture(f"#0000{number:02x}"), payload, payload), alt=payload,
             title=payload, language=payload)  # fmt: skip
    keeping.db.conn.execute("UPDATE article_images SET url = 'javascript:alert(1)//' || url")
    shown = [row[0] for row in keeping.rows("SELECT sha256 FROM images")]
    keeping.close()
    addresses = [ROOM.pictures(), *map(ROOM.picture, shown)]
    addresses += [ROOM.pictures(q=payload, credit=payload) for payload in PAYLOADS]
    for address, got in zip(addresses, ask_all(tmp_path / "ws", addresses), strict=True):
        assert got.status_code == 200, address
        _is_harmless(got.text)
        assert "script-src 'self'" in got.headers["content-security-policy"]


def _is_harmless(html: str) -> None:
    """Read the page as a browser does: no element and no attribute that a template has not written."""
    from lxml import html as reading

    tree = reading.document_fromstring(html)
    assert {str(each.get("src")).partition("?")[0] for each in tree.iter("script")} == {"/-/newsarchive/room.js"}
    assert not [*tree.iter("base", "style", "iframe", "object", "embed", "svg", "b")]
    for each in tree.iter():
        named = [name for name in each.attrib if name.lower().startswith("on") or name == "autofocus"]
        assert named == [], reading.tostring(each)
        for name in ("href", "src", "action"):
            assert not (each.get(name) or "").strip().lower().startswith(("javascript:", "//", "data:")), each.attrib


def test_denied_tables_deny_the_wall(root: Path) -> None:
    for table in ("articles", "article_images", "images", "captures", "pictures"):
        denied = {"databases": {"archive": {"tables": {table: {"allow": False}}}}}
        got = ask_all(root, [ROOM.pictures(), ROOM.picture(SHIP_ID), ROOM.taken("zip")], denied)
        assert [each.status_code for each in got] == [403] * 3, table


@pytest.mark.parametrize("looked", ["read_wall", "read_selection"])
def test_what_is_withdrawn_is_not_shown(copy: Path, looked: str) -> None:
    with closing(open_archive(copy / "archive.db")) as db:
        with atomic(db):
            db.conn.execute(
                "UPDATE captures SET withdrawn = 't' FROM images WHERE captures.id = capture_id AND sha256 = ?",
                (QUAY_ID,),
            )
        reading: dict[str, Callable[[], tuple[Picture, ...]]] = {
            "read_wall": lambda: read_wall(db, Wanted()).pictures,
            "read_selection": lambda: read_selection(db, Wanted(), None)[0],
        }
        assert QUAY_ID not in [each.sha256 for each in reading[looked]()]
    page, small, whole = ask_all(copy, [ROOM.picture(QUAY_ID), ROOM.thumb(QUAY_ID), ROOM.image(QUAY_ID)])
    assert (page.status_code, small.status_code, whole.status_code) == (404, 410, 410)


def test_json_is_json(root: Path) -> None:
    got = ask(root, ROOM.taken("json", site="zhbao"))
    assert json.loads(got.content)["pictures"][0]["credit"] == "摄影：王小明"
