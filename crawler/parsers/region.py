"""Where the article stands on its page: the densest container of running text."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lxml import etree

from archive.segment import has_cjk
from crawler.parsers.blocks import Block, Box
from crawler.parsers.furniture import IMPRINT

_SENTENCE_END = re.compile(r"[.!?。！？؟।…:：;；][\"'”’»」』)\]]*$")
# A share of the children's text below which an element is where the article spreads out.
_DOMINANT = 0.72


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
    if not blocks:
        return Region(body, 0, 0, ())
    weights = [weight(block) for block in blocks]
    boxes = _inside_out(blocks)
    outside = _outside(blocks, weights, boxes)
    sums = _summed(
        boxes, ((block.box, own) for block, own in zip(blocks, weights, strict=True) if block.box not in outside)
    )
    texts = _summed(boxes, ((block.box, 1.0) for block in blocks if block.text))
    container = _climb(_descend(boxes, sums), texts)
    inside = _below(container, boxes)
    indexes = [block.index for block in blocks if block.box in inside]
    core = tuple(index for index in indexes if weights[index] and blocks[index].box not in outside)
    return Region(container.element, min(indexes, default=0), max(indexes, default=-1) + 1, core, container.depth)


def weight(block: Block) -> float:
    """Return how much a block speaks for running text around it: its letters outside links, 0 for anything short."""
    if block.kind not in ("p", "quote", "li", "pre") or len(block.text) < 10 or block.link_share > 0.5:
        return 0.0
    if IMPRINT.search(block.text):
        return 0.0
    text = block.text
    # Letters alone are dear to count; where words have spaces, what is no space is near enough.
    size = 3 * len(block.loose) if has_cjk(text) else len(text) - text.count(" ") - text.count("\n")
    own = size * (1 - block.link_share)
    whole = own >= 80 or (own >= 30 and _SENTENCE_END.search(text) is not None)
    return own * (0.6 if block.kind == "li" else 1.0) if whole else 0.0


def _inside_out(blocks: Sequence[Block]) -> list[Box]:
    """Return the boxes around the blocks, each before the one around it."""
    known: set[Box] = set()
    for block in blocks:
        for box in block.box.up():
            if box in known:
                break
            known.add(box)
    return sorted(known, key=lambda box: -box.depth)


def _summed(boxes: Sequence[Box], own: Iterable[tuple[Box, float]]) -> dict[Box, float]:
    """Return for every box the sum of what stands in it."""
    sums: dict[Box, float] = defaultdict(float)
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


def _climb(container: Box, texts: dict[Box, float]) -> Box:
    """Return the container, or its parent where it is no more than one block of text in a box of its own."""
    while texts[container] < 2:
        if container.parent is None or container.parent.tag in ("body", "html"):
            break
        container = container.parent
    return container


def _outside(blocks: Sequence[Block], weights: Sequence[float], boxes: Sequence[Box]) -> set[Box]:
    """Return the boxes that are furniture by their name, or stand in such, unless most of the text is in them."""
    held = _summed(boxes, ((block.box, own) for block, own in zip(blocks, weights, strict=True)))
    total = sum(weights) or 1.0
    found: set[Box] = set()
    for box in reversed(boxes):
        if box.parent is not None and (box.parent in found or (box.is_furniture and held[box] < 0.5 * total)):
            found.add(box)
    return found


def _below(container: Box, boxes: Sequence[Box]) -> set[Box]:
    """Return the container and the boxes inside it."""
    found = {container}
    for box in reversed(boxes):
        if box.parent in found:
            found.add(box)
    return found
