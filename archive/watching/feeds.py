"""Feeds of a search: the newest of what was new or changed among its articles, as values; `rendering` writes them."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from archive.markup import presentable
from archive.memento import mementos_of
from archive.search import Filters
from archive.search.among import newest
from archive.watching.saved import find_watch

MOST = 50
# So many of the latest events are looked through for articles that changed; beside them the newest articles by date.
_LOOKED_THROUGH = 2_000
_KINDS = "withdrawn IS NULL AND kind IN ('first_seen', 'changed')"
_SUMMARY = 300
EPOCH = "1970-01-01T00:00:00.000000Z"


@dataclass(frozen=True, slots=True)
class Place:
    """Where an archive is shown; `address` is the feed's own, where it has one."""

    archive: str
    address: str = ""

    def page(self, key: str, digits: str) -> str:
        """Return the address of a version's page."""
        return f"{self.archive.rstrip('/')}/-/memento/{key}/{digits}"

    @property
    def images(self) -> str:
        """What the addresses of images begin with."""
        return f"{self.archive.rstrip('/')}/-/image/"


@dataclass(frozen=True, slots=True)
class Enclosure:
    """An image that the archive keeps."""

    url: str
    mime: str
    size: int


@dataclass(frozen=True, slots=True)
class Entry:
    """An article in a version; `updated` is when the site first showed that, `published` when it first showed any."""

    id: str
    title: str
    live: str
    archived: str | None
    published: str
    updated: str
    summary: str
    html: str
    language: str | None
    authors: tuple[str, ...]
    site: str
    enclosure: Enclosure | None


@dataclass(frozen=True, slots=True)
class Feed:
    """A search as a feed, the latest entry first."""

    title: str
    place: Place
    entries: tuple[Entry, ...]

    @property
    def updated(self) -> str:
        """When the latest of it was."""
        return self.entries[0].updated if self.entries else EPOCH

    @property
    def address(self) -> str:
        """The feed's own address."""
        return self.place.address or self.place.archive


def saved_feed(db: Database, name: str, place: Place) -> Feed:
    """Return the feed of a saved search; raises NotFoundError."""
    watch = find_watch(db, name)
    return search_feed(db, watch.query, watch.filters, place, title=watch.name)


def search_feed(db: Database, text: str, filters: Filters, place: Place, *, title: str | None = None) -> Feed:
    """Return the feed of any search; raises NotFoundError for a site or section that the archive does not have."""
    recent = dict(
        db.conn.execute(
            f"SELECT article_id, at FROM (SELECT article_id, at FROM events WHERE {_KINDS} ORDER BY at DESC LIMIT ?) "  # noqa: S608
            "ORDER BY at",
            (_LOOKED_THROUGH,),
        ).fetchall()
    )
    found = newest(db, text, filters, [*recent], MOST)
    dated = sorted(((recent.get(each) or _latest(db, each), each) for each in found), reverse=True)
    # Of those that were taken down none is told; they are few.
    entries = (entry for at, article_id in dated for entry in _entries(db, article_id, at, place))
    said = " ".join(part for part in (text, filters.site and f"site:{filters.site}") if part)
    return Feed(
        title or said or "newsarchive", place, tuple(entry for entry, _ in zip(entries, range(MOST), strict=False))
    )


def _latest(db: Database, article_id: int) -> str:
    (at,) = db.conn.execute(f"SELECT max(at) FROM events WHERE article_id = ? AND {_KINDS}", (article_id,)).fetchone()  # noqa: S608
    return at or EPOCH


def _entries(db: Database, article_id: int, at: str, place: Place) -> Iterator[Entry]:
    """Yield an article's entry, none for one that was taken down."""
    row = next(
        iter(
            db.query(
                "SELECT articles.*, sites.name AS outlet FROM articles LEFT JOIN sites ON sites.id = site_id "
                "WHERE articles.id = ? AND state <> 'withdrawn'",
                (article_id,),
            )
        ),
        None,
    )
    if row is None:
        return
    key, version = row["key"], row["version"]
    shown = [each for each in mementos_of(db, article_id) if each.version == version]
    text = " ".join((row["body"] or "").split())
    yield Entry(
        id=f"urn:newsarchive:{key}:{version}",
        title=" ".join((row["title"] or "").split()) or "(untitled)",
        live=row["url"],
        archived=place.page(key, shown[-1].digits) if shown else None,
        published=row["first_seen"],
        updated=at,
        summary=text if len(text) <= _SUMMARY else f"{text[:_SUMMARY]}…",
        html=presentable(row["body_html"] or "", place.images),
        language=row["language"],
        authors=_authors(row),
        site=row["outlet"] or row["site_id"],
        enclosure=_enclosure(db, article_id, version, place),
    )


def _authors(row: dict[str, Any]) -> tuple[str, ...]:
    names: Sequence[str] = json.loads(row["byline"] or "[]")
    return tuple(name for name in names if name.strip()) or (row["outlet"] or row["site_id"],)


def _enclosure(db: Database, article_id: int, version: int, place: Place) -> Enclosure | None:
    row = db.conn.execute(
        "SELECT sha256, images.mime, bytes FROM versions JOIN article_images ON version_id = versions.id "
        "JOIN images ON images.id = image_id LEFT JOIN captures ON captures.id = capture_id "
        "WHERE versions.article_id = ? AND number = ? AND withdrawn IS NULL ORDER BY position LIMIT 1",
        (article_id, version),
    ).fetchone()
    return Enclosure(place.images + row[0], row[1], row[2]) if row else None
