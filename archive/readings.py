"""Readings: a version's fields replaced by what is read of the same captures today; what the site said stays."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlite_utils import Database

from archive.attachments import index_attachments
from archive.columns import columns_of, storable
from archive.corrections import HAND, follow
from archive.events import retell
from archive.folding import search_extra
from archive.keys import filter_keys
from archive.model import Article
from archive.reader import version_content
from archive.rows import find_image, put_image
from archive.versions import KeptImage, digest_of, html_of, pack

NOT_FETCHED = "not-fetched"
# What a rule of that name gives, where the field itself is not all of it.
_GIVES = {"body": ("body", "body_html"), "captions": ("images",)}
_FIELDS = frozenset(
    "title updated published source byline breadcrumb language canonical_url body captions images".split()
)


@dataclass(frozen=True, slots=True)
class Reading:
    """Who read a page: the parser's release and the template's digest."""

    parser: str
    template: str


@dataclass(frozen=True, slots=True)
class Content:
    """What a version says: its columns (`body` and `body_html` as text), its images, and the digest of both."""

    columns: dict[str, Any]
    images: tuple[KeptImage, ...]
    digest: str
    day: dt.date | None

    def said(self) -> dict[str, Any]:
        """Return what can be compared, by field: dates with their texts, images with captions."""
        dated = {
            name: (self.columns[name], self.columns[f"{name}_raw"], self.columns[f"{name}_precision"])
            for name in ("updated", "published")
        }
        plain = ("title", "source", "byline", "breadcrumb", "language", "canonical_url", "body", "body_html", "rules")
        shown = [
            (kept.image.url, kept.image.caption, kept.image.credit, kept.image.alt, kept.sha256, kept.error)
            for kept in self.images
        ]
        return dated | {name: self.columns[name] for name in plain} | {"images": shown}


@dataclass(frozen=True, slots=True)
class Replacement:
    """One version: what is stored of it, and what today's reading gives (of `page`, before a hand's values)."""

    version_id: int
    number: int
    read_by: Reading
    before: Content
    after: Content
    page: Article | None = None

    @property
    def changed(self) -> tuple[str, ...]:
        """The fields that would be others."""
        before, after = self.before.said(), self.after.said()
        return tuple(name for name, value in after.items() if before[name] != value)


def plan_replacements(db: Database, article_id: int, read: Mapping[int, Article]) -> list[Replacement]:
    """Return what would become of an article's versions, given what was read of their captures today (by version id).

    Of versions that are equal now, the first shows what the latest fetch among them showed, as a crawl would have it.
    """
    rows = db.conn.execute(
        "SELECT id, number, parser, template, digest, "
        "(SELECT max(seen_at || printf('%020d', capture_id)) FROM version_captures "
        "WHERE version_id = versions.id AND position = 1) FROM versions WHERE article_id = ? ORDER BY number",
        (article_id,),
    ).fetchall()
    found = [
        (_replacement(db, row, article_id, read[row[0]]), str(row[5] or "")) for row in rows if row[0] in read
    ]  # fmt: skip
    return [replace(each, after=_latest_of_equals(each, found)) for each, _ in found]


def _latest_of_equals(one: Replacement, found: Sequence[tuple[Replacement, str]]) -> Content:
    equal = [(shown, other) for other, shown in found if other.after.digest == one.after.digest]
    if one.number != min(other.number for _, other in equal):
        return one.after
    latest = max(equal, key=lambda item: item[0])[1]
    return replace(latest.after, images=one.after.images)


def _replacement(db: Database, row: tuple[Any, ...], article_id: int, article: Article) -> Replacement:
    version_id, number, parser, template, digest, _ = row
    stored, images = version_content(db, version_id)
    today = _with_hand_set(article, stored)
    kept = images if _is_hand_set(stored, "images") else _kept_today(db, article_id, version_id, today, images)
    before = replace(content_of(stored, images), digest=digest)
    return Replacement(version_id, number, Reading(parser, template), before, content_of(today, kept), article)


def content_of(article: Article, images: Sequence[KeptImage]) -> Content:
    """Return an article as a version's content."""
    columns = storable(columns_of(article)) | {"body": article.body, "body_html": html_of(article, images)}
    return Content(columns, tuple(images), digest_of(article, images), article.day)


def _with_hand_set(article: Article, stored: Article) -> Article:
    """Return today's reading with the fields that a hand has set as they are stored."""
    names = [name for name, rule in stored.rules.items() if rule == HAND and name in _FIELDS]
    if not names:
        return article
    values = {field: getattr(stored, field) for name in names for field in _GIVES.get(name, (name,))}
    return replace(article, **values, rules=article.rules | dict.fromkeys(names, HAND))


def _is_hand_set(stored: Article, name: str) -> bool:
    return HAND in (stored.rules.get(name), stored.rules.get("captions"))


def _kept_today(
    db: Database, article_id: int, version_id: int, article: Article, images: Sequence[KeptImage]
) -> tuple[KeptImage, ...]:
    """Return today's images with what is known of their bytes: by this version, another one, or the ledger."""
    own = {kept.image.url: kept for kept in images}

    def known(url: str | None) -> tuple[str | None, str | None]:
        kept = own.get(url)
        if kept is not None and kept.error != NOT_FETCHED:
            return kept.sha256, kept.error
        sha256 = _bytes_of(db, article_id, version_id, url)
        return sha256, None if sha256 else NOT_FETCHED if url else "no-image"

    return tuple(KeptImage(image, *known(image.url)) for image in article.images)


def _bytes_of(db: Database, article_id: int, version_id: int, url: str | None) -> str | None:
    """Return the SHA-256 of an image that another version showed at this address, else of what the ledger knows."""
    row = (
        db.conn.execute(
            "SELECT sha256 FROM article_images JOIN images ON images.id = image_id WHERE article_id = ? AND url = ? "
            "ORDER BY version_id > ?, abs(version_id - ?) LIMIT 1",
            (article_id, url, version_id, version_id),
        ).fetchone()
        or db.conn.execute(
            "SELECT sha256 FROM urls JOIN images ON 'sha256:' || sha256 = digest WHERE urls.url = ? AND kind = 'image' "
            "AND site_id = (SELECT site_id FROM articles WHERE id = ?)",
            (url, article_id),
        ).fetchone()
    )
    return str(row[0]) if row else None


def write_replacements(db: Database, article_id: int, found: Sequence[Replacement], reading: Reading, at: str) -> None:
    """Replace versions by their readings of today, inside the caller's batch; what they were is on record.

    Versions that are equal now count as one from here on, and events between them are withdrawn. The article's own row
    is left to `show_latest`.
    """
    for each in found:
        if each.changed or each.before.digest != each.after.digest or each.read_by != reading:
            _write(db, article_id, each, reading, at)
    _settle(db, article_id)


def _write(db: Database, article_id: int, each: Replacement, reading: Reading, at: str) -> None:
    after = each.after
    row = after.columns | {
        "digest": after.digest, "parser": reading.parser, "template": reading.template, "read_at": at,
        "body": pack(after.columns["body"]), "body_html": pack(after.columns["body_html"]),
    }  # fmt: skip
    names = ", ".join(f"{name} = ?" for name in row)
    db.conn.execute(f"UPDATE versions SET {names} WHERE id = ?", (*row.values(), each.version_id))  # noqa: S608
    db.conn.execute(
        "INSERT INTO readings(version_id, parser, template, read_at, digest_before, digest_after) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        (each.version_id, reading.parser, reading.template, at, each.before.digest, after.digest),
    )
    if each.page is not None:
        follow(db, article_id, each.page)
    db.conn.execute("DELETE FROM article_images WHERE version_id = ?", (each.version_id,))
    for position, kept in enumerate(after.images, 1):
        image_id = find_image(db, kept.sha256) if kept.sha256 else None
        put_image(db, (article_id, each.version_id, position), kept.image, image_id, kept.error)


def _settle(db: Database, article_id: int) -> None:
    """Let each version count as the first that says the same; let go of those that a reading of both sets apart."""
    rows = db.conn.execute(
        "SELECT id, digest, parser || ' ' || template, same_as FROM versions WHERE article_id = ? ORDER BY number",
        (article_id,),
    ).fetchall()
    readers = {row[0]: row[2] for row in rows}
    first: dict[str, int] = {}
    roots: dict[int, int] = {}
    for version_id, digest, reader, same_as in rows:
        roots[version_id] = first.setdefault(digest, version_id)
        # Only like is compared with like: what another parser read says nothing against it.
        if roots[version_id] == version_id and same_as is not None and readers[same_as] != reader:
            del first[digest]
            roots[version_id] = roots[same_as]
    db.conn.executemany(
        "UPDATE versions SET same_as = nullif(?, id) WHERE id = ?", [(root, own) for own, root in roots.items()]
    )
    retell(db, article_id, makes_events=False)


def show_latest(db: Database, article_id: int, days: Mapping[int, dt.date | None]) -> None:
    """Write into an article's row the version that its latest fetch showed; `days` by version id, as printed."""
    version_id, standing_id, number = db.conn.execute(
        "SELECT own.id, first.id, first.number FROM version_captures JOIN versions own ON own.id = version_id "
        "JOIN versions first ON first.id = ifnull(own.same_as, own.id) "
        "WHERE own.article_id = ? AND position = 1 ORDER BY version_captures.seen_at DESC, capture_id DESC LIMIT 1",
        (article_id,),
    ).fetchone()
    row = db.conn.execute("SELECT day FROM articles WHERE id = ?", (article_id,)).fetchone()
    known = next((days[each] for each in (version_id, standing_id) if each in days), _day(row[0]))
    show_version(db, article_id, (standing_id, number), known)


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def show_version(db: Database, article_id: int, version: tuple[int, int], day: dt.date | None) -> None:
    """Write a version (id, number) into its article's row; the index follows only where text changed.

    The day is the fetched page's: stored instants have lost the offset that says on which day they were printed.
    """
    version_id, number = version
    article, images = version_content(db, version_id)
    (site_id,) = db.conn.execute("SELECT site_id FROM articles WHERE id = ?", (article_id,)).fetchone()
    row = storable(current_columns(article, images)) | {
        "day": day.isoformat() if day else None,
        "keys": filter_keys(db, article_id, site_id, article.language),
    }
    columns = ", ".join(f"{name} = ?" for name in row)
    db.conn.execute(
        f"UPDATE articles SET {columns}, version = ? WHERE id = ?",  # noqa: S608 (names are ours)
        (*row.values(), number, article_id),
    )
    index_attachments(db, article_id)


def current_columns(article: Article, images: Sequence[KeptImage]) -> dict[str, Any]:
    """Return the columns of `articles` that follow its current version."""
    return columns_of(article) | {
        "day": article.day.isoformat() if article.day else None,
        "body": article.body,
        "body_html": html_of(article, images),
        "search_extra": search_extra(
            article.body, article.title, article.captions, article.source, " ".join(article.byline)
        ),
    }


def standing(db: Database, version_id: int, number: int) -> int:
    """Return the number that a version counts as: the earlier's that a re-reading made it equal to, else its own."""
    row = db.conn.execute(
        "SELECT number FROM versions WHERE id = (SELECT same_as FROM versions WHERE id = ?)", (version_id,)
    ).fetchone()
    return int(row[0]) if row else number


def version_id_of(db: Database, article_id: int, number: int) -> int:
    """Return the id of an article's version."""
    row = db.conn.execute(
        "SELECT id FROM versions WHERE article_id = ? AND number = ?", (article_id, number)
    ).fetchone()
    return int(row[0])
