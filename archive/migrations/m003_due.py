"""When sections and stored articles are due."""

from sqlite_utils import Database

# What a section showed before its last whole walk was told by time, which a clock that is set back turns round.
_DUE_COLUMNS = """
ALTER TABLE sections ADD COLUMN walk_mark INTEGER;
ALTER TABLE sections ADD COLUMN due_at TEXT;
ALTER TABLE sections ADD COLUMN every TEXT;
ALTER TABLE sections ADD COLUMN definition TEXT;
ALTER TABLE sections ADD COLUMN resume TEXT;
ALTER TABLE sections ADD COLUMN failures INTEGER NOT NULL DEFAULT 0;
ALTER TABLE urls ADD COLUMN missing_since TEXT;
UPDATE sections SET walk_mark = ifnull((
  SELECT max(sightings.id) FROM sightings WHERE section_id = sections.id AND first_seen < walk_started
), 0) WHERE walk_started IS NOT NULL;
UPDATE urls SET due_at = strftime('%Y-%m-%dT%H:%M:%S.000000Z', fetched_at, '+30 days')
  WHERE kind = 'article' AND state = 'stored' AND due_at IS NULL AND fetched_at IS NOT NULL;
"""


def apply(db: Database) -> None:
    """Let sections and stored articles be due, and missing ones be known since when."""
    db.executescript(_DUE_COLUMNS)
