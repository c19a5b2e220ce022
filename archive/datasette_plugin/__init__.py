"""The Datasette plugin: all hooks in one thin module, those of 0.65 and those of 1.0; the work is done beside it.

Datasette calls the hooks that it knows: `get_metadata` and `canned_queries` are 0.65's, 1.0 is told at `startup`.
"""

import sqlite3
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from datasette import hookimpl

from archive.datasette_plugin import functions, generations, linking, recognising, restraining
from archive.datasette_plugin.descriptions import METADATA, QUERIES, described

if TYPE_CHECKING:
    # Datasette loads its plugins while it is imported itself.
    from datasette.app import Datasette
    from datasette.utils.asgi import Request

_Actor = dict[str, Any] | None
_Links = list[dict[str, str]]


@hookimpl
def startup(datasette: "Datasette") -> Callable[[], Awaitable[None]]:
    """Refuse a live archive as an immutable file, and describe the archives to Datasette 1.0."""

    async def start() -> None:
        generations.draw_no_locals()
        live = recognising.live_but_immutable(datasette)
        if live:
            import click  # noqa: PLC0415

            raise click.UsageError(
                f"{live} is a live archive, which may change: open it without -i, or make a copy that may be opened "
                "with it: newsarchive publish DIR"
            )
        for name in recognising.archives_of(datasette):
            restraining.bound_counts(datasette.databases[name])
            await generations.describe(datasette, name, METADATA["tables"], QUERIES)

    return start


@hookimpl
def asgi_wrapper(datasette: "Datasette") -> Callable[[Any], Any]:
    """Keep Datasette's own pages of big tables quick."""
    return lambda app: restraining.without_suggestions(datasette, app)


@hookimpl(trylast=True)
def prepare_connection(conn: sqlite3.Connection) -> None:
    """Give SQL our way of reading a query."""
    functions.prepare(conn)


@hookimpl
def get_metadata(datasette: "Datasette", key: str | None, database: str | None, table: str | None) -> dict[str, Any]:
    """Describe the tables of every archive among the databases."""
    names = [name for name in recognising.archives_of(datasette) if database in (None, name)]
    return {"databases": {name: described(key, table) for name in names}}


@hookimpl
async def canned_queries(datasette: "Datasette", database: str, actor: _Actor) -> dict[str, Any]:
    """Offer our queries on databases that are archives, to whoever may see what they read."""
    is_offered = database in recognising.archives_of(datasette) and await generations.is_visible(
        datasette, actor, database, ("articles",)
    )
    return QUERIES if is_offered else {}


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Any]]]:
    """Answer with the pages of the reading room, with feeds, and for articles over time, as Memento clients ask."""
    from archive.datasette_plugin.routes import ROUTES  # noqa: PLC0415

    return ROUTES


@hookimpl
def render_cell(
    row: Any,
    value: Any,
    column: str,
    table: str | None,
    database: str | None,
    datasette: "Datasette",
) -> Any:
    """Lead from the cells of Datasette's own tables into the reading room."""
    return linking.cell(datasette, database, (table, column), row, value)


@hookimpl
def table_actions(datasette: "Datasette", database: str, table: str) -> _Links:
    """Lead from the page of a table."""
    return linking.table_links(datasette, database, table)


@hookimpl
def database_actions(datasette: "Datasette", database: str) -> _Links:
    """Lead from the page of a database."""
    return linking.database_links(datasette, database)


@hookimpl
async def menu_links(datasette: "Datasette", actor: _Actor, request: "Request | None") -> _Links:
    """Lead from Datasette's menu."""
    return await linking.menu(datasette, actor, request.path if request else "")
