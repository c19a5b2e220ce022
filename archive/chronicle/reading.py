"""Reading events as a story."""

import datetime as dt
import json
from dataclasses import asdict, dataclass
from typing import Any

from sqlite_utils import Database

from archive.errors import NotFoundError
from archive.reader import find_article

# At a million articles walking so many of a site costs as much as looking for a hundred of it among all events.
_FEW = 10_000
_STORED = {"first_seen": "first seen"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One event: when, what, of which article; `changes` are the classes of a change, `title_before` a former title."""

    at: str
    kind: str
    changes: tuple[str, ...]
    site: str
    key: str
    url: str
    title: str | None
    title_before: str | None
    from_version: int | None
    to_version: int | None
    detail: str | None
    id: int

    @property
    def mark(self) -> str:
        """Where it stands in the story, for `Scope.before`."""
        return f"{self.at},{self.id}"

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Scope:
    """What of the story is told: an article, a site, days (both inclusive), kinds, what stands before an event."""

    reference: str | None = None
    site: str | None = None
    since: dt.date | None = None
    until: dt.date | None = None
    kinds: tuple[str, ...] = ()
    before: str | None = None


def read_log(db: Database, scope: Scope, limit: int) -> tuple[list[Entry], int]:
    """Return the latest events in the order of capture time, and how many more there are before them.

    Events that a later reading or capture has withdrawn are no part of it. Raises NotFoundError for what the archive
    does not have.
    """
    shown = read_entries(db, scope, limit)
    where, values = _conditions(db, scope)
    # The articles themselves are read only where they are asked of: all of them would take seconds.
    counted = where[0] if scope.site or scope.reference else "events"
    (every,) = db.conn.execute(f"SELECT count(*) FROM {counted} WHERE {where[1]}", values).fetchone()  # noqa: S608
    return shown[::-1], int(every) - len(shown)


def read_entries(db: Database, scope: Scope, limit: int) -> list[Entry]:
    """Return the latest events, the latest first; raises NotFoundError for what the archive does not have."""
    where, values = _conditions(db, scope)
    rows = db.conn.execute(
        "SELECT at, kind, changes, site_id, key, url, own.title, before.title, from_version, to_version, detail, "  # noqa: S608
        f"articles.title, events.id FROM {where[0]} LEFT JOIN versions own ON own.article_id = articles.id AND "
        "own.number = to_version LEFT JOIN versions before ON before.article_id = articles.id AND before.number = "
        f"from_version WHERE {where[1]} ORDER BY at DESC, events.id DESC LIMIT ?",
        (*values, limit),
    )
    return [_entry(row) for row in rows]


def _entry(row: tuple[Any, ...]) -> Entry:
    at, kind, changes, site, key, url, title, before, from_version, to_version, detail, current, number = row
    classes = tuple(json.loads(changes)) if changes else ()
    said = "retitled" if "headline" in classes else _STORED.get(kind, kind)
    former = before if said == "retitled" else None
    return Entry(at, said, classes, site, key, url, title or current, former, from_version, to_version, detail, number)


def _conditions(db: Database, scope: Scope) -> tuple[tuple[str, str], list[Any]]:
    tables = f"{_in_order(db, scope)} ON articles.id = events.article_id"
    terms, values = ["events.withdrawn IS NULL"], list[Any]()
    if scope.reference:
        terms.append("articles.id = ?")
        values.append(find_article(db, scope.reference))
    if scope.site:
        if not db.conn.execute("SELECT 1 FROM sites WHERE id = ?", (scope.site,)).fetchone():
            known = ", ".join(row[0] for row in db.conn.execute("SELECT id FROM sites ORDER BY id")) or "none yet"
            raise NotFoundError(f"no site {scope.site!r} in the archive; it has: {known}")
        terms.append("site_id = ?")
        values.append(scope.site)
    if scope.since:
        terms.append("at >= ?")
        values.append(scope.since.isoformat())
    if scope.until:
        terms.append("at < ?")
        # Behind every time of that day; there is no day after the last one.
        values.append(f"{scope.until.isoformat()}~")
    if scope.kinds:
        terms.append(f"({' OR '.join(map(_kind_term, scope.kinds))})")
    if scope.before:
        at, _, number = scope.before.partition(",")
        terms.append("(at, events.id) < (?, ?)")
        values += [at, int(number) if number.isdecimal() and len(number) < 19 else 0]
    return (tables, " AND ".join(terms)), values


def _in_order(db: Database, scope: Scope) -> str:
    """Return which table leads: the events from the latest on, or the articles where they are few.

    Left to SQLite, which does not know how large a site is, either may read them all.
    """
    few = bool(scope.reference)
    if scope.site and not few:
        counted = "SELECT count(*) FROM (SELECT 1 FROM articles WHERE site_id = ? LIMIT ?)"
        few = db.conn.execute(counted, (scope.site, _FEW + 1)).fetchone()[0] <= _FEW
    return "articles CROSS JOIN events" if few else "events CROSS JOIN articles"


def _kind_term(kind: str) -> str:
    if kind == "first seen":
        return "kind = 'first_seen'"
    # The second term is that of the index `events_kind`.
    rare = "kind <> 'first_seen'"
    if kind == "retitled":
        return f"kind = 'changed' AND changes LIKE '%\"headline\"%' AND {rare}"
    return f"kind = '{kind}' AND {rare}"
