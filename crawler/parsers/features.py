"""What can be counted about a block and its surroundings: the columns that the body's classifier reads."""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from crawler.parsers.blocks import Block, Box
from crawler.parsers.header import Header
from crawler.parsers.region import Region

Columns = NDArray[np.float32]
# How far around the running text a block can still belong to the article.
REACH = 25
# Class and id words by what they say of an element; the place in the list is the bit.
_FAMILIES = (
    "share sharing social sharedaddy addthis follow facebook twitter whatsapp linkedin",
    (
        "related recommended recommendation recommendations recirc more trending popular latest outbrain taboola "
        "readmore read next also seealso mostread teaser teasers card cards"
    ),
    (
        "newsletter subscribe subscription promo promotion promotions cta signup sign login register banner campaign "
        "donate donation support membership paywall offer app"
    ),
    "comment comments disqus respond reply discussion",
    "author authors bio byline authorbox contributor writer profile avatar about",
    "meta metadata date time timestamp published updated pubdate dateline info posted postmetadata",
    (
        "caption captions credit credits figcaption figure image images media photo photos picture gallery slideshow "
        "lightbox img thumbnail thumb legend"
    ),
    "ad ads advert adverts advertisement advertising sponsored sponsor adslot dfp gpt commercial",
    "tag tags taglist topic topics category categories keyword keywords tagcloud label labels kicker",
    "nav navbar navigation menu breadcrumb breadcrumbs crumbs pagination pager toc skip toolbar topbar",
    "content body text article story entry post paragraph copy prose richtext maincontent articlebody rte wysiwyg",
    "title headline heading header hed",
    "summary lead intro dek standfirst subtitle subhead subheadline excerpt description abstract deck chapo lede",
    "widget module box aside sidebar sidebox infobox factbox callout inset inline embed block",
    "footer foot copyright bottom disclaimer legal terms source sources footnote footnotes references",
    "quote pullquote blockquote pull",
    "video player audio podcast playlist youtube jw",
    "hidden modal popup tooltip overlay cookie consent gdpr dialog print noprint",
    "list lists item items row grid col column",
)
# Words of lines that surround articles, in the languages of news.
_WORDS = (
    (
        "subscribe subscription newsletter newsletters inbox signup membership member donate abonnieren abonnement "
        "abonnez suscríbete suscribirse inscrivez iscriviti assine nyhetsbrev abonneer subscriber subscribers"
    ),
    (
        "read more also next see related recommended miss lire aussi lesen mehr leia lea leggi lees läs les подробнее "
        "читайте 相关 延伸阅读 推荐 関連"
    ),
    "follow facebook twitter instagram whatsapp telegram linkedin tiktok youtube pinterest share tweet bluesky threads",
    "comment comments commenting kommentar kommentare comentarios comentario commentaires discussion conversation",
    "advertisement sponsored promoted affiliate commission anzeige werbung publicidad publicité pubblicità",
    "tags tag topics topic filed category categories keywords schlagworte themen temas etiquetas",
    "reporter correspondent editor writer journalist contributed reporting editing staff author autor autorin editors",
    "photo photos image getty reuters afp ap credit picture courtesy foto bild dpa epa shutterstock video watch",
    "update updated published posted modified min minutes ago gmt est uhr",
    "copyright rights reserved terms privacy cookies cookie policy",
    "contact email mail call phone tel visit download app click here link www http https",
    "he she they was were had said his her their sagte dit dijo war wurde fue был была",
    "article story originally appeared post our we us your you ihr ihre sie votre vous",
    "note correction disclosure disclaimer clarification continues continue reading sign log account register",
)
_KINDS = {"p": 0, "h": 1, "li": 2, "quote": 3, "pre": 4, "table": 5, "embed": 6, "image": 7}
_TAGS = {
    tag: number
    for number, tag in enumerate(
        (
            "p div span a li td h1 h2 h3 h4 h5 h6 blockquote section article figcaption figure aside header footer "
            "strong em ul ol time button form label dd dt main pre"
        ).split(),
        1,
    )
}
_WORD = re.compile(r"\w+")
# Of plain ASCII the same words, at a third of the cost.
_SPACED = {code: " " for code in range(128) if not (chr(code).isalnum() or chr(code) == "_")}
_CLOSING = "\"'”’»」』)]"
_STOPS = frozenset(".!?。！？؟।…")
# What a text begins and ends with, as numbers.
_FIRST = dict.fromkeys('"“‘«„', 4.0) | dict.fromkeys("-–—•*[(#@>|", 5.0)
_LAST = {"?": 1.0, "!": 2.0, ":": 3.0, "：": 3.0} | dict.fromkeys("…»>→", 4.0)
_NEIGHBOURS = (-2, -1, 1, 2)


def _bits(groups: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    for place, words in enumerate(groups):
        for word in words.split():
            found[word] |= 1 << place
    return dict(found)


_FAMILY_BITS, _WORD_BITS = _bits(_FAMILIES), _bits(_WORDS)
_KNOWN_WORDS = frozenset(_WORD_BITS)
_WIDTHS = (len(_FAMILIES), len(_FAMILIES), len(_FAMILIES), len(_WORDS))


class Verdict(IntEnum):
    """What the rules say of a block; `NONE` stands for all that is far from the article."""

    NONE = 0
    KEPT = 1
    CAPTION = 2
    FURNITURE = 3
    OUTSIDE = 4
    LISTED = 5
    HEADER = 6
    TAIL = 7
    TITLE = 8


_OUTSIDERS = frozenset((Verdict.NONE, Verdict.FURNITURE, Verdict.LISTED))


@dataclass(frozen=True, slots=True)
class Grounds:
    """What the columns are counted from, besides the blocks: `verdicts` are the rules' by block index."""

    region: Region
    header: Header
    title: str | None
    description: str | None
    verdicts: Mapping[int, Verdict]


def candidates(blocks: Sequence[Block], given: Grounds) -> list[Block]:
    """Return the blocks with text that can be the article's: near the running text, and neither menus nor links."""
    region, verdicts = given.region, given.verdicts
    first, last = (region.core[0], region.core[-1]) if region.core else (region.start, region.end)
    return [
        block
        for block in blocks[max(0, first - REACH) : last + REACH + 1]
        if block.text and (first <= block.index <= last or not _is_menu(block, verdicts.get(block.index, Verdict.NONE)))
    ]


def _is_menu(block: Block, verdict: Verdict) -> bool:
    """Return whether a block that the rules left out, above or below the running text, is a link or in a menu."""
    if verdict not in _OUTSIDERS:
        return False
    return block.link_share > 0.9 or (verdict == Verdict.NONE and block.box.in_furniture)


def columns(blocks: Sequence[Block], near: Sequence[Block], given: Grounds) -> Columns:
    """Return a row of numbers for each of the near blocks: its own, and the telling ones of its neighbours."""
    table = _Table(blocks, near, given)
    counts, bits = zip(*(table.row(place) for place in range(len(near))), strict=True)
    own = np.array(counts, dtype=np.float32)
    flags = [
        (np.array(column, dtype=np.int64)[:, None] >> np.arange(width)) & 1
        for column, width in zip(zip(*bits, strict=True), _WIDTHS, strict=True)
    ]
    shared = np.full((len(near) + 4, len(_SHARED)), -1.0, dtype=np.float32)
    shared[2:-2] = own[:, _SHARED]
    beside = [shared[2 + step : 2 + step + len(near)] for step in _NEIGHBOURS]
    return np.concatenate([own, *flags, *beside], axis=1, dtype=np.float32)


class _Table:
    """The counts that several blocks share, made once a page."""

    def __init__(self, blocks: Sequence[Block], near: Sequence[Block], given: Grounds) -> None:
        self._near = near
        self._given = given
        self._total = len(blocks) or 1
        core = given.region.core
        self._core = set(core)
        self._first, self._last = (core[0], core[-1]) if core else (0, len(blocks))
        self._parents: dict[Box | None, float] = defaultdict(float)
        self._looks: dict[str, float] = defaultdict(float)
        self._parent_looks: dict[str, float] = defaultdict(float)
        for index in core:
            box, size = blocks[index].box, len(blocks[index].text)
            self._parents[box.parent] += size
            self._looks[_look(box)] += size
            self._parent_looks[_look(box.parent)] += size
        self._whole = sum(self._parents.values()) or 1.0
        self._steps = self._steps_from_modal()
        self._above = self._running_text()
        self._before, self._after = self._nearest_core()
        self._times = Counter(block.text for block in near)
        self._siblings: dict[Box | None, list[Block]] = defaultdict(list)
        for block in near:
            self._siblings[block.box.parent].append(block)
        self._sibling_counts = {parent: _sibling_counts(group) for parent, group in self._siblings.items()}
        self._bits: dict[Box, tuple[int, int, int]] = {}
        self._heading, self._heading_words = -1, 0

    def _steps_from_modal(self) -> dict[Box, int]:
        """Return the box that holds most of the running text, and those around it, with their distance."""
        modal = max(self._parents, key=lambda box: self._parents[box], default=None)
        return {box: step for step, box in enumerate(modal.up())} if modal is not None else {}

    def _running_text(self) -> dict[int, float]:
        """Return for every near block which share of the running text stands above it."""
        found: dict[int, float] = {}
        passed = 0.0
        for block in self._near:
            found[block.index] = passed / self._whole
            if block.index in self._core:
                passed += len(block.text)
        return found

    def _nearest_core(self) -> tuple[dict[int, int], dict[int, int]]:
        """Return the distances to the running text before and after each near block, -1 where there is none."""
        before: dict[int, int] = {}
        after: dict[int, int] = {}
        for order, found in ((self._near, before), (self._near[::-1], after)):
            last: int | None = None
            for block in order:
                if block.index in self._core:
                    last = block.index
                found[block.index] = -1 if last is None else abs(block.index - last)
        return before, after

    def row(self, place: int) -> tuple[list[float], tuple[int, int, int, int]]:
        """Return a block's own numbers, and the bits of its class names (own, inside, around) and words."""
        block = self._near[place]
        words = _words_of(block.text)
        if block.kind == "h":
            self._heading, self._heading_words = block.index, words
        since = block.index - self._heading if self._heading >= 0 else -1
        counts = [*_text_counts(block), *self._standing(block), *self._likeness(block), since, self._heading_words & 63]
        return counts, (*self._bits_of(block.box), words)

    def _standing(self, block: Block) -> list[float]:
        """Return where a block stands to the running text, the title and the header lines, and what the rules say."""
        index, header = block.index, self._given.header
        title_index = header.title_index
        return [
            self._given.verdicts.get(index, Verdict.NONE),
            index in self._core,
            self._given.region.start <= index < self._given.region.end,
            index - self._first,
            self._last - index,
            self._above[index],
            index / self._total,
            self._before[index],
            self._after[index],
            float(index - title_index) if title_index is not None else -200.0,
            index in header.lines,
            index in header.used,
        ]

    def _likeness(self, block: Block) -> list[float]:
        """Return how like the running text a block is made, and how like its siblings and the summary."""
        box, given, text = block.box, self._given, block.text
        parent = box.parent
        steps, one = 0, box
        while one not in self._steps and one.parent is not None:
            steps, one = steps + 1, one.parent
        said = given.description
        return [
            self._parents.get(parent, 0.0) / self._whole,
            self._looks.get(_look(box), 0.0) / self._whole,
            self._parent_looks.get(_look(parent), 0.0) / self._whole,
            steps,
            self._steps.get(one, 99),
            said is not None and (text[:50] == said[: len(text[:50])]),
            self._times[text],
            *self._sibling_counts[parent],
        ]

    def _bits_of(self, box: Box) -> tuple[int, int, int]:
        """Return what class names say of a box, of those around it inside the container, and of those further out."""
        asked: list[Box] = []
        one: Box | None = box
        while one is not None and one not in self._bits:
            asked.append(one)
            one = one.parent
        for inner in reversed(asked):
            outer, below, above = self._bits[inner.parent] if inner.parent is not None else (0, 0, 0)
            inside = inner.depth > self._given.region.depth + 1
            found = _families_of(inner.tokens)
            self._bits[inner] = (found, below | outer if inside else 0, above if inside else above | outer)
        return self._bits[box]


def _look(box: Box | None) -> str:
    return f"{box.tag} {box.element.get('class') or ''}" if box is not None else ""


@lru_cache(maxsize=20_000)
def _families_of(tokens: frozenset[str]) -> int:
    bits = 0
    for word in tokens:
        bits |= _FAMILY_BITS.get(word, 0)
    return bits


def _words_of(text: str) -> int:
    bits = 0
    said = text[:240].lower()
    words = said.translate(_SPACED).split() if said.isascii() else _WORD.findall(said)
    for word in _KNOWN_WORDS.intersection(words):
        bits |= _WORD_BITS[word]
    return bits


def _sibling_counts(group: Sequence[Block]) -> tuple[float, float, float]:
    """Return how many blocks one box holds, their mean length and their mean share of links."""
    count = len(group)
    return (
        count,
        sum(len(block.text) for block in group) / count,
        sum(block.link_share for block in group) / count,
    )


def _text_counts(block: Block) -> list[float]:
    """Return what a block's text, its looks and its element say by themselves."""
    text, box, parent = block.text, block.box, block.box.parent
    size = len(text)
    words = text[:120].split()
    heads = [word[0] for word in words]
    strong = slanted = linked = 0
    for run in block.runs:
        if run.href:
            linked += 1
        if run.marks:
            strong += len(run.text) if "strong" in run.marks else 0
            slanted += len(run.text) if "em" in run.marks else 0
    return [
        math.log1p(size),
        text.count(" "),
        block.link_share,
        text.rstrip(_CLOSING)[-1:] in _STOPS,
        text.count(". ") + text.count("。"),
        100.0 * (text.count(",") + text.count("，")) / size,
        _FIRST.get(text[0]) or (1.0 if text[0].isupper() else 2.0 if text[0].islower() else 3.0 * text[0].isdigit()),
        _LAST.get(text[-1], 0.0),
        "|" in text,
        "\n" in text,
        "http" in text or "@" in text,
        sum(map(str.isupper, heads)) / (len(words) or 1),
        sum(map(str.isdigit, heads)) / (len(words) or 1),
        text[:60].isupper(),
        _KINDS[block.kind],
        block.level,
        _TAGS.get(box.tag, 0),
        _TAGS.get(parent.tag, 0) if parent is not None else 0,
        box.depth,
        strong / size,
        slanted / size,
        linked,
        box.in_furniture,
        box.is_linked,
    ]


# The columns that a row repeats of its neighbours: length, links, end, kind, furniture, verdict, core, three
# likenesses to the running text, and whether it is the summary.
_SHARED = (0, 2, 3, 14, 22, 24, 25, 36, 37, 38, 41)
