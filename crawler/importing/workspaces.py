"""Another newsarchive workspace as what is imported: its captures with their time, and its versions as they are.

Its pages are not read again: what its versions say, with the rules, corrections and readers on record, comes over.
"""

import datetime as dt
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from archive import media
from archive.db import open_archive
from archive.errors import ArchiveError, LockedError
from archive.events import retell
from archive.holdings import Holdings
from archive.identity import article_key, normalise
from archive.keys import place_in_sections
from archive.model import Article, SiteRow, Stamp
from archive.reader import version_content
from archive.readings import Reading
from archive.storing import ArticleUnit
from archive.units import CaptureRef, Desk, FetchedImage, Unit
from archive.versions import KeptImage
from crawler.importing.evidence import EPOCH, Evidence, instant_of
from crawler.importing.intake import Intake
from crawler.importing.reading import ReadSums
from crawler.importing.run import SiteRun
from crawler.importing.sources import Left, Source, sources_of
from crawler.importing.storing import keep_later, kind_of, ledger_row
from crawler.workspace import Workspace

# What people and the crawl have noted of an article, where both archives have the table.
_BESIDE = ("tags", "notes", "edits", "absences")
_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)$")
_SLICE = 200


@dataclass(frozen=True, slots=True)
class OtherArchive:
    """Where another archive lies."""

    holdings: Holdings

    def opened(self) -> Database:
        """Open it to be read; raises ArchiveError."""
        return open_archive(self.holdings.database, readonly=True)


def take_workspace(intake: Intake, source: Source, left: list[Left]) -> OtherArchive | None:
    """Take another workspace's captures, records and media in; None where it cannot be read."""
    other = OtherArchive(Holdings(source.path.parent))
    if other.holdings.database.samefile(intake.workspace.holdings.database):
        left.append(Left(source.name, "it is this archive itself; nothing of it is missing here", is_damage=True))
        return None
    intake.reads = False
    try:
        with closing(other.opened()) as db:
            for path in sorted(other.holdings.captures.glob("*.warc.gz")):
                for found in sources_of(path):
                    if isinstance(found, Source):
                        intake.take(found)
            for found_image in _media_captures(db, other.holdings.media, left):
                intake.take_evidence(found_image, source)
    except ArchiveError as error:
        left.append(Left(source.name, str(error), is_damage=True))
        return None
    finally:
        intake.reads = True
    return other


def _media_captures(db: Database, folder: Path, left: list[Left]) -> Iterator[Evidence]:
    """Yield the captures whose bytes lie among the media."""
    after = 0
    while rows := db.conn.execute(
        "SELECT id, url, fetched_at, status, mime, headers, digest FROM captures WHERE file IS NULL AND id > ? "
        "AND withdrawn IS NULL AND revisit_of IS NULL ORDER BY id LIMIT ?",
        (after, _SLICE),
    ).fetchall():
        for _, url, at, status, mime, headers, digest in rows:
            image = _bytes_of(folder, digest)
            if image is None:
                left.append(Left(f"{folder}", f"the bytes of {url} ({digest}) are missing", is_damage=True))
                continue
            fields = [("WARC-Type", "response"), ("WARC-Target-URI", url), ("WARC-Date", at)]
            yield Evidence(
                "response", url, instant_of(at) or EPOCH, fields, b"", digest, status,
                tuple((name, value) for name, value in json.loads(headers or "[]")), mime, image,
            )  # fmt: skip
        after = rows[-1][0]


def _bytes_of(folder: Path, digest: str | None) -> tuple[media.ImageInfo, bytes] | None:
    sha256 = (digest or "").removeprefix("sha256:")
    path = next((folder / sha256[:2]).glob(f"{sha256}.*"), None) if sha256 else None
    data = path.read_bytes() if path else b""
    info = media.identify(data)
    return (info, data) if info else None


def read_workspace(workspace: Workspace, other: OtherArchive, sums: ReadSums) -> None:
    """Store another archive's versions, by site; what is stored already is left as it is."""
    with (
        closing(other.opened()) as theirs,
        closing(open_archive(workspace.holdings.database, readonly=True)) as ours,
    ):
        for site in _sites(theirs):
            own = workspace.site(site.id).row if site.id in workspace.site_ids() else site
            copying = _Copying(workspace, ours, theirs, sums)
            try:
                with SiteRun(
                    workspace.holdings, own, workspace.config.revisit.policy, on_commit=copying.committed,
                    counts=copying.summed,
                ) as run:  # fmt: skip
                    for unit in copying.units(site.id):
                        run.put(unit)
                sums.sites.append(site.id)
            except LockedError as error:
                sums.locked.append(str(error))


def _sites(db: Database) -> list[SiteRow]:
    rows = db.conn.execute(
        "SELECT id, name, url, language, timezone FROM sites WHERE id IN (SELECT site_id FROM articles) ORDER BY id"
    )
    return [
        SiteRow(site_id, name, url, language, zone, _sections(db, site_id))
        for site_id, name, url, language, zone in rows.fetchall()
    ]


def _sections(db: Database, site_id: str) -> tuple[tuple[str, str, str], ...]:
    return tuple(db.conn.execute("SELECT key, name, url FROM sections WHERE site_id = ?", (site_id,)).fetchall())


class _Copying:
    """The articles of one site on their way from one archive into another."""

    def __init__(self, workspace: Workspace, ours: Database, theirs: Database, sums: ReadSums) -> None:
        self._workspace, self._ours, self._theirs, self._sums = workspace, ours, theirs, sums
        tables = set(theirs.table_names()) & set(ours.table_names())
        self._beside = [table for table in _BESIDE if table in tables]
        self._outcomes: dict[str, str] = {}

    def _articles_of(self, site_id: str) -> Iterator[tuple[int, str]]:
        """Yield the articles in slices that leave no statement open: a crawl may be writing there."""
        last = -1
        sql = "SELECT id, url FROM articles WHERE site_id = ? AND id > ? ORDER BY id LIMIT 500"
        while rows := self._theirs.conn.execute(sql, (site_id, last)).fetchall():
            yield from rows
            last = rows[-1][0]

    def units(self, site_id: str) -> Iterator[Unit]:
        """Yield each time that an article was shown, in the order of time, then what was noted of it."""
        for article_id, url in self._articles_of(site_id):
            last: str | None = None
            for row in self._shown(article_id):
                unit = self._unit(url, *row)
                if unit is not None:
                    last = unit.unit.url
                    yield unit
            yield _BesideUnit(article_key(url), last, self._sections_of(article_id), self._noted(article_id))

    def _shown(self, article_id: int) -> list[tuple[int, int, str, str]]:
        rows = self._theirs.conn.execute(
            "SELECT versions.id, capture_id, parser, template FROM versions "
            "JOIN version_captures ON version_id = versions.id AND position = 1 "
            "WHERE article_id = ? ORDER BY version_captures.seen_at, capture_id",
            (article_id,),
        )
        return [(int(row[0]), int(row[1]), str(row[2]), str(row[3])) for row in rows.fetchall()]

    def _unit(self, identity: str, version_id: int, capture_id: int, parser: str, template: str) -> "_ShownUnit | None":
        """Return a fetch of an article as it was read there; None where it is here, or was withdrawn."""
        captures = [self._own(each) for each in self._pages(version_id, capture_id)]
        first = captures[0]
        if first is None or self._is_tied(first):
            return None
        article, kept = version_content(self._theirs, version_id)
        pages = [capture for capture in captures[1:] if capture]
        return _ShownUnit(
            ArticleUnit(
                url=_normal(first.url), identity=identity, own=identity, article=_with_offsets(article),
                captures=(first, *pages), images=tuple(self._image(each) for each in kept),
                reading=Reading(parser, template), pages=tuple(_normal(page.url) for page in pages),
            )
        )  # fmt: skip

    def _pages(self, version_id: int, capture_id: int) -> list[int]:
        """Return the captures of one fetch: its further pages came after the first, and before the next one's."""
        rows = self._theirs.conn.execute(
            "SELECT capture_id FROM version_captures WHERE version_id = ?1 AND position > 1 AND capture_id > ?2 "
            "AND capture_id < ifnull((SELECT min(capture_id) FROM version_captures WHERE version_id = ?1 "
            "AND position = 1 AND capture_id > ?2), 1 << 62) ORDER BY position",
            (version_id, capture_id),
        )
        return [capture_id, *(int(row[0]) for row in rows.fetchall())]

    def _own(self, capture_id: int) -> CaptureRef | None:
        """Return our capture of what is theirs."""
        row = self._theirs.conn.execute(
            "SELECT url, fetched_at, status, digest FROM captures WHERE id = ?", (capture_id,)
        ).fetchone()
        found = self._ours.conn.execute(
            "SELECT id FROM captures WHERE url = ? AND fetched_at = ? AND status IS ? AND digest IS ? "
            "AND withdrawn IS NULL",
            row,
        ).fetchone()
        if found is None:
            return None
        at = dt.datetime.fromisoformat(row[1])
        return CaptureRef(row[0], at, id=int(found[0]), digest=row[3], status=row[2] or 200)

    def _is_tied(self, capture: CaptureRef) -> bool:
        row = self._ours.conn.execute("SELECT 1 FROM version_captures WHERE capture_id = ?", (capture.id,))
        return row.fetchone() is not None

    def _image(self, kept: KeptImage) -> FetchedImage:
        url = kept.image.url or ""
        found = _bytes_of(self._workspace.holdings.media, kept.sha256) if kept.sha256 else None
        if found is None:
            return FetchedImage(url, error=kept.error or "not-imported", asked=False)
        info, data = found
        return FetchedImage(
            url, info=info, sha256=kept.sha256, path=media.relative_path(str(kept.sha256), info.mime),
            _size=len(data),
        )  # fmt: skip

    def _sections_of(self, article_id: int) -> list[tuple[str, str]]:
        return self._theirs.conn.execute(
            "SELECT key, first_seen FROM article_sections JOIN sections ON sections.id = section_id "
            "WHERE article_id = ?",
            (article_id,),
        ).fetchall()

    def _noted(self, article_id: int) -> list[tuple[str, dict[str, Any]]]:
        """Return the rows of other tables that belong to an article."""
        found: list[tuple[str, dict[str, Any]]] = []
        for table in self._beside:
            known = {column.name for column in self._ours.table(table).columns}
            rows = self._theirs.query(f"SELECT * FROM {table} WHERE article_id = ?", (article_id,))  # noqa: S608
            found += [(table, {name: row[name] for name in row if name in known and name != "id"}) for row in rows]
        return found

    def committed(self, batch: Sequence[Unit]) -> None:
        """Count what was written."""
        for unit in batch:
            if isinstance(unit, _ShownUnit):
                self._sums.articles[unit.kind] += 1
                name = unit.unit.url
                if self._outcomes.get(name) != "stored":
                    self._outcomes[name] = unit.unit.outcome or "unchanged"

    def summed(self) -> dict[str, int]:
        """Return the sums of the run."""
        said = list(self._outcomes.values())
        return {"discovered": len(said), "stored": said.count("stored"), "unchanged": said.count("unchanged")}


def _normal(url: str) -> str:
    try:
        return normalise(url)
    except ValueError:
        return url


def _with_offsets(article: Article) -> Article:
    """Give dates the offset again that they were printed with: it says on which day."""
    return replace(article, updated=_with_offset(article.updated), published=_with_offset(article.published))


def _with_offset(stamp: Stamp | None) -> Stamp | None:
    match = _OFFSET.search(stamp.raw) if stamp and stamp.precision == "instant" else None
    if stamp is None or match is None or not isinstance(stamp.value, dt.datetime):
        return stamp
    minutes = int(match[2]) * 60 + int(match[3])
    zone = dt.timezone(dt.timedelta(minutes=min(minutes, 1439) * (-1 if match[1] == "-" else 1)))
    return replace(stamp, value=stamp.value.astimezone(zone))


@dataclass(slots=True)
class _ShownUnit:
    """One time that an article was shown; it is not asked for again on the web."""

    unit: ArticleUnit
    kind: str = ""

    @property
    def weight(self) -> int:
        """Bytes of the article."""
        return self.unit.weight

    def write_files(self, desk: Desk) -> None:
        """Write the article's files."""
        self.unit.write_files(desk)

    def write_rows(self, desk: Desk) -> None:
        """Write the article's rows."""
        before = ledger_row(desk, self.unit.url)
        self.unit.write_rows(desk)
        keep_later(desk, self.unit, before)
        self.kind = kind_of(desk, self.unit)


@dataclass(frozen=True, slots=True)
class _BesideUnit:
    """What stands beside an article: its sections, tags, notes, corrections, and when it was not there."""

    key: str
    url: str | None
    sections: Sequence[tuple[str, str]]
    noted: Sequence[tuple[str, dict[str, Any]]]
    weight: int = 2000

    def write_files(self, desk: Desk) -> None:
        """Write nothing."""

    def write_rows(self, desk: Desk) -> None:
        """Write the rows that are not there yet."""
        row = desk.db.conn.execute("SELECT id FROM articles WHERE key = ?", (self.key,)).fetchone()
        if row is None:
            return
        article_id = int(row[0])
        for key, first_seen in self.sections:
            desk.db.conn.execute(
                "INSERT INTO article_sections(article_id, section_id, first_seen) "
                "SELECT ?, id, ? FROM sections WHERE site_id = ? AND key = ? ON CONFLICT DO NOTHING",
                (article_id, first_seen, desk.site_id, key),
            )
        for table, values in self.noted:
            _put_beside(desk, table, values | {"article_id": article_id})
        if any(table == "absences" for table, _ in self.noted):
            retell(desk.db, article_id, desk.policy)
        for (url_id,) in desk.db.conn.execute(
            "SELECT id FROM urls WHERE article_id = ? AND kind = 'article' LIMIT 1", (article_id,)
        ).fetchall():
            place_in_sections(desk.db, url_id=url_id)


def _put_beside(desk: Desk, table: str, values: dict[str, Any]) -> None:
    row = values | ({"run_id": desk.run_id} if "run_id" in values else {})
    same = " AND ".join(f"{name} IS ?" for name in values if name != "run_id")
    compared = [value for name, value in values.items() if name != "run_id"]
    if desk.db.conn.execute(f"SELECT 1 FROM {table} WHERE {same}", compared).fetchone() is None:  # noqa: S608
        names, marks = ", ".join(row), ", ".join("?" * len(row))
        desk.db.conn.execute(
            f"INSERT INTO {table}({names}) VALUES ({marks}) ON CONFLICT DO NOTHING",  # noqa: S608
            tuple(row.values()),
        )
