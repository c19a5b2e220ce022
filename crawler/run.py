"""One run of one site: its lock, its row, its writer, and the sums that must add up."""

import datetime as dt
import logging
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from archive.causes import explain
from archive.chain import chain_head
from archive.db import open_archive
from archive.errors import NewsarchiveError
from archive.hosts import PostponedUnit, origin_of
from archive.ledger import Section, WalkEnd
from archive.lock import SiteLock
from archive.model import timestamp
from archive.runs import StartedRun, finish_run, start_run
from archive.secrets import masked
from archive.software import SOFTWARE
from archive.storing import ArticleUnit
from archive.units import (
    CaptureRef,
    CaptureUnit,
    FailureUnit,
    FetchedImage,
    ListingUnit,
    Unit,
    WalkEndUnit,
    WantedUnit,
)
from archive.visits import UnchangedUnit
from archive.warc import Exchange
from archive.writer import Writer
from crawler.failures import DEAD_LINKS, OWED, SPENT
from crawler.politeness.hosts import Hosts
from crawler.site import Site
from crawler.workspace import Workspace

if TYPE_CHECKING:
    from asyncio import Future

    from sqlite_utils import Database

    from archive.health import Problem

logger = logging.getLogger(__name__)
_REMEMBERED_IMAGES = 5000


@dataclass(slots=True)
class Tally:
    """The sums of a run, over article URLs; `pending` is what was taken on and not finished."""

    counts: Counter[str] = field(default_factory=Counter)
    causes: Counter[str] = field(default_factory=Counter)
    new_failures: int = 0

    @property
    def pending(self) -> int:
        """Articles taken on and not finished."""
        done = sum(self.counts[name] for name in ("stored", "unchanged", "skipped", "failed"))
        return self.counts["discovered"] - done

    def as_dict(self) -> dict[str, int]:
        """Return the columns of `runs`."""
        return dict(self.counts) | {"pending": self.pending}


class Run:
    """An open run; holds the site's lock until `finish`.

    Everything that the crawl learns goes through it into the writer's queue. `on_commit` is called in the writer's
    thread after every batch.
    """

    def __init__(self, workspace: Workspace, site: Site, on_commit: Callable[[], None] = lambda: None) -> None:
        self.workspace, self.site = workspace, site
        self.tally = Tally()
        self.walk_errors: list[str] = []
        self.problems: list[Problem] = []
        self.state = "running"
        self.chain: str | None = None
        self._on_commit = on_commit
        self.images: OrderedDict[str, Future[FetchedImage]] = OrderedDict()
        self._urls: dict[str, int] = {}
        self._open_ids: set[int] = set()
        self._failed_before: set[str] = set()
        self._resting: set[str] = set()
        self._lock = SiteLock(workspace.holdings, site.id)
        workspace.holdings.make()
        self._lock.acquire()
        try:
            self.started: StartedRun = start_run(workspace.holdings, site.row)
            self._begun = time.monotonic()
            self.ledger: Database = open_archive(workspace.holdings.database, readonly=True)
            self._writer = Writer(
                workspace.holdings, site_id=site.id, run_id=self.started.id,
                warc=workspace.holdings.captures / self.started.warc, software=SOFTWARE, on_commit=self._committed,
                policy=workspace.config.revisit.policy,
            )  # fmt: skip
            self.hosts = Hosts(self.ledger, self._writer.put, self.now, workspace.config.crawl.max_pause)
        except BaseException:
            self._lock.release()
            raise

    def now(self) -> dt.datetime:
        """Return the run's own time: it goes on evenly, also where somebody sets the machine's clock meanwhile."""
        return self.started.started + dt.timedelta(seconds=time.monotonic() - self._begun)

    @property
    def sections(self) -> dict[str, Section]:
        """The site's sections by key."""
        return self.started.sections

    @property
    def error(self) -> NewsarchiveError | None:
        """What made the writer fail."""
        return self._writer.error

    def spent(self, requests: int, minutes: float) -> bool:
        """Return whether a budget is used up, given or the workspace's; 0 is none."""
        config = self.workspace.config.crawl
        most = min((budget for budget in (requests, config.max_requests) if budget), default=None)
        longest = min((budget for budget in (minutes, config.max_minutes) if budget), default=None)
        too_many = most is not None and self.tally.counts["requests"] >= most
        return too_many or (longest is not None and time.monotonic() - self._begun >= 60 * longest)

    def capture(self, exchange: Exchange, *, kept_as_media: bool = False) -> CaptureRef:
        """Queue a response for keeping; return what later units name it by."""
        ref = CaptureRef(
            exchange.url,
            exchange.fetched_at,
            digest=exchange.digest,
            status=exchange.status,
            etag=exchange.header("ETag"),
            last_modified=exchange.header("Last-Modified"),
        )
        self._writer.put(CaptureUnit(ref, exchange, kept_as_media))
        self.tally.counts["requests"] += 1
        self.tally.counts["bytes"] += len(exchange.body)
        return ref

    def listing(self, unit: ListingUnit) -> None:
        """Queue a listing page."""
        self._writer.put(unit)

    def want(self, urls: Sequence[str]) -> None:
        """Make articles due by their addresses, and wait until they are."""
        self._writer.put(WantedUnit(tuple(urls), self.started.started))
        self._writer.flush()

    def take_on(self, url: str, url_id: int, *, failed_before: bool) -> None:
        """Count an article that this run takes on."""
        self.tally.counts["discovered"] += 1
        self._urls[url] = url_id
        self._open_ids.add(url_id)
        if failed_before:
            self._failed_before.add(url)

    def pass_over(self, rule: str) -> None:
        """Count an article that the user's scope leaves out."""
        self.tally.counts["discovered"] += 1
        self.tally.counts["skipped"] += 1
        self.tally.causes[rule] += 1

    def remember_image(self, url: str, fetched: "Future[FetchedImage]") -> None:
        """Remember an image of this run, so that the next article that shows it does not fetch it again."""
        self.images[url] = fetched
        if len(self.images) > _REMEMBERED_IMAGES:
            self.images.popitem(last=False)

    def is_open(self, url_id: int) -> bool:
        """Return whether the run has taken on this URL and not written it yet."""
        return url_id in self._open_ids

    def article(self, unit: ArticleUnit | UnchangedUnit) -> None:
        """Queue an article."""
        self._writer.put(unit)

    def failure(self, url: str, kind: str, cause: str, *, skipped: bool = False, at: dt.datetime | None = None) -> None:
        """Queue a failure or a skip, and say so in one line; an article whose host is left alone stays owed.

        `at` is when the answer came that says so, where there was one.
        """
        if kind == "article" and cause in OWED:
            self._postpone(url, cause)
            return
        word = "skipped" if skipped else "failed"
        # A listing's failure has its line already: its walk stopped there.
        level = logging.INFO if skipped or kind in ("image", "attachment", "listing") else logging.WARNING
        logger.log(level, "%s: %s %s %s: %s (%s)", self.site.id, kind, url, word, explain(cause), cause)
        self._writer.put(FailureUnit(url, kind, cause, at or self.now(), skipped))

    def _postpone(self, url: str, cause: str) -> None:
        """Leave an article pending until its host may be asked again; one line a host says so."""
        resting = self.hosts.resting(url) if cause != SPENT else None
        origin = resting.origin if resting else origin_of(url)
        until = resting.retry_at if resting else None
        if origin not in self._resting:
            self._resting.add(origin)
            line = f"{origin} is left alone until {until or 'a later run'}: {explain(cause)} ({cause})"
            self.walk_errors.append(line)
            logger.warning("%s: %s", self.site.id, line)
        self._writer.put(PostponedUnit(url, cause, until or timestamp(self.now())))

    def walk_failed(self, key: str, url: str, cause: str, end: WalkEnd) -> None:
        """Note that a section's walk could not go on."""
        line = masked(f"section {key}: the walk stopped at {url}: {explain(cause)} ({cause})")
        self.walk_errors.append(line)
        logger.error("%s: %s", self.site.id, line)
        resting = self.hosts.resting(url) if cause in OWED else None
        self._writer.put(WalkEndUnit(replace(end, due_at=resting.retry_at if resting else None), self.now()))

    def walk_cut(self, end: WalkEnd) -> None:
        """Note where the next walk of a section goes on."""
        self._writer.put(WalkEndUnit(end, self.now()))

    def flush(self) -> None:
        """Wait until everything queued is written."""
        self._writer.flush()

    def finish(self, state: str) -> None:
        """Write what is queued, close the run's row and let go of the lock; raises the writer's error if it failed."""
        if self.state != "running":
            return
        try:
            try:
                self._writer.close()
            except NewsarchiveError as error:
                state = "failed"
                self.walk_errors.append(str(error))
                raise
            finally:
                self.state = state
                self.chain = chain_head(self.ledger)
                self.ledger.close()
                error_text = "; ".join(self.walk_errors[:5]) or None
                self.problems = finish_run(
                    self.workspace.holdings, self.started.id, state, self.tally.as_dict(), error_text
                )
        finally:
            self._lock.release()

    def _committed(self, batch: Sequence[Unit]) -> None:
        for unit in batch:
            if isinstance(unit, ArticleUnit | UnchangedUnit) and unit.outcome:
                self._close(unit.url, unit.outcome, None)
            elif isinstance(unit, FailureUnit) and unit.kind == "article":
                self._close(unit.url, "skipped" if unit.skipped else "failed", unit.cause)
        self._on_commit()

    def _close(self, url: str, outcome: str, cause: str | None) -> None:
        url_id = self._urls.pop(url, None)
        if url_id is None:
            return
        self._open_ids.discard(url_id)
        self.tally.counts[outcome] += 1
        if cause:
            self.tally.causes[cause] += 1
        if outcome == "failed" and cause not in DEAD_LINKS and url not in self._failed_before:
            self.tally.new_failures += 1
