"""Which images of a page are the article's: each is judged by itself, its links and its surroundings."""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from lxml import etree

from crawler.parsers.blocks import Block
from crawler.parsers.furniture import tokens_of
from crawler.parsers.metadata import Metadata
from crawler.parsers.page import Page
from crawler.parsers.sources import identity, is_image_file
from crawler.parsers.text import loose

# Words of class and id of what stands beside an article's text: other articles, adverts, people, tools.
_ELSEWHERE = frozenset(
    (
        "related recommended recommendation recommendations promo promos promotion promoted advert adverts "
        "advertisement advertisements advertorial ads ad adslot sponsored sponsor partner newsletter subscribe "
        "subscription paywall comment comments disqus respond outbrain taboola trending popular mostread latest "
        "sidebar nav navbar navigation menu breadcrumb breadcrumbs share sharing social sharedaddy addthis cookie "
        "consent pagination pager footer teasers teaser affiliate banner banners werbung anzeige "
        "recirculation readmore playlist podcast podcasts whatsapp telegram"
    ).split()
)
# The words that also a figure with its caption cannot outweigh.
_FAR = frozenset(
    (
        "related recommended recommendation recommendations advert adverts advertisement advertisements ads ad "
        "sponsored newsletter paywall comments disqus outbrain taboola sidebar footer cookie consent mostread"
    ).split()
)
_PEOPLE = frozenset(
    (
        "author authors avatar avatars gravatar byline bylines bio profile contributor contributors writer columnist "
        "reporter headshot autor autoren autores auteur redakteur journalist authorbox authorbio"
    ).split()
)
_ELSEWHERE_TAGS = frozenset({"nav", "footer", "menu"})
_RUNNING = 80
_WIDEST_THUMBNAIL = 140
_SIZE_IN_URL = re.compile(
    r"(?<![\d])(\d{2,4})[x_,](\d{2,4})(?![\d])|(?:[?&_/,;](?:w|width|h|height)[=_])(\d{2,4})(?!\d)"
)
_MOST_NEIGHBOURS = 60
_MOST_LEVELS = 12
_FARTHEST_ABOVE = 60
_DIRECTLY_BELOW = 3


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a picture is judged by beside the article's own blocks: the page, the title's place, the declarations."""

    blocks: Sequence[Block]
    core: Sequence[int] = ()
    title_index: int | None = None
    container: etree._Element | None = None
    declared: dict[str, dict[str, Any]] = field(default_factory=dict)
    taken: frozenset[int] = frozenset()
    judged: bool = True


def declared_images(metadata: Metadata, page: Page) -> dict[str, dict[str, Any]]:
    """Return the images that a page declares as its article's, by identity, with what JSON-LD says of them."""
    found: dict[str, dict[str, Any]] = {}
    for item in _ld_images(metadata.ld.get("image")):
        address = item.get("url") or item.get("contentUrl") or item.get("@id")
        url = page.absolute(address) if isinstance(address, str) else None
        if url:
            found.setdefault(identity(url), {**item, "url": url, "rule": "json-ld:image"})
    for name in ("og:image", "og:image:url", "og:image:secure_url", "twitter:image", "twitter:image:src"):
        url = page.absolute(metadata.meta.get(name, ""))
        if metadata.meta.get(name) and url:
            found.setdefault(identity(url), {"url": url, "rule": name})
    return found


class Scope:
    """The part of a page that its article takes up, against which each image is judged."""

    def __init__(self, shown: Sequence[Block], around: Surroundings, page: Page) -> None:
        self.around = around
        self._page = page
        self._worded = [block.index for block in around.blocks if block.text]
        core = self._core = set(around.core)
        running = [block for block in shown if (block.index in core if core else _is_running(block))]
        running = [block for block in running if block.within("figure", "figcaption") is None]
        self.first = running[0].index if running else 0
        self.last = running[-1].index if running else -1
        self.reach = self.last
        title = around.title_index
        self._start = min(self.first, title) if title is not None else self.first
        counted = Counter(chain.from_iterable(block.path for block in running))
        least = min(2, len(running))
        self.textual = {element for element, count in counted.items() if count >= least}
        if around.title_index is not None and around.title_index < len(around.blocks):
            self.textual.update(around.blocks[around.title_index].path)

    def box(self, block: Block) -> tuple[etree._Element, ...]:
        """Return the ancestors of a block that hold no running text of the article, the outermost first."""
        path = block.path
        start = next((place for place, element in enumerate(path) if element not in self.textual), len(path))
        return path[start:]

    def follow(self, block: Block) -> None:
        """Let the next picture stand below one that says it is large: old pages show all pictures after the text."""
        image = block.image
        sizes = (image.get("width"), image.get("height")) if image is not None else ()
        if sizes and all(size and size.isdecimal() and int(size[:6]) > _WIDEST_THUMBNAIL for size in sizes):
            self.reach = max(self.reach, block.index)

    def is_near(self, block: Block) -> bool:
        """Return whether an image can be the article's at all, by its place on the page alone."""
        if not self.around.judged:
            return True
        container = self.around.container
        if block.index > self.last:
            return container is None or block.inside(container)
        return block.index >= self._start - _FARTHEST_ABOVE

    def captions(self, indexes: Sequence[int]) -> bool:
        """Return whether blocks can caption a picture of the article: no byline, and no link to something else."""
        if self.around.taken.issuperset(indexes):
            return False
        return not _leads_elsewhere([self.around.blocks[index] for index in indexes])

    def verdict(self, block: Block, urls: Sequence[str], *, captioned: bool) -> str:
        """Return why an image is none of the article's, an empty text where it is."""
        if not self.around.judged:
            return ""
        known = any(identity(url) in self.around.declared for url in urls[:2])
        box = self.box(block)
        reason = self._place(block, known=known, captioned=captioned) or _named(box, known=known, captioned=captioned)
        if reason:
            return reason
        if self._is_linked(box, urls, captioned=captioned) and not self._is_in_sentence(block):
            return "link"
        if _is_small(block, urls) and not captioned:
            return "small"
        return "" if known or captioned else self._card(block, box)

    def _place(self, block: Block, *, known: bool, captioned: bool) -> str:
        if block.index < self._start and not (known or captioned or self._heads_article(block)):
            return "above"
        below = block.index > self.reach + _DIRECTLY_BELOW and not (known or captioned)
        return "below" if below else ""

    def _heads_article(self, block: Block) -> bool:
        """Return whether an image above the title stands in the article's own element, or its header."""
        shared = [element for element in block.path if element in self.textual]
        return any(element.tag in ("article", "header") for element in shared[-2:])

    def _is_linked(self, box: Sequence[etree._Element], urls: Sequence[str], *, captioned: bool) -> bool:
        """Return whether the image is a link to something else than itself."""
        link = next((element for element in reversed(box) if element.tag == "a" and element.get("href")), None)
        if link is None:
            return False
        target = self._page.absolute(link.get("href") or "")
        if target is None or is_image_file(target) or target.partition("#")[0] == self._page.url.partition("#")[0]:
            return False
        # A page called like the picture shows the picture alone.
        page = identity(target).rpartition("/")[2].partition(".")[0]
        if any(identity(target) == identity(url) or (len(page) >= 8 and page in identity(url)) for url in urls[:2]):
            return False
        return not captioned or _says_more_than(link, 40)

    def _is_in_sentence(self, block: Block) -> bool:
        """Return whether an image stands in a paragraph of the article's running text, whatever it links to."""
        own = block.within("p")
        near = self.around.blocks[max(block.index - 1, 0) : block.index + 2]
        return own is not None and any(item.index in self._core and item.element is own for item in near)

    def _card(self, block: Block, box: Sequence[etree._Element]) -> str:
        """Return whether the smallest part of the page around the image that says something is a link elsewhere."""
        for element in list(reversed(box[:-1]))[:_MOST_LEVELS]:
            texts = list(self._texts(element, block.index))
            if any(_asks(item, element) for item in texts):
                return "promo"
            if (
                texts
                and any(item.kind == "h" for item in texts)
                and not any(item.index in self._core for item in texts)
            ):
                return "teaser"
            if texts:
                return "teaser" if _leads_elsewhere(texts) else ""
        return ""

    def _texts(self, element: etree._Element, index: int) -> Iterator[Block]:
        """Yield the blocks with text around an image inside an element: those before it, then those after."""
        worded, place = self._worded, bisect_left(self._worded, index)
        # The blocks inside an element stand together: where one is outside, those beyond it are too.
        for beside in (
            reversed(worded[max(place - _MOST_NEIGHBOURS, 0) : place]),
            worded[place : place + _MOST_NEIGHBOURS],
        ):
            for other in beside:
                if other == index:
                    continue
                if abs(other - index) >= _MOST_NEIGHBOURS or not self.around.blocks[other].inside(element):
                    break
                yield self.around.blocks[other]


def _is_running(block: Block) -> bool:
    return block.kind in ("p", "quote", "li", "pre") and len(block.text) >= _RUNNING and block.link_share < 0.5


def _ld_images(value: Any) -> Iterable[dict[str, Any]]:
    for item in (value if isinstance(value, list) else [value])[:50]:
        if isinstance(item, str):
            yield {"url": item}
        elif isinstance(item, dict):
            yield item


def _asks(block: Block, element: etree._Element) -> bool:
    """Return whether a block below an element stands in a form or a button: a newsletter's, a subscription's."""
    inner = block.path[next((place for place, item in enumerate(block.path) if item is element), 0) + 1 :]
    return any(item.tag == "form" for item in inner)


def _says_more_than(element: etree._Element, length: int) -> bool:
    said = 0
    for text in element.itertext():
        said += len(text.strip())
        if said > length:
            return True
    return False


def _leads_elsewhere(texts: Sequence[Block]) -> bool:
    """Return whether most of some text are links to other pages."""
    linked = sum(len(loose(run.text)) for item in texts for run in item.runs if run.href and run.href[0] != "#")
    return linked > 0.5 * sum(len(item.loose) for item in texts)


def _named(box: Sequence[etree._Element], *, known: bool, captioned: bool) -> str:
    """Return whether the elements around an image are called what is no part of an article."""
    for element in box:
        if element.tag in _ELSEWHERE_TAGS:
            return "furniture"
    if known:
        return ""
    for depth, element in enumerate(reversed(box)):
        tokens = tokens_of(element)
        if tokens & _FAR or (not captioned and (element.tag == "aside" or tokens & _ELSEWHERE)):
            return "furniture"
        if depth <= 4 and not captioned and tokens & _PEOPLE and element.tag != "figcaption":
            return "portrait"
    return ""


def _is_small(block: Block, urls: Sequence[str]) -> bool:
    """Return whether an image is shown as a thumbnail, by its attributes or by the sizes in its address."""
    element = block.image
    if element is None:
        return False
    sides = [
        float(match[0])
        for name in ("width", "height")
        if (match := re.match(r"\d{1,5}(?=\s*(?:px)?\s*$)", (element.get(name) or "").strip()))
    ]
    if sides and max(sides) <= _WIDEST_THUMBNAIL:
        return True
    return all(_is_small_by_name(url) for url in urls[:3])


def _is_small_by_name(url: str) -> bool:
    told = [int(side) for match in _SIZE_IN_URL.finditer(url[:600]) for side in match.groups() if side]
    return bool(told) and 32 < max(told) <= _WIDEST_THUMBNAIL
