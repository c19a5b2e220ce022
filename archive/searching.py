"""The commands of search: search, reindex."""

import csv
import datetime as dt
import json
import re
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import click

from archive.invocation import Invocation
from archive.terminal import printable

if TYPE_CHECKING:
    from rich.console import Console

    from archive.search import Answer, Facets


_DAY = click.DateTime(["%Y-%m-%d"])
_COLUMNS = ("id", "key", "site", "day", "updated", "title", "source", "url", "score", "exact", "snippet")
_BAR = 24


@click.command()
@click.argument("query", nargs=-1)
@click.option("--site", metavar="ID", help="Only this site.")
@click.option("--section", metavar="KEY", help="Only articles that stand in this section.")
@click.option("--since", type=_DAY, help="Only from this day on.")
@click.option("--until", type=_DAY, help="Only up to this day, inclusive.")
@click.option("--sort", type=click.Choice(["relevance", "newest"]), default="relevance", show_default=True)
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True)
@click.option("--facets", is_flag=True, help="Also count sites, sections, languages, sources, years and months.")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@click.option("--csv", "as_csv", is_flag=True, help="Print the hits as CSV.")
@click.pass_obj
def search(
    invocation: Invocation,
    query: tuple[str, ...],
    site: str | None,
    section: str | None,
    since: dt.datetime | None,
    until: dt.datetime | None,
    sort: str,
    limit: int,
    facets: bool,
    as_json: bool,
    as_csv: bool,
) -> None:
    """Search titles, text, captions, sources and bylines, in any language and script.

    All words must occur, in any of their forms; words in quotes must stand together. -word leaves out, OR joins
    alternatives, word* finds what begins so, `a near b` what stands close; title: caption: source: byline: look in one
    field; site: section: lang: date:2017..2018-03 updated: is:changed is:gone has:image has:pdf narrow. Any text is a
    valid query; what cannot be understood is taken as words, and said.

    \b
    newsarchive search '"quality supervision" shanghai' --since 2016-01-01
    newsarchive search 'title:harbour -ferry date:2017..2018-03' --facets
    """
    from archive.db import open_current  # noqa: PLC0415
    from archive.search import Filters, ask  # noqa: PLC0415

    if as_json and as_csv:
        raise click.UsageError("--json and --csv are two ways to print one answer; give one of them")
    text = " ".join(query)
    filters = Filters(site, section, since.date() if since else None, until.date() if until else None)
    with closing(open_current(invocation.database)) as db:
        answer = ask(db, text, filters, sort="newest" if sort == "newest" else "relevance", limit=limit, facets=facets)
    if as_json:
        click.echo(json.dumps(answer.as_dict(), ensure_ascii=False, indent=2))
    elif as_csv:
        _print_csv(answer)
    else:
        _print_answer(text, filters != Filters(), answer)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON.")
@click.pass_obj
def reindex(invocation: Invocation, as_json: bool) -> None:
    """Bring the index of an older archive into today's form, and count its words again.

    It may be cut at any moment and goes on where it was; meanwhile the archive can be searched and crawled into.

    \b
    newsarchive reindex --json
    """
    from archive.db import open_archive  # noqa: PLC0415
    from archive.progress import Bar  # noqa: PLC0415
    from archive.reindex import reindex as bring_up_to_date  # noqa: PLC0415
    from archive.reindex import waiting  # noqa: PLC0415
    from archive.words import count_words  # noqa: PLC0415

    with closing(open_archive(invocation.database)) as db, Bar("articles", waiting(db)) as bar:
        done = bring_up_to_date(db, bar.advance)
        words = count_words(db)
    if as_json:
        click.echo(json.dumps({"articles": done, "words": words}))
    elif done:
        click.echo(f"{done:,} articles stand in the index as this release has them; it has {words:,} words.")
    else:
        click.echo(f"The index has today's form already; it has {words:,} words.")


def _print_csv(answer: "Answer") -> None:
    writer = csv.DictWriter(sys.stdout, _COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(hit.as_dict() for hit in answer.hits)


def _print_answer(text: str, filtered: bool, answer: "Answer") -> None:
    from rich.console import Console  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    console = Console(highlight=False, soft_wrap=True)
    _say_beside(text, answer)
    if not answer.hits:
        console.print(Text(_nothing(text, filtered)))
    for hit in answer.hits:
        head = Text(printable(hit.title or "(untitled)"), style="bold")
        console.print(head.append(f"  {hit.day or 'no date'} · {hit.site} · {hit.key}", style="dim"))
        found = Text("  ")
        for part in re.split("(\x02[^\x02\x03]*\x03)", hit.snippet.replace("\n", " ")):
            found.append(printable(part), style="yellow" if part.startswith("\x02") else "")
        console.print(found)
        console.print(Text(f"  {hit.url}", style="blue"))
    if answer.facets:
        _print_facets(console, answer.facets)
    if answer.hits:
        console.print(f"{len(answer.hits)} of {answer.total} article{'' if answer.total.number == 1 else 's'}.")


def _say_beside(text: str, answer: "Answer") -> None:
    """Say on stderr what is to be said beside an answer."""
    for problem in answer.problems:
        click.echo(printable(problem.pointed(text)), err=True)
    for note in answer.notes:
        click.echo(printable(f"({note})"), err=True)
    if answer.suggestion:
        click.echo(printable(f"Did you mean: {answer.suggestion}"), err=True)


def _nothing(text: str, filtered: bool) -> str:
    where = " with these filters" if filtered else ""
    if text.strip():
        return f"Nothing in the archive matches {printable(text)!r}{where}."
    return f"No article in the archive fits{where}." if filtered else "The archive holds no article yet."


def _print_facets(console: "Console", facets: "Facets") -> None:
    from rich.text import Text  # noqa: PLC0415

    for name, values in facets.values.items():
        if values:
            said = "  ".join(f"{printable(value)} {number:,}" for value, number in values)
            console.print(Text(f"{name:>8}  ", style="dim").append(said, style="not dim"))
    most = max((number for _, number in facets.months), default=0)
    for month, number in facets.months:
        bar = "█" * max(1 if number else 0, round(_BAR * number / most)) if most else ""
        console.print(Text(f"{month:>8}  ", style="dim").append(f"{bar} {number:,}", style="not dim"))
    if facets.sample:
        but = "" if facets.months_are_estimates else " but of months and years"
        console.print(Text(f"(counts{but} are estimates, out of {facets.sample})", style="dim"))


COMMANDS = (search, reindex)
