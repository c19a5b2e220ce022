"""Saved pages as records: their address and time by the first rule that gives them, their pictures beside them."""

import datetime as dt
import mimetypes
import re
import uuid
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from tempfile import SpooledTemporaryFile
from urllib.parse import unquote, urljoin

from archive.model import timestamp
from crawler.extracting.inputs import address_in, is_web_address
from crawler.importing.records import Fields, RawRecord
from crawler.importing.sources import Source

# What browsers write into a page that they save, and SingleFile.
_SAVED_FROM = re.compile(rb"<!--\s*saved from url=\(\d+\)\s*(\S+)", re.IGNORECASE)
_SINGLE_FILE = re.compile(rb"Page saved with SingleFile\s+url:\s*(\S+)\s+saved date:\s*([^\r\n]+)")
_PICTURE = re.compile(rb"<img\b[^<>]*?\bsrc\s*=\s*[\"']?([^\"'\s>]+)", re.IGNORECASE)
_HEAD = 512 * 1024
_NAMES = uuid.UUID("0d7f2b1e-5f5c-4a55-9f43-3d1f7a1b9a10")
_MOST_PICTURES = 500


def saved_page(source: Source, most_bytes: int) -> Iterator[RawRecord]:
    """Yield a saved page and the pictures that lie beside it, as records; raises OSError."""
    with source.open() as file:
        body = file.read(most_bytes + 1)
    url, rule = _address(body, source.path)
    at, clock = _time(body, source)
    yield _record(url, at, "text/html", body, f"address={rule}; time={clock}")
    if rule == "file":
        return
    for link in list(dict.fromkeys(_PICTURE.findall(body)))[:_MOST_PICTURES]:
        href = unescape(link.decode("utf-8", "replace"))
        path = _beside(source, href)
        if path is not None:
            mime = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
            with path.open("rb") as picture:
                data = picture.read(most_bytes + 1)
            yield _record(urljoin(url, href), at, mime, data, f"address=beside the page; time={clock}")


def _address(body: bytes, path: Path) -> tuple[str, str]:
    """Return a page's address and the rule that gave it; what names none has that of its file."""
    head = body[:_HEAD]
    for rule, pattern in (("saved-from", _SAVED_FROM), ("single-file", _SINGLE_FILE)):
        if match := pattern.search(head):
            url = unescape(match[1].decode("utf-8", "replace"))
            if is_web_address(url):
                return url, rule
    stated = address_in(body)
    return (stated, "stated") if stated else (path.absolute().as_uri(), "file")


def _time(body: bytes, source: Source) -> tuple[dt.datetime, str]:
    match = _SINGLE_FILE.search(body[:_HEAD])
    if match:
        text = re.sub(r"\s*\(.*?\)\s*$", "", match[2].decode("utf-8", "replace").strip())
        try:
            return dt.datetime.strptime(text, "%a %b %d %Y %H:%M:%S GMT%z"), "single-file"
        except ValueError:
            pass
    return dt.datetime.fromtimestamp(source.mtime, dt.UTC), "file"


def _beside(source: Source, href: str) -> Path | None:
    """Return the file that a link leads to, None where it lies outside of the folder or is none."""
    if source.root is None or re.match(r"[a-z][a-z0-9+.-]*:|//|/", href, re.IGNORECASE):
        return None
    try:
        root = source.root.resolve()
        path = (source.path.parent / unquote(href.partition("?")[0])).resolve()
        return path if path.is_file() and path.is_relative_to(root) else None
    except (OSError, ValueError):
        return None


def _record(url: str, at: dt.datetime, mime: str, data: bytes, rule: str) -> RawRecord:
    block: SpooledTemporaryFile[bytes] = SpooledTemporaryFile(8 * 1024 * 1024)  # noqa: SIM115 (closed by its reader)
    block.write(data)
    instant = timestamp(at)
    fields: Fields = [
        ("WARC-Type", "resource"),
        ("WARC-Record-ID", f"<urn:uuid:{uuid.uuid5(_NAMES, f'{url} {instant} {len(data)}')}>"),
        ("WARC-Target-URI", url),
        ("WARC-Date", instant),
        ("Content-Type", mime),
        ("X-Imported-By-Rule", rule),
    ]
    raw = RawRecord("WARC/1.1", fields, 0, 0, len(data))
    raw.block = block
    return raw
