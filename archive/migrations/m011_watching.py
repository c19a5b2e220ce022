"""Saved searches: what they ask for, and up to which event each was told and shown."""

from sqlite_utils import Database

_WATCHES = """
CREATE TABLE watches (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  query TEXT NOT NULL,
  site_id TEXT REFERENCES sites(id),
  section TEXT,
  notify INTEGER NOT NULL,
  added_at TEXT NOT NULL,
  told_through INTEGER NOT NULL,
  told_at TEXT,
  shown_through INTEGER NOT NULL,
  shown_at TEXT
);
"""


def apply(db: Database) -> None:
    """Make the table of saved searches."""
    db.executescript(_WATCHES)
