"""WARC files: one a run, a gzip member a record, so that a record is read at its offset (ISO 28500:2017)."""

import datetime as dt
import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from archive.errors import ArchiveError
from archive.media import sync_folder
from archive.model import timestamp, utc_now

Headers = Sequence[tuple[str, str]]


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


class WarcFile:
    """The WARC file of one run; made with its first record, never opened again for writing.

    Raises ArchiveError where the disk refuses a write.
    """

    def __init__(self, path: Path, *, software: str) -> None:
        self.path = path
        self._software = software
        self._file: BinaryIO | None = None
        self._writer: WARCWriter | None = None

    def write(self, exchange: Exchange) -> Place:
        """Append one response record and return its place; durable after the next `sync`."""
        try:
            file, writer = self._opened()
            offset = file.tell()
            writer.write_record(_record(writer, exchange))
            return Place(self.path.name, offset, file.tell() - offset)
        except OSError as error:
            raise self._refused(error) from error

    def sync(self) -> None:
        """Bring everything written so far onto the disk."""
        if self._file is not None:
            try:
                self._file.flush()
                os.fsync(self._file.fileno())
            except OSError as error:
                raise self._refused(error) from error

    def close(self) -> None:
        """Close the file; it is never written again."""
        if self._file is not None:
            self._file.close()

    def _opened(self) -> tuple[BinaryIO, WARCWriter]:
        if self._file is None or self._writer is None:
            self._file = self.path.open("xb")
            sync_folder(self.path.parent)
            self._writer = WARCWriter(self._file, gzip=True, warc_version="WARC/1.1")
            info = {"software": self._software, "format": "WARC File Format 1.1"}
            self._writer.write_record(self._writer.create_warcinfo_record(self.path.name, info))
        return self._file, self._writer

    def _refused(self, error: OSError) -> ArchiveError:
        return ArchiveError(f"cannot write captures to {self.path}: {error.strerror}; free space or repair the folder")


def read_exchange(folder: Path, place: Place, *, decompressed: bool = False) -> Exchange:
    """Read one response back from its place, its body as it came or decompressed.

    Raises ArchiveError where it is not there as recorded.
    """
    path = folder / place.file
    try:
        with path.open("rb") as file:
            file.seek(place.offset)
            record = next(iter(ArchiveIterator(BytesIO(file.read(place.length)))))
            return _exchange(record, decompressed=decompressed)
    except (OSError, StopIteration, ValueError) as error:
        raise ArchiveError(f"cannot read the capture at {path}, offset {place.offset}: {error}") from error


def cut_tail(path: Path, length: int) -> int:
    """Cut a file that a killed run left behind down to what was committed; return how many bytes went.

    Readers stop at a torn gzip member, so it must not stay.
    """
    tail = path.stat().st_size - length
    if tail > 0:
        os.truncate(path, length)
    return max(tail, 0)


def _record(writer: WARCWriter, exchange: Exchange) -> object:
    head = StatusAndHeaders(
        f"{exchange.status} {_reason(exchange.status)}".strip(), list(exchange.headers), protocol=exchange.protocol
    )
    date = timestamp(exchange.fetched_at)
    return writer.create_warc_record(
        exchange.url,
        "response",
        payload=BytesIO(exchange.body),
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
    date = headers.get_header("WARC-Date")
    return Exchange(
        url=headers.get_header("WARC-Target-URI"),
        fetched_at=dt.datetime.fromisoformat(date) if date else utc_now(),
        status=int(head.get_statuscode()),
        headers=tuple(head.headers),
        body=(record.content_stream() if decompressed else record.raw_stream).read(),  # type: ignore[attr-defined]
        protocol=head.protocol,
    )
