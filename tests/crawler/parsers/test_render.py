"""One sequence of blocks as text, HTML and Markdown: the same letters, and nothing that runs."""

import re
import time
from collections.abc import Callable
from html import unescape
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html as lxml_html
from markdown_it import MarkdownIt

from crawler.parsers.blocks import Block, Box, Run
from crawler.parsers.images import find_pictures
from crawler.parsers.pictures import Picture
from crawler.parsers.render import Rendering, render
from crawler.parsers.text import loose
from tests.crawler.parsers.small_pages import STORY, blocks, page_of, parsed, read, steady, story

COMMONMARK = MarkdownIt("commonmark").enable("table")
PLAIN = frozenset(
    "p h1 h2 h3 h4 h5 h6 ul ol li blockquote pre code strong em sub sup a br hr table thead tbody tr th td div figure "
    "figcaption img".split()
)


def rendered(body: str) -> Rendering:
    page = parsed(body)
    found = blocks(body)
    pictures = find_pictures(found, page, None)
    kept = [block for block in found if block.index not in pictures.caption_blocks]
    return render(kept, {item.index: item for item in pictures.items if item.index is not None}, page.absolute)


def shown(markup: str) -> str:
    """Return the letters and digits that a browser shows of a piece of HTML, captions left out."""
    if not markup:
        return ""
    root = lxml_html.fragment_fromstring(markup, create_parent="div")
    for caption in root.iter("figcaption"):
        caption.text = ""
        for child in list(caption):
            caption.remove(child)
    return loose(str(root.text_content()).replace("&", "&amp;"))


def links(markup: str) -> list[str]:
    """Return the addresses that a piece of HTML leads to, spaces and brackets unescaped."""
    return [unquote(unescape(address)) for address in re.findall(r'<a href="([^"]*)"', markup)]


@pytest.mark.parametrize(
    ("body", "html", "markdown"),
    [
        ("<p>a <b>b</b>c</p>", "<p>a <strong>b</strong>c</p>", "a **b**c"),
        ("<p>a<i> b </i>c</p>", "<p>a<em> b </em>c</p>", "a *b* c"),
        ("<p>a<br>b</p>", "<p>a<br>b</p>", None),
        ("<p><b><i>a</i></b></p>", "<p><strong><em>a</em></strong></p>", "***a***"),
        ("<p>H<sub>2</sub>O</p>", "<p>H<sub>2</sub>O</p>", "H2O"),
        ("<p><code>a*b</code></p>", "<p><code>a*b</code></p>", "`a*b`"),
        (
            "<p><a href='/x y(1)'>go</a>!</p>",
            '<p><a href="https://news.example/x y(1)">go</a>!</p>',
            None,
        ),
        ("<p><a href='#'> </a>a</p>", "<p>a</p>", "a"),
        ("<p><a href='javascript:x()'>a</a></p>", "<p>a</p>", "a"),
        ("<p>1 &lt; 2 &amp; *x* [y] `z` \\</p>", "<p>1 &lt; 2 &amp; *x* [y] `z` \\</p>", None),
        ("<h1>a</h1><h3>b</h3>", "<h2>a</h2>\n<h3>b</h3>", "## a\n\n### b"),
        ("<blockquote>a<br>b</blockquote>", "<blockquote><p>a<br>b</p></blockquote>", None),
        ("<ul><li>a<li>b</ul>", "<ul><li>a</li><li>b</li></ul>", "- a\n- b"),
        ("<ol><li>a<li>b</ol>c", "<ol><li>a</li><li>b</li></ol>\n<p>c</p>", "1. a\n2. b\n\nc"),
        ("<pre>a &lt;b&gt;\n c</pre>", "<pre>a &lt;b&gt;\n c</pre>", "```\na <b>\n c\n```"),
        (
            "<table><tr><th>a</th><th>b|c</th></tr><tr><td>1</td><td>2</td></tr></table>",
            "<table><tbody><tr><td>a</td><td>b|c</td></tr><tr><td>1</td><td>2</td></tr></tbody></table>",
            "| a | b\\|c |\n| --- | --- |\n| 1 | 2 |",
        ),
        (
            "<figure><img src='/i 1.jpg' alt='A [b]'><figcaption>A *c*</figcaption></figure>",
            '<figure><img src="https://news.example/i 1.jpg" alt="A [b]"><figcaption>A *c*</figcaption></figure>',
            "![A \\[b\\]](https://news.example/i%201.jpg)\n*A \\*c\\**",
        ),
        ("", "", ""),
    ],
)
def test_forms(body: str, html: str, markdown: str | None) -> None:
    found = rendered(body)
    assert found.html == html
    assert markdown in (None, found.markdown)
    assert links(COMMONMARK.render(found.markdown)) == links(found.html)


def test_text_has_no_captions_and_keeps_paragraphs_apart() -> None:
    figure = "<figure><img src=i.jpg><figcaption>The quay [Photo/Example]</figcaption></figure>"
    assert rendered(f"<p>a</p>{figure}<p>b<br>c</p>").text == "a\n\nb\nc"


def test_a_caption_without_an_image_has_its_figure() -> None:
    block = Block("image", Box(parsed("<img>").body))
    found = render([block], {0: Picture(0, None, caption="A quay", credit="[Photo]")}, lambda href: href)
    assert found == Rendering("", "<figure><figcaption>A quay [Photo]</figcaption></figure>", "*A quay \\[Photo\\]*")


def test_levels_of_lists_are_kept_in_markdown() -> None:
    assert rendered("<ul><li>a<ul><li>b</ul><li>c</ul>").markdown == "- a\n  - b\n- c"


def test_a_list_inside_a_numbered_one_stays_inside_and_numbers_go_on() -> None:
    markdown = rendered("<ol><li>a<ul><li>b</ul><li>c</ol>").markdown
    html = COMMONMARK.render(markdown)
    assert html.replace("\n", "") == "<ol><li>a<ul><li>b</li></ul></li><li>c</li></ol>", markdown


SIGNS = [
    "# a",
    "1. a",
    "12) a",
    "- a",
    "+ a",
    "> a",
    "* a",
    "&lt; a",
    "~~~",
    "---",
    "a &amp;amp; b",
    "&amp;#65; b",
    "<b>_</b>a_",
]


@pytest.mark.parametrize("text", SIGNS)
def test_a_paragraph_stays_one_in_markdown(text: str) -> None:
    found = rendered(f"<p>{text}</p>")
    (paragraph,) = re.findall(r"\A<p>(.*)</p>\n\Z", COMMONMARK.render(found.markdown), re.DOTALL)
    assert shown(f"<p>{paragraph}</p>") == loose(found.text.replace("&", "&amp;"))


@pytest.mark.parametrize("fence", ["```", "````"])
def test_preformatted_text_may_hold_a_fence(fence: str) -> None:
    found = rendered(f"<pre>a\n{fence}\nb</pre><p>c</p>")
    assert COMMONMARK.render(found.markdown) == f"<pre><code>a\n{fence}\nb\n</code></pre>\n<p>c</p>\n"


def test_code_may_hold_a_backtick() -> None:
    assert COMMONMARK.render(rendered("<p><code>a`b</code></p>").markdown) == "<p><code>a`b</code></p>\n"


def test_line_breaks_survive_in_markdown() -> None:
    assert "<br" in COMMONMARK.render(rendered("<p>a<br>b</p>").markdown)


WORD = st.text("abcXYZ019é中文 .,!?-()*_#<>&[]|`~+\\\n", min_size=1, max_size=12)


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def wrapped(inner: st.SearchStrategy[str], tags: list[str]) -> st.SearchStrategy[str]:
    return st.builds(lambda tag, text: f"<{tag}>{text}</{tag.split()[0]}>", st.sampled_from(tags), inner)


INLINE = st.recursive(
    WORD.map(escaped) | st.just("<br>"),
    lambda inner: wrapped(inner, ["b", "i", "code", "sub", "sup", "a href='/x'", "a href='y)('", "span"]),
    max_leaves=4,
)
INLINES = st.lists(INLINE, min_size=1, max_size=4).map("".join)
ITEMS = st.lists(INLINES.map("<li>{}".format), min_size=1, max_size=3).map("".join)
ROWS = st.lists(WORD.map(escaped).map("<tr><td>k</td><td>{}</td></tr>".format), min_size=2, max_size=3).map("".join)
BLOCK = (
    wrapped(INLINES, ["p", "h1", "h2", "h4", "div", "blockquote"])
    | wrapped(ITEMS, ["ul", "ol"])
    | wrapped(ROWS, ["table"])
    | wrapped(WORD.map(escaped), ["pre"])
    | INLINES.map("<figure><img src=i.jpg><figcaption>{}</figcaption></figure>".format)
)
BODY = st.lists(BLOCK, max_size=5).map("".join)


@steady
@given(BODY)
def test_html_and_text_hold_the_same_letters(body: str) -> None:
    found = rendered(body)
    assert shown(found.html) == loose(found.text.replace("&", "&amp;"))
    assert unsafe(found.html) == []


@steady
@given(BODY)
def test_markdown_holds_the_same_letters(body: str) -> None:
    found = rendered(body)
    again = COMMONMARK.render(found.markdown)
    assert shown(again) == shown(re.sub("</?fig\\w+>", "<br>", found.html))


def unsafe(markup: str) -> list[str]:
    """Return what a piece of HTML holds that could run: elements, attributes, schemes that are not plain."""
    if not markup:
        return []
    found = []
    for element in lxml_html.fragment_fromstring(markup, create_parent="div").iter():
        found += [str(element.tag)] if element.tag not in PLAIN else []
        for name, value in element.items():
            scheme = re.match(r"[\s\x00-\x20]*([a-z][a-z0-9+.\s-]*):", value, re.IGNORECASE)
            linked = name in ("href", "src") and (
                scheme is None or scheme[1].lower() not in ("http", "https", "mailto")
            )
            if name not in ("href", "src", "alt", "class") or linked:
                found.append(f"{name}={value}")
    return found


HOSTILE = [
    "<script>alert(1)</script>", '"><script>alert(1)</script>', "' onerror='alert(1)", '" onload="alert(1)" x="',
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\tscript:alert(1)", "&#106;avascript:alert(1)",
    "data:text/html,<script>alert(1)</script>", "vbscript:x", "</figcaption><img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>", "]]><style>x</style>", "http://a.example/\"onmouseover='alert(1)'",
    "\u2028<iframe srcdoc=x>",
]  # fmt: skip


def attribute(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")


@pytest.mark.parametrize("payload", HOSTILE)
@pytest.mark.parametrize("escape", [attribute, str])
def test_no_place_of_a_page_can_run_a_script(payload: str, escape: Callable[[str], str]) -> None:
    value = escape(payload)
    figure = f'<figure><img src="{value}" alt="{value}"><figcaption>{value}</figcaption></figure>'
    second = (
        f'<p><img src="https://a.example/i.jpg" alt="{value}" title="{value}"></p><p>{value} [Photo by {value}]</p>'
    )
    inside = f'{STORY}<p>{value}<a href="{value}" title="{value}">more {value}</a></p><h3>{value}</h3>{figure}{second}'
    table = f"<table><tr><td>a</td><td>{value}</td></tr><tr><td>c</td><td>d</td></tr></table><pre>{value}</pre>"
    article = story(inside + table + f"<ul><li>{value}</ul>", title=value, head=f"<base href='{attribute(payload)}'>")
    assert unsafe(article.body_html) == []
    assert all(image.url is None or image.url.startswith(("http://", "https://")) for image in article.images)
    assert unsafe(COMMONMARK.render(article.markdown)) == []


def test_a_title_with_markup_is_plain_text() -> None:
    article = read(f"<h1>A &lt;b&gt; c</h1>{STORY}", "<title>A &lt;b&gt; c</title>")
    assert article.title == "A <b> c"
    assert "A <b> c" not in article.body_html


def test_page_of_is_whole() -> None:
    assert page_of("x").startswith("<!doctype html>")


def test_seams_of_runs() -> None:
    found = render(
        [
            Block(
                "p",
                Box(parsed("").body),
                runs=[Run(" a "), Run("  ", None, ("em",)), Run(" b\n"), Run(""), Run("\n c ")],
            )
        ],
        {},
        lambda href: href,
    )
    assert found.text == "a b\nc"
    assert shown(found.html) == "abc"


@pytest.mark.parametrize("letter", ["©", "&amp;", "\u00a0a"])
def test_a_long_text_costs_its_length(letter: str) -> None:
    begun = time.process_time()
    found = rendered(f"<p>{letter * 400_000}</p><pre>{letter * 400_000}</pre>")
    assert time.process_time() - begun < 2
    assert shown(found.html) == loose(found.text.replace("&", "&amp;"))
    assert "<!--" not in found.html


def test_lists_that_begin_deep_are_no_code_in_markdown() -> None:
    markdown = rendered("<ul><ul><ul><li>a<li>b</ul></ul><li>c</ul>").markdown
    assert markdown == "- a\n- b\n- c"
    assert "<code>" not in COMMONMARK.render(markdown)
