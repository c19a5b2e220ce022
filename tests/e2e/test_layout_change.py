"""A layout changes in the middle of a site's life: it is noticed, learnt, and what was misread is read again.

Each life begins twice: with a definition that `add` found, and with one written by hand whose template was learnt.
"""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from crawler.demo.definition import definition
from crawler.demo.server import DemoServer
from crawler.demo.site import DemoArticle, DemoSite
from tests.e2e.harness import Outcome, Workspace, check_archive, differences, snapshot
from tests.e2e.judging import FOUND, add, sampled

# What the new look hides from the old template and from every general rule.
BROKEN = {"updated", "source", "body"}
NEW, MOVED = 12, 6
# How often, and how many articles, it published while it was well.
_RUNS, _PUBLISHED = 2, 6
_ATTENTION = 4


@dataclass(frozen=True)
class Life:
    """A demo site with a workspace that has crawled its updates three times."""

    server: DemoServer
    workspace: Workspace

    @property
    def definition(self) -> Path:
        return self.workspace.root / "sites" / f"{FOUND}.toml"

    def publish(self, number: int) -> tuple[DemoArticle, ...]:
        return self.server.site.publish("updates", number)

    def crawl(self, *arguments: str, codes: tuple[int, ...] = (0,)) -> Outcome:
        return self.run("crawl", FOUND, *arguments, codes=codes)

    def run(self, *arguments: str, codes: tuple[int, ...] = (0,)) -> Outcome:
        outcome = self.workspace.run(*arguments)
        assert outcome.code in codes, outcome
        return outcome

    def problems(self) -> set[str]:
        """Return the fields that `status` names."""
        outcome = self.workspace.run("status", "--json")
        assert outcome.code in (0, _ATTENTION), outcome
        fields = set(fields_in(outcome.json))
        assert (outcome.code == _ATTENTION) == bool(fields), outcome
        return fields

    def repair(self) -> None:
        self.run("learn", FOUND, "--write")
        self.run("reextract", FOUND, "--write")

    def stored(self) -> dict[str, dict[str, Any]]:
        """Return every article by path, as the archive holds it."""
        columns = "url, title, updated, day, source, byline, body, captions, rules"
        rows = self.workspace.rows(f"SELECT {columns} FROM articles")  # noqa: S608
        return {unquote(urlsplit(row[0]).path): dict(zip(columns.split(", "), row, strict=True)) for row in rows}


def fields_in(value: Any) -> Iterator[str]:
    """Yield the field of every problem that a report names, wherever its list of problems stands."""
    if isinstance(value, list):
        for inner in value:
            yield from fields_in(inner)
    elif isinstance(value, dict):
        yield from (problem["field"] for problem in value.get("problems", ()))
        for inner in value.values():
            yield from fields_in(inner)


@pytest.fixture(scope="module", params=sampled(["added", "by hand"], 1))
def well(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Life]:
    """A site that was well for three runs; copied, never changed."""
    with DemoServer() as server:
        lived = Life(server, Workspace.make(tmp_path_factory.mktemp("life") / "w"))
        if request.param == "added":
            assert add(lived.workspace, f"{server.url}updates.html", server.requests).faults() == {}
            lived.crawl()
        else:
            text = definition(server.url).replace('id = "demo"', f'id = "{FOUND}"')
            lived.workspace.define(FOUND, text.partition('\n[[sections]]\nkey = "notices"')[0])
            lived.crawl()
            lived.repair()
        for _ in range(_RUNS):
            lived.publish(_PUBLISHED)
            lived.crawl()
        assert lived.problems() == set()
        yield lived


@pytest.fixture
def life(well: Life, tmp_path: Path) -> Life:
    """A life of its own for each test: the workspace copied, and the site as it was when it was copied."""
    well.server.site = DemoSite()
    for _ in range(_RUNS):
        well.publish(_PUBLISHED)
    shutil.copytree(well.workspace.root, tmp_path / "w")
    return Life(well.server, Workspace(tmp_path / "w"))


def relaunch(life: Life, *, listings: bool = False) -> tuple[DemoArticle, ...]:
    """Change the site's layout and publish in the new one."""
    life.server.site.relaunch(listings=listings)
    return life.publish(NEW)


def faults(life: Life) -> dict[str, Any]:
    """Return where the archive is not what the site's own truth says."""
    stored = life.stored()
    wrong: dict[str, Any] = {}
    for article in life.server.site.section_articles("updates"):
        row = stored.get(article.path)
        if row is None:
            wrong[article.path] = "missing"
        elif unlike := {name: (row[name], said) for name, said in truth_of(article).items() if row[name] != said}:
            wrong[article.path] = unlike
    return wrong


def truth_of(article: DemoArticle) -> dict[str, Any]:
    """Return what an archive must say of an article; what stands in a line of its own in the text is left out."""
    said = {"title": article.title, "updated": article.updated, "day": article.updated, "source": article.source}
    if not article.stray and article.look == "new":
        said["body"] = "\n\n".join(line for page in article.pages for line in page)
    return said


# The run


def test_the_next_run_names_what_broke(life: Life) -> None:
    new = relaunch(life)
    outcome = life.crawl(codes=(0, _ATTENTION))
    assert {article.path for article in new} <= set(life.stored())
    assert life.problems() >= BROKEN
    assert all(field in outcome.out + outcome.err for field in BROKEN), outcome


def test_a_run_like_those_before_names_nothing(life: Life) -> None:
    life.publish(NEW)
    life.crawl()
    assert life.problems() == set()
    assert faults(life) == {}


# The repair


def test_nothing_is_written_unless_it_is_asked_for(life: Life) -> None:
    relaunch(life)
    life.crawl(codes=(0, _ATTENTION))
    before, text = snapshot(life.workspace.root), life.definition.read_text()
    life.run("learn", FOUND)
    life.run("reextract", FOUND)
    assert life.definition.read_text() == text
    assert differences(before, snapshot(life.workspace.root)) == {}


def test_the_broken_run_is_brought_to_the_state_of_an_unbroken_one(life: Life, tmp_path: Path) -> None:
    before = life.stored()
    new = relaunch(life)
    life.crawl(codes=(0, _ATTENTION))
    assert set(faults(life)) == {article.path for article in new}
    events = life.workspace.value("SELECT count(*) FROM events")
    life.repair()
    assert faults(life) == {}
    assert life.problems() == set()
    assert differences(comparable(life.workspace), comparable(unbroken(life, tmp_path))) == {}
    assert life.workspace.value("SELECT count(*) FROM versions") == len(life.stored())
    assert life.workspace.value("SELECT count(*) FROM events") == events
    after = life.stored()
    assert {path: after[path] for path in before} == before
    # Both templates are in use, each for the pages that it was learnt from.
    assert {json.loads(row["rules"])["body"].partition(":")[0] for row in after.values()} == {"template"}
    check_archive(life.workspace.root)


def test_the_next_articles_are_read_by_the_new_template(life: Life) -> None:
    relaunch(life)
    life.crawl(codes=(0, _ATTENTION))
    life.repair()
    life.publish(NEW)
    life.crawl()
    assert life.problems() == set()
    assert faults(life) == {}


def test_old_articles_that_were_made_anew_have_not_changed(life: Life, tmp_path: Path) -> None:
    """A misreading looks like a new version; read again, it is none."""
    relaunch(life)
    old = [article for article in life.server.site.section_articles("updates") if article.look == "old"]
    for article in old[:MOVED]:
        life.server.site.remake(article.path)
    life.crawl("--full", codes=(0, _ATTENTION))
    # Most pages of this run are as they were, which hides the rest of what broke.
    assert "updated" in life.problems()
    life.repair()
    assert faults(life) == {}
    assert life.workspace.value("SELECT count(*) FROM versions WHERE same_as IS NULL") == len(life.stored())
    assert life.workspace.rows("SELECT kind FROM events WHERE from_version IS NOT NULL AND NOT withdrawn") == []
    assert differences(comparable(life.workspace), comparable(unbroken(life, tmp_path))) == {}
    check_archive(life.workspace.root)


def test_new_listings_are_noticed_and_added_anew(life: Life) -> None:
    """A list that the definition no longer fits fails the walk by name; looked at again, it is crawled on."""
    new = relaunch(life, listings=True)
    broken = life.crawl(codes=(1,))
    assert "no-articles" in broken.err
    life.run("add", f"{life.server.url}updates.html", "--id", FOUND, "--force")
    life.crawl(codes=(0, _ATTENTION))
    assert {article.path for article in new} <= set(life.stored())


def unbroken(life: Life, folder: Path) -> Workspace:
    """Return an archive of the site whose definition knew both layouts from the start."""
    workspace = Workspace.make(folder / "unbroken")
    workspace.define(FOUND, life.definition.read_text(encoding="utf-8"))
    workspace.crawl(FOUND)
    return workspace


def comparable(workspace: Workspace) -> dict[str, Any]:
    """Return articles and images, row by row; which version is the current one does not count."""
    whole = snapshot(workspace.root)
    articles = {url: [*columns[:-2], columns[-1]] for url, columns in whole["articles"].items()}
    current = {(url, version) for url, *_, version, _ in ((url, *row) for url, row in whole["articles"].items())}
    pictures = [(url, *rest) for url, number, *rest in whole["images of articles"] if (url, number) in current]
    return {"articles": articles, "images of articles": pictures, "images": whole["images"]}
