"""One walk over a page's tree: from elements to blocks."""

import re
from typing import TYPE_CHECKING, Any

from lxml import etree

from crawler.parsers.blocks import Block, Box, Kind, Mark, Run, text_of
from crawler.parsers.tables import data_rows
from crawler.parsers.text import squeeze

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

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
_WHOLE = frozenset(("img", "amp-img", "noscript", "iframe", "video", "embed", "hr", "table"))
_ROLES: dict[object, str] = {
    **dict.fromkeys(_BLOCKS, "block"), **dict.fromkeys(_WHOLE, "whole"), **dict.fromkeys(_SKIPPED, "skipped"),
    "br": "br", etree.Comment: "skipped", etree.ProcessingInstruction: "skipped", etree.Entity: "skipped",
}  # fmt: skip
_TELLING = frozenset("li dt dd pre blockquote td th article main section h1 h2 h3 h4 h5 h6".split())
_MARKS: dict[str, Mark] = {
    "b": "strong", "strong": "strong", "i": "em", "em": "em", "cite": "em", "code": "code", "kbd": "code",
    "samp": "code", "tt": "code", "sub": "sub", "sup": "sup",
}  # fmt: skip
_CHANGING = _TELLING | _MARKS.keys() | {"a", "ul", "ol"}
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
_MOST_BLOCKS = 20_000
# The blocks after the last element asked for: a notice, a pager, a closing byline stand there.
_AFTER = 12


def is_hidden(element: etree._Element) -> bool:
    """Return whether the element is not shown to a reader (React's parked parts, `hidden id="S:…"`, are)."""
    return _is_unseen(element, element.keys())


def _is_unseen(element: etree._Element, names: list[str]) -> bool:
    if "class" in names and _hides(element.get("class") or ""):
        return True
    if "style" in names and _HIDDEN_STYLE.search(element.get("style") or ""):
        return True
    return "hidden" in names and not (element.get("id") or "").startswith("S:")


def _hides(classes: str) -> bool:
    # Nearly all class names differ from site to site; nearly none of them has one of these parts.
    told = "hid" in classes or "sr-only" in classes or "screen-reader" in classes
    return told and not _HIDDEN_CLASSES.isdisjoint(classes.split())


def _is_styled_block(element: etree._Element) -> bool:
    return _BLOCK_STYLE.search(element.get("style") or "") is not None


def blocks_of(
    body: etree._Element,
    starts: "Mapping[etree._Element, Sequence[etree._Element]] | None" = None,
    until: etree._Element | None = None,
) -> list[Block]:
    """Return the blocks below an element in reading order, numbered; walks without recursion, however deep it is.

    `starts` names the children to walk of some elements instead of all; the walk ends a few blocks after `until`.
    """
    walk = _Walk(body)
    starts = starts or {}
    pending: list[Iterator[etree._Element]] = [iter(starts.get(body, body))]
    most, depth = _MOST_BLOCKS, -1
    while pending:
        for child in pending[-1]:
            if walk.enter(child):
                if child is until:
                    depth = len(pending)
                pending.append(iter(starts.get(child, child)))
                break
        else:
            pending.pop()
            walk.close()
            if len(pending) == depth:
                most, depth = min(most, len(walk.blocks) + _AFTER), -1
        if len(walk.blocks) >= most:
            break
    walk.flush()
    for index, block in enumerate(walk.blocks):
        block.index = index
    return walk.blocks


class _Walk:
    """The state of the walk: the open boxes, the text gathered, the blocks so far."""

    def __init__(self, body: etree._Element) -> None:
        self.blocks: list[Block] = []
        self._box = Box(body)
        self._box.is_block = True
        self._runs: list[Run] = []
        self._lists: list[bool] = []
        self._pre = 0
        if body.text:
            self._add(body.text, None, ())

    def enter(self, element: etree._Element) -> bool:
        """Take an element; return whether it was opened, so that its children follow."""
        tag: Any = element.tag
        role = _ROLES.get(tag, "inline")
        if role == "br":
            self._break()
        elif role != "skipped":
            # To ask for the names of the attributes takes as long as to ask for one of three.
            names = element.keys()
            if not (names and _is_unseen(element, names)) and not (role == "whole" and self._took_whole(element, tag)):
                is_block = role != "inline" or ("style" in names and _is_styled_block(element))
                if is_block or len(element):
                    self._open(element, tag, is_block=is_block)
                    return True
                self._take_inline(element, tag)
        tail = element.tail
        if tail:
            self._add(tail, self._box.href, self._box.marks)
        return False

    def _take_inline(self, element: etree._Element, tag: str) -> None:
        """Take an element that is a piece of text: most are, and need no box."""
        text = element.text
        if text:
            outer = self._box
            marks = _marked(outer.marks, tag) if tag in _MARKS else outer.marks
            self._add(text, element.get("href") if tag == "a" else outer.href, marks)

    def _open(self, element: etree._Element, tag: str, *, is_block: bool) -> None:
        """Open a box around what follows."""
        if is_block and self._runs:
            self.flush()
        box = self._box = Box(element, self._box)
        box.is_block = is_block
        if tag in _CHANGING:
            self._change(box, tag)
        text = element.text
        if text:
            self._add(text, box.href, box.marks)

    def _change(self, box: Box, tag: str) -> None:
        """Give the box of a telling element what sets its text apart from that around it."""
        if tag == "a":
            box.href = box.element.get("href")
        elif tag in _MARKS:
            box.marks = _marked(box.marks, tag)
        elif tag in ("ul", "ol"):
            self._lists.append(tag == "ol")
        else:
            self._pre += tag == "pre"
            self._tell_kind(box)

    def close(self) -> None:
        """Close the innermost box."""
        box = self._box
        if box.is_block and self._runs:
            self.flush()
        if box.tag in ("ul", "ol") and self._lists:
            self._lists.pop()
        elif box.tag == "pre" and self._pre:
            self._pre -= 1
        if box.parent is not None:
            self._box = box.parent
            tail = box.element.tail
            if tail:
                self._add(tail, box.parent.href, box.parent.marks)

    def flush(self) -> None:
        """Make a block of the text gathered."""
        runs, self._runs = self._runs, []
        joined = runs[0].text if len(runs) == 1 else "".join([run.text for run in runs])
        if not joined or joined.isspace():
            return
        box = self._box
        ordered = bool(self._lists and self._lists[-1])
        # A line feed in a run stands for a `br`, but in preformatted text.
        for part in _line_groups(runs) if "\n" in joined and box.kind != "pre" else [runs]:
            text = joined if part is runs else "".join([run.text for run in part])
            block = Block(box.kind, box, level=box.level, ordered=ordered)
            block.runs, block.text = part, text_of(box.kind, text)
            self.blocks.append(block)

    def _took_whole(self, element: etree._Element, tag: str) -> bool:
        """Take an element that is one block or one sign by itself; return whether it was one."""
        if tag in ("img", "amp-img"):
            self._single("image", element, image=element)
        elif tag == "noscript":
            self._noscript(element)
        elif tag in ("iframe", "video", "embed"):
            self._single("embed", element)
        elif tag == "hr":
            self.flush()
        elif rows := data_rows(element):
            self._single("table", element, rows=rows)
            self._caption(element)
        else:
            return False
        return True

    def _add(self, text: str, href: str | None, marks: tuple[Mark, ...]) -> None:
        # White space counts between texts only; the line feeds of the source are spaces.
        if self._pre:
            self._runs.append(Run(text, href, marks))
        elif self._runs or not text.isspace():
            self._runs.append(Run(text.replace("\n", " "), href, marks))

    def _single(
        self,
        kind: Kind,
        element: etree._Element,
        *,
        rows: tuple[tuple[str, ...], ...] = (),
        image: etree._Element | None = None,
    ) -> None:
        self.flush()
        block = Block(kind, Box(element, self._box))
        block.rows, block.image = rows, image
        block.text = "\n".join(" | ".join(row) for row in rows)
        self.blocks.append(block)

    def _noscript(self, element: etree._Element) -> None:
        """Take the images of a `noscript`, which a browser without scripts shows in place of the lazy one."""
        for image in element.iter("img"):
            self._single("image", image, image=image)

    def _caption(self, table: etree._Element) -> None:
        """Put a data table's own caption before it, as a paragraph."""
        caption = table.find("caption")
        text = squeeze("".join(caption.itertext())) if caption is not None else ""
        if text and caption is not None:
            own = Block("p", Box(caption, Box(table, self._box)), runs=[Run(text)])
            self.blocks.insert(len(self.blocks) - 1, own)

    def _break(self) -> None:
        """Take a `br`: the second in a row ends a paragraph, except in preformatted text."""
        last = self._runs[-1].text if self._runs else ""
        spare = next((run.text for run in reversed(self._runs) if run.text.strip(" ")), "")
        if spare == "\n" and (last == "\n" or not last.strip()) and self._box.kind != "pre":
            self.flush()
        else:
            self._runs.append(Run("\n", None, ()))

    def _tell_kind(self, box: Box) -> None:
        """Give a telling element's box the kind of text that it holds."""
        tag = box.tag
        box.kind, box.level = "p", 0
        if tag in ("li", "dt", "dd"):
            box.kind, box.level = "li", len(self._lists)
        elif tag == "pre":
            box.kind = "pre"
        elif tag == "blockquote":
            box.kind = "embed" if _EMBEDS.search(box.element.get("class") or "") else "quote"
        elif len(tag) == 2 and tag[0] == "h" and tag[1].isdigit():
            box.kind, box.level = "h", int(tag[1])


def _marked(marks: tuple[Mark, ...], tag: str) -> tuple[Mark, ...]:
    return marks if _MARKS[tag] in marks else (*marks, _MARKS[tag])


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
