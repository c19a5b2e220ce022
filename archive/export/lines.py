"""Articles as lines: JSON, and tables for spreadsheets (RFC 4180)."""

import csv
import io
import json
from collections.abc import Iterable, Sequence
from typing import Any

from archive.export.placing import Sink

COLUMNS = (
    "id", "key", "site", "sections", "url", "canonical_url", "state", "version", "current_version", "seen_at", "day",
    "title", "updated", "updated_raw", "updated_precision", "published", "published_raw", "published_precision",
    "source", "byline", "breadcrumb", "language", "body", "images", "first_seen", "last_seen", "sha256",
)  # fmt: skip
# What begins so is a formula to a spreadsheet, and pages are written by strangers.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
BOM = "\ufeff".encode()


def write_jsonl(rows: Iterable[dict[str, Any]], sink: Sink) -> None:
    """Write one JSON object a line, in UTF-8."""
    for row in rows:
        sink.write(json.dumps(row, ensure_ascii=False).encode("utf-8", "replace") + b"\n")


def write_csv(rows: Iterable[dict[str, Any]], sink: Sink, *, bom: bool) -> None:
    """Write articles as a table."""
    write_table(COLUMNS, map(flattened, rows), sink, bom=bom)


def write_table(columns: Sequence[str], rows: Iterable[dict[str, Any]], sink: Sink, *, bom: bool) -> None:
    """Write a table with a head; lists are JSON, and an apostrophe stands before what a spreadsheet would compute.

    Spreadsheets know UTF-8 by a `bom` alone; tools behind a pipe do not want one.
    """
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)

    def put(cells: Iterable[Any]) -> None:
        writer.writerow(cells)
        sink.write(buffer.getvalue().encode("utf-8", "replace"))
        buffer.seek(0)
        buffer.truncate()

    if bom:
        sink.write(BOM)
    put(columns)
    for row in rows:
        put(_cell(row[name]) for name in columns)


def flattened(row: dict[str, Any]) -> dict[str, Any]:
    """Return an article's version with a value a column: dates in three, its captures as the first one's digest."""
    dates = {
        f"{name}{suffix}": (row[name] or {}).get(part)
        for name in ("updated", "published")
        for suffix, part in (("", "value"), ("_raw", "raw"), ("_precision", "precision"))
    }
    return row | dates | {"sha256": sha256_of(row["captures"])}


def sha256_of(captures: list[dict[str, Any]]) -> str | None:
    """Return the digest of the first capture that showed a version, as hexadecimal digits."""
    return next((str(each["digest"]).removeprefix("sha256:") for each in captures if each["digest"]), None)


def _cell(value: Any) -> Any:
    if isinstance(value, list):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value
