"""Units of writing: each is whole or not at all, and becomes part of a batch (see `writer`)."""

import datetime as dt
import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from sqlite_utils import Database

from archive import ledger, media
from archive.keys import place_in_sections
from archive.model import Entry, timestamp
from archive.warc import Exchange, Place, WarcFile


@dataclass(slots=True)
class CaptureRef:
    """A capture on its way into the archive; the writer fills in its row id and digest before a later unit asks."""

    url: str
    fetched_at: dt.datetime
    id: int | None = None
    digest: str | None = None
    etag: str | None = None
    last_modified: str | None = None

    def row_id(self) -> int:
        """Return the row's id; units are written in order, so it is there."""
        if self.id is None:
            raise RuntimeError(f"the capture of {self.url} was named before it was written")
        return self.id


@dataclass(frozen=True, slots=True)
class Desk:
    """What a unit writes with: the database, the media folder, the run's WARC file, and whose run it is."""

    db: Database
    media: Path
    warc: WarcFile
    site_id: str
    run_id: int


class Unit(Protocol):
    """Something that is written whole: its files first, its rows in the batch's transaction."""

    @property
    def weight(self) -> int:
        """Bytes that it holds in memory, for the queue's bound."""

    def write_files(self, desk: Desk) -> None:
        """Write bytes to the disk, before the transaction that names them."""

    def write_rows(self, desk: Desk) -> None:
        """Write rows, inside the batch's transaction."""


@dataclass(slots=True)
class CaptureUnit:
    """One response: a WARC record and its row; a good image's (`kept_as_media`) has the row only."""

    ref: CaptureRef
    exchange: Exchange
    kept_as_media: bool = False
    place: Place | None = None

    @property
    def weight(self) -> int:
        """Bytes of the body."""
        return len(self.exchange.body)

    def write_files(self, desk: Desk) -> None:
        """Write the record."""
        self.ref.digest = self.exchange.digest
        info = media.identify(self.exchange.body) if self.kept_as_media else None
        if info is None:
            self.place = desk.warc.write(self.exchange)
        else:
            # With the row that names it, though the article that shows it may be a batch later.
            media.keep(desk.media, self.exchange.body, info)

    def write_rows(self, desk: Desk) -> None:
        """Write the row, chained to the one before."""
        got, place = self.exchange, self.place
        row: dict[str, str | int | None] = {
            "url": got.url,
            "fetched_at": timestamp(got.fetched_at),
            "status": got.status,
            "mime": (got.header("Content-Type") or "").partition(";")[0].strip().lower() or None,
            "headers": json.dumps(list(got.headers), ensure_ascii=False),
            "digest": self.ref.digest,
            "file": place.file if place else None,
            "offset": place.offset if place else None,
            "length": place.length if place else None,
        }
        self.ref.id = insert_capture(desk.db, row, desk.run_id)


def insert_capture(db: Database, row: dict[str, str | int | None], run_id: int | None) -> int:
    """Write a capture's row with the hash that chains it to the row before by id; return its id."""
    before = db.conn.execute("SELECT id, chain FROM captures ORDER BY id DESC LIMIT 1").fetchone()
    row_id, previous = (before[0] + 1, before[1]) if before else (1, "")
    said = json.dumps([previous, row_id, *row.values()], ensure_ascii=False)
    chain = hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()
    db.conn.execute(
        "INSERT INTO captures(id, url, fetched_at, status, mime, headers, digest, file, offset, length, chain, run_id) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (row_id, *row.values(), chain, run_id),
    )
    return row_id


@dataclass(slots=True)
class ListingUnit:
    """A listing page: its sightings, the URLs that it made known, and its walk's end where it was the last page."""

    section_id: int
    url: str
    capture: CaptureRef
    page: int
    entries: tuple[Entry, ...]
    walk_started: str | None = None
    walk_completed: bool = False
    note: str | None = None
    revisit_at: str | None = None

    @property
    def weight(self) -> int:
        """Bytes, as a guess from the number of entries."""
        return 500 * len(self.entries)

    def write_files(self, desk: Desk) -> None:
        """Write nothing: the capture is a unit before this one."""

    def write_rows(self, desk: Desk) -> None:
        """Write the page's mark, its sightings and, at the end, the walk's."""
        db, at = desk.db, timestamp(self.capture.fetched_at)
        listing_id = ledger.ensure_url(db, desk.site_id, self.url, "listing", at)
        ledger.mark_fetched(
            db, listing_id, state="stored", at=at, digest=self.capture.digest, etag=self.capture.etag,
            last_modified=self.capture.last_modified, cause=self.note,
        )  # fmt: skip
        for rank, entry in enumerate(self.entries, 1):
            self._sight(desk, listing_id, rank, entry)
        if self.walk_completed:
            db.conn.execute(
                "UPDATE sections SET walk_started = ?, walk_completed = ? WHERE id = ?",
                (self.walk_started, at, self.section_id),
            )

    def _sight(self, desk: Desk, listing_id: int, rank: int, entry: Entry) -> None:
        db, at = desk.db, timestamp(self.capture.fetched_at)
        url_id = ledger.ensure_url(db, desk.site_id, entry.url, "article", at)
        if self.revisit_at:
            ledger.mark_due(db, url_id, self.revisit_at)
        where = (listing_id, self.capture.row_id(), self.page, rank)
        said = (entry.title, entry.date_raw, entry.summary, entry.thumbnail)
        updated = db.conn.execute(
            "UPDATE sightings SET listing_url_id = ?, capture_id = ?, page = ?, rank = ?, last_seen = ? "
            "WHERE url_id = ? AND section_id = ? AND ifnull(title, '') = ? AND ifnull(date_raw, '') = ? "
            "AND ifnull(summary, '') = ? AND ifnull(thumbnail, '') = ?",
            (*where, at, url_id, self.section_id, *(text or "" for text in said)),
        )
        if updated.rowcount == 0:
            db.conn.execute(
                "INSERT INTO sightings(listing_url_id, capture_id, page, rank, url_id, section_id, title, date_raw, "
                "summary, thumbnail, first_seen, last_seen) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (*where, url_id, self.section_id, *said, at, at),
            )
            place_in_sections(db, url_id=url_id)


@dataclass(frozen=True, slots=True)
class WantedUnit:
    """Articles that are asked for by their addresses: due now, whatever is known of them."""

    urls: tuple[str, ...]
    at: dt.datetime

    @property
    def weight(self) -> int:
        """Bytes, as a guess from the number of addresses."""
        return 200 * len(self.urls)

    def write_files(self, desk: Desk) -> None:
        """Write nothing."""

    def write_rows(self, desk: Desk) -> None:
        """Write the ledger's marks."""
        at = timestamp(self.at)
        for url in self.urls:
            ledger.mark_due(desk.db, ledger.ensure_url(desk.db, desk.site_id, url, "article", at), at)


@dataclass(frozen=True, slots=True)
class FailureUnit:
    """A URL that could not be had: its cause, and what kind of page it was to be."""

    url: str
    kind: str
    cause: str
    at: dt.datetime
    skipped: bool = False
    weight: int = 200

    def write_files(self, desk: Desk) -> None:
        """Write nothing."""

    def write_rows(self, desk: Desk) -> None:
        """Write the ledger's mark."""
        url_id = ledger.ensure_url(desk.db, desk.site_id, self.url, self.kind, timestamp(self.at))
        if self.skipped:
            ledger.mark_skipped(desk.db, url_id, self.cause, timestamp(self.at))
        else:
            ledger.mark_failed(desk.db, url_id, self.cause, self.at)


@dataclass(slots=True)
class FetchedImage:
    """An image's bytes on their way into the archive, or the cause why there are none."""

    url: str
    capture: CaptureRef | None = None
    data: bytes | None = None
    info: media.ImageInfo | None = None
    error: str | None = None
    skipped: bool = False
    sha256: str | None = None
    path: str | None = None

    def keep(self, folder: Path) -> None:
        """Write the bytes durably and let go of them; an image that stands in several articles is written once."""
        if self.data is not None and self.info is not None and self.sha256 is None:
            self.sha256, self.path = media.keep(folder, self.data, self.info)
            self._size = len(self.data)
            self.data = None

    _size: int = field(default=0, repr=False)

    @property
    def size(self) -> int:
        """Bytes of the image."""
        return len(self.data) if self.data is not None else self._size
