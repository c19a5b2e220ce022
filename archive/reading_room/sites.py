"""A site's page: what there is of it, how it is read, what its runs did, what is missing and why it stopped."""

import datetime as dt
import re
from collections import defaultdict
from dataclasses import dataclass

from sqlite_utils import Database

from archive.errors import NotFoundError
from archive.gaps import Gap, count_gaps, page_of_gaps
from archive.health import Problem, open_problems, resolved_problems
from archive.history import Cause, RunRow, read_runs
from archive.hosts import HostRow, origin_of, resting
from archive.model import utc_now
from archive.reading_room.advice import Advice, of_cause, of_problem, of_state
from archive.reading_room.calendar import Year, read_year
from archive.reading_room.shares import Shares, read_shares
from archive.reading_room.standing import Standing, read_standings

RUNS, GAPS, RESOLVED = 20, 25, 20
# So many missing addresses are counted; past that the page says "more than".
MOST = 100_000
# What stopped a walk ends with its cause in brackets; a run's error is some of that.
_CAUSE, _NEXT = re.compile(r"\(([a-z]+[a-zA-Z0-9-]*)\)$"), re.compile(r"(?<=\)); |; (?=section )")


@dataclass(frozen=True, slots=True)
class Asked:
    """What of a site's page is asked for; what does not fit is as if it were not given."""

    year: int | None = None
    field: str | None = None
    run: int | None = None
    cause: str | None = None
    after: int = 0


@dataclass(frozen=True, slots=True)
class Section:
    """A section, its articles, and its last whole walk; `failures` are walks in a row that ended badly."""

    key: str
    name: str
    url: str
    articles: int
    walked: str | None
    due_at: str | None
    every: str | None
    failures: int


@dataclass(frozen=True, slots=True)
class Said:
    """A line of what went wrong, with its cause in words where it has one."""

    line: str
    cause: str | None
    advice: Advice | None


@dataclass(frozen=True, slots=True)
class Runs:
    """Some runs, the latest first, with the causes by which things failed; `before` begins the page of earlier ones."""

    rows: tuple[tuple[RunRow, tuple[Cause, ...]], ...]
    before: int | None


@dataclass(frozen=True, slots=True)
class Gaps:
    """What is known and not stored: numbers by cause, and some of one cause; `after` begins the next page."""

    causes: tuple[tuple[str, int, Advice | None], ...]
    cause: str | None
    shown: tuple[Gap, ...]
    after: int | None
    most: int = MOST

    @property
    def number(self) -> int:
        """How many there are; above `most` there are more."""
        return sum(number for _, number, _ in self.causes)


@dataclass(frozen=True, slots=True)
class SitePage:
    """All that a site's page shows; `keys` are the articles that its problems name, by address."""

    url: str
    language: str | None
    timezone: str | None
    standing: Standing
    gone: int
    sections: tuple[Section, ...]
    stopped: tuple[Said, ...]
    state: Advice | None
    problems: tuple[tuple[Problem, Advice | None], ...]
    resolved: tuple[tuple[Problem, str], ...]
    keys: dict[str, str]
    year: Year | None
    shares: Shares | None
    runs: Runs
    gaps: Gaps
    hosts: tuple[HostRow, ...]


def read_site(db: Database, site: str, asked: Asked, now: dt.datetime | None = None) -> SitePage:
    """Return a site's page; raises NotFoundError."""
    now = now or utc_now()
    row = db.conn.execute("SELECT url, language, timezone FROM sites WHERE id = ?", (site,)).fetchone()
    if row is None:
        known = ", ".join(name for (name,) in db.conn.execute("SELECT id FROM sites ORDER BY id LIMIT 50"))
        raise NotFoundError(f"no site {site!r} in the archive; it holds {known or 'none yet'}")
    (standing,) = read_standings(db, now, site)
    (gone,) = db.conn.execute(
        "SELECT count(*) FROM articles INDEXED BY articles_gone WHERE site_id = ? AND state = 'gone'", (site,)
    ).fetchone()
    sections = _sections(db, site)
    run = standing.run
    url, language, timezone = row
    opened, resolved = open_problems(db, site), resolved_problems(db, site, RESOLVED)
    return SitePage(
        url,
        language,
        timezone,
        standing,
        gone,
        sections,
        _stopped(run),
        of_state(run.state) if run and run.state not in ("finished", "running") else None,
        tuple((problem, of_problem(problem.name)) for problem in opened),
        tuple(resolved),
        _keys(db, [*opened, *(problem for problem, _ in resolved)]),
        read_year(db, site, asked.year, now.date()),
        read_shares(db, site, asked.field),
        _runs(db, site, asked.run),
        _gaps(db, site, asked),
        _hosts(db, now, (url, *(section.url for section in sections))),
    )


def _sections(db: Database, site: str) -> tuple[Section, ...]:
    rows = db.conn.execute(
        "SELECT key, name, url, (SELECT count(*) FROM article_sections WHERE section_id = sections.id), "
        "walk_completed, due_at, every, failures FROM sections WHERE site_id = ? ORDER BY id",
        (site,),
    )
    return tuple(Section(*row) for row in rows)


def _stopped(run: RunRow | None) -> tuple[Said, ...]:
    """Return what the last run said of why it could not go on, a line each."""
    if run is None or not run.error:
        return ()
    said = []
    for line in _NEXT.split(run.error):
        found = _CAUSE.search(line)
        said.append(Said(line, found and found[1], of_cause(found[1]) if found else None))
    return tuple(said)


def _keys(db: Database, problems: list[Problem]) -> dict[str, str]:
    """Return the articles that problems show as examples, by address."""
    pages = (problem.detail[side] for problem in problems for side in ("old", "new"))
    urls = {page["url"] for page in pages if page}
    rows = db.conn.execute(
        f"SELECT url, key FROM articles WHERE url IN ({', '.join('?' * len(urls))}) AND state <> 'withdrawn'",  # noqa: S608
        tuple(urls),
    )
    return dict(rows.fetchall())


def _runs(db: Database, site: str, before: int | None) -> Runs:
    rows = read_runs(db, site, RUNS + 1, before=before)
    shown = rows[:RUNS]
    causes: defaultdict[int, list[Cause]] = defaultdict(list)
    for run_id, *cause in db.conn.execute(
        "SELECT run_id, kind, state, cause, number FROM run_causes "  # noqa: S608
        f"WHERE run_id IN ({', '.join('?' * len(shown))}) ORDER BY run_id, number DESC, cause",
        tuple(run.id for run in shown),
    ):
        causes[run_id].append(Cause(*cause))
    return Runs(tuple((run, tuple(causes[run.id])) for run in shown), shown[-1].id if len(rows) > RUNS else None)


def _gaps(db: Database, site: str, asked: Asked) -> Gaps:
    counted = count_gaps(db, site, MOST + 1)
    cause = asked.cause if asked.cause in counted else next(iter(counted), None)
    shown, after = page_of_gaps(db, site, cause, after=asked.after, limit=GAPS) if cause else ([], None)
    causes = tuple((name, number, of_cause(name)) for name, number in counted.items())
    return Gaps(causes, cause, tuple(shown), after)


def _hosts(db: Database, now: dt.datetime, urls: tuple[str, ...]) -> tuple[HostRow, ...]:
    """Return those hosts of the sections that are left alone; of a picture's nothing tells whose it is."""
    own = {origin_of(url) for url in urls if url.startswith(("http://", "https://"))}
    return tuple(host for host in resting(db, now) if host.origin in own)
