"""What keeps Datasette's own pages quick on a big archive: no facets tried out, and no table counted to its end."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from archive.datasette_plugin.recognising import archives_of

if TYPE_CHECKING:
    from datasette.app import Datasette
    from datasette.database import Database
    from datasette.utils.asgi import Request, Response

_Asgi = Callable[[dict[str, Any], Any, Any], Awaitable[None]]
_QUIET = b"_nosuggest=1"
# As 1.0 does by itself.
_MOST_COUNTED = 10_000


def without_suggestions(datasette: "Datasette", app: _Asgi) -> _Asgi:
    """Let the pages of an archive's tables try out no facets: one query a column, and more, each up to its time limit.

    `_nosuggest` is Datasette's own word for it; the setting would hold for other databases too.
    """

    async def asked(scope: dict[str, Any], receive: object, send: object) -> None:
        if scope["type"] == "http" and _is_table(datasette, scope["path"]):
            query = scope.get("query_string", b"")
            if b"_nosuggest" not in query:
                scope = scope | {"query_string": b"&".join(filter(None, (query, _QUIET)))}
        await app(scope, receive, send)

    return asked


async def no_mounted_image(request: "Request", datasette: "Datasette") -> "Response":  # noqa: ARG001
    """Answer that there is nothing: `datasette publish` takes the images along as a mount, which knows no headers."""
    from datasette.utils.asgi import NotFound  # noqa: PLC0415

    raise NotFound("Images stand at /DATABASE/-/image/SHA256")


_View = Callable[["Request", "Datasette"], Awaitable["Response"]]
ROUTES: list[tuple[str, _View]] = [(r"^/media/[0-9a-f]{2}/[0-9a-f]{64}\.\w+$", no_mounted_image)]


def bound_counts(database: "Database") -> None:
    """Let the page of a live database say "many rows" of a big table; 0.65 counts each to its end.

    Its time limit does not help: SQLite looks at no clock while it counts, and the index has gigabytes.
    """
    from datasette.database import QueryInterrupted  # noqa: PLC0415
    from datasette.utils.sqlite import sqlite3  # noqa: PLC0415

    async def table_counts(limit: int = 10) -> dict[str, int | None]:
        counts: dict[str, int | None] = {}
        for table in await database.table_names():
            sql = f'SELECT count(*) FROM (SELECT 1 FROM "{table}" LIMIT {_MOST_COUNTED + 1})'  # noqa: S608 (its names)
            try:
                number = (await database.execute(sql, custom_time_limit=limit)).rows[0][0]
            except (QueryInterrupted, sqlite3.DatabaseError):
                number = _MOST_COUNTED + 1
            counts[table] = None if number > _MOST_COUNTED else number
        return counts

    # What is immutable is counted once, at the start; 1.0 has a bound of its own.
    if database.is_mutable and not hasattr(database, "count_limit"):
        database.table_counts = table_counts


def _is_table(datasette: "Datasette", path: str) -> bool:
    from datasette.utils import tilde_decode  # noqa: PLC0415

    inside = path.removeprefix(str(datasette.setting("base_url")).rstrip("/"))
    _, database, table, *more = [*inside.split("/"), "", ""]
    return bool(table) and not any(more) and tilde_decode(database) in archives_of(datasette)
