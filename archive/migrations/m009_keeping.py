"""What keeping an archive for years needs: seals, what was verified when, takedowns, corrections, tags and notes."""

from sqlite_utils import Database

from archive.seals import seal_every

# What is withdrawn stays so, whoever writes: its addresses are frozen, what comes from them is withdrawn at once, and
# listings tell nothing of it any more.
_KEEPING = """
CREATE TABLE seals (
  version_id INTEGER PRIMARY KEY REFERENCES versions(id) ON DELETE CASCADE,
  seal TEXT NOT NULL
);
CREATE TABLE verifications (
  id INTEGER PRIMARY KEY,
  started TEXT NOT NULL,
  finished TEXT NOT NULL,
  scope TEXT NOT NULL,
  checked TEXT NOT NULL,
  damages TEXT NOT NULL
);
CREATE TABLE fixity (
  file TEXT PRIMARY KEY,
  bytes INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  verified_at TEXT NOT NULL,
  damaged_at TEXT
) WITHOUT ROWID;
CREATE INDEX fixity_verified ON fixity(verified_at);
CREATE TABLE takedowns (
  id INTEGER PRIMARY KEY,
  article_id INTEGER NOT NULL REFERENCES articles(id),
  reason TEXT NOT NULL,
  begun TEXT NOT NULL,
  finished TEXT,
  withdrew TEXT NOT NULL
);
CREATE INDEX takedowns_article ON takedowns(article_id);
CREATE INDEX takedowns_open ON takedowns(begun) WHERE finished IS NULL;
CREATE TABLE withdrawals (
  id INTEGER PRIMARY KEY,
  takedown_id INTEGER NOT NULL REFERENCES takedowns(id),
  capture_id INTEGER REFERENCES captures(id),
  file TEXT NOT NULL,
  offset INTEGER,
  length INTEGER,
  done_at TEXT
);
CREATE INDEX withdrawals_capture ON withdrawals(capture_id, offset) WHERE capture_id IS NOT NULL;
CREATE INDEX withdrawals_open ON withdrawals(takedown_id) WHERE done_at IS NULL;
CREATE TABLE edits (
  id INTEGER PRIMARY KEY,
  article_id INTEGER NOT NULL REFERENCES articles(id),
  field TEXT NOT NULL,
  before TEXT NOT NULL,
  after TEXT NOT NULL,
  note TEXT NOT NULL,
  at TEXT NOT NULL,
  by TEXT NOT NULL,
  undone_at TEXT
);
CREATE INDEX edits_article ON edits(article_id);
CREATE TABLE tags (
  article_id INTEGER NOT NULL REFERENCES articles(id),
  tag TEXT NOT NULL,
  at TEXT NOT NULL,
  PRIMARY KEY (article_id, tag)
) WITHOUT ROWID;
CREATE INDEX tags_tag ON tags(tag);
CREATE TABLE notes (
  id INTEGER PRIMARY KEY,
  article_id INTEGER NOT NULL REFERENCES articles(id),
  text TEXT NOT NULL,
  at TEXT NOT NULL,
  by TEXT NOT NULL
);
CREATE INDEX notes_article ON notes(article_id);
CREATE INDEX urls_withdrawn_url ON urls(url) WHERE cause = 'withdrawn';
CREATE TRIGGER urls_withdrawn BEFORE UPDATE ON urls WHEN old.cause = 'withdrawn'
BEGIN SELECT RAISE(IGNORE); END;
CREATE TRIGGER articles_withdrawn BEFORE UPDATE ON articles WHEN old.state = 'withdrawn'
BEGIN SELECT RAISE(IGNORE); END;
CREATE TRIGGER captures_withdrawn AFTER INSERT ON captures
WHEN EXISTS (SELECT 1 FROM urls WHERE url = new.url AND cause = 'withdrawn')
BEGIN
  UPDATE captures SET withdrawn = (SELECT begun FROM takedowns JOIN urls USING (article_id) WHERE url = new.url
    AND cause = 'withdrawn' ORDER BY takedowns.id DESC LIMIT 1) WHERE id = new.id;
  INSERT INTO withdrawals(takedown_id, capture_id, file, offset, length)
  SELECT takedowns.id, new.id, iif(new.file IS NULL, '', 'captures/' || new.file), new.offset, new.length
    FROM takedowns JOIN urls USING (article_id) WHERE url = new.url AND cause = 'withdrawn'
    ORDER BY takedowns.id DESC LIMIT 1;
END;
CREATE TRIGGER sightings_withdrawn BEFORE INSERT ON sightings
WHEN EXISTS (SELECT 1 FROM urls WHERE id = new.url_id AND cause = 'withdrawn')
BEGIN SELECT RAISE(IGNORE); END;
"""


def apply(db: Database) -> None:
    """Make the tables of what is verified, withdrawn and set by hand, and seal the versions that are there."""
    db.executescript(_KEEPING)
    seal_every(db)
