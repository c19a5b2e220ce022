import gzip
import io
import zlib
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from archive.tombstones import MARK, Tombstone, overwrite

STONE = Tombstone(
    "2026-11-22T21:00:00Z",
    "court order 12,\r\n it said",
    "<urn:uuid:12345678-1234-5678-1234-567812345678>",
    "https://herald.example/news/报道.html",
    "2024-05-03T12:00:00.000000Z",
    "sha256:" + "ab" * 32,
)
NEXT = gzip.compress(b"WARC/1.1\r\nWARC-Type: warcinfo\r\nContent-Length: 0\r\n\r\n\r\n\r\n")
# Around every border: the least that holds a record, each form, the blocks that gzip stores bytes in.
LENGTHS = [*range(22, 700), *range(65520, 65620), *range(131080, 131180), 1_000_003]


@pytest.mark.parametrize("packed", [True, False])
def test_a_tombstone_is_as_long_as_what_it_stands_for(packed: bool) -> None:
    for length in LENGTHS:
        assert sum(map(len, STONE.pieces(length, packed=packed))) == length


def test_every_length_is_one_whole_gzip_member() -> None:
    for length in LENGTHS:
        member = zlib.decompressobj(wbits=31)
        text = member.decompress(b"".join(STONE.pieces(length)))
        assert member.eof
        assert not member.unused_data
        assert text == b"" or text.startswith(b"WARC/1.1\r\nWARC-Type: metadata\r\n")


@pytest.mark.parametrize("length", [22, 90, 150, 260, 400, 900, 70_000, 200_000])
def test_readers_go_on_behind_a_tombstone(length: int) -> None:
    data = b"".join(STONE.pieces(length)) + NEXT
    types = [record.rec_type for record in ArchiveIterator(io.BytesIO(data), check_digests="raise")]
    assert types in (["metadata", "warcinfo"], ["warcinfo"])
    assert length < 120 or len(types) == 2


def test_a_tombstone_says_what_was_there() -> None:
    record = next(iter(ArchiveIterator(io.BytesIO(b"".join(STONE.pieces(900))))))
    assert record.rec_headers.get_header("WARC-Target-URI") == STONE.url
    assert record.rec_headers.get_header(MARK) == "yes"
    said = record.content_stream().read().decode()
    assert "reason: court order 12, it said\r\n" in said
    assert f"digest: {STONE.digest}\r\n" in said


@pytest.mark.parametrize("packed", [True, False])
def test_only_the_record_is_overwritten(tmp_path: Path, packed: bool) -> None:
    path = tmp_path / "x.warc.gz"
    record = b"WARC/1.1\r\nWARC-Type: response\r\nContent-Length: 900\r\n\r\n" + bytes(range(90)) * 10 + b"\r\n\r\n"
    member = gzip.compress(record, 0) if packed else record
    path.write_bytes(NEXT + member + NEXT)
    overwrite(path, len(NEXT), len(member), STONE)
    data = path.read_bytes()
    assert data[: len(NEXT)] == data[-len(NEXT) :] == NEXT
    assert data[len(NEXT) : -len(NEXT)] == b"".join(STONE.pieces(len(member), packed=packed))
