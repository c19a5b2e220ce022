"""The front page: what is in the archive, whether all is well, and never a walk through all articles."""

import datetime as dt
import shutil
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import html

from archive.datasette_plugin.addresses import Room
from archive.db import open_archive
from archive.reading_room import front
from archive.reading_room.front import Front, read_front
from archive.reading_room.standing import read_standings
from tests.archive.asking import ask
from tests.archive.keeping import Keeping, article, day_of
from tests.archive.reading_room.stocked import HOSTILE, NOW, stock

ROOM = Room("/archive")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace that no test changes."""
    made = tmp_path_factory.mktemp("front") / "ws"
    stock(made)
    return made


@pytest.fixture(scope="module")
def found(root: Path) -> Front:
    with closing(open_archive(root / "archive.db", readonly=True)) as db:
        return read_front(db, NOW)


def test_it_says_how_much_there_is(found: Front) -> None:
    totals = found.totals
    assert (totals.articles, totals.versions, totals.images, totals.sites) == (6, 7, 5, 2)
    assert totals.received == 9_000
    assert (str(totals.first_day), str(totals.last_day)) == ("2024-01-03", "2024-05-03")


def test_the_newest_articles_come_first_with_their_picture(found: Front) -> None:
    # Where an article stands does not change with its date.
    titles = [card.title for card in found.newest]
    assert sorted(titles[:2], key=str) == [HOSTILE, "港口"]
    assert titles[2:] == ["Story 4", "Story 3", "Story 2", "Quay closed"]
    by_key = {card.title: card for card in found.newest}
    assert by_key["Story 2"].picture is not None
    assert by_key["港口"].picture is None
    assert by_key["港口"].language == "zh"
    # The picture of a version that is not shown any more is none of it.
    assert by_key["Quay closed"].picture is None


def test_the_timeline_is_the_roll_up(found: Front) -> None:
    assert found.timeline.series == ("herald", "zhbao")
    assert dict(found.timeline.months)["2024-05"] == (1, 1)
    assert sum(sum(numbers) for _, numbers in found.timeline.months) == found.totals.articles


def test_small_sites_are_put_together(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(front, "SERIES", 1)
    with closing(open_archive(root / "archive.db", readonly=True)) as db:
        timeline = read_front(db, NOW).timeline
    assert timeline.series == ("herald", "others")
    assert dict(timeline.months)["2024-05"] == (1, 1)


def test_the_week_tells_what_changed_or_else_the_latest(root: Path, found: Front) -> None:
    assert found.week.counts == {"changed": 1, "moved": 0, "gone": 0, "returned": 0}
    assert [(entry.kind, entry.title) for entry in found.week.entries] == [("retitled", "Quay closed")]
    with closing(open_archive(root / "archive.db", readonly=True)) as db:
        later = read_front(db, NOW + dt.timedelta(days=60)).week
    assert later.is_quiet
    assert later.entries == found.week.entries


def test_the_standing_names_what_is_wrong(found: Front) -> None:
    herald, zhbao = found.sites
    assert herald.troubles == (
        "the last run failed", "the walk stopped in news", "1 open problem", "overdue for 1 day",
    )  # fmt: skip
    assert zhbao.troubles == ()
    assert {host.origin for host in found.hosts} == {"https://herald.example", "https://cdn.example"}


def test_a_run_that_is_at_work_is_not_overdue(keeping: Keeping) -> None:
    keeping.db.conn.execute("UPDATE sections SET due_at = '2020-01-01T00:00:00.000000Z'")
    (standing,) = read_standings(keeping.db, NOW)
    assert standing.troubles == ()
    keeping.db.conn.execute("UPDATE runs SET state = 'killed', finished = started")
    (standing,) = read_standings(keeping.db, NOW)
    assert standing.troubles[0] == "the last run was killed"
    assert standing.troubles[1].startswith("overdue for 4 years")
    assert standing.is_due


def test_its_work_does_not_grow_with_the_articles(keeping: Keeping) -> None:
    def steps() -> int:
        counted = 0

        def count() -> int:
            nonlocal counted
            counted += 1
            return 0

        keeping.db.conn.set_progress_handler(count, 10)
        read_front(keeping.db, NOW)
        keeping.db.conn.set_progress_handler(None, 0)
        return counted

    for number in range(30):
        keeping.store(article(f"Text {number}.", url=f"https://herald.example/{number}", updated=day_of("2024-05-01")))
    few = steps()
    keeping.db.conn.execute(
        "WITH RECURSIVE n(n) AS (SELECT 100 UNION ALL SELECT n + 1 FROM n WHERE n < 3000) "
        "INSERT INTO articles(id, key, site_id, url, day, first_seen, last_seen) "
        "SELECT (SELECT max(id) FROM articles) + n, 'k' || n, 'herald', 'u' || n, '2024-05-01', 't', 't' FROM n"
    )
    keeping.db.conn.execute(
        "INSERT INTO events(article_id, kind, at) SELECT id, 'first_seen', '2024-06-19' FROM articles"
    )
    assert steps() < 1.2 * few


def test_the_page_is_whole_without_javascript(root: Path) -> None:
    got = ask(root, ROOM.front())
    assert got.status_code == 200
    assert "script-src 'self'" in got.headers["content-security-policy"]
    page = html.fromstring(got.text)
    assert page.xpath("//link[@rel='alternate']/@href") == [ROOM.feed("atom"), ROOM.feed("json")]
    table = page.xpath("//figure[@data-plot='months']//table")[0]
    assert [cell.text for cell in table.xpath(".//thead//th")] == ["Month", "herald", "zhbao"]
    assert table.xpath("count(.//tbody/tr)") == 5
    assert ROOM.site("herald") in page.xpath("//table//a/@href")
    assert HOSTILE not in got.text
    assert [image.get("alt") for image in page.xpath("//main//img")] == [""] * 4


def test_the_front_page_is_the_first_page_of_a_server_of_one_archive(root: Path, tmp_path: Path) -> None:
    assert "What is in this archive" in ask(root, "/").text
    assert ask(root, "/.json").json().keys() == {"archive"}
    other = tmp_path / "other.db"
    shutil.copy(root / "archive.db", other)
    both = ask([root / "archive.db", other], "/")
    assert both.status_code == 200
    assert "What is in this archive" not in both.text
    assert "/other" in both.text


def test_whoever_may_not_see_the_tables_gets_the_index_of_datasette(root: Path) -> None:
    hidden = {"databases": {"archive": {"tables": {"runs": {"allow": False}}}}}
    assert ask(root, ROOM.front(), hidden).status_code == 403
    shown = ask(root, "/", hidden)
    assert shown.status_code == 200
    assert "What is in this archive" not in shown.text


def test_an_empty_archive_says_what_to_do_next(tmp_path: Path, empty_archive: Path) -> None:
    shutil.copy(empty_archive, tmp_path / "archive.db")
    text = ask(tmp_path, ROOM.front()).text
    assert "newsarchive crawl SITE" in text
    assert "<table" not in text


def test_what_was_withdrawn_is_nowhere_on_it(keeping: Keeping) -> None:
    keeping.store(article(title="A secret"))
    keeping.db.conn.execute("UPDATE articles SET state = 'withdrawn'")
    shown = read_front(keeping.db, NOW)
    assert shown.totals.articles == 0
    assert shown.newest == ()
    assert replace(shown.timeline, series=()).months == ()
