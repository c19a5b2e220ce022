"""Image bytes: what they are, and keeping them once, as served, by SHA-256."""

import hashlib
import io
import os
import re
import struct
from dataclasses import dataclass
from pathlib import Path

from PIL import Image as PillowImage
from PIL import UnidentifiedImageError

from archive.errors import MediaError

# Headers are read, pixels never: a bomb costs nothing here, and a huge scan is a legitimate picture.
PillowImage.MAX_IMAGE_PIXELS = None
_FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF", "AVIF", "ICO", "JPEG2000")
_SUFFIXES = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/gif": ".gif",
    "image/webp": ".webp",
    "image/bmp": ".bmp",
    "image/tiff": ".tiff",
    "image/avif": ".avif",
    "image/x-icon": ".ico",
    "image/jp2": ".jp2",
    "image/svg+xml": ".svg",
}
_SVG_HEAD = re.compile(
    rb"^(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]{0,200}\?>|<!--.{0,2000}?-->|<!DOCTYPE[^>]{0,500}>|\s)*<svg\b([^>]*)>",
    re.DOTALL,
)
_SVG_SIZE = re.compile(rb"\b(width|height)\s*=\s*[\"']\s*([0-9]{1,6})(?:\.[0-9]*)?\s*(?:px)?\s*[\"']")


@dataclass(frozen=True, slots=True)
class ImageInfo:
    """What an image's bytes say of themselves: type, and size in pixels where they give one."""

    mime: str
    width: int | None
    height: int | None

    def is_larger_than(self, megapixels: float) -> bool:
        """Return whether the image says of itself that it has more pixels: a bomb for whoever draws it."""
        return (self.width or 0) * (self.height or 0) > megapixels * 1_000_000


def identify(data: bytes) -> ImageInfo | None:
    """Return what image the bytes are, None where they are none; only headers are read."""
    svg = _SVG_HEAD.match(data[:16384])
    if svg:
        sizes = {name: int(value) for name, value in _SVG_SIZE.findall(svg[1])}
        return ImageInfo("image/svg+xml", sizes.get(b"width"), sizes.get(b"height"))
    try:
        with PillowImage.open(io.BytesIO(data), formats=_FORMATS) as image:
            mime = image.get_format_mimetype() or ""
            width, height = image.size
    except (
        UnidentifiedImageError,
        OSError,
        ValueError,
        SyntaxError,
        TypeError,
        struct.error,
        OverflowError,
        MemoryError,
    ):
        return None
    return ImageInfo(mime, width, height) if mime.startswith("image/") else None


def relative_path(sha256: str, mime: str) -> str:
    """Return where an image lies inside the media folder."""
    return f"{sha256[:2]}/{sha256}{_SUFFIXES.get(mime, '.bin')}"


def file_in(folder: Path, relative: str) -> Path | None:
    """Return a file of the media folder, None where there is none of that name or it would lead out of the folder."""
    try:
        path = (folder / relative).resolve()
        return path if path.is_file() and path.is_relative_to(folder.resolve()) else None
    except (OSError, ValueError):
        # No name that a file can have.
        return None


def keep(folder: Path, data: bytes, info: ImageInfo) -> tuple[str, str]:
    """Write an image's bytes durably unless they are there; return their SHA-256 and their path in the folder.

    Raises MediaError where the disk refuses them. The name appears only once the bytes are whole on the disk.
    """
    sha256 = hashlib.sha256(data).hexdigest()
    relative = relative_path(sha256, info.mime)
    path = folder / relative
    try:
        if not path.is_file() or path.stat().st_size != len(data):
            _write_durably(path, data)
    except OSError as error:
        raise MediaError(
            f"cannot keep an image at {path}: {error.strerror}; free space or repair the folder"
        ) from error
    return sha256, relative


def _write_durably(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part-{os.getpid()}")
    try:
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
