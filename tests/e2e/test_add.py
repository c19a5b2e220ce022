"""A section's address and nothing else: `add` and `crawl` hold the section, of any layout, and nothing but it."""

import contextlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from crawler.demo.server import DemoServer
from crawler.demo.site import SECTIONS
from tests.e2e.fault_site import Answer, FaultSite
from tests.e2e.harness import Workspace, check_archive
from tests.e2e.judging import FOUND, Known, add, closing, definitions, judge
from tests.e2e.layouts.all import LAYOUTS

DEMO = [f"demo-{key}" for key in SECTIONS]
NAMES = [*LAYOUTS, *DEMO]


@dataclass(frozen=True)
class Shown:
    """A section that is being served: its address, its truth, and what was asked for."""

    url: str
    truth: Mapping[str, Known]
    requests: Counter[str]


@contextlib.contextmanager
def shown(name: str) -> Iterator[Shown]:
    """Serve the section of a name."""
    with demo(name.removeprefix("demo-")) if name in DEMO else layout(name) as section:
        yield section


@contextlib.contextmanager
def layout(name: str) -> Iterator[Shown]:
    with LAYOUTS[name]().serve() as site:
        truth = {
            path: Known(str(story.number), story.title, story.day.isoformat()) for path, story in site.truth().items()
        }
        yield Shown(site.url + site.part.start.lstrip("/"), truth, site.requests)


@contextlib.contextmanager
def demo(key: str) -> Iterator[Shown]:
    with DemoServer() as server:
        articles = server.site.section_articles(key)
        truth = {article.path: Known(article.path, article.title, article.updated) for article in articles}
        yield Shown(server.url + SECTIONS[key][1].lstrip("/"), truth, server.requests)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_added_is_crawled_whole_and_alone(name: str, tmp_path: Path) -> None:
    workspace = Workspace.make(tmp_path / "w")
    with shown(name) as section:
        added = add(workspace, section.url, section.requests)
        assert added.faults() == {}
        workspace.crawl(FOUND)
        assert judge(workspace, section.truth).faults() == {}
        again = workspace.crawl(FOUND)
    assert (again["state"], again["discovered"], again["stored"]) == ("finished", 0, 0)
    check_archive(workspace.root)


@pytest.mark.parametrize("name", NAMES)
def test_an_address_is_crawled_without_a_definition(name: str, tmp_path: Path) -> None:
    workspace = Workspace.make(tmp_path / "w")
    with shown(name) as section:
        outcome = workspace.run("crawl", section.url, "--json")
    assert outcome.code == 0, outcome
    assert closing(outcome)["state"] == "finished"
    assert judge(workspace, section.truth).faults() == {}
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
