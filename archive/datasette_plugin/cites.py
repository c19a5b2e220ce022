"""The page of a citation, and the citation as a file."""

from typing import TYPE_CHECKING

from archive.datasette_plugin.answering import HEADERS, absent, page, permitted, response, within
from archive.datasette_plugin.articles import ARTICLE, KEY, TABLES, View, number_of
from archive.errors import NotFoundError
from archive.reading_room.citations import read_citation

if TYPE_CHECKING:
    from datasette.app import Datasette
    from datasette.utils.asgi import Request, Response


async def cite(request: "Request", datasette: "Datasette") -> "Response":
    """Show the citation of a version: version, format; download=1 gives it as a file."""
    database = await permitted(request, datasette, TABLES)
    key, form = request.url_vars["key"], request.args.get("format") or "apa"
    try:
        number = number_of(request, "version")
    except NotFoundError as error:
        return await absent(request, datasette, database, error)
    found = await within(datasette, database, lambda db: read_citation(db, key, number, form))
    if found.why:
        return await absent(request, datasette, database, found.why)
    if request.args.get("download"):
        named = {"Content-Disposition": f'attachment; filename="{found.file_name}"'}
        return response(found.text, content_type=found.form.mime, headers=HEADERS | named)
    return await page(request, datasette, database, "cite.html", {"cited": found})


ROUTES: list[tuple[str, View]] = [(rf"{ARTICLE}{KEY}/cite$", cite)]
