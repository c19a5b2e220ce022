"""What the tests of manners share: a site whose host has moods, and a workspace that knows it."""

from dataclasses import dataclass
from typing import Any

from tests.e2e.fault_site import FaultSite
from tests.e2e.harness import Outcome, Workspace

NAMES = ["a1", "a2", "a3", "a4", "a5", "a6", "a7", "a8"]
_PAST = "2020-01-01T00:00:00.000000Z"


@dataclass(frozen=True, slots=True)
class Scene:
    """A site on loopback and a workspace that knows it."""

    site: FaultSite
    workspace: Workspace

    def crawl(self, *arguments: str) -> Outcome:
        return self.workspace.run("crawl", "fault", "--json", *arguments)

    @property
    def stored(self) -> int:
        return int(self.workspace.value("SELECT count(*) FROM articles"))

    @property
    def host(self) -> dict[str, Any]:
        """The row of the site's host."""
        columns = ("robots", "robots_until", "retry_at", "failures", "cause")
        rows = self.workspace.rows(
            f"SELECT {', '.join(columns)} FROM hosts WHERE origin = ?",  # noqa: S608
            self.site.url.rstrip("/"),
        )
        return dict(zip(columns, rows[0], strict=True)) if rows else {}

    def later(self) -> None:
        """Let the time pass until hosts may be asked again and articles are due."""
        for table, column in (
            ("hosts", "retry_at"),
            ("hosts", "robots_until"),
            ("urls", "due_at"),
            ("sections", "due_at"),
        ):
            self.workspace.change(f"UPDATE {table} SET {column} = '{_PAST}' WHERE {column} IS NOT NULL")  # noqa: S608

    @property
    def pace(self) -> float:
        """The seconds between two requests, on average."""
        times = [at for at, _ in self.site.times]
        return (times[-1] - times[0]) / (len(times) - 1)


def minutes(scene: Scene, until: str) -> float:
    return float(scene.workspace.value("SELECT (julianday(?) - julianday('now')) * 1440", until))
