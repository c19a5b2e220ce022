import datetime as dt
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.identity import article_key, day_of_id, first_id_of, host_of, normalise

CASES = {
    "HTTP://Example.ORG": "http://example.org/",
    "https://example.org:443/a": "https://example.org/a",
    "http://example.org:80/a": "http://example.org/a",
    "http://example.org:443/a": "http://example.org:443/a",
    "https://example.org:8443/a": "https://example.org:8443/a",
    "https://example.org:/a": "https://example.org/a",
    "https://user:secret@example.org/a": "https://example.org/a",
    "https://example.org/a#part": "https://example.org/a",
    "https://example.org/a?": "https://example.org/a",
    "https://example.org/a?utm_source=x&id=7&fbclid=abc&UTM_Medium=y": "https://example.org/a?id=7",
    "https://example.org/a?gclid=1&gbraid=2&mc_cid=3&spm=a.b&ocid=4": "https://example.org/a",
    "https://example.org/a?b=2&a=1": "https://example.org/a?b=2&a=1",
    "https://example.org/a?b=2&&a": "https://example.org/a?b=2&a",
    "https://example.org/a?xutm_source=1": "https://example.org/a?xutm_source=1",
    "https://example.org/a/./b/../c": "https://example.org/a/c",
    "https://example.org/../../c": "https://example.org/c",
    "https://example.org/a/b/..": "https://example.org/a/",
    "https://example.org/a/.": "https://example.org/a/",
    "https://example.org//a//b": "https://example.org//a//b",
    "https://example.org/%7Euser/%61": "https://example.org/~user/a",
    "https://example.org/a%2fb": "https://example.org/a%2Fb",
    "https://example.org/a b": "https://example.org/a%20b",
    "https://example.org/a?q=a+b%20c": "https://example.org/a?q=a+b%20c",
    "https://example.org/新闻": "https://example.org/%E6%96%B0%E9%97%BB",
    "https://example.org/%e6%96%b0": "https://example.org/%E6%96%B0",
    "https://example.org/%ff%zz": "https://example.org/%FF%zz",
    "https://münchen.example/": "https://xn--mnchen-3ya.example/",
    "http://[2001:DB8::1]:80/": "http://[2001:db8::1]/",
    "http://[::1]:8000/x": "http://[::1]:8000/x",
    "  https://example.org/a\n": "https://example.org/a",
    "https://exam\tple.org/a\r\nb": "https://example.org/ab",
    "https://example.org/a;v=1,2!$&'()*": "https://example.org/a;v=1,2!$&'()*",
}


@pytest.mark.parametrize(("url", "normal"), CASES.items())
def test_normal_form(url: str, normal: str) -> None:
    assert normalise(url) == normal


@pytest.mark.parametrize(
    ("link", "normal"),
    [
        ("b.html", "https://example.org/news/b.html"),
        ("../b.html", "https://example.org/b.html"),
        ("?page=2", "https://example.org/news/?page=2"),
        ("//cdn.example.org/p.png", "https://cdn.example.org/p.png"),
        ("http://other.example/", "http://other.example/"),
        ("  /c ", "https://example.org/c"),
    ],
)
def test_normal_form_of_a_link(link: str, normal: str) -> None:
    assert normalise(link, "https://example.org/news/") == normal


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.org/a",
        "/a",
        "mailto:a@example.org",
        "javascript:alert(1)",
        "ftp://example.org/",
        "data:text/html,x",
        "http://",
        "http:///a",
        "https:example.org",
    ],
)
def test_what_is_no_web_address_is_named(url: str) -> None:
    with pytest.raises(ValueError, match=r"^not a web address: ") as caught:
        normalise(url)
    assert str(caught.value) == f"not a web address: {url!r}"


@pytest.mark.parametrize("url", ["http://[::1", "http://example.org:port/", "http://example.org:99999/"])
def test_a_malformed_authority_is_a_value_error(url: str) -> None:
    with pytest.raises(ValueError, match=r"Invalid IPv6 URL|Port"):
        normalise(url)


def test_a_host_that_no_dns_can_hold_is_named() -> None:
    host = "ü" * 80 + ".example"
    with pytest.raises(ValueError, match=r"^not a host name: ") as caught:
        normalise(f"https://{host}/")
    assert str(caught.value) == f"not a host name: {host!r}"


WORD = st.text("abcdefghijklmnopqrstuvwxyzäéß新闻0123456789-_~ ", min_size=1, max_size=8).filter(
    lambda text: text.strip() == text
)
PATHS = st.lists(WORD, max_size=4).map("/".join)
PAIRS = st.lists(st.tuples(WORD, WORD), max_size=3)


@given(PATHS, PAIRS, st.sampled_from(["http", "https"]))
def test_variants_of_an_address_are_one(path: str, pairs: list[tuple[str, str]], scheme: str) -> None:
    port = {"http": 80, "https": 443}[scheme]
    query = "&".join(f"{name}={value}" for name, value in pairs)
    plain = f"{scheme}://news.example/{path}?{query}"
    escaped = f"{scheme}://news.example/{quote(path)}?" + "&".join(f"{quote(n)}={quote(v)}" for n, v in pairs)
    normal = normalise(plain)
    assert normalise(escaped) == normal
    assert normalise(escaped.replace("%2D", "-").replace("%C3", "%c3")) == normal
    assert normalise(f"{scheme.upper()}://NEWS.example:{port}/{path}?{query}") == normal
    assert normalise(f"{plain}#top") == normal
    assert normalise(f"{plain}&utm_campaign=x&fbclid=IwAR") == normal
    assert normalise(f"{scheme}://news.example/./x/../{path}?{query}") == normal
    assert normal.isascii()


@given(st.text(max_size=60) | st.text("htps:/[]@.%2F5?&#=:\\ \ud800ü", max_size=30).map(lambda text: f"http://h{text}"))
def test_any_text_is_normal_for_good_or_a_value_error(text: str) -> None:
    try:
        normal = normalise(text)
    except ValueError:
        return
    assert normalise(normal) == normal
    assert normal.isascii()
    assert normal.startswith(("http://", "https://"))


@given(st.binary(max_size=40))
def test_bytes_of_any_kind_in_an_address(data: bytes) -> None:
    path = "".join(f"%{byte:02x}" for byte in data)
    normal = normalise(f"https://h.example/x{path}?q={path}")
    assert normalise(normal) == normal


def test_key_is_the_same_everywhere() -> None:
    # 10 bytes of SHA-256 in base 32: computed with sha256sum and base32.
    assert article_key("https://example.org/a") == KEY
    assert article_key("https://example.org/b") != KEY


KEY = "wwyq3ucctzu2y7h2"


def test_ids_follow_days() -> None:
    day = dt.date(2017, 11, 23)
    assert first_id_of(day) == 736656 << 24
    assert first_id_of(dt.date(2017, 11, 24)) - first_id_of(day) == 1 << 24
    assert day_of_id(first_id_of(day)) == day
    assert day_of_id(first_id_of(day) + (1 << 24) - 1) == day
    assert first_id_of(dt.date.max) < 2**53


@given(st.dates(), st.integers(0, (1 << 24) - 1))
def test_day_of_any_id(day: dt.date, n: int) -> None:
    assert day_of_id(first_id_of(day) + n) == day


@pytest.mark.parametrize(
    ("url", "host"),
    [("https://EXAMPLE.org:8000/a", "example.org"), ("nothing", ""), ("http://[::1", ""), ("http://[::1]/", "::1")],
)
def test_host(url: str, host: str) -> None:
    assert host_of(url) == host
