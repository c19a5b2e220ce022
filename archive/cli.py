"""The archive side's commands: show, serve, those of search and of reports; the group gives them their path."""

import json
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import click

from archive import reports, searching
from archive.backup.command import backup, restore
from archive.chronicle.command import log
from archive.citing.command import cite
from archive.diffing.command import diff
from archive.export.command import export
from archive.families import command as families
from archive.fixity.command import verify
from archive.hand.command import edit, note, tag
from archive.invocation import Invocation
from archive.publishing.command import publish
from archive.similar.command import similar
from archive.takedown.command import takedown
from archive.terminal import printable


@click.command()
@click.argument("reference", metavar="ID|KEY|URL")
@click.option("--version", "number", type=click.IntRange(min=1), help="This version instead of the current one.")
@click.option("--json", "as_json", is_flag=True, help="Print the record as JSON.")
@click.pass_obj
def show(invocation: Invocation, reference: str, number: int | None, as_json: bool) -> None:
    """Show one article of the archive: its fields, text, images and versions.

    \b
    newsarchive show http://english.shzj.gov.cn/2017-11/23/c_113228.htm --version 1
    """
    from archive.db import open_current  # noqa: PLC0415
    from archive.export.content import as_shown  # noqa: PLC0415
    from archive.reader import read_article  # noqa: PLC0415

    with closing(open_current(invocation.database)) as db:
        said = as_shown(db, read_article(db, reference, number))
    if as_json:
        click.echo(json.dumps(said, ensure_ascii=False, indent=2))
    else:
        _print_record(said)
        _print_marks(said)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8001, show_default=True, help="Port; 0 takes a free one."
)
@click.option("-m", "--metadata", metavar="FILE", type=click.Path(path_type=Path, exists=True, dir_okay=False),
              help="Datasette's metadata: a title, and who may see what (allow).")  # fmt: skip
@click.option("--setting", "settings", metavar="NAME VALUE", nargs=2, multiple=True, help="A setting of Datasette's.")
@click.option("--open", "open_browser", is_flag=True, help="Open the browser.")
@click.pass_obj
def serve(
    invocation: Invocation,
    host: str,
    port: int,
    metadata: Path | None,
    settings: tuple[tuple[str, str], ...],
    open_browser: bool,
) -> None:
    """Open the archive in Datasette, on loopback unless told otherwise.

    \b
    newsarchive serve --port 8001
    newsarchive serve --metadata who.json --setting default_allow_sql off
    """
    from archive.serving import Access, serve_archive  # noqa: PLC0415

    serve_archive(invocation.database, Access(host, port, metadata, settings), open_browser=open_browser)


@click.command()
@click.pass_obj
def optimize(invocation: Invocation) -> None:
    """Make searching quick again after a big import: merge the index, bring SQLite's statistics up to date.

    In short steps, so that a crawl may go on meanwhile; given again, it goes on where it was ended.

    \b
    newsarchive optimize
    """
    from archive.db import open_archive  # noqa: PLC0415
    from archive.upkeep import tidy  # noqa: PLC0415

    if not invocation.database.is_file():
        open_archive(invocation.database, readonly=True)
    before = invocation.database.stat().st_size
    with closing(open_archive(invocation.database)) as db:
        steps = sum(1 for _ in tidy(db))
    after = invocation.database.stat().st_size
    click.echo(f"The index is merged ({steps} steps); the database has {after:,} bytes, {before:,} before.")


def _print_record(said: dict[str, Any]) -> None:
    from rich.console import Console  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    console = Console(highlight=False, soft_wrap=not sys.stdout.isatty())
    console.print(Text(printable(said["title"] or "(untitled)"), style="bold"))
    for label, value in (
        ("updated", _date_line(said["updated"])),
        ("published", _date_line(said["published"])),
        ("source", said["source"]),
        ("byline", ", ".join(said["byline"])),
        ("breadcrumb", " > ".join(said["breadcrumb"])),
        ("site", f"{said['site']} ({', '.join(said['sections'])})"),
        ("url", said["url"]),
        ("key", f"{said['key']} (id {said['id']})"),
        ("version", f"{said['version']} of {len(said['versions'])}, current is {said['current_version']}"),
        ("family", _family_line(said["family"])),
    ):
        if value:
            console.print(Text(f"{label:>10}", style="dim").append(f"  {printable(str(value))}", style="not dim"))
    console.print(Text(f"\n{printable(said['body'])}\n"))
    for image in said["images"]:
        text = " ".join(filter(None, (image["caption"], image["credit"]))) or image["alt"] or ""
        kept = f"sha256:{image['sha256'][:12]}" if image["sha256"] else f"not kept: {image['error']}"
        line = Text(f"image {image['position']}", style="dim").append(f"  {printable(text)}", style="not dim")
        console.print(line.append(f"  {kept}  {printable(image['url'] or '')}"))


def _print_marks(marks: dict[str, Any]) -> None:
    if marks["tags"]:
        click.echo(printable(f"tags  {' '.join(marks['tags'])}"))
    for each in marks["notes"]:
        click.echo(printable(f"note  {each['text']}  ({each['by']}, {each['at'][:10]})"))
    for made in marks["edits"]:
        undone = f", undone {made['undone_at'][:10]}" if made["undone_at"] else ""
        why = f": {made['note']}" if made["note"] else ""
        click.echo(printable(f"corrected  {made['field']}{why}  ({made['by']}, {made['at'][:10]}{undone})"))


def _family_line(family: dict[str, Any] | None) -> str:
    if family is None:
        return ""
    others = len(family["members"]) - 1
    said = f"{others} other telling{'' if others == 1 else 's'}"
    return f"{said}, first told by {family['members'][0]['site']} ({family['first']})"


def _date_line(said: dict[str, Any] | None) -> str:
    if said is None:
        return ""
    return f"{said['value'] or said['reason']} (printed: {said['raw']})"


_KEEPING = (verify, takedown, backup, restore, edit, tag, note)
_SEEING = (show, similar, diff, log, cite, export, serve, publish, optimize)
COMMANDS = (*_SEEING, *searching.COMMANDS, *reports.COMMANDS, *families.COMMANDS, *_KEEPING)
