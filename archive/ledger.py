"""The ledger: every URL known, what became of it, and what the listings said of it."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlite_utils import Database

from archive.model import Entry, SiteRow, timestamp

SLICE = 200
_GONE = ("http-404", "http-410")
_FIRST_RETRY = dt.timedelta(hours=1)
_GONE_RETRY = dt.timedelta(days=1)
_LONGEST_RETRY = dt.timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Known:
    """What the ledger knows of a URL."""

    url_id: int
    kind: str
    state: str
    article_id: int | None
    due_at: str | None
    failures: int


@dataclass(frozen=True, slots=True)
class Section:
    """A section's row: its id, and when its last completed walk began."""

    id: int
    key: str
    walk_started: str | None


def ensure_site(db: Database, site: SiteRow) -> dict[str, Section]:
    """Write the site and its sections as defined today; return the sections by key. Runs inside the caller's batch."""
    db.conn.execute(
        "INSERT INTO sites(id, name, url, language, timezone) VALUES (?, ?, ?, ?, ?) ON CONFLICT(id) DO UPDATE SET "
        "name = excluded.name, url = excluded.url, language = excluded.language, timezone = excluded.timezone",
        (site.id, site.name, site.url, site.language, site.timezone),
    )
    db.conn.executemany(
        "INSERT INTO sections(site_id, key, name, url) VALUES (?, ?, ?, ?) "
        "ON CONFLICT(site_id, key) DO UPDATE SET name = excluded.name, url = excluded.url",
        [(site.id, *section) for section in site.sections],
    )
    return sections_of(db, site.id)


def sections_of(db: Database, site_id: str) -> dict[str, Section]:
    """Return a site's sections by key."""
    rows = db.conn.execute("SELECT id, key, walk_started FROM sections WHERE site_id = ?", (site_id,))
    return {key: Section(row_id, key, started) for row_id, key, started in rows}


def known(db: Database, site_id: str, url: str) -> Known | None:
    """Return what is known of a URL of a site."""
    row = db.conn.execute(
        "SELECT id, kind, state, article_id, due_at, failures FROM urls WHERE site_id = ? AND url = ?", (site_id, url)
    ).fetchone()
    return Known(*row) if row else None


def seen_before(db: Database, section: Section, site_id: str, url: str) -> bool:
    """Return whether the section showed the URL before its last completed walk began."""
    if section.walk_started is None:
        return False
    row = db.conn.execute(
        "SELECT 1 FROM urls JOIN sightings ON sightings.url_id = urls.id "
        "WHERE urls.site_id = ? AND urls.url = ? AND section_id = ? AND first_seen < ? LIMIT 1",
        (site_id, url, section.id, section.walk_started),
    ).fetchone()
    return row is not None


def open_articles(
    db: Database, site_id: str, now: dt.datetime, section_ids: Sequence[int] | None = None
) -> Iterator[tuple[str, Known]]:
    """Yield the article URLs that a run owes: pending ones, and those whose retry or revisit is due, read in slices."""
    after = 0
    while True:
        rows = db.conn.execute(
            "SELECT url, id, kind, state, article_id, due_at, failures FROM urls "
            "WHERE site_id = ? AND kind = 'article' AND id > ? AND (state = 'pending' OR due_at <= ?) "
            "ORDER BY id LIMIT ?",
            (site_id, after, timestamp(now), SLICE),
        ).fetchall()
        if not rows:
            return
        after = rows[-1][1]
        for url, *fields in rows:
            entry = Known(*fields)
            if section_ids is None or _stands_in(db, entry.url_id, section_ids):
                yield url, entry


def is_owed(db: Database, url_id: int, now: dt.datetime) -> bool:
    """Return whether an article URL is pending, or its retry or revisit due, as committed at this moment."""
    row = db.conn.execute(
        "SELECT 1 FROM urls WHERE id = ? AND (state = 'pending' OR due_at <= ?)", (url_id, timestamp(now))
    ).fetchone()
    return row is not None


def entry_of(db: Database, site_id: str, url: str) -> Entry | None:
    """Return what the listings first said of an article, rebuilt from `sightings`."""
    row = db.conn.execute(
        "SELECT urls.url, sightings.title, date_raw, summary, thumbnail, sections.key FROM urls "
        "JOIN sightings ON sightings.url_id = urls.id JOIN sections ON sections.id = section_id "
        "WHERE urls.site_id = ? AND urls.url = ? "
        "ORDER BY sightings.first_seen, sightings.id LIMIT 1",
        (site_id, url),
    ).fetchone()
    return Entry(*row) if row else None


def retry_at(cause: str, failures: int, now: dt.datetime) -> dt.datetime:
    """Return when a URL that has failed so often is due again: the next run first, then ever rarer, a week at most."""
    if cause in _GONE:
        return now + min(_GONE_RETRY * (1 << min(failures - 1, 8)), _LONGEST_RETRY)
    if failures <= 1:
        return now
    return now + min(_FIRST_RETRY * (1 << 2 * min(failures - 2, 8)), _LONGEST_RETRY)


def ensure_url(db: Database, site_id: str, url: str, kind: str, at: str) -> int:
    """Return the ledger's id of a URL, writing it as pending where it is new."""
    row = db.conn.execute("SELECT id FROM urls WHERE site_id = ? AND url = ?", (site_id, url)).fetchone()
    if row:
        return int(row[0])
    cursor = db.conn.execute(
        "INSERT INTO urls(url, kind, site_id, discovered_at) VALUES (?, ?, ?, ?)", (url, kind, site_id, at)
    )
    return int(cursor.lastrowid or 0)


def mark_fetched(
    db: Database, url_id: int, *, state: str, at: str, article_id: int | None = None, **seen: str | None
) -> None:
    """Write that a URL was fetched and what came: state, article, and of `seen` etag, last_modified, digest, cause."""
    db.conn.execute(
        "UPDATE urls SET state = ?, fetched_at = ?, article_id = coalesce(?, article_id), failures = 0, due_at = NULL, "
        "failed_since = NULL, etag = ?, last_modified = ?, digest = ?, cause = ? WHERE id = ?",
        (
            state, at, article_id,
            seen.get("etag"), seen.get("last_modified"), seen.get("digest"), seen.get("cause"), url_id,
        ),
    )  # fmt: skip


def mark_failed(db: Database, url_id: int, cause: str, at: dt.datetime) -> None:
    """Write that a URL failed, why, and when it is due again; an article that is stored keeps its state."""
    row = db.conn.execute("SELECT failures FROM urls WHERE id = ?", (url_id,)).fetchone()
    failures = int(row[0]) + 1
    db.conn.execute(
        "UPDATE urls SET state = CASE WHEN article_id IS NOT NULL AND kind = 'article' THEN state ELSE 'failed' END, "
        "fetched_at = ?, failures = ?, cause = ?, due_at = ?, failed_since = ifnull(failed_since, ?) WHERE id = ?",
        (timestamp(at), failures, cause, timestamp(retry_at(cause, failures, at)), timestamp(at), url_id),
    )


def mark_due(db: Database, url_id: int, at: str) -> None:
    """Write that a known article is due since `at`, unless it has been fetched since then."""
    db.conn.execute(
        "UPDATE urls SET due_at = ? WHERE id = ? AND state <> 'pending' AND ifnull(fetched_at, '') < ?",
        (at, url_id, at),
    )


def mark_skipped(db: Database, url_id: int, cause: str, at: str) -> None:
    """Write that a rule keeps a URL from being fetched."""
    db.conn.execute(
        "UPDATE urls SET state = 'skipped', due_at = NULL, cause = ?, fetched_at = ? WHERE id = ?", (cause, at, url_id)
    )


def _stands_in(db: Database, url_id: int, section_ids: Sequence[int]) -> bool:
    return any(
        db.conn.execute(
            "SELECT 1 FROM sightings WHERE url_id = ? AND section_id = ? LIMIT 1", (url_id, section_id)
        ).fetchone()
        for section_id in section_ids
    )
