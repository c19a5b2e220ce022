"""A server on loopback, on bare sockets, that lets requests fail by a seeded schedule and counts all of them."""

import asyncio
import contextlib
import hashlib
import socket
import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from tests.e2e.faults.failing import FAILURES, LOOP, Exchange
from tests.e2e.faults.origins import Origin, Reply

_TLS_GREETING = b"\x16"


@dataclass(frozen=True, slots=True)
class Schedule:
    """Which requests fail and how: by the seed, the path, and the how many times the path is asked for."""

    seed: int
    rate: float = 0.3
    names: tuple[str, ...] = tuple(FAILURES)
    spared: tuple[str, ...] = ("/robots.txt",)

    def failure(self, path: str, count: int) -> str | None:
        """Return the name of the failure of a request, None where it is answered well."""
        drawn = hashlib.sha256(f"{self.seed} {path} {count}".encode()).digest()
        if path in self.spared or int.from_bytes(drawn[:4]) >= self.rate * 2**32:
            return None
        return self.names[int.from_bytes(drawn[4:8]) % len(self.names)]


class FaultServer:
    """Serve a site from entry to exit of a `with` block; `schedule` may be changed while it runs.

    `requests` counts what was asked for by path, `failed` says how each path's last answer failed (None: well).
    """

    def __init__(self, origin: Origin, schedule: Schedule | None = None) -> None:
        self.origin, self.schedule = origin, schedule
        self.requests: Counter[str] = Counter()
        self.failed: dict[str, str | None] = {}
        self.failures: Counter[str] = Counter()
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="fault-server", daemon=True)
        self._listener: socket.socket | None = None
        self._is_closing = False
        self._outage: asyncio.Task[None] | None = None
        self._connections: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        """The address of the front page."""
        return f"http://127.0.0.1:{self.port}/"

    def __enter__(self) -> Self:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _listen(self) -> None:
        """Open the port; asyncio's own server leaks what it accepts while it is being closed."""
        self._listener = socket.create_server(("127.0.0.1", self.port), backlog=128)
        self._listener.setblocking(False)
        self.port = self._listener.getsockname()[1]
        self._loop.add_reader(self._listener, self._accept, self._listener)

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(BlockingIOError, ConnectionError):
            connection, _ = listener.accept()
            connection.setblocking(False)
            task = self._loop.create_task(self._connected(connection))
            self._connections.add(task)
            task.add_done_callback(self._connections.discard)

    def _close_port(self) -> None:
        if self._listener is not None:
            self._loop.remove_reader(self._listener)
            self._listener.close()
            self._listener = None

    async def _close(self) -> None:
        self._is_closing = True
        self._close_port()
        # What was accepted just now gets its streams in the loop's next turn.
        await asyncio.sleep(0.01)
        tasks = {*self._connections, *([self._outage] if self._outage else [])}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        # What was aborted is closed by the loop's next turn.
        await asyncio.sleep(0.01)

    async def _begin_outage(self, seconds: float) -> None:
        """Let the port be closed for a while; an outage within an outage does not make it longer."""
        if self._outage is None or self._outage.done():
            self._outage = asyncio.ensure_future(self._close_for(seconds))

    async def _close_for(self, seconds: float) -> None:
        self._close_port()
        await asyncio.sleep(seconds)
        if not self._is_closing:
            await self._listen()

    async def _connected(self, connection: socket.socket) -> None:
        reader, writer = await asyncio.open_connection(sock=connection)
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                while await self._answer(reader, writer):
                    pass
        finally:
            if self._is_closing:
                writer.transport.abort()
            else:
                writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; return whether the connection may be used again."""
        first = await reader.readexactly(1)
        if first == _TLS_GREETING:
            writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            return False
        lines = (first + await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        path = lines[0].split(" ")[1].partition("?")[0]
        headers = {
            name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])
        }
        failure = self._failure_of(path)
        reply = self.origin(path, headers)
        if failure is None:
            await _send(writer, reply)
            return True
        exchange = Exchange(reader, writer, reply, path, self.url.rstrip("/"), self._begin_outage)
        await FAILURES[failure].way(exchange)
        return False

    def _failure_of(self, path: str) -> str | None:
        if path.startswith(LOOP):
            return "loop"
        count = self.requests[path]
        self.requests[path] += 1
        failure = self.schedule.failure(path, count) if self.schedule else None
        self.failed[path] = failure
        if failure:
            self.failures[failure] += 1
        return failure

    def failing(self, paths: Iterable[str]) -> set[str]:
        """Return those of the paths whose last answer failed."""
        return {path for path in paths if self.failed.get(path)}


async def _send(writer: asyncio.StreamWriter, reply: Reply) -> None:
    length = () if reply.status == 304 else (("Content-Length", str(len(reply.body))),)
    lines = [f"HTTP/1.1 {reply.status} -", f"Content-Type: {reply.content_type}"]
    lines += [f"{name}: {value}" for name, value in (*length, *reply.headers)]
    writer.write("\r\n".join([*lines, "", ""]).encode("latin-1") + reply.body)
    await writer.drain()
