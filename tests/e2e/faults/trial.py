"""A trial: a site that fails by a schedule, crawled until it is whole, beside an archive of the site unfailing."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.e2e.faults.failing import FAILURES
from tests.e2e.faults.origins import UNKNOWN_HOST, Subject
from tests.e2e.faults.processes import Commands
from tests.e2e.faults.server import FaultServer, Schedule
from tests.e2e.harness import Workspace, check_archive, reading, snapshot

# What a failure of one URL may do to others: the port is closed to all, a host is given up.
_SPREADS = frozenset({"refused", "no-route", "host-unreachable", "host-backoff", "robots-unreachable"})
# Connections that wait to be accepted are reset when the port is closed.
_SPREADS_OF_A_CLOSED_PORT = _SPREADS | {"reset"}


@dataclass
class Trial:
    """One site behind one server (addresses stand in the archive, so the port must be the same throughout)."""

    subject: Subject
    server: FaultServer
    commands: Commands
    folder: Path
    whole: dict[str, Any] = field(default_factory=dict)

    def workspace(self, name: str) -> Workspace:
        """Make a workspace whose crawls are impatient."""
        made = Workspace.make(
            self.folder / name,
            hosts=("127.0.0.1", "127.0.0.2", UNKNOWN_HOST),
            timeout=1,
            response_seconds=2,
            max_pause=2,
            max_megabytes=16,
            delay=0,
        )
        made.define(self.subject.id, self.subject.definition(self.server.url))
        return made

    def crawl_whole(self) -> None:
        """Crawl the site while nothing fails, and keep what the archive is to be."""
        workspace = self.workspace("whole")
        outcome = self.commands.run(workspace, "crawl", self.subject.id)
        assert outcome.code == 0, outcome
        check_archive(workspace.root)
        self.whole = snapshot(workspace.root)

    def begin(self, schedule: Schedule | None) -> None:
        """Let requests fail from now on, counting anew."""
        self.server.schedule = schedule
        for said in (self.server.requests, self.server.failed, self.server.failures):
            said.clear()

    def unexplained(self, workspace: Workspace) -> list[tuple[str, str, str | None, str | None]]:
        """Return the URLs whose cause in the ledger is not that of how they failed: kind, URL, failure, cause."""
        rows = workspace.rows("SELECT kind, url, cause FROM urls WHERE cause IS NOT NULL OR state = 'failed'")
        as_whole = {(url, cause) for url, _, _, _, cause in self.whole["urls"]}
        of_pages = {cause for kind, _, cause in rows if kind == "page"}
        return [
            (kind, url, self._failure(url), cause)
            for kind, url, cause in rows
            if (url, cause) not in as_whole
            and cause not in (_SPREADS_OF_A_CLOSED_PORT if self.server.failures["refused"] else _SPREADS)
            and not (kind == "article" and of_pages and cause in {*of_pages, "incomplete"})
            and not self._explains(kind, url, cause)
        ]

    def unmarked(self, workspace: Workspace) -> list[tuple[str, str | None]]:
        """Return the URLs whose last answer failed and of which the ledger does not say so, with how they failed.

        Where images have several forms, they are left out: one stands in for another.
        """
        marked = {url for (url,) in workspace.rows("SELECT url FROM urls WHERE cause IS NOT NULL")}
        pages = {url for url, kind, *_ in self.whole["urls"] if kind != "image"}
        images = {url for url, kind, *_ in self.whole["urls"] if kind == "image"}
        named = {url for _, _, _, _, url, *_ in self.whole["images of articles"]}
        expected = pages | (images if images == named else set())
        return sorted((url, self._failure(url)) for url in self._failing_urls() if url in expected - marked)

    def _failing_urls(self) -> Iterator[str]:
        for path, failure in self.server.failed.items():
            if failure:
                yield self.server.url + path.lstrip("/")

    def _failure(self, url: str) -> str | None:
        return self.server.failed.get("/" + url.removeprefix(self.server.url))

    def _explains(self, kind: str, url: str, cause: str | None) -> bool:
        failure = self._failure(url)
        if failure is None:
            # It fails without our doing; in the whole archive another form of the image stands in for it.
            reply = self.subject.origin("/" + url.removeprefix(self.server.url), {})
            return kind == "image" and cause == f"http-{reply.status}"
        return FAILURES[failure].explains(kind, cause)


def serve_trial(subject: Subject, commands: Commands, folder: Path) -> Iterator[Trial]:
    """Serve a site, and yield its trial once the site was crawled while nothing failed."""
    with FaultServer(subject.origin) as server:
        trial = Trial(subject, server, commands, folder)
        trial.crawl_whole()
        yield trial


def without_spares(found: dict[str, Any]) -> dict[str, Any]:
    """Return a snapshot without the other forms of images, which are kept where they can be had at once.

    A dead link that no article was behind counts as gone after weeks, and as failed before.
    """
    named = {url for _, _, _, _, url, *_ in found["images of articles"]}
    shown = {sha256 for _, _, _, sha256, *_ in found["images of articles"]}
    return found | {
        "images": [image for image in found["images"] if image[0] in shown],
        "urls": [
            (url, kind, site, "failed" if state == "gone" else state, cause)
            for url, kind, site, state, cause in found["urls"]
            if kind != "image" or url in named
        ],
    }


def committed(workspace: Workspace) -> dict[str, set[tuple[Any, ...]]]:
    """Return what can never be lost again once it is committed: captures, versions, articles, sightings, events."""
    with reading(workspace.database) as db:
        return {name: set(db.execute(sql)) for name, sql in _KEPT.items()}


def lost(before: dict[str, set[tuple[Any, ...]]], after: dict[str, set[tuple[Any, ...]]]) -> dict[str, Any]:
    """Return what was committed and is no more."""
    return {name: sorted(rows - after[name], key=repr)[:3] for name, rows in before.items() if rows - after[name]}


_KEPT = {
    "captures": "SELECT id, url, fetched_at, digest, file, offset, length, chain FROM captures",
    "versions": "SELECT article_id, number, seen_at FROM versions",
    "articles": "SELECT id, key, url, first_seen FROM articles",
    "sightings": "SELECT id, url_id, section_id, title, first_seen FROM sightings",
    "images": "SELECT id, sha256, path FROM images",
    "events": "SELECT id, article_id, kind, at FROM events",
}
