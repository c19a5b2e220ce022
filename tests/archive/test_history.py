"""Runs as they are shown: their sums, their causes, what became of articles."""

import datetime as dt

import pytest

from archive.errors import NotFoundError
from archive.history import Cause, last_run, read_run, read_runs
from archive.model import timestamp
from archive.runs import finish_run, start_run
from tests.archive.keeping import OTHER_SITE, URL, Keeping, article

SUMS = {"discovered": 6, "stored": 1, "unchanged": 2, "skipped": 1, "failed": 2, "requests": 9, "bytes": 1_000_000}


@pytest.fixture
def two_runs(keeping: Keeping) -> Keeping:
    """A run with sums and causes, and one that runs."""
    keeping.now = dt.datetime.now(dt.UTC)
    keeping.store(article())
    keeping.fail(f"{URL}1", "timeout")
    keeping.fail(f"{URL}2", "timeout")
    keeping.fail(f"{URL}3", "robots", skipped=True)
    keeping.writer.close()
    finish_run(keeping.holdings, keeping.run.id, "finished", SUMS, "section news: the walk stopped")
    keeping.run = start_run(keeping.holdings, keeping.site)
    keeping.warc = keeping.holdings.captures / keeping.run.warc
    keeping.writer = keeping._new_writer()
    # The fetches of a test are a minute apart, its runs are not.
    keeping.db.conn.execute("UPDATE runs SET started = ? WHERE id = 2", (timestamp(keeping.tick()),))
    return keeping


def test_runs_are_listed_newest_first(two_runs: Keeping) -> None:
    second, first = read_runs(two_runs.db)
    assert (second.id, second.state, second.seconds) == (2, "running", None)
    assert (first.state, first.discovered, first.bytes) == ("finished", 6, 1_000_000)
    assert first.seconds is not None
    assert 0 < first.seconds < 60
    assert first.discovered == first.stored + first.unchanged + first.skipped + first.failed + first.pending
    assert read_runs(two_runs.db, limit=1) == [second]
    assert last_run(two_runs.db, "herald") == second
    assert last_run(two_runs.db, "herald", state="finished") == first
    assert first.line == (
        "herald: run 1 finished: 6 = 1 stored + 2 unchanged + 1 skipped + 2 failed + 0 pending; 9 requests: "
        "section news: the walk stopped"
    )
    assert set(first.as_dict()) >= {"id", "site", "seconds", "error"}


def test_one_run_in_detail(two_runs: Keeping) -> None:
    detail = read_run(two_runs.db, 1)
    assert detail.causes == (Cause("article", "failed", "timeout", 2), Cause("article", "skipped", "robots", 1))
    assert detail.events == {"first_seen": 1}
    assert (detail.problems, detail.resolved) == ((), ())
    assert detail.as_dict()["causes"][0] == {
        "kind": "article", "state": "failed", "cause": "timeout", "number": 2,
    }  # fmt: skip


def test_the_causes_of_a_run_outlive_the_next(two_runs: Keeping) -> None:
    two_runs.now += dt.timedelta(seconds=5)
    two_runs.store(article(url=f"{URL}1"))
    two_runs.fail(f"{URL}2", "refused")
    two_runs.writer.close()
    finish_run(two_runs.holdings, 2, "failed", {}, None)
    assert read_run(two_runs.db, 1).causes[0] == Cause("article", "failed", "timeout", 2)
    assert read_run(two_runs.db, 2).causes == (Cause("article", "failed", "refused", 1),)


def test_a_killed_run_has_its_causes(two_runs: Keeping) -> None:
    two_runs.now += dt.timedelta(seconds=5)
    two_runs.fail(f"{URL}9", "dns")
    two_runs.writer.close()
    start_run(two_runs.holdings, two_runs.site)
    detail = read_run(two_runs.db, 2)
    assert (detail.run.state, detail.causes) == ("killed", (Cause("article", "failed", "dns", 1),))


def test_sites_are_apart(two_runs: Keeping) -> None:
    two_runs.again(OTHER_SITE)
    assert [run.site for run in read_runs(two_runs.db)] == ["zhbao", "herald", "herald"]
    assert [run.id for run in read_runs(two_runs.db, "herald")] == [2, 1]
    assert last_run(two_runs.db, "zhbao", state="finished") is None


def test_what_is_unknown_is_named(keeping: Keeping) -> None:
    with pytest.raises(NotFoundError, match="no run 7; the last one is 1"):
        read_run(keeping.db, 7)
    with pytest.raises(NotFoundError, match="no site 'x'"):
        read_runs(keeping.db, "x")
    keeping.db.conn.execute("DELETE FROM runs")
    with pytest.raises(NotFoundError, match="there has been no run yet"):
        read_run(keeping.db, 1)
