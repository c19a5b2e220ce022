"""The page of changes, and what all pages share."""

import datetime as dt
import re
from pathlib import Path

import pytest

from archive.chronicle.reading import Entry, Scope
from archive.datasette_plugin.addresses import Room
from archive.db import open_archive
from archive.reading_room.changes import read_changes
from tests.archive.asking import ask, ask_all
from tests.archive.library import fill

ROOM = Room("/archive")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace that no test changes."""
    made = tmp_path_factory.mktemp("library") / "ws"
    fill(made)
    return made


def test_the_page_tells_the_story_latest_first(root: Path) -> None:
    text = ask(root, ROOM.changes()).text
    times = re.findall(r'<time datetime="([^"]+)"', text)
    assert times == sorted(times, reverse=True)
    assert "compare version 1 and 2" in text


def test_pages_follow_one_another_without_a_gap(root: Path) -> None:
    db = open_archive(root / "archive.db", readonly=True)
    every = read_changes(db, Scope()).entries
    found: list[Entry] = []
    before = None
    for _ in range(len(every)):
        part = read_changes(db, Scope(before=before), page=1)
        found += part.entries
        before = part.before
        if before is None:
            break
    db.close()
    assert len(every) > 3
    assert tuple(found) == every


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"kind": "gone"}, 200), ({"since": "2024-05-01", "until": "2024-06-01"}, 200), ({"since": "yesterday"}, 400),
        ({"site": "nowhere"}, 404), ({"before": "x,y"}, 200), ({"before": "'"}, 200), ({"kind": "<script>"}, 200),
    ],
)  # fmt: skip
def test_what_is_asked_wrongly_is_answered_in_a_line(root: Path, asked: dict[str, str], status: int) -> None:
    got = ask(root, ROOM.changes(**asked))
    assert got.status_code == status
    assert "Traceback" not in got.text
    assert "<script>" not in got.text


def test_pages_are_safe_by_their_headers(root: Path) -> None:
    got = ask(root, ROOM.changes())
    policy = got.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert got.headers["x-content-type-options"] == "nosniff"
    assert got.headers["referrer-policy"] == "no-referrer"


def test_our_files_are_kept_by_browsers_and_no_others_are_given(root: Path) -> None:
    page = ask(root, ROOM.changes()).text
    address = page.split('<link rel="stylesheet" href="')[1].split('"')[0]
    current, stale, other, outside = ask_all(
        root,
        [address, address.partition("?")[0], "/-/newsarchive/none.css", "/-/newsarchive/..%2F..%2F__init__.py"],
    )
    assert "immutable" in current.headers["cache-control"]
    assert current.headers["content-type"].startswith("text/css")
    assert stale.headers["cache-control"] == "no-cache"
    assert other.status_code == 404
    assert outside.status_code in (302, 404)
    assert b"hook" not in outside.content


@pytest.mark.parametrize("asked", ["until=9999-12-31", "before=x," + "9" * 30, "before=x," + "9" * 5000])
def test_days_and_marks_of_any_size_are_answered(root: Path, asked: str) -> None:
    assert ask(root, f"{ROOM.changes()}?{asked}").status_code == 200


def test_the_last_day_asked_for_is_told_whole(root: Path) -> None:
    db = open_archive(root / "archive.db", readonly=True)
    latest = read_changes(db, Scope()).entries[0]
    day = dt.date.fromisoformat(latest.at[:10])
    assert read_changes(db, Scope(until=day)).entries[0] == latest
    earlier = read_changes(db, Scope(until=day - dt.timedelta(days=1))).entries
    assert latest not in earlier
    db.close()
