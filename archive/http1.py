"""HTTP messages as WARC records hold them: head, body, and a body's chunks (RFC 9112); defined for any bytes."""

import re
from dataclasses import dataclass

_STATUS = re.compile(rb"(HTTP/\d+(?:\.\d+)?)[ \t]+(\d{3})(?!\d)")
_END = re.compile(rb"\n\r*\n")
_SIZE = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\n]*)?\r*\n")


@dataclass(frozen=True, slots=True)
class Head:
    """A response's head: protocol, status and header fields in order; `end` is where the body begins.

    One that is not `whole` breaks off before its empty line.
    """

    protocol: str
    status: int
    headers: tuple[tuple[str, str], ...]
    end: int
    whole: bool = True

    def header(self, name: str) -> str | None:
        """Return the first header of that name, in whatever case."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


def read_head(block: bytes) -> Head | None:
    """Return the head of a response, None where the bytes do not begin with one."""
    status = _STATUS.match(block)
    if status is None:
        return None
    found = _END.search(block)
    end = found.end() if found else len(block)
    lines = block[:end].split(b"\n")[1:]
    return Head(status[1].decode("ascii"), int(status[2]), tuple(_fields(lines)), end, found is not None)


def body_of(head: Head, block: bytes) -> bytes:
    """Return a response's body without its transfer coding; content codings stay."""
    body = block[head.end :]
    codings = ",".join(value for name, value in head.headers if name.lower() == "transfer-encoding").lower()
    return joined_chunks(body) if "chunked" in codings else body


def joined_chunks(body: bytes) -> bytes:
    """Return what a chunked body holds; from where its chunks are wrong on, the bytes as they are."""
    parts: list[bytes] = []
    at = 0
    while at < len(body):
        size = _SIZE.match(body, at)
        if size is None:
            parts.append(body[at:])
            break
        length, start = int(size[1], 16), size.end()
        if length == 0:
            break
        at = start + length
        if at < len(body) and body[at : at + 2] != b"\r\n" and body[at : at + 1] != b"\n":
            # Not where a chunk ends: the size was none.
            parts.append(body[size.start() :])
            break
        parts.append(body[start:at])
        at += 2 if body[at : at + 1] == b"\r" else 1
    return b"".join(parts)


def _fields(lines: list[bytes]) -> list[tuple[str, str]]:
    fields: list[tuple[str, str]] = []
    for line in lines:
        text = _text(line.rstrip(b"\r"))
        name, colon, value = text.partition(":")
        if text[:1] in (" ", "\t") and fields and text.strip():
            fields[-1] = (fields[-1][0], f"{fields[-1][1]} {text.strip()}")
        elif colon and name.strip():
            fields.append((name.strip(), value.strip()))
    return fields


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")
