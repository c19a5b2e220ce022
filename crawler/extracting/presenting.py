"""An article as it is printed: for people, as JSON, as one of its renderings, or with the rules that gave it."""

import html
import io
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from archive.model import Article, Image, Stamp
from archive.terminal import STEERING, printable

Form = Literal["reading", "text", "markdown", "html", "json"]
_SHORT = 160
_WIDTH = 140
_FIELDS = (
    "title", "updated", "published", "byline", "source", "section", "breadcrumb", "language", "canonical_url",
    "amp_url", "body", "images", "paywalled", "kind",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Style:
    """How articles are printed; `width` is that of a terminal, None elsewhere, and `many` says that more follow."""

    form: Form = "reading"
    explain: bool = False
    many: bool = False
    width: int | None = None


def presented(name: str, article: Article, style: Style) -> str:
    """Return what is printed of an article, without the characters that steer a terminal."""
    if style.form == "json":
        return json_of(as_dict(name, article, explain=style.explain), many=style.many)
    text = _explanation(article, style) if style.explain else _rendering(article, style)
    return (_heading(name, style) if style.many else "") + text.rstrip("\n")


def json_of(said: dict[str, Any], *, many: bool) -> str:
    """Return one JSON object, on one line where more follow."""
    text = json.dumps(said, ensure_ascii=False, indent=None if many else 2)
    return STEERING.sub(lambda found: json.dumps(found[0])[1:-1], text)


def as_dict(name: str, article: Article, *, explain: bool) -> dict[str, Any]:
    """Return every field of an article as JSON knows it, and the name of its input."""
    said = {
        "file": name, "url": article.url, "title": article.title, "updated": _plain(article.updated),
        "published": _plain(article.published), "source": article.source, "byline": list(article.byline),
        "breadcrumb": list(article.breadcrumb), "section": article.section, "language": article.language,
        "body": article.body, "body_html": article.body_html, "markdown": article.markdown,
        "images": [_plain(image) for image in article.images], "canonical_url": article.canonical_url,
        "alternates": [list(pair) for pair in article.alternates],
        "amp_url": article.amp_url, "paywalled": article.paywalled, "kind": article.kind,
        "confidence": article.confidence, "pages": list(article.pages), "undecodable": article.undecodable,
        "rules": article.rules,
    }  # fmt: skip
    if explain:
        said["lost"] = [{"field": lost.field, "value": _plain(lost.value), "rule": lost.rule} for lost in article.lost]
    return said


def _plain(value: Any) -> Any:
    """Return a value of an article as JSON knows it."""
    if isinstance(value, Stamp):
        return {"raw": value.raw, "value": value.stored, "precision": value.precision, "reason": value.reason}
    if isinstance(value, Image):
        return {
            "position": value.position, "url": value.url, "caption": value.caption, "credit": value.credit,
            "alt": value.alt, "shown": value.shown, "fallbacks": list(value.fallbacks),
        }  # fmt: skip
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value if value is None or isinstance(value, bool | int | float) else str(value)


def _heading(name: str, style: Style) -> str:
    """Return the line that tells one input's output from the next, as a comment where the form has one."""
    if style.form in ("html", "markdown"):
        return f"<!-- {html.escape(printable(name))} -->\n"
    return f"==> {printable(name)} <==\n"


def _rendering(article: Article, style: Style) -> str:
    renderings = {"text": article.body, "markdown": article.markdown, "html": article.body_html}
    return printable(renderings[style.form]) if style.form in renderings else _reading(article, style)


def _reading(article: Article, style: Style) -> str:
    from rich.text import Text  # noqa: PLC0415 (JSON does without)

    facts = [Text(printable(article.title or "(untitled)"), style="bold")]
    for label, value in _facts(article):
        facts.append(Text(f"{label:>10}", style="dim").append(f"  {printable(value)}", style="not dim"))
    # An address that is broken over lines cannot be copied.
    return _on_console(facts, style, whole_lines=True) + _on_console(
        [Text(f"\n{printable(article.body)}")], style, whole_lines=style.width is None
    )


def _facts(article: Article) -> list[tuple[str, str]]:
    """Return what is known of an article as labels and values, what is unknown left out."""
    facts = [
        ("updated", _date_line(article.updated)),
        ("published", _date_line(article.published)),
        ("byline", ", ".join(article.byline)),
        ("source", article.source),
        ("section", article.section),
        ("breadcrumb", " > ".join(article.breadcrumb)),
        ("language", article.language),
        ("url", article.canonical_url or article.url),
        ("kind", f"{article.kind}, not an article" if article.kind != "article" else None),
        ("paywalled", "the page keeps text from readers who do not pay" if article.paywalled else None),
        ("pages", ", ".join(article.pages)),
        ("damaged", f"{article.undecodable} bytes are no characters" if article.undecodable else None),
        *(fact for image in article.images for fact in ((f"image {image.position}", _said_of(image)), ("", image.url))),
    ]
    return [(label, value) for label, value in facts if value]


def _date_line(stamp: Stamp | None) -> str | None:
    if stamp is None:
        return None
    value = stamp.stored or f"not read: {stamp.reason}"
    return value if value == stamp.raw else f"{value} (printed: {stamp.raw})"


def _said_of(image: Image) -> str:
    return " ".join(filter(None, (image.caption, image.credit))) or image.alt or "(nothing said of it)"


def _explanation(article: Article, style: Style) -> str:
    """Return a table of the fields with the rules that gave them, and below each what other rules would have given."""
    from rich.table import Table  # noqa: PLC0415 (JSON does without)
    from rich.text import Text  # noqa: PLC0415

    table = Table("field", "value", "rule", box=None, pad_edge=False, header_style="dim")
    for column in table.columns:
        column.overflow = "fold"
    for name in dict.fromkeys((*_FIELDS, *article.rules)):
        value = _shortened(name, getattr(article, name, None))
        table.add_row(Text(printable(name)), Text(value or "-"), Text(printable(article.rules.get(name, ""))))
        for lost in article.lost:
            if lost.field == name:
                table.add_row("", Text(f"not: {_shortened(name, lost.value)}"), Text(printable(lost.rule)), style="dim")
    return _on_console([table], style, whole_lines=False)


def _shortened(name: str, value: Any) -> str:
    """Return a field's value on one line."""
    if isinstance(value, Stamp):
        said = _date_line(value) or ""
    elif name == "images" and isinstance(value, tuple) and value:
        said = f"{len(value)}: {_said_of(value[0])} {value[0].url or ''}"
    elif isinstance(value, list | tuple):
        said = ", ".join(str(item) for item in value)
    else:
        said = str(value) if value else ""
    line = " ".join(printable(said).split())
    length = f"{len(said):,} characters: " if name == "body" and said else ""
    return length + (line if len(line) <= _SHORT else f"{line[: _SHORT - 3]}...")


def _on_console(parts: Iterable[Any], style: Style, *, whole_lines: bool) -> str:
    """Return what a terminal of this width would show, with its colours; plain text where there is none."""
    from rich.console import Console  # noqa: PLC0415 (JSON does without)

    target = io.StringIO()
    width = style.width or _WIDTH
    console = Console(
        file=target, highlight=False, force_terminal=style.width is not None, width=width, soft_wrap=whole_lines
    )
    for part in parts:
        console.print(part)
    return target.getvalue()
