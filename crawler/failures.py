"""Why a page could not be had: one named cause for every way in which fetching fails."""

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)
from scrapy.http import Response
from scrapy.spidermiddlewares.httperror import HttpError

# A rule keeps these from being fetched, or says that they are no article; the rest are failures.
SKIPS = frozenset({"robots", "off-site", "not-html", "host-not-allowed", "since", "not-article"})
# A link that leads nowhere is the site's affair, not the run's.
DEAD_LINKS = frozenset({"http-404", "http-410", "soft-404"})
_CAUSES: tuple[tuple[type[Exception], str], ...] = (
    (CannotResolveHostError, "dns"),
    (DownloadConnectionRefusedError, "refused"),
    (DownloadTimeoutError, "timeout"),
    (DownloadCancelledError, "too-large"),
    (ResponseDataLossError, "truncated"),
    (UnsupportedURLSchemeError, "scheme"),
)
_MEANINGS = {
    "dns": "its host name does not resolve",
    "refused": "the host refuses the connection",
    "timeout": "the host did not answer in time",
    "too-large": "the response is larger than max_megabytes allows",
    "truncated": "the response ended before its declared length",
    "tls": 'the encrypted connection failed; tls = "lenient" in the definition accepts old servers',
    "reset": "the connection broke",
    "robots": "robots.txt forbids it",
    "off-site": "it leads to a host that is not the site's",
    "redirect-loop": "it redirects in a circle",
    "host-not-allowed": "only_hosts in newsarchive.toml does not name its host",
    "host-unreachable": "its host did not answer three times in this run",
    "scheme": "its address is no web address",
    "since": "the listing says that it is older than --since",
    "ignored": "Scrapy turned the request away",
    "no-run": "the run could not be opened",
    "not-html": "it is no HTML page",
    "incomplete": "a further page of it is missing",
    "not-image": "its bytes are no image",
    "empty": "the page is empty",
    "no-articles": "the page names no article that fits the definition",
    "no-article": "the page holds neither text nor image",
    "not-article": "its address is that of a listing or the front page",
    "blocked": "the site answers with a block notice, a captcha or a wall of consent; a longer delay may help",
    "soft-404": "the server answers 200, and the page says that there is none, or leads to the front page",
    "empty-shell": "the page is a shell that only a script would fill",
    "bad-encoding": "some bytes are no characters of its encoding",
}


class Refused(IgnoreRequest):
    """A request that a rule of ours turns away; `cause` names the rule."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


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
