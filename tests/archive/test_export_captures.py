"""WARC and WACZ: which captures go along, byte for byte, and an index that leads to each."""

import gzip
import hashlib
import io
import json
import shutil
import sqlite3
import struct
import zipfile
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from archive.db import open_archive
from archive.export.captures import Capture
from archive.export.cdxj import digits, url_key
from archive.export.warcs import image_record
from archive.storing import ArticleUnit
from crawler.workspace import make_workspace
from tests.archive.keeping import READING, URL, Keeping, article, picture, sha256
from tests.archive.library import (
    CHINESE,
    HIDDEN,
    MOVED_PICTURE,
    OLD_ADDRESS,
    OTHER,
    PAPER,
    PICTURE,
    TAKEN_DOWN,
    fill,
    run,
)

LISTING = "https://herald.example/news/"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace that no test changes."""
    made = tmp_path_factory.mktemp("library") / "ws"
    fill(made)
    return made


@pytest.fixture
def copy(root: Path, tmp_path: Path) -> Path:
    """The same workspace, for a test that changes it."""
    return Path(shutil.copytree(root, tmp_path / "ws"))


def records(data: bytes) -> list[tuple[Any, bytes]]:
    """Return every record of a WARC file with its payload, digests checked."""
    iterator = ArchiveIterator(io.BytesIO(data), check_digests="raise")
    return [(record, record.content_stream().read()) for record in iterator]


def sums(data: bytes) -> Counter[tuple[str, str, str]]:
    return Counter(
        (record.rec_type, record.rec_headers.get_header("WARC-Target-URI"), record.http_headers.get_statuscode())
        for record, _ in records(data)
        if record.http_headers
    )


EVERYTHING = Counter({
    ("response", URL, "200"): 2, ("revisit", URL, "304"): 1, ("response", OLD_ADDRESS, "301"): 1,
    ("response", PICTURE, "302"): 2, ("response", MOVED_PICTURE, "200"): 2, ("response", PAPER, "200"): 1,
})  # fmt: skip


def exported(root: Path, tmp_path: Path, form: str, *words: str, name: str = "out") -> Path:
    path = tmp_path / f"{name}.{'wacz' if form == 'wacz' else 'warc.gz'}"
    run(root, "export", form, *words, "-o", str(path))
    return path


def test_an_article_goes_with_all_that_proves_it(root: Path, tmp_path: Path) -> None:
    data = exported(root, tmp_path, "warc", URL).read_bytes()
    assert sums(data) == EVERYTHING
    first = records(data)[0][0]
    assert first.rec_type == "warcinfo"


def test_a_search_chooses_as_it_finds(root: Path, tmp_path: Path) -> None:
    assert set(sums(exported(root, tmp_path, "warc", "quay", name="a").read_bytes())) == {("response", OTHER, "200")}
    assert set(sums(exported(root, tmp_path, "warc", "质量", name="b").read_bytes())) == {("response", CHINESE, "200")}
    both = exported(root, tmp_path, "warc", OTHER, CHINESE, name="c").read_bytes()
    assert set(sums(both)) == {("response", OTHER, "200"), ("response", CHINESE, "200")}
    day = exported(root, tmp_path, "warc", "--since", "2024-05-03", name="d").read_bytes()
    assert URL not in {url for _, url, _ in sums(day)}


def test_what_was_taken_down_stays(root: Path, tmp_path: Path) -> None:
    path = tmp_path / "all.warc.gz"
    said = run(root, "export", "warc", "-o", str(path)).stdout
    urls = {url for _, url, _ in sums(path.read_bytes())}
    assert urls == {URL, OLD_ADDRESS, PICTURE, MOVED_PICTURE, PAPER, CHINESE, OTHER}
    assert LISTING not in urls
    assert "Left out, because they were taken down: 1 article\n" in said
    none = tmp_path / "none.warc.gz"
    assert "0 articles" in run(root, "export", "warc", TAKEN_DOWN, "-o", str(none)).stdout
    assert HIDDEN.encode() not in gzip.decompress(none.read_bytes())


def test_a_capture_that_was_taken_down_stays_though_its_article_goes(copy: Path, tmp_path: Path) -> None:
    with sqlite3.connect(copy / "archive.db") as db:
        db.execute("UPDATE captures SET withdrawn = '2024-06-01' WHERE url = ? AND status = 302", (PICTURE,))
    db.close()
    path = tmp_path / "some.warc.gz"
    assert "taken down: 1 article, 2 captures\n" in run(copy, "export", "warc", "-o", str(path)).stdout
    assert PICTURE not in {url for _, url, _ in sums(path.read_bytes())}


def test_an_image_that_a_page_shows_goes_though_another_article_brought_it(keeping: Keeping, tmp_path: Path) -> None:
    shown = (
        "https://cdn.example/s.png?a=1&b=2",
        "https://herald.example/i/2x.png",
        "https://herald.example/i/late.png",
    )
    for color, url in zip(("red", "blue", "green"), (*shown[:2], "https://herald.example/i/other.png"), strict=True):
        keeping.capture(url, picture(color), kept_as_media=True)
    html = (
        b"<IMG alt='x' src='//cdn.example/s.png?a=1&amp;b=2' srcset=\"/i/1x.png 1x, /i/2x.png 2x\">"
        b"<img data-src=/i/late.png><img src='http://[broken'><img "
    )
    ref = keeping.capture(OTHER, html)
    keeping.writer.put(ArticleUnit(OTHER, OTHER, article(url=OTHER), (ref,), (), READING))
    keeping.close()
    with closing(open_archive(keeping.holdings.database)) as db:
        db.conn.execute("UPDATE captures SET mime = 'image/png' WHERE file IS NULL")
    make_workspace(keeping.holdings.root)
    path = exported(keeping.holdings.root, tmp_path, "warc", OTHER)
    assert {url for _, url, _ in sums(path.read_bytes())} == {OTHER, *shown[:2]}


def test_records_are_copied_byte_for_byte_and_once(root: Path, tmp_path: Path) -> None:
    data = exported(root, tmp_path, "warc").read_bytes()
    kept = b"".join(path.read_bytes() for path in (root / "captures").glob("*.warc.gz"))
    with sqlite3.connect(root / "archive.db") as db:
        rows = db.execute(
            "SELECT offset, length FROM captures WHERE file NOT NULL AND url <> ? AND withdrawn IS NULL", (LISTING,)
        )
        members = [kept[offset : offset + length] for offset, length in rows]
    db.close()
    assert len(members) == 9
    assert [data.count(member) for member in members] == [1] * len(members)


def test_requests_and_metadata_go_with_their_captures(copy: Path, tmp_path: Path) -> None:
    request = copy / "captures" / "request.warc.gz"
    request.write_bytes(gzip.compress(b"WARC/1.1\r\nWARC-Type: request\r\nContent-Length: 0\r\n\r\n\r\n\r\n"))
    with sqlite3.connect(copy / "archive.db") as db:
        # What stands beside a capture is copied as it lies there.
        db.execute(
            "INSERT INTO records(capture_id, type, file, offset, length, digest) "
            "SELECT id, 'request', ?, 0, ?, '' FROM captures WHERE url = ?",
            (request.name, request.stat().st_size, OTHER),
        )
    db.close()
    found = records(exported(copy, tmp_path, "warc", OTHER).read_bytes())
    assert [record.rec_type for record, _ in found] == ["warcinfo", "request", "response", "metadata"]
    assert found[3][0].rec_headers.get_header("WARC-Refers-To") == found[2][0].rec_headers.get_header("WARC-Record-ID")


def test_an_image_is_a_record_of_its_headers_and_bytes(root: Path, tmp_path: Path) -> None:
    data = exported(root, tmp_path, "warc", URL).read_bytes()
    (record, body), again = (
        (record, body)
        for record, body in records(data)
        if record.rec_headers.get_header("WARC-Target-URI") == MOVED_PICTURE
    )
    assert body == picture()
    assert record.http_headers.get_header("ETag") == '"e1"'
    assert record.rec_headers.get_header("WARC-Date") == "2024-05-03T12:04:00.000000Z"
    assert record.rec_headers.get_header("WARC-Record-ID") != again[0].rec_headers.get_header("WARC-Record-ID")
    # An archive of an archive is the same evidence: two exports give the same record.
    second = exported(root, tmp_path, "warc", URL, name="second").read_bytes()
    assert record.rec_headers.get_header("WARC-Record-ID").encode() in b"".join(
        gzip.decompress(second).splitlines(keepends=True)
    )


@given(
    st.lists(st.tuples(st.from_regex(r"[A-Za-z-]{1,12}", fullmatch=True), st.text(max_size=30)), max_size=5),
    st.binary(max_size=300),
)
def test_no_header_and_no_body_breaks_a_record(headers: list[tuple[str, str]], body: bytes) -> None:
    fixed = {"content-length", "content-encoding", "transfer-encoding", "content-type"}
    kept = tuple((name, value) for name, value in headers if name.lower() not in fixed)
    capture = Capture(1, URL, "2024-05-03T12:04:00.000000Z", 200, None, kept, None, None, False)
    (found,) = records(image_record(capture, body))
    assert found[1] == body
    assert found[0].rec_headers.get_header("WARC-Target-URI") == URL


@pytest.fixture(scope="module")
def wacz(root: Path, tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    return zipfile.ZipFile(exported(root, tmp_path_factory.mktemp("wacz"), "wacz"))


def test_the_index_leads_to_every_capture(wacz: zipfile.ZipFile) -> None:
    data = wacz.read("archive/data.warc.gz")
    lines = gzip.decompress(wacz.read("indexes/index.cdx.gz")).decode().splitlines()
    assert lines == sorted(lines)
    assert len(lines) == 11
    for line in lines:
        key, stamp, said = line.split(" ", 2)
        entry = json.loads(said)
        start, length = int(entry["offset"]), int(entry["length"])
        ((record, _),) = records(data[start : start + length])
        assert record.rec_headers.get_header("WARC-Target-URI") == entry["url"]
        assert digits(record.rec_headers.get_header("WARC-Date")) == stamp
        assert record.http_headers.get_statuscode() == entry["status"]
        assert (entry["mime"] == "warc/revisit") == (record.rec_type == "revisit")
        assert key == url_key(entry["url"])
        assert entry["filename"] == "data.warc.gz"
    entries = [json.loads(line.split(" ", 2)[2]) for line in lines]
    (revisit,) = (entry for entry in entries if entry["mime"] == "warc/revisit")
    assert revisit["digest"] in {entry["digest"] for entry in entries if entry is not revisit}


def test_blocks_of_the_index_are_found(wacz: zipfile.ZipFile) -> None:
    head, *blocks = wacz.read("indexes/index.idx").decode().splitlines()
    assert json.loads(head.split(" ", 2)[2]) == {"format": "cdxj-gzip-1.0", "filename": "index.cdx.gz"}
    packed = wacz.read("indexes/index.cdx.gz")
    for block in blocks:
        key, stamp, entry = block.split(" ", 2)
        where = json.loads(entry)
        part = packed[where["offset"] : where["offset"] + where["length"]]
        assert gzip.decompress(part).decode().startswith(f"{key} {stamp} ")
        assert where["digest"] == f"sha256:{sha256(part)}"


def test_pages_hold_every_version_with_its_text(wacz: zipfile.ZipFile) -> None:
    head, *pages = map(json.loads, wacz.read("pages/pages.jsonl").decode().splitlines())
    assert head["format"] == "json-pages-1.0"
    ours = [page for page in pages if page["url"] == URL]
    assert [(page["ts"], page["title"]) for page in ours] == [
        ("2024-05-03T12:05:00Z", "Harbour report (version 1)"), ("2024-05-03T12:08:00Z", "Harbour report"),
    ]  # fmt: skip
    assert "The harbour is *closed*." in ours[1]["text"]
    assert "A ship [at sea]. Photo: X" in ours[1]["text"]
    assert len(pages) == 4


def test_the_package_says_what_it_holds(wacz: zipfile.ZipFile) -> None:
    manifest = wacz.read("datapackage.json")
    said = json.loads(manifest)
    assert (said["profile"], said["wacz_version"]) == ("data-package", "1.1.1")
    assert {each["path"] for each in said["resources"]} == set(wacz.namelist()) - {
        "datapackage.json",
        "datapackage-digest.json",
    }
    for each in said["resources"]:
        data = wacz.read(each["path"])
        assert (each["hash"], each["bytes"]) == (f"sha256:{hashlib.sha256(data).hexdigest()}", len(data))
    digest = json.loads(wacz.read("datapackage-digest.json"))
    assert digest == {"path": "datapackage.json", "hash": f"sha256:{hashlib.sha256(manifest).hexdigest()}"}
    for name in ("archive/data.warc.gz", "indexes/index.cdx.gz"):
        assert wacz.getinfo(name).compress_type == zipfile.ZIP_STORED
    assert said["mainPageUrl"] == URL


def test_the_place_of_every_part_can_be_told(wacz: zipfile.ZipFile) -> None:
    """ReplayWeb.page takes a part's own head to be as long as the directory says, unless that has an extra field."""
    data = Path(str(wacz.filename)).read_bytes()
    for info in wacz.infolist():
        name, extra = struct.unpack_from("<HH", data, info.header_offset + 26)
        assert name == len(info.filename)
        assert info.extra or not extra, info.filename


@pytest.mark.parametrize("what", ["record", "cut", "image", "other bytes"])
def test_what_cannot_be_read_is_named_and_the_rest_goes(copy: Path, tmp_path: Path, what: str) -> None:
    (warc,) = (copy / "captures").glob("*.warc.gz")
    (media,) = (path for path in (copy / "media").rglob("*") if path.is_file())
    data = bytearray(warc.read_bytes())
    with sqlite3.connect(copy / "archive.db") as db:
        (offset,) = db.execute("SELECT offset FROM captures WHERE url = ?", (OTHER,)).fetchone()
    db.close()
    if what == "record":
        data[offset + 60] ^= 0xFF
        warc.write_bytes(data)
    elif what == "cut":
        warc.write_bytes(data[: offset + 60])
    elif what == "image":
        media.unlink()
    else:
        media.write_bytes(picture("blue"))
    said = json.loads(run(copy, "export", "wacz", "-o", str(tmp_path / "a.wacz"), "--json", code=4).stdout)
    lost = [line for line in said["problems"] if "the capture of" in line or "the image" in line]
    assert lost
    assert [line for line in said["problems"] if line not in lost and "a metadata record" not in line] == []
    with zipfile.ZipFile(tmp_path / "a.wacz") as package:
        whole = sums(package.read("archive/data.warc.gz"))
    assert sum(whole.values()) == 11 - len(lost)


@given(st.text(max_size=60))
def test_every_address_has_a_key_without_spaces(text: str) -> None:
    assert not any(sign.isspace() for sign in url_key(f"https://a.example/{text}"))


def test_keys_are_those_of_replay_tools() -> None:
    assert url_key("https://www.Example.org:443/a%20b/?x=1&A=2#f") == "org,example)/a%20b?a=2&x=1"
    assert url_key("http://127.0.0.1:8000/x/") == "1,0,0,127:8000)/x"
