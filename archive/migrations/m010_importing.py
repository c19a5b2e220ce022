"""What was imported: from which files, which record became what, and what is still to be read of it."""

from sqlite_utils import Database

# `key` is what makes a record the same wherever it stands: type, address, time, status and digest. `warc_id`, `beside`
# (the record that it belongs to) and `payload` are as the file states them. `state`: page and absent are still to be
# looked at, waiting is a revisit whose original has not come, all others say what became of a page.
_IMPORT_TABLES = """
CREATE TABLE imports (
  id INTEGER PRIMARY KEY,
  path TEXT NOT NULL,
  size INTEGER NOT NULL,
  mtime TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('running', 'finished')),
  offset INTEGER NOT NULL DEFAULT 0,
  run_id INTEGER REFERENCES runs(id),
  started TEXT NOT NULL,
  finished TEXT,
  UNIQUE (path, size, mtime)
);
CREATE TABLE import_damages (
  import_id INTEGER NOT NULL REFERENCES imports(id),
  offset INTEGER NOT NULL,
  reason TEXT NOT NULL,
  bytes INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (import_id, offset, reason)
) WITHOUT ROWID;
CREATE TABLE imported (
  id INTEGER PRIMARY KEY,
  import_id INTEGER NOT NULL REFERENCES imports(id),
  offset INTEGER NOT NULL,
  key TEXT NOT NULL UNIQUE,
  warc_id TEXT,
  beside TEXT,
  payload TEXT,
  capture_id INTEGER REFERENCES captures(id),
  record_id INTEGER REFERENCES records(id),
  site_id TEXT,
  page TEXT,
  state TEXT
);
CREATE INDEX imported_warc_id ON imported(warc_id) WHERE warc_id IS NOT NULL;
CREATE INDEX imported_beside ON imported(beside) WHERE beside IS NOT NULL;
CREATE INDEX imported_payload ON imported(payload) WHERE payload IS NOT NULL;
CREATE INDEX imported_capture ON imported(capture_id) WHERE capture_id IS NOT NULL;
CREATE INDEX imported_record ON imported(record_id) WHERE record_id IS NOT NULL;
CREATE INDEX imported_state ON imported(state, site_id, page, id) WHERE state IS NOT NULL;
CREATE INDEX imported_page ON imported(page) WHERE page IS NOT NULL;
CREATE INDEX imported_import ON imported(import_id, state);
"""


def apply(db: Database) -> None:
    """Make the tables of what was imported."""
    db.executescript(_IMPORT_TABLES)
