"""An article's blocks as text, as sanitised HTML and as Markdown: three renderings of one sequence."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby

import nh3

from crawler.parsers.blocks import Block, Run
from crawler.parsers.pictures import Picture
from crawler.parsers.text import squeeze

Absolute = Callable[[str], str | None]
_TAGS = {
    "p", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre", "code", "strong", "em", "sub", "sup",
    "a", "br", "table", "tbody", "tr", "td", "figure", "figcaption", "img",
}  # fmt: skip
_ATTRIBUTES = {"a": {"href"}, "img": {"src", "alt"}}
_SCHEMES = {"http", "https", "mailto", "sha256"}
# The sanitiser takes the square of a text's length; it drops comments, and what they part it reads by itself.
_LONGEST_TEXT = 10_000
_PART = "<!---->"
# The place before a sign: to put a backslash there takes no look at what matched.
_MARKDOWN_SIGNS = re.compile(r"(?=[\\`*_\[\]<>]|&#?\w+;|!(?:\[|$))")
_ANY_SIGN = re.compile(r"[\\`*_\[\]<>&!]")
_LINE_START = re.compile(r"(?m)^([ ]{0,3}\d{0,9})((?<=\d)[.)](?=\s|$)|(?<!\d)(?:[#+=~|-]))")
_MARKDOWN_MARKS = {"strong": "**", "em": "*", "code": "`", "sub": "", "sup": ""}


@dataclass(frozen=True, slots=True)
class Rendering:
    """The three forms of an article's body."""

    text: str
    html: str
    markdown: str


def render(
    blocks: Sequence[Block], pictures: dict[int, Picture], absolute: Absolute, *, markdown: bool = True
) -> Rendering:
    """Return the body of these blocks, with the pictures (by block index) where they stand.

    Text holds no caption; HTML and Markdown hold the figures. Without `markdown` that form is empty.
    """
    shown = [block for block in blocks if block.text or block.index in pictures]
    text = "\n\n".join(block.text for block in shown if block.text and block.kind != "image")
    trimmed = [_with_plain_seams(block) for block in shown]
    html = "\n".join(_html(trimmed, pictures, absolute))
    marked = "\n\n".join(_markdown(trimmed, pictures, absolute)) if markdown else ""
    clean = nh3.clean(html, tags=_TAGS, attributes=_ATTRIBUTES, url_schemes=_SCHEMES, link_rel=None) if html else ""
    return Rendering(text, clean, marked)


def _with_plain_seams(block: Block) -> Block:
    if block.kind in ("pre", "table", "image"):
        return block
    shown = Block(block.kind, block.box, block.index, level=block.level, ordered=block.ordered)
    shown.text = block.text
    if len(block.runs) == 1 and "\n" not in block.text:
        shown.runs = [block.runs[0]._replace(text=block.text)]
    else:
        shown.runs = list(_trimmed(block.runs))
    return shown


def _html(blocks: Sequence[Block], pictures: dict[int, Picture], absolute: Absolute) -> Iterator[str]:
    for is_list, group in groupby(blocks, key=lambda block: block.kind == "li"):
        if is_list:
            yield "".join(_list_html(list(group), absolute))
        else:
            yield from (_block_html(block, pictures.get(block.index), absolute) for block in group)


def _list_html(items: Sequence[Block], absolute: Absolute) -> Iterator[str]:
    """Yield a list with the lists inside it; what stands in one `li` stays in one."""
    open_lists: list[str] = []
    before: Block | None = None
    for item in items:
        level, tag = max(item.level, 1), "ol" if item.ordered else "ul"
        if before is not None and _same_item(before, item):
            yield f"<br>{_inline_html(item.runs, absolute)}"
            continue
        while len(open_lists) > level or (len(open_lists) == level and open_lists[-1] != tag):
            yield f"</li></{open_lists.pop()}>"
        if len(open_lists) == level:
            yield "</li><li>"
        while len(open_lists) < level:
            open_lists.append(tag)
            yield f"<{tag}><li>"
        yield _inline_html(item.runs, absolute)
        before = item
    while open_lists:
        yield f"</li></{open_lists.pop()}>"


def _same_item(before: Block, item: Block) -> bool:
    own = item.within("li", "dt", "dd")
    return own is not None and before.within("li", "dt", "dd") is own


def _block_html(block: Block, picture: Picture | None, absolute: Absolute) -> str:
    if picture is not None:
        said = " ".join(filter(None, (picture.caption, picture.credit)))
        caption = f"<figcaption>{_escaped_html(said)}</figcaption>" if said else ""
        image = f'<img src="{escape(picture.url)}" alt="{escape(picture.alt or "")}">' if picture.url else ""
        return f"<figure>{image}{caption}</figure>"
    if block.kind == "table":
        rows = "".join(f"<tr>{''.join(f'<td>{_escaped_html(cell)}</td>' for cell in row)}</tr>" for row in block.rows)
        return f"<table><tbody>{rows}</tbody></table>"
    if block.kind == "pre":
        return f"<pre>{_escaped_html(block.text)}</pre>"
    inline = _inline_html(block.runs, absolute)
    if block.kind == "h":
        level = min(max(block.level, 2), 6)
        return f"<h{level}>{inline}</h{level}>"
    return f"<blockquote><p>{inline}</p></blockquote>" if block.kind in ("quote", "embed") else f"<p>{inline}</p>"


def _escaped_html(text: str) -> str:
    """Return a text as HTML; a long one in parts, which become one again."""
    return _PART.join(escape(text[start : start + _LONGEST_TEXT]) for start in range(0, len(text), _LONGEST_TEXT))


def _inline_html(runs: Sequence[Run], absolute: Absolute) -> str:
    parts = []
    for (href, marks), group in groupby(runs, key=lambda run: (run.href, run.marks)):
        text = _escaped_html("".join([run.text for run in group])).replace("\n", "<br>")
        for mark in reversed(marks):
            text = f"<{mark}>{text}</{mark}>"
        address = absolute(href) if href and text.strip() else None
        parts.append(f'<a href="{escape(address)}">{text}</a>' if address else text)
    return "".join(parts).strip().removesuffix("<br>")


def _markdown(blocks: Sequence[Block], pictures: dict[int, Picture], absolute: Absolute) -> Iterator[str]:
    for is_list, group in groupby(blocks, key=lambda block: block.kind == "li"):
        if is_list:
            yield "\n".join(_list_markdown(list(group), absolute))
        else:
            yield from (_block_markdown(block, pictures.get(block.index), absolute) for block in group)


def _list_markdown(items: Sequence[Block], absolute: Absolute) -> Iterator[str]:
    """Yield the lines of a list; numbers go on behind a list inside it.

    An item is set in as far as the items around it: deeper alone, Markdown would take it for code.
    """
    levels: list[int] = []
    numbers: list[int] = []
    widths: list[int] = []
    before: Block | None = None
    for item in items:
        again = before is not None and _same_item(before, item)
        while levels and levels[-1] > item.level:
            del levels[-1], numbers[-1]
        if not levels or levels[-1] < item.level:
            levels.append(item.level)
            numbers.append(0)
        numbers[-1] += not again
        sign = f"{numbers[-1]}. " if item.ordered else "- "
        widths = [*widths[: len(levels) - 1], len(sign)]
        indent = " " * sum(widths[:-1])
        lines = _inline_markdown(item.runs, absolute).split("\n")
        hanging = indent + " " * len(sign)
        yield "\n".join(
            [hanging + lines[0] if again else indent + sign + lines[0], *(hanging + line for line in lines[1:])]
        )
        before = item


def _block_markdown(block: Block, picture: Picture | None, absolute: Absolute) -> str:
    if picture is not None:
        said = " ".join(filter(None, (picture.caption, picture.credit)))
        image = f"![{_escaped(picture.alt or '')}]({_address(picture.url)})" if picture.url else ""
        return "\n".join(filter(None, (image, f"*{_escaped(said)}*" if said else "")))
    if block.kind == "table":
        rows = [f"| {' | '.join(_escaped(cell).replace('|', chr(92) + '|') for cell in row)} |" for row in block.rows]
        width = max(len(row) for row in block.rows)
        return "\n".join([rows[0], f"|{' --- |' * width}", *rows[1:]])
    if block.kind == "pre":
        fence = "`" * max(3, _longest_run(block.text) + 1)
        return f"{fence}\n{block.text}\n{fence}"
    inline = _inline_markdown(block.runs, absolute)
    if block.kind == "h":
        return f"{'#' * min(max(block.level, 2), 6)} {inline}"
    return "\n".join(f"> {line}" for line in inline.split("\n")) if block.kind in ("quote", "embed") else inline


def _inline_markdown(runs: Sequence[Run], absolute: Absolute) -> str:
    parts = []
    for (href, marks), group in groupby(runs, key=lambda run: (run.href, run.marks)):
        raw = "".join(run.text for run in group)
        core = raw.strip()
        if not core:
            parts.append(raw)
            continue
        text = core.replace("\n", " ") if "code" in marks else _escaped(core).replace("\n", "\\\n")
        for mark in reversed(marks):
            sign = "`" * (_longest_run(core) + 1) if mark == "code" else _MARKDOWN_MARKS[mark]
            pad = " " if mark == "code" and "`" in core else ""
            text = f"{sign}{pad}{text}{pad}{sign}"
        address = absolute(href) if href else None
        text = f"[{text}]({_address(address)})" if address else text
        lead, tail = raw[: len(raw) - len(raw.lstrip())], raw[len(raw.rstrip()) :]
        parts.append(lead + text + tail)
    return _at_line_start("".join(parts).strip())


def _address(url: str) -> str:
    """Return an address as Markdown's parentheses hold it."""
    return url.translate({ord(" "): "%20", ord("("): "%28", ord(")"): "%29", ord("<"): "%3C", ord(">"): "%3E"})


def _longest_run(text: str) -> int:
    """Return the length of the longest run of backticks."""
    return max((len(run) for run in re.findall(r"`+", text)), default=0)


def _at_line_start(text: str) -> str:
    """Escape what at the beginning of a line would make it a heading, an item, a quote or a rule."""
    return _LINE_START.sub(lambda match: f"{match[1]}\\{match[2]}", text)


def _escaped(text: str) -> str:
    # Most texts have none of the signs; to look for them alone takes a tenth of the time.
    return _MARKDOWN_SIGNS.sub(r"\\", text) if _ANY_SIGN.search(text) else text


def _trimmed(runs: Sequence[Run]) -> Iterator[Run]:
    """Yield the runs with the spaces at their seams and at the block's ends made plain."""
    space = True
    for run in runs:
        lines = [squeeze(line) for line in run.text.split("\n")]
        text = "\n".join(lines)
        if not run.text.strip("\n \t\u00a0\u200b"):
            text = "\n" if "\n" in run.text else " "
        else:
            lead = " " if run.text[0].isspace() and run.text[0] != "\n" else ""
            tail = " " if run.text[-1].isspace() and run.text[-1] != "\n" else ""
            text = lead + text + tail
        if space:
            text = text.lstrip(" ")
        if text:
            space = text[-1] in " \n"
            yield Run(text, run.href, run.marks)
