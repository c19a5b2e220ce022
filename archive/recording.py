"""Writing a run's WARC files: a gzip member a record, a new file past a gigabyte (ISO 28500:2017)."""

import base64
import datetime as dt
import hashlib
import os
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from io import BytesIO, FileIO
from pathlib import Path
from urllib.parse import urlsplit

from isal import igzip
from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from archive.errors import ArchiveError
from archive.media import sync_folder
from archive.model import timestamp
from archive.warc import Exchange, Headers, Original, Place, Record

MOST_BYTES = 1_000_000_000
_LEVEL = 2
_VERSION = "WARC/1.1"
_NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
_SAME_PAYLOAD = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"


@dataclass(frozen=True, slots=True)
class Written:
    """A capture's record: its place, its WARC-Record-ID, and the records that were written with it."""

    place: Place
    record_id: str
    beside: tuple[Record, ...] = ()


class WarcFiles:
    """The WARC files of one run; each is made with its first record and never opened again for writing.

    The first has the name that is given, later ones `-1`, `-2` … before its `.warc.gz`. Raises ArchiveError where the
    disk refuses a write.
    """

    def __init__(self, path: Path, *, software: str, most_bytes: int = MOST_BYTES) -> None:
        self._first, self._software, self._most = path, software, most_bytes
        self._serial = 0
        self._file: FileIO | None = None
        self._durable = self._start = self._end = 0
        self._raw = BytesIO()
        self._make = WARCWriter(self._raw, gzip=False, warc_version=_VERSION)

    @property
    def path(self) -> Path:
        """The file that is written now."""
        return numbered(self._first, self._serial)

    def write(self, exchange: Exchange, original: Original | None = None) -> Written:
        """Append a capture and return where it lies; durable after the next `sync`.

        A response, or a revisit where the bytes are those of an `original`; its request stands before it.
        """
        record = _revisit(self._make, exchange, original) if original else _response(self._make, exchange)
        record_id = record.rec_headers.get_header("WARC-Record-ID")
        beside = [self._append("request", _request(self._make, exchange, record_id))] if exchange.request else []
        return Written(self._append("capture", record).place, record_id, tuple(beside))

    def write_metadata(self, url: str, at: dt.datetime, record_id: str, said: bytes) -> Record:
        """Append what is said of a capture, as JSON."""
        record = self._make.create_warc_record(
            url, "metadata", payload=BytesIO(said), length=len(said), warc_content_type="application/json",
            warc_headers_dict={"WARC-Date": timestamp(at), "WARC-Refers-To": record_id},
        )  # fmt: skip
        return self._append("metadata", record)

    def write_copy(self, kind: str, headers: Headers, block: bytes) -> Record:
        """Append a record of a foreign file, its headers and block as they are there."""
        head = _Head(_VERSION, headers, "")
        raw = head.to_bytes(None, "utf-8") + block + b"\r\n\r\n"
        return self._append_bytes(kind, raw)

    def sync(self) -> None:
        """Bring everything written so far onto the disk."""
        if self._file is not None:
            try:
                os.fsync(self._file.fileno())
                self._durable = self._end
            except OSError as error:
                raise self._refused(error) from error

    def close(self) -> None:
        """Close the file; it is never written again."""
        if self._file is not None:
            self._file.close()

    def _append(self, kind: str, record: ArcWarcRecord) -> Record:
        return self._append_bytes(kind, self._bytes_of(record))

    def _append_bytes(self, kind: str, raw: bytes) -> Record:
        member = igzip.compress(raw, compresslevel=_LEVEL, mtime=0)
        try:
            self._open(len(member))
            offset = self._end
            self._write(member)
        except OSError as error:
            raise self._refused(error) from error
        return Record(kind, Place(self.path.name, offset, len(member)), f"sha256:{hashlib.sha256(raw).hexdigest()}")

    def _bytes_of(self, record: ArcWarcRecord) -> bytes:
        self._raw.seek(0)
        self._raw.truncate()
        self._make.write_record(record)
        return self._raw.getvalue()

    def _open(self, coming: int) -> None:
        """Have a file to write to: a new one where this one would grow too long."""
        if self._file is not None and self._start < self._end and self._end + coming > self._most:
            self.sync()
            self._file.close()
            self._file, self._durable, self._end = None, 0, 0
            self._serial += 1
        if self._file is None:
            # Without a buffer: each record is one write, so that a kill seldom leaves half a one.
            self._file = self.path.open("xb", buffering=0)
            sync_folder(self.path.parent)
            info = {"software": self._software, "format": "WARC File Format 1.1"}
            record = self._make.create_warcinfo_record(self.path.name, info)
            self._write(igzip.compress(self._bytes_of(record), compresslevel=_LEVEL, mtime=0))
            self._start = self._end

    def _write(self, member: bytes) -> None:
        rest = memoryview(member)
        while rest and self._file is not None:
            rest = rest[self._file.write(rest) :]
        self._end += len(member)

    def _refused(self, error: OSError) -> ArchiveError:
        self._give_up()
        return ArchiveError(f"cannot write captures to {self.path}: {error.strerror}; free space or repair the folder")

    def _give_up(self) -> None:
        """Leave the records that were made durable and no torn one, at which readers stop."""
        if self._file is None:
            return
        with suppress(OSError):
            self._file.close()
        with suppress(OSError):
            if self._durable:
                os.truncate(self.path, self._durable)
            else:
                self.path.unlink()


def numbered(path: Path, serial: int) -> Path:
    """Return the name of a run's WARC file: the first has the run's, later ones a number more."""
    return path.with_name(f"{path.name.removesuffix('.warc.gz')}-{serial}.warc.gz") if serial else path


class _Head(StatusAndHeaders):  # type: ignore[misc]
    """A head as it came; warcio's own form percent-encodes what is not ASCII."""

    def __init__(self, status: str, headers: Headers, protocol: str) -> None:
        super().__init__(status, list(headers), protocol=protocol)
        self.compute_headers_buffer()

    def compute_headers_buffer(self, header_filter: object = None) -> None:
        """Keep the head's bytes in UTF-8."""
        self.headers_buff = self.to_bytes(header_filter, "utf-8")


def _revisit(writer: WARCWriter, exchange: Exchange, original: Original) -> ArcWarcRecord:
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


def _response(writer: WARCWriter, exchange: Exchange) -> ArcWarcRecord:
    return writer.create_warc_record(
        exchange.url,
        "response",
        payload=BytesIO(exchange.body),
        # Known at once, else warcio copies the body through two temporary files.
        length=len(exchange.body),
        http_headers=_head_of(exchange),
        warc_headers_dict={"WARC-Date": timestamp(exchange.fetched_at)},
    )


def _request(writer: WARCWriter, exchange: Exchange, record_id: str) -> ArcWarcRecord:
    """Return what was asked, naming the record that answers it (ISO 28500:2017, 6.4)."""
    asked = exchange.request
    parts = urlsplit(exchange.url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    method = asked.method if asked else "GET"
    headers = (("Host", parts.netloc.rpartition("@")[2]), *(asked.headers if asked else ()))
    return writer.create_warc_record(
        exchange.url,
        "request",
        http_headers=_Head(f"{method} {target} HTTP/1.1", headers, ""),
        warc_headers_dict={"WARC-Date": timestamp(exchange.fetched_at), "WARC-Concurrent-To": record_id},
    )


def _reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
