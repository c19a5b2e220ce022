"""Downloader middlewares: who may be asked at all, and keeping every response as it came."""

import datetime as dt
from urllib.parse import urlsplit
from urllib.request import getproxies

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.http import Response

from archive import media
from archive.identity import host_of
from archive.secrets import without_secrets
from archive.warc import Asked, Exchange
from crawler.failures import BACKED_OFF, SPENT, Refused
from crawler.politeness.addresses import is_private_host
from crawler.politeness.hosts import Hosts
from crawler.politeness.resolver import forget_hosts, name_hosts
from crawler.run import Run
from crawler.site import Site

_CREDENTIALS = frozenset({b"authorization", b"cookie", b"proxy-authorization"})


class GuardMiddleware:
    """Turns away requests to hosts that are not the site's (images aside), not allowed, private, or at rest."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        crawler.signals.connect(self._opened, signals.spider_opened)
        crawler.signals.connect(self._closed, signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "GuardMiddleware":
        """Build it for one crawl."""
        return cls(crawler)

    def _opened(self, spider: Spider) -> None:
        """Tell the resolver which hosts the user named, a proxy among them."""
        site: Site | None = getattr(spider, "site", None)
        if site is not None:
            name_hosts(self, site.named_hosts | _proxies(site))

    def _closed(self) -> None:
        forget_hosts(self)

    def process_request(self, request: Request) -> None:
        """Raise Refused where a rule forbids the request."""
        run = run_of(self._crawler)
        if run is None:
            raise Refused("no-run")
        cause = _refusal(request, run)
        if cause:
            # A robots.txt that leads astray is none that can be had.
            raise Refused("robots-unreachable" if is_robots(request) and request.meta.get("redirect_times") else cause)
        if loopback(host_of(request.url)):
            request.meta["autothrottle_dont_adjust_delay"] = True
        if request.meta.get("redirect_times"):
            # They are those of the address that was asked for first.
            for name in ("If-None-Match", "If-Modified-Since"):
                request.headers.pop(name, None)
        _dress(request, run.site)


def _refusal(request: Request, run: Run) -> str | None:
    """Return the rule that forbids a request, None where none does."""
    host, site = host_of(request.url), run.site
    allowed = run.workspace.config.crawl.only_hosts
    if urlsplit(request.url).scheme not in ("http", "https") or not host:
        return "scheme"
    if allowed and host not in allowed:
        return "host-not-allowed"
    if request.meta.get("kind") != "image" and not is_robots(request) and not site.is_own_host(request.url):
        return "off-site"
    if host not in site.named_hosts and is_private_host(host):
        return "private-address"
    return _left_alone(request, run) if run.state == "running" else None


def _left_alone(request: Request, run: Run) -> str | None:
    """Return why a host is not asked in this run any more, None where it is."""
    if run.hosts.retry_at(request.url) is not None:
        return BACKED_OFF
    most = run.workspace.config.crawl.max_requests_per_host
    # A page of an article that is begun would else be left out in every run.
    is_exempt = is_robots(request) or request.meta.get("kind") == "page"
    return SPENT if not is_exempt and run.hosts.is_spent(request.url, most) else None


def _proxies(site: Site) -> frozenset[str]:
    """Return the hosts of the proxies that the definition and the environment name: they are connected to."""
    return frozenset(filter(None, map(host_of, filter(None, (site.proxy, *getproxies().values())))))


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
            info = media.identify(response.body) if is_image else None
            good = info is not None and not info.is_larger_than(run.workspace.config.storage.max_megapixels)
            request.meta["capture"] = run.capture(exchange, kept_as_media=good)
        return response


def exchange_of(response: Response, fetched_at: dt.datetime) -> Exchange:
    """Return a response as the archive keeps it; a secret of the definition that the server repeats is blotted out."""
    headers = tuple(
        (name.decode("latin-1"), without_secrets(value.decode("latin-1")))
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
        request=_asked(response.request) if response.request else None,
    )


def _asked(request: Request) -> Asked:
    """Return what was asked; what would let a reader of the file in is left out."""
    headers = tuple(
        (name.decode("latin-1"), without_secrets(value.decode("latin-1")))
        for name, values in request.headers.items()
        if name.lower() not in _CREDENTIALS
        for value in values
    )
    return Asked(request.method, headers)


def header_of(response: Response, name: str) -> str | None:
    """Return a header's value."""
    value = response.headers.get(name)
    return value.decode("latin-1") if value else None


def hosts_of(crawler: Crawler) -> Hosts | None:
    """Return the hosts of the crawl's run while it is open."""
    run = run_of(crawler)
    return run.hosts if run is not None and run.state == "running" else None


def run_of(crawler: Crawler) -> Run | None:
    """Return the crawl's open run, None before it is open or where it could not be opened."""
    run: Run | None = getattr(crawler.spider, "run", None)
    return run


def is_robots(request: Request) -> bool:
    """Return whether a request is ours for a robots.txt, wherever it is redirected to."""
    return request.meta.get("kind") == "robots"


def loopback(host: str) -> bool:
    """Return whether a host is this machine."""
    return host in ("localhost", "::1") or host.startswith("127.")


def _dress(request: Request, site: Site) -> None:
    """Give a request to the site's own hosts the site's headers, cookies and proxy; any other must not have them.

    A redirect carries headers along; and what is meant for an encrypted connection is never sent in the clear.
    """
    if site.proxy:
        request.meta.setdefault("proxy", site.proxy)
    is_clear = urlsplit(request.url).scheme == "http" and urlsplit(site.url).scheme == "https"
    if not site.is_own_host(request.url) or is_clear:
        for name in site.headers:
            request.headers.pop(name, None)
        return
    for name, value in site.headers.items():
        request.headers.setdefault(name, value)
    if site.cookies and not request.cookies:
        request.cookies.update(site.cookies)  # type: ignore[union-attr]
