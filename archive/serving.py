"""Serving the archive with Datasette."""

from pathlib import Path

import click
from datasette.cli import serve as datasette_serve
from datasette.plugins import pm

from archive import datasette_plugin
from archive.datasette_plugin.defaults import as_options
from archive.errors import ArchiveError


def serve_archive(database: Path, *, host: str, port: int, open_browser: bool = False) -> None:
    """Run Datasette on the archive until it is interrupted; raises ArchiveError where there is none."""
    if not database.is_file():
        raise ArchiveError(f"there is no archive at {database}; crawl something first: newsarchive crawl SITE")
    # Installed, the entry point has registered it; from a bare checkout nothing has.
    if not pm.is_registered(datasette_plugin):
        pm.register(datasette_plugin, name="newsarchive")
    arguments = [str(database), "--host", host, "--port", str(port), *as_options()]
    if open_browser:
        arguments.append("--open")
    if host not in ("127.0.0.1", "localhost", "::1"):
        click.echo(f"Serving on {host}: everyone who can reach this machine can read {database}.", err=True)
    datasette_serve.main(args=arguments, standalone_mode=False)
