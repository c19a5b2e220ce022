"""The archive's own words, counted now and then: how many articles each stands in, and how often.

Search widens words by them, plans by them and samples by them; an answer is never wrong for want of them, only slower.
"""

import hashlib
import json
from dataclasses import dataclass

from sqlite_utils import Database

from archive.db import atomic

# Cuts of the archive into parts of as many articles each, for samples.
PARTS = 1024
# Words are counted again when the archive has grown or shrunk by a tenth.
_DRIFT = 0.1
_COUNT = """
DROP TABLE IF EXISTS temp.fresh_words;
DROP TABLE IF EXISTS temp.counted_words;
CREATE TEMP TABLE fresh_words(term TEXT PRIMARY KEY, doc, cnt) WITHOUT ROWID;
CREATE VIRTUAL TABLE temp.counted_words USING fts5vocab('main', 'articles_fts', 'row');
"""
# So many words are counted by one statement: a statement of half a minute would hold a crawl's write-ahead log.
_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Counted:
    """What the words were counted of: the articles, the state of the index, and ids that cut it into equal parts."""

    articles: int
    index: str
    cuts: tuple[int, ...]


def last_counted(db: Database) -> Counted | None:
    """Return what the words were last counted of, None where they never were."""
    row = db.conn.execute("SELECT value FROM search_state WHERE name = 'counted'").fetchone()
    if row is None:
        return None
    said = json.loads(row[0])
    return Counted(said["articles"], said["index"], tuple(said["cuts"]))


def index_state(db: Database) -> str:
    """Return what names the present state of the index: every commit that touches it gives another."""
    # The structure record of FTS5: its segments, and a counter of writes (sqlite3Fts5StructureWrite in fts5_index.c).
    row = db.conn.execute("SELECT block FROM articles_fts_data WHERE id = 10").fetchone()
    return hashlib.sha256(row[0] if row else b"").hexdigest()[:16]


def count_words(db: Database) -> int:
    """Count the words of the whole index; return how many there are. A million articles take half a minute."""
    state = index_state(db)
    db.executescript(_COUNT)
    _count_in_slices(db)
    ids = [row[0] for row in db.conn.execute("SELECT id FROM articles INDEXED BY articles_filters ORDER BY id")]
    step = max(1, -(-len(ids) // PARTS))
    said = {"articles": len(ids), "index": state, "cuts": ids[::step]}
    with atomic(db):
        db.conn.execute("DELETE FROM search_words")
        db.conn.execute("INSERT INTO search_words SELECT term, doc, cnt FROM temp.fresh_words")
        db.conn.execute(
            "INSERT INTO search_state VALUES ('counted', ?) ON CONFLICT DO UPDATE SET value = excluded.value",
            (json.dumps(said, separators=(",", ":")),),
        )
        (words,) = db.conn.execute("SELECT count(*) FROM search_words").fetchone()
    db.conn.execute("DROP TABLE temp.fresh_words")
    return int(words)


def _count_in_slices(db: Database) -> None:
    last: str | None = ""
    while last is not None:
        db.conn.execute(
            "INSERT INTO fresh_words "
            "SELECT term, doc, cnt FROM temp.counted_words WHERE term > ? ORDER BY term LIMIT ?",
            (last, _AT_ONCE),
        )
        (newest,) = db.conn.execute("SELECT max(term) FROM fresh_words").fetchone()
        last = newest if newest != last else None
    db.conn.execute("DROP TABLE temp.counted_words")


def count_words_if_due(db: Database) -> int | None:
    """Count the words where the archive has changed by a tenth since they were counted; None where it has not."""
    counted = last_counted(db)
    (articles,) = db.conn.execute("SELECT count(*) FROM articles").fetchone()
    if counted and abs(articles - counted.articles) <= _DRIFT * counted.articles:
        return None
    return count_words(db) if articles else None
