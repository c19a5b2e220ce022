"""Which of some articles a query selects: for what looks at new articles alone, not at all that match."""

import json
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import chain

from sqlite_utils import Database

from archive.search.asking import BUDGET, Filters, _Asking
from archive.search.running import Clock, OutOfTimeError, Run, Scope

# So many ids are looked for at once, between the least and the greatest of them. A look-up of each by itself was
# measured at 29 s for 500 ids and a phrase of two very common words in a million articles, this at 0.1 s.
_AT_ONCE = 500


def among(db: Database, text: str, filters: Filters, ids: Sequence[int]) -> set[int]:
    """Return which of these articles match, in any form of the words. It takes what it takes.

    Raises NotFoundError for a site or section that the archive does not have.
    """
    run = _Asking(db, text, filters, Clock(None), shorten=False).run(widen=True)
    return set(_matching(run, _within(run.scope, ids))) if run else set()


def newest(db: Database, text: str, filters: Filters, recent: Sequence[int], limit: int) -> list[int]:
    """Return which of `recent` match, and the newest others that do, as far as a second reaches."""
    asking = _Asking(db, text, filters, Clock(BUDGET * 0.85))
    found: dict[int, None] = {}
    # What was found when the time is over is the answer.
    with suppress(OutOfTimeError), asking.clock.watching(db):
        run = asking.run(widen=True)
        if run is not None:
            for article_id in chain(run.newest(limit), _matching(run, _within(run.scope, recent))):
                found[article_id] = None
    return [*found]


def _within(scope: Scope, ids: Sequence[int]) -> list[int]:
    """Return the ids that the days of a scope leave over, in order."""
    if scope.impossible:
        return []
    strangers, guests = {*scope.strangers}, {*scope.guests}
    return sorted(
        {each for each in ids if each in guests or (scope.low <= each < scope.high and each not in strangers)}
    )


def _matching(run: Run, ids: Sequence[int]) -> Iterator[int]:
    """Yield which of these ids, in order, match; none of the steps takes long."""
    plain = replace(run, scope=Scope(updated=run.scope.updated))
    for low, high in plain.steps():
        within = ids[bisect_left(ids, low) : bisect_left(ids, high)]
        for start in range(0, len(within), _AT_ONCE):
            if run.clock.stop():
                return
            some = within[start : start + _AT_ONCE]
            source, values = plain.source(some[0], some[-1] + 1)
            sql = f"SELECT {plain.name} FROM {source} AND +{plain.name} IN (SELECT value FROM json_each(?))"  # noqa: S608
            yield from (row[0] for row in plain.db.conn.execute(sql, (*values, json.dumps(some))).fetchall())
