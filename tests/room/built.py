"""The archive that the reading room is shown by: two sites over two months, crawled and marked by the real commands."""

import datetime as dt
from contextlib import ExitStack
from pathlib import Path

import pytest

from archive.model import utc_now
from crawler.demo import courier, definition
from crawler.demo.days import DAYS, Town, marks
from crawler.demo.server import DemoServer, SiteServer
from tests.e2e.faults.processes import Commands
from tests.e2e.harness import Outcome, Workspace

# In the middle of a minute, so that pages which show minutes show the same ones every time.
FIRST_DAY = dt.datetime(2018, 6, 18, 6, 30, 5, tzinfo=dt.UTC)
NOW = FIRST_DAY + dt.timedelta(days=DAYS[-1].number, hours=3)


def move_clock(commands: Commands, to: dt.datetime) -> None:
    """Let it be that time for every command that runs or is started; time goes on from there."""
    commands.move_clock(days=(to - utc_now()) / dt.timedelta(days=1))


def build(root: Path, commands: Commands, *, ports: tuple[int, int] = (0, 0)) -> Workspace:
    """Make the archive; with the same ports it has the same addresses, and so the same keys."""
    town = Town()
    with ExitStack() as serving:
        bureau = serving.enter_context(DemoServer(town.bureau, port=ports[0]))
        paper = serving.enter_context(SiteServer(town.courier, port=ports[1]))
        workspace = Workspace.make(root)
        workspace.define("demo", definition.definition(bureau.url))
        workspace.define("courier", courier.definition(paper.url))
        for day in DAYS:
            day.edit(town)
            move_clock(commands, FIRST_DAY + dt.timedelta(days=day.number))
            _crawled(commands.run(workspace, "crawl", "--full"), closed=town.courier.closed)
        move_clock(commands, FIRST_DAY + dt.timedelta(days=DAYS[-1].number, minutes=20))
        # Whoever it is that runs the tests, what is marked has the same name under it.
        patched = serving.enter_context(pytest.MonkeyPatch.context())
        patched.setenv("LOGNAME", "archivist")
        pennant = next(report for report in town.courier.reports if "pennant" in report.title)
        withdrawn = (
            "takedown",
            paper.url.rstrip("/") + pennant.path,
            "--reason",
            "The rowing club asked for it.",
            "--yes",
        )
        for command in (*marks(bureau.url), withdrawn):
            outcome = commands.run(workspace, *command)
            assert outcome.code == 0, outcome
    return workspace


def _crawled(outcome: Outcome, *, closed: bool) -> None:
    # Links that are dead from the first, and a site that turns us away, are what a crawl tells by its exit code.
    assert outcome.code in ((1,) if closed else (0, 1)), outcome
