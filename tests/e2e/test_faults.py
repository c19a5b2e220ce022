"""A third of the answers fail, in every way that is known: three runs later the archive shows nothing of it.

CI tries all the ways together on the demo site; NEWSARCHIVE_SOAK=1 each of them, and the sites of the corpus.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.faults.failing import FAILURES
from tests.e2e.faults.origins import corpus_subject, demo_subject
from tests.e2e.faults.processes import Commands
from tests.e2e.faults.server import Schedule
from tests.e2e.faults.trial import Trial, serve_trial, without_spares
from tests.e2e.harness import SITES, SOAK, check_archive, differences, snapshot

# The days on which the runs begin: each time, what failed so far is due again (an image that is not there, in weeks).
_BAD_DAYS, _GOOD_DAYS = (0.0, 7.5), (36.0, 36.5)
_CORPUS = ("rustblog", "wz2100", "f1blog", "cityposts")
_SEEDS = range(5) if SOAK else range(1)


@pytest.fixture(scope="module")
def demo(commands: Commands, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    yield from serve_trial(demo_subject(), commands, tmp_path_factory.mktemp("demo"))


def becomes_whole(trial: Trial, name: str, schedule: Schedule) -> None:
    """Crawl twice while requests fail, then while none does; meanwhile each failure must have its cause."""
    workspace = trial.workspace(name)
    trial.begin(schedule)
    for day in _BAD_DAYS:
        trial.commands.move_clock(days=day)
        outcome = trial.commands.run(workspace, "crawl", trial.subject.id)
        assert outcome.code in (0, 1), outcome
        assert trial.unexplained(workspace) == []
        assert trial.unmarked(workspace) == []
    trial.server.schedule = None
    for day in _GOOD_DAYS:
        trial.commands.move_clock(days=day)
        outcome = trial.commands.run(workspace, "crawl", trial.subject.id)
    assert outcome.code == 0, outcome
    assert trial.server.failures.total() > 10, "hardly anything failed"
    check_archive(workspace.root)
    assert differences(without_spares(trial.whole), without_spares(snapshot(workspace.root))) == {}


@pytest.mark.parametrize("seed", _SEEDS)
def test_every_failure_at_once(demo: Trial, seed: int) -> None:
    # In the soak, robots.txt fails too.
    becomes_whole(demo, f"all-{seed}", Schedule(seed, spared=() if seed else ("/robots.txt",)))
    assert len(demo.server.failures) > len(FAILURES) // 2


@pytest.mark.skipif(not SOAK, reason="each failure alone belongs to the soak; CI tries them together")
@pytest.mark.parametrize("name", FAILURES)
def test_one_failure(demo: Trial, name: str) -> None:
    becomes_whole(demo, name, Schedule(7, names=(name,)))


@pytest.mark.skipif(not SOAK, reason="the sites of the corpus belong to the soak")
@pytest.mark.skipif(not SITES.is_dir(), reason=f"the corpus is not at {SITES}")
@pytest.mark.parametrize("name", _CORPUS)
def test_a_real_site(commands: Commands, tmp_path: Path, name: str) -> None:
    for trial in serve_trial(corpus_subject(name), commands, tmp_path):
        becomes_whole(trial, "all", Schedule(11))
