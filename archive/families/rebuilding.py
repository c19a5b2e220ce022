"""Comparing all that is stored: in batches that are whole, so that a walk that was killed goes on where it was."""

from collections.abc import Callable

from sqlite_utils import Database

from archive.db import atomic
from archive.families.kinship import place_alternates, place_text

_BATCH = 200
EVERY_SITE = ""


def not_compared(db: Database) -> int:
    """Return how many articles a walk that was begun has still before it."""
    rows = db.conn.execute("SELECT site_id, through FROM family_walks").fetchall()
    return max((_left(db, site_id, through) for site_id, through in rows), default=0)


def rebuild(db: Database, site_id: str, on_article: Callable[[int, int], None]) -> int:
    """Forget the families of a site's articles (EVERY_SITE: all) and find them again; return how many were compared.

    A walk that was killed goes on; `on_article` gets how many are done, of how many.
    """
    with atomic(db):
        if _through(db, site_id) is None:
            _forget(db, site_id)
            db.conn.execute("INSERT INTO family_walks VALUES (?, 0)", (site_id,))
    done, every = 0, _left(db, site_id, _through(db, site_id) or 0)
    while number := _batch(db, site_id):
        done += number
        on_article(done, max(every, done))
    with atomic(db):
        db.conn.execute("DELETE FROM family_walks WHERE site_id = ?", (site_id,))
    return done


def _through(db: Database, site_id: str) -> int | None:
    row = db.conn.execute("SELECT through FROM family_walks WHERE site_id = ?", (site_id,)).fetchone()
    return int(row[0]) if row else None


def _left(db: Database, site_id: str, through: int) -> int:
    (number,) = db.conn.execute(
        "SELECT count(*) FROM articles WHERE id > ? AND ? IN ('', site_id)", (through, site_id)
    ).fetchone()
    return int(number)


def _forget(db: Database, site_id: str) -> None:
    if site_id == EVERY_SITE:
        db.conn.execute("DELETE FROM story_bands")
        db.conn.execute("DELETE FROM family_members")
        return
    db.conn.execute(
        "DELETE FROM story_bands WHERE article_id IN (SELECT id FROM articles WHERE site_id = ?)", (site_id,)
    )
    db.conn.execute(
        "DELETE FROM family_members WHERE family_id IN (SELECT family_id FROM family_members "
        "JOIN articles ON articles.id = article_id WHERE site_id = ?)",
        (site_id,),
    )


def _batch(db: Database, site_id: str) -> int:
    """Compare the next articles by id, which is by day: the first telling comes first."""
    with atomic(db):
        through = _through(db, site_id)
        rows = db.conn.execute(
            "SELECT id, title, body, captions FROM articles WHERE id > ? AND ? IN ('', site_id) ORDER BY id LIMIT ?",
            (through or 0, site_id, _BATCH),
        ).fetchall()
        for article_id, title, body, captions in rows:
            place_text(db, article_id, title, body or captions or "")
            place_alternates(db, article_id, ())
        if rows:
            db.conn.execute("UPDATE family_walks SET through = ? WHERE site_id = ?", (rows[-1][0], site_id))
    return len(rows)
