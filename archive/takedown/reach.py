"""What an article is made of in an archive: the captures, records and image files that go with it, and what stays."""

import html
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlite_utils import Database

from archive.errors import ArchiveError
from archive.holdings import Holdings
from archive.reader import version_content
from archive.warc import Place, read_exchange

# Its own pages; where an address shows another article as well, that one's captures stay.
_ADDRESSES = """
CREATE TEMP TABLE reach_urls AS
SELECT url FROM articles WHERE id = :id
UNION SELECT canonical_url FROM articles WHERE id = :id AND canonical_url IS NOT NULL AND canonical_url NOT IN
(SELECT url FROM urls WHERE article_id IS NOT :id)
UNION SELECT url FROM urls WHERE article_id = :id AND kind NOT IN ('image', 'attachment')
UNION SELECT captures.url FROM version_captures JOIN versions ON versions.id = version_id
JOIN captures ON captures.id = capture_id WHERE article_id = :id
UNION SELECT url FROM attachments WHERE article_id = :id AND url NOT IN
(SELECT url FROM attachments WHERE article_id <> :id)
UNION SELECT url FROM (
SELECT url FROM article_images WHERE article_id = :id AND url IS NOT NULL
UNION SELECT url FROM urls WHERE article_id = :id AND kind = 'image')
WHERE url NOT IN (SELECT url FROM article_images WHERE article_id <> :id AND url IS NOT NULL)
"""
_IMAGES = """
CREATE TEMP TABLE reach_images AS
SELECT id, sha256, path FROM images WHERE id IN (
SELECT image_id FROM article_images WHERE article_id = :id
UNION SELECT images.id FROM urls JOIN images ON 'sha256:' || sha256 = urls.digest
WHERE article_id = :id AND kind = 'image')
AND id NOT IN (SELECT image_id FROM article_images WHERE article_id <> :id AND image_id IS NOT NULL)
"""
_CAPTURES = """
CREATE TEMP TABLE reach_captures AS
SELECT id FROM captures WHERE (
url IN (SELECT url FROM reach_urls)
OR digest IN (SELECT 'sha256:' || sha256 FROM reach_images)
OR id IN (SELECT capture_id FROM attachments WHERE article_id = :id)
OR id IN (SELECT capture_id FROM version_captures JOIN versions ON versions.id = version_id WHERE article_id = :id))
AND id NOT IN (SELECT capture_id FROM version_captures JOIN versions ON versions.id = version_id
WHERE article_id <> :id)
AND id NOT IN (SELECT capture_id FROM attachments WHERE article_id <> :id AND capture_id IS NOT NULL)
AND (digest IS NULL OR file IS NOT NULL OR digest NOT IN (SELECT 'sha256:' || sha256 FROM images
WHERE id NOT IN (SELECT id FROM reach_images)))
"""
# The same page under an address that no article has.
_SAME = """
INSERT INTO reach_captures SELECT id FROM captures WHERE status = 200 AND file IS NOT NULL AND digest IN (
SELECT digest FROM captures WHERE id IN (SELECT id FROM reach_captures) AND status = 200)
AND id NOT IN (SELECT id FROM reach_captures) AND id NOT IN (SELECT capture_id FROM version_captures)
"""
_REVISITS = """
INSERT INTO reach_captures SELECT id FROM captures WHERE revisit_of IN (SELECT id FROM reach_captures)
AND id NOT IN (SELECT id FROM reach_captures)
"""
_LISTINGS = """
SELECT DISTINCT captures.id, file, offset, length FROM sightings JOIN urls ON urls.id = sightings.url_id
JOIN urls listings ON listings.id = listing_url_id JOIN captures ON captures.url = listings.url
WHERE urls.article_id = ? AND file IS NOT NULL AND revisit_of IS NULL AND withdrawn IS NULL
UNION SELECT captures.id, captures.file, captures.offset, captures.length FROM sightings
JOIN urls ON urls.id = sightings.url_id JOIN captures ON captures.id = sightings.capture_id
WHERE urls.article_id = ? AND file IS NOT NULL AND revisit_of IS NULL AND withdrawn IS NULL
"""
# A shorter sentence ("Read more.") proves nothing.
_TELLING, _TELLING_WIDE = 30, 12
_SENTENCE = re.compile(r"[^.!?。！？…\n]+[.!?。！？…]*")
_TAGS = re.compile(r"<!\[CDATA\[|\]\]>|<[^>]*>")


@dataclass(slots=True)
class Reach:
    """What goes with an article: rows by id, files by name, and what of it stays because others show it."""

    article_id: int
    key: str
    url: str
    site_id: str
    title: str | None
    versions: int = 0
    captures: list[int] = field(default_factory=list)
    images: list[tuple[int, str, str]] = field(default_factory=list)
    listings: list[int] = field(default_factory=list)
    shared: list[str] = field(default_factory=list)
    twins: list[str] = field(default_factory=list)


def reach_of(db: Database, holdings: Holdings, article_id: int) -> Reach:
    """Return what goes with an article; makes temporary tables on the connection."""
    row = db.conn.execute("SELECT id, key, url, site_id, title FROM articles WHERE id = ?", (article_id,)).fetchone()
    found = Reach(*row)
    (found.versions,) = db.conn.execute("SELECT count(*) FROM versions WHERE article_id = ?", (article_id,)).fetchone()
    for table in ("reach_urls", "reach_images", "reach_captures"):
        db.conn.execute(f"DROP TABLE IF EXISTS temp.{table}")
    for sql in (_ADDRESSES, _IMAGES, _CAPTURES, _SAME, _REVISITS):
        db.conn.execute(sql, {"id": article_id} if ":id" in sql else {})
    found.images = db.conn.execute("SELECT id, sha256, path FROM reach_images ORDER BY id").fetchall()
    found.shared = _all(
        db,
        "SELECT DISTINCT sha256 FROM article_images JOIN images ON images.id = image_id WHERE article_id = ? "
        "AND images.id NOT IN (SELECT id FROM reach_images)",
        article_id,
    )
    found.twins = _all(
        db,
        "SELECT DISTINCT articles.key FROM captures ours JOIN captures theirs ON theirs.digest = ours.digest "
        "JOIN version_captures ON capture_id = theirs.id JOIN versions ON versions.id = version_id "
        "JOIN articles ON articles.id = article_id WHERE ours.id IN (SELECT id FROM reach_captures) "
        "AND ours.status = 200 AND article_id <> ? ORDER BY 1",
        article_id,
    )
    found.listings = _telling_listings(db, holdings, article_id)
    db.conn.executemany("INSERT INTO reach_captures SELECT ?1 WHERE ?1 NOT IN (SELECT id FROM reach_captures)",
                        [(each,) for each in found.listings])  # fmt: skip
    db.conn.execute(_REVISITS)
    found.captures = [row[0] for row in db.conn.execute("SELECT id FROM reach_captures ORDER BY id")]
    return found


def _all(db: Database, sql: str, article_id: int) -> list[str]:
    return [row[0] for row in db.conn.execute(sql, (article_id,))]


def _telling_listings(db: Database, holdings: Holdings, article_id: int) -> list[int]:
    """Return the listing captures that tell sentences of the body, not the headline alone: feeds with whole texts."""
    said = sentences(db, article_id)
    found = []
    for capture_id, *place in db.conn.execute(_LISTINGS, (article_id, article_id)).fetchall():
        try:
            got = read_exchange(holdings.captures, Place(*place), decompressed=True)
        except ArchiveError:
            # What cannot be read tells nothing; `verify` names it.
            continue
        if any(sentence in text for text in _readings(got.body) for sentence in said):
            found.append(capture_id)
    return found


def sentences(db: Database, article_id: int) -> set[str]:
    """Return the sentences of all versions and captions of an article that are long enough to tell it, squeezed."""
    title = db.conn.execute("SELECT title FROM articles WHERE id = ?", (article_id,)).fetchone()[0] or ""
    headlines = {squeezed(title)}
    found = set[str]()
    for (version_id,) in db.conn.execute("SELECT id FROM versions WHERE article_id = ?", (article_id,)).fetchall():
        article, _ = version_content(db, version_id)
        headlines.add(squeezed(article.title or ""))
        for text in (article.body, article.captions):
            found |= {part for part in map(squeezed, _SENTENCE.findall(text)) if _is_telling(part)}
    return {each for each in found if not any(each in headline for headline in headlines)}


def squeezed(text: str) -> str:
    """Return a text without white space, for comparison."""
    return "".join(text.split())


def _is_telling(sentence: str) -> bool:
    return len(sentence) >= (_TELLING_WIDE if any(letter > "\u2e80" for letter in sentence) else _TELLING)


def _readings(body: bytes) -> Iterator[str]:
    """Yield a listing's text as it may be meant: as it stands, as markup, as markup inside markup, as JSON."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        text = body.decode("gb18030", "replace")
    yield squeezed(text)
    once = html.unescape(_TAGS.sub(" ", text))
    yield squeezed(once)
    yield squeezed(html.unescape(_TAGS.sub(" ", once)))
    if text.lstrip()[:1] in ("{", "["):
        try:
            said = json.dumps(json.loads(text), ensure_ascii=False).replace("\\n", " ").replace('\\"', '"')
        except ValueError:
            return
        yield squeezed(html.unescape(_TAGS.sub(" ", said)))


def as_dict(reach: Reach) -> dict[str, Any]:
    """Return what goes and what stays for JSON; without its title, which goes too."""
    return {
        "article_id": reach.article_id, "key": reach.key, "url": reach.url, "versions": reach.versions,
        "captures": len(reach.captures), "listings": len(reach.listings),
        "images": [sha256 for _, sha256, _ in reach.images], "shared_images": reach.shared, "same_pages": reach.twins,
    }  # fmt: skip


def lines_of(reach: Reach) -> Sequence[str]:
    """Return what goes and what stays, a line each."""
    goes = (
        f"{_many(reach.versions, 'version')} with text, captions, corrections, tags and notes; "
        f"{_many(len(reach.captures), 'capture')}; {_many(len(reach.images), 'image file')}"
    )
    lines = [
        f"{reach.title or '(untitled)'}  {reach.key}  {reach.url}",
        f"  goes: {goes}",
    ]
    if reach.listings:
        lines.append(f"  goes: {_many(len(reach.listings), 'capture')} of listings or feeds that tell its text")
    if reach.shared:
        lines.append(f"  stays: {_many(len(reach.shared), 'image')} that other articles show")
    if reach.twins:
        lines.append(f"  stays: the same page under other articles: {', '.join(reach.twins)}; take them down too")
    return [*lines, "  stays: its headline, and what else was said there, in the captures of listings"]


def _many(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
