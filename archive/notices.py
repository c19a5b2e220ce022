"""What was told to people: a row for every problem from when it is first seen until it is over."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlite_utils import Database

from archive.db import atomic
from archive.model import timestamp

_COLUMNS = "id, key, kind, site_id, level, said, first_seen, sent_at, ended_at"


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that stands wrong with a site now; `key` names it for as long as it lasts.

    A trouble that was told is told again when it ends and comes back, or when its `level` rises.
    """

    key: str
    kind: str
    site: str
    said: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Notice:
    """One problem as it was noted: since when, whether it was told, and whether it is over."""

    id: int
    key: str
    kind: str
    site: str
    level: int
    said: str
    first_seen: str
    sent_at: str | None
    ended_at: str | None

    def as_dict(self) -> dict[str, Any]:
        """Return the notice for JSON."""
        return asdict(self)


def note(db: Database, sites: Sequence[str], standing: Iterable[Trouble], now: dt.datetime) -> None:
    """Write down what stands wrong with these sites, and that what does not stand any more is over."""
    at = timestamp(now)
    with atomic(db):
        opened = {notice.key: notice for notice in read_notices(db) if notice.site in sites}
        for trouble in standing:
            before = opened.pop(trouble.key, None)
            if before is None:
                db.conn.execute(
                    "INSERT INTO notices(key, kind, site_id, level, said, first_seen) VALUES (?, ?, ?, ?, ?, ?)",
                    (trouble.key, trouble.kind, trouble.site, trouble.level, trouble.said, at),
                )
            elif trouble.level > before.level:
                db.conn.execute(
                    "UPDATE notices SET level = ?, said = ?, sent_at = NULL WHERE id = ?",
                    (trouble.level, trouble.said, before.id),
                )
        db.conn.executemany(
            "UPDATE notices SET ended_at = ? WHERE id = ?", [(at, notice.id) for notice in opened.values()]
        )


def read_notices(db: Database, *, ended: int = 0) -> list[Notice]:
    """Return the notices of what is not over yet, oldest first, and before them so many of what is."""
    over = db.conn.execute(
        f"SELECT {_COLUMNS} FROM notices WHERE ended_at IS NOT NULL ORDER BY id DESC LIMIT ?",  # noqa: S608
        (ended,),
    ).fetchall()
    still = db.conn.execute(f"SELECT {_COLUMNS} FROM notices WHERE ended_at IS NULL ORDER BY id")  # noqa: S608
    return [Notice(*row) for row in (*reversed(over), *still)]


def untold(db: Database, kinds: Sequence[str]) -> list[Notice]:
    """Return what is to be told: problems of these kinds, and with the kind `end` that they are over."""
    rows = db.conn.execute(
        f"SELECT {_COLUMNS} FROM notices WHERE (sent_at IS NULL AND ended_at IS NULL) "  # noqa: S608
        "OR (sent_at IS NOT NULL AND ended_at IS NOT NULL AND end_sent_at IS NULL AND ?) ORDER BY id",
        ("end" in kinds,),
    )
    return [notice for notice in (Notice(*row) for row in rows) if notice.kind in kinds]


def mark_told(db: Database, notices: Iterable[Notice], now: dt.datetime) -> None:
    """Write down that these were told."""
    with atomic(db):
        for notice in notices:
            column = "end_sent_at" if notice.ended_at else "sent_at"
            db.conn.execute(f"UPDATE notices SET {column} = ? WHERE id = ?", (timestamp(now), notice.id))  # noqa: S608
