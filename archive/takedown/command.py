"""`newsarchive takedown`."""

import json
import sys
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING

import click

from archive.invocation import Invocation
from archive.terminal import printable

if TYPE_CHECKING:
    from archive.holdings import Holdings
    from archive.takedown.reach import Reach


@click.command()
@click.argument("reference", metavar="ID|KEY|URL", required=False)
@click.option("--reason", metavar="TEXT", help="Why; kept in the archive and in the tombstones.")
@click.option("--dry-run", is_flag=True, help="Only show what would go.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--finish", "finish_only", is_flag=True, help="Finish what a takedown that was killed left.")
@click.option("--json", "as_json", is_flag=True, help="Print what went as JSON.")
@click.pass_obj
def takedown(
    invocation: Invocation, reference: str | None, reason: str | None, dry_run: bool, yes: bool, finish_only: bool,
    as_json: bool,
) -> None:  # fmt: skip
    """Withdraw an article for good: all its versions, captions, captures and images; a tombstone stays.

    Nothing of its text and pictures is left in any file of the workspace, unless another article shows the same. The
    captures of listings keep its headline, and backups what they have. A crawl, an import or a re-reading does not
    bring it back. No run may be at work meanwhile: exit code 3.

    \b
    newsarchive takedown w3ydfadbmk5xq2ab --reason "court order of 3 May" --dry-run
    """
    from archive.holdings import Holdings  # noqa: PLC0415
    from archive.takedown.withdrawing import finish  # noqa: PLC0415

    holdings = Holdings(invocation.database.parent)
    if finish_only:
        with _every_lock(holdings):
            number = finish(holdings)
        click.echo(f"Finished {number} takedown{'' if number == 1 else 's'}." if number else "Nothing was left to do.")
        return
    if reference is None or (not reason and not dry_run):
        raise click.UsageError("say which article and why: newsarchive takedown KEY --reason TEXT")
    with _every_lock(holdings):
        reach = _reach(holdings, reference)
        if dry_run or not as_json:
            _print(reach, as_json=as_json)
        if dry_run:
            return
        _confirm(yes)
        _withdraw(holdings, reach, reason or "")
        finish(holdings)
    if as_json:
        _print(reach, as_json=True)
    else:
        click.echo("Withdrawn. Backups and exports made before keep what they have.")


def _every_lock(holdings: "Holdings") -> ExitStack:
    """Hold the locks of all sites: the database is written anew, for which no writer waits long enough."""
    from archive.db import open_current  # noqa: PLC0415
    from archive.lock import SiteLock  # noqa: PLC0415

    holdings.make()
    with closing(open_current(holdings.database)) as db:
        sites = [row[0] for row in db.conn.execute("SELECT id FROM sites ORDER BY id")]
    with ExitStack() as stack:
        for site_id in sites:
            stack.enter_context(SiteLock(holdings, site_id))
        return stack.pop_all()


def _reach(holdings: "Holdings", reference: str) -> "Reach":
    from archive.db import open_archive  # noqa: PLC0415
    from archive.reader import read_article  # noqa: PLC0415
    from archive.takedown.reach import reach_of  # noqa: PLC0415

    with closing(open_archive(holdings.database)) as db:
        return reach_of(db, holdings, read_article(db, reference).row["id"])


def _withdraw(holdings: "Holdings", reach: "Reach", reason: str) -> None:
    from archive.db import open_archive  # noqa: PLC0415
    from archive.takedown.withdrawing import withdraw  # noqa: PLC0415

    with closing(open_archive(holdings.database)) as db:
        withdraw(db, reach, reason)


def _confirm(yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise click.UsageError("this cannot be undone: give --yes where nobody can be asked")
    click.confirm("This cannot be undone. Withdraw it?", abort=True)


def _print(reach: "Reach", *, as_json: bool) -> None:
    from archive.takedown.reach import as_dict, lines_of  # noqa: PLC0415

    if as_json:
        click.echo(json.dumps(as_dict(reach), ensure_ascii=False, indent=2))
        return
    for line in lines_of(reach):
        click.echo(printable(line))
