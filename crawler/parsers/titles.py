"""The title: the block that headings, declarations and header lines speak for most, else what is declared."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlsplit

from archive.model import Entry
from archive.segment import has_cjk
from crawler.parsers.blocks import Block, Box
from crawler.parsers.furniture import IMPRINT
from crawler.parsers.metadata import Metadata
from crawler.parsers.text import loose, squeeze

# A plain line of this length that ends in a stop is text.
_LONG_SENTENCE = 90
_TITLE_SPLIT = re.compile(
    r"\s+[-–—|·:»«<>/_•]{1,2}\s+|\s*(?:::|[|｜»«–—_])\s*|(?<=[\u4e00-\u9fff])-(?=[\u4e00-\u9fff])"
)
# Where a kicker ends or a tag begins in a heading.
_JOINTS = re.compile(r"\s*[:|｜–—]\s+|\s+[-(\[]\s*")
_EDGES = " -–—|·:»«<>/_•"
_WORD = re.compile(r"[^\W_]+")
_HEADINGS = {1: 2.5, 2: 1.6, 3: 1.2, 4: 0.8, 5: 0.3, 6: 0.3}
_FRONT = frozenset(("/", "./", "/index.html", "/index.htm", "/index.php"))
_TITLE_TOKENS = frozenset({"title", "headline", "heading", "bt", "biaoti"})
_NO_TITLES = ("image", "embed", "table", "pre")
_DECLARED_META = ("og:title", "twitter:title", "dc.title", "headline")
_ZONE_BEFORE = 40
_SOLE_HEADING, _SHARED = 2.0, 2.0
_LONE_HEADING = 0.6
_SHORTEST_PART = 12
_MOST_PIECES = 12
_MOST_SITES = 3


@dataclass(frozen=True, slots=True)
class Title:
    """The title with its rule and block, and what the other rules would have given."""

    text: str | None
    rule: str
    index: int | None
    others: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Zone:
    """Where a title may stand: before `limit`, not among the `taken` lines, rather after the breadcrumb's end."""

    limit: int
    taken: Collection[int]
    crumb_end: int
    menus: "MenuLetters"


@dataclass(frozen=True)
class Stated:
    """What else says how the article is called: declarations, the listing, and the names of the site, which do not."""

    metadata: Metadata
    url: str
    entry: Entry | None = None
    site_name: str | None = None

    @cached_property
    def _declared(self) -> list[tuple[str, str]]:
        meta = self.metadata
        found = [("json-ld:headline", meta.ld_text("headline") or "")]
        found += [(f"meta:{name}", meta.meta.get(name, "")) for name in _DECLARED_META]
        return [*found, ("entry:title", (self.entry.title if self.entry else None) or "")]

    @cached_property
    def strong(self) -> tuple[tuple[str, str], ...]:
        """The declared titles with their rules, in the order of belief."""
        return tuple((rule, text) for rule, text in self._declared if text and loose(text) not in self.site_names)

    @cached_property
    def site_names(self) -> frozenset[str]:
        """The names of the site, in their loose form: stated ones, and what the page's title has after the headline."""
        meta = self.metadata.meta
        said = [self.site_name, meta.get("og:site_name"), meta.get("application-name"), self.metadata.publisher]
        whole = self.metadata.html_title or ""
        last = next((part for part in reversed(_TITLE_SPLIT.split(whole)) if part), "")
        if last != whole and loose(whole[: whole.rfind(last)]) in {loose(text) for _, text in self._declared if text}:
            said.append(last)
        return frozenset(filter(None, map(loose, said)))

    @cached_property
    def strong_parts(self) -> dict[str, str]:
        """The parts of the declared titles in their loose form, each with its rule."""
        parts: dict[str, str] = {}
        for rule, text in self.strong:
            for part in map(loose, title_parts(text)):
                if part not in self.site_names:
                    parts.setdefault(part, rule)
        return parts

    @cached_property
    def html_parts(self) -> frozenset[str]:
        """The parts of the page's title in their loose form."""
        return frozenset(map(loose, title_parts(self.metadata.html_title))) - self.site_names

    @cached_property
    def words(self) -> tuple[frozenset[str], ...]:
        """The words of every declared title."""
        said = [*(text for _, text in self.strong), self.metadata.html_title or ""]
        return tuple(dict.fromkeys(filter(None, map(_words, said))))

    def rule_of(self, text: str) -> str:
        """Return the rule that declares this title, given in its loose form."""
        if text in self.strong_parts:
            return self.strong_parts[text]
        return "html:title" if text in self.html_parts else ""

    def shared(self, text: str) -> float:
        """Return how much of a heading, or of a declared title, is said by the other."""
        own = _words(text)
        return max((len(own & said) / min(len(own), len(said)) for said in self.words), default=0.0) if own else 0.0

    def without_site(self, text: str) -> str:
        """Return a title without the site's name at its end or beginning."""
        for _ in range(_MOST_SITES):
            parts = [part for part in _TITLE_SPLIT.split(text) if part]
            if len(parts) < 2 or not self._is_site(parts[-1]):
                break
            text = text[: text.rfind(parts[-1])].rstrip(_EDGES)
        first = next(filter(None, _TITLE_SPLIT.split(text)), "")
        if first != text and loose(first) in self.site_names:
            return text[len(first) :].lstrip(_EDGES)
        return text

    def _is_site(self, part: str) -> bool:
        said = loose(part)
        return (
            said in self.site_names
            or said in self._hosts
            or any(len(host) > 4 and host in said and len(said) <= 2 * len(host) + 4 for host in self._hosts)
        )

    @cached_property
    def _hosts(self) -> frozenset[str]:
        """The address of the site in the forms in which it can be its name: whole, and label by label."""
        try:
            host = (urlsplit(self.url).hostname or "").removeprefix("www.")
        except ValueError:
            return frozenset()
        labels = [label for label in host.split(".")[:-1] if len(label) > 3]
        return frozenset(map(loose, [host, *labels])) - {""}


def title_parts(text: str | None) -> list[str]:
    """Return a page title's parts: itself, and every run of the pieces between its separators."""
    if not text:
        return []
    cuts = [(match.start(), match.end()) for match in _TITLE_SPLIT.finditer(text)][:8]
    starts, ends = [0, *(end for _, end in cuts)], [*(start for start, _ in cuts), len(text)]
    parts = [text[start:end].strip() for start in starts for end in ends if start < end]
    return [part for part in dict.fromkeys([text, *parts]) if part]


def read_title(blocks: Sequence[Block], stated: Stated, zone: Zone) -> Title:
    """Return the title, and what else could have been it."""
    scores = _Scores(blocks, stated, zone)
    best, index = max(((scores.of(block), block.index) for block in scores.able()), default=(0.0, 0))
    others = tuple((rule, stated.without_site(text)) for rule, text in stated.strong)
    html_title = stated.metadata.html_title
    if html_title and loose(html_title) not in stated.site_names:
        others += (("html:title", stated.without_site(html_title)),)
    if best >= 2.0:
        block = blocks[index]
        agrees = stated.rule_of(block.loose)
        if agrees or best >= 3.0 or not stated.strong:
            rule = f"page:{_tag(block)}" + (f"={agrees}" if agrees else "")
            return Title(_own_title(block, blocks[index - 1] if index else None, stated), rule, index, others)
    if others:
        return Title(others[0][1], others[0][0], None, others[1:])
    # Nothing else says what the page is called: a heading above the text does.
    if best >= _LONE_HEADING and blocks[index].kind == "h":
        return Title(blocks[index].text.replace("\n", " "), f"page:{_tag(blocks[index])}", index)
    return Title(None, "", None)


class MenuLetters:
    """How many letters of menus stand before each block up to `limit`; a Chinese one says as much as three Latin."""

    def __init__(self, blocks: Sequence[Block], limit: int) -> None:
        self.limit = limit
        self._before = [0]
        for block in blocks[:limit]:
            letters = len(block.loose) if block.link_share > 0.8 else 0
            self._before.append(self._before[-1] + letters * (3 if letters and has_cjk(block.loose) else 1))

    def between(self, index: int) -> bool:
        """Return whether a menu stands between a block and the text: the block then belongs to the site's head."""
        return index < self.limit and self._before[-1] - self._before[index + 1] > 60


class _Scores:
    """What speaks for a block as the title, and what against it."""

    def __init__(self, blocks: Sequence[Block], stated: Stated, zone: Zone) -> None:
        self._blocks, self._stated, self._zone = blocks, stated, zone
        self._menus = zone.menus
        self._imprints = " ".join(block.loose for block in blocks[-12:] if IMPRINT.search(block.text))
        self._path = _path_of(stated.url)
        self._named: dict[Box, tuple[bool, bool]] = {}
        first = [
            block.index for block in blocks if block.kind == "h" and block.level == 1 and not self._is_site_name(block)
        ]
        # Sharing words with a declaration says nothing where another heading has it whole.
        self._agreed = any(
            block.kind == "h" and len(block.loose) >= _SHORTEST_PART and block.loose in stated.strong_parts
            for block in blocks[: zone.limit + 1]
        )
        self._sole = first[0] if len(first) == 1 else None

    def able(self) -> Iterator[Block]:
        """Yield the blocks that can be the title."""
        near = self._zone.limit - _ZONE_BEFORE
        for block in self._blocks[: self._zone.limit + 1]:
            if block.kind in _NO_TITLES or block.index in self._zone.taken or not 2 < len(block.text) <= 300:
                continue
            if block.index > near or block.kind == "h" or self._stated.rule_of(block.loose):
                yield block

    def of(self, block: Block) -> float:
        """Return the score of a block."""
        stated = self._stated
        beside = self._beside_line(block)
        if not block.loose or (beside < 3.0 and self._is_site_name(block)):
            return -9.0
        sole = block.index == self._sole and self._is_apart(block)
        score = _HEADINGS.get(block.level, 0.0) if block.kind == "h" else 0.0
        if block.loose in stated.strong_parts:
            score += 4.0
        elif block.loose in stated.html_parts:
            score += 3.0
        elif block.kind == "h" and block.level == 1 and not self._agreed:
            score += _SHARED * stated.shared(block.text)
        furniture, titled = self._names_around(block)
        if titled:
            score += 0.6
        if furniture or block.kind == "li":
            score -= 1.5
        score += beside + (_SOLE_HEADING if sole else 0.0) - self._against(block)
        return score - min(1.0 if sole else 3.0, 0.1 * abs(self._zone.limit - block.index))

    def _is_apart(self, block: Block) -> bool:
        """Return whether an only h1 is the article's: said by a declaration too, or below the site's menu."""
        if self._menus.between(block.index):
            return bool(self._stated.strong) and self._stated.shared(block.text) >= 0.3
        return bool(self._stated.words)

    def _against(self, block: Block) -> float:
        score = 0.0
        if block.link_share > 0.8:
            score += 0.5 if self._links_itself(block) else 3.0
        if len(block.text) > 160 and block.text.endswith((".", "。")):
            score += 2.0
        if block.index < self._zone.crumb_end:
            score += 3.0
        if block.loose not in self._stated.strong_parts and self._menus.between(block.index):
            score += 1.5
        return score

    def _links_itself(self, block: Block) -> bool:
        """Return whether a block is a link to the article itself."""
        return bool(self._path) and any(
            run.href and self._path in run.href and _path_of(run.href) == self._path for run in block.runs
        )

    def _is_site_name(self, block: Block) -> bool:
        said = block.loose
        if said in self._stated.site_names or (len(said) > 7 and said in self._imprints):
            return True
        # A heading that leads to the front page is the site's name.
        return block.link_share > 0.8 and all(run.href in _FRONT for run in block.runs if run.href)

    def _beside_line(self, block: Block) -> float:
        """Return what speaks for a title beside a header line: most right before one, less right after."""
        if block.kind == "li" or block.link_share >= 0.8 or (block.kind != "h" and _is_sentence(block.text)):
            return 0.0
        # Empty brackets and bullets stand between as readily as pictures do.
        after = next((other.index for other in self._blocks[block.index + 1 : block.index + 4] if other.loose), None)
        if after in self._zone.taken:
            return 3.0
        return 0.5 if block.index - 1 in self._zone.taken else 0.0

    def _names_around(self, block: Block) -> tuple[bool, bool]:
        """Return whether an element around a block names itself furniture, and a title; each is asked once."""
        path: list[Box] = []
        box = block.box
        while box.parent is not None and box not in self._named:
            path.append(box)
            box = box.parent
        furniture, titled = self._named.get(box, (False, False))
        for inner in reversed(path):
            furniture = furniture or inner.is_furniture
            titled = titled or not _TITLE_TOKENS.isdisjoint(inner.tokens)
            self._named[inner] = (furniture, titled)
        return furniture, titled


def _own_title(block: Block, above: Block | None, stated: Stated) -> str:
    """Return a heading's title: without the site's name, and a kicker or a tag that no declaration has."""
    said = block.text.replace("\n", " ")
    if not stated.rule_of(block.loose):
        if above:
            whole = next((text for _, text in stated.strong if loose(text) == above.loose + block.loose), None)
            if whole:
                return whole
        for part in _ends(block, said):
            own = loose(part)
            if len(own) >= _SHORTEST_PART and 5 * len(own) > 2 * len(block.loose) and stated.rule_of(own):
                return part
    return stated.without_site(said)


def _ends(block: Block, said: str) -> Iterator[str]:
    """Yield what is left of a heading without its first or last pieces, cut where its markup or its signs cut it."""
    pieces = [run.text for run in block.runs][:_MOST_PIECES]
    cuts = list(_JOINTS.finditer(said))[:_MOST_PIECES]
    for count in range(1, len(pieces)):
        yield squeeze("".join(pieces[count:])).strip(_EDGES)
        yield squeeze("".join(pieces[:count])).strip(_EDGES)
    for cut in cuts:
        yield said[cut.end() :].strip()
        # What follows a colon belongs to the heading, as a subtitle does.
        if ":" not in cut[0]:
            yield said[: cut.start()].strip()


def _words(text: str) -> frozenset[str]:
    """Return the words of a title, or the pairs of signs of a script without spaces."""
    words: set[str] = set()
    for word in _WORD.findall(text.casefold()):
        if word >= "\u3040" and len(word) > 2:
            words.update(word[at : at + 2] for at in range(len(word) - 1))
        elif len(word) > 2:
            words.add(word)
    return frozenset(words)


def _path_of(url: str) -> str:
    try:
        return urlsplit(url).path.rstrip("/")
    except ValueError:
        return ""


def _tag(block: Block) -> str:
    return f"h{block.level}" if block.kind == "h" else str(block.element.tag)


def _is_sentence(text: str) -> bool:
    return len(text) > _LONG_SENTENCE and text.endswith((".", "。"))
