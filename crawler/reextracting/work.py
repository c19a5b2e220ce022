"""Reading a site's stored articles again, and writing what that changes in batches."""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field

from sqlite_utils import Database

from archive import health, ledger
from archive.db import atomic, open_archive
from archive.errors import ArchiveError, UsageError
from archive.identity import normalise
from archive.lock import SiteLock
from archive.model import Article, Entry, timestamp, utc_now
from archive.reader import version_places
from archive.readings import Replacement, plan_replacements, show_latest, write_replacements
from archive.warc import Exchange, read_exchange
from archive.writer import BATCH_SECONDS, BATCH_UNITS
from crawler.reextracting.differences import FieldChanges, example_of
from crawler.rereading import read_exchanges
from crawler.site import Site
from crawler.spiders.fetching import reading_of
from crawler.workspace import Workspace

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Plan:
    """What becomes of one article."""

    article_id: int
    url: str
    replacements: tuple[Replacement, ...]

    @property
    def made_equal(self) -> int:
        """How many versions say what an earlier one says, and did not before."""
        before = len({each.before.digest for each in self.replacements})
        return max(before - len({each.after.digest for each in self.replacements}), 0)


@dataclass(slots=True)
class SiteReport:
    """What reading a site again changes, or would change: sums over articles, and per field with examples."""

    site: str
    written: bool
    articles: int = 0
    versions: int = 0
    changed: int = 0
    made_equal: int = 0
    fields: dict[str, FieldChanges] = field(default_factory=dict)
    unreadable: list[str] = field(default_factory=list)

    def add(self, plan: Plan) -> None:
        """Count an article."""
        self.articles += 1
        self.versions += len(plan.replacements)
        self.made_equal += plan.made_equal
        by_field = {name: each for each in reversed(plan.replacements) for name in each.changed}
        if "body" in by_field:
            # Its text says enough.
            by_field.pop("body_html", None)
        self.changed += bool(by_field)
        for name, each in by_field.items():
            self.fields.setdefault(name, FieldChanges()).add(example_of(plan.url, name, each))


@dataclass(frozen=True, slots=True)
class Reextraction:
    """One site's reading again: what of it, and whether it is written."""

    workspace: Workspace
    site: Site
    section: str | None = None
    write: bool = False

    def run(self, on_article: Callable[[int, int], None] = lambda _done, _all: None) -> SiteReport:
        """Read every stored article again under the site's lock; raises LockedError where another run holds it."""
        holdings = self.workspace.holdings
        holdings.make()
        report = SiteReport(self.site.id, self.write)
        with SiteLock(holdings, self.site.id), closing(open_archive(holdings.database, readonly=not self.write)) as db:
            every = self._article_ids(db)
            for number, batch in enumerate(self._batches(db, every, report, on_article)):
                logger.debug("%s: batch %d of %d articles", self.site.id, number, len(batch))
                if self.write:
                    self._write(db, batch)
            if self.write:
                with atomic(db):
                    health.recount(db, self.site.id)
        return report

    def _article_ids(self, db: Database) -> list[int]:
        known = ledger.sections_of(db, self.site.id)
        if self.section is None:
            rows = db.conn.execute("SELECT id FROM articles WHERE site_id = ? ORDER BY id", (self.site.id,))
        elif self.section in known:
            rows = db.conn.execute(
                "SELECT article_id FROM article_sections WHERE section_id = ? ORDER BY article_id",
                (known[self.section].id,),
            )
        else:
            named = ", ".join(known) or "none"
            raise UsageError(f"site {self.site.id} has no section {self.section!r} in the archive; it has {named}")
        return [row[0] for row in rows]

    def _batches(
        self, db: Database, every: Sequence[int], report: SiteReport, on_article: Callable[[int, int], None]
    ) -> Iterator[list[Plan]]:
        """Yield the articles' plans, so many or so long together as one transaction may hold."""
        batch: list[Plan] = []
        begun = time.monotonic()
        for done, article_id in enumerate(every, 1):
            plan = self._plan(db, article_id, report)
            report.add(plan)
            batch.append(plan)
            on_article(done, len(every))
            if len(batch) >= BATCH_UNITS or time.monotonic() - begun >= BATCH_SECONDS:
                yield batch
                batch, begun = [], time.monotonic()
        if batch:
            yield batch

    def _plan(self, db: Database, article_id: int, report: SiteReport) -> Plan:
        (url,) = db.conn.execute("SELECT url FROM articles WHERE id = ?", (article_id,)).fetchone()
        rows = db.conn.execute("SELECT id, number FROM versions WHERE article_id = ? ORDER BY number", (article_id,))
        read: dict[int, Article] = {}
        for version_id, number in rows.fetchall():
            try:
                article = self._read(db, article_id, version_id)
            except ArchiveError as error:
                report.unreadable.append(f"{url}, version {number}: {error}")
                continue
            if article is not None:
                read[version_id] = article
        return Plan(article_id, url, tuple(plan_replacements(db, article_id, read)))

    def _read(self, db: Database, article_id: int, version_id: int) -> Article | None:
        folder = self.workspace.holdings.captures
        kept = [read_exchange(folder, place, decompressed=True) for place in version_places(db, version_id)]
        return read_exchanges(kept, self.site, self._entry(db, article_id, kept[0])) if kept else None

    def _entry(self, db: Database, article_id: int, first: Exchange) -> Entry | None:
        """Return what the listings first said of the address that was fetched, else of another of the article's."""
        try:
            fetched = normalise(first.url)
        except ValueError:
            fetched = first.url
        rows = db.conn.execute(
            "SELECT url FROM urls WHERE article_id = ? AND kind = 'article' ORDER BY url <> ?, id",
            (article_id, fetched),
        )
        said = (ledger.entry_of(db, self.site.id, url) for (url,) in rows.fetchall())
        return next((entry for entry in said if entry), None)

    def _write(self, db: Database, batch: Sequence[Plan]) -> None:
        reading, at = reading_of(self.site), timestamp(utc_now())
        with atomic(db):
            for plan in batch:
                if plan.replacements:
                    write_replacements(db, plan.article_id, plan.replacements, reading, at)
                    show_latest(db, plan.article_id, {each.version_id: each.after.day for each in plan.replacements})
