"""Tombstones: what is written over a WARC record that was withdrawn, byte for byte as long as the record was.

Readers accept it: a gzip member (RFC 1952) with a `metadata` record (ISO 28500:2017, 6.5) that says what stood there.
"""

import os
import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

# The field by which a tombstone is known.
MARK = "WARC-Withdrawn"
_MAGIC = b"\x1f\x8b"
_HAS_HEADER_SUM, _HAS_COMMENT = 2, 16
_BLOCK = 65535
# Head (10), sum of the head (2), sum and size of the content (8).
_FRAME = 20
_PAD = b" " * _BLOCK


@dataclass(frozen=True, slots=True)
class Tombstone:
    """What a tombstone says: when and why something was withdrawn, what was there, and the digest that it had."""

    at: str
    reason: str
    record_id: str
    url: str | None = None
    date: str | None = None
    digest: str | None = None

    def pieces(self, length: int, *, packed: bool = True) -> Iterator[bytes]:
        """Yield its bytes, of exactly this length; what there is no room for is left out."""
        for head, body in self._forms():
            text = _Text(head, body)
            size = _stored_size(text.size) if packed else text.size
            if size <= length:
                yield from _stored(text, length) if packed else text.padded(length - size)
                return
            member = _deflated(text, length) if packed else None
            if member is not None:
                yield member
                return
        yield _gzip(zlib.compress(b"", 9, -15), b"", length) if packed else b" " * length

    def _forms(self) -> Iterator[tuple[dict[str, str], dict[str, str]]]:
        """Yield what it says in ever fewer words."""
        named = {name: value for name, value in (("WARC-Target-URI", self.url), ("WARC-Date", self.date)) if value}
        named["WARC-Record-ID"] = self.record_id
        digest = {"digest": self.digest} if self.digest else {}
        yield named, {"withdrawn": self.at, "reason": " ".join(self.reason.split()), **digest}
        yield named, digest
        yield {"WARC-Record-ID": self.record_id, "WARC-Date": self.date or self.at}, {}
        yield {}, {}


class _Text:
    """A record's text, whose body can be made longer by spaces without another change of its length."""

    def __init__(self, named: Mapping[str, str], body: Mapping[str, str]) -> None:
        fields = {"WARC-Type": "metadata", **named, MARK: "yes", "Content-Type": "application/warc-fields"}
        self._head = "WARC/1.1\r\n" + _lines(fields)
        self._body = _lines(body).encode("utf-8", "replace")
        self.size = sum(len(piece) for piece in self.padded(0))

    def padded(self, spaces: int) -> Iterator[bytes]:
        length = f"{len(self._body) + spaces:>12}"
        yield f"{self._head}Content-Length: {length}\r\n\r\n".encode("utf-8", "replace")
        yield self._body
        while spaces > 0:
            yield _PAD[:spaces]
            spaces -= _BLOCK
        yield b"\r\n\r\n"


def _lines(fields: Mapping[str, str]) -> str:
    return "".join(f"{name}: {' '.join(value.split())}\r\n" for name, value in fields.items())


def _stored_size(size: int) -> int:
    """Return how long a member is that stores so many bytes as they are: five more for each block."""
    return _FRAME + size + 5 * -(-size // _BLOCK)


def _stored(text: _Text, length: int) -> Iterator[bytes]:
    """Yield a member of this length that stores the text, padded; where blocks do not come out even, by a comment."""
    size = length - _FRAME
    size -= 5 * -(-size // (_BLOCK + 5))
    blocks = -(-size // _BLOCK)
    comment = length - _FRAME - size - 5 * blocks
    yield _member_head(comment)
    total, pending = 0, b""
    check = 0
    for piece in text.padded(size - text.size):
        check, total, pending = zlib.crc32(piece, check), total + len(piece), pending + piece
        while len(pending) >= _BLOCK and total < size:
            yield _stored_block(pending[:_BLOCK], last=False)
            pending = pending[_BLOCK:]
    while len(pending) > _BLOCK:
        yield _stored_block(pending[:_BLOCK], last=False)
        pending = pending[_BLOCK:]
    yield _stored_block(pending, last=True)
    yield struct.pack("<II", check, total & 0xFFFFFFFF)


def _stored_block(data: bytes, *, last: bool) -> bytes:
    return struct.pack("<BHH", last, len(data), len(data) ^ 0xFFFF) + data


def _deflated(text: _Text, length: int) -> bytes | None:
    data = b"".join(text.padded(0))
    packed = zlib.compress(data, 9, -15)
    return _gzip(packed, data, length) if len(packed) + _FRAME <= length else None


def _gzip(packed: bytes, data: bytes, length: int) -> bytes:
    head = _member_head(length - _FRAME - len(packed))
    return head + packed + struct.pack("<II", zlib.crc32(data), len(data))


def _member_head(comment: int) -> bytes:
    """Return a member's head with a comment of so many bytes, its end included, and a sum over all of it."""
    flags = _HAS_HEADER_SUM | (_HAS_COMMENT if comment > 0 else 0)
    head = _MAGIC + bytes((8, flags, 0, 0, 0, 0, 0, 255)) + (b" " * (comment - 1) + b"\0" if comment > 0 else b"")
    return head + struct.pack("<H", zlib.crc32(head) & 0xFFFF)


def overwrite(path: Path, offset: int, length: int, tombstone: Tombstone) -> None:
    """Write a tombstone over a record, durably; what lies beyond the file's end stays so."""
    with path.open("r+b") as file:
        file.seek(offset)
        packed = file.read(2) == _MAGIC
        file.seek(offset)
        for piece in tombstone.pieces(length, packed=packed):
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
