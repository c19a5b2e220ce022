"""Only like is compared with like: another definition re-reads what is stored before a fetch is compared with it.

And a canonical link is believed only where it can be.
"""

from pathlib import Path

from crawler.demo.definition import definition
from crawler.demo.server import DemoServer
from tests.e2e.fault_site import Answer, FaultSite, article_html, article_path, title
from tests.e2e.harness import Workspace, check_archive


def test_another_definition_makes_readings_and_no_versions(tmp_path: Path) -> None:
    with DemoServer() as server:
        workspace = Workspace.make(tmp_path / "w")
        workspace.define("demo", definition(server.url))
        first = workspace.crawl("demo")
        # The summary's last sentence is no body now: every stored body differs from what a fetch would give.
        changed = definition(server.url).replace(
            "[[sections]]", '[template]\nremove = "p:nth-of-type(2)"\n\n[[sections]]', 1
        )
        workspace.define("demo", changed)
        again = workspace.crawl("demo", "--full")
    assert (again["stored"], again["unchanged"]) == (0, first["stored"])
    assert workspace.value("SELECT count(*) FROM versions") == first["stored"]
    assert workspace.value("SELECT count(*) FROM readings") == first["stored"]
    assert workspace.value("SELECT count(*) FROM readings WHERE digest_before <> digest_after") > 0
    assert workspace.value("SELECT count(*) FROM events WHERE kind <> 'first_seen'") == 0
    assert workspace.value("SELECT count(DISTINCT template) FROM versions") == 1
    check_archive(workspace.root)


def test_one_canonical_for_all_pages_does_not_make_them_one_article(tmp_path: Path) -> None:
    names = ("one", "two", "three")
    head = f"<link rel=canonical href='{article_path('one')}'>"
    answers = {article_path(name): Answer(article_html(name, head=head).encode()) for name in names}
    workspace = Workspace.make(tmp_path / "w")
    with FaultSite({"news": [list(names)]}, answers).serve() as site:
        workspace.define("fault", site.definition)
        workspace.crawl("fault")
    assert {found for (found,) in workspace.rows("SELECT title FROM articles")} == {title(name) for name in names}
    check_archive(workspace.root)


def test_a_canonical_link_joins_two_addresses_of_one_story(tmp_path: Path) -> None:
    head = f"<link rel=canonical href='{article_path('one')}'>"
    one = Answer(article_html("one", head=head).encode())
    workspace = Workspace.make(tmp_path / "w")
    with FaultSite({"news": [["one", "twin"]]}, {article_path("one"): one, article_path("twin"): one}).serve() as site:
        workspace.define("fault", site.definition)
        sums = workspace.crawl("fault")
        assert workspace.rows("SELECT url FROM articles") == [(site.article_url("one"),)]
    assert (sums["stored"], sums["unchanged"]) == (1, 1)
    assert workspace.value("SELECT count(DISTINCT article_id) FROM urls WHERE kind = 'article'") == 1
    check_archive(workspace.root)


def test_a_canonical_link_to_the_front_page_or_a_listing_names_nothing(tmp_path: Path) -> None:
    answers = {
        article_path(name): Answer(article_html(name, head=f"<link rel=canonical href='{target}'>").encode())
        for name, target in (("one", "/"), ("two", "/news/"), ("three", "https://elsewhere.example/x"))
    }
    workspace = Workspace.make(tmp_path / "w")
    with FaultSite({"news": [["one", "two", "three"]]}, answers).serve() as site:
        workspace.define("fault", site.definition)
        workspace.crawl("fault")
        stored = {url for (url,) in workspace.rows("SELECT url FROM articles")}
        assert stored == {site.article_url(name) for name in ("one", "two", "three")}


def test_a_canonical_address_that_nobody_knows_does_not_join_different_stories(tmp_path: Path) -> None:
    names = tuple(f"n{number}" for number in range(8))
    head = "<link rel=canonical href='/a/index-of-everything.html'>"
    answers = {article_path(name): Answer(article_html(name, head=head).encode()) for name in names}
    workspace = Workspace.make(tmp_path / "w")
    with FaultSite({"news": [list(names)]}, answers).serve() as site:
        workspace.define("fault", site.definition)
        sums = workspace.crawl("fault")
    assert sums["stored"] == len(names)
    assert {found for (found,) in workspace.rows("SELECT title FROM articles")} == {title(name) for name in names}
    assert workspace.value("SELECT max(version) FROM articles") == 1
    check_archive(workspace.root)
