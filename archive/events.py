"""Events in the archive: an article's timeline read out of its captures, told, and kept as rows."""

import json
from typing import Any

from sqlite_utils import Database

from archive.changes import changes_between
from archive.due import Policy
from archive.keys import refresh_keys
from archive.model import timestamp, utc_now
from archive.reader import version_content
from archive.timeline import Event, Sight, Story, in_order, tell

# What a re-reading made equal counts as the first of them.
_SHOWN = """
SELECT captures.fetched_at, ifnull(url_id, 0), ifnull(first.number, own.number), captures.run_id, captures.url,
  captures.fetched_at >= runs.started
FROM versions own LEFT JOIN versions first ON first.id = own.same_as
JOIN version_captures ON version_id = own.id AND position = 1
JOIN captures ON captures.id = capture_id JOIN runs ON runs.id = captures.run_id
WHERE own.article_id = ?"""
_ABSENT = """
SELECT at, urls.id, NULL, run_id, '', at >= started
FROM absences JOIN articles ON articles.id = absences.article_id JOIN runs ON runs.id = run_id
JOIN urls ON urls.url = absences.url AND urls.site_id = articles.site_id WHERE absences.article_id = ?"""
# Of a crawl's own the ledger has noted what an answer meant.
_IMPORTED_ABSENT = """
SELECT captures.fetched_at, urls.id, NULL, run_id, '', 0 FROM urls JOIN captures ON captures.url = urls.url
JOIN runs ON runs.id = run_id WHERE urls.article_id = ? AND urls.kind = 'article' AND status IN (404, 410)
AND withdrawn IS NULL AND captures.fetched_at < started"""
_OURS = "('first_seen', 'changed', 'moved', 'gone', 'returned')"


def note_absence(db: Database, article_id: int, url: str, cause: str, seen: tuple[str, int]) -> None:
    """Write that there was nothing at an article's address; `seen` is when, and by which run."""
    db.conn.execute(
        "INSERT INTO absences(article_id, url, cause, at, run_id) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (article_id, url, cause, *seen),
    )


def retell(db: Database, article_id: int, policy: Policy | None = None, *, makes_events: bool = True) -> Story:
    """Bring an article's events, its state and when it was seen up to date with what its captures show.

    Events follow capture time: a capture that comes late changes what was told before. What is not true any more is
    marked withdrawn and kept. A re-reading of what is stored makes no event.
    """
    rows = _events_of(db, article_id)
    gone = {row["at"]: row["detail"] for row in rows if row["kind"] == "gone"}
    story = tell(_sights(db, article_id), policy or Policy(), gone)
    known = {(row["kind"], row["at"]): row for row in rows}
    for event in story.events:
        row = known.pop((event.kind, event.at), None)
        if row is not None:
            _correct(db, article_id, row, event)
        elif makes_events:
            _write(db, article_id, event)
    stale = [row["id"] for row in known.values() if row["withdrawn"] is None]
    if stale:
        now = timestamp(utc_now())
        db.conn.executemany("UPDATE events SET withdrawn = ? WHERE id = ?", [(now, row_id) for row_id in stale])
    _write_state(db, article_id, story)
    return story


def _sights(db: Database, article_id: int) -> list[Sight]:
    rows = (row for sql in (_SHOWN, _ABSENT, _IMPORTED_ABSENT) for row in db.conn.execute(sql, (article_id,)))
    # An import may have noted what its captures say as well.
    return in_order(dict.fromkeys(Sight(*row) for row in rows))


def _events_of(db: Database, article_id: int) -> list[dict[str, Any]]:
    return list(
        db.query(
            "SELECT id, kind, from_version, to_version, at, detail, withdrawn FROM events "  # noqa: S608 (names are ours)
            f"WHERE article_id = ? AND kind IN {_OURS}",
            (article_id,),
        )
    )


def _correct(db: Database, article_id: int, row: dict[str, Any], event: Event) -> None:
    """Let an event that is told already say what is told of it now."""
    versions = (event.from_version, event.to_version)
    is_other = versions != (row["from_version"], row["to_version"])
    if is_other or row["withdrawn"] is not None or row["detail"] != event.detail:
        changes = _changes(db, article_id, event)
        db.conn.execute(
            "UPDATE events SET from_version = ?, to_version = ?, detail = ?, changes = ?, withdrawn = NULL "
            "WHERE id = ?",
            (*versions, event.detail, changes, row["id"]),
        )


def _write(db: Database, article_id: int, event: Event) -> None:
    db.conn.execute(
        "INSERT INTO events(article_id, kind, from_version, to_version, at, run_id, detail, changes) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            article_id, event.kind, event.from_version, event.to_version, event.at, event.run_id, event.detail,
            _changes(db, article_id, event),
        ),
    )  # fmt: skip


def _changes(db: Database, article_id: int, event: Event) -> str | None:
    """Return the classes of a change, as JSON."""
    if event.kind != "changed":
        return None
    before, after = (
        version_content(db, int(row[0]))
        for number in (event.from_version, event.to_version)
        for row in [
            db.conn.execute(
                "SELECT id FROM versions WHERE article_id = ? AND number = ?", (article_id, number)
            ).fetchone()
        ]
    )
    return json.dumps(changes_between(before, after))


def _write_state(db: Database, article_id: int, story: Story) -> None:
    if story.latest is not None:
        seen = (story.state, story.first_seen, story.last_seen)
        written = db.conn.execute(
            "UPDATE articles SET state = ?1, first_seen = ?2, last_seen = ?3 WHERE id = ?4 "
            "AND (state, first_seen, last_seen) <> (?1, ?2, ?3)",
            (*seen, article_id),
        )
        if written.rowcount:
            refresh_keys(db, article_id)
