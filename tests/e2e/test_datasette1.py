"""The reading room in the current alpha of Datasette 1.0, in an environment of its own: all that works there, works."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from archive.datasette_plugin.descriptions import METADATA, QUERIES
from tests.archive.library import run
from tests.archive.routes import ROOT, every_address, make_library, samples_of, started
from tests.e2e.locked import beside_ours

_ASK = """
import json, pathlib, sys
import click
from tests.archive.routes import ask_all, denials, every_address, samples_of
database = pathlib.Path(sys.argv[1])
addresses = every_address(samples_of(database))
said = {}
for way, metadata in denials(database):
    found = ask_all([database], [*addresses, "/archive/search.json?q=harbour"], metadata)
    said[way] = {address: got.status_code for address, got in found.items()}
queries = ["/archive/search.json?q=harbour", "/archive/-/changes", "/archive/-/feed.atom?q=harbour"]
for way, settings in (("sql", {"default_allow_sql": False}), ("prefix", {"base_url": "/news/"})):
    found = ask_all([database], queries, settings=settings)
    said[way] = {address: got.status_code for address, got in found.items()}
published = [address for address in addresses if "/watch/" not in address]
found = ask_all([], published, immutables=[sys.argv[2]])
said["published"] = {address: got.status_code for address, got in found.items()}
absent = every_address(samples_of(database) | {"database": "absent"})
said["absent"] = {address: got.status_code for address, got in ask_all([database], absent).items()}
try:
    ask_all([], ["/"], immutables=[str(database)])
except click.UsageError as error:
    said["live"] = error.message
print(json.dumps(said))
"""


@pytest.fixture(scope="module")
def python() -> Path:
    return beside_ours("datasette1")


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_library(tmp_path_factory.mktemp("library") / "ws")


def test_every_page_and_what_leads_there(python: Path, database: Path, tmp_path: Path) -> None:
    samples = samples_of(database)
    titled = tmp_path / "metadata.json"
    titled.write_text('{"databases": {"archive": {"tables": {"runs": {"description": "Our own words."}}}}}')
    with started(python, str(database), "--metadata", str(titled), cwd=tmp_path) as client:
        assert client.get("/-/versions.json").json()["datasette"]["version"].startswith("1.")
        found = {address: client.get(address).status_code for address in every_address(samples)}
        assert {address: status for address, status in found.items() if status not in (200, 302)} == {}

        (hit,) = client.get("/archive/search.json?q=harbour&_shape=array").json()
        assert hit["key"] == samples["key"]
        (row,) = client.get("/archive/articles.json?_search=质量&_shape=array").json()
        assert row["language"] == "zh"
        stored = client.get("/archive/-/queries.json").json()
        assert {query["name"] for query in stored["queries"]} == set(QUERIES)
        hidden = {table["name"] for table in client.get("/archive.json").json()["tables"] if table["hidden"]}
        assert {name for name, said in METADATA["tables"].items() if said.get("hidden")} <= hidden

        page = client.get("/archive/articles").text
        assert METADATA["tables"]["articles"]["description"].replace("'", "&#39;") in page
        assert METADATA["tables"]["articles"]["columns"]["day"] in page
        assert f'<a href="/archive/-/article/{samples["key"]}">' in page
        assert "Search in the reading room" in page
        assert "_sort=title" not in page
        assert client.get("/archive/articles.json?_extra=suggested_facets").json()["suggested_facets"] == []
        assert "Our own words." in client.get("/archive/runs").text
        assert "Open the reading room" in client.get("/archive").text
        assert client.get("/nothing").status_code == 404


@pytest.fixture(scope="module")
def asked(python: Path, database: Path) -> dict[str, Any]:
    """What one process answers in many configurations."""
    public = database.parent.parent / "public"
    run(database.parent, "publish", str(public))
    done = subprocess.run(
        [str(python), "-c", _ASK, str(database), str(public / "archive.db")],
        env=os.environ | {"PYTHONPATH": str(ROOT)}, check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    said: dict[str, Any] = json.loads(done.stdout)
    return said


@pytest.mark.parametrize("way", ["instance", "database", "tables"])
def test_what_may_not_be_seen_is_nowhere(asked: dict[str, Any], way: str) -> None:
    query = asked[way].pop("/archive/search.json?q=harbour", None)
    # A stored query has no actor there; whoever may ask in SQL may ask it.
    assert query in (None, 403) or way == "tables"
    assert {address: status for address, status in asked[way].items() if status != 403} == {}


def test_without_sql_the_reading_room_is_whole(asked: dict[str, Any]) -> None:
    assert list(asked["sql"].values()) == [403, 200, 200]
    assert set(asked["prefix"].values()) == {200}
    assert set(asked["absent"].values()) == {404}


def test_it_serves_what_is_published(asked: dict[str, Any]) -> None:
    assert len(asked["published"]) >= 6
    assert set(asked["published"].values()) <= {200, 302}


def test_it_does_not_open_a_live_archive_as_immutable(asked: dict[str, Any], database: Path) -> None:
    said = f"{database} is a live archive, which may change: open it without -i, or make a copy"
    assert asked["live"].startswith(said)
