"""A query as a value: what was asked for, and what of it could not be understood."""

import datetime as dt
from dataclasses import dataclass
from typing import Literal

Field = Literal["title", "captions", "source", "byline"]


@dataclass(frozen=True, slots=True)
class Word:
    """A word, or the beginning of words; in one field where one is named."""

    text: str
    field: Field | None = None
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that stand together, as they are."""

    text: str
    field: Field | None = None


@dataclass(frozen=True, slots=True)
class Near:
    """Words or phrases with at most `distance` words between them, in any order."""

    terms: tuple["Word | Phrase", ...]
    distance: int


@dataclass(frozen=True, slots=True)
class Key:
    """A filter that is part of the match: any of these tokens of `articles.keys`."""

    tokens: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Days:
    """A filter on a date, both ends inclusive: `day` as printed, or `updated`."""

    column: Literal["day", "updated"]
    since: dt.date
    until: dt.date


@dataclass(frozen=True, slots=True)
class Not:
    """What must not match."""

    node: "Node"


@dataclass(frozen=True, slots=True)
class All:
    """All of these."""

    nodes: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Any:
    """One of these at least."""

    nodes: tuple["Node", ...]


Term = Word | Phrase | Near
Node = Term | Key | Days | Not | All | Any


@dataclass(frozen=True, slots=True)
class Problem:
    """What of a query is not valid: where it begins, so many characters of it, and why."""

    start: int
    length: int
    message: str

    def pointed(self, text: str) -> str:
        """Return the query with the place marked under it, and the message."""
        begin = max(0, self.start - 60)
        shown = text[begin : begin + 100].replace("\n", " ")
        return f"{shown}\n{' ' * (self.start - begin)}{'^' * max(1, min(self.length, 40))} {self.message}"


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Where in a text a filter stands, such as `site:herald` or `-is:gone`: from a letter to before another."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Query:
    """What was asked for: words that must match, filters on dates beside them, and what was taken as words."""

    text: str
    node: Node | None
    days: tuple[Days, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all was asked for; what is only signs is not empty and matches nothing."""
        return self.node is None and not self.text.strip()
