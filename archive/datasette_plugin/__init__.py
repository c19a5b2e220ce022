"""The Datasette plugin: all hooks in one thin module (made for Datasette 0.65, whose hooks change in 1.0)."""

import json
import sqlite3
from collections.abc import Callable, Iterable
from copy import deepcopy
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from datasette import hookimpl
from sqlite_utils import Database

from archive.datasette_plugin.descriptions import METADATA, QUERIES
from archive.db import MAPPED_BYTES
from archive.search import Sort, ask_guarded, fts_query

if TYPE_CHECKING:
    # Datasette loads its plugins while it is imported itself.
    from datasette.app import Datasette

_MARKED = str.maketrans("\x02\x03", "«»")
_MOST_HITS = 1_000


@hookimpl(trylast=True)
def prepare_connection(conn: sqlite3.Connection) -> None:
    """Give SQL our way of reading a query; `escape_fts` is what Datasette's own `?_search=` calls.

    Other databases beside the archive keep Datasette's.
    """
    tables = [row[0] for row in conn.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    # An archive of an earlier release is searched as plain SQLite until a command has brought it up to date.
    if not _is_archive(tables) or "search_words" not in tables:
        return
    conn.execute(f"PRAGMA mmap_size={MAPPED_BYTES}")
    db = Database(conn, recursive_triggers=False)
    conn.create_function("escape_fts", 1, lambda text: fts_query(db, _text(text)))
    conn.create_function("newsarchive_match", 1, lambda text: fts_query(db, _text(text)))
    conn.create_function("newsarchive_search", 3, lambda text, sort, limit: _hits(db, text, sort, limit))
    conn.create_function("newsarchive_answer", 1, lambda text: _answer(db, text))


@hookimpl
def get_metadata(
    datasette: "Datasette",
    key: str | None,  # noqa: ARG001
    database: str | None,  # noqa: ARG001
    table: str | None,  # noqa: ARG001
) -> dict[str, Any]:
    """Describe the tables of every archive among the databases."""
    named = ((name, getattr(found, "path", None)) for name, found in datasette.databases.items())
    # A copy each: Datasette lays the local configuration over what it is given.
    return {"databases": {name: deepcopy(METADATA) for name, path in named if path and _file_is_archive(str(path))}}


@hookimpl
async def canned_queries(datasette: "Datasette", database: str) -> dict[str, Any]:
    """Offer the canned search on databases that are archives."""
    return QUERIES if _is_archive(await datasette.get_database(database).table_names()) else {}


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Any]]]:
    """Answer with the pages of the reading room, with feeds, and for articles over time, as Memento clients ask."""
    from archive.datasette_plugin import changes, feeding, memento, searching, statics, taking  # noqa: PLC0415

    return [*changes.ROUTES, *feeding.ROUTES, *memento.ROUTES, *searching.ROUTES, *statics.ROUTES, *taking.ROUTES]


@lru_cache(maxsize=64)
def _file_is_archive(path: str) -> bool:
    connection = sqlite3.connect(f"{Path(path).absolute().as_uri()}?mode=ro", uri=True)
    try:
        return _is_archive(row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'"))
    except sqlite3.Error:
        return False
    finally:
        connection.close()


def _is_archive(tables: Iterable[str]) -> bool:
    return {"articles", "articles_fts", "captures", "version_captures"} <= set(tables)


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
