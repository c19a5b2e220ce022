"""What a citation says of a version: who wrote it, where and when it stood, when it was captured, and the digest."""

import datetime as dt
from dataclasses import dataclass

from sqlite_utils import Database

from archive.errors import NotFoundError
from archive.export.content import captures_of, version_id
from archive.export.lines import sha256_of
from archive.model import Stamp
from archive.reader import Record, read_article


@dataclass(frozen=True, slots=True)
class Reference:
    """One version of an article as it is cited; `key` is the same whenever and wherever it is cited."""

    key: str
    title: str
    byline: tuple[str, ...]
    outlet: str
    published: Stamp | None
    updated: Stamp | None
    url: str
    accessed: dt.date
    captured: str
    version: int
    sha256: str | None
    language: str | None
    gone_since: str | None = None
    same_as: int | None = None

    @property
    def day(self) -> dt.date | None:
        """The day that the version bears: that of its update where it is another, else that of its publication."""
        days = [stamp.day for stamp in (self.updated, self.published) if stamp and stamp.day]
        return days[0] if days else None

    @property
    def note(self) -> str:
        """What no other field of a citation says: version, dates, capture, digest, and whether the page is gone."""
        said = [f"Version {self.version}"]
        if self.same_as:
            said.append(f"says the same as version {self.same_as}")
        for name, stamp in (("published", self.published), ("updated", self.updated)):
            if stamp:
                said.append(f"{name} {stamp.stored or stamp.raw}")
        said.append(f"captured {self.captured}")
        if self.gone_since:
            said.append(f"no longer at this address since {self.gone_since}")
        if self.sha256:
            said.append(f"SHA-256 {self.sha256}")
        return "; ".join(said)


def read_reference(db: Database, name: str, number: int | None = None) -> Reference:
    """Return what a citation of an article's version says.

    Raises NotFoundError where there is no such version, or where it was taken down.
    """
    record = read_article(db, name, number)
    row = record.row
    shown = [each for each in captures_of(db, version_id(record)) if each["position"] == 1]
    if not shown:
        raise NotFoundError(f"no capture shows version {record.number} of article {name} any more: it was taken down")
    (outlet,) = db.conn.execute("SELECT name FROM sites WHERE id = ?", (row["site_id"],)).fetchone()
    article, captured = record.article, str(shown[0]["fetched_at"])
    return Reference(
        key=f"{row['key']}-v{record.number}",
        title=article.title or "(untitled)",
        byline=article.byline,
        outlet=outlet,
        published=article.published,
        updated=article.updated,
        url=shown[0]["url"],
        accessed=dt.date.fromisoformat(captured[:10]),
        captured=f"{captured[:19]}Z",
        version=record.number,
        sha256=sha256_of(shown),
        language=article.language,
        gone_since=_gone_since(db, record),
        same_as=_same_as(record),
    )


def _gone_since(db: Database, record: Record) -> str | None:
    """Return the day from which an article's address said that there is nothing, None where it is there."""
    if record.row["state"] != "gone":
        return None
    (at,) = db.conn.execute(
        "SELECT max(at) FROM events WHERE article_id = ? AND kind = 'gone' AND withdrawn IS NULL", (record.row["id"],)
    ).fetchone()
    return str(at or record.row["last_seen"])[:10]


def _same_as(record: Record) -> int | None:
    numbers = {version["id"]: int(version["number"]) for version in record.versions}
    own = next(version for version in record.versions if version["number"] == record.number)
    return numbers.get(own["same_as"])
