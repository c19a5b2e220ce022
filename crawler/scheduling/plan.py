"""What a schedule is made of: the command by its absolute path, the workspace, and how often it looks for due work."""

import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from archive.software import VERSION
from crawler.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Plan:
    """Which command runs for which workspace every so many minutes; `writable` are folders outside it."""

    command: tuple[str, ...]
    workspace: Path
    minutes: int
    writable: tuple[Path, ...] = ()

    @property
    def name(self) -> str:
        """The name of units and containers: that of the workspace's folder."""
        return "newsarchive-" + (re.sub(r"[^a-z0-9]+", "-", self.workspace.name.lower()).strip("-") or "archive")

    @property
    def crawl(self) -> tuple[str, ...]:
        """The words of the command that crawls what is due."""
        return (*self.command, "-w", str(self.workspace), "crawl", "--due")


def plan_for(workspace: Workspace, minutes: int) -> Plan:
    """Return the plan for a workspace, with the command that is running now."""
    root = workspace.root.resolve()
    report = root / workspace.config.report.prometheus
    outside = bool(workspace.config.report.prometheus) and not report.is_relative_to(root)
    return Plan(own_command(), root, minutes, (report.parent,) if outside else ())


def own_command() -> tuple[str, ...]:
    """Return the words that start newsarchive from anywhere: an absolute path, else this Python with the module."""
    called = Path(sys.argv[0])
    beside = Path(sys.executable).parent / "newsarchive"
    for path in (called if called.name == "newsarchive" else None, beside, shutil.which("newsarchive")):
        if path and Path(path).is_file():
            return (str(Path(path).absolute()),)
    return (sys.executable, "-m", "crawler.cli")


def image() -> str:
    """Return the name of the container image of this release."""
    return f"newsarchive:{re.sub(r'[^A-Za-z0-9_.-]', '-', VERSION)}"


def checkout() -> Path | None:
    """Return the checkout that this is run from, which has the Dockerfile; None where it is installed."""
    root = Path(__file__).resolve().parents[2]
    return root if (root / "Dockerfile").is_file() else None
