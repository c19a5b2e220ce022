"""A bag for hand-over (BagIt, RFC 8493): of the whole archive, or of chosen articles."""

import logging
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import bagit
from sqlite_utils import Database

from archive.export.lines import write_jsonl
from archive.export.placing import copy_file
from archive.export.warcs import WarcExport
from archive.holdings import Holdings
from archive.software import SOFTWARE

_BATCH = 500
_CHUNK = 1 << 20
# What the database names when it is copied lies in the files already: they reach the disk before it.
_ENDS = (
    "SELECT file, max(finish) FROM (SELECT file, offset + length AS finish FROM captures WHERE file IS NOT NULL "
    "UNION ALL SELECT file, offset + length FROM records) GROUP BY file ORDER BY file"
)
_IS_CHOSEN = (
    "EXISTS (SELECT 1 FROM article_images CROSS JOIN chosen ON chosen.id = article_id WHERE image_id = images.id)"
)


def fill_with_all(db: Database, holdings: Holdings, folder: Path, on_file: Callable[[], None]) -> list[str]:
    """Copy the archive into a folder: its database as it is at this moment, and every file that it names.

    The copy has no free pages, in which deleted text could remain. Returns what could not be read.
    """
    db.conn.execute("VACUUM INTO ?", (str(folder / "archive.db"),))
    problems = copy_captures(db, holdings, folder, on_file)
    return problems + _copy_media(db, holdings, folder, "1", on_file)


def copy_captures(db: Database, holdings: Holdings, folder: Path, on_file: Callable[[], None]) -> list[str]:
    """Copy the WARC files into a folder as far as the database names them; return what could not be read."""
    problems = []
    for name, end in db.conn.execute(_ENDS).fetchall():
        if not _copy_start(holdings.captures / name, folder / "captures" / name, end):
            problems.append(f"cannot read {holdings.captures / name}: it is missing, or ends before byte {end}")
        on_file()
    return problems


def fill_with_chosen(
    db: Database, holdings: Holdings, folder: Path, rows: Iterable[dict[str, Any]], said: str
) -> WarcExport:
    """Write chosen articles into a folder: every version as JSON lines, their captures as WARC, their images."""
    with (folder / "articles.jsonl").open("wb") as file:
        write_jsonl(rows, file)
    with (folder / "captures.warc.gz").open("wb") as file:
        warc = WarcExport(db, holdings, file)
        for _ in warc.write(said):
            pass
    warc.problems += _copy_media(db, holdings, folder, _IS_CHOSEN, lambda: None)
    return warc


def close_bag(folder: Path, said: str) -> None:
    """Make a bag of a filled folder."""
    # It tells of every file.
    logging.getLogger("bagit").setLevel(logging.ERROR)
    info = {
        "Bag-Software-Agent": SOFTWARE,
        "External-Description": f"News articles with their evidence: {said or 'all'}",
    }
    bagit.make_bag(str(folder), info, checksums=["sha256"])


def files_of(db: Database) -> int:
    """Return how many files a bag of the whole archive takes."""
    (number,) = db.conn.execute(f"SELECT (SELECT count(*) FROM ({_ENDS})) + (SELECT count(*) FROM images)").fetchone()  # noqa: S608
    return int(number)


def _copy_media(
    db: Database, holdings: Holdings, folder: Path, condition: str, on_file: Callable[[], None]
) -> list[str]:
    problems = []
    for path, withdrawn in _media(db, condition):
        source = holdings.media / path
        if source.is_file():
            copy_file(source, folder / "media" / path)
        elif not withdrawn:
            problems.append(f"cannot read the image {source}: it is missing")
        on_file()
    return problems


def _media(db: Database, condition: str) -> Iterator[tuple[str, str | None]]:
    last = 0
    while batch := db.conn.execute(
        "SELECT images.id, path, withdrawn FROM images LEFT JOIN captures ON captures.id = capture_id "  # noqa: S608
        f"WHERE images.id > ? AND {condition} ORDER BY images.id LIMIT ?",
        (last, _BATCH),
    ).fetchall():
        yield from ((path, withdrawn) for _, path, withdrawn in batch)
        last = batch[-1][0]


def _copy_start(source: Path, target: Path, length: int) -> bool:
    """Copy so many bytes of a file that a crawl may be writing; return whether they are there."""
    if not source.is_file() or source.stat().st_size < length:
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    with source.open("rb") as file, target.open("wb") as copy:
        while length and (chunk := file.read(min(length, _CHUNK))):
            copy.write(chunk)
            length -= len(chunk)
    return True
