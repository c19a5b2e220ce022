"""Units of writing: each is whole or not at all, and becomes part of a batch (see `writer`)."""

import datetime as dt
import json
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Protocol

from sqlite_utils import Database

from archive import ledger, media
from archive.chain import link
from archive.due import MISSING, Policy
from archive.events import note_absence, retell
from archive.keys import place_in_sections
from archive.model import Entry, timestamp
from archive.recording import WarcFiles
from archive.warc import Exchange, Original, Place, Record


@dataclass(slots=True)
class CaptureRef:
    """A capture on its way into the archive; the writer fills in its row id and digest before a later unit asks."""

    url: str
    fetched_at: dt.datetime
    id: int | None = None
    digest: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    status: int = 200
    record_id: str | None = None

    @property
    def is_not_modified(self) -> bool:
        """Whether the server said that nothing changed."""
        return self.status == HTTPStatus.NOT_MODIFIED

    def row_id(self) -> int:
        """Return the row's id; units are written in order, so it is there."""
        if self.id is None:
            raise RuntimeError(f"the capture of {self.url} was named before it was written")
        return self.id


@dataclass(frozen=True, slots=True)
class Desk:
    """What a unit writes with: the database, the media folder, the run's WARC file, whose run it is, what is due."""

    db: Database
    media: Path
    warc: WarcFiles
    site_id: str
    run_id: int
    policy: Policy = field(default_factory=Policy)


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
    """One response: a WARC record and its row; a good image's (`kept_as_media`) has the row only.

    What answers 304, or brings the bytes of the capture before it, is kept as a revisit of that one.
    """

    ref: CaptureRef
    exchange: Exchange
    kept_as_media: bool = False
    place: Place | None = None
    original: Original | None = None
    beside: tuple[Record, ...] = ()

    @property
    def weight(self) -> int:
        """Bytes of the body."""
        return len(self.exchange.body)

    def write_files(self, desk: Desk) -> None:
        """Write the record."""
        digest = self.ref.digest = self.ref.digest or self.exchange.digest
        info = media.identify(self.exchange.body) if self.kept_as_media else None
        if info is None:
            self.original = _original_of(desk.db, self.exchange, digest)
            written = desk.warc.write(self.exchange, self.original)
            self.place, self.ref.record_id, self.beside = written.place, written.record_id, written.beside
            if self.original:
                self.ref.digest = self.original.digest
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
        if self.original:
            row["revisit_of"] = self.original.capture_id
        self.ref.id = insert_capture(desk.db, row, desk.run_id)
        for record in self.beside:
            insert_record(desk.db, record, self.ref.id)


def _original_of(db: Database, exchange: Exchange, digest: str) -> Original | None:
    """Return the capture that a response refers to, None where it stands for itself."""
    if exchange.status not in (200, 304):
        return None
    row = db.conn.execute(
        "SELECT id, url, fetched_at, digest FROM captures WHERE url = ? AND status = 200 AND revisit_of IS NULL "
        "AND withdrawn IS NULL ORDER BY id DESC LIMIT 1",
        (exchange.url,),
    ).fetchone()
    if row is None or (exchange.status == 200 and row[3] != digest):
        return None
    return Original(*row)


def insert_capture(db: Database, row: dict[str, str | int | None], run_id: int | None) -> int:
    """Write a capture's row with the hash that chains it to the row before by id; return its id."""
    before = db.conn.execute("SELECT id, chain FROM captures ORDER BY id DESC LIMIT 1").fetchone()
    row_id, previous = (before[0] + 1, before[1]) if before else (1, "")
    chain = link(previous, row_id, tuple(row.values()))
    db.conn.execute(
        f"INSERT INTO captures(id, {', '.join(row)}, chain, run_id) VALUES ({', '.join('?' * (len(row) + 3))})",  # noqa: S608
        (row_id, *row.values(), chain, run_id),
    )
    return row_id


def insert_record(db: Database, record: Record, capture_id: int | None) -> None:
    """Write the row of a record that stands beside captures."""
    place = record.place
    db.conn.execute(
        "INSERT INTO records(capture_id, type, file, offset, length, digest) VALUES (?, ?, ?, ?, ?, ?)",
        (capture_id, record.type, place.file, place.offset, place.length, record.digest),
    )


@dataclass(slots=True)
class ListingUnit:
    """A listing page: its sightings, the URLs that it made known, and its walk's end where it was the last page.

    Without entries it is one that is unchanged since the walk before, which saw to them.
    """

    section_id: int
    url: str
    capture: CaptureRef
    page: int
    entries: tuple[Entry, ...]
    end: ledger.WalkEnd | None = None
    note: str | None = None
    revisit_at: str | None = None
    unchanged: bool = False

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
        etag, last_modified = self.capture.etag, self.capture.last_modified
        if self.unchanged:
            ledger.mark_unchanged(
                db, listing_id, at, told=self.capture.is_not_modified, etag=etag, last_modified=last_modified
            )
        else:
            ledger.mark_fetched(
                db, listing_id, state="stored", at=at, etag=etag, last_modified=last_modified,
                digest=self.capture.digest, cause=self.note,
            )  # fmt: skip
        for rank, entry in enumerate(self.entries, 1):
            self._sight(desk, listing_id, rank, entry)
        if self.end:
            ledger.end_walk(db, self.end, self.capture.fetched_at)

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
class WalkEndUnit:
    """A walk that ended without its last page: badly, or cut by a budget."""

    end: ledger.WalkEnd
    at: dt.datetime
    weight: int = 200

    def write_files(self, desk: Desk) -> None:
        """Write nothing."""

    def write_rows(self, desk: Desk) -> None:
        """Write the section's mark."""
        ledger.end_walk(desk.db, self.end, self.at)


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
            ledger.mark_skipped(desk.db, url_id, self.cause, self.at)
            return
        article_id = ledger.mark_failed(desk.db, url_id, self.cause, self.at, desk.policy)
        if article_id is not None and self.cause in MISSING:
            note_absence(desk.db, article_id, self.url, self.cause, (timestamp(self.at), desk.run_id))
            retell(desk.db, article_id, desk.policy)


@dataclass(slots=True)
class FetchedImage:
    """An image's bytes on their way into the archive, or the cause why there are none.

    One that is kept already has its `sha256` and no bytes; one that failed may not have been `asked` for again yet.
    """

    url: str
    capture: CaptureRef | None = None
    data: bytes | None = None
    info: media.ImageInfo | None = None
    error: str | None = None
    skipped: bool = False
    sha256: str | None = None
    path: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    asked: bool = True

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
