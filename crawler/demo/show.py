"""The demonstration: serve the demo sites, crawl them, search, crawl again, and once more when they have changed."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from archive.db import open_archive
from archive.errors import WorkspaceError
from crawler.demo import courier
from crawler.demo.days import DAYS, Town, marks
from crawler.demo.definition import definition
from crawler.demo.server import DemoServer, SiteServer
from crawler.workspace import CONFIG, Workspace, make_workspace

_QUERY = "lift inspection"


def serve_demo(port: int) -> None:
    """Serve the demo site until it is interrupted, and print its definition."""
    with DemoServer(port=port) as server:
        click.echo(f"The demo site is at {server.url} until you press Ctrl-C. Its definition:\n")
        click.echo(definition(server.url))
        sys.stdout.flush()
        while True:
            time.sleep(3600)


def show_demo(directory: Path | None, port: int, *, verbose: int = 0) -> int:
    """Run the demonstration in a fresh workspace and return its exit code: 0 where every step held."""
    root = _fresh_directory(directory)
    town = Town()
    with DemoServer(town.bureau, port=port) as server, SiteServer(town.courier) as paper:
        workspace = make_workspace(root, contact="demo@example.org")
        (workspace.sites_folder / "demo.toml").write_text(definition(server.url), encoding="utf-8")
        (workspace.sites_folder / "courier.toml").write_text(courier.definition(paper.url), encoding="utf-8")
        click.echo(f"Two small news sites are served at {server.url} and {paper.url}; the workspace is {root}.\n")
        first = _crawl(root, verbose)
        before = _counts(workspace)
        _print_counts(before)
        click.echo(f"\nnewsarchive search {_QUERY!r} --limit 3")
        _command(root, "search", _QUERY, "--limit", "3")
        click.echo("\nCrawling the same sites again:")
        second = _crawl(root, verbose)
        after = _counts(workspace)
        twice = _say_what_is_twice(before, after)
        live = _live_on(root, verbose, town, server.url)
    click.echo(
        f"\nOpen it in the browser: newsarchive -w {root} serve --open\n"
        "There: search for lifts, see whose headline changed, and why the Courier stopped (docs/tour.md)."
    )
    return first or second or live or (1 if twice else 0)


def _live_on(root: Path, verbose: int, town: Town, url: str) -> int:
    """Let two months pass on the sites, and return 0 where what was found of it is right."""
    for day in DAYS:
        day.edit(town)
    click.echo(
        "\nTwo months pass: headlines are changed, a photograph is swapped, pages vanish, and one of the sites shuts "
        "crawlers out.\nCrawling both again, known articles too, must say so:"
    )
    # The walks of the site that shuts us out cannot end.
    refused = _crawl(root, verbose, "--full") != 1
    code = 0
    for command in marks(url):
        code = code or _command(root, *command)
    click.echo("\nnewsarchive log --kind changed")
    return _command(root, "log", "--kind", "changed") or code or int(refused)


def _say_what_is_twice(before: dict[str, Any], after: dict[str, Any]) -> bool:
    """Say whether a crawl stored anything that was stored already."""
    twice = {name: after[name] - before[name] for name in before if after[name] != before[name]}
    if twice:
        click.echo(f"The second crawl changed what is stored: {twice}", err=True)
    else:
        click.echo("The second crawl stored nothing twice: the counts are the same.")
    return bool(twice)


def _fresh_directory(directory: Path | None) -> Path:
    if directory is None:
        return Path(tempfile.mkdtemp(prefix="newsarchive-demo-"))
    if (directory / CONFIG).exists():
        raise WorkspaceError(f"{directory} holds a workspace already; name a new directory, or remove it first")
    return directory


def _crawl(root: Path, verbose: int, *arguments: str) -> int:
    return _command(root, "crawl", *arguments, flags=["-" + "v" * verbose] if verbose else [])


def _command(root: Path, *arguments: str, flags: Sequence[str] = ()) -> int:
    """Run a command as a user would: in a process of its own, since a reactor runs once in a process."""
    sys.stdout.flush()
    command = [sys.executable, "-m", "crawler.cli", *flags, "-w", str(root), *arguments]
    return subprocess.run(command, check=False, env=_environment()).returncode  # noqa: S603 (our own command)


def _environment() -> dict[str, str]:
    """Return the environment with this package importable, whether it is installed or not."""
    package_root = str(Path(__file__).resolve().parents[2])
    path = os.environ.get("PYTHONPATH", "")
    return dict(os.environ) | {"PYTHONPATH": os.pathsep.join(filter(None, (package_root, path)))}


def _counts(workspace: Workspace) -> dict[str, Any]:
    db = open_archive(workspace.holdings.database, readonly=True)
    try:
        sections = {
            f"section {name}": number
            for name, number in db.conn.execute(
                "SELECT name, count(article_id) FROM sections LEFT JOIN article_sections ON section_id = id "
                "GROUP BY id ORDER BY id"
            )
        }
        tables = {
            name: db.conn.execute(sql).fetchone()[0]
            for name, sql in (
                ("articles", "SELECT count(*) FROM articles"),
                ("versions", "SELECT count(*) FROM versions"),
                ("images kept", "SELECT count(*) FROM images"),
                ("captions", "SELECT count(*) FROM article_images WHERE caption IS NOT NULL OR credit IS NOT NULL"),
                ("images that failed", "SELECT count(*) FROM article_images WHERE error IS NOT NULL"),
            )
        }
    finally:
        db.close()
    return tables | sections


def _print_counts(counts: dict[str, Any]) -> None:
    click.echo("Stored: " + json.dumps(counts, ensure_ascii=False).strip("{}").replace('"', ""))
