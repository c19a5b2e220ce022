"""Asking the archive: a text and filters in, an answer out."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Any as Anything
from typing import Literal

from sqlite_utils import Database

from archive.folding import indexed, words_of
from archive.reindex import is_waiting
from archive.search.counting import Total, count_run
from archive.search.facets import Facets, facets_of
from archive.search.filtering import known_states, section_tokens, site_tokens, tokens_of
from archive.search.language import parse
from archive.search.marking import MARK_END, MARK_START, snippet
from archive.search.matching import NOTHING, Expression, Matcher, Part
from archive.search.query import All, Any, Days, Key, Near, Node, Not, Phrase, Problem, Query, Word
from archive.search.ranking import rank
from archive.search.running import Clock, OutOfTimeError, Run, Scope, scope_of
from archive.search.vocabulary import Vocabulary

Sort = Literal["relevance", "newest"]
BUDGET = 1.0
# Of the budget a part is left to the step that runs into its end: FTS5 cannot be stopped within one.
_SPENT = 0.6


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows a search: a site, a section's key, days from and to (both inclusive)."""

    site: str | None = None
    section: str | None = None
    since: dt.date | None = None
    until: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """One found article; `snippet` marks what matched with U+0002 and U+0003, `exact` is false for other word forms."""

    id: int
    key: str
    site: str
    url: str
    title: str | None
    day: str | None
    updated: str | None
    source: str | None
    snippet: str
    score: float | None
    exact: bool = True

    def as_dict(self) -> dict[str, Anything]:
        """Return the hit for JSON, its marks as `**`."""
        return asdict(self) | {"snippet": self.snippet.replace(MARK_START, "**").replace(MARK_END, "**")}


@dataclass(frozen=True, slots=True)
class Answer:
    """The best or newest hits, how many there are, and what is to be said about them."""

    hits: tuple[Hit, ...]
    total: Total
    notes: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    suggestion: str | None = None
    facets: Facets | None = None

    def as_dict(self) -> dict[str, Anything]:
        """Return the answer for JSON."""
        return {
            "total": self.total.number,
            "exact": self.total.is_exact,
            "sample": self.total.sample,
            "notes": list(self.notes),
            "problems": [asdict(problem) for problem in self.problems],
            "suggestion": self.suggestion,
            "hits": [hit.as_dict() for hit in self.hits],
            **({"facets": self.facets.as_dict()} if self.facets else {}),
        }


def ask(
    db: Database,
    text: str,
    filters: Filters = Filters(),
    *,
    sort: Sort = "relevance",
    limit: int | range = 20,
    facets: bool = False,
) -> Answer:
    """Return the best or newest articles that match, with all that is to be said; an empty query matches all.

    `limit` is how many, or which of them: range(20, 40) is the second twenty. It takes a second at most; what was not
    done by then is named in `notes`. Raises NotFoundError for a site or section of the filters that the archive does
    not have.
    """
    return _Asking(db, text, filters, Clock(BUDGET * _SPENT)).answer(sort, limit, facets=facets)


def ask_guarded(db: Database, text: str, *, sort: Sort = "relevance", limit: int = 20, facets: bool = False) -> Answer:
    """Return the same over a connection that somebody else stops, as Datasette does."""
    return _Asking(db, text, Filters(), Clock(BUDGET * _SPENT, is_asked=False)).answer(sort, limit, facets=facets)


def search(
    db: Database, text: str, filters: Filters = Filters(), *, sort: Sort = "relevance", limit: int = 20
) -> list[Hit]:
    """Return the articles that match, best or newest first; an empty query matches all.

    Raises NotFoundError for a site or section that the archive does not have.
    """
    asking = _Asking(db, text, filters, Clock(BUDGET * _SPENT))
    with asking.clock.watching(db):
        return list(asking.hits(sort, range(limit)))


def count(db: Database, text: str, filters: Filters = Filters()) -> int:
    """Return how many articles match; `ask` says whether that is an estimate."""
    asking = _Asking(db, text, filters, Clock(BUDGET * _SPENT))
    with asking.clock.watching(db):
        return asking.total().number


def select(db: Database, text: str, filters: Filters = Filters()) -> list[int]:
    """Return the ids of all articles that match, oldest id first; an empty query matches all. It takes what it takes.

    Raises NotFoundError for a site or section that the archive does not have.
    """
    run = _Asking(db, text, filters, Clock(None), shorten=False).run(widen=True)
    return sorted(run.every()) if run else []


def fts_query(db: Database, text: str) -> str:
    """Return the FTS5 expression for a text, with the forms of its words; one of nothing where it says nothing.

    Filters on dates are no part of an expression.
    """
    asking = _Asking(db, text, Filters(), Clock(BUDGET))
    expression = asking.expression(widen=True)
    return expression.sql if expression else NOTHING


class _Asking:
    """One query to one archive."""

    def __init__(self, db: Database, text: str, filters: Filters, clock: Clock, *, shorten: bool = True) -> None:
        self.db, self.clock, self._filters, self._shorten = db, clock, filters, shorten
        self.query: Query = parse(text, lambda name, value: tokens_of(db, name, value))
        self.vocabulary = Vocabulary(db)
        self.notes: list[str] = []
        self._runs: dict[bool, Run] = {}

    def answer(self, sort: Sort, limit: int | range, *, facets: bool) -> Answer:
        """Return all that was asked for, as far as the time reaches."""
        hits: tuple[Hit, ...] = ()
        wanted = limit if isinstance(limit, range) else range(limit)
        if is_waiting(self.db):
            self._note("older articles wait for `newsarchive reindex`: filters and other spellings miss some of them")
        total, found, suggestion = Total(0), None, None
        try:
            with self.clock.watching(self.db):
                hits = self.hits(sort, wanted)
                is_end = len(hits) < len(wanted) and (hits or not wanted.start)
                total = Total(wanted.start + len(hits)) if is_end and self._is_plain else self.total()
                suggestion = self.suggestion() if total.number == 0 else None
                run = self.run(widen=True) if facets else None
                found = facets_of(run, total) if run else Facets() if facets else None
                total = found.total if found and found.total else total
        except OutOfTimeError:
            self.clock.stopped = True
        if self.clock.stopped:
            self._note(
                f"stopped after {BUDGET:g} s: not all of the archive was searched; ask for more words, or fewer days"
            )
            total = Total(max(total.number, wanted.start + len(hits)), "the search was stopped")
        elif self._among and total.number > self._among:
            self._note(f"ranked among the newest {self._among:,} of {total}, and those with the words in their titles")
        return Answer(hits, total, tuple(self.notes), self.query.problems, suggestion, found)

    _among: int | None = None

    @property
    def is_composite(self) -> bool:
        """Whether some of the hits stood in for all when they were ranked."""
        return self._among is not None

    @property
    def _is_plain(self) -> bool:
        return not self.clock.stopped and not self._among

    def _note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)

    @cached_property
    def _wanted(self) -> Node | None:
        """What must match: the query, and the filters beside it as keys; None matches everything."""
        nodes: list[Node] = [self.query.node] if self.query.node else []
        if self._filters.site:
            nodes.append(Key(site_tokens(self.db, self._filters.site)))
        if self._filters.section:
            nodes.append(Key(section_tokens(self.db, self._filters.section, self._filters.site)))
        flat = [each for node in nodes for each in (node.nodes if isinstance(node, All) else (node,))]
        return All(tuple(flat)) if len(flat) > 1 else flat[0] if flat else None

    @cached_property
    def _says_nothing(self) -> bool:
        """Whether something was typed, and none of it can be looked for."""
        query = self.query
        return bool(query.text.strip()) and query.node is None and not query.days

    @cached_property
    def scope(self) -> Scope:
        """The days that were asked for, in the query and beside it."""
        days = list(self.query.days)
        since, until = self._filters.since, self._filters.until
        if since is not None or until is not None:
            days.append(Days("day", since or dt.date.min, until or dt.date.max))
        return scope_of(self.db, days)

    @cached_property
    def _articles(self) -> int:
        counted = self.vocabulary.counted
        if counted is not None:
            return counted.articles
        return int(self.db.conn.execute("SELECT count(*) FROM articles").fetchone()[0])

    @cached_property
    def _cuts(self) -> tuple[int, ...]:
        """Ids that cut the archive into equal parts; into equal spans of days where its words were never counted."""
        counted = self.vocabulary.counted
        if counted is not None:
            return counted.cuts
        low, high = self.db.conn.execute(
            "SELECT (SELECT min(id) FROM articles), (SELECT max(id) FROM articles)"
        ).fetchone()
        if low is None or self._articles < 20_000:
            return ()
        return tuple(low + (high - low) * i // 256 for i in range(1, 256))

    def expression(self, *, widen: bool) -> Expression | None:
        """Return what is asked of the index, None where that is nothing or everything."""
        if self._wanted is None:
            return None
        return self._matcher(widen=widen).expression(self._wanted)

    def _matcher(self, *, widen: bool) -> Matcher:
        return Matcher(self.vocabulary, self._articles, self._states, widen=widen, shorten=self._shorten)

    @cached_property
    def _states(self) -> tuple[str, ...]:
        return known_states(self.db)

    def run(self, *, widen: bool) -> Run | None:
        """Return the query ready to be run; None where it can match nothing."""
        if self._says_nothing or self.scope.impossible:
            return None
        if widen in self._runs:
            return self._runs[widen]
        expression = None
        if self._wanted is not None:
            matcher = self._matcher(widen=widen)
            expression = matcher.expression(self._wanted)
            for word in matcher.left_out:
                self._note(f"{word!r} is in more than a third of all articles and was left out")
            for start in matcher.shortened:
                self._note(f"{start}* stands for the commonest words that begin so")
        self._runs[widen] = Run(self.db, expression, self.scope, self.clock, self._cuts)
        return self._runs[widen]

    def hits(self, sort: Sort, wanted: range) -> tuple[Hit, ...]:
        """Return the hits at these places: of words as they were typed first, then of their other forms."""
        wide = self.run(widen=True)
        return self._read(self._found(wide, sort, wanted.stop)[wanted.start :], wide.expression) if wide else ()

    def _found(self, wide: Run, sort: Sort, limit: int) -> list[tuple[int, float | None, bool]]:
        if sort == "newest" or not any(_words(self._wanted)):
            return [(article_id, None, True) for article_id in wide.newest(limit)]
        run = self.run(widen=False) or wide
        found: list[tuple[int, float | None, bool]] = [
            (each, score, True) for each, score in self._ranked(run, limit, widen=False)
        ]
        if len(found) < limit and wide.expression != run.expression:
            known = {each for each, _, _ in found}
            more = self._ranked(wide, limit + len(known), widen=True)
            found += [(each, score, False) for each, score in more if each not in known][: limit - len(found)]
        return found

    def _ranked(self, run: Run, limit: int, *, widen: bool) -> Sequence[tuple[int, float]]:
        ranked = rank(run, limit, lambda: self._titled(run, widen=widen))
        if ranked.among is not None:
            self._among = ranked.among
        return ranked.hits

    def _titled(self, run: Run, *, widen: bool) -> Expression | None:
        """Return what finds those of a run's articles that have one of the words in their titles."""
        words = tuple(replace(word, field="title") for word in _words(self._wanted))
        if not words or run.expression is None:
            return None
        titles = self._matcher(widen=widen).expression(Any(words))
        return replace(titles, sql=f"({titles.sql}) AND ({run.expression.sql})", cost=run.expression.cost + titles.cost)

    def total(self) -> Total:
        """Return how many articles match, in any form of the words."""
        run = self.run(widen=True)
        return count_run(run, self.vocabulary) if run else Total(0)

    def suggestion(self) -> str | None:
        """Return the query with words that the archive has in place of those that it has not."""
        text, changed = self.query.text, False
        for word in _words(self.query.node):
            tokens = words_of(indexed(word.text))
            better = self.vocabulary.suggestion(tokens[0]) if len(tokens) == 1 else None
            if better:
                text, changed = text.replace(word.text, better, 1), True
        return text if changed else None

    def _read(self, found: Sequence[tuple[int, float | None, bool]], expression: Expression | None) -> tuple[Hit, ...]:
        parts = expression.parts if expression else []
        hits = []
        for article_id, score, exact in found:
            row = self.db.conn.execute(
                "SELECT id, key, site_id, url, title, day, updated, source, body FROM articles WHERE id = ?",
                (article_id,),
            ).fetchone()
            hits.append(_hit(row, parts, score, exact=exact))
        return tuple(hits)


def _hit(row: Sequence[Anything], parts: Sequence[Part], score: float | None, *, exact: bool) -> Hit:
    article_id, key, site, url, title, day, updated, source, body = row
    return Hit(article_id, key, site, url, title, day, updated, source, snippet(body, parts), score, exact)


def _words(node: Node | None) -> Iterator[Word | Phrase]:
    """Yield the words and phrases that a match is to have."""
    if isinstance(node, Word | Phrase):
        yield node
    elif isinstance(node, All | Any):
        for each in node.nodes:
            yield from _words(each)
    elif isinstance(node, Near):
        yield from node.terms
    elif not isinstance(node, Not | Key | Days | None):
        raise TypeError(node)
