"""Two versions of an article beside each other: which fields changed, the text by sentence, the pictures by bytes."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

from sqlite_utils import Database

from archive.changes import Change, changes_between
from archive.diffing.texts import Clock, Piece, Sentence, diff_texts, diff_words
from archive.errors import NotFoundError
from archive.model import Article, Stamp
from archive.reader import find_article, version_content
from archive.versions import KeptImage

_FIELDS = ("title", "updated", "published", "source", "byline", "breadcrumb", "language", "canonical_url")


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field of both versions, as it is printed, with its words."""

    name: str
    before: str
    after: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class ImageChange:
    """What became of a picture: `swapped` is another picture in the same place, `caption` another text to it."""

    kind: Literal["added", "removed", "swapped", "caption", "moved"]
    before: KeptImage | None
    after: KeptImage | None
    pieces: tuple[Piece, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {
            "kind": self.kind,
            "before": _image_dict(self.before),
            "after": _image_dict(self.after),
            "pieces": [asdict(piece) for piece in self.pieces],
        }


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two versions: its number, and when it was first and last seen."""

    number: int
    first_seen: str
    last_seen: str


@dataclass(frozen=True, slots=True)
class VersionDiff:
    """What is different between two versions of one article."""

    key: str
    url: str
    title: str | None
    language: str | None
    before: Side
    after: Side
    changes: tuple[Change, ...]
    fields: tuple[FieldChange, ...]
    images: tuple[ImageChange, ...]
    body: tuple[Sentence, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        said = asdict(self)
        return said | {"images": [image.as_dict() for image in self.images]}


def diff_versions(
    db: Database, reference: str, first: int | None = None, second: int | None = None, *, clock: Clock | None = None
) -> VersionDiff | None:
    """Return what is different between two versions of an article, None where it has one alone.

    Without numbers it is the latest change by capture time, with one the way from that to the current version.
    Raises NotFoundError for an article or a version that the archive does not have.
    """
    clock = clock or Clock()
    article_id = find_article(db, reference)
    key, url, current = db.conn.execute("SELECT key, url, version FROM articles WHERE id = ?", (article_id,)).fetchone()
    if first is None:
        found = _latest_change(db, article_id)
        if found is None:
            return None
        first, second = found
    numbers = (first, current if second is None else second)
    ids = [_version_id(db, reference, article_id, number) for number in numbers]
    before, after = (version_content(db, version_id) for version_id in ids)
    sides = [_side(db, version_id, number) for version_id, number in zip(ids, numbers, strict=True)]
    return VersionDiff(
        key, url, after[0].title, after[0].language,
        sides[0], sides[1],
        changes_between(before, after),
        tuple(_field_changes(before[0], after[0], clock)),
        tuple(_image_changes(before[1], after[1], clock)),
        tuple(diff_texts(before[0].body, after[0].body, clock)),
    )  # fmt: skip


def _latest_change(db: Database, article_id: int) -> tuple[int, int] | None:
    row = db.conn.execute(
        "SELECT from_version, to_version FROM events WHERE article_id = ? AND kind = 'changed' AND withdrawn IS NULL "
        "ORDER BY at DESC, id DESC LIMIT 1",
        (article_id,),
    ).fetchone()
    return (int(row[0]), int(row[1])) if row else None


def _version_id(db: Database, reference: str, article_id: int, number: int) -> int:
    known = "SELECT number, id FROM versions WHERE article_id = ? ORDER BY number"
    rows = dict(db.conn.execute(known, (article_id,)).fetchall())
    if number not in rows:
        raise NotFoundError(f"article {reference} has no version {number}; it has {', '.join(map(str, rows))}")
    return int(rows[number])


def _side(db: Database, version_id: int, number: int) -> Side:
    first, last = db.conn.execute(
        "SELECT min(seen_at), max(seen_at) FROM version_captures WHERE version_id = ?", (version_id,)
    ).fetchone()
    return Side(number, first or "", last or "")


def _field_changes(before: Article, after: Article, clock: Clock) -> list[FieldChange]:
    pairs = [(name, _printed(getattr(before, name)), _printed(getattr(after, name))) for name in _FIELDS]
    return [FieldChange(name, old, new, diff_words(old, new, clock)) for name, old, new in pairs if old != new]


def _printed(value: object) -> str:
    if isinstance(value, Stamp):
        return f"{value.stored or value.reason or 'not read'} ({value.raw})"
    if isinstance(value, tuple):
        return ", ".join(value)
    return str(value or "")


def _image_changes(before: tuple[KeptImage, ...], after: tuple[KeptImage, ...], clock: Clock) -> list[ImageChange]:
    """Return what became of the pictures: those of the same bytes are one; of the rest, those in the same place."""
    old, new = {_bytes_of(kept): kept for kept in before}, {_bytes_of(kept): kept for kept in after}
    found = [
        ImageChange("caption", old[name], new[name], diff_words(legend(old[name]), legend(new[name]), clock))
        for name in old
        if name in new and legend(old[name]) != legend(new[name])
    ]
    both = old.keys() & new.keys()
    if not found and old.keys() == new.keys() and list(old) != list(new):
        pairs = zip(old, new, strict=True)
        found = [ImageChange("moved", old[name], new[name]) for before_name, name in pairs if before_name != name]
    gone = [kept for name, kept in old.items() if name not in both]
    come = [kept for name, kept in new.items() if name not in both]
    for kept in gone:
        other = next((one for one in come if _same_place(kept, one)), None)
        if other is None:
            found.append(ImageChange("removed", kept, None))
            continue
        come.remove(other)
        found.append(ImageChange("swapped", kept, other, diff_words(legend(kept), legend(other), clock)))
    return found + [ImageChange("added", None, kept) for kept in come]


def _same_place(one: KeptImage, other: KeptImage) -> bool:
    return one.image.url == other.image.url or one.image.position == other.image.position


def _bytes_of(kept: KeptImage) -> str:
    return kept.sha256 or f"url:{kept.image.url}"


def legend(kept: KeptImage) -> str:
    """Return an image's caption with its credit."""
    return " ".join(filter(None, (kept.image.caption, kept.image.credit)))


def _image_dict(kept: KeptImage | None) -> dict[str, Any] | None:
    if kept is None:
        return None
    image = kept.image
    return {
        "position": image.position, "url": image.url, "sha256": kept.sha256, "caption": image.caption,
        "credit": image.credit, "error": kept.error,
    }  # fmt: skip
