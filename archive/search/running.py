"""Running a match: over spans of ids, newest first, within a budget of time that no query passes."""

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from sqlite_utils import Database

from archive.identity import DAY_SHIFT, first_id_of
from archive.search.matching import Expression
from archive.search.query import Days

# SQLite asks this often whether to go on; FTS5 by itself never asks, so that no single step may be long.
_STEPS = 2_000
# Postings that one step may walk: some 30 ms.
STEP_COST = 400_000
_END = 1 << 62
_MOVED = "(day IS NULL OR CAST(julianday(day) - 1721424.5 AS INTEGER) <> (id >> 24))"


class OutOfTimeError(Exception):
    """The budget of a query is spent."""


@dataclass(slots=True)
class Clock:
    """The budget of one query, in seconds; None is without end."""

    budget: float | None
    begun: float = field(default_factory=time.monotonic)
    stopped: bool = False
    # Whether SQLite asks this clock, or somebody else's.
    is_asked: bool = True

    @property
    def is_over(self) -> bool:
        """Whether the budget is spent."""
        return self.budget is not None and time.monotonic() - self.begun > self.budget

    def stop(self) -> bool:
        """Return whether to stop because the budget is spent; it is remembered."""
        self.stopped = self.stopped or self.is_over
        return self.stopped

    def check(self) -> None:
        """Raise OutOfTimeError where the budget is spent."""
        if self.stop():
            raise OutOfTimeError

    @contextmanager
    def watching(self, db: Database) -> Iterator[None]:
        """Let SQLite stop by itself when the budget is spent; raises OutOfTimeError then."""
        if self.is_asked and self.budget is not None:
            db.conn.set_progress_handler(lambda: self.is_over, _STEPS)
        try:
            yield
        except sqlite3.OperationalError as error:
            if "interrupted" in str(error):
                raise OutOfTimeError from error
            raise
        finally:
            if self.is_asked:
                db.conn.set_progress_handler(None, 0)


@dataclass(frozen=True, slots=True)
class Scope:
    """Which articles a match may have beside its words: spans of ids, days that left their ids, a span of `updated`."""

    low: int = 0
    high: int = _END
    # Articles of these ids lie within, but their day does not; those of the second lie outside, and their day does.
    strangers: tuple[int, ...] = ()
    guests: tuple[int, ...] = ()
    updated: tuple[str, str] | None = None
    impossible: bool = False

    @property
    def is_all(self) -> bool:
        """Whether nothing is narrowed."""
        return self.low == 0 and self.high == _END and self.updated is None and not self.impossible


def scope_of(db: Database, days: Sequence[Days]) -> Scope:
    """Return the scope of dates: of `day` a span of ids, exact through the few articles whose day left their id's."""
    printed = [each for each in days if each.column == "day"]
    changed = [each for each in days if each.column == "updated"]
    updated = None
    if changed:
        updated = (max(each.since for each in changed).isoformat(), min(each.until for each in changed).isoformat())
    if not printed:
        return Scope(updated=updated, impossible=bool(updated and updated[0] > updated[1]))
    since, until = max(each.since for each in printed), min(each.until for each in printed)
    if since > until or (updated and updated[0] > updated[1]):
        return Scope(impossible=True)
    low, high = first_id_of(since), first_id_of(until) + (1 << DAY_SHIFT)
    sql = f"SELECT id FROM articles INDEXED BY articles_moved_day WHERE {_MOVED} AND "  # noqa: S608 (our own words)
    said = (since.isoformat(), until.isoformat())
    strangers = db.conn.execute(f"{sql} id >= ? AND id < ? AND NOT ifnull(day BETWEEN ? AND ?, 0)", (low, high, *said))
    guests = db.conn.execute(f"{sql} NOT (id >= ? AND id < ?) AND day BETWEEN ? AND ?", (low, high, *said))
    return Scope(low, high, tuple(row[0] for row in strangers), tuple(row[0] for row in guests), updated)


@dataclass(frozen=True, slots=True)
class Run:
    """One expression in one scope, ready to be asked of the index; an expression of None is every article."""

    db: Database
    expression: Expression | None
    scope: Scope
    clock: Clock
    # Ids that cut the archive into equal parts, so that a long match is walked in steps.
    cuts: tuple[int, ...] = ()

    def source(self, low: int, high: int) -> tuple[str, list[Any]]:
        """Return FROM and WHERE of the matches among these ids, guests of the scope left out."""
        low, high = max(low, self.scope.low), min(high, self.scope.high)
        values: list[Any] = []
        if self.expression is None:
            # What is withdrawn has no keys, and is in the index no more.
            sql = "articles INDEXED BY articles_filters WHERE keys <> ''"
        else:
            sql, values = "articles_fts WHERE articles_fts MATCH ?", [self.expression.sql]
        # A bound costs half as much again as the walk itself.
        for sign, bound, is_one in ((">=", low, low > 0), ("<", high, high < _END)):
            if is_one:
                sql += f" AND {self.name} {sign} ?"
                values.append(bound)
        if self.scope.strangers:
            sql += f" AND {self.name} NOT IN (SELECT value FROM json_each(?))"  # noqa: S608
            values.append(_listed(self.scope.strangers))
        return self._updated(sql, values)

    def _updated(self, sql: str, values: list[Any]) -> tuple[str, list[Any]]:
        if self.scope.updated is None:
            return sql, values
        known = (
            f"SELECT 1 FROM articles known INDEXED BY articles_filters WHERE known.id = {self.name} "  # noqa: S608
            "AND substr(known.updated, 1, 10) BETWEEN ? AND ?"
        )
        return f"{sql} AND EXISTS ({known})", [*values, *self.scope.updated]

    @property
    def name(self) -> str:
        """How the id is called in `source`."""
        return "articles.id" if self.expression is None else "articles_fts.rowid"

    def steps(self) -> list[tuple[int, int]]:
        """Return spans of ids, newest first, none of which takes long."""
        low, high = self.scope.low, self.scope.high
        within = [cut for cut in self.cuts if low < cut < high]
        share = (len(within) + 1) / (len(self.cuts) + 1)
        cost = (self.expression.cost if self.expression else 0) * share
        number = min(len(within) + 1, 1 + int(cost // STEP_COST))
        bounds = [within[len(within) * i // number] for i in range(1, number)] if number > 1 else []
        edges = [low, *bounds, high]
        return [(edges[i], edges[i + 1]) for i in range(len(edges) - 2, -1, -1)]

    def guests(self) -> list[int]:
        """Return which guests of the scope match, newest first."""
        if not self.scope.guests:
            return []
        everywhere = replace(self, scope=Scope(updated=self.scope.updated))
        source, values = everywhere.source(0, _END)
        sql = f"SELECT {self.name} FROM {source} AND +{self.name} IN (SELECT value FROM json_each(?))"  # noqa: S608
        rows = self.db.conn.execute(sql, (*values, _listed(self.scope.guests)))
        return sorted((row[0] for row in rows), reverse=True)

    def newest(self, limit: int) -> list[int]:
        """Return the newest ids that match."""
        if self.scope.impossible:
            return []
        found = self.guests()
        for low, high in self.steps():
            if self.clock.stop():
                break
            source, values = self.source(low, high)
            sql = f"SELECT {self.name} FROM {source} ORDER BY {self.name} DESC LIMIT ?"  # noqa: S608
            found += [row[0] for row in self.db.conn.execute(sql, (*values, limit))]
            if len(found) - len(self.scope.guests) >= limit:
                break
        return sorted(found, reverse=True)[:limit]

    def every(self) -> Iterator[int]:
        """Yield all ids that match, oldest first."""
        if self.scope.impossible:
            return
        guests = self.guests()
        for low, high in reversed(self.steps()):
            source, values = self.source(low, high)
            rows = self.db.conn.execute(f"SELECT {self.name} FROM {source} ORDER BY {self.name}", values)  # noqa: S608
            yield from (row[0] for row in rows)
        yield from guests

    def number(self, low: int | None = None, high: int | None = None) -> int:
        """Return how many match, guests among them unless it is asked for a span of ids."""
        if self.scope.impossible:
            return 0
        whole = low is None or high is None
        total = len(self.guests()) if whole else 0
        for begin, end in self.steps() if low is None or high is None else [(low, high)]:
            self.clock.check()
            source, values = self.source(begin, end)
            total += self.db.conn.execute(f"SELECT count(*) FROM {source}", values).fetchone()[0]  # noqa: S608
        return total


def _listed(ids: Sequence[int]) -> str:
    return f"[{','.join(map(str, ids))}]"
