"""Pages that are broken or built to break: an article within seconds, and never an exception."""

import datetime as dt
import sys
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.model import Article, Entry
from crawler.parsers import parse_article, parse_listing
from crawler.site import Listing, load_bundled
from tests.crawler.parsers.small_pages import FIRST, FULL, STORY, TEXT, TITLE, URL, page_of

ENTRY = Entry(URL, "A quay", "2017-11-23")
SHZJ = load_bundled("shzj")
# Measuring coverage is several times slower than running.
MOST_SECONDS = 8.0 if sys.gettrace() is None else 30.0


def whole(article: Article) -> Article:
    assert all(isinstance(text, str) for text in (article.body, article.body_html, article.markdown))
    assert [image.position for image in article.images] == list(range(1, len(article.images) + 1))
    (article.body + article.body_html + article.markdown + (article.title or "")).encode()
    return article


def timed(markup: str) -> Article:
    started = time.process_time()
    article = whole(parse_article(markup.encode(), URL))
    spent = time.process_time() - started
    assert spent < MOST_SECONDS, f"{spent:.1f} s"
    return article


@pytest.mark.parametrize("tag", ["div", "b", "ul", "table", "a href=x", "figure"])
def test_a_hundred_thousand_deep(tag: str) -> None:
    timed(page_of(f"<h1>{TITLE}</h1>{STORY}" + f"<{tag}>" * 100_000 + "deep"))


def test_text_at_every_depth() -> None:
    timed(page_of(f"<h1>{TITLE}</h1>{STORY}" + "<div>deep words " * 5_000))


@pytest.mark.parametrize("depth", [200, 300, 3000])
def test_a_story_deep_in_the_page_is_found(depth: int) -> None:
    assert timed(page_of("<div>" * depth + f"<h1>{TITLE}</h1>{STORY}" + "</div>" * depth)).body == TEXT


@pytest.mark.parametrize("depth", [300, 3000])
def test_a_story_after_a_deep_part_is_found(depth: int) -> None:
    assert timed(page_of("<div>" * depth + "</div>" * depth + f"<div><h1>{TITLE}</h1>{STORY}</div>")).body == TEXT


@pytest.mark.parametrize("sibling", ["<p>word</p>", "<b>x</b>", "<img src=a.jpg>", "<p>[Photo/x]</p>", "<br>"])
def test_fifty_thousand_siblings(sibling: str) -> None:
    timed(page_of(f"<h1>{TITLE}</h1>{STORY}<div>{sibling * 50_000}</div>"))


@pytest.mark.parametrize(
    "sibling",
    [
        f"<p>{FIRST}</p>",
        "<a href=x>link</a> ",
        "<li>item",
        "<h2>head</h2>",
        "<tr><td>x",
        "x<br>",
        "<p>2024-01-01</p>",
        "<p>Home &gt;</p>",
        "<p>By Ann Lee</p>",
        "<span hidden>x</span>",
        "<figure><img src=a.jpg><figcaption>x</figcaption></figure>",
        "<p>1 2 &gt;</p>",
        "&gt; ",
        "<font>",
    ],
)
def test_five_thousand_siblings(sibling: str) -> None:
    timed(page_of(f"<h1>{TITLE}</h1>{STORY}<div>{sibling * 5000}</div>"))


@pytest.mark.parametrize("number", [500])
def test_many_different_pictures(number: int) -> None:
    figures = "".join(
        f"<figure><img src={n}.jpg><figcaption>picture {n}</figcaption></figure><p>Text {n}.</p>" for n in range(number)
    )
    assert len(timed(page_of(f"<h1>{TITLE}</h1><div>{STORY}{figures}{STORY}</div>")).images) == number


CHARS = ["a", " ", "-", "<", "&", "1", "中", ">", "(", ".", "\n", "2024-", "a.", "photo ", ", ", ","]


@pytest.mark.parametrize(
    "place",
    [
        "<p class='{}'>x</p>", "<p style='{}'>x</p>", "<img src='{}' alt=x>", "<img src=a.jpg srcset='{}'>",
        "<a href='{}'>x</a>",        "<title>{}</title>",
        "<h1>{}</h1>",
        "<p>{}</p>",
        "<p>Updated: {}</p>",
        "<meta name=date content='{}'>",
        "<script type='application/ld+json'>{}</script>", "<p>[Photo {}", "<p>Source: {}</p>", "<html lang='{}'>",
        "<link rel=canonical href='{}'>", "<p>By {}</p>",
    ],
)  # fmt: skip
def test_long_values(place: str) -> None:
    started = time.process_time()
    for char in CHARS:
        page = page_of(f"<h1>{TITLE}</h1>{place.format(char * (20_000 // len(char)))}{STORY}")
        whole(parse_article(page.encode(), URL))
    assert time.process_time() - started < MOST_SECONDS


def test_a_megabyte_in_one_attribute() -> None:
    big = "x" * 1_000_000
    article = timed(page_of(f"<h1>{TITLE}</h1><p title='{big}' class='{big}' id='{big}'></p><img src='{big}'>{STORY}"))
    assert article.title == TITLE


def test_a_megabyte_of_entities_and_of_one_paragraph() -> None:
    timed(page_of(f"<h1>{TITLE}</h1>{STORY}<p>{'&amp;' * 200_000}</p><p>{'word ' * 200_000}</p>"))


def test_many_declarations() -> None:
    head = "".join(f"<meta name=n{n} content=x>" for n in range(20_000)) + "<link rel=canonical>" * 20_000
    assert timed(page_of(f"<h1>{TITLE}</h1>{STORY}", head)).title == TITLE
    timed(page_of(STORY, '<script type="application/ld+json">{"@type":"Article"}</script>' * 5000))
    timed(page_of(STORY, '<script type="application/ld+json">' + '{"@graph":[' * 50_000 + "</script>"))


def test_a_listing_of_many_links_is_quick() -> None:
    body = page_of("".join(f"<li><a href=/a/{n}>Story {n}</a></li>" for n in range(8000))).encode()
    started = time.process_time()
    assert len(parse_listing(body, URL, Listing(entry="li", article_urls="/a/")).entries) == 8000
    assert len(parse_listing(body, URL, Listing(article_urls="/a/")).entries) == 8000
    assert time.process_time() - started < 2 * MOST_SECONDS


@pytest.mark.parametrize(
    "charset", ["utf-16", "utf-7", "gb18030", "iso-2022-jp", "windows-1251", "big5", "nonsense", "utf-32"]
)
def test_wrong_charsets(charset: str) -> None:
    whole(parse_article(FULL.encode(), URL, content_type=f"text/html; charset={charset}"))
    whole(parse_article(FULL.encode("utf-16-le"), URL, content_type=f"text/html; charset={charset}"))


@pytest.mark.parametrize(
    "url", ["", "x", "http://", "http://[x", "http://a:b/", "javascript:x", "http://a.example/\udcff", "\x00"]
)
def test_any_address(url: str) -> None:
    assert parse_article(FULL.encode(), url).title is not None


PIECES = st.sampled_from(
    (
        "<div>|</div>|<table>|<tr>|<td>|</table>|<a href='|'>|<!--|-->|<![CDATA[|<script>|</p>|<br>|\x00|<p|"
        "&#x|&#0;|&#xD800;|"
        "<html>|<body>|</html>|<frameset>|<select>|<svg>|<base href='http://[x'>|<noscript>|<pre>|"
        "<img srcset=|<li>|<ol>|<h1>|"
        "Updated: 2024-13-45 99:99|<p>Home >|\ufeff|\u202e|<title>|<plaintext>|<figure>|<figcaption>|</body>|[Photo|🛳"
    ).split("|")
)


@st.composite
def broken_pages(draw: st.DrawFn) -> bytes:
    """Return the full page cut, shuffled, sprinkled with pieces, and encoded somehow."""
    parts = FULL.split("<")
    if draw(st.booleans()):
        parts = draw(st.permutations(parts))
    text = "<".join(parts)
    for _ in range(draw(st.integers(0, 6))):
        place = draw(st.integers(0, len(text)))
        text = text[:place] + draw(PIECES) + text[place:]
    if draw(st.booleans()):
        text = text[draw(st.integers(0, len(text))) :]
    body = bytearray(text.encode(draw(st.sampled_from(["utf-8", "utf-16", "gb18030", "utf-8"])), "surrogatepass"))
    for _ in range(draw(st.integers(0, 4))):
        body[draw(st.integers(0, max(len(body) - 1, 0))) :][:1] = b""
        body.insert(draw(st.integers(0, len(body))), draw(st.integers(0, 255)))
    return bytes(body)


@settings(derandomize=True, deadline=None, max_examples=150)
@given(
    broken_pages(), st.sampled_from([None, "text/html; charset=gbk", "text/html; charset=utf-16", "x"]), st.booleans()
)
def test_broken_pages(body: bytes, content_type: str | None, known: bool) -> None:
    more = {"site": SHZJ, "entry": ENTRY, "fetched_at": dt.datetime(2024, 3, 15, tzinfo=dt.UTC)} if known else {}
    started = time.process_time()
    article = whole(parse_article(body, URL, content_type=content_type, **more))  # type: ignore[arg-type]
    assert time.process_time() - started < MOST_SECONDS
    assert article == parse_article(body, URL, content_type=content_type, **more)  # type: ignore[arg-type]
    assert set(article.rules) >= {name for name in ("title", "updated", "source", "byline") if getattr(article, name)}


@settings(derandomize=True, deadline=None, max_examples=60)
@given(broken_pages())
def test_broken_listings(body: bytes) -> None:
    page = parse_listing(body, URL, Listing(article_urls="."))
    assert len({entry.url for entry in page.entries}) == len(page.entries)
    assert all(entry.url.startswith(("http://", "https://")) for entry in page.entries)


@pytest.mark.parametrize("depth", [1500, 3000])
def test_a_story_among_very_deep_parts_is_read(depth: int) -> None:
    timed(page_of("<div><div class=x>" * depth + f"<h1>{TITLE}</h1>{STORY}"))
