"""What a search would take along, and in which forms: the page of exports, and the files themselves."""

import shutil
import threading
import zipfile
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO, Self

from sqlite_utils import Database

from archive.db import open_archive
from archive.errors import TooMuchError
from archive.export.choosing import WITHDRAWN, named
from archive.export.exporting import Format, Wish, export_from
from archive.holdings import Holdings
from archive.reading_room.asked import Asked
from archive.reading_room.searching import Piece, pointed
from archive.search import Problem, Total, ask

_MOST_BYTES = 1_000_000_000
_LOOKS = 25


@dataclass(frozen=True, slots=True)
class Form:
    """A form in which articles are taken along, and how many of them at once."""

    name: Format
    ending: str
    mime: str
    most: int
    what: str


_FORMS = (
    Form("jsonl", ".jsonl", "application/x-ndjson", 2_000, "all that is known, an article a line, for programs"),
    Form("csv", ".csv", "text/csv; charset=utf-8", 2_000, "a table for spreadsheets"),
    Form("markdown", ".zip", "application/zip", 1_000, "a folder of readable texts with their pictures, zipped"),
    Form("wacz", ".wacz", "application/wacz", 200, "the captured pages of every version, for ReplayWeb.page"),
    Form("warc", ".warc.gz", "application/warc", 200, "the captured records of every version, for other archives"),
)
FORMS: dict[str, Form] = {form.name: form for form in _FORMS}


@dataclass(frozen=True, slots=True)
class Taking:
    """What would be taken: how many articles, and what is wrong with the query, as its pieces and in words."""

    asked: Asked
    total: Total
    query: tuple[Piece, ...] = ()
    problems: Sequence[Problem] = ()


@dataclass(frozen=True, slots=True)
class Parcel:
    """A file that is ready, of no name any more: it is gone when it is closed; `problems` could not be read."""

    file: BinaryIO
    bytes: int
    articles: int
    problems: tuple[str, ...]


class ReaderLeftError(Exception):
    """Nobody waits for the file any more."""


def read_taking(db: Database, asked: Asked) -> Taking:
    """Return what an export of a search would take; raises NotFoundError for an address that is no article's."""
    ids = named(db, asked.text.split()) if asked.text else []
    if ids:
        kept = db.conn.execute(
            f"SELECT count(DISTINCT id) FROM articles WHERE id IN ({','.join('?' * len(ids))}) AND state <> ?",  # noqa: S608
            (*ids, WITHDRAWN),
        ).fetchone()
        return Taking(asked, Total(kept[0]))
    answer = ask(db, asked.text, asked.filters, sort="newest", limit=1)
    return Taking(asked, answer.total, pointed(asked.text, answer.problems), answer.problems)


def make_parcel(database: Path, asked: Asked, form: Form, left: threading.Event) -> Parcel:
    """Export what a search finds into a file that no folder holds any more; it takes what it takes.

    Raises TooMuchError, ReaderLeftError soon after `left` is set, and what an export raises.
    """
    with (
        TemporaryDirectory(prefix="newsarchive-export-") as folder,
        closing(open_archive(database, readonly=True)) as db,
    ):
        path = Path(folder) / f"articles{'' if form.name == 'markdown' else form.ending}"
        wish = Wish(form.name, path, tuple(asked.text.split()), asked.filters, most=form.most)
        watch = _Watch(Path(folder), left)
        outcome = export_from(db, Holdings(database.parent), wish, lambda _what, _number: watch)
        made = _zipped(path) if path.is_dir() else path
        # Where the archive lies on its machine is nothing for readers.
        problems = tuple(problem.replace(f"{database.parent}/", "") for problem in outcome.problems)
        # An open file outlives its name.
        return Parcel(made.open("rb"), made.stat().st_size, outcome.articles, problems)


@dataclass(slots=True)
class _Watch:
    """Stops an export whose reader has left, or whose file grows too large."""

    folder: Path
    left: threading.Event
    _calls: int = 0

    def __enter__(self) -> Self:
        self.advance(0)
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def advance(self, number: int = 1) -> None:  # noqa: ARG002 (what is told of progress)
        """Look whether to go on."""
        if self.left.is_set():
            raise ReaderLeftError
        self._calls += 1
        if self._calls % _LOOKS == 0 and _size(self.folder) > _MOST_BYTES:
            raise TooMuchError(f"the file grows over {_MOST_BYTES / 1e9:g} GB, more than is handed out at once")


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _zipped(folder: Path) -> Path:
    """Return a ZIP file of a folder; its files go one by one, each gone when it is in."""
    target = folder.with_suffix(".zip")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            packed.write(path, path.relative_to(folder))
            path.unlink()
    shutil.rmtree(folder)
    return target
