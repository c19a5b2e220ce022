"""What is marked in the archive as still to be read: pages by site, address and time, and absences."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from sqlite_utils import Database

from archive import ledger
from archive.warc import Place
from crawler.importing.sites import stored_sites
from crawler.importing.verdict import Page
from crawler.site import Site

SLICE = 200
_PAGES = """
SELECT imported.id, captures.id, site_id, page, captures.url, captures.fetched_at, captures.status, captures.digest,
  ifnull(kept.file, ''), kept.offset, kept.length, captures.headers
FROM imported JOIN captures ON captures.id = imported.capture_id
JOIN captures kept ON kept.id = ifnull(captures.revisit_of, captures.id)
"""


def pages_to_read(db: Database) -> Iterator[Page]:
    """Yield the pages that are to be read, by site, address and time, in slices."""
    homes = stored_sites(db)
    after = ("", "", 0)
    while True:
        rows = db.conn.execute(
            f"{_PAGES} WHERE state = 'page' AND (site_id, page, imported.id) > (?, ?, ?) "
            "ORDER BY site_id, page, imported.id LIMIT ?",
            (*after, SLICE),
        ).fetchall()
        for row in rows:
            page = _page_of(row, homes.get(row[2], row[3]))
            known = ledger.known(db, page.site_id, page.address)
            entry = ledger.entry_of(db, page.site_id, page.address)
            yield replace(page, entry=entry, known=bool(known and known.kind == "article" and known.article_id))
        if not rows:
            return
        after = (rows[-1][2], rows[-1][3], rows[-1][0])


def _page_of(row: tuple[Any, ...], home: str) -> Page:
    file, offset, length, headers = row[8:]
    said = {name.lower(): value for name, value in reversed(json.loads(headers or "[]"))}
    return Page(
        imported_id=row[0], capture_id=row[1], site_id=row[2], address=row[3], url=row[4], fetched_at=row[5],
        status=row[6], digest=row[7], place=Place(file, offset, length) if file else None, home=home,
        etag=said.get("etag"), last_modified=said.get("last-modified"),
    )  # fmt: skip


def nearest_page(db: Database, site: Site, address: str, at: str) -> Page | None:
    """Return the capture of a site's page that is nearest to a time."""
    row = db.conn.execute(
        f"{_PAGES} WHERE page = ? AND site_id = ? AND captures.withdrawn IS NULL "
        "AND ifnull(captures.status, 200) IN (200, 203, 304) "
        "ORDER BY abs(julianday(captures.fetched_at) - julianday(?)), captures.id LIMIT 1",
        (address, site.id, at),
    ).fetchone()
    return _page_of(row, site.url) if row else None


_ABSENT = """
FROM imported JOIN urls ON urls.site_id = imported.site_id AND urls.url = imported.page AND urls.kind = 'article'
JOIN sites ON sites.id = imported.site_id JOIN captures ON captures.id = capture_id
WHERE imported.state = 'absent' AND urls.article_id IS NOT NULL"""


def sites_with_absences(db: Database) -> list[tuple[str, str]]:
    """Return the sites of whose stored articles an imported answer says that they are not there, with addresses."""
    rows = db.conn.execute(f"SELECT DISTINCT imported.site_id, sites.url {_ABSENT}")
    return [(str(row[0]), str(row[1])) for row in rows.fetchall()]


def absences_of(db: Database, site_id: str) -> list[tuple[int, int, str, str, str]]:
    """Return a slice of such answers: the imported row, the article, its address, when, and the cause."""
    rows = db.conn.execute(
        "SELECT imported.id, urls.article_id, urls.url, captures.fetched_at, 'http-' || captures.status "
        f"{_ABSENT} AND imported.site_id = ? ORDER BY imported.id LIMIT ?",
        (site_id, SLICE),
    )
    return [(int(row[0]), int(row[1]), str(row[2]), str(row[3]), str(row[4])) for row in rows.fetchall()]
