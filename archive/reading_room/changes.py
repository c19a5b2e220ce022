"""The story of the archive, a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlite_utils import Database

from archive.chronicle import KINDS
from archive.chronicle.reading import Entry, Scope, read_entries

PAGE = 100


@dataclass(frozen=True, slots=True)
class Changes:
    """Events, the latest first; `before` is what the page of earlier ones begins with, None where there are none."""

    scope: Scope
    entries: tuple[Entry, ...]
    before: str | None
    sites: tuple[str, ...]
    kinds: Sequence[str] = KINDS


def read_changes(db: Database, scope: Scope, page: int = PAGE) -> Changes:
    """Return the latest events of a scope; raises NotFoundError for a site that the archive does not have."""
    found = read_entries(db, scope, page + 1)
    shown = found[:page]
    sites = tuple(row[0] for row in db.conn.execute("SELECT id FROM sites ORDER BY id"))
    return Changes(replace(scope, before=None), tuple(shown), shown[-1].mark if len(found) > page else None, sites)
