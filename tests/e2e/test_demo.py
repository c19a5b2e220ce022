"""The demonstration and the demo site: what is stored is what the site's own truth says."""

import contextlib
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from archive.db import open_archive
from archive.search import search
from crawler.demo.definition import definition
from crawler.demo.pictures import draw
from crawler.demo.server import DemoServer
from crawler.demo.site import SECTIONS, DemoArticle, DemoSite
from tests.e2e.fault_site import FaultSite
from tests.e2e.harness import Outcome, Workspace, check_archive, differences, newsarchive, snapshot

ARTICLES = DemoSite().articles
DEAD = "/2017-05/11/c_117120.htm"
# A word of two characters of each Chinese article, and the article's number.
CHINESE = {
    "校准": 131408, "港口": 130513, "电梯": 129885, "电热": 127991, "噪声": 127442, "潮水": 125205, "电池": 121936,
    "花灯": 113407,
}  # fmt: skip


@dataclass(frozen=True)
class Crawled:
    """The demo site, served, and a workspace that has crawled it once."""

    server: DemoServer
    workspace: Workspace
    first: dict[str, Any]

    def url(self, path: str) -> str:
        return self.server.url + path.lstrip("/")

    def stored(self) -> dict[str, dict[str, Any]]:
        """Return the archive's articles by path."""
        with contextlib.closing(open_archive(self.workspace.database, readonly=True)) as db:
            return {unquote(urlsplit(row["url"]).path): row for row in db.query("SELECT * FROM articles")}

    def found(self, query: str) -> set[str]:
        """Return the paths of what a search finds."""
        with contextlib.closing(open_archive(self.workspace.database, readonly=True)) as db:
            return {unquote(urlsplit(hit.url).path) for hit in search(db, query, limit=1000)}


@contextlib.contextmanager
def demo_workspace(root: Path) -> Iterator[tuple[DemoServer, Workspace]]:
    with DemoServer() as server:
        workspace = Workspace.make(root)
        workspace.define("demo", definition(server.url))
        yield server, workspace


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    """A crawled demo that no test changes."""
    with demo_workspace(tmp_path_factory.mktemp("demo") / "w") as (server, workspace):
        yield Crawled(server, workspace, workspace.crawl("demo"))


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


def letters(text: str | None) -> str:
    return "".join(letter for letter in text or "" if letter.isalnum())


def paths(articles: Iterator[DemoArticle] | tuple[DemoArticle, ...] | list[DemoArticle]) -> set[str]:
    return {article.path for article in articles}


def body_of(article: DemoArticle) -> str:
    return "\n\n".join(paragraph for page in article.pages for paragraph in page)


# The command


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Outcome]:
    """The demonstration's workspace and what it printed."""
    root = tmp_path_factory.mktemp("demonstration") / "w"
    return root, newsarchive("demo", "--directory", str(root))


def test_the_demo_ends_with_0_and_prints_what_the_archive_holds(demonstration: tuple[Path, Outcome]) -> None:
    root, outcome = demonstration
    assert outcome.code == 0, outcome
    workspace = Workspace(root)
    (line,) = re.findall(r"^Stored: (.+)$", outcome.out, re.MULTILINE)
    printed = {name: int(number) for name, number in (part.rsplit(": ", 1) for part in line.split(", "))}
    counts = {table: workspace.value(f"SELECT count(*) FROM {table}") for table in ("articles", "versions", "images")}  # noqa: S608
    assert printed["articles"] == counts["articles"] == len(ARTICLES)
    assert printed["versions"] == counts["versions"] == len(ARTICLES)
    good = {image.path for article in ARTICLES for image in article.images if image.fate == "good"}
    assert printed["images kept"] == counts["images"] == len({draw(path) for path in good})
    assert printed["images that failed"] == sum(image.fate != "good" for a in ARTICLES for image in a.images)
    assert printed["captions"] == sum(bool(image.caption) for article in ARTICLES for image in article.images)
    for key, (name, _) in SECTIONS.items():
        assert printed[f"section {name}"] == len(DemoSite().section_articles(key))
    assert re.search(r"^newsarchive search (.+)$", outcome.out, re.MULTILINE)
    assert re.search(r"newsarchive .*serve", outcome.out)
    check_archive(root)


def test_the_search_that_the_demo_shows_finds_something(demonstration: tuple[Path, Outcome]) -> None:
    _, outcome = demonstration
    shown = outcome.out.partition("newsarchive search")[2].partition("Crawling the same site again")[0]
    assert "Nothing in the archive" not in shown
    assert "http://127.0.0.1" in shown


def test_the_demo_does_not_touch_a_workspace_that_is_there(tmp_path: Path) -> None:
    workspace = Workspace.make(tmp_path)
    outcome = newsarchive("demo", "--directory", str(tmp_path))
    assert outcome.code == 2
    assert outcome.complaints == [
        f"newsarchive: {tmp_path} holds a workspace already; name a new directory, or remove it first"
    ]
    assert workspace.value("SELECT count(*) FROM runs") == 0


# What is stored


def test_every_article_is_stored_once(crawled: Crawled) -> None:
    assert set(crawled.stored()) == paths(ARTICLES)
    assert crawled.workspace.value("SELECT count(*) FROM versions") == len(ARTICLES)
    assert crawled.first["stored"] == len(ARTICLES)
    assert crawled.first["state"] == "finished"
    check_archive(crawled.workspace.root)


@pytest.mark.parametrize("name", ["title", "updated", "source", "language", "body"])
def test_every_field_is_the_sites(crawled: Crawled, name: str) -> None:
    stored = crawled.stored()
    for article in ARTICLES:
        want = body_of(article) if name == "body" else getattr(article, name)
        assert stored[article.path][name] == want, article.path


def test_every_byline_day_and_breadcrumb_is_the_sites(crawled: Crawled) -> None:
    for article in ARTICLES:
        row = crawled.stored()[article.path]
        assert json.loads(row["byline"]) == ([article.byline] if article.byline else []), article.path
        assert (row["day"], row["updated_precision"]) == (article.updated, "day"), article.path
        home = ["首页", "新闻"] if article.language == "zh" else ["Home", "News"]
        assert json.loads(row["breadcrumb"]) == [*home, SECTIONS[article.sections[0]][0]], article.path


def test_every_image_and_caption_is_the_sites(crawled: Crawled) -> None:
    for article in ARTICLES:
        rows = crawled.workspace.rows(
            "SELECT article_images.url, caption, credit, sha256, error FROM article_images JOIN articles "
            "ON articles.id = article_id LEFT JOIN images ON images.id = image_id WHERE articles.url = ? "
            "ORDER BY position",
            crawled.url(article.path),
        )
        got = [(urlsplit(url).path, letters(caption) + letters(credit), sha) for url, caption, credit, sha, _ in rows]
        want = [
            (
                image.path,
                letters(image.caption),
                hashlib.sha256(draw(image.path)).hexdigest() if image.fate == "good" else None,
            )
            for image in article.images
        ]
        assert got == want, article.path
        errors = [error for *_, error in rows]
        reasons = {"good": None, "broken": "not-image", "missing": "http-404"}
        assert errors == [reasons[image.fate] for image in article.images], article.path


def test_every_image_is_kept_as_served(crawled: Crawled) -> None:
    rows = crawled.workspace.rows("SELECT path, mime, width, height FROM images")
    kept = {(crawled.workspace.root / "media" / path).read_bytes(): tuple(facts) for path, *facts in rows}
    good = {image.path for article in ARTICLES for image in article.images if image.fate == "good"}
    assert set(kept) == {draw(path) for path in good}
    types = {"jpg": "image/jpeg", "png": "image/png", "gif": "image/gif"}
    for path in good:
        assert kept[draw(path)] == (types[path.rpartition(".")[2]], 480, 320), path


def test_every_section_holds_its_articles(crawled: Crawled) -> None:
    for key in SECTIONS:
        got = crawled.workspace.rows(
            "SELECT articles.url FROM articles JOIN article_sections ON article_id = articles.id "
            "JOIN sections ON sections.id = section_id WHERE sections.key = ?",
            key,
        )
        assert {urlsplit(url).path for (url,) in got} == paths(DemoSite().section_articles(key)), key
    assert crawled.workspace.value("SELECT count(*) FROM sections WHERE walk_completed IS NULL") == 0


def test_an_article_of_two_sections_is_one_article_in_both(crawled: Crawled) -> None:
    (article,) = [article for article in ARTICLES if len(article.sections) > 1]
    shown = crawled.workspace.run("show", crawled.url(article.path), "--json").json
    assert sorted(shown["sections"]) == sorted(article.sections)
    for section in article.sections:
        hits = crawled.workspace.run("search", f'"{article.title}"', "--section", section, "--json").json["hits"]
        assert [hit["url"] for hit in hits] == [crawled.url(article.path)]
    assert crawled.server.requests[article.path] == 1


def test_an_article_over_three_pages_is_tied_to_its_captures_in_order(crawled: Crawled) -> None:
    long = [article for article in ARTICLES if len(article.pages) > 1]
    assert long
    for article in long:
        rows = crawled.workspace.rows(
            "SELECT captures.url FROM version_captures JOIN captures ON captures.id = capture_id "
            "JOIN versions ON versions.id = version_id JOIN articles ON articles.id = article_id "
            "WHERE articles.url = ? ORDER BY version_captures.position",
            crawled.url(article.path),
        )
        assert [urlsplit(url).path for (url,) in rows] == list(article.page_paths)


def test_a_page_without_a_title_has_the_listings(crawled: Crawled) -> None:
    (article,) = [article for article in ARTICLES if article.titleless]
    row = crawled.stored()[article.path]
    assert row["title"] == article.title
    assert "title" in json.loads(row["rules"])


def test_stray_image_names_are_not_in_the_text(crawled: Crawled) -> None:
    strays = [article.stray for article in ARTICLES if article.stray]
    assert strays
    for row in crawled.stored().values():
        assert not any(stray in row["body"] + (row["captions"] or "") for stray in strays)


def test_a_dead_link_is_recorded_and_costs_nothing_else(crawled: Crawled) -> None:
    assert crawled.workspace.rows("SELECT state, cause, failures FROM urls WHERE url = ?", crawled.url(DEAD)) == [
        ("failed", "http-404", 1)
    ]
    assert (crawled.first["failed"], crawled.first["causes"]) == (1, {"http-404": 1})
    assert crawled.server.requests[DEAD] == 1


# Search


@pytest.mark.parametrize("word", CHINESE)
def test_chinese_words_of_two_characters_find_the_twins(crawled: Crawled, word: str) -> None:
    want = {article.path for article in ARTICLES if word in article.title or any(word in p for p in _texts(article))}
    (twin,) = {article.path for article in ARTICLES if article.number == CHINESE[word]}
    assert twin in want
    assert crawled.found(word) == want
    rows = crawled.workspace.rows(
        "SELECT url FROM articles_fts JOIN articles ON articles.id = articles_fts.rowid "
        "WHERE articles_fts MATCH 'search_extra : ' || ?",
        f'"{" ".join(word)}"',
    )
    assert {urlsplit(url).path for (url,) in rows} == want


def _texts(article: DemoArticle) -> list[str]:
    return [*(text for page in article.pages for text in page), *(image.caption for image in article.images)]


def test_the_command_finds_chinese_words(crawled: Crawled) -> None:
    hits = crawled.workspace.run("search", "校准", "--json").json["hits"]
    assert [hit["title"] for hit in hits] == ["灯笼码头设立市民免费校准室"]
    assert "**" in hits[0]["snippet"]


def test_filters_of_the_search_command_are_exact(crawled: Crawled) -> None:
    hits = crawled.workspace.run(
        "search", "--since", "2018-01-01", "--until", "2018-05-14", "--sort", "newest", "--limit", "1000", "--json"
    ).json["hits"]
    assert {urlsplit(hit["url"]).path for hit in hits} == paths(
        [article for article in ARTICLES if "2018-01-01" <= article.updated <= "2018-05-14"]
    )
    days = [hit["day"] for hit in hits]
    assert days == sorted(days, reverse=True)


# Crawling again


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


# A narrowed crawl


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


# Pinned articles, on a site whose listings can be arranged at will


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
