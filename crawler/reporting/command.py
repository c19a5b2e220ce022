"""The commands `failures`, `retry`, `runs` and `notify`."""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import click

from archive.model import utc_now
from archive.spans import minute, since, span, until
from archive.terminal import printable

if TYPE_CHECKING:
    from rich.table import Table

    from archive.failures import Failure, MadeDue
    from archive.history import RunDetail, RunRow
    from archive.notices import Notice
    from crawler.workspace import Workspace

_SHOWN = 50


class _Invocation(Protocol):
    @property
    def database(self) -> Path: ...

    @property
    def workspace(self) -> "Callable[[], Workspace]": ...


@click.command()
@click.argument("site", required=False)
@click.option("--cause", metavar="CAUSE", help="Only what fails by this cause, such as http-500 or timeout.")
@click.option("--json", "as_json", is_flag=True, help="Print the failures as JSON.")
@click.pass_obj
def failures(invocation: _Invocation, site: str | None, cause: str | None, as_json: bool) -> None:
    """List every URL that failed when it was last tried: the cause, how often in a row, and when it is due again.

    Each is tried again by itself, ever more rarely; `newsarchive retry` makes them due at once. Times are UTC.

    \b
    newsarchive failures shzj --cause timeout
    """
    from archive.causes import explain  # noqa: PLC0415
    from archive.db import open_current  # noqa: PLC0415
    from archive.failures import find_failures  # noqa: PLC0415

    with closing(open_current(invocation.database)) as db:
        found = find_failures(db, site, cause)
        others = () if found else sorted({failure.cause for failure in find_failures(db, site)})
    if as_json:
        _print_json([failure.as_dict() | {"meaning": explain(failure.cause)} for failure in found])
    elif found:
        _print_lines(_failure_lines(found))
    elif others:
        click.echo(f"Nothing fails by the cause {cause}; there are: {', '.join(others)}")
    else:
        click.echo("Nothing fails: all that was tried last could be had.")


@click.command()
@click.argument("names", nargs=-1, metavar="[SITE|URL]...")
@click.option("--cause", metavar="CAUSE", help="Only what failed, or was skipped, by this cause.")
@click.option("--json", "as_json", is_flag=True, help="Print how many are due now as JSON.")
@click.pass_obj
def retry(invocation: _Invocation, names: tuple[str, ...], cause: str | None, as_json: bool) -> None:
    """Make what failed due now, so that the next crawl tries it; nothing is fetched yet.

    Without a name, the failures of every site. A URL is made due whatever is known of it; an image by the articles
    that show it. Exit code 3 where another run holds a site.

    \b
    newsarchive retry shzj --cause timeout
    """
    from archive.db import open_current  # noqa: PLC0415

    workspace = invocation.workspace()
    with closing(open_current(workspace.holdings.database)) as db:
        chosen = _chosen(db, names)
    done, refusals = _make_due(workspace, chosen, cause or "")
    if as_json:
        _print_json(asdict(done))
    else:
        click.echo(_due_line(done))
    for refusal in refusals:
        click.echo(f"newsarchive: {refusal}", err=True)
    sys.exit(max((refusal.exit_code for refusal in refusals), default=0))


@click.command()
@click.argument("run_id", metavar="[ID]", type=click.IntRange(min=1), required=False)
@click.option("--site", metavar="SITE", help="Only the runs of this site.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=20, show_default=True, help="So many runs.")
@click.option("--json", "as_json", is_flag=True, help="Print the runs as JSON.")
@click.pass_obj
def runs(invocation: _Invocation, run_id: int | None, site: str | None, limit: int, as_json: bool) -> None:
    """List the last runs with their sums, or show one in detail: its failures by cause, its events, its problems.

    Sums are of articles: discovered = stored + unchanged + skipped + failed + pending. Times are UTC.

    \b
    newsarchive runs --site shzj --limit 5
    """
    from archive.db import open_current  # noqa: PLC0415
    from archive.history import read_run, read_runs  # noqa: PLC0415

    with closing(open_current(invocation.database)) as db:
        detail = read_run(db, run_id) if run_id else None
        found = () if detail else read_runs(db, site, limit)
    if as_json:
        _print_json(_with_meanings(detail) if detail else [run.as_dict() for run in found])
    elif detail:
        _print_lines(_detail_lines(detail))
    elif found:
        _print_table(_run_table(found))
    else:
        click.echo("There has been no run yet. Next: newsarchive crawl SITE")


@click.command()
@click.option("--test", "is_test", is_flag=True, help="Send a test message to every address of [notify] urls.")
@click.option("--limit", type=click.IntRange(0, 100_000), default=20, show_default=True, help="So many that are over.")
@click.option("--json", "as_json", is_flag=True, help="Print the notices as JSON.")
@click.pass_obj
def notify(invocation: _Invocation, is_test: bool, limit: int, as_json: bool) -> None:
    """List what was told through [notify] in newsarchive.toml, once a problem: since when, told when, over when.

    Messages are sent at the end of a crawl. Exit code 1 where a test message was not taken.

    \b
    newsarchive notify --test
    """
    from archive.db import open_current  # noqa: PLC0415
    from archive.notices import read_notices  # noqa: PLC0415

    workspace = invocation.workspace()
    if is_test:
        sys.exit(_send_test(workspace))
    with closing(open_current(workspace.holdings.database)) as db:
        found = read_notices(db, ended=limit)
    if as_json:
        _print_json([notice.as_dict() for notice in found])
    elif found:
        _print_table(_notice_table(found))
    else:
        click.echo(_nothing_told(workspace))


def _chosen(db: Any, names: Sequence[str]) -> dict[str, list[str]]:
    """Return by site the URLs that are named, none where all of its failures are meant; raises NotFoundError."""
    from archive.failures import refuse_unknown, sites_of  # noqa: PLC0415
    from archive.identity import normalise  # noqa: PLC0415

    if not names:
        return {site: [] for (site,) in db.conn.execute("SELECT id FROM sites ORDER BY id")}
    chosen: dict[str, list[str]] = {}
    for name in names:
        if "://" not in name:
            refuse_unknown(db, name)
            chosen[name] = []
            continue
        url = normalise(name)
        for site in sites_of(db, url):
            # A site that is named as a whole stays so.
            if chosen.get(site) != []:
                chosen.setdefault(site, []).append(url)
    return chosen


def _make_due(workspace: "Workspace", chosen: dict[str, list[str]], cause: str) -> "tuple[MadeDue, list[Any]]":
    """Make failures due under their sites' locks; return how many, and who was refused."""
    from archive.db import open_archive  # noqa: PLC0415
    from archive.errors import LockedError  # noqa: PLC0415
    from archive.failures import MadeDue, make_due  # noqa: PLC0415
    from archive.lock import SiteLock  # noqa: PLC0415

    done, refusals = MadeDue(), []
    workspace.holdings.make()
    with closing(open_archive(workspace.holdings.database)) as db:
        for site, urls in chosen.items():
            try:
                with SiteLock(workspace.holdings, site):
                    done += make_due(db, site, utc_now(), urls=urls, cause=cause)
            except LockedError as error:
                refusals.append(error)
    return done, refusals


def _send_test(workspace: "Workspace") -> int:
    from archive.errors import UsageError  # noqa: PLC0415
    from crawler.reporting.sending import send  # noqa: PLC0415

    urls = workspace.config.notify.urls
    if not urls:
        raise UsageError(f"[notify] urls in {workspace.root / 'newsarchive.toml'} is empty; name a service there")
    failed = send(urls, "newsarchive: a test", f"Problems of {workspace.root.absolute()} will be told here.")
    for line in failed:
        click.echo(f"newsarchive: {line}", err=True)
    click.echo(f"{len(urls) - len(failed)} of {len(urls)} services took the test message.")
    return 1 if failed else 0


def _nothing_told(workspace: "Workspace") -> str:
    if not workspace.config.notify.urls:
        return "Nobody is told of problems: [notify] urls in newsarchive.toml is empty. See `newsarchive status`."
    return "Nothing was wrong so far. To try the addresses: newsarchive notify --test"


def _failure_lines(found: "Sequence[Failure]") -> Iterator[str]:
    from archive.causes import explain  # noqa: PLC0415
    from archive.failures import by_cause  # noqa: PLC0415

    now = utc_now()
    for (site, cause), group in by_cause(found):
        yield f"{site}: {len(group)} × {cause}: {explain(cause)}"
        for failure in group[:_SHOWN]:
            times = "failed once" if failure.failures == 1 else f"failed {failure.failures} times in a row"
            due = f", due {until(failure.due_at, now)}" if failure.due_at and failure.kind == "article" else ""
            first = f" since {minute(failure.first_tried)}" if failure.failures > 1 else ""
            yield f"  {failure.kind} {failure.url}"
            yield f"    {times}{first}, last tried {minute(failure.last_tried)} ({since(failure.last_tried, now)}){due}"
        if len(group) > _SHOWN:
            yield f"  and {len(group) - _SHOWN} more; --json has them all"
    names = " ".join(sorted({failure.site for failure in found}))
    yield f"{len(found)} failing URL{'' if len(found) == 1 else 's'}. To try them now: newsarchive retry {names}"


def _due_line(done: "MadeDue") -> str:
    if not done.total:
        return "Nothing to retry: nothing of that fails."
    numbers = ((done.articles, "article"), (done.images, "image"), (done.sections, "section"))
    said = ", ".join(f"{number} {word}{'' if number == 1 else 's'}" for number, word in numbers if number)
    hosts = f" Hosts that were left alone and may be asked again: {done.hosts}." if done.hosts else ""
    return f"Due now: {said}.{hosts} Next: newsarchive crawl --due"


def _run_table(found: "Sequence[RunRow]") -> "Table":
    from rich.table import Table  # noqa: PLC0415

    from archive.history import OUTCOMES  # noqa: PLC0415

    table = Table(title="Runs", title_justify="left")
    for name in ("run", "site", "started", "state"):
        table.add_column(name, justify="right" if name == "run" else "left")
    for name in ("discovered", *OUTCOMES, "requests", "MB", "took"):
        table.add_column(name, justify="right")
    for run in found:
        sums = (str(getattr(run, name)) for name in ("discovered", *OUTCOMES, "requests"))
        table.add_row(str(run.id), run.site, minute(run.started), run.state, *sums, _megabytes(run), _took(run))
    return table


def _detail_lines(detail: "RunDetail") -> Iterator[str]:
    from archive.causes import explain  # noqa: PLC0415
    from archive.history import OUTCOMES  # noqa: PLC0415

    run = detail.run
    yield f"Run {run.id} of {run.site}: {run.state}"
    yield f"  started    {minute(run.started)}, took {_took(run) or 'until now'}"
    yield f"  fetched    {run.requests} responses, {_megabytes(run)} MB"
    yield f"  articles   {run.discovered} = {' + '.join(f'{getattr(run, name)} {name}' for name in OUTCOMES)}"
    if run.error:
        yield f"  error      {run.error}"
    if run.chain:
        yield f"  chain      {run.chain}"
    for cause in detail.causes:
        yield f"  {cause.state:<10} {cause.number} × {cause.kind} {cause.cause}: {explain(cause.cause)}"
    if detail.events:
        yield f"  events     {', '.join(f'{number} {kind}' for kind, number in detail.events.items())}"
    for name in detail.problems:
        yield f"  problem    {name}; see: newsarchive status {run.site}"
    for name in detail.resolved:
        yield f"  over       {name}"


def _with_meanings(detail: "RunDetail") -> dict[str, Any]:
    from archive.causes import explain  # noqa: PLC0415

    said = detail.as_dict()
    return said | {"causes": [cause | {"meaning": explain(cause["cause"])} for cause in said["causes"]]}


def _notice_table(found: "Sequence[Notice]") -> "Table":
    from rich.table import Table  # noqa: PLC0415

    table = Table(title="Notices", title_justify="left")
    for name in ("site", "since", "told", "over", "what"):
        table.add_column(name)
    for notice in found:
        told, over = minute(notice.sent_at) or "not yet", minute(notice.ended_at) or "no"
        table.add_row(notice.site, minute(notice.first_seen), told, over, printable(notice.said))
    return table


def _megabytes(run: "RunRow") -> str:
    return f"{run.bytes / 1e6:.1f}"


def _took(run: "RunRow") -> str:
    return "" if run.seconds is None else span(run.seconds)


def _print_json(said: Any) -> None:
    click.echo(json.dumps(said, ensure_ascii=False, indent=2))


def _print_table(table: "Table") -> None:
    from rich.console import Console  # noqa: PLC0415

    Console(highlight=False, width=None if sys.stdout.isatty() else 160).print(table)


def _print_lines(lines: Iterator[str]) -> None:
    for line in lines:
        click.echo(printable(line))


COMMANDS = (failures, retry, runs, notify)
