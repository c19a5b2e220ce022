"""Whether what came is whole, and what else than a page it is."""

import zlib

import brotli
from backports import zstd

_GZIP, _ZLIB = 31, 15
_GZIP_MAGIC, _ZSTD_MAGIC = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
_CHUNK = 64 * 1024
# Beginnings of files that are no page, whatever the server calls them.
_FILES = (
    b"%PDF", b"PK\x03\x04", b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf",
    b"ID3", b"OggS", b"\x00\x00\x01\x00", b"BM", b"II*\x00", b"MM\x00*", b"MZ", b"\x7fELF", b"\xd0\xcf\x11\xe0",
    b"{\\rtf",
)  # fmt: skip


def is_file(body: bytes) -> bool:
    """Return whether bytes begin as those of a PDF, an image, an archive, a sound, a film or a program."""
    return body.startswith(_FILES) or body[4:8] == b"ftyp"


def is_torn(body: bytes, encoding: str, most: int) -> bool:
    """Return whether a packed body ends before its end or is damaged; looks no further than `most` unpacked bytes.

    Scrapy hands on what can be unpacked of a torn body as if it were all.
    """
    kinds = _KINDS.get(encoding.strip().lower())
    if not kinds or not body:
        return False
    return all(_ends_early(body, kind, most) for kind in kinds)


class _Zlib:
    """A packed body of gzip or deflate; a gzip file may have several members, then padding."""

    def __init__(self, window: int) -> None:
        self._window = window
        self._member = zlib.decompressobj(window)

    def feed(self, data: bytes) -> tuple[int, bytes]:
        """Unpack a part of the data; return how much came out, and what is left to be fed."""
        if self._member.eof:
            self._member = zlib.decompressobj(self._window)
        out = len(self._member.decompress(data, _CHUNK))
        if not self._member.eof:
            return out, self._member.unconsumed_tail
        rest = self._member.unused_data
        return out, rest if self._window == _GZIP and rest.startswith(_GZIP_MAGIC) else b""

    @property
    def is_whole(self) -> bool:
        """Whether the end was reached."""
        return self._member.eof


class _Brotli:
    """A packed body of Brotli."""

    def __init__(self, _: int) -> None:
        self._stream = brotli.Decompressor()

    def feed(self, data: bytes) -> tuple[int, bytes]:
        """Unpack a part; the rest is kept inside."""
        return len(self._stream.process(data, output_buffer_limit=_CHUNK)), b""

    @property
    def is_whole(self) -> bool:
        """Whether the end was reached."""
        return bool(self._stream.is_finished())


class _Zstd:
    """A packed body of Zstandard."""

    def __init__(self, _: int) -> None:
        self._stream = zstd.ZstdDecompressor()

    def feed(self, data: bytes) -> tuple[int, bytes]:
        """Unpack a part; the rest is kept inside."""
        out = len(self._stream.decompress(data, _CHUNK))
        rest = self._stream.unused_data if self._stream.eof else b""
        if rest.startswith(_ZSTD_MAGIC):
            self._stream = zstd.ZstdDecompressor()
            return out, rest
        return out, b""

    @property
    def is_whole(self) -> bool:
        """Whether the end was reached."""
        return bool(self._stream.eof)


_Kind = tuple[type[_Zlib] | type[_Brotli] | type[_Zstd], int]
_KINDS: dict[str, tuple[_Kind, ...]] = {
    "gzip": ((_Zlib, _GZIP),),
    "x-gzip": ((_Zlib, _GZIP),),
    # Some servers leave the frame away.
    "deflate": ((_Zlib, _ZLIB), (_Zlib, -_ZLIB)),
    "br": ((_Brotli, 0),),
    "zstd": ((_Zstd, 0),),
}


def _ends_early(body: bytes, kind: _Kind, most: int) -> bool:
    stream = kind[0](kind[1])
    unpacked, rest, out = 0, body, 0
    try:
        # A packer may hold back what it has unpacked already: it is asked until nothing more comes.
        while rest or (out and not stream.is_whole):
            out, rest = stream.feed(rest)
            unpacked += out
            if unpacked > most:
                return False
    except (zlib.error, brotli.error, zstd.ZstdError, EOFError):
        return True
    return not stream.is_whole
