"""The ledger: every URL known, what became of it, and what the listings said of it."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

from sqlite_utils import Database

from archive.due import (
    AHEAD,
    DEAD_IMAGE,
    MISSING,
    Policy,
    image_retry_at,
    missing_until,
    retry_at,
    return_at,
    skip_until,
    walk_retry_at,
)
from archive.model import Entry, SiteRow, timestamp

SLICE = 200
# Of several addresses of an article another one is visited when one has failed so often.
_PATIENCE = 3


@dataclass(frozen=True, slots=True)
class Known:
    """What the ledger knows of a URL."""

    url_id: int
    kind: str
    state: str
    article_id: int | None
    due_at: str | None
    failures: int
    fetched_at: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    digest: str | None = None
    cause: str | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A section's row: when its last completed walk began and ended, and when the next is due.

    `walk_mark` is the highest id of `sightings` when that walk began: what the section showed before has a lower one,
    whatever the clock did since. `every` is the schedule that `due_at` was reckoned with, `definition` a digest of how
    the walk read its listings.
    """

    id: int
    key: str
    walk_started: str | None = None
    walk_completed: str | None = None
    walk_mark: int | None = None
    due_at: str | None = None
    every: str | None = None
    definition: str | None = None
    resume: str | None = None


@dataclass(frozen=True, slots=True)
class WalkEnd:
    """How a walk ended: when it began, its mark, and when a completed one is due again.

    One that a budget cut stays due, and names the listing page with which the next one goes on (`resume`).
    """

    section_id: int
    completed: bool
    started: str
    mark: int
    due_at: str | None
    every: str
    definition: str
    resume: str | None = None


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
    rows = db.conn.execute(
        "SELECT id, key, walk_started, walk_completed, walk_mark, due_at, every, definition, resume FROM sections "
        "WHERE site_id = ?",
        (site_id,),
    )
    return {row[1]: Section(*row) for row in rows}


def walk_mark(db: Database) -> int:
    """Return the highest id of a sighting so far."""
    (mark,) = db.conn.execute("SELECT ifnull(max(id), 0) FROM sightings").fetchone()
    return int(mark)


def end_walk(db: Database, end: WalkEnd, at: dt.datetime) -> None:
    """Write how a walk ended, and when the section is due again; after a bad end sooner, and ever later.

    Where its host rests the section is due when that does, and nothing is counted: the section has not failed.
    """
    if end.completed:
        db.conn.execute(
            "UPDATE sections SET walk_started = ?, walk_completed = ?, walk_mark = ?, due_at = ?, every = ?, "
            "definition = ?, resume = NULL, failures = 0 WHERE id = ?",
            (end.started, timestamp(at), end.mark, end.due_at, end.every, end.definition, end.section_id),
        )
        return
    if end.resume is not None:
        # What was seen before by another definition says nothing any more.
        db.conn.execute(
            "UPDATE sections SET resume = ?1, walk_mark = iif(ifnull(definition, ?2) = ?2, walk_mark, NULL), "
            "walk_completed = iif(ifnull(definition, ?2) = ?2, walk_completed, NULL), definition = ?2 WHERE id = ?3",
            (end.resume, end.definition, end.section_id),
        )
        return
    if end.due_at is not None:
        db.conn.execute(
            "UPDATE sections SET due_at = ?, every = ? WHERE id = ?", (end.due_at, end.every, end.section_id)
        )
        return
    (before,) = db.conn.execute("SELECT failures FROM sections WHERE id = ?", (end.section_id,)).fetchone()
    db.conn.execute(
        "UPDATE sections SET failures = ?, due_at = ?, every = ? WHERE id = ?",
        (before + 1, timestamp(walk_retry_at(before + 1, at)), end.every, end.section_id),
    )


_KNOWN = "id, kind, state, article_id, due_at, failures, fetched_at, etag, last_modified, digest, cause"


def known(db: Database, site_id: str, url: str) -> Known | None:
    """Return what is known of a URL of a site."""
    row = db.conn.execute(f"SELECT {_KNOWN} FROM urls WHERE site_id = ? AND url = ?", (site_id, url)).fetchone()  # noqa: S608
    return Known(*row) if row else None


def seen_before(db: Database, section: Section, site_id: str, url: str) -> bool:
    """Return whether the section showed the URL before its last completed walk began."""
    if section.walk_mark is None:
        return False
    row = db.conn.execute(
        "SELECT 1 FROM urls JOIN sightings ON sightings.url_id = urls.id "
        "WHERE urls.site_id = ? AND urls.url = ? AND section_id = ? AND sightings.id <= ? LIMIT 1",
        (site_id, url, section.id, section.walk_mark),
    ).fetchone()
    return row is not None


def is_sighted(db: Database, section: Section, site_id: str, url: str) -> bool:
    """Return whether the section has shown the URL, in whatever walk."""
    row = db.conn.execute(
        "SELECT 1 FROM urls JOIN sightings ON sightings.url_id = urls.id "
        "WHERE urls.site_id = ? AND urls.url = ? AND section_id = ? LIMIT 1",
        (site_id, url, section.id),
    ).fetchone()
    return row is not None


def open_articles(
    db: Database, site_id: str, now: dt.datetime, section_ids: Sequence[int] | None = None
) -> Iterator[tuple[str, Known]]:
    """Yield the article URLs that a run owes, read in slices: pending ones, then those that are due, longest first.

    A pending one whose host rests is due when that does.
    """
    at = timestamp(now)
    pending = "state = 'pending' AND ifnull(due_at, '') <= ? AND id > ? ORDER BY id"
    yield from _slices(db, site_id, pending, (at, 0), section_ids)
    due = "state <> 'pending' AND due_at <= ? AND (due_at, id) > (?, ?) ORDER BY due_at, id"
    yield from _slices(db, site_id, due, (at, "", 0), section_ids)


def _slices(
    db: Database, site_id: str, what: str, after: tuple[str | int, ...], section_ids: Sequence[int] | None
) -> Iterator[tuple[str, Known]]:
    """Yield what a condition selects; the last of a slice says where the next one begins."""
    while True:
        rows = db.conn.execute(
            f"SELECT url, {_KNOWN} FROM urls WHERE site_id = ? AND kind = 'article' AND {what} LIMIT ?",  # noqa: S608
            (site_id, *after, SLICE),
        ).fetchall()
        if not rows:
            return
        last = Known(*rows[-1][1:])
        after = (after[0], last.url_id) if len(after) == 2 else (after[0], last.due_at or "", last.url_id)
        for url, *fields in rows:
            entry = Known(*fields)
            if section_ids is None or _stands_in(db, entry.url_id, section_ids):
                yield url, entry


def first_due(db: Database, site_id: str) -> dt.datetime | None:
    """Return when the first article of a site is due; one that is pending has been since it was discovered."""
    times = db.conn.execute(
        "SELECT (SELECT min(due_at) FROM urls WHERE site_id = ?1 AND kind = 'article' AND due_at IS NOT NULL), "
        "(SELECT discovered_at FROM urls "
        "WHERE site_id = ?1 AND kind = 'article' AND state = 'pending' AND due_at IS NULL LIMIT 1)",
        (site_id,),
    ).fetchone()
    return min((dt.datetime.fromisoformat(time) for time in times if time), default=None)


def is_owed(db: Database, url_id: int, now: dt.datetime) -> bool:
    """Return whether an article URL is pending, or its retry or revisit due, as committed at this moment."""
    row = db.conn.execute(
        "SELECT 1 FROM urls WHERE id = ? AND (due_at <= ? OR state = 'pending' AND due_at IS NULL)",
        (url_id, timestamp(now)),
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
    """Write that a URL was fetched and what came: of `seen` due_at, etag, last_modified, digest, cause."""
    db.conn.execute(
        "UPDATE urls SET state = ?, fetched_at = ?, article_id = coalesce(?, article_id), failures = 0, due_at = ?, "
        "missing_since = NULL, failed_since = NULL, etag = ?, last_modified = ?, digest = ?, cause = ? WHERE id = ?",
        (
            state, at, article_id, seen.get("due_at"),
            seen.get("etag"), seen.get("last_modified"), seen.get("digest"), seen.get("cause"), url_id,
        ),
    )  # fmt: skip


def mark_brought(db: Database, url_id: int, article_id: int, at: str) -> bool:
    """Write that an older capture of a URL was brought in; return whether the ledger knows of a later fetch.

    Where it does, that says more of the address today, and only the article is noted.
    """
    later = db.conn.execute("SELECT 1 FROM urls WHERE id = ? AND fetched_at > ?", (url_id, at)).fetchone() is not None
    if later:
        db.conn.execute(
            "UPDATE urls SET article_id = ifnull(article_id, ?), state = iif(state IN ('failed', 'skipped'), 'stored', "
            "state) WHERE id = ? AND kind = 'article'",
            (article_id, url_id),
        )
    return later


def mark_unchanged(db: Database, url_id: int, at: str, *, told: bool = False, **seen: str | None) -> None:
    """Write that a URL was fetched and shows what it showed; of `seen` due_at, and etag and last_modified if told.

    A server that has `told` so, and names another ETag than it was asked about, is not asked so again.
    """
    if told and seen.get("etag"):
        (etag,) = db.conn.execute("SELECT etag FROM urls WHERE id = ?", (url_id,)).fetchone()
        if _opaque(etag) != _opaque(seen["etag"]):
            db.conn.execute("UPDATE urls SET etag = NULL, last_modified = NULL WHERE id = ?", (url_id,))
            seen |= {"etag": None, "last_modified": None}
    db.conn.execute(
        "UPDATE urls SET state = 'stored', fetched_at = ?, failures = 0, due_at = ?, missing_since = NULL, "
        "failed_since = NULL, etag = coalesce(?, etag), last_modified = coalesce(?, last_modified), "
        "cause = CASE WHEN cause = 'bad-encoding' THEN cause END WHERE id = ?",
        (at, seen.get("due_at"), seen.get("etag"), seen.get("last_modified"), url_id),
    )


def _opaque(etag: str | None) -> str:
    """Return what two ETags are compared by where either may be weak (RFC 9110, 8.8.3.2)."""
    return (etag or "").removeprefix("W/")


def mark_failed(db: Database, url_id: int, cause: str, at: dt.datetime, policy: Policy) -> int | None:
    """Write that a URL failed, why, and when it is due again; an article that is stored keeps its state.

    Returns the article that it leads to.
    """
    kind, failures, before, article_id = db.conn.execute(
        "SELECT kind, failures + 1, cause, article_id FROM urls WHERE id = ?", (url_id,)
    ).fetchone()
    if kind == "image" and cause in DEAD_IMAGE and before not in DEAD_IMAGE:
        # That its host was silent before says nothing of whether it is there.
        failures = 1
    if kind == "article" and cause in MISSING:
        _mark_missing(db, url_id, (cause, failures), at, policy)
        return cast("int | None", article_id)
    is_part = kind in ("image", "attachment")
    due = image_retry_at(cause, failures, at) if is_part else retry_at(cause, failures, at)
    db.conn.execute(
        "UPDATE urls SET state = CASE WHEN article_id IS NOT NULL AND kind = 'article' THEN state ELSE 'failed' END, "
        "fetched_at = ?, failures = ?, cause = ?, due_at = ?, failed_since = ifnull(failed_since, ?) WHERE id = ?",
        (timestamp(at), failures, cause, timestamp(due), timestamp(at), url_id),
    )
    if kind == "article" and failures >= _PATIENCE:
        _ask_another(db, url_id, at)
    return cast("int | None", article_id)


def _ask_another(db: Database, url_id: int, at: dt.datetime) -> None:
    """Let an article be visited at another address than at one that fails, unless it is so already."""
    db.conn.execute(
        "UPDATE urls SET due_at = ?1 WHERE id = (SELECT other.id FROM urls JOIN urls other USING (article_id) "
        "WHERE urls.id = ?2 AND other.id <> ?2 AND other.kind = 'article' AND other.state = 'stored' "
        "AND other.failures = 0 ORDER BY other.due_at IS NULL, other.fetched_at DESC LIMIT 1) AND due_at IS NULL",
        (timestamp(at), url_id),
    )


def _mark_missing(db: Database, url_id: int, found: tuple[str, int], at: dt.datetime, policy: Policy) -> None:
    cause, failures = found
    article_id, since, was_gone = db.conn.execute(
        "SELECT article_id, missing_since, state = 'gone' FROM urls WHERE id = ?", (url_id,)
    ).fetchone()
    first = dt.datetime.fromisoformat(since) if since else at
    due = missing_until(first, failures, at, policy)
    gone = due is None or bool(was_gone)
    if gone:
        due = return_at(at, policy)
    db.conn.execute(
        "UPDATE urls SET state = CASE WHEN ?1 THEN 'gone' WHEN article_id IS NULL THEN 'failed' ELSE state END, "
        "fetched_at = ?2, failures = ?3, cause = ?4, missing_since = ?5, due_at = ?6, "
        "failed_since = ifnull(failed_since, ?2) WHERE id = ?7",
        (gone, timestamp(at), failures, cause, timestamp(first), timestamp(due) if due else None, url_id),
    )
    if gone and article_id is not None:
        # Shown under another address still: that one is asked, before anybody says that the article is gone.
        db.conn.execute(
            "UPDATE urls SET due_at = ? WHERE article_id = ? AND kind = 'article' AND state = 'stored' AND id <> ? "
            "AND missing_since IS NULL",
            (timestamp(at), article_id, url_id),
        )


def mark_due(db: Database, url_id: int, at: str) -> None:
    """Write that a known article is due since `at`, unless it has been fetched since then."""
    ahead = timestamp(dt.datetime.fromisoformat(at) + AHEAD)
    db.conn.execute(
        "UPDATE urls SET due_at = ? WHERE id = ? AND state <> 'pending' "
        "AND (ifnull(fetched_at, '') < ? OR fetched_at > ?)",
        (at, url_id, at, ahead),
    )


def mark_skipped(db: Database, url_id: int, cause: str, at: dt.datetime) -> None:
    """Write that a rule keeps a URL from being fetched, and when that is looked at again; what is stored stays so."""
    (times,) = db.conn.execute("SELECT failures + 1 FROM urls WHERE id = ?", (url_id,)).fetchone()
    db.conn.execute(
        "UPDATE urls SET state = CASE WHEN article_id IS NULL THEN 'skipped' ELSE state END, "
        "failures = ?, due_at = ?, cause = ?, fetched_at = ? WHERE id = ?",
        (times, timestamp(skip_until(times, at)), cause, timestamp(at), url_id),
    )


def _stands_in(db: Database, url_id: int, section_ids: Sequence[int]) -> bool:
    return any(
        db.conn.execute(
            "SELECT 1 FROM sightings WHERE url_id = ? AND section_id = ? LIMIT 1", (url_id, section_id)
        ).fetchone()
        for section_id in section_ids
    )
