"""The Datasette plugin: all hooks in one thin module (made for Datasette 0.65, whose hooks change in 1.0)."""

import sqlite3
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
    """Give SQL our way of reading a query; `escape_fts` is what Datasette's own `?_search=` calls."""
    for name in ("newsarchive_match", "escape_fts"):
        conn.create_function(name, 1, _match, deterministic=True)
    conn.create_function("newsarchive_desegment", 1, _desegment, deterministic=True)


@hookimpl
def get_metadata(datasette: "Datasette", key: str | None, database: str | None, table: str | None) -> dict[str, Any]:  # noqa: ARG001
    """Describe the tables of every archive among the databases."""
    return {"databases": {name: METADATA for name in datasette.databases if name == "archive"}}


@hookimpl
async def canned_queries(datasette: "Datasette", database: str) -> dict[str, Any]:
    """Offer the canned search on databases that are archives."""
    tables = await datasette.get_database(database).table_names()
    return QUERIES if {"articles", "articles_fts", "captures"} <= set(tables) else {}


def _desegment(text: object) -> str:
    return desegment(str(text or ""))


def _match(text: object) -> str:
    return fts_query(str(text or "")) or _NOTHING
