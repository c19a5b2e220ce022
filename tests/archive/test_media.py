import hashlib
import io
import os
import struct
import warnings
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Picture

from archive.errors import MediaError
from archive.media import ImageInfo, identify, keep, relative_path
from tests.archive.keeping import picture, sha256

SAMPLES = {form: picture("blue", form, (31, 17)) for form in ("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF", "JPEG2000")}
PNG = ImageInfo("image/png", 31, 17)


@pytest.mark.parametrize(
    ("form", "mime"),
    [
        ("JPEG", "image/jpeg"),
        ("PNG", "image/png"),
        ("GIF", "image/gif"),
        ("WEBP", "image/webp"),
        ("BMP", "image/bmp"),
        ("TIFF", "image/tiff"),
        ("JPEG2000", "image/jp2"),
    ],
)
def test_type_and_size_of_pictures(form: str, mime: str) -> None:
    assert identify(SAMPLES[form]) == ImageInfo(mime, 31, 17)


def test_type_and_size_of_an_icon() -> None:
    file = io.BytesIO()
    Picture.new("RGB", (32, 32)).save(file, "ICO", sizes=[(32, 32)])
    assert identify(file.getvalue()) == ImageInfo("image/x-icon", 32, 32)


@pytest.mark.parametrize(
    ("svg", "width", "height"),
    [
        (b'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30px"/>', 40, 30),
        (b"<svg width='12.7' height=' 9 '></svg>", 12, 9),
        (
            b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- a > b -->\n<!DOCTYPE svg PUBLIC "x">\n<svg viewBox="0 0 1 1">',
            None,
            None,
        ),
        (b'  <svg width="100%" height="2em">', None, None),
        (b'<svg width="." height="..">', None, None),
    ],
)
def test_svg(svg: bytes, width: int | None, height: int | None) -> None:
    assert identify(svg) == ImageInfo("image/svg+xml", width, height)


@pytest.mark.parametrize("size", [b"1.2.3", b"9" * 400])
def test_svg_with_a_size_that_is_no_number(size: bytes) -> None:
    info = identify(b'<svg width="%s" height="5">' % size)
    assert info is not None
    assert info.mime == "image/svg+xml"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GIF",
        b"<html><body><svg></svg></body></html>",
        b"<svgx>",
        b"%PDF-1.7",
        b"\x89PNG\r\n\x1a\n",
        b"BM",
        b"II*\x00",
    ],
)
def test_what_is_no_image(data: bytes) -> None:
    assert identify(data) is None


def test_a_bomb_costs_nothing_and_is_an_image() -> None:
    """200,000 × 200,000 pixels by the header; only the header is read."""
    header = b"IHDR" + struct.pack(">IIBBBBB", 200_000, 200_000, 8, 2, 0, 0, 0)
    data = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + header + struct.pack(">I", 0x11111111)
    crc = struct.pack(">I", zlib.crc32(header))
    whole = data[:-4] + crc + SAMPLES["PNG"][33:]
    assert identify(whole) == ImageInfo("image/png", 200_000, 200_000)


@given(st.binary(max_size=300))
def test_any_bytes_are_an_image_or_none(data: bytes) -> None:
    info = identify(data)
    assert info is None or info.mime.startswith("image/")


@given(
    st.sampled_from(sorted(SAMPLES)),
    st.lists(st.tuples(st.integers(0, 400), st.binary(min_size=1, max_size=6)), max_size=6),
    st.integers(0, 500),
)
def test_damaged_pictures_never_raise(form: str, damage: list[tuple[int, bytes]], length: int) -> None:
    data = bytearray(SAMPLES[form])
    for place, patch in damage:
        data[place : place + len(patch)] = patch
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # Pillow's own words on damaged TIFF tags
        info = identify(bytes(data[:length]))
    assert info is None or info.mime.startswith("image/")


@given(st.binary(max_size=40) | st.text("0123456789.", max_size=12).map(str.encode))
def test_any_size_in_an_svg_is_a_number_or_none(size: bytes) -> None:
    info = identify(b'<svg width="' + size.replace(b">", b"") + b'" height="3">')
    assert info is not None
    assert (info.mime, info.height) == ("image/svg+xml", 3) or b'"' in size or b"'" in size


def test_bytes_are_kept_as_served(tmp_path: Path) -> None:
    data = SAMPLES["PNG"]
    name, path = keep(tmp_path, data, PNG)
    assert name == hashlib.sha256(data).hexdigest()
    assert path == f"{name[:2]}/{name}.png" == relative_path(name, "image/png")
    assert (tmp_path / path).read_bytes() == data


def test_a_type_without_a_suffix_of_its_own() -> None:
    assert relative_path("ab12", "image/x-strange") == "ab/ab12.bin"


def test_the_same_bytes_are_kept_once(tmp_path: Path) -> None:
    _, path = keep(tmp_path, SAMPLES["PNG"], PNG)
    before = (tmp_path / path).stat()
    assert keep(tmp_path, SAMPLES["PNG"], PNG)[1] == path
    after = (tmp_path / path).stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    assert [file.name for file in tmp_path.rglob("*") if file.is_file()] == [Path(path).name]


def test_a_file_cut_short_is_written_again(tmp_path: Path) -> None:
    _, path = keep(tmp_path, SAMPLES["JPEG"], ImageInfo("image/jpeg", 31, 17))
    os.truncate(tmp_path / path, 10)
    keep(tmp_path, SAMPLES["JPEG"], ImageInfo("image/jpeg", 31, 17))
    assert (tmp_path / path).read_bytes() == SAMPLES["JPEG"]


def test_a_file_where_the_folder_must_be(tmp_path: Path) -> None:
    folder = tmp_path / "media"
    folder.write_text("in the way")
    name = sha256(SAMPLES["PNG"])
    with pytest.raises(MediaError) as caught:
        keep(folder, SAMPLES["PNG"], PNG)
    assert str(caught.value) == (
        f"cannot keep an image at {folder}/{name[:2]}/{name}.png: Not a directory; free space or repair the folder"
    )


def test_a_folder_where_the_file_must_be_leaves_no_part(tmp_path: Path) -> None:
    name = sha256(SAMPLES["PNG"])
    (tmp_path / relative_path(name, "image/png") / "x").mkdir(parents=True)
    with pytest.raises(MediaError, match=r"Is a directory; free space or repair the folder$"):
        keep(tmp_path, SAMPLES["PNG"], PNG)
    assert not list(tmp_path.rglob("*.part-*"))
