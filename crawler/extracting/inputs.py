"""Which files, folders and addresses are meant, and the bytes of a file within a limit."""

import os
import re
import sys
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from html import unescape
from pathlib import Path
from typing import BinaryIO

from archive.errors import NewsarchiveError, UsageError
from archive.identity import normalise

STDIN = "-"
MEGABYTE = 1024 * 1024
_SUFFIXES = (".html", ".htm", ".xhtml", ".html.gz", ".htm.gz", ".xhtml.gz")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_BARE_ADDRESS = re.compile(r"www\.|(?:[a-z0-9-]+\.)+[a-z]{2,}(?::\d+)?/", re.IGNORECASE)
_HEAD = 512 * 1024
_HEAD_TAG = re.compile(rb"<(link|meta)\b([^<>]*)>", re.IGNORECASE)
_ATTRIBUTE = re.compile(rb"([\w:-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))")
_GZIP_MAGIC = b"\x1f\x8b"
_GZIP_WINDOW = 31
_BLOCK = 64 * 1024


class InputError(NewsarchiveError):
    """One input cannot be read; the others can."""

    exit_code = 1


class TooLargeError(Exception):
    """The bytes, unpacked, are more than the limit."""


@dataclass(frozen=True, slots=True)
class Document:
    """A page's bytes with the name of the input, the page's address, and what the server said of it."""

    name: str
    body: bytes
    url: str
    content_type: str | None = None
    fetched_at: datetime | None = None


def is_address(name: str) -> bool:
    """Return whether an input is named by an address, not by a path."""
    return _SCHEME.match(name) is not None


def is_web_address(text: str) -> bool:
    """Return whether a text is an http(s) address with a host."""
    try:
        normalise(text)
    except ValueError:
        return False
    return True


def files_in(folder: str) -> Iterator[str]:
    """Yield the HTML files of a folder and its subfolders, in the order of their names.

    A folder that cannot be listed, or that holds none, is yielded itself, so that reading it says what is wrong.
    """
    unlisted: list[str] = []
    found = False
    for parent, folders, files in os.walk(folder, onerror=lambda error: unlisted.append(str(error.filename))):
        folders.sort()
        for file in sorted(files):
            if file.lower().endswith(_SUFFIXES):
                found = True
                yield str(Path(parent, file))
    yield from unlisted
    if not found and not unlisted:
        yield folder


def inputs_of(names: Sequence[str], listed: str | None) -> list[str]:
    """Return all inputs that are meant: those named, a folder's files, and the lines of a list."""
    named = [*names, *(_lines_of(listed) if listed else ())]
    inputs: list[str] = []
    for name in named:
        is_folder = not is_address(name) and name != STDIN and Path(name).is_dir()
        inputs.extend(files_in(name) if is_folder else (name,))
    return inputs


def _lines_of(listed: str) -> list[str]:
    """Return the inputs that a list names; raises UsageError where it cannot be read."""
    try:
        data = sys.stdin.buffer.read() if listed == STDIN else Path(listed).read_bytes()
    except OSError as error:
        raise UsageError(
            f"--list {listed}: cannot be read: {error.strerror}; name a file of one input a line"
        ) from error
    return [line for line in os.fsdecode(data).splitlines() if line.strip()]


def read_document(name: str, max_bytes: int, url: str | None = None) -> Document:
    """Return a file's document, `-` being stdin; raises InputError.

    Its address is the one given, else the one that the page names as its own, else the file's.
    """
    try:
        if name == STDIN:
            body = _bytes_of(sys.stdin.buffer, max_bytes)
        else:
            with Path(name).open("rb") as file:
                body = _bytes_of(file, max_bytes)
    except TooLargeError as error:
        raise InputError(f"{name}: {too_large(max_bytes)}") from error
    except (zlib.error, EOFError) as error:
        raise InputError(f"{name}: its gzip data is damaged ({error}); get the file again") from error
    except (OSError, ValueError) as error:
        raise InputError(f"{name}: {_meaning(name, error)}") from error
    if not body.strip():
        raise InputError(f"{name}: the file is empty; get it again")
    return Document(name, body, url or address_in(body) or _file_address(name))


def too_large(max_bytes: int) -> str:
    """Return what is said of an input that is too large."""
    return f"larger than {max_bytes / MEGABYTE:g} MB unpacked; --max-megabytes sets another limit"


def _meaning(name: str, error: OSError | ValueError) -> str:
    if isinstance(error, FileNotFoundError):
        address = f"; if it is a web address, write https://{name}" if _BARE_ADDRESS.match(name) else "; check the path"
        return f"no such file{address}"
    if isinstance(error, IsADirectoryError):
        return f"no HTML file in this folder; looked for {', '.join(_SUFFIXES)}"
    said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return f"cannot be read: {said}; check the path and its permissions"


def _file_address(name: str) -> str:
    return Path("/dev/stdin").as_uri() if name == STDIN else Path(name).absolute().as_uri()


def _bytes_of(file: BinaryIO, max_bytes: int) -> bytes:
    head = file.read(_BLOCK)
    chunks = _with_rest(head, file)
    return (unzipped if head.startswith(_GZIP_MAGIC) else joined)(chunks, max_bytes)


def _with_rest(head: bytes, file: BinaryIO) -> Iterator[bytes]:
    yield head
    yield from iter(partial(file.read, _BLOCK), b"")


def joined(chunks: Iterable[bytes], max_bytes: int) -> bytes:
    """Return all bytes; raises TooLargeError as soon as they are more than the limit."""
    whole = bytearray()
    for chunk in chunks:
        whole += chunk
        if len(whole) > max_bytes:
            raise TooLargeError
    return bytes(whole)


def unzipped(chunks: Iterable[bytes], max_bytes: int) -> bytes:
    """Return the content of gzip data, of all its members; what follows the last one is padding.

    Raises TooLargeError before more than the limit is unpacked, zlib.error or EOFError where the data is damaged.
    """
    whole = bytearray()
    member = zlib.decompressobj(_GZIP_WINDOW)
    for chunk in chunks:
        rest = chunk
        while rest:
            if member.eof:
                rest = rest.lstrip(b"\x00")
                if not rest.startswith(_GZIP_MAGIC[:1]):
                    break
                member = zlib.decompressobj(_GZIP_WINDOW)
            whole += member.decompress(rest, max_bytes + 1 - len(whole))
            if len(whole) > max_bytes:
                raise TooLargeError
            rest = member.unused_data
    if not member.eof:
        raise EOFError("it ends too early")
    return bytes(whole)


def address_in(body: bytes) -> str | None:
    """Return the web address that a page names as its own: its canonical link, else its og:url."""
    links: dict[bytes, str] = {}
    for tag, inside in _HEAD_TAG.findall(body[:_HEAD]):
        said = {name.lower(): one or two or bare for name, one, two, bare in _ATTRIBUTE.findall(inside)}
        is_link = tag.lower() == b"link"
        role = said.get(b"rel" if is_link else b"property", b"").lower()
        url = unescape(said.get(b"href" if is_link else b"content", b"").decode("utf-8", "replace")).strip()
        if is_web_address(url):
            links.setdefault(role, url)
    return links.get(b"canonical") or links.get(b"og:url")
