"""Every address that the plugin answers, made of its routes, so that none is forgotten."""

import os
import re
import signal
import sqlite3
import subprocess
import zlib
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from archive import datasette_plugin
from tests.archive import asking
from tests.archive.library import fill, run

ROOT = Path(__file__).parents[2]
_GROUP = re.compile(r"\(\?P<(?P<name>\w+)>")


def make_library(root: Path) -> Path:
    """Make a workspace with something for every page; return its database."""
    fill(root)
    with closing(sqlite3.connect(root / "archive.db")) as db, db:
        db.execute("UPDATE takedowns SET finished = begun")
        db.execute(
            "UPDATE attachments SET mime = 'application/pdf', text = ?", (zlib.compress(b"What the paper says."),)
        )
    run(root, "watch", "add", "harbours", "harbour")
    return root / "archive.db"


def samples_of(database: Path) -> dict[str, str]:
    """Return for each name that a route gives to a part of its address something that is in this archive."""
    with closing(sqlite3.connect(database)) as db:
        (key,) = db.execute("SELECT key FROM articles WHERE version = 2").fetchone()
        (sha256,) = db.execute("SELECT sha256 FROM images").fetchone()
        (digits,) = db.execute(
            "SELECT strftime('%Y%m%d%H%M%S', fetched_at) "
            "FROM versions JOIN version_captures ON version_id = versions.id "
            "JOIN captures ON captures.id = capture_id WHERE number = 2"
        ).fetchone()
    return {
        "database": "archive", "key": key, "reference": key, "sha256": sha256, "digits": digits, "form": "json",
        "name": "harbours", "site": "herald", "id": "1", "capture": "1", "capture_id": "1", "site_id": "herald",
    }  # fmt: skip


def every_address(samples: Mapping[str, str]) -> list[str]:
    """Return an address for each route of the plugin that is of one database.

    The reading room's own styles and scripts say nothing of any archive.
    """
    routes = [regex for regex, _ in datasette_plugin.register_routes()]
    return [_address(regex, samples) for regex in routes if "(?P<database>" in regex]


def _address(regex: str, samples: Mapping[str, str]) -> str:
    made, rest = "", regex.removeprefix("^").removesuffix("$")
    while group := _GROUP.search(rest):
        name, end = group["name"], _closing(rest, group.start())
        assert name in samples, f"give tests/archive/routes.py a sample of {name!r}, for the route {regex}"
        made, rest = made + rest[: group.start()] + samples[name], rest[end:]
    address = re.sub(r"\\(.)", r"\1", made + rest)
    assert re.match(regex, address), f"{address} is not what the route {regex} answers: name the group otherwise"
    return address


def _closing(text: str, start: int) -> int:
    depth = 0
    for place, sign in enumerate(text[start:], start):
        escaped = text[place - 1] == "\\"
        depth += (sign == "(") - (sign == ")") if not escaped else 0
        if depth == 0:
            return place + 1
    raise AssertionError(text)


def ask_all(files: list[Path], addresses: list[str], metadata: Any = None, **more: Any) -> dict[str, httpx.Response]:
    """Ask one Datasette for these addresses; `more` are its own options."""
    return dict(zip(addresses, asking.ask_all(files, addresses, metadata, more), strict=True))


@contextmanager
def started(python: Path | str, *options: str, cwd: Path) -> Iterator[httpx.Client]:
    """Run a real `datasette serve` with the package as its plugin; give a client of it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DATASETTE_")}
    command = [str(python), "-m", "datasette", "serve", *options, "--port", "0"]
    with subprocess.Popen(
        command, cwd=cwd, env=kept | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stderr is not None
        said = []
        try:
            for line in process.stderr:
                said.append(line)
                if address := re.search(r"running on (http://\S+)", line):
                    with httpx.Client(base_url=address[1], timeout=60, trust_env=False) as client:
                        yield client
                    break
            else:
                pytest.fail("".join(said))
        finally:
            process.send_signal(signal.SIGINT)
            process.stderr.read()


def denials(database: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield by name what keeps everybody but one from an archive, in each of the ways that Datasette knows."""
    nobody = {"allow": {"id": "keeper"}}
    with closing(sqlite3.connect(database)) as db:
        tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")]
    yield "instance", nobody
    yield "database", {"databases": {"archive": dict(nobody)}}
    # Each its own: Datasette 1.0 takes them out of where it found them.
    yield "tables", {"databases": {"archive": {"tables": {name: dict(nobody) for name in tables}}}}
