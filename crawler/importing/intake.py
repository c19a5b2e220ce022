"""An import's first half: every record of the files goes into the captures and the media, in the order of the files."""

import errno
import zlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from zipfile import BadZipFile

from sqlite_utils import Database

from archive.db import atomic
from archive.errors import ArchiveError
from archive.identity import normalise
from archive.model import SiteRow, timestamp, utc_now
from archive.units import Unit
from crawler.importing.evidence import EPOCH, Evidence, evidence_of, instant_of
from crawler.importing.keeping import From, ProgressUnit, PromoteUnit, RecordUnit
from crawler.importing.originals import waiting_of
from crawler.importing.parts import chunks_of, salvaged
from crawler.importing.records import Damage, RawRecord, Records
from crawler.importing.saved import saved_page
from crawler.importing.sites import Sites
from crawler.importing.sources import Source, modified
from crawler.importing.tape import Tape
from crawler.workspace import Workspace

# So many records may have to be looked at again after a kill.
_PROGRESS_EVERY = 200
_PROMOTED_AT_ONCE = 500


@dataclass(slots=True)
class Sums:
    """What the first half met: records by type, captures that were new or known, what a rule left out."""

    types: Counter[str] = field(default_factory=Counter)
    new: Counter[str] = field(default_factory=Counter)
    known: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    bytes: int = 0

    @property
    def records(self) -> int:
        """All records that were read."""
        return self.types.total()


@dataclass(frozen=True, slots=True)
class Filter:
    """What is left out by the user's wish."""

    only_known: bool = False
    articles_only: bool = False


@dataclass(slots=True)
class Intake:
    """Takes sources in: `db` is the caller's own connection, `put` queues units of one run."""

    workspace: Workspace
    sites: Sites
    filter: Filter
    db: Database
    put: Callable[[Unit], None]
    run_id: int
    on_bytes: Callable[[int], None] = lambda _done: None
    sums: Sums = field(default_factory=Sums)
    pending: set[str] = field(default_factory=set)
    imports: list[int] = field(default_factory=list)
    reads: bool = True
    _others: dict[str, int] = field(default_factory=dict)

    def take(self, source: Source) -> None:
        """Take one source in, from where a killed import of it stopped."""
        import_id, offset = self._begin(source)
        self.imports.append(import_id)
        damages: list[Damage] = []
        try:
            if source.kind == "page":
                self._take_page(source, import_id)
            else:
                offset = self._take_records(source, import_id, offset, damages)
        except (OSError, BadZipFile, zlib.error, EOFError) as error:
            if isinstance(error, OSError) and error.errno == errno.ENOSPC:
                raise ArchiveError(f"{source.name}: {error.strerror}; free space, then import again") from error
            said = (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__
            damages.append(Damage(offset, f"cannot be read on: {said}"))
        self.put(ProgressUnit(import_id, offset, tuple(damages), finished=True))

    def settle(self, flush: Callable[[], None]) -> int:
        """Let revisits find originals that came after them; return how many still wait."""
        flush()
        after, left = 0, 0
        while found := waiting_of(self.db, self.workspace.holdings.captures, after, _PROMOTED_AT_ONCE):
            unit = PromoteUnit(found)
            self.put(unit)
            flush()
            after = found[-1].imported_id
            left += len(found) - unit.promoted
        return left

    def committed(self, batch: Sequence[Unit]) -> None:
        """Forget what the archive knows from here on; called in the writer's thread."""
        for unit in batch:
            if isinstance(unit, RecordUnit):
                self.pending.discard(unit.found.key)

    def _begin(self, source: Source) -> tuple[int, int]:
        """Return the import's row, and where in the file it goes on."""
        known = (source.name, source.size, modified(source))
        with atomic(self.db):
            self.db.conn.execute(
                "INSERT INTO imports(path, size, mtime, state, run_id, started) VALUES (?, ?, ?, 'running', ?, ?) "
                "ON CONFLICT DO UPDATE SET offset = iif(state = 'running', offset, 0), state = 'running', "
                "run_id = excluded.run_id, started = excluded.started, finished = NULL",
                (*known, self.run_id, timestamp(utc_now())),
            )
            row = self.db.conn.execute(
                "SELECT id, offset FROM imports WHERE path = ? AND size = ? AND mtime = ?", known
            ).fetchone()
        return int(row[0]), int(row[1])

    def _take_page(self, source: Source, import_id: int) -> None:
        for raw in saved_page(source, self._most_bytes):
            self._take(raw, From(import_id, 0), source)
        self.on_bytes(source.size)

    def _take_records(self, source: Source, import_id: int, start: int, damages: list[Damage]) -> int:
        """Take the records of a file in; return the offset up to which they were."""
        at, number = start, 0
        with source.open() as file:
            chunks, packed = (salvaged(file), True) if source.kind == "salvage" else chunks_of(file, start)
            records = Records(Tape(chunks), packed=packed)
            for raw in records:
                self.on_bytes(raw.offset - at)
                at = raw.offset
                number += 1
                flaws = self._take(raw, From(import_id, raw.offset), source)
                damages += [*records.damages, *flaws]
                records.damages.clear()
                if number % _PROGRESS_EVERY == 0:
                    self.put(ProgressUnit(import_id, at, tuple(damages)))
                    damages.clear()
            damages += records.damages
        if not number and not start:
            damages.append(Damage(0, "no record is in it"))
        self.on_bytes(source.size - at)
        return at

    @property
    def _most_bytes(self) -> int:
        return int(self.workspace.config.crawl.max_megabytes * 1024 * 1024)

    def _take(self, raw: RawRecord, origin: From, source: Source) -> list[Damage]:
        """Queue a record unless it is known or left out; return what is wrong with it."""
        with raw.block:
            found = evidence_of(raw, self._most_bytes, instant_of(modified(source)) or EPOCH)
        self.sums.bytes += raw.length
        self._keep(found, origin)
        flaws = [*raw.damages, *(Damage(origin.offset, flaw) for flaw in found.flaws)]
        return [
            Damage(each.offset, f"{found.type} {found.url}: {each.reason}".replace("  ", " "), each.bytes)
            for each in flaws
        ]

    def take_evidence(self, found: Evidence, source: Source) -> None:
        """Take in what is no record of a file."""
        if source.name not in self._others:
            self._others[source.name] = self._begin(source)[0]
        self._keep(found, From(self._others[source.name], 0))

    def _keep(self, found: Evidence, origin: From) -> None:
        """Queue what is kept, and count it."""
        self.sums.types[found.type] += 1
        address = found.page or _address(found.url)
        site_id = self.sites.of(address) if address else None
        rule = self._left_out(found, is_of_site=site_id is not None)
        if rule:
            self.sums.skipped[rule] += 1
        elif self._is_known(found):
            self.sums.known += 1
        else:
            for note in found.notes:
                self.sums.skipped[f"cut: {note}"] += 1
            self.sums.new[found.type] += 1
            self.pending.add(found.key)
            self.put(RecordUnit(found, origin, site_id if found.state and self.reads else None))

    def _left_out(self, found: Evidence, *, is_of_site: bool) -> str | None:
        """Return the rule that leaves a record out, None where none does."""
        if self._is_withdrawn(found):
            return "withdrawn"
        if self.filter.only_known and not is_of_site and _is_of_web(found) and found.image is None:
            return "other-host"
        if self.filter.articles_only and found.image is None and not is_article(found):
            return "no-article"
        return None

    def _is_withdrawn(self, found: Evidence) -> bool:
        """Return whether an address was taken down: it does not come back with another tool's file."""
        row = self.db.conn.execute("SELECT 1 FROM captures WHERE url = ? AND withdrawn IS NOT NULL", (found.url,))
        return bool(found.url) and row.fetchone() is not None

    def _is_known(self, found: Evidence) -> bool:
        if found.key in self.pending:
            return True
        if self.db.conn.execute("SELECT 1 FROM imported WHERE key = ?", (found.key,)).fetchone():
            return True
        row = self.db.conn.execute(
            "SELECT 1 FROM captures WHERE url = ? AND fetched_at = ? AND status IS ? AND "
            "(digest = ? OR (? AND revisit_of IS NOT NULL))",
            (found.url, timestamp(found.at), found.status, found.digest, found.type == "revisit"),
        ).fetchone()
        return row is not None


def _address(url: str) -> str | None:
    try:
        return normalise(url)
    except ValueError:
        return None


def _is_of_web(found: Evidence) -> bool:
    return found.url.lower().startswith(("http:", "https:"))


def is_article(found: Evidence) -> bool:
    """Return whether a record holds an article, read by the general rules."""
    from crawler.importing.verdict import verdict_of_block  # noqa: PLC0415 (the parser is needed for this wish alone)

    return found.state == "page" and (found.type == "revisit" or verdict_of_block(found) == "")


IMPORT_SITE = SiteRow("import", "Imported files", "https://import.invalid/", None, None, ())
