import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from archive import lock
from archive.errors import ArchiveError, LockedError
from archive.holdings import Holdings
from archive.lock import SiteLock

ROOT = Path(__file__).parents[2]
HOLD = """
import sys, time
from pathlib import Path
from archive.holdings import Holdings
from archive.lock import SiteLock
sys.argv = ["newsarchive", "crawl", "herald"]
with SiteLock(Holdings(Path(sys.stdin.readline().strip())), "herald"):
    print("held", flush=True)
    sys.stdin.readline()
print("let go", flush=True)
"""


@pytest.fixture
def holdings(tmp_path: Path) -> Holdings:
    made = Holdings(tmp_path)
    made.make()
    return made


@contextmanager
def other_process(holdings: Holdings) -> Iterator["subprocess.Popen[str]"]:
    """Run another process that holds the lock until it reads a line."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(f"{holdings.root}\n")
        process.stdin.flush()
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


def test_a_second_process_is_refused_and_told_who(holdings: Holdings) -> None:
    with other_process(holdings) as process:
        said = json.loads((holdings.locks / "herald.json").read_text())
        assert said["pid"] == process.pid
        with pytest.raises(LockedError) as caught:
            SiteLock(holdings, "herald").acquire()
        assert str(caught.value) == (
            f"another run holds herald: process {process.pid}, since {said['started']} (newsarchive crawl herald); "
            "wait for it, or stop that process"
        )
        assert caught.value.exit_code == 3
        with SiteLock(holdings, "other"):
            assert (holdings.locks / "other.json").is_file()


def test_the_kernel_lets_go_when_the_holder_is_killed(holdings: Holdings) -> None:
    with other_process(holdings) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert (holdings.locks / "herald.json").is_file()
        with SiteLock(holdings, "herald"):
            assert json.loads((holdings.locks / "herald.json").read_text())["pid"] == os.getpid()


def test_a_holder_that_ends_lets_go(holdings: Holdings) -> None:
    with other_process(holdings) as process:
        out, _ = process.communicate("\n")
        assert out == "let go\n"
        assert not (holdings.locks / "herald.json").exists()
        with SiteLock(holdings, "herald"):
            pass


@pytest.mark.parametrize("said", [None, "", "{}", "[]", '{"pid": 1}'])
def test_a_holder_that_has_not_said_who_it_is(
    holdings: Holdings, said: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "_SECONDS", 0.05)
    with SiteLock(holdings, "herald"):
        owner = holdings.locks / "herald.json"
        owner.unlink()
        if said is not None:
            owner.write_text(said)
        with pytest.raises(LockedError) as caught:
            SiteLock(holdings, "herald").acquire()
        assert str(caught.value) == (
            "another run holds herald: a process that has just started; wait for it, or stop that process"
        )


@pytest.mark.parametrize("left", [None, "", '{"pid": 999999999, "started": "long ago", "command": "crawl"}'])
def test_a_holder_that_says_who_it_is_only_now(holdings: Holdings, left: str | None) -> None:
    """What a dead holder left is not believed while the new one is about to write."""
    with other_process(holdings) as process:
        owner = holdings.locks / "herald.json"
        said = owner.read_text()
        owner.unlink()
        if left is not None:
            owner.write_text(left)
        later = threading.Timer(0.1, owner.write_text, [said])
        later.start()
        with pytest.raises(LockedError, match=f"process {process.pid}, since"):
            SiteLock(holdings, "herald").acquire()
        later.join()


def test_a_lock_that_cannot_be_signed_is_let_go(holdings: Holdings) -> None:
    (holdings.locks / "herald.json").mkdir()
    with pytest.raises(ArchiveError) as caught:
        SiteLock(holdings, "herald").acquire()
    assert str(caught.value) == (
        f"cannot lock herald in {holdings.locks}: Is a directory; free space or repair the folder"
    )
    (holdings.locks / "herald.json").rmdir()
    with SiteLock(holdings, "herald"):
        pass


def test_release_is_harmless_where_nothing_is_held(holdings: Holdings) -> None:
    mine, second = SiteLock(holdings, "herald"), SiteLock(holdings, "herald")
    second.release()
    with mine:
        second.release()
        assert (holdings.locks / "herald.json").is_file()
        with pytest.raises(LockedError):
            second.acquire()
    mine.release()
    with second:
        pass
