"""The section spider: walks a site's listings, takes articles from the ledger, reads them and hands them on.

The walk writes what it sights into the ledger; articles are taken from the ledger in slices, so that memory does not
grow with the backlog and a killed run's remainder is simply what the next run finds there.
"""

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator, Iterator
from typing import Any

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DontCloseSpider
from scrapy.http import Response
from twisted.python.failure import Failure

from archive import ledger
from archive.errors import ArchiveError, NewsarchiveError
from archive.model import Entry, timestamp, utc_now
from archive.units import ListingUnit
from archive.visits import UnchangedUnit
from archive.withdrawn import CAUSE
from crawler.failures import SKIPS, SPENT, cause_of, cause_of_status
from crawler.parsers import parse_listing
from crawler.parsers.dates import DateContext, parse_date
from crawler.run import Run
from crawler.site import Site
from crawler.spiders.asking import capture_of, content_type_of, meta_of
from crawler.spiders.conditional import article_validators, is_same_article, is_same_listing, listing_validators
from crawler.spiders.fetching import ArticleFetcher
from crawler.spiders.unlisted import cause_of_body, cause_of_no_entries
from crawler.spiders.walk import Scope, Walk, begin_walks

logger = logging.getLogger(__name__)
# Articles under way at once; each fetches its own pages and images.
AT_ONCE = 24
_LISTING_FIRST = 100
# Pages in a row without anything new after which a chain, or the walk through an archive, is given up.
_STALE_CHAIN, _MOST_STALE = 10, 24


class SectionSpider(Spider):
    """Crawls one site; the loader gives each site a subclass with its name and definition."""

    site: Site
    run: Run | None = None
    refusal: NewsarchiveError | None = None

    def __init__(self, name: str | None = None, **said: Any) -> None:
        super().__init__(name)
        self.scope = Scope.from_arguments(self.site, said)
        self.walks: list[Walk] = []
        self._under_way = 0
        self._passed: set[int] = set()
        self._asked: set[str] = set()
        self._taken = 0
        self._closing = False

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> "SectionSpider":
        """Build the spider and connect it."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.idle, signals.spider_idle)
        return spider

    async def start(self) -> AsyncIterator[Request]:
        """Yield the first listing page of every section; articles follow from the ledger.

        Articles that are asked for by their addresses are taken alone.
        """
        if self.run is None or self._closing:
            return
        if self.scope.urls:
            self.run.want(self.scope.urls)
            self.pump()
            return
        for walk in begin_walks(self.site, self.run, self.scope):
            self.walks.append(walk)
            yield self._listing_request(walk, self.site.start_url(walk.section))
        self.pump()

    # The walk

    def _listing_request(self, walk: Walk, url: str) -> Request:
        run = self._open_run()
        walk.page += 1
        walk.urls.add(url)
        known = {} if self.scope.full else listing_validators(run.ledger, self.site.id, walk.row, url, run.now())
        return Request(
            url,
            headers=known,
            callback=self.parse_listing_page,
            errback=self.listing_failed,
            cb_kwargs={"walk": walk, "url": url},
            meta=meta_of("listing"),
            dont_filter=True,
            priority=_LISTING_FIRST,
        )

    def listing_failed(self, failure: Failure) -> None:
        """Note that a listing page could not be had."""
        request: Request = failure.request  # type: ignore[attr-defined]
        self._end_badly(request.cb_kwargs["walk"], request.cb_kwargs["url"], cause_of(failure.value))

    def parse_listing_page(self, response: Response, walk: Walk, url: str) -> Iterator[Request]:
        """Write a listing page's sightings; go on to the next page unless the walk is at its end."""
        try:
            following = self._read_listing(response, walk, url)
        except NewsarchiveError as error:
            self._stop_for(error)
        except Exception as error:
            # A bug of ours must not look like the end of the section.
            logger.debug("reading %s failed", url, exc_info=True)
            self._end_badly(walk, url, cause_of(error))
        else:
            if following:
                yield self._listing_request(walk, following)

    def _read_listing(self, response: Response, walk: Walk, url: str) -> str | None:
        run = self._open_run()
        if not self.scope.full and is_same_listing(run.ledger, self.site.id, walk.row, response, url):
            walk.end_chain("not-modified")
            walk.state = "completed"
            end = walk.end(self.site.zone, completed=True)
            run.listing(ListingUnit(walk.row.id, url, capture_of(response), walk.page, (), end, unchanged=True))
            return None
        content_type = content_type_of(response)
        cause = cause_of_status(response) or cause_of_body(response.body, response.url, content_type)
        if cause:
            self._end_badly(walk, url, cause)
            return None
        page = parse_listing(response.body, response.url, self.site.listing_of(walk.section), content_type=content_type)
        entries = tuple(entry for entry in page.entries if self.site.is_own_host(entry.url))
        cause = cause_of_no_entries(response, walk.page) if not entries and not page.archives else None
        if cause:
            self._end_badly(walk, url, cause)
            return None
        if page.replaced:
            logger.warning("%s: listing %s: %d bytes are no %s", self.name, url, page.replaced, page.encoding)
        walk.add(page.archives)
        walk.leave(page.left)
        # What stands beside the list says nothing of how far the walk has come: a box repeats it on every page.
        listed = tuple(entry for entry in page.entries[: page.listed] if self.site.is_own_host(entry.url))
        following = self._following(walk, url, page.next_url, listed)
        run.listing(
            ListingUnit(
                walk.row.id,
                url,
                capture_of(response),
                walk.page,
                entries,
                walk.end_now(self.site.zone),
                note="bad-encoding" if page.replaced else None,
                revisit_at=timestamp(run.started.started) if self.scope.full else None,
            )
        )
        return following

    def _following(self, walk: Walk, url: str, next_url: str | None, entries: tuple[Entry, ...]) -> str | None:
        """Return the next listing page, None at the walk's end; sets the walk's state."""
        fresh = [entry for entry in entries if entry.url not in walk.seen]
        walk.seen.update(entry.url for entry in entries)
        shown = tuple(entry.url for entry in entries)
        # A server that does not know a page number shows the same page again.
        repeats = shown in walk.pages_seen
        walk.pages_seen.add(shown)
        walk.found += sum(1 for entry in fresh if not self._is_stored(entry.url))
        walk.stale = 0 if fresh else walk.stale + 1
        if self._is_cut(walk, fresh):
            walk.state = "cut"
            return None
        if self._reaches_known(walk, fresh):
            walk.end_chain("known")
            walk.state = "completed"
            return None
        following = walk.leap() if walk.resume and self._is_sighted(walk, fresh) else None
        following = following or self._page_behind(walk, next_url, repeats=repeats)
        if following is not None and self._is_spent():
            walk.cut(url, following)
            return None
        return following

    def _is_sighted(self, walk: Walk, entries: list[Entry]) -> bool:
        """Return whether a page names nothing that the section has not shown before."""
        db = self._open_run().ledger
        return bool(entries) and all(ledger.is_sighted(db, walk.row, self.site.id, entry.url) for entry in entries)

    def _page_behind(self, walk: Walk, next_url: str | None, *, repeats: bool) -> str | None:
        """Return where a walk goes on behind a page, None where it has come to its end."""
        if walk.stale > _MOST_STALE:
            # Calendars and filters have pages without end: none of them shows what is new.
            walk.end_chain("nothing-new")
            walk.waiting.clear()
        elif next_url and next_url not in walk.urls and not repeats and walk.stale < _STALE_CHAIN:
            return next_url
        else:
            walk.end_chain(
                "last-page" if next_url is None else "repeats" if walk.stale < _STALE_CHAIN else "nothing-new"
            )
        return walk.go_on()

    def _reaches_known(self, walk: Walk, fresh: list[Entry]) -> bool:
        """Return whether a whole page is of articles that the section showed before its last whole walk began.

        What an earlier page of this walk showed (a pinned article) does not count either way.
        """
        db = self._open_run().ledger
        known = (ledger.seen_before(db, walk.row, self.site.id, entry.url) for entry in fresh)
        return bool(fresh) and not self.scope.full and all(known)

    def _is_cut(self, walk: Walk, fresh: list[Entry]) -> bool:
        if self.scope.since and fresh and all(self._is_older(entry) for entry in fresh):
            return True
        return self.scope.limit is not None and walk.found >= self.scope.limit

    def _is_stored(self, url: str) -> bool:
        """Return whether an article is in the archive and not to be fetched again."""
        known = ledger.known(self._open_run().ledger, self.site.id, url)
        return known is not None and known.state == "stored" and not self.scope.full

    def _is_older(self, entry: Entry | None) -> bool:
        """Return whether the listing says that an article is older than what the user asked for."""
        if self.scope.since is None or entry is None or not entry.date_raw:
            return False
        context = DateContext(self.site.language, self.site.date_order, self.site.zone, utc_now())
        stamp = parse_date(entry.date_raw, context)
        return bool(stamp and stamp.day and stamp.day < self.scope.since)

    def _end_badly(self, walk: Walk, url: str, cause: str) -> None:
        run = self._open_run()
        if cause == SPENT:
            walk.state, walk.cut_at = "cut", url
            run.walk_cut(walk.end(self.site.zone, completed=False))
            return
        walk.state = "failed"
        run.walk_failed(walk.section.key, url, cause, walk.end(self.site.zone, completed=False))
        run.failure(url, "listing", cause)

    # The articles

    def committed(self) -> None:
        """Take more articles once the writer has made new ones known; called in the writer's thread."""
        from twisted.internet import reactor  # noqa: PLC0415 (must not be imported before Scrapy installs it)

        reactor.callFromThread(self.pump)

    def pump(self) -> None:
        """Start fetching articles that the ledger owes, up to the number that may be under way."""
        engine = self.crawler.engine
        if self.run is None or self._closing or engine is None or self.run.error:
            return
        try:
            self._take_more()
        except (NewsarchiveError, sqlite3.Error) as error:
            # What cannot be read now would keep the spider waiting for ever.
            self._stop_for(error if isinstance(error, NewsarchiveError) else ArchiveError(f"{self.name}: {error}"))

    def _take_more(self) -> None:
        for url, known in self._owed():
            if self._under_way >= AT_ONCE or self._limit_reached() or self._is_spent():
                return
            self._take(url, known)

    def _owed(self) -> Iterator[tuple[str, ledger.Known]]:
        run = self._open_run()
        section_ids = [run.sections[self.scope.section].id] if self.scope.section else None
        owed = ledger.open_articles(run.ledger, self.site.id, run.started.started, section_ids)
        for url, known in self._wanted() if self.scope.urls else owed:
            if known.url_id in self._passed or run.is_open(known.url_id):
                continue
            # Closed by the writer after the slice was read: what it committed is asked for once more.
            if self.scope.urls or ledger.is_owed(run.ledger, known.url_id, run.started.started):
                yield url, known

    def _wanted(self) -> Iterator[tuple[str, ledger.Known]]:
        """Yield the articles that are asked for by their addresses, each once."""
        run = self._open_run()
        for url in self.scope.urls:
            known = ledger.known(run.ledger, self.site.id, url)
            if known is not None and url not in self._asked:
                yield url, known

    def _is_spent(self) -> bool:
        """Return whether the run's budget of requests or minutes is used up; what is left stays due."""
        return self._open_run().spent(self.scope.max_requests, self.scope.max_minutes)

    def _limit_reached(self) -> bool:
        return self.scope.limit is not None and self._taken >= self.scope.limit

    def _take(self, url: str, known: ledger.Known) -> None:
        run, engine = self._open_run(), self.crawler.engine
        entry = ledger.entry_of(run.ledger, self.site.id, url)
        rule = CAUSE if known.cause == CAUSE else "since" if self._is_older(entry) else None
        if rule:
            # It stays in the ledger as it is: a later run without --since will take it.
            self._passed.add(known.url_id)
            run.pass_over(rule)
            return
        self._taken, self._under_way = self._taken + 1, self._under_way + 1
        self._asked.add(url)
        run.take_on(url, known.url_id, failed_before=known.failures > 0)
        request = Request(
            url,
            headers={} if self.scope.is_anew else article_validators(run.ledger, known, url, run.now()),
            callback=self.parse_article_page,
            errback=self.article_failed,
            cb_kwargs={"entry": entry, "url": url, "known": known},
            meta=meta_of("article"),
            dont_filter=True,
        )
        if engine is not None:
            engine.crawl(request)

    async def parse_article_page(
        self, response: Response, entry: Entry | None, url: str, known: ledger.Known
    ) -> AsyncIterator[dict[str, Any]]:
        """Read an article with its further pages and its images, and hand it to the archive."""
        try:
            run = self._open_run()
            if known.article_id and not self.scope.is_anew and is_same_article(run.ledger, self.site, response, known):
                run.article(UnchangedUnit(url, known.article_id, capture_of(response)))
                return
            fetcher = ArticleFetcher(self.crawler, run, self.site, anew=self.scope.is_anew)
            unit, cause = await fetcher.fetch(response, url, entry, known)
            if unit is None:
                run.failure(url, "article", cause, skipped=cause in SKIPS, at=capture_of(response).fetched_at)
            else:
                run.article(unit)
                yield unit.as_item()
        except NewsarchiveError as error:
            self._stop_for(error)
        except Exception as error:
            logger.debug("reading %s failed", url, exc_info=True)
            self._open_run().failure(url, "article", cause_of(error))
        finally:
            self._done()

    def article_failed(self, failure: Failure) -> None:
        """Note that an article could not be had."""
        request: Request = failure.request  # type: ignore[attr-defined]
        cause = cause_of(failure.value)
        try:
            if not (self._closing and cause.startswith("error-")):
                self._open_run().failure(request.cb_kwargs["url"], "article", cause, skipped=cause in SKIPS)
        except NewsarchiveError as error:
            self._stop_for(error)
        finally:
            self._done()

    def _done(self) -> None:
        self._under_way -= 1
        self.pump()

    def idle(self) -> None:
        """Write what is queued and look for more before the spider may close."""
        if self.run is None or self._closing:
            return
        try:
            self.run.flush()
        except NewsarchiveError as error:
            self._stop_for(error)
            return
        self.pump()
        if self._under_way:
            raise DontCloseSpider

    def _stop_for(self, error: NewsarchiveError) -> None:
        """Close the spider because the archive cannot be written."""
        if not self._closing:
            self._closing = True
            self.refusal = error
            engine = self.crawler.engine
            if engine is not None:
                self._stopping = asyncio.ensure_future(engine.close_spider_async(reason="archive"))

    def abandon(self) -> None:
        """Close the run though requests are under way: what they were for stays pending."""
        if self.run is not None and self.run.state == "running":
            self._closing = True
            try:
                self.run.finish("failed" if self.refusal else "interrupted")
            except NewsarchiveError as error:
                self.refusal = error
                logger.error("%s: %s", self.name, error)

    def end_state(self, reason: str) -> str:
        """Return the state of the run's row for Scrapy's reason of closing."""
        self._closing = True
        if reason == "archive" or self.refusal:
            return "failed"
        if reason != "finished":
            return "interrupted"
        return "finished" if all(walk.state in ("completed", "cut") for walk in self.walks) else "failed"

    def _open_run(self) -> Run:
        if self.run is None:
            raise RuntimeError("the spider works inside an open run only")
        return self.run
