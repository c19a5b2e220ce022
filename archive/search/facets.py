"""What a match is made of: sites, sections, languages, sources, states, years, and articles a month."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlite_utils import Database

from archive.identity import DAY_SHIFT, first_id_of
from archive.search.counting import Total, evenly, parts_of
from archive.search.running import Run

# All hits are looked at up to EXACT; past that one in so many that about SAMPLE are, and past WIDE those of some parts.
EXACT, SAMPLE, WIDE = 20_000, 14_000, 400_000
SHOWN = 10
_FILTERS = "articles INDEXED BY articles_filters"

Ids = NDArray[np.int64]
Pairs = Counter[tuple[str, str | None]]


@dataclass(frozen=True, slots=True)
class Facets:
    """How many hits have each value, the commonest first; `sample` says of what estimates were made.

    `months` is the timeline: every month from the first to the last, exact.
    """

    values: dict[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)
    months: tuple[tuple[str, int], ...] = ()
    sample: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the facets for JSON."""
        said: dict[str, Any] = {name: dict(values) for name, values in self.values.items()}
        return said | {"months": dict(self.months), "sample": self.sample}


def facets_of(run: Run, total: Total) -> Facets:
    """Return the facets of a run that matches so many articles."""
    if run.scope.impossible:
        return Facets()
    sample: str | None
    if total.number > WIDE and len(run.cuts) > 64:
        months = _months_by_spans(run)
        rows, factor, sample = _rows_of_parts(run, total.number)
    else:
        ids = _ids(run)
        months = _months(ids)
        one_in = max(1, round(len(ids) / SAMPLE)) if len(ids) > EXACT else 1
        chosen = ids if one_in == 1 else ids[_hash(ids) % one_in == 0]
        rows, factor = _looked_up(run, chosen), len(ids) / max(1, len(chosen))
        sample = f"one hit in {one_in}" if one_in > 1 else None
    tokens: Counter[str] = Counter()
    sources: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    for (keys, source), number in rows.items():
        kinds[keys] += number
        sources[source or ""] += number
    for keys, number in kinds.items():
        for token in keys.split():
            tokens[token[1:]] += number
    values = _named(run.db, tokens) | {"source": sources, "year": _years(months)}
    factors = {"year": 1.0}
    return Facets(
        {name: _top(name, found, factors.get(name, factor)) for name, found in values.items()}, months, sample
    )


def _ids(run: Run) -> Ids:
    """Return all ids that match, as FTS5 hands them over with the least effort."""
    found = [",".join(map(str, run.guests()))]
    for low, high in run.steps():
        run.clock.check()
        source, values = run.source(low, high)
        found.append(run.db.conn.execute(f"SELECT group_concat({run.name}) FROM {source}", values).fetchone()[0])  # noqa: S608
    return np.fromstring(",".join(filter(None, found)), dtype=np.int64, sep=",")


def _hash(ids: Ids) -> Ids:
    """Return numbers that know nothing of an article's day or rank."""
    return (ids & 0xFFFFFF) * 7919 + (ids >> DAY_SHIFT) * 104729 & 0x7FFFFFFF


def _looked_up(run: Run, ids: Ids) -> Pairs:
    found: Pairs = Counter()
    for start in range(0, len(ids), 5_000):
        run.clock.check()
        listed = ",".join(map(str, ids[start : start + 5_000].tolist()))
        sql = f"SELECT articles.keys, source FROM json_each(?) CROSS JOIN {_FILTERS} ON articles.id = value"  # noqa: S608
        found.update(run.db.conn.execute(sql, (f"[{listed}]",)).fetchall())
    return found


def _rows_of_parts(run: Run, total: int) -> tuple[Pairs, float, str]:
    """Return the pairs of keys and source of the hits within equal parts of the archive, evenly spread."""
    parts = parts_of(run)
    chosen = evenly(parts, max(32, len(parts) * SAMPLE // total))
    found: Pairs = Counter()
    for low, high in chosen:
        run.clock.check()
        source, values = run.source(low, high)
        # Nearly all articles of the part match: walking all of it is quicker than looking each up.
        hits = {row[0] for row in run.db.conn.execute(f"SELECT {run.name} FROM {source}", values)}  # noqa: S608
        rows = run.db.conn.execute(f"SELECT id, keys, source FROM {_FILTERS} WHERE id >= ? AND id < ?", (low, high))  # noqa: S608
        found.update((keys, said) for article_id, keys, said in rows if article_id in hits)
    return (
        found,
        len(parts) / len(chosen),
        f"the hits within {len(chosen)} of {len(parts):,} equal parts of the archive",
    )


def _months(ids: Ids) -> tuple[tuple[str, int], ...]:
    """Return articles a month, by the day of their ids: the few whose day has moved count where they were."""
    if not len(ids):
        return ()
    days = np.sort(ids >> DAY_SHIFT)
    months = _span_of_months(dt.date.fromordinal(int(days[0])), dt.date.fromordinal(int(days[-1])))
    edges = np.searchsorted(days, [first.toordinal() for first in months] + [int(days[-1]) + 1])
    return tuple((f"{first:%Y-%m}", int(n)) for first, n in zip(months, np.diff(edges), strict=True))


def _months_by_spans(run: Run) -> tuple[tuple[str, int], ...]:
    """Return the same, counted month by month: cheaper where nearly every article matches."""
    bare = replace(run, scope=replace(run.scope, guests=()))
    first, last = run.db.conn.execute("SELECT min(id), max(id) FROM articles").fetchone()
    months = _span_of_months(dt.date.fromordinal(first >> DAY_SHIFT), dt.date.fromordinal(last >> DAY_SHIFT))
    edges = [first_id_of(month) for month in months] + [last + 1]
    numbers = []
    for low, high in pairwise(edges):
        run.clock.check()
        within = max(low, run.scope.low) < min(high, run.scope.high)
        numbers.append(bare.number(low, high) if within else 0)
    return tuple((f"{month:%Y-%m}", number) for month, number in zip(months, numbers, strict=True))


def _span_of_months(first: dt.date, last: dt.date) -> list[dt.date]:
    number = (last.year - first.year) * 12 + last.month - first.month + 1
    start = first.year * 12 + first.month - 1
    return [dt.date((start + i) // 12, (start + i) % 12 + 1, 1) for i in range(number)]


def _years(months: tuple[tuple[str, int], ...]) -> Counter[str]:
    years: Counter[str] = Counter()
    for month, number in months:
        years[month[:4]] += number
    return years


def _named(db: Database, tokens: Counter[str]) -> dict[str, Counter[str]]:
    """Return the counts of filter tokens by facet, under the names that people know."""
    sections = {f"c{row[0]}": f"{row[1]}/{row[2]}" for row in db.conn.execute("SELECT id, site_id, key FROM sections")}
    found: dict[str, Counter[str]] = {name: Counter() for name in ("site", "section", "lang", "state", "has", "is")}
    for token, number in tokens.items():
        kind, rest = token[0], token[1:]
        if kind == "c":
            found["section"][sections.get(token, token)] += number
        elif kind in "sl":
            found["site" if kind == "s" else "lang"][bytes.fromhex(rest).decode("utf-8", "replace")] += number
        elif kind == "t":
            found["state"][rest] += number
        elif kind == "h":
            found["is" if rest == "changed" else "has"][rest] += number
    return found


def _top(name: str, found: Counter[str], factor: float) -> tuple[tuple[str, int], ...]:
    if name == "year":
        return tuple(sorted(found.items()))
    return tuple((value, round(number * factor)) for value, number in found.most_common(SHOWN) if value)
