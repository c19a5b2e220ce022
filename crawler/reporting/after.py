"""After a run: the file for Prometheus is written, and people are told what is new. Neither can fail the run."""

import logging
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing

from filelock import FileLock, Timeout
from sqlite_utils import Database

from archive.db import open_archive
from archive.errors import LockedError, NewsarchiveError
from archive.history import last_run
from archive.metrics import write_prometheus
from archive.model import utc_now
from archive.notices import Notice, Trouble, mark_told, note, untold
from crawler.reporting.sending import send, title_of
from crawler.reporting.telling import tell_news
from crawler.reporting.troubles import find_troubles, refused
from crawler.workspace import Workspace

logger = logging.getLogger(__name__)
_PATIENCE = 30


def report_runs(
    workspace: Workspace,
    sites: Sequence[str],
    refusals: Mapping[str, NewsarchiveError] | None = None,
    *,
    quiet: bool = False,
) -> None:
    """Report what the runs of these sites left; `refusals` are those that the archive did not let run.

    `quiet` notes what is wrong without telling: a run that was stopped has no time for that; the next one tells.
    """
    config = workspace.config
    # Who holds a lock reports its run itself.
    refusals = {site: error for site, error in (refusals or {}).items() if not isinstance(error, LockedError)}
    try:
        if config.report.prometheus:
            with closing(open_archive(workspace.holdings.database, readonly=True)) as db:
                write_prometheus(db, workspace.holdings.database, workspace.root / config.report.prometheus)
        if config.notify.urls:
            _notify(workspace, sites, refusals, quiet=quiet)
            if "watch" in config.notify.on and not quiet:
                tell_news(workspace)
    except (NewsarchiveError, sqlite3.Error, OSError) as error:
        logger.warning("reporting failed, the next run tries again: %s", error)


def report_killed(workspace: Workspace, sites: Sequence[str]) -> None:
    """Tell of runs whose process is gone: where every run is killed, none lives to tell of it at its end."""
    if not workspace.config.notify.urls or not workspace.holdings.database.is_file():
        return
    try:
        with closing(open_archive(workspace.holdings.database, readonly=True)) as db:
            left = {run.site for site in sites if (run := last_run(db, site)) and run.state == "running"}
    except (NewsarchiveError, sqlite3.Error) as error:
        logger.debug("not looked at for killed runs: %s", error)
        return
    if left:
        report_runs(workspace, sorted(left))


def _notify(
    workspace: Workspace, sites: Sequence[str], refusals: Mapping[str, NewsarchiveError], *, quiet: bool
) -> None:
    lock = FileLock(workspace.holdings.locks / "notify.lock", timeout=_PATIENCE)
    try:
        # Two runs that end at once must not tell the same thing twice.
        with lock, closing(open_archive(workspace.holdings.database)) as db:
            standing = [trouble for site in sites for trouble in find_troubles(db, workspace.holdings, site)]
            standing += [refused(site, str(error)) for site, error in refusals.items()]
            note(db, sites, standing, utc_now())
            if not quiet:
                _tell(workspace, db)
    except (NewsarchiveError, sqlite3.Error, OSError, Timeout) as error:
        if not refusals:
            raise
        # The archive cannot be written, which is what there is to tell: told at every run until it can.
        logger.debug("notices cannot be written: %s", error)
        _send(workspace, [refused(site, str(error)) for site, error in refusals.items()], [])


def _tell(workspace: Workspace, db: Database) -> None:
    notices = untold(db, workspace.config.notify.on)
    begun = [notice for notice in notices if not notice.ended_at]
    if notices and _send(workspace, begun, [notice for notice in notices if notice.ended_at]):
        mark_told(db, notices, utc_now())


def _send(workspace: Workspace, begun: Sequence[Notice | Trouble], ended: Sequence[Notice]) -> bool:
    """Send what is new and what is over in one message; return whether anyone took it."""
    urls = workspace.config.notify.urls
    sites = sorted({each.site for each in (*begun, *ended)})
    title = title_of(len(begun), sites) if begun else f"newsarchive: over ({', '.join(sites)})"
    failed = send(urls, title, "\n".join(_lines(begun, ended)))
    for line in failed:
        logger.warning("%s", line)
    return len(failed) < len(urls)


def _lines(begun: Sequence[Notice | Trouble], ended: Sequence[Notice]) -> list[str]:
    lines = [f"{each.site}: {each.said}" for each in begun]
    lines += [f"{each.site}: over: {each.said} (since {each.first_seen[:16]}Z)" for each in ended]
    for site in sorted({each.site for each in begun}):
        lines.append(f"Next: newsarchive status {site}")
    return lines
