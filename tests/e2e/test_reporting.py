"""What a crawl leaves behind for people and monitors, through the command and through Scrapy's."""

import json
import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from crawler.demo.definition import definition
from crawler.demo.server import DemoServer
from crawler.demo.site import Reply
from tests.crawler.reporting.test_notify import Service, service
from tests.e2e.harness import Workspace, end_group, run_python, wait_until

__all__ = ["service"]  # the fixture


@dataclass
class Told:
    """The demo site with listings that can be down, and a workspace that tells of it."""

    server: DemoServer
    workspace: Workspace
    service: Service
    down: set[str] = field(default_factory=set)

    @property
    def lines(self) -> list[str]:
        return [message["message"].splitlines()[0] for message in self.service.messages]


@pytest.fixture
def told(tmp_path: Path, service: Service, monkeypatch: pytest.MonkeyPatch) -> Iterator[Told]:
    with DemoServer() as server:
        workspace = Workspace.make(tmp_path / "w")
        workspace.define("demo", definition(server.url))
        config = workspace.root / "newsarchive.toml"
        text = config.read_text().replace("urls = []", f"urls = {json.dumps([service.url])}")
        text = text.replace('on = ["failure", "health", "watch"]', 'on = ["failure", "end"]')
        config.write_text(text.replace('prometheus = ""', 'prometheus = "newsarchive.prom"'))
        made = Told(server, workspace, service)
        answer = server.site.respond

        def respond(path: str) -> Any:
            return Reply(500, "text/plain", b"down") if path in made.down else answer(path)

        monkeypatch.setattr(server.site, "respond", respond)
        yield made


def test_a_listing_that_is_down_is_told_once_and_its_end(told: Told) -> None:
    told.down.add("/updates.html")
    for code in (1, 1, 0, 0):
        if code == 0:
            told.down.clear()
        outcome = told.workspace.run("crawl", "demo")
        assert outcome.code == code, outcome
    walk = f"section updates: the walk stopped at {told.server.url}updates.html: the server answers 500 (http-500)"
    assert told.lines[0] == f"demo: {walk}"
    assert told.lines[1].startswith(f"demo: over: {walk}")
    assert len(told.lines) == 2
    text = (told.workspace.root / "newsarchive.prom").read_text()
    found = {family.name: family.samples for family in text_string_to_metric_families(text)}
    assert [sample.value for sample in found["newsarchive_runs"]] == [2, 0, 0, 2]
    assert [sample.value for sample in found["newsarchive_articles"]] == [59, 0]
    assert text == told.workspace.run("status", "--prometheus").out


def test_a_run_of_scrapy_is_reported_too(told: Told) -> None:
    told.down.add("/notices.html")
    outcome = run_python("-m", "scrapy", "crawl", "demo", cwd=told.workspace.root)
    assert outcome.code == 0, outcome
    assert [line.partition(":")[0] for line in told.lines] == ["demo"], outcome
    assert "section notices: the walk stopped" in told.lines[0]
    assert (told.workspace.root / "newsarchive.prom").is_file()


def test_a_killed_run_is_told_of_by_the_next(told: Told) -> None:
    process = told.workspace.start("crawl", "demo")
    wait_until((told.workspace.root / "locks" / "demo.json").is_file, what="the run's lock")
    wait_until(lambda: told.workspace.rows("SELECT count(*) FROM runs") == [(1,)], what="the run's row")
    end_group(process)
    process.communicate()
    assert told.workspace.run("crawl", "demo").code == 0
    assert told.lines[0] == "demo: run 1 was killed: its process ended without closing it"
    assert told.lines[1].startswith("demo: over: run 1 was killed")


def test_a_crawl_that_is_stopped_tells_nobody(told: Told) -> None:
    """The next one does, if something is wrong."""
    process = told.workspace.start("crawl", "demo")
    wait_until((told.workspace.root / "locks" / "demo.json").is_file, what="the run's lock")
    started = time.monotonic()
    os.killpg(process.pid, signal.SIGTERM)
    _, err = process.communicate(timeout=30)
    assert time.monotonic() - started < 10
    assert "Traceback" not in err
    assert told.lines == []


def test_services_that_are_silent_do_not_hold_a_crawl(told: Told) -> None:
    config = told.workspace.root / "newsarchive.toml"
    config.write_text(config.read_text().replace("urls = [", f"urls = [{f'{json.dumps(told.service.url)}, ' * 5}"))
    told.down.add("/updates.html")
    told.service.gate.clear()
    process = told.workspace.start("crawl", "demo")
    try:
        assert told.service.reached.wait(60)
        started = time.monotonic()
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=30)
        assert time.monotonic() - started < 5
        assert "Traceback" not in err
    finally:
        told.service.gate.set()
    assert told.workspace.last_run()["state"] == "failed"
    assert told.workspace.value("SELECT count(*) FROM notices WHERE sent_at IS NULL") == 1


def test_every_line_of_a_log_for_programs_is_an_object(told: Told) -> None:
    told.down.add("/updates.html")
    outcome = told.workspace.run("--log-format", "json", "crawl", "demo")
    assert outcome.code == 1
    said = [json.loads(line) for line in outcome.complaints]
    keys = {"time", "level", "site", "run", "logger", "message"}
    assert {frozenset(line) for line in said} == {frozenset(keys)}
    (walk,) = [line for line in said if "the walk stopped" in line["message"]]
    assert (walk["level"], walk["site"], walk["run"], walk["logger"]) == ("error", "demo", 1, "crawler.run")
    config = told.workspace.root / "newsarchive.toml"
    config.write_text(config.read_text().replace('log = "text"', 'log = "json"'))
    refused = told.workspace.run("crawl", "nothing")
    assert (refused.code, json.loads(refused.err)["level"]) == (2, "error")
    usage = told.workspace.run("--log-format", "json", "crawl", "--limit", "none")
    assert (usage.code, json.loads(usage.err)["message"][:17]) == (2, "Invalid value for")


def test_what_was_retried_is_fetched_by_the_next_due_crawl(told: Told) -> None:
    told.down.add("/notices.html")
    told.workspace.run("crawl", "demo")
    assert told.workspace.run("retry", "demo").out == (
        "Due now: 1 article, 2 images, 1 section. Next: newsarchive crawl --due\n"
    )
    told.down.clear()
    before = sum(told.server.requests.values())
    outcome = told.workspace.run("crawl", "--due", "--json")
    assert outcome.code == 0, outcome
    ((site,)) = outcome.json
    assert {key: walk["state"] for key, walk in site["sections"].items()} == {"notices": "completed"}
    assert sum(told.server.requests.values()) > before
    assert told.workspace.value("SELECT count(*) FROM articles") == 59
