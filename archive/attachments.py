"""Files that an article links to: their rows, and a PDF's text in the article's index."""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from archive import ledger
from archive.columns import storable
from archive.folding import search_extra
from archive.keys import refresh_keys
from archive.model import timestamp
from archive.units import CaptureRef, Desk
from archive.versions import pack, unpack


@dataclass(frozen=True, slots=True)
class FetchedAttachment:
    """A file on its way into the archive: the capture that holds it, or the cause why there is none.

    One that is kept already has neither; `asked` is false where nobody asked for it today. `text` is a PDF's, a page
    apart by a blank line.
    """

    url: str
    name: str | None = None
    capture: CaptureRef | None = None
    mime: str | None = None
    size: int | None = None
    pages: int | None = None
    text: str | None = None
    error: str | None = None
    asked: bool = True


def write_attachments(desk: Desk, article_id: int, files: Sequence[FetchedAttachment], seen_at: str) -> None:
    """Write what an article links to, inside the batch, and let the index follow."""
    for file in files:
        _write(desk.db, article_id, file, seen_at)
        _mark(desk, article_id, file, seen_at)
    if files:
        index_attachments(desk.db, article_id)
        refresh_keys(desk.db, article_id)


def index_attachments(db: Database, article_id: int) -> None:
    """Let the text of an article's files be found with the article; it stands in `search_extra`, after its own."""
    found = [
        unpack(text)
        for (text,) in db.conn.execute(
            "SELECT text FROM attachments WHERE article_id = ? AND text IS NOT NULL ORDER BY id", (article_id,)
        )
    ]
    if not found:
        return
    *texts, byline = db.conn.execute(
        "SELECT body, title, captions, source, byline FROM articles WHERE id = ?", (article_id,)
    ).fetchone()
    extra = search_extra(*texts, " ".join(json.loads(byline)), attached="\n".join(found))
    said = storable({"extra": extra})["extra"]
    db.conn.execute(
        "UPDATE articles SET search_extra = ?1 WHERE id = ?2 AND search_extra IS NOT ?1", (said, article_id)
    )


def _write(db: Database, article_id: int, file: FetchedAttachment, seen_at: str) -> None:
    row: dict[str, Any] = {
        "capture_id": file.capture.row_id() if file.capture and not file.error else None,
        "mime": file.mime, "bytes": file.size, "pages": file.pages,
        "text": pack(file.text) if file.text else None,
    }  # fmt: skip
    brought = {name: value for name, value in row.items() if row["capture_id"] is not None}
    row = {"article_id": article_id, "url": file.url, "first_seen": seen_at, **brought}
    row |= {"name": storable({"name": file.name})["name"], "error": file.error, "last_seen": seen_at}
    # What was fetched before stays where today's fetch brought nothing.
    kept = [name for name in row if name not in ("article_id", "url", "first_seen")]
    settings = ", ".join(f"{name} = excluded.{name}" for name in kept)
    db.conn.execute(
        f"INSERT INTO attachments({', '.join(row)}) VALUES ({', '.join('?' * len(row))}) "  # noqa: S608 (names are ours)
        f"ON CONFLICT(article_id, url) DO UPDATE SET {settings}",
        tuple(row.values()),
    )


def _mark(desk: Desk, article_id: int, file: FetchedAttachment, seen_at: str) -> None:
    if not file.asked:
        return
    url_id = ledger.ensure_url(desk.db, desk.site_id, file.url, "attachment", seen_at)
    if file.error or file.capture is None:
        at = file.capture.fetched_at if file.capture else dt.datetime.fromisoformat(seen_at)
        ledger.mark_failed(desk.db, url_id, file.error or "empty", at, desk.policy)
        return
    ledger.mark_fetched(
        desk.db, url_id, state="stored", at=timestamp(file.capture.fetched_at), article_id=article_id,
        digest=file.capture.digest, etag=file.capture.etag, last_modified=file.capture.last_modified,
    )  # fmt: skip
