"""The command `watch`: saved searches, what is new of them, and their feeds."""

import json
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import click

from archive.spans import minute
from archive.terminal import printable

if TYPE_CHECKING:
    from collections.abc import Callable

    from archive.watching.saved import Watch
    from crawler.workspace import Workspace


class _Invocation(Protocol):
    @property
    def database(self) -> Path: ...

    @property
    def workspace(self) -> "Callable[[], Workspace]": ...


class _ByName(click.Group):
    """A group in which what is no command is the name of a saved search."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that is meant; without one of ours, the one that shows a search."""
        named = args[0] in self.commands or args[0].startswith("-")
        return super().resolve_command(ctx, args if named else ["show", *args])


@click.group(cls=_ByName, subcommand_metavar="NAME | COMMAND [ARGS]...")
def watch() -> None:
    """Save searches, and be told once what is new of each: new articles, changes, articles gone and come back.

    `newsarchive watch NAME` shows what is new since it was last shown. At the end of each crawl it is told through
    [notify] in newsarchive.toml.

    \b
    newsarchive watch add quay '"quay wall" -ferry'
    newsarchive watch quay
    """


@watch.command("add")
@click.argument("name")
@click.argument("query", nargs=-1)
@click.option("--site", metavar="ID", help="Only this site.")
@click.option("--section", metavar="KEY", help="Only articles that stand in this section.")
@click.option("--notify/--no-notify", default=True, show_default=True, help="Tell it through [notify].")
@click.pass_obj
def add(
    invocation: _Invocation, name: str, query: tuple[str, ...], site: str | None, section: str | None, notify: bool
) -> None:
    """Save a search under a name; what the archive holds by now is not new. Without a query, everything is meant.

    \b
    newsarchive watch add quay '"quay wall" -ferry' --site herald
    """
    from archive.db import open_archive  # noqa: PLC0415
    from archive.errors import UsageError  # noqa: PLC0415
    from archive.search import Filters, ask  # noqa: PLC0415
    from archive.watching.saved import save_watch  # noqa: PLC0415

    if name in watch.commands:
        raise UsageError(f"{name!r} is a command of `newsarchive watch`; give the search another name")
    text, filters = " ".join(query), Filters(site, section)
    with closing(open_archive(invocation.database)) as db:
        answer = ask(db, text, filters, sort="newest", limit=1)
        for problem in answer.problems:
            click.echo(printable(problem.pointed(text)), err=True)
        saved = save_watch(db, name, text, filters, notify=notify)
    click.echo(f"Saved. {answer.total} articles match by now. What is new from here on: newsarchive watch {saved.name}")
    services = invocation.workspace().config.notify
    if notify and not (services.urls and "watch" in services.on):
        click.echo('(nobody is told of it: [notify] urls is empty, or "watch" is not in its on)', err=True)


@watch.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print the searches as JSON.")
@click.pass_obj
def list_watches(invocation: _Invocation, as_json: bool) -> None:
    """List the saved searches: what each asks for, when it was last told and last shown. Times are UTC.

    \b
    newsarchive watch list --json
    """
    from archive.db import open_current  # noqa: PLC0415
    from archive.watching.saved import read_watches  # noqa: PLC0415

    with closing(open_current(invocation.database)) as db:
        watches = read_watches(db)
    if as_json:
        _print_json([each.as_dict() for each in watches])
        return
    for each in watches:
        click.echo(f"{each.name}: {printable(_asked(each))}")
        told = f"told {minute(each.told_at) or 'not yet'}" if each.notify else "not told"
        click.echo(f"  {told}, shown {minute(each.shown_at) or 'not yet'}, saved {minute(each.added_at)}")
    if not watches:
        click.echo("No search is saved yet. Next: newsarchive watch add NAME QUERY")


@watch.command("remove")
@click.argument("name")
@click.pass_obj
def remove(invocation: _Invocation, name: str) -> None:
    """Forget a saved search; the articles stay.

    \b
    newsarchive watch remove quay
    """
    from archive.db import open_archive  # noqa: PLC0415
    from archive.watching.saved import remove_watch  # noqa: PLC0415

    with closing(open_archive(invocation.database)) as db:
        remove_watch(db, name)
    click.echo(f"Forgotten: {name}.")


@watch.command("show", hidden=True)
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print what is new as JSON.")
@click.pass_obj
def show(invocation: _Invocation, name: str, as_json: bool) -> None:
    """Show what is new of a saved search since it was last shown.

    \b
    newsarchive watch quay
    """
    from archive.db import open_archive  # noqa: PLC0415
    from archive.watching.finding import news_of  # noqa: PLC0415
    from archive.watching.saved import find_watch, last_event, mark_shown  # noqa: PLC0415
    from crawler.reporting.telling import find_lines  # noqa: PLC0415

    with closing(open_archive(invocation.database)) as db:
        found, through = find_watch(db, name), last_event(db)
        finds = []
        for find in news_of(db, found.query, found.filters, found.shown_through, through):
            finds.append(find.as_dict())
            if not as_json:
                click.echo("\n".join(find_lines(find)))
        if as_json:
            _print_json(finds)
        sys.stdout.flush()
        mark_shown(db, {found.id: through})
    if not finds and not as_json:
        click.echo(f"Nothing new of {found.name} since {minute(found.shown_at or found.added_at)}.")


@watch.command("run")
@click.option("--json", "as_json", is_flag=True, help="Print what was told as JSON.")
@click.pass_obj
def run(invocation: _Invocation, as_json: bool) -> None:
    """Tell what is new of all saved searches now, as the end of a crawl does; and print it.

    Where [notify] names no service, or `watch` is not in its `on`, printing is all the telling there is. Exit code 1
    where no service took the message: it is told the next time.

    \b
    newsarchive watch run
    """
    from archive.db import open_current  # noqa: PLC0415
    from crawler.reporting.telling import lines_of, tell_news  # noqa: PLC0415

    workspace = invocation.workspace()
    open_current(invocation.database).close()
    notify = workspace.config.notify
    told = tell_news(workspace, without_services=not notify.urls or "watch" not in notify.on)
    if told is None:
        click.echo("newsarchive: no service of [notify] urls took the message; it is told the next time", err=True)
        sys.exit(1)
    if as_json:
        said = {
            each.watch.name: {"articles": each.number, "first": [find.as_dict() for find in each.finds]}
            for each in told
        }
        _print_json(said)
    elif told:
        click.echo("\n".join(lines_of(told)))
    else:
        click.echo("Nothing new of any saved search that is to be told.")


@watch.command("feed")
@click.argument("name")
@click.option("--format", "form", type=click.Choice(["atom", "json"]), default="atom", show_default=True)
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Into this file, not to stdout.")
@click.option(
    "--base", default="http://127.0.0.1:8001/archive", show_default=True, metavar="URL",
    help="Where `newsarchive serve` shows the archive.",
)  # fmt: skip
@click.pass_obj
def feed(invocation: _Invocation, name: str, form: str, output: Path | None, base: str) -> None:
    """Write a saved search as a feed for a reader: Atom, or JSON Feed.

    \b
    newsarchive watch feed quay --format json -o quay.json
    """
    from archive.db import open_current  # noqa: PLC0415
    from archive.errors import ArchiveError  # noqa: PLC0415
    from archive.watching.feeds import Place, saved_feed  # noqa: PLC0415
    from archive.watching.rendering import FORMS  # noqa: PLC0415

    with closing(open_current(invocation.database)) as db:
        text = FORMS[form].render(saved_feed(db, name, Place(base)))
    if output is None:
        click.echo(text, nl=False)
        return
    try:
        output.write_bytes(text)
    except OSError as error:
        raise ArchiveError(f"cannot write {output}: {error.strerror or error}; name another file with -o") from error
    click.echo(f"Written: {output} ({len(text):,} bytes).")


def _asked(watch: "Watch") -> str:
    said = watch.query or "(everything)"
    return " ".join(
        [said, *(f"{name}:{value}" for name, value in (("site", watch.site), ("section", watch.section)) if value)]
    )


def _print_json(said: object) -> None:
    click.echo(json.dumps(said, ensure_ascii=False, indent=2))


COMMANDS = (watch,)
