"""What an export takes: the articles that a query, or their names, choose; without those that were taken down."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlite_utils import Database

from archive.errors import NotFoundError
from archive.reader import find_article
from archive.search import Filters, select

WITHDRAWN = "withdrawn"
_BATCH, _SLICE = 500, 20_000


@dataclass(frozen=True, slots=True)
class Choice:
    """How many articles an export takes, how many it leaves out as taken down, and the words that chose them."""

    articles: int
    withdrawn: int
    said: str


def choose(db: Database, words: Sequence[str], filters: Filters) -> Choice:
    """Keep the chosen articles' ids in the connection's own table `chosen`: no size of a selection costs memory.

    Words that all name articles (by id, key or URL) choose these; other words are a query, no words take all.
    """
    ids = named(db, words) or select(db, " ".join(words), filters)
    db.conn.execute("CREATE TEMP TABLE chosen(id INTEGER PRIMARY KEY)")
    db.conn.execute("BEGIN")
    db.conn.executemany("INSERT OR IGNORE INTO chosen VALUES (?)", ((article_id,) for article_id in ids))
    db.conn.execute("COMMIT")
    withdrawn = 0
    for span in slices(db, "chosen"):
        withdrawn += db.conn.execute(
            "DELETE FROM chosen WHERE id IN (SELECT chosen.id FROM chosen CROSS JOIN articles USING (id) "
            "WHERE id > ? AND id <= ? AND state = ?)",
            (*span, WITHDRAWN),
        ).rowcount
    (number,) = db.conn.execute("SELECT count(*) FROM chosen").fetchone()
    return Choice(number, withdrawn, _said(words, filters))


def chosen_ids(db: Database) -> Iterator[int]:
    """Yield the ids in order; no statement stays open between them, so that a crawl's WAL is never held."""
    last = -(2**63)
    while batch := db.conn.execute("SELECT id FROM chosen WHERE id > ? ORDER BY id LIMIT ?", (last, _BATCH)).fetchall():
        yield from (article_id for (article_id,) in batch)
        last = batch[-1][0]


def slices(db: Database, table: str) -> Iterator[tuple[int, int]]:
    """Yield spans of ids, the first exclusive, so that no statement over one of them holds a crawl's WAL for long."""
    low = -(2**63)
    while True:
        row = db.conn.execute(
            f"SELECT max(id) FROM (SELECT id FROM {table} WHERE id > ? ORDER BY id LIMIT ?)",  # noqa: S608 (our own)
            (low, _SLICE),
        ).fetchone()
        if row[0] is None:
            return
        yield low, int(row[0])
        low = int(row[0])


def named(db: Database, words: Sequence[str]) -> list[int]:
    """Return the articles that all the words name, none where they are a query; raises NotFoundError for an address."""
    try:
        return [find_article(db, word) for word in words]
    except NotFoundError:
        # No search is meant by an address: what its words happen to find would be exported in its stead.
        if any("://" in word for word in words):
            raise
        return []


def _said(words: Sequence[str], filters: Filters) -> str:
    narrowed = (
        ("site", filters.site),
        ("section", filters.section),
        ("since", filters.since),
        ("until", filters.until),
    )
    return " ".join([*words, *(f"{name}:{value}" for name, value in narrowed if value)])
