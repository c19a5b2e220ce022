"""The folder of real pages that benchmarks read: truth.jsonl and html/*.html.gz."""

import gzip
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def rows(folder: Path) -> list[dict[str, Any]]:
    """Return the rows of the truth, of whatever kind; leaves with one line where there is no such folder."""
    truth = folder / "truth.jsonl"
    if not truth.is_file():
        sys.exit(f"no corpus here: {truth} is missing")
    with truth.open(encoding="utf-8") as lines:
        return list(map(json.loads, lines))


def articles(folder: Path) -> list[dict[str, Any]]:
    """Return the rows that are articles; leaves with one line where there are none."""
    found = [row for row in rows(folder) if row["kind"] == "article"]
    if not found:
        sys.exit(f"no corpus here: {folder / 'truth.jsonl'} names no article")
    return found


def body_of(folder: Path, row: dict[str, Any]) -> bytes:
    """Return the bytes of a row's page."""
    return gzip.decompress((folder / row["file"]).read_bytes())


def pages(folder: Path) -> Iterator[tuple[bytes, str]]:
    """Yield the bytes and the address of each article."""
    for row in articles(folder):
        yield body_of(folder, row), row["url"]
