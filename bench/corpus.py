"""The folder of real pages that benchmarks read: truth.jsonl and html/*.html.gz."""

import gzip
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def articles(folder: Path) -> list[dict[str, Any]]:
    """Return the rows of the truth that are articles; leaves with one line where there is no such folder."""
    truth = folder / "truth.jsonl"
    if not truth.is_file():
        sys.exit(f"no corpus here: {truth} is missing")
    with truth.open(encoding="utf-8") as lines:
        rows = [row for row in map(json.loads, lines) if row["kind"] == "article"]
    if not rows:
        sys.exit(f"no corpus here: {truth} names no article")
    return rows


def pages(folder: Path) -> Iterator[tuple[bytes, str]]:
    """Yield the bytes and the address of each article."""
    for row in articles(folder):
        yield gzip.decompress((folder / row["file"]).read_bytes()), row["url"]
