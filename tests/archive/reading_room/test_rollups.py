"""The sums that the reading room shows are what a count gives, whatever was written, told again, taken down."""

import datetime as dt
import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database

from archive.db import open_archive
from archive.migrations import MIGRATIONS
from archive.model import Image
from archive.takedown.reach import reach_of
from archive.takedown.withdrawing import withdraw
from tests.archive.keeping import OTHER_SITE, SITE, Keeping, article, day_of, picture
from tests.archive.library import fill

COUNTED_MONTHS = """
SELECT site_id, month, sum(articles), sum(changed), sum(gone) FROM (
  SELECT site_id, strftime('%Y-%m', (id >> 24) + 1721424.5) AS month, 1 AS articles, 0 AS changed, 0 AS gone
  FROM articles WHERE state <> 'withdrawn'
  UNION ALL SELECT site_id, substr(at, 1, 7), 0, kind = 'changed', kind = 'gone' FROM events
  JOIN articles ON articles.id = article_id WHERE withdrawn IS NULL AND kind IN ('changed', 'gone')
) GROUP BY 1, 2 ORDER BY 1, 2"""
KEPT_MONTHS = (
    "SELECT site_id, month, articles, changed, gone FROM site_months WHERE (articles, changed, gone) <> (0, 0, 0) "
    "ORDER BY 1, 2"
)
COUNTED_TOTALS = """
SELECT '', 'versions', count(*) FROM versions UNION ALL SELECT '', 'images', count(*) FROM images
UNION ALL SELECT '', 'image_bytes', ifnull(sum(bytes), 0) FROM images
UNION ALL SELECT site_id, 'requests', sum(requests) FROM runs GROUP BY 1
UNION ALL SELECT site_id, 'bytes', sum(bytes) FROM runs GROUP BY 1"""


REPLACED = (
    "INSERT OR REPLACE INTO articles(id, key, site_id, url, first_seen, last_seen) "
    "SELECT id, key, site_id, url, first_seen, last_seen FROM articles"
)


def rows(db: Database, sql: str) -> list[tuple[object, ...]]:
    return db.conn.execute(sql).fetchall()


def assert_kept(db: Database) -> None:
    assert rows(db, KEPT_MONTHS) == rows(db, COUNTED_MONTHS)
    counted = sorted(row for row in rows(db, COUNTED_TOTALS) if row[2])
    assert sorted(row for row in rows(db, "SELECT site_id, name, number FROM totals") if row[2]) == counted


def live(keeping: Keeping, dice: random.Random, steps: int) -> None:
    """Store, change, lose, find again and take down articles of two sites, by way of the writer."""
    for step in range(steps):
        keeping.now += dt.timedelta(days=dice.randrange(20))
        site = keeping.site
        url = f"{site.url}news/{dice.randrange(4)}.html"
        match dice.randrange(10):
            case 0:
                keeping.again(OTHER_SITE if site is SITE else SITE)
            case 1 | 2 | 3 | 4:
                keeping.fail(url, "http-404")
            case 5 if step > 20:
                known = keeping.rows("SELECT id FROM articles WHERE url = ? AND state <> 'withdrawn'", url)
                if known:
                    withdraw(keeping.db, reach_of(keeping.db, keeping.holdings, known[0][0]), "a court order")
            case _:
                day = day_of(f"2024-0{dice.randrange(1, 8)}-03")
                ship = f"{url}.png"
                shown = keeping.image(ship, picture(size=(8, step + 1)))
                text = f"The harbour is in state {dice.randrange(3)}."
                keeping.store(article(text, url=url, updated=day, images=[Image(ship)]), images=[shown])


@pytest.mark.parametrize("seed", range(2))
def test_sums_are_kept_through_random_histories(keeping: Keeping, seed: int) -> None:
    live(keeping, random.Random(seed), 60)
    keeping.writer.close()
    assert_kept(keeping.db)
    assert {"changed", "gone"} <= {kind for (kind,) in keeping.rows("SELECT kind FROM events WHERE withdrawn IS NULL")}
    assert keeping.one("SELECT count(*) > 0 FROM articles WHERE state = 'withdrawn'")


def test_every_single_write_is_followed(keeping: Keeping) -> None:
    """Of other tools, too: rows that are withdrawn, moved, replaced, deleted."""
    keeping.store(article())
    keeping.store(article("The harbour is closed."))
    db = keeping.db.conn
    for sql in (
        "UPDATE events SET at = '2023-01-05T00:00:00Z' WHERE kind = 'changed'",
        "UPDATE events SET withdrawn = '2024' WHERE kind = 'changed'",
        "UPDATE events SET withdrawn = NULL WHERE kind = 'changed'",
        "INSERT INTO sites(id, name, url) VALUES ('other', 'Other', 'https://other.example/')",
        "UPDATE events SET kind = 'gone' WHERE kind = 'changed'",
        "DELETE FROM events WHERE kind = 'gone'",
        "UPDATE runs SET requests = 7, bytes = 700",
        "UPDATE runs SET site_id = 'other'",
        "INSERT INTO images(sha256, mime, bytes, path) VALUES ('a', 'image/png', 5, 'a')",
        "UPDATE images SET bytes = 6",
        "DELETE FROM images",
        REPLACED,
        "UPDATE articles SET state = 'withdrawn'",
    ):
        db.execute("PRAGMA foreign_keys = OFF")
        db.execute(sql)
        assert_kept(keeping.db)


def test_a_comparison_can_fail(keeping: Keeping) -> None:
    keeping.store(article())
    keeping.db.conn.execute("UPDATE site_months SET articles = articles + 1")
    with pytest.raises(AssertionError):
        assert_kept(keeping.db)


def test_an_archive_of_the_release_before_is_counted_once(tmp_path: Path) -> None:
    made = tmp_path / "ws"
    fill(made)
    with closing(open_archive(made / "archive.db", readonly=True)) as today:
        expected = rows(today, KEPT_MONTHS)
        assert expected == rows(today, COUNTED_MONTHS)
    path = tmp_path / "archive.db"
    with closing(sqlite3.connect(path)) as plain:
        before = Database(plain)
        MIGRATIONS.apply(before, stop_before="m012_rollups")
        assert "site_months" not in before.table_names()
        plain.execute("ATTACH ? AS today", (str(made / "archive.db"),))
        for table in before.table_names():
            if not table.startswith(("articles_fts", "sqlite_", "_sqlite", "search_")):
                plain.execute(f"INSERT INTO {table} SELECT * FROM today.{table}")  # noqa: S608
        plain.commit()
        plain.execute("DETACH today")
    with closing(open_archive(path)) as db:
        assert rows(db, KEPT_MONTHS) == expected
        assert_kept(db)


def test_no_sum_is_made_by_looking_at_articles_themselves(keeping: Keeping) -> None:
    """The first count of a million articles takes a second, not a walk through their texts."""
    plan = keeping.rows(
        "EXPLAIN QUERY PLAN SELECT site_id, id >> 24, count(*) FROM articles INDEXED BY articles_site GROUP BY 1, 2"
    )
    assert any("COVERING INDEX articles_site" in row[-1] for row in plan)
