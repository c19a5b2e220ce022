"""Pictures to take away: their bytes as served, under names that no page wrote, with a table of what was said."""

import io
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import IO, Any, cast
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from archive.export.lines import write_table
from archive.media import file_in, relative_path
from archive.reading_room.pictures import Picture

COLUMNS = (
    "file", "sha256", "caption", "credit", "alt", "title", "url", "day", "site", "key", "picture_url", "mime", "width",
    "height", "bytes",
)  # fmt: skip
_PIECE = 256 * 1024


def name_of(picture: Picture) -> str:
    """Return what a picture's file is called: its digest and the ending of its type."""
    return PurePosixPath(relative_path(picture.sha256, picture.mime)).name


def row_of(picture: Picture) -> dict[str, Any]:
    """Return what is known of a picture, a value a column."""
    return {
        "file": name_of(picture), "sha256": picture.sha256, "caption": picture.caption, "credit": picture.credit,
        "alt": picture.alt, "title": picture.title, "url": picture.address, "day": picture.day, "site": picture.site,
        "key": picture.key, "picture_url": picture.url, "mime": picture.mime, "width": picture.width,
        "height": picture.height, "bytes": picture.bytes,
    }  # fmt: skip


def csv_of(rows: Sequence[dict[str, Any]]) -> bytes:
    """Return pictures as a table for spreadsheets."""
    sink = io.BytesIO()
    write_table(COLUMNS, rows, sink, bom=True)
    return sink.getvalue()


def zip_of(pictures: Sequence[Picture], media: Path, note: str | None) -> Iterator[bytes]:
    """Yield a ZIP file piece by piece: pictures.csv, the pictures, and a note beside them.

    The table names no file for a picture whose bytes are not there.
    """
    sink = _Sink()
    rows = []
    # It asks where it stands, is told nothing, and counts by itself.
    with ZipFile(cast("IO[bytes]", sink), "w", ZIP_STORED) as archive:
        for picture in pictures:
            row = row_of(picture)
            path = file_in(media, picture.path)
            if path is None:
                row["file"] = ""
            else:
                yield from _packed(archive, sink, path, row["file"])
            rows.append(row)
        if note:
            archive.writestr(ZipInfo("NOT-ALL.txt"), note)
        archive.writestr(ZipInfo("pictures.csv"), csv_of(rows))
    yield sink.taken()


def _packed(archive: ZipFile, sink: "_Sink", path: Path, name: str) -> Iterator[bytes]:
    with path.open("rb") as source, archive.open(ZipInfo(name), "w") as target:
        while piece := source.read(_PIECE):
            target.write(piece)
            yield sink.taken()


class _Sink:
    """Where a ZIP file is written to be sent on at once; it cannot be gone back in."""

    def __init__(self) -> None:
        self._written = bytearray()

    def write(self, data: bytes) -> int:
        self._written += data
        return len(data)

    def flush(self) -> None:
        """There is nothing to wait for."""

    def taken(self) -> bytes:
        """Return what was written since the last time."""
        written, self._written = bytes(self._written), bytearray()
        return written
