"""How each site stands, in few reads: its articles, its last run, and what is wrong with it in words."""

import datetime as dt
from dataclasses import dataclass

from sqlite_utils import Database

from archive.history import RunRow, last_run
from archive.identity import day_of_id
from archive.spans import span

# A schedule may be late by so much.
_PATIENCE = dt.timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Standing:
    """One site: how much there is of it, its last run, when a walk is due, and its troubles in words."""

    site: str
    name: str
    articles: int
    first_day: dt.date | None
    last_day: dt.date | None
    run: RunRow | None
    due_at: str | None
    is_due: bool
    troubles: tuple[str, ...]


def read_standings(db: Database, now: dt.datetime, site: str | None = None) -> tuple[Standing, ...]:
    """Return how all sites stand, those with most articles first, or the one named."""
    rows = db.conn.execute(
        "SELECT sites.id, name, ifnull(sum(articles), 0) FROM sites LEFT JOIN site_months ON site_id = sites.id "
        "WHERE ifnull(sites.id = ?, 1) GROUP BY sites.id ORDER BY 3 DESC, 1",
        (site,),
    ).fetchall()
    return tuple(_standing(db, now, *row) for row in rows)


def _standing(db: Database, now: dt.datetime, site: str, name: str, articles: int) -> Standing:
    first, last = (_day(db, site, order) for order in ("ASC", "DESC"))
    run = last_run(db, site)
    (due_at,) = db.conn.execute("SELECT min(due_at) FROM sections WHERE site_id = ?", (site,)).fetchone()
    is_due = due_at is not None and dt.datetime.fromisoformat(due_at) <= now
    troubles = _troubles(db, site, run, _overdue(run, due_at, now))
    return Standing(site, name, articles, first, last, run, due_at, is_due, troubles)


def _day(db: Database, site: str, order: str) -> dt.date | None:
    row = db.conn.execute(
        f"SELECT id FROM articles INDEXED BY articles_site WHERE site_id = ? ORDER BY id {order} LIMIT 1",  # noqa: S608
        (site,),
    ).fetchone()
    return day_of_id(row[0]) if row else None


def _overdue(run: RunRow | None, due_at: str | None, now: dt.datetime) -> str | None:
    """Return for how long work has been due that no run does."""
    if due_at is None or (run and run.state == "running"):
        return None
    late = now - dt.datetime.fromisoformat(due_at)
    return span(late.total_seconds()) if late > _PATIENCE else None


def _troubles(db: Database, site: str, run: RunRow | None, overdue: str | None) -> tuple[str, ...]:
    stopped = [key for (key,) in db.conn.execute(
        "SELECT key FROM sections WHERE site_id = ? AND failures > 0 ORDER BY id", (site,))]  # fmt: skip
    (problems,) = db.conn.execute(
        "SELECT count(*) FROM problems WHERE site_id = ? AND state = 'open'", (site,)
    ).fetchone()
    said = [
        "never crawled" if run is None else "",
        f"the last run {'was ' if run.state == 'killed' else ''}{run.state}"
        if run and run.state in ("failed", "killed")
        else "",
        f"the walk stopped in {', '.join(stopped)}" if stopped else "",
        f"{problems} open problem{'' if problems == 1 else 's'}" if problems else "",
        f"overdue for {overdue}" if overdue else "",
    ]
    return tuple(words for words in said if words)
