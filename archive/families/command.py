"""The command `newsarchive families`; what is heavy is imported when it runs, so that `--help` is instant."""

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from archive.invocation import Invocation
from archive.terminal import printable

if TYPE_CHECKING:
    from sqlite_utils import Database

    from archive.families.changes import Changes
    from archive.families.reading import Family, Member

_SHOWN = 50


@click.command()
@click.argument("which", metavar="[SITE|ID|KEY|URL]", required=False)
@click.option("--rebuild", is_flag=True, help="Compare all that is stored again (of SITE: its articles).")
@click.option("--json", "as_json", is_flag=True, help="Print the families as JSON.")
@click.pass_obj
def families(invocation: Invocation, which: str | None, rebuild: bool, as_json: bool) -> None:
    """List stories that stand in the archive more than once: under two ids, reprinted, or in two languages.

    With an article's ID, key or URL: who told its story first, and what each of the others changed. Families are found
    as articles are stored; --rebuild finds them again, and goes on where it was killed.

    \b
    newsarchive families shzj
    newsarchive families http://english.shzj.gov.cn/2017-11/23/c_113228.htm
    newsarchive families --rebuild
    """
    from archive.db import open_archive, open_current  # noqa: PLC0415
    from archive.families.reading import changes_of, family_of  # noqa: PLC0415
    from archive.reader import find_article  # noqa: PLC0415

    with closing(open_archive(invocation.database) if rebuild else open_current(invocation.database)) as db:
        site = which if which is None or _is_site(db, which) else None
        if rebuild and which and site is None:
            raise click.UsageError(f"--rebuild takes a site, and none in the archive is called {which!r}")
        if rebuild:
            _rebuild(db, site)
        elif which and site is None:
            family = family_of(db, find_article(db, which))
            _print_one(family, changes_of(db, family) if family else {}, as_json=as_json)
        if not which or site:
            _print_all(db, site, as_json=as_json)


def _is_site(db: "Database", name: str) -> bool:
    return db.conn.execute("SELECT 1 FROM sites WHERE id = ?", (name,)).fetchone() is not None


def _rebuild(db: "Database", site: str | None) -> None:
    from archive.families.rebuilding import EVERY_SITE, rebuild  # noqa: PLC0415
    from archive.progress import Bar  # noqa: PLC0415

    with Bar(site or "all sites") as bar:
        number = rebuild(db, site or EVERY_SITE, bar.reach)
    click.echo(f"{number:,} article{'' if number == 1 else 's'} compared.", err=True)


def _print_all(db: "Database", site: str | None, *, as_json: bool) -> None:
    from archive.families.reading import families as find  # noqa: PLC0415
    from archive.families.rebuilding import not_compared  # noqa: PLC0415

    found = list(find(db, site))
    if as_json:
        click.echo(json.dumps([family.as_dict() for family in found], ensure_ascii=False, indent=2))
        return
    for family in found[:_SHOWN]:
        _print_lines(_lines(family, {}))
    if len(found) > _SHOWN:
        click.echo(f"and {len(found) - _SHOWN:,} more; --json has them all")
    tellings = sum(len(family.members) for family in found)
    where = f" with an article of {site}" if site else ""
    number = f"{len(found):,} famil{'y' if len(found) == 1 else 'ies'}"
    click.echo(f"{number}{where}: {tellings:,} articles." if found else f"There is no family{where}.")
    left = not_compared(db)
    if left:
        click.echo(f"{left:,} articles are not compared yet. Next: newsarchive families --rebuild")


def _print_one(family: "Family | None", changes: "dict[str, Changes]", *, as_json: bool) -> None:
    if as_json:
        said = family.as_dict() if family else {"first": None, "members": []}
        for member in said["members"]:
            member["changes"] = asdict(changes[member["key"]]) if member["key"] in changes else None
        click.echo(json.dumps(said, ensure_ascii=False, indent=2))
    elif family is None:
        click.echo("This article has no family: no other in the archive tells its story.")
    else:
        _print_lines(_lines(family, changes))


def _lines(family: "Family", changes: "dict[str, Changes]") -> Iterator[str]:
    yield f"{family.first.title or '(untitled)'}"
    for member in family.members:
        yield f"  {_what(member)}  {member.date[:10]}  {member.site} · {member.key}"
        if member.title != family.first.title:
            yield f"    {member.title or '(untitled)'}"
        yield f"    {member.url}"
        if member.key in changes:
            yield f"    {_said_of(changes[member.key])}"


def _what(member: "Member") -> str:
    alike = f" {member.similarity:.0%}" if member.kind in ("same", "reprint") and member.similarity is not None else ""
    return f"{member.kind}{alike}"


def _said_of(changes: "Changes") -> str:
    counts = (
        (changes.kept, "kept"), (changes.changed, "changed"), (changes.left_out, "left out"), (changes.added, "added"),
    )  # fmt: skip
    said = [f"{number} {name}" for number, name in counts if number]
    return f"sentences: {', '.join(said)}{'; another title' if changes.title_changed else ''}"


def _print_lines(lines: Iterator[str]) -> None:
    from rich.console import Console  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    console = Console(highlight=False, soft_wrap=True)
    for line in lines:
        console.print(Text(printable(line)))


COMMANDS = (families,)
