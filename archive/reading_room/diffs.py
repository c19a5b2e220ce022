"""Two versions of an article beside each other, as a page shows them."""

from dataclasses import dataclass

from sqlite_utils import Database

from archive.diffing.folding import Run, folded
from archive.diffing.texts import Clock, Piece
from archive.diffing.versions import VersionDiff, diff_versions
from archive.errors import NotFoundError
from archive.reading_room.numbers import Numbers, read_numbers
from archive.reading_room.setting import Picture, language_tag, pictures_of
from archive.versions import KeptImage

# So much CPU time a comparison may take: what is not compared by then is shown as gone and as new.
_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class PictureChange:
    """What became of a picture, with both of its forms and its captions word by word."""

    kind: str
    before: Picture | None
    after: Picture | None
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is different between two versions; `runs` are the text, unchanged parts folded.

    `versions` are those around the later side.
    """

    found: VersionDiff
    language: str | None
    pictures: tuple[PictureChange, ...]
    runs: tuple[Run, ...]
    versions: Numbers

    @property
    def is_same(self) -> bool:
        """Whether the two say the same in all that a reader sees."""
        is_changed = any(sentence.kind != "same" for sentence in self.found.body)
        return not (self.found.fields or self.pictures or is_changed)


def read_comparison(db: Database, key: str, first: int | None, second: int | None) -> Comparison | None:
    """Return two versions of an article compared, None where it has one alone.

    Without numbers it is the latest change, with the later number alone the one that led to it. Raises NotFoundError.
    """
    row = db.conn.execute("SELECT id, state FROM articles WHERE key = ?", (key,)).fetchone()
    if row is None or row[1] == "withdrawn":
        raise NotFoundError(f"there is no article {key} to compare: it was never kept, or it was taken down")
    if first is None and second is not None:
        earlier = read_numbers(db, row[0], second).earlier
        first = earlier.number if earlier else second
    found = diff_versions(db, key, first, second, clock=Clock(_SECONDS))
    if found is None:
        return None
    changes = tuple(
        PictureChange(each.kind, _one(db, each.before), _one(db, each.after), each.pieces) for each in found.images
    )
    versions = read_numbers(db, row[0], found.after.number)
    return Comparison(found, language_tag(found.language), changes, tuple(folded(found.body)), versions)


def _one(db: Database, kept: KeptImage | None) -> Picture | None:
    return next(iter(pictures_of(db, [kept] if kept else [])), None)
