"""Extensions: the run around a crawl."""

import logging

from scrapy import Spider, signals
from scrapy.crawler import Crawler

from archive.errors import NewsarchiveError
from crawler import logs
from crawler.reporting.after import report_runs
from crawler.run import Run
from crawler.spiders.section import SectionSpider
from crawler.workspace import open_workspace

logger = logging.getLogger(__name__)


class RunExtension:
    """Opens the run (lock and row) before anything is fetched and closes it after everything is written.

    It belongs to the crawl and not to the command, so that `scrapy crawl` and Scrapyd get it too. Where the run cannot
    be opened the spider is left without one (`spider.refusal` says why) and fetches nothing.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "RunExtension":
        """Build it and connect it."""
        extension = cls(crawler)
        crawler.signals.connect(extension.opened, signals.spider_opened)
        crawler.signals.connect(extension.closed, signals.spider_closed)
        return extension

    def opened(self, spider: Spider) -> None:
        """Open the run."""
        if not isinstance(spider, SectionSpider):
            return
        try:
            workspace = open_workspace(self._crawler.settings.get("NEWSARCHIVE_WORKSPACE"))
            spider.run = Run(workspace, spider.site, spider.committed)
            logs.work_on(spider.name, spider.run.started.id)
        except NewsarchiveError as error:
            spider.refusal = error
            logger.error("%s: %s", spider.name, error)
            self._report(spider)

    def closed(self, spider: Spider, reason: str) -> None:
        """Close the run."""
        if not isinstance(spider, SectionSpider) or spider.run is None:
            return
        try:
            spider.run.finish(spider.end_state(reason))
        except NewsarchiveError as error:
            spider.refusal = error
            logger.error("%s: %s", spider.name, error)
        finally:
            self._report(spider)
            logs.work_on(None)

    def _report(self, spider: SectionSpider) -> None:
        """Report the run where no command of ours does so for all of its sites."""
        if not self._crawler.settings.getbool("NEWSARCHIVE_REPORT"):
            return
        try:
            workspace = open_workspace(self._crawler.settings.get("NEWSARCHIVE_WORKSPACE"))
        except NewsarchiveError:
            return
        refusals = {} if spider.refusal is None else {spider.name: spider.refusal}
        report_runs(workspace, [spider.name], refusals)
