"""A search as a page: what was found, what it is made of, and where each narrowing of it leads."""

import calendar
import datetime as dt
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote_plus

from sqlite_utils import Database

from archive.reading_room.asked import Asked
from archive.search import MARK_END, MARK_START, Answer, Facets, Hit, Problem, Sort, Total, ask

PAGE = 20
# Ranked articles are read again for every page, the newest are not.
MOST_PAGES: dict[Sort, int] = {"relevance": 10, "newest": 500}
# A month before that is told in the years alone.
_MOST_MONTHS = 600
# A query is repeated in hundreds of links: one longer than so many letters of an address is in none of them.
_LINKED, _LONGEST_VALUE = 1_200, 100
_FACETS = (
    ("site", "Site", "site:{}"), ("section", "Section", "section:{}"), ("year", "Year", ""),
    ("lang", "Language", "lang:{}"), ("source", "Source", 'source:"{}"'), ("state", "State", "is:{}"),
    ("is", "State", "is:{}"), ("has", "With", "has:{}"),
)  # fmt: skip
_SPOKEN = {
    ("state", "live"): "on its site", ("state", "gone"): "gone from its site", ("is", "changed"): "changed",
    ("has", "image"): "a picture", ("has", "pdf"): "a PDF",
}  # fmt: skip
# What begins or ends a phrase in a query, or cannot be typed.
_QUOTES = re.compile('["“”„«»＂\\s\x00-\x1f]+')

Piece = tuple[str, bool]


@dataclass(frozen=True, slots=True)
class Result:
    """One found article: the hit, what was found in it by pieces, and the first picture that is kept of it."""

    hit: Hit
    found: tuple[Piece, ...]
    language: str | None
    byline: tuple[str, ...]
    state: str
    has_changed: bool
    picture: str | None


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a facet or one month: its number, and where it leads; nowhere where a link would be too long."""

    label: str
    number: str
    leads: Asked | None
    is_on: bool = False


@dataclass(frozen=True, slots=True)
class Searched:
    """The page: what was asked and answered, the results, and what they are made of."""

    asked: Asked
    answer: Answer
    results: tuple[Result, ...]
    chosen: tuple[tuple[str, Asked], ...]
    facets: tuple[tuple[str, tuple[Choice, ...]], ...]
    months: tuple[tuple[str, Choice], ...]
    query: tuple[Piece, ...]
    earlier: Asked | None
    later: Asked | None
    is_ranked: bool

    @property
    def first(self) -> int:
        """The place of the first result."""
        return (self.asked.page - 1) * PAGE + 1

    @property
    def has_more(self) -> bool:
        """Whether there are articles behind the last page that can be asked for."""
        return self.later is None and len(self.answer.hits) > PAGE


def read_search(db: Database, asked: Asked) -> Searched:
    """Return the page of a search; it takes a second at most."""
    start = (asked.page - 1) * PAGE
    answer = ask(db, asked.text, asked.filters, sort=asked.sort, limit=range(start, start + PAGE + 1), facets=True)
    is_ranked = any(hit.score is not None for hit in answer.hits)
    order: Sort = "relevance" if is_ranked else "newest"
    has_later = len(answer.hits) > PAGE and asked.page < MOST_PAGES[order]
    later = replace(asked, sort=order, page=asked.page + 1) if has_later else None
    facets = answer.facets or Facets()
    chosen = asked.alternatives()
    is_linked = len(quote_plus(asked.text)) <= _LINKED
    return Searched(
        asked, answer, tuple(_results(db, answer.hits[:PAGE])), chosen,
        tuple(_facets(facets, asked if is_linked else None, [term for term, _ in chosen])),
        tuple(_months(facets, asked if is_linked else None)), pointed(asked.text, answer.problems),
        replace(asked, page=asked.page - 1) if asked.page > 1 else None, later, is_ranked,
    )  # fmt: skip


def _results(db: Database, hits: Sequence[Hit]) -> Iterator[Result]:
    ids = [hit.id for hit in hits]
    rows = db.conn.execute(
        "SELECT id, language, byline, state, keys FROM articles WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps(ids),),
    )
    known = {row[0]: row[1:] for row in rows}
    pictures = first_pictures(db, ids)
    for hit in hits:
        language, byline, state, keys = known.get(hit.id, (None, "[]", "withdrawn", ""))
        # Of one that is being taken down the index may still know.
        if state != "withdrawn":
            yield Result(
                hit, pieces(hit.snippet), language, tuple(json.loads(byline or "[]")), state,
                "hchanged" in keys, pictures.get(hit.id),
            )  # fmt: skip


def first_pictures(db: Database, ids: Sequence[int]) -> dict[int, str]:
    """Return the first kept picture of each article's current version."""
    rows = db.conn.execute(
        "SELECT articles.id, sha256 FROM json_each(?) CROSS JOIN articles ON articles.id = value "
        "CROSS JOIN versions ON versions.article_id = articles.id AND number = articles.version "
        "CROSS JOIN article_images ON version_id = versions.id CROSS JOIN images ON images.id = image_id "
        "LEFT JOIN captures ON captures.id = capture_id WHERE withdrawn IS NULL ORDER BY position DESC",
        (json.dumps(ids),),
    )
    return dict(rows.fetchall())


def pieces(snippet: str) -> tuple[Piece, ...]:
    """Return a snippet cut where its marks begin and end, each piece with whether it is marked."""
    cut = re.split(f"({MARK_START}[^{MARK_START}{MARK_END}]*{MARK_END})", snippet)
    return tuple((text.strip(MARK_START + MARK_END), text.startswith(MARK_START)) for text in cut if text)


def pointed(text: str, problems: Sequence[Problem]) -> tuple[Piece, ...]:
    """Return a query cut where something is wrong, each piece with whether that is it."""
    found, at = [], 0
    for problem in problems:
        begin, end = max(at, problem.start), min(len(text), problem.start + max(1, problem.length))
        if begin < end:
            found += [(text[at:begin], False), (text[begin:end], True)]
            at = end
    return tuple(piece for piece in (*found, (text[at:], False)) if piece[0]) if problems else ()


def _facets(facets: Facets, asked: Asked | None, terms: Sequence[str]) -> Iterator[tuple[str, tuple[Choice, ...]]]:
    known = {term.casefold() for term in terms}
    shown: dict[str, list[Choice]] = {}
    for name, label, form in _FACETS:
        is_guess = facets.months_are_estimates if name == "year" else facets.sample is not None
        for value, number in facets.values.get(name, ()):
            term = form.format(_QUOTES.sub(" ", value).strip()) if form else ""
            is_on = term.casefold() in known
            leads = None
            if asked is not None and not is_on and len(value) <= _LONGEST_VALUE:
                leads = asked.narrowed(term) if term else asked.within(*_bounds(value))
            said = _SPOKEN.get((name, value), value[:_LONGEST_VALUE])
            shown.setdefault(label, []).append(Choice(said, _number(number, is_guess), leads, is_on))
    yield from ((label, tuple(choices)) for label, choices in shown.items())


def _months(facets: Facets, asked: Asked | None) -> Iterator[tuple[str, Choice]]:
    for month, number in facets.months[-_MOST_MONTHS:]:
        leads = asked.within(*_bounds(month)) if asked is not None else None
        yield month, Choice(month, _number(number, facets.months_are_estimates), leads)


def _bounds(value: str) -> tuple[dt.date, dt.date]:
    """Return the first and the last day of a year or a month."""
    year, _, month = value.partition("-")
    last = int(month or 12)
    return dt.date(int(year), int(month or 1), 1), dt.date(int(year), last, calendar.monthrange(int(year), last)[1])


def _number(number: int, is_guess: bool) -> str:
    return str(Total(number, "" if is_guess else None)).replace("about ", "~")


def read_answer(db: Database, asked: Asked, limit: int, *, facets: bool) -> dict[str, Any]:
    """Return a search as `newsarchive search --json` prints it."""
    start = (asked.page - 1) * limit
    answer = ask(db, asked.text, asked.filters, sort=asked.sort, limit=range(start, start + limit), facets=facets)
    kept = {result.hit.id for result in _results(db, answer.hits)}
    return replace(answer, hits=tuple(hit for hit in answer.hits if hit.id in kept)).as_dict()
