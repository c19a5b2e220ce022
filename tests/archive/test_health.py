"""Problems: raised by the run that shows them, with an old and a new page; resolved by the run that is well."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from archive.db import atomic
from archive.errors import NotFoundError
from archive.gaps import NOT_YET, by_cause, find_gaps
from archive.health import family, open_problems, recount
from archive.model import Entry, Stamp
from archive.runs import start_run
from archive.status import next_command, read_status
from archive.units import FailureUnit
from tests.archive.keeping import OTHER_SITE, Keeping, article, day_of

RULES = {"title": "page:h1=og:title", "updated": "label:updated", "body": "classifier"}
WORDS = "The council met on Friday and voted on the harbour. " * 12


class Site:
    """A site whose runs each store a number of new articles."""

    def __init__(self, keeping: Keeping) -> None:
        self.keeping, self.stored = keeping, 0

    def run(self, number: int, **fields: Any) -> list[str]:
        """Store articles in the open run, end it, and return the names of the problems that are open then."""
        for _ in range(number):
            self.stored += 1
            url = f"https://herald.example/news/{self.stored}.html"
            said: dict[str, Any] = {"updated": day_of("2024-05-02"), "rules": RULES} | fields
            self.keeping.writer.put(self.keeping.unit(article(url=url, title=f"Harbour report {self.stored}", **said)))
        self.keeping.again()
        return [problem.name for problem in open_problems(self.keeping.db, "herald")]


@pytest.fixture
def site(keeping: Keeping) -> Site:
    """A site with two runs of articles that are well."""
    made = Site(keeping)
    assert made.run(40, body=WORDS) == []
    assert made.run(8, body=WORDS) == []
    return made


def test_the_family_of_a_rule() -> None:
    assert family("page:h1=json-ld:headline") == family("page:breadcrumb") == "page"
    assert family("classifier") == "classifier"
    assert family("") == "unknown"


def test_a_lost_field_is_named_with_an_old_and_a_new_page(site: Site) -> None:
    assert site.run(4, body=WORDS, updated=None, rules={"title": "page:h1", "body": "classifier"}) == [
        "field-empty:updated"
    ]
    (problem,) = open_problems(site.keeping.db, "herald")
    assert (problem.field, problem.run_id, problem.since_run) == ("updated", 3, 3)
    assert problem.detail["old"] == {"url": "https://herald.example/news/48.html", "value": "2024-05-02"}
    assert problem.detail["new"] == {"url": "https://herald.example/news/52.html", "value": "(empty)"}
    assert problem.detail["now"] == {"articles": 4, "with_it": 4}
    assert problem.detail["before"] == {"articles": 48, "with_it": 0}
    assert problem.meaning == "updated is empty in 4 of 4 articles since run 3, before that in 0 of 48"
    assert next_command(problem) == "newsarchive learn herald"


@pytest.mark.parametrize(
    ("fields", "names", "old", "new"),
    [
        (
            {"body": "The council met."},
            ["length-shift:body"],
            {"url": "https://herald.example/news/48.html", "value": "120 words"},
            {"url": "https://herald.example/news/54.html", "value": "3 words"},
        ),
        (
            {"body": WORDS, "rules": RULES | {"title": "entry:title"}},
            ["rule-shift:title"],
            {"url": "https://herald.example/news/48.html", "value": "Harbour report 48"},
            {"url": "https://herald.example/news/54.html", "value": "Harbour report 54"},
        ),
        ({"body": WORDS, "updated": day_of("2031-01-01")}, ["date-shift:updated"], None, None),
        ({"body": WORDS, "updated": day_of("2019-01-01")}, ["date-shift:updated"], None, None),
    ],
)  # fmt: skip
def test_shifts_of_rules_lengths_and_dates(
    keeping: Keeping, fields: dict[str, Any], names: list[str], old: dict[str, str] | None, new: dict[str, str] | None
) -> None:
    site = Site(keeping)
    # Dates say something from the second whole run on: what was there before is as old as it is.
    site.run(4, body=WORDS, updated=day_of("2011-01-01"))
    keeping.now = dt.datetime.now(dt.UTC)
    today = Stamp("today", keeping.now.date(), "day")
    site.run(40, body=WORDS, updated=today)
    keeping.now = dt.datetime.now(dt.UTC)
    site.run(4, body=WORDS, updated=today)
    keeping.now = dt.datetime.now(dt.UTC)
    assert site.run(6, **({"updated": today} | fields)) == names
    if old:
        (problem,) = open_problems(keeping.db, "herald")
        assert (problem.detail["old"], problem.detail["new"]) == (old, new)


def test_a_later_run_that_is_well_resolves_it(site: Site) -> None:
    assert site.run(4, body=WORDS, updated=None) == ["field-empty:updated"]
    assert site.run(0) == ["field-empty:updated"]
    assert site.run(3, body=WORDS, updated=None) == ["field-empty:updated"]
    assert site.run(6, body=WORDS) == []
    assert site.keeping.rows("SELECT name, state, resolved_at IS NOT NULL, since_run FROM problems") == [
        ("field-empty:updated", "resolved", 1, 3)
    ]
    # What is past is past: the broken runs do not count as the site's habit.
    assert site.run(4, body=WORDS) == []
    assert site.run(4, body=WORDS, updated=None) == ["field-empty:updated"]
    assert open_problems(site.keeping.db, "herald")[0].detail["before"] == {"articles": 58, "with_it": 0}


def test_reading_again_resolves_it(site: Site) -> None:
    site.run(4, body=WORDS, updated=None)
    db = site.keeping.db
    db.conn.execute("UPDATE versions SET updated = '2024-05-02', updated_raw = '2024-05-02'")
    with atomic(db):
        recount(db, "herald")
    assert open_problems(db, "herald") == []


def test_a_killed_run_counts_too(site: Site) -> None:
    keeping = site.keeping
    for number in range(4):
        url = f"https://herald.example/late/{number}.html"
        keeping.writer.put(keeping.unit(article(WORDS, url=url, updated=None)))
    keeping.writer.close()
    # Its process is gone: nobody has closed the row, and the next run finds it open.
    start_run(keeping.holdings, keeping.site)
    assert keeping.one("SELECT state FROM runs WHERE id = 3") == "killed"
    assert keeping.one("SELECT sum(articles) FROM run_health WHERE run_id = 3") == 4


def test_another_site_is_another_affair(site: Site) -> None:
    site.run(4, body=WORDS, updated=None)
    site.keeping.again(OTHER_SITE)
    assert open_problems(site.keeping.db, "zhbao") == []
    assert [status.site for status in read_status(site.keeping.db)] == ["herald", "zhbao"]


def test_the_status_of_a_site(site: Site) -> None:
    site.run(4, body=WORDS, updated=None)
    (status,) = read_status(site.keeping.db, "herald")
    assert (status.articles, status.last_run and status.last_run.state) == (52, "running")
    shares = {each.field: (each.articles, each.empty, each.rules) for each in status.fields}
    assert shares["updated"] == (4, 4, {})
    assert shares["title"] == (4, 0, {"page": 4})
    said = json.loads(json.dumps(status.as_dict()))
    assert said["problems"][0]["next"] == "newsarchive learn herald"
    assert said["problems"][0]["name"] == "field-empty:updated"


def test_a_site_that_nobody_knows(keeping: Keeping) -> None:
    with pytest.raises(NotFoundError, match="no site 'x' in the archive; it holds herald"):
        read_status(keeping.db, "x")


# Gaps


def test_gaps_are_what_was_sighted_and_never_stored(keeping: Keeping) -> None:
    urls = [f"https://herald.example/news/{name}" for name in "abcd"]
    keeping.listing(*(Entry(url, f"Title {url[-1]}") for url in urls), page=2)
    keeping.store(article(url=urls[0]))
    keeping.fail(urls[1], "http-404")
    keeping.fail(urls[2], "robots", skipped=True)
    found = find_gaps(keeping.db)
    assert [(gap.url[-1], gap.cause, gap.page, gap.rank, gap.title) for gap in found] == [
        ("d", NOT_YET, 2, 4, "Title d"),
        ("b", "http-404", 2, 2, "Title b"),
        ("c", "robots", 2, 3, "Title c"),
    ]
    assert {gap.listing for gap in found} == {"https://herald.example/news/"}
    assert [key for key, _ in by_cause(found)] == [
        ("herald", "news", cause) for cause in (NOT_YET, "http-404", "robots")
    ]


def test_a_gap_is_named_once_a_section_since_it_was_first_seen(keeping: Keeping) -> None:
    url = "https://herald.example/news/a"
    keeping.listing(Entry(url, "Old title"))
    first = keeping.one("SELECT first_seen FROM sightings")
    keeping.listing(Entry(url, "New title"), page=3)
    keeping.listing(Entry(url, "New title"), section="culture")
    keeping.writer.put(FailureUnit(url, "article", "http-500", keeping.tick()))
    keeping.writer.flush()
    gaps = find_gaps(keeping.db)
    assert [(gap.section, gap.title, gap.page) for gap in gaps] == [
        ("news", "New title", 3),
        ("culture", "New title", 1),
    ]
    assert gaps[0].first_seen == first
    assert [gap.section for gap in find_gaps(keeping.db, "herald", "culture")] == ["culture"]
    assert (gaps[0].cause, gaps[0].failures) == ("http-500", 1)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (("x", None), "no site 'x' in the archive; it holds herald"),
        (("herald", "x"), "no section 'x' in the archive; it holds news, culture"),
    ],
)
def test_gaps_of_what_nobody_knows(keeping: Keeping, asked: tuple[str, str | None], message: str) -> None:
    with pytest.raises(NotFoundError) as caught:
        find_gaps(keeping.db, *asked)
    assert str(caught.value) == message


def test_nothing_is_written_by_looking(site: Site, tmp_path: Path) -> None:
    before = site.keeping.db.conn.total_changes
    read_status(site.keeping.db)
    find_gaps(site.keeping.db)
    assert site.keeping.db.conn.total_changes == before
