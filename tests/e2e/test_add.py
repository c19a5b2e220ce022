"""A section's address and nothing else: `add` and `crawl` hold the section, of any layout, and nothing but it."""

import contextlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from crawler.demo.server import DemoServer
from crawler.demo.site import SECTIONS
from tests.e2e.fault_site import Answer, FaultSite
from tests.e2e.harness import Workspace, check_archive
from tests.e2e.judging import FOUND, Known, add, closing, definitions, judge, sampled
from tests.e2e.layouts.all import LAYOUTS
from tests.e2e.layouts.site import Layout

DEMO = [f"demo-{key}" for key in SECTIONS]
# Articles that are published after the first crawl.
NEW = 3
NAMES = [*LAYOUTS, *DEMO]


@dataclass(frozen=True)
class Shown:
    """A section that is being served: its address, its truth of now, what publishes more, and what was asked for."""

    url: str
    truth: Callable[[], Mapping[str, Known]]
    publish: Callable[[], object]
    requests: Counter[str]


@contextlib.contextmanager
def shown(name: str) -> Iterator[Shown]:
    """Serve the section of a name."""
    with demo(name.removeprefix("demo-")) if name in DEMO else layout(name) as section:
        yield section


@contextlib.contextmanager
def layout(name: str) -> Iterator[Shown]:
    with LAYOUTS[name]().serve() as site:
        site.withhold(NEW)
        yield Shown(site.url + site.part.start.lstrip("/"), partial(truth_of, site), site.release, site.requests)


def truth_of(site: Layout) -> Mapping[str, Known]:
    return {path: Known(str(story.number), story.title, story.day.isoformat()) for path, story in site.truth().items()}


@contextlib.contextmanager
def demo(key: str) -> Iterator[Shown]:
    with DemoServer() as server:
        url = server.url + SECTIONS[key][1].lstrip("/")
        publish = partial(server.site.publish, key, NEW)
        yield Shown(url, partial(truth_of_demo, server, key), publish, server.requests)


def truth_of_demo(server: DemoServer, key: str) -> Mapping[str, Known]:
    articles = server.site.section_articles(key)
    return {article.path: Known(article.path, article.title, article.updated) for article in articles}


@pytest.mark.parametrize("name", sampled(NAMES, 3))
def test_what_is_added_is_crawled_whole_and_alone(name: str, tmp_path: Path) -> None:
    workspace = Workspace.make(tmp_path / "w")
    with shown(name) as section:
        added = add(workspace, section.url, section.requests)
        assert added.faults() == {}
        workspace.crawl(FOUND)
        assert judge(workspace, section.truth()).faults() == {}
        again = workspace.crawl(FOUND)
        assert (again["state"], again["discovered"], again["stored"]) == ("finished", 0, 0)
        section.publish()
        more = workspace.crawl(FOUND)
        assert more["stored"] == NEW
        assert judge(workspace, section.truth()).faults() == {}
    check_archive(workspace.root)


@pytest.mark.parametrize("name", sampled(NAMES[1:], 1))
def test_an_address_is_crawled_without_a_definition(name: str, tmp_path: Path) -> None:
    workspace = Workspace.make(tmp_path / "w")
    with shown(name) as section:
        outcome = workspace.run("crawl", section.url, "--json")
    assert outcome.code == 0, outcome
    assert closing(outcome)["state"] == "finished"
    assert judge(workspace, section.truth()).faults() == {}
    assert definitions(workspace) == set()


# What is no section


@pytest.fixture
def brochure() -> Iterator[FaultSite]:
    """A site of one page that lists nothing."""
    page = (
        b"<html><head><title>Brochure</title></head><body><h1>We repair boats</h1><p>Come and see us.</p></body></html>"
    )
    site = FaultSite({}, {"/": Answer(page), "/price.pdf": Answer(b"%PDF-1.4\n", content_type="application/pdf")})
    with site.serve():
        yield site


@pytest.mark.parametrize("path", ["", "price.pdf", "nowhere/"])
def test_a_page_that_lists_nothing_is_refused_in_one_line(brochure: FaultSite, tmp_path: Path, path: str) -> None:
    workspace = Workspace.make(tmp_path / "w")
    added = add(workspace, brochure.url + path, brochure.requests)
    assert added.outcome.code == 2, added.outcome
    (line,) = added.outcome.complaints
    assert brochure.url in line
    assert definitions(workspace) == set()
    assert added.requests <= 15


def test_a_site_that_disallows_it_is_not_looked_at(brochure: FaultSite, tmp_path: Path) -> None:
    brochure.robots = "User-agent: *\nDisallow: /\n"
    workspace = Workspace.make(tmp_path / "w")
    added = add(workspace, brochure.url, brochure.requests)
    assert added.outcome.code == 2, added.outcome
    assert "robots.txt" in " ".join(added.outcome.complaints)
    assert set(brochure.requests) == {"/robots.txt"}


def test_single_articles_are_saved_by_their_addresses(tmp_path: Path) -> None:
    workspace = Workspace.make(tmp_path / "w")
    with DemoServer() as server, LAYOUTS["tables"]().serve() as other:
        wanted = [article.path for article in server.site.section_articles("updates")][:2]
        path, story = next(iter(other.truth().items()))
        urls = [*(server.url + path.lstrip("/") for path in wanted), other.url + path.lstrip("/")]
        first = workspace.run("save", *urls, "--json")
        again = workspace.run("save", urls[0], "--json")
        dead = workspace.run("save", f"{server.url}nowhere.htm")
    assert (first.code, again.code, dead.code) == (0, 0, 1), (first, again, dead)
    assert [site["stored"] for site in first.json] == [2, 1]
    assert [(site["stored"], site["unchanged"]) for site in again.json] == [(0, 1)]
    assert "http-404" in dead.out
    titles = {title for (title,) in workspace.rows("SELECT title FROM articles")}
    assert len(titles) == 3
    assert story.title in titles
    assert workspace.run("save", "no-address").code == 2
    check_archive(workspace.root)


def test_a_wrong_id_is_refused_before_anything_is_fetched(brochure: FaultSite, tmp_path: Path) -> None:
    workspace = Workspace.make(tmp_path / "w")
    refused = workspace.run("add", brochure.url, "--id", "Über uns")
    assert refused.code == 2
    assert "lower-case letters, digits, - and _ are allowed" in refused.err
    assert brochure.requests.total() == 0
