"""A file's bytes unpacked in the parts in which they are packed: gzip members, zstd frames, or the file as it is.

A part that is damaged gives what can be had of it, and is followed by a break that says why; after it the next part is
looked for by its magic bytes, so that nothing behind a damage is lost.
"""

import re
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, BinaryIO

from backports import zstd

BLOCK = 64 * 1024
_GZIP, _ZSTD = b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd"
_SKIPPABLE = re.compile(rb"[\x50-\x5f]\x2a\x4d\x18")
_RECORD = re.compile(rb"WARC/\d|\w+:[^\n]{1,2000} \d{14}")
# Of bytes that merely look like the head of a part, what is unpacked of it ends in an error soon.
_TRIED = 4096
_PIECE = 16 * BLOCK
_DAMAGES = (zlib.error, zstd.ZstdError, EOFError)
_LONGEST_DICTIONARY = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some unpacked bytes; `offset` is where their part begins in the file.

    A `fresh` one is the first of its part, a `broken` one says why the part before it ends too early.
    """

    offset: int
    data: bytes
    fresh: bool = False
    broken: str | None = None


_Unpacker = Any


def chunks_of(file: BinaryIO, start: int = 0) -> tuple[Iterator[Chunk], bool]:
    """Return a file's bytes from the part that begins at `start`, and whether it is packed."""
    file.seek(0)
    head = file.read(_TRIED)
    if head.startswith(_GZIP[:2]):
        return _packed(file, start, _GZIP, _new_gzip), True
    if head.startswith(_ZSTD) or _SKIPPABLE.match(head):
        dictionary, first = _dictionary(file)
        new = partial(zstd.ZstdDecompressor, zstd_dict=dictionary)
        return _packed(file, max(start, first), _ZSTD, new), True
    if _RECORD.match(head.lstrip()):
        return _plain(file, start), False
    # A packed file whose very first bytes are damaged.
    for magic, unpacker in ((_GZIP, _new_gzip), (_ZSTD, zstd.ZstdDecompressor)):
        if _next_part(file, start, magic, unpacker, only_records=True) is not None:
            return _packed(file, start, magic, unpacker), True
    return _plain(file, start), False


def _new_gzip() -> _Unpacker:
    return zlib.decompressobj(31)


def salvaged(file: BinaryIO) -> Iterator[Chunk]:
    """Yield what gzip members with records lie anywhere in a file: in a WACZ whose directory is lost."""
    yield from _packed(file, 0, _GZIP, _new_gzip, only_records=True)


def _plain(file: BinaryIO, start: int) -> Iterator[Chunk]:
    file.seek(start)
    fresh = True
    while data := file.read(BLOCK):
        yield Chunk(start, data, fresh)
        fresh = False


def _dictionary(file: BinaryIO) -> tuple[Any, int]:
    """Return the dictionary that a .warc.zst begins with, and where its first record does (IIPC's WARC zstd)."""
    file.seek(0)
    head = file.read(8)
    if not _SKIPPABLE.match(head):
        return None, 0
    length = int.from_bytes(head[4:8], "little")
    data = file.read(min(length, _LONGEST_DICTIONARY))
    try:
        known = zstd.decompress(data) if data.startswith(_ZSTD) else data
        return zstd.ZstdDict(known, is_raw=False), 8 + length
    except (zstd.ZstdError, ValueError):
        return None, 8 + length


def _packed(
    file: BinaryIO, start: int, magic: bytes, new: Callable[[], _Unpacker], *, only_records: bool = False
) -> Iterator[Chunk]:
    place: int | None = start
    if only_records or _at(file, start, len(magic)) != magic:
        place = _next_part(file, start, magic, new, only_records=only_records)
        if place != start and not only_records:
            yield Chunk(start, b"", broken="bytes that are no part of a packed file")
    while place is not None:
        reader = _Part(file, place, new())
        yield from reader.chunks()
        if reader.flaw:
            yield Chunk(place, b"", broken=reader.flaw)
            following = _next_part(file, place + 1, magic, new, only_records=only_records)
        else:
            following = _following(file, reader.end, magic)
            if following is None and not _is_over(file, reader.end):
                following = _next_part(file, reader.end, magic, new, only_records=only_records)
                if not only_records:
                    yield Chunk(reader.end, b"", broken="bytes that are no part of a packed file")
        place = following


def _at(file: BinaryIO, offset: int, length: int) -> bytes:
    file.seek(offset)
    return file.read(length)


def _following(file: BinaryIO, end: int, magic: bytes) -> int | None:
    """Return where the next part begins: right behind, or behind zeros or a skippable frame that fill up."""
    head = _at(file, end, 8)
    if head.startswith(magic):
        return end
    if magic == _ZSTD and _SKIPPABLE.match(head) and len(head) == 8:
        return _following(file, end + 8 + int.from_bytes(head[4:8], "little"), magic)
    return None


def _is_over(file: BinaryIO, end: int) -> bool:
    """Return whether nothing but zeros follows."""
    file.seek(end)
    return not any(data.strip(b"\x00") for data in iter(lambda: file.read(BLOCK), b""))


def _next_part(
    file: BinaryIO, start: int, magic: bytes, new: Callable[[], _Unpacker], *, only_records: bool
) -> int | None:
    """Return where the next part begins that can be unpacked, looking for its magic bytes; None where there is none."""
    at, data = start, _at(file, start, BLOCK)
    while data:
        found = data.find(magic)
        while found >= 0:
            if _may_be_part(file, at + found, new(), only_records=only_records):
                return at + found
            found = data.find(magic, found + 1)
        keep = len(magic) - 1
        at += max(len(data) - keep, 1)
        data = _at(file, at, BLOCK)
        if len(data) <= keep:
            break
    return None


def _may_be_part(file: BinaryIO, offset: int, unpacker: _Unpacker, *, only_records: bool) -> bool:
    try:
        data = unpacker.decompress(_at(file, offset, BLOCK), _TRIED)
    except _DAMAGES:
        return False
    if _RECORD.match(data):
        return True
    return not only_records and (len(data) >= _TRIED or (unpacker.eof and bool(data)))


class _Part:
    """One part, unpacked piece by piece; `end` and `flaw` are known when it is over."""

    def __init__(self, file: BinaryIO, start: int, unpacker: _Unpacker) -> None:
        self._file, self._start, self._unpacker = file, start, unpacker
        self.end = start
        self.flaw: str | None = None

    def chunks(self) -> Iterator[Chunk]:
        """Yield what the part unpacks to; of one that is damaged, all that stands before the damage."""
        fresh, at = True, self._start
        while not self._unpacker.eof and self.flaw is None:
            data = _at(self._file, at, BLOCK)
            if not data:
                self.flaw = "the file ends in it"
            at += len(data)
            for piece in self._pieces(data):
                yield Chunk(self._start, piece, fresh)
                fresh = False
        if self.flaw is None:
            self.end = at - len(self._unpacker.unused_data)

    def _pieces(self, data: bytes) -> Iterator[bytes]:
        """Unpack some bytes, no more at once than a megabyte or so: a bomb costs time, not memory."""
        before = self._unpacker.copy() if isinstance(self._unpacker, _Gzip) else None
        waiting: list[bytes] = []
        try:
            for piece in self._unpack(data):
                waiting.append(piece)
                if len(waiting) > 1:
                    before = None
                    yield waiting.pop(0)
        except _DAMAGES as error:
            said = str(error)
            checksum = "data check" in said or "checksum" in said or "length check" in said
            self.flaw = "its checksum is wrong" if checksum else "its packed bytes are damaged"
            waiting = waiting if before is None else list(_to_the_last_byte(before, data))
        yield from waiting

    def _unpack(self, data: bytes) -> Iterator[bytes]:
        rest = data
        while True:
            piece = self._unpacker.decompress(rest, _PIECE)
            if piece:
                yield piece
            if isinstance(self._unpacker, _Gzip):
                rest = self._unpacker.unconsumed_tail
                waits = bool(rest)
            else:
                rest, waits = b"", not self._unpacker.needs_input
            if self._unpacker.eof or not waits:
                return


def _to_the_last_byte(unpacker: Any, data: bytes) -> Iterator[bytes]:
    """Yield what stands before a damage: an unpacker that fails keeps back what it had of the same call."""
    with suppress(*_DAMAGES):
        for place in range(len(data)):
            if piece := unpacker.decompress(data[place : place + 1]):
                yield piece


_Gzip = type(zlib.decompressobj())
