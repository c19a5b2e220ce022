"""Who is given the site's headers, cookies and proxy."""

import pytest
from scrapy import Request

from crawler.middlewares import _dress, loopback
from crawler.site import Listing, Section, Site

SECRET = {"Authorization": "Bearer tok-7f3a9c51d2", "X-Key": "k"}


def site(url: str = "https://news.example/", **more: object) -> Site:
    return Site.model_validate(
        {
            "id": "a",
            "name": "A",
            "url": url,
            "headers": SECRET,
            "cookies": {"session": "sess-5520b8e1aa"},
            "listing": Listing(article_urls="."),
            "sections": (Section(key="one", name="One", url="/"),),
        }
        | more
    )


def dressed(url: str, of: Site, **given: str) -> Request:
    request = Request(url, headers=given)
    _dress(request, of)
    return request


def test_the_site_s_own_hosts_get_them() -> None:
    request = dressed("https://news.example/a", site())
    assert (request.headers["Authorization"], request.headers["X-Key"]) == (b"Bearer tok-7f3a9c51d2", b"k")
    assert request.cookies == {"session": "sess-5520b8e1aa"}
    assert "Authorization" in dressed("http://news.example/a", site("http://news.example/")).headers


@pytest.mark.parametrize("url", ["https://images.example/a", "http://news.example/a", "https://news.example.evil/"])
def test_another_host_and_an_open_line_lose_what_a_redirect_carried_there(url: str) -> None:
    request = dressed(url, site(), **SECRET, Accept="image/*")
    assert list(request.headers) == [b"Accept"]
    assert not request.cookies


def test_a_proxy_is_used_for_all() -> None:
    proxied = site(proxy="http://127.0.0.1:3128")
    assert dressed("https://images.example/a", proxied).meta["proxy"] == "http://127.0.0.1:3128"
    assert dressed("https://news.example/a", proxied).meta["proxy"] == "http://127.0.0.1:3128"


@pytest.mark.parametrize(("host", "is_here"), [("127.0.0.1", True), ("localhost", True), ("::1", True), ("a", False)])
def test_loopback(host: str, is_here: bool) -> None:
    assert loopback(host) is is_here
