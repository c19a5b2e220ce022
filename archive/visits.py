"""Visits of what is stored: when the next one is due, and one that finds nothing new."""

import datetime as dt
import json
from dataclasses import dataclass
from typing import Literal

from sqlite_utils import Database

from archive import ledger
from archive.due import DEAD_IMAGE, next_visit
from archive.events import retell
from archive.keys import place_in_sections
from archive.model import timestamp
from archive.units import CaptureRef, Desk

# An image that failed so often is no reason any more to come sooner; one that its server says is none, still less.
_IMAGE_TRIES, _DEAD_IMAGE_TRIES = 8, 2
_DEAD_IMAGE = json.dumps(sorted(DEAD_IMAGE))
# Of images that wait for another try, or that came with another article meanwhile; what is not wanted does not wait.
_WAITING = """
FROM articles JOIN versions ON versions.article_id = articles.id AND number = articles.version
JOIN article_images ON version_id = versions.id
JOIN urls ON urls.url = article_images.url AND urls.site_id = articles.site_id AND urls.kind = 'image'
WHERE articles.id = ? AND image_id IS NULL AND ifnull(article_images.error, '') NOT IN ('not-wanted', 'too-many-images')
AND (urls.state = 'stored' AND EXISTS (SELECT 1 FROM images WHERE 'sha256:' || sha256 = urls.digest) OR
urls.cause NOT IN ('not-wanted', 'host-not-allowed') AND
urls.failures BETWEEN 1 AND iif(urls.cause IN (SELECT value FROM json_each(?)), ?, ?))"""


@dataclass(slots=True)
class UnchangedUnit:
    """An article that was fetched and shows what it showed: the server says so, or its bytes are the same."""

    url: str
    article_id: int
    capture: CaptureRef
    outcome: Literal["unchanged"] = "unchanged"
    weight: int = 200

    def write_files(self, desk: Desk) -> None:
        """Write nothing: the capture is a unit before this one."""

    def write_rows(self, desk: Desk) -> None:
        """Tie the capture to the current version and write the ledger's marks."""
        db, at = desk.db, timestamp(self.capture.fetched_at)
        url_id = ledger.ensure_url(db, desk.site_id, self.url, "article", at)
        db.conn.execute(
            "INSERT INTO version_captures(version_id, capture_id, position, seen_at, url_id) "
            "SELECT versions.id, ?, 1, ?, ? FROM articles JOIN versions ON article_id = articles.id "
            "AND number = articles.version WHERE articles.id = ? ON CONFLICT DO NOTHING",
            (self.capture.row_id(), at, url_id, self.article_id),
        )
        retell(db, self.article_id, desk.policy)
        ledger.mark_unchanged(
            db, url_id, at, told=self.capture.is_not_modified,
            due_at=plan_visit(desk, self.article_id, url_id, self.capture.fetched_at),
            etag=self.capture.etag, last_modified=self.capture.last_modified,
        )  # fmt: skip
        place_in_sections(db, url_id=url_id)


def plan_visit(desk: Desk, article_id: int, url_id: int, at: dt.datetime) -> str | None:
    """Return when an article that was shown just now is due again at this URL; of several, one is visited."""
    db = desk.db
    other = db.conn.execute(
        "SELECT 1 FROM urls WHERE article_id = ? AND kind = 'article' AND id <> ? AND state = 'stored' "
        "AND due_at IS NOT NULL AND failures = 0 LIMIT 1",
        (article_id, url_id),
    ).fetchone()
    due = None if other else next_visit(_still_since(db, article_id, at), at, desk.policy, url_id)
    waiting = (_image_due(db, article_id, at), _attachment_due(db, article_id))
    times = [time for time in (timestamp(due) if due else None, *waiting) if time]
    return min(times, default=None)


def is_whole(db: Database, article_id: int, now: dt.datetime) -> bool:
    """Return whether an article is one page, and no image of it is to be tried again by now.

    Only then does "not modified" of its first page say that nothing is new.
    """
    (pages,) = db.conn.execute(
        "SELECT max(position) FROM articles JOIN versions ON article_id = articles.id AND number = articles.version "
        "JOIN version_captures ON version_id = versions.id WHERE articles.id = ?",
        (article_id,),
    ).fetchone()
    waiting = (_image_due(db, article_id, now), _attachment_due(db, article_id))
    return bool(pages == 1 and all(due is None or due > timestamp(now) for due in waiting))


def _attachment_due(db: Database, article_id: int) -> str | None:
    """Return when the first file that an article links to and that could not be had is due again."""
    (due,) = db.conn.execute(
        "SELECT min(due_at) FROM attachments JOIN articles ON articles.id = attachments.article_id "
        "JOIN urls ON urls.url = attachments.url AND urls.site_id = articles.site_id AND urls.kind = 'attachment' "
        "WHERE attachments.article_id = ? AND urls.state = 'failed' "
        "AND failures <= iif(cause IN (SELECT value FROM json_each(?)), ?, ?)",
        (article_id, _DEAD_IMAGE, _DEAD_IMAGE_TRIES, _IMAGE_TRIES),
    ).fetchone()
    return str(due) if due else None


def _image_due(db: Database, article_id: int, now: dt.datetime) -> str | None:
    """Return when the first image that an article lacks is due again; now where it came with another article."""
    (due,) = db.conn.execute(
        f"SELECT min(iif(urls.state = 'stored', ?, urls.due_at)) {_WAITING}",
        (timestamp(now), article_id, _DEAD_IMAGE, _DEAD_IMAGE_TRIES, _IMAGE_TRIES),
    ).fetchone()
    return str(due) if due else None


def _still_since(db: Database, article_id: int, now: dt.datetime) -> dt.datetime:
    """Return since when an article is as it is: its last change that we saw, else what it says of itself."""
    first_seen, *printed = db.conn.execute(
        "SELECT first_seen, published, updated FROM articles WHERE id = ?", (article_id,)
    ).fetchone()
    (changed,) = db.conn.execute(
        "SELECT max(at) FROM events WHERE article_id = ? AND kind IN ('changed', 'returned') AND withdrawn IS NULL",
        (article_id,),
    ).fetchone()
    said = [_instant(text) for text in (changed, *printed) if text] or [_instant(first_seen)]
    return min(max(said), now)


def _instant(text: str) -> dt.datetime:
    found = dt.datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)
