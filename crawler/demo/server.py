"""Serve the demo's sites on loopback, each in a thread of its own."""

from __future__ import annotations

import sys
from collections import Counter
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any, Generic, Protocol, Self, TypeVar

from crawler.demo.site import DemoSite

if TYPE_CHECKING:
    from types import TracebackType

    from crawler.demo.article import Reply

_HOST = "127.0.0.1"


class Respondent(Protocol):
    """A site that lives in memory."""

    def respond(self, path: str) -> Reply:
        """Answer one path, given without its query."""


S = TypeVar("S", bound=Respondent)


class SiteServer(Generic[S]):
    """Serve a site that lives in memory from entry to exit of a `with` block, and count what was asked for."""

    def __init__(self, site: S, *, port: int = 0) -> None:
        self.site = site
        self.requests: Counter[str] = Counter()
        self._wanted_port = port
        self._counting = Lock()
        self._listener: ThreadingHTTPServer | None = None
        self._closing = ExitStack()

    @property
    def url(self) -> str:
        """Return the address of the front page; the port is known once the server runs."""
        if self._listener is None:
            raise RuntimeError("the demo server does not run; use it as 'with DemoServer() as server:'")
        return f"http://{_HOST}:{self._listener.server_address[1]}/"

    def __enter__(self) -> Self:
        listener = self._closing.enter_context(_Listener((_HOST, self._wanted_port), self._handler()))
        thread = Thread(target=listener.serve_forever, args=(0.05,), name="demo-server", daemon=True)
        thread.start()
        # Undone from the last to the first: no more requests, then the thread's end, then the socket's.
        self._closing.callback(thread.join)
        self._closing.callback(listener.shutdown)
        self._listener = listener
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.close()
        self._listener = None

    def _handler(self) -> type[_Handler]:
        return type("_BoundHandler", (_Handler,), {"owner": self})

    def _count(self, path: str) -> None:
        with self._counting:
            self.requests[path] += 1


class DemoServer(SiteServer[DemoSite]):
    """Serve a demo site."""

    def __init__(self, site: DemoSite | None = None, *, port: int = 0) -> None:
        super().__init__(site or DemoSite(), port=port)


class _Listener(ThreadingHTTPServer):
    """Listen for a crawler and for its habits."""

    # With the default of 5, a burst of connections waits a second for the client's second attempt.
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Report an error on stderr, unless the client merely went away."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    """Answer GET and HEAD from the site of the server that owns this class."""

    owner: SiteServer[Respondent]
    protocol_version = "HTTP/1.1"
    timeout = 30
    # One buffered write for headers and body: two small ones would wait for the client's delayed acknowledgement.
    wbufsize = -1

    def do_GET(self) -> None:
        """Send the reply with its body."""
        self.wfile.write(self._head())

    def do_HEAD(self) -> None:
        """Send the reply without its body."""
        self._head()

    def _head(self) -> bytes:
        path = self.path.partition("?")[0]
        self.owner._count(path)
        reply = self.owner.site.respond(path)
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        return reply.body

    def send_response(self, code: int, message: str | None = None) -> None:
        """Send the status line alone: Date and Server would make two equal replies differ."""
        self.send_response_only(code, message)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the base class names it)
        """Stay silent, for `DemoServer.requests` keeps the count."""
