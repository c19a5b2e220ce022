"""What the reports need."""

from sqlite_utils import Database

_NOTICE_TABLES = """
ALTER TABLE urls ADD COLUMN failed_since TEXT;
CREATE INDEX urls_failed ON urls(site_id, cause) WHERE failures > 0;
CREATE INDEX urls_skipped ON urls(site_id, cause) WHERE state = 'skipped';
CREATE INDEX articles_gone ON articles(site_id) WHERE state = 'gone';
CREATE TABLE run_causes (
  run_id INTEGER NOT NULL REFERENCES runs(id),
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  cause TEXT NOT NULL,
  number INTEGER NOT NULL,
  PRIMARY KEY (run_id, kind, state, cause)
) WITHOUT ROWID;
CREATE TABLE notices (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL,
  kind TEXT NOT NULL,
  site_id TEXT NOT NULL,
  level INTEGER NOT NULL,
  said TEXT NOT NULL,
  first_seen TEXT NOT NULL,
  sent_at TEXT,
  ended_at TEXT,
  end_sent_at TEXT
);
CREATE UNIQUE INDEX notices_open ON notices(key) WHERE ended_at IS NULL;
"""


def apply(db: Database) -> None:
    """Make what the reports need: since when a URL fails, by which causes a run's failed, and what was told of it."""
    db.executescript(_NOTICE_TABLES)
