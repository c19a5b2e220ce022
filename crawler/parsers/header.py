"""The head of an article: its title, breadcrumb, and the lines that name dates, source and authors."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from archive.model import Entry
from crawler.parsers.blocks import Block
from crawler.parsers.dates import DateContext
from crawler.parsers.furniture import is_mostly_links
from crawler.parsers.labels import HERE, HOME, LABEL
from crawler.parsers.lines import BY_LINE, LONGEST, Line, read_line
from crawler.parsers.metadata import Metadata
from crawler.parsers.region import Region
from crawler.parsers.text import loose, squeeze
from crawler.parsers.titles import MenuLetters, Stated, Title, Zone, read_title

_CRUMB_SPLIT = re.compile(r"\s*(?:>+|»+|›|→|➔|＞|》|/|\\|\|)\s*")
_CRUMB_SIGN = re.compile(r">|»|›|→|➔|＞|》")
_SIGNS_ALONE = re.compile(r"^(?:\s*>){1,4}\s*$")
_HOME_FIRST = re.compile(rf"\W*(?i:{'|'.join(map(re.escape, sorted(HOME, key=len, reverse=True)))})")
_CRUMB_TOKENS = frozenset({"breadcrumb", "breadcrumbs", "crumb", "crumbs"})
_HERE = re.compile(rf"^\s*(?i:{'|'.join(re.escape(word) for word in sorted(HERE, key=len, reverse=True))})\s*[:：]?\s*")
_NO_LINES = frozenset({"table", "image", "embed", "pre"})
_ROWS, _ELSEWHERE = ("li", "tr", "dl"), ("nav", "aside", "footer")
_ZONE_BEFORE, _ZONE_AFTER = 40, 6


@dataclass(frozen=True, slots=True)
class Header:
    """What the head gave: title with rule and block, breadcrumb, header lines by block index, and blocks used up."""

    title: str | None
    title_rule: str
    title_index: int | None
    breadcrumb: tuple[str, ...]
    breadcrumb_rule: str
    lines: dict[int, Line]
    used: frozenset[int]
    other_titles: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class HeaderInput:
    """What the head is read from, besides the blocks; `title` where it is known already."""

    region: Region
    metadata: Metadata
    context: DateContext
    url: str
    entry: Entry | None = None
    site_name: str | None = None
    label: re.Pattern[str] = LABEL
    title: Title | None = None


def read_header(blocks: Sequence[Block], given: HeaderInput) -> Header:
    """Return title, breadcrumb and header lines of the article."""
    limit = given.region.core[0] if given.region.core else len(blocks)
    crumbs, crumb_blocks = _breadcrumb(blocks, min(limit + 1, len(blocks)))
    menus = MenuLetters(blocks, limit)
    lines = _lines(blocks, given, menus, crumb_blocks)
    title = given.title
    if title is None:
        stated = Stated(given.metadata, given.url, given.entry, given.site_name)
        zone = Zone(limit, lines.keys() | crumb_blocks, max(crumb_blocks, default=-1), menus)
        title = read_title(blocks, stated, zone)
    crumb_rule = "page:breadcrumb"
    if not crumbs and given.metadata.crumbs:
        crumbs, crumb_rule = given.metadata.crumbs, "json-ld:BreadcrumbList"
    if crumbs and title.text and loose(crumbs[-1]) == loose(title.text):
        crumbs = crumbs[:-1]
    return Header(
        title.text,
        title.rule,
        title.index,
        crumbs,
        crumb_rule if crumbs else "",
        lines,
        frozenset(crumb_blocks),
        title.others,
    )


def _lines(blocks: Sequence[Block], given: HeaderInput, menus: MenuLetters, crumb_blocks: set[int]) -> dict[int, Line]:
    """Return the header lines around the article's beginning, by block index."""
    found: dict[int, Line] = {}
    limit = menus.limit
    for block in blocks[max(0, limit - _ZONE_BEFORE) : limit + _ZONE_AFTER]:
        if block.index in crumb_blocks or block.kind in _NO_LINES or len(block.text) > LONGEST or _is_listed(block):
            continue
        if block.within("figure") is not None:
            continue
        line = read_line(spaced(block), given.context, given.label)
        # A date without a label is the article's only above its text, and not as part of a heading.
        if (
            not line.labels
            and line.bare
            and (block.index >= limit or (block.kind == "h" and (line.rest or line.byline)))
        ):
            continue
        # A date above the site's menu is today's.
        if line.is_header and not menus.between(block.index):
            found[block.index] = line
    return found


def spaced(block: Block) -> str:
    """Return a block's text with a space where two elements meet that style alone sets apart.

    They meet at a link's end or where a capital or a figure follows another letter; elsewhere a word runs on.
    """
    if len(block.runs) < 2:
        return block.text
    text = block.runs[0].text
    for before, run in pairwise(block.runs):
        last, first = text[-1:], run.text[:1]
        glued = last.isalnum() and first.isalnum()
        if glued and (before.href != run.href or (last.isalpha() and not last.isupper() and not first.islower())):
            text += " "
        text += run.text
    return text


def _is_listed(block: Block) -> bool:
    """Return whether a block is an entry of a list of other articles: mostly a link, or beside one in its row."""
    if block.link_share > 0.5 and not (block.link_share < 1 and BY_LINE.match(block.text) and len(block.text) < 160):
        return True
    row = block.within(*_ROWS, *_ELSEWHERE)
    if row is None:
        return False
    if row.tag in _ELSEWHERE:
        row = block.within(*_ROWS)
        if row is None:
            return True
    return is_mostly_links(row, 12)


def _breadcrumb(blocks: Sequence[Block], limit: int) -> tuple[tuple[str, ...], set[int]]:
    """Return the crumbs and the blocks they stand in: the last such line before the article's text."""
    best: tuple[tuple[str, ...], set[int]] = ((), set())
    for block in blocks[:limit]:
        if block.index in best[1] or len(block.text) > 200 or block.kind in ("image", "table", "embed"):
            continue
        here = _HERE.match(block.text)
        if not here and not _starts_home(block.text) and not _SIGNS_ALONE.match(block.text):
            continue
        together = _crumb_blocks(blocks, block)
        text = " > ".join(part.text for part in together)
        signed = any(_CRUMB_SIGN.search(part.text) for part in together)
        named = any(not _CRUMB_TOKENS.isdisjoint(part.tokens) for part in together)
        if (
            here
            or named
            or signed
            or (len(together) == 1 and re.search(r"\S\s*[/|\\]\s*\S", block.text) and _starts_home(text))
        ):
            crumbs = tuple(filter(None, (squeeze(part) for part in _CRUMB_SPLIT.split(_HERE.sub("", text)))))
            best = (crumbs, {part.index for part in together})
    return best


def _crumb_blocks(blocks: Sequence[Block], first: Block) -> list[Block]:
    """Return the blocks of one breadcrumb: short ones that follow in the same list, row or box."""
    if len(_CRUMB_SPLIT.split(first.text)) > 1 and not first.text.rstrip().endswith((">", "»", "›", "/")):
        return [first]
    row = first.within("ul", "ol", "nav")
    listed = row is not None
    if row is None:
        row = first.path[-2] if len(first.path) > 1 else first.element
    together = [first]
    for block in blocks[first.index + 1 : first.index + 9]:
        joined = listed or _ends_open(together[-1].text) or block.text.startswith((">", "»", "›", "/"))
        if not joined or not block.inside(row) or len(block.text) > 60 or block.kind == "h":
            break
        together.append(block)
    return together


def _ends_open(text: str) -> bool:
    return text.rstrip().endswith((">", "»", "›", "/")) and loose(text) != ""


def _starts_home(text: str) -> bool:
    return _HOME_FIRST.match(text) is not None and loose(_CRUMB_SPLIT.split(text.strip(), maxsplit=1)[0]) in HOME
