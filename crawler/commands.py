"""The crawl side's commands; what is heavy is imported when a command runs, so that `--help` is instant."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crawler import logs
from crawler.extracting.command import extract
from crawler.importing.command import import_files
from crawler.learn.add_command import add, check
from crawler.learn.command import learn
from crawler.reextracting.command import reextract
from crawler.reporting import command as reporting
from crawler.reporting import watching
from crawler.scheduling import command as scheduling

if TYPE_CHECKING:
    from archive.errors import NewsarchiveError
    from crawler.site import Site
    from crawler.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Invocation:
    """What the group's options say: the workspace that is meant, and how much is logged."""

    given: str | None
    verbose: int

    @property
    def database(self) -> Path:
        """The archive's file; raises WorkspaceError where there is no workspace."""
        return self.workspace().holdings.database

    @property
    def defined(self) -> tuple[str, ...]:
        """The sites that the workspace defines itself, crawled or not."""
        return self.workspace().own_ids()

    def workspace(self) -> "Workspace":
        """Return the opened workspace."""
        from crawler.workspace import open_workspace  # noqa: PLC0415

        workspace = open_workspace(self.given)
        logs.configure(workspace.config.report.log)
        return workspace


@click.command()
@click.argument("directory", type=click.Path(path_type=Path, file_okay=True), default=Path())
@click.option("--contact", default="", metavar="ADDRESS", help="Mail or web address for the User-Agent.")
def init(directory: Path, contact: str) -> None:
    """Make a workspace: newsarchive.toml, sites/, archive.db, captures/, media/.

    \b
    newsarchive init my-archive --contact archive@example.org
    """
    from crawler.site import bundled_ids  # noqa: PLC0415
    from crawler.workspace import make_workspace  # noqa: PLC0415

    workspace = make_workspace(directory, contact=contact)
    click.echo(f"Made the workspace {workspace.root.absolute()}.")
    if not workspace.config.crawl.contact:
        click.echo("Put an address for webmasters into newsarchive.toml ([crawl] contact).")
    click.echo(
        f"Bundled sites: {', '.join(bundled_ids())}. Your own definitions belong into {workspace.sites_folder}/."
    )
    click.echo("Next: newsarchive crawl SITE")


@click.command()
@click.argument("sites", nargs=-1, metavar="[SITE|URL]...")
@click.option("--section", metavar="KEY", help="Only this section.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Only articles whose listing date is not older.")
@click.option("--due", is_flag=True, help="Only sections and articles whose time has come; what a timer calls.")
@click.option("--full", is_flag=True, help="Walk every listing to its end and fetch known articles again.")
@click.option("--limit", type=click.IntRange(min=1), help="Stop after this many articles of a site.")
@click.option("--max-minutes", type=click.FloatRange(min=0), default=0, help="Take on nothing more after so long.")
@click.option("--max-requests", type=click.IntRange(min=0), default=0, help="Take on nothing more after so many.")
@click.option("--delay", type=click.FloatRange(min=0), help="Seconds between two requests to one host.")
@click.option("--json", "as_json", is_flag=True, help="Print the closing sums as JSON.")
@click.pass_obj
def crawl(invocation: Invocation, /, sites: tuple[str, ...], as_json: bool, **narrowed: Any) -> None:
    """Crawl sites: what is new in their sections, what is due again, and what an earlier run left open.

    Without SITE, every site that the workspace defines. With --due, those of them that have something to do now: each
    section's `every` and each article's age and history say when. A section's URL is looked at first, as by
    `newsarchive add`, and crawled without keeping a definition. Exit code 1 where a walk did not finish or an article
    failed for the first time, 3 where another run holds a site.

    \b
    newsarchive crawl shzj --section updates --limit 20
    newsarchive crawl --due --max-minutes 50
    """
    from crawler.crawling import Order, Outcome, crawl_sites  # noqa: PLC0415

    workspace = invocation.workspace()
    since = narrowed.pop("since")
    order = Order(since=since.date() if since else None, **narrowed)
    meant, mistakes = _sites_meant(workspace, sites, archived=order.due)
    for mistake in mistakes:
        logs.complain(str(mistake))
    if not (meant or mistakes):
        raise click.UsageError(
            f"no site given and none defined in {workspace.sites_folder}; "
            f"try: newsarchive crawl {workspace.site_ids()[0]}"
        )
    if order.due:
        meant = _those_due(workspace, meant, quiet=as_json)
    outcome = crawl_sites(workspace, meant, order, verbose=invocation.verbose) if meant else Outcome()
    if meant or as_json:
        outcome.print(as_json=as_json)
    sys.exit(max(outcome.exit_code, *(mistake.exit_code for mistake in mistakes), 0))


def _sites_meant(
    workspace: "Workspace", names: tuple[str, ...], *, archived: bool
) -> "tuple[list[Site], list[NewsarchiveError]]":
    """Return the sites named, or all that the workspace defines, and the definitions that are broken.

    `archived` adds what the archive holds besides those that are defined.
    """
    from crawler.agenda import defined_sites, every_site  # noqa: PLC0415

    if names:
        return [_site(workspace, name) for name in names], []
    return every_site(workspace) if archived else defined_sites(workspace)


def _those_due(workspace: "Workspace", sites: "list[Site]", *, quiet: bool) -> "list[Site]":
    """Return the sites that have something to do now, and say when the next has where none does."""
    from archive.model import utc_now  # noqa: PLC0415
    from crawler.agenda import due_sites, is_due, said  # noqa: PLC0415

    found, now = due_sites(workspace, sites), utc_now()
    due = [each.site for each in found if is_due(each, now)]
    if not due and not quiet:
        following = next((f"; next: {each.site.id} at {said(each.at)}" for each in found if each.at), "")
        click.echo(f"Nothing is due{following}.")
    return due


@click.command()
@click.argument("urls", nargs=-1, required=True, metavar="URL...")
@click.option("--json", "as_json", is_flag=True, help="Print the closing sums as JSON.")
@click.pass_obj
def save(invocation: Invocation, urls: tuple[str, ...], as_json: bool) -> None:
    """Keep single articles by their addresses, with their images; what is kept already is fetched again.

    An address that belongs to a defined site is kept with that site's articles, any other under a site named by its
    host. Exit code 1 where one could not be kept.

    \b
    newsarchive save https://www.example.org/news/1.html
    """
    from crawler.crawling import Order, crawl_sites  # noqa: PLC0415
    from crawler.saving import by_site  # noqa: PLC0415

    workspace = invocation.workspace()
    sites, wanted = by_site(workspace, urls)
    outcome = crawl_sites(workspace, sites, Order(urls=wanted), verbose=invocation.verbose)
    outcome.print(as_json=as_json)
    # Who names an address wants that page: also a dead link, or what is no article, is a failure here.
    sys.exit(outcome.exit_code or int(any(site.missed for site in outcome.sites)))


def _site(workspace: "Workspace", name: str) -> "Site":
    """Return the site that an id or a section's address means."""
    if "://" not in name:
        return workspace.site(name)
    from crawler.learn.adding import learn_site  # noqa: PLC0415

    return learn_site(name, workspace.config.crawl).site


@click.command()
@click.option("--directory", type=click.Path(path_type=Path, file_okay=False), help="Keep the workspace here.")
@click.option("--serve", is_flag=True, help="Only serve the demo site until interrupted, and print its definition.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Serve on this port; default: a free one.")
@click.pass_obj
def demo(invocation: Invocation, directory: Path | None, serve: bool, port: int) -> None:
    """Serve a small news site on loopback, crawl it into a fresh workspace, search it, crawl it again.

    \b
    newsarchive demo --directory demo-archive
    """
    from crawler.demo.show import serve_demo, show_demo  # noqa: PLC0415

    if serve:
        serve_demo(port)
    else:
        sys.exit(show_demo(directory, port, verbose=invocation.verbose))


COMMANDS = (
    init, add, check, crawl, save, learn, import_files, reextract, extract, demo,
    *reporting.COMMANDS, *scheduling.COMMANDS, *watching.COMMANDS,
)  # fmt: skip
