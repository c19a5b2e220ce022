"""The judge itself: an archive that holds too little, too much, or one article twice is told."""

import sqlite3
from pathlib import Path

from tests.e2e.harness import Outcome, Workspace
from tests.e2e.judging import Added, Known, judge, target

TRUTH = {f"/news/{number}.html": Known(str(number), f"Story {number}", "2023-05-06") for number in range(100)}
ROWS = [(f"http://127.0.0.1:1{path}", known.title, known.day) for path, known in TRUTH.items()]


def archive(root: Path, rows: list[tuple[str, str, str]]) -> Workspace:
    db = sqlite3.connect(root / "archive.db")
    db.execute("CREATE TABLE articles(url, title, day)")
    db.executemany("INSERT INTO articles VALUES (?, ?, ?)", rows)
    db.commit()
    db.close()
    return Workspace(root)


def test_what_is_whole_has_no_faults(tmp_path: Path) -> None:
    assert judge(archive(tmp_path, ROWS), TRUTH).faults() == {}


def test_one_in_a_hundred_may_be_missing_and_two_may_not(tmp_path: Path) -> None:
    assert judge(archive(tmp_path, ROWS[1:]), TRUTH).faults() == {}
    (tmp_path / "two").mkdir()
    assert judge(archive(tmp_path / "two", ROWS[2:]), TRUTH).faults() == {"recall": (98, 100, ("0", "1"))}


def test_pages_that_are_no_articles_of_the_section_are_told(tmp_path: Path) -> None:
    foreign = [("http://127.0.0.1:1/about/", "About", ""), ("http://127.0.0.1:1/culture/1.html", "Story", "2023-05-06")]
    found = judge(archive(tmp_path, [*ROWS, *foreign]), TRUTH).faults()
    assert set(found) == {"precision"}
    assert found["precision"][2] == ("http://127.0.0.1:1/about/", "http://127.0.0.1:1/culture/1.html")


def test_an_article_under_two_addresses_counts_once(tmp_path: Path) -> None:
    truth = TRUTH | {f"/show?id={number}": TRUTH[f"/news/{number}.html"] for number in range(100)}
    twice = [(f"http://127.0.0.1:1/show?id={number}", f"Story {number}", "2023-05-06") for number in range(3)]
    score = judge(archive(tmp_path, [*ROWS, *twice]), truth)
    assert set(score.faults()) == {"precision"}
    assert score.doubled == ("0", "1", "2")
    (tmp_path / "other").mkdir()
    assert judge(archive(tmp_path / "other", [*ROWS[3:], *twice]), truth).faults() == {}


def test_wrong_titles_and_days_are_told(tmp_path: Path) -> None:
    wrong = [(url, "Home" if number < 3 else title, day) for number, (url, title, day) in enumerate(ROWS)]
    assert set(judge(archive(tmp_path, wrong), TRUTH).faults()) == {"titles"}
    (tmp_path / "days").mkdir()
    late = [(url, title, "2023-05-07" if number < 3 else day) for number, (url, title, day) in enumerate(ROWS)]
    assert set(judge(archive(tmp_path / "days", late), TRUTH).faults()) == {"days"}


def test_addresses_are_compared_unquoted() -> None:
    assert target("http://127.0.0.1:1/%C3%BCber%20uns.html?id=7&q=%C3%A4") == "/über uns.html?id=7&q=ä"


def added(folder: Path, *, text: str = '# found\nid = "found"\n', requests: int = 12, seconds: float = 2) -> Added:
    definition = folder / "found.toml"
    definition.write_text(text)
    report = (
        '{"id": "found", "path": "sites/found.toml", "requests": 12, '
        '"sections": [{"key": "news", "url": "/news/", "articles_found": 10, "pages": 5}]}'
    )
    return Added(Outcome(0, report, ""), definition, requests, seconds)


def test_what_add_promises_is_asked_of_it(tmp_path: Path) -> None:
    assert added(tmp_path).faults() == {}
    assert added(tmp_path, seconds=11).faults() == {"seconds": 11}
    assert set(added(tmp_path, requests=16).faults()) == {"requests", "report", "counted"}
    assert set(added(tmp_path, text='id = "found"\n').faults()) == {"comments"}
    assert set(added(tmp_path, text='# found\nid = "other"\n').faults()) == {"definition"}
    refused = Added(Outcome(2, "", "no articles"), tmp_path / "found.toml", 3, 1)
    assert set(refused.faults()) == {"exit"}
