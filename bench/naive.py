"""The same questions put to FTS5 the way one writes them first: a join, `ORDER BY rank`, snippet(), count(*)."""

import re

from sqlite_utils import Database

from archive.folding import indexed, is_unspaced

_COLUMNS = "articles.id, articles.title, articles.site_id, articles.url, articles.day"
_FROM = "FROM articles_fts JOIN articles ON articles.id = articles_fts.rowid WHERE articles_fts MATCH ?"


def match_of(query: str) -> str:
    """Return the FTS5 expression of one of the benchmark's queries; Chinese as docs/search.md has it for plain SQL."""
    if is_unspaced(query):
        return f'search_extra : "{indexed(query)}"'
    field, colon, word = query.partition(":")
    if colon:
        return f'{field} : "{word}"'
    if query.endswith("*"):
        return f'"{query[:-1]}" *'
    return query if query.startswith('"') else " ".join(f'"{word}"' for word in re.findall(r"\w+", query))


def relevance(db: Database, query: str) -> object:
    """Return the best twenty."""
    sql = f"SELECT {_COLUMNS}, snippet(articles_fts, 0, '[', ']', '…', 40) {_FROM} ORDER BY rank LIMIT 20"
    return db.conn.execute(sql, (match_of(query),)).fetchall()


def filtered(db: Database, query: str, site: str, since: str, until: str) -> object:
    """Return the best twenty of a site and three months."""
    sql = (
        f"SELECT {_COLUMNS}, snippet(articles_fts, 0, '[', ']', '…', 40) {_FROM} "
        "AND articles.site_id = ? AND articles.day BETWEEN ? AND ? ORDER BY rank LIMIT 20"
    )
    return db.conn.execute(sql, (match_of(query), site, since, until)).fetchall()


def newest(db: Database, query: str) -> object:
    """Return the newest twenty."""
    sql = f"SELECT {_COLUMNS}, snippet(articles_fts, 0, '[', ']', '…', 40) {_FROM} ORDER BY day DESC LIMIT 20"
    return db.conn.execute(sql, (match_of(query),)).fetchall()


def count(db: Database, query: str) -> object:
    """Return how many there are."""
    sql = "SELECT count(*) FROM articles_fts WHERE articles_fts MATCH ?"
    return db.conn.execute(sql, (match_of(query),)).fetchone()


def facets(db: Database, query: str) -> object:
    """Return sites, languages, sources and months, a query each."""
    return [
        db.conn.execute(f"SELECT {column}, count(*) {_FROM} GROUP BY 1", (match_of(query),)).fetchall()
        for column in ("site_id", "articles.language", "articles.source", "substr(day, 1, 7)")
    ]
