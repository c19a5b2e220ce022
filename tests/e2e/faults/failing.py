"""How a server fails: one way a name, and the causes that the ledger may give for it."""

import asyncio
import contextlib
import email.utils
import gzip
import socket
import struct
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.e2e.faults.origins import UNKNOWN_HOST, Reply

HTML = "text/html; charset=utf-8"
LOOP = "/-loop-/"
_PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
_GIF = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,"
_NOTICE = (
    b"<!doctype html><html><head><title>Access Denied</title></head><body><h1>Access Denied</h1>"
    b"You don't have permission to access this page on this server.<p>Reference #18.6f</p></body></html>"
)
_PATIENCE = 60.0
_OUTAGE = 0.3


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request that is to fail: the connection, what a good server would answer, and where things are."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    reply: Reply
    path: str
    base: str  # the server's address, without a slash at its end
    outage: Callable[[float], Awaitable[None]]

    async def head(self, status: int, *headers: tuple[str, str], content_type: str = HTML) -> None:
        """Send a status line and headers."""
        lines = [f"HTTP/1.1 {status} -", f"Content-Type: {content_type}", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in headers]
        self.writer.write("\r\n".join([*lines, "", ""]).encode("latin-1"))
        await self.writer.drain()

    async def answer(self, status: int, body: bytes, *headers: tuple[str, str], content_type: str = HTML) -> None:
        """Send a whole answer."""
        await self.head(status, ("Content-Length", str(len(body))), *headers, content_type=content_type)
        self.writer.write(body)
        await self.writer.drain()

    async def client_leaves(self) -> None:
        """Wait until the client gives up."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.reader.read(), _PATIENCE)

    def reset(self) -> None:
        """Send a TCP reset: closing with a linger of 0 s does."""
        connection: socket.socket = self.writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


Way = Callable[[Exchange], Awaitable[None]]


async def _timeout(x: Exchange) -> None:
    await x.client_leaves()


async def _reset(x: Exchange) -> None:
    x.reset()


async def _reset_in_body(x: Exchange) -> None:
    await x.head(200, ("Content-Length", str(len(x.reply.body))), content_type=x.reply.content_type)
    x.writer.write(x.reply.body[: len(x.reply.body) // 2])
    await x.writer.drain()
    await asyncio.sleep(0.02)
    x.reset()


async def _refused(x: Exchange) -> None:
    x.reset()
    await x.outage(_OUTAGE)


async def _drip(x: Exchange) -> None:
    await x.head(200, ("Content-Length", str(len(x.reply.body))), content_type=x.reply.content_type)
    for number in range(min(len(x.reply.body), 1000)):
        x.writer.write(x.reply.body[number : number + 1])
        await x.writer.drain()
        await asyncio.sleep(0.05)


async def _endless(x: Exchange) -> None:
    await x.head(200, content_type=x.reply.content_type)
    x.writer.write(x.reply.body[:2000])
    for _ in range(1000):
        x.writer.write(b"<p>and so on, " * 4096)
        await x.writer.drain()


async def _truncated(x: Exchange) -> None:
    await x.head(200, ("Content-Length", str(len(x.reply.body) + 1000)), content_type=x.reply.content_type)
    x.writer.write(x.reply.body)


async def _torn_chunks(x: Exchange) -> None:
    await x.head(200, ("Transfer-Encoding", "chunked"), content_type=x.reply.content_type)
    for start in range(0, len(x.reply.body), 1000):
        part = x.reply.body[start : start + 1000]
        x.writer.write(f"{len(part):x}\r\n".encode() + part + b"\r\n")


async def _torn_gzip(x: Exchange) -> None:
    packed = gzip.compress(x.reply.body)
    torn = packed[: len(packed) * 3 // 4]
    await x.answer(200, torn, ("Content-Encoding", "gzip"), content_type=x.reply.content_type)


async def _date(x: Exchange) -> None:
    await x.answer(503, b"<h1>Busy</h1>", ("Retry-After", email.utils.formatdate(time.time() + 1, usegmt=True)))


def _status(status: int, *headers: tuple[str, str]) -> Way:
    async def way(x: Exchange) -> None:
        await x.answer(status, f"<html><body><h1>{status}</h1></body></html>".encode(), *headers)

    return way


def _says(body: bytes, content_type: str = HTML) -> Way:
    async def way(x: Exchange) -> None:
        await x.answer(200, body, content_type=content_type)

    return way


def _redirect(target: str) -> Way:
    async def way(x: Exchange) -> None:
        await x.answer(302, b"moved", ("Location", target.format(path=x.path, base=x.base, port=x.base[-5:])))

    return way


def _to_another_host(base: str) -> str:
    return base.replace("127.0.0.1", "127.0.0.2")


async def _elsewhere(x: Exchange) -> None:
    await x.answer(302, b"moved", ("Location", _to_another_host(x.base) + x.path))


async def _tls(x: Exchange) -> None:
    # The same port: it answers a TLS greeting with plain text.
    await x.answer(302, b"moved", ("Location", x.base.replace("http:", "https:") + x.path))


@dataclass(frozen=True, slots=True)
class Failing:
    """A way to fail, and the causes that may be written for it: of a page, and of an image where that is another."""

    way: Way
    causes: frozenset[str]
    of_image: frozenset[str] = frozenset()

    def explains(self, kind: str, cause: str | None) -> bool:
        """Return whether a URL of this kind may have this cause."""
        return cause in (self.of_image if kind == "image" and self.of_image else self.causes)


def _failing(way: Way, causes: str, of_image: str = "") -> Failing:
    return Failing(way, frozenset(causes.split()), frozenset(of_image.split()))


FAILURES: dict[str, Failing] = {
    "timeout": _failing(_timeout, "timeout"),
    "reset": _failing(_reset, "reset"),
    "reset-in-body": _failing(_reset_in_body, "reset truncated"),
    "refused": _failing(_refused, "refused reset no-route"),
    "dns": _failing(_redirect("http://" + UNKNOWN_HOST + "{path}"), "dns"),
    "tls": _failing(_tls, "tls"),
    "403": _failing(_status(403), "http-403"),
    "404": _failing(_status(404), "http-404"),
    "410": _failing(_status(410), "http-410"),
    "429": _failing(_status(429, ("Retry-After", "1")), "http-429"),
    "500": _failing(_status(500), "http-500"),
    "503": _failing(_status(503, ("Retry-After", "1")), "http-503"),
    "503-date": _failing(_date, "http-503"),
    "truncated": _failing(_truncated, "truncated"),
    "torn-chunks": _failing(_torn_chunks, "truncated"),
    "torn-gzip": _failing(_torn_gzip, "truncated"),
    "endless": _failing(_endless, "too-large too-slow"),
    "drip": _failing(_drip, "too-slow timeout"),
    "pdf": _failing(_says(_PDF, "application/pdf"), "wrong-type", "not-image"),
    "picture": _failing(_says(_GIF), "wrong-type", "not-image"),
    "empty": _failing(_says(b""), "empty", "not-image"),
    "notice": _failing(_says(_NOTICE), "blocked", "not-image"),
    "loop": _failing(_redirect("{base}" + LOOP + "a{path}"), "redirect-loop"),
    "elsewhere": _failing(_elsewhere, "off-site", "refused host-unreachable host-not-allowed off-site private-address"),
}
