"""The page of one fetch, and its record as it lies in the WARC file."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from archive.datasette_plugin.answering import HEADERS, absent, page, permitted, response, within
from archive.datasette_plugin.articles import View
from archive.errors import ArchiveError, NotFoundError
from archive.reading_room.captures import read_capture, record_of

if TYPE_CHECKING:
    from datasette.app import Datasette
    from datasette.utils.asgi import Request, Response

    from archive.reading_room.captures import Capture

_TABLES = ("captures", "articles", "versions", "version_captures", "records", "runs", "images")


async def capture(request: "Request", datasette: "Datasette") -> "Response":
    """Show a fetch; raw=1 gives its record."""
    database = await permitted(request, datasette, _TABLES)
    number = int(request.url_vars["id"])
    try:
        found = await within(datasette, database, lambda db: read_capture(db, number))
    except NotFoundError as error:
        return await absent(request, datasette, database, error)
    if request.args.get("raw"):
        return await _record(request, datasette, database, found)
    status = 410 if found.withdrawn else 200
    return await page(request, datasette, database, "capture.html", {"found": found}, status=status)


ROUTES: list[tuple[str, View]] = [(r"^/(?P<database>[^/]+)/-/capture/(?P<id>[0-9]{1,15})$", capture)]


async def _record(request: "Request", datasette: "Datasette", database: str, found: "Capture") -> "Response":
    folder = Path(datasette.get_database(database).path or "").parent / "captures"
    try:
        data = await asyncio.to_thread(record_of, found, folder)
    except NotFoundError as error:
        return await absent(request, datasette, database, error, status=410 if found.withdrawn else 404)
    except ArchiveError as error:
        return await absent(request, datasette, database, error)
    suffix = "warc.gz" if data[:2] == b"\x1f\x8b" else "warc"
    named = {"Content-Disposition": f'attachment; filename="capture-{found.id}.{suffix}"'}
    return response(data, content_type="application/warc", headers=HEADERS | named)
