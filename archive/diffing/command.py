"""The command `newsarchive diff`."""

import json
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archive.errors import UsageError
from archive.invocation import Invocation
from archive.terminal import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.text import Text

    from archive.diffing.texts import Piece, Sentence
    from archive.diffing.versions import ImageChange, VersionDiff

_MARKS = {"same": " ", "removed": "-", "added": "+", "changed": "~"}
_STYLES = {"same": "", "removed": "red strike", "added": "green bold"}


@click.command()
@click.argument("reference", metavar="ID|KEY|URL")
@click.argument("first", metavar="[A]", type=click.IntRange(min=1), required=False)
@click.argument("second", metavar="[B]", type=click.IntRange(min=1), required=False)
@click.option("--html", "page", metavar="FILE", help="Write the comparison as an HTML page; - for standard output.")
@click.option("--json", "as_json", is_flag=True, help="Print the comparison as JSON.")
@click.pass_obj
def diff(
    invocation: Invocation, reference: str, first: int | None, second: int | None, page: str | None, as_json: bool
) -> None:
    """Compare two versions of an article: fields, pictures, and the text by sentence and word.

    Without numbers the latest change by capture time; with A alone, version A and the current one. Chinese, Japanese
    and Thai are compared by character.

    \b
    newsarchive diff http://english.shzj.gov.cn/2017-11/23/c_113228.htm
    newsarchive diff 4hs7kq2mwzpl3abc 1 3 --html changes.html
    """
    from archive.db import open_current  # noqa: PLC0415
    from archive.diffing.html import html_of  # noqa: PLC0415
    from archive.diffing.versions import diff_versions  # noqa: PLC0415

    with closing(open_current(invocation.database)) as db:
        found = diff_versions(db, reference, first, second)
    if as_json:
        click.echo(json.dumps(found.as_dict() if found else None, ensure_ascii=False, indent=2))
    elif found is None:
        click.echo(f"There is one version of {reference}: nothing has changed since it was first seen.")
    elif page == "-":
        click.echo(html_of(found))
    elif page:
        _write(Path(page), html_of(found))
        click.echo(f"Written to {page}.")
    else:
        _print(found)


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8", errors="replace")
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}; name a file that can be written") from error


def _print(found: "VersionDiff") -> None:
    from rich.console import Console  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    from archive.spans import minute  # noqa: PLC0415

    console = Console(highlight=False, soft_wrap=True)
    console.print(Text(printable(found.title or "(untitled)"), style="bold"))
    for side, sign in ((found.before, "-"), (found.after, "+")):
        seen = f"seen {minute(side.first_seen)} to {minute(side.last_seen)}"
        console.print(Text(f"{sign} version {side.number}, {seen}", style="dim"))
    console.print(Text(f"  {', '.join(found.changes) or 'the same in all that makes a version'}", style="dim"))
    for field in found.fields:
        console.print(Text(f"{field.name:>12}  ", style="dim").append_text(_words(field.pieces)))
    for change in found.images:
        console.print(Text(f"{'picture':>12}  ", style="dim").append_text(_picture(change)))
    if any(sentence.kind != "same" for sentence in found.body):
        console.print()
    for line in _lines(found.body):
        console.print(line)


def _words(pieces: "Iterable[Piece]") -> "Text":
    """Return words in colour; where there is no colour, the removed in [-…-] and the added in {+…+}."""
    from rich.console import Console  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    plain = Console().no_color or not Console().is_terminal
    said = Text()
    for piece in pieces:
        text = printable(piece.text).replace("\n", " ")
        if plain and piece.kind != "same":
            text = f"[-{text}-]" if piece.kind == "removed" else f"{{+{text}+}}"
        said.append(text, style="" if plain else _STYLES[piece.kind])
    return said


def _picture(change: "ImageChange") -> "Text":
    from rich.text import Text  # noqa: PLC0415

    from archive.diffing.versions import legend  # noqa: PLC0415

    shown = change.after or change.before
    said = Text(f"{change.kind}: ")
    said.append_text(_words(change.pieces) if change.pieces else Text(printable(legend(shown) if shown else "")))
    return said.append(f"  {printable((shown.image.url if shown else '') or '')}", style="dim")


def _lines(body: "Iterable[Sentence]") -> "Iterator[Text]":
    """Yield what changed, a sentence a line, with how much stands unchanged between."""
    from rich.text import Text  # noqa: PLC0415

    from archive.diffing.texts import Piece  # noqa: PLC0415

    same = 0
    for sentence in body:
        text = (sentence.before or sentence.after).strip()
        if sentence.kind == "same" or not text:
            same += bool(text) and sentence.kind == "same"
            continue
        if same:
            yield Text(f"  … {same} sentence{'' if same == 1 else 's'} unchanged", style="dim")
            same = 0
        pieces = sentence.pieces if sentence.kind == "changed" else (Piece(sentence.kind, text),)
        line = Text(f"{_MARKS[sentence.kind]} ", style="dim").append_text(_words(pieces))
        line.rstrip()
        yield line
    if same:
        yield Text(f"  … {same} sentence{'' if same == 1 else 's'} unchanged", style="dim")
