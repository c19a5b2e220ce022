"""An article's version as a flat value, the same for every format and for `show --json`."""

from collections.abc import Iterator
from typing import Any

from sqlite_utils import Database

from archive.errors import NotFoundError
from archive.families.reading import family_of
from archive.marks import marks_of
from archive.model import Stamp
from archive.reader import Record, read_article


def records_of(db: Database, article_id: int, *, all_versions: bool = False) -> Iterator[Record]:
    """Yield an article with its current version, or with each of them; none where it was deleted meanwhile."""
    try:
        current = read_article(db, str(article_id))
    except NotFoundError:
        return
    if not all_versions:
        yield current
        return
    for version in current.versions:
        yield read_article(db, str(article_id), version["number"])


def as_dict(record: Record) -> dict[str, Any]:
    """Return all that the archive says of an article's version."""
    article, row = record.article, record.row
    return {
        "id": row["id"], "key": row["key"], "site": row["site_id"], "sections": list(record.sections),
        "url": row["url"], "canonical_url": article.canonical_url, "state": row["state"],
        "version": record.number, "current_version": row["version"], "day": row["day"],
        "title": article.title, "updated": _date(article.updated), "published": _date(article.published),
        "source": article.source, "byline": list(article.byline), "breadcrumb": list(article.breadcrumb),
        "language": article.language, "body": article.body, "body_html": article.body_html,
        "images": [
            {"position": kept.image.position, "url": kept.image.url, "sha256": kept.sha256, "error": kept.error,
             "caption": kept.image.caption, "credit": kept.image.credit, "alt": kept.image.alt}
            for kept in record.images
        ],
        "versions": [dict(version) for version in record.versions],
        "first_seen": row["first_seen"], "last_seen": row["last_seen"], "rules": article.rules,
    }  # fmt: skip


def as_shown(db: Database, record: Record) -> dict[str, Any]:
    """Return an article's version with its family and with what people have said of it."""
    article_id = record.row["id"]
    family = family_of(db, article_id)
    return as_dict(record) | {"family": family.as_dict() if family else None} | marks_of(db, article_id)


def with_captures(db: Database, record: Record) -> dict[str, Any]:
    """Return an article's version with when it was seen first, what captures showed it, and what files it links to."""
    return as_shown(db, record) | {
        "seen_at": seen_at(record),
        "captures": captures_of(db, version_id(record)),
        "attachments": _attachments_of(db, record.row["id"]),
    }


def version_id(record: Record) -> int:
    """Return the row id of the version that a record holds."""
    return int(next(version["id"] for version in record.versions if version["number"] == record.number))


def seen_at(record: Record) -> str:
    """Return when the version that a record holds was seen first."""
    return str(next(version["seen_at"] for version in record.versions if version["number"] == record.number))


def captures_of(db: Database, version: int) -> list[dict[str, Any]]:
    """Return the captures that showed a version, oldest first, page by page; none that was taken down.

    The digest of a revisit is that of the bytes that it refers to.
    """
    return list(
        db.query(
            "SELECT captures.id, url, fetched_at, status, position, digest FROM version_captures "
            "JOIN captures ON captures.id = capture_id WHERE version_id = ? AND withdrawn IS NULL "
            "ORDER BY version_captures.seen_at, position, captures.id",
            (version,),
        )
    )


def _attachments_of(db: Database, article_id: int) -> list[dict[str, Any]]:
    return list(
        db.query(
            "SELECT attachments.url, name, attachments.mime, bytes, pages, error, digest FROM attachments "
            "LEFT JOIN captures ON captures.id = capture_id WHERE article_id = ? AND withdrawn IS NULL "
            "ORDER BY attachments.id",
            (article_id,),
        )
    )


def _date(stamp: Stamp | None) -> dict[str, Any] | None:
    if stamp is None:
        return None
    return {"raw": stamp.raw, "value": stamp.stored, "precision": stamp.precision, "reason": stamp.reason}
