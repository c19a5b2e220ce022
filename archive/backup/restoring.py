"""Reading a backup back: every file against its digest, into a new workspace; the database last."""

import shutil
from collections.abc import Callable
from pathlib import Path

from archive.backup.manifest import copy_durably, digest_file, entries_of, latest, snapshots_of
from archive.errors import ArchiveError, UsageError
from archive.holdings import Holdings
from archive.media import sync_folder

Progress = Callable[[str, int], None]
_DATABASE = "archive.db"


def check(backup: Path, progress: Progress = lambda _what, _number: None) -> list[str]:
    """Read all that a backup's snapshots name; return what is not as it was. Raises UsageError where there is none."""
    latest(backup)
    bad: list[str] = []
    seen: set[bytes] = set()
    for snapshot in reversed(snapshots_of(backup)):
        for entry in entries_of(snapshot):
            path = entry.path(backup, snapshot)
            mark = bytes.fromhex(entry.sha256)
            if mark in seen and not entry.kept.startswith("./"):
                continue
            seen.add(mark)
            fault = _fault(path, entry.bytes, entry.sha256)
            progress("bytes", entry.bytes)
            if fault:
                bad.append(f"{path}: {fault}")
    return bad


def _fault(path: Path, size: int, sha256: str) -> str:
    try:
        found = digest_file(path)
    except OSError as error:
        return f"it cannot be read: {error.strerror}"
    return "" if found == (size, sha256) else f"it has {found[0]} bytes with the SHA-256 {found[1]}"


def restore(
    backup: Path, target: Path, name: str | None = None, progress: Progress = lambda _what, _number: None
) -> tuple[str, list[str]]:
    """Make a workspace of a snapshot, the last unless one is named; return its name and the files that it lacks.

    Raises UsageError where the target is not empty, ArchiveError where it cannot be written or the database is bad.
    """
    snapshot = latest(backup, name)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise UsageError(f"{target} is not empty; give a directory that is new")
    bad: list[str] = []
    try:
        target.mkdir(parents=True, exist_ok=True)
        Holdings(target).make()
        for entry in entries_of(snapshot):
            path = target / entry.file
            if not path.resolve().is_relative_to(target.resolve()):
                raise ArchiveError(f"{snapshot} names a file outside of a workspace: {entry.file!r}; do not use it")
            fault = _copy(entry.path(backup, snapshot), path, (entry.bytes, entry.sha256))
            progress("bytes", entry.bytes)
            if fault and entry.file == _DATABASE:
                raise ArchiveError(f"the database of {snapshot} is damaged: {fault}; use another --snapshot")
            if fault:
                bad.append(f"{entry.file}: {fault}")
    except OSError as error:
        raise ArchiveError(
            f"cannot restore to {target}: {error.strerror or error} ({error.filename}); free space or repair it"
        ) from error
    return snapshot.name, bad


def _copy(source: Path, path: Path, expected: tuple[int, str]) -> str:
    """Copy one file; what is not as it was does not come into the workspace. Return what is wrong with it."""
    part = path.with_name(f"{path.name}.part")
    if not source.is_file():
        return "the backup does not have it"
    found = copy_durably(source, part)
    if found != expected:
        part.unlink()
        return f"it has {found[0]} bytes with the SHA-256 {found[1]} in the backup"
    shutil.copystat(source, part)
    part.replace(path)
    sync_folder(path.parent)
    return ""
