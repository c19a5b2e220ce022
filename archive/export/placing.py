"""Where an export goes: written under another name beside its place, and renamed when it is whole."""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Protocol

from archive.errors import ArchiveError, UsageError
from archive.media import sync_folder
from archive.software import SOFTWARE

# What tells a folder that an export made: it may be replaced, any other may not.
MANIFEST = "newsarchive-export.json"
_BAG = "bagit.txt"


class Sink(Protocol):
    """Something that takes bytes."""

    def write(self, data: bytes, /) -> int:
        """Take these bytes, after those before."""


class Tally:
    """A sink before another that counts what goes through, and can say its SHA-256."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._hash = hashlib.sha256()
        self.bytes = 0

    def write(self, data: bytes, /) -> int:
        """Hand the bytes on."""
        self._hash.update(data)
        self.bytes += len(data)
        return self._sink.write(data)

    @property
    def sha256(self) -> str:
        """The digest of all bytes so far, as hexadecimal digits."""
        return self._hash.hexdigest()


@contextmanager
def new_file(path: Path, *, force: bool) -> Iterator[BinaryIO]:
    """Give a file that takes the name `path` when the block ends well; raises UsageError where there is one already."""
    if path.is_dir():
        raise UsageError(f"{path} is a folder; give the name of a file")
    _refuse_existing(path, force=force)
    with _part(path) as part:
        with part.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        sync_folder(path.parent)


@contextmanager
def new_folder(path: Path, *, force: bool) -> Iterator[Path]:
    """Give a folder that takes the name `path` when the block ends well; one of an earlier export is replaced if asked.

    Raises UsageError where something else stands there.
    """
    # A link leads to what is there, and stays.
    path = path.resolve() if path.is_symlink() else path
    _refuse_existing(path, force=force)
    if path.exists() and not _is_replaceable(path):
        raise UsageError(f"{path} was not made by an export, so it is not replaced; give another name")
    with _part(path) as part:
        part.mkdir()
        yield part
        if path.exists():
            old = path.with_name(f".{path.name}.old-{os.getpid()}")
            path.rename(old)
            part.rename(path)
            shutil.rmtree(old)
        else:
            part.rename(path)
        sync_folder(path.parent)


def write_manifest(folder: Path, said: dict[str, object]) -> None:
    """Leave in a folder of an export what it is."""
    text = json.dumps({"software": SOFTWARE} | said, ensure_ascii=False, indent=2)
    (folder / MANIFEST).write_text(f"{text}\n", encoding="utf-8")


def copy_file(source: Path, target: Path) -> None:
    """Copy a file's bytes; its folder is made."""
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def _is_replaceable(path: Path) -> bool:
    return path.is_dir() and ((path / MANIFEST).is_file() or (path / _BAG).is_file() or not any(path.iterdir()))


def _refuse_existing(path: Path, *, force: bool) -> None:
    if path.exists() and not force:
        raise UsageError(f"{path} is there already; give another name, or --force to replace it")
    if not path.parent.is_dir():
        raise UsageError(f"there is no folder {path.parent}; make it, or give another name")


@contextmanager
def _part(path: Path) -> Iterator[Path]:
    """Give a free name beside `path`; what stands there when the block fails is taken away."""
    _sweep(path)
    part = path.with_name(f".{path.name}.part-{os.getpid()}")
    try:
        yield part
    except OSError as error:
        raise ArchiveError(
            f"cannot write {path}: {error.strerror or error}; free space or give another name"
        ) from error
    finally:
        _remove(part)


def _sweep(path: Path) -> None:
    """Take away what killed exports to the same name have left."""
    for left in path.parent.glob(f".{_literal(path.name)}.part-*"):
        owner = left.name.rpartition("-")[2]
        if owner.isdecimal() and not _is_alive(int(owner)):
            _remove(left)


def _literal(name: str) -> str:
    return "".join(f"[{sign}]" if sign in "*?[" else sign for sign in name)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _remove(path: Path) -> None:
    with suppress(OSError):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
