"""The page of a comparison."""

from typing import TYPE_CHECKING

from archive.datasette_plugin.answering import absent, page, permitted, within
from archive.datasette_plugin.articles import ARTICLE, KEY, TABLES, View, number_of
from archive.diffing.folding import pieces_of
from archive.errors import NotFoundError
from archive.reading_room.diffs import read_comparison

if TYPE_CHECKING:
    from datasette.app import Datasette
    from datasette.utils.asgi import Request, Response


async def diff(request: "Request", datasette: "Datasette") -> "Response":
    """Show two versions beside each other: from, to; the latest change where neither is named."""
    database = await permitted(request, datasette, TABLES)
    key = request.url_vars["key"]
    try:
        first, second = number_of(request, "from"), number_of(request, "to")
        found = await within(datasette, database, lambda db: read_comparison(db, key, first, second))
    except NotFoundError as error:
        return await absent(request, datasette, database, error)
    if found is None:
        return await page(request, datasette, database, "unchanged.html", {"key": key})
    return await page(request, datasette, database, "diff.html", {"found": found, "pieces_of": pieces_of})


ROUTES: list[tuple[str, View]] = [(rf"{ARTICLE}{KEY}/diff$", diff)]
