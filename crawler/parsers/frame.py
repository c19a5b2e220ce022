"""The fast way through a page whose layout is known: only what its template encloses is walked."""

from collections.abc import Sequence
from dataclasses import dataclass

from lxml import etree

from crawler.parsers.blocks import Block
from crawler.parsers.dates import DateContext
from crawler.parsers.region import Region
from crawler.parsers.template import Reader
from crawler.parsers.text import squeeze
from crawler.parsers.walk import blocks_of

# What stands so closely before a title: its breadcrumb, a date above it.
_BEFORE = 4


@dataclass(frozen=True, slots=True)
class Frame:
    """The blocks from a known title to the end of a known body, and a few after it."""

    blocks: list[Block]
    region: Region
    title_index: int


def frame_of(template: Reader, context: DateContext) -> Frame | None:
    """Return the frame of a page on which a template's title, body and dates all find something, else None."""
    title, container = template.title(), template.body()
    if title is None or container is None or not template.is_dated(context):
        return None
    around = _around(title, container)
    if around is None:
        return None
    root, starts = around
    blocks = blocks_of(root, starts, container)
    region = given_region(blocks, container)
    index = _index_of(title, blocks)
    # An element that is shown as one picture, or not at all, encloses nothing.
    if index is None or not any(blocks[inside].text for inside in region.core):
        return None
    return Frame(blocks, region, index)


def _index_of(title: etree._Element, blocks: Sequence[Block]) -> int | None:
    """Return the index of the title's block: one in its element, or the one that its element is a piece of."""
    said, around = squeeze("".join(title.itertext())), frozenset(title.iterancestors())
    found = (block.index for block in blocks if block.inside(title) or (block.element in around and said in block.text))
    return next(found, None)


def given_region(blocks: Sequence[Block], container: etree._Element) -> Region:
    """Return the region that an element is, whatever stands in it."""
    inside = [block.index for block in blocks if block.inside(container)]
    depth = blocks[inside[0]].path.index(container) if inside else 0
    return Region(container, min(inside, default=0), max(inside, default=-1) + 1, tuple(inside), depth)


def _around(
    title: etree._Element, container: etree._Element
) -> tuple[etree._Element, dict[etree._Element, list[etree._Element]]] | None:
    """Return the smallest element around both, and where the walk starts in those on the way to the title.

    None where the title stands below the body, or outside of it in the page's head.
    """
    above = [title, *title.iterancestors()]
    around = [container, *container.iterancestors()]
    root = next((element for element in above if element in around), None)
    if root is None or root is title or root.tag == "html":
        return None
    starts: dict[etree._Element, list[etree._Element]] = {}
    if root is container:
        return root, starts
    way = above[: above.index(root)]
    for place, child in enumerate(way):
        parent = child.getparent()
        if parent is not None:
            children = list(parent)
            # The title's own neighbours, and of what is around it nothing that stands before.
            first = max(children.index(child) - (_BEFORE if place == 0 else 0), 0)
            starts[parent] = children[first:]
    branch = around[around.index(root) - 1]
    return (root, starts) if root.index(branch) > root.index(way[-1]) else None
