"""Making a backup while the archive is written: the database as of one moment, then every file that it names."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, TextIO

from filelock import FileLock, Timeout
from sqlite_utils import Database

from archive.backup.manifest import (
    MANIFEST,
    Entry,
    copy_durably,
    digest_file,
    entries_of,
    line_of,
    snapshots_of,
)
from archive.db import copy_database, open_copy
from archive.errors import ArchiveError, LockedError, UsageError
from archive.holdings import Holdings
from archive.media import sync_folder
from archive.model import timestamp, utc_now

Progress = Callable[[str, int], None]
_PART = ".part"
# Of the workspace's own files: small, and a crawl needs them.
_OWN = ("newsarchive.toml", "scrapy.cfg", "sites/*.toml")
_FILES = (
    "SELECT file, max(length) FROM (SELECT file, offset + length AS length FROM captures WHERE file IS NOT NULL "
    "UNION ALL SELECT file, offset + length FROM records) GROUP BY file ORDER BY file"
)
_IMAGES = (
    "SELECT path, bytes, sha256 FROM images UNION ALL SELECT NULL, NULL, substr(digest, 8) FROM captures "
    "WHERE file IS NULL AND revisit_of IS NULL AND withdrawn IS NULL AND digest IS NOT NULL "
    "AND substr(digest, 8) NOT IN (SELECT sha256 FROM images) ORDER BY 3"
)


@dataclass(slots=True)
class Saved:
    """A backup that was made: its snapshot, how many files it has, how many of them are new, and what was missing."""

    snapshot: str
    files: int = 0
    bytes: int = 0
    new_files: int = 0
    new_bytes: int = 0
    pruned: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return asdict(self)


def save(holdings: Holdings, backup: Path, *, keep: int, progress: Progress = lambda _what, _number: None) -> Saved:
    """Add a snapshot to a backup, and the files that it does not have yet; keep so many snapshots.

    Raises ArchiveError where something cannot be read or written, LockedError where another backup is at work there.
    """
    if backup.resolve().is_relative_to(holdings.root.resolve()):
        raise UsageError(f"{backup} lies in the workspace itself; give a directory on another disk")
    if not holdings.database.is_file():
        raise ArchiveError(f"there is no archive at {holdings.database}; `newsarchive init` makes one")
    try:
        (backup / "snapshots").mkdir(parents=True, exist_ok=True)
        with FileLock(backup / ".lock", timeout=0):
            _clear(backup)
            saved = _Saving(holdings, backup, progress).run()
            saved.pruned = prune(backup, keep)
            return saved
    except Timeout as error:
        raise LockedError(f"another backup is at work in {backup}; wait for it") from error
    except OSError as error:
        raise ArchiveError(
            f"cannot back up to {backup}: {error.strerror or error} ({error.filename}); free space or repair it, then "
            "run the backup again; earlier snapshots are as they were"
        ) from error


def _clear(backup: Path) -> None:
    """Remove what a killed backup left."""
    for path in (backup / "snapshots").glob(f"*{_PART}"):
        shutil.rmtree(path)
    for path in backup.glob(f"*/*/*{_PART}"):
        path.unlink()


class _Saving:
    """One backup at work."""

    def __init__(self, holdings: Holdings, backup: Path, progress: Progress) -> None:
        self._holdings, self._backup, self._progress = holdings, backup, progress
        last = snapshots_of(backup)[-1:]
        name = _name_after(last[0].name if last else "")
        self._snapshot = backup / "snapshots" / name
        self._part = self._snapshot.with_name(f"{name}{_PART}")
        self._saved = Saved(name)
        self._folders: set[Path] = set()
        self._known = {
            entry.file: entry for path in last for entry in entries_of(path) if entry.file.startswith("captures/")
        }

    def run(self) -> Saved:
        self._part.mkdir()
        try:
            # First the database, then the files that it names: they were there before it.
            copy_database(self._holdings.database, self._part / "archive.db")
            with (self._part / MANIFEST).open("w", encoding="utf-8") as lines:
                self._write(lines)
            _sync(self._part / MANIFEST)
            for folder in self._folders:
                sync_folder(folder)
            sync_folder(self._part)
            self._part.rename(self._snapshot)
            sync_folder(self._snapshot.parent)
        except BaseException:
            shutil.rmtree(self._part, ignore_errors=True)
            raise
        return self._saved

    def _write(self, lines: TextIO) -> None:
        for entry in self._entries():
            lines.write(line_of(entry))
            self._saved.files += 1
            self._saved.bytes += entry.bytes
            self._progress("files", 1)

    def _entries(self) -> Iterator[Entry]:
        with open_copy(self._part / "archive.db") as copy:
            yield from self._images(copy)
            yield from self._captures(copy)
        yield from self._own()
        # Closed by now: what SQLite put beside it is gone.
        _sync(self._part / "archive.db")
        size, sha256 = digest_file(self._part / "archive.db")
        yield Entry("archive.db", size, sha256, "./archive.db")

    def _images(self, copy: Database) -> Iterator[Entry]:
        for path, size, sha256 in copy.conn.execute(_IMAGES):
            found = self._holdings.media / path if path else _unshown(self._holdings.media, sha256)
            if found is None:
                self._saved.missing.append(f"media/{sha256[:2]}/{sha256}")
                continue
            file = f"media/{found.relative_to(self._holdings.media)}"
            kept = self._backup / file
            if kept.is_file() and (size is None or kept.stat().st_size == size):
                yield Entry(file, kept.stat().st_size, sha256, file)
            elif (entry := self._copied(found, file, None, sha256)) is not None:
                yield entry

    def _captures(self, copy: Database) -> Iterator[Entry]:
        for name, length in copy.conn.execute(_FILES):
            file, source = f"captures/{name}", self._holdings.captures / name
            known = self._known.get(file)
            try:
                changed = source.stat().st_mtime_ns
            except FileNotFoundError:
                self._saved.missing.append(file)
                continue
            is_known = known and (known.bytes, known.changed) == (length, changed)
            if known and is_known and (self._backup / known.kept).is_file():
                yield known
            elif (entry := self._copied(source, file, length, None, changed)) is not None:
                yield entry

    def _copied(self, source: Path, file: str, most: int | None, sha256: str | None, changed: int = 0) -> Entry | None:
        """Copy a file under its digest; None where its bytes are not those that it must have."""
        part = self._backup / f"{file.partition('/')[0]}/new/{source.name}{_PART}"
        try:
            size, found = copy_durably(source, part, most)
        except FileNotFoundError:
            self._saved.missing.append(file)
            return None
        if (sha256 and found != sha256) or (most is not None and size < most):
            part.unlink()
            self._saved.missing.append(f"{file} (damaged: `newsarchive verify` says how)")
            return None
        # A capture file has its digest in its place, for it grows, and a takedown changes it.
        kept = self._backup / (file if sha256 else f"captures/{found[:16]}/{source.name}")
        kept.parent.mkdir(parents=True, exist_ok=True)
        part.replace(kept)
        self._folders |= {kept.parent, kept.parent.parent}
        self._saved.new_files += 1
        self._saved.new_bytes += size
        self._progress("bytes copied", size)
        return Entry(file, size, found, str(kept.relative_to(self._backup)), changed)

    def _own(self) -> Iterator[Entry]:
        for pattern in _OWN:
            for path in sorted(self._holdings.root.glob(pattern)):
                file = str(path.relative_to(self._holdings.root))
                size, sha256 = copy_durably(path, self._part / "workspace" / file)
                # It may hold passwords, and is nobody else's to read if the original is not.
                shutil.copymode(path, self._part / "workspace" / file)
                yield Entry(file, size, sha256, f"./workspace/{file}")


def _name_after(last: str) -> str:
    """Return a new snapshot's name, the time to the millisecond; after the last one's, whatever the clock says."""
    digits = "".join(filter(str.isdecimal, timestamp(utc_now())[:23]))
    number = max(int(digits), int("".join(filter(str.isdecimal, last)) or 0) + 1)
    return f"{str(number)[:8]}T{str(number)[8:]}Z"


def _unshown(media: Path, sha256: str) -> Path | None:
    return next((path for path in (media / sha256[:2]).glob(f"{sha256}.*") if _PART not in path.name), None)


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def prune(backup: Path, keep: int) -> list[str]:
    """Remove the oldest snapshots beyond so many, and the files that no snapshot names any more."""
    gone = snapshots_of(backup)[:-keep]
    if not gone:
        return []
    for path in gone:
        part = path.with_name(f"{path.name}{_PART}")
        path.rename(part)
        shutil.rmtree(part)
    named = {entry.kept for path in snapshots_of(backup) for entry in entries_of(path)}
    for path in (*backup.glob("media/*/*"), *backup.glob("captures/*/*")):
        if path.is_file() and str(path.relative_to(backup)) not in named:
            path.unlink()
    return [path.name for path in gone]
