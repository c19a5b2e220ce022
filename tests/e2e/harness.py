"""What every end-to-end test needs: a workspace, the command, a served site, and what an archive must always hold."""

import contextlib
import hashlib
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import pytest
from warcio.archiveiterator import ArchiveIterator

from archive.warc import Place, read_exchange
from crawler.workspace import make_workspace
from tests.e2e.forking import run_forked
from tests.e2e.sums import check_sums

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"
SITES = SHARED / "corpus" / "sites"
SOAK = os.environ.get("NEWSARCHIVE_SOAK") == "1"


def skip_but_in_ci(reason: str) -> NoReturn:
    """Skip a test that needs what is not here; where .ci/run says that all of it is, that is a failure."""
    if os.environ.get("NEWSARCHIVE_CI") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def complaints(self) -> list[str]:
        """The lines on stderr."""
        return [line for line in self.err.splitlines() if line.strip()]

    def __str__(self) -> str:
        return f"exit {self.code}\n--- stdout\n{self.out}\n--- stderr\n{self.err}"


def environment(**more: str) -> dict[str, str]:
    """Return the environment of a command: this checkout importable, no workspace named, nothing coloured."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("NEWSARCHIVE_")}
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH", ""))))
    return kept | {"PYTHONPATH": path, "COLUMNS": "140", "NO_COLOR": "1"} | more


def run_python(*arguments: str, cwd: Path | None = None, timeout: float = 240, **env: str) -> Outcome:
    """Run the interpreter with these arguments; neither stream may show a traceback."""
    done = subprocess.run(
        [sys.executable, *arguments],
        check=False, capture_output=True, text=True, timeout=timeout, cwd=cwd, env=environment(**env),
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    outcome = Outcome(done.returncode, done.stdout, done.stderr)
    assert "Traceback" not in outcome.out + outcome.err, outcome
    return outcome


def newsarchive(*arguments: str, cwd: Path | None = None, timeout: float = 240, **env: str) -> Outcome:
    """Run the command, in a fork; neither stream may show a traceback."""
    outcome = Outcome(*run_forked(arguments, environment(**env), cwd, timeout))
    assert "Traceback" not in outcome.out + outcome.err, outcome
    return outcome


@dataclass(frozen=True, slots=True)
class Workspace:
    """A workspace of a test; nothing but the loopback address is ever contacted from it."""

    root: Path

    @classmethod
    def make(cls, root: Path, *, hosts: tuple[str, ...] = ("127.0.0.1",), **crawl: float) -> "Workspace":
        """Make a workspace that may contact these hosts; `crawl` overrides keys of [crawl]."""
        make_workspace(root, contact="tests@example.org")
        config = root / "newsarchive.toml"
        text = config.read_text().replace("only_hosts = []", f"only_hosts = {json.dumps(hosts)}")
        for name, value in crawl.items():
            text, number = re.subn(rf"(?m)^{name} = .*$", f"{name} = {value}", text)
            assert number == 1, name
        config.write_text(text)
        return cls(root)

    @property
    def database(self) -> Path:
        return self.root / "archive.db"

    def define(self, site_id: str, text: str) -> None:
        """Write a site definition."""
        (self.root / "sites" / f"{site_id}.toml").write_text(text, encoding="utf-8")

    def run(self, *arguments: str, timeout: float = 240) -> Outcome:
        """Run a command in the workspace."""
        return newsarchive("-w", str(self.root), *arguments, timeout=timeout)

    def crawl(self, site_id: str, *arguments: str, code: int = 0) -> dict[str, Any]:
        """Crawl one site, which must end with `code`; return the closing sums."""
        outcome = self.run("crawl", site_id, *arguments, "--json")
        assert outcome.code == code, outcome
        (sums,) = outcome.json
        return dict(sums)

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        """Start a command in a process group of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "crawler.cli", "-w", str(self.root), *arguments],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(),
            start_new_session=True,
        )  # fmt: skip

    def rows(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        """Ask the archive in plain SQLite."""
        with reading(self.database) as db:
            return db.execute(sql, parameters).fetchall()

    def value(self, sql: str, *parameters: object) -> Any:
        """Ask the archive for one value."""
        ((value,),) = self.rows(sql, *parameters)
        return value

    def change(self, sql: str) -> None:
        """Change the archive behind its back, in plain SQLite: a clock that went on, a row that is older."""
        with contextlib.closing(sqlite3.connect(self.database, timeout=30)) as db, db:
            db.execute(sql)

    def last_run(self) -> dict[str, Any]:
        """Return the row of the last run."""
        names = [name for _, name, *_ in self.rows("PRAGMA table_info(runs)")]
        return dict(zip(names, self.rows("SELECT * FROM runs ORDER BY id DESC LIMIT 1")[0], strict=True))

    def dump(self) -> str:
        """Return the whole content of the archive's tables as text, for a failing test."""
        with reading(self.database) as db:
            return "\n".join(db.iterdump())


def end_group(process: "subprocess.Popen[str]", number: signal.Signals = signal.SIGKILL) -> None:
    """Send a signal to a process and to all that it started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)


@contextlib.contextmanager
def reading(database: Path) -> Iterator[sqlite3.Connection]:
    """Open a database for reading, in plain SQLite and without anything of the product's."""
    with contextlib.closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True, timeout=30)) as db:
        yield db


def free_port() -> int:
    """Return a port that is free now."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def wait_until(condition: Any, seconds: float = 30, what: str = "the condition") -> None:
    """Wait until a condition holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not come true within {seconds} s"
        time.sleep(0.01)


# What an archive holds


def snapshot(root: Path) -> dict[str, Any]:
    """Return all that an archive holds in a canonical form, ids and times aside."""
    with reading(root / "archive.db") as db:
        return {
            "articles": {row[0]: row[1:] for row in db.execute(_ARTICLES)},
            "sections of articles": sorted(db.execute(_PLACES)),
            "versions": sorted(db.execute(_VERSIONS)),
            "images of articles": sorted(db.execute(_ARTICLE_IMAGES), key=repr),
            "images": sorted(db.execute("SELECT sha256, mime, width, height, bytes, path FROM images")),
            "sections": sorted(db.execute("SELECT site_id, key, name, url, walk_completed IS NOT NULL FROM sections")),
            "sightings": sorted(db.execute(_SIGHTINGS), key=repr),
            "urls": sorted(db.execute("SELECT url, kind, site_id, state, cause FROM urls"), key=repr),
            "events": sorted(db.execute(_EVENTS), key=repr),
        }  # fmt: skip


_ARTICLES = """
SELECT url, key, site_id, canonical_url, title, updated, updated_raw, updated_precision, published, published_raw,
published_precision, day, source, byline, breadcrumb, language, body, captions, body_html, search_extra, word_count,
state, version, rules FROM articles ORDER BY url"""
_PLACES = """
SELECT articles.url, sections.key FROM article_sections JOIN articles ON articles.id = article_id
JOIN sections ON sections.id = section_id"""
_VERSIONS = """
SELECT articles.url, number, digest, same_as IS NULL,
(SELECT count(DISTINCT position) FROM version_captures WHERE version_id = versions.id)
FROM versions JOIN articles ON articles.id = article_id"""
_ARTICLE_IMAGES = """
SELECT articles.url, number, position, sha256, article_images.url, caption, credit, alt, error
FROM article_images JOIN versions ON versions.id = version_id JOIN articles ON articles.id = versions.article_id
LEFT JOIN images ON images.id = image_id"""
_SIGHTINGS = """
SELECT urls.url, sections.key, sightings.title, date_raw, summary, thumbnail FROM sightings
JOIN urls ON urls.id = url_id JOIN sections ON sections.id = section_id"""
_EVENTS = """
SELECT articles.url, kind, from_version, to_version, withdrawn FROM events JOIN articles ON articles.id = article_id"""


def differences(left: dict[str, Any], right: dict[str, Any]) -> dict[str, Any]:
    """Return where two snapshots differ, short enough to be read."""
    found: dict[str, Any] = {}
    for name, one in left.items():
        first = set(map(repr, one.items() if isinstance(one, dict) else one))
        other = right[name]
        second = set(map(repr, other.items() if isinstance(other, dict) else other))
        if first != second or len(one) != len(other):
            found[name] = {
                "sizes": (len(one), len(other)),
                "only left": [text[:300] for text in sorted(first - second)[:5]],
                "only right": [text[:300] for text in sorted(second - first)[:5]],
            }
    return found


def check_archive(root: Path) -> None:
    """Assert all that must hold of an archive at rest."""
    check_sums(root)
    with reading(root / "archive.db") as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
        _check_warc_files(db, root / "captures")
        _check_captures(db, root)
        _check_versions(db)
        _check_images(db, root / "media")
    _check_index(root / "archive.db")


def _check_index(database: Path) -> None:
    """The FTS index must say what the articles say (rank 1 compares it with the content table)."""
    with contextlib.closing(sqlite3.connect(database, timeout=30, isolation_level=None)) as db:
        db.execute("BEGIN")
        db.execute("INSERT INTO articles_fts(articles_fts, rank) VALUES ('integrity-check', 1)")
        db.execute("ROLLBACK")


def _check_warc_files(db: sqlite3.Connection, folder: Path) -> None:
    """Every WARC file of a run that is over is whole gzip members and is read to its end.

    A run whose archive refused a batch may leave records that no row names, the others may not.
    """
    states = dict(db.execute("SELECT id, state FROM runs"))
    known: Counter[str] = Counter(
        dict(
            db.execute(
                "SELECT file, count(*) FROM (SELECT file FROM captures WHERE file IS NOT NULL "
                "UNION ALL SELECT file FROM records) GROUP BY file"
            )
        )
    )
    for path in sorted(folder.iterdir()):
        state = states[int(re.search(r"-(\d{6})(?:-\d+)?\.warc\.gz$", path.name)[1])]  # type: ignore[index]
        if state == "running":
            continue
        _check_members(path)
        with path.open("rb") as file:
            records = list(_records(file))
        assert records[0] == "warcinfo", path
        assert records.count("warcinfo") == 1, path
        assert len(records) - 1 >= known[path.name], path
        assert state == "failed" or len(records) - 1 == known[path.name], path
    missing = {name for name in known if not (folder / name).is_file()}
    assert not missing


def _records(file: Any) -> Iterator[str]:
    for record in ArchiveIterator(file, check_digests="raise"):
        record.content_stream().read()
        yield record.rec_type


def _check_members(path: Path) -> None:
    data = path.read_bytes()
    while data:
        member = zlib.decompressobj(wbits=31)
        member.decompress(data)
        assert member.eof, f"{path} ends in a torn gzip member"
        data = member.unused_data


def _check_captures(db: sqlite3.Connection, root: Path) -> None:
    """Every capture is found where its row says: a WARC record at its offset, or a good image's bytes in media."""
    for url, digest, status, file, offset, length in db.execute(
        "SELECT url, digest, status, file, offset, length FROM captures WHERE revisit_of IS NULL AND withdrawn IS NULL "
        "ORDER BY file, offset"
    ):
        if file is None:
            sha256 = digest.removeprefix("sha256:")
            assert list((root / "media" / sha256[:2]).glob(f"{sha256}.*")), f"the image {url} is kept nowhere"
            continue
        found = read_exchange(root / "captures", Place(file, offset, length))
        assert (found.url, found.digest, found.status) == (url, digest, status)
    assert db.execute(
        "SELECT captures.url FROM captures JOIN captures kept ON kept.id = captures.revisit_of "
        "WHERE captures.file IS NULL OR kept.revisit_of IS NOT NULL OR kept.url <> captures.url "
        "OR kept.digest <> captures.digest"
    ).fetchall() == [], "revisits of what is no original"  # fmt: skip


def _check_versions(db: sqlite3.Connection) -> None:
    assert db.execute(
        "SELECT articles.url, number FROM versions JOIN articles ON articles.id = article_id "
        "WHERE versions.id NOT IN (SELECT version_id FROM version_captures)"
    ).fetchall() == [], "versions that no capture shows"  # fmt: skip
    assert db.execute(
        "SELECT url FROM articles WHERE state <> 'withdrawn' AND NOT EXISTS "
        "(SELECT 1 FROM versions WHERE article_id = articles.id AND number = articles.version)"
    ).fetchall() == [], "articles without their current version"  # fmt: skip
    assert db.execute(
        "SELECT articles.url FROM version_captures JOIN captures seen ON seen.id = capture_id "
        "JOIN captures ON captures.id = ifnull(seen.revisit_of, seen.id) "
        "JOIN versions ON versions.id = version_id "
        "JOIN articles ON articles.id = article_id WHERE captures.file IS NULL OR captures.status <> 200"
    ).fetchall() == [], "versions shown by captures that hold no page"  # fmt: skip
    assert db.execute(
        "SELECT url FROM urls WHERE kind = 'article' AND state <> 'gone' "
        "AND (state = 'stored') <> (article_id IS NOT NULL) AND cause IS NOT 'withdrawn'"
    ).fetchall() == [], "ledger marks that do not fit"  # fmt: skip


def _check_images(db: sqlite3.Connection, folder: Path) -> None:
    for sha256, size, relative in db.execute("SELECT sha256, bytes, path FROM images"):
        data = (folder / relative).read_bytes()
        assert (hashlib.sha256(data).hexdigest(), len(data)) == (sha256, size), relative
    assert db.execute(
        "SELECT url FROM article_images WHERE (image_id IS NULL) <> (error IS NOT NULL)"
    ).fetchall() == [], "an image is either kept or says why not"  # fmt: skip
