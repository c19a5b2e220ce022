"""Feeds from Datasette: of any search, and of the saved ones; asked again, they are sent only where they changed."""

import datetime as dt
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from email.utils import format_datetime, parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import unquote

from sqlite_utils import Database

from archive.datasette_plugin.answering import has_tag, permitted, response, within
from archive.errors import NotFoundError
from archive.search import Filters
from archive.watching.feeds import Feed, Place, saved_feed, search_feed
from archive.watching.rendering import FORMS

if TYPE_CHECKING:
    from datasette.app import Datasette
    from datasette.utils.asgi import Request, Response

_TABLES = (
    "articles", "versions", "version_captures", "captures", "images", "article_images", "events", "sites",
)  # fmt: skip


async def feed_of_search(request: "Request", datasette: "Datasette") -> "Response":
    """Answer with the feed of the search that the address holds: q, site, section, since, until."""
    asked = request.args
    try:
        since, until = (_day(asked.get(name)) for name in ("since", "until"))
    except ValueError:
        return response("since and until take a day, such as 2024-05-03.", status=400)
    filters = Filters(asked.get("site") or None, asked.get("section") or None, since, until)
    text = asked.get("q") or ""
    return await _answer(request, datasette, _TABLES, lambda db, place: search_feed(db, text, filters, place))


async def feed_of_watch(request: "Request", datasette: "Datasette") -> "Response":
    """Answer with the feed of a saved search."""
    name = unquote(request.url_vars["name"])
    return await _answer(request, datasette, (*_TABLES, "watches"), lambda db, place: saved_feed(db, name, place))


_View = Callable[["Request", "Datasette"], Awaitable["Response"]]
_BASE = r"^/(?P<database>[^/]+)/-"
ROUTES: list[tuple[str, _View]] = [
    (rf"{_BASE}/feed\.(?P<form>atom|json)$", feed_of_search),
    (rf"{_BASE}/watch/(?P<name>[^/]+)\.(?P<form>atom|json)$", feed_of_watch),
]


async def _answer(
    request: "Request", datasette: "Datasette", tables: tuple[str, ...], make: Callable[[Database, Place], Feed]
) -> "Response":
    database = await permitted(request, datasette, tables)
    archive = datasette.absolute_url(request, datasette.urls.path(f"/{request.url_vars['database']}"))
    place = Place(archive, datasette.absolute_url(request, request.full_path))
    try:
        feed = await within(datasette, database, lambda db: make(db, place))
    except NotFoundError as error:
        return response(str(error), status=404)
    form = FORMS[request.url_vars["form"]]
    body = form.render(feed)
    headers = {
        "ETag": f'"{hashlib.sha256(body).hexdigest()[:32]}"',
        "Last-Modified": format_datetime(_instant(feed), usegmt=True),
        # Who may read it is asked each time.
        "Cache-Control": "private, no-cache",
        "X-Content-Type-Options": "nosniff",
    }
    if _is_known(request.headers, headers["ETag"], _instant(feed)):
        return response("", status=304, headers=headers)
    return response(body, content_type=form.mime, headers=headers)


def _instant(feed: Feed) -> dt.datetime:
    return dt.datetime.fromisoformat(feed.updated).replace(microsecond=0)


def _is_known(headers: Mapping[str, str], tag: str, changed: dt.datetime) -> bool:
    """Return whether the asker has the feed as it is: by its tag, without one by its date (RFC 9110, 13.1)."""
    if "if-none-match" in headers:
        return has_tag(headers, tag)
    try:
        since = parsedate_to_datetime(headers.get("if-modified-since") or "")
    except ValueError:
        return False
    return changed <= (since if since.tzinfo else since.replace(tzinfo=dt.UTC))


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None
