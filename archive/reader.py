"""Reading the archive: articles and versions by id, key or URL."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlite_utils import Database

from archive.errors import NotFoundError
from archive.identity import normalise
from archive.model import Article, Image, Precision, Stamp, parse_stored
from archive.versions import KeptImage, unpack
from archive.warc import Place

_LARGEST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Record:
    """An article of the archive: its row, with one version's content."""

    row: dict[str, Any]
    number: int
    article: Article
    images: tuple[KeptImage, ...]
    versions: tuple[dict[str, Any], ...]
    sections: tuple[str, ...]


def find_article(db: Database, reference: str) -> int:
    """Return the id of the article that an id, a key or a URL names; raises NotFoundError."""
    text = reference.strip().encode("utf-8", "replace").decode()
    row = None
    if text.isdecimal():
        number = int(text) if len(text) < 20 else -1
        row = db.conn.execute("SELECT id FROM articles WHERE id = ?", (min(number, _LARGEST_ID),)).fetchone()
    elif "://" in text:
        row = _by_url(db, text)
    else:
        row = db.conn.execute("SELECT id FROM articles WHERE key = ?", (text.lower(),)).fetchone()
    if row is None:
        raise NotFoundError(
            f"no article {reference!r} in the archive; give an id, a key or a URL as `newsarchive search` prints them"
        )
    return int(row[0])


def read_article(db: Database, reference: str, version: int | None = None) -> Record:
    """Return an article with its current version, or with the one asked for; raises NotFoundError."""
    article_id = find_article(db, reference)
    row = next(iter(db.query("SELECT * FROM articles WHERE id = ?", (article_id,))))
    _refuse_withdrawn(db, row)
    number = row["version"] if version is None else version
    versions = tuple(
        db.query(
            "SELECT id, number, seen_at, digest, title, updated, parser, template, same_as FROM versions "
            "WHERE article_id = ? ORDER BY number",
            (article_id,),
        )
    )
    found = next((known for known in versions if known["number"] == number), None)
    if found is None:
        numbers = ", ".join(str(known["number"]) for known in versions)
        raise NotFoundError(f"article {reference} has no version {number}; it has {numbers}")
    article, images = version_content(db, found["id"])
    sections = db.conn.execute(
        "SELECT key FROM article_sections JOIN sections ON sections.id = section_id WHERE article_id = ? ORDER BY key",
        (article_id,),
    )
    return Record(row, number, article, images, versions, tuple(key for (key,) in sections))


def _refuse_withdrawn(db: Database, row: dict[str, Any]) -> None:
    if row["state"] == "withdrawn":
        begun, reason = db.conn.execute(
            "SELECT begun, reason FROM takedowns WHERE article_id = ? ORDER BY id LIMIT 1", (row["id"],)
        ).fetchone()
        raise NotFoundError(f"article {row['key']} ({row['url']}) was withdrawn on {begun[:10]}: {reason}")


def version_content(db: Database, version_id: int) -> tuple[Article, tuple[KeptImage, ...]]:
    """Return what a version says, and its images in order."""
    row = next(iter(db.query("SELECT * FROM versions WHERE id = ?", (version_id,))))
    (url,) = db.conn.execute("SELECT url FROM articles WHERE id = ?", (row["article_id"],)).fetchone()
    kept = tuple(
        KeptImage(Image(image_url, caption, credit, alt, position), sha256, error)
        for position, image_url, caption, credit, alt, sha256, error in db.conn.execute(
            "SELECT position, url, caption, credit, alt, sha256, error FROM article_images "
            "LEFT JOIN images ON images.id = image_id WHERE version_id = ? ORDER BY position",
            (version_id,),
        )
    )
    return article_from(row, url, kept), kept


def article_from(row: dict[str, Any], url: str, kept: Sequence[KeptImage]) -> Article:
    """Return what a row of `versions` or `articles` says, with its images."""
    return Article(
        url=url,
        title=row["title"],
        updated=stamp_from(row, "updated"),
        published=stamp_from(row, "published"),
        source=row["source"],
        byline=tuple(json.loads(row["byline"])),
        breadcrumb=tuple(json.loads(row["breadcrumb"])),
        language=row["language"],
        body=unpack(row["body"]),
        body_html=unpack(row["body_html"]),
        images=tuple(item.image for item in kept),
        canonical_url=row["canonical_url"],
        rules=json.loads(row["rules"]),
    )


def media_path(db: Database, sha256: str) -> str | None:
    """Return where in the media folder the image with these bytes lies, None where the archive has none such."""
    row = db.conn.execute("SELECT path FROM images WHERE sha256 = ?", (sha256,)).fetchone()
    return str(row[0]) if row else None


def current_text(db: Database, article_id: int) -> tuple[str | None, str]:
    """Return title and body of an article as it is shown."""
    title, body = db.conn.execute("SELECT title, body FROM articles WHERE id = ?", (article_id,)).fetchone()
    return title, body


def current_reading(db: Database, article_id: int) -> tuple[str, str]:
    """Return parser release and template that an article's current version was read with."""
    row = db.conn.execute(
        "SELECT parser, template FROM versions JOIN articles ON articles.id = article_id AND number = articles.version "
        "WHERE articles.id = ?",
        (article_id,),
    ).fetchone()
    return str(row[0]), str(row[1])


def current_places(db: Database, article_id: int) -> list[Place]:
    """Return where the captures of the last fetch that showed an article's current version lie, page by page."""
    row = db.conn.execute(
        "SELECT versions.id FROM versions JOIN articles ON articles.id = article_id AND number = articles.version "
        "WHERE articles.id = ?",
        (article_id,),
    ).fetchone()
    return version_places(db, int(row[0]))


def version_places(db: Database, version_id: int) -> list[Place]:
    """Return where the captures of the last fetch that showed a version lie, page by page; none that is withdrawn."""
    rows = db.conn.execute(
        # A revisit has the bytes of the capture that it refers to.
        "WITH shown AS (SELECT captures.id, position, kept.file, kept.offset, kept.length FROM version_captures "
        "JOIN captures ON captures.id = capture_id "
        "JOIN captures kept ON kept.id = ifnull(captures.revisit_of, captures.id) WHERE version_id = ? "
        "AND kept.file IS NOT NULL AND kept.withdrawn IS NULL AND captures.withdrawn IS NULL) "
        "SELECT file, offset, length FROM shown WHERE id >= (SELECT max(id) FROM shown WHERE position = 1) "
        "ORDER BY position, id",
        (version_id,),
    )
    return [Place(*row) for row in rows]


def stamp_from(row: dict[str, Any], name: str) -> Stamp | None:
    """Return the date that a row's columns hold, None where they hold none."""
    raw, stored, precision = row[f"{name}_raw"], row[name], row[f"{name}_precision"]
    if raw is None and stored is None:
        return None
    reason = json.loads(row["rules"]).get(f"{name}_reason")
    if stored is None:
        return Stamp(raw or "", reason=reason)
    return Stamp(raw or "", parse_stored(stored, precision), cast("Precision", precision), reason)


def _by_url(db: Database, url: str) -> tuple[int] | None:
    try:
        address = normalise(url)
    except ValueError:
        return None
    row = db.conn.execute(
        "SELECT article_id FROM urls WHERE url = ? AND article_id IS NOT NULL AND kind IN ('article', 'page') "
        "UNION ALL SELECT id FROM articles WHERE url = ? LIMIT 1",
        (address, address),
    ).fetchone()
    return cast("tuple[int] | None", row)
