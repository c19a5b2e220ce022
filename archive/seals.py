"""Seals: a hash over all that a version's row and its images say, so that one flipped byte of them shows."""

import hashlib
import json
from collections.abc import Iterable

from sqlite_utils import Database

_SLICE = 500
_COLUMNS = (
    "id article_id number seen_at digest parser template read_at same_as title updated updated_raw updated_precision "
    "published published_raw published_precision source byline breadcrumb language body captions body_html "
    "canonical_url word_count rules"
).split()
# Of this connection alone: what another tool changes keeps its old seal, and so shows.
_WATCH = """
CREATE TEMP TABLE IF NOT EXISTS unsealed (version_id INTEGER PRIMARY KEY);
CREATE TEMP TRIGGER IF NOT EXISTS unseal_new AFTER INSERT ON main.versions
BEGIN INSERT OR IGNORE INTO unsealed VALUES (new.id); END;
CREATE TEMP TRIGGER IF NOT EXISTS unseal_changed AFTER UPDATE ON main.versions
BEGIN INSERT OR IGNORE INTO unsealed VALUES (new.id); END;
CREATE TEMP TRIGGER IF NOT EXISTS unseal_new_image AFTER INSERT ON main.article_images
BEGIN INSERT OR IGNORE INTO unsealed VALUES (new.version_id); END;
CREATE TEMP TRIGGER IF NOT EXISTS unseal_changed_image AFTER UPDATE ON main.article_images
BEGIN INSERT OR IGNORE INTO unsealed VALUES (new.version_id); END;
CREATE TEMP TRIGGER IF NOT EXISTS unseal_lost_image AFTER DELETE ON main.article_images
BEGIN INSERT OR IGNORE INTO unsealed VALUES (old.version_id); END;
"""


def watch(db: Database) -> None:
    """Let a connection note which versions it writes, for `seal_changed`."""
    db.conn.executescript(_WATCH)


def seal_changed(db: Database) -> None:
    """Seal the versions that this connection has written since the last time; inside the caller's transaction."""
    changed = [row[0] for row in db.conn.execute("SELECT version_id FROM unsealed ORDER BY version_id")]
    if changed:
        _write(db, changed)
        db.conn.execute("DELETE FROM unsealed")


def seal_every(db: Database) -> None:
    """Seal all versions; inside the caller's transaction."""
    last = 0
    while ids := [
        row[0] for row in db.conn.execute("SELECT id FROM versions WHERE id > ? ORDER BY id LIMIT ?", (last, _SLICE))
    ]:
        _write(db, ids)
        last = ids[-1]


def seal_of(db: Database, version_id: int) -> str | None:
    """Return the hash over a version's row and images as they are stored, None where there is no such version."""
    row = db.conn.execute(f"SELECT {', '.join(_COLUMNS)} FROM versions WHERE id = ?", (version_id,)).fetchone()  # noqa: S608
    if row is None:
        return None
    images = db.conn.execute(
        "SELECT position, sha256, url, caption, credit, alt, error FROM article_images "
        "LEFT JOIN images ON images.id = image_id WHERE version_id = ? ORDER BY position",
        (version_id,),
    ).fetchall()
    said = json.dumps([*row, *images], ensure_ascii=False, default=bytes.hex)
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()


def _write(db: Database, ids: Iterable[int]) -> None:
    sealed = [(each, seal) for each in ids if (seal := seal_of(db, each))]
    db.conn.executemany(
        "INSERT INTO seals(version_id, seal) VALUES (?, ?) ON CONFLICT DO UPDATE SET seal = excluded.seal", sealed
    )
