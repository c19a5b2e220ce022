"""One import: what is named is taken in, what is new is read, and all of it is summed up."""

from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from archive.db import open_archive
from archive.due import Policy
from crawler.importing.intake import IMPORT_SITE, Filter, Intake
from crawler.importing.reading import PageReading, ReadSums
from crawler.importing.run import Progress, SiteRun, silent
from crawler.importing.sites import Sites, stored_sites
from crawler.importing.sources import Left, Source, sources_of
from crawler.importing.workspaces import OtherArchive, read_workspace, take_workspace
from crawler.workspace import Workspace

# So many of a file are named; the table `import_damages` has all.
_MOST_DAMAGES = 10_000


@dataclass(frozen=True, slots=True)
class Order:
    """What is imported and how."""

    paths: tuple[Path, ...]
    site: str | None = None
    filter: Filter = field(default_factory=Filter)
    jobs: int = 1


@dataclass(slots=True)
class Report:
    """What an import did."""

    files: list[str] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    types: Counter[str] = field(default_factory=Counter)
    new: Counter[str] = field(default_factory=Counter)
    known: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    bytes: int = 0
    waiting: int = 0
    damages: list[tuple[str, int, str]] = field(default_factory=list)
    read: ReadSums = field(default_factory=ReadSums)

    @property
    def exit_code(self) -> int:
        """0 well, 1 where something could not be read, 3 where another run holds a site."""
        if self.read.locked:
            return 3
        is_damaged = any(left.is_damage for left in self.left)
        unread = any(rule.startswith(("error-", "unreadable")) for rule in self.read.pages)
        return 1 if self.damages or is_damaged or unread else 0

    def as_dict(self) -> dict[str, Any]:
        """Return the sums as they are printed as JSON."""
        return {
            "files": self.files,
            "records": dict(self.types),
            "new": dict(self.new),
            "known": self.known,
            "bytes": self.bytes,
            "skipped": dict(self.skipped),
            "revisits_without_original": self.waiting,
            "articles": {name: self.read.articles[name] for name in ("new", "changed", "unchanged")},
            "no_articles": dict(self.read.pages),
            "absences": self.read.absences,
            "sites": self.read.sites,
            "left": [{"name": left.name, "reason": left.reason} for left in self.left],
            "damages": [{"file": name, "offset": at, "reason": reason} for name, at, reason in self.damages],
            "locked": self.read.locked,
        }


def run_import(workspace: Workspace, order: Order, shown: Progress = silent) -> Report:
    """Import what is named; raises UsageError, LockedError, ArchiveError."""
    report = Report()
    holdings = workspace.holdings
    holdings.make()
    with closing(open_archive(holdings.database)) as db:
        sites = Sites(workspace, stored_sites(db), forced=order.site, only_known=order.filter.only_known)
        others = _take_in(workspace, order, db, sites, report, shown)
    for other in others:
        read_workspace(workspace, other, report.read)
    PageReading(workspace, order.jobs, shown, report.read).run()
    return report


def _take_in(
    workspace: Workspace, order: Order, db: Database, sites: Sites, report: Report, shown: Progress
) -> list[OtherArchive]:
    intake: Intake | None = None
    others: list[OtherArchive | None] = []

    def counts() -> dict[str, int]:
        return {"requests": intake.sums.records, "bytes": intake.sums.bytes} if intake else {}

    with SiteRun(
        workspace.holdings, IMPORT_SITE, Policy(),
        on_commit=lambda batch: intake.committed(batch) if intake else None, counts=counts,
    ) as run:  # fmt: skip
        intake = Intake(workspace, sites, order.filter, db, run.put, run.started.id)
        for found in _each(order.paths):
            if isinstance(found, Left):
                report.left.append(found)
                continue
            report.files.append(found.name)
            with shown(found.path.name, found.size) as advance:
                intake.on_bytes = advance
                if found.kind == "workspace":
                    others.append(take_workspace(intake, found, report.left))
                else:
                    intake.take(found)
        report.waiting = intake.settle(run.flush)
        report.damages = _damages(db, intake.imports)
    sums = intake.sums
    report.types, report.new, report.known = sums.types, sums.new, sums.known
    report.skipped, report.bytes = sums.skipped, sums.bytes
    return [other for other in others if other]


def _each(paths: Iterable[Path]) -> Iterable[Source | Left]:
    for path in paths:
        yield from sources_of(path)


def _damages(db: Database, imports: list[int]) -> list[tuple[str, int, str]]:
    """Return what could not be read of these files, now or before a kill."""
    found: list[tuple[str, int, str]] = []
    for import_id in dict.fromkeys(imports):
        rows = db.conn.execute(
            "SELECT path, import_damages.offset, reason FROM import_damages JOIN imports ON imports.id = import_id "
            "WHERE import_id = ? ORDER BY import_damages.offset, reason LIMIT ?",
            (import_id, _MOST_DAMAGES),
        )
        found += [(str(row[0]), int(row[1]), str(row[2])) for row in rows.fetchall()]
    return found
