"""`newsarchive learn`, on an archive of a site that moves to another layout between two crawls."""

import json
from pathlib import Path

import pytest

from tests.crawler.learn.papers import NAMES, new_page, old_page
from tests.e2e.fault_site import Answer, FaultSite, article_path
from tests.e2e.harness import Workspace

PRESENT = '\n[template] # mine\ntitle = "h2.story-title"\nbody = "div.story-text"\n'


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, str]:
    """Return a workspace in which six articles of the old layout and four of the new one are stored."""
    workspace = Workspace.make(tmp_path_factory.mktemp("w"), delay=0)
    answers = {article_path(name): Answer(old_page(name, number).encode()) for number, name in enumerate(NAMES[:6])}
    answers |= {article_path(name): Answer(new_page(name, number).encode()) for number, name in enumerate(NAMES[6:])}
    with FaultSite({"news": [list(NAMES)]}, answers).serve() as site:
        workspace.define("fault", site.definition)
        workspace.crawl("fault", code=0)
        return workspace, site.definition


def test_what_is_learned_is_shown_and_nothing_written(moved: tuple[Workspace, str]) -> None:
    workspace, definition = moved
    workspace.define("fault", definition + PRESENT)
    outcome = workspace.run("learn", "fault")
    assert (outcome.code, outcome.err) == (0, "")
    assert "h1.headline" in outcome.out
    assert "h2.story-title" in outcome.out
    assert (
        "The layout changed: the present template finds no title, no body on the newest 4 pages, since 2021-03-04."
        in outcome.out
    )
    assert "To keep it: newsarchive learn fault --write" in outcome.out
    assert (workspace.root / "sites" / "fault.toml").read_text() == definition + PRESENT


def test_the_repair_is_written_and_then_there_is_nothing_to_do(moved: tuple[Workspace, str]) -> None:
    workspace, definition = moved
    workspace.define("fault", definition + PRESENT)
    said = workspace.run("learn", "fault", "--write", "--json").json
    assert said["written"] == str(workspace.root / "sites" / "fault.toml")
    assert (said["lost"], said["valid_from"], said["pages"]) == (["title", "body"], "2021-03-04", 4)
    assert said["fields"]["title"] == {
        "learned": "h1.headline", "confidence": 1.0, "present": "h2.story-title", "note": None,
        "values": said["fields"]["title"]["values"],
    }  # fmt: skip
    assert len(said["fields"]["title"]["values"]) == 3
    text = (workspace.root / "sites" / "fault.toml").read_text()
    assert "[[templates]] # mine\nvalid_until = 2021-03-03\n" in text
    again = workspace.run("learn", "fault", "--write")
    assert "The present template still fits the newest pages.\nNothing to write." in again.out
    assert (workspace.root / "sites" / "fault.toml").read_text() == text


def test_both_layouts_are_read_by_their_own_template(moved: tuple[Workspace, str]) -> None:
    workspace, definition = moved
    workspace.define("fault", definition + PRESENT)
    workspace.run("learn", "fault", "--write")
    path = workspace.root.parent / "pages"
    path.mkdir(exist_ok=True)
    for name, page in (("old", old_page("kelp", 3)), ("new", new_page("kelp", 3))):
        (path / f"{name}.html").write_text(page)
    rules = {}
    for name in ("old", "new"):
        outcome = workspace.run("extract", str(path / f"{name}.html"), "--json", "--site", "fault")
        rules[name] = json.loads(outcome.out)["rules"]
    assert (rules["old"]["template"], rules["new"]["template"]) == ("undated", "from:2021-03-04")
    assert rules["old"]["body"] == rules["new"]["body"] == "template:body"


def test_a_first_template(moved: tuple[Workspace, str]) -> None:
    workspace, definition = moved
    workspace.define("fault", definition)
    outcome = workspace.run("learn", "fault", "--write", "--pages", "4")
    assert outcome.code == 0, outcome
    assert f"Written to {workspace.root / 'sites' / 'fault.toml'}." in outcome.out
    assert (
        '\n[template]\ntitle = "h1.headline"  # agrees on 100% of 4 pages\n'
        in (workspace.root / "sites" / "fault.toml").read_text()
    )


def test_an_empty_archive(tmp_path: Path) -> None:
    workspace = Workspace.make(tmp_path)
    outcome = workspace.run("learn", "shzj")
    assert outcome.code == 1
    assert outcome.out == "Nothing to learn from: the archive holds no page of shzj; try: newsarchive crawl shzj\n"
    assert workspace.run("learn", "nowhere").code == 2
