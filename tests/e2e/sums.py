"""The sum rule: what a run took on is what became of it, in every archive that a test leaves behind."""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

_CLOSED = ("finished", "interrupted", "failed")
_COLUMNS = "id, state, finished, ifnull(error, ''), discovered, stored, unchanged, skipped, failed, pending"
# An archive lies in a workspace, a workspace in a test's folder or in one below it.
_DEPTHS = ("archive.db", "*/archive.db", "*/*/archive.db")


def check_sums(root: Path) -> None:
    """Assert that the runs of a workspace add up; there need be no archive in it."""
    if wrong := wrong_sums(root / "archive.db"):
        raise AssertionError("\n".join(wrong))


def wrong_sums(database: Path) -> list[str]:
    """Return what is wrong with the sums of an archive's runs, a line each."""
    return [line for run in _runs(database) for line in _mistakes(*run)]


def archives(folder: Path) -> Iterator[Path]:
    """Yield the archives that lie in a folder of tests, its media aside."""
    for pattern in _DEPTHS:
        yield from folder.glob(pattern)


def _runs(database: Path) -> list[tuple[int, str, str | None, str, int, int, int, int, int, int]]:
    if not database.is_file() or not database.stat().st_size:
        return []
    with contextlib.closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True, timeout=30)) as db:
        try:
            return db.execute(f"SELECT {_COLUMNS} FROM runs").fetchall()  # noqa: S608 (names are ours)
        except sqlite3.DatabaseError:
            # What a test broke on purpose has no runs to be read.
            return []


def _mistakes(run: int, state: str, finished: str | None, error: str, discovered: int, *parts: int) -> Iterator[str]:
    said = f"run {run} ({state}): discovered {discovered}, stored, unchanged, skipped, failed, pending {parts}"
    if (state == "running") != (finished is None):
        yield f"{said}: its end does not fit its state"
    if min(discovered, *parts) < 0:
        yield f"{said}: less than nothing"
    if state in _CLOSED and discovered != sum(parts):
        yield f"{said}: it does not add up"
    # What a host that rests is asked for stays owed, and the run says so.
    if state == "finished" and parts[-1] and "is left alone until" not in error:
        yield f"{said}: it is finished and something is pending"
