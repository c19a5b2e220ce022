"""Where the article stands on its page: the densest container of running text."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from lxml import etree

from archive.segment import has_cjk
from crawler.parsers.blocks import Block, tokens_of

_SENTENCE_END = re.compile(r"[.!?。！？؟।…:：;；][\"'”’»」』)\]]*$")
_FURNITURE_ROLES = frozenset({"navigation", "contentinfo", "complementary", "search"})
_FURNITURE_TAGS = frozenset({"nav", "footer", "aside", "menu", "button"})
_FURNITURE = frozenset(
    (
        "nav navbar navigation menu breadcrumb breadcrumbs crumbs sidebar sidenav aside footer foot comment "
        "comments disqus respond related recommended recommendation recommendations share sharing social "
        "sharedaddy addthis newsletter subscribe subscription promo promotion advert adverts advertisement "
        "ads sponsored sponsor popup modal cookie consent gdpr banner widget widgets pagination pager pagenav "
        "tags taglist tagcloud toolbar masthead topbar copyright hotnews latest popular trending outbrain "
        "taboola postmetadata authorbox authorbio login signup printer skip"
    ).split()
)
# What stands below a page and is no part of any article.
IMPRINT = re.compile(
    r"(?:©|\(c\)\s*\d{4}|copyright\b|all rights reserved|版权所有|ICP\s*备|ICP证|公网安备|ICP\s+\d)", re.IGNORECASE
)
# A share of the children's text below which an element is where the article spreads out.
_DOMINANT = 0.72


@dataclass(frozen=True, slots=True)
class Region:
    """The article's container and the blocks of running text in it, as indexes into the page's blocks."""

    container: etree._Element
    start: int
    end: int
    core: tuple[int, ...]


def find_region(blocks: Sequence[Block], body: etree._Element) -> Region:
    """Return the smallest element that still holds most of the page's running text.

    Every block of running text gives its weight to all its ancestors; from the body down the walk follows the child
    that dominates its siblings, and stops where none does.
    """
    weights = [weight(block) for block in blocks]
    furniture = _furniture(blocks, weights)
    sums: dict[etree._Element, float] = defaultdict(float)
    for block, own in zip(blocks, weights, strict=True):
        if own and not any(element in furniture for element in block.path):
            for element in block.path:
                sums[element] += own
    container = _climb(_descend(body, sums), blocks)
    inside = [block.index for block in blocks if block.inside(container)]
    core = tuple(
        index for index in inside if weights[index] and not any(item in furniture for item in blocks[index].path)
    )
    return Region(container, min(inside, default=0), max(inside, default=-1) + 1, core)


def weight(block: Block) -> float:
    """Return how much a block speaks for running text around it: its letters outside links, 0 for anything short."""
    if block.kind not in ("p", "quote", "li", "pre") or block.link_share > 0.5:
        return 0.0
    if IMPRINT.search(block.text):
        return 0.0
    own = len(block.loose) * (1 - block.link_share) * (3 if has_cjk(block.loose) else 1)
    whole = own >= 80 or (own >= 30 and _SENTENCE_END.search(block.text) is not None)
    return own * (0.6 if block.kind == "li" else 1.0) if whole else 0.0


def _descend(body: etree._Element, sums: dict[etree._Element, float]) -> etree._Element:
    node = body
    while True:
        heaviest = max(node, key=lambda child: sums.get(child, 0.0), default=None)
        if heaviest is None or sums.get(heaviest, 0.0) <= 0 or heaviest.tag in ("p", "li", "blockquote", "pre"):
            return node
        if sums[heaviest] < _DOMINANT * sums[node]:
            return node
        node = heaviest


def _climb(container: etree._Element, blocks: Sequence[Block]) -> etree._Element:
    """Return the container, or its parent where it is no more than one block of text in a box of its own."""
    while sum(1 for block in blocks if block.text and block.inside(container)) < 2:
        parent = container.getparent()
        if parent is None or parent.tag in ("body", "html"):
            break
        container = parent
    return container


def _furniture(blocks: Sequence[Block], weights: Sequence[float]) -> set[etree._Element]:
    """Return the elements that say by tag or class that they are no article, unless most of the text is in them."""
    named: dict[etree._Element, bool] = {}
    held: dict[etree._Element, float] = defaultdict(float)
    for block, own in zip(blocks, weights, strict=True):
        for element in block.path[1:]:
            if element not in named:
                named[element] = is_furniture(element)
            if named[element]:
                held[element] += own
    total = sum(weights) or 1.0
    return {element for element, is_named in named.items() if is_named and held[element] < 0.5 * total}


def is_furniture(element: etree._Element) -> bool:
    """Return whether an element's tag, role, class or id names something that surrounds articles."""
    if element.tag in _FURNITURE_TAGS or element.get("role") in (
        "navigation",
        "contentinfo",
        "complementary",
        "search",
    ):
        return True
    return not _FURNITURE.isdisjoint(tokens_of(element))
