"""What our own routes share: who may ask, asking the archive in its own thread, and answers."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlite_utils import Database

from archive.datasette_plugin.addresses import Room
from archive.datasette_plugin.generations import ensure_visible, is_visible
from archive.datasette_plugin.statics import address_of

if TYPE_CHECKING:
    from datasette.app import Datasette
    from datasette.utils.asgi import Request, Response

# Pages show what strangers wrote: nothing runs but our own files, and nothing is fetched from elsewhere.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    # Who may read it is asked each time.
    "Cache-Control": "private, no-cache",
}
_TAG = re.compile(r'"[^"]*"|\*')


@dataclass(frozen=True, slots=True)
class Streamed:
    """An answer that is sent piece by piece, each piece made in a thread."""

    pieces: Iterator[bytes]
    headers: Mapping[str, str]
    content_type: str

    async def asgi_send(self, send: Callable[[dict[str, Any]], Awaitable[None]]) -> None:
        """Send it, as Datasette asks."""
        loop = asyncio.get_running_loop()
        headers = {**self.headers, "content-type": self.content_type}
        named = [[name.lower().encode(), value.encode("latin-1")] for name, value in headers.items()]
        await send({"type": "http.response.start", "status": 200, "headers": named})
        while (piece := await loop.run_in_executor(None, next, self.pieces, None)) is not None:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


def has_tag(headers: Mapping[str, str], tag: str) -> bool:
    """Return whether the asker has what bears this tag (RFC 9110, 13.1.2)."""
    return bool({tag, "*"} & {*_TAG.findall(headers.get("if-none-match") or "")})


async def permitted(
    request: "Request", datasette: "Datasette", tables: Sequence[str], database: str | None = None
) -> str:
    """Return the name of the archive that is asked, or the one named; raises what Datasette answers 404 and 403 by."""
    from datasette.utils import tilde_decode  # noqa: PLC0415
    from datasette.utils.asgi import NotFound  # noqa: PLC0415

    name = database or tilde_decode(request.url_vars["database"])
    if name not in datasette.databases or not set(tables) <= set(await datasette.get_database(name).table_names()):
        raise NotFound(f"There is no archive {name}")
    for table in tables:
        await ensure_visible(datasette, request.actor, name, table)
    return str(name)


async def visible(request: "Request", datasette: "Datasette", database: str, tables: Sequence[str]) -> frozenset[str]:
    """Return those of the tables that whoever asks may see: what a page can do without."""
    return frozenset([table for table in tables if await is_visible(datasette, request.actor, database, (table,))])


async def within(datasette: "Datasette", database: str, ask: Callable[[Database], Any]) -> Any:
    """Return what a function finds in an archive; raises NotFound where it lacks a table that came later."""
    from datasette.utils.asgi import NotFound  # noqa: PLC0415
    from datasette.utils.sqlite import sqlite3  # noqa: PLC0415

    try:
        return await datasette.get_database(database).execute_fn(
            lambda connection: ask(Database(connection, recursive_triggers=False))
        )
    except sqlite3.OperationalError as error:
        if not str(error).startswith("no such"):
            raise
        said = f"{database} was written by an earlier release; `newsarchive status` brings it up to date"
        raise NotFound(said) from error


def room_of(datasette: "Datasette", database: str) -> Room:
    """Return the addresses of an archive's pages."""
    return Room(str(datasette.urls.database(database)))


async def page(
    request: "Request",
    datasette: "Datasette",
    database: str,
    template: str,
    shown: Mapping[str, Any],
    *,
    status: int = 200,
) -> "Response":
    """Return a page of the reading room: `template` under templates/newsarchive, filled with what is shown.

    Templates find beside it `room` (the addresses of all pages), `database`, and `static` (the address of a file).
    """
    context = {
        "database": database, "room": room_of(datasette, database),
        "static": lambda name: datasette.urls.path(address_of(name)),
    }  # fmt: skip
    html = await datasette.render_template(f"newsarchive/{template}", context | dict(shown), request=request)
    return response(html, status=status, content_type="text/html; charset=utf-8", headers=dict(HEADERS))


async def absent(
    request: "Request", datasette: "Datasette", database: str, said: object, *, status: int = 404
) -> "Response":
    """Return a page that says why there is nothing, and leads on."""
    return await page(request, datasette, database, "absent.html", {"said": str(said)}, status=status)


def response(body: str | bytes, **more: Any) -> "Response":
    """Return an answer, plain text unless told otherwise."""
    from datasette.utils.asgi import Response  # noqa: PLC0415

    headers = {"X-Content-Type-Options": "nosniff"} | more.pop("headers", {})
    return Response(body, **({"content_type": "text/plain; charset=utf-8"} | more), headers=headers)
