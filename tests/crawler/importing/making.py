"""Files of records, made in code: what an import is tested with."""

import gzip
import hashlib
import io
import uuid
import zipfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from backports import zstd

HOST = "https://gazette.example"
DATE = "2020-05-04T10:00:00Z"
WORDS = (
    "The harbour office said on Monday that the new quay will open in spring after two years of work. "
    "Ships from the north will moor there first, and the ferries follow when the roads are ready. "
    "Residents had asked for a wall against the noise, which the council has now agreed to build. "
)


def page(title: str = "Quay opens in spring", text: str = WORDS * 3, *, head: str = "", tail: str = "") -> bytes:
    """Return an article's page."""
    paragraphs = "".join(f"<p>{part.strip()}.</p>" for part in text.split(". ") if part.strip())
    return (
        f"<!doctype html><html lang=en><head><title>{title} | The Gazette</title>"
        f'<meta property="og:type" content="article"><meta property="og:title" content="{title}">{head}</head>'
        f"<body><nav><a href=/>Home</a></nav><article><h1>{title}</h1><p>Published: 4 May 2020 09:30</p>"
        f"{paragraphs}{tail}</article></body></html>"
    ).encode()


def listing() -> bytes:
    """Return a page that lists articles."""
    items = "".join(
        f"<li><a href=/news/{number}.html>Headline number {number} of the day</a></li>" for number in range(30)
    )
    return f"<html><head><title>News</title></head><body><ul>{items}</ul></body></html>".encode()


def sha1(data: bytes) -> str:
    import base64

    return f"sha1:{base64.b32encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode()}"


def record(  # noqa: PLR0913 (a record has as many parts)
    kind: str, url: str | None, block: bytes, *, date: str | None = DATE, length: int | None = None,
    mime: str = "application/http; msgtype=response", more: Sequence[tuple[str, str]] = (),
) -> bytes:  # fmt: skip
    """Return a WARC record's bytes."""
    fields = [("WARC-Type", kind), ("WARC-Record-ID", f"<urn:uuid:{_id(kind, url, date, block)}>")]
    fields += [("WARC-Target-URI", url)] if url else []
    fields += [("WARC-Date", date)] if date else []
    fields += [*more, ("Content-Type", mime), ("Content-Length", str(len(block) if length is None else length))]
    head = "WARC/1.0\r\n" + "".join(f"{name}: {value}\r\n" for name, value in fields)
    return head.encode() + b"\r\n" + block + b"\r\n\r\n"


def _id(kind: str, url: str | None, date: str | None, block: bytes) -> uuid.UUID:
    return uuid.uuid5(
        uuid.NAMESPACE_URL, f"{kind} {url} {date} {hashlib.md5(block, usedforsecurity=False).hexdigest()}"
    )


def http(body: bytes, *, status: str = "200 OK", mime: str = "text/html; charset=utf-8", more: str = "") -> bytes:
    """Return a response's bytes."""
    return f"HTTP/1.1 {status}\r\nContent-Type: {mime}\r\n{more}\r\n".encode() + body


def response(url: str, body: bytes, *, date: str | None = DATE, **said: str) -> bytes:
    """Return the record of a response, with its digests."""
    block = http(body, **said)
    digests = [("WARC-Block-Digest", sha1(block)), ("WARC-Payload-Digest", sha1(body))]
    return record("response", url, block, date=date, more=digests)


def revisit(url: str, body: bytes, *, date: str, refers: tuple[str, str] | None = None) -> bytes:
    """Return the record of a revisit: with the address and time of its original, or its digest alone."""
    more = [("WARC-Profile", "http://netpreserve.org/warc/1.0/revisit/identical-payload-digest")]
    more += [("WARC-Refers-To-Target-URI", refers[0]), ("WARC-Refers-To-Date", refers[1])] if refers else []
    return record("revisit", url, http(b""), date=date, more=[*more, ("WARC-Payload-Digest", sha1(body))])


def request_of(url: str, *, beside: str | None = None, date: str = DATE) -> bytes:
    """Return the record of a request."""
    more = [("WARC-Concurrent-To", beside)] if beside else []
    block = f"GET /{url.rpartition('/')[2]} HTTP/1.1\r\nHost: gazette.example\r\n\r\n".encode()
    return record("request", url, block, date=date, mime="application/http; msgtype=request", more=more)


def id_of(raw: bytes) -> str:
    """Return a record's id."""
    return next(line[16:] for line in raw.decode("latin-1").split("\r\n") if line.startswith("WARC-Record-ID: "))


def info() -> bytes:
    """Return the record that a file begins with."""
    return record("warcinfo", None, b"software: tests\r\n", mime="application/warc-fields")


def arc(url: str, block: bytes, *, date: str = "20200504100000", length: str | None = None) -> bytes:
    """Return an ARC record's bytes."""
    return f"{url} 192.0.2.1 {date} text/html {length or len(block)}\n".encode() + block + b"\n"


def arc_info() -> bytes:
    """Return the record that an ARC file begins with."""
    block = b"1 0 Tests\nURL IP-address Archive-date Content-type Archive-length\n"
    return arc("filedesc://tests.arc", block)


def packed(records: Iterable[bytes]) -> bytes:
    """Return records in a gzip member each."""
    return b"".join(gzip.compress(raw, mtime=0) for raw in records)


def _zstd(data: bytes) -> bytes:
    return zstd.compress(data)


FORMS: dict[str, Callable[[Iterable[bytes]], bytes]] = {
    "plain": b"".join,
    "gzip": packed,
    "whole-gzip": lambda records: gzip.compress(b"".join(records), mtime=0),
    "zstd": lambda records: b"".join(map(_zstd, records)),
    "whole-zstd": lambda records: _zstd(b"".join(records)),
}


def wacz(path: Path, data: bytes, *, name: str = "archive/data.warc.gz", stored: bool = True) -> Path:
    """Write a WACZ that holds one WARC file."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED) as file:
        file.writestr("datapackage.json", "{}")
        file.writestr(name, data)
        file.writestr("pages/pages.jsonl", "{}\n")
    return path


def picture(color: str = "red") -> bytes:
    """Return the bytes of a real picture."""
    from PIL import Image as Picture

    file = io.BytesIO()
    Picture.new("RGB", (640, 480), color).save(file, "PNG")
    return file.getvalue()
