"""Events: what happened to an article, in the order in which it was seen."""

from typing import Literal

from sqlite_utils import Database

from archive.keys import refresh_keys

EventKind = Literal["first_seen", "changed", "gone", "returned"]


def write_event(
    db: Database, article_id: int, kind: EventKind, versions: tuple[int | None, int | None], seen: tuple[str, int]
) -> None:
    """Write an event; `versions` are those before and after, `seen` is when, and by which run."""
    at, run_id = seen
    db.conn.execute(
        "INSERT INTO events(article_id, kind, from_version, to_version, at, run_id) VALUES (?, ?, ?, ?, ?, ?)",
        (article_id, kind, *versions, at, run_id),
    )


def note_gone(db: Database, article_id: int, seen: tuple[str, int]) -> None:
    """Write that an article is gone, unless it is known to be."""
    _change_state(db, article_id, "gone", seen)


def note_shown(db: Database, article_id: int, seen: tuple[str, int]) -> None:
    """Write that an article was shown: one that was gone has returned."""
    _change_state(db, article_id, "live", seen)
    db.conn.execute("UPDATE articles SET last_seen = max(last_seen, ?) WHERE id = ?", (seen[0], article_id))


def _change_state(db: Database, article_id: int, state: Literal["live", "gone"], seen: tuple[str, int]) -> None:
    before, version = db.conn.execute("SELECT state, version FROM articles WHERE id = ?", (article_id,)).fetchone()
    if before != state:
        db.conn.execute("UPDATE articles SET state = ? WHERE id = ?", (state, article_id))
        refresh_keys(db, article_id)
        write_event(db, article_id, "gone" if state == "gone" else "returned", (version, version), seen)
