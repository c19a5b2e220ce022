"""The demonstration's command, and searches of what it stores."""

import json
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from crawler.demo.courier import CourierSite
from crawler.demo.pictures import draw
from crawler.demo.site import SECTIONS, DemoArticle, DemoSite
from tests.e2e.demo.crawled import ARTICLES, Crawled, paths
from tests.e2e.harness import Outcome, Workspace, check_archive, newsarchive

# A word of two characters of each Chinese article, and the article's number.
CHINESE = {
    "校准": 131408, "港口": 130513, "电梯": 129885, "电热": 127991, "噪声": 127442, "潮水": 125205, "电池": 121936,
    "花灯": 113407,
}  # fmt: skip


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Outcome]:
    """The demonstration's workspace and what it printed."""
    root = tmp_path_factory.mktemp("demonstration") / "w"
    return root, newsarchive("demo", "--directory", str(root))


def test_the_demo_ends_with_0_and_prints_what_the_archive_holds(demonstration: tuple[Path, Outcome]) -> None:
    root, outcome = demonstration
    assert outcome.code == 0, outcome
    workspace = Workspace(root)
    (line,) = re.findall(r"^Stored: (.+)$", outcome.out, re.MULTILINE)
    printed = {name: int(number) for name, number in (part.rsplit(": ", 1) for part in line.split(", "))}
    stored = workspace.value("SELECT count(DISTINCT article_id) FROM events WHERE run_id <= 2")
    reports = CourierSite().reports
    assert printed["articles"] == printed["versions"] == stored == len(ARTICLES) + len(reports)
    images = [image for article in ARTICLES for image in article.images]
    pictures = [block for report in reports for block in report.blocks if block.kind == "image"]
    drawn = {image.path for image in images if image.fate == "good"} | {each.drawn or each.path for each in pictures}
    assert printed["images kept"] == len({draw(path) for path in drawn})
    assert printed["images that failed"] == sum(image.fate != "good" for image in images)
    assert printed["captions"] == sum(bool(image.caption) for image in images) + len(pictures)
    for key, (name, _) in SECTIONS.items():
        assert printed[f"section {name}"] == len(DemoSite().section_articles(key))
    assert re.search(r"^newsarchive search (.+)$", outcome.out, re.MULTILINE)
    assert re.search(r"newsarchive .*serve", outcome.out)
    check_archive(root)


def test_the_demo_leaves_what_the_reading_room_can_show(demonstration: tuple[Path, Outcome]) -> None:
    root, _ = demonstration
    workspace = Workspace(root)
    events = workspace.rows(
        "SELECT title, changes FROM events JOIN articles ON articles.id = article_id WHERE kind = 'changed'"
    )
    assert {change for _, changes in events for change in json.loads(changes)} >= {"headline", "image", "body"}
    assert {row[0] for row in workspace.rows("SELECT DISTINCT language FROM articles")} == {"en", "zh", "ar"}
    assert workspace.rows("SELECT mime, error FROM attachments") == [("application/pdf", None)]
    assert "section city: the walk stopped" in workspace.value(
        "SELECT error FROM runs WHERE site_id = 'courier' ORDER BY id DESC LIMIT 1"
    )
    for table in ("tags", "notes", "edits", "watches"):
        assert workspace.value(f"SELECT count(*) FROM {table}"), table  # noqa: S608
    families = workspace.run("families", "--json").json
    assert any({told["site"] for told in family["members"]} == {"demo", "courier"} for family in families)


def test_the_search_that_the_demo_shows_finds_something(demonstration: tuple[Path, Outcome]) -> None:
    _, outcome = demonstration
    shown = outcome.out.partition("newsarchive search")[2].partition("Crawling the same sites again")[0]
    assert "Nothing in the archive" not in shown
    assert "http://127.0.0.1" in shown


def test_the_demo_does_not_touch_a_workspace_that_is_there(tmp_path: Path) -> None:
    workspace = Workspace.make(tmp_path)
    outcome = newsarchive("demo", "--directory", str(tmp_path))
    assert outcome.code == 2
    assert outcome.complaints == [
        f"newsarchive: {tmp_path} holds a workspace already; name a new directory, or remove it first"
    ]
    assert workspace.value("SELECT count(*) FROM runs") == 0


@pytest.mark.parametrize("word", CHINESE)
def test_chinese_words_of_two_characters_find_the_twins(crawled: Crawled, word: str) -> None:
    want = {article.path for article in ARTICLES if word in article.title or any(word in p for p in _texts(article))}
    (twin,) = {article.path for article in ARTICLES if article.number == CHINESE[word]}
    assert twin in want
    assert crawled.found(word) == want
    rows = crawled.workspace.rows(
        "SELECT url FROM articles_fts JOIN articles ON articles.id = articles_fts.rowid "
        "WHERE articles_fts MATCH 'search_extra : ' || ?",
        f'"{" ".join(word)}"',
    )
    assert {urlsplit(url).path for (url,) in rows} == want


def _texts(article: DemoArticle) -> list[str]:
    return [*(text for page in article.pages for text in page), *(image.caption for image in article.images)]


def test_the_command_finds_chinese_words(crawled: Crawled) -> None:
    hits = crawled.workspace.run("search", "校准", "--json").json["hits"]
    assert [hit["title"] for hit in hits] == ["灯笼码头设立市民免费校准室"]
    assert "**" in hits[0]["snippet"]


def test_filters_of_the_search_command_are_exact(crawled: Crawled) -> None:
    hits = crawled.workspace.run(
        "search", "--since", "2018-01-01", "--until", "2018-05-14", "--sort", "newest", "--limit", "1000", "--json"
    ).json["hits"]
    assert {urlsplit(hit["url"]).path for hit in hits} == paths(
        [article for article in ARTICLES if "2018-01-01" <= article.updated <= "2018-05-14"]
    )
    days = [hit["day"] for hit in hits]
    assert days == sorted(days, reverse=True)
