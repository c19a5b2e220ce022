"""Draw the demo site's pictures: a harbour scene that depends on nothing but the picture's path."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from io import BytesIO

from PIL import Image, ImageDraw

CONTENT_TYPES = {"jpg": "image/jpeg", "png": "image/png", "gif": "image/gif"}
_FORMATS = {"jpg": "JPEG", "png": "PNG", "gif": "GIF"}
_SIZE = (480, 320)
_SHORE = 210  # the height at which the water begins


def content_type(path: str) -> str:
    """Return the media type that a picture's name promises."""
    return CONTENT_TYPES[path.rpartition(".")[2]]


@lru_cache(maxsize=256)
def draw(path: str) -> bytes:
    """Return the picture of a path, encoded as its suffix says; the same path gives the same bytes."""
    return _encoded(_scene(hashlib.sha256(path.encode()).digest()), path)


@lru_cache(maxsize=8)
def draw_furniture(path: str, width: int, height: int) -> bytes:
    """Return one of the layout's own pictures, a plain box of the house colour."""
    return _encoded(Image.new("RGB", (width, height), (20, 60, 120)), path)


def _encoded(picture: Image.Image, path: str) -> bytes:
    stream = BytesIO()
    picture.save(stream, _FORMATS[path.rpartition(".")[2]])
    return stream.getvalue()


def _scene(seed: bytes) -> Image.Image:
    picture = _sky(seed)
    pen = ImageDraw.Draw(picture)
    _sun(pen, seed)
    _town(pen, seed)
    _water(pen, seed)
    _boat(pen, seed)
    return picture


def _sky(seed: bytes) -> Image.Image:
    top = (seed[0] // 2, 80 + seed[1] // 3, 120 + seed[2] // 2)
    bottom = (200 + seed[3] // 5, 170 + seed[4] // 4, 140 + seed[5] // 3)
    mask = Image.linear_gradient("L").resize(_SIZE)
    return Image.composite(Image.new("RGB", _SIZE, bottom), Image.new("RGB", _SIZE, top), mask)


def _sun(pen: ImageDraw.ImageDraw, seed: bytes) -> None:
    x, y, radius = 40 + seed[6] * 3 // 2, 30 + seed[7] // 4, 14 + seed[8] // 12
    pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=(255, 235, 120 + seed[9] // 2))


def _town(pen: ImageDraw.ImageDraw, seed: bytes) -> None:
    left = 0
    for height, width in zip(seed[10:20], seed[20:30], strict=True):
        right = left + 34 + width // 10
        roof = _SHORE - 20 - height // 2
        shade = 60 + height // 4
        pen.rectangle((left, roof, right, _SHORE), fill=(shade, shade // 2 + width // 4, 70 + width // 6))
        for window in range(roof + 8, _SHORE - 10, 18):
            pen.rectangle((left + 8, window, left + 16, window + 8), fill=(250, 240, 190))
        left = right + 2


def _water(pen: ImageDraw.ImageDraw, seed: bytes) -> None:
    width, height = _SIZE
    pen.rectangle((0, _SHORE, width, height), fill=(20 + seed[30] // 6, 70 + seed[31] // 4, 120))
    for row, byte in enumerate(seed[:12]):
        y = _SHORE + 8 + row * 9
        pen.line((byte, y, byte + 90, y), fill=(190, 215, 230), width=2)


def _boat(pen: ImageDraw.ImageDraw, seed: bytes) -> None:
    x, y = 60 + seed[12] * 5 // 4, 235 + seed[13] // 6
    pen.polygon([(x - 45, y), (x + 45, y), (x + 30, y + 20), (x - 30, y + 20)], fill=(seed[14] // 2, 30, 40))
    pen.polygon([(x, y - 60), (x, y - 6), (x + 34, y - 6)], fill=(240, 240, 225))
