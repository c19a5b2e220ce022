"""The page of a site."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING
from urllib.parse import unquote

from archive.datasette_plugin.answering import absent, page, permitted, within
from archive.errors import NotFoundError
from archive.reading_room.sites import Asked, read_site

if TYPE_CHECKING:
    from datasette.app import Datasette
    from datasette.utils.asgi import Request, Response

TABLES = (
    "articles", "article_sections", "sites", "sections", "runs", "run_health", "run_causes", "problems", "hosts",
    "urls", "sightings", "takedowns", "site_months",
)  # fmt: skip


async def site(request: "Request", datasette: "Datasette") -> "Response":
    """Show a site: year, field, before (a run), cause and after (gaps)."""
    database = await permitted(request, datasette, TABLES)
    name = unquote(request.url_vars["site"])
    asked = Asked(
        _number(request, "year"), request.args.get("field"), _number(request, "before"), request.args.get("cause"),
        _number(request, "after") or 0,
    )  # fmt: skip
    try:
        found = await within(datasette, database, lambda db: read_site(db, name, asked))
    except NotFoundError as error:
        return await absent(request, datasette, database, error)
    return await page(request, datasette, database, "site.html", {"found": found, "asked": asked})


_View = Callable[["Request", "Datasette"], Awaitable["Response"]]
ROUTES: list[tuple[str, _View]] = [(r"^/(?P<database>[^/]+)/-/site/(?P<site>[^/]+)$", site)]


def _number(request: "Request", name: str) -> int | None:
    text = request.args.get(name) or ""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else None
