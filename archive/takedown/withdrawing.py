"""The rows of a takedown, in one transaction with what is still to be done to files; then those files, then the rest.

Killed anywhere it is finished by the next takedown, or by `finish`: until then `verify` names it.
"""

import json
import time
from contextlib import closing
from typing import Any

from sqlite_utils import Database

from archive.db import atomic, open_archive
from archive.errors import ArchiveError
from archive.fixity.verifying import clear_workings
from archive.holdings import Holdings
from archive.model import timestamp, utc_now
from archive.takedown.reach import Reach
from archive.withdrawn import Step, finish_files
from archive.words import count_words

# What is kept of a withdrawn article, of all tables that name articles.
_STAYS = ("urls", "events", "absences", "article_sections", "takedowns", "articles")
_SECONDS = 30
_EMPTIED = (
    "title = NULL, canonical_url = NULL, updated = NULL, updated_raw = NULL, updated_precision = NULL, "
    "published = NULL, published_raw = NULL, published_precision = NULL, day = NULL, source = NULL, byline = '[]', "
    "breadcrumb = '[]', language = NULL, body = '', captions = NULL, body_html = '', search_extra = NULL, "
    "word_count = 0, rules = '{}', keys = '', state = 'withdrawn'"
)


def withdraw(db: Database, reach: Reach, reason: str) -> int:
    """Write that an article is withdrawn and what is to be done for it; return the takedown's id.

    From here on nothing of it is found, shown or exported.
    """
    at = timestamp(utc_now())
    db.conn.execute("PRAGMA secure_delete = ON")
    with atomic(db):
        known = db.conn.execute(
            "SELECT number, seen_at, digest FROM versions WHERE article_id = ? ORDER BY number", (reach.article_id,)
        ).fetchall()
        cursor = db.conn.execute(
            "INSERT INTO takedowns(article_id, reason, begun, withdrew) VALUES (?, ?, ?, ?)",
            (reach.article_id, reason, at, json.dumps({"versions": known, "images": len(reach.images)})),
        )
        takedown_id = int(cursor.lastrowid or 0)
        for capture_id in reach.captures:
            _withdraw_capture(db, takedown_id, capture_id, at)
        _withdraw_images(db, takedown_id, reach)
        _scrub(db, reach)
        _empty(db, reach.article_id)
    return takedown_id


def _withdraw_capture(db: Database, takedown_id: int, capture_id: int, at: str) -> None:
    places = db.conn.execute(
        "SELECT file, offset, length FROM captures WHERE id = ?1 "
        "UNION SELECT file, offset, length FROM records WHERE capture_id = ?1",
        (capture_id,),
    ).fetchall()
    db.conn.execute("UPDATE captures SET withdrawn = ifnull(withdrawn, ?) WHERE id = ?", (at, capture_id))
    for file, offset, length in places:
        # An image's capture has no record: its row says that it is withdrawn, and nothing else is to be done.
        db.conn.execute(
            "INSERT INTO withdrawals(takedown_id, capture_id, file, offset, length, done_at) VALUES (?, ?, ?, ?, ?, ?)",
            (takedown_id, capture_id, f"captures/{file}" if file else "", offset, length, None if file else at),
        )
        db.conn.execute("DELETE FROM fixity WHERE file = ?", (f"captures/{file}",))


def _withdraw_images(db: Database, takedown_id: int, reach: Reach) -> None:
    db.conn.execute("DELETE FROM article_images WHERE article_id = ?", (reach.article_id,))
    for image_id, _, path in reach.images:
        db.conn.execute("INSERT INTO withdrawals(takedown_id, file) VALUES (?, ?)", (takedown_id, f"media/{path}"))
        db.conn.execute("DELETE FROM images WHERE id = ?", (image_id,))
        db.conn.execute("DELETE FROM fixity WHERE file = ?", (f"media/{path}",))


def _scrub(db: Database, reach: Reach) -> None:
    """Take out what the ledger, the listings and the reports tell of it."""
    article_id = reach.article_id
    db.conn.execute(
        "DELETE FROM urls WHERE article_id = ? AND kind = 'image' "
        "AND url NOT IN (SELECT url FROM article_images WHERE url IS NOT NULL)",
        (article_id,),
    )
    db.conn.execute("UPDATE urls SET article_id = NULL WHERE article_id = ? AND kind = 'image'", (article_id,))
    db.conn.execute(
        "UPDATE urls SET article_id = theirs.article_id FROM attachments theirs WHERE urls.article_id = ?1 "
        "AND kind = 'attachment' AND theirs.url = urls.url AND theirs.article_id <> ?1",
        (article_id,),
    )
    ours = "url_id IN (SELECT id FROM urls WHERE article_id = ?)"
    db.conn.execute(
        f"DELETE FROM sightings WHERE {ours} AND id NOT IN "  # noqa: S608 (our own words)
        f"(SELECT min(id) FROM sightings WHERE {ours} GROUP BY url_id, section_id)",
        (article_id, article_id),
    )
    db.conn.execute(
        f"UPDATE sightings SET title = NULL, date_raw = NULL, summary = NULL, thumbnail = NULL WHERE {ours}",  # noqa: S608
        (article_id,),
    )
    urls = [row[0] for row in db.conn.execute("SELECT url FROM urls WHERE article_id = ?", (article_id,))]
    for url in {*urls, reach.url}:
        _scrub_reports(db, url)
    db.conn.execute("UPDATE events SET detail = NULL WHERE article_id = ? AND kind = 'changed'", (article_id,))
    db.conn.execute(
        "UPDATE urls SET state = 'skipped', cause = 'withdrawn', due_at = NULL, etag = NULL, last_modified = NULL, "
        "failures = 0, missing_since = NULL, failed_since = NULL WHERE article_id = ?",
        (article_id,),
    )


def _scrub_reports(db: Database, url: str) -> None:
    """Empty the examples that problems and their past give from an article's page."""
    for table, column, key in (
        ("run_health", "fields", "run_id || ' ' || position"),
        ("problems", "detail", "id"),
    ):
        rows = db.conn.execute(f"SELECT {key}, {column} FROM {table} WHERE instr({column}, ?)", (url,)).fetchall()  # noqa: S608
        for row_key, text in rows:
            db.conn.execute(
                f"UPDATE {table} SET {column} = ? WHERE {key} = ?",  # noqa: S608
                (json.dumps(_without(json.loads(text), url), ensure_ascii=False), row_key),
            )
    db.conn.execute("UPDATE notices SET said = '(withdrawn)' WHERE instr(said, ?)", (url,))


def _without(said: Any, url: str) -> Any:
    """Return a report without what it quotes from a page."""
    if isinstance(said, dict):
        if said.get("url") == url and "value" in said:
            return said | {"value": ""}
        return {name: _without(value, url) for name, value in said.items()}
    if isinstance(said, list):
        return [url, ""] if len(said) == 2 and said[0] == url else [_without(value, url) for value in said]
    return said


def _empty(db: Database, article_id: int) -> None:
    """Delete what any table holds of the article, and leave its own row as a tombstone."""
    db.conn.execute("CREATE TEMP TABLE IF NOT EXISTS gone_versions AS SELECT id FROM versions WHERE 0")
    db.conn.execute("DELETE FROM gone_versions")
    db.conn.execute("INSERT INTO gone_versions SELECT id FROM versions WHERE article_id = ?", (article_id,))
    db.conn.execute("UPDATE versions SET same_as = NULL WHERE article_id = ?", (article_id,))
    for table, column in _referring(db, "versions"):
        if table != "versions":
            db.conn.execute(f"DELETE FROM {table} WHERE {column} IN (SELECT id FROM gone_versions)")  # noqa: S608
    for table, column in _referring(db, "articles"):
        if table not in _STAYS:
            db.conn.execute(f"DELETE FROM {table} WHERE {column} = ?", (article_id,))  # noqa: S608
    db.conn.execute(f"UPDATE articles SET {_EMPTIED} WHERE id = ?", (article_id,))  # noqa: S608


def _referring(db: Database, target: str) -> list[tuple[str, str]]:
    """Return the tables and columns that refer to a table, by foreign key or by name.

    Those of versions come last, for others refer to them.
    """
    by_name = {"articles": "article_id", "versions": "version_id"}[target]
    found = {
        (table, column)
        for (table,) in db.conn.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
        for column, to in db.conn.execute(
            'SELECT "from", "table" FROM pragma_foreign_key_list(?1) UNION SELECT name, ?2 FROM pragma_table_info(?1) '
            "WHERE name = ?3",
            (table, target, by_name),
        ).fetchall()
        if to == target
    }
    return sorted(found, key=lambda item: (item[0] == "versions", item))


def finish(holdings: Holdings, step: Step = lambda _name: None) -> int:
    """Do what takedowns have left to be done, each step again where it was killed; return how many were finished."""
    with closing(open_archive(holdings.database)) as db:
        db.conn.execute("PRAGMA secure_delete = ON")
        open_ones = db.conn.execute("SELECT id FROM takedowns WHERE finished IS NULL ORDER BY id").fetchall()
        clear_workings(holdings)
        finish_files(db, holdings, step)
        if not open_ones:
            return 0
        step("index")
        with atomic(db):
            db.conn.execute("INSERT INTO articles_fts(articles_fts) VALUES ('rebuild')")
        step("words")
        count_words(db)
        step("vacuum")
        db.conn.execute("VACUUM")
        step("checkpoint")
        _checkpoint(db, holdings)
        with atomic(db):
            db.conn.executemany(
                "UPDATE takedowns SET finished = ? WHERE id = ?", [(timestamp(utc_now()), row[0]) for row in open_ones]
            )
        step("finished")
        return len(open_ones)


def _checkpoint(db: Database, holdings: Holdings) -> None:
    """Empty the log of writes; a reader that still sees the past keeps it, and is waited for."""
    db.conn.execute("PRAGMA busy_timeout = 1000")
    deadline = time.monotonic() + _SECONDS
    while db.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
        if time.monotonic() > deadline:
            raise ArchiveError(
                f"somebody still reads {holdings.database} as it was before; end that (`newsarchive serve`?), then: "
                "newsarchive takedown --finish"
            )
        time.sleep(0.1)
