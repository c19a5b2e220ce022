import datetime as dt
import gc
import gzip
import hashlib
import itertools
import resource
import warnings
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from archive.errors import ArchiveError
from archive.recording import WarcFiles
from archive.warc import Asked, Exchange, Place, cut_tail, read_exchange
from tests.archive.keeping import HTML, NOON


def page(url: str = "https://herald.example/a", body: bytes = b"<p>hello</p>", **more: object) -> Exchange:
    fields: dict[str, object] = {"fetched_at": NOON, "status": 200, "headers": HTML} | more
    return Exchange(url=url, body=body, **fields)  # type: ignore[arg-type]


def noise(seed: str, length: int) -> bytes:
    """Return bytes that do not compress, the same every time."""
    return hashlib.shake_128(seed.encode()).digest(length)


def written(path: Path, *exchanges: Exchange) -> list[Place]:
    file = WarcFiles(path, software="newsarchive/test")
    places = [file.write(exchange).place for exchange in exchanges]
    file.sync()
    file.close()
    return places


def records_of(path: Path) -> list[tuple[str, str | None, bytes]]:
    """Read a file to its end, as any WARC tool would."""
    with path.open("rb") as file:
        return [
            (record.rec_type, record.rec_headers.get_header("WARC-Target-URI"), record.raw_stream.read())
            for record in ArchiveIterator(file, check_digests="raise")
        ]


def test_records_come_back_from_their_places(tmp_path: Path) -> None:
    path = tmp_path / "x.warc.gz"
    bodies = [b"", b"one", noise("a", 100_000), "新闻".encode()]
    exchanges = [page(f"https://herald.example/{n}", body) for n, body in enumerate(bodies)]
    places = written(path, *exchanges)
    assert [read_exchange(tmp_path, place) for place in places] == exchanges
    assert {place.file for place in places} == {"x.warc.gz"}
    for place, after in itertools.pairwise(places):
        assert place.offset + place.length == after.offset
    assert places[-1].offset + places[-1].length == path.stat().st_size


def test_warcio_reads_the_file_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "x.warc.gz"
    written(path, page(body=b"first"), page("https://herald.example/b", b"second", status=404))
    records = records_of(path)
    assert [(kind, url) for kind, url, _ in records] == [
        ("warcinfo", None),
        ("response", "https://herald.example/a"),
        ("response", "https://herald.example/b"),
    ]
    assert b"software: newsarchive/test\r\nformat: WARC File Format 1.1\r\n" in records[0][2]
    assert [body for _, _, body in records[1:]] == [b"first", b"second"]


def test_each_record_is_a_gzip_member_of_its_own(tmp_path: Path) -> None:
    (place,) = written(tmp_path / "x.warc.gz", page(body=b"alone", fetched_at=NOON + dt.timedelta(microseconds=5)))
    data = (tmp_path / place.file).read_bytes()[place.offset : place.offset + place.length]
    text = gzip.decompress(data).decode()
    assert text.startswith("WARC/1.1\r\n")
    assert "WARC-Date: 2024-05-03T12:00:00.000005Z\r\n" in text
    assert "\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: text/html" in text
    assert text.endswith("\r\n\r\nalone\r\n\r\n")


def test_a_run_without_a_capture_makes_no_file(tmp_path: Path) -> None:
    file = WarcFiles(tmp_path / "x.warc.gz", software="s")
    file.sync()
    file.close()
    assert not list(tmp_path.iterdir())


PACKED = {
    "gzip": gzip.compress(b"<p>unpacked</p>"),
    "deflate": zlib.compress(b"<p>unpacked</p>"),
    "br": bytes.fromhex("0b07803c703e756e7061636b65643c2f703e03"),
    "zstd": bytes.fromhex("28b52ffd200f7900003c703e756e7061636b65643c2f703e"),
}


@pytest.mark.parametrize("coding", PACKED)
def test_every_coding_that_the_crawler_accepts_is_decoded(tmp_path: Path, coding: str) -> None:
    got = page(body=PACKED[coding], headers=(("Content-Encoding", coding),))
    (place,) = written(tmp_path / "x.warc.gz", got)
    assert read_exchange(tmp_path, place).body == PACKED[coding]
    assert read_exchange(tmp_path, place, decompressed=True).body == b"<p>unpacked</p>"


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd", "nonsense"])
def test_a_content_encoding_that_lies_gives_the_bytes_as_they_came(tmp_path: Path, coding: str) -> None:
    got = page(body=b"plain text", headers=(("Content-Encoding", coding),))
    (place,) = written(tmp_path / "x.warc.gz", got)
    assert read_exchange(tmp_path, place, decompressed=True).body == b"plain text"


@pytest.mark.parametrize(
    ("status", "protocol"), [(301, "HTTP/1.1"), (418, "HTTP/1.0"), (599, "HTTP/1.1"), (200, "HTTP/2")]
)
def test_status_and_protocol_come_back(tmp_path: Path, status: int, protocol: str) -> None:
    got = page(status=status, protocol=protocol, headers=())
    (place,) = written(tmp_path / "x.warc.gz", got)
    assert read_exchange(tmp_path, place) == got


@pytest.mark.parametrize("value", ["Größe", "新闻", "attachment; filename=\u201ea\u201c", "\xff\xfe", "", "a:b: c"])
def test_headers_in_any_script_come_back(tmp_path: Path, value: str) -> None:
    got = page(headers=(("X-Said", value), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")))
    (place,) = written(tmp_path / "x.warc.gz", got)
    assert read_exchange(tmp_path, place) == got
    assert len(records_of(tmp_path / "x.warc.gz")) == 2


@given(body=st.binary(max_size=200), value=st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=20))
def test_any_body_comes_back(tmp_path_factory: pytest.TempPathFactory, body: bytes, value: str) -> None:
    folder = tmp_path_factory.mktemp("warc")
    got = page(body=body, headers=(("X-Said", value),))
    (place,) = written(folder / "x.warc.gz", got)
    assert read_exchange(folder, place) == got


def test_no_file_stays_open(tmp_path: Path) -> None:
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        written(tmp_path / "x.warc.gz", page())
        gc.collect()
    assert [str(warning.message) for warning in said] == []


def test_digest_and_headers_of_an_exchange() -> None:
    got = page(body=b"")
    assert got.digest == "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert got.header("content-TYPE") == "text/html; charset=utf-8"
    assert got.header("absent") is None


def test_a_file_of_an_earlier_run_is_never_written(tmp_path: Path) -> None:
    path = tmp_path / "x.warc.gz"
    path.write_bytes(b"earlier")
    with pytest.raises(ArchiveError) as caught:
        WarcFiles(path, software="s").write(page())
    assert str(caught.value) == f"cannot write captures to {path}: File exists; free space or repair the folder"
    assert path.read_bytes() == b"earlier"


def test_a_write_that_the_disk_refuses_is_named(tmp_path: Path) -> None:
    file = WarcFiles(tmp_path / "x.warc.gz", software="s")
    file.write(page())
    file.close()
    file._file = open("/dev/full", "wb", buffering=0)  # noqa: PTH123, SIM115 (the disk of Linux that is always full)
    with pytest.raises(ArchiveError) as caught:
        file.write(page())
    assert str(caught.value) == (
        f"cannot write captures to {tmp_path}/x.warc.gz: No space left on device; free space or repair the folder"
    )
    file.close()


@pytest.mark.parametrize("synced", [True, False])
def test_a_record_that_the_disk_refuses_is_cut_off(tmp_path: Path, synced: bool) -> None:
    """A limit on the size of files stands for the full disk."""
    path = tmp_path / "x.warc.gz"
    file = WarcFiles(path, software="s")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        if synced:
            file.write(page(body=b"whole"))
            file.sync()
        with pytest.raises(ArchiveError, match="File too large"):
            file.write(page(body=noise("torn", 1_000_000)))
        file.close()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    if synced:
        assert [(kind, body) for kind, _, body in records_of(path)][1:] == [("response", b"whole")]
    else:
        assert not path.exists()


def test_a_capture_that_is_gone_is_named(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError) as caught:
        read_exchange(tmp_path, Place("gone.warc.gz", 7, 9))
    assert str(caught.value) == (
        f"cannot read the capture at {tmp_path}/gone.warc.gz, offset 7: "
        f"[Errno 2] No such file or directory: '{tmp_path}/gone.warc.gz'"
    )


def test_a_place_past_the_end_is_named(tmp_path: Path) -> None:
    written(tmp_path / "x.warc.gz", page())
    with pytest.raises(ArchiveError, match=r"^cannot read the capture at .*x\.warc\.gz, offset 100000: .+"):
        read_exchange(tmp_path, Place("x.warc.gz", 100_000, 9))


def test_a_place_of_no_response_is_named(tmp_path: Path) -> None:
    (place,) = written(tmp_path / "x.warc.gz", page())
    with pytest.raises(ArchiveError, match=r"^cannot read the capture at .*x\.warc\.gz, offset 0: "):
        read_exchange(tmp_path, Place("x.warc.gz", 0, place.offset))


@pytest.mark.parametrize("damage", ["garbage", "moved", "torn", "flipped"])
def test_a_damaged_record_is_named(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "x.warc.gz"
    (place,) = written(path, page(body=noise("b", 5000)))
    data = bytearray(path.read_bytes())
    if damage == "garbage":
        data[place.offset :] = noise("c", place.length)
    elif damage == "moved":
        place = Place(place.file, place.offset + 3, place.length - 3)
    elif damage == "torn":
        del data[place.offset + place.length - 1000 :]
    else:
        data[place.offset + 2000] ^= 0xFF
    path.write_bytes(data)
    with pytest.raises(ArchiveError, match=rf"^cannot read the capture at .*x\.warc\.gz, offset {place.offset}: .+"):
        read_exchange(tmp_path, place)


def test_a_torn_tail_is_cut(tmp_path: Path) -> None:
    path = tmp_path / "x.warc.gz"
    places = written(path, page(), page("https://herald.example/b"), page("https://herald.example/c"))
    committed = places[1].offset + places[1].length
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size - 5)
    assert cut_tail(path, committed) == places[2].length - 5
    assert path.stat().st_size == committed
    assert [url for _, url, _ in records_of(path)] == [None, "https://herald.example/a", "https://herald.example/b"]
    assert cut_tail(path, committed) == 0
    assert cut_tail(path, committed + 10) == 0
    assert path.stat().st_size == committed


def test_a_file_that_grows_too_long_is_followed_by_another(tmp_path: Path) -> None:
    file = WarcFiles(tmp_path / "x.warc.gz", software="s", most_bytes=250_000)
    pages = [page(f"https://herald.example/{number}", noise(str(number), 100_000)) for number in range(5)]
    places = [file.write(exchange).place for exchange in pages]
    file.sync()
    file.close()
    names = ["x.warc.gz", "x-1.warc.gz", "x-2.warc.gz"]
    assert [place.file for place in places] == [names[number // 2] for number in range(5)]
    assert [kind for name in names for kind, _, _ in records_of(tmp_path / name)].count("warcinfo") == 3
    assert [read_exchange(tmp_path, place) for place in places] == pages


def test_a_record_that_is_longer_than_a_file_may_be_has_one_of_its_own(tmp_path: Path) -> None:
    file = WarcFiles(tmp_path / "x.warc.gz", software="s", most_bytes=1000)
    places = [file.write(page(body=noise(str(number), 5000))).place for number in range(3)]
    file.close()
    assert [place.file for place in places] == ["x.warc.gz", "x-1.warc.gz", "x-2.warc.gz"]


def test_what_was_asked_stands_before_the_answer(tmp_path: Path) -> None:
    asked = Asked("GET", (("User-Agent", "newsarchive"), ("If-None-Match", '"e1"')))
    file = WarcFiles(tmp_path / "x.warc.gz", software="s")
    written = file.write(page("https://herald.example/a?b=1", request=asked))
    said = file.write_metadata("https://herald.example/a?b=1", NOON, written.record_id, b'{"title": "One"}')
    file.close()
    data = (tmp_path / "x.warc.gz").read_bytes()
    with (tmp_path / "x.warc.gz").open("rb") as stream:
        records = list(ArchiveIterator(stream, check_digests="raise"))
        kinds = [record.rec_type for record in records]
    assert kinds == ["warcinfo", "request", "response", "metadata"]
    assert records[1].rec_headers.get_header("WARC-Concurrent-To") == written.record_id
    assert records[2].rec_headers.get_header("WARC-Record-ID") == written.record_id
    assert records[3].rec_headers.get_header("WARC-Refers-To") == written.record_id
    (request,) = written.beside
    raw = gzip.decompress(data[request.place.offset : request.place.offset + request.place.length])
    assert b"\r\n\r\nGET /a?b=1 HTTP/1.1\r\nHost: herald.example\r\nUser-Agent: newsarchive\r\n" in raw
    for record in (request, said):
        raw = gzip.decompress(data[record.place.offset : record.place.offset + record.place.length])
        assert record.digest == f"sha256:{hashlib.sha256(raw).hexdigest()}"


def test_a_record_of_a_foreign_file_is_kept_as_it_was(tmp_path: Path) -> None:
    file = WarcFiles(tmp_path / "x.warc.gz", software="s")
    headers = (("WARC-Type", "conversion"), ("WARC-Record-ID", "<urn:uuid:1>"), ("Content-Length", "4"))
    file.write_copy("conversion", headers, b"text")
    file.close()
    assert records_of(tmp_path / "x.warc.gz")[1] == ("conversion", None, b"text")
