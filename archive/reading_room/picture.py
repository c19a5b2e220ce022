"""One picture: what was said of it, in which articles and versions, when it was seen, what hangs beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from archive.errors import NotFoundError
from archive.reading_room.pictures import Wanted, above, newest_place, read_wall

_MOST_USES = 200


@dataclass(frozen=True, slots=True)
class ImageFile:
    """An image's bytes in the media folder; `withdrawn` is since when nobody may see them."""

    id: int
    sha256: str
    path: str
    mime: str
    width: int | None
    height: int | None
    bytes: int
    capture_id: int | None
    address: str | None
    fetched_at: str | None
    withdrawn: str | None


@dataclass(frozen=True, slots=True)
class Use:
    """An article that shows a picture, in these versions; `is_current` says whether it does now."""

    key: str
    title: str | None
    language: str | None
    site: str
    day: str | None
    versions: tuple[int, ...]
    is_current: bool


@dataclass(frozen=True, slots=True)
class Said:
    """A caption, credit and alternative text that a picture had, with the articles that said so."""

    caption: str | None
    credit: str | None
    alt: str | None
    uses: tuple[Use, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """All that is known of a picture; `is_cut` says that the newest uses alone are shown."""

    file: ImageFile
    said: tuple[Said, ...]
    addresses: tuple[str, ...]
    first_seen: str | None
    last_seen: str | None
    is_cut: bool
    newer: str | None
    older: str | None

    @property
    def language(self) -> str | None:
        """The language of what was said last."""
        return self.said[0].uses[0].language if self.said else None


def find_file(db: Database, sha256: str) -> ImageFile | None:
    """Return where an image's bytes are and what they are, None where the archive has none such."""
    row = db.conn.execute(
        "SELECT images.id, sha256, path, images.mime, width, height, bytes, capture_id, url, fetched_at, withdrawn "
        "FROM images LEFT JOIN captures ON captures.id = capture_id WHERE sha256 = ?",
        (sha256,),
    ).fetchone()
    return ImageFile(*row) if row else None


_USES = """
SELECT caption, credit, alt, article_images.url, version_id, number, versions.seen_at, articles.key, articles.title,
articles.language, articles.site_id, articles.day, articles.version
FROM article_images JOIN versions ON versions.id = version_id JOIN articles ON articles.id = article_images.article_id
WHERE image_id = ? ORDER BY version_id DESC LIMIT ?
"""


def read_sheet(db: Database, sha256: str) -> Sheet:
    """Return a picture's sheet; raises NotFoundError where the archive has no such image, or none any more."""
    file = find_file(db, sha256)
    if file is None or file.withdrawn:
        raise NotFoundError(f"the archive has no picture {sha256}")
    rows = [*db.query(_USES, (file.id, _MOST_USES + 1))]
    shown = rows[:_MOST_USES]
    is_cut = len(rows) > _MOST_USES
    seen = [file.fetched_at, *(None if is_cut else row["seen_at"] for row in shown)]
    last = [file.fetched_at, *(_last_seen(db, row["version_id"]) for row in shown)]
    place = newest_place(db, sha256)
    below = read_wall(db, Wanted(), place, 1).pictures if place else ()
    return Sheet(
        file, _said(shown), tuple(dict.fromkeys(filter(None, (row["url"] for row in shown)))),
        min(filter(None, seen), default=None), max(filter(None, last), default=None), is_cut,
        above(db, place) if place else None, below[0].sha256 if below else None,
    )  # fmt: skip


def _last_seen(db: Database, version_id: int) -> str | None:
    row = db.conn.execute(
        "SELECT seen_at FROM version_captures WHERE version_id = ? ORDER BY capture_id DESC LIMIT 1", (version_id,)
    ).fetchone()
    return row[0] if row else None


def _said(rows: Sequence[dict[str, Any]]) -> tuple[Said, ...]:
    grouped: dict[tuple[Any, ...], dict[str, list[dict[str, Any]]]] = {}
    for row in rows:
        articles = grouped.setdefault((row["caption"], row["credit"], row["alt"]), {})
        articles.setdefault(row["key"], []).append(row)
    return tuple(
        Said(caption, credit, alt, tuple(map(_use, articles.values())))
        for (caption, credit, alt), articles in grouped.items()
    )


def _use(rows: Sequence[dict[str, Any]]) -> Use:
    row = rows[0]
    numbers = tuple(sorted({each["number"] for each in rows}))
    named = (row["key"], row["title"], row["language"], row["site_id"], row["day"])
    return Use(*named, numbers, row["version"] in numbers)
