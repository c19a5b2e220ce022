"""The command `newsarchive publish`."""

import json
import sys
from pathlib import Path

import click

from archive.invocation import Invocation

_DAMAGED = 4
_SHOWN = 10


@click.command()
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False))
@click.option("--title", metavar="TEXT", help="What Datasette calls it.")
@click.option("--captures", is_flag=True, help="With the WARC files: all that the sites answered, cookies included.")
@click.option("--notes", is_flag=True, help="With the notes on articles, and who wrote them.")
@click.option("--force", is_flag=True, help="Replace what was published to DIRECTORY before.")
@click.option("--json", "as_json", is_flag=True, help="Print what was published as JSON.")
@click.pass_obj
def publish(
    invocation: Invocation, directory: Path, title: str | None, captures: bool, notes: bool, force: bool, as_json: bool
) -> None:  # fmt: skip
    """Write a folder for everyone's eyes: an immutable, compacted database, its images, and Datasette's settings.

    A crawl may go on meanwhile. Left out are working tables, notes, errors of runs, and who corrected what; every page
    of the reading room works without them. What a takedown withdraws later is out of it once it is published again.

    DIRECTORY appears when it is whole. Exit code 4 where an image or a WARC file could not be read: the rest is there.

    \b
    newsarchive publish public --title "Harbour news"
    """
    from archive.holdings import Holdings  # noqa: PLC0415
    from archive.progress import Counting  # noqa: PLC0415
    from archive.publishing.commands import to_publish, to_try  # noqa: PLC0415
    from archive.publishing.writing import Wish  # noqa: PLC0415
    from archive.publishing.writing import publish as publish_wish  # noqa: PLC0415

    wish = Wish(directory, title, notes=notes, captures=captures, force=force)
    with Counting("Publishing") as counting:
        published = publish_wish(Holdings(invocation.database.parent), wish, counting.count)
    commands = {"try": to_try(directory), "publish": to_publish(directory)}
    if as_json:
        click.echo(json.dumps(published.as_dict() | commands, ensure_ascii=False, indent=2))
        sys.exit(_DAMAGED if published.problems else 0)
    for line in published.problems[:_SHOWN]:
        click.echo(line)
    if len(published.problems) > _SHOWN:
        click.echo(f"and {len(published.problems) - _SHOWN:,} more; --json names them all")
    click.echo(
        f"Published {published.articles:,} articles with {published.images:,} images to {directory} "
        f"(the database has {published.bytes / 1e6:,.1f} MB).\n\nTry it:\n  {commands['try']}\n\n"
        f"Put it on the web, for example:\n  {commands['publish']}"
    )
    sys.exit(_DAMAGED if published.problems else 0)
