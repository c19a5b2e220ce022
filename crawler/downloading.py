"""Downloading: the total of requests at a time, waits that end here, and the time that one response may take."""

import asyncio
import time

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler, _LenientHTTP11ClientProtocol
from scrapy.crawler import Crawler
from scrapy.exceptions import CannotResolveHostError, DownloadTimeoutError, ResponseDataLossError
from scrapy.http import Response
from scrapy.signals import bytes_received, headers_received
from twisted.internet.error import ConnectionDone
from twisted.internet.interfaces import ISSLTransport
from twisted.internet.protocol import connectionDone
from twisted.python.failure import Failure
from twisted.web.client import _HTTP11ClientFactory
from twisted.web.http import _DataLoss

from archive.identity import host_of
from crawler.failures import BACKED_OFF, Refused, SlowResponseError
from crawler.middlewares import header_of, hosts_of, is_robots
from crawler.politeness.bodies import is_torn
from crawler.politeness.resolver import refused_address
from crawler.politeness.rules import MOST_BYTES

# A wait is looked at again, for the host may have been told to rest in between.
_LONGEST_SLEEP = 1.0


class PoliteHandler(HTTP11DownloadHandler):
    """Scrapy's own handler behind a gate: hosts that are paused or at rest, and a total of requests at a time.

    `DOWNLOAD_TIMEOUT` bounds a response as a whole, `NEWSARCHIVE_SILENCE` the time in which nothing comes.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._pool._factory = _CarefulFactory
        self._total = asyncio.Semaphore(crawler.settings.getint("CONCURRENT_REQUESTS"))
        self._silence = crawler.settings.getfloat("NEWSARCHIVE_SILENCE")
        self._heard: dict[Request, float] = {}
        crawler.signals.connect(self._hear, headers_received)
        crawler.signals.connect(self._hear, bytes_received)

    async def download_request(self, request: Request) -> Response:
        """Return the whole response, once its host may be asked."""
        await self._wait(request)
        async with self._total:
            try:
                response = await self._watched(request)
            except CannotResolveHostError as error:
                if refused_address(host_of(request.url)) is not None:
                    raise Refused("private-address") from error
                raise
        if is_robots(request) and response.status == 200:
            # It was cut where it was too long on the wire; what is packed must not unpack without end.
            request.meta["download_maxsize"] = max(self._default_maxsize, MOST_BYTES)
        encoding = header_of(response, "Content-Encoding") or ""
        if is_torn(response.body, encoding, self._default_maxsize):
            raise ResponseDataLossError("its packed body is damaged or ends early")
        return response

    async def _wait(self, request: Request) -> None:
        while True:
            hosts = hosts_of(self._crawler)
            if hosts is not None and hosts.retry_at(request.url) is not None:
                raise Refused(BACKED_OFF)
            paused = hosts.pause_left(request.url) if hosts is not None else 0.0
            left = max(paused, float(request.meta.get("not_before", 0.0)) - time.monotonic())
            if left <= 0:
                return
            await asyncio.sleep(min(left, _LONGEST_SLEEP))

    async def _watched(self, request: Request) -> Response:
        """Return the response; give up where the server falls silent, or takes too long in all."""
        deadline = time.monotonic() + float(request.meta.get("download_timeout") or 0.0)
        download = asyncio.ensure_future(super().download_request(request))
        self._heard.pop(request, None)
        heard = time.monotonic()
        try:
            while not download.done():
                left = min(heard + self._silence, deadline) - time.monotonic()
                if left <= 0:
                    raise self._too_late(request, deadline)
                await asyncio.wait({download}, timeout=left)
                heard = self._heard.get(request, heard)
            return download.result()
        finally:
            self._heard.pop(request, None)
            if not download.done():
                download.cancel()
                await asyncio.wait({download}, timeout=_LONGEST_SLEEP)

    def _too_late(self, request: Request, deadline: float) -> Exception:
        if time.monotonic() >= deadline and request in self._heard:
            return SlowResponseError(f"{request.url} was not whole in time")
        return DownloadTimeoutError(f"{request.url} fell silent")

    def _hear(self, request: Request) -> None:
        self._heard[request] = time.monotonic()


class _CarefulProtocol(_LenientHTTP11ClientProtocol):
    """Takes a body without a length for torn where its connection breaks and does not end.

    Old servers end encrypted connections without a farewell: those are believed.
    """

    def connectionLost(self, reason: Failure = connectionDone) -> None:  # noqa: N802 (the interface's)
        """Let the body's decoder know that nothing more comes, and how it ended."""
        parser = getattr(self, "_parser", None)
        is_broken = not isinstance(reason.value, ConnectionDone) and not ISSLTransport.providedBy(self.transport)
        if is_broken and parser is not None and parser.bodyDecoder is not None:
            parser.bodyDecoder = _Torn()
        super().connectionLost(reason)  # type: ignore[no-untyped-call]


class _CarefulFactory(_HTTP11ClientFactory):
    """Makes careful protocols."""

    noisy = False

    def buildProtocol(self, addr: object) -> _CarefulProtocol:  # noqa: N802, ARG002 (the interface's)
        """Make one."""
        return _CarefulProtocol(self._quiescentCallback)  # type: ignore[no-untyped-call]


class _Torn:
    """Stands for the decoder of a body that broke off."""

    def noMoreData(self) -> None:  # noqa: N802 (the interface's)
        """Say that data was lost."""
        raise _DataLoss
