"""Listing pages: which articles they name, and which page follows."""

import time

import pytest

from archive.model import Entry
from crawler.parsers import ListingPage, parse_listing
from crawler.site import Listing, load_bundled
from tests.crawler.parsers.small_pages import page_of

URL = "https://news.example/news/"
ANY = Listing(article_urls=r"/a/")


def listed(body: str, listing: Listing = ANY, *, url: str = URL, head: str = "") -> ListingPage:
    return parse_listing(page_of(body, head).encode(), url, listing)


def found(body: str, listing: Listing = ANY) -> list[tuple[str, str | None]]:
    return [(entry.url, entry.title) for entry in listed(body, listing).entries]


def next_of(body: str, listing: Listing = ANY, *, url: str = URL, head: str = "") -> str | None:
    return listed(body, listing, url=url, head=head).next_url


def test_every_link_that_matches_is_an_article() -> None:
    body = "<a href=/a/1>One</a><a href=/b/2>Two</a><p><a href='/a/3'>  Three\n and </a></p><a name=x>Four</a>"
    assert found(body) == [("https://news.example/a/1", "One"), ("https://news.example/a/3", "Three and")]


@pytest.mark.parametrize(
    ("href", "url"),
    [
        ("../a/1.html", "https://news.example/a/1.html"),
        ("//other.example/a/1", "https://other.example/a/1"),
        ("/a/1?utm_source=x&id=2#top", "https://news.example/a/1?id=2"),
        ("/a/x%7ey%E4%B8%AD", "https://news.example/a/x~y%E4%B8%AD"),
        ("/a/中文.html", "https://news.example/a/%E4%B8%AD%E6%96%87.html"),
        ("HTTPS://NEWS.example:443/a/1", "https://news.example/a/1"),
        (" /a/1\n", "https://news.example/a/1"),
        ("javascript:go('/a/1')", None),
        ("mailto:/a/1@x.example", None),
        ("http://[x/a/1", None),
        ("http://x.example:port/a/1", None),
        ("", None),
        ("#/a/", None),
    ],
)
def test_addresses(href: str, url: str | None) -> None:
    assert [entry.url for entry in listed(f'<a href="{href}">x</a>').entries] == ([url] if url else [])


def test_a_listing_is_not_its_own_article() -> None:
    assert found("<a href='#top'>x</a><a href='?utm_source=y'>y</a>", Listing(article_urls="news")) == []


def test_each_article_once_with_the_first_title_that_is_one() -> None:
    body = (
        "<div><a href=/a/1><img src=t.jpg></a><a href=/a/1#c>One</a></div>"
        "<a href=/a/2>Two</a><a href=/a/2>Read more</a><a href=/a/1>again</a>"
    )
    assert listed(body).entries == (
        Entry("https://news.example/a/1", "One", thumbnail="https://news.example/news/t.jpg"),
        Entry("https://news.example/a/2", "Two"),
    )


BOXES = Listing(
    entry="div.item", link="h3 a", title="h3", date=".date", summary="p::text", thumbnail="img::attr(data-src)"
)


def test_an_entry_with_everything() -> None:
    body = (
        "<div class=item><a href=/tag/x>Tag</a><h3><a href=/a/1>One <b>quay</b></a></h3>"
        "<span class=date> </span><span class=date>[2024-03-15]</span><p> A new  quay </p>"
        "<img src=s.gif data-src=/t.jpg></div><div class=item><h3>No link</h3></div>"
        "<div><h3><a href=/a/2>Out</a></h3></div>"
    )
    assert listed(body, BOXES).entries == (
        Entry("https://news.example/a/1", "One quay", "[2024-03-15]", "A new quay", "https://news.example/t.jpg"),
    )


def test_a_long_summary_is_cut() -> None:
    (entry,) = listed(f"<div class=item><h3><a href=/a/1>x</a></h3><p>{'y' * 3000}</p></div>", BOXES).entries
    assert entry.summary == "y" * 2000


@pytest.mark.parametrize(
    ("listing", "box", "expected"),
    [
        (
            Listing(entry="li"),
            "<li>2024-03-15 <a href=#>x</a><a href=/x/1>One</a><a href=/x/2>Two</a></li>",
            [("/x/1", "One")],
        ),
        (Listing(entry="li", article_urls="/a/"), "<li><a href=/x/1>T</a><a href=/a/2>Two</a></li>", [("/a/2", "Two")]),
        (Listing(entry="a.n"), "<a class=n href=/x/1><h3>One</h3><p>s</p></a><a href=/x/2>", [("/x/1", "One")]),
        (Listing(entry="a", title="h3"), "<a href=/x/1><h3>One</h3><p>s</p></a>", [("/x/1", "One")]),
        (Listing(entry="li", title="h3"), "<li><a href=/x/1>One</a></li>", [("/x/1", "One")]),
        (
            Listing(entry="li", title="a::attr(title)"),
            "<li><a href=/x/1 title='All of One'>On…</a></li>",
            [("/x/1", "All of One")],
        ),
        (Listing(entry="li"), "<li><a href=/x/1 title=' One '><img src=i></a></li>", [("/x/1", "One")]),
        (Listing(entry="li"), "<li><a href=/x/1><img src=i></a></li>", [("/x/1", None)]),
        (Listing(entry="//li[a]", link="./a[2]"), "<li><a href=/x/1>1</a><a href=/x/2>2</a></li>", [("/x/2", "2")]),
        (Listing(entry="li", link="b"), "<li><b>x</b><a href=/x/1>1</a></li>", []),
    ],
)
def test_boxes(listing: Listing, box: str, expected: list[tuple[str, str | None]]) -> None:
    assert [(url.removeprefix("https://news.example"), title) for url, title in found(box, listing)] == expected


def test_a_later_entry_gives_what_the_first_lacks() -> None:
    first = "<div class=item><h3><a href=/a/1></a></h3><img data-src=/t.jpg></div>"
    second = "<div class=item><h3><a href=/a/1>One</a></h3><span class=date>2024</span><p>s</p></div>"
    assert listed(first + second, BOXES).entries == (
        Entry("https://news.example/a/1", "One", "2024", "s", "https://news.example/t.jpg"),
    )


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<a rel=next href=p2.html>x</a>", "p2.html"),
        ("<a rel='nofollow Next' href=p2.html>x</a><a href=p3.html>Next</a>", "p2.html"),
        ("<a href=p3.html>Next</a><a rel=next href=p2.html>x</a>", "p2.html"),
        ("<a href=p2.html>Next</a>", "p2.html"),
        ("<a href=p2.html> [ Next Page ] </a>", "p2.html"),
        ("<a href=p2.html>下一页</a>", "p2.html"),
        ("<a href=p2.html>&gt;</a>", "p2.html"),
        ("<a href=p2.html>›</a><a href=p9.html>»</a>", "p2.html"),
        ("<a href=p2.html aria-label=Next>x</a>", "p2.html"),
        ("<a href=p2.html title='Next page'><i></i></a>", "p2.html"),
        ("<a href=p2.html>Older posts</a>", "p2.html"),
        ("<a href=p2.html>Weiter</a>", "p2.html"),
        ("<a href=p2.html>Nächste Seite</a>", "p2.html"),
        ("<a href=p2.html>Página siguiente</a>", "p2.html"),
        ("<a href=p2.html>Suivant</a>", "p2.html"),
        ("<a href=p2.html>次のページ</a>", "p2.html"),
        ("1 <a href=index_2.html>2</a> <a href=index_3.html>3</a>", "index_2.html"),
        ("1 <a href=?page=2>2</a> <a href=?page=3>3</a>", "?page=2"),
        ("<a href=other.html>2</a>", None),
        ("<a href=#>Next</a><a href=javascript:x()>&gt;</a><a>Next</a>", None),
        ("<a href=/next-year.html>Next year in the harbour</a>", None),
        ("", None),
    ],
)
def test_the_usual_next_page(body: str, expected: str | None) -> None:
    found_url = next_of(body)
    assert found_url == (f"{URL}{expected}" if expected else None)


@pytest.mark.parametrize("word", ["Page", "Posts", "Articles", "Entries", "Seite", "Entradas", "Página", "Más"])
def test_a_menu_entry_is_no_next_page(word: str) -> None:
    assert next_of(f"<nav><a href=/{word.lower()}/>{word}</a></nav>") is None


def test_a_link_relation_names_the_next_page() -> None:
    assert next_of("", head="<link rel=next href='/news/2'>") == "https://news.example/news/2"


def test_numbers_go_on_from_the_page_at_hand() -> None:
    body = "<a href=updates.html>1</a> <a href=updates_2.html>2</a> 3 <a href=updates_4.html>4</a>"
    assert next_of(body, url="https://news.example/updates_3.html") == "https://news.example/updates_4.html"
    assert next_of("<a href=updates.html>1</a> 2", url="https://news.example/updates_2.html") is None


@pytest.mark.parametrize(
    ("listing", "expected"),
    [
        (Listing(article_urls="/a/", next=False), None),
        (Listing(article_urls="/a/", next="a.more"), "https://news.example/news/p3"),
        (Listing(article_urls="/a/", next="//a[@class='more']"), "https://news.example/news/p3"),
        (Listing(article_urls="/a/", next="a.none"), None),
    ],
)
def test_next_as_the_definition_says(listing: Listing, expected: str | None) -> None:
    body = "<a rel=next href=p2>x</a><a class=more>x</a><a class=more href='#'>x</a><a class=more href=p3>x</a>"
    assert next_of(body, listing) == expected


def test_the_seeds_listing() -> None:
    site = load_bundled("shzj")
    body = (
        "<ul><li><a href=/2017-11/23/c_113228.htm>A delegation came</a> 2017-11-23</li>"
        "<li><a href=/2017-11/20/c_112000_2.htm>Second part</a></li><li><a href=/about.html>About</a></li></ul>"
        "1 <a href=updates_2.html>2</a> <a href=updates_2.html>&gt;</a>"
    )
    found_page = listed(body, site.listing_of(site.sections[0]), url=site.start_url(site.sections[0]))
    assert found_page.entries == (Entry("http://english.shzj.gov.cn/2017-11/23/c_113228.htm", "A delegation came"),)
    assert found_page.next_url == "http://english.shzj.gov.cn/updates_2.html"


def test_bytes_that_are_no_characters_are_counted() -> None:
    page = parse_listing(b"<a href=/a/1>\xe4\xb8\xad\xff\xfe</a>", URL, ANY, content_type="text/html; charset=utf-8")
    assert (page.encoding, page.replaced, page.entries[0].title) == ("utf-8", 2, "中\ufffd\ufffd")


def test_a_listing_whose_own_address_is_none() -> None:
    page = parse_listing(b"<a href='http://a.example/a/1'>x</a><a href=/2>2</a>", "nowhere", ANY)
    assert [entry.url for entry in page.entries] == ["http://a.example/a/1"]
    assert page.next_url is None


def test_links_inside_links_cost_what_they_say() -> None:
    nested = page_of("".join(f"<b><a href=/a/{number}>" for number in range(300)) + "word " * 80_000).encode()
    begun = time.process_time()
    assert len(parse_listing(nested, URL, Listing(article_urls="/a/")).entries) > 100
    assert time.process_time() - begun < 1.5
