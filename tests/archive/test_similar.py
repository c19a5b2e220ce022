"""Similar articles: what shares an article's telling words, in any script."""

import json
import random
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from archive.errors import NotFoundError
from archive.similar import finding
from archive.similar.finding import similar
from archive.similar.terms import terms_of
from archive.words import count_words
from crawler.cli import newsarchive
from crawler.workspace import make_workspace
from tests.archive.keeping import URL, Keeping, article

BASE = "https://herald.example/"
STORIES = {
    "fire1": ("Fire destroys the old cannery", "Firefighters fought the blaze at the cannery. The roof fell."),
    "fire2": ("Cannery blaze: what is known", "The blaze in the cannery began in the roof, firefighters say."),
    "football": ("United win the cup", "The striker scored twice and United took the cup before a full stadium."),
    "budget": ("Council passes the budget", "The council voted for the budget; schools get more, roads get less."),
    "zh1": ("镇海区质量监督局检查电梯", "镇海区质量监督局本周检查了商场的电梯，发现多处安全隐患。"),
    "zh2": ("商场电梯隐患被通报", "质量监督局通报了商场电梯的安全隐患，要求立即整改。"),
    "zh3": ("春季植树活动", "学生们在公园里参加了植树活动，种下了三百棵树苗。"),
}


@pytest.fixture
def stories(keeping: Keeping) -> Keeping:
    for name, (title, body) in STORIES.items():
        keeping.store(article(body, url=BASE + name, title=title, language="zh" if name.startswith("zh") else "en"))
    return keeping


@pytest.mark.parametrize("counted", [True, False])
@pytest.mark.parametrize(("one", "other"), [("fire1", "fire2"), ("fire2", "fire1"), ("zh1", "zh2"), ("zh2", "zh1")])
def test_the_same_story_is_found_first_and_itself_not(stories: Keeping, one: str, other: str, counted: bool) -> None:
    if counted:
        count_words(stories.db)
    found = similar(stories.db, BASE + one)
    assert found[0].url == BASE + other
    assert BASE + one not in [each.url for each in found]
    assert all(0.1 <= each.score <= 1 for each in found)
    assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)
    assert {"cannery", "blaze"} <= set(found[0].words) if one.startswith("fire") else "电梯" in found[0].words


def test_what_has_nothing_like_it_has_none(stories: Keeping) -> None:
    assert similar(stories.db, BASE + "zh3") == []
    assert [each.url for each in similar(stories.db, BASE + "football") if each.score > 0.2] == []


def test_a_word_of_the_title_weighs_more() -> None:
    found = terms_of("Cannery", "cannery roof 質量 a 7")
    assert (found[("cannery",)], found[("roof",)], found[("质", "量")]) == (4, 1, 1)
    assert ("a",) not in found
    assert ("7",) not in found


def test_the_same_text_scores_one_and_a_limit_is_kept(stories: Keeping) -> None:
    title, body = STORIES["fire1"]
    stories.store(article(body, url=BASE + "copy", title=title))
    (copy,) = similar(stories.db, BASE + "fire1", limit=1)
    assert (copy.url, copy.score) == (BASE + "copy", 1.0)


def test_members_of_its_family_are_marked(stories: Keeping) -> None:
    title, body = STORIES["fire1"]
    stories.store(article(f"{body} " * 20, url=BASE + "one", title=title))
    stories.store(article(f"{body} " * 20, url=BASE + "reprint", title=title))
    found = {each.url.removeprefix(BASE): each.is_family for each in similar(stories.db, BASE + "one")}
    assert found == {"reprint": True, "fire1": False, "fire2": False} | found
    stories.db.conn.execute(
        "INSERT OR REPLACE INTO family_members SELECT id, (SELECT id FROM articles WHERE url LIKE '%/one'), id, "
        "'same', 1 FROM articles WHERE url LIKE '%/one' OR url LIKE '%/fire1'"
    )
    assert [each.is_family for each in similar(stories.db, BASE + "one") if each.url == BASE + "fire1"] == [True]


def test_what_was_taken_down_is_not_named(stories: Keeping) -> None:
    stories.db.conn.execute("UPDATE articles SET state = 'withdrawn' WHERE url = ?", (BASE + "fire2",))
    assert BASE + "fire2" not in [each.url for each in similar(stories.db, BASE + "fire1")]


def test_an_article_without_words_and_one_that_there_is_not(stories: Keeping) -> None:
    stories.store(article("", url=BASE + "empty", title=None))
    assert similar(stories.db, BASE + "empty") == []
    with pytest.raises(NotFoundError, match="no article 'nothing'"):
        similar(stories.db, "nothing")


def test_without_time_there_is_no_answer_and_no_error(stories: Keeping, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "_BUDGET", -1.0)
    assert similar(stories.db, BASE + "fire1") == []


def test_long_texts_are_compared_in_time(keeping: Keeping) -> None:
    chance = random.Random(7)  # noqa: S311 (seeded)
    words = [f"word{int(chance.paretovariate(0.7)) % 4000}" for _ in range(60_000)]
    for number in range(150):
        begin = chance.randrange(50_000)
        body = " ".join(words[begin : begin + 450])
        keeping.writer.put(keeping.unit(article(body, url=URL if not number else f"{BASE}{number}", title=body[:40])))
    keeping.writer.flush()
    count_words(keeping.db)
    begun = time.process_time()
    for _ in range(3):
        similar(keeping.db, URL)
    assert (time.process_time() - begun) / 3 < 0.5, "a tenth of a second on a machine that does nothing else"


def test_the_command(tmp_path: Path) -> None:
    make_workspace(tmp_path)
    keeping = Keeping(tmp_path)
    for name in ("fire1", "fire2", "budget"):
        keeping.store(article(STORIES[name][1], url=BASE + name, title=STORIES[name][0]))
    keeping.close()

    def said(*arguments: str) -> str:
        result = CliRunner().invoke(newsarchive, ["-w", str(tmp_path), "similar", *arguments], catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return str(result.stdout)

    first, second, third = said(BASE + "fire1", "--limit", "1").splitlines()
    assert first.endswith("Cannery blaze: what is known  (2024-05-02, herald)")
    assert second.strip() == BASE + "fire2"
    assert "cannery" in third
    assert json.loads(said(BASE + "fire1", "--json"))[0]["url"] == BASE + "fire2"
    assert said(BASE + "budget") == "No other article of the archive is like it.\n"
