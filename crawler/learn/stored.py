"""The pages that the archive holds of a site's newest articles, as pages to learn from."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from archive import ledger
from archive.errors import ArchiveError
from archive.reader import current_places
from archive.warc import Place, read_exchange
from crawler.learn.samples import LearnPage


@dataclass(frozen=True, slots=True)
class StoredPage:
    """The first page of an article as it was last fetched, with the article's day."""

    page: LearnPage
    day: dt.date


def newest_pages(db: Database, captures: Path, site_id: str, most: int) -> list[StoredPage]:
    """Return the pages of a site's newest articles as last fetched, the newest first; none that cannot be read."""
    rows = _newest(db, site_id, most)
    return [found for row in rows for found in _stored(db, captures, site_id, row, current_places(db, row[0])[:1])]


def first_pages(db: Database, captures: Path, site_id: str, most: int) -> list[StoredPage]:
    """Return the pages of a site's newest articles as first fetched, where they were fetched more than once."""
    rows = _newest(db, site_id, most)
    return [found for row in rows for found in _stored(db, captures, site_id, row, _first_places(db, row[0]))]


def _newest(db: Database, site_id: str, most: int) -> list[tuple[int, str, str]]:
    found: list[tuple[int, str, str]] = db.conn.execute(
        "SELECT id, url, day FROM articles WHERE site_id = ? AND day IS NOT NULL ORDER BY day DESC, id DESC LIMIT ?",
        (site_id, most),
    ).fetchall()
    return found


def _first_places(db: Database, article_id: int) -> list[Place]:
    rows = db.conn.execute(
        "SELECT file, offset, length FROM version_captures JOIN versions ON versions.id = version_id "
        "JOIN captures ON captures.id = capture_id WHERE article_id = ? AND position = 1 AND file IS NOT NULL "
        "AND revisit_of IS NULL ORDER BY captures.id",
        (article_id,),
    ).fetchall()
    return [Place(*row) for row in rows[:1]] if len(rows) > 1 else []


def _stored(
    db: Database, captures: Path, site_id: str, row: tuple[int, str, str], places: Sequence[Place]
) -> Iterator[StoredPage]:
    _, url, day = row
    try:
        for place in places:
            exchange = read_exchange(captures, place, decompressed=True)
            entry = ledger.entry_of(db, site_id, url)
            page = LearnPage(exchange.url, exchange.body, exchange.header("Content-Type"), entry)
            yield StoredPage(page, dt.date.fromisoformat(day))
    except ArchiveError:
        # What is damaged is told by the archive's own check.
        return
