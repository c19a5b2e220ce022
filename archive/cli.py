"""The archive side's commands: search, show, serve; the group gives them the archive's path."""

import datetime as dt
import json
import re
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import click

from archive import reports
from archive.backup.command import backup, restore
from archive.chronicle.command import log
from archive.diffing.command import diff
from archive.fixity.command import verify
from archive.hand.command import edit, note, tag
from archive.takedown.command import takedown
from archive.terminal import printable

if TYPE_CHECKING:
    from archive.reader import Record
    from archive.search import Hit


class _Invocation(Protocol):
    @property
    def database(self) -> Path: ...


_DAY = click.DateTime(["%Y-%m-%d"])


@click.command()
@click.argument("query", nargs=-1)
@click.option("--site", metavar="ID", help="Only this site.")
@click.option("--section", metavar="KEY", help="Only articles that stand in this section.")
@click.option("--since", type=_DAY, help="Only from this day on.")
@click.option("--until", type=_DAY, help="Only up to this day, inclusive.")
@click.option("--sort", type=click.Choice(["relevance", "newest"]), default="relevance", show_default=True)
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print the hits as JSON.")
@click.pass_obj
def search(
    invocation: _Invocation,
    query: tuple[str, ...],
    site: str | None,
    section: str | None,
    since: dt.datetime | None,
    until: dt.datetime | None,
    sort: str,
    limit: int,
    as_json: bool,
) -> None:
    """Search titles, text, captions, sources and bylines; Chinese, Japanese and Korean too.

    All words must occur; words in quotes must stand together. Any text is a valid query.

    \b
    newsarchive search '"quality supervision" shanghai' --since 2016-01-01
    """
    from archive.db import open_archive  # noqa: PLC0415
    from archive.search import Filters, count  # noqa: PLC0415
    from archive.search import search as find  # noqa: PLC0415

    text = " ".join(query)
    filters = Filters(site, section, since.date() if since else None, until.date() if until else None)
    with closing(open_archive(invocation.database, readonly=True)) as db:
        hits = find(db, text, filters, sort="newest" if sort == "newest" else "relevance", limit=limit)
        if as_json:
            click.echo(json.dumps([hit.as_dict() for hit in hits], ensure_ascii=False, indent=2))
        else:
            _print_hits(text, filters != Filters(), hits, count(db, text, filters))


@click.command()
@click.argument("reference", metavar="ID|KEY|URL")
@click.option("--version", "number", type=click.IntRange(min=1), help="This version instead of the current one.")
@click.option("--json", "as_json", is_flag=True, help="Print the record as JSON.")
@click.pass_obj
def show(invocation: _Invocation, reference: str, number: int | None, as_json: bool) -> None:
    """Show one article of the archive: its fields, text, images and versions.

    \b
    newsarchive show http://english.shzj.gov.cn/2017-11/23/c_113228.htm --version 1
    """
    from archive.db import open_current  # noqa: PLC0415
    from archive.hand.marks import marks_of  # noqa: PLC0415
    from archive.reader import read_article  # noqa: PLC0415

    with closing(open_current(invocation.database)) as db:
        record = read_article(db, reference, number)
        marks = marks_of(db, record.row["id"])
    if as_json:
        click.echo(json.dumps(_as_dict(record) | marks, ensure_ascii=False, indent=2))
    else:
        _print_record(record)
        _print_marks(marks)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8001, show_default=True, help="Port; 0 takes a free one."
)
@click.option("--open", "open_browser", is_flag=True, help="Open the browser.")
@click.pass_obj
def serve(invocation: _Invocation, host: str, port: int, open_browser: bool) -> None:
    """Open the archive in Datasette, on loopback unless told otherwise.

    \b
    newsarchive serve --port 8001
    """
    from archive.serving import serve_archive  # noqa: PLC0415

    serve_archive(invocation.database, host=host, port=port, open_browser=open_browser)


@click.command()
@click.pass_obj
def optimize(invocation: _Invocation) -> None:
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


def _print_hits(text: str, filtered: bool, hits: "list[Hit]", total: int) -> None:
    from rich.console import Console  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    console = Console(highlight=False, soft_wrap=True)
    if not hits:
        console.print(Text(_nothing(text, filtered)))
        return
    for hit in hits:
        head = Text(printable(hit.title or "(untitled)"), style="bold")
        console.print(head.append(f"  {hit.day or 'no date'} · {hit.site} · {hit.key}", style="dim"))
        found = Text("  ")
        for part in re.split("(\x02[^\x02\x03]*\x03)", hit.snippet.replace("\n", " ")):
            found.append(printable(part), style="yellow" if part.startswith("\x02") else "")
        console.print(found)
        console.print(Text(f"  {hit.url}", style="blue"))
    console.print(f"{len(hits)} of {total:,} article{'' if total == 1 else 's'}.")


def _nothing(text: str, filtered: bool) -> str:
    where = " with these filters" if filtered else ""
    if text.strip():
        return f"Nothing in the archive matches {printable(text)!r}{where}."
    return f"No article in the archive fits{where}." if filtered else "The archive holds no article yet."


def _as_dict(record: "Record") -> dict[str, Any]:
    article = record.article

    def date(name: str) -> dict[str, Any] | None:
        stamp = getattr(article, name)
        if stamp is None:
            return None
        return {"raw": stamp.raw, "value": stamp.stored, "precision": stamp.precision, "reason": stamp.reason}

    row = record.row
    return {
        "id": row["id"], "key": row["key"], "site": row["site_id"], "sections": list(record.sections),
        "url": row["url"], "canonical_url": article.canonical_url, "state": row["state"],
        "version": record.number, "current_version": row["version"], "day": row["day"],
        "title": article.title, "updated": date("updated"), "published": date("published"),
        "source": article.source, "byline": list(article.byline), "breadcrumb": list(article.breadcrumb),
        "language": article.language, "body": article.body, "body_html": article.body_html,
        "images": [
            {"position": kept.image.position, "url": kept.image.url, "sha256": kept.sha256, "error": kept.error,
             "caption": kept.image.caption, "credit": kept.image.credit, "alt": kept.image.alt}
            for kept in record.images
        ],
        "versions": [dict(version) for version in record.versions],
        "first_seen": row["first_seen"], "last_seen": row["last_seen"], "rules": article.rules,
    }  # fmt: skip


def _print_record(record: "Record") -> None:
    from rich.console import Console  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    said = _as_dict(record)
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


def _date_line(said: dict[str, Any] | None) -> str:
    if said is None:
        return ""
    return f"{said['value'] or said['reason']} (printed: {said['raw']})"


_KEEPING = (verify, takedown, backup, restore, edit, tag, note)
COMMANDS = (search, show, diff, log, serve, optimize, *reports.COMMANDS, *_KEEPING)
