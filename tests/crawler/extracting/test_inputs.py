import gzip
import os
import tracemalloc
import zlib
from pathlib import Path

import pytest

from crawler.extracting.inputs import (
    MEGABYTE,
    InputError,
    TooLargeError,
    address_in,
    inputs_of,
    joined,
    read_document,
    unzipped,
)
from tests.crawler.extracting.press import ADDRESS, page, write

LIMIT = 32 * MEGABYTE


def test_a_folder_is_walked_in_the_order_of_names(tmp_path: Path) -> None:
    for name in ("b.html", "a.htm", "c/d.HTML.gz", "c/e.xhtml", "note.txt", "x.html.bak"):
        write(tmp_path / name, b"<p>x</p>")
    found = inputs_of([str(tmp_path)], None)
    assert [os.path.relpath(name, tmp_path) for name in found] == ["a.htm", "b.html", "c/d.HTML.gz", "c/e.xhtml"]


def test_names_come_before_a_list_and_keep_their_order(tmp_path: Path) -> None:
    write(tmp_path / "folder" / "in.html", b"<p>x</p>")
    (tmp_path / "list").write_text(f"b.html\n\n  \n{ADDRESS}\nfolder\n", encoding="utf-8")
    found = inputs_of(["z.html", "-"], str(tmp_path / "list"))
    assert found == ["z.html", "-", "b.html", ADDRESS, "folder/in.html"]


def test_a_name_that_is_no_utf8_is_a_name() -> None:
    Path(os.fsdecode(b"caf\xe9.html")).write_bytes(page())
    Path("list").write_bytes(b"caf\xe9.html\n")
    (name,) = inputs_of([], "list")
    assert read_document(name, LIMIT).body == page()


@pytest.mark.parametrize("suffix", ["page.html", "page.html.gz", "packed.html"])
def test_a_file_is_read_packed_or_not(tmp_path: Path, suffix: str) -> None:
    name = write(tmp_path / suffix, page())
    if suffix == "packed.html":
        Path(name).write_bytes(gzip.compress(page()))
    assert read_document(name, LIMIT).body == page()


def test_a_file_s_address(tmp_path: Path) -> None:
    bare = write(tmp_path / "a b.html", page())
    assert read_document(bare, LIMIT).url == f"file://{tmp_path}/a%20b.html"
    named = write(tmp_path / "c.html", page(head=f'<link rel="canonical" href="{ADDRESS}">'))
    assert read_document(named, LIMIT).url == ADDRESS
    assert read_document(named, LIMIT, "https://harbour.example.org/given").url == "https://harbour.example.org/given"


@pytest.mark.parametrize(
    ("html", "address"),
    [
        (b"<link rel=canonical href=https://a.example/x>", "https://a.example/x"),
        (b"<LINK HREF='https://a.example/?a=1&amp;b=2' REL='Canonical' />", "https://a.example/?a=1&b=2"),
        (b'<meta content="http://a.example/og" property="og:url">', "http://a.example/og"),
        (
            b'<meta property="og:url" content="http://a.example/og"><link rel="canonical" href="http://a.example/c">',
            "http://a.example/c",
        ),
        (b'<link rel="canonical" href="/relative"><meta property="og:url" content="http://a.example/og">',
         "http://a.example/og"),
        (b'<link rel="canonical" href="javascript:alert(1)">', None),
        (b'<link rel="canonical" href="https://[bad/x">', None),
        (b"<link rel=canonical", None),
        (b"\xff\xfe\x00<", None),
    ],
)  # fmt: skip
def test_the_address_that_a_page_names(html: bytes, address: str | None) -> None:
    assert address_in(html) == address


@pytest.mark.parametrize(
    ("name", "body", "message"),
    [
        ("zero.html", b"", "zero.html: the file is empty; get it again"),
        ("blank.html", b" \r\n", "blank.html: the file is empty; get it again"),
        (
            "cut.html",
            gzip.compress(page())[:-20],
            "cut.html: its gzip data is damaged (it ends too early); get the file again",
        ),
        (
            "bad.html",
            b"\x1f\x8b\x07" + bytes(20),
            (
                "bad.html: its gzip data is damaged (Error -3 while decompressing data: unknown compression method); "
                "get the file again"
            ),
        ),
        (
            "big.html",
            b"<p>" + bytes(MEGABYTE),
            "big.html: larger than 1 MB unpacked; --max-megabytes sets another limit",
        ),
    ],
)
def test_a_file_that_cannot_be_read(name: str, body: bytes, message: str) -> None:
    Path(name).write_bytes(body)
    with pytest.raises(InputError) as error:
        read_document(name, MEGABYTE)
    assert str(error.value) == message


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nope.html", "nope.html: no such file; check the path"),
        (
            "www.example.org/news",
            "www.example.org/news: no such file; if it is a web address, write https://www.example.org/news",
        ),
        (
            "folder",
            "folder: no HTML file in this folder; looked for .html, .htm, .xhtml, .html.gz, .htm.gz, .xhtml.gz",
        ),
        ("a\0b", "a\0b: cannot be read: embedded null byte; check the path and its permissions"),
        ("f" * 300, f"{'f' * 300}: cannot be read: File name too long; check the path and its permissions"),
    ],
)
def test_a_name_that_is_no_file(name: str, message: str) -> None:
    Path("folder").mkdir()
    with pytest.raises(InputError) as error:
        read_document(name, LIMIT)
    assert str(error.value) == message


def test_members_of_gzip_data_are_joined_and_padding_is_left() -> None:
    two = gzip.compress(b"one ") + gzip.compress(b"two") + bytes(600)
    assert unzipped([two], LIMIT) == b"one two"
    assert unzipped([two[i : i + 1] for i in range(len(two))], LIMIT) == b"one two"
    assert unzipped([gzip.compress(b"one"), b"and more"], LIMIT) == b"one"
    with pytest.raises(zlib.error):
        unzipped([gzip.compress(b"one") + b"\x1f\x8b\x00 not gzip"], LIMIT)


def test_a_bomb_is_unpacked_no_further_than_the_limit() -> None:
    bomb = gzip.compress(bytes(200 * MEGABYTE), 9)
    tracemalloc.start()
    with pytest.raises(TooLargeError):
        unzipped([bomb], MEGABYTE)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 * MEGABYTE


def test_the_limit_itself_is_not_too_large() -> None:
    assert len(joined([bytes(5), bytes(5)], 10)) == 10
    assert len(unzipped([gzip.compress(bytes(10))], 10)) == 10
    with pytest.raises(TooLargeError):
        joined([bytes(5), bytes(6)], 10)
    with pytest.raises(TooLargeError):
        unzipped([gzip.compress(bytes(11))], 10)
