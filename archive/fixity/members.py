"""Reading one record of a WARC file as a stream: whole, checked against its gzip sum, digested, never in memory."""

import hashlib
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field

# Of what unpacks to a thousand times its size, 16 MiB are in memory.
_PIECE = 16384
_LARGEST_HEAD = 1 << 20
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_END = b"\r\n\r\n"


class TornError(ValueError):
    """A record is not as it was written; the text says how."""


@dataclass(slots=True)
class Record:
    """A record as it lies in the file: its fields (names in lower case), status of the HTTP head, and digests."""

    fields: dict[str, str] = field(default_factory=dict)
    status: int | None = None
    whole: str = ""
    payload: str = ""

    @property
    def type(self) -> str:
        """The record's WARC-Type."""
        return self.fields.get("warc-type", "")


def read_record(read: Callable[[int], bytes], length: int) -> Record:
    """Read a record of so many bytes from where `read` stands; raises TornError where it is not whole.

    All of the bytes are read even if the record is found torn before.
    """
    taken, torn = _Taken(), None
    first = read(min(length, _PIECE))
    unpack = _Gunzip() if first[:2] == b"\x1f\x8b" else _Plain()
    left, piece = length - len(first), first
    while piece:
        if torn is None:
            try:
                taken.feed(unpack(piece))
            except (zlib.error, ValueError) as error:
                torn = TornError(str(error))
        piece = read(min(left, _PIECE))
        left -= len(piece)
    if torn:
        raise torn
    if left:
        raise TornError(f"the file ends {left} bytes too early")
    unpack.finish()
    return taken.finish()


class _Plain:
    """Takes bytes as they are."""

    def __call__(self, piece: bytes) -> bytes:
        return piece

    def finish(self) -> None:
        """Every end is one."""


class _Gunzip:
    """Unpacks one gzip member, which must end where the record does."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(wbits=31)

    def __call__(self, piece: bytes) -> bytes:
        data = self._member.decompress(piece)
        if self._member.unused_data or (self._member.eof and not piece):
            raise TornError("its gzip member ends too early")
        return data

    def finish(self) -> None:
        if not self._member.eof:
            raise TornError("its gzip member has no end")


class _Taken:
    """Takes a record's bytes piece by piece: head, HTTP head, body, end."""

    def __init__(self) -> None:
        self.record = Record()
        self._buffer = b""
        self._left: int | None = None
        self._whole, self._payload = hashlib.sha256(), hashlib.sha256()
        self._in_head = False
        self._tail = b""

    def feed(self, data: bytes) -> None:
        self._whole.update(data)
        if self._left is None:
            self._buffer += data
            data = self._head_of_buffer()
        if self._left is None:
            return
        block, rest = data[: self._left], data[self._left :]
        self._left -= len(block)
        self._take(block)
        self._tail = (self._tail + rest)[:8]

    def _head_of_buffer(self) -> bytes:
        """Read the record's head once it is whole; return what came after it."""
        found = _BLANK_LINE.search(self._buffer)
        if found is None:
            if len(self._buffer) > _LARGEST_HEAD:
                raise TornError("its head has no end")
            return b""
        lines = self._buffer[: found.start()].decode("utf-8", "replace").splitlines()
        if not lines or not lines[0].startswith("WARC/"):
            raise TornError("it is no WARC record")
        split = (line.partition(":") for line in lines[1:])
        self.record.fields = {name.strip().lower(): value.strip() for name, _, value in split}
        try:
            self._left = int(self.record.fields["content-length"])
        except (KeyError, ValueError) as error:
            raise TornError("it says no length") from error
        self._in_head = self.record.fields.get("content-type", "").startswith("application/http")
        rest, self._buffer = self._buffer[found.end() :], b""
        return rest

    def _take(self, block: bytes) -> None:
        """Digest what follows the HTTP head."""
        if self._in_head:
            self._buffer += block
            found = _BLANK_LINE.search(self._buffer)
            if found is None:
                if len(self._buffer) > _LARGEST_HEAD:
                    raise TornError("its HTTP head has no end")
                return
            status = re.match(rb"\S+ (\d{3})\b", self._buffer)
            self.record.status = int(status[1]) if status else None
            block, self._buffer, self._in_head = self._buffer[found.end() :], b"", False
        self._payload.update(block)

    def finish(self) -> Record:
        if self._left is None and not self._buffer:
            # A tombstone where there is no room for a record.
            return self.record
        if self._left is None:
            raise TornError("its head has no end")
        if self._left:
            raise TornError(f"its body ends {self._left} bytes too early")
        if self._tail != _END:
            raise TornError("its end is not where it says")
        self.record.whole = f"sha256:{self._whole.hexdigest()}"
        self.record.payload = f"sha256:{self._payload.hexdigest()}"
        return self.record
