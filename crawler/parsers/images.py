"""An article's images: which they are, their largest form, and the captions and credits that belong to them."""

import re
from bisect import bisect_left, insort
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from lxml import etree

from archive.model import Image
from crawler.parsers.blocks import Block
from crawler.parsers.furniture import tokens_of
from crawler.parsers.page import Page
from crawler.parsers.text import loose, squeeze

_PHOTO = (
    r"(?:photos?|pictures?|images?|pics?|illustrations?|graphics?|photographs?|video|"
    r"图片?|圖片?|照片|摄影|攝影|资料图|供图|foto|fotos|photographie|imagen|bild)"
)
CREDIT_END = re.compile(
    rf"\s*[\[(（【]\s*(?:{_PHOTO}\b|{_PHOTO}(?=[/／:：由来源]|\s)|(?:credit|courtesy)\b)[^\[\]()（）【】]{{0,160}}(?:\([^()]{{0,60}}\))?[\])）】]\s*[.。]?\s*$",
    re.IGNORECASE,
)
_CREDIT_TAIL = re.compile(
    r"(?:^|(?<=[。！？”])\s*|(?<=[.!?\"])\s+|\s+[|–—]\s*)(?P<credit>(?:(?i:photos?|pictures?|images?|credit|photograph)(?:\s+(?i:by|from|courtesy(?:\s+of)?|provided\s+by|credit)\s*:?|\s*:)|©)\s*[^.。]{2,100}|摄影[:：]?\s*\S{2,20}|[^\s。]{2,12}\s?摄)[.。]?\s*$"
)
_ZH_CAPTION = re.compile(r"^(?:图为|圖為|资料图|图\d?[:：])")
_CAPTION_TOKENS = frozenset(
    ("caption captions wp-caption-text figcaption imgdesc cutline legend legende pictext phototext imgtext").split()
)
_CREDIT_TOKENS = frozenset(["credit", "credits", "copyright", "photographer", "photocredit", "imagecredit", "byline"])
_FILE_NAME = re.compile(
    r"^[\w\s().,@%+-]{1,120}\.(?:jpe?g|png|gif|webp|bmp|tiff?|svg|avif)(?:\s*\(\d+\))?(?:\.(?:jpe?g|png|gif|webp))?$",
    re.IGNORECASE,
)
_NO_PICTURE = re.compile(
    r"(?:^|[/_.-])(?:icons?|logos?|sprites?|avatars?|gravatar|pixel|spacer|blank|transparent|1x1|emojis?|smil(?:ey|ies)|"
    r"badges?|button|arrow|loading|placeholder|qrcode|share)(?:[/_.@-]|\d*\.(?:png|gif|jpe?g|svg|webp)|$)",
    re.IGNORECASE,
)
_LAZY = (
    "data-src",
    "data-original",
    "data-lazy-src",
    "data-lazy",
    "data-url",
    "data-img",
    "data-hi-res-src",
    "data-full-src",
    "_src",
)
_LAZY_SETS = ("srcset", "data-srcset", "data-lazy-srcset")
_LONGEST_SRCSET = 20_000
_SRCSET_SIZE = re.compile(r"([\d.]{1,12})[wxh]")
_SRCSET_GLUED = re.compile(r"([\d.]{1,12})[wxh],+(?=\S)")
_SMALLEST = 48
_LARGE = 150


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


@dataclass(slots=True)
class Pictures:
    """The pictures of an article, and the blocks that are captions or stray file names and so no body text."""

    items: list[Picture] = field(default_factory=list)
    named: Sequence[etree._Element] = ()
    caption_blocks: set[int] = field(default_factory=set)
    _shown: list[Picture] = field(default_factory=list)
    _urls: set[str | None] = field(default_factory=set)

    def add(self, picture: Picture) -> None:
        """Add a picture in its place; one whose address stands there already is the same picture."""
        if picture.url is None or picture.url not in self._urls:
            self._urls.add(picture.url)
            insort(self.items, picture, key=Picture.order)
            if picture.index is not None:
                insort(self._shown, picture, key=Picture.order)

    def before(self, block: Block) -> Picture | None:
        """Return the picture that stands last before a block."""
        place = bisect_left(self._shown, block.index, key=Picture.order)
        return self._shown[place - 1] if place else None

    def values(self) -> tuple[Image, ...]:
        """Return the images as values, numbered in order."""
        return tuple(
            Image(item.url, item.caption, item.credit, item.alt, position, item.fallbacks, item.shown)
            for position, item in enumerate(self.items, 1)
        )


def find_pictures(
    blocks: Sequence[Block], page: Page, title: str | None, captions: Sequence[etree._Element] = ()
) -> Pictures:
    """Return the pictures among the article's blocks, with the captions that stand at them.

    A caption is the figure's own, an element that is called so, or the text after the image that ends in a credit;
    without a credit only where the layout says so (the image's own paragraph, table or centred line). `captions` are
    elements that the site's template names as captions.
    """
    found = Pictures(named=captions)
    for block in blocks:
        picture = picture_of(block, page) if block.kind == "image" else None
        if picture:
            found.add(picture)
    for place, block in enumerate(blocks):
        if block.kind == "image" or not block.text:
            continue
        if is_stray(block, title, found.before(block)):
            found.caption_blocks.add(block.index)
        else:
            _take_caption(found, blocks, place)
    return found


def split_credit(text: str) -> tuple[str | None, str | None]:
    """Return a caption's text and its credit: what stands in brackets or after "Photo by" at its end."""
    plain = squeeze(text)
    match = CREDIT_END.search(plain)
    if match:
        return plain[: match.start()].strip() or None, match[0].strip()
    tail = _CREDIT_TAIL.search(plain)
    if tail:
        return plain[: tail.start()].strip() or None, tail["credit"].strip()
    return plain or None, None


def is_file_name(text: str) -> bool:
    """Return whether a line is nothing but an image's file name."""
    return _FILE_NAME.match(text) is not None and len(text.split()) <= 6


def is_stray(block: Block, title: str | None, near: Picture | None) -> bool:
    """Return whether a line is an image's file name, or its alternative text, standing as text."""
    text = squeeze(block.text)
    if is_file_name(text) or (title and block.loose == loose(title)):
        return True
    if near is None or not near.alt or near.index is None or near.figure is not None:
        return False
    return (
        block.index - near.index <= 2
        and block.loose == loose(near.alt)
        and len(text) < 60
        and not CREDIT_END.search(text)
    )


def picture_of(block: Block, page: Page) -> Picture | None:
    """Return an image element as a picture, None for icons, pixels, adverts and what has no address."""
    element = block.image
    if element is None:
        return None
    urls = [url for url in (page.absolute(candidate) for candidate in _candidates(element)) if url]
    figure = block.within("figure")
    captioned = figure is not None and figure.find(".//figcaption") is not None
    if not urls or (_is_ornament(element, urls[0]) and not captioned):
        return None
    alt = squeeze(element.get("alt") or "") or None
    source = element.get("src") or ""
    shown = page.absolute(source) if source and not source.startswith("data:") else None
    return Picture(
        block.index, urls[0], alt, tuple(dict.fromkeys(urls[1:4])), figure, shown=shown if shown != urls[0] else None
    )


def _candidates(element: etree._Element) -> list[str]:
    """Return an image's addresses, best first: the largest of its sets, its lazy address, its `src`."""
    sets = [element.get(name) for name in _LAZY_SETS]
    # libxml2 takes an image for the child of an unclosed `source` before it.
    picture = next(element.iterancestors("picture"), None)
    if picture is not None:
        sets += [source.get(name) for source in picture.iter("source") for name in _LAZY_SETS]
    sized = [item for text in sets if text for item in parse_srcset(text)]
    lazy = [element.get(name) for name in _LAZY]
    plain = [value for value in (*lazy, element.get("src")) if value and not value.startswith("data:")]
    largest = max(sized, key=lambda item: item[1], default=None)
    best = [largest[0]] if largest and (largest[1] > 1 or not plain) else []
    return list(dict.fromkeys([*best, *plain, *(item[0] for item in sized)]))


def parse_srcset(text: str) -> list[tuple[str, float]]:
    """Return the addresses of a `srcset` with their widths or densities (HTML, 4.8.4.2.1); time is linear."""
    found: list[list[str]] = []
    for word in text[:_LONGEST_SRCSET].split():
        size = _SRCSET_SIZE.fullmatch(word.rstrip(","))
        if size and found:
            found[-1].append(size[1])
        elif word.strip(","):
            # "a.jpg 400w,b.jpg 800w": an address may follow its neighbour's size without a space.
            glued = _SRCSET_GLUED.match(word) if found else None
            if glued:
                found[-1].append(glued[1])
            found.append([word[glued.end() if glued else 0 :].strip(",")])
    return [
        (address, _number(sizes[0]) if sizes else 1.0)
        for address, *sizes in found
        if address and not address.startswith("data:")
    ]


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 1.0


def _is_ornament(element: etree._Element, url: str) -> bool:
    width, height = _pixels(element.get("width")), _pixels(element.get("height"))
    if (width is not None and width < _SMALLEST) or (height is not None and height < _SMALLEST):
        return True
    classes = tokens_of(element)
    # A large picture may have "logo" in its name; an icon is small, or does not say how large it is.
    large = width is not None and height is not None and min(width, height) >= _LARGE
    name = urlsplit(url).path.rsplit("/", 1)[-1]
    return (not large and bool(_NO_PICTURE.search(name))) or not classes.isdisjoint(
        {"avatar", "icon", "emoji", "logo", "smiley"}
    )


def _pixels(text: str | None) -> float | None:
    match = re.match(r"\s*(\d+(?:\.\d+)?)\s*(?:px)?\s*$", text or "")
    return float(match[1]) if match else None


def _take_caption(found: Pictures, blocks: Sequence[Block], place: int) -> None:
    block = blocks[place]
    rule, picture = _caption_of(found, blocks, place)
    if not rule:
        return
    found.caption_blocks.add(block.index)
    caption, credit = split_credit(block.text)
    if rule == "credit-element":
        caption, credit = None, squeeze(block.text)
    if picture is None and rule == "template:caption":
        return
    if picture is None:
        picture = Picture(None, None, place=block.index)
        found.add(picture)
    picture.rule = picture.rule or rule
    picture.caption = " ".join(filter(None, (picture.caption, caption))) or None
    picture.credit = " ".join(filter(None, (picture.credit, credit))) or None


def _caption_of(found: Pictures, blocks: Sequence[Block], place: int) -> tuple[str, Picture | None]:
    """Return the rule by which a block is a caption ('' where it is none) and the picture it belongs to."""
    block = blocks[place]
    last = found.before(block)
    named = _named_caption(found, block, last)
    if named is not None:
        return named
    free = last if last is not None and last.caption is None and last.credit is None else None
    if len(block.text) < 1200 and CREDIT_END.search(squeeze(block.text)):
        return "credit", free
    if free is None or free.index is None:
        return "", None
    if block.index - free.index <= 3 and _is_credited(block):
        return "credit", free
    return ("layout", free) if _is_set_apart(block, blocks, place, free) else ("", None)


def _named_caption(found: Pictures, block: Block, last: Picture | None) -> tuple[str, Picture | None] | None:
    """Return rule and picture where the template, a figure or the element's name says that a block is a caption."""
    figure = block.within("figure")
    own = _own_picture(found, figure, block) if figure is not None else None
    if any(block.inside(element) for element in found.named):
        return "template:caption", own or last
    if figure is not None and block.kind != "h" and (own or block.within("figcaption") is not None):
        named = tokens_of(block.element) | (tokens_of(block.path[-2]) if len(block.path) > 1 else frozenset())
        return ("credit-element" if named & _CREDIT_TOKENS and not named & _CAPTION_TOKENS else "figure"), own
    near = last is not None and last.index is not None and block.index - last.index <= 3
    return ("caption-element", last) if near and block.tokens & _CAPTION_TOKENS else None


def _is_credited(block: Block) -> bool:
    """Return whether a short line ends in a credit without brackets ("… Photo by NAME")."""
    text = squeeze(block.text)
    return len(text) < 600 and block.kind == "p" and _CREDIT_TAIL.search(text) is not None


def _own_picture(found: Pictures, figure: etree._Element, block: Block) -> Picture | None:
    """Return the figure's picture that a caption belongs to: the last before it, else the first after it."""
    inside = [item for item in found.items if item.figure is figure and item.index is not None]
    before = [item for item in inside if item.index is not None and item.index < block.index]
    return before[-1] if before else next(iter(inside), None)


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
