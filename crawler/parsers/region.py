"""Where the article stands on its page: the densest container of running text."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lxml import etree

from archive.segment import has_cjk
from crawler.parsers.blocks import Block, Box
from crawler.parsers.furniture import is_imprint, is_never_article

_SENTENCE_END = re.compile(r"[.!?。！？؟।…:：;；][\"'”’»」』)\]]*$")
# A share of the children's text below which an element is where the article spreads out.
_DOMINANT = 0.72
_ALMOST_ALL = 0.95
# The script of a text shows in its first characters.
_TELLING = 100


@dataclass(frozen=True, slots=True)
class Region:
    """The article's container, `depth` boxes below the body, and the blocks of running text in it, as indexes."""

    container: etree._Element
    start: int
    end: int
    core: tuple[int, ...]
    depth: int = 0


def find_region(blocks: Sequence[Block], body: etree._Element) -> Region:
    """Return the smallest element that still holds most of the page's running text.

    Every block of running text gives its weight to all its ancestors; from the body down the walk follows the child
    that dominates its siblings, and stops where none does.
    """
    weights = [weight(block) for block in blocks]
    running = [(block.box, own) for block, own in zip(blocks, weights, strict=True) if own]
    boxes = _inside_out(blocks[0].box.root() if blocks else Box(body), running)
    outside = _outside(running, boxes, _headed(blocks))
    container = _descend(boxes, _summed(boxes, ((box, own) for box, own in running if box not in outside)))
    inside = [block for block in blocks if block.box.is_below(container)]
    while container.parent is not None and sum(1 for block in inside if block.text) < 2:
        # No more than one block of text in a box of its own.
        if container.parent.tag in ("body", "html"):
            break
        container = container.parent
        inside = [block for block in blocks if block.box.is_below(container)]
    core = tuple(block.index for block in inside if weights[block.index] and block.box not in outside)
    start, end = (inside[0].index, inside[-1].index + 1) if inside else (0, 0)
    return Region(container.element, start, end, core, container.depth)


def given_region(blocks: Sequence[Block], container: etree._Element, *, whole: bool) -> Region:
    """Return the region that an element is: the `whole` of it as its text, else what runs in it as text."""
    inside = [block for block in blocks if block.inside(container)]
    if not inside:
        return Region(container, 0, 0, ())
    core = tuple(block.index for block in inside)
    running = [] if whole else [(block.box, own) for block in inside if (own := weight(block))]
    if running:
        boxes = _inside_out(inside[0].box.root(), running)
        outside = _outside(running, boxes, _headed(inside))
        core = tuple(block.index for block in inside if weight(block) and block.box not in outside)
    return Region(container, inside[0].index, inside[-1].index + 1, core, inside[0].path.index(container))


def _headed(blocks: Iterable[Block]) -> set[Box]:
    """Return the boxes in which a main heading stands."""
    return {box for block in blocks if block.kind == "h" and block.level == 1 for box in block.box.up()}


def weight(block: Block) -> float:
    """Return how much a block speaks for running text around it: its letters outside links, 0 for anything short."""
    text = block.text
    if block.kind not in ("p", "quote", "li", "pre") or len(text) < 10:
        return 0.0
    cjk = not text.isascii() and has_cjk(text[:_TELLING])
    # Letters alone are dear to count; where words have spaces, what is no space is near enough.
    size = 3 * len(block.loose) if cjk else len(text) - text.count(" ") - text.count("\n")
    if size < 30 or block.link_share > 0.5 or is_imprint(text):
        return 0.0
    own = size * (1 - block.link_share)
    whole = own >= 80 or (own >= 30 and _SENTENCE_END.search(text[-4:]) is not None)
    return own * (0.6 if block.kind == "li" else 1.0) if whole else 0.0


def _inside_out(root: Box, running: Iterable[tuple[Box, float]]) -> list[Box]:
    """Return the boxes around the running text, each before the one around it."""
    known = {root}
    for inner, _ in running:
        for box in inner.up():
            if box in known:
                break
            known.add(box)
    return sorted(known, key=lambda box: -box.depth)


def _summed(boxes: Sequence[Box], own: Iterable[tuple[Box, float]]) -> dict[Box, float]:
    """Return for every box the sum of what stands in it."""
    sums: dict[Box, float] = dict.fromkeys(boxes, 0.0)
    for box, value in own:
        sums[box] += value
    for box in boxes:
        if box.parent is not None:
            sums[box.parent] += sums[box]
    return sums


def _descend(boxes: Sequence[Box], sums: dict[Box, float]) -> Box:
    """Return the box that the walk from the body down ends in."""
    heaviest: dict[Box, Box] = {}
    for box in reversed(boxes):
        parent = box.parent
        if parent is not None and (parent not in heaviest or sums[box] > sums[heaviest[parent]]):
            heaviest[parent] = box
    node = boxes[-1]
    while node in heaviest:
        child = heaviest[node]
        if sums[child] <= 0 or child.tag in ("p", "li", "blockquote", "pre") or sums[child] < _DOMINANT * sums[node]:
            break
        node = child
    return node


def _outside(running: Sequence[tuple[Box, float]], boxes: Sequence[Box], headed: set[Box]) -> set[Box]:
    """Return the boxes that are furniture by their name, or stand in such, unless most of the text is in them.

    Comments may outweigh an article: where no main heading (`headed`) stands in their box, they need almost all.
    """
    held = _summed(boxes, running)
    total = held[boxes[-1]] or 1.0
    found: set[Box] = set()
    for box in reversed(boxes):
        if box.parent is None:
            continue
        share = _ALMOST_ALL if box not in headed and is_never_article(box.tokens) else 0.5
        if box.parent in found or (box.is_furniture and held[box] < share * total):
            found.add(box)
    return found
