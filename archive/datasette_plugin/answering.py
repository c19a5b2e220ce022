"""What our own routes share: who may ask, asking the archive in its own thread, and answers."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from sqlite_utils import Database

if TYPE_CHECKING:
    from datasette.app import Datasette
    from datasette.utils.asgi import Request, Response


async def permitted(request: "Request", datasette: "Datasette", tables: Sequence[str]) -> str:
    """Return the name of the archive that is asked; raises what Datasette answers 404 and 403 by."""
    from datasette.utils import tilde_decode  # noqa: PLC0415
    from datasette.utils.asgi import NotFound  # noqa: PLC0415

    name = tilde_decode(request.url_vars["database"])
    if name not in datasette.databases or not set(tables) <= set(await datasette.get_database(name).table_names()):
        raise NotFound(f"There is no archive {name}")
    for table in tables:
        await datasette.ensure_permissions(
            request.actor, [("view-table", (name, table)), ("view-database", name), "view-instance"]
        )
    return str(name)


async def within(datasette: "Datasette", database: str, ask: Callable[[Database], Any]) -> Any:
    """Return what a function finds in an archive."""
    return await datasette.get_database(database).execute_fn(
        lambda connection: ask(Database(connection, recursive_triggers=False))
    )


def response(body: str | bytes, **more: Any) -> "Response":
    """Return an answer, plain text unless told otherwise."""
    from datasette.utils.asgi import Response  # noqa: PLC0415

    return Response(body, **({"content_type": "text/plain; charset=utf-8"} | more))
