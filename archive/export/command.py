"""The command `newsarchive export`; what is heavy is imported when it runs, so that `--help` is instant."""

import datetime as dt
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archive.invocation import Invocation
from archive.terminal import printable

if TYPE_CHECKING:
    from archive.export.exporting import Format, Outcome

_DAMAGED = 4
_MOST_NAMED = 10
_DAY = click.DateTime(["%Y-%m-%d"])
_FORMATS = ("wacz", "warc", "jsonl", "csv", "parquet", "markdown", "bagit")


@click.command()
@click.argument("form", metavar="FORMAT", type=click.Choice(_FORMATS))
@click.argument("query", nargs=-1)
@click.option("-o", "--output", metavar="PATH", type=click.Path(path_type=Path), required=True,
              help="Where to; - for stdout (jsonl, csv).")  # fmt: skip
@click.option("--site", metavar="ID", help="Only this site.")
@click.option("--section", metavar="KEY", help="Only articles that stand in this section.")
@click.option("--since", type=_DAY, help="Only from this day on.")
@click.option("--until", type=_DAY, help="Only up to this day, inclusive.")
@click.option(
    "--all-versions", is_flag=True, help="Every version, not the current one alone (wacz, warc, bagit: always)."
)
@click.option("--force", is_flag=True, help="Replace what an earlier export left at PATH.")
@click.option("--json", "as_json", is_flag=True, help="Print what was exported as JSON.")
@click.pass_obj
def export(
    invocation: Invocation,
    form: "Format",
    query: tuple[str, ...],
    output: Path,
    site: str | None,
    section: str | None,
    since: dt.datetime | None,
    until: dt.datetime | None,
    all_versions: bool,
    force: bool,
    as_json: bool,
) -> None:
    """Hand articles on as wacz, warc, jsonl, csv, parquet, markdown or bagit.

    QUERY and the filters choose as in `newsarchive search`; ids, keys and URLs of articles choose these; nothing
    chooses all. A wacz file opens in ReplayWeb.page and pywb. A bagit folder without QUERY holds the whole archive.
    What was taken down stays where it is.

    PATH appears when it is whole. Exit code 4 where a capture or an image could not be read: the rest is exported.

    \b
    newsarchive export wacz "quality supervision" --since 2016-01-01 -o supervision.wacz
    newsarchive export jsonl -o - | head -1
    """
    from archive.export.exporting import STDOUT, Wish  # noqa: PLC0415
    from archive.export.exporting import export as export_wish  # noqa: PLC0415
    from archive.progress import Bar  # noqa: PLC0415
    from archive.search import Filters  # noqa: PLC0415

    filters = Filters(site, section, since.date() if since else None, until.date() if until else None)
    wish = Wish(form, output, query, filters, all_versions, force)
    outcome = export_wish(invocation.database, wish, Bar)
    aside = output == STDOUT
    if as_json:
        click.echo(json.dumps(outcome.as_dict(), ensure_ascii=False, indent=2), err=aside)
    else:
        for line in _lines_of(outcome):
            click.echo(printable(line), err=aside)
    sys.exit(_DAMAGED if outcome.problems else 0)


def _lines_of(outcome: "Outcome") -> Iterator[str]:
    if not outcome.articles:
        yield f"No article {'fits' if outcome.said else 'is in the archive'}: the export is empty."
    counts = [_counted(outcome.articles, "article")]
    counts += [_counted(outcome.versions, "version")] if outcome.versions else []
    counts += [_counted(outcome.records, "WARC record")] if outcome.records else []
    yield f"Exported {', '.join(counts)} ({_mb(outcome.bytes)}) to {outcome.path}"
    left = ((outcome.withdrawn, "article"), (outcome.withdrawn_captures, "capture"))
    if any(number for number, _ in left):
        said = ", ".join(_counted(number, what) for number, what in left if number)
        yield f"Left out, because they were taken down: {said}"
    yield from outcome.problems[:_MOST_NAMED]
    if len(outcome.problems) > _MOST_NAMED:
        yield f"and {len(outcome.problems) - _MOST_NAMED} more; --json names them all"


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _mb(size: int) -> str:
    return f"{size / 1e6:,.1f} MB"
