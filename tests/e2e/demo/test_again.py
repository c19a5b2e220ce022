"""The demo site crawled again, and crawled in parts."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.demo.site import SECTIONS, DemoSite
from tests.e2e.demo.crawled import ARTICLES, Crawled, body_of, demo_workspace, paths
from tests.e2e.fault_site import FaultSite
from tests.e2e.harness import Workspace, check_archive, differences, snapshot


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Crawled]:
    """A crawled demo that the test may change."""
    with demo_workspace(tmp_path / "w") as (server, workspace):
        yield Crawled(server, workspace, workspace.crawl("demo"))


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Crawled]:
    """A demo that is not crawled yet."""
    with demo_workspace(tmp_path / "w") as (server, workspace):
        yield Crawled(server, workspace, {})


def test_the_second_crawl_stores_nothing(own: Crawled) -> None:
    before = snapshot(own.workspace.root)
    asked = own.server.requests.copy()
    second = own.workspace.crawl("demo")
    assert (second["discovered"], second["stored"]) == (0, 0)
    assert differences(before, snapshot(own.workspace.root)) == {}
    assert not any(asked[path] < own.server.requests[path] for path in own.server.requests if "/c_" in path)
    # What the first walk showed was not seen before that walk began: the second walks on, the third need not.
    asked = own.server.requests.copy()
    third = own.workspace.crawl("demo")
    assert (third["discovered"], third["stored"]) == (0, 0)
    assert set(own.server.requests - asked) - {"/robots.txt"} == {path for _, path in SECTIONS.values()}
    check_archive(own.workspace.root)


def test_a_revised_article_becomes_version_2(own: Crawled) -> None:
    old = next(article for article in ARTICLES if article.number == 130512)
    new = own.server.site.revise(old.path)
    (gone,) = set(old.pages[0]) - set(new.pages[0])
    (come,) = set(new.pages[0]) - set(old.pages[0])
    sums = own.workspace.crawl("demo", "--full")
    assert (sums["stored"], sums["unchanged"]) == (1, len(ARTICLES) - 1)
    url = own.url(old.path)
    assert own.workspace.rows("SELECT version, updated, day, body FROM articles WHERE url = ?", url) == [
        (2, new.updated, new.updated, body_of(new))
    ]
    assert own.workspace.value("SELECT count(*) FROM versions") == len(ARTICLES) + 1
    first = own.workspace.run("show", url, "--version", "1", "--json").json
    assert (first["version"], first["body"], first["updated"]["value"]) == (1, body_of(old), old.updated)
    assert own.workspace.run("show", url, "--json").json["body"] == body_of(new)
    assert own.found(f'"{come}"') == {old.path}
    assert own.found(f'"{gone}"') == set()
    assert own.workspace.rows("SELECT kind, from_version, to_version FROM events WHERE kind <> 'first_seen'") == [
        ("changed", 1, 2)
    ]
    check_archive(own.workspace.root)
    before = snapshot(own.workspace.root)
    third = own.workspace.crawl("demo", "--full")
    assert (third["stored"], third["unchanged"]) == (0, len(ARTICLES))
    assert differences(before, snapshot(own.workspace.root)) == {}
    check_archive(own.workspace.root)


def test_three_listing_pages_of_new_articles_are_all_that_is_fetched(own: Crawled) -> None:
    own.workspace.crawl("demo")
    new = own.server.site.publish("updates", 24)
    asked = own.server.requests.copy()
    sums = own.workspace.crawl("demo")
    assert (sums["discovered"], sums["stored"]) == (24, 24)
    assert set(own.stored()) == paths(ARTICLES) | paths(new)
    listings = {path: number for path, number in (own.server.requests - asked).items() if "updates" in path}
    assert listings == {f"/updates{page}.html": 1 for page in ("", "_2", "_3", "_4")} | {"/cn/updates.html": 1}
    assert not any(own.server.requests[article.path] > 1 for article in ARTICLES)
    check_archive(own.workspace.root)


def _completed(workspace: Workspace) -> set[str]:
    return {key for (key,) in workspace.rows("SELECT key FROM sections WHERE walk_completed IS NOT NULL")}


def _gets_the_rest(crawled: Crawled) -> None:
    """A plain crawl after a narrowed one ends with everything, each article fetched once."""
    crawled.workspace.crawl("demo")
    assert set(crawled.stored()) == paths(ARTICLES)
    assert _completed(crawled.workspace) == set(SECTIONS)
    assert not any(crawled.server.requests[article.path] > 1 for article in ARTICLES)
    check_archive(crawled.workspace.root)


def test_crawls_cut_by_limit_add_up(fresh: Crawled) -> None:
    taken = [fresh.workspace.crawl("demo", "--section", "updates", "--limit", "10")["discovered"] for _ in range(3)]
    # 26 articles and the dead link.
    assert taken == [10, 10, 7]
    stored = fresh.workspace.value(
        "SELECT count(*) FROM article_sections JOIN sections ON sections.id = section_id WHERE key = 'updates'"
    )
    assert stored == 26
    assert _completed(fresh.workspace) == {"updates"}


def test_a_crawl_cut_by_limit_hides_nothing(fresh: Crawled) -> None:
    sums = fresh.workspace.crawl("demo", "--limit", "5")
    assert (sums["state"], sums["discovered"], sums["stored"]) == ("finished", 5, 5)
    assert _completed(fresh.workspace) == set()
    assert {walk["state"] for walk in sums["sections"].values()} == {"cut"}
    check_archive(fresh.workspace.root)
    _gets_the_rest(fresh)


def test_a_crawl_cut_by_since_hides_nothing(fresh: Crawled) -> None:
    since = "2018-05-14"
    sums = fresh.workspace.crawl("demo", "--since", since)
    young = paths([article for article in ARTICLES if article.updated >= since])
    assert set(fresh.stored()) == young
    assert sums["state"] == "finished"
    assert sums["discovered"] == sums["stored"] + sums["skipped"]
    assert sums["sections"]["updates"]["state"] == "cut"
    assert not {"updates", "notices", "press"} & _completed(fresh.workspace)
    check_archive(fresh.workspace.root)
    _gets_the_rest(fresh)


def test_a_crawl_of_one_section_leaves_the_others(fresh: Crawled) -> None:
    sums = fresh.workspace.crawl("demo", "--section", "press")
    assert set(fresh.stored()) == paths(DemoSite().section_articles("press"))
    assert set(sums["sections"]) == {"press"}
    assert _completed(fresh.workspace) == {"press"}
    check_archive(fresh.workspace.root)
    _gets_the_rest(fresh)
    (twice,) = [article for article in ARTICLES if len(article.sections) > 1]
    assert fresh.workspace.value(
        "SELECT count(*) FROM article_sections JOIN articles ON articles.id = article_id WHERE url = ?",
        fresh.url(twice.path),
    ) == 2  # fmt: skip


def test_an_old_article_pinned_on_every_page_does_not_end_the_walk(tmp_path: Path) -> None:
    known = [["k1", "k2", "k3"], ["k4", "k5", "k6"], ["k7", "k8", "k9"]]
    with FaultSite({"news": known}).serve() as site:
        workspace = Workspace.make(tmp_path / "w")
        workspace.define("fault", site.definition)
        assert workspace.crawl("fault")["stored"] == 9
        assert workspace.crawl("fault")["stored"] == 0
        site.sections["news"] = [["k9", *page] for page in [["n1", "n2", "n3"], ["n4", "n5", "n6"], *known]]
        site.requests.clear()
        assert workspace.crawl("fault")["stored"] == 6
        assert {path for path in site.requests if path.startswith("/news/")} == {
            "/news/", "/news/page2.html", "/news/page3.html",
        }  # fmt: skip
    check_archive(workspace.root)


def test_a_new_article_pinned_on_every_page_does_not_prolong_the_walk(tmp_path: Path) -> None:
    known = [[f"k{3 * page + place}" for place in range(3)] for page in range(5)]
    with FaultSite({"news": known}).serve() as site:
        workspace = Workspace.make(tmp_path / "w")
        workspace.define("fault", site.definition)
        assert workspace.crawl("fault")["stored"] == 15
        assert workspace.crawl("fault")["stored"] == 0
        site.sections["news"] = [["new", *page] for page in known]
        site.requests.clear()
        assert workspace.crawl("fault")["stored"] == 1
        assert {path for path in site.requests if path.startswith("/news/")} == {"/news/", "/news/page2.html"}
    check_archive(workspace.root)
