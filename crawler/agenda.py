"""The agenda: which sites have something to do now, and when the next has."""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlite_utils import Database

from archive import ledger
from archive.db import open_archive
from archive.errors import NewsarchiveError
from archive.model import timestamp, utc_now
from crawler.due import EVER, section_due_at
from crawler.saving import site_of
from crawler.site import Site
from crawler.workspace import Workspace


@dataclass(frozen=True, slots=True)
class DueSite:
    """A site and when the first of its sections or articles is due: EVER where one was never walked, None for never."""

    site: Site
    at: dt.datetime | None


def archived_sites(workspace: Workspace, known: Collection[str]) -> list[Site]:
    """Return the sites that the archive holds beyond the known ones: bundled ones, and hosts of single articles."""
    if not workspace.holdings.database.is_file():
        return []
    db = open_archive(workspace.holdings.database)
    try:
        rows = db.conn.execute("SELECT id, url FROM sites ORDER BY id").fetchall()
    finally:
        db.close()
    bundled = workspace.site_ids()
    sites = (workspace.site(name) if name in bundled else site_of(url) for name, url in rows if name not in known)
    return [site for site in sites if site.id in {name for name, _ in rows}]


def defined_sites(workspace: Workspace) -> tuple[list[Site], list[NewsarchiveError]]:
    """Return the sites that the workspace defines, and what is wrong with definitions that cannot be read.

    One broken definition must not keep the other sites from their turn.
    """
    sites: list[Site] = []
    mistakes: list[NewsarchiveError] = []
    for name in workspace.own_ids():
        try:
            sites.append(workspace.site(name))
        except NewsarchiveError as error:
            mistakes.append(error)
    return sites, mistakes


def every_site(workspace: Workspace) -> tuple[list[Site], list[NewsarchiveError]]:
    """Return the sites that the workspace defines and those that the archive holds besides them, and the mistakes."""
    sites, mistakes = defined_sites(workspace)
    return sites + archived_sites(workspace, workspace.own_ids()), mistakes


def due_sites(workspace: Workspace, sites: Iterable[Site]) -> list[DueSite]:
    """Return when each site is due, the one that has waited longest first; None where nothing of it ever is."""
    if not workspace.holdings.database.is_file():
        return [DueSite(site, EVER) for site in sites]
    # Not read-only: what an earlier release wrote is brought up to date first.
    db = open_archive(workspace.holdings.database)
    try:
        found = [DueSite(site, _due_at(db, site)) for site in sites]
    finally:
        db.close()
    return sorted(found, key=lambda due: due.at or dt.datetime.max.replace(tzinfo=dt.UTC))


def _due_at(db: Database, site: Site) -> dt.datetime | None:
    rows = ledger.sections_of(db, site.id)
    times = [section_due_at(section, rows.get(section.key), site.zone, utc_now()) for section in site.sections]
    article = ledger.first_due(db, site.id)
    return min((at for at in (*times, article) if at), default=None)


def is_due(due: DueSite, now: dt.datetime) -> bool:
    """Return whether a site has something to do."""
    return due.at is not None and due.at <= now


def said(instant: dt.datetime | None) -> str | None:
    """Return when something is due as the archive writes times; the present where it is due since ever."""
    return None if instant is None else "now" if instant == EVER else timestamp(instant)
