"""Asking only for what has changed: validators from the ledger, and what an answer of "nothing new" rests on."""

import datetime as dt

from scrapy.http import Response
from sqlite_utils import Database

from archive import ledger
from archive.model import timestamp
from archive.reader import current_reading
from archive.visits import is_whole
from crawler.site import Site
from crawler.spiders.asking import NOT_MODIFIED, capture_of, validators
from crawler.spiders.fetching import reading_of

# So long a server is believed that says "not modified": some give one ETag to everything, for ever.
_LISTING_TRUST, _ARTICLE_TRUST = dt.timedelta(days=1), dt.timedelta(days=60)


def article_validators(db: Database, known: ledger.Known, url: str, now: dt.datetime) -> dict[str, str]:
    """Return an article's validators, where "not modified" would say that nothing of it is new."""
    if known.article_id is None or known.state == "gone" or not is_whole(db, known.article_id, now):
        return {}
    return validators(known.etag, known.last_modified) if _came_since(db, url, known, now - _ARTICLE_TRUST) else {}


def listing_validators(
    db: Database, site_id: str, section: ledger.Section, url: str, now: dt.datetime
) -> dict[str, str]:
    """Return a listing page's validators, where its last fetch belongs to a walk that saw to everything behind it."""
    known = ledger.known(db, site_id, url)
    if known is None or not is_settled(section, known) or not _came_since(db, url, known, now - _LISTING_TRUST):
        return {}
    return validators(known.etag, known.last_modified)


def _came_since(db: Database, url: str, known: ledger.Known, then: dt.datetime) -> bool:
    """Return whether the page that is known came since then, from this very address, and is kept.

    Word that it is not modified does not count, nor what came from where the address led.
    """
    row = db.conn.execute(
        "SELECT 1 FROM captures WHERE url = ? AND status = 200 AND fetched_at >= ? AND digest = ? "
        "AND withdrawn IS NULL LIMIT 1",
        (url, timestamp(then), known.digest),
    ).fetchone()
    return row is not None


def is_settled(section: ledger.Section, known: ledger.Known) -> bool:
    """Return whether a listing page was last fetched by a whole walk of the section, and not since."""
    return bool(
        known.kind == "listing"
        and known.fetched_at
        and section.walk_started
        and section.walk_completed
        and section.walk_started <= known.fetched_at <= section.walk_completed
    )


def is_same_listing(db: Database, site_id: str, section: ledger.Section, response: Response, url: str) -> bool:
    """Return whether a listing page is as the last whole walk saw it: the server says so, or its bytes are the same."""
    if response.status == NOT_MODIFIED:
        return _was_asked(response)
    known = ledger.known(db, site_id, url)
    return bool(known and is_settled(section, known) and _has_digest(response, known))


def is_same_article(db: Database, site: Site, response: Response, known: ledger.Known) -> bool:
    """Return whether an article's page is as it was: the server says so, or its bytes are the same.

    The same bytes are read all the same where today's parser or template is another, or something is lacking.
    """
    if known.article_id is None or known.state == "gone":
        return False
    if response.status == NOT_MODIFIED:
        return _was_asked(response)
    if not _has_digest(response, known) or not is_whole(db, known.article_id, capture_of(response).fetched_at):
        return False
    today = reading_of(site)
    return current_reading(db, known.article_id) == (today.parser, today.template)


def _was_asked(response: Response) -> bool:
    """Return whether a request had validators; a server that answers 304 to any other is broken."""
    request = response.request
    return request is not None and any(name in request.headers for name in ("If-None-Match", "If-Modified-Since"))


def _has_digest(response: Response, known: ledger.Known) -> bool:
    return response.status == 200 and known.digest is not None and capture_of(response).digest == known.digest
