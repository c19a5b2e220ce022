"""How well an archive holds a section whose truth is known, and what `add` took to find it."""

import json
import resource
import tomllib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

from tests.e2e.harness import SOAK, Outcome, Workspace

ENOUGH, ENOUGH_READ = 0.99, 0.98
MOST_REQUESTS, MOST_SECONDS = 15, 10.0
Case = TypeVar("Case")
FOUND = "found"  # the id that the tests give to what `add` finds


def sampled(cases: Sequence[Case], count: int) -> Sequence[Case]:
    """Return some of many like cases, spread over them; all of them in a soak."""
    return cases if SOAK else cases[:: max(1, -(-len(cases) // count))]


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one article; two addresses of one article have the same name."""

    name: str
    title: str
    day: str


def target(url: str) -> str:
    """Return what stands behind an address's host, unquoted."""
    parts = urlsplit(url)
    return unquote(parts.path) + (f"?{unquote(parts.query)}" if parts.query else "")


def path(url: str) -> str:
    """Return an address's path, unquoted."""
    return unquote(urlsplit(url).path)


def loose(text: str | None) -> str:
    """Return a text's letters and digits."""
    return "".join(letter for letter in (text or "").casefold() if letter.isalnum())


@dataclass(frozen=True, slots=True)
class Score:
    """An archive against the truth of the one section that it should hold."""

    names: int
    rows: int
    found: int
    missing: tuple[str, ...]
    foreign: tuple[str, ...]
    doubled: tuple[str, ...]
    wrong_titles: tuple[str, ...]
    wrong_days: tuple[str, ...]

    def faults(self) -> dict[str, Any]:
        """Return what is not good enough, with examples."""
        found: dict[str, Any] = {}
        if self.found < ENOUGH * self.names:
            found["recall"] = (self.found, self.names, self.missing[:5])
        if self.found < ENOUGH * self.rows:
            found["precision"] = (self.found, self.rows, self.foreign[:5], self.doubled[:5])
        if len(self.wrong_titles) > (1 - ENOUGH_READ) * self.names:
            found["titles"] = (len(self.wrong_titles), self.names, self.wrong_titles[:5])
        if len(self.wrong_days) > (1 - ENOUGH_READ) * self.names:
            found["days"] = (len(self.wrong_days), self.names, self.wrong_days[:5])
        return found


def judge(workspace: Workspace, truth: Mapping[str, Known], by: Callable[[str], str] = target) -> Score:
    """Return how an archive holds the section of a truth, whose keys are what `by` makes of an address."""
    rows = workspace.rows("SELECT url, title, day FROM articles ORDER BY url")
    hits = [(truth[by(url)], title, day) for url, title, day in rows if by(url) in truth]
    counts = Counter(known.name for known, _, _ in hits)
    names = {known.name: known for known in truth.values()}
    return Score(
        names=len(names),
        rows=len(rows),
        found=len(counts),
        missing=tuple(sorted(set(names) - set(counts))),
        foreign=tuple(url for url, _, _ in rows if by(url) not in truth),
        doubled=tuple(name for name, number in counts.items() if number > 1),
        wrong_titles=tuple(
            f"{title} | {known.title}" for known, title, _ in hits if loose(title) != loose(known.title)
        ),
        wrong_days=tuple(f"{known.name}: {day} | {known.day}" for known, _, day in hits if day != known.day),
    )


@dataclass(frozen=True, slots=True)
class Added:
    """What `newsarchive add` did: how it ended, the requests that the server counted, and its CPU seconds."""

    outcome: Outcome
    definition: Path
    requests: int
    seconds: float

    def faults(self) -> dict[str, Any]:
        """Return what the contract of `add` does not allow."""
        if self.outcome.code != 0:
            return {"exit": str(self.outcome)}
        found: dict[str, Any] = {}
        if self.requests > MOST_REQUESTS:
            found["requests"] = self.requests
        if self.seconds > MOST_SECONDS:
            found["seconds"] = self.seconds
        return found | self._of_the_definition() | self._of_the_report()

    def _of_the_definition(self) -> dict[str, Any]:
        if not self.definition.is_file():
            return {"definition": f"{self.definition} was not written"}
        text = self.definition.read_text(encoding="utf-8")
        if tomllib.loads(text).get("id") != self.definition.stem:
            return {"definition": text}
        return {} if any(line.lstrip().startswith("#") for line in text.splitlines()) else {"comments": text}

    def _of_the_report(self) -> dict[str, Any]:
        said = self.outcome.json
        if said["id"] != self.definition.stem or Path(said["path"]).name != self.definition.name:
            return {"report": said}
        sections = [section for section in said["sections"] if section["articles_found"] >= 1 and section["pages"] >= 1]
        # Whether robots.txt is one of the requests is for the product to say.
        counted = said["requests"] in (self.requests, self.requests - 1)
        return {} if sections and counted else {"report": said, "counted": self.requests}


def add(workspace: Workspace, url: str, requests: Counter[str], *flags: str, timeout: float = 120) -> Added:
    """Let `newsarchive add` find a section, whose server counts what it is asked."""
    asked, spent = requests.total(), _child_seconds()
    outcome = workspace.run(*flags, "add", url, "--id", FOUND, "--json", timeout=timeout)
    definition = workspace.root / "sites" / f"{FOUND}.toml"
    return Added(outcome, definition, requests.total() - asked, _child_seconds() - spent)


def _child_seconds() -> float:
    """Return the CPU seconds of all the processes that this one has waited for."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def definitions(workspace: Workspace) -> set[str]:
    """Return the names of the definitions that a workspace keeps."""
    return {file.name for file in (workspace.root / "sites").iterdir()}


def closing(outcome: Outcome) -> dict[str, Any]:
    """Return the closing sums of a crawl of one site."""
    (sums,) = json.loads(outcome.out)
    return dict(sums)
