"""Tables for people, and their place in a document."""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

Row = Sequence[str]


def table(head: Row, rows: Iterable[Row]) -> str:
    """Return a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def write_between(file: Path, marks: tuple[str, str], text: str) -> None:
    """Put a text between two lines of a file; ends the program where they are missing."""
    before, _, rest = file.read_text(encoding="utf-8").partition(marks[0])
    _, mark, after = rest.partition(marks[1])
    if not mark:
        sys.exit(f"nothing to replace: {file} has no lines {marks[0]} and {marks[1]}")
    file.write_text(f"{before}{marks[0]}\n\n{text}\n\n{marks[1]}{after}", encoding="utf-8")
