"""Which articles come first: FTS5's bm25 over title, captions and text, the fresher a little sooner.

bm25 costs a microsecond a hit, and for each word a walk over all its articles before the first. Where a match is too
large for that, the newest of it and those with the words in their titles stand in for all; where even the walk is, they
are scored here, by the same formula.
"""

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from sqlite_utils import Database

from archive.folding import fold, is_unspaced
from archive.identity import DAY_SHIFT
from archive.search.marking import occurrences
from archive.search.matching import Expression, Part
from archive.search.running import Run

COLUMNS = ("body", "title", "captions", "source", "byline", "search_extra", "keys")
WEIGHTS = (1.0, 6.0, 3.0, 1.0, 2.0, 1.0, 0.0)
BM25 = f"bm25(articles_fts, {', '.join(map(str, WEIGHTS))})"
# So many hits are all scored; of more, so many of the newest; so many postings may be walked for the weight of words.
FULL, NEWEST, TITLED, WALKED, TITLES_WALKED = 8_000, 2_000, 400, 300_000, 250_000
PHRASES_WALKED = 800_000
_NEWEST_READ, _TITLED_READ = 1_200, 150
# Of articles that are scored here so many are read closely: those that a look at their text alone puts first.
_CLOSELY = 60
# Above so many postings it is worth a look whether a span of days holds so few that they are read at once.
_WORTH_A_LOOK = 40_000
# An article of today counts a tenth more than a very old one, one of last year a twentieth.
_FRESH, _YEAR = 0.1, 365.0
_K1, _B, _LEAST = 1.2, 0.75, 1e-6
# Letters of a usual article, where a guess is enough.
_USUAL = 3_000

Scored = tuple[int, float]


@dataclass(frozen=True, slots=True)
class Ranked:
    """The best hits; `among` is how many were looked at, None where that was all of them."""

    hits: tuple[Scored, ...]
    among: int | None = None


def rank(run: Run, limit: int, titled: Callable[[], Expression | None]) -> Ranked:
    """Return the best hits of a run; `titled` gives the expression of those with the words in their titles."""
    expression = run.expression
    if expression is None:
        return Ranked(tuple((article_id, 0.0) for article_id in run.newest(limit)))
    walked = sum(part.cost for part in expression.parts)
    # Of phrases there is more to gain: how often one stands in an article tells more than its place in a title.
    fits = walked <= (WALKED if all(len(part.tokens) == 1 for part in expression.parts) else PHRASES_WALKED)
    if not run.scope.is_all and walked > _WORTH_A_LOOK and len(few := run.newest(_CLOSELY + 1)) <= _CLOSELY:
        return Ranked(_scored_here(run, few, limit))
    if fits and (expression.docs <= FULL or _is_small(run)):
        return Ranked(_scored_by_sqlite(run, None, limit))
    newest = run.newest(NEWEST if fits else _NEWEST_READ)
    if len(newest) < (NEWEST if fits else _NEWEST_READ):
        # So few are read sooner than SQLite walks all postings twice more.
        return Ranked(_scored(run, newest, limit, fits and len(newest) > 2 * _CLOSELY))
    extra = titled()
    best = _affordable(replace(run, expression=extra)).newest(TITLED if fits else _TITLED_READ) if extra else []
    chosen = sorted({*newest, *best}, reverse=True)
    return Ranked(_scored(run, chosen, limit, fits), len(newest))


def _affordable(run: Run) -> Run:
    """Return the run over as much of the newest as may be walked for titles."""
    cost = run.expression.cost if run.expression else 0
    within = [cut for cut in run.cuts if run.scope.low < cut < run.scope.high]
    if cost <= TITLES_WALKED or not within:
        return run
    return replace(run, scope=replace(run.scope, low=within[int(len(within) * (1 - TITLES_WALKED / cost))], guests=()))


def _is_small(run: Run) -> bool:
    """Return whether a scope holds so few hits that all can be scored."""
    if run.scope.is_all or len(run.cuts) < 2:
        return False
    within = sum(run.scope.low <= cut < run.scope.high for cut in run.cuts) + 1
    return (run.expression.docs if run.expression else 0) * within / len(run.cuts) <= FULL / 2


def _scored(run: Run, ids: Sequence[int], limit: int, by_sqlite: bool) -> tuple[Scored, ...]:
    return _scored_by_sqlite(run, ids, limit) if by_sqlite and ids else _scored_here(run, ids, limit)


def _scored_by_sqlite(run: Run, ids: Sequence[int] | None, limit: int) -> tuple[Scored, ...]:
    """Return the best of these ids, of all where none are named."""
    source, values = run.source(min(ids) if ids else run.scope.low, run.scope.high)
    if ids is not None:
        source += " AND +articles_fts.rowid IN (SELECT value FROM json_each(?))"
        values.append(json.dumps(list(ids)))
    fresh = f"(1.0 + {_FRESH} / (1.0 + max(0, ? - (articles_fts.rowid >> {DAY_SHIFT})) / {_YEAR}))"
    sql = f"SELECT articles_fts.rowid, {BM25} * {fresh} AS score FROM {source} ORDER BY score LIMIT ?"  # noqa: S608
    today = _newest_day(run.db)
    rows = run.db.conn.execute(sql, (today, *values, limit)).fetchall()
    guests = [article_id for article_id in run.guests() if ids is None]
    if guests:
        rows += _scored_here(run, guests, limit)
    return tuple(sorted(((int(row[0]), float(row[1])) for row in rows), key=lambda hit: (hit[1], -hit[0]))[:limit])


def _scored_here(run: Run, ids: Sequence[int], limit: int) -> tuple[Scored, ...]:
    statistics = Statistics(run.db)
    parts = run.expression.parts if run.expression else []
    if len(ids) > 2 * _CLOSELY:
        ids = _promising(run.db, ids, parts)[: max(limit, _CLOSELY)]
    today = _newest_day(run.db)
    found = []
    for article_id, texts in _texts(run.db, ids):
        age = max(0, today - (article_id >> DAY_SHIFT))
        fresh = 1.0 + _FRESH / (1.0 + age / _YEAR)
        found.append((article_id, statistics.score(article_id, texts, parts) * fresh))
    return tuple(sorted(found, key=lambda hit: (hit[1], -hit[0]))[:limit])


def _promising(db: Database, ids: Sequence[int], parts: Sequence[Part]) -> list[int]:
    """Return the ids, first those whose title and text say the words most often for their length, at a glance."""
    sought = [("" if is_unspaced(part.tokens[0]) else " ").join(part.tokens) for part in parts]
    rows = db.conn.execute(
        "SELECT id, title, body FROM articles WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(list(ids)),)
    )
    weighed = []
    for article_id, title, body in rows:
        text, head = body.lower(), (title or "").lower()
        said = sum(min(text.count(words) + 6 * head.count(words), 30) for words in sought)
        weighed.append((said / (said + _K1 * (1 - _B + _B * len(body) / _USUAL)), article_id))
    return [article_id for _, article_id in sorted(weighed, reverse=True)]


def _texts(db: Database, ids: Sequence[int]) -> list[tuple[int, tuple[str, ...]]]:
    rows = db.conn.execute(
        "SELECT id, body, title, captions, source, byline FROM articles WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(ids)),),
    )
    return [(row[0], tuple(fold(text or "") for text in row[1:])) for row in rows]


class Statistics:
    """What bm25 needs of the whole index: how many articles, how long one is on average, how long each is."""

    def __init__(self, db: Database) -> None:
        self._db = db

    @cached_property
    def _averages(self) -> list[int]:
        row = self._db.conn.execute("SELECT block FROM articles_fts_data WHERE id = 1").fetchone()
        return _varints(row[0]) if row else []

    def score(self, article_id: int, texts: Sequence[str], parts: Sequence[Part]) -> float:
        """Return what FTS5's bm25 gives an article (fts5Bm25Function in fts5_aux.c), the less the better."""
        row = self._db.conn.execute("SELECT sz FROM articles_fts_docsize WHERE id = ?", (article_id,)).fetchone()
        number, *totals = self._averages or [1, 1]
        long = sum(_varints(row[0])) / max(1.0, sum(totals) / max(1, number)) if row else 1.0
        score = 0.0
        for part in parts:
            weight = sum(worth * occurrences(part, text) for worth, text in zip(WEIGHTS, texts, strict=False) if text)
            idf = (
                max(_LEAST, math.log((number - part.docs + 0.5) / (part.docs + 0.5))) if part.docs < number else _LEAST
            )
            score += idf * weight * (_K1 + 1) / (weight + _K1 * (1 - _B + _B * long))
        return -score


def _varints(block: bytes) -> list[int]:
    """Return the numbers of a block of SQLite's varints (https://sqlite.org/fileformat2.html#varint)."""
    found, value = [], 0
    for byte in block:
        value = (value << 7) | (byte & 0x7F)
        if byte < 0x80:
            found.append(value)
            value = 0
    return found


def _newest_day(db: Database) -> int:
    (newest,) = db.conn.execute("SELECT max(id) FROM articles").fetchone()
    return int(newest or 0) >> DAY_SHIFT
