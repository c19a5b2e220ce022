"""An import's second half: the pages among the new captures are read, and what is an article is stored.

What is still to be read is marked in the archive, so a killed import goes on where it was.
"""

import datetime as dt
import logging
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from itertools import groupby

from sqlite_utils import Database

from archive import ledger
from archive.db import open_archive
from archive.errors import ArchiveError, LockedError
from archive.identity import host_of, normalise
from archive.model import Article, Entry
from archive.reader import current_places, current_reading
from archive.storing import ArticleUnit
from archive.units import CaptureRef, Unit
from crawler.extracting.pool import in_order
from crawler.importing.marked import absences_of, nearest_page, pages_to_read, sites_with_absences
from crawler.importing.pictures import Pictures
from crawler.importing.run import SiteRun
from crawler.importing.sites import site_by_id, stored_sites, unlisted
from crawler.importing.storing import AbsentUnit, ImportedUnit
from crawler.importing.verdict import Page, Reader, Verdict
from crawler.parsers import join_pages
from crawler.parsers.pager import part_number
from crawler.rereading import read_stored
from crawler.spiders.fetching import identity_of, reading_of
from crawler.workspace import Workspace

logger = logging.getLogger(__name__)
SLICE = 200
_MOST_PAGES = 60
_WORTH_A_PROCESS = 60


@dataclass(slots=True)
class ReadSums:
    """What reading gave: articles by outcome, pages that are none by rule, sites, absences."""

    articles: Counter[str] = field(default_factory=Counter)
    pages: Counter[str] = field(default_factory=Counter)
    sites: list[str] = field(default_factory=list)
    absences: int = 0
    locked: list[str] = field(default_factory=list)


@dataclass(slots=True)
class PageReading:
    """Reads what is marked; `jobs` processes read, one thread writes."""

    workspace: Workspace
    jobs: int = 1
    on_page: Callable[[int, int], None] = lambda _done, _all: None
    sums: ReadSums = field(default_factory=ReadSums)

    def run(self) -> ReadSums:
        """Read every page that is marked, site by site, then tie what is absent to its articles."""
        with closing(open_archive(self.workspace.holdings.database, readonly=True)) as db:
            (every,) = db.conn.execute("SELECT count(*) FROM imported WHERE state = 'page'").fetchone()
            if every:
                self._read_pages(db, every)
            for site_id, home in sites_with_absences(db):
                self._note_absences(db, site_id, home)
        return self.sums

    def _read_pages(self, db: Database, every: int) -> None:
        reader = Reader(self.workspace)
        # Starting a process costs as much as reading some dozen pages.
        if self.jobs == 1 or every < _WORTH_A_PROCESS:
            verdicts: Iterator[Verdict] = map(reader.read, pages_to_read(db))
        else:
            verdicts = in_order(pages_to_read(db), reader.read, reader.died, self.jobs)
        done = 0
        for site_id, of_site in groupby(verdicts, key=lambda verdict: verdict.page.site_id):
            try:
                work = _SiteReading(self.workspace, db, reader, self.sums, site_id)
                for done, verdict in enumerate(of_site, done + 1):  # noqa: B020 (it goes on counting)
                    work.take(verdict)
                    self.on_page(done, every)
                work.finish()
            except LockedError as error:
                self._locked(error)
                done += sum(1 for _ in of_site)

    def _locked(self, error: LockedError) -> None:
        """Leave a site's pages marked for the next import while another run holds it."""
        self.sums.locked.append(str(error))

    def _note_absences(self, db: Database, site_id: str, home: str) -> None:
        site = site_by_id(self.workspace, site_id, home)
        try:
            with SiteRun(
                self.workspace.holdings, site.row, self.workspace.config.revisit.policy,
                on_commit=lambda _batch: None, counts=dict,
            ) as run:  # fmt: skip
                while found := absences_of(db, site_id):
                    self.sums.absences += len(found)
                    run.put(AbsentUnit(found))
                    run.flush()
        except LockedError as error:
            self._locked(error)


class _SiteReading:
    """The pages of one site: a run of its own, whose sums are over addresses of articles."""

    def __init__(self, workspace: Workspace, db: Database, reader: Reader, sums: ReadSums, site_id: str) -> None:
        self._workspace, self._db, self._reader, self._sums = workspace, db, reader, sums
        home = stored_sites(db).get(site_id, "")
        self.site = site_by_id(workspace, site_id, home)
        self._is_defined = site_id in workspace.site_ids()
        config = workspace.config
        self._pictures = Pictures(db, workspace.holdings.media, config.storage.max_images)
        self._counts: Counter[str] = Counter()
        self._last: tuple[str, str] | None = None
        self._run = SiteRun(
            workspace.holdings, self.site.row, config.revisit.policy, on_commit=self._committed, counts=self._summed
        )
        sums.sites.append(site_id)

    def take(self, verdict: Verdict) -> None:
        """Queue what became of a page."""
        try:
            unit = self._unit(verdict)
        except BaseException as error:
            self._run.__exit__(type(error), error, None)
            raise
        self._run.put(unit)

    def finish(self) -> None:
        """Write what is queued and close the run."""
        self._run.__exit__(None, None, None)

    def _unit(self, verdict: Verdict) -> ImportedUnit:
        page, article = verdict.page, verdict.article
        if article is None:
            return ImportedUnit(page, verdict.rule)
        if part_number(page.address) > 1 and article.pages:
            return ImportedUnit(page, "part" if self._is_there(article.pages) else "part-without-first")
        further = self._further(article, page)
        whole = join_pages([article, *(each.article for each in further if each.article)])
        missing = len({*article.pages} - {each.page.address for each in further})
        own = normalise(page.url)
        site = self.site if self._is_defined else unlisted(self.site.id, self.site.url, host_of(own))
        known = ledger.known(self._db, self.site.id, page.address)
        unit = ArticleUnit(
            url=page.address, identity=identity_of(whole, page.url, self._db, site), own=own, article=whole,
            captures=(_ref(page), *(_ref(each.page) for each in further)),
            images=self._pictures.of(whole.images, page.fetched_at),
            also=self._pictures.also(whole.images, page.fetched_at),
            reading=reading_of(self.site), pages=tuple(each.page.address for each in further),
            reread=self._reread(known.article_id, page.entry) if known and known.article_id else None,
            note="incomplete" if missing else "bad-encoding" if whole.undecodable else None,
        )  # fmt: skip
        return ImportedUnit(page, article=unit)

    def _is_there(self, pages: Sequence[str]) -> bool:
        """Return whether the first part of an article is among what was imported."""
        return any(part_number(url) == 1 and nearest_page(self._db, self.site.id, url, "") for url in pages)

    def _further(self, first: Article, page: Page) -> list[Verdict]:
        """Return the other pages of an article that were imported, in their order."""
        found: list[Verdict] = []
        waiting, seen = list(first.pages), {page.address}
        while waiting and len(found) < _MOST_PAGES:
            url = waiting.pop(0)
            part = None if url in seen else nearest_page(self._db, self.site.id, url, page.fetched_at)
            seen.add(url)
            if part is None:
                continue
            # Of an article's later part nobody asks whether it looks like an article.
            verdict = self._reader.read(replace(part, known=True))
            if verdict.article:
                found.append(verdict)
                waiting += [more for more in verdict.article.pages if more not in seen and more not in waiting]
        return sorted(found, key=lambda verdict: part_number(verdict.page.address))

    def _reread(self, article_id: int, entry: Entry | None) -> Article | None:
        """Return the current version read again where another parser or template read it: to compare like with like."""
        today = reading_of(self.site)
        if current_reading(self._db, article_id) == (today.parser, today.template):
            return None
        try:
            folder = self._workspace.holdings.captures
            return read_stored(folder, current_places(self._db, article_id), self.site, entry)
        except ArchiveError as error:
            logger.warning("%s: article %d is compared as it was read: %s", self.site.id, article_id, error)
            return None

    def _committed(self, batch: Sequence[Unit]) -> None:
        """Count what was written; several captures of one address count as one article."""
        for unit in batch:
            if not isinstance(unit, ImportedUnit):
                continue
            if unit.article is None:
                self._sums.pages[unit.rule] += 1
                continue
            outcome, address = unit.rule, unit.page.address
            self._sums.articles[unit.kind] += 1
            if self._last and self._last[0] == address:
                if outcome == "unchanged" or self._last[1] == "stored":
                    continue
                self._counts["unchanged"] -= 1
                self._counts["discovered"] -= 1
            self._counts[outcome] += 1
            self._counts["discovered"] += 1
            self._last = (address, outcome)

    def _summed(self) -> dict[str, int]:
        return dict(self._counts)


def _ref(page: Page) -> CaptureRef:
    at = dt.datetime.fromisoformat(page.fetched_at)
    return CaptureRef(
        page.url, at, id=page.capture_id, digest=page.digest, etag=page.etag, last_modified=page.last_modified,
        status=page.status or 200,
    )  # fmt: skip
