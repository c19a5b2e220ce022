"""What stands wrong with a site, read out of the archive: what people are told, once each."""

from collections import Counter
from collections.abc import Iterator

from sqlite_utils import Database

from archive.causes import explain
from archive.due import MISSING
from archive.errors import LockedError
from archive.failures import Failure, find_failures
from archive.health import open_problems
from archive.history import RunRow, last_run
from archive.holdings import Holdings
from archive.lock import SiteLock
from archive.notices import Trouble
from crawler.failures import DEAD_LINKS

# A site loses a page now and then; so many at once are told of.
_MANY = 10


def find_troubles(db: Database, holdings: Holdings, site_id: str) -> Iterator[Trouble]:
    """Yield what stands wrong with a site: its last run, its walks, its failing articles, its health."""
    run = last_run(db, site_id)
    if run is None:
        return
    yield from _of_run(db, holdings, run)
    yield from _of_articles([failure for failure in find_failures(db, site_id) if failure.kind == "article"])
    for problem in open_problems(db, site_id):
        yield Trouble(f"{site_id}/health/{problem.name}", "health", site_id, f"{problem.name}: {problem.meaning}")


def refused(site_id: str, reason: str) -> Trouble:
    """Return the trouble of a run that the archive did not let begin, or end."""
    return Trouble(f"{site_id}/archive", "failure", site_id, reason)


def _of_run(db: Database, holdings: Holdings, run: RunRow) -> Iterator[Trouble]:
    if run.state == "killed" or (run.state == "running" and _is_dead(holdings, run.site)):
        yield Trouble(
            f"{run.site}/killed", "failure", run.site, f"run {run.id} was killed: its process ended without closing it"
        )
    walks = [
        Trouble(f"{run.site}/walk/{key}", "failure", run.site, _walk_error(run, key))
        for (key,) in db.conn.execute(
            "SELECT key FROM sections WHERE site_id = ? AND failures > 0 ORDER BY id", (run.site,)
        ).fetchall()
    ]
    yield from walks
    if run.state == "failed" and not walks:
        yield Trouble(f"{run.site}/run", "failure", run.site, f"run {run.id} failed: {run.error or 'no reason given'}")


def _walk_error(run: RunRow, key: str) -> str:
    """Return what the run says of a section's walk."""
    start = f"section {key}: "
    said = [line for line in (run.error or "").split("; ") if line.startswith(start)]
    return said[0] if said else f"{start}its walk did not come to its end"


def _is_dead(holdings: Holdings, site_id: str) -> bool:
    """Return whether a run that calls itself running is not: a living one holds its site's lock."""
    try:
        with SiteLock(holdings, site_id):
            return True
    except LockedError:
        return False


def _of_articles(failures: list[Failure]) -> Iterator[Trouble]:
    counts = Counter((failure.site, failure.cause) for failure in failures if failure.cause not in DEAD_LINKS)
    # A link that never led anywhere is the site's affair; pages that were there and are not is ours.
    lost = Counter((failure.site, "lost") for failure in failures if failure.cause in MISSING and failure.stored)
    for (site, cause), number in sorted(counts.items()):
        words = f"{_articles(number)} since the last good fetch: {explain(cause)} ({cause})"
        yield Trouble(f"{site}/articles/{cause}", "failure", site, f"failing: {words}", _magnitude(number))
    for (site, _), number in lost.items():
        if number >= _MANY:
            words = f"{_articles(number)} that were stored are not found any more (http-404, http-410, soft-404)"
            yield Trouble(f"{site}/articles/lost", "failure", site, words, _magnitude(number))


def _articles(number: int) -> str:
    return f"{number} article{'' if number == 1 else 's'}"


def _magnitude(number: int) -> int:
    """Return the power of ten that a number reaches: what grows tenfold is told again."""
    return int(10 ** (len(str(number)) - 1))
