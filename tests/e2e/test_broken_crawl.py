"""A crawl that breaks in a way that nobody has foreseen: its run is closed, and the other sites have their turn."""

from pathlib import Path

from archive.holdings import Holdings
from archive.lock import SiteLock
from tests.e2e.fault_site import FaultSite
from tests.e2e.harness import Workspace, check_archive, run_python

# What breaks stands where nothing of the product can: the progress of the first site, once its run has begun.
_BREAKING = """
import sys
from crawler import cli, crawling
follow = crawling._Show.follow
async def break_at_the_first(self, crawl):
    if self._name != "First":
        return await follow(self, crawl)
    while not (self._crawler.spider and self._crawler.spider.run):
        await crawling.asyncio.sleep(0.01)
    raise ValueError("nobody has foreseen this")
crawling._Show.follow = break_at_the_first
sys.argv = ["newsarchive", *sys.argv[1:]]
cli.main()
"""


def test_a_broken_crawl_leaves_neither_run_nor_lock(tmp_path: Path) -> None:
    with FaultSite({"news": [["a1", "a2"]]}).serve() as site:
        workspace = Workspace.make(tmp_path / "w")
        for number, name in enumerate(("First", "Second")):
            text = site.definition.replace('id = "fault"', f'id = "s{number}"')
            workspace.define(f"s{number}", text.replace('name = "The Faulty Times"', f'name = "{name}"'))
        outcome = run_python("-c", _BREAKING, "-w", str(workspace.root), "crawl", "s0", "s1")
    assert outcome.code != 0, outcome
    assert "s0: the crawl broke: ValueError: nobody has foreseen this" in outcome.err
    assert workspace.rows("SELECT site_id, state FROM runs ORDER BY id") == [("s0", "failed"), ("s1", "finished")]
    lock = SiteLock(Holdings(workspace.root), "s0")
    lock.acquire()
    lock.release()
    check_archive(workspace.root)
