"""Verifying an archive: the database on a copy, then the files, those first that were verified longest ago."""

import json
import os
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from archive.db import atomic, copy_database, open_archive, open_copy
from archive.fixity import rows
from archive.fixity.damage import Damage
from archive.fixity.files import Known, Seen, check_image, check_unshown, check_warc
from archive.holdings import Holdings
from archive.model import timestamp, utc_now

_BATCH = 200
# What a value that is no more what it was may lead to.
_BROKEN = (sqlite3.DatabaseError, UnicodeError, ValueError, TypeError, LookupError, ArithmeticError, RuntimeError)
_NAMES_IMAGE = (
    "SELECT 1 FROM images WHERE sha256 = ?2 AND path = ?1 "
    "UNION ALL SELECT 1 FROM captures WHERE digest = 'sha256:' || ?2 AND withdrawn IS NULL"
)
_NAMES_CAPTURE = (
    "SELECT 1 FROM captures WHERE file = ?1 UNION ALL SELECT 1 FROM records WHERE file = ?1 "
    "UNION ALL SELECT 1 FROM runs WHERE state = 'running' AND ?2 IS NOT NULL"
)
_IMAGES_OF_SITE = (
    "WHERE images.id IN (SELECT image_id FROM article_images JOIN articles ON articles.id = article_id "
    "WHERE site_id = ?1)"
)
_CAPTURES_OF_SITE = "AND run_id IN (SELECT id FROM runs WHERE site_id = ?1)"
_WORKING = re.compile(r"\.verify-(\d+)")
Progress = Callable[[str, int], None]


@dataclass(slots=True)
class Verification:
    """What was verified, how many of each, what is damaged, and what is there that nobody names."""

    scope: str
    started: str = field(default_factory=lambda: timestamp(utc_now()))
    checked: dict[str, int] = field(default_factory=lambda: {"images": 0, "captures": 0, "bytes": 0, "versions": 0})
    chain: rows.ChainState = field(default_factory=rows.ChainState)
    damages: list[Damage] = field(default_factory=list)
    orphans: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {
            "scope": self.scope, "started": self.started, "checked": self.checked,
            "chain": {"captures": self.chain.captures, "head": self.chain.head, "run": self.chain.run},
            "damages": [damage.as_dict() for damage in self.damages], "orphans": self.orphans,
        }  # fmt: skip


def verify(
    holdings: Holdings, *, sample: int | None = None, site_id: str | None = None,
    progress: Progress = lambda _what, _number: None,
) -> Verification:  # fmt: skip
    """Read an archive against its digests, and write down what was verified when.

    With `sample`, so many files, those first that were verified longest ago; the database is verified whole. Raises
    ArchiveError where the archive cannot be opened or copied.
    """
    open_archive(holdings.database).close()
    scope = [f"site {site_id}"] * (site_id is not None) + [f"sample {sample}"] * (sample is not None)
    found = Verification(" ".join(scope) or "all")
    clear_workings(holdings)
    folder = holdings.root / f".verify-{os.getpid()}"
    folder.mkdir()
    try:
        copy_database(holdings.database, folder / "archive.db")
        with open_copy(folder / "archive.db") as copy:
            _Verifier(holdings, copy, found, site_id, progress).run(sample)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return found


def clear_workings(holdings: Holdings) -> None:
    """Remove the copies that killed verifications left."""
    for path in holdings.root.glob(".verify-*"):
        owner = _WORKING.fullmatch(path.name)
        if owner and not _lives(int(owner[1])):
            shutil.rmtree(path, ignore_errors=True)


def _lives(pid: int) -> bool:
    return pid != os.getpid() and Path(f"/proc/{pid}").exists()


class _Verifier:
    """One verification at work."""

    def __init__(
        self, holdings: Holdings, copy: Database, found: Verification, site_id: str | None, progress: Progress
    ) -> None:
        self._holdings, self._copy, self._found = holdings, copy, found
        self._site_id, self._progress = site_id, progress
        self._seen: list[Seen] = []
        self._may_write = True

    def run(self, sample: int | None) -> None:
        self._database()
        # Nothing is written into a database that is damaged itself.
        self._may_write = not any(damage.kind == "database" for damage in self._found.damages)
        self._guarded(lambda: self._files(sample))
        if sample is None and self._site_id is None:
            self._guarded(self._unnamed)
        self._log()

    def _database(self) -> None:
        copy, found = self._copy, self._found

        def counted(number: int) -> None:
            found.checked["versions"] += number
            self._progress("versions", number)

        for check in (
            lambda: rows.check_database(copy),
            lambda: rows.check_chain(copy, found.chain),
            lambda: rows.check_captures(copy),
            lambda: rows.check_takedowns(copy),
            lambda: rows.check_versions(copy, self._site_id, counted),
            lambda: rows.check_articles(copy, self._site_id),
        ):
            self._guarded(check)

    def _guarded(self, check: Callable[[], Iterator[Damage]]) -> None:
        """Take what a check finds; where the database itself stops it, that is what is wrong."""
        try:
            self._found.damages.extend(check())
        except _BROKEN as error:
            said = Damage("database", f"a check ended early: {type(error).__name__}: {error}")
            if said not in self._found.damages:
                self._found.damages.append(said)

    def _files(self, sample: int | None) -> Iterator[Damage]:
        for kind, name in self._chosen(sample):
            seen = self._read(kind, name)
            self._found.checked["bytes"] += seen.bytes
            yield from seen.damages
            self._note(seen)
        if sample is None:
            yield from self._unshown()
        self._flush()

    def _chosen(self, sample: int | None) -> Iterator[tuple[str, Any]]:
        """Yield what is to be read: images by id, WARC files by name; of a sample those verified longest ago."""
        of_site = (_IMAGES_OF_SITE, _CAPTURES_OF_SITE) if self._site_id else ("WHERE ?1 IS NULL", "")
        named = (
            f"SELECT 'image' AS kind, id AS name, 'media/' || path AS file FROM images {of_site[0]} "  # noqa: S608
            f"UNION ALL SELECT DISTINCT 'capture', file, 'captures/' || file FROM captures WHERE file IS NOT NULL "
            f"{of_site[1]}"
        )
        if sample is not None:
            named = (
                f"SELECT kind, name, file FROM ({named}) LEFT JOIN fixity USING (file) "  # noqa: S608
                "ORDER BY ifnull(verified_at, ''), file LIMIT ?2"
            )
        rows_of = self._copy.conn.execute(named, (self._site_id, sample)[: 1 if sample is None else 2])
        yield from ((kind, name) for kind, name, _ in rows_of)

    def _read(self, kind: str, name: Any) -> Seen:
        try:
            return self._image(name) if kind == "image" else self._warc(name)
        except (StopIteration, *_BROKEN) as error:
            said = f"the row that names {name!r} cannot be read: {type(error).__name__}: {error}"
            return Seen(str(name), 0, "", (Damage("database", said),))

    def _image(self, image_id: int) -> Seen:
        row = next(iter(self._copy.query("SELECT * FROM images WHERE id = ?", (image_id,))))
        self._found.checked["images"] += 1
        self._progress("images", 1)
        return check_image(self._copy, self._holdings.media, row)

    def _warc(self, name: str) -> Seen:
        known = self._copy.conn.execute(
            "SELECT bytes, sha256 FROM fixity WHERE file = ?", (f"captures/{name}",)
        ).fetchone()
        (number,) = self._copy.conn.execute("SELECT count(*) FROM captures WHERE file = ?", (name,)).fetchone()
        self._found.checked["captures"] += number
        return check_warc(
            self._copy, self._holdings.captures, name, Known(*known) if known else None,
            lambda number: self._progress("bytes of captures", number),
        )  # fmt: skip

    def _unshown(self) -> Iterator[Damage]:
        """Yield what is wrong with images that were fetched and stand in no article yet."""
        rows_of = self._copy.conn.execute(
            "SELECT digest, url FROM captures WHERE file IS NULL AND revisit_of IS NULL AND withdrawn IS NULL "
            "AND digest IS NOT NULL AND substr(digest, 8) NOT IN (SELECT sha256 FROM images)"
        )
        for digest, url in rows_of:
            yield from check_unshown(self._holdings.media, digest, url)

    def _unnamed(self) -> Iterator[Damage]:
        """Note the files that nobody names; what a run is just writing may not be named yet."""
        media, captures = self._holdings.media, self._holdings.captures
        for folder, known in ((media, _NAMES_IMAGE), (captures, _NAMES_CAPTURE)):
            for path in folder.rglob("*"):
                name = str(path.relative_to(folder))
                if path.is_file() and not self._copy.conn.execute(known, (name, path.stem)).fetchone():
                    self._found.orphans.append(f"{folder.name}/{name}")
        return iter(())

    def _note(self, seen: Seen) -> None:
        self._seen.append(seen)
        if len(self._seen) >= _BATCH:
            self._flush()

    def _flush(self) -> None:
        if self._seen and self._may_write:
            at = timestamp(utc_now())
            with closing(open_archive(self._holdings.database)) as db, atomic(db):
                for seen in self._seen:
                    _write_fixity(db, seen, at)
        self._seen.clear()

    def _log(self) -> None:
        found = self._found
        if not self._may_write:
            return
        said = [damage.as_dict() for damage in found.damages]
        with closing(open_archive(self._holdings.database)) as db, atomic(db):
            db.conn.execute(
                "INSERT INTO verifications(started, finished, scope, checked, damages) VALUES (?, ?, ?, ?, ?)",
                (found.started, timestamp(utc_now()), found.scope, json.dumps(found.checked),
                 json.dumps(said, ensure_ascii=True)),
            )  # fmt: skip


def _write_fixity(db: Database, seen: Seen, at: str) -> None:
    """Write when a file was verified; of a damaged one, what it was before stays."""
    if seen.damages:
        db.conn.execute(
            "UPDATE fixity SET damaged_at = ifnull(damaged_at, ?1), verified_at = ?1 WHERE file = ?2", (at, seen.file)
        )
        return
    db.conn.execute(
        "INSERT INTO fixity(file, bytes, sha256, verified_at) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
        "bytes = excluded.bytes, sha256 = excluded.sha256, verified_at = excluded.verified_at, damaged_at = NULL",
        (seen.file, seen.bytes, seen.sha256, at),
    )
