"""Gives an invented archive what a crawl leaves beside articles: captures, versions, events, images, runs."""

import datetime as dt
import hashlib
import json
import random
import sqlite3
import sys
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from archive.db import atomic, open_archive
from bench.newsbuild import FIRST_DAY, SECTIONS_A_SITE, SITES, write_on

DAYS_OF_RUNS, GAPS_A_SITE = 730, 2_500
_SPAN = 20_000
_FIELDS = ("title", "updated", "published", "source", "byline", "breadcrumb", "body", "images", "captions")
_ARTICLES = "SELECT * FROM articles WHERE id >= ? AND id < ?"
_STEPS = Path(__file__).with_name("furnish.sql").read_text(encoding="utf-8").split("\n\n")[1:]


def furnish(path: Path, today: dt.date) -> None:
    """Write the rows; the last article's day counts as today, so that the archive is one that is at work."""
    with closing(open_archive(path)) as db:
        db.conn.execute("PRAGMA synchronous=OFF")
        (last,) = db.conn.execute("SELECT max(id) >> 24 FROM articles").fetchone()
        _add_functions(db.conn, today.toordinal() - last)
        for low, high, before in _spans(db.conn):
            with atomic(db):
                db.conn.execute("DROP TABLE IF EXISTS temp.span")
                db.conn.execute(
                    f"CREATE TEMP TABLE span AS SELECT own.*, ? + row_number() OVER (ORDER BY id) AS rank, "  # noqa: S608
                    f"keys LIKE '%changed%' AS changed FROM ({_ARTICLES}) own",
                    (before, low, high),
                )
                for step in _STEPS:
                    db.conn.execute(step)
        with atomic(db):
            _write_runs(db.conn, today)
            _write_gaps(db.conn, today)
        db.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _add_functions(connection: sqlite3.Connection, shift: int) -> None:
    def captured(article_id: int) -> str:
        day = dt.date.fromordinal((article_id >> 24) + shift)
        return f"{day}T{article_id % 24:02}:{article_id % 60:02}:00.000000Z"

    def later(instant: str) -> str:
        return f"{dt.datetime.fromisoformat(instant) + dt.timedelta(hours=30):%Y-%m-%dT%H:%M:%S.000000Z}"

    functions = (
        ("captured", 1, captured),
        ("later", 1, later),
        ("packed", 1, lambda body: zlib.compress(body.encode(), 1)),
        ("digest_of", 1, lambda text: hashlib.sha256(text.encode()).hexdigest()),
        ("credit_of", 1, lambda rank: f"[Photo by Photographer {int(rank**0.5) % 97}/agency.example]"),
    )
    for name, number, function in functions:
        connection.create_function(name, number, function, deterministic=True)


def _spans(connection: sqlite3.Connection) -> Iterator[tuple[int, int, int]]:
    """Yield from which to which id, and how many articles stand before."""
    low, before = 0, 0
    while True:
        rows = connection.execute("SELECT id FROM articles WHERE id >= ? ORDER BY id LIMIT ?", (low, _SPAN)).fetchall()
        if not rows:
            return
        yield low, rows[-1][0] + 1, before
        low, before = rows[-1][0] + 1, before + len(rows)


def _write_runs(connection: sqlite3.Connection, today: dt.date) -> None:
    """Write a run a night and site, each with what its articles were like."""
    shares = {name: [3, {"json-ld": 40, "page": 7}, {"11": 40, "12": 7}, {}] for name in _FIELDS}
    number = 0
    for ago in range(DAYS_OF_RUNS, 0, -1):
        day = today - dt.timedelta(days=ago)
        for site in range(SITES):
            number += 1
            connection.execute(
                "INSERT INTO runs(id, site_id, started, finished, state, discovered, stored, unchanged, failed) "
                "VALUES (?, ?, ?, ?, 'finished', 50, 41, 7, 2)",
                (number, f"site{site}", f"{day}T02:00:00.000000Z", f"{day}T02:09:00.000000Z"),
            )
            connection.execute(
                "INSERT INTO run_health VALUES (?, 0, NULL, '2 site@1', 50, ?)", (number, json.dumps(shares))
            )
            connection.execute("INSERT INTO run_causes VALUES (?, 'article', 'failed', 'http-404', 2)", (number,))


def _write_gaps(connection: sqlite3.Connection, today: dt.date) -> None:
    """Write addresses that were sighted and never stored."""
    drawn = random.Random(5)  # noqa: S311 (a drawn archive needs no secret)
    for site in range(SITES):
        for rank in range(GAPS_A_SITE):
            seen = f"{today - dt.timedelta(days=drawn.randrange(DAYS_OF_RUNS))}T02:01:00.000000Z"
            url = f"https://site{site}.example/{FIRST_DAY}/gap-{rank}"
            cause = drawn.choice(("http-404", "http-500", "timeout", "robots"))
            cursor = connection.execute(
                "INSERT INTO urls(url, kind, site_id, state, discovered_at, fetched_at, failures, cause) "
                "VALUES (?, 'article', ?, 'failed', ?, ?, 3, ?)", (url, f"site{site}", seen, seen, cause),
            )  # fmt: skip
            section = site * SECTIONS_A_SITE + drawn.randrange(SECTIONS_A_SITE) + 1
            connection.execute(
                "INSERT INTO sightings(url_id, section_id, listing_url_id, page, rank, title, first_seen, last_seen) "
                "VALUES (?, ?, ?, 1, 1, ?, ?, ?)",
                (cursor.lastrowid, section, cursor.lastrowid, f"Never stored {rank}", seen, seen),
            )


if __name__ == "__main__":
    write_on(Path(sys.argv[1]))
