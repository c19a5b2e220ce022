"""A site through the years: every day it publishes, rewrites, takes down and puts back; it remembers what it served."""

import random
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

from tests.e2e import fault_site as fs
from tests.e2e.faults.origins import Reply, Subject

_ON_A_PAGE = 12
_NOT_FOUND = Reply(404, fs.HTML, b"<html><body><h1>Not found</h1></body></html>")
_ROBOTS = Reply(200, "text/plain", b"User-agent: *\nAllow: /\n")


@dataclass
class GrowingSite:
    """One section, newest first; `served` has for each article the days of its visits and the revisions shown then."""

    seed: int
    day: int = 0
    listed: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    revisions: dict[str, int] = field(default_factory=dict)
    served: dict[str, list[tuple[int, int | None]]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        for _ in range(2 * _ON_A_PAGE):
            self._publish()

    @property
    def subject(self) -> Subject:
        """The site as a fault server takes it."""
        section = fs.FaultSite({"news": [[]]})
        return Subject("fault", self.answer, lambda url: _definition(section, url))

    def next_day(self) -> None:
        """Let a day pass."""
        rng = random.Random(f"{self.seed} {self.day}")  # noqa: S311 (a sample, no secret)
        self.day += 1
        self._publish()
        for name in rng.sample(self.listed, 2):
            self.revisions[name] += 1
        if self.day % 3 == 0:
            self.lost.append(self.listed.pop(rng.randrange(1, len(self.listed))))
        if self.day % 11 == 0:
            self.listed.append(self.lost.pop(0))

    def answer(self, path: str, headers: Mapping[str, str]) -> Reply:
        """Answer a path as the site is today."""
        if path == "/robots.txt":
            return _ROBOTS
        if path.startswith("/news/"):
            return self._listing(path)
        name = path.removeprefix("/a/").removesuffix(".html")
        if name not in self.revisions:
            return _NOT_FOUND
        shown = None if name in self.lost else self.revisions[name]
        self.served[name].append((self.day, shown))
        return _NOT_FOUND if shown is None else self._article(name, shown, headers)

    def _publish(self) -> None:
        name = f"n{len(self.revisions)}"
        self.listed.insert(0, name)
        self.revisions[name] = 0

    def _listing(self, path: str) -> Reply:
        pages = [self.listed[at : at + _ON_A_PAGE] for at in range(0, len(self.listed), _ON_A_PAGE)]
        site = fs.FaultSite({"news": pages})
        answers = {
            fs.listing_path("news", number): partial(site.listing_html, "news", number) for number in _pages(pages)
        }
        return Reply(200, fs.HTML, answers[path]().encode()) if path in answers else _NOT_FOUND

    def _article(self, name: str, revision: int, headers: Mapping[str, str]) -> Reply:
        etag = f'"{name}-{revision}"'
        if headers.get("if-none-match") == etag:
            return Reply(304, "", b"", (("ETag", etag),))
        page = fs.article_html(name, extra=f"<p>{said_in(revision)}</p>")
        return Reply(200, fs.HTML, page.encode(), (("ETag", etag),))

    # What must have become of it

    def shown(self, name: str) -> list[int]:
        """The revisions of an article that were shown, in order, each once."""
        return sorted({revision for _, revision in self.served[name] if revision is not None})

    def departures(self, name: str, after_days: int) -> list[str]:
        """The events `gone` and `returned` that follow from the visits."""
        events, missing_since, gone = [], None, False
        for day, revision in self.served[name]:
            if revision is not None:
                events += ["returned"] if gone else []
                missing_since, gone = None, False
                continue
            missing_since = day if missing_since is None else missing_since
            if not gone and day - missing_since >= after_days:
                events.append("gone")
                gone = True
        return events


def said_in(revision: int) -> str:
    """Return the sentence that tells one revision from another."""
    return f"This is what the harbour office had to say of it in its statement number {revision}."


def _pages(pages: list[list[str]]) -> range:
    return range(1, len(pages) + 1)


def _definition(site: fs.FaultSite, url: str) -> str:
    site.url = url
    return site.definition
