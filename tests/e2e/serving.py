"""Sites on loopback, served from a folder or by a handler."""

import contextlib
import http.server
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any


class Listener(http.server.ThreadingHTTPServer):
    """A server that forgives who hangs up."""

    request_queue_size = 128
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Stay silent: a killed crawler hangs up."""


class _Handler(http.server.SimpleHTTPRequestHandler):
    """Serve files as the corpus tool serve_site.py does: Last-Modified, 304, 404."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    requests: Counter[str]

    def do_GET(self) -> None:
        self.requests[self.path] += 1
        super().do_GET()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the base class names it)
        pass


@dataclass(frozen=True, slots=True)
class Served:
    """A site that is being served: its base URL and what was asked for."""

    url: str
    requests: Counter[str]


@contextlib.contextmanager
def listening(handler: Any, host: str = "127.0.0.1") -> Iterator[str]:
    """Serve on a free loopback port; yield the base URL."""
    with Listener((host, 0), handler) as listener:
        thread = threading.Thread(target=listener.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield f"http://{host}:{listener.server_address[1]}/"
        finally:
            listener.shutdown()
            thread.join()


@contextlib.contextmanager
def served(folder: Path) -> Iterator[Served]:
    """Serve a folder."""
    requests: Counter[str] = Counter()
    bound = type("_BoundHandler", (_Handler,), {"requests": requests})
    with listening(partial(bound, directory=str(folder))) as url:
        yield Served(url, requests)
