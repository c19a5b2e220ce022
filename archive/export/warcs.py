"""Captures as one WARC file: records copied byte for byte, image captures put together from their row and bytes."""

import base64
import datetime as dt
import gzip
import hashlib
import json
import uuid
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path

from sqlite_utils import Database

from archive.export.captures import Capture, media_of, records_beside, taken_captures
from archive.export.placing import Sink
from archive.holdings import Holdings
from archive.model import timestamp, utc_now
from archive.software import SOFTWARE
from archive.warc import Place

_CHUNK = 1 << 20
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "newsarchive:capture")


@dataclass(frozen=True, slots=True)
class Written:
    """A capture with where its record lies in the new file."""

    capture: Capture
    offset: int
    length: int


@dataclass(slots=True)
class WarcExport:
    """Copies the taken captures behind one another into a sink; what cannot be read is named and left out."""

    db: Database
    holdings: Holdings
    sink: Sink
    problems: list[str] = field(default_factory=list)
    records: int = 0
    offset: int = 0

    def write(self, said: str, on_capture: Callable[[], None] = lambda: None) -> Iterator[Written]:
        """Write all records, each capture's request before and its metadata behind it; yield every capture's place."""
        self._put(warcinfo(said, utc_now()))
        for capture in taken_captures(self.db):
            before, behind = records_beside(self.db, capture.id)
            for place in before:
                self._copy(place, "a request record")
            offset = self.offset
            if self._capture(capture):
                yield Written(capture, offset, self.offset - offset)
            for place in behind:
                self._copy(place, "a metadata record")
            on_capture()

    def _capture(self, capture: Capture) -> bool:
        if capture.place is not None:
            return self._copy(capture.place, f"the capture of {capture.url}")
        path = media_of(self.db, self.holdings.media, capture.digest)
        try:
            if path is None:
                raise FileNotFoundError(2, "the archive has no such image")
            body = path.read_bytes()
        except OSError as error:
            self.problems.append(f"cannot read the image {capture.url}: {error.strerror}")
            return False
        if f"sha256:{hashlib.sha256(body).hexdigest()}" != capture.digest:
            self.problems.append(f"the image {capture.url} is not what was captured: {path} has other bytes")
            return False
        self._put(image_record(capture, body))
        return True

    def _copy(self, place: Place, what: str) -> bool:
        """Copy a record's gzip member as it lies there, once all of it was seen to be whole."""
        path = self.holdings.captures / place.file
        try:
            check_member(path, place)
        except (OSError, EOFError, ValueError, zlib.error) as error:
            said = getattr(error, "strerror", None) or str(error)
            self.problems.append(f"cannot read {what} at {path}, offset {place.offset}: {said}")
            return False
        for chunk in _chunks(path, place):
            self._advance(chunk)
        self.records += 1
        return True

    def _put(self, record: bytes) -> None:
        self._advance(gzip.compress(record, 6, mtime=0))
        self.records += 1

    def _advance(self, data: bytes) -> None:
        self.sink.write(data)
        self.offset += len(data)


def check_member(path: Path, place: Place) -> None:
    """Raise ValueError, EOFError or zlib.error unless one whole gzip member lies at a place."""
    inflate = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    for chunk in _chunks(path, place):
        left = chunk
        while left:
            inflate.decompress(left, _CHUNK)
            left = inflate.unconsumed_tail
    if not inflate.eof or inflate.unused_data:
        raise ValueError("there is no whole record")


def _chunks(path: Path, place: Place) -> Iterator[bytes]:
    left = place.length
    with path.open("rb") as file:
        file.seek(place.offset)
        while left:
            chunk = file.read(min(left, _CHUNK))
            if not chunk:
                raise EOFError(f"the file ends {left} bytes too early")
            left -= len(chunk)
            yield chunk


def warcinfo(said: str, now: dt.datetime) -> bytes:
    """Return the record that says what the file is."""
    lines = {"software": SOFTWARE, "format": "WARC File Format 1.1", "description": f"export: {said or 'everything'}"}
    block = "".join(f"{name}: {_one_line(value)}\r\n" for name, value in lines.items()).encode()
    return _record("warcinfo", block, {
        "WARC-Record-ID": f"<urn:uuid:{uuid.uuid4()}>", "WARC-Date": timestamp(now),
        "Content-Type": "application/warc-fields",
    })  # fmt: skip


def image_record(capture: Capture, body: bytes) -> bytes:
    """Return the response record of an image capture; every export of it gives the same bytes."""
    said = json.dumps([capture.url, capture.fetched_at, capture.digest])
    head = "".join(
        [f"HTTP/1.1 {capture.status} {_phrase(capture.status)}\r\n"]
        + [f"{name}: {_one_line(value)}\r\n" for name, value in capture.headers]
    )
    return _record("response", head.encode("utf-8", "surrogateescape") + b"\r\n" + body, {
        "WARC-Record-ID": f"<urn:uuid:{uuid.uuid5(_NAMESPACE, said)}>", "WARC-Date": capture.fetched_at,
        "WARC-Target-URI": capture.url, "Content-Type": "application/http; msgtype=response",
        "WARC-Payload-Digest": _sha1(body),
    })  # fmt: skip


def _record(kind: str, block: bytes, headers: dict[str, str]) -> bytes:
    said = {"WARC-Type": kind} | headers | {"WARC-Block-Digest": _sha1(block), "Content-Length": str(len(block))}
    head = "WARC/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in said.items())
    return head.encode() + b"\r\n" + block + b"\r\n\r\n"


def _sha1(data: bytes) -> str:
    return f"sha1:{base64.b32encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode()}"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
