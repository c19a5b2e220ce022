"""The page as a sequence of blocks: one walk over one tree, the intermediate form that everything else reads.

A block is what a reader sees as one: a paragraph, a heading, a list item, a row of text in a layout table, a data
table, an image. Text, HTML and Markdown of an article all come from its blocks, so that they never disagree.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Literal, NamedTuple

from lxml import etree

from crawler.parsers.tables import data_rows
from crawler.parsers.text import loose, squeeze

Kind = Literal["p", "h", "li", "quote", "pre", "table", "image", "embed"]
Mark = Literal["strong", "em", "code", "sub", "sup"]

_SKIPPED = frozenset(
    (
        "script style template svg math object applet canvas audio map head title meta link base noframes "
        "dialog datalist select option input textarea progress meter frame frameset"
    ).split()
)
_BLOCKS = frozenset(
    (
        "address article aside blockquote body center dd details dir div dl dt fieldset figcaption figure "
        "footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol p pre section summary "
        "table tbody td tfoot th thead tr ul caption search"
    ).split()
)
_MARKS: dict[str, Mark] = {
    "b": "strong", "strong": "strong", "i": "em", "em": "em", "cite": "em", "code": "code", "kbd": "code",
    "samp": "code", "tt": "code", "sub": "sub", "sup": "sup",
}  # fmt: skip
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_HIDDEN_CLASSES = frozenset({"sr-only", "visually-hidden", "screen-reader-text", "hide", "hidden", "u-hidden"})
_BLOCK_STYLE = re.compile(r"display\s*:\s*(?:block|flex|grid|table|list-item)", re.IGNORECASE)
_EMBEDS = re.compile(r"twitter-tweet|twitter-video|instagram-media|fb-post|tiktok-embed|bluesky-embed", re.IGNORECASE)
# The beginning of a line that names a date, a source or an author, or is a toolbar.
_HEAD_LINE = re.compile(
    r"^(?:[(（]?[\w.\- ]{0,60}[)）]?\s*[|｜]?\s*)?"
    r"(?:(?:last )?updated?(?: on)?|source|来源|更新\w{0,3}|发布\w{0,3})\s*(?:[:：]|\d)"
    r"|^(?:by [A-Z]|(?:published|posted|date|author|作者)\s*[:：])"
    r"|^[(（]?\s*(?:[(（]\s*[)）]\s*)?\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?(?:\s[\d:]+)?\s*[)）]?$"
    r"|^[(（]\d{1,2}[./-]\d{1,2}[./-]\d{4}[)）]$"
    r"|^[(（][\w.]+[)）]$|^(?:share|print)\b.{0,40}$",
    re.IGNORECASE,
)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_TOKEN_SPLIT = re.compile(r"[^A-Za-z]+")
_MOST_BLOCKS = 20_000


class Run(NamedTuple):
    """A piece of text with one look: where it links to and how it is marked."""

    text: str
    href: str | None = None
    marks: tuple[Mark, ...] = ()


@dataclass(eq=False)
class Block:
    """One block; `path` are its ancestors from the body down to its own element, `index` its place on the page."""

    kind: Kind
    path: tuple[etree._Element, ...]
    index: int = 0
    runs: list[Run] = field(default_factory=list)
    level: int = 0
    ordered: bool = False
    rows: tuple[tuple[str, ...], ...] = ()
    image: etree._Element | None = None

    @property
    def element(self) -> etree._Element:
        """The block's own element."""
        return self.path[-1]

    @cached_property
    def text(self) -> str:
        """The text as read, spaces made plain; preformatted text as it stands, a table row by row."""
        if self.kind == "table":
            return "\n".join(" | ".join(row) for row in self.rows)
        joined = "".join(run.text for run in self.runs)
        if self.kind == "pre":
            return joined.strip("\n").rstrip()
        return "\n".join(line for line in map(squeeze, joined.split("\n")) if line)

    @cached_property
    def loose(self) -> str:
        """The text as it is compared."""
        return loose(self.text)

    @cached_property
    def link_share(self) -> float:
        """The share of the text that is link text."""
        if not any(run.href for run in self.runs):
            return 0.0
        whole = len(self.loose)
        return sum(len(loose(run.text)) for run in self.runs if run.href) / whole if whole else 0.0

    @cached_property
    def tokens(self) -> frozenset[str]:
        """The words of class and id of the block's element and its ancestors below the body."""
        return frozenset().union(*(tokens_of(element) for element in self.path[1:]))

    def inside(self, element: etree._Element) -> bool:
        """Return whether the element is the block's own or an ancestor."""
        return any(ancestor is element for ancestor in self.path)

    def within(self, *tags: str) -> etree._Element | None:
        """Return the nearest own or ancestor element with one of these tags."""
        return next((element for element in reversed(self.path) if element.tag in tags), None)


def tokens_of(element: etree._Element) -> frozenset[str]:
    """Return the lower-case words of an element's class and id, split at case, digits and punctuation."""
    classes, own_id = element.get("class"), element.get("id")
    return _words(f"{classes or ''} {own_id or ''}") if classes or own_id else frozenset()


@lru_cache(maxsize=20_000)
def _words(said: str) -> frozenset[str]:
    return frozenset(word.lower() for word in _TOKEN_SPLIT.split(_CAMEL.sub("-", said)) if len(word) > 1)


def is_hidden(element: etree._Element) -> bool:
    """Return whether the element is not shown to a reader (React's parked parts, `hidden id="S:…"`, are)."""
    if element.get("hidden") is not None and not (element.get("id") or "").startswith("S:"):
        return True
    style = element.get("style")
    if style and _HIDDEN_STYLE.search(style):
        return True
    classes = element.get("class") or ""
    return not _HIDDEN_CLASSES.isdisjoint(classes.split())


def blocks_of(body: etree._Element) -> list[Block]:
    """Return the blocks below an element in reading order, numbered; walks without recursion, however deep it is."""
    walk = _Walk()
    for event, element in _events(body, walk):
        if event == "start":
            walk.start(element)
        else:
            walk.end(element)
        if len(walk.blocks) >= _MOST_BLOCKS:
            break
    walk.flush()
    for index, block in enumerate(walk.blocks):
        block.index = index
    return walk.blocks


def _events(body: etree._Element, walk: "_Walk") -> Iterator[tuple[str, etree._Element]]:
    """Yield start and end of every shown element in order; a skipped one gives neither, only its tail counts."""
    stack: list[tuple[etree._Element, Iterator[etree._Element]]] = [(body, iter(body))]
    yield "start", body
    while stack:
        element, children = stack[-1]
        child = next(children, None)
        if child is None:
            stack.pop()
            yield "end", element
        elif _is_skipped(child) or walk.took_whole(child):
            walk.add(child.tail)
        else:
            stack.append((child, iter(child)))
            yield "start", child


def _is_skipped(element: etree._Element) -> bool:
    tag = element.tag
    return not isinstance(tag, str) or tag in _SKIPPED or is_hidden(element)


class _Walk:
    """The state of the walk: the open elements, the text gathered, the blocks so far."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self._path: list[etree._Element] = []
        self._runs: list[Run] = []
        self._hrefs: list[str | None] = [None]
        self._marks: list[tuple[Mark, ...]] = [()]
        self._lists: list[bool] = []
        self._pre = 0

    def start(self, element: etree._Element) -> None:
        tag = str(element.tag)
        if _is_block(element, tag):
            self.flush()
        if tag in ("ul", "ol"):
            self._lists.append(tag == "ol")
        elif tag == "pre":
            self._pre += 1
        self._path.append(element)
        self._hrefs.append(element.get("href") if tag == "a" else self._hrefs[-1])
        mark = _MARKS.get(tag)
        marks = self._marks[-1]
        self._marks.append((*marks, mark) if mark and mark not in marks else marks)
        self.add(element.text)

    def end(self, element: etree._Element) -> None:
        tag = str(element.tag)
        if _is_block(element, tag):
            self.flush()
        if tag in ("ul", "ol"):
            self._lists.pop()
        elif tag == "pre":
            self._pre -= 1
        for stack in (self._path, self._hrefs, self._marks):
            stack.pop()
        if self._path:
            self.add(element.tail)

    def took_whole(self, element: etree._Element) -> bool:
        """Take an element that is one block or one sign by itself; return whether it was one."""
        tag = element.tag
        if tag == "br":
            self._break()
        elif tag in ("img", "amp-img"):
            self._single("image", element, image=element)
        elif tag == "noscript":
            self._noscript(element)
        elif tag in ("iframe", "video", "embed"):
            self._single("embed", element)
        elif tag == "hr":
            self.flush()
        elif tag == "table" and (rows := data_rows(element)):
            self._single("table", element, rows=rows)
            self._caption(element)
        else:
            return False
        return True

    def add(self, text: str | None) -> None:
        # White space counts between texts only.
        if text and (self._runs or self._pre or not text.isspace()):
            # A line feed in a run stands for a `br`: those of the source are spaces, but in preformatted text.
            shown = text if self._pre else text.replace("\n", " ")
            self._runs.append(Run(shown, self._hrefs[-1], self._marks[-1]))

    def flush(self) -> None:
        if not self._runs:
            return
        runs, self._runs = self._runs, []
        if not any(run.text.strip() for run in runs):
            return
        kind, level = self._kind()
        ordered = bool(self._lists and self._lists[-1])
        path = tuple(self._path)
        for part in [runs] if kind == "pre" else _line_groups(runs):
            self.blocks.append(Block(kind, path, runs=part, level=level, ordered=ordered))

    def _single(
        self,
        kind: Kind,
        element: etree._Element,
        *,
        rows: tuple[tuple[str, ...], ...] = (),
        image: etree._Element | None = None,
    ) -> None:
        self.flush()
        self.blocks.append(Block(kind, (*self._path, element), rows=rows, image=image))

    def _noscript(self, element: etree._Element) -> None:
        """Take the images of a `noscript`, which a browser without scripts shows in place of the lazy one."""
        for image in element.iter("img"):
            self._single("image", image, image=image)

    def _caption(self, table: etree._Element) -> None:
        """Put a data table's own caption before it, as a paragraph."""
        caption = table.find("caption")
        text = squeeze("".join(caption.itertext())) if caption is not None else ""
        if text and caption is not None:
            own = Block("p", (*self._path, table, caption), runs=[Run(text)])
            self.blocks.insert(len(self.blocks) - 1, own)

    def _break(self) -> None:
        """Take a `br`: the second in a row ends a paragraph, except in preformatted text."""
        last = self._runs[-1].text if self._runs else ""
        spare = next((run.text for run in reversed(self._runs) if run.text.strip(" ")), "")
        if spare == "\n" and (last == "\n" or not last.strip()) and self._kind()[0] != "pre":
            self.flush()
        else:
            self._runs.append(Run("\n", None, ()))

    def _kind(self) -> tuple[Kind, int]:
        """Return the kind of text that is gathered here, by the nearest telling element."""
        for element in reversed(self._path):
            tag = str(element.tag)
            if tag[0] == "h" and len(tag) == 2 and tag[1].isdigit():
                return "h", int(tag[1])
            if tag in ("li", "dt", "dd"):
                return "li", len(self._lists)
            if tag == "pre":
                return "pre", 0
            if tag == "blockquote":
                return ("embed" if _EMBEDS.search(element.get("class") or "") else "quote"), 0
            if tag in ("td", "th", "article", "main", "section"):
                break
        return "p", 0


def _line_groups(runs: list[Run]) -> list[list[Run]]:
    """Return the runs as one block, or as several where lines at the beginning or the end name dates or authors.

    Old pages part the date line from the text by a single `br`.
    """
    lines: list[list[Run]] = [[]]
    for run in runs:
        if run.text == "\n":
            lines.append([])
        else:
            lines[-1].append(run)
    lines = [line for line in lines if any(run.text.strip() for run in line)]
    if len(lines) < 2:
        return [runs]
    telling = [_HEAD_LINE.search(squeeze("".join(run.text for run in line))[:200]) is not None for line in lines]
    first = next((number for number, told in enumerate(telling) if not told), len(lines))
    last = next((number for number in range(len(lines), first, -1) if not telling[number - 1]), first)
    middle = [run for line in lines[first:last] for run in (*line, Run("\n"))]
    return [*lines[:first], *([middle] if middle else []), *lines[last:]]


def _is_block(element: etree._Element, tag: str) -> bool:
    if tag in _BLOCKS:
        return True
    return _BLOCK_STYLE.search(element.get("style") or "") is not None
