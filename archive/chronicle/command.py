"""The command `newsarchive log`."""

import datetime as dt
import json
from contextlib import closing
from typing import TYPE_CHECKING

import click

from archive.chronicle import KINDS
from archive.invocation import Invocation
from archive.terminal import printable

if TYPE_CHECKING:
    from rich.text import Text

    from archive.chronicle.reading import Entry

_DAY = click.DateTime(["%Y-%m-%d"])
_STYLES = {"first seen": "green", "gone": "red", "returned": "green", "moved": "cyan"}


@click.command()
@click.argument("reference", metavar="[ID|KEY|URL]", required=False)
@click.option("--site", metavar="ID", help="Only this site.")
@click.option("--since", type=_DAY, help="Only from this day on.")
@click.option("--until", type=_DAY, help="Only up to this day, inclusive.")
@click.option("--kind", "kinds", type=click.Choice(KINDS), multiple=True, help="Only events of this kind; repeatable.")
@click.option("--limit", type=click.IntRange(1, 1_000_000), default=50, show_default=True, help="The latest so many.")
@click.option("--json", "as_json", is_flag=True, help="Print the events as JSON.")
@click.pass_obj
def log(
    invocation: Invocation, reference: str | None, site: str | None, since: dt.datetime | None,
    until: dt.datetime | None, kinds: tuple[str, ...], limit: int, as_json: bool,
) -> None:  # fmt: skip
    """Tell what happened, in the order of capture time: first seen, changed, retitled, moved, gone, returned.

    Of everything, or of one article. Times are UTC.

    \b
    newsarchive log --site shzj --since 2018-01-01
    newsarchive log --kind gone --kind returned
    """
    from archive.chronicle.reading import Scope, read_log  # noqa: PLC0415
    from archive.db import open_current  # noqa: PLC0415

    scope = Scope(reference, site, since.date() if since else None, until.date() if until else None, kinds)
    with closing(open_current(invocation.database)) as db:
        entries, earlier = read_log(db, scope, limit)
    if as_json:
        click.echo(json.dumps([entry.as_dict() for entry in entries], ensure_ascii=False, indent=2))
    elif not entries:
        click.echo("Nothing happened that fits." if scope != Scope() else "Nothing happened yet: the archive is empty.")
    else:
        _print(entries, earlier)


def _print(entries: "list[Entry]", earlier: int) -> None:
    from rich.console import Console  # noqa: PLC0415

    console = Console(highlight=False, soft_wrap=True)
    if earlier:
        console.print(f"… {earlier:,} earlier; --limit and --since show others", style="dim")
    for entry in entries:
        console.print(_line(entry))


def _line(entry: "Entry") -> "Text":
    from rich.text import Text  # noqa: PLC0415

    from archive.spans import minute  # noqa: PLC0415

    said = Text(f"{minute(entry.at)}  ", style="dim")
    said.append(f"{entry.kind:<10}  ", style=_STYLES.get(entry.kind, "yellow"))
    if entry.title_before is not None:
        said.append(f"{printable(entry.title_before)} → ", style="dim")
    said.append(printable(entry.title or "(untitled)"), style="bold")
    said.append(f"  {_more(entry)}{entry.site} · {entry.key}", style="dim")
    return said


def _more(entry: "Entry") -> str:
    """Return what else there is to say of an event."""
    from archive.spans import minute  # noqa: PLC0415

    if entry.changes:
        return f"{', '.join(entry.changes)}; version {entry.from_version} → {entry.to_version} · "
    if entry.kind == "moved" and entry.detail:
        return f"to {printable(entry.detail)} · "
    if entry.kind == "gone" and entry.detail:
        return f"missing since {minute(entry.detail)} · "
    return ""
