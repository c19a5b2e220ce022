"""The page of exports, and the files that it hands out."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from archive.datasette_plugin.answering import HEADERS, Streamed, page, permitted, response, within
from archive.datasette_plugin.searching import asked_of
from archive.errors import ArchiveError, NotFoundError, TooMuchError
from archive.reading_room.asked import slug
from archive.reading_room.exporting import FORMS, Form, Parcel, ReaderLeftError, Taking, make_parcel, read_taking

if TYPE_CHECKING:
    from datasette.app import Datasette
    from datasette.utils.asgi import Request, Response

# All that an export reads.
TABLES = (
    "articles", "versions", "captures", "version_captures", "records", "urls", "sites", "sections", "article_sections",
    "images", "article_images", "attachments", "family_members", "tags", "notes", "edits",
)  # fmt: skip
_PIECE = 1 << 18
_STATUS = {ValueError: 400, NotFoundError: 404, ReaderLeftError: 499, ArchiveError: 500}
# Beside Datasette's own threads, so that nobody's page waits for somebody's file.
_MAKERS = ThreadPoolExecutor(2, thread_name_prefix="newsarchive-export")


async def export(request: "Request", datasette: "Datasette") -> "Response | Streamed":
    """Show what can be taken along of a search, or hand it out: format, and what a search takes."""
    database = await permitted(request, datasette, TABLES)
    show = partial(_page, request, datasette, database)
    wanted = request.args.get("format") or ""
    try:
        if wanted and wanted not in FORMS:
            raise ValueError(f"format takes {', '.join(FORMS)}.")
        asked = asked_of(request)
        taking: Taking = await within(datasette, database, lambda db: read_taking(db, asked))
        offer = _Offer(taking, FORMS[wanted or "jsonl"])
        if not wanted or not taking.total.number:
            return await show(offer, status=404 if wanted else 200)
        try:
            parcel = await _handed_out(request, Path(datasette.get_database(database).path or ""), offer)
        except TooMuchError as error:
            return await show(replace(offer, refused=str(error)), status=400)
    except tuple(_STATUS) as error:
        return response(str(error), status=next(_STATUS[kind] for kind in _STATUS if isinstance(error, kind)))
    if parcel.problems and not request.args.get("rest"):
        parcel.file.close()
        return await show(replace(offer, problems=parcel.problems), status=409)
    name = f"{slug(database, 'archive')}-{asked.name('articles')}{offer.form.ending}"
    headers = HEADERS | {
        "Content-Length": str(parcel.bytes), "Content-Disposition": f'attachment; filename="{name}"',
    }  # fmt: skip
    return Streamed(_pieces(parcel), headers, offer.form.mime)


def _pieces(parcel: Parcel) -> Iterator[bytes]:
    """Yield the file; it is gone when the last of it is sent, or nobody asks for more."""
    with parcel.file as file:
        while piece := file.read(_PIECE):
            yield piece


_View = Callable[["Request", "Datasette"], Awaitable["Response | Streamed"]]
ROUTES: list[tuple[str, _View]] = [(r"^/(?P<database>[^/]+)/-/export$", export)]


@dataclass(frozen=True, slots=True)
class _Offer:
    """What the page shows: what would be taken, in which form, why that was refused, and what could not be read."""

    taking: Taking
    form: Form
    refused: str = ""
    problems: tuple[str, ...] = ()


async def _page(request: "Request", datasette: "Datasette", database: str, offer: _Offer, *, status: int) -> "Response":
    shown = {"offer": offer, "forms": FORMS.values()}
    return await page(request, datasette, database, "export.html", shown, status=status)


async def _handed_out(request: "Request", database: Path, offer: _Offer) -> Parcel:
    """Return the file that is asked for; raises TooMuchError and what an export raises."""
    total, form = offer.taking.total, offer.form
    # Far more than is handed out is not even looked for; of an estimate the half may be true.
    if total.number > (1 if total.is_exact else 2) * form.most:
        raise TooMuchError(f"{total} articles are found; at most {form.most:,} are handed out at once")
    return await _made(request, partial(make_parcel, database, offer.taking.asked, form))


async def _made(request: "Request", make: Callable[[threading.Event], Parcel]) -> Parcel:
    """Return what is made in a thread of its own, which is told to stop when the reader leaves."""
    left = threading.Event()
    making = asyncio.get_running_loop().run_in_executor(_MAKERS, make, left)
    leaving = asyncio.ensure_future(_leaving(request))
    try:
        await asyncio.wait((making, leaving), return_when=asyncio.FIRST_COMPLETED)
        if not making.done():
            left.set()
        return await making
    finally:
        left.set()
        leaving.cancel()
        if not making.done():
            # This request was cancelled: nobody will close what is made for it.
            making.add_done_callback(lambda made: None if made.exception() else made.result().file.close())


async def _leaving(request: "Request") -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
