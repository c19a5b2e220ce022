"""Addresses of links: the short ways give what `urljoin` gives."""

from itertools import product
from urllib.parse import urljoin

import pytest

from crawler.parsers.joining import absolute_url

BASES = (
    "https://news.example.org/2024/story.html?x=1#top",
    "http://example.org",
    "https://example.org:8080/a/b/",
    "HTTPS://Example.ORG/a",
    "https://user:word@example.org/a/b",
    "https://bücher.example/a;p/b",
)
PATHS = ("", "/", "/a", "/a/b.html", "/a//b", "/a/./b", "/a/../b", "/.hidden", "/a;p", "/a;", "/ü", "/a b", "//c/d")
ENDS = ("", "?", "?q=1", "?q=1;r", "#", "#part", "?q#part", "?#", "?a=/../b", "\n", "?q=a b")
ORIGINS = ("", "https://other.example.org", "http://other.example.org:80", "HTTP://other.example.org", "https://[::1]")


@pytest.mark.parametrize("base", BASES)
def test_the_short_ways_give_what_urljoin_gives(base: str) -> None:
    for parts in product(ORIGINS, PATHS, ENDS):
        href = "".join(parts)
        url = urljoin(base, href.strip())
        assert absolute_url(base, href) == (url if url.lower().startswith("http") else None), href


@pytest.mark.parametrize("href", ["mailto:desk@example.org", "javascript:void(0)", "data:,x", "https://[x/"])
def test_what_is_no_web_address_is_none(href: str) -> None:
    assert absolute_url("https://example.org/", href) is None
