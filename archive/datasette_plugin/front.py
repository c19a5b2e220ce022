"""The front page, of an archive and of a server whose only database is one."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from archive.datasette_plugin.answering import page, permitted, within
from archive.reading_room.front import read_front

if TYPE_CHECKING:
    from datasette.app import Datasette
    from datasette.utils.asgi import Request, Response

TABLES = (
    "articles", "versions", "captures", "events", "images", "article_images", "sites", "sections", "runs", "problems",
    "hosts", "notices", "tags", "watches", "site_months", "totals",
)  # fmt: skip


async def front(request: "Request", datasette: "Datasette") -> "Response":
    """Show what is in an archive."""
    return await _front(request, datasette, await permitted(request, datasette, TABLES))


async def root(request: "Request", datasette: "Datasette", send: Any) -> "Response":
    """Show the front page of the only database where that is an archive to be read; else Datasette's own index."""
    from datasette.utils.asgi import Forbidden, NotFound  # noqa: PLC0415
    from datasette.views.index import IndexView  # noqa: PLC0415

    served = [name for name in datasette.databases if name != "_internal"]
    if len(served) == 1 and not request.url_vars["format"]:
        try:
            return await _front(request, datasette, await permitted(request, datasette, TABLES, served[0]))
        except (Forbidden, NotFound):
            # Another database, an archive of an earlier release, or one that this reader may not see whole.
            pass
    answer: Response = await IndexView.as_view(datasette)(request, send)
    return answer


_View = Callable[..., Awaitable["Response"]]
ROUTES: list[tuple[str, _View]] = [
    (r"^/(?P<database>[^/]+)/-/front$", front),
    (r"^/(\.(?P<format>jsono?))?$", root),
]


async def _front(request: "Request", datasette: "Datasette", database: str) -> "Response":
    return await page(
        request, datasette, database, "front.html", {"found": await within(datasette, database, read_front)}
    )
