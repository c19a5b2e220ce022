"""What an imported page is: an article read by the parser, or the rule by which it is none. Runs in any process."""

import datetime as dt
import gc
import logging
import re
from dataclasses import dataclass
from functools import cache, lru_cache

from archive.errors import ArchiveError
from archive.http1 import body_of, read_head
from archive.model import Article, Entry
from archive.warc import Exchange, Place, decode_body, read_exchange
from crawler.importing.evidence import Evidence
from crawler.importing.sites import site_by_id
from crawler.parsers import parse_article
from crawler.parsers.blocked import block_cause, may_be_blocked
from crawler.parsers.page import looks_like_html
from crawler.site import Site
from crawler.workspace import Workspace

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Page:
    """A capture that is to be read: its rows, address and time, where its bytes lie, and what is known of it.

    `home` is its site's address; `known` says that the ledger has its address as an article's: then it is one,
    whatever it looks like.
    """

    imported_id: int
    capture_id: int
    site_id: str
    address: str
    url: str
    fetched_at: str
    status: int | None
    digest: str
    place: Place | None
    home: str
    etag: str | None = None
    last_modified: str | None = None
    entry: Entry | None = None
    known: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """A page with the article that it holds, or the rule by which it holds none."""

    page: Page
    article: Article | None
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads pages of a workspace; sent to other processes as it is."""

    workspace: Workspace

    def read(self, page: Page) -> Verdict:
        """Read one page; never raises, whatever the page does to the parser."""
        _settle()
        try:
            return self._read(page)
        except ArchiveError as error:
            logger.debug("%s", error)
            return Verdict(page, None, "unreadable")
        except Exception as error:
            logger.debug("reading %s failed", page.url, exc_info=True)
            return Verdict(page, None, f"error-{type(error).__name__}")

    def died(self, page: Page) -> Verdict:
        """Return what is said of a page that ends the process which reads it, twice."""
        return Verdict(page, None, "error-died")

    def _read(self, page: Page) -> Verdict:
        if page.place is None:
            return Verdict(page, None, "unreadable")
        kept = read_exchange(self.workspace.holdings.captures, page.place, decompressed=True)
        exchange = _at_its_time(kept, page)
        site = _site(self.workspace, page.site_id, page.home)
        article, rule = article_of(exchange, site, page.entry, known=page.known)
        return Verdict(page, article, rule)


def verdict_of_block(found: Evidence) -> str:
    """Return the rule by which a record holds no article, '' where it holds one."""
    head = read_head(found.block)
    body = body_of(head, found.block) if head else found.block
    encoding = head.header("Content-Encoding") if head else None
    exchange = Exchange(found.url, found.at, found.status or 200, found.headers, decode_body(body, encoding))
    return article_of(exchange, None, None, known=False)[1]


def article_of(
    exchange: Exchange, site: Site | None, entry: Entry | None, *, known: bool
) -> tuple[Article | None, str]:
    """Return the article of a page, or None and the rule by which it is none; the body is unpacked."""
    content_type = exchange.header("Content-Type")
    if not exchange.body.strip():
        return None, "empty"
    if not looks_like_html(exchange.body, content_type):
        return None, "not-html"
    article = parse_article(
        exchange.body, exchange.url, content_type=content_type, site=site, entry=entry,
        fetched_at=exchange.fetched_at, markdown=False,
    )  # fmt: skip
    if may_be_blocked(article) and (cause := block_cause(exchange.body, exchange.url, content_type)):
        return None, cause
    if article.is_empty:
        return None, "no-article"
    return (article, "") if _is_article(article, exchange.url, site, known=known) else (None, "not-article")


def _is_article(article: Article, url: str, site: Site | None, *, known: bool) -> bool:
    """Return whether a page is an article: by what the definition says of its address, else by what it looks like."""
    if article.kind == "article":
        return True
    if article.rules.get("kind", "").startswith("url:"):
        return False
    return known or (site is not None and _is_named(url, site))


def _is_named(url: str, site: Site) -> bool:
    """Return whether a definition says that an address is an article's; `.`, which fits all, says nothing."""
    listings = (section.listing or site.listing for section in site.sections)
    patterns = {listing.article_urls for listing in listings if listing and listing.article_urls}
    return any(pattern != "." and re.search(pattern, url) for pattern in patterns)


def _at_its_time(kept: Exchange, page: Page) -> Exchange:
    """Return a capture's content as the page that showed it again at its own time, which a revisit does."""
    return Exchange(page.url, dt.datetime.fromisoformat(page.fetched_at), kept.status, kept.headers, kept.body)


# Pages come by site: a file of many sites must not leave all of them in memory.
@lru_cache(maxsize=64)
def _site(workspace: Workspace, site_id: str, home: str) -> Site:
    return site_by_id(workspace, site_id, home)


@cache
def _settle() -> None:
    """Spare the collector what is loaded for good: it would walk all modules again every few dozen pages."""
    gc.freeze()
