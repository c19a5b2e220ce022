"""What of an archive is nobody else's, and how a copy loses it: tables emptied, columns blanked, passwords masked.

Every table stays, so that whoever reads the copy finds what the code expects; the private ones are empty.
"""

import sqlite3

from sqlite_utils import Database

from archive.secrets import masked

# What the site said and what the archive did about it.
PUBLIC = frozenset(
    "sites sections articles article_sections versions version_captures readings events captures images article_images "
    "sightings urls runs run_health run_causes problems absences attachments family_members alternates search_words "
    "search_state edits tags takedowns site_months totals pictures credits".split()
)
# Who is told what, how hosts are treated, the machine's own paths and bookkeeping, and what only a writer needs.
PRIVATE = frozenset(
    "notices hosts watches imports imported import_damages story_bands family_walks verifications fixity withdrawals "
    "seals notes records".split()
)
# Records beside captures lie in the WARC files alone.
_WITH_CAPTURES, _WITH_NOTES = "records", "notes"
_BLANKED = (
    "UPDATE runs SET error = NULL WHERE error IS NOT NULL",
    # Whoever looks at the copy sees no run at work.
    """UPDATE runs SET state = 'interrupted', finished = strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')
    WHERE state = 'running'""",
    "UPDATE sections SET due_at = NULL, every = NULL, definition = NULL, resume = NULL",
    """UPDATE urls SET due_at = NULL, etag = NULL, last_modified = NULL
    WHERE coalesce(due_at, etag, last_modified) IS NOT NULL""",
    "UPDATE takedowns SET reason = 'not published', withdrew = '{}'",
    "UPDATE edits SET by = 'an archivist', note = ''",
    """UPDATE captures SET headers = (SELECT json_group_array(json(value)) FROM json_each(headers)
    WHERE lower(json_extract(value, '$[0]')) NOT IN ('set-cookie', 'set-cookie2')) WHERE headers LIKE '%set-cookie%'""",
    "DELETE FROM images WHERE id NOT IN (SELECT image_id FROM article_images WHERE image_id IS NOT NULL)",
)
# Every column that holds an address; one may have been asked for with a password in it.
_ADDRESSES = (
    ("sites", "url"), ("sections", "url"), ("captures", "url"), ("articles", "url"), ("articles", "canonical_url"),
    ("versions", "canonical_url"), ("urls", "url"), ("article_images", "url"), ("attachments", "url"),
    ("alternates", "url"), ("absences", "url"), ("sightings", "thumbnail"),
)  # fmt: skip


def leave_out(db: Database, *, notes: bool, captures: bool) -> None:
    """Take what is private out of a copy; `notes` and `captures` say that these go with it."""
    kept = {_WITH_NOTES: notes, _WITH_CAPTURES: captures}
    for table in sorted(PRIVATE):
        if not kept.get(table):
            db.conn.execute(f"DELETE FROM {table}")  # noqa: S608 (our own names)
    for sql in _BLANKED:
        db.conn.execute(sql)
    _mask(db.conn)


def _mask(connection: sqlite3.Connection) -> None:
    connection.create_function("masked", 1, masked, deterministic=True)
    for table, column in _ADDRESSES:
        connection.execute(
            # Where the same address stands masked already, the row says nothing new.
            f"UPDATE OR REPLACE {table} SET {column} = masked({column}) "  # noqa: S608 (our own names)
            f"WHERE {column} LIKE '%://%@%' AND {column} <> masked({column})"
        )
