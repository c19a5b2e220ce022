"""The database against itself: pages and indexes, the chain, versions against their seals, articles against versions.

All of it is asked of a copy that nobody writes.
"""

import datetime as dt
import json
import sqlite3
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from archive.attachments import index_attachments
from archive.chain import recomputed
from archive.columns import storable
from archive.fixity.damage import Damage
from archive.identity import article_key
from archive.keys import filter_keys
from archive.model import Article
from archive.reader import version_content
from archive.readings import current_columns, standing
from archive.reindex import is_waiting
from archive.seals import seal_of
from archive.versions import digest_of

_STATES = ("live", "gone", "withdrawn")
# StopIteration: an index that leads to no row.
_UNREADABLE = (ValueError, TypeError, KeyError, StopIteration, zlib.error)
_LATEST = (
    "SELECT version_id, number FROM version_captures JOIN versions ON versions.id = version_id "
    "WHERE article_id = ? AND position = 1 ORDER BY {} DESC, capture_id DESC LIMIT 1"
)


@dataclass(slots=True)
class ChainState:
    """How far the chain was followed: its head, how many captures, and the last run whose head it passes through."""

    captures: int = 0
    head: str | None = None
    run: int | None = None


def check_database(db: Database) -> Iterator[Damage]:
    """Yield what SQLite itself finds: damaged pages and indexes, rows that lead nowhere, an index that says else."""
    for (said,) in db.conn.execute("PRAGMA integrity_check"):
        if said != "ok":
            yield Damage("database", said)
    for table, row_id, parent, _ in db.conn.execute("PRAGMA foreign_key_check"):
        yield Damage("database", f"row {row_id} of {table} refers to what {parent} does not hold")
    try:
        db.conn.execute("INSERT INTO articles_fts(articles_fts, rank) VALUES ('integrity-check', 1)")
    except sqlite3.DatabaseError as error:
        yield Damage("database", f"the full-text index does not hold what the articles say: {error}")


def check_chain(db: Database, state: ChainState) -> Iterator[Damage]:
    """Yield the captures whose row is not what was chained, and the runs whose head the chain does not have."""
    heads: dict[str, list[int]] = {}
    for run_id, chain in db.conn.execute("SELECT id, chain FROM runs WHERE chain IS NOT NULL ORDER BY id"):
        heads.setdefault(chain, []).append(run_id)
    previous = 0
    for row_id, stored, found in recomputed(db):
        if row_id != previous + 1:
            yield Damage("chain", f"capture {row_id} follows capture {previous}: rows between them are gone")
        if stored != found:
            yield _broken_link(db, row_id)
        state.captures, state.head = state.captures + 1, stored
        state.run = max(heads.pop(stored, []), default=state.run)
        previous = row_id
    for runs in heads.values():
        yield Damage("chain", f"the chain does not have the head that run {runs[0]} ended with")


def _broken_link(db: Database, row_id: int) -> Damage:
    url, file, offset = db.conn.execute("SELECT url, file, offset FROM captures WHERE id = ?", (row_id,)).fetchone()
    place = f" ({file}, offset {offset})" if file else ""
    return Damage("chain", f"the row of capture {row_id} is not what was chained{place}", url=str(url))


_CAPTURE_FAULTS = {
    "it refers to a capture that is none, or is one of other bytes":
    "SELECT captures.id, captures.url FROM captures JOIN captures kept ON kept.id = captures.revisit_of "
     "WHERE kept.revisit_of IS NOT NULL OR kept.digest IS NOT captures.digest",
    "it is marked withdrawn otherwise than by a takedown":
    "SELECT id, url FROM captures WHERE withdrawn IS NOT NULL AND NOT EXISTS (SELECT 1 FROM withdrawals "
     "JOIN takedowns ON takedowns.id = takedown_id WHERE capture_id = captures.id AND begun = captures.withdrawn)",
    "a takedown withdrew it, and it is not marked so":
    "SELECT captures.id, captures.url FROM withdrawals JOIN captures ON captures.id = capture_id "
    "WHERE captures.withdrawn IS NULL",
}  # fmt: skip


def check_captures(db: Database) -> Iterator[Damage]:
    """Yield the captures whose rows do not fit each other."""
    for said, sql in _CAPTURE_FAULTS.items():
        for row_id, url in db.conn.execute(sql):
            yield Damage("capture", f"capture {row_id}: {said}", url=str(url))
    rows = db.conn.execute(
        "SELECT key, number, capture_id FROM version_captures JOIN captures ON captures.id = capture_id "
        "JOIN versions ON versions.id = version_id JOIN articles ON articles.id = article_id "
        "WHERE version_captures.seen_at IS NOT fetched_at"
    )
    for key, number, capture_id in rows:
        yield Damage("version", f"version {number} says another time than its capture {capture_id}", article=key)


def check_takedowns(db: Database) -> Iterator[Damage]:
    """Yield the takedowns that did not come to their end."""
    rows = db.conn.execute(
        "SELECT begun, key, (SELECT count(*) FROM withdrawals WHERE takedown_id = takedowns.id AND done_at IS NULL) "
        "FROM takedowns JOIN articles ON articles.id = article_id WHERE finished IS NULL "
        "OR EXISTS (SELECT 1 FROM withdrawals WHERE takedown_id = takedowns.id AND done_at IS NULL)"
    )
    for begun, key, left in rows:
        yield Damage("takedown", f"one that began {begun} is not finished, {left} files and records left", article=key)


def check_versions(
    db: Database, site_id: str | None, on_version: Callable[[int], None] = lambda _: None
) -> Iterator[Damage]:
    """Yield the versions that are not what was sealed, or whose digest their fields do not give."""
    rows = db.conn.execute(
        "SELECT versions.id, key, articles.url, number, digest, seal, "
        "EXISTS (SELECT 1 FROM version_captures WHERE version_id = versions.id) FROM versions "
        "LEFT JOIN articles ON articles.id = article_id LEFT JOIN seals ON version_id = versions.id "
        "WHERE ifnull(site_id = ?, 1) ORDER BY versions.id",
        (site_id,),
    )
    for version_id, key, url, number, digest, seal, is_shown in rows:
        on_version(1)
        said = _fault_of_version(db, version_id, digest, seal) or ("" if is_shown else "no capture shows it")
        if said:
            yield Damage("version", f"version {number}: {said}", article=key, url=url)


def _fault_of_version(db: Database, version_id: int, digest: str, seal: str | None) -> str:
    if seal_of(db, version_id) != seal:
        return "its row or its images are not what was sealed" if seal else "it has no seal"
    try:
        article, images = version_content(db, version_id)
    except _UNREADABLE as error:
        return f"it cannot be read: {type(error).__name__}: {error}"
    return "" if digest_of(article, images) == digest else "its fields do not give its digest"


def check_articles(db: Database, site_id: str | None) -> Iterator[Damage]:
    """Yield the articles whose row is not their current version, or whose current version is not the latest shown."""
    rows = db.query("SELECT * FROM articles WHERE ifnull(site_id = ?, 1) ORDER BY id", (site_id,))
    for row in rows:
        try:
            faults = list(_faults_of_article(db, row))
        except UnicodeError as error:
            faults = [f"its row is no text: {error}"]
        for said in faults:
            yield Damage("article", said, article=row["key"], url=row["url"])


def _faults_of_article(db: Database, row: dict[str, Any]) -> Iterator[str]:
    if row["state"] not in _STATES:
        yield f"its state is {row['state']!r}"
    if row["key"] != article_key(str(row["url"]).encode("utf-8", "surrogateescape").decode("utf-8", "replace")):
        yield "its key is not that of its address"
    if row["state"] == "withdrawn":
        return
    version = db.conn.execute(
        "SELECT id FROM versions WHERE article_id = ? AND number = ?", (row["id"], row["version"])
    ).fetchone()
    if version is None:
        yield f"its current version {row['version']} is not there"
        return
    differing = _differing(db, row, version[0])
    if differing:
        yield f"its row is not what its version {row['version']} says: {', '.join(differing)}"
    yield from _faults_of_moments(db, row)
    shown = {standing(db, *found) for order in ("version_captures.seen_at", "capture_id")
             if (found := db.conn.execute(_LATEST.format(order), (row["id"],)).fetchone())}  # fmt: skip
    if standing(db, version[0], row["version"]) not in shown:
        yield f"its latest capture showed version {', '.join(map(str, sorted(shown)))}, not {row['version']}"


def _differing(db: Database, row: dict[str, Any], version_id: int) -> list[str]:
    try:
        article, images = version_content(db, version_id)
        said = storable(current_columns(article, images))
        said["search_extra"] = _extra_of(db, row["id"], said["search_extra"])
        said["keys"] = filter_keys(db, row["id"], row["site_id"], article.language)
        # `newsarchive reindex` is to write them anew.
        stale = ("search_extra", "keys") if is_waiting(db) else ()
        columns = [name for name in said if row[name] != said[name] and name not in stale]
        if "day" in columns and _is_day_near(row["day"], article):
            columns.remove("day")
    except _UNREADABLE as error:
        return [f"it cannot be read ({error})"]
    # Stored as other JSON text of the same value by an earlier release.
    return [name for name in columns if not _same_json(row[name], said.get(name))]


def _extra_of(db: Database, article_id: int, own: str | None) -> str | None:
    """Return what is indexed beside an article's text: with its files' texts, where it has any."""
    has_files = db.conn.execute(
        "SELECT 1 FROM attachments WHERE article_id = ? AND text IS NOT NULL LIMIT 1", (article_id,)
    ).fetchone()
    if not has_files:
        return own
    # In the copy that nobody else uses: what is written there is only compared.
    index_attachments(db, article_id)
    (extra,) = db.conn.execute("SELECT search_extra FROM articles WHERE id = ?", (article_id,)).fetchone()
    return str(extra)


def _is_day_near(day: str | None, article: Article) -> bool:
    """Return whether a day may be the printed one of an instant: stored, that has lost the offset that says so."""
    stamp = article.published or article.updated
    if day is None or stamp is None or stamp.day is None or not (stamp.stored or "").endswith("Z"):
        return False
    return abs((dt.date.fromisoformat(day) - stamp.day).days) <= 1


def _same_json(one: object, other: object) -> bool:
    try:
        return bool(json.loads(str(one)) == json.loads(str(other))) and one is not None
    except ValueError:
        return False


def _faults_of_moments(db: Database, row: dict[str, Any]) -> Iterator[str]:
    for name in ("first_seen", "last_seen"):
        found = db.conn.execute(
            "SELECT 1 FROM versions JOIN version_captures ON version_id = versions.id "
            "WHERE article_id = ? AND version_captures.seen_at = ? LIMIT 1",
            (row["id"], row[name]),
        ).fetchone()
        if found is None:
            yield f"none of its captures is of {name}, {row[name]}"
