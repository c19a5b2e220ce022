"""Tags and notes on articles, and what of them and of corrections is shown with an article."""

import json
import re
from collections.abc import Iterable
from typing import Any

from sqlite_utils import Database

from archive.errors import UsageError
from archive.model import timestamp, utc_now

_TAG = re.compile(r"[^\s,;+-][^\s,;]{0,63}")


def tag(db: Database, article_id: int, add: Iterable[str], remove: Iterable[str]) -> list[str]:
    """Change an article's tags and return them, in the caller's transaction; raises UsageError for what is no tag."""
    at = timestamp(utc_now())
    for name in add:
        if not _TAG.fullmatch(name):
            raise UsageError(f"{name!r} is no tag; one is a word of up to 64 characters without spaces")
        db.conn.execute("INSERT INTO tags(article_id, tag, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                        (article_id, name, at))  # fmt: skip
    for name in remove:
        if db.conn.execute("DELETE FROM tags WHERE article_id = ? AND tag = ?", (article_id, name)).rowcount == 0:
            raise UsageError(f"the article has no tag {name!r}; it has {', '.join(tags_of(db, article_id)) or 'none'}")
    return tags_of(db, article_id)


def note(db: Database, article_id: int, text: str, by: str) -> None:
    """Write a note on an article; inside the caller's transaction."""
    db.conn.execute(
        "INSERT INTO notes(article_id, text, at, by) VALUES (?, ?, ?, ?)", (article_id, text, timestamp(utc_now()), by)
    )


def tags_of(db: Database, article_id: int) -> list[str]:
    """Return an article's tags."""
    return [row[0] for row in db.conn.execute("SELECT tag FROM tags WHERE article_id = ? ORDER BY tag", (article_id,))]


def every_tag(db: Database) -> dict[str, int]:
    """Return how many articles have each tag, the commonest first."""
    return dict(db.conn.execute("SELECT tag, count(*) FROM tags GROUP BY tag ORDER BY 2 DESC, 1").fetchall())


def marks_of(db: Database, article_id: int) -> dict[str, Any]:
    """Return an article's tags, notes and corrections for JSON."""
    notes = db.query("SELECT text, at, by FROM notes WHERE article_id = ? ORDER BY id", (article_id,))
    edits = db.query(
        "SELECT field, before, after, note, at, by, undone_at FROM edits WHERE article_id = ? ORDER BY id",
        (article_id,),
    )
    said = [row | {"before": json.loads(row["before"])["value"], "after": json.loads(row["after"])} for row in edits]
    return {"tags": tags_of(db, article_id), "notes": list(notes), "edits": said}
