"""Which captures prove the chosen articles: pages, redirects, images, attachments, and what revisits refer to."""

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from urllib.parse import urljoin

from sqlite_utils import Database

from archive.errors import ArchiveError
from archive.export.choosing import slices
from archive.warc import Place, read_exchange

_BATCH = 500
_MOST_REDIRECTS = 10
_CHOSEN = "(SELECT id FROM chosen WHERE id > ?1 AND id <= ?2)"
# Every address that the archive knows to be one of the articles': all that was fetched from it is evidence.
_ADDRESSES = f"""
INSERT OR IGNORE INTO addresses
SELECT url FROM articles WHERE id IN {_CHOSEN}
UNION SELECT url FROM urls WHERE article_id IN {_CHOSEN}
UNION SELECT url FROM article_images WHERE article_id IN {_CHOSEN} AND url IS NOT NULL
UNION SELECT url FROM attachments WHERE article_id IN {_CHOSEN}"""  # noqa: S608 (our own words)
_TAKEN = f"""
INSERT OR IGNORE INTO taken
SELECT captures.id FROM addresses CROSS JOIN captures ON captures.url = addresses.url
UNION SELECT capture_id FROM version_captures WHERE version_id IN
  (SELECT id FROM versions WHERE article_id IN {_CHOSEN})
UNION SELECT capture_id FROM images WHERE capture_id IS NOT NULL AND id IN
  (SELECT image_id FROM article_images WHERE article_id IN {_CHOSEN})
UNION SELECT capture_id FROM attachments WHERE capture_id IS NOT NULL AND article_id IN {_CHOSEN}"""  # noqa: S608
_ORIGINALS = (
    "INSERT OR IGNORE INTO taken SELECT revisit_of FROM taken CROSS JOIN captures USING (id) "
    "WHERE id > ? AND id <= ? AND revisit_of NOT NULL"
)
_WITHDRAWN = (
    "DELETE FROM taken WHERE id IN (SELECT id FROM taken CROSS JOIN captures USING (id) "
    "WHERE id > ? AND id <= ? AND withdrawn NOT NULL)"
)
_REDIRECTS = (
    "SELECT id, url, headers, fetched_at FROM taken CROSS JOIN captures USING (id) "
    "WHERE id > ? AND status BETWEEN 300 AND 399 AND status <> 304 ORDER BY id LIMIT ?"
)


_PAGES = (
    "SELECT id, url, file, offset, length FROM taken CROSS JOIN captures USING (id) WHERE id > ? AND status = 200 "
    "AND mime LIKE '%html%' AND file IS NOT NULL AND revisit_of IS NULL AND withdrawn IS NULL ORDER BY id LIMIT ?"
)
_SHOWN = (
    "INSERT OR IGNORE INTO taken SELECT id FROM captures WHERE url = ? "
    "AND (mime LIKE 'image/%' OR status BETWEEN 300 AND 399)"
)
_TAG = re.compile(r"<(?:img|source)\b[^>]{0,4000}", re.IGNORECASE)
_SOURCE = re.compile(r"""\s(?:data-)?src(set)?\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Capture:
    """A capture's row; without a place it is an image whose bytes lie in the media folder."""

    id: int
    url: str
    fetched_at: str
    status: int
    mime: str | None
    headers: tuple[tuple[str, str], ...]
    digest: str | None
    place: Place | None
    is_revisit: bool


@dataclass(frozen=True, slots=True)
class Taken:
    """How many captures an export takes, and how many it leaves out as taken down."""

    captures: int
    withdrawn: int


def take_captures(db: Database, folder: Path) -> Taken:
    """Keep the ids of the captures of all chosen articles in the connection's own table `taken`.

    `folder` holds the WARC files: pages show images that the archive ties to another article, or to none.
    """
    db.conn.execute("CREATE TEMP TABLE taken(id INTEGER PRIMARY KEY)")
    db.conn.execute("CREATE TEMP TABLE addresses(url TEXT PRIMARY KEY) WITHOUT ROWID")
    for span in slices(db, "chosen"):
        db.conn.execute("DELETE FROM addresses")
        db.conn.execute(_ADDRESSES, span)
        db.conn.execute(_TAKEN, span)
    _take_shown_images(db, folder)
    _follow_redirects(db)
    withdrawn = 0
    for span in slices(db, "taken"):
        db.conn.execute(_ORIGINALS, span)
    for span in slices(db, "taken"):
        withdrawn += db.conn.execute(_WITHDRAWN, span).rowcount
    (number,) = db.conn.execute("SELECT count(*) FROM taken").fetchone()
    return Taken(number, withdrawn)


def taken_captures(db: Database) -> Iterator[Capture]:
    """Yield the captures in order of arrival, so that what a revisit refers to stands before it."""
    last = 0
    while batch := db.conn.execute(
        "SELECT id, url, fetched_at, status, mime, headers, digest, file, offset, length, revisit_of "
        "FROM taken CROSS JOIN captures USING (id) WHERE id > ? AND withdrawn IS NULL ORDER BY id LIMIT ?",
        (last, _BATCH),
    ).fetchall():
        for row_id, url, at, status, mime, headers, digest, file, offset, length, revisit_of in batch:
            said = tuple((name, value) for name, value in json.loads(headers or "[]"))
            place = Place(file, offset, length) if file else None
            yield Capture(row_id, url, at, status or 0, mime, said, digest, place, revisit_of is not None)
        last = batch[-1][0]


def records_beside(db: Database, capture_id: int) -> tuple[list[Place], list[Place]]:
    """Return where the records lie that stand before a capture (its request), and those behind it (metadata)."""
    rows = db.conn.execute(
        "SELECT type, file, offset, length FROM records WHERE capture_id = ? ORDER BY id", (capture_id,)
    ).fetchall()
    before = [Place(*row[1:]) for row in rows if row[0] == "request"]
    return before, [Place(*row[1:]) for row in rows if row[0] != "request"]


def media_of(db: Database, media: Path, digest: str | None) -> Path | None:
    """Return the file that holds the bytes of an image capture, None where the archive has none such."""
    sha256 = (digest or "").removeprefix("sha256:")
    row = db.conn.execute("SELECT path FROM images WHERE sha256 = ?", (sha256,)).fetchone()
    if row:
        return media / str(row[0])
    # An image that came while its article did not is named by no row yet.
    return next((media / sha256[:2]).glob(f"{sha256}.*"), None) if sha256.isalnum() else None


def _take_shown_images(db: Database, folder: Path) -> None:
    """Take the images that the pages name, whichever article they were fetched for."""
    last = 0
    while batch := db.conn.execute(_PAGES, (last, _BATCH)).fetchall():
        for _, url, *place in batch:
            named = [(address,) for address in _images_on(folder, url, Place(*place))]
            db.conn.executemany(_SHOWN, named)
        last = batch[-1][0]


def _images_on(folder: Path, url: str, place: Place) -> set[str]:
    """Return the addresses of the images that a page names; none of one that cannot be read, which is told later."""
    try:
        html = read_exchange(folder, place, decompressed=True).body.decode("utf-8", "replace")
    except ArchiveError:
        return set()
    found = set()
    for tag in _TAG.findall(html):
        for source in _sources(tag):
            with suppress(ValueError):
                found.add(urljoin(url, source).partition("#")[0])
    return found


def _sources(tag: str) -> Iterator[str]:
    for is_set, *values in _SOURCE.findall(tag):
        value = unescape("".join(values)).strip()
        yield from (part.split()[0] for part in re.split(r",\s", value) if part.split()) if is_set else (value,)


def _follow_redirects(db: Database) -> None:
    """Take what each redirect led to: the next fetch of the address that it names."""
    for _ in range(_MOST_REDIRECTS):
        if not _follow_once(db):
            return


def _follow_once(db: Database) -> int:
    last = found = 0
    while batch := db.conn.execute(_REDIRECTS, (last, _BATCH)).fetchall():
        for _, url, headers, fetched_at in batch:
            found += _take_next(db, url, headers, fetched_at)
        last = batch[-1][0]
    return found


def _take_next(db: Database, url: str, headers: str | None, fetched_at: str) -> int:
    location = next((value for name, value in json.loads(headers or "[]") if name.lower() == "location"), None)
    if location is None:
        return 0
    try:
        target = urljoin(url, location).partition("#")[0]
    except ValueError:
        return 0
    return db.conn.execute(
        "INSERT OR IGNORE INTO taken SELECT id FROM captures WHERE url = ? AND fetched_at >= ? "
        "ORDER BY fetched_at, id LIMIT 1",
        (target, fetched_at),
    ).rowcount
