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
from archive.db import atomic, open_archive
from archive.errors import ArchiveError, LockedError
from archive.identity import host_of, normalise
from archive.model import Article, Entry
from archive.reader import current_places, current_reading
from archive.storing import ArticleUnit
from archive.units import CaptureRef, Unit
from crawler.extracting.pool import in_order
from crawler.importing.attached import Attached
from crawler.importing.marked import SLICE, absences_of, nearest_page, pages_to_read, sites_with_absences
from crawler.importing.pictures import Pictures
from crawler.importing.run import Progress, SiteRun, silent
from crawler.importing.sites import site_by_id, unlisted
from crawler.importing.storing import AbsentUnit, ImportedUnit
from crawler.importing.verdict import Page, Reader, Verdict
from crawler.parsers import join_pages
from crawler.parsers.pager import part_number
from crawler.rereading import read_stored
from crawler.spiders.fetching import identity_of, reading_of
from crawler.workspace import Workspace

logger = logging.getLogger(__name__)
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
    progress: Progress = silent
    sums: ReadSums = field(default_factory=ReadSums)

    def run(self) -> ReadSums:
        """Read every page that is marked, site by site, then tie what is absent to its articles."""
        with closing(open_archive(self.workspace.holdings.database, readonly=True)) as db:
            (every,) = db.conn.execute("SELECT count(*) FROM imported WHERE state = 'page'").fetchone()
            if every:
                with self.progress("reading pages", every) as advance:
                    self._read_pages(db, every, advance)
            for site_id, home in sites_with_absences(db):
                self._note_absences(db, site_id, home)
        return self.sums

    def _read_pages(self, db: Database, every: int, advance: Callable[[int], None]) -> None:
        reader = Reader(self.workspace)
        # Starting a process costs as much as reading some dozen pages.
        if self.jobs == 1 or every < _WORTH_A_PROCESS:
            verdicts: Iterator[Verdict] = map(reader.read, pages_to_read(db))
        else:
            verdicts = in_order(pages_to_read(db), reader.read, reader.died, self.jobs)
        with closing(_Marks(self.workspace, self.sums)) as marks:
            for _, of_site in groupby(verdicts, key=lambda verdict: verdict.page.site_id):
                work: _SiteReading | None = None
                try:
                    for verdict in of_site:
                        work = work or _SiteReading(self.workspace, db, reader, self.sums, verdict.page)
                        unit = work.unit(verdict)
                        (work.put if unit.article else marks.put)(unit)
                        advance(1)
                    if work:
                        work.finish()
                except LockedError as error:
                    self._locked(error)
                except BaseException as error:
                    if work:
                        work.finish(error)
                    raise

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


class _Marks:
    """What became of pages that are no articles; no site need be locked for that, nor known to the archive."""

    def __init__(self, workspace: Workspace, sums: ReadSums) -> None:
        self._db, self._sums = open_archive(workspace.holdings.database), sums
        self._waiting: list[ImportedUnit] = []

    def put(self, unit: ImportedUnit) -> None:
        """Write a mark, with others together."""
        self._waiting.append(unit)
        if len(self._waiting) >= SLICE:
            self._write()

    def close(self) -> None:
        """Write what waits."""
        self._write()
        self._db.close()

    def _write(self) -> None:
        with atomic(self._db):
            self._db.conn.executemany(
                "UPDATE imported SET state = ? WHERE id = ?",
                [(unit.rule, unit.page.imported_id) for unit in self._waiting],
            )
        self._sums.pages.update(unit.rule for unit in self._waiting)
        self._waiting.clear()


class _SiteReading:
    """The pages of one site; with its first article it has a run of its own, whose sums are over addresses."""

    def __init__(self, workspace: Workspace, db: Database, reader: Reader, sums: ReadSums, first: Page) -> None:
        self._workspace, self._db, self._reader, self._sums = workspace, db, reader, sums
        self.site = site_by_id(workspace, first.site_id, first.home)
        self._is_defined = first.site_id in workspace.site_ids()
        self._pictures = Pictures(db, workspace.holdings.media, workspace.config.storage.max_images)
        self._attached = Attached(db, workspace.holdings.captures, workspace.config.storage.max_attachments)
        self._counts: Counter[str] = Counter()
        self._last: tuple[str, str] | None = None
        self._run: SiteRun | None = None

    def put(self, unit: ImportedUnit) -> None:
        """Queue an article; raises LockedError where another run holds the site."""
        if self._run is None:
            self._run = SiteRun(
                self._workspace.holdings, self.site.row, self._workspace.config.revisit.policy,
                on_commit=self._committed, counts=self._summed,
            )  # fmt: skip
            self._sums.sites.append(self.site.id)
        self._run.put(unit)

    def finish(self, error: BaseException | None = None) -> None:
        """Write what is queued and close the run, or close it for what made it end."""
        if self._run:
            self._run.__exit__(type(error) if error else None, error, None)

    def unit(self, verdict: Verdict) -> ImportedUnit:
        """Return what becomes of a page."""
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
            attachments=self._attached.of(whole, page.fetched_at),
            reading=reading_of(self.site), pages=tuple(each.page.address for each in further),
            reread=self._reread(known.article_id, page.entry) if known and known.article_id else None,
            note="incomplete" if missing else "bad-encoding" if whole.undecodable else None,
        )  # fmt: skip
        return ImportedUnit(page, article=unit)

    def _is_there(self, pages: Sequence[str]) -> bool:
        """Return whether the first part of an article is among what was imported."""
        return any(part_number(url) == 1 and nearest_page(self._db, self.site, url, "") for url in pages)

    def _further(self, first: Article, page: Page) -> list[Verdict]:
        """Return the other pages of an article that were imported, in their order."""
        found: list[Verdict] = []
        waiting, seen = list(first.pages), {page.address}
        while waiting and len(found) < _MOST_PAGES:
            url = waiting.pop(0)
            part = None if url in seen else nearest_page(self._db, self.site, url, page.fetched_at)
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
