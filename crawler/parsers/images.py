"""An article's images: which they are, their largest form, and the captions and credits that belong to them."""

import re
from collections.abc import Sequence
from typing import Any

from lxml import etree

from crawler.parsers.belonging import Scope, Surroundings
from crawler.parsers.blocks import Block
from crawler.parsers.captions import Holder, Said, boxed_caption, told_caption
from crawler.parsers.credits import bracketed_credit, cited, split_caption
from crawler.parsers.legends import has_legend, line_of, take_legend
from crawler.parsers.page import Page
from crawler.parsers.pictures import Picture, PictureReader, Pictures
from crawler.parsers.sources import identity
from crawler.parsers.text import loose, plain

_FILE_NAME = re.compile(
    r"^[\w\s().,@%+-]{1,120}\.(?:jpe?g|png|gif|webp|bmp|tiff?|svg|avif)(?:\s*\(\d+\))?(?:\.(?:jpe?g|png|gif|webp))?$",
    re.IGNORECASE,
)
# What such a name ends in: the last letters of the extensions, or a bracket.
_LAST_OF_FILE = frozenset("gGfFpP)")
# The pictures of a page that are looked at; no article has so many.
_MOST_PICTURES = 2000
_CREDITED_BY = ("creditText", "copyrightHolder", "author", "creator")


def find_pictures(
    shown: Sequence[Block],
    page: Page,
    title: str | None,
    captions: Sequence[etree._Element] = (),
    around: Surroundings | None = None,
) -> Pictures:
    """Return the article's pictures, with the captions that stand at them.

    All images of the page are judged, and its declarations are heard; where the site's template names the article or
    its images (not `judged`) they are those among its blocks. A caption is what the markup tells of as one, or the
    text after the image that ends in a credit; without a credit only where the layout says so (the image's own box,
    paragraph, table or centred line). `captions` are elements that the template names as captions. Without `around`
    the blocks are all there is.
    """
    around = around or Surroundings(shown, judged=False)
    found = Pictures(named=captions)
    holders = _gather(found, shown, around, page)
    _take_legends(found, shown, title)
    for picture, holder in holders:
        if not picture.is_said():
            _take(found, picture, boxed_caption(holder))
        _read_attributes(picture, holder.block.image)
    if around.judged:
        _hear_declarations(found, around.declared)
    return found


def is_file_name(text: str) -> bool:
    """Return whether a line is nothing but an image's file name."""
    return text[-1:] in _LAST_OF_FILE and _FILE_NAME.match(text) is not None and len(text.split()) <= 6


def is_stray(block: Block, title: str, near: Picture | None) -> bool:
    """Return whether a line is an image's file name, its alternative text or the title, given in its loose form."""
    text = line_of(block)
    if is_file_name(text) or (title and block.loose == title):
        return True
    if near is None or not near.alt or near.index is None or near.figure is not None:
        return False
    return (
        block.index - near.index <= 2
        and block.loose == loose(near.alt)
        and len(text) < 60
        and not bracketed_credit(text)
    )


def _gather(found: Pictures, shown: Sequence[Block], around: Surroundings, page: Page) -> list[tuple[Picture, Holder]]:
    """Add the article's images with the captions that their markup tells of."""
    scope = Scope(shown, around, page)
    images = [block for block in (around.blocks if around.judged else shown) if block.kind == "image"]
    pictures = _pictures_of(images, scope, page)
    keys = {block.index: identity(picture.url) for block, picture in pictures if picture.url}
    kept: list[tuple[Picture, Holder]] = []
    told_of: dict[etree._Element, bool] = {}
    for block, picture in pictures:
        holder = Holder(block, scope.box(block), around.blocks, keys, around.taken, told_of)
        told = None if found.named else told_caption(holder)
        captioned = (told is not None and scope.captions(told.blocks)) or has_legend(around.blocks, block.index)
        reason = scope.verdict(block, (picture.url or "", *picture.fallbacks), captioned=captioned)
        if reason:
            found.left_out[block.index] = reason
            found.caption_blocks.update(told.blocks if told else ())
            continue
        _take(found, picture, told)
        found.add(picture)
        scope.follow(block)
        kept.append((picture, holder))
    return kept


def _pictures_of(images: Sequence[Block], scope: Scope, page: Page) -> list[tuple[Block, Picture]]:
    """Return the images near the article as pictures, without those in a `noscript` that stand for the one before."""
    reader = PictureReader(page)
    found: list[tuple[Block, Picture]] = []
    for block in images:
        if len(found) >= _MOST_PICTURES:
            break
        if not scope.is_near(block) or (found and _is_copy(block, found[-1][0])):
            continue
        picture = reader.read(block)
        if picture is not None:
            found.append((block, picture))
    return found


def _is_copy(block: Block, before: Block) -> bool:
    parent = block.image.getparent() if block.image is not None else None
    if parent is None or parent.tag != "noscript" or block.index - before.index != 1:
        return False
    around = parent.getparent()
    return around is not None and before.inside(around)


def _take(found: Pictures, picture: Picture, said: Said | None) -> None:
    """Give a picture its caption, whose blocks are then no text of the article."""
    if said is not None:
        picture.caption, picture.credit, picture.rule = said.caption, said.credit, said.rule
        found.caption_blocks.update(said.blocks)


def _take_legends(found: Pictures, shown: Sequence[Block], title: str | None) -> None:
    own_title = loose(title)
    for place, block in enumerate(shown):
        if block.kind == "image" or not block.text or block.index in found.caption_blocks:
            continue
        if is_stray(block, own_title, found.before(block)):
            found.caption_blocks.add(block.index)
        else:
            take_legend(found, shown, place)


def _read_attributes(picture: Picture, image: etree._Element | None) -> None:
    """Give a picture without a credit the one at the end of its image's title or alternative text."""
    if picture.credit is not None or image is None:
        return
    for name in ("title", "alt"):
        _, credit = split_caption((image.get(name) or "")[:1000])
        if credit:
            picture.credit, picture.rule = cited(credit), picture.rule or f"img:{name}"
            return


def _hear_declarations(found: Pictures, declared: dict[str, dict[str, Any]]) -> None:
    """Give the pictures without a caption or credit those that JSON-LD declares for them."""
    for item in declared.values():
        picture = found.named_like(item["url"])
        if picture is None or picture.credit is not None:
            continue
        caption = _text_of(item.get("caption")) if picture.caption is None else None
        credit = next((said for name in _CREDITED_BY if (said := _text_of(item.get(name)))), None)
        if caption or credit:
            picture.caption, picture.credit = picture.caption or caption, cited(credit)
            picture.rule = picture.rule or item["rule"]


def _text_of(value: Any) -> str | None:
    said = value.get("name") if isinstance(value, dict) else value
    return plain(said)[:3000] or None if isinstance(said, str) else None
