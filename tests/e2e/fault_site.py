"""A small news site that answers wrongly where a test tells it to."""

import contextlib
import gzip
import os
import socket
import struct
import threading
import time
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.e2e.serving import listening

HTML = "text/html; charset=utf-8"
MEGABYTE = 1024 * 1024
_WORDS = ("harbour", "council", "bridge", "winter", "orchard", "library", "ferry", "market", "school", "weather")


@dataclass(frozen=True, slots=True)
class Answer:
    """What the site answers to one path; `zeros` bytes follow `body`, `declared` is a length that is not the truth."""

    body: bytes = b""
    status: int = 200
    content_type: str = HTML
    headers: tuple[tuple[str, str], ...] = ()
    zeros: int = 0
    declared: int | None = None
    undeclared: bool = False  # no Content-Length: the body ends with the connection
    reset: bool = False
    gate: threading.Event | None = None  # the answer waits for it
    raw: tuple[bytes, ...] = ()  # instead of all else: these bytes as they are, `pause` seconds between them
    pause: float = 0.0


def redirect(location: str) -> Answer:
    """Return a redirect."""
    return Answer(b"moved", 302, headers=(("Location", location),))


def bomb(megabytes: int) -> Answer:
    """Return an HTML page that is small on the wire and huge unpacked."""
    head = b"<html><body><p>" + b"0" * MEGABYTE * megabytes
    return Answer(gzip.compress(head, 9), headers=(("Content-Encoding", "gzip"),))


@dataclass
class FaultSite:
    """Sections as lists of listing pages, a page as a list of article names; `answers` overrides single paths."""

    sections: dict[str, Sequence[Sequence[str]]]
    answers: dict[str, Answer] = field(default_factory=dict)
    first: dict[str, list[Answer]] = field(default_factory=dict)
    requests: Counter[str] = field(default_factory=Counter)
    other: Answer = Answer(b"<html><body><h1>Not found</h1></body></html>", 404)
    times: list[tuple[float, str]] = field(default_factory=list)
    robots: str = "User-agent: *\nAllow: /\n"
    url: str = ""

    @contextlib.contextmanager
    def serve(self) -> Iterator["FaultSite"]:
        """Serve the site on a free loopback port."""
        handler = type("_BoundHandler", (_Handler,), {"site": self})
        with listening(handler) as self.url:
            yield self

    @property
    def definition(self) -> str:
        """The site's definition, as TOML."""
        sections = "".join(
            f'\n[[sections]]\nkey = "{key}"\nname = "{key.title()}"\nurl = "{listing_path(key, 1)}"\n'
            for key in self.sections
        )
        return (
            f'id = "fault"\nname = "The Faulty Times"\nurl = "{self.url}"\nlanguage = "en"\ndate_order = "YMD"\n'
            '\n[listing]\nentry = "li.item"\nlink = "a"\ndate = "span.date"\nnext = "a.next"\n' + sections
        )

    def article_url(self, name: str) -> str:
        return self.url + article_path(name).lstrip("/")

    def listing_url(self, key: str, page: int) -> str:
        return self.url + listing_path(key, page).lstrip("/")

    @property
    def names(self) -> set[str]:
        """Every article that a listing names."""
        return {name for pages in self.sections.values() for page in pages for name in page}

    def answer(self, path: str) -> Answer:
        """Return the answer to a path; what stands in `first` is given once each, before all else."""
        self.requests[path] += 1
        self.times.append((time.monotonic(), path))
        if self.first.get(path):
            return self.first[path].pop(0)
        if path in self.answers:
            return self.answers[path]
        if path == "/robots.txt":
            return Answer(self.robots.encode(), content_type="text/plain")
        return self._pages().get(path, self.other)

    def _pages(self) -> dict[str, Answer]:
        pages = {article_path(name): Answer(article_html(name).encode()) for name in self.names}
        for key, listing in self.sections.items():
            for number in range(1, len(listing) + 1):
                pages[listing_path(key, number)] = Answer(self.listing_html(key, number).encode())
        return pages

    def listing_html(self, key: str, number: int) -> str:
        """Return a listing page as the site has it now."""
        pages = self.sections[key]
        items = "".join(
            f'<li class="item"><a href="{article_path(name)}">{title(name)}</a> '
            f'<span class="date">{day(name)}</span></li>\n'
            for name in pages[number - 1]
        )
        following = f'<a class="next" href="{listing_path(key, number + 1)}">Next</a>' if number < len(pages) else ""
        return f"<html><head><title>{key.title()}</title></head><body><ul>{items}</ul>{following}</body></html>"


def listing_path(key: str, page: int) -> str:
    """Return the path of a listing page."""
    return f"/{key}/" if page == 1 else f"/{key}/page{page}.html"


def article_path(name: str) -> str:
    """Return the path of an article."""
    return f"/a/{name}.html"


def title(name: str) -> str:
    """Return the title of an article."""
    return f"The {name} story of the {_words(name, 2)}"


def day(name: str) -> str:
    """Return the day of an article."""
    return f"2024-03-{1 + zlib.crc32(name.encode()) % 28:02d}"


def paragraphs(name: str) -> list[str]:
    """Return an article's text."""
    return [
        f"Paragraph {number} of the {name} story tells of {_words(f'{name}{number}', 12)} and what became of them, "
        f"for nobody in the town had expected {_words(f'{number}{name}', 8)} so early in the year."
        for number in (1, 2, 3)
    ]


def article_html(name: str, *, head: str = "", extra: str = "") -> str:
    """Return an article's page; `extra` is HTML that follows its paragraphs."""
    text = "".join(f"<p>{paragraph}</p>\n" for paragraph in paragraphs(name))
    return (
        f"<html><head>{head}<title>{title(name)}</title></head><body><h1>{title(name)}</h1>\n"
        f'<div class="info">Update: {day(name)}</div>\n<div class="text">{text}{extra}</div></body></html>'
    )


def _words(seed: str, number: int) -> str:
    start = zlib.crc32(seed.encode())
    return " ".join(_WORDS[(start >> (2 * turn)) % len(_WORDS)] for turn in range(number))


class _Handler(BaseHTTPRequestHandler):
    site: FaultSite
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 60

    def do_GET(self) -> None:
        answer = self.site.answer(self.path)
        if answer.raw:
            self._send_raw(answer)
            return
        if answer.gate is not None:
            answer.gate.wait(60)
        if answer.reset:
            self._reset()
            return
        self.send_response_only(answer.status)
        self.send_header("Content-Type", answer.content_type)
        for name, value in answer.headers:
            self.send_header(name, value)
        if not answer.undeclared:
            true_length = len(answer.body) + answer.zeros
            self.send_header("Content-Length", str(true_length if answer.declared is None else answer.declared))
        self.close_connection = answer.undeclared or answer.declared is not None
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self._send(answer)

    def _send(self, answer: Answer) -> None:
        try:
            self.wfile.write(answer.body)
            block, left = bytes(64 * 1024), answer.zeros
            while left > 0:
                self.wfile.write(block[:left])
                left -= len(block)
        except ConnectionError:
            self.close_connection = True

    def _send_raw(self, answer: Answer) -> None:
        self.close_connection = True
        with contextlib.suppress(OSError):
            for part in answer.raw:
                self.wfile.write(part)
                time.sleep(answer.pause)
            if answer.reset:
                self._reset()

    def _reset(self) -> None:
        """Send a TCP reset: closing with a linger of 0 s does."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(self.connection.detach())

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the base class names it)
        pass
