"""What could not be had: every URL of the ledger that fails, with its cause, and making it due at once."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import Any

from sqlite_utils import Database

from archive.db import atomic
from archive.errors import NotFoundError
from archive.hosts import forgive, origin_of, resting
from archive.model import timestamp

# A skip by a rule is no failure, and that a page is gone is a finding.
_FAILED = (
    "urls.failures > 0 AND urls.state NOT IN ('skipped', 'gone') "
    "AND NOT EXISTS (SELECT 1 FROM articles WHERE articles.id = urls.article_id AND articles.state = 'gone')"
)
_FIND = (
    "SELECT site_id, cause, kind, url, failures, ifnull(failed_since, fetched_at), fetched_at, due_at, "  # noqa: S608
    f"article_id IS NOT NULL FROM urls WHERE {_FAILED} AND ifnull(site_id = ?, 1) AND ifnull(cause = ?, 1) "
    "ORDER BY site_id, cause, kind, ifnull(failed_since, fetched_at), id"
)


@dataclass(frozen=True, slots=True)
class Failure:
    """One URL that failed when it was last tried: how often in a row, since when, and when it is due again."""

    site: str
    cause: str
    kind: str
    url: str
    failures: int
    first_tried: str
    last_tried: str
    due_at: str | None
    stored: bool

    def as_dict(self) -> dict[str, Any]:
        """Return the failure for JSON."""
        return asdict(self) | {"stored": bool(self.stored)}


@dataclass(frozen=True, slots=True)
class MadeDue:
    """What was made due at once: articles, images by the articles that show them, sections by their listings.

    `hosts` are those that were left alone for a while, and may be asked again.
    """

    articles: int = 0
    images: int = 0
    sections: int = 0
    hosts: int = 0

    @property
    def total(self) -> int:
        """How many that is."""
        return self.articles + self.images + self.sections

    def __add__(self, other: "MadeDue") -> "MadeDue":
        return MadeDue(
            self.articles + other.articles,
            self.images + other.images,
            self.sections + other.sections,
            self.hosts + other.hosts,
        )


def find_failures(db: Database, site_id: str | None = None, cause: str | None = None) -> list[Failure]:
    """Return what fails, by site, cause and kind, the longest failing first; raises NotFoundError."""
    refuse_unknown(db, site_id)
    rows = db.conn.execute(_FIND, (site_id, cause))
    return [Failure(*row) for row in rows]


def count_failures(db: Database, site_id: str) -> dict[str, int]:
    """Return how many URLs of a site fail, by cause, the commonest first."""
    rows = db.conn.execute(
        f"SELECT cause, count(*) FROM urls WHERE {_FAILED} AND site_id = ? GROUP BY cause ORDER BY 2 DESC, 1",  # noqa: S608
        (site_id,),
    )
    return dict(rows.fetchall())


def by_cause(failures: Sequence[Failure]) -> Iterator[tuple[tuple[str, str], list[Failure]]]:
    """Yield failures grouped by (site, cause)."""
    for key, group in groupby(failures, key=lambda failure: (failure.site, failure.cause)):
        yield key, list(group)


def refuse_unknown(db: Database, site_id: str | None) -> None:
    """Raise NotFoundError where the archive holds no such site."""
    known = [row[0] for row in db.conn.execute("SELECT id FROM sites ORDER BY id")]
    if site_id is not None and site_id not in known:
        raise NotFoundError(f"no site {site_id!r} in the archive; it holds {', '.join(known) or 'none yet'}")


def sites_of(db: Database, url: str) -> list[str]:
    """Return the sites in whose ledger a URL stands; raises NotFoundError where it stands in none."""
    found = [row[0] for row in db.conn.execute("SELECT site_id FROM urls WHERE url = ? ORDER BY site_id", (url,))]
    if not found:
        raise NotFoundError(f"no URL {url} in the archive; to keep a single article: newsarchive save {url}")
    return found


def make_due(db: Database, site_id: str, at: dt.datetime, *, urls: Sequence[str] = (), cause: str = "") -> MadeDue:
    """Make a site's failures due at `at`, or the named URLs whatever is known of them; the caller holds its lock.

    A cause may also be that of a skip: a changed robots.txt lets such pages be fetched.
    """
    done = MadeDue()
    with atomic(db):
        chosen = _chosen(db, site_id, urls, cause)
        for known in chosen:
            done += _make_due(db, site_id, known, timestamp(at))
        if any(kind == "listing" for _, kind, _ in chosen):
            done += _make_sections_due(db, site_id, timestamp(at))
        db.conn.execute("UPDATE urls SET due_at = NULL WHERE site_id = ? AND state = 'pending'", (site_id,))
        # Else what is due now would wait for its host all the same.
        wanted = {origin_of(url) for url in (*(url for _, _, url in chosen), *_addresses(db, site_id))}
        hosts = [host.origin for host in resting(db, at) if host.origin in wanted]
        forgive(db, hosts)
    return done + MadeDue(hosts=len(hosts))


def _addresses(db: Database, site_id: str) -> list[str]:
    """Return a site's own addresses: what waits for a host that rests has not failed, and is meant too."""
    rows = db.conn.execute(
        "SELECT url FROM sites WHERE id = ?1 UNION SELECT url FROM sections WHERE site_id = ?1", (site_id,)
    )
    return [url for (url,) in rows]


def _chosen(db: Database, site_id: str, urls: Sequence[str], cause: str) -> list[tuple[int, str, str]]:
    conditions, values = ["site_id = ?"], [site_id]
    if urls:
        conditions.append(f"url IN ({', '.join('?' * len(urls))})")
        values += urls
    elif not cause:
        conditions.append(_FAILED)
    if cause:
        conditions.append("cause = ?")
        values.append(cause)
    sql = f"SELECT id, kind, url FROM urls WHERE {' AND '.join(conditions)} ORDER BY id"  # noqa: S608 (texts are ours)
    return db.conn.execute(sql, values).fetchall()


def _make_due(db: Database, site_id: str, known: tuple[int, str, str], at: str) -> MadeDue:
    url_id, kind, url = known
    if kind == "article":
        # A pending one is due already.
        changed = db.conn.execute("UPDATE urls SET due_at = ? WHERE id = ? AND state <> 'pending'", (at, url_id))
        return MadeDue(articles=changed.rowcount)
    if kind == "image":
        # One that has failed often is given up otherwise: its article would not ask for it.
        db.conn.execute("UPDATE urls SET due_at = ?, failures = min(failures, 2) WHERE id = ?", (at, url_id))
        changed = db.conn.execute(
            "UPDATE urls SET due_at = ? WHERE site_id = ? AND kind = 'article' AND state <> 'pending' "
            "AND article_id IN (SELECT article_id FROM article_images WHERE url = ? AND image_id IS NULL)",
            (at, site_id, url),
        )
        return MadeDue(images=min(changed.rowcount, 1))
    return MadeDue()


def _make_sections_due(db: Database, site_id: str, at: str) -> MadeDue:
    """Make the sections due whose last walk ended badly: a listing is fetched by its walk alone."""
    changed = db.conn.execute("UPDATE sections SET due_at = ? WHERE site_id = ? AND failures > 0", (at, site_id))
    return MadeDue(sections=changed.rowcount)
