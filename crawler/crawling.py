"""Running crawls from the command line: one process, one site after the other, progress and a closing table."""

import asyncio
import datetime as dt
import gc
import json
import logging
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text
from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.settings import Settings

from archive.causes import explain
from archive.errors import NewsarchiveError
from archive.secrets import masked
from archive.terminal import printable
from crawler import logs
from crawler.reporting.after import report_killed, report_runs
from crawler.run import Run
from crawler.site import Site
from crawler.spiders.loader import spider_for
from crawler.spiders.section import SectionSpider
from crawler.spiders.walk import Walk
from crawler.workspace import Workspace

logger = logging.getLogger(__name__)
# Seconds that a signal leaves to what is under way, and to the closing of the last run.
_PATIENCE = 5.0
_LAST_WORDS = 3.0
_COLUMNS = ("discovered", "stored", "unchanged", "skipped", "failed", "pending")


@dataclass(frozen=True, slots=True)
class Order:
    """What a crawl is narrowed to, as the command line says it."""

    section: str | None = None
    since: dt.date | None = None
    full: bool = False
    limit: int | None = None
    delay: float | None = None
    urls: Mapping[str, Sequence[str]] = field(default_factory=dict)
    due: bool = False
    max_minutes: float = 0
    max_requests: int = 0

    def after(self, seconds: float) -> "Order | None":
        """Return what is left of the order when so much time is over, None where its minutes are used up."""
        if not self.max_minutes:
            return self
        left = self.max_minutes - seconds / 60
        return replace(self, max_minutes=left) if left > 0 else None

    def arguments(self, site_id: str) -> dict[str, Any]:
        """Return the arguments of a site's spider."""
        since = self.since.isoformat() if self.since else None
        return {
            "section": self.section,
            "since": since,
            "full": self.full,
            "limit": self.limit,
            "urls": " ".join(self.urls.get(site_id, ())),
            "due": self.due,
            "max_minutes": self.max_minutes,
            "max_requests": self.max_requests,
        }

    def settings(self) -> dict[str, Any]:
        """Return the settings that the order overrides."""
        if self.delay is None:
            return {}
        return {"DOWNLOAD_DELAY": self.delay, "AUTOTHROTTLE_START_DELAY": self.delay, "DOWNLOAD_SLOTS": {}}


@dataclass(frozen=True, slots=True)
class SiteOutcome:
    """How the run of one site ended."""

    site: str
    run: Run | None
    state: str
    walks: tuple[Walk, ...]
    refusal: NewsarchiveError | None
    seconds: float

    @property
    def exit_code(self) -> int:
        """0 all well, 1 unfinished or newly failed, else the refusal's."""
        if self.refusal is not None:
            return self.refusal.exit_code
        unfinished = self.state != "finished" or any(walk.state == "failed" for walk in self.walks)
        return 1 if unfinished or (self.run and self.run.tally.new_failures) else 0

    @property
    def missed(self) -> int:
        """The articles that the run took on and does not hold."""
        counts = self.run.tally.counts if self.run else {}
        return counts.get("failed", 0) + counts.get("skipped", 0)

    def as_dict(self) -> dict[str, Any]:
        """Return the outcome for JSON."""
        tally = self.run.tally if self.run else None
        return {
            "site": self.site,
            "run": self.run.started.id if self.run else None,
            "state": self.state,
            "seconds": round(self.seconds, 1),
            **({name: tally.as_dict().get(name, 0) for name in (*_COLUMNS, "requests", "bytes")} if tally else {}),
            "causes": dict(tally.causes) if tally else {},
            "sections": {
                walk.section.key: {
                    "state": walk.state,
                    "pages": walk.page,
                    "ends": dict(walk.ends),
                    "left": dict(walk.left),
                }
                for walk in self.walks
            },
            "problems": [problem.as_dict() for problem in self.run.problems] if self.run else [],
            "error": masked(str(self.refusal)) if self.refusal else None,
            "chain": self.run.chain if self.run else None,
        }


@dataclass(slots=True)
class Outcome:
    """How the runs of all sites ended."""

    sites: list[SiteOutcome] = field(default_factory=list)

    @property
    def exit_code(self) -> int:
        """The gravest of the sites'."""
        return max((site.exit_code for site in self.sites), default=0)

    @property
    def is_interrupted(self) -> bool:
        """Whether a signal ended it."""
        return any(site.state == "interrupted" for site in self.sites)

    def print(self, *, as_json: bool = False) -> None:
        """Print the closing table, or the same as JSON."""
        console = Console(highlight=False, width=None if sys.stdout.isatty() else 140)
        if as_json:
            console.print_json(json.dumps([site.as_dict() for site in self.sites], ensure_ascii=False))
            return
        ran = [site for site in self.sites if site.run]
        if ran:
            console.print(_table(ran))
        for site in ran:
            causes = site.run.tally.causes if site.run else {}
            for cause, number in sorted(causes.items()):
                console.print(f"{site.site}: {number} × {cause}: {explain(cause)}")
            for problem in site.run.problems if site.run else []:
                console.print(Text(printable(f"{site.site}: {problem.name}: {problem.meaning}")))
            if site.run and site.run.problems:
                console.print(f"Next: newsarchive status {site.site}")


def crawl_sites(workspace: Workspace, sites: Sequence[Site], order: Order, *, verbose: int = 0) -> Outcome:
    """Crawl the sites, one after the other, and return how that ended; can be called once in a process."""
    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    settings.set("NEWSARCHIVE_WORKSPACE", str(workspace.root), priority="cmdline")
    settings.set("NEWSARCHIVE_REPORT", value=False, priority="cmdline")
    for name, value in order.settings().items():
        settings.set(name, value, priority="cmdline")
    outcome = Outcome()
    report_killed(workspace, [site.id for site in sites])
    # Fails at once on a wrong section, before the reactor runs.
    for site in sites:
        spider_for(workspace, site)(**order.arguments(site.id))
    settings.set("LOG_INSTALL_ROOT_HANDLER", value=False, priority="cmdline")
    process = _Process(settings)
    # After Scrapy has set up its own.
    logs.set_up(verbose)
    # What is loaded by now stays: the collector need not walk all modules again and again.
    gc.freeze()
    loop = asyncio.get_event_loop()
    work = loop.create_task(_one_by_one(process, workspace, sites, order, outcome))
    process.start(stop_after_crawl=False)
    # A signal stops the reactor before the last site's outcome is written down.
    loop.run_until_complete(asyncio.wait([work], timeout=_LAST_WORDS))
    if work.done() and not work.cancelled():
        work.result()
    _let_signals_end_it()
    refusals = {site.site: site.refusal for site in outcome.sites if site.refusal}
    report_runs(workspace, [site.site for site in outcome.sites], refusals, quiet=outcome.is_interrupted)
    return outcome


def _let_signals_end_it() -> None:
    """Take the signals back that Scrapy has caught: nobody waits for a mail server."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


class _Process(AsyncCrawlerProcess):
    """A crawler process that a signal ends in order, and within seconds though a server hangs."""

    def _signal_shutdown(self, signum: int, frame: Any) -> None:
        from twisted.internet import reactor  # noqa: PLC0415 (must not be imported before Scrapy installs it)

        super()._signal_shutdown(signum, frame)
        reactor.callFromThread(reactor.callLater, _PATIENCE, self._give_up)

    def end(self, reactor: Any) -> None:
        """Stop the reactor once what is at hand is done; a signal may have done so already."""
        reactor.callLater(0, self._stop_reactor)

    def _give_up(self) -> None:
        """Close the runs that still wait for a server; what they were waiting for stays pending."""
        for crawler in list(self.crawlers):
            if isinstance(crawler.spider, SectionSpider):
                crawler.spider.abandon()
        self._stop_reactor()


async def _one_by_one(
    process: _Process, workspace: Workspace, sites: Sequence[Site], order: Order, outcome: Outcome
) -> None:
    from twisted.internet import reactor  # noqa: PLC0415 (must not be imported before Scrapy installs it)

    begun = time.monotonic()
    try:
        for site in sites:
            left = order.after(time.monotonic() - begun)
            if left is None:
                logger.warning("%s: not begun, for the minutes are used up; it stays due", site.id)
                continue
            outcome.sites.append(await _one(process, workspace, site, left))
            if outcome.sites[-1].state == "interrupted":
                break
    finally:
        process.end(reactor)


async def _one(process: _Process, workspace: Workspace, site: Site, order: Order) -> SiteOutcome:
    """Crawl one site; what nobody has foreseen there must not keep the others from their turn."""
    started = time.monotonic()
    crawler = process.create_crawler(spider_for(workspace, site))
    try:
        with _Show(site.name, crawler) as show:
            await show.follow(process.crawl(crawler, **order.arguments(site.id)))
    except NewsarchiveError:
        raise
    except Exception as error:
        logger.debug("%s: the crawl broke", site.id, exc_info=True)
        broken = NewsarchiveError(
            f"{site.id}: the crawl broke: {type(error).__name__}: {error}; please report it with the output of -vv"
        )
        logger.error("%s", broken)
        return await _closed(crawler, SiteOutcome(site.id, None, "failed", (), broken, time.monotonic() - started))
    return _outcome_of(site, crawler, time.monotonic() - started)


async def _closed(crawler: Crawler, outcome: SiteOutcome) -> SiteOutcome:
    """Close what is left of a crawl that broke: its run's row, its lock."""
    spider = crawler.spider
    if not isinstance(spider, SectionSpider):
        return outcome
    spider.refusal = outcome.refusal
    try:
        await asyncio.wait_for(crawler.stop_async(), _PATIENCE)
    except Exception:
        logger.debug("%s: the broken crawl does not stop", outcome.site, exc_info=True)
    spider.abandon()
    return replace(outcome, run=spider.run)


def _outcome_of(site: Site, crawler: Crawler, seconds: float) -> SiteOutcome:
    spider = crawler.spider
    if not isinstance(spider, SectionSpider):
        return SiteOutcome(
            site.id, None, "failed", (), NewsarchiveError(f"{site.id}: the crawl did not start"), seconds
        )
    state = spider.run.state if spider.run else "refused"
    return SiteOutcome(site.id, spider.run, state, tuple(spider.walks), spider.refusal, seconds)


class _Show:
    """Progress of one site on a terminal; quiet elsewhere."""

    def __init__(self, name: str, crawler: Crawler) -> None:
        self._crawler = crawler
        console = Console(stderr=True)
        columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
        self._progress = Progress(
            *columns, console=console, transient=True, disable=logs.is_json() or not console.is_terminal
        )
        self._name = name
        self._task = self._progress.add_task(name)

    def __enter__(self) -> "_Show":
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    async def follow(self, crawl: "asyncio.Task[None]") -> None:
        """Follow the run's sums until the crawl is over, or its run was closed without it."""
        while not crawl.done() and not self._is_closed():
            spider = self._crawler.spider
            if isinstance(spider, SectionSpider) and spider.run:
                counts = spider.run.tally.counts
                pages = sum(walk.page for walk in spider.walks)
                self._progress.update(
                    self._task,
                    description=f"{self._name}: {pages} listing pages, {counts['stored']} articles stored, "
                    f"{counts['unchanged']} unchanged, {counts['failed']} failed, {counts['requests']} requests",
                )
            await asyncio.wait([crawl], timeout=0.2)
        if crawl.done():
            crawl.result()

    def _is_closed(self) -> bool:
        spider = self._crawler.spider
        return isinstance(spider, SectionSpider) and spider.run is not None and spider.run.state != "running"


def _table(sites: Sequence[SiteOutcome]) -> Table:
    table = Table(title="Crawled", title_justify="left")
    table.add_column("site")
    for name in _COLUMNS:
        table.add_column(name, justify="right")
    for name in ("requests", "MB", "seconds"):
        table.add_column(name, justify="right")
    table.add_column("walks")
    for site in sites:
        tally = site.run.tally.as_dict() if site.run else {}
        walks = ", ".join(f"{walk.section.key} {walk.state}" for walk in site.walks)
        table.add_row(
            site.site, *(str(tally.get(name, 0)) for name in (*_COLUMNS, "requests")),
            f"{tally.get('bytes', 0) / 1e6:.1f}", f"{site.seconds:.1f}", walks,
        )  # fmt: skip
    return table
