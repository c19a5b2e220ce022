"""Families: keys of every article's text, who is of one family with whom, and what pages say of their translations."""

from sqlite_utils import Database

# `story_bands`: the least hashes of a text's shingles; small rows, for there are eight an article.
# `family_members`: `family_id` and `held_by` are articles; the family's first member holds itself.
_FAMILIES = """
CREATE TABLE story_bands (
  band INTEGER NOT NULL,
  article_id INTEGER NOT NULL,
  PRIMARY KEY (band, article_id)
) WITHOUT ROWID;
CREATE TABLE family_members (
  article_id INTEGER PRIMARY KEY REFERENCES articles(id),
  family_id INTEGER NOT NULL REFERENCES articles(id),
  held_by INTEGER NOT NULL REFERENCES articles(id),
  kind TEXT NOT NULL CHECK (kind IN ('first', 'same', 'reprint', 'translation')),
  similarity REAL
);
CREATE INDEX family_members_family ON family_members(family_id);
CREATE TABLE alternates (
  article_id INTEGER NOT NULL REFERENCES articles(id),
  language TEXT NOT NULL,
  url TEXT NOT NULL,
  PRIMARY KEY (article_id, language, url)
) WITHOUT ROWID;
CREATE INDEX alternates_url ON alternates(url);
CREATE TABLE family_walks (
  site_id TEXT PRIMARY KEY,
  through INTEGER NOT NULL
) WITHOUT ROWID;
"""


def apply(db: Database) -> None:
    """Make the tables; what was stored before is still to be compared (`newsarchive families --rebuild`)."""
    db.executescript(_FAMILIES)
    db.conn.execute("INSERT INTO family_walks SELECT '', 0 WHERE EXISTS (SELECT 1 FROM articles)")
