"""Datasette's own pages on an archive: quick at any size, leading into the reading room, and never of a live file."""

import asyncio
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from datasette.app import Datasette
from sqlite_utils import Database

from archive.datasette_plugin import restraining
from tests.archive.routes import ask_all, make_library, samples_of

pytestmark = pytest.mark.usefixtures("plugged")
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive that no test changes."""
    return make_library(tmp_path_factory.mktemp("library") / "ws")


def page(files: list[Path], address: str, **more: Any) -> str:
    got = ask_all(files, [address], **more)[address]
    assert got.status_code == 200, got.text
    return got.text


@pytest.fixture
def recipes(tmp_path: Path) -> Path:
    db = Database(tmp_path / "recipes.db")
    rows = ({"id": number, "course": "soup" if number % 2 else "pie", "key": "a" * 16} for number in range(20))
    db.table("dishes").insert_all(rows, pk="id")
    db.close()
    return tmp_path / "recipes.db"


def test_facets_are_tried_out_only_on_databases_beside_the_archive(database: Path, recipes: Path) -> None:
    found = ask_all([database, recipes], ["/archive/articles.json", "/recipes/dishes.json"])
    suggested = {path: [each["name"] for each in got.json()["suggested_facets"]] for path, got in found.items()}
    assert suggested == {"/archive/articles.json": [], "/recipes/dishes.json": ["course"]}
    asked = ask_all([database], ["/archive/articles.json?_facet=language"])["/archive/articles.json?_facet=language"]
    assert asked.json()["facet_results"]["language"]["results"]


def test_a_prefix_in_the_addresses_changes_nothing(database: Path) -> None:
    got = ask_all([database], ["/archive/articles.json"], settings={"base_url": "/news/"})["/archive/articles.json"]
    assert got.json()["suggested_facets"] == []


def test_big_tables_are_not_counted_to_their_end(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(restraining, "_MOST_COUNTED", 3)
    counts = {
        each["name"]: each["count"] for each in ask_all([database], ["/archive.json"])["/archive.json"].json()["tables"]
    }
    assert counts["articles"] is None
    assert counts["sites"] == 1
    assert counts["hosts"] == 0


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("/archive/articles", '<a href="/archive/-/article/{key}">{key}</a>'),
        ("/archive/newest", '<a href="/archive/-/article/{key}">{key}</a>'),
        ("/archive/search?q=harbour", '<a href="/archive/-/article/{key}">{key}</a>'),
        ("/archive/images", '<a href="/archive/-/picture/{sha256}">{sha256}</a>'),
        ("/archive/sites", '<a href="/archive/-/site/herald">The Herald</a>'),
        ("/archive/sites/herald", '<a href="/archive/-/site/herald">herald</a>'),
        ("/archive/articles", '<a href="/archive/-/search">Search in the reading room</a>'),
        ("/archive/article_images", '<a href="/archive/-/pictures">See the pictures</a>'),
        ("/archive", '<a href="/archive/-/front">Open the reading room</a>'),
        ("/archive/runs", '<a href="/archive/-/front">Reading room</a>'),
    ],
)
def test_links_lead_into_the_reading_room(database: Path, path: str, wanted: str) -> None:
    assert wanted.format(**samples_of(database)) in page([database], path)


def test_an_articles_row_leads_to_its_page(database: Path) -> None:
    with closing(sqlite3.connect(database)) as db:
        article_id, key = db.execute("SELECT id, key FROM articles").fetchone()
    assert f'<a href="/archive/-/article/{key}">{article_id}</a>' in page([database], f"/archive/articles/{article_id}")


def test_nothing_leads_there_from_another_database(database: Path, recipes: Path) -> None:
    for path in ("/recipes", "/recipes/dishes", "/recipes?sql=select+key+from+dishes"):
        assert "/recipes/-/" not in page([database, recipes], path)


def test_what_may_not_be_seen_is_not_offered(database: Path) -> None:
    hidden = {"databases": {"archive": {"allow": False}}}
    assert "Reading room" not in page([database], "/", metadata=hidden)


def test_the_menu_names_the_archive_where_there_are_two(database: Path, tmp_path: Path) -> None:
    copy = tmp_path / "other.db"
    with closing(sqlite3.connect(database)) as db:
        db.execute("VACUUM INTO ?", (str(copy),))
    said = page([database, copy], "/")
    assert '<a href="/archive/-/front">Reading room of archive</a>' in said
    assert '<a href="/other/-/front">Reading room of other</a>' in said


def test_a_cell_is_no_markup(database: Path, tmp_path: Path) -> None:
    copy = tmp_path / "archive.db"
    with closing(sqlite3.connect(database)) as db:
        db.execute("VACUUM INTO ?", (str(copy),))
    with closing(sqlite3.connect(copy)) as db, db:
        db.execute("""UPDATE sites SET name = '"><script>alert(1)</script>'""")
    said = page([copy], "/archive/sites")
    assert "<script>alert" not in said
    assert "&lt;script&gt;alert" in said


def test_a_live_archive_is_not_opened_as_an_immutable_one(database: Path, recipes: Path) -> None:
    """SQLite would not look at the log, and say of an archive with much in it that it has no tables."""
    done = subprocess.run(
        [sys.executable, "-m", "datasette", "-i", str(database), "-i", str(recipes), "--get", "/"],
        env={"PYTHONPATH": str(ROOT), "DATASETTE_LOAD_PLUGINS": "newsarchive", "PATH": "", "COLUMNS": "400"},
        capture_output=True, text=True, check=False, cwd=ROOT,
    )  # fmt: skip
    assert done.returncode == 2, done.stdout + done.stderr
    assert done.stderr.splitlines()[-1] == (
        f"Error: {database} is a live archive, which may change: open it without -i, or make a copy that may be opened "
        "with it: newsarchive publish DIR"
    )
    assert "Traceback" not in done.stderr


def test_other_immutable_files_are_nobodys_business(recipes: Path) -> None:
    async def started() -> None:
        datasette = Datasette([], immutables=[str(recipes)])
        await datasette.invoke_startup()
        for each in datasette.databases.values():
            each.close()

    asyncio.run(started())
