"""Finding out how a section lists its articles: on sites of many layouts, answered without a network."""

import re
from urllib.parse import urlsplit

import pytest

from crawler.extracting.inputs import Document, InputError
from crawler.learn.checking import check_section
from crawler.learn.definition import id_of, site_of, to_toml
from crawler.learn.discover import Findings, NothingFoundError, discover
from crawler.learn.links import is_headline, looks_like_article
from crawler.learn.looking import Look
from crawler.site import parse_definition
from tests.crawler.parsers.small_pages import STORY, TITLE, page_of
from tests.e2e.layouts.all import LAYOUTS
from tests.e2e.layouts.site import Layout
from tests.e2e.layouts.trap import TrapSite

HOST = "http://news.example/"


def look_at(site: Layout, budget: int = 14) -> Look:
    site.url = HOST

    def fetch(url: str) -> Document:
        parts = urlsplit(url)
        answer = site.respond(parts.path + (f"?{parts.query}" if parts.query else ""))
        if answer.status != 200:
            raise InputError(f"{url}: the server answers {answer.status}")
        return Document(url, answer.body, url, answer.content_type)

    return Look(fetch, lambda _: re.findall(r"Sitemap: (\S+)", site.robots.replace("URL/", HOST)), budget)


def found_on(name: str) -> tuple[Layout, Findings, Look]:
    site = LAYOUTS[name]()
    look = look_at(site)
    return site, discover(HOST.rstrip("/") + site.part.start, look), look


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_section_is_found_with_few_requests(name: str) -> None:
    site, found, look = found_on(name)
    truth = {HOST.rstrip("/") + path for path in map(_quoted, site.truth())}
    listed = [entry.url for entry in found.entries]
    assert look.requests <= 14
    assert len(found.examples) >= 2
    assert set(listed) <= truth, sorted(set(listed) - truth)[:3]
    assert len(listed) >= min(8, site.size - 2)


def _quoted(path: str) -> str:
    from archive.identity import normalise

    return normalise(HOST.rstrip("/") + path).removeprefix(HOST.rstrip("/"))


@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("tables", "next page"), ("scroll", "next page"), ("months", "archives by date"), ("rss", "feed"),
        ("jsonfeed", "feed"), ("sitemaps-bare", "sitemap"),
    ],
)  # fmt: skip
def test_a_section_goes_on_by_what_reaches_furthest(name: str, how: str) -> None:
    assert found_on(name)[1].how == how


def test_a_trap_has_a_list_like_any_other() -> None:
    site = TrapSite("self")
    look = look_at(site)
    found = discover(HOST.rstrip("/") + site.part.start, look)
    assert found.how == "next page"
    assert all("SESSID" not in entry.url for entry in found.entries)


@pytest.mark.parametrize("name", ["plain", "cards", "months", "sitemaps"])
def test_the_definition_says_what_was_found(name: str) -> None:
    _, found, look = found_on(name)
    site = site_of(found, site_id="x")
    text = to_toml(site, found.notes, "2026-01-02")
    again = parse_definition(text, "x.toml")
    assert again == site
    assert text.startswith(f"# Learned from {site.start_url(site.sections[0])} on 2026-01-02.")
    checked = check_section(again, again.sections[0], look_at(LAYOUTS[name]()))
    assert [entry.url for entry in checked.entries] == [entry.url for entry in found.entries] or found.how == "sitemap"
    assert look.requests


def test_a_section_that_no_longer_lists_anything_is_said_to() -> None:
    site = LAYOUTS["tables"]()
    found = discover(HOST.rstrip("/") + site.part.start, look_at(site))
    defined = site_of(found, site_id="x")
    changed = look_at(LAYOUTS["cards"]())
    checked = check_section(defined, defined.sections[0], changed)
    assert checked.entries == ()
    assert checked.unsure


@pytest.mark.parametrize("path", ["about/", "nowhere/"])
def test_a_page_that_lists_nothing_is_refused(path: str) -> None:
    site = LAYOUTS["tables"]()
    alone = look_at(site)
    alone.budget = 3
    with pytest.raises(NothingFoundError, match=r"no articles found|answers 404"):
        discover(HOST + path, alone)


def test_the_budget_is_kept() -> None:
    site = LAYOUTS["sitemaps"]()
    look = look_at(site, budget=4)
    discover(HOST.rstrip("/") + site.part.start, look)
    assert look.requests <= 4


def test_boxes_of_other_sections_are_not_taken_in() -> None:
    names = [f"{3100 + number}" for number in range(8)]
    crumb = "<div class=breadcrumb><a href=/>Home</a> &gt; <a href=/{0}/>{0}</a></div>"

    def body_of(path: str) -> str:
        if path == "/harbour/":
            rows = "".join(f"<li><a href=/2024/05/{n}.html>The harbour has a new quay {n}</a></li>" for n in names)
            box = "".join(f"<dd><a href=/2024/05/9{n}.html>The town has a new road {n}</a></dd>" for n in names[:3])
            return page_of(f"<h1>Harbour</h1><ul class=news>{rows}</ul><dl>{box}</dl>")
        section = "Town" if path.startswith("/2024/05/9") else "Harbour"
        return page_of(f"{crumb.format(section)}<h1>{TITLE} {path}</h1><p>2024-05-02</p><div>{STORY}</div>")

    def fetch(url: str) -> Document:
        return Document(url, body_of(urlsplit(url).path).encode(), url, "text/html; charset=utf-8")

    found = discover(HOST + "harbour/", Look(fetch, lambda _: []))
    assert len(found.entries) == len(names)
    assert found.listing.also_urls is None


def test_a_group_whose_pages_are_no_articles_is_left_for_the_next() -> None:
    guides = "".join(
        f"<h2><a href=/goods/the-best-boats-and-nets-{n}>The best boats and nets {n}</a></h2>" for n in range(9)
    )
    stories = "".join(f"<li><a href=/story/{n}-quay>The quay is new {n}</a></li>" for n in range(300, 306))
    goods = "".join(f"<li><a href=/goods/x-{n}/buy>Boat {n}</a> <b>$ {n}00</b> Add to cart</li>" for n in range(20))

    def fetch(url: str) -> Document:
        path = urlsplit(url).path
        if path == "/shop/":
            html = page_of(f"<h1>All</h1><div>{guides}</div><ul>{stories}</ul>")
        elif path.startswith("/goods/"):
            html = page_of(f"<h1>Boats {path}</h1><ul>{goods}</ul>")
        else:
            html = page_of(f"<h1>{TITLE} {path}</h1><p>2024-05-02</p><div>{STORY}</div>")
        return Document(url, html.encode(), url, "text/html; charset=utf-8")

    found = discover(HOST + "shop/", Look(fetch, lambda _: []))
    assert {urlsplit(entry.url).path.split("/")[1] for entry in found.entries} == {"story"}
    assert len(found.entries) == 6


def test_a_feed_without_articles_is_refused() -> None:
    empty = b"<rss version='2.0'><channel><title>x</title></channel></rss>"
    look = Look(lambda url: Document(url, empty, url, "application/rss+xml"), lambda _: [])
    with pytest.raises(NothingFoundError, match="names no articles"):
        discover(HOST + "feed", look)


@pytest.mark.parametrize(
    ("url", "site_id"),
    [
        ("https://www.hafenbote.example/news/", "hafenbote"),
        ("https://english.shzj.gov.cn/updates.html", "shzj"),
        ("http://127.0.0.1:8000/", "site-127-0-0-1-8000"),
        ("https://blog.org/", "blog"),
    ],
)
def test_an_id_is_made_of_the_host(url: str, site_id: str) -> None:
    assert id_of(url) == site_id


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("/2024/05/01/quay/", True), ("/news/c_113228.htm", True), ("/the-old-crane-sold", True),
        ("/show?id=4711", True),
        ("/about", False), ("/tag/harbour-and-quay/", False), ("/authors/ann-lee-of-town/", False), ("/", False),
        ("/2024/05/", False),
    ],
)  # fmt: skip
def test_addresses_that_read_like_an_articles(url: str, *, expected: bool) -> None:
    assert looks_like_article(f"https://news.example{url}") is expected


def test_headlines_are_longer_than_the_words_of_menus() -> None:
    assert is_headline("The old crane is sold")
    assert is_headline("海港城新码头今日启用了")
    assert not is_headline("Read more")
    assert not is_headline("新闻动态")
