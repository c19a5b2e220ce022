"""The command `newsarchive import`; what is heavy is imported when it runs, so that `--help` is instant."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import click

from archive.terminal import printable

if TYPE_CHECKING:
    from crawler.importing.run import Progress
    from crawler.importing.work import Report
    from crawler.workspace import Workspace

_MOST_NAMED = 20


class _Invocation(Protocol):
    def workspace(self) -> "Workspace": ...


@click.command("import")
@click.argument("paths", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
@click.option("--site", "site_id", metavar="ID", help="Take all pages for this site's, whatever their hosts.")
@click.option("--only-known", is_flag=True, help="Leave out pages of hosts that no definition in sites/ names.")
@click.option("--articles-only", is_flag=True, help="Keep articles and pictures; leave listings, scripts … out.")
@click.option("-j", "--jobs", type=click.IntRange(1, 256), help="Processes that read pages; default: one a processor.")
@click.option("--json", "as_json", is_flag=True, help="Print the sums as JSON.")
@click.pass_obj
def import_files(
    invocation: _Invocation,
    paths: tuple[Path, ...],
    site_id: str | None,
    only_known: bool,
    articles_only: bool,
    jobs: int | None,
    as_json: bool,
) -> None:  # fmt: skip
    """Take in what other tools have captured, with its time, and store the articles that are in it.

    A FILE is a WARC or ARC file (plain, or packed with gzip or Zstandard), a WACZ, a folder of saved pages or of such
    files, or another newsarchive workspace. Every record becomes this archive's own evidence; each once, however often
    it is imported. Pages of a defined site are read with its definition; others stand under sites named by their
    hosts. Nothing is fetched. Killed in the middle, the command is simply given again.

    What is damaged is read as far as it can be, and named with its offset; exit code 1 then, 3 where another run holds
    a site (give the command again after it).

    \b
    newsarchive import crawl.warc.gz
    newsarchive import collection.wacz --only-known
    newsarchive import saved-pages/ --site shzj
    newsarchive import ../old-archive
    """
    from crawler.importing.intake import Filter  # noqa: PLC0415
    from crawler.importing.work import Order, run_import  # noqa: PLC0415

    missing = next((path for path in paths if not path.exists()), None)
    if missing is not None:
        raise click.UsageError(f"{missing}: no such file or folder; check the path")
    order = Order(paths, site_id, Filter(only_known, articles_only), jobs or min(os.cpu_count() or 1, 8))
    report = run_import(invocation.workspace(), order, _progress())
    if as_json:
        click.echo(json.dumps(report.as_dict(), ensure_ascii=False, indent=2))
    else:
        for line in lines_of(report):
            click.echo(printable(line))
    _complain(report)
    sys.exit(report.exit_code)


def lines_of(report: "Report") -> Iterator[str]:
    """Yield what is said of an import to people."""
    if not report.files:
        yield "Nothing to import was found."
        return
    types = ", ".join(f"{number:,} {name}" for name, number in report.types.most_common())
    yield f"Files: {len(report.files):,}. Records: {report.types.total():,}" + (f" ({types})." if types else ".")
    yield f"New in the archive: {report.new.total():,}, known before: {report.known:,}."
    articles = report.read.articles
    yield (
        f"Articles: {articles['new']:,} new, {articles['changed']:,} new versions, {articles['unchanged']:,} unchanged."
    )
    if report.read.pages:
        yield f"Pages that are no articles: {_listed(report.read.pages)}."
    if report.read.absences:
        yield f"Answers that an article is not there: {report.read.absences:,}."
    if report.waiting:
        yield f"Revisits whose original is in no file so far: {report.waiting:,}; they are kept and wait for it."
    if report.skipped:
        yield f"Left out by rule: {_listed(report.skipped)}."
    for left in report.left:
        if not left.is_damage:
            yield f"Not imported of {left.name}: {left.reason}."


def _listed(counts: "dict[str, int]") -> str:
    return ", ".join(f"{number:,} {name}" for name, number in sorted(counts.items(), key=lambda item: -item[1]))


def _complain(report: "Report") -> None:
    """Name what could not be read, a line each."""
    named = [f"{left.name}: {left.reason}" for left in report.left if left.is_damage]
    named += [f"{name}, offset {at:,}: {reason}" for name, at, reason in report.damages]
    for line in named[:_MOST_NAMED]:
        click.echo(f"newsarchive: {printable(line)}", err=True)
    if len(named) > _MOST_NAMED:
        click.echo(f"newsarchive: {len(named) - _MOST_NAMED:,} more; --json names all", err=True)
    for line in report.read.locked:
        click.echo(f"newsarchive: {line}", err=True)


def _progress() -> "Progress":
    """Return what shows how far an import is: a bar on a terminal, nothing elsewhere."""
    from crawler.importing.run import silent  # noqa: PLC0415

    if not sys.stderr.isatty():
        return silent

    @contextmanager
    def shown(name: str, size: int) -> Iterator[Callable[[int], None]]:
        from rich.console import Console  # noqa: PLC0415
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

        columns = (TextColumn("{task.description}", markup=False), BarColumn(), TimeRemainingColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task(printable(name), total=size or None)
            yield lambda done: bar.advance(task, done)

    return shown
