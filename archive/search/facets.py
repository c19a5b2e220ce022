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

# All hits are looked at up to EXACT; past that one in so many that about SAMPLE are, and past WIDE out of some parts,
# as where more postings than COSTLY would be walked to find them all; of few hits, more than COSTLIEST.
EXACT, SAMPLE, WIDE, COSTLY, COSTLIEST = 20_000, 16_000, 250_000, 800_000, 3_000_000
# So many parts where one list is walked, fewer for more: to begin in the middle of a list costs as much as 800 hits.
PLACES, _FEWEST, _BEGUN = 160, 24, 480
# Where every article is meant, rows are walked instead: as if they were so many lists.
_ROWS = 8
SHOWN = 10
_TOGETHER = 4
# Between the values of one article, and between articles: signs that no text should have.
_WITHIN, _BETWEEN = "\x1f", "\x1e"
_FILTERS = "articles INDEXED BY articles_filters"

Ids = NDArray[np.int64]
Pairs = Counter[str]
Months = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Facets:
    """How many hits have each value, the commonest first; `sample` says of what estimates were made.

    `months` is the timeline: every month from the first to the last, exact unless `months_are_estimates`. `total` is
    how many hits there are, known better by now than a count for itself tells.
    """

    values: dict[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)
    months: tuple[tuple[str, int], ...] = ()
    sample: str | None = None
    months_are_estimates: bool = False
    total: Total | None = None

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
    cost = run.expression.cost if run.expression else 0
    many = total.number > WIDE or cost > (COSTLY if total.number > EXACT else COSTLIEST)
    wide = many and len(parts_of(run)) > 4 * _FEWEST and not run.scope.guests
    rows, total, months, sample = _of_parts(run, total) if wide else _of_hits(run)
    factor = total.number / max(1, rows.total())
    tokens: Counter[str] = Counter()
    sources: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    for row, number in rows.items():
        keys, _, source = row.partition(_WITHIN)
        kinds[keys] += number
        sources[source] += number
    for keys, number in kinds.items():
        for token in keys.split():
            tokens[token[1:]] += number
    values = _named(run.db, tokens) | {"source": sources, "year": _years(months)}
    shown = {name: _top(name, found, 1.0 if name == "year" else factor) for name, found in values.items()}
    return Facets(shown, months, sample, wide, total)


def _of_hits(run: Run) -> tuple[Pairs, Total, Months, str | None]:
    """Return keys and sources of all hits or of one in so many, the number of all, and all months."""
    ids = _ids(run)
    chosen = _sampled(ids) if len(ids) > EXACT else ids
    one_in = max(1, round(len(ids) / max(1, len(chosen))))
    sample = f"one hit in {one_in}" if one_in > 1 else None
    return _looked_up(run, chosen), Total(len(ids)), _months(ids), sample


def _sampled(ids: Ids) -> Ids:
    """Return about SAMPLE of the ids; neighbours stand on one page of the index, so that a few together cost half."""
    one_in = max(1, round(len(ids) / SAMPLE))
    chosen: Ids = ids[np.arange(len(ids)) // _TOGETHER % one_in == one_in // 2]
    return chosen


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
    """Return keys and sources; as one text they come in two thirds of the time that rows take."""
    found: Pairs = Counter()
    sql = (
        f"SELECT group_concat(articles.keys || '{_WITHIN}' || ifnull(source, ''), '{_BETWEEN}') "  # noqa: S608
        f"FROM json_each(?) CROSS JOIN {_FILTERS} ON articles.id = value"
    )
    for start in range(0, len(ids), 5_000):
        run.clock.check()
        listed = ",".join(map(str, ids[start : start + 5_000].tolist()))
        (said,) = run.db.conn.execute(sql, (f"[{listed}]",)).fetchone()
        found.update(said.split(_BETWEEN) if said else ())
    return found


def _of_parts(run: Run, total: Total) -> tuple[Pairs, Total, Months, str]:
    """Return keys and sources of hits within equal parts of the archive, their number and months out of these."""
    parts = parts_of(run)
    lists, cost = (run.expression.lists, run.expression.cost) if run.expression else (_ROWS, 0)
    affordable = int(len(parts) * COSTLY / (2 * max(1, cost)))
    number = max(_FEWEST, min(PLACES, _BEGUN // max(1, lists), len(parts) // 4, affordable))
    places = [_walked_span(run, *place) for place in evenly(parts, number, 2)]
    ids = np.concatenate(places)
    sample = f"the hits within {len(places)} places of the archive"
    if not total.is_exact:
        total = Total(round(len(ids) * len(parts) / (2 * number)), f"counted in {sample}")
    return _looked_up(run, _sampled(ids)), total, _spread(run, parts, [*map(len, places)]), sample


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
