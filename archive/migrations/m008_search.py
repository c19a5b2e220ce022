"""What search stands on beside the index: a narrow index over all filters, the words of the archive, how far it is."""

from sqlite_utils import Database

# `articles_filters` answers facets and filters without reading the articles themselves. `search_words` is the index's
# own vocabulary, counted now and then (archive/words.py). `search_state`: what the words were counted of; and up to
# which article an older archive's index has been brought into today's form (`newsarchive reindex`).
_SEARCH = """
CREATE INDEX articles_filters ON articles(id, keys, source, updated);
CREATE TABLE search_words (
  word TEXT PRIMARY KEY,
  docs INTEGER NOT NULL,
  times INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE search_state (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) WITHOUT ROWID;
INSERT INTO search_state SELECT 'reindex-to', max(id) FROM articles HAVING max(id) IS NOT NULL;
"""


def apply(db: Database) -> None:
    """Make the tables of search; articles that are there already wait for `newsarchive reindex`."""
    db.executescript(_SEARCH)
