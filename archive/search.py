"""Searching the archive: any string is a query, answered from FTS5 with filters inside the match."""

import datetime as dt
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Literal

from sqlite_utils import Database

from archive.errors import NotFoundError
from archive.identity import first_id_of
from archive.keys import section_token, site_token
from archive.segment import desegment, has_cjk, segment

Sort = Literal["relevance", "newest"]
# body, title, captions, source, byline, search_extra, keys
_WEIGHTS = "1.0, 6.0, 3.0, 1.0, 2.0, 1.0, 0.0"
_TOKENS = re.compile(r'"([^"]*)"?|(\S+)')
_TEXT_COLUMNS = "{body title captions source byline search_extra}"
_MOST_TERMS = 64
MARK_START, MARK_END = "\x02", "\x03"


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows a search: a site, a section's key, days from and to (both inclusive)."""

    site: str | None = None
    section: str | None = None
    since: dt.date | None = None
    until: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """One found article; `snippet` marks what matched with U+0002 and U+0003."""

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

    def as_dict(self) -> dict[str, Any]:
        """Return the hit for JSON, its marks as `**`."""
        return asdict(self) | {"snippet": self.snippet.replace(MARK_START, "**").replace(MARK_END, "**")}


def fts_query(text: str) -> str:
    """Return the FTS5 expression for what a user typed: all words, quoted phrases whole; '' where nothing can match.

    Every string is valid: what is no word counts as nothing. Text in a script without spaces becomes a phrase of its
    characters in `search_extra`.
    """
    terms = [term for term in (_term(phrase) for phrase in _phrases(text)) if term]
    return " AND ".join(terms[:_MOST_TERMS])


def search(
    db: Database,
    text: str,
    filters: Filters = Filters(),
    *,
    sort: Sort = "relevance",
    limit: int = 20,
) -> list[Hit]:
    """Return the articles that match, best or newest first; an empty query matches all.

    Raises NotFoundError for a site or section that the archive does not have.
    """
    expression = fts_query(text)
    if text.strip() and not expression:
        return []
    match = _match(db, expression, filters)
    days, parameters = _day_bounds(filters)
    if not match:
        return _hits_without_match(db, days, parameters, limit)
    order = f"bm25(articles_fts, {_WEIGHTS})" if sort == "relevance" and expression else "articles_fts.rowid DESC"
    # CROSS JOIN: the planner would else run the match again for every article of the range.
    rows = db.conn.execute(
        f"SELECT articles.id, articles.key, site_id, url, articles.title, day, updated, articles.source, "  # noqa: S608 (our own words, bound values)
        f"snippet(articles_fts, {5 if has_cjk(text) else 0}, char(2), char(3), '…', 40), "
        f"{'bm25(articles_fts, ' + _WEIGHTS + ')' if order.startswith('bm25') else 'NULL'} AS score "
        f"FROM articles_fts CROSS JOIN articles ON articles.id = articles_fts.rowid "
        f"WHERE articles_fts MATCH ? {days} ORDER BY {order} LIMIT ?",
        (match, *parameters, limit),
    )
    return [_hit(row[:8], desegment(row[8] or ""), row[9]) for row in rows.fetchall()]


def count(db: Database, text: str, filters: Filters = Filters()) -> int:
    """Return how many articles match."""
    expression = fts_query(text)
    if text.strip() and not expression:
        return 0
    match = _match(db, expression, filters)
    days, parameters = _day_bounds(filters)
    if not match:
        row = db.conn.execute(f"SELECT count(*) FROM articles WHERE state <> 'withdrawn' {days}", parameters)  # noqa: S608
    elif days:
        row = db.conn.execute(
            "SELECT count(*) FROM articles_fts CROSS JOIN articles ON articles.id = articles_fts.rowid "  # noqa: S608
            f"WHERE articles_fts MATCH ? {days}",
            (match, *parameters),
        )
    else:
        row = db.conn.execute("SELECT count(*) FROM articles_fts WHERE articles_fts MATCH ?", (match,))
    return int(row.fetchone()[0])


def select(db: Database, text: str, filters: Filters = Filters()) -> list[int]:
    """Return the ids of all articles that match, oldest id first; an empty query matches all.

    Raises NotFoundError for a site or section that the archive does not have.
    """
    expression = fts_query(text)
    if text.strip() and not expression:
        return []
    match = _match(db, expression, filters)
    days, parameters = _day_bounds(filters)
    if not match:
        rows = db.conn.execute(f"SELECT id FROM articles WHERE state <> 'withdrawn' {days} ORDER BY id", parameters)  # noqa: S608
    else:
        rows = db.conn.execute(
            "SELECT articles.id FROM articles_fts CROSS JOIN articles ON articles.id = articles_fts.rowid "  # noqa: S608
            f"WHERE articles_fts MATCH ? {days} ORDER BY articles_fts.rowid",
            (match, *parameters),
        )
    return [row[0] for row in rows]


def _match(db: Database, expression: str, filters: Filters) -> str:
    """Return the whole match: what the user typed, and the filters as terms of it."""
    return " AND ".join(filter(None, [expression and f"({expression})", *_filter_terms(db, filters)]))


def _phrases(text: str) -> Iterator[str]:
    for quoted, bare in _TOKENS.findall(text.replace("\x00", " ")):
        yield quoted or bare


def _term(phrase: str) -> str:
    # Private-use characters are the archive's own filter keys: a user cannot mean them.
    readable = "".join(" " if unicodedata.category(letter) in ("Co", "Cs") else letter for letter in phrase)
    if not any(letter.isalnum() for letter in readable):
        return ""
    if has_cjk(readable):
        return f"search_extra : {_quoted(segment(readable))}"
    return f"{_TEXT_COLUMNS} : {_quoted(readable)}"


def _quoted(phrase: str) -> str:
    return '"' + phrase.replace('"', " ") + '"'


def _filter_terms(db: Database, filters: Filters) -> list[str]:
    terms = []
    if filters.site:
        if not db.conn.execute("SELECT 1 FROM sites WHERE id = ?", (filters.site,)).fetchone():
            known = ", ".join(row[0] for row in db.conn.execute("SELECT id FROM sites ORDER BY id")) or "none yet"
            raise NotFoundError(f"no site {filters.site!r} in the archive; it has: {known}")
        terms.append(f'keys : "{site_token(filters.site)}"')
    if filters.section:
        terms.append(_section_term(db, filters.section, filters.site))
    return terms


def _section_term(db: Database, key: str, site: str | None) -> str:
    rows = db.conn.execute(
        "SELECT id FROM sections WHERE key = ? AND site_id = coalesce(?, site_id)", (key, site)
    ).fetchall()
    if not rows:
        known = ", ".join(
            row[0]
            for row in db.conn.execute(
                "SELECT DISTINCT key FROM sections WHERE site_id = coalesce(?, site_id) ORDER BY key", (site,)
            )
        )
        raise NotFoundError(f"no section {key!r} in the archive; it has: {known or 'none yet'}")
    return "(" + " OR ".join(f'keys : "{section_token(row[0])}"' for row in rows) + ")"


def _day_bounds(filters: Filters) -> tuple[str, list[Any]]:
    """Return SQL for the days: a range of ids, exact through the few articles whose day left their id's."""
    if filters.since is None and filters.until is None:
        return "", []
    since, until = filters.since or dt.date.min, filters.until or dt.date.max
    low = first_id_of(since)
    high = first_id_of(until) + (1 << 24)
    moved = (
        "SELECT id FROM articles INDEXED BY articles_moved_day WHERE "
        "(day IS NULL OR CAST(julianday(day) - 1721424.5 AS INTEGER) <> (id >> 24))"
    )
    sql = (
        f"AND ((articles.id >= ? AND articles.id < ? AND articles.id NOT IN ({moved})) "
        f"OR articles.id IN ({moved} AND day BETWEEN ? AND ?))"
    )
    return sql, [low, high, since.isoformat(), until.isoformat()]


def _hits_without_match(db: Database, days: str, parameters: list[Any], limit: int) -> list[Hit]:
    rows = db.conn.execute(
        "SELECT id, key, site_id, url, title, day, updated, source, substr(body, 1, 200) FROM articles "  # noqa: S608
        f"WHERE state <> 'withdrawn' {days} ORDER BY id DESC LIMIT ?",
        (*parameters, limit),
    )
    return [_hit(row[:8], row[8], None) for row in rows.fetchall()]


def _hit(columns: tuple[Any, ...], snippet: str, score: float | None) -> Hit:
    article_id, key, site, url, title, day, updated, source = columns
    return Hit(article_id, key, site, url, title, day, updated, source, snippet, score)
