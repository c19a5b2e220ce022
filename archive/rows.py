"""Rows of the archive's tables that more than one kind of unit writes: any row, and those of images."""

from typing import Any

from sqlite_utils import Database

from archive.columns import storable
from archive.model import Image
from archive.units import Desk, FetchedImage


def insert_row(db: Database, table: str, row: dict[str, Any]) -> int:
    """Write one row and return its id."""
    columns, marks = ", ".join(row), ", ".join("?" * len(row))
    cursor = db.conn.execute(f"INSERT INTO {table} ({columns}) VALUES ({marks})", tuple(storable(row).values()))  # noqa: S608
    return int(cursor.lastrowid or 0)


def put_image(db: Database, place: tuple[int, int, int], image: Image, image_id: int | None, error: str | None) -> None:
    """Write one image of a version."""
    db.conn.execute(
        "INSERT INTO article_images VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (*place, image_id, image.url, image.caption, image.credit, image.alt, None if image_id else error),
    )


def image_row(desk: Desk, image: FetchedImage) -> int | None:
    """Write a fetched image's row unless its bytes have one; return its id, None where there are no bytes."""
    if image.sha256 is None:
        return None
    found = find_image(desk.db, image.sha256)
    if found is not None or image.info is None:
        return found
    row = {
        "sha256": image.sha256,
        "mime": image.info.mime,
        "width": image.info.width,
        "height": image.info.height,
        "bytes": image.size,
        "path": image.path,
        "capture_id": image.capture.id if image.capture else None,
    }
    return insert_row(desk.db, "images", row)


def find_image(db: Database, sha256: str) -> int | None:
    """Return the id of the image with these bytes."""
    row = db.conn.execute("SELECT id FROM images WHERE sha256 = ?", (sha256,)).fetchone()
    return int(row[0]) if row else None
