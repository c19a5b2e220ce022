"""The pages that the archive holds of a site's newest articles, as pages to learn from."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from archive import ledger
from archive.errors import ArchiveError
from archive.reader import current_places
from archive.warc import read_exchange
from crawler.learn.samples import LearnPage


@dataclass(frozen=True, slots=True)
class StoredPage:
    """The first page of an article as it was last fetched, with the article's day."""

    page: LearnPage
    day: dt.date


def newest_pages(db: Database, captures: Path, site_id: str, most: int) -> list[StoredPage]:
    """Return the pages of a site's newest articles, the newest first, without those that cannot be read."""
    rows = db.conn.execute(
        "SELECT id, url, day FROM articles WHERE site_id = ? AND day IS NOT NULL ORDER BY day DESC, id DESC LIMIT ?",
        (site_id, most),
    ).fetchall()
    return [found for row in rows for found in _stored(db, captures, site_id, row)]


def _stored(db: Database, captures: Path, site_id: str, row: tuple[int, str, str]) -> Iterator[StoredPage]:
    article_id, url, day = row
    try:
        for place in current_places(db, article_id)[:1]:
            exchange = read_exchange(captures, place, decompressed=True)
            entry = ledger.entry_of(db, site_id, url)
            page = LearnPage(exchange.url, exchange.body, exchange.header("Content-Type"), entry)
            yield StoredPage(page, dt.date.fromisoformat(day))
    except ArchiveError:
        # What is damaged is told by the archive's own check.
        return
