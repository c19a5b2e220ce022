"""The commands that try a published folder and put it on the web, ready to be copied into a shell."""

import shlex
from pathlib import Path

from archive.datasette_plugin.defaults import as_options
from archive.publishing.writing import DATABASE, INSPECTED, METADATA_FILE


def to_try(folder: Path) -> str:
    """Return the command that serves the folder on this machine."""
    words = ["datasette", "-i", str(folder / DATABASE), "--inspect-file", str(folder / INSPECTED)]
    return shlex.join([*words, "--metadata", str(folder / METADATA_FILE), *as_options()])


def to_publish(folder: Path) -> str:
    """Return the commands that put the folder on a host that Datasette knows.

    Images go as a mount named `media`, where the reading room finds them beside the database. The image of
    `datasette publish` has an SQLite that is too old for ours; pysqlite3-binary brings its own.
    """
    words = ["datasette", "publish", "cloudrun", DATABASE, "--service", "news-archive", "--metadata", METADATA_FILE]
    words += ["--static", "media:media", "--install", "newsarchive", "--install", "pysqlite3-binary"]
    return f"cd {shlex.quote(str(folder))} && {shlex.join([*words, '--extra-options', shlex.join(as_options())])}"
