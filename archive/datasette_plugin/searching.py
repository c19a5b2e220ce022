"""The search page, and the same answer as JSON."""

import datetime as dt
import json
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from archive.datasette_plugin.answering import HEADERS, page, permitted, response, within
from archive.reading_room.asked import LONGEST, Asked
from archive.reading_room.searching import MOST_PAGES, PAGE, read_answer, read_search

if TYPE_CHECKING:
    from datasette.app import Datasette
    from datasette.utils.asgi import Request, Response

    from archive.search import Sort

TABLES = ("articles", "versions", "captures", "images", "article_images", "sites", "sections")
_MOST_HITS = 1_000


async def search(request: "Request", datasette: "Datasette") -> "Response":
    """Show what a search finds: q, site, section, since, until, sort, page."""
    database = await permitted(request, datasette, TABLES)
    try:
        asked = asked_of(request)
    except ValueError as error:
        return response(str(error), status=400)
    found = await within(datasette, database, lambda db: read_search(db, asked))
    return await page(request, datasette, database, "search.html", {"found": found})


async def search_json(request: "Request", datasette: "Datasette") -> "Response":
    """Answer as `newsarchive search --json` does: beside what the page takes, limit and facets=1."""
    database = await permitted(request, datasette, TABLES)
    try:
        asked, limit = asked_of(request), _number(request, "limit", PAGE, _MOST_HITS)
    except ValueError as error:
        return response(json.dumps({"error": str(error)}), status=400, content_type="application/json; charset=utf-8")
    facets = request.args.get("facets") not in (None, "", "0")
    answer = await within(datasette, database, lambda db: read_answer(db, asked, limit, facets=facets))
    text = json.dumps(answer, ensure_ascii=False).encode("utf-8", "replace")
    return response(text, content_type="application/json; charset=utf-8", headers=dict(HEADERS))


def asked_of(request: "Request") -> Asked:
    """Return what an address asks for; raises ValueError with what is wrong with it.

    A site and a section beside the words become words of the query, so that there is one way to narrow it.
    """
    site, section = (" ".join((request.args.get(name) or "").split()) for name in ("site", "section"))
    words = [request.args.get("q") or ""]
    words += [f"site:{site}"] if site and not section else []
    words += [f"section:{site}/{section}" if site else f"section:{section}"] if section else []
    said = request.args.get("sort") or "relevance"
    if said not in MOST_PAGES:
        raise ValueError("sort takes relevance or newest.")
    sort: Sort = "newest" if said == "newest" else "relevance"
    number = _number(request, "page", 1, MOST_PAGES[sort])
    text = " ".join(" ".join(words).split())[:LONGEST]
    return Asked(text, sort, _day(request, "since"), _day(request, "until"), number)


def _day(request: "Request", name: str) -> dt.date | None:
    text = request.args.get(name)
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        raise ValueError(f"{name} takes a day, such as 2024-05-03.") from None


def _number(request: "Request", name: str, otherwise: int, most: int) -> int:
    text = request.args.get(name) or str(otherwise)
    if not (text.isascii() and text.isdecimal() and len(text) < 7 and 1 <= int(text) <= most):
        raise ValueError(f"{name} takes a number from 1 to {most}.")
    return int(text)


_View = Callable[["Request", "Datasette"], Awaitable["Response"]]
_BASE = r"^/(?P<database>[^/]+)/-"
ROUTES: list[tuple[str, _View]] = [(rf"{_BASE}/search$", search), (rf"{_BASE}/search\.json$", search_json)]
