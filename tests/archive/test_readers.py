"""Readers beside a writer at full speed: none fails, none waits, and none keeps the write-ahead log for long."""

import contextlib
import os
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlite_utils import Database

from archive.db import open_archive
from archive.search import Filters, ask
from archive.upkeep import MEGABYTE, MOST_WAL
from tests.archive.hard_writer import fill
from tests.archive.keeping import Keeping

ROOT = Path(__file__).parents[2]
SOAK = os.environ.get("NEWSARCHIVE_SOAK") == "1"
ARTICLES, ROUNDS, HELD = (20_000, 9, 600.0) if SOAK else (200, 3, 1.0)
LOG = MOST_WAL if SOAK else MEGABYTE
QUERIES = ("harbour", "harbour quay", '"ship council"', "word7*", "title:report -word12", "fire near cup", "word12", "")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of some size, that nobody writes but the tests' own writer."""
    made = tmp_path_factory.mktemp("readers")
    keeping = Keeping(made)
    fill(keeping, 0, ARTICLES)
    keeping.close()
    return made


@contextlib.contextmanager
def writing(root: Path, log: int = MOST_WAL) -> Iterator[Callable[[], tuple[int, str]]]:
    """Let a process write at full speed; what is given ends it and says how many it wrote, and what it logged."""
    with (root / "log").open("w") as errors, subprocess.Popen(
        [sys.executable, "-m", "tests.archive.hard_writer", str(root), str(log)],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n", (root / "log").read_text()

        def end() -> tuple[int, str]:
            said, _ = process.communicate("\n")
            assert process.returncode == 0, (root / "log").read_text()
            return int(said), (root / "log").read_text()

        yield end
        if process.poll() is None:
            process.communicate("\n")


def p95(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.95)]


def rounds(root: Path) -> tuple[float, float]:
    """Return the p95 of a reader's searches in ms, of CPU and by the clock: the median of some rounds."""
    cpu: list[float] = []
    wall: list[float] = []
    with contextlib.closing(open_archive(root / "archive.db", readonly=True)) as db:
        for _ in range(ROUNDS):
            took = [_asked(db, text, number) for text in QUERIES for number in range(4)]
            cpu.append(p95([each[0] for each in took]))
            wall.append(p95([each[1] for each in took]))
    return statistics.median(cpu), statistics.median(wall)


def _asked(db: Database, text: str, number: int) -> tuple[float, float]:
    begun = time.process_time(), time.monotonic()
    answer = ask(db, text, Filters(), sort="newest" if number % 2 else "relevance")
    assert answer.total.number, text
    return 1000 * (time.process_time() - begun[0]), 1000 * (time.monotonic() - begun[1])


def test_readers_beside_a_writer_at_full_speed(root: Path) -> None:
    busy_elsewhere = os.getloadavg()[0] > 1.5
    rounds(root)
    idle = rounds(root)
    with writing(root) as end:
        busy = rounds(root)
        written, _ = end()
    after = rounds(root)
    assert written > 0
    # Beside the writer the archive grows: the same searches are asked once more of what it has become.
    ratios = [now / max(before, later) for before, now, later in zip(idle, busy, after, strict=True)]
    print(  # noqa: T201
        f"p95 of a search, ms of CPU and by the clock: {idle[0]:.1f} and {idle[1]:.1f} idle, {busy[0]:.1f} and "
        f"{busy[1]:.1f} beside a writer of {written} articles, {after[0]:.1f} and {after[1]:.1f} after it"
    )
    if SOAK:
        assert ratios[0] <= 2, ratios
        # By the clock a machine with other work to do shows how busy it is, not what the writer costs.
        assert ratios[1] <= 2 or busy_elsewhere, ratios


def test_a_reader_that_stays_is_told_of_and_its_log_given_back(root: Path) -> None:
    wal = root / "archive.db-wal"
    with writing(root, LOG) as end:
        with contextlib.closing(sqlite3.connect(root / "archive.db", isolation_level=None)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM articles").fetchone()
            begun = time.monotonic()
            while time.monotonic() - begun < HELD or wal.stat().st_size <= 2 * LOG:
                assert time.monotonic() - begun < HELD + 120
                time.sleep(0.02)
        # SQLite's own checkpoints never make the file smaller: only the writer's does.
        begun = time.monotonic()
        while wal.stat().st_size > LOG:
            assert time.monotonic() - begun < 60
            time.sleep(0.02)
        _, said = end()
    assert said.count("another program has been reading the archive for long; let it end, or close it") >= 1
    assert "was given back" in said
