"""Originals: which capture a revisit refers to, by what it says of it."""

import gzip
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from sqlite_utils import Database

from archive.errors import ArchiveError
from archive.model import timestamp
from archive.warc import Place
from crawler.importing.digests import sha256_of
from crawler.importing.evidence import EPOCH, CaptureRow, Evidence, capture_row, evidence_of, instant_of
from crawler.importing.parts import Chunk
from crawler.importing.records import Records
from crawler.importing.tape import Tape

_COLUMNS = "captures.id, captures.digest, captures.mime, captures.revisit_of"


@dataclass(frozen=True, slots=True)
class Original:
    """The capture that a revisit refers to."""

    capture_id: int
    digest: str
    mime: str | None


@dataclass(frozen=True, slots=True)
class Claim:
    """What a revisit says of its original."""

    url: str
    at: str
    payload: str | None
    refers_to: str | None
    refers_url: str | None
    refers_at: str | None

    @classmethod
    def of(cls, found: Evidence) -> Self:
        """Return what a revisit says."""
        instant = instant_of(found.field("WARC-Refers-To-Date") or "")
        url = (found.field("WARC-Refers-To-Target-URI") or "").strip().removeprefix("<").removesuffix(">")
        return cls(
            found.url, timestamp(found.at), found.field("WARC-Payload-Digest"), found.field("WARC-Refers-To"),
            url or None, timestamp(instant) if instant else None,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Waiting:
    """A revisit that waits for its original: its rows, and the row of the capture that it would be."""

    imported_id: int
    record_id: int
    page: str | None
    claim: Claim
    row: CaptureRow


def original_of(db: Database, said: Claim) -> Original | None:
    """Return the capture that a revisit refers to, None where the archive has it not.

    By the address and time that it names, else by the record's id, else by the digest: of the same address first, and
    of captures before it the latest.
    """
    for sql, values in _ways(said):
        row = db.conn.execute(sql, values).fetchone()
        if row:
            return _root(db, row)
    return None


def _ways(said: Claim) -> list[tuple[str, tuple[str | None, ...]]]:
    where = "withdrawn IS NULL AND (status IS NULL OR status NOT IN (304))"
    ways: list[tuple[str, tuple[str | None, ...]]] = []
    if said.refers_at:
        named = f"SELECT {_COLUMNS} FROM captures WHERE url = ? AND fetched_at = ? AND {where} ORDER BY id LIMIT 1"  # noqa: S608
        ways.append((named, (said.refers_url or said.url, said.refers_at)))
    joined = f"SELECT {_COLUMNS} FROM imported JOIN captures ON captures.id = capture_id WHERE"  # noqa: S608
    if said.refers_to:
        ways.append((f"{joined} warc_id = ? AND {where} ORDER BY captures.id DESC LIMIT 1", (said.refers_to,)))
    if said.payload:
        order = "ORDER BY captures.url <> ?, fetched_at > ?, abs(julianday(fetched_at) - julianday(?)), captures.id"
        values = (said.payload, said.url, said.at, said.at)
        ways.append((f"{joined} payload = ? AND revisit_of IS NULL AND {where} {order} LIMIT 1", values))
    digest = sha256_of(said.payload)
    if digest:
        own = f"SELECT {_COLUMNS} FROM captures WHERE url = ? AND digest = ? AND revisit_of IS NULL AND {where} "  # noqa: S608
        ways.append((f"{own} ORDER BY fetched_at > ?, fetched_at DESC LIMIT 1", (said.url, digest, said.at)))
    return ways


def _root(db: Database, row: tuple[int, str, str | None, int | None]) -> Original | None:
    """Return a capture, or the one that it is itself a revisit of."""
    capture_id, digest, mime, revisit_of = row
    if revisit_of is None:
        return Original(capture_id, digest, mime)
    found = db.conn.execute("SELECT id, digest, mime FROM captures WHERE id = ?", (revisit_of,)).fetchone()
    return Original(*found) if found else None


def waiting_of(db: Database, folder: Path, after: int, number: int) -> list[Waiting]:
    """Return revisits that wait for their originals, by the ids of their rows, as they lie among the captures."""
    rows = db.conn.execute(
        "SELECT imported.id, record_id, page, file, records.offset, length FROM imported "
        "JOIN records ON records.id = record_id WHERE state = 'waiting' AND imported.id > ? ORDER BY imported.id "
        "LIMIT ?",
        (after, number),
    ).fetchall()
    return [_waiting(folder, row[0], row[1], row[2], Place(*row[3:])) for row in rows]


def _waiting(folder: Path, imported_id: int, record_id: int, page: str | None, place: Place) -> Waiting:
    try:
        with (folder / place.file).open("rb") as file:
            file.seek(place.offset)
            data = gzip.decompress(file.read(place.length))
        raw = next(iter(Records(Tape([Chunk(0, data, fresh=True)]), packed=False)))
    except (OSError, EOFError, zlib.error, StopIteration) as error:
        said = str(error) or type(error).__name__
        raise ArchiveError(f"cannot read the record at {folder / place.file}, offset {place.offset}: {said}") from error
    with raw.block:
        found = evidence_of(raw, len(data), EPOCH)
    return Waiting(imported_id, record_id, page, Claim.of(found), capture_row(found, place))
