"""The command `similar`."""

import json
from contextlib import closing

import click

from archive.invocation import Invocation
from archive.terminal import printable


@click.command()
@click.argument("reference", metavar="ID|KEY|URL")
@click.option("--limit", type=click.IntRange(1, 40), default=10, show_default=True, help="So many articles at most.")
@click.option("--json", "as_json", is_flag=True, help="Print the articles as JSON.")
@click.pass_obj
def similar(invocation: Invocation, reference: str, limit: int, as_json: bool) -> None:
    """List the articles that are most like one: those that share its telling words, in the title above all.

    A score of 1 is the same text, .1 the least that is shown.

    \b
    newsarchive similar http://english.shzj.gov.cn/2017-11/23/c_113228.htm --limit 5
    """
    from archive.db import open_current  # noqa: PLC0415
    from archive.similar.finding import similar as similar_to  # noqa: PLC0415

    with closing(open_current(invocation.database)) as db:
        found = similar_to(db, reference, limit=limit)
    if as_json:
        click.echo(json.dumps([each.as_dict() for each in found], ensure_ascii=False, indent=2))
        return
    for each in found:
        said = f"{each.day or 'no date'}, {each.site}{', of the same family' if each.is_family else ''}"
        click.echo(f"{each.score:.2f}  {printable(each.title or '(untitled)')}  ({said})")
        click.echo(f"      {printable(each.url)}")
        click.echo(f"      {printable(', '.join(each.words))}")
    if not found:
        click.echo("No other article of the archive is like it.")
