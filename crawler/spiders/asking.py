"""Requests of the spiders, and what their responses refer to."""

from scrapy.http import Response

from archive.units import CaptureRef
from crawler.middlewares import header_of

NOT_MODIFIED = 304
_ERRORS = [NOT_MODIFIED, *range(400, 600)]


def meta_of(kind: str) -> dict[str, object]:
    """Return a request's meta: what kind of page it is for; errors are answers too, redirects are followed."""
    return {"kind": kind, "handle_httpstatus_list": _ERRORS}


def validators(etag: str | None, last_modified: str | None) -> dict[str, str]:
    """Return the headers that ask for a page only if it is another than the one that these came with (RFC 9110, 13)."""
    said = {"If-None-Match": etag, "If-Modified-Since": last_modified}
    return {name: value for name, value in said.items() if value}


def capture_of(response: Response) -> CaptureRef:
    """Return the reference that the capture middleware left for a response."""
    if response.request is None:
        raise RuntimeError(f"the response of {response.url} belongs to no request")
    ref: CaptureRef = response.request.meta["capture"]
    return ref


def content_type_of(response: Response) -> str | None:
    """Return what a response's header says it is."""
    return header_of(response, "Content-Type")
