"""What is withdrawn stays so: it is not stored again, and its bytes do not stay where they have come again."""

import uuid
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from archive.db import atomic
from archive.errors import ArchiveError
from archive.holdings import Holdings
from archive.media import sync_folder
from archive.model import timestamp, utc_now
from archive.rows import find_image
from archive.tombstones import Tombstone, overwrite
from archive.units import CaptureRef, FetchedImage

CAUSE = "withdrawn"
Step = Callable[[str], None]


def is_withdrawn(db: Database, article_id: int) -> bool:
    """Return whether an article was taken down."""
    (state,) = db.conn.execute("SELECT state FROM articles WHERE id = ?", (article_id,)).fetchone()
    return bool(state == "withdrawn")


def refuse(
    db: Database, article_id: int, url_id: int, captures: Iterable[CaptureRef], images: Iterable[FetchedImage]
) -> None:
    """Write that an address leads to what is withdrawn, and that what it brought is to go; inside the caller's batch.

    The files follow at the run's end (`finish_files`).
    """
    takedown_id, begun = db.conn.execute(
        "SELECT id, begun FROM takedowns WHERE article_id = ? ORDER BY id DESC LIMIT 1", (article_id,)
    ).fetchone()
    for capture in captures:
        _withdraw(db, takedown_id, begun, capture.row_id())
    for image in images:
        if image.sha256 is None or find_image(db, image.sha256) is not None:
            continue
        if image.capture is not None:
            _withdraw(db, takedown_id, begun, image.capture.row_id())
        if image.path is not None:
            db.conn.execute(
                "INSERT INTO withdrawals(takedown_id, file) VALUES (?, ?)", (takedown_id, f"media/{image.path}")
            )
    db.conn.execute(
        "UPDATE urls SET article_id = ?, state = 'skipped', cause = ?, due_at = NULL, etag = NULL, "
        "last_modified = NULL, failures = 0 WHERE id = ?",
        (article_id, CAUSE, url_id),
    )


def _withdraw(db: Database, takedown_id: int, begun: str, capture_id: int) -> None:
    is_new = db.conn.execute(
        "UPDATE captures SET withdrawn = ? WHERE id = ? AND withdrawn IS NULL", (begun, capture_id)
    ).rowcount
    # One from a withdrawn address was withdrawn as it came.
    if not is_new:
        return
    db.conn.execute(
        "INSERT INTO withdrawals(takedown_id, capture_id, file, offset, length, done_at) "
        "SELECT ?, id, iif(file IS NULL, '', 'captures/' || file), offset, length, iif(file IS NULL, ?, NULL) "
        "FROM captures WHERE id = ?",
        (takedown_id, begun, capture_id),
    )


_BESIDE = """
INSERT INTO withdrawals(takedown_id, capture_id, file, offset, length)
SELECT takedown_id, capture_id, 'captures/' || records.file, records.offset, records.length
FROM withdrawals JOIN records USING (capture_id) WHERE NOT EXISTS (
SELECT 1 FROM withdrawals known WHERE known.capture_id = records.capture_id AND known.offset = records.offset)
GROUP BY records.id
"""


def finish_files(db: Database, holdings: Holdings, step: Step = lambda _name: None) -> None:
    """Overwrite the records and delete the files that are withdrawn and still there."""
    with atomic(db):
        # What was written beside a capture may have come after it was refused.
        db.conn.execute(_BESIDE)
    rows = db.query(
        "SELECT withdrawals.id, capture_id, withdrawals.file, withdrawals.offset, withdrawals.length, reason, begun, "
        "captures.url, fetched_at, digest FROM withdrawals JOIN takedowns ON takedowns.id = takedown_id "
        "LEFT JOIN captures ON captures.id = capture_id WHERE done_at IS NULL ORDER BY withdrawals.id"
    )
    for row in list(rows):
        step(row["file"])
        path = holdings.root / row["file"]
        try:
            if not row["file"]:
                pass
            elif row["offset"] is None:
                _delete(db, path)
            elif path.is_file():
                overwrite(path, row["offset"], row["length"], _tombstone(row))
        except OSError as error:
            raise ArchiveError(
                f"cannot withdraw {path}: {error.strerror}; repair that, then: newsarchive takedown --finish"
            ) from error
        with atomic(db):
            db.conn.execute("UPDATE withdrawals SET done_at = ? WHERE id = ?", (timestamp(utc_now()), row["id"]))


def _delete(db: Database, path: Path) -> None:
    """Delete an image's file unless somebody has come to show the same bytes again."""
    if find_image(db, path.stem) is not None:
        return
    path.unlink(missing_ok=True)
    for part in path.parent.glob(f"{path.name}.part-*") if path.parent.is_dir() else ():
        part.unlink(missing_ok=True)
    if path.parent.is_dir():
        sync_folder(path.parent)


def _tombstone(row: dict[str, Any]) -> Tombstone:
    name = uuid.uuid5(uuid.NAMESPACE_URL, f"{row['file']}#{row['offset']}")
    return Tombstone(
        row["begun"], row["reason"], f"<urn:uuid:{name}>", url=row["url"], date=row["fetched_at"], digest=row["digest"]
    )
