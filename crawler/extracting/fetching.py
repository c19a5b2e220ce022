"""A page from the web: one polite request, bounded in size and time, and one line that says why it failed."""

import logging
import socket
import ssl
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from types import TracebackType
from typing import Self

import httpx

from archive.model import utc_now
from crawler.extracting.inputs import MEGABYTE, Document, InputError, TooLargeError, joined, too_large, unzipped
from crawler.parsers.page import looks_like_html
from crawler.politeness.addresses import is_private_host, is_public
from crawler.politeness.rules import MOST_REDIRECTS, Rules, text_of
from crawler.settings import DOWNLOAD_SLOTS, REDIRECT_MAX_TIMES, user_agent
from crawler.workspace import Crawl

logger = logging.getLogger(__name__)
# A server that sends a byte now and then is given up after so many timeouts.
_PATIENCE = 5
_BY_HAND = "save the page in a browser and read the file"
_UNPACKERS = {"": joined, "identity": joined, "gzip": unzipped, "x-gzip": unzipped}


class UnreachableError(InputError):
    """A host gives no answer at all."""


class _RedirectedError(Exception):
    """The server names another address."""

    def __init__(self, location: str) -> None:
        super().__init__(location)
        self.location = location


class Fetcher:
    """Fetches pages one after the other, with the limits and the manners of a workspace's [crawl].

    `named` are the hosts that the user named, the only ones that may be private; without them, the host of each
    address that is asked for is.
    """

    def __init__(self, crawl: Crawl, named: frozenset[str] | None = None) -> None:
        self._crawl, self._named = crawl, named
        self._max_bytes = int(crawl.max_megabytes * MEGABYTE)
        self._agent = user_agent(crawl.contact)
        # Only what can be unpacked within a limit is asked for.
        headers = {"User-Agent": self._agent, "Accept": "text/html,*/*;q=0.5", "Accept-Encoding": "gzip"}
        self._client = httpx.Client(
            headers=headers, timeout=crawl.timeout, event_hooks={"response": [_stop_at_redirect]}
        )
        self._robots: dict[str, Rules] = {}
        self._last: dict[str, float] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def fetch(self, name: str) -> Document:
        """Return the page at an address; raises InputError."""
        document = self.fetch_any(name)
        if not looks_like_html(document.body, document.content_type):
            why = _no_page(document.body, document.content_type)
            raise InputError(f"{name}: {why}; give the address of an article's page")
        return document

    def fetch_any(self, name: str) -> Document:
        """Return what an address holds, a page or a feed; raises InputError."""
        url = _address(name, name)
        self._wait(url)
        with self._answer(name, url, self._named_for(url)) as (place, response):
            if response.status_code != HTTPStatus.OK:
                raise InputError(f"{name}: {_status(response.status_code)}")
            body = self._body(name, response)
        return Document(name, body, str(place.copy_with(userinfo=b"")), response.headers.get("Content-Type"), utc_now())

    def sitemaps(self, name: str) -> list[str]:
        """Return the sitemaps that the robots.txt of an address' host names; raises InputError."""
        url = _address(name, name)
        return list(self._rules(name, url, self._named_for(url)).parsed.sitemaps)

    def _named_for(self, url: httpx.URL) -> frozenset[str]:
        return frozenset({_host(url)}) if self._named is None else self._named

    def _wait(self, url: httpx.URL) -> None:
        """Wait until the host may be asked again; this machine always may, as in a crawl, unless its rules say no."""
        last, rules = self._last.get(url.host), self._robots.get(str(url.join("/robots.txt")))
        delay = 0.0 if url.host in DOWNLOAD_SLOTS else self._crawl.delay
        delay = max(delay, rules.delay(self._agent) if rules else 0.0)
        if last is not None:
            time.sleep(max(0.0, last + delay - time.monotonic()))
        self._last[url.host] = time.monotonic()

    @contextmanager
    def _answer(
        self, name: str, url: httpx.URL, named: frozenset[str], *, is_robots: bool = False
    ) -> Iterator[tuple[httpx.URL, httpx.Response]]:
        """Give the first answer that is no redirect, with its address; `named` are hosts that the user named."""
        most = MOST_REDIRECTS if is_robots else REDIRECT_MAX_TIMES
        for _ in range(most + 1):
            address = None if _host(url) in named else _public_address(name, url)
            self._check_host(name, url)
            if not is_robots:
                self._check_robots(name, url, named)
            try:
                with _explained(name, url), self._sent(url, address) as response:
                    yield url, response
                    return
            except _RedirectedError as redirect:
                url = _address(name, redirect.location, url)
        raise InputError(f"{name}: it redirects more than {most} times; {_BY_HAND}")

    @contextmanager
    def _sent(self, url: httpx.URL, address: str | None) -> Iterator[httpx.Response]:
        """Send one request, to this address of the host where one is given: a second look-up could give another."""
        place = url if address is None else url.copy_with(host=address)
        request = self._client.build_request(
            "GET", place, headers={"Host": url.netloc.decode("ascii")}, extensions={"sni_hostname": url.host}
        )
        response = self._client.send(request, stream=True)
        try:
            yield response
        finally:
            response.close()

    def _check_host(self, name: str, url: httpx.URL) -> None:
        allowed = self._crawl.only_hosts
        if allowed and url.host not in allowed:
            raise InputError(f"{name}: only_hosts in newsarchive.toml does not name {url.host}; add it there")

    def _check_robots(self, name: str, url: httpx.URL, named: frozenset[str]) -> None:
        if self._crawl.obey_robots and not self._rules(name, url, named).allow(str(url), self._agent):
            raise InputError(
                f"{name}: robots.txt of {url.host} forbids it; {_BY_HAND}, "
                "or set obey_robots = false in a workspace's newsarchive.toml"
            )

    def _rules(self, name: str, url: httpx.URL, named: frozenset[str]) -> Rules:
        """Return a host's rules; where it has none, everything is allowed, and where it gives none for now, nothing."""
        place = url.join("/robots.txt")
        if str(place) not in self._robots:
            text = ""
            try:
                with self._answer(name, place, named, is_robots=True) as (_, response):
                    if response.status_code == HTTPStatus.TOO_MANY_REQUESTS or response.status_code >= 500:
                        said = _status(response.status_code)
                        raise UnreachableError(f"{name}: robots.txt of {url.host} cannot be had: {said}")
                    if response.status_code == HTTPStatus.OK:
                        text = text_of(self._body(name, response))
            except UnreachableError:
                raise
            except InputError as error:
                logger.debug("%s is not followed: %s", place, error)
            self._robots[str(place)] = Rules.of(text)
        return self._robots[str(place)]

    def _body(self, name: str, response: httpx.Response) -> bytes:
        encoding = response.headers.get("Content-Encoding", "").strip().lower()
        if encoding not in _UNPACKERS:
            raise InputError(f"{name}: the server packs it as {encoding!r}, which was not asked for; {_BY_HAND}")
        try:
            return _UNPACKERS[encoding](self._in_time(name, response), self._max_bytes)
        except TooLargeError as error:
            raise InputError(f"{name}: {too_large(self._max_bytes)}") from error
        except (zlib.error, EOFError) as error:
            raise InputError(f"{name}: its gzip data is damaged ({error}); try again later") from error

    def _in_time(self, name: str, response: httpx.Response) -> Iterator[bytes]:
        seconds = _PATIENCE * self._crawl.timeout
        deadline = time.monotonic() + seconds
        for chunk in response.iter_raw():
            if time.monotonic() > deadline:
                raise InputError(f"{name}: not whole after {seconds:g} seconds; try again later")
            yield chunk


def _stop_at_redirect(response: httpx.Response) -> None:
    """Leave a redirect to us before httpx reads where it leads: each address is checked first."""
    if response.has_redirect_location:
        raise _RedirectedError(response.headers["Location"])


def _address(name: str, said: str, base: httpx.URL | None = None) -> httpx.URL:
    """Return an http(s) URL as a user or a redirect says it; raises InputError."""
    whence = "" if base is None else f"it redirects to {said!r}: "
    try:
        url = httpx.URL(said) if base is None else base.join(said)
        port_fits = url.port is None or url.port < 65536
    except (httpx.InvalidURL, ValueError) as error:
        raise InputError(f"{name}: {whence}not a web address ({error}); check it") from error
    if url.scheme not in ("http", "https"):
        raise InputError(f"{name}: {whence}only http:// and https:// can be fetched; a file is given by its path")
    if not url.host or not port_fits:
        raise InputError(f"{name}: {whence}not a web address (no host, or a port that cannot be); check it")
    return url.copy_with(fragment=None)


def _public_address(name: str, url: httpx.URL) -> str:
    """Return an address of a host that the user did not name; raises InputError where one is private."""
    whence = "" if str(url) == name else f"it redirects to {url.host}, "
    try:
        found = socket.getaddrinfo(url.host, url.port or url.scheme, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise UnreachableError(f"{name}: {whence}{_no_name()}") from error
    addresses = [str(place[4][0]) for place in found]
    private = [address for address in addresses if not is_public(address)]
    if private or is_private_host(_host(url)):
        where = private[0] if private else url.host
        raise InputError(
            f"{name}: {whence}a private address ({where}) that you did not name; if you mean it, give {url}"
        )
    return addresses[0]


def _host(url: httpx.URL) -> str:
    """Return a host as definitions have it."""
    return url.raw_host.decode("ascii").lower()


@contextmanager
def _explained(name: str, url: httpx.URL) -> Iterator[None]:
    """Turn a failure of the network into one line."""
    try:
        yield
    except httpx.TimeoutException as error:
        raise UnreachableError(f"{name}: {url.host} did not answer in time; try again later") from error
    except httpx.HTTPError as error:
        raise UnreachableError(f"{name}: {_network(error, url)}") from error


def _network(error: httpx.HTTPError, url: httpx.URL) -> str:
    causes = list(_causes(error))
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return f"{url.host}: {_no_name()}"
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return f"{url.host} refuses the connection; check host and port"
    tls = next((cause for cause in causes if isinstance(cause, ssl.SSLError)), None)
    if tls is not None:
        reason = getattr(tls, "verify_message", "") or tls.reason or "TLS"
        return f"the encrypted connection to {url.host} failed ({reason}); {_BY_HAND}"
    return f"the connection to {url.host} broke ({error or type(error).__name__}); try again later"


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__


def _no_name() -> str:
    return "a host name that does not resolve; check its spelling, and your connection"


def _status(status: int) -> str:
    phrase = HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else "a code that HTTP does not know"
    if status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
        what_next = "check the address"
    elif status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        what_next = "try again later"
    else:
        what_next = _BY_HAND
    return f"the server answers {status} ({phrase}); {what_next}"


def _no_page(body: bytes, content_type: str | None) -> str:
    if not body.strip():
        return "the page is empty"
    return f"no HTML page (the server says {content_type or 'nothing of its type'})"
