"""The functions that our queries, and anybody's SQL, may use on an archive."""

import json
import sqlite3

from sqlite_utils import Database

from archive.datasette_plugin.recognising import is_archive
from archive.db import MAPPED_BYTES
from archive.search import Sort, ask_guarded, fts_query

_MARKED = str.maketrans("\x02\x03", "«»")
_MOST_HITS = 1_000


def prepare(connection: sqlite3.Connection) -> None:
    """Give an archive's connection our way of reading a query; `escape_fts` is what `?_search=` calls.

    Other databases beside the archive keep Datasette's.
    """
    tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    # An archive of an earlier release is searched as plain SQLite until a command has brought it up to date.
    if not is_archive(tables) or "search_words" not in tables:
        return
    connection.execute(f"PRAGMA mmap_size={MAPPED_BYTES}")
    db = Database(connection, recursive_triggers=False)
    connection.create_function("escape_fts", 1, lambda text: fts_query(db, _text(text)))
    connection.create_function("newsarchive_match", 1, lambda text: fts_query(db, _text(text)))
    connection.create_function("newsarchive_search", 3, lambda text, sort, limit: _hits(db, text, sort, limit))
    connection.create_function("newsarchive_answer", 1, lambda text: _answer(db, text))


def _text(given: object) -> str:
    return str(given or "")


def _hits(db: Database, text: object, sort: object, limit: object) -> str:
    """Return the hits as a JSON list, for `json_each`; an empty text has none."""
    if not _text(text).strip():
        return "[]"
    number = int(_text(limit)) if _text(limit).isdecimal() else 100
    order: Sort = "newest" if sort == "newest" else "relevance"
    answer = ask_guarded(db, _text(text), sort=order, limit=min(number, _MOST_HITS))
    found = [{"id": hit.id, "found": hit.snippet.translate(_MARKED), "score": hit.score} for hit in answer.hits]
    return json.dumps(found, ensure_ascii=False)


def _answer(db: Database, text: object) -> str:
    """Return the whole answer with facets and timeline as JSON, as `newsarchive search --json --facets` prints it."""
    return json.dumps(ask_guarded(db, _text(text), facets=True).as_dict(), ensure_ascii=False)
