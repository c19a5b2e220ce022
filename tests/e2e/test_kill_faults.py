"""Killed again and again while answers fail: nothing that was committed is lost, nothing doubled, and it ends whole.

CI kills ten times, on the demo site; NEWSARCHIVE_SOAK=1 two hundred times, on cityposts too.
"""

import random
import time
from collections.abc import Iterator

import pytest
from warcio.archiveiterator import ArchiveIterator

from crawler.demo.site import DemoSite
from tests.e2e.faults.failing import FAILURES
from tests.e2e.faults.origins import corpus_subject, demo_subject
from tests.e2e.faults.processes import Commands
from tests.e2e.faults.server import Schedule
from tests.e2e.faults.trial import Trial, committed, lost, serve_trial, without_spares
from tests.e2e.harness import SITES, SOAK, Workspace, check_archive, differences, reading, snapshot

_KILLS = 5  # in a row, of one archive
_ROWS = 20 if SOAK else 2
# What only takes time would leave little to be killed.
_SLOW = ("timeout", "drip", "429", "503", "503-date")
_QUICK = tuple(name for name in FAILURES if SOAK or name not in _SLOW)


@pytest.fixture(scope="module")
def demo(commands: Commands, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    site = DemoSite()
    site.publish("updates", 20)
    yield from serve_trial(demo_subject(site), commands, tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="module")
def cityposts(commands: Commands, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    yield from serve_trial(corpus_subject("cityposts"), commands, tmp_path_factory.mktemp("cityposts"))


def doubled(workspace: Workspace) -> list[object]:
    """Return what stands in the archive twice."""
    with reading(workspace.database) as db:
        return [row for sql in _ONCE for row in db.execute(sql)]


_ONCE = (
    "SELECT 'article', url FROM articles GROUP BY site_id, url HAVING count(*) > 1",
    "SELECT 'first seen', article_id FROM events WHERE kind = 'first_seen' GROUP BY 2 HAVING count(*) > 1",
    "SELECT 'record', file, offset FROM captures WHERE file IS NOT NULL GROUP BY file, offset HAVING count(*) > 1",
    "SELECT 'version', article_id, digest FROM versions GROUP BY article_id, digest HAVING count(*) > 1",
)


def check_readable(workspace: Workspace) -> None:
    """Other readers accept what a kill leaves behind, before anybody has put it in order."""
    for path in sorted((workspace.root / "captures").iterdir()):
        with path.open("rb") as file:
            kinds = [record.rec_type for record in ArchiveIterator(file)]
        assert kinds[:1] in ([], ["warcinfo"]), path


def crawl_and_kill(trial: Trial, workspace: Workspace, requests: int, seconds: float) -> bool:
    """Kill a crawl so many requests and seconds after its start; return whether it still ran."""
    begun = trial.server.requests.total()
    started = trial.commands.start(workspace, "crawl", trial.subject.id)
    while trial.server.requests.total() - begun < requests and started.poll() is None:
        time.sleep(0.002)
    time.sleep(seconds)
    before = committed(workspace)
    still_ran = started.kill()
    check_readable(workspace)
    check_archive(workspace.root)
    assert lost(before, committed(workspace)) == {}
    assert doubled(workspace) == []
    return still_ran


def killed_in_a_row(trial: Trial, seed: int) -> None:
    """Kill the crawls of one archive, then let one finish without faults: it must end as if nothing had been."""
    rng = random.Random(seed)  # noqa: S311 (a sample, no secret)
    workspace = trial.workspace(f"killed-{seed}")
    trial.begin(Schedule(seed, names=_QUICK))
    kills = misses = 0
    while kills < _KILLS and misses < _KILLS:
        trial.commands.move_clock(days=(kills + misses) / 4)
        # A crawl that has little left to do is over soon.
        moment = rng.randrange(90) >> misses, rng.uniform(0, 0.2)
        killed = crawl_and_kill(trial, workspace, *moment)
        kills, misses = kills + killed, misses + (not killed)
    assert kills >= _KILLS - 1, "the crawls were over before they could be killed"
    before = committed(workspace)
    trial.server.schedule = None
    trial.commands.move_clock(days=12)
    outcome = trial.commands.run(workspace, "crawl", trial.subject.id)
    assert outcome.code == 0, outcome
    check_archive(workspace.root)
    assert lost(before, committed(workspace)) == {}
    assert doubled(workspace) == []
    assert differences(without_spares(trial.whole), without_spares(snapshot(workspace.root))) == {}


@pytest.mark.parametrize("seed", range(_ROWS))
def test_kills_of_the_demo_site(demo: Trial, seed: int) -> None:
    killed_in_a_row(demo, seed)


@pytest.mark.skipif(not SOAK, reason="the sites of the corpus belong to the soak")
@pytest.mark.skipif(not SITES.is_dir(), reason=f"the corpus is not at {SITES}")
@pytest.mark.parametrize("seed", range(100, 100 + _ROWS))
def test_kills_of_a_real_site(cityposts: Trial, seed: int) -> None:
    killed_in_a_row(cityposts, seed)
