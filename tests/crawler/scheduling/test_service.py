"""`newsarchive run` against the demo site: what is due is crawled, signals end it, trouble does not."""

import json
import os
import re
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from archive.errors import LockedError
from crawler.demo.definition import definition
from crawler.demo.server import DemoServer
from crawler.scheduling import service
from crawler.scheduling.service import Service, is_alive, serve
from crawler.workspace import make_workspace, open_workspace
from tests.e2e.harness import Workspace, check_archive, end_group

if TYPE_CHECKING:
    import subprocess

DEAF = """
import pathlib, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
pathlib.Path({}).touch()
time.sleep(60)
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with DemoServer() as server:
        made = Workspace.make(tmp_path / "w")
        made.define("demo", definition(server.url))
        yield made


@contextmanager
def running(workspace: Workspace, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    process = workspace.start("run", *arguments)
    try:
        yield process
    finally:
        if process.poll() is None:
            end_group(process)
        process.communicate()


def line_with(process: "subprocess.Popen[str]", text: str) -> str:
    """Return the next line of its output that has a text."""
    assert process.stdout is not None
    for line in process.stdout:
        if text in line:
            return line
    raise AssertionError(f"no line with {text!r}")


def test_what_is_due_is_crawled_and_then_nothing_is(workspace: Workspace) -> None:
    first = workspace.run("run", "--once")
    assert first.code == 0, first
    lines = [re.sub(r"^\S+ \S+Z ", "", line) for line in first.out.splitlines()]
    assert lines[0] == f"crawling what is due in {workspace.root}"
    assert re.fullmatch(r"demo: run 1 finished: 60 = 59 stored \+ 0 unchanged .* \d+ requests", lines[1])
    assert re.fullmatch(r"the crawl ended after \d+ s with 0: all well", lines[2])
    assert len(lines) == 3
    again = workspace.run("run", "--once")
    assert again.code == 0, again
    assert re.search(r"Z nothing is due until \d{4}-\d\d-\d\d \d\d:\d\dZ \(demo\)$", again.out, re.MULTILINE)
    check_archive(workspace.root)


def test_a_signal_ends_it_while_nothing_is_due(workspace: Workspace) -> None:
    workspace.run("crawl", "demo")
    with running(workspace) as process:
        line_with(process, "nothing is due until")
        assert workspace.run("run", "--check").code == 0
        second = workspace.run("run")
        assert second.code == 3, second
        assert "runs for" in second.err
        started = time.monotonic()
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=20)
        assert time.monotonic() - started < 5
    assert (process.returncode, err) == (0, "")
    assert out.endswith("stopped by SIGTERM\n")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_is_passed_on_to_the_crawl(workspace: Workspace, number: signal.Signals) -> None:
    with running(workspace) as process:
        deadline = time.monotonic() + 60
        while not (
            (workspace.root / "locks" / "demo.json").is_file() and workspace.rows("SELECT count(*) FROM runs") == [(1,)]
        ):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        started = time.monotonic()
        process.send_signal(number)
        out, err = process.communicate(timeout=30)
        assert time.monotonic() - started < 12
    assert process.returncode == 0, out + err
    assert "Traceback" not in err
    assert not (workspace.root / "locks" / "demo.json").exists()
    assert workspace.last_run()["state"] in ("interrupted", "finished")
    check_archive(workspace.root)


def test_a_crawl_that_fails_does_not_end_it(tmp_path: Path) -> None:
    workspace = Workspace.make(tmp_path / "w")
    workspace.define("broken", "id = 'broken'\n")
    with running(workspace) as process:
        assert "with 2: wrong configuration" in line_with(process, "the crawl ended")
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)
    assert process.returncode == 0


def test_lines_for_programs(workspace: Workspace) -> None:
    outcome = workspace.run("--log-format", "json", "run", "--once")
    assert outcome.out == ""
    said = [json.loads(line) for line in outcome.complaints]
    assert "run 1 finished" in " ".join(line["message"] for line in said)
    assert {line["logger"] for line in said} >= {"crawler.service"}


def made_by(tmp_path: Path, code: str) -> Service:
    make_workspace(tmp_path)
    (tmp_path / "sites" / "demo.toml").write_text(definition("http://127.0.0.1:9/"))
    return Service(open_workspace(tmp_path), [sys.executable, "-c", code])


def test_a_crawl_that_does_not_end_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(service, "_PATIENCE", 0.5)
    up = tmp_path / "up"
    made = made_by(tmp_path, DEAF.format(repr(str(up))))

    def end() -> None:
        while not up.exists():
            time.sleep(0.01)
        signal.raise_signal(signal.SIGTERM)

    monkeypatch.setattr(made, "_beat", end)
    with restored_signals():
        assert made.run() == 0
    assert "did not end in" in caplog.text


def test_the_heartbeat_says_whether_it_lives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_workspace(tmp_path)
    workspace = open_workspace(tmp_path)
    assert is_alive(workspace) == (False, f"newsarchive run was never started in {tmp_path}")
    made = made_by(tmp_path, "pass")
    with restored_signals():
        assert made.run(once=True) == 0
    assert is_alive(workspace)[0]
    old = time.time() - 100
    os.utime(service.heartbeat(workspace), (old, old))
    assert is_alive(workspace) == (False, "the last sign of life of `newsarchive run` is 1 min old")


def test_what_stays_due_is_tried_ever_more_rarely(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made = made_by(tmp_path, "import sys; sys.exit(1)")
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 7:
            signal.raise_signal(signal.SIGTERM)

    monkeypatch.setattr(made, "_sleep", sleep)
    with restored_signals():
        assert made.run() == 0
    assert slept == [15, 30, 60, 120, 240, 300, 300]
    assert capsys.readouterr().out.count("with 1: a walk did not finish") == 7


@pytest.mark.parametrize(
    ("definition_text", "said"),
    [
        (None, "no site is defined in {}/sites; next: newsarchive add URL"),
        (definition("http://127.0.0.1:9/"), "nothing is ever due: every section says never"),
    ],
)
def test_what_never_is_due_is_said(
    tmp_path: Path, definition_text: str | None, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    make_workspace(tmp_path)
    if definition_text:
        text = re.sub(r"(?m)^every = .*$", 'every = "never"', definition_text)
        (tmp_path / "sites" / "demo.toml").write_text(text)
    with restored_signals():
        assert serve(open_workspace(tmp_path), once=True) == 0
    assert capsys.readouterr().out.splitlines()[-1].endswith(f"Z {said.format(tmp_path)}")


def test_only_one_runs_for_a_workspace(tmp_path: Path) -> None:
    from filelock import FileLock

    make_workspace(tmp_path)
    with FileLock(tmp_path / "locks" / "run.lock"), pytest.raises(LockedError, match="already; stop it first"):
        serve(open_workspace(tmp_path))


@contextmanager
def restored_signals() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
