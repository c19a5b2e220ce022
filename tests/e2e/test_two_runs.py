"""Two runs at the same moment: of one site, exactly one runs and the other says who does; of two sites, both.

Eight times in CI, a hundred with NEWSARCHIVE_SOAK=1.
"""

import contextlib
import threading
from dataclasses import replace
from pathlib import Path

from tests.e2e import fault_site as fs
from tests.e2e.fault_site import Answer, FaultSite
from tests.e2e.faults.processes import Commands, Started
from tests.e2e.harness import SOAK, Workspace, check_archive, wait_until

_TIMES = 100 if SOAK else 8


def _first_to_end(runs: tuple[Started, Started]) -> tuple[Started, Started]:
    """Return the run that ends while the other is held by the server, and the other."""
    wait_until(lambda: any(run.poll() is not None for run in runs), 30, "the end of one of two runs")
    first = next(run for run in runs if run.poll() is not None)
    return first, next(run for run in runs if run is not first)


def test_of_two_runs_of_a_site_exactly_one_runs(commands: Commands, tmp_path: Path) -> None:
    site = FaultSite({"news": [["a", "b"]]})
    first_page = fs.listing_path("news", 1)
    with site.serve():
        page = Answer(site.listing_html("news", 1).encode())
        for time in range(_TIMES):
            # Every other time in the same archive, where the last run's files lie about.
            workspace = Workspace.make(tmp_path / f"w{time // 2}")
            workspace.define("fault", site.definition)
            gate = threading.Event()
            site.answers[first_page] = replace(page, gate=gate)
            with contextlib.ExitStack() as opened:
                opened.callback(gate.set)
                runs = commands.start(workspace, "crawl", "fault"), commands.start(workspace, "crawl", "fault")
                loser, winner = _first_to_end(runs)
                said = loser.wait()
                assert said.code == 3, said
                assert len(said.complaints) == 1, said
                assert "another run holds fault" in said.err
                assert f"process {winner.pid}," in said.err
                gate.set()
                done = winner.wait()
            assert done.code == 0, done
            states = [state for (state,) in workspace.rows("SELECT state FROM runs")]
            assert states == ["finished"] * (1 + time % 2)
            check_archive(workspace.root)
            assert workspace.value("SELECT count(*) FROM articles") == 2


def test_a_killed_run_is_not_named_as_the_one_that_holds_the_site(commands: Commands, tmp_path: Path) -> None:
    site = FaultSite({"news": [["a", "b"]]})
    with site.serve():
        workspace = Workspace.make(tmp_path / "w")
        workspace.define("fault", site.definition)
        gate = threading.Event()
        site.answers[fs.listing_path("news", 1)] = Answer(site.listing_html("news", 1).encode(), gate=gate)
        with contextlib.ExitStack() as opened:
            opened.callback(gate.set)
            killed = commands.start(workspace, "crawl", "fault")
            wait_until(lambda: site.requests[fs.listing_path("news", 1)] == 1, what="the first run's listing")
            assert killed.kill()
            runs = commands.start(workspace, "crawl", "fault"), commands.start(workspace, "crawl", "fault")
            loser, winner = _first_to_end(runs)
            said = loser.wait()
            assert (said.code, f"process {winner.pid}," in said.err) == (3, True), said
            gate.set()
            assert winner.wait().code == 0
        check_archive(workspace.root)


def test_two_sites_run_side_by_side(commands: Commands, tmp_path: Path) -> None:
    gate = threading.Event()
    one, other = FaultSite({"news": [["a", "b"]]}), FaultSite({"news": [["c", "d"]]})
    with one.serve(), other.serve(), contextlib.ExitStack() as opened:
        opened.callback(gate.set)
        workspace = Workspace.make(tmp_path / "w")
        workspace.define("one", one.definition.replace('"fault"', '"one"'))
        workspace.define("other", other.definition.replace('"fault"', '"other"'))
        for site, name in ((one, "b"), (other, "d")):
            site.answers[fs.article_path(name)] = Answer(fs.article_html(name).encode(), gate=gate)
        runs = commands.start(workspace, "crawl", "one"), commands.start(workspace, "crawl", "other")
        wait_until(
            lambda: one.requests[fs.article_path("b")] and other.requests[fs.article_path("d")],
            what="the middle of both runs",
        )
        gate.set()
        assert [run.wait().code for run in runs] == [0, 0]
        check_archive(workspace.root)
        assert workspace.value("SELECT count(*) FROM articles") == 4
        assert workspace.rows("SELECT site_id, state FROM runs ORDER BY site_id") == [
            ("one", "finished"),
            ("other", "finished"),
        ]
