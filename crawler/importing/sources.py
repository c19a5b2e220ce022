"""What a path holds: streams of records, saved pages, or another workspace; what is neither is named."""

import datetime as dt
import io
import os
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO, Literal

from archive.model import timestamp

Kind = Literal["records", "salvage", "page", "workspace"]
_PAGES = (".html", ".htm", ".xhtml")
_RECORDS = re.compile(r"\.(?:w?arc|wacz)(?:\.gz|\.zst|\.open)?$", re.IGNORECASE)
_ZIP = b"PK\x03\x04"


@dataclass(frozen=True, slots=True)
class Source:
    """One stream that is imported; `name` is its path, with the entry behind `!` where it stands in a WACZ."""

    name: str
    kind: Kind
    path: Path
    size: int
    mtime: float
    open: Callable[[], BinaryIO]
    root: Path | None = None


@dataclass(frozen=True, slots=True)
class Left:
    """What is not imported, and why; `is_damage` says that it should have been."""

    name: str
    reason: str
    is_damage: bool = False


def sources_of(path: Path) -> Iterator[Source | Left]:
    """Yield what a path holds."""
    try:
        if path.is_dir():
            yield from _of_folder(path)
        elif path.suffix.lower() in _PAGES:
            yield _file(path, "page", path.parent)
        else:
            yield from _of_file(path)
    except OSError as error:
        yield Left(str(path), f"cannot be read: {error.strerror or error}", is_damage=True)


def _file(path: Path, kind: Kind, root: Path | None = None) -> Source:
    known = path.stat()
    return Source(str(path.absolute()), kind, path, known.st_size, known.st_mtime, partial(_opened, path), root)


def _opened(path: Path) -> BinaryIO:
    return path.open("rb")


def _of_file(path: Path) -> Iterator[Source | Left]:
    with path.open("rb") as file:
        head = file.read(4)
    if head == _ZIP or path.suffix.lower() == ".wacz":
        yield from _of_wacz(path)
    elif not head:
        yield Left(str(path), "the file is empty", is_damage=True)
    else:
        yield _file(path, "records")


def _of_folder(folder: Path) -> Iterator[Source | Left]:
    if (folder / "archive.db").is_file():
        yield _file(folder / "archive.db", "workspace", folder)
        return
    unlisted: list[OSError] = []
    others = 0
    for parent, folders, names in os.walk(folder, onerror=unlisted.append):
        folders.sort()
        for name in sorted(names):
            path = Path(parent, name)
            if path.suffix.lower() in _PAGES:
                yield _file(path, "page", folder)
            elif _RECORDS.search(name):
                yield from sources_of(path)
            else:
                others += 1
    for error in unlisted:
        yield Left(str(error.filename), f"cannot be listed: {error.strerror}", is_damage=True)
    if others:
        yield Left(str(folder), f"{others:,} files that are neither pages nor records (pictures go with their pages)")


def _of_wacz(path: Path) -> Iterator[Source | Left]:
    """Yield the WARC files of a WACZ; of one whose directory is lost, whatever records lie in its bytes."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError) as error:
        yield Left(str(path), f"its directory cannot be read ({error}); records are looked for in its bytes", True)
        yield _file(path, "salvage")
        return
    others: list[str] = []
    found = False
    for entry in entries:
        if entry.is_dir():
            continue
        if _RECORDS.search(entry.filename):
            found = True
            yield _entry(path, entry)
        else:
            others.append(entry.filename)
    if others:
        yield Left(str(path), f"other entries: {', '.join(others[:12])}{' …' if len(others) > 12 else ''}")
    if not found:
        yield Left(str(path), "no WARC file is in it", is_damage=True)


def _entry(path: Path, entry: zipfile.ZipInfo) -> Source:
    name = f"{path.absolute()}!{entry.filename}"
    opened = (
        partial(_stored, path, entry) if entry.compress_type == zipfile.ZIP_STORED else partial(_packed, path, entry)
    )
    return Source(name, "records", path, entry.file_size, path.stat().st_mtime, opened)


def _stored(path: Path, entry: zipfile.ZipInfo) -> BinaryIO:
    """Return an entry that is not packed as the stretch of the file that it is: read at any place at no cost."""
    file = path.open("rb")
    file.seek(entry.header_offset)
    head = file.read(30)
    if not head.startswith(_ZIP):
        file.close()
        raise OSError(f"entry {entry.filename} does not begin where the directory says")
    start = entry.header_offset + 30 + int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")
    return io.BufferedReader(_Stretch(file, start, entry.file_size))


def _packed(path: Path, entry: zipfile.ZipInfo) -> BinaryIO:
    # The entry keeps the file open as long as it is read.
    try:
        return zipfile.ZipFile(path).open(entry)  # type: ignore[return-value]
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
        raise OSError(f"entry {entry.filename}: {error}") from error


class _Stretch(io.RawIOBase):
    """A stretch of a file, read as a file of its own."""

    def __init__(self, file: BinaryIO, start: int, length: int) -> None:
        super().__init__()
        self._file, self._start, self._length, self._at = file, start, length, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = (0, self._at, self._length)[whence]
        self._at = max(base + offset, 0)
        return self._at

    def readinto(self, buffer: "memoryview[int]") -> int:  # type: ignore[override]
        self._file.seek(self._start + self._at)
        data = self._file.read(max(min(len(buffer), self._length - self._at), 0))
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)

    def close(self) -> None:
        self._file.close()
        super().close()


def modified(source: Source) -> str:
    """Return when a file was last written, as the archive writes times."""
    return timestamp(dt.datetime.fromtimestamp(source.mtime, dt.UTC))
