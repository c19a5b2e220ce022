"""Finding the articles that share another's telling words, within a tenth of a second."""

import json
from collections import Counter, defaultdict
from dataclasses import asdict, dataclass, replace
from itertools import islice
from typing import Any

from sqlite_utils import Database

from archive.reader import current_text, find_article
from archive.search.running import Clock, OutOfTimeError
from archive.search.vocabulary import Vocabulary
from archive.similar.terms import Term, idf, quoted, terms_of

# So many terms are asked for; together they may walk so many postings, a phrase's at eight times the price.
_TERMS, _WALKED, _PHRASE = 20, 120_000, 8
# Of the terms that stand in the text most often so many are weighed; so many of the likeliest articles are read.
_WEIGHED, _READ = 160, 40
_COUNTED = 20_000
_BUDGET = 0.5
_LEAST = 0.1
_K1 = 1.2


@dataclass(frozen=True, slots=True)
class Similar:
    """An article like another: how much of what is telling they share (0 to 1), and by which words."""

    id: int
    key: str
    site: str
    url: str
    title: str | None
    day: str | None
    score: float
    words: tuple[str, ...]
    # Whether it tells the same story: the same text at another address, a reprint, a translation.
    is_family: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return asdict(self)


def similar(db: Database, reference: str, *, limit: int = 10) -> list[Similar]:
    """Return the articles most like the one that an id, a key or a URL names, itself left out; raises NotFoundError."""
    article_id = find_article(db, reference)
    terms = terms_of(*current_text(db, article_id))
    clock = Clock(_BUDGET)
    weights: dict[Term, float] = {}
    shared: dict[int, float] = {}
    try:
        with clock.watching(db):
            weights = _telling(db, terms, clock)
            shared = _sharing(db, weights, clock)
    except OutOfTimeError:
        # What was found by then is all that is compared.
        clock.stopped = True
    shared.pop(article_id, None)
    family = _family(db, article_id)
    return [replace(each, is_family=each.id in family) for each in _compared(db, terms, weights, shared)[:limit]]


def _family(db: Database, article_id: int) -> set[int]:
    rows = db.conn.execute(
        "SELECT other.article_id FROM family_members own JOIN family_members other USING (family_id) "
        "WHERE own.article_id = ?",
        (article_id,),
    )
    return {row[0] for row in rows}


def _telling(db: Database, terms: Counter[Term], clock: Clock) -> dict[Term, float]:
    """Return the terms that say most of what an article is about, and how telling each is by itself."""
    vocabulary = Vocabulary(db)
    counted = vocabulary.counted
    articles = counted.articles if counted else int(db.conn.execute("SELECT count(*) FROM articles").fetchone()[0])
    weighed = []
    for term, number in terms.most_common(_WEIGHED):
        clock.check()
        docs = min(max(1, _docs(db, vocabulary, word)) for word in term)
        weight = idf(articles, docs)
        if weight > 0:
            weighed.append((_saturated(number) * weight, term, weight, docs))
    chosen: dict[Term, float] = {}
    left = _WALKED
    for _, term, weight, docs in sorted(weighed, key=lambda item: (-item[0], item[1])):
        cost = docs * (_PHRASE if len(term) > 1 else 1)
        if cost <= left and len(chosen) < _TERMS:
            chosen[term] = weight
            left -= cost
    return chosen


def _docs(db: Database, vocabulary: Vocabulary, word: str) -> int:
    """Return in how many articles a word stands; where the words were never counted, up to a bound."""
    docs = vocabulary.docs(word)
    if docs is not None:
        return docs
    sql = "SELECT count(*) FROM (SELECT 1 FROM articles_fts WHERE articles_fts MATCH ? LIMIT ?)"
    return int(db.conn.execute(sql, (quoted((word,)), _COUNTED)).fetchone()[0])


def _sharing(db: Database, weights: dict[Term, float], clock: Clock) -> dict[int, float]:
    """Return the articles that have any of the terms, by what these weigh together."""
    found: defaultdict[int, float] = defaultdict(float)
    for term, weight in weights.items():
        if clock.stop():
            break
        rows = db.conn.execute("SELECT rowid FROM articles_fts WHERE articles_fts MATCH ?", (quoted(term),)).fetchall()
        for (article_id,) in rows:
            found[article_id] += weight
    return found


def _compared(
    db: Database, terms: Counter[Term], weights: dict[Term, float], shared: dict[int, float]
) -> list[Similar]:
    """Return the likeliest articles, read and compared, the most alike first."""
    most = _likeness(terms, terms, weights)
    if not most:
        return []
    likeliest = sorted(shared, key=lambda each: (-shared[each], -each))[:_READ]
    rows = db.conn.execute(
        "SELECT id, key, site_id, url, title, day, body FROM articles "
        "WHERE id IN (SELECT value FROM json_each(?)) AND state <> 'withdrawn'",
        (json.dumps(likeliest),),
    ).fetchall()
    found = []
    for number, key, site, url, title, day, body in rows:
        own = terms_of(title, body)
        score = round(min(1.0, _likeness(terms, own, weights) / most), 3)
        if score >= _LEAST:
            words = islice((_word(term) for term in weights if term in own), 8)
            found.append(Similar(number, key, site, url, title, day, score, tuple(words)))
    return sorted(found, key=lambda each: (-each.score, -each.id))


def _likeness(one: Counter[Term], other: Counter[Term], weights: dict[Term, float]) -> float:
    long = max(1.0, other.total() / max(1, one.total()))
    return sum(
        weight * _saturated(one[term]) * weight * (other[term] / (other[term] + _K1 * long) if other[term] else 0)
        for term, weight in weights.items()
    )


def _saturated(number: int) -> float:
    return number * (_K1 + 1) / (number + _K1)


def _word(term: Term) -> str:
    return "".join(term)
