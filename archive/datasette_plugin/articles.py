"""The pages of an article: as it reads, what is related to it, and the text of its files."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING
from urllib.parse import unquote

from markupsafe import Markup
from sqlite_utils import Database

from archive import memento
from archive.datasette_plugin.answering import absent, page, permitted, response, room_of, visible, within
from archive.datasette_plugin.memento import addresses_of
from archive.errors import NotFoundError
from archive.markup import readable
from archive.reader import find_article
from archive.reading_room.articles import Shown, Tombstone, read_attachment, read_shown
from archive.reading_room.citations import read_citation
from archive.reading_room.related import read_related

if TYPE_CHECKING:
    from datasette.app import Datasette
    from datasette.utils.asgi import Request, Response

TABLES = (
    "articles", "versions", "version_captures", "captures", "images", "article_images", "events", "sites", "sections",
    "article_sections",
)  # fmt: skip
_OPTIONAL = ("edits", "tags", "notes", "attachments", "family_members")


async def article(request: "Request", datasette: "Datasette") -> "Response":
    """Show an article: its current version, or the one that is asked for."""
    database = await permitted(request, datasette, TABLES)
    seen = await visible(request, datasette, database, _OPTIONAL)
    key = request.url_vars["key"]
    try:
        number = number_of(request, "version")
        found = await within(datasette, database, lambda db: read_shown(db, key, number, seen))
    except NotFoundError as error:
        return await absent(request, datasette, database, error)
    if isinstance(found, Tombstone):
        return await page(request, datasette, database, "withdrawn.html", {"found": found}, status=410)
    citation = await within(datasette, database, lambda db: read_citation(db, key, found.number, "apa"))
    shown = {"found": found, "cited": citation, "as_markup": as_markup, "asked_version": number}
    answer = await page(request, datasette, database, "article.html", shown)
    answer.headers |= _over_time(request, datasette, database, found, is_fixed=number is not None)
    return answer


async def by_reference(request: "Request", datasette: "Datasette") -> "Response":
    """Lead from an article's id or any of its addresses to its page."""
    database = await permitted(request, datasette, TABLES)
    reference = unquote(request.url_vars["reference"])
    asked = request.query_string if "://" in reference else ""
    reference = f"{reference}?{asked}" if asked else reference
    try:
        key = await within(datasette, database, lambda db: _key_of(db, reference))
    except NotFoundError as error:
        return await absent(request, datasette, database, error)
    version = None if asked else request.args.get("version")
    address = room_of(datasette, database).article(key, version=version)
    return response("", status=302, headers={"Location": address})


async def related(request: "Request", datasette: "Datasette") -> "Response":
    """Show who else told an article's story, and what is like it."""
    database = await permitted(request, datasette, (*TABLES, "family_members"))
    key = request.url_vars["key"]
    try:
        found = await within(datasette, database, lambda db: read_related(db, key))
    except NotFoundError as error:
        return await absent(request, datasette, database, error)
    return await page(request, datasette, database, "related.html", {"found": found})


async def attachment(request: "Request", datasette: "Datasette") -> "Response":
    """Show the text of a file that an article links to."""
    database = await permitted(request, datasette, (*TABLES, "attachments"))
    key, number = request.url_vars["key"], int(request.url_vars["id"][:15])
    try:
        found = await within(datasette, database, lambda db: read_attachment(db, key, number))
    except NotFoundError as error:
        return await absent(request, datasette, database, error)
    return await page(request, datasette, database, "attachment.html", {"found": found})


View = Callable[["Request", "Datasette"], Awaitable["Response"]]
ARTICLE = r"^/(?P<database>[^/]+)/-/article/"
KEY = "(?P<key>[a-z2-7]{16})"
# What leads to a key takes any path: the last of all routes of articles.
ROUTES: list[tuple[str, View]] = [
    (rf"{ARTICLE}{KEY}$", article),
    (rf"{ARTICLE}{KEY}/related$", related),
    (rf"{ARTICLE}{KEY}/attachment/(?P<id>[0-9]+)$", attachment),
    (rf"{ARTICLE}(?P<reference>.+)$", by_reference),
]


def number_of(request: "Request", name: str) -> int | None:
    """Return the number of a version that is asked for, None for none; raises NotFoundError for what is no number."""
    text = request.args.get(name) or ""
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 10 and int(text)):
        raise NotFoundError(f"{text!r} is no version; one is a number, from 1 on")
    return int(text)


def as_markup(text: str) -> Markup:
    """Return an article's markup, cleaned for a page."""
    return Markup(readable(text))  # noqa: S704 (what is cleaned is safe)


def _key_of(db: Database, reference: str) -> str:
    (key,) = db.conn.execute("SELECT key FROM articles WHERE id = ?", (find_article(db, reference),)).fetchone()
    return str(key)


def _over_time(
    request: "Request", datasette: "Datasette", database: str, found: Shown, *, is_fixed: bool
) -> dict[str, str]:
    """Return the headers by which Memento clients find the other versions (RFC 7089)."""
    if not found.mementos:
        return {}
    where = addresses_of(request, datasette, database, found.standing.key, found.standing.url)
    shown = found.memento if is_fixed else None
    headers = {"Link": memento.link_header(found.mementos, where, shown)}
    return headers | ({"Memento-Datetime": shown.date} if shown else {})
