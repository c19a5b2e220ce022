"""Fetching one article whole: its further pages, its images, and what the archive compares it with."""

import asyncio
import datetime as dt
import hashlib
import logging
from dataclasses import dataclass
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from sqlite_utils import Database

from archive import ledger, media
from archive.errors import ArchiveError, NewsarchiveError
from archive.identity import normalise
from archive.model import Article, Entry, Image, timestamp
from archive.reader import current_places, current_reading, current_text, media_path
from archive.readings import Reading
from archive.storing import ArticleUnit, same_title
from archive.units import CaptureRef, FetchedImage
from crawler.failures import DEAD_LINKS, SKIPS, cause_of, cause_of_no_page, cause_of_status
from crawler.parsers import PARSER_RELEASE, join_pages, parse_article
from crawler.parsers.blocked import block_cause, may_be_blocked
from crawler.parsers.missing import likeness, no_such_page
from crawler.parsers.page import looks_like_html
from crawler.parsers.pager import part_number
from crawler.rereading import read_stored
from crawler.run import Run
from crawler.site import Site
from crawler.spiders.asking import NOT_MODIFIED, capture_of, content_type_of, meta_of, validators
from crawler.spiders.attaching import fetch_attachments

logger = logging.getLogger(__name__)
_MOST_PAGES = 60
# Of the pairs of words: what two texts about one thing have in common at least, and two showings of one notice.
_IN_COMMON, _ALIKE = 0.1, 0.8
# So often an article waits for a page of it that is not there, and for the best form of an image.
_MOMENTS = 2
_PASSING = ("timeout", "reset", "refused", "truncated", "host-backoff", "http-429", "http-5")
_IMAGE_TRUST = dt.timedelta(days=7)


@dataclass(frozen=True, slots=True)
class KeptBytes:
    """An image that the archive keeps: the digest of its bytes, and the validators that came with them."""

    sha256: str
    fetched_at: str
    etag: str | None
    last_modified: str | None

    def is_fresh(self, now: dt.datetime) -> bool:
        """Return whether the image need not be asked for again."""
        return self.fetched_at >= timestamp(now - _IMAGE_TRUST)

    def image(self, url: str) -> FetchedImage:
        """Return it as the image of an article."""
        return FetchedImage(url, sha256=self.sha256, etag=self.etag, last_modified=self.last_modified)

    @property
    def validators(self) -> dict[str, str]:
        """The headers that ask for it only if it is another now."""
        return validators(self.etag, self.last_modified)


class ArticleFetcher:
    """Fetches what belongs to one article; images that stand in several articles of a run are fetched once."""

    def __init__(self, crawler: Crawler, run: Run, site: Site, *, anew: bool = False) -> None:
        self._crawler, self._run, self._site, self._anew = crawler, run, site, anew
        self._reuses = False

    async def fetch(
        self, response: Response, url: str, entry: Entry | None, known: ledger.Known
    ) -> tuple[ArticleUnit | None, str]:
        """Return the article ready for the archive, or None and the cause why there is none."""
        # Of a page that is as it was, the images that are kept are taken to be so too.
        self._reuses = known.digest is not None and capture_of(response).digest == known.digest
        cause = cause_of_status(response) or _cause_of_page(response)
        if cause:
            return None, cause
        first = self._parse(response, entry)
        leads_away = self._leads_away(response, url) or self._leads_to_another(response, url, first, known)
        # A notice of a block stands in the place of any page: of the article it says nothing.
        cause = _cause_of_reading(response, first)
        if not cause and (leads_away or await self._is_no_longer(first, known)):
            cause = "soft-404"
        cause = cause or _cause_of_kind(first)
        if cause:
            return None, cause
        pages, cause = await self._further_pages(first)
        if cause:
            return None, cause
        article = join_pages([first, *(article for article, _, _ in pages)])
        most = self._run.workspace.config.storage.max_images
        images = await asyncio.gather(*(self._image(image) for image in article.images[:most]))
        images += [
            FetchedImage(image.url or "", error="too-many-images", asked=False) for image in article.images[most:]
        ]
        shown = (Image(image.shown) for image in article.images[:most] if image.shown)
        also = await asyncio.gather(*(self._image(image) for image in shown))
        if article.undecodable:
            logger.warning("%s: article %s: %d bytes are no characters", self._site.id, url, article.undecodable)
        unit = ArticleUnit(
            url=url,
            identity=identity_of(article, response.url, self._run.ledger, self._site),
            own=normalise(response.url),
            article=article,
            captures=(capture_of(response), *(capture for _, capture, _ in pages)),
            images=tuple(images),
            also=tuple(image for image in also if image.info is not None or image.sha256),
            attachments=await fetch_attachments(self._get, self._run, self._site, article, anew=self._anew),
            reading=reading_of(self._site),
            pages=tuple(page_url for _, _, page_url in pages),
            reread=self._reread(known.article_id, entry),
            note="bad-encoding" if article.undecodable else None,
            live=True,
        )
        return unit, ""

    def _leads_away(self, response: Response, url: str) -> bool:
        """Return whether an article's address leads to the front page or to a section: so sites say that it is gone."""
        target = normalise(response.url)
        starts = {self._site.url, *(self._site.start_url(section) for section in self._site.sections)}
        return target != url and (target in starts or urlsplit(target).path == "/") and url not in starts

    def _leads_to_another(self, response: Response, url: str, article: Article, known: ledger.Known) -> bool:
        """Return whether a stored article's address leads to another article that is stored: it is no version of it."""
        target = normalise(response.url)
        if known.article_id is None or target == url:
            return False
        other = ledger.known(self._run.ledger, self._site.id, target)
        if other is None or other.article_id in (None, known.article_id):
            return False
        return not same_title(current_text(self._run.ledger, known.article_id)[0], article.title)

    async def _is_no_longer(self, article: Article, known: ledger.Known) -> bool:
        """Return whether a stored article's page is today what the site shows for any address that it does not have.

        Only where nothing is left of title and text is an address asked for that no site has (the method of Bar-Yossef
        et al., "Sic transit gloria telae", 2004).
        """
        if known.article_id is None:
            return False
        title, body = current_text(self._run.ledger, known.article_id)
        if same_title(title, article.title) or likeness(body, article.body) > _IN_COMMON:
            return False
        response, _ = await self._get(no_such_page(article.url), "page")
        if response is None:
            return False
        shown = self._parse(response, None)
        return same_title(shown.title, article.title) and likeness(shown.body, article.body) >= _ALIKE

    def _parse(self, response: Response, entry: Entry | None) -> Article:
        return parse_article(
            response.body,
            response.url,
            content_type=content_type_of(response),
            site=self._site,
            entry=entry,
            fetched_at=capture_of(response).fetched_at,
            markdown=False,
        )

    async def _further_pages(self, first: Article) -> tuple[list[tuple[Article, CaptureRef, str]], str]:
        """Return an article's other pages in order; one that stays dead is left out, others fail the article."""
        found: list[tuple[Article, CaptureRef, str]] = []
        waiting, known = list(first.pages), {normalise(first.url)}
        while waiting and len(found) < _MOST_PAGES:
            url = waiting.pop(0)
            if url in known:
                continue
            known.add(url)
            response, cause = await self._get(url, "page")
            if response is None:
                self._run.failure(url, "page", cause)
                if cause not in DEAD_LINKS:
                    return [], cause
                if not self._is_long_dead(url):
                    return [], "incomplete"
                continue
            article = self._parse(response, None)
            blocked = _cause_of_reading(response, article)
            if blocked:
                self._run.failure(url, "page", blocked)
                return [], blocked
            found.append((article, capture_of(response), url))
            waiting += [more for more in article.pages if more not in known and more not in waiting]
        return sorted(found, key=lambda page: part_number(page[2])), ""

    def _is_long_dead(self, url: str) -> bool:
        """Return whether a URL has failed before: it leads nowhere, and this is not a server's bad moment."""
        known = ledger.known(self._run.ledger, self._site.id, url)
        return known is not None and known.failures >= _MOMENTS

    async def _get(self, url: str, kind: str, headers: dict[str, str] | None = None) -> tuple[Response | None, str]:
        engine = self._crawler.engine
        if engine is None:
            return None, "error-no-engine"
        request = Request(url, headers=headers, meta=meta_of(kind), dont_filter=True)
        try:
            response = await engine.download_async(request)
        except NewsarchiveError:
            raise
        except Exception as error:  # noqa: BLE001 (every failure of a download has its cause)
            return None, cause_of(error)
        if response.status == NOT_MODIFIED and headers:
            return response, ""
        cause = cause_of_status(response)
        if not cause and kind == "page":
            cause = _cause_of_page(response)
        return (None, cause) if cause else (response, "")

    async def _image(self, image: Image) -> FetchedImage:
        if image.url is None:
            return FetchedImage("", error="no-image")
        if not self._run.workspace.config.storage.images:
            return self._as_kept(image.url) or FetchedImage(image.url, error="not-wanted", asked=False)
        known = self._run.images.get(image.url)
        if known is None:
            known = asyncio.ensure_future(self._fetch_image(image))
            self._run.remember_image(image.url, known)
        return await asyncio.shield(known)

    async def _fetch_image(self, image: Image) -> FetchedImage:
        """Return the image's bytes, or the cause of the first address's failure where none gives any."""
        first_cause = self._resting(str(image.url))
        if first_cause:
            return FetchedImage(str(image.url), error=first_cause, asked=False)
        kept = self._kept_image(str(image.url))
        if kept and not self._anew and (self._reuses or kept.is_fresh(self._run.now())):
            return kept.image(str(image.url))
        # Another form in place of the one that is kept would look like a change of the article.
        for url in (image.url, *(() if kept else image.fallbacks)):
            response, cause = await self._get(str(url), "image", kept.validators if kept and url == image.url else None)
            if response is not None:
                found = _image_of(response, str(image.url), kept)
                most = self._run.workspace.config.storage.max_megapixels
                if found and not (found.info and found.info.is_larger_than(most)):
                    return found
                cause = "too-many-pixels" if found else "not-image"
            first_cause = first_cause or cause
            if cause.startswith(_PASSING) and not self._is_long_dead(str(url)):
                break
        return FetchedImage(str(image.url), error=first_cause, skipped=first_cause in SKIPS)

    def _resting(self, url: str) -> str:
        """Return why an image that failed before is not asked for yet, an empty text where it may be."""
        known = ledger.known(self._run.ledger, self._site.id, url)
        if known is None or known.kind != "image" or known.state != "failed" or self._anew:
            return ""
        is_later = (known.due_at or "") > timestamp(self._run.started.started)
        return (known.cause or "") if is_later else ""

    def _as_kept(self, url: str) -> FetchedImage | None:
        """Return an image that is kept already, from whichever article; None where it is not."""
        kept = self._kept_image(url)
        return kept.image(url) if kept else None

    def _kept_image(self, url: str) -> KeptBytes | None:
        """Return what the archive keeps of an image's address, None where there is nothing or its file is gone."""
        known = ledger.known(self._run.ledger, self._site.id, url)
        if known is None or known.kind != "image" or known.state != "stored" or not known.digest:
            return None
        sha256 = known.digest.removeprefix("sha256:")
        path = media_path(self._run.ledger, sha256)
        if path is None or not (self._run.workspace.holdings.media / path).is_file():
            return None
        return KeptBytes(sha256, known.fetched_at or "", known.etag, known.last_modified)

    def _reread(self, article_id: int | None, entry: Entry | None) -> Article | None:
        """Return the current version read again from its captures where today's parser or template is another.

        Only like is compared with like: else every improvement of the parser would look like a change of the page.
        """
        if article_id is None:
            return None
        today = reading_of(self._site)
        db, folder = self._run.ledger, self._run.workspace.holdings.captures
        if current_reading(db, article_id) == (today.parser, today.template):
            return None
        try:
            return read_stored(folder, current_places(db, article_id), self._site, entry)
        except ArchiveError as error:
            logger.warning("%s: article %d is compared as it was read: %s", self._site.id, article_id, error)
            return None


def _image_of(response: Response, url: str, kept: KeptBytes | None) -> FetchedImage | None:
    """Return the image that a response brings, or says to be as it was; None where it brings none."""
    capture = capture_of(response)
    if response.status == NOT_MODIFIED and kept:
        etag, last_modified = capture.etag or kept.etag, capture.last_modified or kept.last_modified
        return FetchedImage(url, capture, sha256=kept.sha256, etag=etag, last_modified=last_modified)
    info = media.identify(response.body)
    if info is None:
        return None
    return FetchedImage(url, capture, response.body, info, etag=capture.etag, last_modified=capture.last_modified)


def reading_of(site: Site) -> Reading:
    """Return who reads today: the parser's release and a digest of what the definition says of articles."""
    said = site.model_dump_json(include={"template", "templates", "date_order", "language", "timezone", "name"})
    return Reading(PARSER_RELEASE, f"{site.id}@{hashlib.sha256(said.encode()).hexdigest()[:12]}")


def identity_of(article: Article, final_url: str, db: Database, site: Site) -> str:
    """Return the address that stands for an article: its canonical link, where that can be believed, else its own.

    A canonical link counts on the site's own hosts only, and not where it names the front page, a listing or what a
    listing calls by another title: broken sites give every page the same one. (What is stored is looked at when the
    article is written, see `archive.storing`.)
    """
    own = normalise(final_url)
    try:
        canonical = normalise(article.canonical_url or "")
    except ValueError:
        return own
    starts = {site.start_url(section) for section in site.sections}
    if canonical == own or not site.is_own_host(canonical) or canonical in starts or urlsplit(canonical).path == "/":
        return own
    known = ledger.known(db, site.id, canonical)
    if known and known.kind == "listing":
        return own
    entry = ledger.entry_of(db, site.id, canonical)
    if entry and entry.title and not same_title(entry.title, article.title):
        logger.info("%s: %s names %s as canonical, which is another article", site.id, own, canonical)
        return own
    return canonical


def _cause_of_page(response: Response) -> str | None:
    if not response.body.strip():
        return "empty"
    is_page = looks_like_html(response.body, content_type_of(response))
    return None if is_page else cause_of_no_page(response.body, response.url)


def _cause_of_reading(response: Response, article: Article) -> str | None:
    """Return why a page that answers well is no article all the same."""
    if not may_be_blocked(article):
        return None
    return block_cause(response.body, response.url, content_type_of(response))


def _cause_of_kind(article: Article) -> str | None:
    """Return why what was read is no article: nothing is there, or the address is a listing's."""
    if article.is_empty and not article.title:
        return "no-article"
    is_listing = article.kind != "article" and article.rules.get("kind", "").startswith("url:")
    return "not-article" if is_listing else None
