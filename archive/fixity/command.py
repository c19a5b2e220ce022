"""`newsarchive verify`."""

import json
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import click

from archive.invocation import Invocation
from archive.terminal import printable

if TYPE_CHECKING:
    from archive.fixity.verifying import Verification

_ATTENTION = 4
_SHOWN = 20


@click.command()
@click.option("--sample", type=click.IntRange(min=1), help="Only so many files, those verified longest ago first.")
@click.option("--site", metavar="ID", help="Only this site's files, versions and articles.")
@click.option("--json", "as_json", is_flag=True, help="Print what was verified as JSON.")
@click.pass_obj
def verify(invocation: Invocation, sample: int | None, site: str | None, as_json: bool) -> None:
    """Check that the archive still is what it was: every file and record against its digest, the database whole.

    The database is copied first (so much room is needed beside it) and checked as of that moment; a crawl may go on.
    What was verified when is kept in the archive. Exit code 4 where something is damaged: each is named, with what to
    do about it.

    \b
    newsarchive verify
    newsarchive verify --sample 500
    """
    from archive.db import open_current  # noqa: PLC0415
    from archive.failures import refuse_unknown  # noqa: PLC0415
    from archive.fixity.verifying import verify as verify_archive  # noqa: PLC0415
    from archive.holdings import Holdings  # noqa: PLC0415
    from archive.progress import Counting  # noqa: PLC0415

    with closing(open_current(invocation.database)) as db:
        refuse_unknown(db, site)
    with Counting("Verifying") as counting:
        found = verify_archive(
            Holdings(invocation.database.parent), sample=sample, site_id=site, progress=counting.count
        )
    if as_json:
        click.echo(json.dumps(found.as_dict(), ensure_ascii=True, indent=2))
    else:
        _print(found)
    sys.exit(_ATTENTION if found.damages else 0)


def _print(found: "Verification") -> None:
    for damage in found.damages:
        click.echo(printable(f"{damage.line}\n    {damage.advice}"))
    for name in found.orphans[:_SHOWN]:
        click.echo(f"harmless: {printable(name)} is named by no row")
    if len(found.orphans) > _SHOWN:
        click.echo(f"harmless: {len(found.orphans) - _SHOWN:,} more files are named by no row")
    checked = found.checked
    click.echo(
        f"Verified {checked['images']:,} images, {checked['captures']:,} captures ({checked['bytes']:,} bytes), "
        f"{checked['versions']:,} versions and the database."
    )
    if found.chain.head:
        run = f"; it has the head of run {found.chain.run}" if found.chain.run else ""
        click.echo(f"The chain holds {found.chain.captures:,} captures up to {found.chain.head[:16]}{run}.")
    number = len(found.damages)
    click.echo(f"{number:,} damage{'' if number == 1 else 's'} found." if number else "Everything is as it was.")
