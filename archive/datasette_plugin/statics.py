"""The reading room's own files, styles and scripts; browsers keep them for as long as they are the same."""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datasette.app import Datasette
    from datasette.utils.asgi import Request, Response

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}
_FOREVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class _File:
    body: bytes
    mime: str
    digest: str


def address_of(name: str) -> str:
    """Return the path of a file, changed whenever its bytes do; raises KeyError."""
    return f"/-/newsarchive/{name}?v={_files()[name].digest}"


async def static(request: "Request", datasette: "Datasette") -> "Response":  # noqa: ARG001
    """Answer with one of our files; only what was found at the start has an address."""
    from datasette.utils.asgi import NotFound, Response  # noqa: PLC0415

    found = _files().get(request.url_vars["name"])
    if found is None:
        raise NotFound("There is no such file")
    is_current = request.args.get("v") == found.digest
    headers = {
        "X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'",
        "Cache-Control": _FOREVER if is_current else "no-cache",
    }  # fmt: skip
    return Response(found.body, content_type=found.mime, headers=headers)


_View = Callable[["Request", "Datasette"], Awaitable["Response"]]
ROUTES: list[tuple[str, _View]] = [(r"^/-/newsarchive/(?P<name>[\w.-]+)$", static)]


@cache
def _files() -> dict[str, _File]:
    folder = files("archive.datasette_plugin") / "static"
    found = {}
    for entry in folder.iterdir():
        mime = _TYPES.get(PurePosixPath(entry.name).suffix)
        if mime:
            body = entry.read_bytes()
            found[entry.name] = _File(body, mime, hashlib.sha256(body).hexdigest()[:12])
    return found
