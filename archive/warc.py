"""WARC files: one a run, a gzip member a record, so that a record is read at its offset (ISO 28500:2017)."""

import base64
import datetime as dt
import gzip
import hashlib
import os
import zlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from io import BufferedWriter, BytesIO
from pathlib import Path

import brotli
from backports import zstd
from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from archive.errors import ArchiveError
from archive.media import sync_folder
from archive.model import timestamp, utc_now

Headers = Sequence[tuple[str, str]]
_NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
_SAME_PAYLOAD = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
_DAMAGES = (OSError, EOFError, ValueError, StopIteration, zlib.error, ArchiveLoadFailed, AttributeError)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One response as it came: `body` are the bytes before any decompression."""

    url: str
    fetched_at: dt.datetime
    status: int
    headers: Headers
    body: bytes
    protocol: str = "HTTP/1.1"

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
class Original:
    """The capture that a revisit refers to: its row, address, time as stored, and the digest of its body."""

    capture_id: int
    url: str
    fetched_at: str
    digest: str


class WarcFile:
    """The WARC file of one run; made with its first record, never opened again for writing.

    Raises ArchiveError where the disk refuses a write.
    """

    def __init__(self, path: Path, *, software: str) -> None:
        self.path = path
        self._software = software
        self._file: BufferedWriter | None = None
        self._writer: WARCWriter | None = None
        self._durable = 0

    def write(self, exchange: Exchange, original: Original | None = None) -> Place:
        """Append one record and return its place; durable after the next `sync`.

        A response, or a revisit where the bytes are those of an `original`.
        """
        try:
            file, writer = self._opened()
            offset = file.tell()
            writer.write_record(_revisit(writer, exchange, original) if original else _record(writer, exchange))
            return Place(self.path.name, offset, file.tell() - offset)
        except OSError as error:
            raise self._refused(error) from error

    def sync(self) -> None:
        """Bring everything written so far onto the disk."""
        if self._file is not None:
            try:
                self._file.flush()
                os.fsync(self._file.fileno())
                self._durable = self._file.tell()
            except OSError as error:
                raise self._refused(error) from error

    def close(self) -> None:
        """Close the file; it is never written again."""
        if self._file is not None:
            self._file.close()

    def _opened(self) -> tuple[BufferedWriter, WARCWriter]:
        if self._file is None or self._writer is None:
            self._file = self.path.open("xb")
            sync_folder(self.path.parent)
            self._writer = WARCWriter(self._file, gzip=True, warc_version="WARC/1.1")
            info = {"software": self._software, "format": "WARC File Format 1.1"}
            self._writer.write_record(self._writer.create_warcinfo_record(self.path.name, info))
        return self._file, self._writer

    def _refused(self, error: OSError) -> ArchiveError:
        self._give_up()
        return ArchiveError(f"cannot write captures to {self.path}: {error.strerror}; free space or repair the folder")

    def _give_up(self) -> None:
        """Leave the records that were made durable and no torn one, at which readers stop."""
        if self._file is None:
            return
        with suppress(OSError):
            # The rest of its buffer goes too: a close that flushes would be refused again.
            self._file.raw.close()
        with suppress(OSError):
            if self._durable:
                os.truncate(self.path, self._durable)
            else:
                self.path.unlink()


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
        record = next(iter(ArchiveIterator(BytesIO(gzip.decompress(member)))))
        if record.rec_type != "response" or record.http_headers is None:
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


class _Head(StatusAndHeaders):  # type: ignore[misc]
    """A response's head as it came; warcio's own form percent-encodes what is not ASCII."""

    def __init__(self, status: str, headers: Headers, protocol: str) -> None:
        super().__init__(status, list(headers), protocol=protocol)
        self.compute_headers_buffer()

    def compute_headers_buffer(self, header_filter: object = None) -> None:
        """Keep the head's bytes in UTF-8."""
        self.headers_buff = self.to_bytes(header_filter, "utf-8")


def _revisit(writer: WARCWriter, exchange: Exchange, original: Original) -> object:
    """Return a record without a payload that refers to an earlier one (ISO 28500:2017, 6.7)."""
    profile = _NOT_MODIFIED if exchange.status == HTTPStatus.NOT_MODIFIED else _SAME_PAYLOAD
    record = writer.create_warc_record(
        exchange.url,
        "revisit",
        http_headers=_head_of(exchange),
        warc_headers_dict={"WARC-Date": timestamp(exchange.fetched_at)},
    )
    algorithm, _, digits = original.digest.partition(":")
    for name, value in (
        ("WARC-Profile", profile),
        ("WARC-Refers-To-Target-URI", original.url),
        ("WARC-Refers-To-Date", original.fetched_at),
        ("WARC-Payload-Digest", f"{algorithm}:{base64.b32encode(bytes.fromhex(digits)).decode()}"),
    ):
        record.rec_headers.replace_header(name, value)
    return record


def _head_of(exchange: Exchange) -> StatusAndHeaders:
    return _Head(f"{exchange.status} {_reason(exchange.status)}".strip(), exchange.headers, exchange.protocol)


def _record(writer: WARCWriter, exchange: Exchange) -> object:
    head = _head_of(exchange)
    date = timestamp(exchange.fetched_at)
    return writer.create_warc_record(
        exchange.url,
        "response",
        payload=BytesIO(exchange.body),
        # Known at once, else warcio copies the body through two temporary files.
        length=len(exchange.body),
        http_headers=head,
        warc_headers_dict={"WARC-Date": date},
    )


def _reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def _exchange(record: object, *, decompressed: bool) -> Exchange:
    head = record.http_headers  # type: ignore[attr-defined]
    headers = record.rec_headers  # type: ignore[attr-defined]
    body = record.raw_stream.read()  # type: ignore[attr-defined]
    date = headers.get_header("WARC-Date")
    return Exchange(
        url=headers.get_header("WARC-Target-URI"),
        fetched_at=dt.datetime.fromisoformat(date) if date else utc_now(),
        status=int(head.get_statuscode()),
        headers=tuple(head.headers),
        body=decode_body(body, head.get_header("Content-Encoding")) if decompressed else body,
        protocol=head.protocol,
    )
