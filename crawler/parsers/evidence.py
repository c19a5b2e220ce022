"""What speaks for and against a page's being one article: its address, its declarations, its markup and its text."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from archive.segment import has_cjk
from crawler.parsers.blocks import Block
from crawler.parsers.lines import Line
from crawler.parsers.metadata import Metadata, types_of
from crawler.parsers.page import Page
from crawler.parsers.region import Region

if TYPE_CHECKING:
    from lxml import etree

_ARTICLE = re.compile(r"(?:Article|BlogPosting|Report|LiveBlogPosting|Review)$")
_GATHERING = frozenset({"CollectionPage", "ItemList", "SearchResultsPage", "OfferCatalog", "Blog", "ProductCollection"})
_LISTING_WORDS = frozenset(
    (
        "archive archives author authors browse c cat catalog categories category channel collection collections "
        "departments directory feed genre hub index kategorie list listing listings page products product "
        "rubric rubrik search seccion section sections series shop store subject subjects tag tags tema "
        "thema topic topics rubrique categoria"
    ).split()
)
_SLUG_SPLIT = re.compile(r"[-_+,]+|\.\w+$|\d{4,}")
_PART = re.compile(r"(?:/page/|[?&](?:page|p|pg|paged|start|offset)=|[/_])\d{1,4}(?:\.\w{3,5})?/?$", re.IGNORECASE)
_PATH_DATE = re.compile(r"(?:19|20)\d\d[-/_]?(?:0?[1-9]|1[0-2])(?:[-/_]?(?:[0-2]?\d|3[01]))?(?!\d)")
_PUBLISHED = ("article:published_time", "datepublished", "parsely-pub-date", "pubdate", "publish_date", "dc.date")
# How the commonest content systems name the kind of a page in the classes of its body.
_SINGLE = re.compile(
    r"(?:^|\s)(?:single(?:-\w+)?|postid-\d+|(?:page-)?node-type-(?:article|news|story)|article(?:-page)?|story)(?=\s|$)",
    re.IGNORECASE,
)
_MANY = re.compile(
    r"(?:^|\s)(?:archive|search-results|error404|template-collection|home-template|tag-template|author-template|"
    r"path-frontpage|post-type-archive\S*|tax-\S+|(?:page|path)-taxonomy\S*)(?=\s|$)",
    re.IGNORECASE,
)
_ENDS = (". ", "? ", "! ", ".” ", "。", "！", "？")
_PRICE = re.compile(r"[$€£¥₹]\s?\d|\d\s?(?:€|£|zł|kr\b|USD|EUR)")
# What a reader of goods, not of news, is offered.
_CONTROL = re.compile(
    r"\b(?:sort(?:ed)? by|filters?\b|add to (?:cart|bag|basket)|quick (?:view|shop)|shop (?:now|all)|"
    r"\d+ (?:results|items|products)|(?:results|items) per page|in stock|free shipping|(?:sale|regular) price|wishlist|"
    r"compare|sortieren|warenkorb|trier par|panier|ordenar|carrito|ordina|carrello|sorteer|winkelwagen)"
)
# One of these stands in every price, and in every control: most pages have none of them.
_PRICE_SIGNS = ("$", "€", "£", "¥", "₹", "zł", "kr", "USD", "EUR")
_CONTROL_SIGNS = (
    "sort", "filter", "add to ", "quick ", "shop ", " results", " items", " products", "results per", "items per",
    "in stock", "free ship", " price", "wishlist", "compare", "warenkorb", "trier par", "panier", "ordena", "carrito",
    "ordina", "carrello", "winkelwagen",
)  # fmt: skip
_SHORT_KINDS = frozenset({"p", "li", "h"})
_TITLES = frozenset({"p", "h", "li", "quote"})
_TEASER, _TEASER_CJK = 28, 9


@dataclass(frozen=True, slots=True)
class Evidence:
    """The signs by name (a count as its logarithm, a sign as 0 or 1), and how many links look like entries."""

    signs: dict[str, float]
    entries: int


@dataclass(frozen=True, slots=True)
class Given:
    """What has been read of a page before its kind is asked."""

    page: Page
    metadata: Metadata
    blocks: Sequence[Block]
    region: Region
    title: str | None = None
    lines: Sequence[Line] = ()


def gather(given: Given) -> Evidence:
    """Return what speaks for and against a page's being an article."""
    text, entries = _of_text(given.blocks, given.region)
    signs = _of_address(given.page.url) | _of_declarations(given.metadata) | _of_markup(given.page) | text
    signs["line:date"] = float(any(line.stamp for line in given.lines))
    title = given.title or ""
    signs["title:length"] = math.log1p(len(title) * (2.5 if has_cjk(title) else 1))
    return Evidence(signs, entries)


def is_declared(metadata: Metadata) -> bool:
    """Return whether a page calls itself an article, or says when it was published."""
    return bool(metadata.ld) or metadata.first(*_PUBLISHED) is not None


def _of_address(url: str) -> dict[str, float]:
    try:
        path = urlsplit(url).path
    except ValueError:
        path = ""
    segments = [part for part in path.lower().split("/") if part]
    last = segments[-1] if segments else ""
    words = sum(1 for word in _SLUG_SPLIT.split(last) if word)
    return {
        "url:depth": math.log1p(len(segments)),
        "url:slug": math.log1p(max(0, words - 1)),
        "url:date": float(_PATH_DATE.search(path) is not None),
        "url:file": float(last.endswith((".html", ".htm", ".shtml"))),
        "url:list": float(not _LISTING_WORDS.isdisjoint(segments[-2:])),
        "url:list-above": float(not _LISTING_WORDS.isdisjoint(segments[:-2])),
    }


def _of_declarations(metadata: Metadata) -> dict[str, float]:
    types = [kind for node in metadata.nodes for kind in types_of(node)]
    articles = sum(1 for kind in types if _ARTICLE.search(kind))
    published = metadata.first(*_PUBLISHED) is not None or "datePublished" in metadata.ld
    og_type = metadata.meta.get("og:type", "").lower()
    # Many systems call every page an article there; beside other proof it means more.
    proven = published or articles == 1
    return {
        "og:article": float("article" in og_type and proven),
        "og:article-alone": float("article" in og_type and not proven),
        "og:goods": float("product" in og_type),
        "ld:article": float(articles == 1),
        "ld:headline": float("headline" in metadata.ld),
        "ld:list": float(not articles and not _GATHERING.isdisjoint(types)),
        "meta:published": float(published),
        "link:next": float(any(_PART.search(metadata.links.get(name, "")) for name in ("next", "prev"))),
        "link:amp": float("amphtml" in metadata.links),
    }


def _of_markup(page: Page) -> dict[str, float]:
    counts = Counter(str(element.tag) for element in page.body.iter("article", "h1"))
    classes = (page.body.get("class") or "")[:2000]
    return {
        "markup:article": float(counts["article"] == 1),
        "markup:h1": float(counts["h1"] == 1),
        "markup:single": float(_SINGLE.search(classes) is not None),
        "markup:many": float(_MANY.search(classes) is not None),
    }


def _of_text(blocks: Sequence[Block], region: Region) -> tuple[dict[str, float], int]:
    """Return what the text says, and how many entries of a listing the page seems to have."""
    sizes = [_size(block) for block in blocks]
    lengths, in_links = [size for size, _ in sizes], [linked for _, linked in sizes]
    core = [blocks[index] for index in region.core]
    said = "\n".join([block.text for block in core])
    scale = 3 if any(has_cjk(block.text) for block in core[:3]) else 1
    running = sum([lengths[index] for index in region.core]) or 1
    together = _together(blocks, region, sizes)
    titles = [block for block, size in zip(blocks, sizes, strict=True) if _is_linked(size) and block.kind in _TITLES]
    teasers = [block for block in titles if _is_teaser(block)]
    heads = _headings(titles)
    prices, controls = _goods(blocks)
    inside = slice(region.start, region.end)
    pictures = sum(1 for block in blocks[inside] if block.kind == "image" and block.within("a") is not None)
    signs = {
        "text:core-share": running / (sum(lengths) or 1),
        "text:links": sum(in_links) / (sum(lengths) or 1),
        "text:links-inside": sum(in_links[inside]) / (sum(lengths[inside]) or 1),
        "text:one-parent": together / running,
        "text:parent": math.log1p(together * scale),
        "text:sentences": math.log1p(len(core) + sum(map(said.count, _ENDS))),
        "text:teasers": math.log1p(len(teasers)),
        "text:teaser-heads": math.log1p(_headings(teasers)),
        "text:teased": _teased(blocks, region, sizes) / running,
        "text:prices": math.log1p(prices),
        "text:controls": math.log1p(controls),
    }
    dated = sum(1 for block, size in zip(blocks, sizes, strict=True) if block.kind == "li" and _is_entry(block, size))
    return signs, max(len(teasers), prices, heads, pictures, dated)


def _headings(blocks: Sequence[Block]) -> int:
    return sum(1 for block in blocks if block.kind == "h")


def _size(block: Block) -> tuple[int, int]:
    """Return how long a block's text is, and how much of it is in links."""
    if len(block.runs) == 1:
        size = len(block.runs[0].text)
        return size, size if block.runs[0].href else 0
    whole = linked = 0
    for text, href, _ in block.runs:
        whole += len(text)
        if href:
            linked += len(text)
    return (whole, linked) if whole or not block.rows else (sum(map(len, chain.from_iterable(block.rows))), 0)


def _is_linked(size: tuple[int, int]) -> bool:
    return size[1] >= _TEASER_CJK and size[1] > 0.8 * size[0]


def _is_entry(block: Block, size: tuple[int, int]) -> bool:
    """Return whether a line is a link with a date or a word beside it."""
    return 2 * size[1] > size[0] and _is_teaser(block)


def _together(blocks: Sequence[Block], region: Region, sizes: Sequence[tuple[int, int]]) -> int:
    """Return the length of the running text that shares a parent: an article's does, the summaries of others do not."""
    parents: Counter[etree._Element | None] = Counter()
    for index in region.core:
        parents[blocks[index].element.getparent()] += sizes[index][0]
    return max(parents.values(), default=0)


def _is_teaser(block: Block) -> bool:
    length = len(block.text)
    return length >= _TEASER or (length >= _TEASER_CJK and has_cjk(block.text))


def _teased(blocks: Sequence[Block], region: Region, sizes: Sequence[tuple[int, int]]) -> int:
    """Return how much of the running text stands right after a heading, or a line, that is a link: summaries do."""
    total = 0
    for index in region.core:
        for before in range(index - 1, max(-1, index - 5), -1):
            linked = _is_linked(sizes[before])
            if linked or blocks[before].kind == "h":
                total += sizes[index][0] if linked else 0
                break
    return total


def _goods(blocks: Iterable[Block]) -> tuple[int, int]:
    """Return how many short blocks name a price, and how many sort, filter or sell."""
    short = [block.text for block in blocks if block.kind in _SHORT_KINDS and len(block.text) <= 60]
    prices = sum(1 for text in short if _PRICE.search(text)) if _has_any("\n".join(short), _PRICE_SIGNS) else 0
    shortest = [text.lower() for text in short if len(text) <= 40]
    if not _has_any("\n".join(shortest), _CONTROL_SIGNS):
        return prices, 0
    return prices, sum(1 for text in shortest if _CONTROL.search(text))


def _has_any(text: str, signs: Iterable[str]) -> bool:
    return any(map(text.__contains__, signs))
