"""A picture on its way to a value, and the pictures of an article in their order."""

import re
from bisect import bisect_left, bisect_right, insort
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice

from lxml import etree

from archive.model import Image
from crawler.parsers.blocks import Block, Box
from crawler.parsers.furniture import tokens_of
from crawler.parsers.page import Page
from crawler.parsers.sources import addresses, identity, is_placeholder, picture_sets
from crawler.parsers.text import squeeze

_NO_PICTURE = re.compile(
    r"(?:^|[/_.-])(?:icons?|logos?|sprites?|avatars?|gravatar|pixel|spacer|blank|transparent|1x1|emojis?|smil(?:ey|ies)|"
    r"badges?|button|arrow|loading|placeholder|qrcode|share)(?:[/_.@-]|\d*\.(?:png|gif|jpe?g|svg|webp)|$)",
    re.IGNORECASE,
)
_PIXELS = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(?:px)?\s*$")
_ORNAMENTS = frozenset({"avatar", "icon", "emoji", "logo", "smiley"})
_SMALLEST = 48
_LARGE = 150
_MOST_URLS = 4
_LONGEST_ALT = 2000


@dataclass(slots=True)
class Picture:
    """An image block on its way to a value; `index` is the block's, None for a caption without an image."""

    index: int | None
    url: str | None
    alt: str | None = None
    fallbacks: tuple[str, ...] = ()
    figure: etree._Element | None = None
    caption: str | None = None
    credit: str | None = None
    rule: str = ""
    place: int = -1
    shown: str | None = None

    def order(self) -> int:
        """Return where the picture, or the caption that stands for it, is on the page."""
        return self.place if self.index is None else self.index

    def is_said(self) -> bool:
        """Return whether a caption or a credit is known of the picture."""
        return self.caption is not None or self.credit is not None


@dataclass(slots=True)
class Pictures:
    """The pictures of an article, and the blocks that are captions or stray file names and so no body text.

    `left_out` maps the index of every image that is none of the article's to the reason.
    """

    items: list[Picture] = field(default_factory=list)
    named: Sequence[etree._Element] = ()
    caption_blocks: set[int] = field(default_factory=set)
    left_out: dict[int, str] = field(default_factory=dict)
    _shown: list[Picture] = field(default_factory=list)
    _places: list[int] = field(default_factory=list)
    _known: dict[str, Picture] = field(default_factory=dict)
    _figures: dict[Box, etree._Element | None] = field(default_factory=dict)

    def add(self, picture: Picture) -> None:
        """Add a picture in its place; one that stands there already, in whatever size, is the same picture."""
        same = self._known.get(identity(picture.url)) if picture.url else None
        if same is not None:
            _join(same, picture)
            return
        if picture.url:
            self._known[identity(picture.url)] = picture
        insort(self.items, picture, key=Picture.order)
        if picture.index is not None:
            place = bisect_right(self._places, picture.index)
            self._shown.insert(place, picture)
            self._places.insert(place, picture.index)

    def before(self, block: Block) -> Picture | None:
        """Return the picture that stands last before a block."""
        place = bisect_left(self._places, block.index)
        return self._shown[place - 1] if place else None

    def after(self, block: Block) -> Picture | None:
        """Return the picture that stands first after a block."""
        place = bisect_left(self._places, block.index)
        return self._shown[place] if place < len(self._shown) else None

    def figure_of(self, block: Block) -> etree._Element | None:
        """Return the figure that a block stands in; what holds for its neighbours is looked up once."""
        around = block.box.parent
        if around is None or block.box.tag == "figure":
            return block.within("figure")
        if around not in self._figures:
            self._figures[around] = block.within("figure")
        return self._figures[around]

    def named_like(self, url: str) -> Picture | None:
        """Return the picture that an address is one of the sizes of."""
        return self._known.get(identity(url))

    def laid_out(self, shown: Sequence[Block], blocks: Sequence[Block]) -> list[Block]:
        """Return the article's blocks without captions, and with the pictures that stand outside of its text."""
        kept = {block.index: block for block in shown if block.index not in self.caption_blocks}
        for item in self.items:
            if item.index is not None and item.index not in kept and item.index < len(blocks):
                kept[item.index] = blocks[item.index]
        return [kept[index] for index in sorted(kept)]

    def values(self) -> tuple[Image, ...]:
        """Return the images as values, numbered in order."""
        return tuple(
            Image(item.url, item.caption, item.credit, item.alt, position, item.fallbacks, item.shown)
            for position, item in enumerate(self.items, 1)
        )


class PictureReader:
    """Reads image elements as pictures; what holds for many of them is looked up once."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._sets: dict[etree._Element, list[str]] = {}
        self._captioned: dict[etree._Element, bool] = {}

    def read(self, block: Block) -> Picture | None:
        """Return an image block as a picture, None for icons, pixels, adverts and what has no address."""
        element = block.image
        if element is None:
            return None
        named = (self._page.absolute(address) for address in addresses(element, self._offered(block)))
        urls = list(islice((url for url in named if url), _MOST_URLS))
        figure = block.within("figure")
        if not urls or is_placeholder(urls[0]):
            return None
        if _is_ornament(element, urls[0]) and not (figure is not None and self._is_captioned(figure)):
            return None
        source = element.get("src") or ""
        shown = self._page.absolute(source) if source and not source.startswith("data:") else None
        return Picture(
            block.index,
            urls[0],
            squeeze((element.get("alt") or "")[:_LONGEST_ALT]) or None,
            tuple(dict.fromkeys(urls[1:])),
            figure,
            shown=shown if shown != urls[0] else None,
        )

    def _offered(self, block: Block) -> list[str]:
        wrapper = block.within("picture")
        if wrapper is None:
            return []
        if wrapper not in self._sets:
            self._sets[wrapper] = picture_sets(wrapper)
        return self._sets[wrapper]

    def _is_captioned(self, figure: etree._Element) -> bool:
        """Return whether a figure has a caption and only one image, which then is what the caption speaks of."""
        if figure not in self._captioned:
            images = list(islice(figure.iter("img", "amp-img"), 2))
            self._captioned[figure] = len(images) == 1 and next(figure.iter("figcaption"), None) is not None
        return self._captioned[figure]


def _join(known: Picture, again: Picture) -> None:
    """Give a picture what only another copy of it has."""
    if not known.is_said() and again.is_said():
        known.caption, known.credit, known.rule = again.caption, again.credit, again.rule
        known.figure = known.figure if known.figure is not None else again.figure
    known.alt = known.alt or again.alt


def _is_ornament(element: etree._Element, url: str) -> bool:
    width, height = _pixels(element.get("width")), _pixels(element.get("height"))
    if (width is not None and width < _SMALLEST) or (height is not None and height < _SMALLEST):
        return True
    classes = tokens_of(element)
    # A large picture may have "logo" in its name; an icon is small, or does not say how large it is.
    large = width is not None and height is not None and min(width, height) >= _LARGE
    path = url.partition("://")[2].partition("#")[0].partition("?")[0].partition("/")[2]
    name = path.rpartition("/")[2]
    if name.lower().endswith(".svg") and not large:
        return True
    return (not large and bool(_NO_PICTURE.search(name))) or not classes.isdisjoint(_ORNAMENTS)


def _pixels(text: str | None) -> float | None:
    match = _PIXELS.match(text) if text else None
    return float(match[1]) if match else None
