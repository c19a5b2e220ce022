"""None of our own readers keeps a read transaction open while it works: a crawl's write-ahead log would grow."""

import contextlib
import sqlite3
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from archive.db import open_archive
from archive.model import Entry
from archive.search import Filters
from archive.watching.saved import save_watch
from crawler.cli import newsarchive
from crawler.workspace import make_workspace
from tests.archive.hard_writer import fill
from tests.archive.keeping import Keeping, article

ARTICLES = 120
# While one statement stood open, so many others were asked, or so much else was done, in seconds of CPU.
MOST_OTHERS, MOST_SECONDS = 60, 0.5


class Opened:
    """The statements that were open on one archive, each for how long and with how many others beside it."""

    def __init__(self, database: Path) -> None:
        self.database, self.asked = database, 0
        self.held: list[tuple[int, float, str]] = []

    def suspects(self) -> list[tuple[int, float, str]]:
        return [each for each in self.held if each[0] > MOST_OTHERS or each[1] > MOST_SECONDS]


class _Cursor(sqlite3.Cursor):
    """Notes from when to when its statement is open: until its last row was taken, or nobody holds it any more."""

    _begun: tuple[int, float, str] | None = None

    def execute(self, sql: str, *values: Any) -> Any:
        opened = _Connection.watched
        self._end()
        opened.asked += 1
        self._begun = (opened.asked, time.process_time(), sql)
        try:
            return super().execute(sql, *values)
        finally:
            if self.description is None:
                self._end()

    def __next__(self) -> Any:
        try:
            return super().__next__()
        except StopIteration:
            self._end()
            raise

    def fetchall(self) -> list[Any]:
        rows = super().fetchall()
        self._end()
        return rows

    def fetchone(self) -> Any:
        row = super().fetchone()
        if row is None:
            self._end()
        return row

    def fetchmany(self, *size: Any) -> list[Any]:
        rows = super().fetchmany(*size)
        if not rows:
            self._end()
        return rows

    def __del__(self) -> None:
        self._end()

    def _end(self) -> None:
        if self._begun:
            (asked, at, sql), self._begun = self._begun, None
            opened = _Connection.watched
            opened.held.append((opened.asked - asked, time.process_time() - at, " ".join(sql.split())[:200]))


class _Connection(sqlite3.Connection):
    """Notes its statements, and the transactions that were begun to read."""

    watched: Opened
    _begun: tuple[int, float, str] | None = None

    def execute(self, sql: str, *values: Any) -> Any:
        opened = self.watched
        begins = sql.startswith(("BEGIN", "SAVEPOINT")) and "IMMEDIATE" not in sql
        if begins and not self.in_transaction:
            self._begun = (opened.asked, time.process_time(), sql)
        cursor = self.cursor(_Cursor).execute(sql, *values)
        if self._begun and not self.in_transaction:
            (asked, at, begun), self._begun = self._begun, None
            opened.held.append((opened.asked - asked, time.process_time() - at, begun))
        return cursor


@pytest.fixture
def watched(root: Path, monkeypatch: pytest.MonkeyPatch) -> Opened:
    """Watch every connection to the archive that is opened from here on."""
    opened = Opened(root / "archive.db")
    real = sqlite3.connect

    def connect(database: Any, *given: Any, **more: Any) -> sqlite3.Connection:
        is_it = "archive.db?" in str(database) and str(root) in str(database)
        made: sqlite3.Connection = real(database, *given, **(more | ({"factory": _Connection} if is_it else {})))
        return made

    _Connection.watched = opened
    monkeypatch.setattr(sqlite3, "connect", connect)
    return opened


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made: Path = tmp_path_factory.mktemp("reading") / "ws"
    make_workspace(made)
    keeping = Keeping(made)
    save_watch(keeping.db, "all", "", Filters(), notify=True)
    keeping.listing(*(Entry(f"https://herald.example/{number}") for number in range(2 * ARTICLES)))
    fill(keeping, 0, ARTICLES)
    keeping.writer.flush()
    for number in range(ARTICLES):
        changed = article(f"The harbour is closed, says {number}.", url=f"https://herald.example/{number}")
        keeping.writer.put(keeping.unit(changed))
    keeping.writer.flush()
    for number in range(ARTICLES, ARTICLES + 40):
        keeping.fail(f"https://herald.example/{number}", "http-500")
    keeping.close()
    return made


READERS = (
    "search harbour --facets", "search --limit 1000", "log --limit 1000", "status", "gaps", "failures", "runs",
    "export jsonl -o {}/a.jsonl", "export warc -o {}/a.warc.gz", "export wacz -o {}/a.wacz", "export csv -o {}/a.csv",
    "export markdown -o {}/md", "export parquet -o {}/a.parquet", "export bagit harbour -o {}/b",
    "verify", "families", "families --rebuild", "reindex", "similar https://herald.example/1",
    "watch run", "watch all", "watch feed all", "reextract", "backup {}/copy", "cite https://herald.example/1",
)  # fmt: skip


@pytest.mark.parametrize("command", READERS)
def test_no_reader_keeps_a_transaction(root: Path, tmp_path: Path, watched: Opened, command: str) -> None:
    said = command.format(tmp_path).split()
    result = CliRunner().invoke(newsarchive, ["-w", str(root), *said], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    assert watched.asked
    assert watched.suspects() == []


def test_a_reader_that_keeps_one_is_noticed(root: Path, watched: Opened) -> None:
    with contextlib.closing(open_archive(root / "archive.db", readonly=True)) as db:
        for (article_id,) in db.conn.execute("SELECT id FROM articles ORDER BY id"):
            db.conn.execute("SELECT title FROM articles WHERE id = ?", (article_id,)).fetchone()
        db.conn.execute("BEGIN")
        for article_id in range(ARTICLES):
            db.conn.execute("SELECT title FROM articles WHERE id = ?", (article_id,)).fetchone()
        db.conn.execute("COMMIT")
    assert [sql for _, _, sql in watched.suspects()] == ["SELECT id FROM articles ORDER BY id", "BEGIN"]
