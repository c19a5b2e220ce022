"""Torn bodies are known as such, whole ones never are."""

import gzip
import zlib

import brotli
import pytest
from backports import zstd
from hypothesis import given
from hypothesis import strategies as st

from crawler.politeness.bodies import is_file, is_torn

MOST = 10**8


def _raw(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


PACKERS = {
    "gzip": ("gzip", gzip.compress),
    "x-gzip": ("X-GZIP ", gzip.compress),
    "zlib": ("deflate", zlib.compress),
    "raw": ("deflate", _raw),
    "brotli": ("br", brotli.compress),
    "zstd": ("zstd", zstd.compress),
}


@pytest.mark.parametrize("packer", PACKERS)
@given(data=st.binary(max_size=3000), times=st.sampled_from([1, 200]), cut=st.integers(1, 40))
def test_a_whole_body_is_whole_and_a_cut_one_is_torn(packer: str, data: bytes, times: int, cut: int) -> None:
    encoding, pack = PACKERS[packer]
    packed = pack(data * times)
    assert not is_torn(packed, encoding, MOST)
    if cut < len(packed):
        assert is_torn(packed[:-cut], encoding, MOST)


def test_several_members_and_padding_are_whole() -> None:
    assert not is_torn(gzip.compress(b"one") + gzip.compress(b"two") + bytes(50), "gzip", MOST)
    assert is_torn(gzip.compress(b"one") + gzip.compress(b"two")[:-3], "gzip", MOST)
    assert not is_torn(zstd.compress(b"one") + zstd.compress(b"two"), "zstd", MOST)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
def test_what_is_not_packed_at_all_is_damaged(encoding: str) -> None:
    assert is_torn(b"<html>plain</html>" * 9, encoding, MOST)


@pytest.mark.parametrize("encoding", ["", "identity", "klingon"])
def test_what_nobody_packed_is_whole(encoding: str) -> None:
    assert not is_torn(b"<html>", encoding, MOST)


def test_no_more_is_unpacked_than_may_be_kept() -> None:
    assert not is_torn(gzip.compress(bytes(50_000_000))[:-9], "gzip", 1_000_000)
    assert not is_torn(b"", "gzip", MOST)


@pytest.mark.parametrize(
    ("body", "is_one"),
    [(b"%PDF-1.7", True), (b"PK\x03\x04", True), (b"\x00\x00\x00\x18ftypmp42", True), (b"GIF89a", True),
     (b"<html>", False), (b"", False), (b"Plain words", False), (b"PKO News", False)],
)  # fmt: skip
def test_files(body: bytes, is_one: bool) -> None:
    assert is_file(body) is is_one
