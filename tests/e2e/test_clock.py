"""A clock that is set back a day loses nothing and doubles nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e import fault_site as fs
from tests.e2e.fault_site import Answer, FaultSite
from tests.e2e.faults.processes import Commands
from tests.e2e.faults.trial import committed, lost
from tests.e2e.harness import Outcome, Workspace, check_archive, differences, snapshot, wait_until


@dataclass(frozen=True)
class Scene:
    """A site, an archive of it, and one that no clock ever troubled."""

    site: FaultSite
    commands: Commands
    troubled: Workspace
    quiet: Workspace

    def crawl(self, *arguments: str, days: float = 0) -> Outcome:
        """Crawl both, the one by a clock that is so many days off."""
        self.commands.move_clock(days=0)
        self.commands.run(self.quiet, "crawl", "fault", *arguments)
        self.commands.move_clock(days=days)
        before = committed(self.troubled)
        outcome = self.commands.run(self.troubled, "crawl", "fault", *arguments)
        check_archive(self.troubled.root)
        assert lost(before, committed(self.troubled)) == {}
        return outcome

    def differs(self) -> dict[str, object]:
        return differences(snapshot(self.quiet.root), snapshot(self.troubled.root))


@pytest.fixture
def scene(commands: Commands, tmp_path: Path) -> Iterator[Scene]:
    site = FaultSite({"news": [["a1", "a2", "a3"], ["b1", "b2", "b3"], ["c1", "c2", "c3"]]})
    with site.serve():
        workspaces = [Workspace.make(tmp_path / name) for name in ("troubled", "quiet")]
        for workspace in workspaces:
            workspace.define("fault", site.definition)
        yield Scene(site, commands, workspaces[0], workspaces[1])


def test_set_back_between_two_runs(scene: Scene) -> None:
    scene.crawl()
    scene.site.sections["news"] = [["n1", "n2", "a1"], *scene.site.sections["news"]]
    scene.site.answers[fs.article_path("a2")] = Answer(fs.article_html("a2", extra="<p>Said later.</p>").encode())
    assert scene.crawl(days=-1).code == 0
    assert scene.differs() == {}
    assert scene.crawl("--full", days=-1).code == 0
    assert scene.crawl("--full").code == 0
    assert scene.crawl("--full", days=1).code == 0
    assert scene.differs() == {}
    events = scene.troubled.rows("SELECT kind, from_version, to_version FROM events WHERE kind <> 'first_seen'")
    assert events == [("changed", 1, 2)]


def test_a_change_is_seen_though_the_clock_is_set_back(scene: Scene) -> None:
    scene.crawl()
    scene.site.answers[fs.article_path("a2")] = Answer(fs.article_html("a2", extra="<p>Said later.</p>").encode())
    assert scene.crawl("--full", days=-1).code == 0
    assert scene.differs() == {}


def test_a_walk_that_broke_while_the_clock_was_set_back_is_walked_again(scene: Scene) -> None:
    scene.crawl()
    scene.crawl()
    new = [[f"n{page}{place}" for place in range(3)] for page in range(3)]
    scene.site.sections["news"] = [*new, *scene.site.sections["news"]]
    # The first page of the walk is committed, the second fails: what is new there must not be taken for known.
    scene.site.answers[fs.listing_path("news", 2)] = Answer(status=500)
    assert scene.crawl(days=-1).code == 1
    del scene.site.answers[fs.listing_path("news", 2)]
    assert scene.crawl(days=-0.9).code == 0
    assert scene.differs() == {}


def test_failures_are_tried_again_though_the_clock_was_set_back(scene: Scene) -> None:
    scene.site.answers[fs.article_path("b2")] = Answer(status=500)
    scene.crawl()
    scene.crawl(days=-1)
    del scene.site.answers[fs.article_path("b2")]
    scene.crawl(days=-0.5)
    scene.crawl(days=2)
    scene.commands.move_clock(days=2)
    scene.commands.run(scene.quiet, "crawl", "fault")
    assert scene.differs() == {}


def test_set_back_during_a_run(scene: Scene) -> None:
    gated = fs.article_path("b1")
    scene.commands.run(scene.quiet, "crawl", "fault")
    scene.site.requests.clear()
    started = scene.commands.start(scene.troubled, "crawl", "fault")
    wait_until(lambda: scene.site.requests[gated] or started.poll() is not None, what="the run's middle")
    scene.commands.move_clock(days=-1)
    outcome = started.wait(60)
    assert outcome.code == 0, outcome
    check_archive(scene.troubled.root)
    assert scene.differs() == {}
    assert scene.crawl().code == 0
    assert scene.crawl("--full", days=0.5).code == 0
    assert scene.differs() == {}
