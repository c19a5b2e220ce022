"""What a timer's run does: only what is due, asked for only if it has changed, and what is missing is gone in time."""

import datetime as dt
import os
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.fault_site import Answer, FaultSite, article_html, article_path
from tests.e2e.harness import ROOT, SITES, Workspace, check_archive
from tests.e2e.serving import Served, served

_PAGES = [[f"n{3 * page + place}" for place in range(3)] for page in range(4)]
_LONG_AGO = 1_700_000_000
DAY = dt.timedelta(days=1)


def move_clock(workspace: Workspace, days: float = 0.0, *, everything: bool = False) -> None:
    """Let so many days pass, as the ledger sees it; `everything` makes all that is stored due."""
    with closing(sqlite3.connect(workspace.database, isolation_level=None)) as db:
        for table, column in (
            ("sections", "due_at"), ("sections", "walk_started"), ("sections", "walk_completed"), ("urls", "due_at"),
            ("urls", "fetched_at"), ("urls", "missing_since"), ("runs", "started"), ("captures", "fetched_at"),
            ("versions", "seen_at"), ("version_captures", "seen_at"), ("absences", "at"), ("events", "at"),
            ("articles", "first_seen"), ("articles", "last_seen"),
        ):  # fmt: skip
            db.execute(
                f"UPDATE {table} SET {column} = strftime('%Y-%m-%dT%H:%M:%f000Z', {column}, ?) "  # noqa: S608
                f"WHERE {column} IS NOT NULL",
                (f"{-days:+f} days",),
            )
        if everything:
            db.execute("UPDATE urls SET due_at = '2001-01-01T00:00:00.000000Z' WHERE kind = 'article'")


def due_now(workspace: Workspace, *urls: str) -> None:
    """Make these articles due, whatever their plan."""
    with closing(sqlite3.connect(workspace.database, isolation_level=None)) as db:
        for url in urls:
            done = db.execute("UPDATE urls SET due_at = '2001-01-01T00:00:00.000000Z' WHERE url = ?", (url,))
            assert done.rowcount == 1, url


def write_site(folder: Path, pages: list[list[str]] | None = None) -> FaultSite:
    """Write the small site as files that were last changed long ago."""
    site = FaultSite({"news": pages or _PAGES})
    for path, answer in site._pages().items():
        file = folder / (path.lstrip("/") + ("index.html" if path.endswith("/") else ""))
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.exists() or file.read_bytes() != answer.body:
            existed = file.exists()
            file.write_bytes(answer.body)
            if not existed:
                os.utime(file, (_LONG_AGO, _LONG_AGO))
    return site


def define(workspace: Workspace, url: str, every: str = "6h") -> None:
    site = FaultSite({"news": _PAGES}, url=url)
    workspace.define("fault", site.definition.replace('key = "news"', f'key = "news"\nevery = "{every}"'))


@contextmanager
def from_files(folder: Path) -> Iterator[tuple[Served, Workspace]]:
    """Serve the small site as files, whose server knows validators; the archive must be in order at the end."""
    write_site(folder / "www")
    with served(folder / "www") as site:
        workspace = Workspace.make(folder / "w")
        define(workspace, site.url)
        yield site, workspace
    check_archive(workspace.root)


@contextmanager
def answering(folder: Path, pages: list[list[str]] = _PAGES, **crawl: Any) -> Iterator[tuple[FaultSite, Workspace]]:
    """Serve the small site without validators, as answers that a test may change; the same."""
    with FaultSite({"news": pages}).serve() as site:
        workspace = Workspace.make(folder / "w", **crawl)
        workspace.define("fault", site.definition)
        yield site, workspace
    check_archive(workspace.root)


def asked(site: Served, before: Counter[str]) -> dict[str, int]:
    return {path: number for path, number in (site.requests - before).items() if path != "/robots.txt"}


def test_a_quiet_hour_costs_the_first_listing_page(tmp_path: Path) -> None:
    with from_files(tmp_path) as (site, workspace):
        first = workspace.crawl("fault", "--due")
        assert (first["stored"], first["sections"]["news"]["state"]) == (12, "completed")
        outcome = workspace.run("crawl", "--due")
        assert (outcome.code, outcome.out.splitlines()[0].split(" at ")[0]) == (0, "Nothing is due; next: fault")
        assert workspace.run("crawl", "--due", "--json").json == []
        assert workspace.value("SELECT count(*) FROM runs") == 1
        move_clock(workspace, 0.26)
        before = site.requests.copy()
        sums = workspace.crawl("fault", "--due")
        assert asked(site, before) == {"/news/": 1}
        assert (sums["discovered"], sums["sections"]["news"]["state"]) == (0, "completed")
        assert sums["sections"]["news"]["ends"] == {"not-modified": 1}
        assert sums["bytes"] < 500
        assert workspace.value("SELECT count(*) FROM captures WHERE status = 304 AND revisit_of IS NOT NULL") == 1
        assert workspace.run("crawl", "--due").out.startswith("Nothing is due")


def test_what_is_new_is_found_behind_a_page_that_has_changed(tmp_path: Path) -> None:
    with from_files(tmp_path) as (_, workspace):
        workspace.crawl("fault", "--due")
        move_clock(workspace, 0.26)
        write_site(tmp_path / "www", [["new1", "new2", "new3"], ["new4", "n0", "n1"], *_PAGES[1:]])
        sums = workspace.crawl("fault", "--due")
        assert (sums["discovered"], sums["stored"]) == (4, 4)


def test_a_changed_article_is_a_version_and_a_missing_one_is_gone_in_time_and_returns(tmp_path: Path) -> None:
    with from_files(tmp_path) as (site, workspace):
        workspace.crawl("fault", "--due")
        changed, lost = (site.url + article_path(name).lstrip("/") for name in ("n3", "n7"))
        file = tmp_path / "www" / article_path("n7").lstrip("/")
        (tmp_path / "www" / article_path("n3").lstrip("/")).write_text(
            article_html("n3").replace("Paragraph 1", "Line 1")
        )
        shutil.move(file, tmp_path / "kept.html")
        move_clock(workspace, 0.26, everything=True)
        sums = workspace.crawl("fault", "--due")
        assert (sums["discovered"], sums["stored"], sums["unchanged"], sums["failed"]) == (12, 1, 10, 1)
        assert sums["causes"] == {"http-404": 1}
        assert workspace.rows(
            "SELECT url, state, cause, missing_since IS NOT NULL FROM urls WHERE cause IS NOT NULL"
        ) == [(lost, "stored", "http-404", 1)]
        assert _events(workspace) == [("changed", changed)]
        # Asked for after one day, two more and four more; on the fourteenth it is certain.
        for days in (1, 2, 4, 6.9, 0.1):
            assert (days, _events(workspace)) == (days, [("changed", changed)])
            move_clock(workspace, days)
            workspace.crawl("fault", "--due")
        assert _events(workspace) == [("changed", changed), ("gone", lost)]
        assert workspace.rows("SELECT state FROM articles WHERE url = ?", lost) == [("gone",)]
        check_archive(workspace.root)
        shutil.move(tmp_path / "kept.html", file)
        due_now(workspace, lost)
        sums = workspace.crawl("fault", "--due")
        assert sums["unchanged"] >= 1
        assert _events(workspace)[2:] == [("returned", lost)]
        assert workspace.rows("SELECT state, missing_since FROM urls WHERE url = ?", lost) == [("stored", None)]
        assert workspace.value("SELECT state FROM articles WHERE url = ?", lost) == "live"
    check_archive(workspace.root)


def _events(workspace: Workspace) -> list[tuple[str, str]]:
    return workspace.rows(
        "SELECT kind, url FROM events JOIN articles ON articles.id = article_id WHERE kind <> 'first_seen' "
        "ORDER BY events.id"
    )


def test_without_validators_the_bytes_tell(tmp_path: Path) -> None:
    with answering(tmp_path) as (site, workspace):
        workspace.crawl("fault")
        move_clock(workspace, 1.1, everything=True)
        site.requests.clear()
        sums = workspace.crawl("fault", "--due")
        assert (sums["discovered"], sums["unchanged"]) == (12, 12)
        assert sum(number for path, number in site.requests.items() if path != "/robots.txt") == 13
        # What came again is not kept a second time.
        assert workspace.value("SELECT count(*) FROM captures WHERE status = 200 AND revisit_of IS NOT NULL") >= 13


def test_a_budget_ends_a_run_and_the_next_one_goes_on(tmp_path: Path) -> None:
    with answering(tmp_path) as (site, workspace):
        runs = [workspace.crawl("fault", "--due", "--max-requests", "6")]
        assert (runs[0]["state"], runs[0]["sections"]["news"]["state"]) in (
            ("finished", "cut"),
            ("finished", "completed"),
        )
        assert runs[0]["requests"] < 40
        while workspace.run("crawl", "--due", "--json", "--max-requests", "8").json != []:
            assert len(workspace.rows("SELECT id FROM runs")) < 20
        assert workspace.value("SELECT count(*) FROM articles") == 12
        assert not any(site.requests[article_path(name)] > 1 for name in site.names)
        assert workspace.value("SELECT count(*) FROM runs WHERE state <> 'finished'") == 0


def test_a_walk_that_is_longer_than_every_budget_comes_to_its_end(tmp_path: Path) -> None:
    pages = [[f"one{number}"] for number in range(12)]
    with answering(tmp_path, pages) as (site, workspace):
        for _ in range(12):
            if workspace.run("crawl", "--due", "--json", "--max-requests", "6").json == []:
                break
        assert workspace.value("SELECT count(*) FROM articles") == 12
        assert workspace.rows("SELECT walk_completed IS NOT NULL, resume FROM sections") == [(1, None)]
        assert workspace.run("crawl", "--due").out.startswith("Nothing is due")
        # New ones while a later walk is cut: nothing between the new and the known is left out.
        site.sections["news"] = [*([f"new{number}"] for number in range(9)), *pages]
        move_clock(workspace, 1.1)
        for _ in range(12):
            workspace.run("crawl", "--due", "--max-requests", "6")
        assert workspace.value("SELECT count(*) FROM articles") == 21


def test_a_clock_that_was_far_ahead_keeps_nothing_waiting_for_years(tmp_path: Path) -> None:
    with answering(tmp_path) as (_, workspace):
        workspace.crawl("fault")
        move_clock(workspace, -3650)
        with closing(sqlite3.connect(workspace.database, isolation_level=None)) as db:
            db.execute("UPDATE runs SET started = strftime('%Y-%m-%dT%H:%M:%f000Z', started, '+3650 days')")
        outcome = workspace.run("crawl", "--due", "--json")
        (sums,) = outcome.json
        assert (sums["discovered"], sums["unchanged"], sums["sections"]["news"]["state"]) == (12, 12, "completed")
        assert any("the clock is" in line for line in outcome.complaints)
        assert workspace.run("crawl", "--due").out.startswith("Nothing is due")


def test_each_host_has_its_share_of_a_run(tmp_path: Path) -> None:
    with answering(tmp_path, max_requests_per_host=5) as (site, workspace):
        for _ in range(5):
            before = sum(site.requests.values())
            workspace.crawl("fault")
            assert sum(site.requests.values()) - before <= 6
        assert workspace.value("SELECT count(*) FROM articles") == 12
        assert workspace.value("SELECT count(*) FROM urls WHERE failures > 0") == 0


def test_minutes_that_are_over_leave_the_rest_due(tmp_path: Path) -> None:
    with answering(tmp_path) as (_, workspace):
        sums = workspace.crawl("fault", "--due", "--max-minutes", "0.00001")
        assert (sums["state"], sums["stored"], sums["sections"]["news"]["state"]) == ("finished", 0, "cut")
        assert workspace.crawl("fault", "--due")["stored"] == 12


def test_another_way_to_read_the_listing_walks_the_section_anew(tmp_path: Path) -> None:
    write_site(tmp_path / "www")
    with served(tmp_path / "www") as site:
        workspace = Workspace.make(tmp_path / "w")
        text = FaultSite({"news": _PAGES}, url=site.url).definition
        workspace.define("fault", text.replace('entry = "li.item"', 'entry = "li.item:first-child"'))
        assert workspace.crawl("fault")["stored"] == 4
        workspace.define("fault", text)
        assert workspace.crawl("fault")["stored"] == 8
        assert workspace.crawl("fault")["sections"]["news"]["pages"] == 1
    check_archive(workspace.root)


def test_a_section_that_is_never_due_and_one_that_fails(tmp_path: Path) -> None:
    with FaultSite({"news": _PAGES}).serve() as site:
        workspace = Workspace.make(tmp_path / "w")
        define(workspace, site.url, "never")
        assert workspace.run("crawl", "--due").out == "Nothing is due.\n"
        assert workspace.crawl("fault", "--section", "news")["stored"] == 12
        define(workspace, site.url, "6h")
        site.answers["/news/"] = Answer(b"down", 500)
        move_clock(workspace, 0.26)
        workspace.crawl("fault", "--due", code=1)
        (failures, wait) = workspace.rows(
            "SELECT failures, (julianday(due_at) - julianday('now')) * 1440 FROM sections"
        )[0]
        assert failures == 1
        assert 8 < wait < 11
        assert workspace.run("crawl", "--due").out.startswith("Nothing is due; next: fault at ")
        del site.answers["/news/"]
        move_clock(workspace, 0.1)
        assert workspace.crawl("fault", "--due")["sections"]["news"]["state"] == "completed"
        assert workspace.rows("SELECT failures FROM sections") == [(0,)]


def test_one_broken_definition_keeps_no_other_site_from_its_turn(tmp_path: Path) -> None:
    with FaultSite({"news": _PAGES}).serve() as site:
        workspace = Workspace.make(tmp_path / "w")
        workspace.define("broken", "id = 'broken'\nname = 3\n")
        workspace.define("fault", site.definition)
        outcome = workspace.run("crawl", "--due", "--json")
        assert (outcome.code, [sums["stored"] for sums in outcome.json]) == (2, [12])
        assert "broken.toml" in outcome.complaints[0]
        outcome = workspace.run("crawl", "--due")
        assert (outcome.code, outcome.out.split(";")[0]) == (2, "Nothing is due")


def test_a_saved_page_is_looked_at_again_and_its_host_is_not_walked(tmp_path: Path) -> None:
    with FaultSite({"news": _PAGES}).serve() as site:
        workspace = Workspace.make(tmp_path / "w")
        assert workspace.run("save", site.article_url("n1")).code == 0
        move_clock(workspace, 1, everything=True)
        site.requests.clear()
        (sums,) = workspace.run("crawl", "--due", "--json").json
        assert (sums["discovered"], sums["unchanged"]) == (1, 1)
        assert set(site.requests) - {"/robots.txt"} == {article_path("n1")}


@pytest.mark.parametrize("way", ["a title", "the front page", "whatever is asked for"])
def test_a_soft_404_is_no_version(tmp_path: Path, way: str) -> None:
    notice = "<html><head><title>{0}</title></head><body><h1>{0}</h1><p>{1}</p></body></html>"
    shown = {
        "a title": Answer(notice.format("Page not found", "Try the search, or go to the front page.").encode()),
        "the front page": Answer(b"moved", 302, headers=(("Location", "/"),)),
        # No word of it says so: the site shows its portal for every address that it does not have.
        "whatever is asked for": Answer(
            notice.format("Welcome ashore", "Ships, sails and sundries since 1820. " * 9).encode()
        ),
    }[way]
    with answering(tmp_path) as (site, workspace):
        workspace.crawl("fault")
        site.answers["/"] = Answer(notice.format("The Faulty Times", "Home").encode())
        site.other = shown
        for name in ("n4", "n8"):
            site.answers[article_path(name)] = shown
        site.answers[article_path("n5")] = Answer(article_html("other").encode())
        move_clock(workspace, 1.1, everything=True)
        sums = workspace.crawl("fault", "--due")
        assert (sums["stored"], sums["unchanged"], sums["failed"], sums["causes"]) == (1, 9, 2, {"soft-404": 2})
        assert _events(workspace) == [("changed", site.article_url("n5"))]
        for days in (1, 2, 4, 7):
            move_clock(workspace, days)
            workspace.crawl("fault", "--due")
        assert [kind for kind, _ in _events(workspace)] == ["changed", "gone", "gone"]


@pytest.mark.skipif(not SITES.is_dir(), reason=f"the corpus is not at {SITES}")
def test_a_quiet_revisit_of_a_real_site(tmp_path: Path) -> None:
    name, www = "cityposts", tmp_path / "www"
    shutil.copytree(SITES / name / "www", www, copy_function=os.symlink)
    with served(www) as site:
        workspace = Workspace.make(tmp_path / "w")
        text = (ROOT / "tests" / "definitions" / f"{name}.toml").read_text(encoding="utf-8")
        workspace.define(name, text.replace("http://127.0.0.1:PORT/", site.url))
        first = workspace.crawl(name)
        move_clock(workspace, 1.1)
        rows = workspace.rows("SELECT url, substr(body, 1, 30) FROM articles ORDER BY length(body) DESC, url LIMIT 20")
        urls = [url for url, _ in rows]
        due_now(workspace, *urls)
        others = workspace.value(
            "SELECT count(*) FROM urls WHERE kind = 'article' AND due_at <= strftime('%Y-%m-%dT%H:%M:%fZ', 'now')"
        )
        changed, lost = (www / url.removeprefix(site.url) for url in urls[:2])
        changed = changed / "index.html" if changed.is_dir() else changed
        page, said = changed.read_text(encoding="utf-8"), rows[0][1]
        assert page.count(said) == 1, said
        changed.unlink()
        changed.write_text(page.replace(said, f"Corrected: {said}"), encoding="utf-8")
        lost.rename(tmp_path / "lost")
        before = site.requests.copy()
        sums = workspace.crawl(name, "--due")
        paths = asked(site, before)
        assert sum(paths.values()) == 2 + others, paths
        assert (sums["discovered"], sums["failed"]) == (others, 1)
        assert sums["stored"] + sums["unchanged"] == others - 1
        assert sums["bytes"] < 0.02 * first["bytes"], (sums["bytes"], first["bytes"])
        assert workspace.rows("SELECT url FROM urls WHERE missing_since IS NOT NULL") == [(urls[1],)]
        assert [url for _, url in _events(workspace)] == [urls[0]]
    check_archive(workspace.root)


def test_a_walk_at_its_end_is_whole_though_the_budget_is_used_up(tmp_path: Path) -> None:
    with answering(tmp_path, [["a1", "a2"]]) as (_, workspace):
        sums = workspace.crawl("fault", "--due", "--max-requests", "1")
        assert sums["sections"]["news"]["state"] == "completed"
