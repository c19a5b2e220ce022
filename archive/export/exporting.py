"""One export from its beginning to its end: what is chosen goes, in a format, to a place."""

import os
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Literal, Protocol, get_args

from sqlite_utils import Database

from archive.db import open_current
from archive.errors import ArchiveError, TooMuchError, UsageError
from archive.export.captures import take_captures
from archive.export.choosing import Choice, choose, chosen_ids
from archive.export.content import records_of, with_captures
from archive.export.placing import Tally, new_file, new_folder, write_manifest
from archive.holdings import Holdings
from archive.search import Filters

Format = Literal["wacz", "warc", "jsonl", "csv", "parquet", "markdown", "bagit"]
FORMATS: tuple[Format, ...] = get_args(Format)
STDOUT = Path("-")
_LINES = ("jsonl", "csv")
_READINGS = (*_LINES, "parquet", "markdown")
_ENDINGS = {"wacz": ".wacz", "warc": ".warc.gz"}


class Advancing(Protocol):
    """What is told of each that is done."""

    def advance(self, number: int = 1) -> None:
        """Count so many more."""


# Shows how far it is: what is counted, and how many there are.
Progress = Callable[[str, int], AbstractContextManager[Advancing]]


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be exported: the words and filters that choose, the format, the place, how."""

    format: Format
    path: Path
    words: tuple[str, ...] = ()
    filters: Filters = field(default_factory=Filters)
    all_versions: bool = False
    force: bool = False
    # More articles than so many are refused.
    most: int | None = None

    def __post_init__(self) -> None:
        if self.path == STDOUT and self.format not in _LINES:
            raise UsageError(f"{self.format} cannot be written to stdout; only {' and '.join(_LINES)} can")
        if self.all_versions and self.format not in _READINGS:
            raise UsageError(f"{self.format} always holds every version; leave --all-versions out")
        ending = _ENDINGS.get(self.format, "")
        if not self.path.name.endswith(ending):
            raise UsageError(f"{self.path} must end in {ending}: other tools know a {self.format.upper()} file by that")


@dataclass(slots=True)
class Outcome:
    """What was exported; what is `withdrawn` was taken down and left out, what is a `problem` could not be read."""

    format: Format
    path: str
    said: str
    articles: int
    withdrawn: int
    versions: int = 0
    records: int = 0
    withdrawn_captures: int = 0
    bytes: int = 0
    problems: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return asdict(self)


def export(database: Path, wish: Wish, progress: Progress) -> Outcome:
    """Export what is wished for; raises UsageError and ArchiveError."""
    with closing(open_current(database)) as db:
        return export_from(db, Holdings(database.parent), wish, progress)


def export_from(db: Database, holdings: Holdings, wish: Wish, progress: Progress) -> Outcome:
    """Export what is wished for from an archive that is open; raises UsageError and ArchiveError.

    The connection must be this export's own, which keeps tables of its own in it.
    """
    choice = choose(db, wish.words, wish.filters)
    if wish.most is not None and choice.articles > wish.most:
        raise TooMuchError(f"{choice.articles:,} articles are chosen; at most {wish.most:,} are handed out at once")
    outcome = Outcome(wish.format, str(wish.path), choice.said, choice.articles, choice.withdrawn)
    try:
        _WRITERS[wish.format](_Work(db, holdings, wish, choice, outcome, progress))
    except sqlite3.OperationalError as error:
        raise ArchiveError(
            f"cannot export from {holdings.database}: {error}; free space at {wish.path} and where SQLITE_TMPDIR says"
        ) from error
    return outcome


@dataclass(frozen=True, slots=True)
class _Work:
    db: Database
    holdings: Holdings
    wish: Wish
    choice: Choice
    outcome: Outcome
    progress: Progress

    def rows(self, on_article: Callable[[], None], *, all_versions: bool) -> Iterator[dict[str, Any]]:
        """Yield the chosen articles' versions as flat values."""
        for article_id in chosen_ids(self.db):
            for record in records_of(self.db, article_id, all_versions=all_versions):
                self.outcome.versions += 1
                yield with_captures(self.db, record)
            on_article()

    def take_captures(self) -> int:
        """Note which captures go along; return their number."""
        taken = take_captures(self.db, self.holdings.captures)
        self.outcome.withdrawn_captures = taken.withdrawn
        return taken.captures

    def new_file(self) -> AbstractContextManager[BinaryIO]:
        """Open the file that is wished for."""
        return new_file(self.wish.path, force=self.wish.force)


def _write_lines(work: _Work) -> None:
    if work.wish.path == STDOUT:
        try:
            _put_lines(work, sys.stdout.buffer)
            sys.stdout.buffer.flush()
        except BrokenPipeError:
            # Whoever reads has enough; Python would complain of it once more when it ends.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return
    with work.new_file() as file:
        _put_lines(work, file)


def _put_lines(work: _Work, file: BinaryIO) -> None:
    from archive.export.lines import write_csv, write_jsonl  # noqa: PLC0415

    tally = Tally(file)
    with work.progress("articles", work.choice.articles) as bar:
        rows = work.rows(bar.advance, all_versions=work.wish.all_versions)
        if work.wish.format == "csv":
            write_csv(rows, tally, bom=work.wish.path != STDOUT)
        else:
            write_jsonl(rows, tally)
    work.outcome.bytes = tally.bytes


def _write_parquet(work: _Work) -> None:
    from archive.export.parquet import write_parquet  # noqa: PLC0415

    with work.new_file() as file, work.progress("articles", work.choice.articles) as bar:
        write_parquet(work.rows(bar.advance, all_versions=work.wish.all_versions), file)
        work.outcome.bytes = file.tell()


def _write_markdown(work: _Work) -> None:
    from archive.export.markdown import MarkdownFolder  # noqa: PLC0415

    wish = work.wish
    with new_folder(wish.path, force=wish.force) as folder:
        made = MarkdownFolder(work.db, work.holdings, folder)
        with work.progress("articles", work.choice.articles) as bar:
            made.write(work.rows(bar.advance, all_versions=wish.all_versions), all_versions=wish.all_versions)
        work.outcome.problems += made.problems
        work.outcome.bytes = _size(folder)
        write_manifest(folder, {"selection": work.choice.said, "articles": work.choice.articles})


def _write_warc(work: _Work) -> None:
    from archive.export.warcs import WarcExport  # noqa: PLC0415

    with work.new_file() as file, work.progress("captures", work.take_captures()) as bar:
        warc = WarcExport(work.db, work.holdings, file)
        for _ in warc.write(work.choice.said, bar.advance):
            pass
        work.outcome.records, work.outcome.bytes = warc.records, warc.offset
        work.outcome.problems += warc.problems


def _write_wacz(work: _Work) -> None:
    from archive.export.wacz import write_wacz  # noqa: PLC0415

    with work.new_file() as file, work.progress("captures", work.take_captures()) as bar:
        result = write_wacz(work.db, work.holdings, file, work.choice.said, bar.advance)
        work.outcome.records, work.outcome.versions = result.records, result.pages
        work.outcome.problems += result.problems
        work.outcome.bytes = file.tell()


def _write_bag(work: _Work) -> None:
    from archive.export.bag import close_bag, files_of, fill_with_all, fill_with_chosen  # noqa: PLC0415

    wish, said = work.wish, work.choice.said
    with new_folder(wish.path, force=wish.force) as folder:
        if said:
            work.take_captures()
            with work.progress("articles", work.choice.articles) as bar:
                rows = work.rows(bar.advance, all_versions=True)
                warc = fill_with_chosen(work.db, work.holdings, folder, rows, said)
            work.outcome.records = warc.records
            work.outcome.problems += warc.problems
        else:
            with work.progress("files", files_of(work.db)) as bar:
                work.outcome.problems += fill_with_all(work.db, work.holdings, folder, bar.advance)
        work.outcome.bytes = _size(folder)
        close_bag(folder, said)


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


_WRITERS: dict[Format, Callable[[_Work], None]] = {
    "wacz": _write_wacz,
    "warc": _write_warc,
    "jsonl": _write_lines,
    "csv": _write_lines,
    "parquet": _write_parquet,
    "markdown": _write_markdown,
    "bagit": _write_bag,
}
