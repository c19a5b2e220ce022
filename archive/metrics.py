"""The archive's figures in the text format of Prometheus, for node_exporter's textfile collector."""

import datetime as dt
import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from archive.errors import ArchiveError
from archive.history import OUTCOMES, RunRow
from archive.software import VERSION
from archive.status import SiteStatus, read_status

_STATES = ("finished", "interrupted", "killed", "failed")
# Each metric with its type and help; docs/operations.md says what to do about it.
METRICS = {
    "newsarchive_build_info": ("gauge", "The release that wrote this file; always 1."),
    "newsarchive_database_size_bytes": ("gauge", "Size of archive.db."),
    "newsarchive_articles": ("gauge", "Articles in the archive, by what became of their page."),
    "newsarchive_pending_urls": ("gauge", "Articles that are known and have not been fetched yet."),
    "newsarchive_failing_urls": ("gauge", "URLs that failed when they were last tried, by cause."),
    "newsarchive_open_problems": ("gauge", "Open problems in how the site's pages are read."),
    "newsarchive_next_due_timestamp_seconds": ("gauge", "When the next work of the site is due."),
    "newsarchive_last_run_start_timestamp_seconds": ("gauge", "When the last run began."),
    "newsarchive_last_run_duration_seconds": ("gauge", "How long the last run took; absent while it runs."),
    "newsarchive_last_run_state": ("gauge", "1 for the state that the last run is in or ended in."),
    "newsarchive_last_run_articles": ("gauge", "Articles that the last run took on, by outcome."),
    "newsarchive_last_good_run_timestamp_seconds": ("gauge", "When the last run that finished ended."),
    "newsarchive_runs_total": ("counter", "Runs that ended, by state."),
    "newsarchive_articles_taken_total": ("counter", "Articles that runs took on, by outcome."),
    "newsarchive_requests_total": ("counter", "Responses received."),
    "newsarchive_received_bytes_total": ("counter", "Bytes of bodies received."),
}


@dataclass(frozen=True, slots=True)
class _Sample:
    metric: str
    value: float
    labels: tuple[tuple[str, str], ...] = ()

    def line(self) -> str:
        labels = ",".join(f'{name}="{_escaped(value)}"' for name, value in self.labels)
        return f"{self.metric}{{{labels}}} {self.value:.17g}" if labels else f"{self.metric} {self.value:.17g}"


def prometheus_text(db: Database, database: Path) -> str:
    """Return the figures of all sites in the archive as Prometheus reads them."""
    samples = [
        _Sample("newsarchive_build_info", 1, (("version", VERSION),)),
        _Sample("newsarchive_database_size_bytes", database.stat().st_size),
    ]
    for status in read_status(db):
        samples += _of_site(db, status)
    return "".join(f"{line}\n" for line in _lines(samples))


def write_prometheus(db: Database, database: Path, target: Path) -> None:
    """Write the figures whole or not at all; raises ArchiveError that names the file.

    Whoever collects it may be another user, and reads names that end in `.prom` only.
    """
    text = prometheus_text(db, database)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".new", dir=target.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
                os.fchmod(file.fileno(), 0o644)
            Path(name).replace(target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise ArchiveError(
            f"cannot write {target}: {error.strerror}; make its folder writable or change [report] prometheus"
        ) from error


def _lines(samples: Sequence[_Sample]) -> Iterator[str]:
    for metric, (kind, words) in METRICS.items():
        found = [sample for sample in samples if sample.metric == metric]
        if found:
            yield f"# HELP {metric} {words}"
            yield f"# TYPE {metric} {kind}"
            yield from (sample.line() for sample in found)


def _of_site(db: Database, status: SiteStatus) -> Iterator[_Sample]:
    site = (("site", status.site),)
    for state, number in (("live", status.articles - status.gone), ("gone", status.gone)):
        yield _Sample("newsarchive_articles", number, (*site, ("state", state)))
    yield _Sample("newsarchive_pending_urls", status.pending, site)
    for cause, number in status.failures.items():
        yield _Sample("newsarchive_failing_urls", number, (*site, ("cause", cause)))
    yield _Sample("newsarchive_open_problems", len(status.problems), site)
    if status.next_due:
        yield _Sample("newsarchive_next_due_timestamp_seconds", _seconds(status.next_due), site)
    if status.last_good and status.last_good.finished:
        yield _Sample("newsarchive_last_good_run_timestamp_seconds", _seconds(status.last_good.finished), site)
    if status.last_run:
        yield from _of_last_run(status.last_run, site)
    yield from _sums(db, status.site, site)


def _of_last_run(run: RunRow, site: tuple[tuple[str, str], ...]) -> Iterator[_Sample]:
    yield _Sample("newsarchive_last_run_start_timestamp_seconds", _seconds(run.started), site)
    if run.seconds is not None:
        yield _Sample("newsarchive_last_run_duration_seconds", run.seconds, site)
    for state in ("running", *_STATES):
        yield _Sample("newsarchive_last_run_state", int(run.state == state), (*site, ("state", state)))
    for outcome in OUTCOMES:
        yield _Sample("newsarchive_last_run_articles", getattr(run, outcome), (*site, ("outcome", outcome)))


def _sums(db: Database, site_id: str, site: tuple[tuple[str, str], ...]) -> Iterator[_Sample]:
    """Yield what only ever grows: sums over the runs that ended."""
    states = dict.fromkeys(_STATES, 0) | dict(
        db.conn.execute(
            "SELECT state, count(*) FROM runs WHERE site_id = ? AND state <> 'running' GROUP BY state", (site_id,)
        ).fetchall()
    )
    for state, number in states.items():
        yield _Sample("newsarchive_runs_total", number, (*site, ("state", state)))
    # What is pending after a run is taken on again by the next.
    done = OUTCOMES[:-1]
    *outcomes, requests, size = db.conn.execute(
        f"SELECT {', '.join(f'total({name})' for name in (*done, 'requests', 'bytes'))} FROM runs "  # noqa: S608
        "WHERE site_id = ? AND state <> 'running'",
        (site_id,),
    ).fetchone()
    for outcome, number in zip(done, outcomes, strict=True):
        yield _Sample("newsarchive_articles_taken_total", number, (*site, ("outcome", outcome)))
    yield _Sample("newsarchive_requests_total", requests, site)
    yield _Sample("newsarchive_received_bytes_total", size, site)


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _seconds(instant: str) -> float:
    return dt.datetime.fromisoformat(instant).timestamp()
