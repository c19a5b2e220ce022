"""Downloader middlewares: who may be asked at all, and keeping every response as it came."""

import datetime as dt
from collections import Counter

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import CannotResolveHostError, DownloadConnectionRefusedError, DownloadTimeoutError
from scrapy.http import Response

from archive import media
from archive.identity import host_of
from archive.warc import Exchange
from crawler.failures import Refused
from crawler.run import Run
from crawler.site import Site

_UNREACHABLE = (CannotResolveHostError, DownloadConnectionRefusedError, DownloadTimeoutError)
_PATIENCE = 3


class GuardMiddleware:
    """Turns away requests to hosts that are not the site's (images aside), not allowed, or dead in this run."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._silent: Counter[str] = Counter()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "GuardMiddleware":
        """Build it for one crawl."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Raise Refused where a rule forbids the request."""
        host, run = host_of(request.url), run_of(self._crawler)
        if run is None:
            raise Refused("no-run")
        allowed = run.workspace.config.crawl.only_hosts
        if allowed and host not in allowed:
            raise Refused("host-not-allowed")
        is_image = request.meta.get("kind") == "image"
        if not is_image and not is_robots(request) and not run.site.is_own_host(request.url):
            raise Refused("off-site")
        if is_image and self._silent[host] >= _PATIENCE:
            raise Refused("host-unreachable")
        if loopback(host):
            request.meta["autothrottle_dont_adjust_delay"] = True
        _dress(request, run.site)

    def process_response(self, request: Request, response: Response) -> Response:
        """Remember that the host answers."""
        self._silent.pop(host_of(request.url), None)
        return response

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Count a host's silence; a name that does not resolve will not do so later in the run either."""
        if isinstance(exception, _UNREACHABLE):
            self._silent[host_of(request.url)] += _PATIENCE if isinstance(exception, CannotResolveHostError) else 1


class CaptureMiddleware:
    """Keeps every response but a good image's as a WARC record, before decompression and redirects."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "CaptureMiddleware":
        """Build it for one crawl."""
        return cls(crawler)

    def process_response(self, request: Request, response: Response) -> Response:
        """Queue the response for keeping and leave its reference in the request's meta."""
        run = run_of(self._crawler)
        if run is not None:
            exchange = exchange_of(response, run.now())
            is_image = request.meta.get("kind") == "image" and response.status == 200
            good = is_image and media.identify(response.body) is not None
            request.meta["capture"] = run.capture(exchange, kept_as_media=good)
        return response


def exchange_of(response: Response, fetched_at: dt.datetime) -> Exchange:
    """Return a response as the archive keeps it."""
    headers = tuple(
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, values in response.headers.items()
        for value in values
    )
    return Exchange(
        url=response.url,
        fetched_at=fetched_at,
        status=response.status,
        headers=headers,
        body=response.body,
        protocol=response.protocol or "HTTP/1.1",
    )


def run_of(crawler: Crawler) -> Run | None:
    """Return the crawl's open run, None before it is open or where it could not be opened."""
    run: Run | None = getattr(crawler.spider, "run", None)
    return run


def is_robots(request: Request) -> bool:
    """Return whether a request is Scrapy's own for a robots.txt."""
    return bool(request.meta.get("dont_obey_robotstxt")) and request.url.endswith("/robots.txt")


def loopback(host: str) -> bool:
    """Return whether a host is this machine."""
    return host in ("localhost", "::1") or host.startswith("127.")


def _dress(request: Request, site: Site) -> None:
    """Give a request to the site's own hosts the site's headers, cookies and proxy."""
    if site.proxy:
        request.meta.setdefault("proxy", site.proxy)
    if site.is_own_host(request.url):
        for name, value in site.headers.items():
            request.headers.setdefault(name, value)
        if site.cookies and not request.cookies:
            request.cookies.update(site.cookies)  # type: ignore[union-attr]
