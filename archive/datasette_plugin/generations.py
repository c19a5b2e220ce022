"""What Datasette 0.65 and 1.0 do in different ways: permissions, descriptions, queries. What exists decides."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datasette.app import Datasette

# What 1.0 keeps as configuration, beside the descriptions.
_CONFIGURED = ("hidden", "label_column", "sort_desc", "sortable_columns")


async def ensure_visible(datasette: "Datasette", actor: dict[str, Any] | None, database: str, table: str) -> None:
    """Raise what Datasette answers 403 by, unless the actor may see a table; the database and the instance decide too.

    The narrowest rule that there is decides, as for Datasette's own pages.
    """
    if hasattr(datasette, "ensure_permissions"):
        wider: list[Any] = [("view-table", (database, table)), ("view-database", database), "view-instance"]
        await datasette.ensure_permissions(actor, wider)
    else:
        from datasette.resources import TableResource  # noqa: PLC0415

        resource = TableResource(database=database, table=table)
        await datasette.ensure_permission(action="view-table", resource=resource, actor=actor)


async def is_visible(
    datasette: "Datasette", actor: dict[str, Any] | None, database: str, tables: Sequence[str]
) -> bool:
    """Return whether an actor may see all of these tables."""
    from datasette.utils.asgi import Forbidden  # noqa: PLC0415

    try:
        for table in tables:
            await ensure_visible(datasette, actor, database, table)
    except Forbidden:
        return False
    return True


def draw_no_locals() -> None:
    """Let Datasette answer an address that leads nowhere without drawing every frame's locals in the server's log.

    It does so wherever rich is installed, which we bring: 2 s of CPU for each 404, and what visitors sent in the log.
    """
    from datasette import handle_exception  # noqa: PLC0415

    handle_exception.rich = None


async def describe(
    datasette: "Datasette", database: str, tables: Mapping[str, Any], queries: Mapping[str, Any]
) -> None:
    """Tell Datasette 1.0 of an archive at its start, under what its owner says; 0.65 asks through hooks."""
    if hasattr(datasette, "set_resource_metadata"):
        for table, said in tables.items():
            _configure(datasette, database, table, said)
        await asyncio.gather(*(_describe_table(datasette, database, table, said) for table, said in tables.items()))
    if hasattr(datasette, "add_query"):
        for name, query in queries.items():
            if await datasette.get_query(database, name) is None:
                said = {key: query[key] for key in ("title", "description", "hide_sql") if key in query}
                await datasette.add_query(database, name, query["sql"], parameters=query.get("params"), **said)


def _configure(datasette: "Datasette", database: str, table: str, said: Mapping[str, Any]) -> None:
    if datasette.config is None:
        datasette.config = {}
    place = datasette.config
    for name in ("databases", database, "tables", table):
        place = place.setdefault(name, {})
    for key in _CONFIGURED:
        if key in said:
            place.setdefault(key, said[key])


async def _describe_table(datasette: "Datasette", database: str, table: str, said: Mapping[str, Any]) -> None:
    if "description" not in await datasette.get_resource_metadata(database, table):
        await datasette.set_resource_metadata(database, table, "description", said["description"])
    for column, text in said.get("columns", {}).items():
        if "description" not in await datasette.get_column_metadata(database, table, column):
            await datasette.set_column_metadata(database, table, column, "description", text)
