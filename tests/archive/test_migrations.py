"""The tables are what ARCHITECTURE.md promises to other tools; this is that promise, written down once more."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database

from archive.db import open_current
from archive.migrations import FTS_COLUMNS, MIGRATIONS
from archive.status import read_status
from tests.archive.keeping import Keeping, article

DATES = "updated updated_raw updated_precision published published_raw published_precision"
FIELDS = f"title {DATES} source byline breadcrumb language body captions body_html canonical_url word_count rules"
CONTRACT = {
    "sites": "id name url language timezone",
    "sections": "id site_id key name url walk_started walk_completed walk_mark due_at every definition resume failures",
    "articles": f"id key site_id url canonical_url title {DATES} day source byline breadcrumb language body captions "
    "body_html search_extra keys word_count first_seen last_seen state version rules",
    "article_sections": "article_id section_id first_seen",
    "sightings": "url_id section_id listing_url_id capture_id page rank title date_raw summary thumbnail first_seen "
    "last_seen",
    "versions": f"id article_id number seen_at digest parser template read_at same_as {FIELDS}",
    "version_captures": "version_id capture_id position seen_at url_id",
    "readings": "version_id parser template read_at digest_before digest_after",
    "events": "id article_id kind from_version to_version at run_id withdrawn changes detail",
    "images": "id sha256 mime width height bytes path capture_id",
    "article_images": "article_id version_id position image_id url caption credit alt error",
    "captures": "id url fetched_at status mime headers digest file offset length revisit_of chain withdrawn run_id",
    "urls": "id url kind site_id article_id state discovered_at fetched_at due_at etag last_modified digest failures "
    "cause failed_since missing_since",
    "runs": "id site_id started finished state discovered stored unchanged skipped failed pending requests bytes error "
    "chain",
    "run_health": "run_id position section_id reading articles fields",
    "problems": "id site_id run_id name field since_run seen_at state detail resolved_at",
    "hosts": "origin robots robots_at robots_until retry_at failures cause",
    "run_causes": "run_id kind state cause number",
    "notices": "id key kind site_id level said first_seen sent_at ended_at end_sent_at",
    "records": "id capture_id type file offset length digest",
    "absences": "article_id url at cause run_id",
    "attachments": "id article_id url name capture_id mime bytes pages text error first_seen last_seen",
    "story_bands": "band article_id",
    "family_members": "article_id family_id held_by kind similarity",
    "alternates": "article_id language url",
    "family_walks": "site_id through",
    "search_words": "word docs times",
    "search_state": "name value",
    "imports": "id path size mtime state offset run_id started finished",
    "imported": "id import_id offset key warc_id beside payload capture_id record_id site_id page state",
    "import_damages": "import_id offset reason bytes",
    "seals": "version_id seal",
    "verifications": "id started finished scope checked damages",
    "fixity": "file bytes sha256 verified_at damaged_at",
    "takedowns": "id article_id reason begun finished withdrew",
    "withdrawals": "id takedown_id capture_id file offset length done_at",
    "edits": "id article_id field before after note at by undone_at",
    "tags": "article_id tag at",
    "notes": "id article_id text at by",
    "watches": "id name query site_id section notify added_at told_through told_at shown_through shown_at",
    "site_months": "site_id month articles changed gone",
    "totals": "site_id name number",
    "pictures": "article_id position image_id version_id site_id credit",
    "credits": "credit pictures",
    "articles_fts": "body title captions source byline search_extra keys",
}
# Row ids that the contract does not name: SQLite needs a key, no tool may rely on it.
OWN_IDS = {"sightings": {"id"}, "readings": {"id"}}


def test_tables_are_the_promised_ones(keeping: Keeping) -> None:
    tables = keeping.rows(
        "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'virtual') "
        "AND name NOT LIKE 'sqlite_%' AND name <> '_sqlite_migrations'"
    )
    assert {name for (name,) in tables} == set(CONTRACT)


@pytest.mark.parametrize("table", CONTRACT)
def test_columns_are_the_promised_ones(keeping: Keeping, table: str) -> None:
    columns = [name for (name,) in keeping.rows("SELECT name FROM pragma_table_info(?)", table)]
    assert set(columns) - OWN_IDS.get(table, set()) == set(CONTRACT[table].split())
    assert len(columns) == len(set(columns))


def test_every_foreign_key_leads_somewhere(keeping: Keeping) -> None:
    for table in CONTRACT:
        for (target,) in keeping.rows('SELECT "table" FROM pragma_foreign_key_list(?)', table):
            assert target in CONTRACT


def test_the_index_is_external_and_datasette_finds_it(keeping: Keeping) -> None:
    sql = keeping.one("SELECT sql FROM sqlite_schema WHERE name = 'articles_fts'")
    assert 'content="articles"' in sql
    assert 'content_rowid="id"' in sql
    assert " ".join(FTS_COLUMNS) == CONTRACT["articles_fts"]
    assert keeping.db.table("articles").detect_fts() == "articles_fts"


def test_no_extension_is_needed(keeping: Keeping) -> None:
    """Plain SQLite reads, searches and checks the archive."""
    keeping.store(article())
    with sqlite3.connect(keeping.holdings.database) as plain:
        found = plain.execute("SELECT title FROM articles WHERE id IN (SELECT rowid FROM articles_fts('harbour'))")
        assert found.fetchall() == [("Harbour report",)]
        assert plain.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert plain.execute("PRAGMA foreign_key_check").fetchall() == []
    plain.close()


def insert(keeping: Keeping, number: int, **values: object) -> None:
    row = {
        "id": number, "key": f"k{number}", "site_id": "herald", "url": f"u{number}",
        "first_seen": "t", "last_seen": "t", "body": f"body{number}", "title": f"title{number}",
    } | values  # fmt: skip
    columns, marks = ", ".join(row), ", ".join("?" * len(row))
    keeping.db.conn.execute(f"INSERT INTO articles ({columns}) VALUES ({marks})", tuple(row.values()))  # noqa: S608


def changes_of(keeping: Keeping, sql: str) -> int:
    before = keeping.db.conn.total_changes
    keeping.db.conn.execute(sql)
    return keeping.db.conn.total_changes - before


def test_the_index_follows_every_write(keeping: Keeping) -> None:
    insert(keeping, 1, search_extra="质 量", captions="ship")
    insert(keeping, 2, byline='["Doe"]')
    keeping.check_index()
    assert keeping.found("ship") == keeping.found("质 量") == [1]
    keeping.db.conn.execute("UPDATE articles SET body = 'quay', captions = NULL WHERE id = 1")
    keeping.check_index()
    assert keeping.found("quay") == [1]
    assert keeping.found("ship") == keeping.found("body1") == []
    keeping.db.conn.execute("DELETE FROM articles WHERE id = 2")
    assert keeping.found("doe") == []
    keeping.db.conn.execute(
        "INSERT INTO articles(id, key, site_id, url, first_seen, last_seen, body) "
        "VALUES (1, 'k1', 'herald', 'u', 't', 't', 'pier') ON CONFLICT DO UPDATE SET body = excluded.body"
    )
    keeping.check_index()
    assert keeping.found("pier") == [1]
    assert keeping.found("quay") == []


def test_replace_does_not_rot_the_index(keeping: Keeping) -> None:
    """With recursive triggers the row that REPLACE deletes leaves the index too."""
    insert(keeping, 1)
    keeping.db.conn.execute(
        "INSERT OR REPLACE INTO articles(id, key, site_id, url, first_seen, last_seen, body) "
        "VALUES (1, 'k1', 'herald', 'u', 't', 't', 'pier')"
    )
    keeping.check_index()
    assert keeping.found("body1") == []
    assert keeping.found("pier") == [1]


def test_the_check_of_the_index_can_fail(keeping: Keeping) -> None:
    insert(keeping, 1)
    keeping.db.conn.execute("DROP TRIGGER articles_fts_update")
    keeping.db.conn.execute("UPDATE articles SET body = 'other'")
    with pytest.raises(sqlite3.DatabaseError, match="malformed"):
        keeping.check_index()


@pytest.mark.parametrize(
    "column", sorted(set(CONTRACT["articles"].split()) - set(FTS_COLUMNS) - {"id", "key", "site_id"})
)
def test_a_column_outside_the_index_does_not_touch_it(keeping: Keeping, column: str) -> None:
    insert(keeping, 1)
    assert changes_of(keeping, f"UPDATE articles SET {column} = '2'") == 1  # noqa: S608


@pytest.mark.parametrize("column", FTS_COLUMNS)
def test_a_column_of_the_index_touches_it_only_where_it_changes(keeping: Keeping, column: str) -> None:
    insert(keeping, 1, **{column: "old"})
    assert changes_of(keeping, f"UPDATE articles SET {column} = 'old'") == 1  # noqa: S608
    assert changes_of(keeping, f"UPDATE articles SET {column} = 'new'") > 1  # noqa: S608
    assert keeping.found("old") == []
    assert keeping.found("new") == [1]
    keeping.check_index()


def test_a_null_that_becomes_text_reaches_the_index(keeping: Keeping) -> None:
    insert(keeping, 1)
    assert changes_of(keeping, "UPDATE articles SET captions = 'ship'") > 1
    assert keeping.found("ship") == [1]
    keeping.check_index()


def test_migrations_are_named_in_order() -> None:
    names = [migration.name for migration in MIGRATIONS._migrations]
    assert names == sorted(names)
    assert all(name[0] == "m" and name[1:4].isdecimal() for name in names)


def test_an_archive_of_the_first_release_is_brought_up_to_date_to_be_read(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "archive.db")) as plain:
        db = Database(plain)
        MIGRATIONS.apply(db, stop_before="m002_health")
        assert "problems" not in db.table_names()
        plain.execute("INSERT INTO sites(id, name, url) VALUES ('herald', 'The Herald', 'https://herald.example/')")
        plain.execute("INSERT INTO runs(site_id, started, finished, state) VALUES ('herald', 't', 't', 'finished')")
        plain.commit()
    with closing(open_current(tmp_path / "archive.db")) as db:
        assert {"problems", "run_health", "notices", "run_causes"} <= set(db.table_names())
        (status,) = read_status(db)
        assert (status.site, status.problems, status.fields) == ("herald", (), ())
        assert status.last_run is not None
