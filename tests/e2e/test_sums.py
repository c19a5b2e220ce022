"""The rule that every run must obey is looked at after every test; here, that it can be broken."""

import contextlib
import shutil
import sqlite3
from pathlib import Path

import pytest

from archive.db import open_archive
from tests.e2e.harness import run_python
from tests.e2e.sums import archives, check_sums, wrong_sums

_GOOD = {"state": "finished", "finished": "2024-05-03", "discovered": 10, "stored": 3, "unchanged": 2, "skipped": 1}
_GOOD |= {"failed": 4, "pending": 0}


def archive_with(folder: Path, **run: object) -> Path:
    """Make an archive with one run."""
    path = folder / "archive.db"
    open_archive(path).close()
    columns = {"site_id": "s", "started": "2024-05-03", **run}
    with contextlib.closing(sqlite3.connect(path)) as db, db:
        db.execute("INSERT INTO sites(id, name, url) VALUES ('s', 's', 's')")
        db.execute(
            f"INSERT INTO runs({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})",  # noqa: S608
            tuple(columns.values()),
        )
    return path


@pytest.mark.parametrize(
    "run",
    [
        _GOOD,
        _GOOD | {"state": "interrupted", "pending": 5, "discovered": 15},
        _GOOD | {"state": "running", "finished": None, "discovered": 99},
        _GOOD | {"state": "killed", "discovered": 0, "stored": 1, "unchanged": 0, "skipped": 0, "failed": 0},
    ],
)
def test_sums_that_hold(tmp_path: Path, run: dict[str, object]) -> None:
    assert wrong_sums(archive_with(tmp_path, **run)) == []


@pytest.mark.parametrize(
    ("run", "what"),
    [
        (_GOOD | {"discovered": 11}, "does not add up"),
        (_GOOD | {"state": "failed", "stored": 0}, "does not add up"),
        (_GOOD | {"state": "interrupted", "pending": 1}, "does not add up"),
        (_GOOD | {"discovered": 12, "pending": 2}, "something is pending"),
        (_GOOD | {"stored": -1, "failed": 8}, "less than nothing"),
        (_GOOD | {"finished": None}, "does not fit"),
        (_GOOD | {"state": "running"}, "does not fit"),
    ],
)
def test_sums_that_do_not(tmp_path_factory: pytest.TempPathFactory, run: dict[str, object], what: str) -> None:
    folder = tmp_path_factory.mktemp("wrong")
    (line,) = wrong_sums(archive_with(folder, **run))
    assert what in line
    with pytest.raises(AssertionError, match=what):
        check_sums(folder)


def test_every_archive_of_a_test_is_found(tmp_path: Path) -> None:
    for place in (".", "w", "w/x"):
        (tmp_path / place).mkdir(exist_ok=True)
        archive_with(tmp_path / place, **_GOOD)
    assert len(list(archives(tmp_path))) == 3


def test_what_is_no_archive_has_no_sums(tmp_path: Path) -> None:
    (tmp_path / "archive.db").write_bytes(b"no database")
    check_sums(tmp_path)
    (tmp_path / "archive.db").write_bytes(b"")
    check_sums(tmp_path)
    check_sums(tmp_path / "absent")


HOOKED = """
import sqlite3

def test_a_run_that_does_not_add_up(tmp_path):
    db = sqlite3.connect(tmp_path / "archive.db")
    db.execute(
        "CREATE TABLE runs (id, state, finished, error, discovered, stored, unchanged, skipped, failed, pending)"
    )
    db.execute("INSERT INTO runs VALUES (1, 'finished', 'x', NULL, 2, 1, 0, 0, 0, 0)")
    db.commit()
    db.close()
"""


def test_the_suite_looks_after_every_test(tmp_path: Path) -> None:
    (tmp_path / "test_hooked.py").write_text(HOOKED)
    arguments = (
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "tests.conftest",
        "--basetemp",
        str(tmp_path / "t"),
    )
    outcome = run_python(*arguments, "test_hooked.py", cwd=tmp_path)
    assert outcome.code == 1, outcome
    assert "1 passed, 1 error" in outcome.out
    assert "does not add up" in outcome.out
    # It is wrong on purpose, and must not be found after this test.
    shutil.rmtree(tmp_path / "t")
