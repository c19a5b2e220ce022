"""What the runs did: their rows, the causes by which things failed in each, and what became of articles."""

import datetime as dt
from dataclasses import asdict, dataclass
from typing import Any

from sqlite_utils import Database

from archive.errors import NotFoundError
from archive.failures import refuse_unknown

OUTCOMES = ("stored", "unchanged", "skipped", "failed", "pending")
_COLUMNS = f"id, site_id, started, finished, state, discovered, {', '.join(OUTCOMES)}, requests, bytes, error, chain"
_COUNT_FAILED = (
    "INSERT INTO run_causes(run_id, kind, state, cause, number) SELECT runs.id, kind, 'failed', cause, count(*) "
    "FROM runs JOIN urls USING (site_id) WHERE runs.id = ? AND fetched_at >= started AND failures > 0 "
    "AND urls.state <> 'skipped' GROUP BY kind, cause"
)
_COUNT_SKIPPED = (
    "INSERT INTO run_causes(run_id, kind, state, cause, number) SELECT runs.id, kind, 'skipped', cause, count(*) "
    "FROM runs JOIN urls USING (site_id) WHERE runs.id = ? AND fetched_at >= started AND urls.state = 'skipped' "
    "GROUP BY kind, cause"
)


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run as its row says; discovered = stored + unchanged + skipped + failed + pending."""

    id: int
    site: str
    started: str
    finished: str | None
    state: str
    discovered: int
    stored: int
    unchanged: int
    skipped: int
    failed: int
    pending: int
    requests: int
    bytes: int
    error: str | None
    chain: str | None = None

    @property
    def seconds(self) -> float | None:
        """How long it took, None while it runs."""
        return (_instant(self.finished) - _instant(self.started)).total_seconds() if self.finished else None

    @property
    def line(self) -> str:
        """What it did, in one line."""
        sums = " + ".join(f"{getattr(self, name)} {name}" for name in OUTCOMES)
        error = f": {self.error}" if self.error else ""
        return f"{self.site}: run {self.id} {self.state}: {self.discovered} = {sums}; {self.requests} requests{error}"

    def as_dict(self) -> dict[str, Any]:
        """Return the run for JSON."""
        return asdict(self) | {"seconds": None if self.seconds is None else round(self.seconds, 3)}


@dataclass(frozen=True, slots=True)
class Cause:
    """How many URLs of a kind failed, or were skipped, in a run by one cause."""

    kind: str
    state: str
    cause: str
    number: int


@dataclass(frozen=True, slots=True)
class RunDetail:
    """One run with its causes, what became of articles in it, and the problems that it showed or ended."""

    run: RunRow
    causes: tuple[Cause, ...]
    events: dict[str, int]
    problems: tuple[str, ...]
    resolved: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the run for JSON."""
        return self.run.as_dict() | {
            "causes": [asdict(cause) for cause in self.causes],
            "events": self.events,
            "problems": list(self.problems),
            "resolved": list(self.resolved),
        }


def read_runs(db: Database, site_id: str | None = None, limit: int = 20, *, before: int | None = None) -> list[RunRow]:
    """Return the last runs, or the last ones before one, newest first; raises NotFoundError."""
    refuse_unknown(db, site_id)
    # An index serves a plain comparison only.
    site = "site_id = ?" if site_id else "? IS NULL"
    rows = db.conn.execute(
        f"SELECT {_COLUMNS} FROM runs WHERE {site} AND id < ifnull(?, 9e18) ORDER BY id DESC LIMIT ?",  # noqa: S608
        (site_id, before, limit),
    )
    return [RunRow(*row) for row in rows]


def last_run(db: Database, site_id: str, *, state: str | None = None) -> RunRow | None:
    """Return a site's last run, or its last one in that state."""
    row = db.conn.execute(
        f"SELECT {_COLUMNS} FROM runs WHERE site_id = ? AND ifnull(state = ?, 1) ORDER BY id DESC LIMIT 1",  # noqa: S608
        (site_id, state),
    ).fetchone()
    return RunRow(*row) if row else None


def read_run(db: Database, run_id: int) -> RunDetail:
    """Return one run in detail; raises NotFoundError."""
    row = db.conn.execute(f"SELECT {_COLUMNS} FROM runs WHERE id = ?", (run_id,)).fetchone()  # noqa: S608
    if row is None:
        (last,) = db.conn.execute("SELECT max(id) FROM runs").fetchone()
        raise NotFoundError(f"no run {run_id}; the last one is {last}" if last else "there has been no run yet")
    causes = db.conn.execute(
        "SELECT kind, state, cause, number FROM run_causes WHERE run_id = ? ORDER BY kind, state, number DESC, cause",
        (run_id,),
    )
    events = db.conn.execute(
        "SELECT kind, count(*) FROM events WHERE run_id = ? AND withdrawn IS NULL GROUP BY kind ORDER BY kind",
        (run_id,),
    )
    return RunDetail(
        RunRow(*row),
        tuple(Cause(*cause) for cause in causes),
        dict(events.fetchall()),
        _names(db, "run_id = ?", run_id),
        _names(db, "detail ->> '$.resolved_by_run' = ?", run_id),
    )


def count_causes(db: Database, run_id: int) -> None:
    """Write down by which causes URLs failed or were skipped in a run that ends now; inside the caller's transaction.

    Later runs overwrite what the ledger says of a URL, so it is counted while it still stands there.
    """
    db.conn.execute("DELETE FROM run_causes WHERE run_id = ?", (run_id,))
    for sql in (_COUNT_FAILED, _COUNT_SKIPPED):
        db.conn.execute(sql, (run_id,))


def _names(db: Database, condition: str, run_id: int) -> tuple[str, ...]:
    rows = db.conn.execute(f"SELECT name FROM problems WHERE {condition} ORDER BY id", (run_id,))  # noqa: S608
    return tuple(name for (name,) in rows)


def _instant(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)
