"""The versions of an article in the order in which the captures showed them."""

import json
from dataclasses import dataclass

from sqlite_utils import Database

# More of them are not shown on one page.
MOST = 200
_ROWS = """
SELECT versions.id, versions.number, versions.seen_at,
  min(shown.seen_at) FILTER (WHERE captures.id), max(shown.seen_at) FILTER (WHERE captures.id),
  count(DISTINCT captures.id), versions.parser, versions.template, versions.read_at, first.number
FROM versions LEFT JOIN versions first ON first.id = versions.same_as
LEFT JOIN version_captures shown ON shown.version_id = versions.id AND shown.position = 1
LEFT JOIN captures ON captures.id = shown.capture_id AND withdrawn IS NULL
WHERE versions.article_id = ? GROUP BY versions.id
ORDER BY ifnull(min(shown.seen_at), versions.seen_at), versions.number
"""


@dataclass(frozen=True, slots=True)
class Version:
    """One version: when captures first and last showed it, how many did, and what it changed of the one before.

    `same_as` is the number of the version whose text it is, by a later reading of the stored pages.
    """

    id: int
    number: int
    first_seen: str
    last_seen: str
    captures: int
    parser: str
    template: str
    read_at: str
    same_as: int | None
    changes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Numbers:
    """An article's versions around the one that is shown, which is at `place`; `total` counts all of them."""

    rows: tuple[Version, ...]
    place: int | None
    total: int

    @property
    def shown(self) -> Version | None:
        """The version that is shown, None for an article without rows of versions."""
        return None if self.place is None else self.rows[self.place]

    @property
    def earlier(self) -> Version | None:
        """The version before the one that is shown."""
        return self.rows[self.place - 1] if self.place else None

    @property
    def later(self) -> Version | None:
        """The version after the one that is shown."""
        return self.rows[self.place + 1] if self.place is not None and self.place + 1 < len(self.rows) else None


def read_numbers(db: Database, article_id: int, shown: int) -> Numbers:
    """Return an article's versions, of many those around the one that is shown."""
    found = db.conn.execute(_ROWS, (article_id,)).fetchall()
    place = next((place for place, row in enumerate(found) if row[1] == shown), None)
    start = max(0, min((place or 0) - MOST // 2, len(found) - MOST))
    changes = _changes(db, article_id)
    rows = tuple(_version(row, changes.get(row[1], ())) for row in found[start : start + MOST])
    return Numbers(rows, None if place is None else place - start, len(found))


def _version(row: tuple[int, int, str, str | None, str | None, int, str, str, str, int | None],
             changes: tuple[str, ...]) -> Version:  # fmt: skip
    row_id, number, seen_at, first, last, captures, parser, template, read_at, same_as = row
    return Version(
        row_id, number, first or seen_at, last or seen_at, captures, parser, template, read_at, same_as, changes
    )


def _changes(db: Database, article_id: int) -> dict[int, tuple[str, ...]]:
    """Return by number what the latest change that led to a version was."""
    rows = db.conn.execute(
        "SELECT to_version, changes FROM events WHERE article_id = ? AND kind = 'changed' AND changes IS NOT NULL "
        "AND withdrawn IS NULL ORDER BY at, id",
        (article_id,),
    )
    return {number: tuple(json.loads(changes)) for number, changes in rows}
