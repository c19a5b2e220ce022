"""Upkeep: the write-ahead log beside a long reader, the index's segments."""

import contextlib
import logging
import re
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner

from archive.upkeep import MEGABYTE, WalKeeper, tidy, truncate_wal
from crawler.cli import newsarchive
from crawler.workspace import make_workspace
from tests.archive.keeping import Keeping, article


def grow(keeping: Keeping, articles: int, start: int = 0) -> None:
    for number in range(start, start + articles):
        keeping.store(article(f"text {number} " * 3000, url=f"https://herald.example/{number}"))


def test_a_long_reader_is_told_of_and_the_log_given_back(keeping: Keeping, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="archive.upkeep")
    wal = keeping.holdings.database.with_name("archive.db-wal")
    keeper = WalKeeper(keeping.holdings.database, MEGABYTE // 4)
    with contextlib.closing(sqlite3.connect(keeping.holdings.database, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM articles").fetchone()
        grow(keeping, 15)
        assert wal.stat().st_size > MEGABYTE // 4
        for _ in range(3):
            keeper.look(keeping.db)
        assert [record.getMessage().partition(" MB")[2] for record in caplog.records] == [
            ": another program has been reading the archive for long; let it end, or close it"
        ]
        assert str(wal) in caplog.text
        reader.execute("COMMIT")
    keeper.look(keeping.db)
    assert wal.stat().st_size == 0
    assert "was given back" in caplog.text
    assert keeping.one("PRAGMA busy_timeout") == 60_000


def test_a_small_log_is_left_alone(keeping: Keeping) -> None:
    grow(keeping, 1)
    wal = keeping.holdings.database.with_name("archive.db-wal")
    size = wal.stat().st_size
    WalKeeper(keeping.holdings.database).look(keeping.db)
    assert wal.stat().st_size == size > 0
    WalKeeper(keeping.holdings.database.with_name("none.db")).look(keeping.db)


def test_a_log_that_a_writer_holds_is_not_waited_for(keeping: Keeping) -> None:
    grow(keeping, 1)
    with contextlib.closing(sqlite3.connect(keeping.holdings.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert truncate_wal(keeping.db) is False
        other.execute("ROLLBACK")
    assert truncate_wal(keeping.db) is True


def test_the_index_is_merged_in_steps_and_finds_the_same(keeping: Keeping) -> None:
    for number in range(40):
        keeping.store(article(f"harbour {number} " * 300, url=f"https://herald.example/{number}"))
    segments = "SELECT count(DISTINCT segid) FROM articles_fts_idx"
    before = keeping.one(segments)
    assert before > 1
    steps = list(tidy(keeping.db))
    assert steps == [*range(1, len(steps) + 1)]
    assert keeping.one(segments) <= before
    assert len(keeping.found("harbour")) == 40
    keeping.check_index()
    assert keeping.one("SELECT count(*) > 0 FROM sqlite_stat1")


def test_the_command(tmp_path: Path) -> None:
    make_workspace(tmp_path)
    keeping = Keeping(tmp_path)
    grow(keeping, 2)
    keeping.close()
    result = CliRunner().invoke(newsarchive, ["-w", str(tmp_path), "optimize"], catch_exceptions=False)
    assert result.exit_code == 0
    assert re.match(
        r"The index is merged \(\d+ steps\); the database has [\d,]+ bytes, [\d,]+ before\.\n$", result.output
    )
