"""Small forms of pictures, and their bytes as served: whatever a stranger put into them."""

import io
import os
import random
import shutil
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest
from PIL import Image as Picture

from archive import media
from archive.datasette_plugin import images
from archive.datasette_plugin.addresses import Room
from archive.db import atomic, open_archive
from archive.model import Image
from archive.reading_room.thumbs import EDGE, Kept, thumb_of
from crawler.workspace import make_workspace
from tests.archive.asking import ask, ask_all
from tests.archive.keeping import Keeping, article, picture, sha256

ROOM = Room("/archive")
MUTATIONS = 100_000 if os.environ.get("NEWSARCHIVE_SOAK") else 2_000
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9" onload="alert(1)"><script>alert(2)</script></svg>'
RED = picture("red", "JPEG", (900, 600))


def saved(drawn: Picture.Image, form: str, **more: Any) -> bytes:
    file = io.BytesIO()
    drawn.save(file, form, **more)
    return file.getvalue()


def halves(size: tuple[int, int] = (600, 300)) -> Picture.Image:
    """A picture that is red on its left and blue on its right."""
    drawn = Picture.new("RGB", size, "red")
    drawn.paste("blue", (size[0] // 2, 0, *size))
    return drawn


def seen(data: bytes | None) -> Picture.Image:
    assert data is not None
    found = Picture.open(io.BytesIO(data))
    assert found.format == "JPEG"
    assert max(found.size) <= EDGE
    assert not {"exif", "icc_profile", "comment", "xmp"} & set(found.info)
    return found.convert("RGB")


def turned(number: int) -> Picture.Exif:
    exif = Picture.Exif()
    exif[0x0112] = number
    exif[0x010E] = "a secret"
    return exif


def pixel(drawn: Picture.Image, place: tuple[int, int]) -> tuple[int, int, int]:
    """Return what stands at a place; behind zero it is counted from the end."""
    found = drawn.getpixel((place[0] % drawn.width, place[1] % drawn.height))
    return cast("tuple[int, int, int]", found)


def is_red(drawn: Picture.Image, place: tuple[int, int]) -> bool:
    red, green, blue = pixel(drawn, place)
    return red > 200 and green < 60 and blue < 60


@pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF", "WEBP", "BMP", "AVIF"])
def test_every_form_that_browsers_show_is_drawn_smaller(form: str) -> None:
    small = seen(thumb_of(saved(halves(), form)))
    assert small.size == (400, 200)
    assert is_red(small, (20, 100))
    assert not is_red(small, (380, 100))


@pytest.mark.parametrize(
    ("form", "mode"),
    [
        *(("JPEG", mode) for mode in ("1", "L", "RGB", "CMYK", "YCbCr")),
        *(("PNG", mode) for mode in ("1", "L", "LA", "P", "I;16", "RGB", "RGBA")),
        *(("WEBP", mode) for mode in ("L", "RGB", "RGBA", "P")),
        *((form, mode) for form in ("GIF", "BMP") for mode in ("1", "L", "P", "RGB")),
    ],
)
def test_every_mode_is_drawn(form: str, mode: str) -> None:
    grey = Picture.linear_gradient("L").resize((500, 500))
    small = seen(thumb_of(saved((grey.convert("RGB") if mode in ("CMYK", "YCbCr") else grey).convert(mode), form)))
    assert sum(pixel(small, (200, 10))) + 300 < sum(pixel(small, (200, 390)))


def test_sixteen_bits_are_not_cut_off() -> None:
    wide = Picture.linear_gradient("L").resize((300, 300)).convert("I").point(lambda value: value * 257)
    small = seen(thumb_of(saved(wide.convert("I;16"), "PNG")))
    assert 90 < pixel(small, (150, 150))[0] < 165


def test_what_is_see_through_stands_on_white() -> None:
    clear = Picture.new("RGBA", (50, 50), (0, 0, 0, 0))
    palette = Picture.new("P", (50, 50), 3)
    palette.putpalette([*range(256)] * 3)
    for data in (saved(clear, "PNG"), saved(clear, "WEBP", lossless=True), saved(palette, "PNG", transparency=3)):
        assert pixel(seen(thumb_of(data)), (25, 25)) == (255, 255, 255)


@pytest.mark.parametrize(("number", "corner"), [(1, (5, 5)), (3, (-5, -5)), (6, (5, 5)), (8, (5, -5)), (99, (5, 5))])
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_picture_is_turned_as_its_camera_says(number: int, corner: tuple[int, int], form: str) -> None:
    small = seen(thumb_of(saved(halves(), form, exif=turned(number))))
    assert small.size == ((200, 400) if number in (6, 8) else (400, 200))
    assert is_red(small, corner)


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG"])
def test_of_what_moves_the_first_picture_is_drawn(form: str) -> None:
    frames = [Picture.new("RGB", (60, 60), color) for color in ("blue", "green")]
    data = saved(Picture.new("RGB", (60, 60), "red"), form, save_all=True, append_images=frames)
    assert is_red(seen(thumb_of(data)), (30, 30))


@pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF"])
def test_of_what_was_cut_off_the_beginning_is_drawn(form: str) -> None:
    drawn = Picture.effect_noise((300, 600), 90).convert("RGB")
    drawn.paste("red", (0, 0, 300, 100))
    data = saved(drawn, form)
    small = seen(thumb_of(data[: len(data) * 3 // 4]))
    assert is_red(small, (100, 20))


def test_a_small_picture_is_not_made_larger() -> None:
    assert seen(thumb_of(picture("red", size=(8, 6)))).size == (8, 6)
    assert seen(thumb_of(picture("red", size=(4000, 2)))).size == (400, 1)
    assert seen(thumb_of(picture("red", size=(1, 3000)))).size == (1, 400)


def bomb(width: int, height: int) -> bytes:
    """A PNG that is much larger than its bytes."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * ((width + 7) // 8 + 1) * min(height, 2_000), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def test_bombs_are_not_drawn() -> None:
    assert thumb_of(bomb(40_000, 40_000)) is None
    assert thumb_of(bomb(200_000_000, 1)) is None
    # The same bytes in a bearable size are.
    assert seen(thumb_of(bomb(2_000, 2_000))).size == (400, 400)
    assert thumb_of(b"\0" * 40_000_001) is None
    jpeg = bytearray(saved(halves(), "JPEG", progressive=True))
    at = jpeg.index(b"\xff\xc2") + 5
    jpeg[at : at + 4] = b"\xff\xff\xff\xff"
    assert thumb_of(bytes(jpeg)) is None


@pytest.mark.parametrize("data", [b"", b"GIF89a", b"<html>", SVG, b"\xff\xd8\xff", b"%PDF-1.4", picture("red", "TIFF")])
def test_what_is_no_picture_gives_none(data: bytes) -> None:
    assert thumb_of(data) is None


def _seeds() -> list[bytes]:
    noise = Picture.effect_noise((90, 60), 80)
    drawn = noise.convert("RGB")
    moving: dict[str, Any] = {"save_all": True, "append_images": [drawn.rotate(9)]}
    return [
        saved(noise.convert("CMYK"), "JPEG"), saved(drawn, "JPEG", exif=turned(6)), saved(drawn, "PNG"),
        saved(drawn, "JPEG", progressive=True), saved(drawn.convert("P"), "PNG"), saved(noise.convert("I;16"), "PNG"),
        saved(drawn, "PNG", **moving), saved(drawn, "GIF", **moving), saved(drawn, "WEBP", exif=turned(3)),
        saved(drawn, "WEBP", **moving), saved(drawn, "WEBP", lossless=True), saved(drawn, "BMP"),
        saved(drawn.convert("P"), "BMP"), saved(drawn, "AVIF"), saved(drawn, "TIFF"), saved(drawn, "ICO"), SVG,
    ]  # fmt: skip


def _mutated(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 3, 20))):
        at = chance.randrange(min(len(changed), chance.choice((40, 600, 10**6))) or 1)
        kind = chance.randrange(8)
        if kind == 0:
            del changed[at : at + chance.randrange(1, 40)]
        elif kind == 1:
            changed[at:at] = changed[at : at + chance.randrange(1, 40)]
        elif kind == 2:
            changed[at : at + 4] = chance.choice((b"\xff" * 4, b"\0" * 4, b"\x7f\xff\xff\xff", b"\0\1\0\0"))
        else:
            changed[at : at + 1] = bytes([chance.randrange(256)])
    return bytes(changed[: chance.randrange(len(changed) + 1)] if chance.random() < 0.2 else changed)


@pytest.mark.filterwarnings("ignore")
def test_broken_bytes_give_a_picture_or_none() -> None:
    chance, drawn, seeds = random.Random(7), 0, _seeds()
    for _ in range(MUTATIONS):
        found = thumb_of(_mutated(chance.choice(seeds), chance))
        if found is not None:
            seen(found)
            drawn += 1
    assert MUTATIONS // 10 < drawn < MUTATIONS


def test_what_is_kept_is_bounded() -> None:
    kept = Kept(3_000)
    for number in range(10):
        kept.put(str(number), bytes(700))
        assert kept.size <= 3_000
        kept.get("0") if number < 3 else None
    assert kept.get("9") == (True, bytes(700))
    assert kept.get("1") == (False, None)
    kept.put("none", None)
    assert kept.get("none") == (True, None)
    kept.put("large", bytes(10_000))
    assert kept.size == 0


HEIC = b"\0\0\0\x18ftypheic" + b"\0" * 40


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made: Path = tmp_path_factory.mktemp("thumbs") / "ws"
    make_workspace(made)
    keeping = Keeping(made)
    found = (RED, SVG, picture("blue", "TIFF"), SVG + b" " * 70_000, picture("green", size=(8, 6)))
    shown = [Image(f"https://herald.example/{number}", position=number) for number in range(len(found))]
    fetched = [keeping.image(each.url or "", data) for each, data in zip(shown, found, strict=True)]
    keeping.store(article(images=shown), images=fetched)
    # As an earlier release, or another tool, might have written them.
    _, path = media.keep(made / "media", HEIC, media.ImageInfo("text/html", None, None))
    keeping.db.conn.execute(
        "INSERT INTO images(sha256, mime, bytes, path) VALUES (?, 'text/html', 52, ?)", (sha256(HEIC), path)
    )
    keeping.close()
    return made


@pytest.fixture
def copy(root: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(root, tmp_path / "ws"))


GUARD = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


def test_a_small_form_is_served_and_kept_by_the_reader(root: Path) -> None:
    got = ask(root, ROOM.thumb(sha256(RED)))
    assert seen(got.content).size == (400, 267)
    assert got.headers["content-type"] == "image/jpeg"
    assert got.headers["content-security-policy"] == GUARD
    assert got.headers["cache-control"] == "private, max-age=86400, immutable"
    assert got.headers["etag"] == f'"{sha256(RED)}-small"'
    again = ask(root, ROOM.thumb(sha256(RED)), if_none_match=got.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")
    whole = ask(root, ROOM.image(sha256(RED)), if_none_match=got.headers["etag"])
    assert (whole.status_code, whole.content) == (200, RED)
    other = ask(root, ROOM.image(sha256(RED)), if_none_match=f'W/"x", "{sha256(RED)}"')
    assert other.status_code == 304


def test_bytes_are_served_as_they_came(root: Path) -> None:
    for data, mime in ((RED, "image/jpeg"), (SVG, "image/svg+xml"), (picture("blue", "TIFF"), "image/tiff")):
        got = ask(root, ROOM.image(sha256(data)))
        assert got.content == data
        assert got.headers["content-type"] == mime
        assert got.headers["content-length"] == str(len(data))
        assert got.headers["x-content-type-options"] == "nosniff"
        assert got.headers["content-security-policy"] == GUARD
        assert got.headers["content-disposition"].startswith(f'inline; filename="{sha256(data)}.')


def test_what_is_no_image_is_a_file_to_download(root: Path) -> None:
    got = ask(root, ROOM.image(sha256(HEIC)))
    assert got.content == HEIC
    assert got.headers["content-type"] == "application/octet-stream"
    assert got.headers["content-disposition"] == f'attachment; filename="{sha256(HEIC)}.bin"'
    small = ask(root, ROOM.thumb(sha256(HEIC)))
    assert small.status_code == 302


def test_what_cannot_be_drawn_is_sent_as_it_is_or_a_sign_stands_for_it(root: Path) -> None:
    small = ask(root, ROOM.thumb(sha256(SVG)))
    assert (small.status_code, small.content) == (200, SVG)
    assert small.headers["content-type"] == "image/svg+xml"
    assert small.headers["content-security-policy"] == GUARD
    for data in (SVG + b" " * 70_000, picture("blue", "TIFF")):
        sign = ask(root, ROOM.thumb(sha256(data)))
        assert sign.status_code == 302
        shown = ask(root, sign.headers["location"])
        assert (shown.status_code, shown.headers["content-type"]) == (200, "image/svg+xml")


def test_a_picture_is_drawn_once(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    images._kept.cache_clear()
    first = ask(root, ROOM.thumb(sha256(RED))).content
    monkeypatch.setattr("archive.reading_room.thumbs.thumb_of", _never)
    assert ask(root, ROOM.thumb(sha256(RED))).content == first


def _never(_source: object) -> bytes:
    raise AssertionError("it was drawn already")


def test_what_the_archive_does_not_have_is_not_there(copy: Path) -> None:
    next((copy / "media").rglob(f"{sha256(RED)}*")).unlink()
    asked = [ROOM.thumb(sha256(RED)), ROOM.image(sha256(RED)), ROOM.thumb("0" * 64), ROOM.image("0" * 64)]
    got = ask_all(copy, asked)
    assert [each.status_code for each in got] == [404] * 4
    assert "media folder beside the database" in got[0].text
    assert got[2].text == "The archive has no such picture."
    assert {each.headers["cache-control"] for each in got} == {"private, no-cache"}


@pytest.mark.parametrize(
    "path",
    ["../archive.db", "../../../../etc/passwd", "/etc/passwd", "aa/../../archive.db", ".", "", "aa\0b", "a" * 5000],
)
def test_no_path_leads_out_of_the_media_folder(copy: Path, path: str) -> None:
    db = open_archive(copy / "archive.db")
    with atomic(db):
        db.conn.execute("UPDATE images SET path = ? WHERE sha256 = ?", (path, sha256(RED)))
    db.close()
    got = ask_all(copy, [ROOM.image(sha256(RED)), ROOM.thumb(sha256(RED)), ROOM.taken("zip")])
    assert [each.status_code for each in got] == [404, 404, 200]
    assert b"SQLite format" not in got[2].content
    assert b"root:" not in got[2].content


def test_a_link_in_the_media_folder_leads_nowhere_else(copy: Path) -> None:
    file = next((copy / "media").rglob(f"{sha256(RED)}*"))
    file.unlink()
    file.symlink_to(copy / "archive.db")
    assert ask(copy, ROOM.image(sha256(RED))).status_code == 404


@pytest.mark.parametrize("address", ["/archive/-/thumb/..%2f..%2farchive.db", "/archive/-/image/" + "A" * 64])
def test_only_digests_are_addresses(root: Path, address: str) -> None:
    assert ask(root, address).status_code in (302, 404)


def test_a_folder_of_pictures_may_be_elsewhere(copy: Path, tmp_path: Path) -> None:
    (copy / "media").rename(tmp_path / "moved")
    (copy / "media").symlink_to(tmp_path / "moved")
    assert ask(copy, ROOM.image(sha256(RED))).content == RED


@pytest.mark.parametrize("address", [ROOM.thumb, ROOM.image])
def test_who_may_not_see_the_images_sees_none(root: Path, address: Callable[[str], str]) -> None:
    denied = {"databases": {"archive": {"tables": {"images": {"allow": False}}}}}
    got = ask(root, address(sha256(RED)), denied, if_none_match=f'"{sha256(RED)}"')
    assert got.status_code == 403
