"""The dates that stand beside an article's title, named by a word, a class or nothing but their place."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Literal
from urllib.parse import urlsplit

from lxml import etree

from archive.model import Stamp
from crawler.parsers.blocks import Block
from crawler.parsers.dates import POSSIBLE, DateContext, parse_declared
from crawler.parsers.furniture import is_mostly_links, tokens_of
from crawler.parsers.labels import DATE_WORD, LABEL
from crawler.parsers.lines import read_line
from crawler.parsers.text import squeeze

Kind = Literal["updated", "published", "bare"]

_ABOVE, _RIGHT_BELOW, _BELOW, _INTO_BODY = 3, 2, 14, 3
_MOST_ELEMENTS = 40
_LONGEST = 150
_DATE_BOX = frozenset(("date", "datetime", "dateline", "time", "timestamp", "published", "pubdate", "posted", "byline"))
# A block so far of links is a menu; a link so long is a headline.
_MENU, _HEADLINE = 0.8, 12
# What a line may say beside its date: names, a source, the time of reading.
_BESIDE, _BESIDE_ABOVE = 70, 25
_UPDATED = frozenset(("updated", "modified", "modification", "lastmod", "revised", "datemodified", "dtmodified"))
_PUBLISHED = frozenset(("published", "publish", "pubdate", "publication", "posted", "datepublished", "dtpublished"))
# What may stand beside a date in a line that is no sentence.
_SPARE = 20


@dataclass(frozen=True, slots=True)
class Dated:
    """A date beside the title: which one it says it is, and the rule that found it."""

    kind: Kind
    rule: str
    stamp: Stamp


@dataclass(frozen=True, slots=True)
class Place:
    """The page's address and blocks, and the indexes of the title's block and of the first of the text."""

    url: str
    blocks: Sequence[Block]
    title: int | None
    body: int

    def near(self) -> Sequence[Block]:
        """Return the blocks where a date is the article's: a few above the title, and down to the text."""
        title = self.heading()
        if title is None:
            return self.blocks[max(0, self.body - _BELOW) : self.body + _INTO_BODY]
        end = title + _BELOW
        if self.body > title:
            end = min(end, max(self.body + _INTO_BODY, title + _ABOVE))
        return self.blocks[max(0, title - _ABOVE) : end]

    def heading(self) -> int | None:
        """Return the index of the title's block, or of the first main heading where no block is the title."""
        if self.title is not None:
            return self.title
        return next((block.index for block in self.blocks if block.kind == "h" and block.level == 1), None)


def read_dateline(place: Place, context: DateContext) -> list[Dated]:
    """Return the dates beside the title, those below it first."""
    found: list[tuple[bool, Dated]] = []
    seen: set[etree._Element] = set()
    title = place.heading() or 0
    for block in place.near():
        is_above = block.index < title
        if block.kind in ("image", "table", "embed", "pre") or _is_aside(block) or _is_entry(block):
            continue
        if is_above and any(other.link_share > _MENU for other in place.blocks[block.index + 1 : title]):
            continue
        named = list(_of_elements(block, context, place, seen))
        if not named:
            named = [dated for dated in _of_text(block, context, is_above=is_above) if _may_be(dated, block, place)]
        found += [(is_above, dated) for dated in named]
    return [dated for _, dated in sorted(found, key=lambda item: item[0])]


def _may_be(dated: Dated, block: Block, place: Place) -> bool:
    """Return whether a date may be the article's: among its text one that nothing names is a part of the story."""
    title = place.heading()
    if dated.kind != "bare":
        return True
    beside = block.index < place.body or (title is not None and block.index - title <= _RIGHT_BELOW)
    if beside and not _tells(block.text, dated.stamp.raw):
        return True
    return not _DATE_BOX.isdisjoint(tokens_of(block.element))


def _tells(text: str, date: str) -> bool:
    """Return whether a text with a date in it is a sentence: that date belongs to the story."""
    return len(text) > len(date) + _SPARE and text.rstrip("\"'”’»」』)]").endswith(
        (".", "!", "?", "…", "。", "！", "？")
    )


def _is_entry(block: Block) -> bool:
    """Return whether a block stands beside a link to another article in its row or list item."""
    row = block.within("li", "tr", "dl")
    return row is not None and is_mostly_links(row, _HEADLINE)


def path_of(url: str) -> str:
    """Return the path of an address, by which a page's links to itself are known."""
    try:
        return urlsplit(url).path.rstrip("/")
    except ValueError:
        return ""


def _is_aside(block: Block) -> bool:
    return block.within("nav", "aside") is not None


def is_of_another(element: etree._Element, path: str) -> bool:
    """Return whether an element stands in a menu, an aside, a footer, or a link to another page than this path's."""
    for ancestor in element.iterancestors("nav", "aside", "footer", "a", "article"):
        # An article has a footer of its own, and a link to itself.
        own = ancestor.tag == "article" or (ancestor.tag == "a" and path in (ancestor.get("href") or ""))
        if not own and (ancestor.tag != "footer" or next(ancestor.iterancestors("article"), None) is None):
            return True
    return False


def kind_of(element: etree._Element) -> Kind | None:
    """Return which date an element's names say that it is; a date both published and updated is the former."""
    names = tokens_of(element) | frozenset((element.get("itemprop") or "").lower().split())
    if element.get("pubdate") is not None or not _PUBLISHED.isdisjoint(names):
        return "published"
    return None if _UPDATED.isdisjoint(names) else "updated"


def stamp_of(element: etree._Element, context: DateContext) -> Stamp | None:
    """Return the date that an element has, as it is written for machines or else as it is shown."""
    said = (element.get("datetime"), element.get("content"), element.get("title"))
    declared = next(_readable(said, context), None)
    if declared and element.tag != "time":
        return declared
    shown = next(_readable(("".join(element.itertext()),), context), None)
    if declared and shown and shown.reason is None and abs(_day_of(shown) - _day_of(declared)).days > 1:
        # What is shown is right where a template's example was left in the attribute.
        return shown
    return declared or shown


def _readable(texts: Iterable[str | None], context: DateContext) -> Iterator[Stamp]:
    stamps = (parse_declared(squeeze(text)[:80], context) for text in texts if text)
    return (stamp for stamp in stamps if stamp and stamp.value)


def _day_of(stamp: Stamp) -> dt.date:
    return dt.date.fromisoformat(str(stamp.value)[:10])


def _of_elements(block: Block, context: DateContext, place: Place, seen: set[etree._Element]) -> Iterator[Dated]:
    path = path_of(place.url)
    for element in islice(block.element.iter("time", "abbr", "span", "p", "div"), _MOST_ELEMENTS):
        kind = kind_of(element)
        if element in seen or (element.tag != "time" and kind is None) or _is_long(element):
            continue
        seen.add(element)
        if is_of_another(element, path):
            continue
        stamp = stamp_of(element, context)
        if stamp and kind:
            yield Dated(kind, "microdata:dateModified" if kind == "updated" else "microdata:datePublished", stamp)
        elif stamp:
            yield Dated(kind_before(element), "time:beside-title", stamp)


def _is_long(element: etree._Element) -> bool:
    return sum(map(len, islice(element.itertext(), 20))) > _LONGEST


def kind_before(element: etree._Element) -> Kind:
    """Return which date the words before an element say that it is."""
    parent, previous = element.getparent(), element.getprevious()
    outer = kind_of(parent) if parent is not None else None
    if outer:
        return outer
    text = (previous.tail if previous is not None else (parent.text if parent is not None else "")) or ""
    if not text.strip() and previous is not None:
        text = "".join(previous.itertext())
    said = squeeze(text)[-60:]
    labels = (match for match in LABEL.finditer(said) if match.end() == len(said))
    word = DATE_WORD.search(said) or next(labels, None)
    if word and word.lastgroup == "updated":
        return "updated"
    return "published" if word and word.lastgroup == "published" else "bare"


def _of_text(block: Block, context: DateContext, *, is_above: bool) -> Iterator[Dated]:
    text = block.text
    if len(text) > _LONGEST or not POSSIBLE.search(text) or (block.kind == "h" and is_above):
        return
    line = read_line(text, context)
    if line.updated and line.updated.value:
        yield Dated("updated", "label:updated", line.updated)
    if line.published and line.published.value:
        yield Dated("published", "label:published", line.published)
    elif line.bare and line.bare.value and _is_dateline(block, len(line.bare.raw), is_above=is_above):
        yield Dated("bare", "line:beside-title", line.bare)


def _is_dateline(block: Block, dated: int, *, is_above: bool) -> bool:
    """Return whether a block is little more than its date: not a sentence, not another article's headline."""
    beside = len(block.text) - dated
    return beside <= (_BESIDE_ABOVE if is_above or block.link_share > 0.5 else _BESIDE)
