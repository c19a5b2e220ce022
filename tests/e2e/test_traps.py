"""A site of traps: the crawl ends, for little more than the section costs, holds all of it, and names its rules."""

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.e2e.harness import Outcome, Workspace, newsarchive
from tests.e2e.judging import FOUND, Known, add, judge, sampled, target
from tests.e2e.layouts.trap import ENDINGS, Ending, TrapSite, without_session

# A crawl that does not end is given up.
_PATIENCE = 60
# What the log says of each trap; the words are the product's, the traps are the site's.
RULES: Mapping[str, str] = {
    "session ids": r"session",
    "the calendar": r"calendar",
    "filters and sort orders": r"filter|sort|facet",
    "listing pages that repeat": r"repeat|loop|again|same.page|itself|nothing.new|last.page|known",
}


def truth_of(site: TrapSite) -> dict[str, Known]:
    return {path: Known(str(story.number), story.title, story.day.isoformat()) for path, story in site.truth().items()}


def by(url: str) -> str:
    """Return what an address names, whatever its session."""
    return without_session(target(url))


def cost_of(site: TrapSite) -> int:
    """Return the requests that the true section takes: robots.txt, its pages, its articles and their images."""
    stories = site.part.stories
    return 1 + -(-len(stories) // site.size) + len(stories) + sum(len(story.pictures) for story in stories)


def crawl(workspace: Workspace, site_id: str) -> Outcome:
    try:
        return newsarchive("-v", "-w", str(workspace.root), "crawl", site_id, "--json", timeout=_PATIENCE)
    except subprocess.TimeoutExpired:
        pytest.fail(f"the crawl did not end within {_PATIENCE} s")


def unnamed(log: str) -> list[str]:
    return [trap for trap, words in RULES.items() if not re.search(words, log, re.IGNORECASE)]


@pytest.mark.parametrize("ending", sampled(ENDINGS, 1))
def test_the_section_is_held_for_twice_its_cost(ending: Ending, tmp_path: Path) -> None:
    workspace = Workspace.make(tmp_path / "w")
    with TrapSite(ending, "path" if ending == "first" else "query").serve() as site:
        added = add(workspace, site.url + site.part.start.lstrip("/"), site.requests, "-v", timeout=_PATIENCE)
        assert added.faults() == {}
        asked = site.requests.total()
        crawled = crawl(workspace, FOUND)
        spent = site.requests.total() - asked
    assert crawled.code == 0, crawled
    assert judge(workspace, truth_of(site), by).faults() == {}
    assert spent <= 2 * cost_of(site)
    assert unnamed(added.outcome.err + crawled.err) == []


@pytest.mark.parametrize("ending", sampled(ENDINGS, 1))
def test_a_definition_by_hand_does_not_walk_for_ever(ending: Ending, tmp_path: Path) -> None:
    """Who names entries and next links by hand is kept from the same traps."""
    workspace = Workspace.make(tmp_path / "w")
    with TrapSite(ending).serve() as site:
        workspace.define("trap", by_hand(site))
        crawled = crawl(workspace, "trap")
        spent = site.requests.total()
        assert crawled.code == 0, crawled
        assert judge(workspace, truth_of(site), by).faults() == {}
        assert spent <= 2 * cost_of(site)
        again = crawl(workspace, "trap")
    assert (again.json[0]["discovered"], again.json[0]["stored"]) == (0, 0)


def by_hand(site: TrapSite) -> str:
    return (
        f'id = "trap"\nname = "Traps"\nurl = "{site.url}"\nlanguage = "en"\n\n[listing]\nentry = "div.entry"\n'
        'link = "h2 a"\ndate = "span.date"\nnext = "a.next"\n\n'
        f'[[sections]]\nkey = "news"\nname = "News"\nurl = "{site.part.start}"\n'
    )
