"""The commands `status` and `gaps`, for people and for programs."""

import json
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from archive.errors import NotFoundError
from archive.hosts import write_host
from archive.model import Entry
from archive.runs import finish_run
from crawler.cli import newsarchive
from crawler.workspace import make_workspace
from tests.archive.keeping import Keeping, article, day_of

RULES = {"title": "page:h1", "updated": "label:updated", "body": "classifier"}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace whose last run lost the update date, and missed two articles."""
    root = tmp_path_factory.mktemp("reports")
    make_workspace(root)
    keeping = Keeping(root)
    for number in range(45):
        found = day_of("2024-05-02") if number < 40 else None
        if number == 40:
            keeping.again()
        url = f"https://herald.example/news/{number}.html"
        keeping.writer.put(keeping.unit(article("The harbour.", url=url, updated=found, rules=RULES)))
    missed = [f"https://herald.example/news/x{number}" for number in range(2)]
    keeping.listing(*(Entry(url, "A \x1b[31mmissed one") for url in missed))
    keeping.fail(missed[0], "http-404")
    keeping.again()
    keeping.close()
    return root


def run(workspace: Path, *arguments: str) -> Result:
    return CliRunner().invoke(newsarchive, ["-w", str(workspace), *arguments], catch_exceptions=False)


def test_status_for_people(workspace: Path) -> None:
    result = run(workspace, "status", "herald", "--fields")
    assert result.exit_code == 4
    assert "field-empty:updated" in result.stdout
    assert "herald: the fields of 5 articles" in result.stdout
    assert "page 100%" in result.stdout
    said = result.stdout.splitlines()
    start = said.index(
        "herald: field-empty:updated: updated is empty in 5 of 5 articles since run 2, before that in 0 of 40."
    )
    assert said[start + 1 :] == [
        "  old  2024-05-02",
        "       https://herald.example/news/39.html",
        "  new  (empty)",
        "       https://herald.example/news/44.html",
        "  Next: newsarchive learn herald",
    ]


def test_status_for_programs(workspace: Path) -> None:
    result = run(workspace, "status", "--json")
    assert result.exit_code == 4
    ((site,)) = json.loads(result.stdout)
    assert (site["site"], site["articles"], site["run"]["state"]) == ("herald", 45, "running")
    (problem,) = site["problems"]
    assert problem["detail"]["new"]["value"] == "(empty)"
    assert {shares["field"]: shares["empty"] for shares in site["fields"]}["updated"] == 5


def cells(result: Result, site: str) -> list[str]:
    """Return the cells of a site's row."""
    (row,) = [line for line in result.stdout.splitlines() if line.startswith(f"│ {site} ")]
    return [cell.strip() for cell in row.strip("│").split("│")]


def test_status_says_when_a_site_went_well_and_what_is_due(tmp_path: Path) -> None:
    make_workspace(tmp_path)
    (tmp_path / "sites" / "new.toml").write_text("")
    keeping = Keeping(tmp_path)
    keeping.store(article("The harbour."))
    keeping.fail("https://herald.example/news/x", "timeout")
    keeping.listing(Entry("https://herald.example/news/y"))
    keeping.again()
    finish_run(keeping.holdings, keeping.run.id, "failed", {}, "section news: the walk stopped")
    keeping.db.conn.execute("UPDATE runs SET finished = '2024-05-03T12:00:00.000000Z' WHERE id = 1")
    keeping.db.conn.execute("UPDATE urls SET due_at = NULL")
    keeping.db.conn.execute("UPDATE sections SET due_at = '2999-01-01T00:00:00.000000Z'")
    keeping.db.conn.execute("UPDATE urls SET state = 'stored' WHERE state = 'pending'")
    write_host(keeping.db, "https://herald.example", {"retry_at": "2999-01-01T00:00:00.000000Z", "cause": "http-503"})
    keeping.close()
    result = run(tmp_path, "status")
    assert result.exit_code == 0
    good, last, due, articles, failing, pending, problems = cells(result, "herald")[1:]
    assert good.startswith("2024-05-03 12:00, ")
    assert good.endswith(" ago")
    assert (last, articles, failing, pending, problems) == ("2: failed", "1", "1", "0", "none")
    assert due.startswith("in 9")
    assert cells(result, "new")[1:4] == ["never", "none", "now"]
    assert result.stdout.splitlines()[-3:] == [
        "herald: run 2: section news: the walk stopped",
        "herald: failing: 1 × timeout. Next: newsarchive failures herald",
        "https://herald.example is left alone until 2999-01-01 00:00 (http-503)",
    ]
    said = {site["site"]: site for site in json.loads(run(tmp_path, "status", "--json").stdout)}
    assert said["herald"]["last_good"] == "2024-05-03T12:00:00.000000Z"
    assert said["herald"]["next_due"] == "2999-01-01T00:00:00.000000Z"
    assert said["herald"]["failures"] == {"timeout": 1}
    assert (said["new"]["run"], said["new"]["next_due"]) == (None, None)


def test_status_for_prometheus(workspace: Path) -> None:
    result = run(workspace, "status", "--prometheus")
    assert result.exit_code == 4
    assert 'newsarchive_open_problems{site="herald"} 1\n' in result.stdout
    with pytest.raises(click.UsageError, match="--prometheus prints all sites"):
        newsarchive.main(["-w", str(workspace), "status", "herald", "--prometheus"], standalone_mode=False)


def test_status_of_an_unknown_site(workspace: Path) -> None:
    with pytest.raises(NotFoundError, match="no site 'x'"):
        run(workspace, "status", "x")


def test_nothing_crawled_yet(tmp_path: Path) -> None:
    make_workspace(tmp_path)
    result = run(tmp_path, "status")
    assert (result.exit_code, result.stdout) == (0, "Nothing has been crawled yet. Next: newsarchive crawl SITE\n")
    assert json.loads(run(tmp_path, "status", "--json").stdout) == []
    result = run(tmp_path, "gaps")
    assert (result.exit_code, result.stdout) == (0, "There are no gaps: all that was seen in the sections is stored.\n")


def test_gaps_for_people(workspace: Path) -> None:
    result = run(workspace, "gaps")
    assert result.exit_code == 0
    since = "2024-05-03"
    listing = "https://herald.example/news/"
    assert result.stdout.splitlines() == [
        f"herald, section news: 1 × not-yet-fetched, since {since}",
        f"  {since}  page 1, rank 2 of {listing}",
        "    A [31mmissed one",
        "    https://herald.example/news/x1",
        f"herald, section news: 1 × http-404, since {since}",
        f"  {since}  page 1, rank 1 of {listing}",
        "    A [31mmissed one",
        "    https://herald.example/news/x0",
        "2 gaps.",
    ]


def test_gaps_for_programs(workspace: Path) -> None:
    found = json.loads(run(workspace, "gaps", "herald", "--section", "news", "--json").stdout)
    assert [(gap["cause"], gap["page"], gap["rank"]) for gap in found] == [
        ("not-yet-fetched", 1, 2),
        ("http-404", 1, 1),
    ]
    assert json.loads(run(workspace, "gaps", "--section", "culture", "--json").stdout) == []
    with pytest.raises(NotFoundError, match="no section 'x'"):
        run(workspace, "gaps", "--section", "x")
