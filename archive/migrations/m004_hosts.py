"""Hosts: their robots.txt, and until when one is left alone."""

from sqlite_utils import Database

_HOSTS_TABLE = """
CREATE TABLE hosts (
  origin TEXT PRIMARY KEY,
  robots TEXT,
  robots_at TEXT,
  robots_until TEXT,
  retry_at TEXT,
  failures INTEGER NOT NULL DEFAULT 0,
  cause TEXT
);
CREATE INDEX hosts_resting ON hosts(retry_at) WHERE retry_at IS NOT NULL;
"""


def apply(db: Database) -> None:
    """Make the table of hosts: their robots.txt, and until when one is left alone."""
    db.executescript(_HOSTS_TABLE)
