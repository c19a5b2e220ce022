"""A search as a page's address holds it, and the same search as commands."""

import datetime as dt
import re
import shlex
from dataclasses import dataclass, replace
from typing import Any
from unicodedata import normalize

from archive.search import Filters, Sort, narrowing
from archive.terminal import printable

# One letter more than a query may have, so that the search says that it is too long.
LONGEST = 2_001
_NAMED = 60


@dataclass(frozen=True, slots=True)
class Asked:
    """What is searched for: words with their filters, days from and to (both inclusive), the order, the page."""

    text: str = ""
    sort: Sort = "relevance"
    since: dt.date | None = None
    until: dt.date | None = None
    page: int = 1

    @property
    def filters(self) -> Filters:
        """What narrows it beside its words."""
        return Filters(None, None, self.since, self.until)

    @property
    def is_narrowed(self) -> bool:
        """Whether days are asked for."""
        return self.since is not None or self.until is not None

    @property
    def feed(self) -> dict[str, Any]:
        """What its address holds, without order and page."""
        return {"q": self.text, "since": self.since, "until": self.until}

    @property
    def address(self) -> dict[str, Any]:
        """What its address holds; what goes without saying is None."""
        sort = None if self.sort == "relevance" else self.sort
        return self.feed | {"sort": sort, "page": self.page if self.page > 1 else None}

    def narrowed(self, term: str) -> "Asked":
        """Return the same with one more term."""
        return replace(self, text=f"{self.text} {term}".strip(), page=1)

    def within(self, since: dt.date | None, until: dt.date | None) -> "Asked":
        """Return the same between these days."""
        return replace(self, since=since, until=until, page=1)

    def alternatives(self) -> tuple[tuple[str, "Asked"], ...]:
        """Return each filter as it is written, with the search that goes without it."""
        terms = []
        for found in narrowing(self.text):
            rest = f"{self.text[: found.start].rstrip()} {self.text[found.end :].lstrip()}".strip()
            terms.append((self.text[found.start : found.end], replace(self, text=rest, page=1)))
        if self.since is not None:
            terms.append((f"from {self.since}", self.within(None, self.until)))
        if self.until is not None:
            terms.append((f"to {self.until}", self.within(self.since, None)))
        return tuple(terms)

    def watch_command(self) -> str:
        """Return the command that saves the search."""
        days = f"date:{self.since or ''}..{self.until or ''}" if self.is_narrowed else ""
        return f"newsarchive watch add {self.name('search')}{_typed(f'{self.text} {days}'.strip())}"

    def export_command(self, form: str, ending: str) -> str:
        """Return the command that exports all of it."""
        days = "".join(
            f" --{name} {day}" for name, day in (("since", self.since), ("until", self.until)) if day is not None
        )
        return f"newsarchive export {form}{days} -o {self.name('articles')}{ending}{_typed(self.text)}"

    def name(self, otherwise: str) -> str:
        """Return a name for a file of what is found: letters that any system takes."""
        return slug(self.text, otherwise)


def slug(text: str, otherwise: str) -> str:
    """Return what of a text any file system and any header takes."""
    plain = normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain)[:_NAMED].strip("-") or otherwise


def _typed(text: str) -> str:
    """Return a query as a shell takes it, behind a dash that ends the options where it begins with one."""
    shown = " ".join(printable(text).split())
    return f"{' --' if shown.startswith('-') else ''} {shlex.quote(shown)}" if shown else ""
