"""Reading records: every form of packing, every kind of damage; what lies outside of a damage is never lost."""

import gzip
import io
import random
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.importing.digests import has_digest
from crawler.importing.parts import chunks_of, salvaged
from crawler.importing.records import Damage, RawRecord, Records
from crawler.importing.tape import Tape
from tests.crawler.importing import making
from tests.e2e.harness import SOAK


def read(data: bytes, *, start: int = 0) -> tuple[list[tuple[str, bytes]], list[Damage], list[RawRecord]]:
    """Return the records (address and block), all damages, and the records themselves."""
    file = io.BytesIO(data)
    chunks, packed = chunks_of(file, start)
    records = Records(Tape(chunks), packed=packed)
    found, damages, raws = [], [], []
    for raw in records:
        raw.block.seek(0)
        address = raw.said("WARC-Target-URI") or raw.said("url") or ""
        found.append((address, raw.block.read()))
        damages += raw.damages
        raw.block.close()
        raws.append(raw)
    return found, [*records.damages, *damages], raws


def some(number: int, size: int = 3000, *, seed: int = 1) -> list[bytes]:
    """Return records of responses with bodies that hardly pack."""
    chance = random.Random(seed)  # noqa: S311
    return [
        making.response(f"{making.HOST}/{index}", chance.randbytes(chance.randrange(10, size)), mime="image/x")
        for index in range(number)
    ]


def blocks(records: Sequence[bytes]) -> list[bytes]:
    return [raw.partition(b"\r\n\r\n")[2].removesuffix(b"\r\n\r\n") for raw in records]


@pytest.mark.parametrize("form", making.FORMS)
def test_every_form_gives_the_same_records(form: str) -> None:
    records = [making.info(), *some(20), making.request_of(f"{making.HOST}/1")]
    found, damages, _ = read(making.FORMS[form](records))
    assert [block for _, block in found] == blocks(records)
    assert damages == []


@pytest.mark.parametrize("form", ["plain", "gzip", "zstd"])
def test_reading_goes_on_at_a_records_offset(form: str) -> None:
    records = some(5)
    data = making.FORMS[form](records)
    _, _, raws = read(data)
    found, damages, _ = read(data, start=raws[3].offset)
    assert [block for _, block in found] == blocks(records[3:])
    assert damages == []


def test_arc_records_are_read() -> None:
    blocks = [making.http(b"<p>one</p>"), making.http(b"<p>two\n\n</p>")]
    data = making.arc_info() + b"".join(making.arc(f"http://a.example/{n}", block) for n, block in enumerate(blocks))
    for form in (data, gzip.compress(data)):
        found, damages, _ = read(form)
        assert [block for _, block in found[1:]] == blocks
        assert damages == []


def test_a_record_that_holds_records_is_one() -> None:
    """A WARC file that was itself captured is content: nobody can smuggle captures in that way."""
    inner = b"".join(some(3))
    records = [making.response(f"{making.HOST}/file.warc", b"\r\n\r\n" + inner), making.info()]
    found, damages, _ = read(b"".join(records))
    assert [block for _, block in found] == blocks(records)
    assert damages == []


def torn_member(records: list[bytes]) -> bytes:
    members = [gzip.compress(raw) for raw in records]
    return members[0] + members[1][: len(members[1]) // 2] + b"".join(members[2:])


def flipped_member(records: list[bytes]) -> bytes:
    members = [bytearray(gzip.compress(raw)) for raw in records]
    members[1][len(members[1]) // 2] ^= 0xFF
    return b"".join(members)


def wrong_checksum(records: list[bytes]) -> bytes:
    members = [bytearray(gzip.compress(raw)) for raw in records]
    members[1][-6] ^= 0xFF
    return b"".join(members)


def relength(raw: bytes, by: int) -> bytes:
    head, end, rest = raw.partition(b"\r\n\r\n")
    name, _, length = head.rpartition(b": ")
    return name + b": " + str(int(length) + by).encode() + end + rest


DAMAGES: dict[str, tuple[Callable[[list[bytes]], bytes], str]] = {
    "torn gzip member": (torn_member, "packed part: "),
    "corrupt gzip member": (flipped_member, "packed part: its packed bytes are damaged|checksum"),
    "wrong gzip checksum": (wrong_checksum, "its checksum is wrong"),
    "garbage between members": (
        lambda r: gzip.compress(r[0]) + gzip.compress(r[1])[:5] + b"garbage" * 9 + b"".join(map(gzip.compress, r[2:])),
        "no part of a packed file|damaged|file ends",
    ),
    "too long a length": (lambda r: r[0] + relength(r[1], 5000) + b"".join(r[2:]), "the next record begins after"),
    "a little too long a length": (lambda r: r[0] + relength(r[1], 8) + b"".join(r[2:]), "the next record begins"),
    "too short a length": (lambda r: r[0] + relength(r[1], -50) + b"".join(r[2:]), "but it ends after"),
    "no length": (lambda r: r[0] + r[1].replace(b"Content-Length", b"Contents", 1) + b"".join(r[2:]), "no length"),
    "a length that is none": (lambda r: r[0] + relength(r[1], 0).replace(b"Content-Length: ", b"Content-Length: x", 1)
                              + b"".join(r[2:]), "its length is 'x"),
    "garbage between records": (lambda r: r[0] + b"garbage\n" * 30 + b"".join(r[2:]), "bytes that are no record"),
    "a broken version": (lambda r: r[0] + r[1].replace(b"WARC/1.0", b"WURC/1.0", 1) + b"".join(r[2:]), "no record"),
    "a cut record": (lambda r: r[0] + r[1][:-100] + b"".join(r[2:]), "the next record begins after"),
    "a line that is no field": (lambda r: r[0] + r[1].replace(b"WARC-Date: ", b"WARC-Date ", 1) + b"".join(r[2:]),
                                "no field"),
}  # fmt: skip


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damage_costs_no_other_record_and_is_named(name: str) -> None:
    make, reason = DAMAGES[name]
    records = some(6)
    found, damages, _ = read(make(records))
    have = [block for _, block in found]
    whole = blocks(records)
    assert [block for block in whole if block in have and block != whole[1]] == [whole[0], *whole[2:]]
    assert any(part in damage.reason for damage in damages for part in reason.split("|")), damages


@pytest.mark.parametrize("form", making.FORMS)
def test_a_file_that_ends_too_early_gives_what_is_there(form: str) -> None:
    records = some(5)
    data = making.FORMS[form](records)
    found, damages, raws = read(data[: len(data) - 200])
    if "zstd" not in form:  # a frame's last block is not given before its end
        assert raws[-1].torn
    assert damages
    if "whole" not in form:
        assert [block for _, block in found][:4] == blocks(records)[:4]


def test_too_short_a_length_is_mended_by_the_digest() -> None:
    records = some(3)
    found, _, raws = read(records[0] + relength(records[1], -100) + records[2])
    assert [block for _, block in found] == blocks(records)
    assert raws[1].torn is None


def test_a_length_beyond_all_others_swallows_nothing() -> None:
    records = some(30)
    found, damages, _ = read(relength(records[0], 90_000_000) + b"".join(records[1:]))
    assert [block for _, block in found] == blocks(records)
    assert "the next record begins" in damages[0].reason


def test_when_every_length_lies_reading_still_takes_linear_time() -> None:
    records = [relength(raw, 1_000_000) for raw in some(200, 300)]
    found, damages, _ = read(b"".join(records))
    assert [block for _, block in found] == blocks(some(200, 300))
    assert len(damages) >= 20


def test_members_that_cut_records_anywhere_are_one_stream() -> None:
    records = some(20)
    data = b"".join(records)
    cut = b"".join(gzip.compress(data[at : at + 700]) for at in range(0, len(data), 700))
    found, damages, _ = read(cut)
    assert [block for _, block in found] == blocks(records)
    assert damages == []


def test_records_are_found_in_bytes_that_are_no_file() -> None:
    records = some(4)
    data = b"PK\x03\x04 no directory" + making.packed(records) + gzip.compress(b"an index") + b"rest"
    found = []
    for raw in Records(Tape(salvaged(io.BytesIO(data))), packed=True):
        with raw.block as block:
            block.seek(0)
            found.append(block.read())
    assert found == blocks(records)


def test_a_gzip_bomb_costs_no_memory() -> None:
    import tracemalloc

    data = gzip.compress(bytes(25_000_000))
    tracemalloc.start()
    found, damages, _ = read(data)
    assert tracemalloc.get_traced_memory()[1] < 12_000_000
    tracemalloc.stop()
    assert found == []
    assert "bytes that are no record" in damages[0].reason


def holds(raw: RawRecord, block: bytes) -> bool:
    return has_digest(raw.said("WARC-Block-Digest") or "", block) is True


@settings(max_examples=4000 if SOAK else 150)
@given(st.sampled_from(["plain", "gzip"]), st.sampled_from(["flip", "cut", "insert"]), st.integers(0, 2**32), st.data())
def test_whatever_is_damaged_the_rest_is_read(form: str, how: str, seed: int, data: st.DataObject) -> None:
    chance = random.Random(seed)  # noqa: S311
    records = some(8, 400, seed=seed % 50)
    parts = [gzip.compress(raw, mtime=0) if form == "gzip" else raw for raw in records]
    hit = chance.randrange(len(parts))
    at = chance.randrange(len(parts[hit]))
    more = data.draw(st.binary(min_size=1, max_size=40)) if how != "cut" else b""
    taken = len(more) if how == "flip" else 0 if how == "insert" else chance.randrange(1, 60)
    # Of a damage inside of one record: it may reach to that record's end, not into the next.
    parts[hit] = parts[hit][:at] + more + parts[hit][at + taken :]
    found, damages, raws = read(b"".join(parts))
    have = {block for _, block in found}
    lost = [number for number, block in enumerate(blocks(records)) if block not in have]
    assert set(lost) <= {hit}, (damages, hit)
    if lost:
        # Where a digest stands, it is what tells that a block is another.
        assert damages or hit in {number for number, raw in enumerate(raws) if not holds(raw, found[number][1])}


@settings(max_examples=2000 if SOAK else 100)
@given(
    st.binary(max_size=400),
    st.sampled_from([b"", b"\x1f\x8b\x08\x00", b"WARC/1.0\r\n", b"\x28\xb5\x2f\xfd", b"filedesc:"]),
)
def test_any_bytes_are_read_without_an_exception(rest: bytes, head: bytes) -> None:
    read(head + rest)
