"""Four real sites, whole: what their sections name is what the archive holds, and every text is found again.

Each site is crawled twice, once a session (both workers of xdist share the archives); the tests only read.
"""

import contextlib
import hashlib
import json
import os
import random
import re
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from filelock import FileLock

from archive.db import open_archive
from archive.search import search
from tests.e2e.harness import ROOT, SITES, SOAK, Workspace, check_archive, end_group, environment, free_port, reading
from tests.e2e.serving import served

NAMES = ("rustblog", "wz2100", "f1blog", "cityposts")
_SERVED = ("cityposts", "wz2100")
_QUERIES = 5000 if SOAK else 1000
_ENOUGH = 0.99

pytestmark = pytest.mark.skipif(not SITES.is_dir(), reason=f"the corpus is not at {SITES}")


@dataclass(frozen=True)
class Crawled:
    """One site of the corpus, crawled twice."""

    name: str
    workspace: Workspace
    first: dict[str, Any]
    second: dict[str, Any]
    seconds: float

    @property
    def sections(self) -> dict[str, Any]:
        return dict(json.loads((SITES / self.name / "sections.json").read_text(encoding="utf-8")))

    @property
    def truth(self) -> dict[str, dict[str, Any]]:
        """What is known of each article, by path."""
        with (SITES / self.name / "truth.jsonl").open(encoding="utf-8") as lines:
            return {unquote(said["path"]): said for said in map(json.loads, lines)}

    def articles(self) -> dict[str, dict[str, Any]]:
        """Return the archive's articles by path."""
        with contextlib.closing(open_archive(self.workspace.database, readonly=True)) as db:
            return {path_of(row["url"]): row for row in db.query("SELECT * FROM articles")}

    def phrases(self) -> dict[int, str]:
        """Return five words in a row of every body that has as many, by article; the same ones every time."""
        with reading(self.workspace.database) as db:
            bodies = db.execute("SELECT id, key, body FROM articles ORDER BY key").fetchall()
        found = {}
        for article_id, key, body in bodies:
            words = body.split()
            if len(words) >= 5:
                start = random.Random(key).randrange(len(words) - 4)  # noqa: S311
                found[article_id] = " ".join(words[start : start + 5]).replace('"', "")
        return {article_id: phrase for article_id, phrase in found.items() if re.search(r"\w", phrase)}

    def sample(self, number: int) -> list[tuple[int, str]]:
        return random.Random(self.name).sample(sorted(self.phrases().items()), number)  # noqa: S311


def path_of(url: str) -> str:
    return unquote(urlsplit(url).path)


def loose(text: str | None) -> str:
    return "".join(letter for letter in (text or "").casefold() if letter.isalnum())


@pytest.fixture(scope="session", params=NAMES)
def crawled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Crawled:
    """Crawl a site twice, or take what another worker has crawled."""
    name: str = request.param
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    workspace, result = Workspace(shared / f"corpus-{name}"), shared / f"corpus-{name}.json"
    with FileLock(shared / f"corpus-{name}.lock"):
        if not result.exists():
            result.write_text(json.dumps(_crawl_twice(name, workspace.root)))
    return Crawled(name, workspace, *json.loads(result.read_text()))


def _crawl_twice(name: str, root: Path) -> tuple[dict[str, Any], dict[str, Any], float]:
    with served(SITES / name / "www") as site:
        workspace = Workspace.make(root)
        text = (ROOT / "tests" / "definitions" / f"{name}.toml").read_text(encoding="utf-8")
        workspace.define(name, text.replace("http://127.0.0.1:PORT/", site.url))
        begun = time.monotonic()
        first = workspace.crawl(name)
        seconds = time.monotonic() - begun
        return first, workspace.crawl(name), seconds


def test_every_section_holds_exactly_its_articles(crawled: Crawled) -> None:
    for key, section in crawled.sections.items():
        rows = crawled.workspace.rows(
            "SELECT articles.url FROM articles JOIN article_sections ON article_id = articles.id "
            "JOIN sections ON sections.id = section_id WHERE sections.key = ?",
            key,
        )
        got, want = [path_of(url) for (url,) in rows], {unquote(path) for path in section["articles"]}
        assert len(got) == len(set(got)), key
        assert (sorted(want - set(got)), sorted(set(got) - want)) == ([], []), key
    assert crawled.workspace.value("SELECT count(*) FROM sections WHERE walk_completed IS NULL") == 0


def test_titles_and_days_are_the_sites(crawled: Crawled) -> None:
    stored, truth = crawled.articles(), crawled.truth
    assert set(truth) <= set(stored)
    titles = [(path, stored[path]["title"], said["title"]) for path, said in truth.items()]
    wrong_titles = [said for said in titles if loose(said[1]) != loose(said[2])]
    days = [(path, stored[path]["day"], said["date"]) for path, said in truth.items()]
    wrong_days = [said for said in days if said[1] != said[2]]
    assert len(wrong_titles) <= (1 - _ENOUGH) * len(truth), wrong_titles
    assert len(wrong_days) <= (1 - _ENOUGH) * len(truth), wrong_days


def test_the_first_crawl_is_whole_and_the_second_stores_nothing(crawled: Crawled) -> None:
    assert (crawled.first["state"], crawled.second["state"]) == ("finished", "finished")
    assert crawled.first["stored"] == len(crawled.articles())
    assert (crawled.second["discovered"], crawled.second["stored"]) == (0, 0)
    assert crawled.workspace.value("SELECT count(*) FROM versions") == len(crawled.articles())
    check_archive(crawled.workspace.root)


def test_images_are_kept_as_served(crawled: Crawled) -> None:
    www = SITES / crawled.name / "www"
    there = {
        path: [
            www / unquote(urlsplit(image).path).lstrip("/") for image in said["images"] if not urlsplit(image).netloc
        ]
        for path, said in crawled.truth.items()
    }
    files = {path: [file for file in named if file.is_file()] for path, named in there.items()}
    kept = {sha256 for (sha256,) in crawled.workspace.rows("SELECT sha256 FROM images")}
    missing = [
        (path, file.name)
        for path, named in files.items()
        for file in named
        if hashlib.sha256(file.read_bytes()).hexdigest() not in kept
    ]
    assert missing == []
    if crawled.name in ("cityposts", "f1blog"):
        assert sum(map(len, files.values())) > 10


def test_images_elsewhere_are_recorded_failures(crawled: Crawled) -> None:
    rows = crawled.workspace.rows("SELECT url, error FROM article_images WHERE image_id IS NULL AND url IS NOT NULL")
    elsewhere = {error for url, error in rows if urlsplit(url).hostname != "127.0.0.1"}
    assert elsewhere <= {"host-not-allowed"}


def test_captions_are_read(crawled: Crawled) -> None:
    wanted = [(path, loose(caption)) for path, said in crawled.truth.items() for caption in said["captions"]]
    if not wanted:
        pytest.skip(f"no captions are labelled for {crawled.name}")
    rows = crawled.workspace.rows(
        "SELECT articles.url, caption, credit FROM article_images JOIN articles ON articles.id = article_id"
    )
    got = {(path_of(url), loose(caption) + loose(credit)) for url, caption, credit in rows}
    missed = [wanted_one for wanted_one in wanted if wanted_one not in got]
    assert len(missed) <= 0.05 * len(wanted), missed


# Search


def test_a_phrase_of_every_body_is_found(crawled: Crawled) -> None:
    phrases = crawled.phrases()
    assert len(phrases) > 0.95 * len(crawled.articles())
    with contextlib.closing(open_archive(crawled.workspace.database, readonly=True)) as db:
        missed = {
            article_id: phrase
            for article_id, phrase in phrases.items()
            if article_id not in {hit.id for hit in search(db, f'"{phrase}"', limit=1000)}
        }
    assert missed == {}


def test_a_phrase_of_every_body_is_found_in_plain_sqlite(crawled: Crawled) -> None:
    missed = {}
    with reading(crawled.workspace.database) as db:
        for article_id, phrase in crawled.phrases().items():
            rows = db.execute("SELECT rowid FROM articles_fts WHERE articles_fts MATCH ?", (f'"{phrase}"',))
            if (article_id,) not in rows.fetchall():
                missed[article_id] = phrase
    assert missed == {}


def test_the_command_finds_phrases(crawled: Crawled) -> None:
    for article_id, phrase in crawled.sample(10):
        outcome = crawled.workspace.run("search", f'"{phrase}"', "--limit", "1000", "--json")
        assert outcome.code == 0, outcome
        assert article_id in {hit["id"] for hit in outcome.json["hits"]}, phrase


@contextlib.contextmanager
def _datasette(*command: str) -> Iterator[str]:
    """Run a Datasette server; yield its base URL."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", *command, "--port", str(port)],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=environment(), start_new_session=True,
    )  # fmt: skip
    try:
        url = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + 60
        while not _answers(url):
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < deadline, "the server did not start"
            time.sleep(0.1)
        yield url
    finally:
        end_group(process)
        _, complaints = process.communicate()
    assert "Traceback" not in complaints, complaints


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/-/versions.json", timeout=10):  # noqa: S310 (our own server)
            return True
    except (urllib.error.URLError, ConnectionError):
        return False


def _json(base: str, path: str, **query: str) -> Any:
    with urllib.request.urlopen(f"{base}{path}?{urllib.parse.urlencode(query)}", timeout=30) as answer:  # noqa: S310
        return json.load(answer)


def test_the_canned_search_finds_phrases_over_http(crawled: Crawled) -> None:
    if not SOAK and crawled.name not in _SERVED:
        pytest.skip(f"a server for each site belongs to the soak; {' and '.join(_SERVED)} say it")
    with _datasette("crawler.cli", "-w", str(crawled.workspace.root), "serve") as url:
        for article_id, phrase in crawled.sample(20):
            rows = _json(url, "/archive/search.json", q=f'"{phrase}"', _shape="array")
            assert article_id in {row["id"] for row in rows}, phrase
        article_id, phrase = crawled.sample(1)[0]
        rows = _json(url, "/archive/articles.json", _search=f'"{phrase}"', _shape="array")
        assert article_id in {row["id"] for row in rows}
        # Any text is a query.
        for text in (
            '"',
            "AND",
            "-",
            "*",
            "a OR",
            "(",
            "NEAR(",
            "title:",
            "x\x00y",
            "\u4e2d",
            "'; drop table articles",
        ):
            assert isinstance(_json(url, "/archive/search.json", q=text, _shape="array"), list), text
            assert isinstance(_json(url, "/archive/articles.json", _search=text, _shape="array"), list), text


def test_plain_datasette_searches_the_table(crawled: Crawled) -> None:
    """`datasette archive.db` without our plugin answers `_search`."""
    if crawled.name != "cityposts":
        pytest.skip("one site says it")
    with _datasette("datasette", str(crawled.workspace.database)) as url:
        for article_id, phrase in crawled.sample(5):
            rows = _json(url, "/archive/articles.json", _search=f'"{phrase}"', _shape="array", _size="max")
            assert article_id in {row["id"] for row in rows}, phrase


def test_no_query_makes_the_search_fail(crawled: Crawled) -> None:
    if crawled.name != "wz2100":
        pytest.skip("one site says it")
    letters = (
        "\"'*-+^:(){}[]<>~!&|\\/.,;%$#@ \t\n\x00\ue000\ufeff\ud800äß中日ー한"
        "ANDORNOTEAR\u0301\u200b\U0001f600 title:body:"
    )
    rng = random.Random(_QUERIES)  # noqa: S311
    with contextlib.closing(open_archive(crawled.workspace.database, readonly=True)) as db:
        for _ in range(_QUERIES):
            text = "".join(rng.choice(letters) for _ in range(rng.randrange(1, 24)))
            try:
                search(db, text, limit=1)
            except sqlite3.Error as error:  # pragma: no cover
                pytest.fail(f"{text!r}: {error}")
