"""Other plugins of Datasette beside ours, and another SQLite: in an environment of their own, a real server."""

import json
import re
import sqlite3
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import httpx
import pytest

from tests.archive.keeping import URL
from tests.archive.library import CHINESE
from tests.archive.routes import every_address, make_library, samples_of, started
from tests.e2e.locked import beside_ours

_ATOM = "{http://www.w3.org/2005/Atom}"
_FEED = (
    "select key as atom_id, first_seen as atom_updated, title as atom_title, url as atom_link, body as atom_content "
    "from articles where id in (select value ->> 'id' from json_each(newsarchive_search('harbour', 'newest', 20)))"
)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_library(tmp_path_factory.mktemp("library") / "ws")


@pytest.fixture(scope="module")
def client(database: Path) -> Iterator[httpx.Client]:
    metadata = database.parent / "metadata.json"
    queries = {"harbours": {"title": "All about harbours", "sql": _FEED}}
    metadata.write_text(json.dumps({"databases": {"archive": {"queries": queries}}}))
    with started(beside_ours("beside"), str(database), "--metadata", str(metadata), cwd=database.parent) as opened:
        yield opened


def test_they_are_all_there(client: httpx.Client, database: Path) -> None:
    names = {plugin["name"] for plugin in client.get("/-/plugins.json").json()}
    assert {"newsarchive", "datasette-search-all", "datasette-atom"} <= names
    statuses = {address: client.get(address).status_code for address in every_address(samples_of(database))}
    assert {address: status for address, status in statuses.items() if status not in (200, 302)} == {}


def test_an_sqlite_of_pythons_own_world_will_do(client: httpx.Client) -> None:
    """As `datasette publish` needs it, whose image has an old one."""
    used = client.get("/-/versions.json").json()["sqlite"]["version"]
    if used == sqlite3.sqlite_version:
        pytest.skip("there is no pysqlite3-binary for this machine")
    assert client.get("/archive/search.json?q=harbour&_shape=array").json()[0]["url"] == URL


@pytest.mark.parametrize(("words", "url"), [("closed -quiet", URL), ('"质量"', CHINESE), ("质量", CHINESE)])
def test_search_all_finds_in_any_script(client: httpx.Client, words: str, url: str) -> None:
    page = client.get("/-/search", params={"q": words}).text
    listed = re.search(r"searchable_?[tT]ables\s*=\s*(\[.*?\]);", unescape(page), re.DOTALL)
    assert listed is not None, page
    tables = {table["table"]: table["url_json"] for table in json.loads(listed[1])}
    rows = client.get(tables["articles"], params={"_search": words, "_shape": "array"}).json()
    assert [row["url"] for row in rows] == [url]


@pytest.mark.parametrize("path", ["/archive/harbours.atom", "/archive.atom"])
def test_atom_gives_a_feed_of_a_query(client: httpx.Client, path: str) -> None:
    feed = ET.fromstring(client.get(path, params={} if "harbours" in path else {"sql": _FEED}).text)  # noqa: S314
    assert [entry.findtext(f"{_ATOM}title") for entry in feed.findall(f"{_ATOM}entry")] == ["Harbour report"]
    assert feed.find(f"{_ATOM}entry/{_ATOM}link").get("href") == URL  # type: ignore[union-attr]


def test_ours_stands_beside_theirs(client: httpx.Client) -> None:
    page = client.get("/archive/articles").text
    assert '<a href="/-/search">Search all tables</a>' in page
    assert '<a href="/archive/-/front">Reading room</a>' in page
    assert client.get("/archive/-/feed.atom?q=harbour").status_code == 200
