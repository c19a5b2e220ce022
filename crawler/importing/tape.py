"""A file's unpacked bytes as one tape that is read forward, with what is known of where they came from."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from tempfile import SpooledTemporaryFile

from crawler.importing.parts import BLOCK, Chunk

_IN_MEMORY = 8 * 1024 * 1024
_VERSION = b"WARC/"


@dataclass(frozen=True, slots=True)
class Mark:
    """A place of the tape at which a part begins, or where one breaks off."""

    index: int
    offset: int
    broken: str | None = None


class Tape:
    """Reads chunks forward; `index` counts unpacked bytes. What was read too far can be given back."""

    def __init__(self, chunks: Iterable[Chunk]) -> None:
        self._chunks: Iterator[Chunk] = iter(chunks)
        self._buffer = bytearray()
        self._cursor = 0
        self._base = 0
        self.parts: deque[Mark] = deque()
        self.breaks: deque[Mark] = deque()

    @property
    def index(self) -> int:
        """How many bytes have been read."""
        return self._base + self._cursor

    def offset(self) -> int:
        """Return where in the file the part begins that is read now; of an unpacked file, where the bytes lie."""
        while len(self.parts) > 1 and self.parts[1].index <= self.index:
            self.parts.popleft()
        return self.parts[0].offset if self.parts else 0

    def into_part(self) -> int:
        """Return how many bytes of the part have been read."""
        self.offset()
        return self.index - self.parts[0].index if self.parts else self.index

    def peek(self, number: int) -> bytes:
        """Return the next bytes, fewer at the end, without reading them."""
        self._fill(number)
        return bytes(self._buffer[self._cursor : self._cursor + number])

    def read(self, number: int) -> bytes:
        """Read bytes, fewer at the end."""
        data = self.peek(number)
        self._cursor += len(data)
        if self._cursor > 16 * BLOCK:
            self._forget()
        return data

    def line(self, most: int) -> bytes:
        """Read to the end of a line, which stays part of it: so many bytes at most, and over no break."""
        self._fill(BLOCK)
        most = min(most, self._to_the_next_start())
        length = 0
        while True:
            have = min(self._fill(length + BLOCK), most)
            found = self._buffer.find(b"\n", self._cursor + length, self._cursor + have)
            if found >= 0:
                return self.read(found + 1 - self._cursor)
            if have < length + BLOCK:
                return self.read(have)
            length = have
            most = min(most, self._to_the_next_start())

    def block(self, length: int) -> "SpooledTemporaryFile[bytes]":
        """Read so many bytes, fewer where the tape ends, breaks, or a part begins with a record of its own."""
        spool: SpooledTemporaryFile[bytes] = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 (the caller's)
        left = length
        while left:
            if not self._fill(1):
                break
            number = min(left, len(self._buffer) - self._cursor, self._to_the_next_start())
            if number == 0:
                break
            spool.write(self.read(number))
            left -= number
        return spool

    def give_back(self, spool: "SpooledTemporaryFile[bytes]", start: int) -> None:
        """Give back what was read into a spool, from a place in it on."""
        length = spool.seek(0, 2)
        rest = bytes(self._buffer[self._cursor :])
        self._base = self.index - (length - start)
        self._buffer.clear()
        self._cursor = 0
        self._chunks = chain(_spooled(spool, start), [Chunk(0, rest)], self._chunks)

    def breaks_before(self, index: int) -> list[Mark]:
        """Return the breaks up to a place, and forget them."""
        found = []
        while self.breaks and self.breaks[0].index <= index:
            found.append(self.breaks.popleft())
        return found

    def _to_the_next_start(self) -> int:
        """Return how far it is to a break, or to a part that begins with a record; 0 at such a place."""
        here = self.index
        stop = next((mark.index for mark in self.breaks if mark.index >= here), here + (1 << 62))
        for mark in self.parts:
            if mark.index >= stop:
                break
            if mark.index >= here and self._begins_record(mark.index - self._base):
                return mark.index - here
        return stop - here

    def _begins_record(self, at: int) -> bool:
        self._fill(at - self._cursor + len(_VERSION))
        return self._buffer[at : at + len(_VERSION)] == _VERSION

    def _fill(self, number: int) -> int:
        """Have so many bytes at hand where there are so many; return how many there are."""
        while len(self._buffer) - self._cursor < number:
            chunk = next(self._chunks, None)
            if chunk is None:
                break
            end = self._base + len(self._buffer)
            if chunk.broken:
                self.breaks.append(Mark(end, chunk.offset, chunk.broken))
            elif chunk.fresh:
                self.parts.append(Mark(end, chunk.offset))
            self._buffer += chunk.data
        return len(self._buffer) - self._cursor

    def _forget(self) -> None:
        del self._buffer[: self._cursor]
        self._base += self._cursor
        self._cursor = 0


def _spooled(spool: "SpooledTemporaryFile[bytes]", start: int) -> Iterator[Chunk]:
    with spool:
        spool.seek(start)
        while data := spool.read(BLOCK):
            yield Chunk(0, data)
