"""`newsarchive extract` as a process: pipes, signals, terminals, and processes that die."""

import json
import os
import pty
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e import fault_site as fs
from tests.e2e.fault_site import Answer, FaultSite
from tests.e2e.harness import end_group, environment, newsarchive, wait_until

COMMAND = [sys.executable, "-m", "crawler.cli", "extract"]


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    """A folder of 60 pages."""
    folder = tmp_path / "pages"
    folder.mkdir()
    for number in range(60):
        (folder / f"{number:02d}.html").write_text(fs.article_html(f"n{number}"), encoding="utf-8")
    return folder


@pytest.fixture
def slow_list(tmp_path: Path, pages: Path) -> Iterator[tuple[str, threading.Event]]:
    """A list of inputs that stops half-way, at a page that a server gives when the event is set."""
    gate = threading.Event()
    site = FaultSite({}, answers={"/slow": Answer(fs.article_html("slow").encode(), gate=gate)})
    with site.serve():
        names = [str(path) for path in sorted(pages.iterdir())]
        listed = tmp_path / "list"
        listed.write_text("\n".join([*names[:20], f"{site.url}slow", *names[20:]]), encoding="utf-8")
        yield str(listed), gate
        gate.set()


def start(*arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [*COMMAND, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=environment(), start_new_session=True,
    )  # fmt: skip


def workers_of(process: "subprocess.Popen[str]") -> list[int]:
    """Return the processes that read for this one."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            is_reader = b"spawn_main" in (folder / "cmdline").read_bytes()
        except (OSError, ValueError):
            continue
        if parent == process.pid and is_reader:
            found.append(int(folder.name))
    return found


def is_alive(number: int) -> bool:
    try:
        return (Path("/proc") / str(number) / "stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def test_processes_give_the_same_lines_in_the_same_order(pages: Path) -> None:
    one = newsarchive("extract", str(pages), "--json")
    two = newsarchive("extract", str(pages), "--json", "--jobs", "2")
    assert (one.code, one.err, two.code, two.err) == (0, "", 0, "")
    assert len(one.out.splitlines()) == 60
    assert two.out == one.out


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_reader_that_has_enough(pages: Path, jobs: str) -> None:
    with start(str(pages), "--json", "--jobs", jobs) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert json.loads(process.stdout.readline())["file"].endswith("00.html")
        process.stdout.close()
        assert process.wait(60) in (0, 1)
        assert process.stderr.read() == ""


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks for processes in /proc")
def test_a_killed_process_costs_nothing(slow_list: tuple[str, threading.Event]) -> None:
    with start("--list", slow_list[0], "--json", "--jobs", "2") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        wait_until(lambda: workers_of(process), what="a process that reads")
        for worker in workers_of(process):
            os.kill(worker, signal.SIGKILL)
        slow_list[1].set()
        lines = process.stdout.read().splitlines()
        assert process.wait(60) == 0, process.stderr.read()
        assert len(lines) == 60
        assert not any("error" in json.loads(line) for line in lines)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks for processes in /proc")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_no_process_outlives_the_command(slow_list: tuple[str, threading.Event], number: signal.Signals) -> None:
    with start("--list", slow_list[0], "--json", "--jobs", "2") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        wait_until(lambda: len(workers_of(process)) == 2, what="two processes that read")
        workers = workers_of(process)
        os.kill(process.pid, number)
        process.wait(90)
        wait_until(lambda: not any(map(is_alive, workers)), what="the end of the processes")
        end_group(process)
        if number is signal.SIGINT:
            assert process.returncode == 1
            assert process.stderr.read().strip() == "newsarchive: stopped"


def test_output_is_utf8_whatever_the_locale(tmp_path: Path) -> None:
    page = tmp_path / "p.html"
    page.write_text(fs.article_html("n").replace("Paragraph", "质量监督 été"), encoding="utf-8")
    for form in ("reading", "json"):
        done = subprocess.run(
            [*COMMAND, str(page), "--as", form], check=True, capture_output=True,
            env=environment(PYTHONIOENCODING="latin-1", PYTHONUTF8="0"),
        )  # fmt: skip
        assert "质量监督 été" in done.stdout.decode("utf-8")


def test_a_terminal_sees_a_bar_on_stderr_and_only_there(pages: Path) -> None:
    controller, terminal = pty.openpty()
    process = subprocess.Popen(
        [*COMMAND, str(pages), str(pages / "nope.html"), "--json"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=terminal, env=environment(TERM="xterm"),
    )  # fmt: skip
    os.close(terminal)
    shown = bytearray()

    def watch() -> None:
        try:
            while chunk := os.read(controller, 4096):
                shown.extend(chunk)
        except OSError:  # Linux says so where the other end is closed.
            pass

    watcher = threading.Thread(target=watch)
    watcher.start()
    out, _ = process.communicate(timeout=60)
    watcher.join()
    os.close(controller)
    assert process.returncode == 1
    assert len([json.loads(line) for line in out.splitlines()]) == 61
    assert "/61" in shown.decode()
    assert "nope.html: no such file; check the path" in shown.decode().replace("\r\n", "\n")
