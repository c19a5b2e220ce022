"""The bytes of pictures: as the site served them, and as small forms for lists."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, BinaryIO, cast

from archive.datasette_plugin.answering import Streamed, has_tag, permitted, response, within
from archive.datasette_plugin.statics import address_of
from archive.media import file_in, relative_path
from archive.reading_room.picture import ImageFile, find_file

if TYPE_CHECKING:
    from datasette.app import Datasette
    from datasette.utils.asgi import Request, Response

    from archive.reading_room.thumbs import Kept

TABLES = ("articles", "versions", "captures", "images")
# What browsers show as a picture and nothing else, SVG too where nothing in it runs; others are no more than kept.
SHOWN = {
    "image/jpeg", "image/png", "image/gif", "image/webp", "image/avif", "image/bmp", "image/x-icon", "image/svg+xml",
}  # fmt: skip
_SAFE = SHOWN | {"image/tiff", "image/jp2"}
# Of what cannot be drawn smaller, files up to this size are sent as they are.
_SMALL, _PIECE, _CACHE = 64 * 1024, 256 * 1024, 32 * 1024 * 1024
_GUARDED = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
# The address is that of the bytes; a day, so that what is withdrawn does not stay with a reader for long.
_LASTING = {"Cache-Control": "private, max-age=86400, immutable"}
_FLEETING = {"Cache-Control": "private, no-cache"}
_View = Callable[["Request", "Datasette"], Awaitable["Response"]]


def media_of(datasette: "Datasette", database: str) -> Path:
    """Return the folder of an archive's pictures: beside its database."""
    return Path(datasette.get_database(database).path or "").parent / "media"


async def image(request: "Request", datasette: "Datasette") -> "Response":
    """Answer with the bytes of a picture, as the site served them."""
    return await _answered(request, datasette, "", _original)


async def thumb(request: "Request", datasette: "Datasette") -> "Response":
    """Answer with a small form of a picture; with itself, or a sign in its place, where it cannot be drawn."""
    return await _answered(request, datasette, "-small", _small)


_BASE, _DIGEST = r"^/(?P<database>[^/]+)/-", "(?P<sha256>[0-9a-f]{64})"
ROUTES: list[tuple[str, _View]] = [(rf"{_BASE}/image/{_DIGEST}$", image), (rf"{_BASE}/thumb/{_DIGEST}$", thumb)]


async def _answered(
    request: "Request",
    datasette: "Datasette",
    form: str,
    answer: Callable[[ImageFile, Path, str], Awaitable["Response"]],
) -> "Response":
    database = await permitted(request, datasette, TABLES)
    file = await within(datasette, database, lambda db: find_file(db, request.url_vars["sha256"]))
    if file is None:
        return response("The archive has no such picture.", status=404, headers=_GUARDED | _FLEETING)
    if file.withdrawn:
        return response("The picture was taken down.", status=410, headers=_GUARDED | _FLEETING)
    path = file_in(media_of(datasette, database), file.path)
    if path is None:
        said = "The picture's file is not in the media folder beside the database."
        return response(said, status=404, headers=_GUARDED | _FLEETING)
    tag = f'"{file.sha256}{form}"'
    if has_tag(request.headers, tag):
        return response("", status=304, headers={"ETag": tag} | _LASTING)
    placeholder = datasette.urls.path(address_of("no-picture.svg"))
    found = await answer(file, path, placeholder)
    found.headers["ETag"] = tag
    return found


async def _original(file: ImageFile, path: Path, _placeholder: str) -> "Response":
    is_safe = file.mime in _SAFE
    headers = {
        **_GUARDED, **_LASTING, "Content-Length": str(path.stat().st_size),
        "Content-Disposition": f'{"inline" if is_safe else "attachment"}; filename="{_name_of(file)}"',
    }  # fmt: skip
    sent = Streamed(_pieces(path.open("rb")), headers, file.mime if is_safe else "application/octet-stream")
    return cast("Response", sent)


def _name_of(file: ImageFile) -> str:
    """Return the name under which a picture is saved: our own, for what a row says would stand in a header."""
    return PurePosixPath(relative_path(file.sha256, file.mime)).name


async def _small(file: ImageFile, path: Path, placeholder: str) -> "Response":
    from archive.reading_room.thumbs import MIME  # noqa: PLC0415

    drawn = await asyncio.get_running_loop().run_in_executor(_threads(), _draw, file.sha256, path)
    if drawn is not None:
        return response(drawn, content_type=MIME, headers=_GUARDED | _LASTING)
    if file.mime in SHOWN and path.stat().st_size <= _SMALL:
        return await _original(file, path, placeholder)
    return response("", status=302, headers=_GUARDED | _FLEETING | {"Location": placeholder})


def _draw(sha256: str, path: Path) -> bytes | None:
    from archive.reading_room.thumbs import thumb_of  # noqa: PLC0415

    is_known, drawn = _kept().get(sha256)
    if not is_known:
        drawn = thumb_of(path)
        _kept().put(sha256, drawn)
    return drawn


@cache
def _kept() -> "Kept":
    from archive.reading_room.thumbs import Kept  # noqa: PLC0415

    return Kept(_CACHE)


@cache
def _threads() -> ThreadPoolExecutor:
    # No more pictures than these are in memory at once.
    return ThreadPoolExecutor(2, "thumbs")


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while piece := file.read(_PIECE):
            yield piece
