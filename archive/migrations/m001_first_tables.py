"""The tables of the first release."""

from sqlite_utils import Database

_CRAWL_TABLES = """
CREATE TABLE sites (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  url TEXT NOT NULL,
  language TEXT,
  timezone TEXT
);
CREATE TABLE sections (
  id INTEGER PRIMARY KEY,
  site_id TEXT NOT NULL REFERENCES sites(id),
  key TEXT NOT NULL,
  name TEXT NOT NULL,
  url TEXT NOT NULL,
  walk_started TEXT,
  walk_completed TEXT,
  UNIQUE (site_id, key)
);
CREATE TABLE runs (
  id INTEGER PRIMARY KEY,
  site_id TEXT NOT NULL REFERENCES sites(id),
  started TEXT NOT NULL,
  finished TEXT,
  state TEXT NOT NULL CHECK (state IN ('running', 'finished', 'interrupted', 'killed', 'failed')),
  discovered INTEGER NOT NULL DEFAULT 0,
  stored INTEGER NOT NULL DEFAULT 0,
  unchanged INTEGER NOT NULL DEFAULT 0,
  skipped INTEGER NOT NULL DEFAULT 0,
  failed INTEGER NOT NULL DEFAULT 0,
  pending INTEGER NOT NULL DEFAULT 0,
  requests INTEGER NOT NULL DEFAULT 0,
  bytes INTEGER NOT NULL DEFAULT 0,
  error TEXT
);
CREATE TABLE captures (
  id INTEGER PRIMARY KEY,
  url TEXT NOT NULL,
  fetched_at TEXT NOT NULL,
  status INTEGER,
  mime TEXT,
  headers TEXT,
  digest TEXT,
  file TEXT,
  offset INTEGER,
  length INTEGER,
  revisit_of INTEGER REFERENCES captures(id),
  chain TEXT NOT NULL,
  withdrawn TEXT,
  run_id INTEGER REFERENCES runs(id)
);
CREATE INDEX captures_url ON captures(url, fetched_at);
CREATE INDEX captures_file ON captures(file, offset) WHERE file IS NOT NULL;
CREATE INDEX captures_run ON captures(run_id);
"""

_ARTICLE_TABLES = """
CREATE TABLE articles (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  site_id TEXT NOT NULL REFERENCES sites(id),
  url TEXT NOT NULL,
  canonical_url TEXT,
  title TEXT,
  updated TEXT, updated_raw TEXT, updated_precision TEXT,
  published TEXT, published_raw TEXT, published_precision TEXT,
  day TEXT,
  source TEXT,
  byline TEXT NOT NULL DEFAULT '[]',
  breadcrumb TEXT NOT NULL DEFAULT '[]',
  language TEXT,
  body TEXT NOT NULL DEFAULT '',
  captions TEXT,
  body_html TEXT NOT NULL DEFAULT '',
  search_extra TEXT,
  keys TEXT NOT NULL DEFAULT '',
  word_count INTEGER NOT NULL DEFAULT 0,
  first_seen TEXT NOT NULL,
  last_seen TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'live',
  version INTEGER NOT NULL DEFAULT 1,
  rules TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX articles_site ON articles(site_id, id);
CREATE INDEX articles_url ON articles(url);
CREATE INDEX articles_moved_day ON articles(day)
  WHERE day IS NULL OR CAST(julianday(day) - 1721424.5 AS INTEGER) <> (id >> 24);
CREATE TABLE article_sections (
  article_id INTEGER NOT NULL REFERENCES articles(id),
  section_id INTEGER NOT NULL REFERENCES sections(id),
  first_seen TEXT NOT NULL,
  PRIMARY KEY (article_id, section_id)
) WITHOUT ROWID;
CREATE INDEX article_sections_section ON article_sections(section_id, article_id);
CREATE TABLE urls (
  id INTEGER PRIMARY KEY,
  url TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('listing', 'article', 'page', 'image')),
  site_id TEXT NOT NULL REFERENCES sites(id),
  article_id INTEGER REFERENCES articles(id),
  state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'stored', 'failed', 'skipped', 'gone')),
  discovered_at TEXT NOT NULL,
  fetched_at TEXT,
  due_at TEXT,
  etag TEXT,
  last_modified TEXT,
  digest TEXT,
  failures INTEGER NOT NULL DEFAULT 0,
  cause TEXT,
  UNIQUE (site_id, url)
);
CREATE INDEX urls_pending ON urls(site_id, kind, id) WHERE state = 'pending';
CREATE INDEX urls_due ON urls(site_id, kind, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX urls_article ON urls(article_id) WHERE article_id IS NOT NULL;
CREATE TABLE sightings (
  id INTEGER PRIMARY KEY,
  url_id INTEGER NOT NULL REFERENCES urls(id),
  section_id INTEGER NOT NULL REFERENCES sections(id),
  listing_url_id INTEGER NOT NULL REFERENCES urls(id),
  capture_id INTEGER REFERENCES captures(id),
  page INTEGER NOT NULL,
  rank INTEGER NOT NULL,
  title TEXT,
  date_raw TEXT,
  summary TEXT,
  thumbnail TEXT,
  first_seen TEXT NOT NULL,
  last_seen TEXT NOT NULL
);
CREATE UNIQUE INDEX sightings_said ON sightings(
  url_id, section_id, ifnull(title, ''), ifnull(date_raw, ''), ifnull(summary, ''), ifnull(thumbnail, '')
);
CREATE INDEX sightings_section ON sightings(section_id, url_id);
"""

_EVIDENCE_TABLES = """
CREATE TABLE versions (
  id INTEGER PRIMARY KEY,
  article_id INTEGER NOT NULL REFERENCES articles(id),
  number INTEGER NOT NULL,
  seen_at TEXT NOT NULL,
  digest TEXT NOT NULL,
  parser TEXT NOT NULL,
  template TEXT NOT NULL,
  read_at TEXT NOT NULL,
  same_as INTEGER REFERENCES versions(id),
  title TEXT,
  updated TEXT, updated_raw TEXT, updated_precision TEXT,
  published TEXT, published_raw TEXT, published_precision TEXT,
  source TEXT,
  byline TEXT NOT NULL DEFAULT '[]',
  breadcrumb TEXT NOT NULL DEFAULT '[]',
  language TEXT,
  body TEXT,
  captions TEXT,
  body_html TEXT,
  canonical_url TEXT,
  word_count INTEGER NOT NULL DEFAULT 0,
  rules TEXT NOT NULL DEFAULT '{}',
  UNIQUE (article_id, number)
);
CREATE TABLE version_captures (
  version_id INTEGER NOT NULL REFERENCES versions(id),
  capture_id INTEGER NOT NULL REFERENCES captures(id),
  position INTEGER NOT NULL,
  seen_at TEXT NOT NULL,
  PRIMARY KEY (version_id, capture_id, position)
) WITHOUT ROWID;
CREATE INDEX version_captures_capture ON version_captures(capture_id);
CREATE TABLE readings (
  id INTEGER PRIMARY KEY,
  version_id INTEGER NOT NULL REFERENCES versions(id),
  parser TEXT NOT NULL,
  template TEXT NOT NULL,
  read_at TEXT NOT NULL,
  digest_before TEXT NOT NULL,
  digest_after TEXT NOT NULL
);
CREATE TABLE events (
  id INTEGER PRIMARY KEY,
  article_id INTEGER NOT NULL REFERENCES articles(id),
  kind TEXT NOT NULL,
  from_version INTEGER,
  to_version INTEGER,
  at TEXT NOT NULL,
  run_id INTEGER REFERENCES runs(id),
  withdrawn TEXT
);
CREATE INDEX events_article ON events(article_id, at);
CREATE INDEX events_at ON events(at);
CREATE TABLE images (
  id INTEGER PRIMARY KEY,
  sha256 TEXT NOT NULL UNIQUE,
  mime TEXT NOT NULL,
  width INTEGER,
  height INTEGER,
  bytes INTEGER NOT NULL,
  path TEXT NOT NULL,
  capture_id INTEGER REFERENCES captures(id)
);
CREATE TABLE article_images (
  article_id INTEGER NOT NULL REFERENCES articles(id),
  version_id INTEGER NOT NULL REFERENCES versions(id),
  position INTEGER NOT NULL,
  image_id INTEGER REFERENCES images(id),
  url TEXT,
  caption TEXT,
  credit TEXT,
  alt TEXT,
  error TEXT,
  PRIMARY KEY (version_id, position)
) WITHOUT ROWID;
CREATE INDEX article_images_article ON article_images(article_id);
CREATE INDEX article_images_image ON article_images(image_id) WHERE image_id IS NOT NULL;
"""

FTS_COLUMNS = ("body", "title", "captions", "source", "byline", "search_extra", "keys")


def _fts_sql() -> str:
    columns = ", ".join(FTS_COLUMNS)
    new = ", ".join(f"new.{column}" for column in FTS_COLUMNS)
    old = ", ".join(f"old.{column}" for column in FTS_COLUMNS)
    changed = " OR ".join(f"old.{column} IS NOT new.{column}" for column in FTS_COLUMNS)
    take_out = f"INSERT INTO articles_fts(articles_fts, rowid, {columns}) VALUES ('delete', old.id, {old});"  # noqa: S608
    put_in = f"INSERT INTO articles_fts(rowid, {columns}) VALUES (new.id, {new});"  # noqa: S608
    return f"""
CREATE VIRTUAL TABLE articles_fts USING fts5(
  {columns}, content="articles", content_rowid="id", tokenize="unicode61 remove_diacritics 2"
);
CREATE TRIGGER articles_fts_insert AFTER INSERT ON articles BEGIN {put_in} END;
CREATE TRIGGER articles_fts_delete AFTER DELETE ON articles BEGIN {take_out} END;
CREATE TRIGGER articles_fts_update AFTER UPDATE OF {columns} ON articles WHEN {changed}
BEGIN {take_out} {put_in} END;
"""


def apply(db: Database) -> None:
    """Make the tables of the first release."""
    for script in (_CRAWL_TABLES, _ARTICLE_TABLES, _EVIDENCE_TABLES, _fts_sql()):
        db.executescript(script)
