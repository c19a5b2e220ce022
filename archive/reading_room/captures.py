"""One fetch as a page shows it, and the bytes of its record in the WARC file."""

import json
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from archive.errors import ArchiveError, NotFoundError

# A record that is larger is taken out of the file by whoever has the file.
MOST_BYTES = 64 * 2**20
_MOST = 50


@dataclass(frozen=True, slots=True)
class Beside:
    """A record that stands beside a capture's own: its request, a screenshot, what a page was made of."""

    type: str
    file: str
    offset: int
    length: int
    digest: str


@dataclass(frozen=True, slots=True)
class Showing:
    """A version that a capture showed, of which page of it."""

    key: str
    title: str | None
    language: str | None
    version: int
    position: int


@dataclass(frozen=True, slots=True)
class Capture:
    """One fetch; `picture` is the digest of the picture that it brought, `others` are the fetches of the address."""

    id: int
    url: str
    fetched_at: str
    status: int | None
    mime: str | None
    headers: tuple[tuple[str, str], ...]
    digest: str | None
    file: str | None
    offset: int | None
    length: int | None
    revisit_of: int | None
    chain: str
    withdrawn: str | None
    run_id: int | None
    site: str | None
    picture: str | None
    beside: tuple[Beside, ...]
    showing: tuple[Showing, ...]
    earlier: int | None
    later: int | None


def read_capture(db: Database, capture_id: int) -> Capture:
    """Return a fetch, of a withdrawn one what a takedown leaves; raises NotFoundError."""
    row = next(iter(db.query("SELECT * FROM captures WHERE id = ?", (capture_id,))), None)
    if row is None:
        raise NotFoundError(f"the archive has no capture {capture_id}")
    is_there = row["withdrawn"] is None
    site = db.conn.execute("SELECT site_id FROM runs WHERE id = ?", (row["run_id"],)).fetchone()
    headers = json.loads(row["headers"] or "[]") if is_there else []
    return Capture(
        capture_id, row["url"], row["fetched_at"], row["status"], row["mime"],
        tuple((str(name), str(value)) for name, value in headers),
        row["digest"], row["file"], row["offset"], row["length"], row["revisit_of"], row["chain"], row["withdrawn"],
        row["run_id"], site[0] if site else None, _picture(db, row["digest"]) if is_there else None,
        _beside(db, capture_id), _showing(db, capture_id) if is_there else (),
        _other(db, row["url"], row["fetched_at"], "<"), _other(db, row["url"], row["fetched_at"], ">"),
    )  # fmt: skip


def record_of(capture: Capture, folder: Path) -> bytes:
    """Return a capture's record as it lies in its WARC file, in the folder of all of them.

    Raises ArchiveError where it is not there, or too large to be sent; NotFoundError where it has none.
    """
    if capture.withdrawn:
        raise NotFoundError("this capture was taken down: its record holds a tombstone")
    if capture.file is None or capture.offset is None or capture.length is None:
        raise NotFoundError("this capture has no record: its bytes are kept as a picture, under their digest")
    if capture.length > MOST_BYTES or capture.offset < 0:
        raise ArchiveError(
            f"the record is {capture.length} bytes long and is not sent; it stands in {capture.file} at "
            f"{capture.offset}"
        )
    try:
        path = (folder / capture.file).resolve()
        if not path.is_relative_to(folder.resolve()):
            raise ArchiveError(f"the file {capture.file!r} does not lie in the captures folder")
        with path.open("rb") as file:
            file.seek(capture.offset)
            data = file.read(capture.length)
    except (OSError, ValueError) as error:
        raise ArchiveError(f"{capture.file!r} cannot be read; newsarchive verify says more") from error
    if len(data) < capture.length:
        raise ArchiveError(f"{capture.file!r} ends before the record does; newsarchive verify says more")
    return data


def _picture(db: Database, digest: str | None) -> str | None:
    sha256 = (digest or "").removeprefix("sha256:")
    return sha256 if db.conn.execute("SELECT 1 FROM images WHERE sha256 = ?", (sha256,)).fetchone() else None


def _beside(db: Database, capture_id: int) -> tuple[Beside, ...]:
    rows = db.conn.execute(
        "SELECT type, file, offset, length, digest FROM records WHERE capture_id = ? ORDER BY id LIMIT ?",
        (capture_id, _MOST),
    )
    return tuple(Beside(*row) for row in rows)


def _showing(db: Database, capture_id: int) -> tuple[Showing, ...]:
    rows = db.conn.execute(
        "SELECT key, versions.title, versions.language, number, position FROM version_captures "
        "JOIN versions ON versions.id = version_id JOIN articles ON articles.id = versions.article_id "
        "WHERE capture_id = ? AND state <> 'withdrawn' LIMIT ?",
        (capture_id, _MOST),
    )
    return tuple(Showing(*row) for row in rows)


def _other(db: Database, url: str, at: str, way: str) -> int | None:
    """Return the fetch of the same address before or after."""
    order = "DESC" if way == "<" else ""
    found = db.conn.execute(
        f"SELECT id FROM captures WHERE url = ? AND fetched_at {way} ? ORDER BY fetched_at {order} LIMIT 1",  # noqa: S608
        (url, at),
    ).fetchone()
    return int(found[0]) if found else None
