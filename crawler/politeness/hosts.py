"""The hosts of a run: which one is paused, which one rests until a later run, and what its robots.txt allows."""

import datetime as dt
import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlite_utils import Database

from archive.hosts import HostRow, HostUnit, host_row, origin_of, rest
from archive.model import timestamp
from archive.units import Unit

logger = logging.getLogger(__name__)
# A host that has not answered in this run is given up after so many tries; one that has, after so many addresses in a
# row: a few broken pages, or a shaky line, are not a broken host.
_TRIES, _ADDRESSES = 3, 5
_SAME = dt.timedelta(minutes=1)
# A robots.txt that cannot be had is replaced by the last good one for so long.
_STALE_ROBOTS = dt.timedelta(days=30)


@dataclass(slots=True)
class Host:
    """A host in this run: what the archive knows of it, and what has happened since."""

    row: HostRow
    has_answered: bool = False
    tries: int = 0
    failed: set[str] = field(default_factory=set)
    paused_until: float = 0.0
    paused: float = 0.0
    asked: int = 0

    @property
    def is_down(self) -> bool:
        """Whether it has failed too often in a row."""
        return len(self.failed) >= _ADDRESSES or (not self.has_answered and self.tries >= _TRIES)


class Hosts:
    """The hosts that a run asks, each by scheme, name and port; what must outlive the run goes to the writer."""

    def __init__(
        self, db: Database, put: Callable[[Unit], None], now: Callable[[], dt.datetime], longest_pause: float
    ) -> None:
        self.now = now
        self._db, self._put, self._longest_pause = db, put, longest_pause
        self._known: dict[str, Host] = {}

    def of(self, url: str) -> Host:
        """Return the host of an address."""
        origin = origin_of(url)
        if origin not in self._known:
            self._known[origin] = Host(host_row(self._db, origin))
        return self._known[origin]

    def retry_at(self, url: str) -> dt.datetime | None:
        """Return until when the host of an address rests, None where it may be asked."""
        return self.of(url).row.rests_until(self.now())

    def resting(self, url: str) -> HostRow | None:
        """Return the host that rests where an address was left alone for it: its own, else one that it leads to."""
        now = self.now()
        rows = [host.row for host in (self.of(url), *self._known.values()) if host.row.rests_until(now)]
        return min(rows, key=lambda row: (row.origin != origin_of(url), row.retry_at or "")) if rows else None

    def is_spent(self, url: str, most: int) -> bool:
        """Count one request to a host; return whether it is more than a run may send, where 0 is no end."""
        host = self.of(url)
        if most and host.asked >= most:
            return True
        host.asked += 1
        return False

    def pause_left(self, url: str) -> float:
        """Return the seconds until the host of an address may be asked again in this run."""
        return max(0.0, self.of(url).paused_until - time.monotonic())

    def answered(self, url: str, *, is_robots: bool = False) -> None:
        """Note that a host answers well: it starts anew, but for a rest that began while the answer was under way."""
        host = self.of(url)
        host.has_answered = True
        host.tries, host.paused = 0, 0.0
        host.failed.clear()
        if not is_robots and (host.row.failures or host.row.retry_at) and self.retry_at(url) is None:
            self._write(host, retry_at=None, failures=0, cause=None)

    def erred(self, url: str, cause: str, *, is_silence: bool, is_again: bool = False) -> bool:
        """Note a failure of a host; return whether it now rests.

        A silent host has not answered. An address that is tried again says nothing new: broken ones gather at a run's
        end. A name that does not resolve will not do so later in the run either.
        """
        host = self.of(url)
        if not is_again:
            host.failed.add(url)
        host.tries += _TRIES if cause == "dns" else 1
        host.has_answered = host.has_answered or not is_silence
        if host.is_down and self.retry_at(url) is None:
            self.back_off(url, cause)
        return self.retry_at(url) is not None

    def pause(self, url: str, seconds: float) -> bool:
        """Pause a host; return False, and pause nothing, where that is longer than a run waits between two answers."""
        host, now = self.of(url), time.monotonic()
        added = max(0.0, now + seconds - max(host.paused_until, now))
        if host.paused + added > self._longest_pause:
            return False
        host.paused += added
        host.paused_until = max(host.paused_until, now + seconds)
        return True

    def back_off(self, url: str, cause: str, seconds: float = 0.0, *, grows: bool = True) -> None:
        """Let a host rest for so long at least; where it `grows`, the longer the more often it failed in a row."""
        host, now = self.of(url), self.now()
        resting = host.row.rests_until(now)
        failures = host.row.failures if resting else host.row.failures + 1
        jitter = random.random()  # noqa: S311 (spreads requests, hides nothing)
        until = now + max(dt.timedelta(seconds=seconds), rest(failures, jitter) if grows else dt.timedelta())
        # Answers that were under way say the same once more.
        if resting is None or until > resting + _SAME:
            self._write(host, retry_at=timestamp(until), failures=failures, cause=cause)
            logger.info("%s rests until %s (%s)", host.row.origin, host.row.retry_at, cause)

    def keep_robots(self, url: str, text: str, lifetime: dt.timedelta) -> None:
        """Keep the robots.txt that a host gave."""
        now = self.now()
        self._write(self.of(url), robots=text, robots_at=timestamp(now), robots_until=timestamp(now + lifetime))

    def robots(self, url: str) -> str | None:
        """Return a host's robots.txt while it is fresh, None where it must be asked for."""
        row = self.of(url).row
        return row.robots if row.robots_until and row.robots_until > timestamp(self.now()) else None

    def old_robots(self, url: str) -> str | None:
        """Return the last good robots.txt, which stands in for one that cannot be had."""
        row = self.of(url).row
        return row.robots if row.robots_at and row.robots_at > timestamp(self.now() - _STALE_ROBOTS) else None

    def _write(self, host: Host, **values: str | int | None) -> None:
        names = {name: getattr(host.row, name) for name in HostRow.__slots__}
        host.row = HostRow(**(names | values))
        self._put(HostUnit(host.row.origin, values))
