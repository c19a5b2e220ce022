"""The page of a site: quick at any size, and it says why a crawl stopped and what to do."""

import json
import re
from contextlib import closing
from pathlib import Path

import pytest
from lxml import html

from archive.datasette_plugin.addresses import Room
from archive.db import open_archive
from archive.errors import NotFoundError
from archive.gaps import count_gaps, find_gaps, page_of_gaps
from archive.health import recent_blocks
from archive.history import RunRow, read_runs
from archive.reading_room import sites
from archive.reading_room.advice import of_cause, of_problem, of_state
from archive.reading_room.calendar import Day, read_year
from archive.reading_room.shares import NOTHING, read_shares
from archive.reading_room.sites import Asked, SitePage, read_site
from tests.archive.asking import ask, ask_all
from tests.archive.keeping import Keeping, article, day_of
from tests.archive.reading_room.stocked import HOSTILE, NOW, STOPPED, stock

ROOM = Room("/archive")
OPERATIONS = Path(__file__).parents[3] / "docs" / "operations.md"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace that no test changes."""
    made = tmp_path_factory.mktemp("site") / "ws"
    stock(made)
    return made


def read(root: Path, asked: Asked = Asked()) -> SitePage:  # noqa: B008 (frozen)
    with closing(open_archive(root / "archive.db", readonly=True)) as db:
        return read_site(db, "herald", asked, NOW)


def days_of(keeping: Keeping, year: int) -> dict[str, Day]:
    found = read_year(keeping.db, "herald", year, NOW.date())
    assert found is not None
    return {str(day.day): day for month in found.months for day in month.days}


def test_it_says_why_the_site_stopped_and_what_to_do(root: Path) -> None:
    found = read(root)
    (said,) = found.stopped
    assert (said.line, said.cause) == (STOPPED, "blocked")
    assert said.advice is not None
    assert said.advice.todo.startswith("stop pressing")
    assert [host.origin for host in found.hosts] == ["https://herald.example"]
    text = ask(root, ROOM.site("herald")).text
    assert "stop pressing" in text
    assert "raise <code>delay</code>" in text


def test_every_line_of_an_error_has_its_own_cause() -> None:
    error = (
        "section a: the walk stopped at http://x/(1): a block notice; a longer delay (of days) may help (blocked); "
        "http://x is left alone until a later run: it asked for rest (host-backoff); disk full; section b: again (dns)"
    )
    row = RunRow(1, "herald", "", "", "failed", 0, 0, 0, 0, 0, 0, 0, 0, error)
    assert [said.cause for said in sites._stopped(row)] == ["blocked", "host-backoff", None, "dns"]


def test_advice_is_in_the_words_of_the_documentation() -> None:
    known = {"## Causes": of_cause, "## Health problems": of_problem, "## States of a run": of_state}
    text = OPERATIONS.read_text(encoding="utf-8")
    for head, advice in known.items():
        part = text.split(f"{head}\n", 1)[1].split("\n## ", 1)[0]
        rows = re.findall(r"^\| `([^`]+)` \| (.*) \| (.*) \|$", part, re.MULTILINE)
        assert rows
        for name, meaning, todo in rows:
            plain = [re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", words) for words in (meaning, todo)]
            found = advice(name.replace("NNN", "503"))
            assert found is not None, f"archive/reading_room/advice.json lacks {name}"
            assert [found.meaning, found.todo] == plain, name
    assert of_cause("error-ValueError") == of_cause("error-NAME")
    assert of_cause("nothing-of-the-kind") is None


def test_sections_problems_and_runs_are_told(root: Path) -> None:
    found = read(root)
    assert [(section.key, section.articles, section.failures) for section in found.sections] == [
        ("news", 5, 2), ("culture", 0, 0),
    ]  # fmt: skip
    assert [problem.name for problem, advice in found.problems if advice] == ["rule-shift:updated"]
    assert [(problem.name, over) for problem, over in found.resolved] == [
        ("field-empty:byline", "2024-06-19T12:00:00.000000Z")
    ]
    assert list(found.keys) == ["https://herald.example/news/2.html"]
    assert [(run.state, {cause.cause: cause.number for cause in causes}) for run, causes in found.runs.rows] == [
        ("failed", {"http-404": 30, "blocked": 10}), ("finished", {}),
    ]  # fmt: skip


def test_the_calendar_counts_days_and_shows_where_nobody_looked(keeping: Keeping) -> None:
    for number, day in enumerate(("2024-02-28", "2024-02-28", "2024-12-31", "2023-12-31")):
        keeping.store(article(f"Text {number}.", url=f"https://herald.example/{number}", updated=day_of(day)))
    begun = "2024-05-0{}T10:00:00.000000Z"
    keeping.db.conn.execute("UPDATE runs SET started = ?1, finished = ?1, state = 'finished'", (begun.format(3),))
    for number, state in ((5, "failed"), (6, "failed"), (6, "finished")):
        keeping.db.conn.execute(
            "INSERT INTO runs(site_id, started, finished, state) VALUES ('herald', ?1, ?1, ?2)",
            (begun.format(number), state),
        )
    days = days_of(keeping, 2024)
    assert len(days) == 366
    assert (days["2024-02-28"].articles, days["2024-12-31"].articles, days["2024-02-29"].articles) == (2, 1, 0)
    looks = {day[8:]: days[day].look for day in days if day.startswith("2024-05-0")}
    assert looks == {
        "01": "", "02": "", "03": "", "04": "none", "05": "failed", "06": "", "07": "none", "08": "none", "09": "none",
    }  # fmt: skip
    assert days["2024-06-20"].look == "none"
    assert days["2024-06-21"].look == ""
    for year in (None, 1999, 2024):
        found = read_year(keeping.db, "herald", year, NOW.date())
        assert found is not None
        assert (found.year, found.years) == (2024, {2023: 1, 2024: 3})


def test_the_calendar_leaves_out_what_was_withdrawn(keeping: Keeping) -> None:
    keeping.store(article(updated=day_of("2024-05-02")))
    keeping.store(article("Other.", url="https://herald.example/2", updated=day_of("2024-05-02")))
    (article_id,) = keeping.rows("SELECT min(id) FROM articles")[0]
    keeping.db.conn.execute("UPDATE articles SET state = 'withdrawn' WHERE id = ?", (article_id,))
    keeping.db.conn.execute(
        "INSERT INTO takedowns(article_id, reason, begun, withdrew) VALUES (?, '', '', '')", (article_id,)
    )
    assert days_of(keeping, 2024)["2024-05-02"].articles == 1


def test_shares_of_rules_are_told_run_by_run(root: Path) -> None:
    found = read(root).shares
    assert found is not None
    assert (found.field, found.series) == ("updated", ("label", "json-ld", "unknown", NOTHING))
    assert [numbers for _, _, numbers in found.runs] == [(3, 2, 0, 0), (0, 0, 1, 0)]
    last = {field.name: (field.articles, field.empty) for field in found.now}
    assert (last["updated"], last["byline"]) == ((1, 0), (1, 1))
    other = read(root, Asked(field="title")).shares
    assert other is not None
    assert other.runs[0][2][0] == 5


def test_shares_of_very_many_blocks_are_of_the_last_runs(keeping: Keeping) -> None:
    fields = json.dumps({"title": [0, {"html": 1}, {}, {}]})
    for _ in range(3):
        (run_id,) = keeping.db.conn.execute(
            "INSERT INTO runs(site_id, started, finished, state) VALUES ('herald', '2024', '2024', 'finished') "
            "RETURNING id"
        ).fetchone()
        for position in range(4):
            keeping.db.conn.execute("INSERT INTO run_health VALUES (?, ?, NULL, '', 1, ?)", (run_id, position, fields))

    def found(**most: int) -> list[int]:
        return [block.run_id for block in recent_blocks(keeping.db, "herald", **most)]

    assert found(runs=9, blocks=99) == [2] * 4 + [3] * 4 + [4] * 4
    assert found(runs=2, blocks=99) == [3] * 4 + [4] * 4
    assert found(runs=9, blocks=9) == [3] * 4 + [4] * 4
    assert found(runs=9, blocks=2) == [4] * 3
    shares = read_shares(keeping.db, "herald", "title")
    assert shares is not None
    assert [run for run, _, _ in shares.runs] == [2, 3, 4]


def test_gaps_are_counted_by_cause_and_read_page_by_page(root: Path) -> None:
    with closing(open_archive(root / "archive.db", readonly=True)) as db:
        assert count_gaps(db, "herald", 1_000) == {"http-404": 30, "blocked": 10}
        assert sum(count_gaps(db, "herald", 7).values()) == 7
        listed = {gap.url: gap for gap in find_gaps(db, "herald")}
        paged, after = [], 0
        while True:
            part, next_one = page_of_gaps(db, "herald", "blocked", after=after, limit=3)
            paged += part
            if next_one is None:
                break
            after = next_one
    assert len({gap.url for gap in paged}) == len(paged) == 10
    in_listings = [gap for gap in paged if gap.listing]
    assert in_listings == [listed[gap.url] for gap in in_listings]
    assert len(paged) - len(in_listings) == 2


def test_runs_are_read_page_by_page(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sites, "RUNS", 1)
    found = read(root).runs
    assert ([run.id for run, _ in found.rows], found.before) == ([3], 3)
    found = read(root, Asked(run=3)).runs
    assert ([run.id for run, _ in found.rows], found.before) == ([1], None)
    with closing(open_archive(root / "archive.db", readonly=True)) as db:
        assert [run.id for run in read_runs(db)] == [3, 2, 1]


def test_every_link_of_the_page_asks_for_what_it_says(root: Path) -> None:
    page = html.fromstring(ask(root, ROOM.site("herald")).text)
    own = {href for href in page.xpath("//main//a/@href") if href.startswith(ROOM.site("herald"))}
    assert any("cause=blocked" in href for href in own)
    assert any("field=title" in href for href in own)
    addresses = sorted({href.partition("#")[0] for href in own})
    answers = dict(zip(addresses, ask_all(root, addresses), strict=True))
    assert {address: got.status_code for address, got in answers.items() if got.status_code != 200} == {}
    blocked = next(got.text for address, got in answers.items() if "cause=blocked" in address)
    assert "Missing 4<" in blocked
    assert "Missing 1<" not in blocked
    ids = {href.partition("#")[2] for href in own} | {
        href[1:] for href in page.xpath("//nav//a/@href") if href[0] == "#"
    }
    assert [name for name in ids if name and not page.xpath("//*[@id=$name]", name=name)] == []


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ("herald?year=x&field=%22&before=-1&cause=none&after=y", 200), ("herald?year=0&before=" + "9" * 40, 200),
        ("herald?year=99999&after=" + "9" * 17, 200), ("nowhere", 404), ("%3Cscript%3E", 404), ("%27", 404),
        ("zhbao", 200),
    ],
)  # fmt: skip
def test_whatever_is_asked_is_answered(root: Path, asked: str, status: int) -> None:
    got = ask(root, f"/archive/-/site/{asked}")
    assert got.status_code == status
    assert "<script>" not in got.text or got.headers["content-type"].startswith("text/plain")
    assert got.headers["x-content-type-options"] == "nosniff"


def test_what_a_page_said_is_text(root: Path) -> None:
    text = ask(root, ROOM.site("herald")).text
    assert HOSTILE not in text
    assert "&lt;script&gt;" in text


def test_an_unknown_site_is_named_with_those_that_are_there(root: Path) -> None:
    with (
        closing(open_archive(root / "archive.db", readonly=True)) as db,
        pytest.raises(NotFoundError, match="no site 'x' in the archive; it holds herald, zhbao"),
    ):
        read_site(db, "x", Asked())


def test_a_site_that_was_never_crawled_says_what_to_do(keeping: Keeping) -> None:
    keeping.db.conn.execute("INSERT INTO sites(id, name, url) VALUES ('new', 'New', 'https://new.example/')")
    found = read_site(keeping.db, "new", Asked(), NOW)
    assert found.standing.troubles == ("never crawled",)
    assert (found.year, found.shares, found.runs.rows, found.gaps.causes) == (None, None, (), ())
    keeping.close()
    text = ask(keeping.holdings.root, ROOM.site("new")).text
    assert "newsarchive crawl new" in text
    assert "<svg" not in text
