"""The page as a sequence of blocks: the intermediate form that everything else reads.

A block is what a reader sees as one: a paragraph, a heading, a list item, a row of text in a layout table, a data
table, an image. Text, HTML and Markdown of an article all come from its blocks, so that they never disagree.
"""

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from lxml import etree

from crawler.parsers.furniture import is_furniture, tokens_of
from crawler.parsers.text import loose, squeeze

if TYPE_CHECKING:
    from collections.abc import Iterator

Kind = Literal["p", "h", "li", "quote", "pre", "table", "image", "embed"]
Mark = Literal["strong", "em", "code", "sub", "sup"]


class Run(NamedTuple):
    """A piece of text with one look: where it links to and how it is marked."""

    text: str
    href: str | None = None
    marks: tuple[Mark, ...] = ()


class Box:
    """An element that is open around a block, with its place in the tree: what is asked of many blocks is kept here."""

    __slots__ = (
        "_named", "_outside", "_tokens", "depth", "element", "href", "is_block", "is_linked", "kind", "level", "marks",
        "parent", "tag",
    )  # fmt: skip

    def __init__(self, element: etree._Element, parent: "Box | None" = None) -> None:
        self.element = element
        tag: Any = element.tag
        self.tag: str = tag
        self.parent = parent
        self.is_block = False
        self._tokens: frozenset[str] | None = None
        self._named: bool | None = None
        self._outside: bool | None = None
        self.depth: int
        self.kind: Kind
        self.level: int
        self.href: str | None
        self.marks: tuple[Mark, ...]
        self.is_linked: bool
        if parent is None:
            self.depth, self.kind, self.level, self.href, self.marks, self.is_linked = 0, "p", 0, None, (), False
        else:
            self.depth = parent.depth + 1
            self.kind, self.level, self.href, self.marks = parent.kind, parent.level, parent.href, parent.marks
            self.is_linked = parent.is_linked or self.tag == "a"

    @property
    def tokens(self) -> frozenset[str]:
        """The words of the element's class and id."""
        if self._tokens is None:
            self._tokens = tokens_of(self.element)
        return self._tokens

    @property
    def is_furniture(self) -> bool:
        """Whether the element names something that surrounds articles."""
        if self._named is None:
            self._named = is_furniture(self.element, self.tokens)
        return self._named

    @property
    def in_furniture(self) -> bool:
        """Whether the element or one around it, below the body, is named as furniture."""
        asked: list[Box] = []
        box: Box | None = self
        while box is not None and box._outside is None:
            asked.append(box)
            box = box.parent
        known = box is not None and bool(box._outside)
        for inner in reversed(asked):
            known = known or (inner.parent is not None and inner.is_furniture)
            inner._outside = known
        return known

    def root(self) -> "Box":
        """Return the outermost box."""
        box = self
        while box.parent is not None:
            box = box.parent
        return box

    def is_below(self, outer: "Box") -> bool:
        """Return whether a box is the other one or stands in it."""
        box, depth = self, outer.depth
        while box.depth > depth and box.parent is not None:
            box = box.parent
        return box is outer

    def up(self) -> "Iterator[Box]":
        """Yield the box and those around it, the innermost first."""
        box: Box | None = self
        while box is not None:
            yield box
            box = box.parent


class Block:
    """One block; `box` is its own element, `index` its place on the page.

    `text` is as read, spaces made plain; preformatted text as it stands, a table row by row.
    """

    __slots__ = (
        "_link_share", "_loose", "_path", "box", "image", "index", "kind", "level", "ordered", "rows", "runs", "text",
    )  # fmt: skip

    def __init__(
        self,
        kind: Kind,
        box: Box,
        index: int = 0,
        runs: list[Run] | None = None,
        *,
        level: int = 0,
        ordered: bool = False,
    ) -> None:
        self.kind = kind
        self.box = box
        self.index = index
        self.runs: list[Run] = runs if runs is not None else []
        self.level = level
        self.ordered = ordered
        self.rows: tuple[tuple[str, ...], ...] = ()
        self.image: etree._Element | None = None
        self.text = text_of(kind, "".join([run.text for run in runs])) if runs else ""
        self._loose: str | None = None
        self._link_share: float | None = None
        self._path: tuple[etree._Element, ...] | None = None

    @property
    def element(self) -> etree._Element:
        """The block's own element."""
        return self.box.element

    @property
    def path(self) -> tuple[etree._Element, ...]:
        """The elements around the block, from the body down to its own."""
        if self._path is None:
            self._path = tuple(box.element for box in self.box.up())[::-1]
        return self._path

    @property
    def loose(self) -> str:
        """The text as it is compared."""
        if self._loose is None:
            self._loose = loose(self.text)
        return self._loose

    @property
    def link_share(self) -> float:
        """The share of the text that is link text."""
        if self._link_share is None:
            linked = [run.text for run in self.runs if run.href]
            if linked and len(linked) == len(self.runs):
                self._link_share = 1.0 if self.loose else 0.0
            else:
                whole = len(self.loose) if linked else 0
                self._link_share = sum([len(loose(text)) for text in linked]) / whole if whole else 0.0
        return self._link_share

    @property
    def tokens(self) -> frozenset[str]:
        """The words of class and id of the block's element and its ancestors below the body."""
        return frozenset().union(*(box.tokens for box in self.box.up() if box.parent is not None))

    @property
    def in_furniture(self) -> bool:
        """Whether the block's element or one around it, below the body, is named as furniture."""
        return self.box.in_furniture

    def inside(self, element: etree._Element) -> bool:
        """Return whether the element is the block's own or an ancestor."""
        box: Box | None = self.box
        while box is not None:
            if box.element is element:
                return True
            box = box.parent
        return False

    def within(self, *tags: str) -> etree._Element | None:
        """Return the nearest own or ancestor element with one of these tags."""
        box: Box | None = self.box
        while box is not None:
            if box.tag in tags:
                return box.element
            box = box.parent
        return None


def text_of(kind: Kind, joined: str) -> str:
    """Return the text of a block of this kind, whose runs say this together."""
    if kind == "pre":
        return joined.strip("\n").rstrip()
    return "\n".join(filter(None, map(squeeze, joined.split("\n")))) if "\n" in joined else squeeze(joined)
