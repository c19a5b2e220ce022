"""The picture wall, a picture's own page, and pictures to take away."""

import calendar
import datetime as dt
import json
import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, cast

from archive.datasette_plugin.answering import HEADERS, Streamed, absent, page, permitted, response, room_of, within
from archive.datasette_plugin.images import SHOWN, media_of
from archive.errors import NotFoundError
from archive.reading_room.picture import read_sheet
from archive.reading_room.pictures import MANY, MOST, Picture, Place, Wanted, read_selection, read_wall

if TYPE_CHECKING:
    from datasette.app import Datasette
    from datasette.utils.asgi import Request, Response

_TABLES = (
    "articles", "versions", "captures", "version_captures", "images", "article_images", "pictures", "credits", "sites",
)  # fmt: skip
_PLACE = re.compile(r"([0-9]{1,18})\.([0-9]{1,9})")
_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})")
_Filters = dict[str, str]


async def wall(request: "Request", datasette: "Datasette") -> "Response":
    """Show pictures with their captions: q, credit, site, month, since, until, before."""
    database = await permitted(request, datasette, _TABLES)
    try:
        wanted, before = _wanted(request), _place(request.args.get("before"))
        found = await within(datasette, database, lambda db: read_wall(db, wanted, before))
    except ValueError as error:
        return await absent(request, datasette, database, error, status=400)
    except NotFoundError as error:
        return await absent(request, datasette, database, error)
    shown = {
        "found": found, "filters": _filters(request), "many": MANY, "most": MOST,
        "before": _place_text(found.before), "is_first": before is None, "from_place": _place_text(before),
    }  # fmt: skip
    return await page(request, datasette, database, "pictures.html", shown)


async def picture(request: "Request", datasette: "Datasette") -> "Response":
    """Show a picture with all that was ever said of it."""
    database = await permitted(request, datasette, _TABLES)
    try:
        sheet = await within(datasette, database, lambda db: read_sheet(db, request.url_vars["sha256"]))
    except NotFoundError as error:
        return await absent(request, datasette, database, error)
    shown = {"sheet": sheet, "shows": sheet.file.mime in SHOWN}
    return await page(request, datasette, database, "picture.html", shown)


async def taken(request: "Request", datasette: "Datasette") -> "Response":
    """Give the pictures that fit away: as ZIP with a table, as CSV, as JSON."""
    from archive.reading_room.taking import csv_of, row_of, zip_of  # noqa: PLC0415

    database = await permitted(request, datasette, _TABLES)
    try:
        wanted, before = _wanted(request), _place(request.args.get("before"))
        found, more = await within(datasette, database, lambda db: read_selection(db, wanted, before))
    except ValueError as error:
        return response(str(error), status=400)
    except NotFoundError as error:
        return response(str(error), status=404)
    form = request.url_vars["form"]
    following = None
    if more:
        address = room_of(datasette, database).taken(form, **_filters(request), before=_place_text(more))
        following = datasette.absolute_url(request, address)
    headers = {**HEADERS, **({"Link": f'<{following}>; rel="next"'} if following else {})}
    if form == "json":
        said = {"pictures": [row_of(each) for each in found], "next": following}
        return response(json.dumps(said, ensure_ascii=False), content_type="application/json", headers=headers)
    headers["Content-Disposition"] = f'attachment; filename="{_file_name(wanted)}.{form}"'
    if form == "csv":
        return response(csv_of([*map(row_of, found)]), content_type="text/csv; charset=utf-8", headers=headers)
    pieces = zip_of(found, media_of(datasette, database), _note(found, following))
    return cast("Response", Streamed(pieces, headers, "application/zip"))


_View = Callable[["Request", "Datasette"], Awaitable["Response"]]
_BASE = r"^/(?P<database>[^/]+)/-"
ROUTES: list[tuple[str, _View]] = [
    (rf"{_BASE}/pictures$", wall),
    (rf"{_BASE}/pictures\.(?P<form>zip|csv|json)$", taken),
    (rf"{_BASE}/picture/(?P<sha256>[0-9a-f]{{64}})$", picture),
]


def _wanted(request: "Request") -> Wanted:
    """Return what is asked for; raises ValueError, which says what is wrong."""
    asked = _filters(request)
    since, until = (_day(asked, name) for name in ("since", "until"))
    if "month" in asked:
        first, last = _month(asked["month"])
        since, until = max(first, since or first), min(last, until or last)
    return Wanted(asked.get("q", ""), asked.get("credit"), asked.get("site"), since, until)


def _filters(request: "Request") -> _Filters:
    given = {
        name: (request.args.get(name) or "").strip() for name in ("q", "credit", "site", "month", "since", "until")
    }
    return {name: text for name, text in given.items() if text}


def _day(asked: _Filters, name: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(asked[name]) if name in asked else None
    except ValueError as error:
        raise ValueError("since and until take a day, such as 2024-05-03") from error


def _month(text: str) -> tuple[dt.date, dt.date]:
    found = _MONTH.fullmatch(text)
    year, month = map(int, found.groups()) if found else (0, 0)
    if not (year >= 1 and 1 <= month <= 12):
        raise ValueError("month takes a year and a month, such as 2024-05")
    return dt.date(year, month, 1), dt.date(year, month, calendar.monthrange(year, month)[1])


def _place(text: str | None) -> Place | None:
    found = _PLACE.fullmatch(text) if text else None
    if text and found is None:
        raise ValueError("before takes what the link to the next pictures gives")
    return (int(found[1]), int(found[2])) if found else None


def _place_text(place: Place | None) -> str | None:
    return f"{place[0]}.{place[1]}" if place else None


def _file_name(wanted: Wanted) -> str:
    days = "-".join(day.isoformat() for day in (wanted.since, wanted.until) if day)
    return f"pictures-{days}" if days else "pictures"


def _note(found: tuple[Picture, ...], following: str | None) -> str | None:
    if following is None:
        return None
    said = f"These are the newest of the pictures that were asked for: {len(found):,}. The others are at:"
    return f"{said}\n{following}\n"
