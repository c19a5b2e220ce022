"""Killed anywhere, finished by the next run: the archive of a run that nobody disturbed.

One kill of each kind by default, on the demo site; NEWSARCHIVE_SOAK=1 makes it twenty, on cityposts too.
"""

import contextlib
import itertools
import random
import shutil
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from crawler.demo.definition import definition
from crawler.demo.server import DemoServer
from tests.e2e import fault_site as fs
from tests.e2e.fault_site import Answer, FaultSite
from tests.e2e.harness import ROOT, SITES, SOAK, Workspace, check_archive, differences, end_group, snapshot, wait_until
from tests.e2e.serving import served

KILLS = 20 if SOAK else 1


@contextlib.contextmanager
def site_to_kill() -> Iterator[tuple[str, str, Counter[str]]]:
    """Serve cityposts, or a grown demo site outside the soak and without the corpus; yield id, definition, requests."""
    folder = SITES / "cityposts" / "www"
    if SOAK and folder.is_dir():
        with served(folder) as site:
            text = (ROOT / "tests" / "definitions" / "cityposts.toml").read_text(encoding="utf-8")
            yield "cityposts", text.replace("http://127.0.0.1:PORT/", site.url), site.requests
        return
    with DemoServer() as server:
        server.site.publish("updates", 60)
        server.site.publish("cn", 30)
        yield "demo", definition(server.url), server.requests


def total(requests: Counter[str]) -> int:
    return sum(requests.values())


def crawl_and_kill(workspace: Workspace, site_id: str, requests: Counter[str], moment: tuple[int, float]) -> bool:
    """Crawl, and kill the process group so many requests and seconds after its start; return whether it still ran."""
    number, seconds = moment
    begun = total(requests)
    with workspace.start("crawl", site_id) as process:
        try:
            wait_until(
                lambda: process.poll() is not None or total(requests) - begun >= number, 120, f"request {number}"
            )
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(seconds)
            still_ran = process.poll() is None
        finally:
            end_group(process)
    return still_ran


def until_killed(kill: Callable[[], bool], number: int) -> None:
    """Kill until so many kills have met a crawl that still ran; one that was over counts for nothing."""
    hits = 0
    for _ in range(4 * number + 4):
        hits += kill()
        if hits == number:
            return
    pytest.fail(f"only {hits} of {number} kills met a crawl that still ran")


def finishes_like(undisturbed: dict[str, object], workspace: Workspace, site_id: str, *, killed: bool) -> None:
    """Crawl once more, which must end with the archive of an undisturbed run."""
    # What a killed run committed holds already, before anything is put in order.
    check_archive(workspace.root)
    sums = workspace.crawl(site_id)
    assert sums["state"] == "finished"
    check_archive(workspace.root)
    assert differences(undisturbed, snapshot(workspace.root)) == {}
    if killed:
        (states,) = zip(*workspace.rows("SELECT state FROM runs ORDER BY id"), strict=True)
        assert states[-1] == "finished"
        assert set(states) <= {"killed", "finished"}


def test_kills_in_a_first_crawl(tmp_path: Path) -> None:
    rng = random.Random(4)  # noqa: S311 (a sample, no secret)
    with site_to_kill() as (site_id, text, requests):
        whole = Workspace.make(tmp_path / "whole")
        whole.define(site_id, text)
        whole.crawl(site_id)
        check_archive(whole.root)
        undisturbed, needed = snapshot(whole.root), total(requests)

        def kill() -> bool:
            workspace = Workspace.make(tmp_path / "killed")
            workspace.define(site_id, text)
            moment = (rng.randrange(needed), rng.uniform(0, 0.6))
            killed = crawl_and_kill(workspace, site_id, requests, moment)
            finishes_like(undisturbed, workspace, site_id, killed=killed)
            shutil.rmtree(workspace.root)
            return killed

        until_killed(kill, KILLS)


def test_kills_of_one_crawl_again_and_again(tmp_path: Path) -> None:
    """The same walk killed several times over, at once after its start among them."""
    rng = random.Random(5)  # noqa: S311 (a sample, no secret)
    with DemoServer() as server:
        whole = Workspace.make(tmp_path / "whole")
        workspace = Workspace.make(tmp_path / "killed")
        for each in (whole, workspace):
            each.define("demo", definition(server.url))
        whole.crawl("demo")
        # Twenty kills leave less and less to be killed in, but for the start.
        requests = itertools.chain((1, 13, 25), itertools.repeat(0))

        def kill() -> bool:
            return crawl_and_kill(workspace, "demo", server.requests, (next(requests), rng.uniform(0, 0.3)))

        until_killed(kill, KILLS)
        finishes_like(snapshot(whole.root), workspace, "demo", killed=True)


def test_kills_in_a_second_crawl(tmp_path: Path) -> None:
    rng = random.Random(6)  # noqa: S311 (a sample, no secret)
    with DemoServer() as server:
        known = Workspace.make(tmp_path / "known")
        known.define("demo", definition(server.url))
        # Twice, so that the next walk may stop at what is known.
        known.crawl("demo")
        known.crawl("demo")
        server.site.publish("updates", 24)
        whole = Workspace(tmp_path / "whole")
        shutil.copytree(known.root, whole.root)
        before = total(server.requests)
        assert whole.crawl("demo")["stored"] == 24
        check_archive(whole.root)
        undisturbed, needed = snapshot(whole.root), total(server.requests) - before

        def kill() -> bool:
            workspace = Workspace(tmp_path / "killed")
            shutil.copytree(known.root, workspace.root)
            moment = (rng.randrange(needed), rng.uniform(0, 0.4))
            killed = crawl_and_kill(workspace, "demo", server.requests, moment)
            finishes_like(undisturbed, workspace, "demo", killed=killed)
            shutil.rmtree(workspace.root)
            return killed

        until_killed(kill, KILLS)


# A polite end


def _terminated(workspace: Workspace, begun: object) -> subprocess.CompletedProcess[str]:
    """Crawl the faulty site, send SIGTERM once it has begun, and return how it ended."""
    with workspace.start("crawl", "fault", "--json") as process:
        try:
            wait_until(begun, what="the crawl")
            started = time.monotonic()
            process.send_signal(signal.SIGTERM)
            try:
                out, err = process.communicate(timeout=20)
            except subprocess.TimeoutExpired:
                pytest.fail("SIGTERM did not end the run within 20 s")
            assert time.monotonic() - started < 10
        finally:
            end_group(process)
    assert "Traceback" not in out + err, out + err
    return subprocess.CompletedProcess([], process.returncode, out, err)


def _is_interrupted_and_goes_on(workspace: Workspace, site: FaultSite, ended: subprocess.CompletedProcess[str]) -> None:
    assert ended.returncode == 1, ended
    assert workspace.last_run()["state"] == "interrupted"
    check_archive(workspace.root)
    site.answers.clear()
    workspace.crawl("fault")
    assert workspace.value("SELECT count(*) FROM articles") == len(site.names)
    assert workspace.value("SELECT count(*) FROM sections WHERE walk_completed IS NULL") == 0
    check_archive(workspace.root)


def test_sigterm_ends_the_run_in_order(tmp_path: Path) -> None:
    with FaultSite({"news": [[f"n{page}-{place}" for place in range(20)] for page in range(12)]}).serve() as site:
        workspace = Workspace.make(tmp_path / "w")
        workspace.define("fault", site.definition)
        ended = _terminated(workspace, lambda: total(site.requests) > 60)
        _is_interrupted_and_goes_on(workspace, site, ended)


def test_sigterm_does_not_wait_for_a_server_that_hangs(tmp_path: Path) -> None:
    gate = threading.Event()
    with FaultSite({"news": [[f"n{number}" for number in range(30)]]}).serve() as site:
        for number in range(6):
            page = Answer(fs.article_html(f"n{number}").encode())
            site.answers[fs.article_path(f"n{number}")] = replace(page, gate=gate)
        workspace = Workspace.make(tmp_path / "w")
        workspace.define("fault", site.definition)
        try:
            ended = _terminated(workspace, lambda: total(site.requests) > 20)
        finally:
            gate.set()
        _is_interrupted_and_goes_on(workspace, site, ended)
