"""Bringing the index of an archive of an earlier release into today's form, in small steps that may be cut anywhere."""

import json
from collections.abc import Callable

from sqlite_utils import Database

from archive.db import atomic
from archive.folding import search_extra
from archive.keys import filter_keys

_BATCH = 200


def waiting(db: Database) -> int:
    """Return how many articles still stand in the index as an earlier release put them there."""
    low, high = _bounds(db)
    sql = "SELECT count(*) FROM articles INDEXED BY articles_filters WHERE id > ? AND id <= ?"
    return int(db.conn.execute(sql, (low, high)).fetchone()[0]) if high is not None else 0


def is_waiting(db: Database) -> bool:
    """Return whether any article waits."""
    return _bounds(db)[1] is not None


def reindex(db: Database, on_step: Callable[[int], None] = lambda _: None) -> int:
    """Bring what waits into today's form; return how many articles that were. Killed, it goes on where it was.

    A step is one transaction and reads what it writes, so it needs no site's lock: what a crawl stores meanwhile has
    today's form already, and stays.
    """
    done = 0
    while (number := _step(db)) > 0:
        done += number
        on_step(number)
    return done


def _step(db: Database) -> int:
    with atomic(db):
        low, high = _bounds(db)
        if high is None:
            return 0
        rows = db.conn.execute(
            "SELECT id, site_id, language, keys, search_extra, body, title, captions, source, byline FROM articles "
            # The text of attachments is in the index already, and nowhere else in this row.
            "WHERE id > ? AND id <= ? AND NOT EXISTS (SELECT 1 FROM attachments WHERE article_id = articles.id "
            "AND text IS NOT NULL) ORDER BY id LIMIT ?",
            (low, high, _BATCH),
        ).fetchall()
        for article_id, site_id, language, keys, extra, *texts, byline in rows:
            today = (
                filter_keys(db, article_id, site_id, language),
                search_extra(*texts, " ".join(json.loads(byline))),
            )
            if today != (keys, extra):
                db.conn.execute("UPDATE articles SET keys = ?, search_extra = ? WHERE id = ?", (*today, article_id))
        if rows:
            _remember(db, "reindexed", rows[-1][0])
        else:
            db.conn.execute("DELETE FROM search_state WHERE name IN ('reindexed', 'reindex-to')")
        return len(rows)


def _bounds(db: Database) -> tuple[int, int | None]:
    """Return the last article that was brought up to date, and the last that is to be."""
    said = dict(db.conn.execute("SELECT name, value FROM search_state WHERE name IN ('reindexed', 'reindex-to')"))
    return int(said.get("reindexed", -1)), int(said["reindex-to"]) if "reindex-to" in said else None


def _remember(db: Database, name: str, value: int) -> None:
    db.conn.execute(
        "INSERT INTO search_state VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value", (name, str(value))
    )
