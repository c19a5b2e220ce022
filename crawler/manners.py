"""Manners of a crawl: robots.txt, waiting where a server asks for it, and a pace that suits the slowest rule."""

import asyncio
import logging
import time

from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares import cookies
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    NotConfigured,
    ResponseDataLossError,
    StopDownload,
)
from scrapy.extensions.throttle import AutoThrottle
from scrapy.http import Response
from scrapy.signals import bytes_received
from tldextract import TLDExtract

from archive.hosts import origin_of
from crawler.failures import BACKED_OFF, Refused, cause_of
from crawler.middlewares import header_of, hosts_of, is_robots
from crawler.politeness.rules import MOST_BYTES, MOST_REDIRECTS, Rules, text_of
from crawler.politeness.waiting import lifetime, retry_after

logger = logging.getLogger(__name__)
# Scrapy's own asks the web for the list of public suffixes when the first cookie comes, in the middle of a crawl, and
# keeps it in the home directory; the one that is installed will do.
cookies._split_domain = TLDExtract(cache_dir=None, suffix_list_urls=(), include_psl_private_domains=True)
_TOO_MANY, _UNAVAILABLE = 429, 503
# Statuses that say nothing of the page, and so are asked again.
_PASSING = frozenset({408, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524})
_SILENCE = (CannotResolveHostError, DownloadConnectionRefusedError, DownloadTimeoutError, DownloadFailedError)
_RETRIED = (*_SILENCE[1:], ResponseDataLossError)


class RobotsMiddleware:
    """Follows each host's robots.txt (RFC 9309), Crawl-delay and Request-rate too; the archive keeps it while fresh.

    A 4xx means that there are no rules; where it cannot be had otherwise, the last good one of the last thirty days
    stands in, and without one the host is not asked for anything.
    """

    def __init__(self, crawler: Crawler) -> None:
        if not crawler.settings.getbool("ROBOTSTXT_OBEY"):
            raise NotConfigured
        self._crawler = crawler
        self._agent: str = crawler.settings["USER_AGENT"]
        self._asked: dict[str, asyncio.Task[Rules]] = {}
        self._rules: dict[str, Rules] = {}
        crawler.signals.connect(self._bytes_received, bytes_received)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "RobotsMiddleware":
        """Build it for one crawl."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Raise Refused where the rules of the request's host forbid it, or cannot be had."""
        if is_robots(request) or hosts_of(self._crawler) is None:
            return
        rules = await self._rules_for(request.url)
        agent = (request.headers.get("User-Agent") or self._agent.encode()).decode("latin-1")
        if not rules.allow(request.url, agent):
            raise Refused("robots")

    async def _rules_for(self, url: str) -> Rules:
        hosts, origin = hosts_of(self._crawler), origin_of(url)
        kept = hosts.robots(url) if hosts else None
        if kept is not None:
            return self._parsed(origin, kept)
        if origin not in self._asked or self._asked[origin].done():
            self._asked[origin] = asyncio.ensure_future(self._ask(origin))
        return await asyncio.shield(self._asked[origin])

    def _parsed(self, origin: str, text: str) -> Rules:
        """Return a text's rules, and let its host be asked no faster than they say."""
        known = self._rules.get(origin)
        if known is None or known.text != text:
            known = self._rules[origin] = Rules.of(text)
            delay = known.delay(self._agent)
            if delay:
                _slow_down(self._crawler, origin, delay)
        return known

    async def _ask(self, origin: str) -> Rules:
        engine, hosts = self._crawler.engine, hosts_of(self._crawler)
        if engine is None or hosts is None:
            raise Refused("no-run")
        url = f"{origin}/robots.txt"
        try:
            response = await engine.download_async(_robots_request(url))
        except Exception as error:  # noqa: BLE001 (every failure has its cause)
            return self._without(origin, _cause_of_no_rules(error), error)
        if response.status == _TOO_MANY or response.status >= 500:
            return self._without(origin, "robots-unreachable", None)
        text = text_of(response.body) if 200 <= response.status < 300 else ""
        hosts.keep_robots(url, text, lifetime(header_of(response, "Cache-Control")))
        return self._parsed(origin, text)

    def _without(self, origin: str, cause: str, error: Exception | None) -> Rules:
        """Return the rules that stand in for a robots.txt that cannot be had; raises Refused where there are none."""
        if cause == "redirect-loop":
            return self._parsed(origin, "")
        hosts = hosts_of(self._crawler)
        old = hosts.old_robots(origin) if hosts else None
        if old is None:
            if hosts is not None and cause == "robots-unreachable":
                hosts.back_off(origin, cause)
            raise Refused(cause) from error
        logger.info("%s/robots.txt cannot be had (%s): its last good copy is followed", origin, cause)
        return self._parsed(origin, old)

    def _bytes_received(self, data: bytes, request: Request) -> None:
        """Read no more of a robots.txt than is looked at."""
        if not is_robots(request):
            return
        read = request.meta["robots_bytes"] = request.meta.get("robots_bytes", 0) + len(data)
        if read > MOST_BYTES:
            raise StopDownload(fail=False)


class BackOffMiddleware:
    """Waits where a server asks for it, tries again what may pass, and lets a host rest that goes on failing."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "BackOffMiddleware":
        """Build it for one crawl."""
        return cls(crawler)

    def process_response(self, request: Request, response: Response) -> Request | Response:
        """Return the request to be tried again, or the response; raises Refused where its host is to rest."""
        hosts = hosts_of(self._crawler)
        if hosts is None or response.status not in _PASSING:
            if hosts is not None:
                hosts.answered(request.url, is_robots=is_robots(request))
            return response
        cause = f"http-{response.status}"
        asked = retry_after(header_of(response, "Retry-After"), header_of(response, "Date"), hosts.now())
        if response.status in (_TOO_MANY, _UNAVAILABLE) and not self._rests(request, asked, cause):
            # The host is up, and busy: that is no failure of its own.
            return self._again(request, cause) or response
        if response.status in (_TOO_MANY, _UNAVAILABLE):
            raise Refused(BACKED_OFF)
        if hosts.erred(request.url, cause, is_silence=False, is_again=_is_again(request)):
            return response
        return self._again(request, cause) or response

    def _rests(self, request: Request, asked: float | None, cause: str) -> bool:
        """Pause a host that asks for it; return whether it rests instead: it asks for more, or again and again."""
        hosts = hosts_of(self._crawler)
        if hosts is None:
            return False
        is_last = request.meta.get("retry_times", 0) >= self._crawler.settings.getint("RETRY_TIMES")
        seconds = _distance(self._crawler, request) if asked is None else asked
        if is_last and asked is None and cause != f"http-{_TOO_MANY}":
            return hosts.erred(request.url, cause, is_silence=False, is_again=_is_again(request))
        if is_last or not hosts.pause(request.url, seconds):
            hosts.back_off(request.url, cause, asked or 0.0, grows=is_last or asked is None)
            return True
        return False

    def process_exception(self, request: Request, exception: Exception) -> Request | None:
        """Return the request to be tried again, None where it is not."""
        hosts = hosts_of(self._crawler)
        if hosts is None or isinstance(exception, IgnoreRequest):
            return None
        is_silence, cause = isinstance(exception, _SILENCE), cause_of(exception)
        if is_silence and hosts.erred(request.url, cause, is_silence=True, is_again=_is_again(request)):
            return None
        return self._again(request, exception) if isinstance(exception, _RETRIED) else None

    def _again(self, request: Request, reason: str | Exception) -> Request | None:
        if request.meta.get("dont_retry") or self._crawler.spider is None:
            return None
        again = get_retry_request(request, spider=self._crawler.spider, reason=reason)
        if again is not None:
            again.meta["not_before"] = time.monotonic() + _distance(self._crawler, request)
        return again


class Throttle(AutoThrottle):
    """Scrapy's AutoThrottle, never faster than a host's robots.txt says."""

    def _response_downloaded(self, response: Response, request: Request, spider: Spider) -> None:
        super()._response_downloaded(response, request, spider)
        key, slot = self._get_slot(request, spider)
        if slot is not None and self.crawler.engine is not None:
            said = self.crawler.engine.downloader.per_slot_settings.get(str(key), {})
            slot.delay = max(slot.delay, float(said.get("delay", 0)))


def _is_again(request: Request) -> bool:
    return bool(request.meta.get("retry_times"))


def _robots_request(url: str) -> Request:
    """Return the request for a robots.txt; unpacked, so that its first part can be read alone."""
    meta = {
        "kind": "robots",
        "dont_obey_robotstxt": True,
        "handle_httpstatus_list": [*range(400, 600)],
        "redirect_ttl": MOST_REDIRECTS,
        # What is too long is cut, not refused.
        "download_maxsize": 0,
    }
    return Request(url, meta=meta, headers={"Accept-Encoding": "identity"}, dont_filter=True, priority=1000)


def _cause_of_no_rules(error: Exception) -> str:
    """Return why there are no rules: the host's own failure where it has one."""
    cause = cause_of(error)
    is_host = isinstance(error, (*_SILENCE, Refused)) or cause == "redirect-loop"
    return cause if is_host else "robots-unreachable"


def _distance(crawler: Crawler, request: Request) -> float:
    """Return the seconds before a request is tried again: the host's delay, doubled with every time."""
    engine = crawler.engine
    slot = engine.downloader.slots.get(request.meta.get("download_slot", "")) if engine is not None else None
    delay = crawler.settings.getfloat("DOWNLOAD_DELAY") if slot is None else slot.delay
    times: int = request.meta.get("retry_times", 0)
    return float(delay) * 2.0 ** (1 + times)


def _slow_down(crawler: Crawler, origin: str, delay: float) -> None:
    """Let a host be asked no faster than every so many seconds, whoever adjusts its pace later."""
    if crawler.engine is None:
        return
    downloader = crawler.engine.downloader
    key = downloader.get_slot_key(Request(origin))
    known = downloader.per_slot_settings.get(key, {})
    floor = max(delay, float(known.get("delay", 0)))
    downloader.per_slot_settings[key] = {**known, "delay": floor, "jitter": 0}
    slot = downloader.slots.get(key)
    if slot is not None:
        slot.delay, slot.jitter = max(slot.delay, floor), 0
