"""Looking at a site: a few pages, fetched politely one after the other and each only once."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from archive.identity import host_of
from archive.model import Article
from crawler.extracting.inputs import Document, InputError
from crawler.parsers import parse_article
from crawler.parsers.feeds import Feed, is_feed, read_feed
from crawler.parsers.page import Page, looks_like_html, parse_page
from crawler.site import Site

logger = logging.getLogger(__name__)
MOST_REQUESTS = 14


@dataclass(slots=True)
class Look:
    """What was fetched of a site so far, within a budget of requests; `sitemaps` asks its robots.txt."""

    fetch: Callable[[str], Document]
    sitemaps: Callable[[str], list[str]]
    budget: int = MOST_REQUESTS
    documents: dict[str, Document | None] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    hosts: set[str] = field(default_factory=set)

    @property
    def requests(self) -> int:
        """The requests that were made, robots.txt counted."""
        return len(self.documents) + len(self.hosts)

    def document(self, url: str) -> Document | None:
        """Return what an address holds, None where it cannot be had or the budget is spent."""
        if url not in self.documents:
            if self.requests + (host_of(url) not in self.hosts) >= self.budget:
                logger.info("%s is not looked at: %d requests are enough", url, self.requests)
                return None
            self.hosts.add(host_of(url))
            try:
                self.documents[url] = self.fetch(url)
            except InputError as error:
                self.documents[url] = None
                self.failures[url] = str(error)
                logger.info("%s", error)
        return self.documents[url]

    def page(self, url: str) -> Page | None:
        """Return the page at an address."""
        found = self.document(url)
        if found is None or is_feed(found.body) or not looks_like_html(found.body, found.content_type):
            return None
        return parse_page(found.body, found.url, found.content_type)

    def feed(self, url: str) -> Feed | None:
        """Return the feed or the sitemap at an address."""
        found = self.document(url)
        return read_feed(found.body, found.url) if found is not None and is_feed(found.body) else None

    def article(self, url: str, site: Site | None = None) -> Article | None:
        """Return the article at an address, read by a site's definition or without one."""
        found = self.document(url)
        if found is None or not looks_like_html(found.body, found.content_type):
            return None
        return parse_article(
            found.body, found.url, content_type=found.content_type, site=site, fetched_at=found.fetched_at
        )
