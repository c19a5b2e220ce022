"""Why a page could not be had: one named cause for every way in which fetching fails."""

import re
from urllib.parse import urlsplit

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    NotSupported,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)
from scrapy.http import Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.internet.error import ConnectError

from crawler.politeness.bodies import is_file

# A link to one of these says so, and leads to no page.
_FILE_NAME = re.compile(
    r"\.(?:pdf|docx?|xlsx?|pptx?|od[tsp]|rtf|epub|zip|rar|7z|t?gz|bz2|jpe?g|png|gif|webp|bmp|tiff?|avif|svg|ico|"
    r"mp[34]|m4[av]|mov|avi|wm[av]|webm|og[agv]|wav|flac|exe|apk|dmg)$",
    re.IGNORECASE,
)
BACKED_OFF, SPENT = "host-backoff", "host-budget"
# A rule keeps these from being fetched, or says that they are no article; the rest are failures.
SKIPS = frozenset(
    {"robots", "off-site", "not-html", "host-not-allowed", "since", "not-article", "private-address", "scheme"}
)
# The host is left alone for a while: what it was asked for stays owed, and has not failed.
OWED = frozenset({BACKED_OFF, SPENT, "robots-unreachable"})
# A link that leads nowhere is the site's affair, not the run's.
DEAD_LINKS = frozenset({"http-404", "http-410", "soft-404", "incomplete"})


class Refused(IgnoreRequest):
    """A request that a rule of ours turns away; `cause` names the rule."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


class SlowResponseError(Exception):
    """A response that trickles for longer than one may take."""


_CAUSES: tuple[tuple[type[Exception], str], ...] = (
    (CannotResolveHostError, "dns"),
    (DownloadConnectionRefusedError, "refused"),
    (DownloadTimeoutError, "timeout"),
    (DownloadCancelledError, "too-large"),
    (SlowResponseError, "too-slow"),
    (ResponseDataLossError, "truncated"),
    (UnsupportedURLSchemeError, "scheme"),
    (NotSupported, "scheme"),
    (ConnectError, "no-route"),
)


def cause_of(error: BaseException | None) -> str:
    """Return the cause of a failed download."""
    if isinstance(error, Refused):
        return error.cause
    if isinstance(error, IgnoreRequest):
        return _cause_of_ignored(str(error))
    if isinstance(error, HttpError):
        return f"http-{error.response.status}"
    if isinstance(error, DownloadFailedError):
        return "tls" if "ssl" in f"{error!r} {error.__cause__!r}".lower() else "reset"
    known = next((cause for kind, cause in _CAUSES if isinstance(error, kind)), None)
    return known or f"error-{type(error).__name__}"


def cause_of_status(response: Response) -> str | None:
    """Return the cause of a response that is no page, None for a good one."""
    return None if response.status == 200 else f"http-{response.status}"


def cause_of_no_page(body: bytes, url: str) -> str:
    """Return why a body that is no page is none: a file whose address says so is no failure of the site's."""
    if not is_file(body):
        return "not-html"
    name = urlsplit(url).path.rpartition("/")[2]
    return "not-html" if _FILE_NAME.search(name) else "wrong-type"


def _cause_of_ignored(message: str) -> str:
    if "robots" in message.lower():
        return "robots"
    if "redirect" in message.lower():
        return "redirect-loop"
    return "too-large" if "size" in message.lower() or "exceed" in message.lower() else "ignored"
