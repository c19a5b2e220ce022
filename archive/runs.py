"""Runs: a row for every execution, opened and closed around a writer; what a dead run left is put in order first."""

import datetime as dt
import itertools
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from archive import health, history, ledger
from archive.chain import chain_head
from archive.db import atomic, open_archive
from archive.due import FAR_AHEAD
from archive.holdings import Holdings
from archive.model import SiteRow, timestamp, utc_now
from archive.recording import numbered
from archive.warc import cut_tail
from archive.withdrawn import finish_files
from archive.words import count_words_if_due

logger = logging.getLogger(__name__)
COUNTS = ("discovered", "stored", "unchanged", "skipped", "failed", "pending", "requests", "bytes")


@dataclass(frozen=True, slots=True)
class StartedRun:
    """A run that has its row: its id, when it began, its WARC file's name, and the site's sections."""

    id: int
    started: dt.datetime
    warc: str
    sections: dict[str, ledger.Section]


def start_run(holdings: Holdings, site: SiteRow) -> StartedRun:
    """Open a run's row, after closing what killed runs of the site left open; the caller holds the site's lock."""
    holdings.make()
    db = open_archive(holdings.database)
    try:
        started = utc_now()
        # Before their rows are closed: a kill in between would leave a torn tail that nobody looks at again.
        _cut_killed_tails(db, holdings, site.id)
        finish_files(db, holdings)
        with atomic(db):
            sections = ledger.ensure_site(db, site)
            _mind_clock(db, site.id, started)
            _close_killed(db, site.id, started)
            cursor = db.conn.execute(
                "INSERT INTO runs(site_id, started, state) VALUES (?, ?, 'running')", (site.id, timestamp(started))
            )
            run_id = int(cursor.lastrowid or 0)
        return StartedRun(run_id, started, warc_name(site.id, run_id, timestamp(started)), sections)
    finally:
        db.close()


def finish_run(
    holdings: Holdings, run_id: int, state: str, counts: Mapping[str, int], error: str | None
) -> list[health.Problem]:
    """Close a run's row with its sums; return the problems of its site that are open now."""
    db = open_archive(holdings.database)
    try:
        finish_files(db, holdings)
        with atomic(db):
            db.conn.execute(
                f"UPDATE runs SET finished = ?, state = ?, error = ?, {', '.join(f'{name} = ?' for name in COUNTS)} "  # noqa: S608
                "WHERE id = ?",
                (timestamp(utc_now()), state, error, *(counts.get(name, 0) for name in COUNTS), run_id),
            )
            # What a later change of the past is told by (see `verify`).
            db.conn.execute("UPDATE runs SET chain = ? WHERE id = ?", (chain_head(db), run_id))
            health.count_run(db, run_id)
            history.count_causes(db, run_id)
            (site_id,) = db.conn.execute("SELECT site_id FROM runs WHERE id = ?", (run_id,)).fetchone()
            health.judge(db, site_id)
            problems = health.open_problems(db, site_id)
        count_words_if_due(db)
        return problems
    finally:
        db.close()


def warc_name(site_id: str, run_id: int, started: str) -> str:
    """Return the name of a run's WARC file; `started` is the run's as stored."""
    return f"{site_id}-{started[:19].replace('-', '').replace(':', '')}-{run_id:06d}.warc.gz"


def _mind_clock(db: Database, site_id: str, now: dt.datetime) -> None:
    """Say so where the clock has been set back; what was put off by a clock that was far ahead is due now."""
    (last,) = db.conn.execute("SELECT max(started) FROM runs WHERE site_id = ?", (site_id,)).fetchone()
    if last and last > timestamp(now):
        behind = dt.datetime.fromisoformat(last) - now
        logger.warning("%s: the clock is %s behind the last run (%s); set it right", site_id, behind, last)
        if behind > FAR_AHEAD:
            db.conn.execute(
                "UPDATE urls SET due_at = ?1 WHERE site_id = ?2 AND kind = 'article' AND due_at > ?1 "
                "AND fetched_at > ?3",
                (timestamp(now), site_id, timestamp(now + FAR_AHEAD)),
            )


def _close_killed(db: Database, site_id: str, now: dt.datetime) -> None:
    """Close the rows of runs whose process is gone (the caller has their lock)."""
    rows = db.conn.execute("SELECT id FROM runs WHERE site_id = ? AND state = 'running'", (site_id,))
    for (run_id,) in rows.fetchall():
        health.count_run(db, run_id)
        history.count_causes(db, run_id)
        db.conn.execute(
            "UPDATE runs SET state = 'killed', finished = ?, error = 'its process ended without closing it' "
            "WHERE id = ?",
            (timestamp(now), run_id),
        )


def _cut_killed_tails(db: Database, holdings: Holdings, site_id: str) -> None:
    rows = db.conn.execute("SELECT id, started FROM runs WHERE site_id = ? AND state = 'running'", (site_id,))
    for run_id, started in rows.fetchall():
        first = holdings.captures / warc_name(site_id, run_id, started)
        for serial in itertools.count():
            path = numbered(first, serial)
            if not path.is_file():
                break
            _cut_tail(db, path)


def _cut_tail(db: Database, path: Path) -> None:
    """Cut what a killed run wrote after its last commit: no row names it, and readers stop at a torn record."""
    (end,) = db.conn.execute(
        "SELECT max(length) FROM (SELECT max(offset + length) AS length FROM captures WHERE file = ?1 "
        "UNION ALL SELECT max(offset + length) FROM records WHERE file = ?1)",
        (path.name,),
    ).fetchone()
    if end is None:
        path.unlink()
    else:
        cut_tail(path, int(end))
