"""Units of an import's second half: what became of a page, and answers that an article is not there."""

from collections.abc import Sequence
from dataclasses import dataclass

from archive.events import note_absence, retell
from archive.storing import ArticleUnit
from archive.units import Desk
from crawler.importing.verdict import Page


@dataclass(slots=True)
class ImportedUnit:
    """What became of a page; an article where it holds one. Nothing of it is asked for again on the web."""

    page: Page
    rule: str = ""
    article: ArticleUnit | None = None
    kind: str = ""
    weight: int = 300

    def write_files(self, desk: Desk) -> None:
        """Write the article's files."""
        if self.article:
            self.article.write_files(desk)

    def write_rows(self, desk: Desk) -> None:
        """Write the article's rows and the page's mark; what the ledger knew of later visits stays."""
        if self.article:
            before = ledger_row(desk, self.article.url)
            self.article.write_rows(desk)
            self.kind = kind_of(desk, self.article)
            keep_later(desk, self.article, before)
            self.rule = self.article.outcome or ""
        desk.db.conn.execute("UPDATE imported SET state = ? WHERE id = ?", (self.rule, self.page.imported_id))


_LEDGER = (
    "fetched_at",
    "due_at",
    "etag",
    "last_modified",
    "digest",
    "failures",
    "cause",
    "missing_since",
    "failed_since",
)


def kind_of(desk: Desk, unit: ArticleUnit) -> str:
    """Return what an article's writing was: an article that has just its first version is new."""
    if unit.outcome != "stored":
        return "unchanged"
    (versions,) = desk.db.conn.execute(
        "SELECT count(*) FROM urls JOIN versions USING (article_id) WHERE site_id = ? AND url = ?",
        (desk.site_id, unit.url),
    ).fetchone()
    return "new" if versions == 1 else "changed"


def ledger_row(desk: Desk, url: str) -> tuple[str | None, ...] | None:
    """Return what the ledger knows of the visits of an address, None where there was none."""
    row: tuple[str | None, ...] | None = desk.db.conn.execute(
        f"SELECT {', '.join(_LEDGER)} FROM urls WHERE site_id = ? AND url = ? AND fetched_at IS NOT NULL",  # noqa: S608
        (desk.site_id, url),
    ).fetchone()
    return row


def keep_later(desk: Desk, unit: ArticleUnit, before: tuple[str | None, ...] | None) -> None:
    """Leave an address as its latest visit left it; one that was never visited is not due for a visit."""
    if before is not None and (before[0] or "") > unit.seen_at:
        names = ", ".join(f"{name} = ?" for name in _LEDGER)
        desk.db.conn.execute(
            f"UPDATE urls SET {names} WHERE site_id = ? AND url = ?",  # noqa: S608 (names are ours)
            (*before, desk.site_id, unit.url),
        )
    else:
        due = before[1] if before else None
        desk.db.conn.execute("UPDATE urls SET due_at = ? WHERE site_id = ? AND url = ?", (due, desk.site_id, unit.url))


@dataclass(frozen=True, slots=True)
class AbsentUnit:
    """Answers that there is nothing at the addresses of articles that the archive has."""

    absences: Sequence[tuple[int, int, str, str, str]]
    weight: int = 1000

    def write_files(self, desk: Desk) -> None:
        """Write nothing."""

    def write_rows(self, desk: Desk) -> None:
        """Write the absences, and tell the articles' stories again."""
        for imported_id, article_id, url, at, cause in self.absences:
            note_absence(desk.db, article_id, url, cause, (at, desk.run_id))
            desk.db.conn.execute("UPDATE imported SET state = 'absence' WHERE id = ?", (imported_id,))
        for article_id in sorted({each[1] for each in self.absences}):
            retell(desk.db, article_id, desk.policy)
