"""What each run's articles were like, and the problems that this shows."""

from sqlite_utils import Database

_HEALTH_TABLES = """
CREATE TABLE run_health (
  run_id INTEGER NOT NULL REFERENCES runs(id),
  position INTEGER NOT NULL,
  section_id INTEGER REFERENCES sections(id),
  reading TEXT NOT NULL,
  articles INTEGER NOT NULL,
  fields TEXT NOT NULL,
  PRIMARY KEY (run_id, position)
) WITHOUT ROWID;
CREATE TABLE problems (
  id INTEGER PRIMARY KEY,
  site_id TEXT NOT NULL REFERENCES sites(id),
  run_id INTEGER NOT NULL REFERENCES runs(id),
  name TEXT NOT NULL,
  field TEXT NOT NULL,
  since_run INTEGER NOT NULL REFERENCES runs(id),
  seen_at TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'resolved')),
  detail TEXT NOT NULL,
  resolved_at TEXT
);
CREATE UNIQUE INDEX problems_open ON problems(site_id, name) WHERE state = 'open';
CREATE INDEX problems_site ON problems(site_id, id);
CREATE INDEX runs_site ON runs(site_id, id);
"""


def apply(db: Database) -> None:
    """Make the tables of what each run's articles were like, and of the problems that this shows."""
    db.executescript(_HEALTH_TABLES)
