"""Captions that no markup tells of: the line below an image that ends in a credit, or that the layout sets apart."""

import re
from collections.abc import Sequence

from lxml import etree

from crawler.parsers.blocks import Block
from crawler.parsers.captions import CAPTION_TOKENS, CREDIT_TOKENS
from crawler.parsers.credits import bracketed_credit, ends_in_credit, split_credit
from crawler.parsers.furniture import tokens_of
from crawler.parsers.pictures import Picture, Pictures
from crawler.parsers.text import squeeze

_ZH_CAPTION = re.compile(r"^(?:图为|圖為|资料图|图\d?[:：])")

_STRAY = 120


def take_legend(found: Pictures, blocks: Sequence[Block], place: int) -> None:
    """Take a block of the article's as the caption that it may be."""
    block = blocks[place]
    rule, picture = _caption_of(found, blocks, place)
    if not rule:
        return
    found.caption_blocks.add(block.index)
    caption, credit = split_credit(block.text)
    if rule == "credit-element":
        caption, credit = None, squeeze(block.text)
    if picture is None and (rule == "template:caption" or (rule == "figure" and not _lost_its_picture(block))):
        return
    if picture is None:
        picture = Picture(None, None, place=block.index)
        found.add(picture)
    if picture.is_said() and rule in ("figure", "credit-element", "caption-element") and not found.named:
        return
    picture.rule = picture.rule or rule
    picture.caption = " ".join(filter(None, (picture.caption, caption))) or None
    picture.credit = " ".join(filter(None, (picture.credit, credit))) or None


def line_of(block: Block) -> str:
    """Return a block's text as one line."""
    text = block.text
    return squeeze(text) if block.kind in ("pre", "table") or "\n" in text else text


def has_legend(blocks: Sequence[Block], index: int) -> bool:
    """Return whether the next line after an image, other images aside, ends in a credit."""
    for block in blocks[index + 1 : index + 5]:
        text = line_of(block)
        if text and len(text) < 1200 and (bracketed_credit(text) or _is_credited(block)):
            return True
        # The image's file name or the title may stand between them.
        if len(text) > _STRAY:
            return False
    return False


def _caption_of(found: Pictures, blocks: Sequence[Block], place: int) -> tuple[str, Picture | None]:
    """Return the rule by which a block is a caption ('' where it is none) and the picture it belongs to."""
    block = blocks[place]
    last = found.before(block)
    named = _named_caption(found, block, last)
    if named is not None:
        return named
    free = last if last is not None and last.caption is None and last.credit is None else None
    if len(block.text) < 1200 and bracketed_credit(line_of(block)):
        return "credit", free
    if free is None or free.index is None:
        return "", None
    if block.index - free.index <= 3 and _is_credited(block):
        return "credit", free
    return ("layout", free) if _is_set_apart(block, blocks, place, free) else ("", None)


def _named_caption(found: Pictures, block: Block, last: Picture | None) -> tuple[str, Picture | None] | None:
    """Return rule and picture where the template, a figure or the element's name says that a block is a caption."""
    figure = found.figure_of(block)
    own = _own_picture(found, figure, block) if figure is not None else None
    if any(block.inside(element) for element in found.named):
        return "template:caption", own or last
    if figure is not None and block.kind != "h" and (own or block.within("figcaption") is not None):
        named = tokens_of(block.element) | (tokens_of(block.path[-2]) if len(block.path) > 1 else frozenset())
        return ("credit-element" if named & CREDIT_TOKENS and not named & CAPTION_TOKENS else "figure"), own
    near = last is not None and last.index is not None and block.index - last.index <= 3
    return ("caption-element", last) if near and block.tokens & CAPTION_TOKENS else None


def _lost_its_picture(block: Block) -> bool:
    """Return whether a caption's figure holds no image at all, not even an icon or an advert."""
    figure = block.within("figure")
    return figure is not None and next(figure.iter("img", "amp-img", "svg"), None) is None


def _is_credited(block: Block) -> bool:
    """Return whether a short line ends in a credit without brackets ("… Photo by NAME")."""
    text = line_of(block)
    return len(text) < 600 and block.kind == "p" and ends_in_credit(text)


def _own_picture(found: Pictures, figure: etree._Element, block: Block) -> Picture | None:
    """Return the figure's picture that a caption belongs to: the last before it, else the first after it."""
    near = (found.before(block), found.after(block))
    return next((item for item in near if item is not None and item.figure is figure), None)


def _is_set_apart(block: Block, blocks: Sequence[Block], place: int, picture: Picture) -> bool:
    """Return whether the layout makes the block after an image its caption: same paragraph, image table, centred."""
    before = blocks[place - 1] if place else None
    if before is None or before.index != picture.index or before.image is None or len(block.text) > 400:
        return False
    if _ZH_CAPTION.match(block.text):
        return True
    table = before.within("table")
    if table is not None and block.within("table") is table:
        return len("".join(table.itertext()).strip()) <= len(block.text) + 40
    return _is_centred(block) and _is_centred(before) and len(block.text) <= 250 and block.kind == "p"


def _is_centred(block: Block) -> bool:
    return any(
        element.tag == "center"
        or (element.get("align") or "").lower() == "center"
        or "text-align:center" in (element.get("style") or "").lower().replace(" ", "")
        for element in block.path[-3:]
    )
