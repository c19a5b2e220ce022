"""The command `newsarchive reextract`; what is heavy is imported when it runs, so that `--help` is instant."""

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Protocol

import click

from archive.terminal import printable

if TYPE_CHECKING:
    from crawler.reextracting.work import SiteReport
    from crawler.workspace import Workspace

_DAMAGED = 4
_MOST_NAMED = 10


class _Invocation(Protocol):
    def workspace(self) -> "Workspace": ...


@click.command()
@click.argument("sites", nargs=-1, metavar="[SITE]...")
@click.option("--write", is_flag=True, help="Write what changes; without it, it is only shown.")
@click.option("--section", metavar="KEY", help="Only articles that stand in this section.")
@click.option("--json", "as_json", is_flag=True, help="Print the changes as JSON.")
@click.pass_obj
def reextract(invocation: _Invocation, sites: tuple[str, ...], write: bool, section: str | None, as_json: bool) -> None:
    """Read stored articles again from their captures, with today's parser and definition.

    Without SITE, every site that has articles in the archive. Nothing is fetched, no version, event or alert is made:
    the fields of versions are replaced, and what they were is on record. Values that a hand has set stay. Killed in
    the middle, it is simply given again.

    Exit code 3 where another run holds the site, 4 where a capture cannot be read.

    \b
    newsarchive reextract shzj
    newsarchive reextract shzj --write
    """
    from archive.progress import Bar  # noqa: PLC0415
    from crawler.reextracting.work import Reextraction  # noqa: PLC0415

    workspace = invocation.workspace()
    reports = []
    for site_id in sites or _stored_sites(workspace):
        work = Reextraction(workspace, workspace.site(site_id), section, write)
        with Bar(site_id) as bar:
            reports.append(work.run(bar.reach))
    if as_json:
        click.echo(json.dumps([asdict(report) for report in reports], ensure_ascii=False, indent=2))
    else:
        _print(reports)
    sys.exit(_DAMAGED if any(report.unreadable for report in reports) else 0)


def _stored_sites(workspace: "Workspace") -> Sequence[str]:
    """Return the sites that have articles; one without a definition can be read no more, and is named."""
    from contextlib import closing  # noqa: PLC0415

    from archive.db import open_archive  # noqa: PLC0415

    with closing(open_archive(workspace.holdings.database, readonly=True)) as db:
        stored = [row[0] for row in db.conn.execute("SELECT DISTINCT site_id FROM articles ORDER BY site_id")]
    defined = workspace.site_ids()
    for site_id in stored:
        if site_id not in defined:
            click.echo(
                f"newsarchive: {site_id} is left out: no definition of it is in {workspace.sites_folder}", err=True
            )
    return [site_id for site_id in stored if site_id in defined]


def _print(reports: Sequence["SiteReport"]) -> None:
    from rich.console import Console  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    console = Console(highlight=False, soft_wrap=True)
    if not any(report.articles for report in reports):
        console.print("There is no stored article to read again; `newsarchive crawl` stores some.")
    for report in reports:
        if report.articles:
            for line in _lines(report):
                console.print(Text(printable(line)))


def _lines(report: "SiteReport") -> Iterator[str]:
    """Yield what is said of a site."""
    sums = f"{report.articles} articles in {report.versions} versions read again"
    if not report.changed:
        yield f"{report.site}: {sums}, none says anything else."
    else:
        yield f"{report.site}: {sums}, {report.changed} articles {'changed' if report.written else 'would change'}."
    if report.made_equal:
        yield f"  {report.made_equal} versions say now what an earlier one says; they keep their numbers."
    for name, changes in sorted(report.fields.items(), key=lambda item: -item[1].articles):
        yield f"  {name}: {changes.articles} articles"
        for example in changes.examples:
            yield f"    {example.url}, version {example.version}"
            yield f"      - {example.before or '(empty)'}"
            yield f"      + {example.after or '(empty)'}"
    for problem in report.unreadable[:_MOST_NAMED]:
        yield f"  not read: {problem}"
    if len(report.unreadable) > _MOST_NAMED:
        yield f"  not read: {len(report.unreadable) - _MOST_NAMED} more"
    if report.changed and not report.written:
        yield f"Nothing was written. Next: newsarchive reextract {report.site} --write"
