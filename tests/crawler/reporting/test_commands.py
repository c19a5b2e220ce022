"""The commands `failures`, `retry` and `runs`, for people and for programs."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from archive.errors import NotFoundError
from archive.lock import SiteLock
from archive.model import Entry
from archive.runs import finish_run
from crawler.cli import newsarchive
from crawler.workspace import make_workspace, open_workspace
from tests.archive.keeping import URL, Keeping, article

BASE = "https://herald.example/news/"
SUMS = {"discovered": 4, "stored": 1, "failed": 2, "skipped": 1, "requests": 9, "bytes": 1_250_000}


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A workspace with one run: a stored article, two that time out, one that robots.txt forbids."""
    make_workspace(tmp_path)
    keeping = Keeping(tmp_path)
    keeping.listing(Entry(f"{BASE}slow1"), Entry(f"{BASE}slow2"))
    keeping.store(article(), live=True)
    for name in ("slow1", "slow2", "slow2"):
        keeping.fail(BASE + name, "timeout")
    keeping.fail(f"{BASE}robots", "robots", skipped=True)
    keeping.db.conn.execute("UPDATE runs SET started = '2024-05-03T12:00:30.000000Z'")
    keeping.writer.close()
    finish_run(keeping.holdings, keeping.run.id, "finished", SUMS, "section news: a line \x1b[2J")
    keeping.db.conn.execute("UPDATE runs SET finished = '2024-05-03T12:03:45.000000Z'")
    keeping.db.close()
    return tmp_path


def run(workspace: Path, *arguments: str) -> Result:
    return CliRunner().invoke(newsarchive, ["-w", str(workspace), *arguments], catch_exceptions=False)


def due(workspace: Path) -> set[str]:
    """Return the URLs that are due in this year, not in that of the fixture."""
    import sqlite3

    with sqlite3.connect(workspace / "archive.db") as db:
        rows = db.execute("SELECT url FROM urls WHERE due_at > '2025'").fetchall()
    db.close()
    return {url.rpartition("/")[2] for (url,) in rows}


def test_failures_for_people(workspace: Path) -> None:
    result = run(workspace, "failures")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0] == "herald: 2 × timeout: the host did not answer in time"
    assert lines[1] == f"  article {BASE}slow1"
    assert lines[2].startswith("    failed once, last tried 2024-05-03 12:0")
    assert lines[4].startswith("    failed 2 times in a row since 2024-05-03 12:0")
    assert lines[4].endswith("overdue")
    assert lines[5:] == ["2 failing URLs. To try them now: newsarchive retry herald"]


def test_failures_for_programs(workspace: Path) -> None:
    first, second = json.loads(run(workspace, "failures", "herald", "--cause", "timeout", "--json").stdout)
    assert (first["cause"], first["meaning"]) == ("timeout", "the host did not answer in time")
    assert (second["failures"], second["kind"], second["stored"]) == (2, "article", False)
    assert json.loads(run(workspace, "failures", "--cause", "dns", "--json").stdout) == []


def test_failures_that_there_are_not(workspace: Path) -> None:
    assert run(workspace, "failures", "--cause", "dns").stdout == (
        "Nothing fails by the cause dns; there are: timeout\n"
    )
    with pytest.raises(NotFoundError, match="no site 'x'"):
        run(workspace, "failures", "x")


@pytest.mark.parametrize(
    ("arguments", "urls", "said"),
    [
        ([], {"slow1", "slow2"}, "Due now: 2 articles. Next: newsarchive crawl --due\n"),
        (["herald", "--cause", "robots"], {"robots"}, "Due now: 1 article. Next: newsarchive crawl --due\n"),
        ([URL, f"{BASE}slow1#part"], {"a.html", "slow1"}, "Due now: 2 articles. Next: newsarchive crawl --due\n"),
        ([URL, "herald"], {"slow1", "slow2"}, "Due now: 2 articles. Next: newsarchive crawl --due\n"),
        (["--cause", "dns"], set(), "Nothing to retry: nothing of that fails.\n"),
    ],
)
def test_retry(workspace: Path, arguments: list[str], urls: set[str], said: str) -> None:
    result = run(workspace, "retry", *arguments)
    assert (result.exit_code, result.stdout) == (0, said)
    assert due(workspace) == urls


def test_retry_for_programs(workspace: Path) -> None:
    said = json.loads(run(workspace, "retry", "--json").stdout)
    assert said == {"articles": 2, "images": 0, "sections": 0, "hosts": 0}


def test_retry_waits_for_nobody(workspace: Path) -> None:
    with SiteLock(open_workspace(workspace).holdings, "herald"):
        result = run(workspace, "retry")
    assert result.exit_code == 3
    assert "another run holds herald: process" in result.stderr
    assert due(workspace) == set()


def test_retry_of_what_is_unknown(workspace: Path) -> None:
    with pytest.raises(NotFoundError, match=r"newsarchive save https://herald\.example/unknown"):
        run(workspace, "retry", "https://herald.example/unknown")
    with pytest.raises(NotFoundError, match="no site 'x'"):
        run(workspace, "retry", "x")


def test_runs_for_people(workspace: Path) -> None:
    result = run(workspace, "runs", "--site", "herald")
    assert result.exit_code == 0
    (row,) = [line for line in result.stdout.splitlines() if "herald" in line]
    assert [cell.strip() for cell in row.strip("│").split("│")] == [
        "1", "herald", "2024-05-03 12:00", "finished", "4", "1", "0", "1", "2", "0", "9", "1.2", "3 min",
    ]  # fmt: skip


def test_one_run_for_people(workspace: Path) -> None:
    lines = run(workspace, "runs", "1").stdout.splitlines()
    chain = lines.pop(5)
    assert re.fullmatch(r"  chain      [0-9a-f]{64}", chain)
    assert lines == [
        "Run 1 of herald: finished",
        "  started    2024-05-03 12:00, took 3 min",
        "  fetched    9 responses, 1.2 MB",
        "  articles   4 = 1 stored + 0 unchanged + 1 skipped + 2 failed + 0 pending",
        "  error      section news: a line [2J",
        "  failed     2 × article timeout: the host did not answer in time",
        "  skipped    1 × article robots: robots.txt forbids it",
        "  events     1 first_seen",
    ]


def test_runs_for_programs(workspace: Path) -> None:
    ((first,)) = json.loads(run(workspace, "runs", "--json", "--limit", "1").stdout)
    assert first["discovered"] == sum(first[name] for name in ("stored", "unchanged", "skipped", "failed", "pending"))
    assert (first["seconds"], first["bytes"]) == (195.0, 1_250_000)
    detail = json.loads(run(workspace, "runs", "1", "--json").stdout)
    assert detail["causes"][0]["meaning"] == "the host did not answer in time"
    with pytest.raises(NotFoundError, match="no run 9; the last one is 1"):
        run(workspace, "runs", "9")


def test_an_archive_without_runs(tmp_path: Path) -> None:
    make_workspace(tmp_path)
    assert run(tmp_path, "failures").stdout == "Nothing fails: all that was tried last could be had.\n"
    assert run(tmp_path, "retry").stdout == "Nothing to retry: nothing of that fails.\n"
    assert run(tmp_path, "runs").stdout == "There has been no run yet. Next: newsarchive crawl SITE\n"


def test_many_failures_are_cut_and_said_so(tmp_path: Path) -> None:
    make_workspace(tmp_path)
    keeping = Keeping(tmp_path)
    for number in range(60):
        keeping.fail(f"{BASE}{number}", "timeout")
    keeping.close()
    lines = run(tmp_path, "failures").stdout.splitlines()
    assert len(lines) == 1 + 2 * 50 + 2
    assert lines[-2:] == [
        "  and 10 more; --json has them all",
        "60 failing URLs. To try them now: newsarchive retry herald",
    ]
