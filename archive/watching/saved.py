"""Saved searches as they are kept: a name, what is asked for, and up to which event each was told and shown."""

import re
import unicodedata
from dataclasses import asdict, dataclass
from typing import Any

from sqlite_utils import Database

from archive.db import atomic
from archive.errors import NotFoundError, UsageError
from archive.model import timestamp, utc_now
from archive.search import Filters

_COLUMNS = "id, name, query, site_id, section, notify, added_at, told_through, told_at, shown_through, shown_at"
_NAME = re.compile(r"\w[\w-]{0,63}")


@dataclass(frozen=True, slots=True)
class Watch:
    """A saved search; events up to `told_through` were told, those up to `shown_through` shown."""

    id: int
    name: str
    query: str
    site: str | None
    section: str | None
    notify: bool
    added_at: str
    told_through: int
    told_at: str | None
    shown_through: int
    shown_at: str | None

    @property
    def filters(self) -> Filters:
        """What narrows it beside its query."""
        return Filters(self.site, self.section)

    def as_dict(self) -> dict[str, Any]:
        """Return the search for JSON."""
        return asdict(self)


def save_watch(db: Database, name: str, query: str, filters: Filters, *, notify: bool) -> Watch:
    """Save a search under a name; what is in the archive by now is not new.

    `filters` name what the archive has. Raises UsageError for a name that it cannot have.
    """
    called = unicodedata.normalize("NFC", name)
    if not _NAME.fullmatch(called):
        raise UsageError(
            f"{name!r} cannot be the name of a saved search; it takes letters, digits, - and _, 64 at most"
        )
    with atomic(db):
        if db.conn.execute("SELECT 1 FROM watches WHERE name = ?", (called,)).fetchone():
            raise UsageError(f"there is a saved search {called!r} already; first: newsarchive watch remove {called}")
        through = last_event(db)
        db.conn.execute(
            "INSERT INTO watches(name, query, site_id, section, notify, added_at, told_through, shown_through) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (called, query, filters.site, filters.section, notify, timestamp(utc_now()), through, through),
        )
    return find_watch(db, called)


def remove_watch(db: Database, name: str) -> None:
    """Forget a saved search; raises NotFoundError."""
    watch = find_watch(db, name)
    with atomic(db):
        db.conn.execute("DELETE FROM watches WHERE id = ?", (watch.id,))


def read_watches(db: Database) -> list[Watch]:
    """Return all saved searches by name."""
    rows = db.conn.execute(f"SELECT {_COLUMNS} FROM watches ORDER BY name").fetchall()  # noqa: S608
    return [_watch(row) for row in rows]


def find_watch(db: Database, name: str) -> Watch:
    """Return the search of that name; raises NotFoundError."""
    row = db.conn.execute(
        f"SELECT {_COLUMNS} FROM watches WHERE name = ?",  # noqa: S608
        (unicodedata.normalize("NFC", name),),
    ).fetchone()
    if row is None:
        known = ", ".join(watch.name for watch in read_watches(db)) or "none yet"
        raise NotFoundError(f"no saved search {name!r}; there is: {known}")
    return _watch(row)


def last_event(db: Database) -> int:
    """Return the number of the archive's latest event, 0 where it has none."""
    (last,) = db.conn.execute("SELECT max(id) FROM events").fetchone()
    return int(last or 0)


def mark_told(db: Database, through: dict[int, int]) -> None:
    """Write down up to which event each of these searches was told."""
    _mark(db, "told", through)


def mark_shown(db: Database, through: dict[int, int]) -> None:
    """Write down up to which event each of these searches was shown."""
    _mark(db, "shown", through)


def _mark(db: Database, column: str, through: dict[int, int]) -> None:
    at = timestamp(utc_now())
    with atomic(db):
        db.conn.executemany(
            f"UPDATE watches SET {column}_through = ?, {column}_at = ? WHERE id = ?",  # noqa: S608 (our own words)
            [(event, at, watch_id) for watch_id, event in through.items()],
        )


def _watch(row: tuple[Any, ...]) -> Watch:
    watch = Watch(*row)
    return Watch(**asdict(watch) | {"notify": bool(watch.notify)})
