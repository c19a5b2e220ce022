"""Small pages of our own writing, and the values that the tests of the parsers share."""

from typing import Any

from hypothesis import settings

from archive.model import Article
from crawler.parsers import parse_article
from crawler.parsers.blocks import Block
from crawler.parsers.page import Page, parse_page
from crawler.parsers.walk import blocks_of
from tests.e2e.harness import SOAK

# The same examples on every machine and in every order, however slow the machine.
steady = settings(derandomize=True, deadline=None, max_examples=100 if SOAK else 40)
# For a test that is tried once for each of many languages.
steady_for_each = settings(derandomize=True, deadline=None, max_examples=100 if SOAK else 15)
URL = "https://news.example/2024/story.html"
FIRST = (
    "The harbour office opened a second quay on Monday, and the first three ships were unloaded before the evening, "
    "which nobody in the town had thought possible."
)
SECOND = (
    "Its director said that the old quay will stay open for fishing boats, that no berth is lost, and that the fees "
    "do not change before the end of next year."
)
THIRD = (
    "Residents had asked for a footbridge over the railway line for years, and the council promised to decide on it "
    "in its next meeting, after the summer."
)
STORY = f"<p>{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p>"
TEXT = f"{FIRST}\n\n{SECOND}\n\n{THIRD}"
TITLE = "A second quay for the harbour"


def page_of(body: str, head: str = "", *, lang: str = "en") -> str:
    return f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8">{head}</head><body>{body}</body></html>'


# A page with something of everything.
FULL = page_of(
    f"<div id=top><a href=/>Home</a> &gt; <a href=/n>News</a></div><h1>{TITLE}</h1>"
    f"<p>Source: Xinhua Updated: 2017-11-23</p><div class=body>{STORY}"
    "<figure><img src=a.jpg srcset='b.jpg 2x'><figcaption>A quay [Photo/a.cn]</figcaption></figure>"
    "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table><pre>x\n y</pre><ul><li>one</li></ul>"
    "<noscript><img src=c.jpg></noscript><blockquote>said</blockquote></div><p>1 <a href=story_2.html>2</a></p>",
    "<title>A quay | News</title>"
    '<script type="application/ld+json">{"@type": "Article", "author": [{"name": "Ann"}]}</script>',
)


def parsed(body: str, head: str = "", *, url: str = URL) -> Page:
    return parse_page(page_of(body, head).encode(), url)


def blocks(body: str) -> list[Block]:
    return blocks_of(parsed(body).body)


def texts(body: str) -> list[tuple[str, str]]:
    return [(block.kind, block.text) for block in blocks(body)]


def read(body: str, head: str = "", *, url: str = URL, **given: Any) -> Article:
    return parse_article(page_of(body, head).encode(), url, **given)


def story(inside: str = STORY, *, above: str = "", title: str = TITLE, head: str = "", **given: Any) -> Article:
    """Return the article of a plain page: a heading, what stands between, and the text."""
    return read(f"<div><h1>{title}</h1>{above}<div>{inside}</div></div>", head, **given)
