"""A year of nightly runs in minutes: memory and files stay what the content explains, and the history is the true one.

Twenty nights in CI, three hundred with NEWSARCHIVE_SOAK=1.
"""

import contextlib
import sqlite3
import statistics
from pathlib import Path

from tests.e2e.faults.growing import GrowingSite, said_in
from tests.e2e.faults.processes import Commands, Started
from tests.e2e.faults.server import FaultServer
from tests.e2e.harness import SOAK, Workspace, check_archive

_NIGHTS = 300 if SOAK else 10
_GONE_AFTER = 14
_FULL_EVERY = 10
# A run's memory may differ by so much from another's; what is kept from one run to the next would be more.
_MEGABYTES = 12


class Years:
    """A site and its archive after all the nights, and what was measured of every run."""

    def __init__(self, commands: Commands, server: FaultServer, site: GrowingSite, workspace: Workspace) -> None:
        self.commands, self.server, self.site, self.workspace = commands, server, site, workspace
        self.kilobytes: list[int] = []
        self.left_open: list[str] = []
        self.journals: list[int] = []

    def live(self) -> None:
        """Let the nights pass."""
        for night in range(_NIGHTS):
            self._crawl(night, *(["--full"] if night % _FULL_EVERY == _FULL_EVERY - 1 else []))
            self.site.next_day()
        # Time enough that everything is due.
        self._crawl(_NIGHTS, "--full")
        check_archive(self.workspace.root)

    def _crawl(self, night: int, *arguments: str) -> None:
        self.commands.move_clock(days=night)
        started: Started = self.commands.start(self.workspace, "crawl", "fault", *arguments)
        outcome = started.wait(120)
        assert outcome.code == 0, outcome
        self.kilobytes.append(started.kilobytes)
        self.left_open += started.left_open
        journal = Path(f"{self.workspace.database}-wal")
        self.journals.append(journal.stat().st_size if journal.exists() else 0)


def needs_no_more_memory_than_at_first(years: Years) -> None:
    third = len(years.kilobytes) // 3
    first, last = statistics.median(years.kilobytes[:third]), statistics.median(years.kilobytes[-third:])
    assert last - first < _MEGABYTES * 1024, years.kilobytes


def leaves_no_file_open(years: Years) -> None:
    assert years.left_open == []
    assert set(years.journals) == {0}
    assert not Path(f"{years.workspace.database}-shm").exists()


def is_as_large_as_the_content_explains(years: Years, compact: Path) -> None:
    with contextlib.closing(sqlite3.connect(years.workspace.database)) as db:
        db.execute("VACUUM INTO ?", (str(compact),))
    assert years.workspace.database.stat().st_size < 1.4 * compact.stat().st_size
    ends: dict[str, int] = {}
    for table in ("captures", "records"):
        for name, end in years.workspace.rows(f"SELECT file, max(offset + length) FROM {table} GROUP BY file"):  # noqa: S608
            ends[name] = max(ends.get(name, 0), end)
    files = {path.name: path.stat().st_size for path in (years.workspace.root / "captures").iterdir()}
    assert files == ends
    assert not [path for path in (years.workspace.root / "media").rglob("*") if path.is_file()]


def is_the_true_history(years: Years) -> None:
    site, rows = years.site, years.workspace.rows
    names = {f"{years.server.url}a/{name}.html": name for name in site.revisions}
    bodies = dict(rows("SELECT url, body FROM articles"))
    assert set(bodies) == set(names)
    wrong = {}
    for url, name in names.items():
        shown = site.shown(name)
        events = [
            kind
            for (kind,) in rows(
                "SELECT kind FROM events JOIN articles ON articles.id = article_id WHERE url = ? ORDER BY events.id",
                url,
            )
        ]
        versions = rows(
            "SELECT number FROM versions JOIN articles ON articles.id = article_id WHERE url = ? ORDER BY number", url
        )
        changes = [kind for kind in events if kind in ("first_seen", "changed")]
        departures = [kind for kind in events if kind in ("gone", "returned")]
        said = {
            "body": said_in(shown[-1]) in bodies[url],
            "versions": [number for (number,) in versions] == list(range(1, len(shown) + 1)),
            "changes": changes == ["first_seen", *["changed"] * (len(shown) - 1)],
            "departures": departures == site.departures(name, _GONE_AFTER),
        }
        if not all(said.values()):
            wrong[name] = (said, shown, events, site.served[name])
    assert wrong == {}


def holds_the_site_of_today(years: Years) -> None:
    """The last night fetches everything that is listed."""
    bodies = dict(years.workspace.rows("SELECT url, body FROM articles WHERE state = 'live'"))
    for name in years.site.listed:
        assert said_in(years.site.revisions[name]) in bodies[f"{years.server.url}a/{name}.html"]


def test_years_of_nights(commands: Commands, tmp_path: Path) -> None:
    site = GrowingSite(seed=3)
    with FaultServer(site.answer) as server:
        workspace = Workspace.make(tmp_path / "w")
        workspace.define("fault", site.subject.definition(server.url))
        years = Years(commands, server, site, workspace)
        years.live()
    needs_no_more_memory_than_at_first(years)
    leaves_no_file_open(years)
    is_as_large_as_the_content_explains(years, tmp_path / "compact.db")
    is_the_true_history(years)
    holds_the_site_of_today(years)
    # Most of the nights ask for little.
    assert server.requests.total() < _NIGHTS * 40
