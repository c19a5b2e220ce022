"""A disk that is full, or cannot be written, in the middle of a crawl: a clear end, nothing lost, and on it goes.

Each part of the archive in turn lies on a small disk of its own (a tmpfs; skipped where none can be mounted).
"""

import contextlib
import random
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from crawler.demo.site import DemoSite
from tests.e2e.faults.origins import demo_subject
from tests.e2e.faults.processes import Commands
from tests.e2e.faults.server import FaultServer
from tests.e2e.faults.trial import Trial, committed, lost
from tests.e2e.harness import SOAK, Outcome, Workspace, check_archive, differences, snapshot, wait_until

_PARTS = ("database", "media", "captures")
_SEEDS = range(12) if SOAK else range(1)
_MEGABYTES = 64


def _run(*command: str) -> bool:
    if not shutil.which(command[0]):
        return False
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


@dataclass(frozen=True)
class Disk:
    """A small disk."""

    path: Path

    def fill(self, left: int) -> None:
        """Leave so many bytes free."""
        free = shutil.disk_usage(self.path).free
        with (self.path / "ballast").open("wb") as file:
            for _ in range(max(0, free - left) // 4096):
                file.write(bytes(4096))

    def clear(self) -> None:
        """Give back the space."""
        (self.path / "ballast").unlink()

    def set_writable(self, writable: bool) -> bool:
        """Return whether it could be done: where a file is open for writing, the disk does not become read-only."""
        return _run("mount", "-o", f"remount,{'rw' if writable else 'ro'}", str(self.path))


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """Mount a small disk; leave the test out where that cannot be done."""
    path = tmp_path / "disk"
    path.mkdir()
    if not _run("mount", "-t", "tmpfs", "-o", f"size={_MEGABYTES}m", "tmpfs", str(path)):
        pytest.skip("no tmpfs can be mounted here: that takes root")
    try:
        yield Disk(path)
    finally:
        assert _run("umount", "-l", str(path))


@pytest.fixture(scope="module")
def demo(commands: Commands, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    site = DemoSite()
    site.publish("updates", 10)
    subject = demo_subject(site)
    with FaultServer(subject.origin) as server:
        trial = Trial(subject, server, commands, tmp_path_factory.mktemp("demo"))
        trial.crawl_whole()
        yield trial


def _size(path: Path) -> int:
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file())


def _lay_out(trial: Trial, disk: Disk, part: str, name: str) -> Workspace:
    """Make a workspace of which one part lies on the small disk, with some articles in it already."""
    workspace = trial.workspace(name)
    if part == "database":
        for other in ("captures", "media"):
            shutil.rmtree(workspace.root / other)
            elsewhere = trial.folder / f"{name}-{other}"
            elsewhere.mkdir()
            (workspace.root / other).symlink_to(elsewhere)
        moved = Workspace(disk.path / "w")
        shutil.copytree(workspace.root, moved.root, symlinks=True)
        workspace = moved
    else:
        shutil.rmtree(workspace.root / part)
        (disk.path / part).mkdir()
        (workspace.root / part).symlink_to(disk.path / part)
    begun = trial.commands.run(workspace, "crawl", trial.subject.id, "--section", "press")
    assert begun.code in (0, 1), begun
    return workspace


def says_why(outcome: Outcome, *parts: str) -> None:
    """Assert the exit code, and one line that says what is wrong and what to do."""
    assert outcome.code == 4, outcome
    errors = [line for line in outcome.complaints if not line.startswith("WARNING")]
    assert len(errors) == 1, outcome
    for part in parts:
        assert part in errors[0], outcome


def goes_on(trial: Trial, workspace: Workspace) -> None:
    """Crawl with the space back: the archive must become what it would have been."""
    before = committed(workspace)
    check_archive(workspace.root)
    outcome = trial.commands.run(workspace, "crawl", trial.subject.id)
    assert outcome.code == 0, outcome
    check_archive(workspace.root)
    assert lost(before, committed(workspace)) == {}
    assert differences(trial.whole, snapshot(workspace.root)) == {}


@pytest.mark.parametrize("seed", _SEEDS)
@pytest.mark.parametrize("part", _PARTS)
def test_a_disk_that_is_full_in_the_middle_of_a_crawl(demo: Trial, disk: Disk, part: str, seed: int) -> None:
    rng = random.Random(f"{part}{seed}")  # noqa: S311 (a sample, no secret)
    workspace = _lay_out(demo, disk, part, f"{part}-{seed}")
    whole = _size(demo.folder / "whole" / ("archive.db" if part == "database" else part))
    before = committed(workspace)
    disk.fill(int(whole * rng.uniform(0.05, 0.5)))
    outcome = demo.commands.run(workspace, "crawl", demo.subject.id)
    says_why(outcome, {"database": "archive.db"}.get(part, part), "free space")
    assert lost(before, committed(workspace)) == {}
    if SOAK:
        says_why(demo.commands.run(workspace, "crawl", demo.subject.id), "free space")
        assert lost(before, committed(workspace)) == {}
    disk.clear()
    goes_on(demo, workspace)


@pytest.mark.parametrize(("left", "place"), [(0, "locks"), (8 * 1024, "archive.db"), (64 * 1024, "archive.db")])
def test_a_disk_that_is_full_from_the_start(demo: Trial, disk: Disk, left: int, place: str) -> None:
    workspace = _lay_out(demo, disk, "database", f"from-the-start-{left}")
    before = committed(workspace)
    disk.fill(left)
    outcome = demo.commands.run(workspace, "crawl", demo.subject.id)
    says_why(outcome, place, "free space")
    assert lost(before, committed(workspace)) == {}
    disk.clear()
    goes_on(demo, workspace)


@pytest.mark.parametrize("part", ["media", "captures"])
def test_a_disk_that_becomes_read_only_in_the_middle_of_a_crawl(demo: Trial, disk: Disk, part: str) -> None:
    """As a disk with errors does; root cannot write there either."""
    workspace = _lay_out(demo, disk, part, f"read-only-{part}")
    before = committed(workspace)
    demo.begin(None)
    started = demo.commands.start(workspace, "crawl", demo.subject.id)
    wait_until(lambda: demo.server.requests.total() > 4 or started.poll() is not None, what="the crawl")
    wait_until(lambda: disk.set_writable(False), what="a moment when no file is open for writing")
    outcome = started.wait(60)
    assert disk.set_writable(True)
    says_why(outcome, part)
    assert lost(before, committed(workspace)) == {}
    goes_on(demo, workspace)


def test_media_that_cannot_be_changed(demo: Trial, tmp_path: Path) -> None:
    """The folder is immutable: root may not write either."""
    workspace = demo.workspace("immutable")
    media = workspace.root / "media"
    if not _run("chattr", "+i", str(media)):
        pytest.skip("no folder can be made immutable here")
    with contextlib.ExitStack() as undone:
        undone.callback(_run, "chattr", "-i", str(media))
        outcome = demo.commands.run(workspace, "crawl", demo.subject.id)
    says_why(outcome, str(media))
    goes_on(demo, workspace)
