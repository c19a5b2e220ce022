"""Every page of the reading room on a big archive: CPU milliseconds of the server for a request, p50/p95.

    python -m bench.rooms --folder /tmp/bench --articles 1000000 --write docs/benchmarks.md

Takes the archive that bench.search builds (with --keep), or builds it; gives it captures, versions, events, images and
runs; asks Datasette in this process for each kind of page at seeded places, and prints what all threads spent. With
--busy another process stores articles at full speed meanwhile.
"""

import argparse
import asyncio
import datetime as dt
import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import numpy as np
from datasette.app import Datasette
from datasette.plugins import pm

from archive import datasette_plugin
from archive.datasette_plugin.addresses import Room
from archive.datasette_plugin.defaults import as_values
from archive.db import open_archive
from bench.roomsbuild import furnish
from bench.search import built_archive
from bench.searchsets import draw
from bench.tables import table, write_between

BEGIN, END = "<!-- bench.rooms: begin -->", "<!-- bench.rooms: end -->"
Places = dict[str, list[str]]


def main() -> None:
    """Build, ask, print."""
    arguments = _arguments()
    archive = _archive(arguments.folder / str(arguments.articles), arguments.articles)
    if not pm.is_registered(datasette_plugin):
        pm.register(datasette_plugin, name="newsarchive")
    places = _places(archive, arguments.requests)
    quiet = asyncio.run(_measured(archive, places))
    busy = None
    if arguments.busy:
        with _writing(archive):
            busy = asyncio.run(_measured(archive, places))
    head = (
        f"{dt.datetime.now(dt.UTC):%Y-%m-%d}, `python -m bench.rooms {' '.join(sys.argv[1:])}`: CPU ms p50/p95 of the "
        f"server for a request, {arguments.articles:,} articles, {arguments.requests} requests of each kind"
    )
    rows = [
        (name, _said(quiet[name]), *([_said(busy[name])] if busy else []), f"{quiet[name][1]:.0f}") for name in places
    ]
    every = ("all pages", _said(_joined(quiet)), *([_said(_joined(busy))] if busy else []), "")
    columns = ("page", "idle", *(["while a crawl writes"] if busy else []), "kB")
    text = f"{head}\n\n{table(columns, [*rows, every])}"
    print(text)
    if arguments.write:
        write_between(arguments.write, (BEGIN, END), text)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, required=True, help="where bench.search keeps its archives")
    parser.add_argument("--articles", type=int, default=1_000_000)
    parser.add_argument("--requests", type=int, default=40, help="requests of each kind of page")
    parser.add_argument("--busy", action="store_true", help="measure again while another process writes")
    parser.add_argument("--write", type=Path, help="also put the table between the marks of this file")
    return parser.parse_args()


def _archive(folder: Path, number: int) -> Path:
    built_archive(folder, number)
    archive, done = folder / "archive.db", folder / "furnished"
    if not done.exists():
        print("adding captures, versions, events, images and runs …", file=sys.stderr, flush=True)
        furnish(archive, dt.datetime.now(dt.UTC).date())
        done.touch()
    return archive


def _places(archive: Path, number: int) -> Places:
    """Return the addresses that are asked for, by kind of page."""
    room, drawn = Room(f"/{archive.stem}"), random.Random(7)  # noqa: S311 (a benchmark)
    db = open_archive(archive, readonly=True)
    queries = draw(db, number).queries
    ids = [row[0] for row in db.conn.execute("SELECT id FROM articles WHERE id % 97 = 0 LIMIT 40000")]
    keys = [_one(db.conn, "SELECT key FROM articles WHERE id = ?", each) for each in drawn.sample(ids, number)]
    changed = [
        _one(db.conn, "SELECT key FROM articles WHERE id >= ? AND version = 2", each)
        for each in drawn.sample(ids, number)
    ]
    pictures = [
        _one(db.conn, "SELECT sha256 FROM images WHERE id >= ?", drawn.randrange(len(ids))) for _ in range(number)
    ]
    db.close()
    months = [f"20{14 + drawn.randrange(10)}-{1 + drawn.randrange(12):02}" for _ in range(number)]
    sites = [f"site{drawn.randrange(20)}" for _ in range(number)]
    plain = [text for texts in queries.values() for text in texts]
    return {
        "front": [room.front()] * number,
        **{f"search, {name}": [room.search(q=text) for text in texts] for name, texts in queries.items()},
        "search, a site and three months": [
            room.search(q=text, site=site, since="2023-10-01", until="2023-12-31")
            for text, site in zip(drawn.sample(plain, number), sites, strict=True)
        ],
        "search, newest": [room.search(q=text, sort="newest") for text in drawn.sample(plain, number)],
        "search, nothing asked": [room.search()] * 5,
        "article": [room.article(key) for key in keys],
        "two versions": [room.diff(key, from_=1, to=2) for key in changed],
        "citation": [room.cite(key) for key in keys],
        "pictures": [room.pictures()] * 5,
        "pictures, a month": [room.pictures(month=month) for month in months],
        "pictures, a caption": [room.pictures(q=text) for text in queries["common"] + queries["two words"]],
        "pictures, a credit": [
            room.pictures(credit=f"[Photo by Photographer {drawn.randrange(97)}/agency.example]") for _ in range(number)
        ],
        "picture": [room.picture(each) for each in pictures],
        "site": [room.site(site) for site in sites],
        "changes": [room.changes(), *(room.changes(site=site) for site in sites)],
        "changes, gone": [room.changes(kind="gone"), *(room.changes(kind="gone", site=site) for site in sites)],
        "feed of a search": [room.feed("atom", q=text) for text in drawn.sample(plain, number)],
        "Datasette's table of articles": [
            f"/{archive.stem}/articles",
            *(f"/{archive.stem}/articles?_search={quote(text)}" for text in queries["two words"]),
        ],
    }


def _one(connection: sqlite3.Connection, sql: str, value: object) -> str:
    row = connection.execute(f"{sql} LIMIT 1", (value,)).fetchone()
    return str(row[0])


async def _measured(archive: Path, places: Places) -> dict[str, tuple[list[float], float]]:
    """Return for each kind the CPU ms of every request, and the mean size in kB."""
    datasette = Datasette([str(archive)], settings=as_values())
    await datasette.invoke_startup()
    found = {}
    try:
        for name, addresses in places.items():
            await datasette.client.get(addresses[0])
            spent, size = [], 0
            for address in addresses:
                begun = time.process_time()
                answer = await datasette.client.get(address)
                spent.append(1000 * (time.process_time() - begun))
                size += len(answer.content)
                if answer.status_code != 200:
                    sys.exit(f"{address} answered {answer.status_code}: {answer.text[:200]}")
            found[name] = (spent, size / len(addresses) / 1000)
    finally:
        for database in datasette.databases.values():
            database.close()
        datasette.executor.shutdown()
    return found


@contextmanager
def _writing(archive: Path) -> Iterator[None]:
    """Store articles in another process for as long as the block runs."""
    process = subprocess.Popen([sys.executable, "-m", "bench.roomsbuild", str(archive)], stdout=subprocess.PIPE)
    assert process.stdout is not None  # noqa: S101
    try:
        process.stdout.readline()
        yield
    finally:
        process.terminate()
        process.wait()


def _joined(found: dict[str, tuple[list[float], float]]) -> tuple[list[float], float]:
    return [each for spent, _ in found.values() for each in spent], 0.0


def _said(measured: tuple[list[float], float]) -> str:
    middle, high = np.percentile(measured[0], (50, 95))
    return f"{middle:.1f} / {high:.1f}"


if __name__ == "__main__":
    main()
