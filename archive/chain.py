"""The chain over captures: each row hashed with the row before, by id, so that a later change of the past shows."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from typing import Any

from sqlite_utils import Database

# What is hashed, in this order; `revisit_of` only where there is one.
CHAINED = ("url", "fetched_at", "status", "mime", "headers", "digest", "file", "offset", "length", "revisit_of")


def link(previous: str, row_id: int, values: Sequence[Any]) -> str:
    """Return the hash that chains a row's values to the row before (its chain, '' for the first)."""
    said = json.dumps([previous, row_id, *values], ensure_ascii=False, default=bytes.hex)
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()


def chain_head(db: Database) -> str | None:
    """Return the chain of the last capture, None where there is none."""
    row = db.conn.execute("SELECT chain FROM captures ORDER BY id DESC LIMIT 1").fetchone()
    return str(row[0]) if row else None


def recomputed(db: Database) -> Iterator[tuple[int, str, str]]:
    """Yield each capture's id, its chain as stored, and as its row and the stored chain before it give it."""
    previous = ""
    rows = db.conn.execute(f"SELECT id, chain, {', '.join(CHAINED)} FROM captures ORDER BY id")  # noqa: S608
    for row_id, chain, *values in rows:
        if values[-1] is None:
            values.pop()
        yield row_id, chain, link(previous, row_id, values)
        previous = chain
