"""The commands `status` and `gaps`, for people and for programs."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from archive.errors import NotFoundError
from archive.model import Entry
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
