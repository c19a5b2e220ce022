"""Small forms of pictures: made of bytes that strangers wrote, so bounded, and nothing goes on but the pixels."""

import io
import struct
import threading
from collections import OrderedDict
from pathlib import Path
from typing import cast

from PIL import Image

# Its import lifts Pillow's own bound, which warns and then refuses; here each form has its bound.
import archive.media  # noqa: F401

EDGE = 400
MIME = "image/jpeg"
# What browsers show, and the most pixels of each that are drawn: a decoder's time and memory follow them.
_MOST_PIXELS = {
    "JPEG": 60_000_000, "PNG": 24_000_000, "GIF": 24_000_000, "WEBP": 24_000_000, "BMP": 24_000_000, "AVIF": 16_000_000,
}  # fmt: skip
# These are held whole while they are read; the others of their kind come in a smaller size at once.
_MOST_PROGRESSIVE = 30_000_000
_MOST_BYTES = 40_000_000
_QUALITY = 80
_ORIENTATION = 0x0112
_TURNED = {
    2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}  # fmt: skip
# What Pillow raises at bytes that are broken, or no picture at all.
_BROKEN = (
    OSError, ValueError, SyntaxError, TypeError, LookupError, EOFError, AttributeError, ArithmeticError, RuntimeError,
    MemoryError, struct.error,
)  # fmt: skip


def thumb_of(source: Path | bytes, edge: int = EDGE) -> bytes | None:
    """Return a JPEG of at most `edge` by `edge` pixels, None where a file cannot be drawn within bounds."""
    try:
        if (source.stat().st_size if isinstance(source, Path) else len(source)) > _MOST_BYTES:
            return None
        opened = source if isinstance(source, Path) else io.BytesIO(source)
        with Image.open(opened, formats=tuple(_MOST_PIXELS)) as image:
            return _drawn(image, edge) if _is_bounded(image) else None
    except _BROKEN:
        return None


def _is_bounded(image: Image.Image) -> bool:
    pixels = image.width * image.height
    most = _MOST_PIXELS.get(image.format or "", 0)
    return 0 < pixels <= (_MOST_PROGRESSIVE if "progressive" in image.info else most)


def _drawn(image: Image.Image, edge: int) -> bytes:
    # Only JPEG listens: it is read in an eighth, a quarter or half of its size.
    image.draft("RGB", (2 * edge, 2 * edge))
    _load(image)
    turned = _TURNED.get(_orientation(image))
    small = _flat(_reduced(_plain(image), 2 * edge))
    small.thumbnail((edge, edge), Image.Resampling.LANCZOS)
    # A picture of its own, so that nothing else that came with the bytes goes on.
    bare = Image.new("RGB", small.size)
    bare.paste(small)
    file = io.BytesIO()
    (bare.transpose(turned) if turned is not None else bare).save(file, "JPEG", quality=_QUALITY)
    return file.getvalue()


def _load(image: Image.Image) -> None:
    """Read the pixels; of a picture that was cut off in the middle, those that there are."""
    try:
        image.load()
    except OSError:
        if not getattr(image, "tile", None):
            raise
        image.tile = []  # type: ignore[attr-defined]
        image.load()


def _orientation(image: Image.Image) -> int:
    try:
        found = image.getexif().get(_ORIENTATION)
    except _BROKEN:
        return 1
    return found if isinstance(found, int) else 1


def _plain(image: Image.Image) -> Image.Image:
    """Return the picture in eight bits a channel, without a palette."""
    if image.mode.startswith(("I", "F")):
        wide = image.convert("F")
        low, high = cast("tuple[float, float]", wide.getextrema())
        scale = 255 / (high - low) if high > low else 0.0
        return wide.point(lambda value: value * scale - low * scale).convert("L")
    if "transparency" in image.info or image.mode in ("PA", "LA", "La", "RGBa"):
        return image.convert("RGBA")
    return image if image.mode in ("L", "RGB", "RGBA") else image.convert("RGB")


def _reduced(image: Image.Image, edge: int) -> Image.Image:
    factor = max(image.size) // edge
    return image.reduce(factor) if factor > 1 else image


def _flat(image: Image.Image) -> Image.Image:
    """Return the picture on white paper, as the pages that it was drawn for have it."""
    if image.mode != "RGBA":
        return image.convert("RGB")
    paper = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(paper, image).convert("RGB")


class Kept:
    """The small forms that were made last, up to so many bytes; for any thread."""

    def __init__(self, most: int) -> None:
        self._most, self._size = most, 0
        self._forms: OrderedDict[str, bytes | None] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, sha256: str) -> tuple[bool, bytes | None]:
        """Return whether there is an answer for these bytes, and it: None for what cannot be drawn."""
        with self._lock:
            if sha256 not in self._forms:
                return False, None
            self._forms.move_to_end(sha256)
            return True, self._forms[sha256]

    def put(self, sha256: str, form: bytes | None) -> None:
        """Keep an answer, and let go of those that were asked for longest ago."""
        with self._lock:
            if sha256 not in self._forms:
                self._forms[sha256] = form
                self._size += _weight(form)
            while self._size > self._most:
                _, gone = self._forms.popitem(last=False)
                self._size -= _weight(gone)

    @property
    def size(self) -> int:
        """How much is kept."""
        return self._size


def _weight(form: bytes | None) -> int:
    # A name and its place cost too.
    return 300 + len(form or b"")
