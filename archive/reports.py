"""The commands that say how an archive stands: status, gaps."""

import datetime as dt
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import TYPE_CHECKING

import click

from archive.invocation import Invocation
from archive.model import timestamp, utc_now
from archive.spans import minute, since, until
from archive.terminal import printable

if TYPE_CHECKING:
    from rich.table import Table

    from archive.gaps import Gap
    from archive.health import Problem
    from archive.hosts import HostRow
    from archive.status import SiteStatus

_ATTENTION = 4
_SHOWN = 50


@click.command()
@click.argument("site", required=False)
@click.option("--fields", is_flag=True, help="Also show by which rules the fields of the last run were read.")
@click.option("--json", "as_json", is_flag=True, help="Print the status as JSON.")
@click.option("--prometheus", is_flag=True, help="Print the figures of all sites in Prometheus' text format.")
@click.pass_obj
def status(invocation: Invocation, site: str | None, fields: bool, as_json: bool, prometheus: bool) -> None:
    """Show how each site stands: its last good run, what is due next, what fails, and what is wrong.

    A problem is a shift in how a field is read that nothing in the site's past explains: it shows an old and a new
    page beside each other. It goes away by itself when a later run, or reextract, is well again.

    Exit code 4 where a problem is open. Times are UTC.

    \b
    newsarchive status
    newsarchive status shzj --fields
    """
    from archive.db import open_current  # noqa: PLC0415
    from archive.hosts import resting  # noqa: PLC0415
    from archive.metrics import prometheus_text  # noqa: PLC0415
    from archive.status import read_status  # noqa: PLC0415

    if prometheus and (site or fields or as_json):
        raise click.UsageError("--prometheus prints all sites and goes with nothing else")
    with closing(open_current(invocation.database)) as db:
        sites = read_status(db, site, invocation.defined)
        hosts = resting(db)
        if prometheus:
            click.echo(prometheus_text(db, invocation.database), nl=False)
    if as_json:
        click.echo(json.dumps([each.as_dict() for each in sites], ensure_ascii=False, indent=2))
    elif not prometheus:
        _print_status(sites, fields=fields)
        _print_lines(_host_lines(hosts))
    sys.exit(_ATTENTION if any(each.problems for each in sites) else 0)


@click.command()
@click.argument("site", required=False)
@click.option("--section", metavar="KEY", help="Only this section.")
@click.option("--json", "as_json", is_flag=True, help="Print the gaps as JSON.")
@click.pass_obj
def gaps(invocation: Invocation, site: str | None, section: str | None, as_json: bool) -> None:
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
    if not any(site.last_run for site in sites):
        console.print("Nothing has been crawled yet. Next: newsarchive crawl SITE")
        return
    console.print(_table(sites))
    for site in sites:
        if fields and site.fields:
            console.print(_field_table(site))
    _print_lines(line for site in sites for line in _lines_of(site))


def _table(sites: "Sequence[SiteStatus]") -> "Table":
    from rich.table import Table  # noqa: PLC0415

    now = utc_now()
    table = Table(title=f"Sites at {minute(timestamp(now))} UTC", title_justify="left")
    for name in ("site", "last good run", "last run", "next due"):
        table.add_column(name)
    for name in ("articles", "failing", "pending"):
        table.add_column(name, justify="right")
    table.add_column("problems")
    for site in sites:
        table.add_row(site.site, *_runs_of(site, now), *_sums_of(site))
    return table


def _runs_of(site: "SiteStatus", now: dt.datetime) -> tuple[str, str, str]:
    good, last = site.last_good, site.last_run
    finished = f"{minute(good.finished)}, {since(good.finished, now)}" if good and good.finished else "never"
    state = f"{last.id}: {last.state}" if last else "none"
    due = "now" if last is None else "not scheduled"
    return finished, state, until(site.next_due, now) if site.next_due else due


def _sums_of(site: "SiteStatus") -> tuple[str, ...]:
    problems = ", ".join(problem.name for problem in site.problems) or "none"
    gone = f" ({site.gone} gone)" if site.gone else ""
    return f"{site.articles}{gone}", str(sum(site.failures.values())), str(site.pending), problems


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


def _lines_of(site: "SiteStatus") -> Iterator[str]:
    if site.last_run and site.last_run.error:
        yield f"{site.site}: run {site.last_run.id}: {site.last_run.error}"
    if site.failures:
        causes = ", ".join(f"{number} × {cause}" for cause, number in site.failures.items())
        yield f"{site.site}: failing: {causes}. Next: newsarchive failures {site.site}"
    for problem in site.problems:
        yield from _problem_lines(problem)


def _host_lines(hosts: "Sequence[HostRow]") -> Iterator[str]:
    for host in hosts:
        why = f" ({host.cause})" if host.cause else ""
        yield f"{host.origin} is left alone until {minute(host.retry_at)}{why}"


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
