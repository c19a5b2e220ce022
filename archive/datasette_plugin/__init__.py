"""The Datasette plugin: all hooks in one thin module (made for Datasette 0.65, whose hooks change in 1.0)."""

import sqlite3
from collections.abc import Callable, Iterable
from copy import deepcopy
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from datasette import hookimpl

from archive.datasette_plugin.descriptions import METADATA, QUERIES
from archive.search import fts_query
from archive.segment import desegment

if TYPE_CHECKING:
    # Datasette loads its plugins while it is imported itself.
    from datasette.app import Datasette

# A filter token of no site: it stands in no article.
_NOTHING = '"\ue000nothing"'


@hookimpl(trylast=True)
def prepare_connection(conn: sqlite3.Connection) -> None:
    """Give SQL our way of reading a query; `escape_fts` is what Datasette's own `?_search=` calls.

    Other databases beside the archive keep Datasette's.
    """
    conn.create_function("newsarchive_match", 1, _match, deterministic=True)
    conn.create_function("newsarchive_desegment", 1, _desegment, deterministic=True)
    if _is_archive(row[0] for row in conn.execute("SELECT name FROM sqlite_master WHERE type = 'table'")):
        conn.create_function("escape_fts", 1, _match, deterministic=True)


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
    """Answer for articles over time, as Memento clients ask."""
    from archive.datasette_plugin.memento import ROUTES  # noqa: PLC0415

    return list(ROUTES)


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


def _desegment(text: object) -> str:
    return desegment(str(text or ""))


def _match(text: object) -> str:
    return fts_query(str(text or "")) or _NOTHING
