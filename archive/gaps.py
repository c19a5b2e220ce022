"""What was sighted in a section and never stored, with the cause."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import Any

from sqlite_utils import Database

from archive.errors import NotFoundError

NOT_YET = "not-yet-fetched"


@dataclass(frozen=True, slots=True)
class Gap:
    """One address that a listing named and that is not in the archive: why, since when, and where it stood."""

    site: str
    section: str
    cause: str
    url: str
    title: str | None
    first_seen: str
    last_seen: str
    listing: str
    page: int
    rank: int
    failures: int
    due_at: str | None

    def as_dict(self) -> dict[str, Any]:
        """Return the gap for JSON."""
        return asdict(self)


def find_gaps(db: Database, site_id: str | None = None, section: str | None = None) -> list[Gap]:
    """Return what was sighted and never stored, by site, section and cause; raises NotFoundError.

    An address that stands in two sections is a gap in both; where it stood is the latest sighting's.
    """
    _refuse_unknown(db, site_id, section)
    rows = db.conn.execute(
        "SELECT sections.site_id, sections.key, ifnull(urls.cause, ?), urls.url, sightings.title, "
        "(SELECT min(first_seen) FROM sightings other WHERE other.url_id = urls.id "
        "AND other.section_id = sections.id), max(sightings.last_seen), listings.url, sightings.page, sightings.rank, "
        "urls.failures, urls.due_at FROM urls JOIN sightings ON sightings.url_id = urls.id "
        "JOIN sections ON sections.id = section_id JOIN urls listings ON listings.id = listing_url_id "
        "WHERE urls.kind = 'article' AND urls.article_id IS NULL AND ifnull(sections.site_id = ?, 1) "
        "AND ifnull(sections.key = ?, 1) GROUP BY urls.id, sections.id "
        "ORDER BY sections.site_id, sections.id, ifnull(urls.cause, ''), sightings.page, sightings.rank, urls.id",
        (NOT_YET, site_id, section),
    )
    return [Gap(*row) for row in rows]


def count_gaps(db: Database, site_id: str, most: int) -> dict[str, int]:
    """Return how many addresses of articles a site's ledger holds that are not stored, by cause, the commonest first.

    So many are looked at, no more.
    """
    rows = db.conn.execute(
        "SELECT ifnull(cause, ?), count(*) FROM (SELECT cause FROM urls INDEXED BY urls_missing "
        "WHERE site_id = ? AND kind = 'article' AND article_id IS NULL LIMIT ?) GROUP BY 1 ORDER BY 2 DESC, 1",
        (NOT_YET, site_id, most),
    )
    return dict(rows.fetchall())


def page_of_gaps(
    db: Database, site_id: str, cause: str, *, after: int = 0, limit: int = 25
) -> tuple[list[Gap], int | None]:
    """Return some gaps of a site and cause in the order of their finding, and what the next page comes `after`.

    Where an address stood is its latest sighting; one that no listing named has none.
    """
    rows = db.conn.execute(
        "SELECT urls.id, urls.site_id, ifnull(sections.key, ''), ifnull(urls.cause, ?1), urls.url, sightings.title, "
        "ifnull(sightings.first_seen, urls.discovered_at), ifnull(sightings.last_seen, urls.discovered_at), "
        "ifnull(listings.url, ''), ifnull(sightings.page, 0), ifnull(sightings.rank, 0), urls.failures, urls.due_at "
        "FROM urls INDEXED BY urls_missing LEFT JOIN sightings ON sightings.id = "
        "(SELECT id FROM sightings WHERE url_id = urls.id ORDER BY last_seen DESC LIMIT 1) "
        "LEFT JOIN sections ON sections.id = section_id LEFT JOIN urls listings ON listings.id = listing_url_id "
        "WHERE urls.site_id = ?2 AND urls.kind = 'article' AND urls.article_id IS NULL "
        "AND urls.cause IS nullif(?3, ?1) AND urls.id > ?4 ORDER BY urls.id LIMIT ?5",
        (NOT_YET, site_id, cause, after, limit + 1),
    ).fetchall()
    shown = rows[:limit]
    return [Gap(*row[1:]) for row in shown], (shown[-1][0] if len(rows) > limit else None)


def by_cause(gaps: Sequence[Gap]) -> list[tuple[tuple[str, str, str], list[Gap]]]:
    """Return gaps grouped by (site, section, cause)."""
    return [
        (key, list(group)) for key, group in groupby(gaps, key=lambda gap: (gap.site, gap.section, gap.cause))
    ]  # fmt: skip


def _refuse_unknown(db: Database, site_id: str | None, section: str | None) -> None:
    rows = db.conn.execute("SELECT site_id, key FROM sections ORDER BY site_id, id").fetchall()
    sites = sorted({site for site, _ in rows})
    if site_id is not None and site_id not in sites:
        raise NotFoundError(f"no site {site_id!r} in the archive; it holds {', '.join(sites) or 'none yet'}")
    keys = [key for site, key in rows if site_id in (None, site)]
    if section is not None and section not in keys:
        raise NotFoundError(f"no section {section!r} in the archive; it holds {', '.join(keys) or 'none yet'}")
