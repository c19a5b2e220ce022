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
_MEANINGS = {
    "dns": "its host name does not resolve",
    "refused": "the host refuses the connection",
    "timeout": "the host did not answer in time",
    "too-large": "the response is larger than max_megabytes allows",
    "too-slow": "the response trickled for longer than response_seconds allows",
    "too-many-pixels": "the image has more pixels than max_megapixels allows",
    "too-many-images": "the article has more images than max_images allows",
    "truncated": "the response ended before its declared length",
    "no-route": "no connection leads to the host",
    "tls": 'the encrypted connection failed; tls = "lenient" in the definition accepts old servers',
    "reset": "the connection broke",
    "robots": "robots.txt forbids it",
    "withdrawn": "it was taken down, and is not archived again",
    "off-site": "it leads to a host that is not the site's",
    "redirect-loop": "it redirects in a circle",
    "host-not-allowed": "only_hosts in newsarchive.toml does not name its host",
    "host-budget": "its host has been asked as often as max_requests_per_host allows: the next run goes on",
    "host-backoff": "its host asked for rest or went on failing: it is asked again later",
    "robots-unreachable": "its host gives no robots.txt for now, not even that it has none: it is asked again later",
    "private-address": "it leads to a private address that neither the definition nor you named",
    "scheme": "its address is no web address",
    "since": "the listing says that it is older than --since",
    "ignored": "Scrapy turned the request away",
    "no-run": "the run could not be opened",
    "not-html": "it is no HTML page",
    "wrong-type": "its bytes are those of another kind of file than a page",
    "incomplete": "a further page of it is missing",
    "not-image": "its bytes are no image",
    "not-a-file": "what came is no PDF or office file",
    "too-many-attachments": "the article links to more files than are kept",
    "empty": "the page is empty",
    "no-articles": "the page names no article that fits the definition",
    "no-article": "the page holds neither text nor image",
    "not-article": "its address is that of a listing or the front page",
    "blocked": "the site answers with a block notice, a captcha or a wall of consent; a longer delay may help",
    "soft-404": "the server answers 200, and the page says that there is none, or leads to the front page or another "
    "article",
    "empty-shell": "the page is a shell that only a script would fill",
    "bad-encoding": "some bytes are no characters of its encoding",
}


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


def explain(cause: str) -> str:
    """Return a cause in words."""
    if cause.startswith("http-"):
        return f"the server answers {cause.removeprefix('http-')}"
    return _MEANINGS.get(cause, f"fetching failed ({cause})")


def _cause_of_ignored(message: str) -> str:
    if "robots" in message.lower():
        return "robots"
    if "redirect" in message.lower():
        return "redirect-loop"
    return "too-large" if "size" in message.lower() or "exceed" in message.lower() else "ignored"
