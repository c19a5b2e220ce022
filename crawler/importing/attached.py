"""Files that an imported article links to, among the captures that the archive has: the one nearest in time."""

import datetime as dt
from pathlib import Path

from sqlite_utils import Database

from archive.attachments import FetchedAttachment
from archive.errors import ArchiveError
from archive.model import Article
from archive.units import CaptureRef
from archive.warc import Exchange, Place, read_exchange
from crawler.attachments.links import Link, files_of
from crawler.attachments.pdf import is_pdf, read_pdf
from crawler.importing.pictures import NOT_IMPORTED
from crawler.politeness.bodies import is_file


class Attached:
    """Finds the files of articles; at most so many of each."""

    def __init__(self, db: Database, folder: Path, most: int) -> None:
        self._db, self._folder, self._most = db, folder, most

    def of(self, article: Article, at: str) -> tuple[FetchedAttachment, ...]:
        """Return the files that an article links to, each with the cause where it was not imported."""
        links = files_of(article)
        found = [self._file(link, at) for link in links[: self._most]]
        left = links[self._most :]
        found += [FetchedAttachment(link.url, link.name, error="too-many-attachments", asked=False) for link in left]
        return tuple(found)

    def _file(self, link: Link, at: str) -> FetchedAttachment:
        row = self._db.conn.execute(
            "SELECT captures.id, captures.fetched_at, captures.digest, kept.file, kept.offset, kept.length "
            "FROM captures JOIN captures kept ON kept.id = ifnull(captures.revisit_of, captures.id) "
            "WHERE captures.url = ? AND ifnull(captures.status, 200) = 200 AND kept.file IS NOT NULL "
            "AND captures.withdrawn IS NULL AND kept.withdrawn IS NULL "
            "ORDER BY abs(julianday(captures.fetched_at) - julianday(?)), captures.id LIMIT 1",
            (link.url, at),
        ).fetchone()
        if row is None:
            return FetchedAttachment(link.url, link.name, error=NOT_IMPORTED, asked=False)
        capture_id, fetched_at, digest, *place = row
        capture = CaptureRef(link.url, dt.datetime.fromisoformat(fetched_at), id=capture_id, digest=digest)
        try:
            kept = read_exchange(self._folder, Place(*place), decompressed=True)
        except ArchiveError:
            return FetchedAttachment(link.url, link.name, error="unreadable", asked=False)
        return _read(link, capture, kept)


def _read(link: Link, capture: CaptureRef, kept: Exchange) -> FetchedAttachment:
    data = kept.body
    if not (is_file(data) or is_pdf(data) or (data and link.url.lower().endswith(".csv"))):
        return FetchedAttachment(link.url, link.name, error="not-a-file", asked=False)
    mime = (kept.header("Content-Type") or "").partition(";")[0].strip().lower() or None
    read = read_pdf(data) if is_pdf(data) else None
    if read is None:
        return FetchedAttachment(link.url, link.name, capture, mime, len(data))
    return FetchedAttachment(link.url, link.name, capture, "application/pdf", len(data), read.pages, read.text)
