"""An older archive's index is brought into today's form in steps that may be cut anywhere."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database

from archive import reindex
from archive.db import open_archive
from archive.migrations import MIGRATIONS
from archive.search import ask, select

OLD = (
    "INSERT INTO articles(id, key, site_id, url, title, body, search_extra, keys, language, first_seen, last_seen, "
    "byline) "
    "VALUES (?, ?, 'herald', ?, ?, ?, ?, ?, 'zh', 't', 't', '[\"Straßer\"]')"
)


@pytest.fixture
def older(tmp_path: Path) -> Path:
    """An archive as the release before wrote it: five articles, their text cut but not folded."""
    path = tmp_path / "archive.db"
    with closing(sqlite3.connect(path)) as plain:
        MIGRATIONS.apply(Database(plain, recursive_triggers=False), stop_before="m008_search")
        plain.execute("INSERT INTO sites(id, name, url) VALUES ('herald', 'The Herald', 'https://herald.example/')")
        for number in range(1, 6):
            plain.execute(
                OLD, (number, f"k{number}", f"u{number}", "臺灣", "質量，監督", "質 量 ， 監 督", "\ue000s686572616c64")
            )
        plain.commit()
    return path


def test_an_older_archive_waits_and_says_so(older: Path) -> None:
    with closing(open_archive(older)) as db:
        assert reindex.waiting(db) == 5
        assert ask(db, "質").notes == (
            "older articles wait for `newsarchive reindex`: filters and other spellings miss some of them",
        )
        assert select(db, "质量") == []


def test_reindexing_folds_and_keys_what_waits(older: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reindex, "_BATCH", 2)
    steps: list[int] = []
    with closing(open_archive(older)) as db:
        assert reindex.reindex(db, steps.append) == 5
        assert steps == [2, 2, 1]
        assert select(db, "质量") == select(db, "质量 is:live") == select(db, "byline:strasser") == [1, 2, 3, 4, 5]
        assert reindex.waiting(db) == 0
        assert ask(db, "质量").notes == ()
        db.conn.execute("INSERT INTO articles_fts(articles_fts, rank) VALUES ('integrity-check', 1)")
        assert reindex.reindex(db) == 0


def test_it_goes_on_where_it_was_cut(older: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reindex, "_BATCH", 2)

    def cut(_: int) -> None:
        raise KeyboardInterrupt

    with closing(open_archive(older)) as db, pytest.raises(KeyboardInterrupt):
        reindex.reindex(db, cut)
    with closing(open_archive(older)) as db:
        assert (reindex.waiting(db), select(db, "质量")) == (3, [1, 2])
        assert reindex.reindex(db) == 3
        assert select(db, "质量") == [1, 2, 3, 4, 5]


def test_a_new_archive_has_nothing_to_bring_up_to_date(tmp_path: Path) -> None:
    with closing(open_archive(tmp_path / "archive.db")) as db:
        assert reindex.waiting(db) == reindex.reindex(db) == 0
        assert not reindex.is_waiting(db)
