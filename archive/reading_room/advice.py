"""What a cause, a run's state or a problem means and what to do about it, in the words of docs/operations.md."""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

Kind = Literal["causes", "states", "problems"]
_FAMILIES = {"http": "http-NNN", "error": "error-NAME"}


@dataclass(frozen=True, slots=True)
class Advice:
    """What something means, and what to do next; what stands between backticks is to be typed or is a name."""

    meaning: str
    todo: str


def of_cause(cause: str) -> Advice | None:
    """Return what a cause of a failure or a skip means, None where nobody has written it down."""
    return _known("causes", cause) or _known("causes", _FAMILIES.get(cause.partition("-")[0], ""))


def of_state(state: str) -> Advice | None:
    """Return what a run's state means."""
    return _known("states", state)


def of_problem(name: str) -> Advice | None:
    """Return what a health problem means, by its whole name."""
    return _known("problems", f"{name.partition(':')[0]}:FIELD")


def _known(kind: Kind, name: str) -> Advice | None:
    said = _read()[kind].get(name)
    return Advice(*said) if said else None


@cache
def _read() -> dict[Kind, dict[str, list[str]]]:
    said: dict[Kind, dict[str, list[str]]] = json.loads(
        (files("archive.reading_room") / "advice.json").read_text(encoding="utf-8")
    )
    return said
