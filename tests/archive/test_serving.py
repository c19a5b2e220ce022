"""The archive in Datasette: through `newsarchive serve`, with the plugin alone, and without any plugin."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner
from sqlite_utils import Database

from archive import serving
from archive.datasette_plugin.descriptions import METADATA
from archive.errors import ArchiveError
from archive.model import Entry
from crawler.cli import newsarchive
from crawler.workspace import make_workspace
from tests.archive.asking import ask
from tests.archive.keeping import URL, Keeping, article, day_of

ROOT = Path(__file__).parents[2]
CHINESE = "https://herald.example/cn"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("serving")
    make_workspace(root)
    keeping = Keeping(root)
    keeping.listing(Entry(URL))
    keeping.store(article("The harbour is quiet."))
    keeping.store(article("The harbour is closed."))
    keeping.store(
        article("宁波市镇海区质量技术监督局。", url=CHINESE, title="公告", language="zh", updated=day_of("2024-05-01"))
    )
    keeping.close()
    return root


@contextmanager
def served(workspace: Path, *arguments: str) -> Iterator[tuple[str, list[str]]]:
    """Run `newsarchive serve` on a free port; give its address, and the lines that it said before."""
    with subprocess.Popen(
        [sys.executable, "-m", "crawler.cli", "-w", str(workspace), "serve", "--port", "0", *arguments],
        cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stderr is not None
        said = []
        try:
            for line in process.stderr:
                said.append(line)
                address = re.search(r"running on (http://\S+)", line)
                if address:
                    yield address[1], said
                    break
            else:
                pytest.fail("".join(said))
        finally:
            process.send_signal(signal.SIGINT)
            process.stderr.read()


@pytest.fixture(scope="module")
def address(workspace: Path) -> Iterator[str]:
    with served(workspace) as (running, said):
        assert not any("everyone" in line for line in said)
        yield running


def get(address: str, path: str, **query: str) -> Any:
    response = httpx.get(f"{address}{path}", params=query, timeout=30, trust_env=False)
    assert response.status_code == 200, response.text
    return response.json()


@pytest.mark.parametrize(
    ("query", "urls"),
    [
        ("harbour", [URL]),
        ('"harbour is closed"', [URL]),
        ("quiet", []),
        ("质量", [CHINESE]),
        ("监督局", [CHINESE]),
        ("", []),
        ('"', []),
        ("NEAR(", []),
        ("\ue000s6865", []),
    ],
)
def test_the_search_query_of_a_served_archive(address: str, query: str, urls: list[str]) -> None:
    rows = get(address, "/archive/search.json", q=query, _shape="array")
    assert [row["url"] for row in rows] == urls


def test_the_search_query_marks_what_it_found(address: str) -> None:
    (row,) = get(address, "/archive/search.json", q="closed", _shape="array")
    assert row["found"] == "The harbour is «closed»."
    (row,) = get(address, "/archive/search.json", q="质量", _shape="array")
    assert "«" in row["found"]


@pytest.mark.parametrize(("query", "urls"), [("harbour", [URL]), ("质量", [CHINESE]), ("absent", [])])
def test_the_search_box_of_the_table(address: str, query: str, urls: list[str]) -> None:
    rows = get(address, "/archive/articles.json", _search=query, _shape="array")
    assert [row["url"] for row in rows] == urls


def test_the_other_queries(address: str) -> None:
    assert [row["url"] for row in get(address, "/archive/newest.json", _shape="array")] == [URL, CHINESE]
    (change,) = get(address, "/archive/changed.json", _shape="array")
    assert (change["kind"], change["from_version"], change["to_version"], change["url"]) == ("changed", 1, 2, URL)


def test_tables_are_described(address: str) -> None:
    page = httpx.get(f"{address}/archive/articles", timeout=30, trust_env=False).text
    assert METADATA["tables"]["articles"]["description"].replace("'", "&#39;") in page
    assert "The public id: the same in every archive of the same article." in page
    assert (
        METADATA["tables"]["captures"]["description"]
        in httpx.get(f"{address}/archive/captures", timeout=30, trust_env=False).text
    )


def test_serving_elsewhere_warns_and_opens_the_browser_if_asked(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`--open` is Datasette's; a browser of our own writes down what it is asked for."""
    browser, opened = workspace / "browser", workspace / "opened"
    browser.write_text(f'#!/bin/sh\necho "$1" > {opened}\n')
    browser.chmod(0o755)
    monkeypatch.setenv("BROWSER", str(browser))
    with served(workspace, "--host", "127.0.0.2", "--open") as (address, said):
        everything, less = said[:2]
        assert everything == (
            "Serving on 127.0.0.2: everyone who can reach this machine can read every table of "
            f"{workspace}/archive.db, notes and errors of runs too, with SQL of their own, and what lies in "
            f"{workspace}/media and {workspace}/captures.\n"
        )
        assert less == (
            "To show less, serve a copy: newsarchive publish DIR. To let some in only, or nobody ask in SQL: "
            '--metadata FILE with "allow", --setting default_allow_sql off.\n'
        )
        assert address.startswith("http://127.0.0.2:")
        get(address, "/-/versions.json")
    assert opened.read_text().startswith("http://127.0.0.2:")


def test_who_may_see_what_is_said_to_the_server(workspace: Path, tmp_path: Path) -> None:
    rules = tmp_path / "who.json"
    rules.write_text('{"databases": {"archive": {"tables": {"notes": {"allow": false}}}}}')
    options = ("--host", "127.0.0.2", "--metadata", str(rules), "--setting", "default_allow_sql", "off")
    with served(workspace, *options) as (address, said):
        assert said[1] == f"Who may do what is in {rules}.\n"
        statuses = [
            httpx.get(f"{address}{path}", timeout=30, trust_env=False).status_code
            for path in ("/archive/articles", "/archive/notes", "/archive?sql=select+1", "/archive/-/changes")
        ]
        assert statuses == [200, 403, 403, 200]


def test_no_archive_to_serve(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError) as caught:
        serving.serve_archive(tmp_path / "archive.db", serving.Access(port=0))
    assert str(caught.value) == (
        f"there is no archive at {tmp_path}/archive.db; crawl something first: newsarchive crawl SITE"
    )


def test_help_names_the_loopback_default() -> None:
    said = CliRunner().invoke(newsarchive, ["serve", "--help"]).stdout
    assert "[default: 127.0.0.1]" in said
    assert "[default: 8001; 0<=x<=65535]" in said


def test_datasette_alone_searches_the_archive(workspace: Path) -> None:
    path = "/archive/articles.json?_search=closed+harbour&_shape=array"
    done = subprocess.run(
        [sys.executable, "-m", "datasette", str(workspace / "archive.db"), "--get", path],
        env=os.environ | {"DATASETTE_LOAD_PLUGINS": ""}, cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert [row["url"] for row in json.loads(done.stdout)] == [URL]


@pytest.fixture
def recipes(tmp_path: Path) -> Path:
    """Another database of the same Datasette, with a search of its own."""
    db = Database(tmp_path / "recipes.db")
    db.table("dishes").insert_all([{"id": 1, "name": "harbour pie"}, {"id": 2, "name": "cake"}], pk="id")
    db.table("dishes").enable_fts(["name"])
    db.close()
    return tmp_path / "recipes.db"


@pytest.mark.usefixtures("plugged")
def test_the_plugin_within_one_process(workspace: Path) -> None:
    for query, urls in (("harbour", [URL]), ("质量", [CHINESE]), ("", []), ("!!", [])):
        response = ask([workspace / "archive.db"], f"/archive/search.json?q={query}&_shape=array")
        assert [row["url"] for row in response.json()] == urls
    response = ask([workspace / "archive.db"], "/archive/articles.json?_search=质量&_shape=array")
    assert [row["url"] for row in response.json()] == [CHINESE]
    assert METADATA["tables"]["runs"]["description"] in ask([workspace / "archive.db"], "/archive/runs").text


@pytest.mark.usefixtures("plugged")
def test_databases_beside_the_archive_are_left_alone(workspace: Path, recipes: Path) -> None:
    files = [workspace / "archive.db", recipes]
    assert ask(files, "/recipes.json").json()["queries"] == []
    assert ask(files, "/recipes/search.json").status_code == 404
    rows = ask(files, "/recipes/dishes.json?_search=cake&_shape=array")
    assert rows.status_code == 200, rows.text
    assert [row["name"] for row in rows.json()] == ["cake"]


@pytest.mark.usefixtures("plugged")
def test_an_archive_under_another_name_is_described_too(workspace: Path, tmp_path: Path) -> None:
    copy = tmp_path / "herald-2024.db"
    db = Database(workspace / "archive.db")
    db.conn.execute("VACUUM INTO ?", (str(copy),))
    db.close()
    response = ask([copy], "/herald-2024/search.json?q=harbour&_shape=array")
    assert [row["url"] for row in response.json()] == [URL]
    assert METADATA["tables"]["runs"]["description"] in ask([copy], "/herald-2024/runs").text


def test_every_table_and_every_column_is_described(keeping: Keeping) -> None:
    tables = {
        name
        for (name,) in keeping.rows("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'")
        if not name.startswith("sqlite_")
    }
    described = METADATA["tables"]
    assert set(described) == tables, "archive/datasette_plugin/tables.toml says what each table is"
    for table, said in described.items():
        columns = {name for (name,) in keeping.rows("SELECT name FROM pragma_table_info(?)", table)}
        assert set(said["columns"]) == columns, f"archive/datasette_plugin/tables.toml says what is in {table}"
        assert all(text.endswith(".") for text in (said["description"], *said["columns"].values())), table
        named = {*said.get("sortable_columns", []), *said.get("units", {})}
        named |= {said[key] for key in ("label_column", "sort_desc") if key in said}
        assert named <= columns


def test_big_tables_are_sorted_by_an_index_alone(keeping: Keeping) -> None:
    for table, said in METADATA["tables"].items():
        for column in {*said.get("sortable_columns", []), *filter(None, [said.get("sort_desc")])}:
            for order in ("ASC", "DESC"):
                asked = f"SELECT * FROM {table} ORDER BY {column} {order} LIMIT 51"  # noqa: S608
                plan = keeping.rows(f"EXPLAIN QUERY PLAN {asked}")
                assert not any("B-TREE" in step[3] for step in plan), (table, column)


def test_what_grows_with_the_articles_may_be_sorted_by_some_columns_only() -> None:
    """Any other sort of a million rows ends at the time limit; so would facets that nobody asked for."""
    growing = (
        "articles versions captures version_captures events images article_images pictures sightings urls "
        "article_sections story_bands seals search_words imported fixity"
    )
    assert [name for name in growing.split() if not METADATA["tables"][name].get("sortable_columns")] == []
    assert [name for name, said in METADATA["tables"].items() if said.get("facets")] == []


def test_working_tables_are_hidden(address: str) -> None:
    tables = {table["name"]: table["hidden"] for table in get(address, "/archive.json")["tables"]}
    hidden = {name for name, said in METADATA["tables"].items() if said.get("hidden")}
    assert {name for name in METADATA["tables"] if tables[name]} == hidden
    assert {"story_bands", "search_words", "fixity", "_sqlite_migrations"} <= hidden
    assert not {"articles", "versions", "events", "runs", "urls", "notes"} & hidden


def test_sizes_have_their_unit(address: str) -> None:
    page = httpx.get(f"{address}/archive/captures", timeout=30, trust_env=False).text
    assert re.search(r"col-length[^>]*>[0-9.]+&nbsp;k?B<", page)
