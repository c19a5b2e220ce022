"""A walk through one section's listing pages: where it has been, where it goes on, by which rule it ended."""

import datetime as dt
import hashlib
import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from archive import ledger
from archive.errors import UsageError
from archive.identity import normalise
from archive.model import timestamp, utc_now
from crawler.due import section_due_at
from crawler.parsers.archives import is_calendar, month_of
from crawler.run import Run
from crawler.schedule import NEVER, next_due
from crawler.site import Section, Site

logger = logging.getLogger(__name__)
_MOST_WAITING = 5_000
# What happens to links that would lead on for ever.
LEFT = {
    "session": "links have a session id, which is taken off (rule: session)",
    "calendar": "links lead into a calendar and are left alone (rule: calendar)",
    "filter": "links filter or sort the same list and are left alone (rule: filter)",
}


@dataclass(slots=True)
class Walk:
    """A walk through one section's listing pages, from the first to the end or to what is known."""

    section: Section
    row: ledger.Section
    started: str
    mark: int
    definition: str
    # Where a walk that a budget cut goes on; whither this one has leapt so; where it is cut itself.
    resume: str | None = None
    leapt: str | None = None
    cut_at: str | None = None
    page: int = 0
    urls: set[str] = field(default_factory=set)
    seen: set[str] = field(default_factory=set)
    found: int = 0
    pages_seen: set[tuple[str, ...]] = field(default_factory=set)
    state: str = "walking"
    # Where the walk goes on when a chain of pages ends: months of an archive, parts of a sitemap, a feed.
    waiting: list[str] = field(default_factory=list)
    stale: int = 0
    ends: Counter[str] = field(default_factory=Counter)
    left: Counter[str] = field(default_factory=Counter)

    def end(self, zone: dt.tzinfo | None, *, completed: bool) -> ledger.WalkEnd:
        """Return the walk's end for the ledger, with the time when the section is due again."""
        due = next_due(self.section.every, dt.datetime.fromisoformat(self.started), zone)
        return ledger.WalkEnd(
            self.row.id, completed, self.started, self.mark, timestamp(due) if due else None, self.section.every,
            self.definition, self.cut_at,
        )  # fmt: skip

    def end_now(self, zone: dt.tzinfo | None) -> ledger.WalkEnd | None:
        """Return the walk's end with this page, None where it goes on or the user cut it."""
        is_completed = self.state == "completed"
        return self.end(zone, completed=is_completed) if is_completed or self.cut_at else None

    def leap(self) -> str | None:
        """Return where the walk before this one was cut, once; None where it was not."""
        self.leapt, self.resume = self.resume, None
        return self.leapt if self.leapt not in self.urls else None

    def cut(self, url: str, following: str) -> None:
        """End the walk for want of budget; the next one begins with this page again, for lists move meanwhile.

        Where this page is all that the budget was enough for, the next one goes on behind it.
        """
        self.state = "cut"
        self.cut_at = following if url in (self.leapt, following) else url

    def end_chain(self, rule: str) -> None:
        """Note by which rule a chain of listing pages ended."""
        self.ends[rule] += 1
        logger.info("section %s: a chain of listing pages ends after page %d: %s", self.section.key, self.page, rule)

    def leave(self, links: Mapping[str, int]) -> None:
        """Count the links that are left alone, and say so where a kind is met for the first time."""
        for kind, number in links.items():
            if kind not in self.left:
                logger.info("section %s: %d %s", self.section.key, number, LEFT[kind])
        self.left.update(links)

    def go_on(self) -> str | None:
        """Return where the walk goes on, None at its end."""
        while self.waiting:
            url = self.waiting.pop(0)
            if url not in self.urls:
                return url
        self.state = "completed"
        return None

    def add(self, urls: Iterable[str]) -> None:
        """Add further listing pages; months that cannot hold news are left out."""
        known = self.urls.union(self.waiting)
        for url in urls:
            if url in known or len(self.waiting) >= _MOST_WAITING:
                continue
            if is_calendar(url, utc_now().year):
                self.ends["calendar"] += 1
            else:
                self.waiting.append(url)
        self.waiting.sort(key=month_of, reverse=True)


@dataclass(frozen=True, slots=True)
class Scope:
    """What the user narrows a run to."""

    section: str | None = None
    since: dt.date | None = None
    full: bool = False
    limit: int | None = None
    urls: tuple[str, ...] = ()
    due: bool = False
    max_minutes: float = 0
    max_requests: int = 0

    @property
    def is_anew(self) -> bool:
        """Whether what is stored is fetched again, changed or not."""
        return self.full or bool(self.urls)

    @classmethod
    def from_arguments(cls, site: Site, said: Mapping[str, Any]) -> "Scope":
        """Return the scope that spider arguments say (strings from `-a`); raises UsageError."""
        section, since, limit, urls = (said.get(name) for name in ("section", "since", "limit", "urls"))
        keys = [known.key for known in site.sections]
        if section is not None and section not in keys:
            raise UsageError(f"site {site.id} has no section {section!r}; it has {', '.join(keys)}")
        try:
            return cls(
                section,
                dt.date.fromisoformat(str(since)) if since else None,
                _is_on(said.get("full")),
                int(limit) if limit is not None else None,
                tuple(map(normalise, str(urls).split())) if urls else (),
                _is_on(said.get("due")),
                float(said.get("max_minutes") or 0),
                int(said.get("max_requests") or 0),
            )
        except ValueError as error:
            allowed = "since=YYYY-MM-DD, full=1, due=1, limit=N, max_minutes=N, max_requests=N and urls='URL URL'"
            raise UsageError(f"spider argument: {error}; {allowed} are allowed") from error


def begin_walks(site: Site, run: Run, scope: Scope) -> Iterator[Walk]:
    """Yield the walks that a run begins: through every section, those that are due, or the one that is asked for."""
    started, mark = run.started.started, ledger.walk_mark(run.ledger)
    for section in site.sections:
        row = run.sections[section.key]
        if scope.section not in (None, section.key):
            continue
        if section.every == NEVER and section.key != scope.section:
            continue
        due = section_due_at(section, row, site.zone, started)
        if scope.due and (due is None or due > started):
            continue
        definition = _digest_of(site, section)
        if row.definition not in (None, definition):
            # Read otherwise today: what the section showed before may not be all that it names.
            row = replace(row, walk_mark=None, walk_completed=None, resume=None)
        walk = Walk(section, row, timestamp(started), mark, definition, None if scope.full else row.resume)
        walk.waiting += [normalise(url, site.url) for url in section.also]
        yield walk


def _digest_of(site: Site, section: Section) -> str:
    said = "\n".join((site.start_url(section), *section.also, site.listing_of(section).model_dump_json()))
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def _is_on(said: Any) -> bool:
    return str(said).lower() in ("1", "true", "yes", "on")
