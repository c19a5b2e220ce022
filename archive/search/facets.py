"""What a match is made of: sites, sections, languages, sources, states, years, and articles a month."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlite_utils import Database

from archive.identity import DAY_SHIFT
from archive.search.counting import Total, evenly, parts_of
from archive.search.running import Run

# All hits are looked at up to EXACT; past that one in so many that about SAMPLE are, and past WIDE those of some parts.
EXACT, SAMPLE, WIDE, PLACES = 20_000, 15_000, 400_000, 160
SHOWN = 10
_TOGETHER = 4
_FILTERS = "articles INDEXED BY articles_filters"

Ids = NDArray[np.int64]
Pairs = Counter[tuple[str, str | None]]
Months = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Facets:
    """How many hits have each value, the commonest first; `sample` says of what estimates were made.

    `months` is the timeline: every month from the first to the last, exact unless `months_are_estimates`.
    """

    values: dict[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)
    months: tuple[tuple[str, int], ...] = ()
    sample: str | None = None
    months_are_estimates: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Return the facets for JSON."""
        said: dict[str, Any] = {name: dict(values) for name, values in self.values.items()}
        return said | {
            "months": dict(self.months), "sample": self.sample, "months_are_estimates": self.months_are_estimates
        }  # fmt: skip


def facets_of(run: Run, total: Total) -> Facets:
    """Return the facets of a run that matches so many articles."""
    if run.scope.impossible:
        return Facets()
    wide = total.number > WIDE and len(parts_of(run)) > 2 * PLACES and not run.scope.guests
    rows, factor, months, sample = _of_parts(run, total) if wide else _of_hits(run)
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
    shown = {name: _top(name, found, 1.0 if name == "year" else factor) for name, found in values.items()}
    return Facets(shown, months, sample, months_are_estimates=wide)


def _of_hits(run: Run) -> tuple[Pairs, float, Months, str | None]:
    """Return keys and sources of all hits or of one in so many, by how much they count, and all months."""
    ids = _ids(run)
    one_in = max(1, round(len(ids) / SAMPLE)) if len(ids) > EXACT else 1
    # Neighbours stand on one page of the index: a few together cost half.
    chosen = ids if one_in == 1 else ids[np.arange(len(ids)) // _TOGETHER % one_in == one_in // 2]
    sample = f"one hit in {one_in}" if one_in > 1 else None
    return _looked_up(run, chosen), len(ids) / max(1, len(chosen)), _months(ids), sample


def _ids(run: Run) -> Ids:
    """Return all ids that match, as FTS5 hands them over with the least effort."""
    alternatives = run.expression.alternatives if run.expression else ()
    if len(alternatives) > 1:
        # Half a dozen lists are walked and joined here in half the time that an OR takes.
        lists = [_walked(replace(run, expression=each)) for each in alternatives]
        ids = np.sort(np.concatenate(lists), kind="stable")
        ids = ids[np.diff(ids, prepend=-1) != 0] if len(ids) else ids
    else:
        ids = _walked(run)
    return np.sort(np.append(ids, guests)) if (guests := run.guests()) else ids


def _walked(run: Run) -> Ids:
    return np.concatenate([_walked_span(run, low, high) for low, high in reversed(run.steps())])


def _walked_span(run: Run, low: int, high: int) -> Ids:
    run.clock.check()
    source, values = run.source(low, high)
    (said,) = run.db.conn.execute(f"SELECT group_concat({run.name}) FROM {source}", values).fetchone()  # noqa: S608
    return np.fromstring(said, dtype=np.int64, sep=",") if said else np.array([], dtype=np.int64)


def _looked_up(run: Run, ids: Ids) -> Pairs:
    found: Pairs = Counter()
    for start in range(0, len(ids), 5_000):
        run.clock.check()
        listed = ",".join(map(str, ids[start : start + 5_000].tolist()))
        sql = f"SELECT articles.keys, source FROM json_each(?) CROSS JOIN {_FILTERS} ON articles.id = value"  # noqa: S608
        found.update(run.db.conn.execute(sql, (f"[{listed}]",)).fetchall())
    return found


def _of_parts(run: Run, total: Total) -> tuple[Pairs, float, Months, str]:
    """Return keys and sources of the hits within equal parts of the archive, and months out of more such parts."""
    parts = parts_of(run)
    places = evenly(parts, PLACES, 2)
    numbers = [run.number(low, high) for low, high in places]
    one_in = max(1, round(sum(numbers) / SAMPLE))
    ids = np.concatenate([_walked_span(run, *place) for place in places[one_in // 2 :: one_in]])
    found = _looked_up(run, ids)
    sample = f"the hits within {PLACES} places of the archive"
    return found, total.number / max(1, len(ids)), _spread(run, parts, numbers), sample


def _spread(run: Run, parts: list[tuple[int, int]], numbers: list[int]) -> Months:
    """Return articles a month out of numbers that were counted at even distances, two parts each."""
    first, last = run.db.conn.execute(
        "SELECT (SELECT min(id) FROM articles), (SELECT max(id) FROM articles)"
    ).fetchone()
    bounds = [max(first, parts[0][0]), *(high for _, high in parts[:-1]), min(last + 1, parts[-1][1])]
    each = np.array(numbers)[np.arange(len(parts)) * len(numbers) // len(parts)] / 2
    days = np.array(bounds) / (1 << DAY_SHIFT)
    months = _span_of_months(dt.date.fromordinal(int(days[0])), dt.date.fromordinal(int(days[-1])))
    edges = [float(month.toordinal()) for month in months[1:]]
    reached = np.interp([days[0], *edges, days[-1]], days, np.concatenate(([0.0], np.cumsum(each))))
    return tuple((f"{month:%Y-%m}", round(number)) for month, number in zip(months, np.diff(reached), strict=True))


def _months(ids: Ids) -> Months:
    """Return articles a month, by the day of their ids: the few whose day has moved count where they were."""
    if not len(ids):
        return ()
    days = ids >> DAY_SHIFT
    months = _span_of_months(dt.date.fromordinal(int(days[0])), dt.date.fromordinal(int(days[-1])))
    edges = np.searchsorted(days, [first.toordinal() for first in months] + [int(days[-1]) + 1])
    return tuple((f"{first:%Y-%m}", int(n)) for first, n in zip(months, np.diff(edges), strict=True))


def _span_of_months(first: dt.date, last: dt.date) -> list[dt.date]:
    number = (last.year - first.year) * 12 + last.month - first.month + 1
    start = first.year * 12 + first.month - 1
    return [dt.date((start + i) // 12, (start + i) % 12 + 1, 1) for i in range(number)]


def _years(months: Months) -> Counter[str]:
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
