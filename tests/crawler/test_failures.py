"""Causes of failures: each exception has one, and each cause its words."""

import pytest
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
from twisted.internet.error import NoRouteError

from archive.causes import explain
from crawler.failures import DEAD_LINKS, OWED, SKIPS, Refused, SlowResponseError, cause_of, cause_of_status


def failed(message: str, cause: BaseException | None = None) -> DownloadFailedError:
    error = DownloadFailedError(message)
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (Refused("off-site"), "off-site"),
        (Refused("since"), "since"),
        (CannotResolveHostError("x"), "dns"),
        (DownloadConnectionRefusedError("x"), "refused"),
        (DownloadTimeoutError("x"), "timeout"),
        (DownloadCancelledError("x"), "too-large"),
        (ResponseDataLossError("x"), "truncated"),
        (UnsupportedURLSchemeError("x"), "scheme"),
        (NotSupported("x"), "scheme"),
        (NoRouteError("x"), "no-route"),  # type: ignore[no-untyped-call]
        (SlowResponseError("x"), "too-slow"),
        (failed("x"), "reset"),
        (failed("[('SSL routines', '', 'unsafe legacy')]"), "tls"),
        (failed("x", OSError("ssl handshake failure")), "tls"),
        (IgnoreRequest("Forbidden by robots.txt"), "robots"),
        (IgnoreRequest("max redirections reached"), "redirect-loop"),
        (IgnoreRequest("Expected response size (99) larger than download max size (9)"), "too-large"),
        (IgnoreRequest("it exceeds"), "too-large"),
        (IgnoreRequest("nothing known"), "ignored"),
        (IgnoreRequest(), "ignored"),
        (ValueError("x"), "error-ValueError"),
        (KeyboardInterrupt(), "error-KeyboardInterrupt"),
    ],
)
def test_cause_of(error: BaseException, cause: str) -> None:
    assert cause_of(error) == cause


def test_a_refusal_says_its_rule() -> None:
    assert str(Refused("robots")) == "robots"
    assert isinstance(Refused("robots"), IgnoreRequest)


@pytest.mark.parametrize(
    ("status", "cause"),
    [(200, None), (204, "http-204"), (301, "http-301"), (403, "http-403"), (404, "http-404"), (503, "http-503")],
)
def test_cause_of_status(status: int, cause: str | None) -> None:
    assert cause_of_status(Response("http://a.example/", status=status)) == cause


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        ("dns", "its host name does not resolve"),
        ("refused", "the host refuses the connection"),
        ("timeout", "the host did not answer in time"),
        ("too-large", "the response is larger than max_megabytes allows"),
        ("truncated", "the response ended before its declared length"),
        ("tls", 'the encrypted connection failed; tls = "lenient" in the definition accepts old servers'),
        ("reset", "the connection broke"),
        ("robots", "robots.txt forbids it"),
        ("off-site", "it leads to a host that is not the site's"),
        ("redirect-loop", "it redirects in a circle"),
        ("host-not-allowed", "only_hosts in newsarchive.toml does not name its host"),
        ("host-backoff", "its host asked for rest or went on failing: it is asked again later"),
        ("private-address", "it leads to a private address that neither the definition nor you named"),
        ("too-slow", "the response trickled for longer than response_seconds allows"),
        ("wrong-type", "its bytes are those of another kind of file than a page"),
        ("not-html", "it is no HTML page"),
        ("not-image", "its bytes are no image"),
        ("empty", "the page is empty"),
        ("no-articles", "the page names no article that fits the definition"),
        ("no-article", "the page holds neither text nor image"),
        ("bad-encoding", "some bytes are no characters of its encoding"),
        ("http-404", "the server answers 404"),
        ("http-503", "the server answers 503"),
        ("error-ValueError", "fetching failed (error-ValueError)"),
        ("", "fetching failed ()"),
    ],
)
def test_explain(cause: str, words: str) -> None:
    assert explain(cause) == words


@pytest.mark.parametrize("cause", sorted(SKIPS | OWED | {"ignored", "no-route", "too-many-pixels", "too-many-images"}))
def test_every_named_cause_has_words_of_its_own(cause: str) -> None:
    assert not explain(cause).startswith("fetching failed")


def test_dead_links_are_no_skips() -> None:
    assert not DEAD_LINKS & SKIPS
    assert {"http-404", "http-410", "soft-404", "incomplete"} == DEAD_LINKS
