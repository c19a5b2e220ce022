"""Media and WARC files against what the rows say of them."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from sqlite_utils import Database

from archive import media
from archive.errors import ArchiveError
from archive.fixity.damage import Damage
from archive.fixity.members import Record, TornError, read_record
from archive.tombstones import MARK
from archive.warc import Place, read_exchange

_PIECE = 1 << 20
_RECORDS = """
SELECT offset, length, id AS capture, url, fetched_at, status, digest, revisit_of, withdrawn, NULL AS type,
EXISTS (SELECT 1 FROM imported WHERE capture_id = captures.id) AS foreign_copy, file
FROM captures WHERE file = ?1
UNION ALL SELECT records.offset, records.length, capture_id, NULL, NULL, NULL, records.digest, NULL,
(SELECT withdrawn FROM captures WHERE id = capture_id), records.type, 0, file FROM records WHERE file = ?1
ORDER BY 1
"""
_KEY_OF_CAPTURE = """
SELECT key FROM version_captures JOIN versions ON versions.id = version_id JOIN articles ON articles.id = article_id
WHERE capture_id = ?1
UNION ALL SELECT key FROM captures JOIN urls ON urls.url = captures.url JOIN articles ON articles.id = article_id
WHERE captures.id = ?1 LIMIT 1
"""
_KEY_OF_IMAGE = """
SELECT key FROM article_images JOIN images ON images.id = image_id JOIN articles ON articles.id = article_id
WHERE sha256 = ? ORDER BY article_id LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Seen:
    """A file as it was read: its name in the workspace, how many bytes, their SHA-256, and what is wrong with it."""

    file: str
    bytes: int
    sha256: str
    damages: tuple[Damage, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """What an earlier verification found a file to be."""

    bytes: int
    sha256: str


def check_image(db: Database, folder: Path, row: dict[str, Any]) -> Seen:
    """Read an image's file and compare it with its row (of `images`)."""
    file, sha256 = f"media/{row['path']}", row["sha256"]
    key = next((key for (key,) in db.conn.execute(_KEY_OF_IMAGE, (sha256,))), None)
    try:
        data = (folder / row["path"]).read_bytes()
    except (OSError, ValueError) as error:
        said = "it is not there" if isinstance(error, FileNotFoundError) else f"it cannot be read: {error}"
        return Seen(file, 0, "", (Damage("image", said, file, article=key),))
    found = hashlib.sha256(data).hexdigest()
    damages = [Damage("image", said, file, article=key) for said in _faults_of_image(row, data, found)]
    return Seen(file, len(data), found, tuple(damages))


def _faults_of_image(row: dict[str, Any], data: bytes, found: str) -> Iterator[str]:
    if found != row["sha256"]:
        yield f"its SHA-256 is {found}, not {row['sha256']}"
        return
    info = media.identify(data)
    if len(data) != row["bytes"] or info is None:
        yield f"its row says {row['bytes']} bytes of {row['mime']}, it has {len(data)}"
    elif (info.mime, info.width, info.height) != (row["mime"], row["width"], row["height"]):
        said = (row["mime"], row["width"], row["height"])
        yield f"its row says {said}, it is {(info.mime, info.width, info.height)}"
    elif row["path"] != media.relative_path(found, info.mime):
        yield f"its row names another file than {media.relative_path(found, info.mime)}"


def check_unshown(folder: Path, digest: str, url: str) -> Iterator[Damage]:
    """Yield what is wrong with an image that was fetched and that no row of `images` shows."""
    sha256 = digest.removeprefix("sha256:")
    found = sorted((folder / sha256[:2]).glob(f"{sha256}.*"))
    if not found:
        yield Damage("image", "its bytes are kept nowhere", f"media/{sha256[:2]}/{sha256}", url=url)
    elif hashlib.sha256(found[0].read_bytes()).hexdigest() != sha256:
        yield Damage("image", "its SHA-256 is another", f"media/{found[0].relative_to(folder)}", url=url)


class _Tape:
    """A file read from its beginning to its end, all of it digested on the way; also up to a length known before."""

    def __init__(self, path: Path, known: Known | None) -> None:
        self._file = path.open("rb")
        self._sum = hashlib.sha256()
        self._known = known
        self.position = 0
        self.fits_known = True

    def read(self, number: int) -> bytes:
        if self._known and self.position < self._known.bytes:
            number = min(number, self._known.bytes - self.position)
        data = self._file.read(number)
        self._sum.update(data)
        self.position += len(data)
        if self._known and self.position == self._known.bytes:
            self.fits_known = self._sum.hexdigest() == self._known.sha256
        return data

    def skip_to(self, offset: int) -> None:
        while self.position < offset and self.read(min(_PIECE, offset - self.position)):
            pass

    @property
    def sha256(self) -> str:
        return self._sum.hexdigest()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()


def check_warc(
    db: Database, folder: Path, name: str, known: Known | None = None, on_bytes: Callable[[int], None] = lambda _: None
) -> Seen:
    """Read a WARC file up to the last record that a row names, and compare each with its row."""
    file, damages = f"captures/{name}", list[Damage]()
    try:
        tape = _Tape(folder / name, known)
    except (OSError, ValueError) as error:
        said = "it is not there" if isinstance(error, FileNotFoundError) else f"it cannot be read: {error}"
        return Seen(file, 0, "", (Damage("capture", said, file),))
    with tape:
        for row in db.query(_RECORDS, (name,)):
            before = tape.position
            faults = list(_faults_at(db, folder, tape, row))
            damages += [_damage(db, file, row, said) for said in faults]
            on_bytes(tape.position - before)
    sha256 = tape.sha256
    if not damages and known and not (tape.fits_known and tape.position >= known.bytes):
        damages.append(
            Damage("capture", f"its first {known.bytes} bytes are not those that were verified before", file)
        )
    return Seen(file, tape.position, sha256, tuple(damages))


def _damage(db: Database, file: str, row: dict[str, Any], said: str) -> Damage:
    key = next((key for (key,) in db.conn.execute(_KEY_OF_CAPTURE, (row["capture"],))), None)
    what = f"{row['type']} record: " if row["type"] else ""
    return Damage("capture", what + said, file, row["offset"], key, row["url"])


def _faults_at(db: Database, folder: Path, tape: _Tape, row: dict[str, Any]) -> Iterator[str]:
    if not all(isinstance(row[name], int) and row[name] >= 0 for name in ("offset", "length")):
        yield f"its row names no place: offset {row['offset']!r}, length {row['length']!r}"
        return
    if row["offset"] < tape.position:
        yield "its row's place lies in that of the record before"
        return
    tape.skip_to(row["offset"])
    end = row["offset"] + row["length"]
    try:
        record = read_record(lambda number: _read_up(tape, end, number), row["length"])
    except TornError as error:
        tape.skip_to(end)
        yield str(error)
        return
    if row["foreign_copy"] and not row["withdrawn"]:
        yield from _faults_of_copy(folder, row, record)
    else:
        yield from _faults_of_record(db, row, record)


def _faults_of_copy(folder: Path, row: dict[str, Any], record: Record) -> Iterator[str]:
    """Yield what is wrong with an imported record: it is kept as another tool wrote it, and says things in its way.

    Its body's digest is that of the bytes without their chunks, or the one that it states of itself.
    """
    if row["revisit_of"] or record.type not in ("response", "resource"):
        return
    if row["digest"] == record.payload or not row["digest"].startswith("sha256:"):
        return
    try:
        found = read_exchange(folder, Place(row["file"], row["offset"], row["length"])).digest
    except ArchiveError as error:
        yield str(error)
        return
    if found != row["digest"] and "warc-truncated" not in record.fields:
        yield f"the digest of its body is {found}, not {row['digest']}"


def _read_up(tape: _Tape, end: int, number: int) -> bytes:
    return tape.read(min(number, end - tape.position)) if tape.position < end else b""


def _faults_of_record(db: Database, row: dict[str, Any], record: Record) -> Iterator[str]:
    if row["withdrawn"]:
        if record.fields and MARK.lower() not in record.fields:
            yield "it was withdrawn and is still there"
    elif row["type"]:
        if (record.type, record.whole) != (row["type"], row["digest"]):
            yield f"a record of type {record.type}, {record.whole} is there, not the {row['type']}, {row['digest']}"
    elif row["revisit_of"]:
        yield from _faults_of_revisit(db, row, record)
    elif record.type != "response":
        yield f"there is a record of type {record.type}, not a response"
    elif record.payload != row["digest"]:
        yield f"the digest of its body is {record.payload}, not {row['digest']}"
    if row["url"] and not row["withdrawn"]:
        yield from _faults_of_head(row, record)


def _faults_of_head(row: dict[str, Any], record: Record) -> Iterator[str]:
    said = (record.fields.get("warc-target-uri"), record.fields.get("warc-date"), record.status)
    if said != (row["url"], row["fetched_at"], row["status"]):
        yield f"its head says {said}, its row {(row['url'], row['fetched_at'], row['status'])}"


def _faults_of_revisit(db: Database, row: dict[str, Any], record: Record) -> Iterator[str]:
    kept = db.conn.execute(
        "SELECT url, fetched_at, digest, revisit_of FROM captures WHERE id = ?", (row["revisit_of"],)
    ).fetchone()
    refers = (record.fields.get("warc-refers-to-target-uri"), record.fields.get("warc-refers-to-date"))
    if record.type != "revisit":
        yield f"there is a record of type {record.type}, not a revisit"
    elif kept is None or kept[3] is not None:
        yield f"it refers to capture {row['revisit_of']}, which is none"
    elif kept[2] != row["digest"] or refers != kept[:2]:
        yield f"it refers to {refers}, capture {row['revisit_of']} is {kept[:2]}"
