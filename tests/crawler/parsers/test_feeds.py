"""Feeds and sitemaps as listings."""

import gzip
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.model import Entry
from crawler.parsers import parse_listing
from crawler.parsers.feeds import MOST_BYTES, is_feed, read_feed, unpacked
from crawler.site import Listing

URL = "https://news.example/feed"
RSS = """<?xml version="1.0"?><rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel>
<title>Harbour</title><atom:link rel="next" href="/feed?paged=2"/>
<item><title>A &amp;amp; B</title><link>/2024/a.html?utm_source=rss</link>
<pubDate>Tue, 05 Mar 2024 10:30:00 +0100</pubDate>
<description>&lt;p&gt;The quay.&lt;/p&gt;</description></item>
<item><title>No link</title><guid isPermaLink="false">tag:1</guid></item>
<item><title>Guid</title><guid>https://news.example/2024/b.html</guid>
<pubDate>2024年3月5日 10:30</pubDate></item>
</channel></rss>""".encode()
ATOM = b"""<feed xmlns="http://www.w3.org/2005/Atom"><title>H</title>
<link rel="next" href="https://news.example/feed/2"/>
<entry><title>A</title><link href="https://news.example/a"/><published>2024-03-05T09:30:00Z</published></entry></feed>"""
SITEMAP = b"""<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>https://news.example/a</loc>
<lastmod>2024-03-06</lastmod><news:news><news:publication_date>2024-03-05</news:publication_date>
<news:title>A quay</news:title></news:news></url><url><loc>https://news.example/b</loc></url></urlset>"""
INDEX = (
    b"""<sitemapindex><sitemap><loc>/s1.xml.gz</loc></sitemap><sitemap><loc>/s2.xml</loc></sitemap></sitemapindex>"""
)
JSON = json.dumps(
    {
        "version": "https://jsonfeed.org/version/1.1",
        "next_url": "/feed.json?page=2",
        "items": [
            {"id": "1", "url": "https://news.example/a", "title": "A", "date_published": "2024-03-05T10:00:00+01:00"},
            {"id": "https://news.example/b"},
            {"id": 3},
            "no item",
        ],
    }
).encode()


def test_rss() -> None:
    feed = read_feed(RSS, URL)
    assert feed.entries == (
        Entry("https://news.example/2024/a.html", "A & B", "Tue, 05 Mar 2024 10:30:00 +0100", "The quay."),
        Entry("https://news.example/2024/b.html", "Guid", "2024年3月5日 10:30"),
    )
    assert feed.next_url == "https://news.example/feed?paged=2"


def test_atom() -> None:
    feed = read_feed(ATOM, URL)
    assert feed.entries == (Entry("https://news.example/a", "A", "2024-03-05T09:30:00Z"),)
    assert feed.next_url == "https://news.example/feed/2"


def test_json_feed() -> None:
    feed = read_feed(JSON, URL)
    assert [(entry.url, entry.title) for entry in feed.entries] == [
        ("https://news.example/a", "A"),
        ("https://news.example/b", None),
    ]
    assert feed.next_url == "https://news.example/feed.json?page=2"


def test_a_sitemap_says_when_news_were_published_not_when_pages_changed() -> None:
    feed = read_feed(SITEMAP, URL)
    assert feed.entries == (
        Entry("https://news.example/a", "A quay", "2024-03-05"),
        Entry("https://news.example/b"),
    )


def test_an_index_of_sitemaps_and_gzip() -> None:
    feed = read_feed(gzip.compress(INDEX), URL)
    assert feed.parts == ("https://news.example/s1.xml.gz", "https://news.example/s2.xml")
    assert is_feed(gzip.compress(SITEMAP))


def test_a_gzip_bomb_is_unpacked_only_so_far_and_damage_ends_it() -> None:
    assert len(unpacked(gzip.compress(b" " * (MOST_BYTES + 10_000_000), 9))) == MOST_BYTES
    assert unpacked(gzip.compress(SITEMAP)[:-9])[:60] == SITEMAP[:60] or unpacked(gzip.compress(SITEMAP)[:-9]) == b""


def test_entities_are_not_resolved() -> None:
    entities = b'<!DOCTYPE u [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    bomb = entities + b"<urlset><url><loc>https://e.x/&b;</loc></url></urlset>"
    assert all("aaaa" not in entry.url for entry in read_feed(bomb, URL).entries)


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"{}", b'{"version": "https://jsonfeed.org/version/1", "items": 5}', b"<html><p>rss", b"\x1f\x8b",
        b'{"version": "https://jsonfeed.org/version/1"', b"<rss>", b"<urlset><url>", b"[1]",
    ],
)  # fmt: skip
def test_what_is_damaged_or_no_feed_names_nothing(body: bytes) -> None:
    assert read_feed(body, URL).entries == ()
    assert isinstance(is_feed(body), bool)


KINDS = st.sampled_from((RSS, ATOM, SITEMAP, JSON, INDEX, gzip.compress(SITEMAP)))


@given(st.binary(max_size=300), KINDS, st.integers(0, 900))
def test_any_bytes_give_a_feed(junk: bytes, body: bytes, place: int) -> None:
    feed = read_feed(body[:place] + junk + body[place:], URL)
    assert all(entry.url.startswith("http") for entry in feed.entries)


def test_a_feed_is_a_listing() -> None:
    page = parse_listing(RSS, URL, Listing(article_urls=r"/a\.html"))
    assert [entry.url for entry in page.entries] == ["https://news.example/2024/a.html"]
    assert page.next_url == "https://news.example/feed?paged=2"
    index = parse_listing(INDEX, URL, Listing(article_urls=".", archives="s2"))
    assert index.archives == ("https://news.example/s2.xml",)
