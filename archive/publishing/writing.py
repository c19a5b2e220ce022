"""Writing what is published: a copy as of one moment, loses what is private, is compacted, and gets its images."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from archive.backup.manifest import copy_durably, digest_file
from archive.datasette_plugin.defaults import as_values
from archive.datasette_plugin.descriptions import METADATA
from archive.db import copy_database, open_copy, open_current
from archive.errors import ArchiveError, UsageError
from archive.export.bag import copy_captures
from archive.export.placing import new_folder, write_manifest
from archive.holdings import Holdings
from archive.publishing.leaving_out import leave_out
from archive.seals import watch
from archive.upkeep import tidy

Progress = Callable[[str, int], None]
DATABASE, METADATA_FILE, INSPECTED, SETTINGS_FILE = "archive.db", "metadata.json", "inspect-data.json", "settings.json"


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be published: where to, under which title, and whether notes and WARC files go with it."""

    folder: Path
    title: str | None = None
    notes: bool = False
    captures: bool = False
    force: bool = False


@dataclass(slots=True)
class Published:
    """What was published; what is a `problem` could not be read, and is left out."""

    folder: str
    articles: int = 0
    images: int = 0
    bytes: int = 0
    sha256: str = ""
    problems: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return asdict(self)


def publish(holdings: Holdings, wish: Wish, progress: Progress = lambda _what, _number: None) -> Published:
    """Write a folder that Datasette serves as it is; it appears when it is whole.

    Raises UsageError for a folder that cannot be, ArchiveError where the archive cannot be read or the disk is full.
    """
    _refuse_place(holdings, wish.folder)
    with closing(open_current(holdings.database)) as db:
        _refuse_open_takedown(db)
    published = Published(str(wish.folder))
    with new_folder(wish.folder, force=wish.force) as folder:
        try:
            _write_database(holdings, wish, folder, progress)
            with open_copy(folder / DATABASE) as db:
                _describe(db, wish, folder, published)
                _add_files(db, holdings, wish, folder, published, progress)
        except sqlite3.Error as error:
            raise ArchiveError(
                f"cannot publish {holdings.database} to {wish.folder}: {error}; free space there, or run "
                "`newsarchive verify`"
            ) from error
    return published


def _refuse_place(holdings: Holdings, folder: Path) -> None:
    root, place = holdings.root.resolve(), folder.resolve()
    own = [holdings.database, holdings.captures, holdings.media, holdings.locks, root / "sites"]
    if root.is_relative_to(place) or any(place.is_relative_to(each.resolve()) for each in own):
        raise UsageError(f"{folder} is the workspace's own; give the name of a new folder")


def _refuse_open_takedown(db: Database) -> None:
    (number,) = db.conn.execute("SELECT count(*) FROM takedowns WHERE finished IS NULL").fetchone()
    if number:
        raise ArchiveError("a takedown is not finished; run `newsarchive takedown --finish`, then publish")


def _write_database(holdings: Holdings, wish: Wish, folder: Path, progress: Progress) -> None:
    working = folder / ".working.db"
    copy_database(holdings.database, working)
    progress("database copied", 1)
    with open_copy(working) as db:
        # Nobody else sees it: what a crash leaves is thrown away. Immutable files must not expect a log beside them.
        for pragma in ("journal_mode=DELETE", "journal_mode=OFF", "synchronous=OFF", "cache_size=-200000"):
            db.conn.execute(f"PRAGMA {pragma}")
        leave_out(db, notes=wish.notes, captures=wish.captures)
        watch(db)
        progress("private tables emptied", 1)
        for _ in tidy(db):
            progress("steps of the index merged", 1)
        db.conn.execute("VACUUM INTO ?", (str(folder / DATABASE),))
        progress("database compacted", 1)
    working.unlink()


def _describe(db: Database, wish: Wish, folder: Path, published: Published) -> None:
    """Write what Datasette reads beside the database, so that it neither counts nor guesses at the start."""
    names = [name for (name,) in db.conn.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()]
    counts = {name: db.conn.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}  # noqa: S608
    size, sha256 = digest_file(folder / DATABASE)
    tables = {name: {"name": name, "count": number} for name, number in counts.items()}
    inspected = {"archive": {"hash": sha256, "size": size, "file": DATABASE, "tables": tables}}
    metadata = ({"title": wish.title} if wish.title else {}) | {"databases": {"archive": METADATA}}
    for name, said in ((INSPECTED, inspected), (METADATA_FILE, metadata), (SETTINGS_FILE, as_values())):
        (folder / name).write_text(json.dumps(said, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    published.articles, published.sha256 = counts["articles"], sha256
    published.bytes = size
    write_manifest(folder, {"format": "datasette", "articles": published.articles, "sha256": sha256})


def _add_files(
    db: Database, holdings: Holdings, wish: Wish, folder: Path, published: Published, progress: Progress
) -> None:
    media = folder / "media"
    media.mkdir()
    for path, size, sha256 in db.conn.execute("SELECT path, bytes, sha256 FROM images ORDER BY id"):
        source, target = holdings.media / path, media / path
        if target.resolve().is_relative_to(media.resolve()) and _placed(source, target, (size, sha256)):
            published.images += 1
        else:
            published.problems.append(f"cannot publish the image {source}: it is missing or damaged")
        progress("images", 1)
    if wish.captures:
        published.problems += copy_captures(db, holdings, folder, lambda: progress("WARC files", 1))


def _placed(source: Path, target: Path, expected: tuple[int, str]) -> bool:
    """Give an image a second name, or copy it to another disk; return whether its bytes are what they must be."""
    if not source.is_file():
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        target.hardlink_to(source.resolve())
        found = digest_file(target)
    except OSError:
        found = copy_durably(source, target)
    if found != expected:
        target.unlink()
    return found == expected
