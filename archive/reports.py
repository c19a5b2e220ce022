"""The commands that say how an archive stands: status, gaps."""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import click

from archive.terminal import printable

if TYPE_CHECKING:
    from rich.table import Table

    from archive.gaps import Gap
    from archive.health import Problem
    from archive.status import SiteStatus

_ATTENTION = 4
_SUMS = ("stored", "unchanged", "skipped", "failed", "pending")
_SHOWN = 50


class _Invocation(Protocol):
    @property
    def database(self) -> Path: ...


@click.command()
@click.argument("site", required=False)
@click.option("--fields", is_flag=True, help="Also show by which rules the fields of the last run were read.")
@click.option("--json", "as_json", is_flag=True, help="Print the status as JSON.")
@click.pass_obj
def status(invocation: _Invocation, site: str | None, fields: bool, as_json: bool) -> None:
    """Show how each site stands: its last run, and what is wrong with the reading of its pages.

    A problem is a shift in how a field is read that nothing in the site's past explains: it shows an old and a new
    page beside each other. It goes away by itself when a later run, or reextract, is well again.

    Exit code 4 where a problem is open.

    \b
    newsarchive status shzj --fields
    """
    from archive.db import open_archive  # noqa: PLC0415
    from archive.status import read_status  # noqa: PLC0415

    with closing(open_archive(invocation.database, readonly=True)) as db:
        sites = read_status(db, site)
    if as_json:
        click.echo(json.dumps([each.as_dict() for each in sites], ensure_ascii=False, indent=2))
    else:
        _print_status(sites, fields=fields)
    sys.exit(_ATTENTION if any(each.problems for each in sites) else 0)


@click.command()
@click.argument("site", required=False)
@click.option("--section", metavar="KEY", help="Only this section.")
@click.option("--json", "as_json", is_flag=True, help="Print the gaps as JSON.")
@click.pass_obj
def gaps(invocation: _Invocation, site: str | None, section: str | None, as_json: bool) -> None:
    """List what was seen in a section and never stored, with the cause, since when, and where it stood.

    \b
    newsarchive gaps shzj --section updates
    """
    from archive.db import open_archive  # noqa: PLC0415
    from archive.gaps import find_gaps  # noqa: PLC0415

    with closing(open_archive(invocation.database, readonly=True)) as db:
        found = find_gaps(db, site, section)
    if as_json:
        click.echo(json.dumps([gap.as_dict() for gap in found], ensure_ascii=False, indent=2))
    elif not found:
        click.echo("There are no gaps: all that was seen in the sections is stored.")
    else:
        _print_lines(_gap_lines(found))


def _print_status(sites: "Sequence[SiteStatus]", *, fields: bool) -> None:
    from rich.console import Console  # noqa: PLC0415

    console = Console(highlight=False, width=None if sys.stdout.isatty() else 140)
    if not any(site.run for site in sites):
        console.print("Nothing has been crawled yet. Next: newsarchive crawl SITE")
        return
    console.print(_table(sites))
    for site in sites:
        if fields and site.fields:
            console.print(_field_table(site))
    _print_lines(line for site in sites for problem in site.problems for line in _problem_lines(problem))


def _table(sites: "Sequence[SiteStatus]") -> "Table":
    from rich.table import Table  # noqa: PLC0415

    table = Table(title="Sites", title_justify="left")
    for name in ("site", "last run", "state"):
        table.add_column(name)
    for name in ("articles", *_SUMS):
        table.add_column(name, justify="right")
    table.add_column("problems")
    for site in sites:
        run = site.run or {}
        begun = str(run.get("started") or "never")[:16].replace("T", " ")
        problems = ", ".join(problem.name for problem in site.problems) or "none"
        sums = (str(run.get(name, "")) for name in _SUMS)
        table.add_row(site.site, begun, str(run.get("state", "")), str(site.articles), *sums, problems)
    return table


def _field_table(site: "SiteStatus") -> "Table":
    from rich.table import Table  # noqa: PLC0415

    table = Table(title=f"{site.site}: the fields of {site.fields[0].articles} articles", title_justify="left")
    table.add_column("field")
    table.add_column("empty", justify="right")
    table.add_column("rules")
    for shares in site.fields:
        rules = ", ".join(f"{rule} {number / shares.articles:.0%}" for rule, number in shares.rules.items())
        table.add_row(shares.field, f"{shares.empty / shares.articles:.0%}", printable(rules))
    return table


def _problem_lines(problem: "Problem") -> Iterator[str]:
    from archive.status import next_command  # noqa: PLC0415

    yield f"{problem.site}: {problem.name}: {problem.meaning}."
    for label in ("old", "new"):
        page = problem.detail[label]
        if page:
            yield f"  {label}  {page['value']}"
            yield f"       {page['url']}"
    yield f"  Next: {next_command(problem)}"


def _gap_lines(found: "Sequence[Gap]") -> Iterator[str]:
    from archive.gaps import by_cause  # noqa: PLC0415

    for (site, section, cause), group in by_cause(found):
        since = min(gap.first_seen for gap in group)[:10]
        yield f"{site}, section {section}: {len(group)} × {cause}, since {since}"
        for gap in group[:_SHOWN]:
            yield f"  {gap.first_seen[:10]}  page {gap.page}, rank {gap.rank} of {gap.listing}"
            yield f"    {gap.title or '(untitled)'}"
            yield f"    {gap.url}"
        if len(group) > _SHOWN:
            yield f"  and {len(group) - _SHOWN} more; --json has them all"
    yield f"{len(found)} gap{'' if len(found) == 1 else 's'}."


def _print_lines(lines: Iterator[str]) -> None:
    from rich.console import Console  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    console = Console(highlight=False, soft_wrap=True)
    for line in lines:
        console.print(Text(printable(line)))


COMMANDS = (status, gaps)
