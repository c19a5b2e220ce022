"""The head of an article: its title, breadcrumb, and the lines that name dates, source and authors."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from archive.model import Entry
from crawler.parsers.blocks import Block
from crawler.parsers.dates import DateContext
from crawler.parsers.labels import HERE, HOME, LABEL
from crawler.parsers.lines import BY_LINE, Line, read_line
from crawler.parsers.metadata import Metadata
from crawler.parsers.region import IMPRINT, Region, is_furniture
from crawler.parsers.text import loose, squeeze

_CRUMB_SPLIT = re.compile(r"\s*(?:>+|»+|›|→|➔|＞|》|/|\\|\|)\s*")
_CRUMB_SIGN = re.compile(r">|»|›|→|➔|＞|》")
_CRUMB_TOKENS = frozenset({"breadcrumb", "breadcrumbs", "crumb", "crumbs"})
_HERE = re.compile(rf"^\s*(?i:{'|'.join(re.escape(word) for word in sorted(HERE, key=len, reverse=True))})\s*[:：]?\s*")
_TITLE_SPLIT = re.compile(r"\s+[-–—|·:»«<>/_]{1,2}\s+|\s*(?:::|[|｜»«–—_])\s*|(?<=[\u4e00-\u9fff])-(?=[\u4e00-\u9fff])")
_HEADINGS = {1: 2.5, 2: 1.6, 3: 1.2, 4: 0.8, 5: 0.3, 6: 0.3}
_ZONE_BEFORE, _ZONE_AFTER = 40, 6
_LONE_HEADING = 0.6


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


@dataclass(frozen=True, slots=True)
class HeaderInput:
    """What the head is read from, besides the blocks."""

    region: Region
    metadata: Metadata
    context: DateContext
    url: str
    entry: Entry | None = None
    site_name: str | None = None
    label: re.Pattern[str] = LABEL


def read_header(blocks: Sequence[Block], given: HeaderInput) -> Header:
    """Return title, breadcrumb and header lines of the article."""
    limit = given.region.core[0] if given.region.core else len(blocks)
    crumbs, crumb_blocks = _breadcrumb(blocks, min(limit + 1, len(blocks)))
    lines = _lines(blocks, given, limit, crumb_blocks)
    title, rule, index = _title(blocks, given, _Zone(limit, lines.keys() | crumb_blocks, max(crumb_blocks, default=-1)))
    crumb_rule = "page:breadcrumb"
    if not crumbs and given.metadata.crumbs:
        crumbs, crumb_rule = given.metadata.crumbs, "json-ld:BreadcrumbList"
    if crumbs and title and loose(crumbs[-1]) == loose(title):
        crumbs = crumbs[:-1]
    return Header(title, rule, index, crumbs, crumb_rule if crumbs else "", lines, frozenset(crumb_blocks))


def title_parts(text: str | None) -> list[str]:
    """Return a page title's parts: itself, and every run of the pieces between its separators."""
    if not text:
        return []
    cuts = [(match.start(), match.end()) for match in _TITLE_SPLIT.finditer(text)][:8]
    starts, ends = [0, *(end for _, end in cuts)], [*(start for start, _ in cuts), len(text)]
    parts = [text[start:end].strip() for start in starts for end in ends if start < end]
    return [part for part in dict.fromkeys([text, *parts]) if part]


def _lines(blocks: Sequence[Block], given: HeaderInput, limit: int, crumb_blocks: set[int]) -> dict[int, Line]:
    """Return the header lines around the article's beginning, by block index."""
    found: dict[int, Line] = {}
    for block in blocks[max(0, limit - _ZONE_BEFORE) : limit + _ZONE_AFTER]:
        if block.index in crumb_blocks or block.kind in ("table", "image", "embed", "pre") or _is_listed(block):
            continue
        line = read_line(block.text, given.context, given.label)
        # A date without a label is the article's only above its text, and not as part of a heading.
        if (
            not line.labels
            and line.bare
            and (block.index >= limit or (block.kind == "h" and (line.rest or line.byline)))
        ):
            continue
        # A date above the site's menu is today's.
        if line.is_header and not _menu_between(blocks, block.index, limit):
            found[block.index] = line
    return found


def _is_listed(block: Block) -> bool:
    """Return whether a block is an entry of a list of other articles: mostly a link, or beside one in its row."""
    if block.link_share > 0.5 and not (block.link_share < 1 and BY_LINE.match(block.text) and len(block.text) < 160):
        return True
    row = block.within("li", "tr", "dl")
    if row is None:
        return any(element.tag in ("nav", "aside", "footer") for element in block.path)
    linked = sum(len("".join(link.itertext()).strip()) for link in row.iter("a"))
    return linked > 12 and 2 * linked > len("".join(row.itertext()).strip())


def _breadcrumb(blocks: Sequence[Block], limit: int) -> tuple[tuple[str, ...], set[int]]:
    """Return the crumbs and the blocks they stand in: the last such line before the article's text."""
    best: tuple[tuple[str, ...], set[int]] = ((), set())
    for block in blocks[:limit]:
        if block.index in best[1] or len(block.text) > 200 or block.kind in ("image", "table", "embed"):
            continue
        here = _HERE.match(block.text)
        if not here and not _starts_home(block.text) and not re.fullmatch(r"(?:\s*>){1,4}\s*", block.text):
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
    first = _CRUMB_SPLIT.split(text.strip())[0]
    return loose(first) in HOME


@dataclass(frozen=True, slots=True)
class _Zone:
    """Where a title may stand: before `limit`, not among the `taken` lines, rather after the breadcrumb's end."""

    limit: int
    taken: set[int]
    crumb_end: int


def _title(blocks: Sequence[Block], given: HeaderInput, zone: _Zone) -> tuple[str | None, str, int | None]:
    """Return title, rule and block index: the block that headings, declarations and header lines speak for most."""
    declared = _declared(given, _imprints(blocks))
    near = zone.limit - _ZONE_BEFORE
    able = [
        block
        for block in blocks[: zone.limit + 1]
        if block.index not in zone.taken
        and 2 < len(block.text) <= 300
        and (block.index > near or block.kind == "h" or declared.rule_of(block.loose))
    ]
    scored = [(_score(block, blocks, given, declared, zone), block.index) for block in able]
    best, index = max(scored, default=(0.0, 0))
    strong = next(((rule, text) for rule, text in declared.strong if text), None)
    if best >= 2.0:
        block = blocks[index]
        agrees = declared.rule_of(block.loose)
        if agrees or best >= 3.0 or strong is None:
            return block.text.replace("\n", " "), f"page:{_tag(block)}" + (f"={agrees}" if agrees else ""), index
    if strong:
        return _without_site(strong[1], given), strong[0], None
    if given.metadata.html_title and loose(given.metadata.html_title) != loose(given.site_name):
        return _without_site(given.metadata.html_title, given), "html:title", None
    # Nothing else says what the page is called: a heading above the text does.
    if best >= _LONE_HEADING and blocks[index].kind == "h":
        return blocks[index].text.replace("\n", " "), f"page:{_tag(blocks[index])}", index
    return None, "", None


def _imprints(blocks: Sequence[Block]) -> str:
    """Return what the page's imprint says, where a site names itself."""
    return " ".join(block.loose for block in blocks[-12:] if IMPRINT.search(block.text))


@dataclass(frozen=True, slots=True)
class _Declared:
    strong: tuple[tuple[str, str], ...]
    strong_parts: dict[str, str]
    html_parts: frozenset[str]
    site_names: frozenset[str]
    imprints: str

    def is_site_name(self, text: str) -> bool:
        return text in self.site_names or (len(text) > 7 and text in self.imprints)

    def rule_of(self, text: str) -> str:
        if text in self.strong_parts:
            return self.strong_parts[text]
        return "html:title" if text in self.html_parts else ""


def _declared(given: HeaderInput, imprints: str) -> _Declared:
    meta = given.metadata
    strong = [("json-ld:headline", meta.ld_text("headline") or "")]
    strong += [
        (f"meta:{name}", meta.meta.get(name, "")) for name in ("og:title", "twitter:title", "dc.title", "headline")
    ]
    if given.entry and given.entry.title:
        strong.append(("entry:title", given.entry.title))
    sites = {loose(given.site_name), loose(meta.meta.get("og:site_name")), loose(meta.meta.get("application-name"))} - {
        ""
    }
    parts: dict[str, str] = {}
    for rule, text in strong:
        for part in title_parts(text):
            if loose(part) not in sites:
                parts.setdefault(loose(part), rule)
    html_parts = frozenset(loose(part) for part in title_parts(meta.html_title)) - sites
    return _Declared(tuple(strong), parts, html_parts, frozenset(sites), imprints)


def _score(block: Block, blocks: Sequence[Block], given: HeaderInput, declared: _Declared, zone: _Zone) -> float:
    beside = _adjacency(block, blocks, zone.taken)
    is_site_name = declared.is_site_name(block.loose) and beside < 3.0
    if block.kind in ("image", "embed", "table", "pre") or not block.loose or is_site_name:
        return -9.0
    score = _HEADINGS.get(block.level, 0.0) if block.kind == "h" else 0.0
    if block.loose in declared.strong_parts:
        score += 4.0
    elif block.loose in declared.html_parts:
        score += 3.0
    if not {"title", "headline", "heading", "bt", "biaoti"}.isdisjoint(block.tokens):
        score += 0.6
    score += beside
    if block.kind == "li" or any(is_furniture(element) for element in block.path[1:]):
        score -= 1.5
    if block.link_share > 0.8:
        score -= 0.5 if _links_to(block, given.url) else 3.0
    if len(block.text) > 160 and block.text.endswith((".", "。")):
        score -= 2.0
    if block.index < zone.crumb_end:
        score -= 3.0
    if block.loose not in declared.strong_parts and _menu_between(blocks, block.index, zone.limit):
        score -= 1.5
    return score - min(3.0, 0.1 * abs(zone.limit - block.index))


def _menu_between(blocks: Sequence[Block], index: int, limit: int) -> bool:
    """Return whether a menu stands between a block and the text: the block then belongs to the site's head."""
    found = 0
    for block in blocks[index + 1 : limit]:
        if block.link_share > 0.8:
            found += len(block.loose)
            if found > 60:
                return True
    return False


def _adjacency(block: Block, blocks: Sequence[Block], taken: set[int]) -> float:
    """Return what speaks for a title beside a header line: most right before one, less right after."""
    if block.kind == "li" or block.link_share >= 0.8:
        return 0.0
    # Empty brackets and bullets stand between as readily as pictures do.
    after = next((other.index for other in blocks[block.index + 1 : block.index + 4] if other.loose), None)
    if after in taken:
        return 3.0
    return 0.5 if block.index - 1 in taken else 0.0


def _links_to(block: Block, url: str) -> bool:
    path = _path_of(url)
    return bool(path) and any(run.href and _path_of(run.href) == path for run in block.runs)


def _path_of(url: str) -> str:
    try:
        return urlsplit(url).path.rstrip("/")
    except ValueError:
        return ""


def _tag(block: Block) -> str:
    return f"h{block.level}" if block.kind == "h" else str(block.element.tag)


def _without_site(text: str, given: HeaderInput) -> str:
    """Return a declared title without the site's name at its end or beginning."""
    names = {loose(given.site_name), loose(given.metadata.meta.get("og:site_name"))} - {""}
    parts = [part for part in _TITLE_SPLIT.split(text) if part]
    if len(parts) > 1:
        if loose(parts[-1]) in names:
            return text[: text.rfind(parts[-1])].rstrip(" -–—|·:»«<>/_")
        if loose(parts[0]) in names:
            return text[len(parts[0]) :].lstrip(" -–—|·:»«<>/_")
    return text
