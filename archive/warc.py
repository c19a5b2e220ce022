"""Captures as WARC records, a gzip member each, so that one is read at its offset (ISO 28500:2017)."""

import datetime as dt
import gzip
import hashlib
import os
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from io import BytesIO
from pathlib import Path

import brotli
from backports import zstd
from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord

from archive.errors import ArchiveError
from archive.http1 import Head, body_of, read_head
from archive.model import utc_now

Headers = Sequence[tuple[str, str]]
_DAMAGES = (OSError, EOFError, ValueError, StopIteration, zlib.error, ArchiveLoadFailed, AttributeError)


@dataclass(frozen=True, slots=True)
class Asked:
    """The request that a response answers; headers that identify whoever asks are left out."""

    method: str
    headers: Headers


@dataclass(frozen=True, slots=True)
class Exchange:
    """One response as it came: `body` are the bytes before any decompression."""

    url: str
    fetched_at: dt.datetime
    status: int
    headers: Headers
    body: bytes
    protocol: str = "HTTP/1.1"
    request: Asked | None = field(default=None, compare=False)

    @property
    def digest(self) -> str:
        """The digest of the body, as `sha256:` and hexadecimal digits."""
        return f"sha256:{hashlib.sha256(self.body).hexdigest()}"

    def header(self, name: str) -> str | None:
        """Return the first header of that name, in whatever case."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record lies: file name in the captures folder, offset and length in bytes."""

    file: str
    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class Record:
    """A record that stands beside captures: its type, place, and the SHA-256 of its unpacked bytes."""

    type: str
    place: Place
    digest: str


@dataclass(frozen=True, slots=True)
class Original:
    """The capture that a revisit refers to: its row, address, time as stored, and the digest of its body."""

    capture_id: int
    url: str
    fetched_at: str
    digest: str


def read_exchange(folder: Path, place: Place, *, decompressed: bool = False) -> Exchange:
    """Read one response back from its place, its body as it came or decompressed.

    Raises ArchiveError where it is not there as recorded.
    """
    path = folder / place.file
    try:
        with path.open("rb") as file:
            file.seek(place.offset)
            member = file.read(place.length)
        if len(member) < place.length:
            raise ValueError(f"the file ends {place.length - len(member)} bytes too early")
        # The whole member first: its checksum tells damage that a record's parser would pass over.
        record = next(iter(ArchiveIterator(BytesIO(gzip.decompress(member)), no_record_parse=True)))
        if record.rec_type not in ("response", "resource"):
            raise ValueError(f"there is a record of type {record.rec_type}, not a response")
        return _exchange(record, decompressed=decompressed)
    except _DAMAGES as error:
        said = str(error) or type(error).__name__
        raise ArchiveError(f"cannot read the capture at {path}, offset {place.offset}: {said}") from error


def decode_body(body: bytes, encoding: str | None) -> bytes:
    """Return a body without its content codings (RFC 9110, 8.4); as it is where a coding lies or is not known."""
    for name in reversed([part.strip().lower() for part in (encoding or "").split(",")]):
        decode = _CODINGS.get(name)
        if decode is None:
            return body
        try:
            body = decode(body)
        except (OSError, EOFError, ValueError, zlib.error, brotli.error, zstd.ZstdError):
            return body
    return body


def _inflate(body: bytes) -> bytes:
    """Return what `deflate` holds: zlib by the standard, raw by the habit of old servers."""
    try:
        return zlib.decompress(body)
    except zlib.error:
        return zlib.decompress(body, -zlib.MAX_WBITS)


_CODINGS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.decompress,
    "x-gzip": gzip.decompress,
    "deflate": _inflate,
    "br": brotli.decompress,
    "zstd": zstd.decompress,
    "identity": bytes,
}


def cut_tail(path: Path, length: int) -> int:
    """Cut a file that a killed run left behind down to what was committed; return how many bytes went.

    Readers stop at a torn gzip member, so it must not stay.
    """
    tail = path.stat().st_size - length
    if tail > 0:
        os.truncate(path, length)
    return max(tail, 0)


def _exchange(record: ArcWarcRecord, *, decompressed: bool) -> Exchange:
    headers = record.rec_headers
    block = record.raw_stream.read()
    date = headers.get_header("WARC-Date")
    head = read_head(block) if record.rec_type == "response" else None
    if head is None:
        # A saved file or an answer of another protocol has no head of its own.
        mime = headers.get_header("Content-Type") or ""
        head = Head("", HTTPStatus.OK, (("Content-Type", mime),), 0)
    body = body_of(head, block)
    return Exchange(
        url=headers.get_header("WARC-Target-URI"),
        fetched_at=dt.datetime.fromisoformat(date) if date else utc_now(),
        status=head.status,
        headers=head.headers,
        body=decode_body(body, head.header("Content-Encoding")) if decompressed else body,
        protocol=head.protocol,
    )
