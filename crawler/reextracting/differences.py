"""What a reading changed, short enough for a table: a field's old and new value where they part."""

import json
from dataclasses import dataclass, field
from typing import Any

from archive.readings import Replacement

EXAMPLES = 3
_WIDTH = 80
_BEFORE = 20


@dataclass(frozen=True, slots=True)
class Example:
    """One article's old and new value of a field."""

    url: str
    version: int
    before: str
    after: str


@dataclass(slots=True)
class FieldChanges:
    """How many articles change in a field, with the first examples."""

    articles: int = 0
    examples: list[Example] = field(default_factory=list)

    def add(self, example: Example) -> None:
        """Count an article."""
        self.articles += 1
        if len(self.examples) < EXAMPLES:
            self.examples.append(example)


def example_of(url: str, name: str, each: Replacement) -> Example:
    """Return a field's old and new value; of long ones, the part where they differ."""
    values = [content.said()[name] for content in (each.before, each.after)]
    before, after = _rules(*values) if name == "rules" else (_text(name, value) for value in values)
    start = max(_common(before, after) - _BEFORE, 0) if max(len(before), len(after)) > _WIDTH else 0
    return Example(url, each.number, _cut(before, start), _cut(after, start))


def _rules(*said: str) -> tuple[str, str]:
    """Return the rules that are others, by field."""
    before, after = (set(json.loads(text).items()) for text in said)
    return _listed(before - after), _listed(after - before)


def _listed(rules: set[tuple[str, str]]) -> str:
    return ", ".join(f"{field} {rule}" for field, rule in sorted(rules))


def _text(name: str, value: Any) -> str:
    if value is None:
        return ""
    if name in ("updated", "published"):
        stored, raw, _ = value
        return f"{stored or 'not read'} ({raw})" if raw is not None else stored or ""
    if name == "images":
        return "; ".join(" ".join(filter(None, (url, caption, credit))) for url, caption, credit, *_ in value)
    if name in ("byline", "breadcrumb"):
        return ", ".join(json.loads(value))
    return str(value)


def _common(one: str, other: str) -> int:
    """Return how many characters two texts begin with alike."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (left, right) in pairs if left != right), min(len(one), len(other)))


def _cut(text: str, start: int) -> str:
    part = " ".join(text[start : start + _WIDTH].split())
    return ("…" if start and part else "") + part + ("…" if start + _WIDTH < len(text) else "")
