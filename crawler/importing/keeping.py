"""Units of an import's first half: each record whole, with its row and how far the import has come."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlite_utils import Database

from archive import media
from archive.model import timestamp, utc_now
from archive.units import Desk, insert_capture, insert_record
from archive.warc import Place, Record
from crawler.importing.evidence import CAPTURES, Evidence, capture_row, says_html
from crawler.importing.originals import Claim, Waiting, original_of
from crawler.importing.records import Damage


@dataclass(frozen=True, slots=True)
class From:
    """Where a record comes from: the import, and the offset in its file at which it can be read again."""

    import_id: int
    offset: int


@dataclass(slots=True)
class RecordUnit:
    """One record of a foreign file: its copy among the captures, or its bytes among the media, and its rows."""

    found: Evidence
    origin: From
    site_id: str | None = None
    record: Record | None = None

    @property
    def weight(self) -> int:
        """Bytes of the record."""
        return len(self.found.block) + 500

    @property
    def _place(self) -> Place | None:
        return self.record.place if self.record else None

    def write_files(self, desk: Desk) -> None:
        """Write the copy; an image's bytes are kept once, as those that a crawl fetches."""
        if self.found.image:
            info, body = self.found.image
            media.keep(desk.media, body, info)
        else:
            self.record = desk.warc.write_copy(self.found.type, self.found.fields, self.found.block)

    def write_rows(self, desk: Desk) -> None:
        """Write the rows, and tie together what belongs together."""
        db, found = desk.db, self.found
        capture_id, record_id, state = self._write_record(desk)
        db.conn.execute(
            "INSERT INTO imported(import_id, offset, key, warc_id, beside, payload, capture_id, record_id, site_id, "
            "page, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                self.origin.import_id, self.origin.offset, found.key, found.field("WARC-Record-ID"),
                next(iter(found.references()), None) if found.type not in CAPTURES else None,
                found.field("WARC-Payload-Digest") if found.type == "response" else None,
                capture_id, record_id, self.site_id if found.page else None,
                found.page if self.site_id else None, state,
            ),
        )  # fmt: skip
        if capture_id:
            _tie_records(db, capture_id, found)

    def _write_record(self, desk: Desk) -> tuple[int | None, int | None, str | None]:
        """Write the capture's or the record's row; return its id, and whether it is to be read."""
        db, found = desk.db, self.found
        state = found.state if self.site_id else None
        if found.type not in CAPTURES:
            return None, self._insert_record(db, _capture_beside(db, found)), None
        if found.type != "revisit":
            return insert_capture(db, capture_row(found, self._place), desk.run_id), None, state
        original = original_of(db, Claim.of(found))
        if original is None:
            return None, self._insert_record(db, None), "waiting"
        row = capture_row(found, self._place) | {"digest": original.digest, "revisit_of": original.capture_id}
        row["mime"] = row["mime"] or original.mime
        return insert_capture(db, row, desk.run_id), None, state if says_html(original.mime) else None

    def _insert_record(self, db: Database, capture_id: int | None) -> int | None:
        if self.record is None:
            return None
        insert_record(db, self.record, capture_id)
        (row_id,) = db.conn.execute("SELECT last_insert_rowid()").fetchone()
        return int(row_id)


def _capture_beside(db: Database, found: Evidence) -> int | None:
    """Return the capture that a record says that it belongs to."""
    for warc_id in found.references():
        row = db.conn.execute(
            "SELECT capture_id FROM imported WHERE warc_id = ? AND capture_id IS NOT NULL ORDER BY id DESC LIMIT 1",
            (warc_id,),
        ).fetchone()
        if row:
            return int(row[0])
    return None


def _tie_records(db: Database, capture_id: int, found: Evidence) -> None:
    """Tie to a capture the records that came before it and belong to it, whichever of them says so."""
    own = found.field("WARC-Record-ID")
    for column, warc_id in (("beside", own), *(("warc_id", each) for each in found.references())):
        if warc_id:
            db.conn.execute(
                f"UPDATE records SET capture_id = ? WHERE capture_id IS NULL AND id IN "  # noqa: S608 (names are ours)
                f"(SELECT record_id FROM imported WHERE {column} = ?) AND type <> 'revisit'",
                (capture_id, warc_id),
            )


@dataclass(frozen=True, slots=True)
class ProgressUnit:
    """How far an import has come, and what it could not read up to there."""

    import_id: int
    offset: int
    damages: Sequence[Damage] = ()
    finished: bool = False
    weight: int = 200

    def write_files(self, desk: Desk) -> None:
        """Write nothing."""

    def write_rows(self, desk: Desk) -> None:
        """Write the import's row and its damages."""
        desk.db.conn.executemany(
            "INSERT INTO import_damages VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
            [(self.import_id, each.offset, each.reason, each.bytes) for each in self.damages],
        )
        if self.finished:
            desk.db.conn.execute(
                "UPDATE imports SET state = 'finished', offset = ?, finished = ? WHERE id = ?",
                (self.offset, timestamp(utc_now()), self.import_id),
            )
        else:
            desk.db.conn.execute("UPDATE imports SET offset = ? WHERE id = ?", (self.offset, self.import_id))


@dataclass(slots=True)
class PromoteUnit:
    """Revisits whose original has come after them: they become captures of their own."""

    waiting: Sequence[Waiting]
    promoted: int = field(default=0)
    weight: int = 2000

    def write_files(self, desk: Desk) -> None:
        """Write nothing: the records lie among the captures already."""

    def write_rows(self, desk: Desk) -> None:
        """Write the captures' rows for those whose originals are there now."""
        db = desk.db
        for each in self.waiting:
            original = original_of(db, each.claim)
            if original is None:
                continue
            row = each.row | {"digest": original.digest, "revisit_of": original.capture_id}
            row["mime"] = row["mime"] or original.mime
            capture_id = insert_capture(db, row, desk.run_id)
            db.conn.execute(
                "UPDATE imported SET capture_id = ?, record_id = NULL, state = ? WHERE id = ?",
                (capture_id, "page" if each.page and says_html(original.mime) else None, each.imported_id),
            )
            db.conn.execute("DELETE FROM records WHERE id = ?", (each.record_id,))
            self.promoted += 1
