"""One version of an article as a page shows it, or what a takedown has left of it."""

import json
from collections.abc import Container
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from archive.chronicle.reading import Entry, Scope, read_entries
from archive.errors import NotFoundError
from archive.export.content import captures_of
from archive.families.reading import Family, family_of
from archive.marks import marks_of
from archive.memento import Memento, mementos_of
from archive.model import Article, Image
from archive.reader import article_from, find_article, version_content
from archive.reading_room.fields import Date, Field, dates_of, fields_of
from archive.reading_room.numbers import Numbers, read_numbers
from archive.reading_room.setting import Part, language_tag, pictures_of, set_body, why_not
from archive.versions import KeptImage, unpack

# Of each list so many stand on the page.
MOST = 30
_LONGEST_TEXT = 300_000


@dataclass(frozen=True, slots=True)
class Section:
    """A section of a site in which an article was listed."""

    id: int
    key: str
    name: str


@dataclass(frozen=True, slots=True)
class Edit:
    """A field that was set by hand: what the page says, what is right, and why."""

    field: str
    before: str
    after: str
    note: str
    at: str
    by: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that an article links to; `why` says why it was not kept."""

    id: int
    url: str
    name: str | None
    mime: str | None
    bytes: int | None
    pages: int | None
    has_text: bool
    why: str | None
    capture_id: int | None


@dataclass(frozen=True, slots=True)
class AttachedText:
    """The text of a file that an article links to; `more` characters of it are not shown."""

    key: str
    title: str | None
    url: str
    name: str | None
    text: str
    more: int


@dataclass(frozen=True, slots=True)
class Neighbour:
    """The article before or after in the same section, or else on the same site."""

    key: str
    title: str | None
    language: str | None
    day: str | None


@dataclass(frozen=True, slots=True)
class Standing:
    """What of an article is the same in all of its versions."""

    id: int
    key: str
    url: str
    site: str
    site_name: str
    state: str
    current: int
    first_seen: str
    last_seen: str
    gone_at: str | None
    missing_since: str | None
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """A version of an article as a page shows it."""

    standing: Standing
    number: int
    article: Article
    language: str | None
    dates: tuple[Date, ...]
    fields: tuple[Field, ...]
    parts: tuple[Part, ...]
    versions: Numbers
    captures: tuple[dict[str, Any], ...]
    mementos: tuple[Memento, ...]
    events: tuple[Entry, ...]
    edits: tuple[Edit, ...]
    tags: tuple[str, ...]
    notes: tuple[dict[str, Any], ...]
    attachments: tuple[Attachment, ...]
    family: Family | None
    earlier: Neighbour | None
    later: Neighbour | None

    @property
    def memento(self) -> Memento | None:
        """When the version that is shown was first captured."""
        shown = self.versions.shown
        number = (shown and shown.same_as) or self.number
        return next((each for each in self.mementos if each.version == number), None)


@dataclass(frozen=True, slots=True)
class Tombstone:
    """What a takedown has left of an article."""

    key: str
    url: str
    site: str
    since: str
    reason: str
    versions: tuple[tuple[int, str, str], ...]


def read_shown(db: Database, reference: str, number: int | None, seen: Container[str]) -> Shown | Tombstone:
    """Return a version of an article, the current one where none is named, or what is left of one taken down.

    `seen` has the optional tables that whoever asks may see. Raises NotFoundError.
    """
    article_id = find_article(db, reference)
    row = next(iter(db.query("SELECT * FROM articles WHERE id = ?", (article_id,))))
    if row["state"] == "withdrawn":
        return _tombstone(db, row)
    number = number or row["version"]
    versions = read_numbers(db, article_id, number)
    article, kept = _content(db, row, versions, number)
    marks = _marks(db, article_id, seen)
    sections = _sections(db, article_id)
    return Shown(
        _standing(db, row, sections), number, article, language_tag(article.language),
        dates_of(article), fields_of(article), set_body(article.body_html, article.body, pictures_of(db, kept)),
        versions, tuple(captures_of(db, versions.shown.id)[-MOST:] if versions.shown else ()),
        tuple(mementos_of(db, article_id)), tuple(read_entries(db, Scope(row["key"]), MOST)), *marks,
        _attachments(db, article_id) if "attachments" in seen else (),
        family_of(db, article_id) if "family_members" in seen else None,
        _neighbour(db, row, sections, "<"), _neighbour(db, row, sections, ">"),
    )  # fmt: skip


def read_attachment(db: Database, key: str, attachment_id: int) -> AttachedText:
    """Return the text of an article's file; raises NotFoundError where there is none, or none any more."""
    row = db.conn.execute(
        "SELECT title, attachments.url, name, text FROM attachments JOIN articles ON articles.id = article_id "
        "LEFT JOIN captures ON captures.id = capture_id "
        "WHERE attachments.id = ? AND key = ? AND text IS NOT NULL AND withdrawn IS NULL AND state <> 'withdrawn'",
        (attachment_id, key),
    ).fetchone()
    if row is None:
        raise NotFoundError(f"article {key} has no file {attachment_id} with a text")
    title, url, name, packed = row
    text = unpack(packed)
    return AttachedText(key, title, url, name, text[:_LONGEST_TEXT], max(len(text) - _LONGEST_TEXT, 0))


def _content(
    db: Database, row: dict[str, Any], versions: Numbers, number: int
) -> tuple[Article, tuple[KeptImage, ...]]:
    if versions.shown:
        return version_content(db, versions.shown.id)
    if number != row["version"]:
        raise NotFoundError(f"article {row['key']} has no version {number}; it has {versions.total or 1}")
    # Articles that another tool has written may have no versions: their row says what is known.
    kept = tuple(
        KeptImage(Image(url, caption, credit, alt, position), sha256, error)
        for url, caption, credit, alt, position, sha256, error in db.conn.execute(
            "SELECT url, caption, credit, alt, position, sha256, error FROM article_images "
            "LEFT JOIN images ON images.id = image_id WHERE article_id = ? ORDER BY position LIMIT 100",
            (row["id"],),
        )
    )
    return article_from(row, row["url"], kept), kept


def _standing(db: Database, row: dict[str, Any], sections: tuple[Section, ...]) -> Standing:
    name = db.conn.execute("SELECT name FROM sites WHERE id = ?", (row["site_id"],)).fetchone()
    gone = (None, None)
    if row["state"] == "gone":
        gone = (
            db.conn.execute(
                "SELECT at, detail FROM events WHERE article_id = ? AND kind = 'gone' AND withdrawn IS NULL "
                "ORDER BY at DESC LIMIT 1",
                (row["id"],),
            ).fetchone()
            or gone
        )
    return Standing(
        row["id"], row["key"], row["url"], row["site_id"], name[0] if name else row["site_id"], row["state"],
        row["version"], row["first_seen"], row["last_seen"], *gone, sections,
    )  # fmt: skip


def _sections(db: Database, article_id: int) -> tuple[Section, ...]:
    rows = db.conn.execute(
        "SELECT id, key, name FROM article_sections JOIN sections ON sections.id = section_id "
        "WHERE article_id = ? ORDER BY article_sections.first_seen, id",
        (article_id,),
    )
    return tuple(Section(*row) for row in rows)


def _marks(
    db: Database, article_id: int, seen: Container[str]
) -> tuple[tuple[Edit, ...], tuple[str, ...], tuple[dict[str, Any], ...]]:
    said = marks_of(db, article_id)
    edits = tuple(
        Edit(each["field"], _plain(each["before"]), _plain(each["after"]), each["note"], each["at"], each["by"])
        for each in said["edits"]
        if each["undone_at"] is None
    )
    return (
        edits if "edits" in seen else (),
        tuple(said["tags"]) if "tags" in seen else (),
        tuple(said["notes"]) if "notes" in seen else (),
    )


def _plain(value: Any) -> str:
    """Return a value of a correction as a reader meets it."""
    if isinstance(value, dict):
        value = value.get("caption") if "caption" in value else value.get("value") or value.get("raw")
    return "; ".join(map(str, value)) if isinstance(value, list) else str(value or "")


def _attachments(db: Database, article_id: int) -> tuple[Attachment, ...]:
    rows = db.conn.execute(
        "SELECT attachments.id, attachments.url, name, attachments.mime, bytes, pages, text IS NOT NULL, error, "
        "captures.id FROM attachments LEFT JOIN captures ON captures.id = capture_id "
        "WHERE article_id = ? AND withdrawn IS NULL ORDER BY attachments.id LIMIT 100",
        (article_id,),
    )
    return tuple(_attachment(row) for row in rows)


def _attachment(row: tuple[Any, ...]) -> Attachment:
    row_id, url, name, mime, size, pages, has_text, error, capture = row
    why = why_not(error) if error or capture is None else None
    return Attachment(row_id, url, name, mime, size, pages, bool(has_text), why, capture)


def _neighbour(db: Database, row: dict[str, Any], sections: tuple[Section, ...], way: str) -> Neighbour | None:
    """Return the nearest article by day: ids are given by the day."""
    near = f"articles.id {way} ? AND state <> 'withdrawn' ORDER BY articles.id {'DESC' if way == '<' else ''} LIMIT 1"
    if sections:
        sql = (
            "SELECT key, title, language, day FROM article_sections CROSS JOIN articles ON articles.id = article_id "  # noqa: S608 (our own words)
            f"WHERE section_id = ? AND {near.replace('articles.id', 'article_id')}"
        )
    else:
        sql = f"SELECT key, title, language, day FROM articles WHERE site_id = ? AND {near}"  # noqa: S608
    found = db.conn.execute(sql, (sections[0].id if sections else row["site_id"], row["id"])).fetchone()
    return Neighbour(*found) if found else None


def _tombstone(db: Database, row: dict[str, Any]) -> Tombstone:
    found = db.conn.execute(
        "SELECT begun, reason, withdrew FROM takedowns WHERE article_id = ? ORDER BY id LIMIT 1", (row["id"],)
    ).fetchone()
    since, reason, withdrew = found or ("", "no reason was given", "{}")
    versions = json.loads(withdrew).get("versions", [])
    return Tombstone(row["key"], row["url"], row["site_id"], since, reason, tuple(map(tuple, versions)))
