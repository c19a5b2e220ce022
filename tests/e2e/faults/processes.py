"""Commands of the product as processes that a test starts, kills and waits for, quickly and by its own clock."""

import contextlib
import os
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.e2e.forking import forks
from tests.e2e.harness import Outcome, Workspace, environment
from tests.e2e.sums import check_sums
from tests.e2e.zygote import CLOCK

_DAY = 86_400.0


class Commands:
    """Runs commands, each in a process of its own (see zygote); its clock is true until it is moved."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._clock = folder / "clock"
        self._number = 0
        self.move_clock(days=0)

    def move_clock(self, *, days: float) -> None:
        """Set every process's clock so many days off the true time; those that run see it too."""
        new = self._folder / "clock.new"
        new.write_text(str(days * _DAY), encoding="ascii")
        new.replace(self._clock)

    def start(self, workspace: Workspace, *arguments: str) -> "Started":
        """Start a command in a workspace."""
        self._number += 1
        files = {name: str(self._folder / f"{self._number}.{name}") for name in ("out", "err", "open")}
        called = {"arguments": ["-w", str(workspace.root), *arguments], "cwd": str(Path.cwd())}
        moved = {"environment": environment(**{CLOCK: str(self._clock)})}
        return Started(self, workspace, forks().ask(called | moved | files)["pid"], files)

    def run(self, workspace: Workspace, *arguments: str, timeout: float = 240) -> Outcome:
        """Run a command in a workspace; neither stream may show a traceback."""
        return self.start(workspace, *arguments).wait(timeout)

    def state(self, pid: int) -> dict[str, Any]:
        """Return how a process ended."""
        return forks().ask({"pid": pid})

    def until_ended(self, pid: int, timeout: float) -> int | None:
        """Return a process's exit code; kills it and returns None where it takes longer."""
        return forks().until_ended(pid, timeout)


@dataclass(frozen=True, slots=True)
class Started:
    """A command that was started."""

    commands: Commands
    workspace: Workspace
    pid: int
    files: dict[str, str]

    def poll(self) -> int | None:
        """Return its exit code, None while it runs."""
        code: int | None = self.commands.state(self.pid)["code"]
        return code

    def kill(self) -> bool:
        """Kill it with -9 and return whether it still ran."""
        ran = self.poll() is None
        if ran:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
            self._until_ended(10)
        assert "Traceback" not in self._said("err"), self._said("err")
        return ran

    def wait(self, timeout: float = 240) -> Outcome:
        """Wait for its end; neither stream may show a traceback, and its runs must add up."""
        outcome = Outcome(self._until_ended(timeout), self._said("out"), self._said("err"))
        assert "Traceback" not in outcome.out + outcome.err, outcome
        check_sums(self.workspace.root)
        return outcome

    @property
    def kilobytes(self) -> int:
        """The most memory that it held."""
        return int(self.commands.state(self.pid)["kilobytes"])

    @property
    def left_open(self) -> list[str]:
        """The files of its workspace that were open when it was done."""
        files = Path(self.files["open"]).read_text(encoding="utf-8").splitlines()
        return [file for file in files if file.startswith(str(self.workspace.root))]

    def _until_ended(self, timeout: float) -> int:
        code = self.commands.until_ended(self.pid, timeout)
        assert code is not None, f"it still ran after {timeout} s: {self._said('err')}"
        return code

    def _said(self, name: str) -> str:
        return Path(self.files[name]).read_text(encoding="utf-8")
