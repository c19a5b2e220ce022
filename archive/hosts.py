"""Hosts: the robots.txt that each one gave, and until when one that asked for rest, or failed, is left alone."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from sqlite_utils import Database

from archive.identity import normalise
from archive.model import timestamp, utc_now
from archive.units import Desk

_FIRST_REST = dt.timedelta(minutes=10)
_LONGEST_REST = dt.timedelta(days=1)
_GROWTH = 3


@dataclass(frozen=True, slots=True)
class HostRow:
    """What the archive knows of a host (scheme, name and port); `robots` is its last good robots.txt."""

    origin: str
    robots: str | None = None
    robots_at: str | None = None
    robots_until: str | None = None
    retry_at: str | None = None
    failures: int = 0
    cause: str | None = None

    def rests_until(self, now: dt.datetime) -> dt.datetime | None:
        """Return until when the host is left alone, None where it may be asked.

        A rest that would last longer than any was written before somebody set the clock back.
        """
        until = dt.datetime.fromisoformat(self.retry_at) if self.retry_at else None
        return until if until and now < until <= now + 2 * _LONGEST_REST else None


_COLUMNS = "origin, robots, robots_at, robots_until, retry_at, failures, cause"


def origin_of(url: str) -> str:
    """Return scheme, host and port of a web address, as `hosts` names them; raises ValueError where it is none."""
    parts = urlsplit(url)
    return _origin(parts.scheme, parts.netloc)


@lru_cache(maxsize=1024)
def _origin(scheme: str, netloc: str) -> str:
    return normalise(f"{scheme}://{netloc}/").removesuffix("/")


def host_row(db: Database, origin: str) -> HostRow:
    """Return what is known of a host."""
    row = db.conn.execute(f"SELECT {_COLUMNS} FROM hosts WHERE origin = ?", (origin,)).fetchone()  # noqa: S608
    return HostRow(*row) if row else HostRow(origin)


def retry_at(db: Database, url: str, now: dt.datetime | None = None) -> dt.datetime | None:
    """Return when the host of an address may be asked again, None where that is now."""
    return host_row(db, origin_of(url)).rests_until(now or utc_now())


def resting(db: Database, now: dt.datetime | None = None) -> list[HostRow]:
    """Return the hosts that are left alone at present, the first to be asked again first."""
    rows = db.conn.execute(
        f"SELECT {_COLUMNS} FROM hosts WHERE retry_at > ? ORDER BY retry_at",  # noqa: S608
        (timestamp(now or utc_now()),),
    )
    return [HostRow(*row) for row in rows.fetchall()]


def forgive(db: Database, origins: Iterable[str]) -> None:
    """Let hosts be asked at once; runs inside the caller's transaction."""
    known = [(origin,) for origin in origins]
    db.conn.executemany("UPDATE hosts SET retry_at = NULL, failures = 0, cause = NULL WHERE origin = ?", known)


def rest(failures: int, jitter: float) -> dt.timedelta:
    """Return how long a host is left alone that failed in so many runs in a row; `jitter` is between 0 and 1."""
    distance = _FIRST_REST * float(_GROWTH ** min(failures - 1, 8)) * (0.75 + jitter / 2)
    return min(distance, _LONGEST_REST)


def write_host(db: Database, origin: str, values: Mapping[str, str | int | None]) -> None:
    """Write some columns of a host's row; runs inside the caller's transaction."""
    names = ", ".join(values)
    marks = ", ".join("?" for _ in values)
    updates = ", ".join(f"{name} = excluded.{name}" for name in values)
    db.conn.execute(
        f"INSERT INTO hosts(origin, {names}) VALUES (?, {marks}) ON CONFLICT(origin) DO UPDATE SET {updates}",  # noqa: S608
        (origin, *values.values()),
    )


@dataclass(frozen=True, slots=True)
class HostUnit:
    """What a run learned of a host: only these columns are written, for other runs may ask the same host."""

    origin: str
    values: Mapping[str, str | int | None]

    @property
    def weight(self) -> int:
        """Bytes of the robots.txt."""
        return 200 + len(str(self.values.get("robots") or ""))

    def write_files(self, desk: Desk) -> None:
        """Write nothing."""

    def write_rows(self, desk: Desk) -> None:
        """Write the columns."""
        write_host(desk.db, self.origin, self.values)


@dataclass(frozen=True, slots=True)
class PostponedUnit:
    """An address whose host is left alone: it stays owed, with its state, and is due when the host is asked again."""

    url: str
    cause: str
    due_at: str
    weight: int = 200

    def write_files(self, desk: Desk) -> None:
        """Write nothing."""

    def write_rows(self, desk: Desk) -> None:
        """Write the ledger's mark."""
        desk.db.conn.execute(
            "UPDATE urls SET due_at = ?, cause = ? WHERE site_id = ? AND url = ?",
            (self.due_at, self.cause, desk.site_id, self.url),
        )
