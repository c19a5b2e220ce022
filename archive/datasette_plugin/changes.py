"""The page of changes."""

import datetime as dt
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from archive.chronicle import KINDS
from archive.chronicle.reading import Scope
from archive.datasette_plugin.answering import page, permitted, response, within
from archive.errors import NotFoundError
from archive.reading_room.changes import read_changes

if TYPE_CHECKING:
    from datasette.app import Datasette
    from datasette.utils.asgi import Request, Response

_TABLES = ("articles", "versions", "events", "sites")


async def changes(request: "Request", datasette: "Datasette") -> "Response":
    """Show the story: site, kind (several), since, until, before."""
    database = await permitted(request, datasette, _TABLES)
    asked = request.args
    try:
        since, until = (
            dt.date.fromisoformat(text) if (text := asked.get(name)) else None for name in ("since", "until")
        )
    except ValueError:
        return response("since and until take a day, such as 2024-05-03.", status=400)
    kinds = tuple(kind for kind in KINDS if kind in asked.getlist("kind"))
    scope = Scope(None, asked.get("site") or None, since, until, kinds, asked.get("before"))
    try:
        found = await within(datasette, database, lambda db: read_changes(db, scope))
    except NotFoundError as error:
        return response(str(error), status=404)
    return await page(request, datasette, database, "changes.html", {"found": found})


_View = Callable[["Request", "Datasette"], Awaitable["Response"]]
ROUTES: list[tuple[str, _View]] = [(r"^/(?P<database>[^/]+)/-/changes$", changes)]
