"""What proves a version beside its captures: other records, absences, attachments, what kind of change an event is."""

from sqlite_utils import Database

# `records`: what stands in WARC files beside captures (request, metadata; warcinfo and others of imported files).
# `absences`: every time that an article's address answered that there is nothing, so that events can be told again.
_EVIDENCE = """
CREATE TABLE records (
  id INTEGER PRIMARY KEY,
  capture_id INTEGER REFERENCES captures(id),
  type TEXT NOT NULL,
  file TEXT NOT NULL,
  offset INTEGER NOT NULL,
  length INTEGER NOT NULL,
  digest TEXT NOT NULL
);
CREATE INDEX records_capture ON records(capture_id);
CREATE UNIQUE INDEX records_file ON records(file, offset);
CREATE TABLE absences (
  article_id INTEGER NOT NULL REFERENCES articles(id),
  url TEXT NOT NULL,
  at TEXT NOT NULL,
  cause TEXT NOT NULL,
  run_id INTEGER REFERENCES runs(id),
  PRIMARY KEY (article_id, url, at)
) WITHOUT ROWID;
CREATE TABLE attachments (
  id INTEGER PRIMARY KEY,
  article_id INTEGER NOT NULL REFERENCES articles(id),
  url TEXT NOT NULL,
  name TEXT,
  capture_id INTEGER REFERENCES captures(id),
  mime TEXT,
  bytes INTEGER,
  pages INTEGER,
  text BLOB,
  error TEXT,
  first_seen TEXT NOT NULL,
  last_seen TEXT NOT NULL,
  UNIQUE (article_id, url)
);
CREATE INDEX attachments_capture ON attachments(capture_id);
ALTER TABLE events ADD COLUMN changes TEXT;
ALTER TABLE events ADD COLUMN detail TEXT;
ALTER TABLE runs ADD COLUMN chain TEXT;
ALTER TABLE version_captures ADD COLUMN url_id INTEGER REFERENCES urls(id);
UPDATE version_captures SET url_id = (
  SELECT urls.id FROM captures JOIN urls ON urls.url = captures.url
  JOIN versions ON versions.article_id = urls.article_id
  WHERE captures.id = capture_id AND versions.id = version_id
) WHERE position = 1;
"""
_KINDS = "kind IN ('listing', 'article', 'page', 'image')"


def apply(db: Database) -> None:
    """Make the tables of the evidence beside captures, and let the ledger know attachments."""
    db.executescript(_EVIDENCE)
    # A constraint that only grows wider leaves every stored row valid: https://sqlite.org/lang_altertable.html, 7.
    (version,) = db.conn.execute("PRAGMA schema_version").fetchone()
    db.conn.execute("PRAGMA writable_schema = ON")
    db.conn.execute(
        "UPDATE sqlite_schema SET sql = replace(sql, ?, ?) WHERE type = 'table' AND name = 'urls'",
        (_KINDS, _KINDS.replace(")", ", 'attachment')")),
    )
    db.conn.execute(f"PRAGMA schema_version = {version + 1}")
    db.conn.execute("PRAGMA writable_schema = OFF")
