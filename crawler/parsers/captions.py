"""The caption of a picture as its markup holds it: which elements are it, and which of their parts are the credit."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from lxml import etree

from crawler.parsers.blocks import Block, Box
from crawler.parsers.credits import (
    cited,
    is_agency,
    is_interface,
    is_labelled,
    is_name,
    split_caption,
    without_interface,
    without_label,
)
from crawler.parsers.furniture import tokens_of
from crawler.parsers.text import loose, squeeze
from crawler.parsers.walk import is_hidden

CAPTION_TOKENS = frozenset(
    "caption captions wp-caption-text figcaption imgdesc cutline legend legende pictext phototext imgtext".split()
)
CREDIT_TOKENS = frozenset(
    (
        "credit credits copyright photographer photocredit imagecredit byline source author quelle bildquelle "
        "fotograf crédito credito créditos creditos crédit copy rights license licence lic cred src"
    ).split()
)
_CREDIT_PROPERTIES = frozenset({"author", "creator", "contributor", "copyrightholder", "copyrightnotice", "credittext"})
_SILENT = frozenset(
    "script style svg button noscript template video audio iframe select input img picture title".split()
)
_INLINE = frozenset("a abbr b bdi bdo em font i mark q s strong sub sup time u".split())
# Credit words that outside of a figure name the article's author rather than the picture's.
_AMBIGUOUS = frozenset({"author", "byline", "src", "copy", "rights", "source", "license", "licence"})
_FIGURE_TOKENS = CAPTION_TOKENS | CREDIT_TOKENS
_TOLD_TOKENS = _FIGURE_TOKENS - (_AMBIGUOUS - CAPTION_TOKENS)
_TOLD_TAGS = frozenset({"figcaption"})
_FIGURE_TAGS = _TOLD_TAGS | {"footer", "small", "cite"}
_MOST_PARTS = 400
_MOST_CHILDREN = 200
_MOST_LEVELS = 8
_FARTHEST = 25
_MOST_INLINE = 20
# A text in an image's box: with a credit at its end, and without.
_LONGEST_BOXED = 600
_LONGEST_BARE = 120
_LONGEST = 3000


class Said(NamedTuple):
    """A caption and a credit, the blocks they stand in, and the rule that found them."""

    caption: str | None
    credit: str | None
    blocks: tuple[int, ...]
    rule: str


class Level(NamedTuple):
    """An element around an image, how deep it is, the texts in it, and whether other pictures are in it."""

    element: etree._Element
    depth: int
    inside: list[Block]
    others: bool


@dataclass(frozen=True, slots=True)
class Holder:
    """An image with what is around it: `box` is its ancestors without running text, `keys` the pictures by block."""

    block: Block
    box: Sequence[etree._Element]
    blocks: Sequence[Block]
    keys: Mapping[int, str]
    taken: frozenset[int]
    told_of: dict[etree._Element, bool]

    def levels(self) -> Iterator[Level]:
        """Yield the elements around the image from the inside, with what is in them."""
        low = high = self.block.index
        own = self.keys.get(self.block.index)
        outwards = range(len(self.block.path) - 2, len(self.block.path) - len(self.box) - 1, -1)
        wrappers = [depth for depth in outwards if self.block.path[depth].tag not in ("source", "picture")]
        for depth in wrappers[:_MOST_LEVELS]:
            low = self._stretch(depth, low, -1)
            high = self._stretch(depth, high, 1)
            inside = self.blocks[low : high + 1]
            others = any(self.keys.get(item.index, own) != own for item in inside if item.kind == "image")
            yield Level(self.block.path[depth], depth, [item for item in inside if item.text], others)

    def _stretch(self, depth: int, place: int, step: int) -> int:
        """Return the place of the last block in a row that stands below the image's ancestor at a depth."""
        element = self.block.path[depth]
        end = (
            min(self.block.index + _FARTHEST, len(self.blocks) - 1)
            if step > 0
            else max(self.block.index - _FARTHEST, 0)
        )
        while place != end:
            path = self.blocks[place + step].path
            if len(path) <= depth or path[depth] is not element:
                break
            place += step
        return place


def told_caption(holder: Holder) -> Said | None:
    """Return what the markup says is the caption of an image: its figure's, or an element that is called so."""
    for level in holder.levels():
        element, depth, inside, others = level
        figure = element.tag == "figure"
        if others and not figure:
            return None
        own = _between_pictures(holder, element, inside) if others else inside
        texts = [item for item in own if _speaks(item, depth)]
        roots = _told_roots(holder, level, texts) if texts else []
        told = any(_is_caption(root) for _, root in roots)
        if roots and (told or not any(item.index in holder.taken for item, _ in roots)):
            caption, credit = read_caption(_topmost([root for _, root in roots]))
            named = figure or any(root.tag == "figcaption" for _, root in roots)
            blocks = inside if figure and not others else [item for item, _ in roots]
            rule = "figure" if named else "caption-element"
            return Said(caption, credit, tuple(item.index for item in blocks), rule)
    return None


def _told_roots(holder: Holder, level: Level, texts: Sequence[Block]) -> list[tuple[Block, etree._Element]]:
    """Return the texts below an element that are a caption or a credit, with the elements that say so."""
    figure = level.element.tag == "figure"
    roots = [(item, root) for item in texts if (root := _told_root(holder, item, level, figure=figure)) is not None]
    if roots and not figure:
        # Beside an element that is called a caption, one that is called an author speaks of the picture too.
        return [(item, root) for item in texts if (root := _told_root(holder, item, level, figure=True)) is not None]
    if not roots and figure:
        return [(item, item.element) for item in texts if item.kind != "h" and item.link_share < 0.5]
    return roots


def boxed_caption(holder: Holder) -> Said | None:
    """Return the short text that shares a box with the image alone: it ends in a credit, or stands below the image."""
    for element, depth, inside, others in holder.levels():
        if others:
            return None
        texts = [item for item in inside if _speaks(item, depth)]
        if not texts:
            continue
        if any(item.kind == "h" or item.index in holder.taken or item.link_share > 0.3 for item in texts):
            return None
        length = sum(len(item.text) for item in texts)
        if length > _LONGEST_BOXED:
            return None
        caption, credit = read_caption(_topmost([item.element for item in texts]))
        below = all(item.index > holder.block.index for item in texts) and element.tag != "p"
        if not credit and not (below and length <= _LONGEST_BARE):
            return None
        return Said(caption, credit, tuple(item.index for item in texts), "box")
    return None


def _speaks(block: Block, depth: int) -> bool:
    """Return whether a block below an element of this depth says something that is no word of the interface."""
    if not block.text or is_interface(block.text):
        return False
    box: Box | None = block.box
    while box is not None and box.depth > depth:
        if box.tag == "button":
            return False
        box = box.parent
    return True


def _told_root(holder: Holder, block: Block, level: Level, *, figure: bool) -> etree._Element | None:
    """Return the outermost element below another that says its text is a caption or a credit."""
    wanted, tags = (_FIGURE_TOKENS, _FIGURE_TAGS) if figure else (_TOLD_TOKENS, _TOLD_TAGS)
    outermost: Box | None = None
    box: Box | None = block.box
    while box is not None and box.depth > level.depth:
        if box.tag in tags or not wanted.isdisjoint(box.tokens):
            outermost = box
        box = box.parent
    if outermost is not None:
        return outermost.element
    element = level.element
    if block.element is element:
        return element if tokens_of(element) & CAPTION_TOKENS else None
    if _tells_inside(holder, block.element) or (figure and is_name(block.text)):
        return block.element
    return None


def _is_caption(element: etree._Element) -> bool:
    return element.tag == "figcaption" or not tokens_of(element).isdisjoint(CAPTION_TOKENS)


def _tells_inside(holder: Holder, element: etree._Element) -> bool:
    """Return whether a part of a line is called a caption or a credit."""
    if element not in holder.told_of:
        parts = islice(element.iter("span", "small", "cite", "em", "i", "strong", "b", "a"), _MOST_INLINE)
        holder.told_of[element] = any(not _TOLD_TOKENS.isdisjoint(tokens_of(item)) for item in parts)
    return holder.told_of[element]


def _between_pictures(holder: Holder, figure: etree._Element, texts: Sequence[Block]) -> list[Block]:
    """Return those of a figure's texts that stand between the image and the next, for the first also those before."""
    place = holder.block.index
    own = holder.keys.get(place)
    near = range(max(place - _FARTHEST, 0), min(place + _FARTHEST + 1, len(holder.blocks)))
    inside = [item for item in near if holder.keys.get(item, own) != own and holder.blocks[item].inside(figure)]
    following = min((index for index in inside if index > holder.block.index), default=len(holder.blocks))
    after = [item for item in texts if holder.block.index < item.index < following]
    first = all(index > holder.block.index for index in inside)
    return after or ([item for item in texts if item.index < holder.block.index] if first else [])


def _topmost(elements: Sequence[etree._Element]) -> list[etree._Element]:
    """Return the elements without those that are inside another of them."""
    kept: dict[etree._Element, None] = dict.fromkeys(elements)
    return [item for item in kept if not any(outer in kept for outer in item.iterancestors())]


@dataclass(slots=True)
class _Part:
    """A piece of a caption's text; `own` is the element that sets it apart from its neighbours."""

    text: str
    own: etree._Element
    credit: bool


def read_caption(roots: Sequence[etree._Element]) -> tuple[str | None, str | None]:
    """Return the caption and the credit that these elements hold."""
    parts = [part for root in roots for part in _grouped(_parts(root)) if not is_interface(part.text)]
    told = [part for part in parts if part.credit]
    if told and len(told) == len(parts):
        # Where all is called a credit, the name of the class is that of the whole caption.
        caption, credit = split_caption(" ".join(part.text for part in told))
        return (caption, cited(credit)) if caption and credit else (None, cited(_once(told)))
    if not told:
        apart = _set_apart(parts)
        told = [apart] if apart else []
    said = without_interface(squeeze(" ".join(part.text for part in parts if part not in told)))[:_LONGEST]
    said = said.rstrip(" |/–—-·")
    if told:
        credit = cited(_once(told))
        return _without_credit(without_label(said), credit) or None, credit
    caption, credit = split_caption(said)
    return caption, cited(credit, apart=False)


def is_credit_element(element: etree._Element) -> bool:
    """Return whether an element says by class, property or tag that it holds a credit."""
    tokens = tokens_of(element)
    if tokens & CREDIT_TOKENS:
        return not tokens & CAPTION_TOKENS or bool(tokens & {"credit", "credits", "copyright", "photographer"})
    if (element.get("itemprop") or "").casefold() in _CREDIT_PROPERTIES:
        return True
    return element.tag in ("cite", "small", "footer", "address")


def _parts(root: etree._Element) -> Iterator[_Part]:
    """Yield the texts below an element with what sets them apart; walks without recursion."""
    credit = is_credit_element(root) and not tokens_of(root) & CAPTION_TOKENS
    stack: list[tuple[etree._Element, etree._Element, bool, bool]] = [(root, root, credit, False)]
    given = 0
    while stack and given < _MOST_PARTS:
        element, own, credit, tail = stack.pop()
        text = element.tail if tail else element.text
        if text and text.strip():
            given += 1
            yield _Part(squeeze(text), own, credit)
        if not tail:
            for child in reversed(element[:_MOST_CHILDREN]):
                stack.append((child, own, credit, True))
                if isinstance(child.tag, str) and child.tag not in _SILENT and not is_hidden(child):
                    apart = own if child.tag in _INLINE else child
                    stack.append((child, apart, credit or is_credit_element(child), False))


def _grouped(parts: Iterator[_Part]) -> list[_Part]:
    """Return the parts with the neighbours joined that one element holds."""
    grouped: list[_Part] = []
    for part in parts:
        if grouped and grouped[-1].own is part.own and grouped[-1].credit == part.credit:
            grouped[-1].text += f" {part.text}"
        else:
            grouped.append(part)
    return grouped


def _set_apart(parts: Sequence[_Part]) -> _Part | None:
    """Return the part that is the credit of the others, by where it stands and how it reads."""
    if len(parts) < 2:
        return None
    named = [part for part in parts if is_labelled(part.text)]
    if len(named) == 1:
        return named[0]
    first, last, before = parts[0], parts[-1], parts[-2]
    if last.own is not before.own and (is_name(last.text) or _ends_in_name(before.text, last.text)):
        return last
    return first if first.own is not parts[1].own and is_agency(first.text) else None


def _ends_in_name(before: str, last: str) -> bool:
    """Return whether a short last part can only be a name: the part before it is a sentence, or it is all capitals."""
    words = last.split()
    if not 1 <= len(words) <= 6 or len(last) > 60 or last.endswith((".", "!", "?", "…", ":")):
        return False
    return before.endswith((".", "!", "?", "…", "”", '"')) or all(not word[:1].islower() for word in words[:5])


def _once(parts: Sequence[_Part]) -> str:
    """Return the texts of the parts, each name once."""
    said: list[str] = []
    for part in parts:
        text = cited(part.text) or ""
        if text and not any(loose(text) in loose(other) for other in said):
            said = [*(other for other in said if loose(other) not in loose(text)), text]
    return " ".join(said)


def _without_credit(text: str, credit: str | None) -> str:
    """Return a caption without a second copy of its credit at its end."""
    if credit and text.endswith(credit) and loose(text) != loose(credit):
        return text[: -len(credit)].rstrip(" |/–—-·,;:(")
    return text
