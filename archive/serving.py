"""Serving the archive with Datasette."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click
from datasette.cli import serve as datasette_serve
from datasette.plugins import pm

from archive import datasette_plugin
from archive.datasette_plugin.defaults import as_options
from archive.errors import ArchiveError

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class Access:
    """Who may see what: where Datasette listens, its metadata with `allow` blocks, and settings beside ours."""

    host: str = "127.0.0.1"
    port: int = 8001
    metadata: Path | None = None
    settings: tuple[tuple[str, str], ...] = ()

    def as_options(self) -> list[str]:
        """Return it as options of `datasette serve`; later settings win."""
        metadata = ["--metadata", str(self.metadata)] if self.metadata else []
        settings = [word for setting in self.settings for word in ("--setting", *setting)]
        return ["--host", self.host, "--port", str(self.port), *metadata, *as_options(), *settings]


def serve_archive(database: Path, access: Access, *, open_browser: bool = False) -> None:
    """Run Datasette on the archive until it is interrupted; raises ArchiveError where there is none."""
    if not database.is_file():
        raise ArchiveError(f"there is no archive at {database}; crawl something first: newsarchive crawl SITE")
    # Installed, the entry point has registered it; from a bare checkout nothing has.
    if not pm.is_registered(datasette_plugin):
        pm.register(datasette_plugin, name="newsarchive")
    if access.host not in _LOOPBACK:
        for line in exposed(database, access):
            click.echo(line, err=True)
    arguments = [str(database), *access.as_options(), *(["--open"] if open_browser else [])]
    datasette_serve.main(args=arguments, standalone_mode=False)


def exposed(database: Path, access: Access) -> Iterator[str]:
    """Say what whoever reaches the server can read, and how it would be less."""
    root = database.parent
    yield (
        f"Serving on {access.host}: everyone who can reach this machine can read every table of {database}, notes and "
        f"errors of runs too, with SQL of their own, and what lies in {root / 'media'} and {root / 'captures'}."
    )
    if access.metadata:
        yield f"Who may do what is in {access.metadata}."
    else:
        yield (
            "To show less, serve a copy: newsarchive publish DIR. To let some in only, or nobody ask in SQL: "
            '--metadata FILE with "allow", --setting default_allow_sql off.'
        )
