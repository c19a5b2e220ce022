"""Reading the archive again: shown first, written in batches, the same wherever it is killed."""

import contextlib
import random
import shutil
import subprocess
from pathlib import Path

import pytest

from archive.holdings import Holdings
from archive.lock import SiteLock
from crawler.demo.definition import definition
from crawler.demo.server import DemoServer
from tests.e2e.fault_site import Answer, FaultSite, article_path, listing_path
from tests.e2e.harness import (
    SOAK,
    Workspace,
    check_archive,
    differences,
    end_group,
    reading,
    snapshot,
)
from tests.e2e.relaunch import REPAIR, RelaunchedSite

KILLS = 12 if SOAK else 2


def with_template(text: str, template: str) -> str:
    return text.replace("\n[[sections]]", f"\n{template}\n[[sections]]", 1)


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, str]:
    """A workspace with the demo site, and its definition; copied, never written."""
    with DemoServer() as server:
        workspace = Workspace.make(tmp_path_factory.mktemp("reextract") / "w")
        text = definition(server.url)
        workspace.define("demo", text)
        workspace.crawl("demo")
    return workspace, text


def copy_of(crawled: tuple[Workspace, str], root: Path, template: str = "") -> Workspace:
    shutil.copytree(crawled[0].root, root)
    copied = Workspace(root)
    copied.define("demo", with_template(crawled[1], template) if template else crawled[1])
    return copied


def test_what_was_just_read_says_the_same(crawled: tuple[Workspace, str], tmp_path: Path) -> None:
    workspace = copy_of(crawled, tmp_path / "w")
    before = snapshot(workspace.root)
    outcome = workspace.run("reextract", "demo", "--write")
    assert (outcome.code, outcome.out) == (0, "demo: 59 articles in 59 versions read again, none says anything else.\n")
    assert differences(before, snapshot(workspace.root)) == {}
    assert workspace.value("SELECT count(*) FROM readings") == 0


def test_it_is_shown_before_it_is_written(crawled: tuple[Workspace, str], tmp_path: Path) -> None:
    workspace = copy_of(crawled, tmp_path / "w", '[template]\nremove = "p:nth-of-type(2)"\n')
    before = snapshot(workspace.root)
    shown = workspace.run("reextract", "--json")
    assert differences(before, snapshot(workspace.root)) == {}
    written = workspace.run("reextract", "demo", "--write", "--json")
    (one,), (other,) = shown.json, written.json
    assert (one.pop("written"), other.pop("written")) == (False, True)
    assert one == other
    assert one["fields"]["body"]["articles"] > 30
    assert len(one["fields"]["body"]["examples"]) == 3
    changed = workspace.value("SELECT count(*) FROM readings WHERE digest_before <> digest_after")
    assert changed >= one["fields"]["body"]["articles"]
    assert workspace.value("SELECT count(*) FROM readings") == workspace.value("SELECT count(*) FROM versions") == 59
    assert workspace.value("SELECT count(*) FROM events WHERE kind <> 'first_seen'") == 0
    check_archive(workspace.root)
    (again,) = workspace.run("reextract", "demo", "--json").json
    assert (again["changed"], again["fields"]) == (0, {})


def test_people_are_told_what_to_do_next(crawled: tuple[Workspace, str], tmp_path: Path) -> None:
    workspace = copy_of(crawled, tmp_path / "w", '[template]\nsource = "h1"\n')
    said = workspace.run("reextract", "demo", "--section", "press").out.splitlines()
    assert said[0] == "demo: 10 articles in 10 versions read again, 10 articles would change."
    assert said[1] == "  source: 10 articles"
    assert said[4].startswith("      + ")
    assert said[-1] == "Nothing was written. Next: newsarchive reextract demo --write"
    wrong = workspace.run("reextract", "demo", "--section", "sport")
    assert wrong.code == 2
    assert "no section 'sport' in the archive; it has cn, notices, press, updates" in wrong.err


def test_nothing_stored_and_no_such_site(tmp_path: Path) -> None:
    workspace = Workspace.make(tmp_path / "w")
    outcome = workspace.run("reextract")
    assert (outcome.code, outcome.out) == (
        0, "There is no stored article to read again; `newsarchive crawl` stores some.\n",
    )  # fmt: skip
    assert workspace.run("reextract", "nosite").code == 2


def test_a_site_without_a_definition_is_left_out(crawled: tuple[Workspace, str], tmp_path: Path) -> None:
    workspace = copy_of(crawled, tmp_path / "w")
    (workspace.root / "sites" / "demo.toml").unlink()
    outcome = workspace.run("reextract")
    assert outcome.code == 0
    assert "newsarchive: demo is left out: no definition of it is in" in outcome.err


def test_the_site_is_locked(crawled: tuple[Workspace, str], tmp_path: Path) -> None:
    workspace = copy_of(crawled, tmp_path / "w")
    with SiteLock(Holdings(workspace.root), "demo"):
        outcome = workspace.run("reextract", "demo")
    assert outcome.code == 3
    assert "another run holds demo" in outcome.err


def test_a_capture_that_cannot_be_read_leaves_its_version_as_it_is(
    crawled: tuple[Workspace, str], tmp_path: Path
) -> None:
    workspace = copy_of(crawled, tmp_path / "w", '[template]\nsource = "h1"\n')
    ((file, offset, url),) = workspace.rows(
        "SELECT file, offset, articles.url FROM captures JOIN version_captures ON capture_id = captures.id "
        "JOIN versions ON versions.id = version_id JOIN articles ON articles.id = article_id "
        "ORDER BY captures.id LIMIT 1"
    )
    path = workspace.root / "captures" / file
    data = bytearray(path.read_bytes())
    data[offset + 40 : offset + 60] = b"\x00" * 20
    path.write_bytes(data)
    outcome = workspace.run("reextract", "demo", "--write")
    assert outcome.code == 4
    assert f"  not read: {url}, version 1: cannot read the capture" in outcome.out
    assert workspace.value("SELECT count(*) FROM readings") == 58


def test_killed_anywhere_and_given_again_it_ends_the_same(crawled: tuple[Workspace, str], tmp_path: Path) -> None:
    template = '[template]\nremove = "p:nth-of-type(2)"\nsource = "h1"\n'
    whole = copy_of(crawled, tmp_path / "whole", template)
    assert whole.run("reextract", "demo", "--write").code == 0
    undisturbed = snapshot(whole.root)
    rng = random.Random(9)  # noqa: S311 (a sample, no secret)
    for kill in range(KILLS):
        workspace = copy_of(crawled, tmp_path / f"killed-{kill}", template)
        with workspace.start("reextract", "demo", "--write") as process:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(rng.uniform(1.0, 2.2))
            end_group(process)
        check_archive(workspace.root)
        assert workspace.run("reextract", "demo", "--write").code == 0
        check_archive(workspace.root)
        assert differences(undisturbed, snapshot(workspace.root)) == {}
        assert workspace.value("SELECT count(*) FROM readings") == 59


def test_killed_in_the_middle_of_its_batches(
    crawled: tuple[Workspace, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As many batches as articles, and the end after every seventh of them."""
    template = '[template]\nremove = "p:nth-of-type(2)"\n'
    whole = copy_of(crawled, tmp_path / "whole", template)
    assert whole.run("reextract", "demo", "--write").code == 0
    from crawler.reextracting import work
    from crawler.workspace import open_workspace

    monkeypatch.setattr(work, "BATCH_UNITS", 1)
    disturbed = copy_of(crawled, tmp_path / "disturbed", template)
    opened = open_workspace(disturbed.root)

    def end_after(number: int) -> None:
        def on_article(done: int, every: int) -> None:
            if done > number:
                raise KeyboardInterrupt

        with contextlib.suppress(KeyboardInterrupt):
            work.Reextraction(opened, opened.site("demo"), write=True).run(on_article)

    for number in (0, 7, 14, 30, 1000):
        end_after(number)
        check_archive(disturbed.root)
    assert differences(snapshot(whole.root), snapshot(disturbed.root)) == {}
    assert disturbed.value("SELECT count(*) FROM readings") == 59


def test_a_relaunch_is_named_repaired_and_undone(tmp_path: Path) -> None:
    """The broken run names what broke; repaired, the archive is that of a site read well throughout."""
    site, calm = RelaunchedSite(), tmp_path / "calm"
    with DemoServer(site) as server:
        text = definition(server.url)
        broken, unbroken = Workspace.make(tmp_path / "broken"), Workspace.make(calm)
        broken.define("demo", text)
        unbroken.define("demo", with_template(text, REPAIR))
        for workspace in (broken, unbroken):
            assert workspace.crawl("demo")["problems"] == []
        site.relaunched = True
        site.publish("updates", 4)
        sums = broken.crawl("demo", "--full", code=0)
        unbroken.crawl("demo", "--full")
    named = [problem["name"] for problem in sums["problems"]]
    assert "field-empty:updated" in named
    assert "field-empty:source" in named
    assert broken.run("status").code == 4
    broken.define("demo", with_template(text, REPAIR))
    assert broken.run("reextract", "demo", "--write").code == 0
    assert broken.run("status").code == 0
    assert differences(_settled(unbroken), _settled(broken)) == {}
    assert broken.value("SELECT count(*) FROM versions WHERE same_as IS NOT NULL") > 40
    check_archive(broken.root)


def _settled(workspace: Workspace) -> dict[str, object]:
    """Return what an archive holds, versions that count as others and withdrawn events aside."""
    held = snapshot(workspace.root)
    with reading(workspace.database) as db:
        later = set(
            db.execute(
                "SELECT articles.url, number FROM versions JOIN articles ON articles.id = article_id "
                "WHERE same_as IS NOT NULL"
            )
        )
    return held | {
        "versions": [row for row in held["versions"] if row[:2] not in later],
        "images of articles": [row for row in held["images of articles"] if row[:2] not in later],
        "events": [row for row in held["events"] if row[-1] is None],
    }


# Pages that are none


BLOCK = b"<html><head><title>Just a moment...</title></head><body><h1>Checking your browser</h1></body></html>"
SHELL = (
    b"<html><head><title>The Times</title></head><body><div id=root></div><script src=/app.js></script></body></html>"
)


def test_a_blocked_article_is_a_failure_with_its_cause(tmp_path: Path) -> None:
    answers = {article_path("one"): Answer(BLOCK), article_path("two"): Answer(SHELL)}
    workspace = Workspace.make(tmp_path / "w")
    with FaultSite({"news": [["one", "two", "three"]]}, answers).serve() as site:
        workspace.define("fault", site.definition)
        sums = workspace.crawl("fault", code=1)
        assert (sums["stored"], sums["causes"]) == (1, {"blocked": 1, "empty-shell": 1})
        gaps = {gap["cause"]: gap["url"] for gap in workspace.run("gaps", "--json").json}
        assert gaps == {"blocked": site.article_url("one"), "empty-shell": site.article_url("two")}
        answers.clear()
        assert workspace.crawl("fault")["stored"] == 2
    assert workspace.run("gaps").out == "There are no gaps: all that was seen in the sections is stored.\n"
    check_archive(workspace.root)


@pytest.mark.parametrize(("body", "cause"), [(BLOCK, "blocked"), (SHELL, "empty-shell")])
@pytest.mark.parametrize("number", [1, 2])
def test_a_blocked_listing_fails_its_walk(tmp_path: Path, body: bytes, cause: str, number: int) -> None:
    workspace = Workspace.make(tmp_path / "w")
    answers = {"/" + listing_path("news", number).lstrip("/"): Answer(body)}
    with FaultSite({"news": [["one"], ["two"], ["three"]]}, answers).serve() as site:
        workspace.define("fault", site.definition)
        sums = workspace.crawl("fault", code=1)
    assert (sums["sections"]["news"]["state"], sums["sections"]["news"]["pages"]) == ("failed", number)
    assert workspace.value("SELECT cause FROM urls WHERE kind = 'listing' AND cause IS NOT NULL") == cause
    assert workspace.value("SELECT walk_completed FROM sections") is None
