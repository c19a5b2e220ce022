"""The commands that look at a section; what is heavy is imported when they run, so that `--help` is instant."""

import json
import re
import sys
from typing import TYPE_CHECKING, Protocol

import click

if TYPE_CHECKING:
    from crawler.workspace import Workspace


_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


class _Invocation(Protocol):
    """What these commands need of the group's object."""

    def workspace(self) -> "Workspace": ...


def _checked_id(_: click.Context, __: click.Parameter, site_id: str | None) -> str | None:
    """Return an id that a file and a spider can be called by, before anything is fetched."""
    if site_id is not None and not _ID.fullmatch(site_id):
        raise click.BadParameter(f"{site_id!r} is no id; lower-case letters, digits, - and _ are allowed")
    return site_id


@click.command()
@click.argument("url")
@click.option("--id", "site_id", metavar="ID", callback=_checked_id, help="Call the site so; default: from its host.")
@click.option("--name", help="The site's name; default: as its pages say.")
@click.option("--force", is_flag=True, help="Replace a definition of the same id.")
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
@click.pass_obj
def add(
    invocation: _Invocation, url: str, site_id: str | None, name: str | None, force: bool, as_json: bool
) -> None:  # fmt: skip
    r"""Look at a section, learn how it lists its articles, and write its definition into sites/.

    At most fifteen requests are made. Nothing is asked: look at the table and at the comments in the file, and change
    what is wrong there. Exit code 2 where no articles are found.

    \b
    newsarchive add https://www.example.org/news/ --id example
    """
    from crawler.learn.adding import add_site, learn_site, new_console  # noqa: PLC0415

    workspace = invocation.workspace()
    learned = learn_site(url, workspace.config.crawl, site_id=site_id, name=name)
    path = add_site(workspace, learned, force=force)
    if as_json:
        click.echo(json.dumps(learned.as_dict(path), ensure_ascii=False, indent=2))
        return
    learned.show(new_console())
    click.echo(f"Wrote {path} after {learned.requests} requests.\nNext: newsarchive crawl {learned.site.id}")


@click.command()
@click.argument("target", metavar="SITE|URL")
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
@click.pass_obj
def check(invocation: _Invocation, target: str, as_json: bool) -> None:
    r"""Look at a site's sections, or at any section, and show what would be found; nothing is written.

    Exit code 1 where a section of a defined site lists no articles, or none of them can be read.

    \b
    newsarchive check https://www.example.org/news/
    """
    from crawler.learn.adding import check_site, learn_site, new_console  # noqa: PLC0415

    workspace = invocation.workspace()
    is_new = "://" in target
    results = (
        [learn_site(target, workspace.config.crawl)]
        if is_new
        else list(check_site(workspace.site(target), workspace.config.crawl))
    )
    if as_json:
        click.echo(json.dumps([result.as_dict() for result in results], ensure_ascii=False, indent=2))
    else:
        for result in results:
            result.show(new_console())
        if is_new:
            click.echo(f"\nThe definition would be:\n\n{results[0].toml()}\nTo keep it: newsarchive add {target}")
    sys.exit(0 if all(result.found.entries and result.found.examples for result in results) else 1)
