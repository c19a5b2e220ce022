"""Articles as a Parquet table, for data frames and column stores."""

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, BinaryIO

from archive.errors import UsageError
from archive.export.lines import flattened

if TYPE_CHECKING:
    import pyarrow as pa

# A group is written when it has so many rows, or so many characters of text.
_ROWS, _CHARACTERS = 1000, 16_000_000


def write_parquet(rows: Iterable[dict[str, Any]], file: BinaryIO) -> None:
    """Write a table in groups of rows; raises UsageError where pyarrow is not installed."""
    try:
        from pyarrow import Table  # noqa: PLC0415
        from pyarrow.parquet import ParquetWriter  # noqa: PLC0415
    except ImportError as error:
        raise UsageError("Parquet needs pyarrow; install it: pip install 'newsarchive[parquet]'") from error
    schema = _schema()
    with ParquetWriter(file, schema, compression="zstd") as writer:
        for group in _groups(rows):
            writer.write_table(Table.from_pylist(group, schema=schema))


def _schema() -> "pa.Schema":
    import pyarrow as pa  # noqa: PLC0415

    texts, moment = pa.list_(pa.string()), pa.timestamp("us", tz="UTC")
    image = pa.struct(
        [
            ("position", pa.int32()),
            *((name, pa.string()) for name in ("url", "sha256", "error", "caption", "credit", "alt")),
        ]
    )
    capture = pa.struct(
        [
            ("url", pa.string()),
            ("fetched_at", moment),
            ("status", pa.int32()),
            ("position", pa.int32()),
            ("digest", pa.string()),
        ]
    )
    strings = (
        "updated", "updated_raw", "updated_precision", "published", "published_raw", "published_precision",
        "source", "language", "body", "body_html",
    )  # fmt: skip
    return pa.schema([
        ("id", pa.int64()), ("key", pa.string()), ("site", pa.string()), ("sections", texts), ("url", pa.string()),
        ("canonical_url", pa.string()), ("state", pa.string()),
        ("version", pa.int32()), ("current_version", pa.int32()),
        ("seen_at", moment), ("day", pa.date32()), ("title", pa.string()), *((name, pa.string()) for name in strings),
        ("byline", texts), ("breadcrumb", texts), ("images", pa.list_(image)), ("captures", pa.list_(capture)),
        ("first_seen", moment), ("last_seen", moment), ("sha256", pa.string()),
    ])  # fmt: skip


def _groups(rows: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    group: list[dict[str, Any]] = []
    characters = 0
    for row in rows:
        group.append(_typed(row))
        characters += len(row["body"]) + len(row["body_html"])
        if len(group) >= _ROWS or characters >= _CHARACTERS:
            yield group
            group, characters = [], 0
    if group:
        yield group


def _typed(row: dict[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = _whole(flattened(row))
    captures = [each | {"fetched_at": _moment(each["fetched_at"])} for each in flat["captures"]]
    moments = {name: _moment(flat[name]) for name in ("seen_at", "first_seen", "last_seen")}
    return flat | moments | {"captures": captures, "day": dt.date.fromisoformat(flat["day"]) if flat["day"] else None}


def _moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def _whole(value: Any) -> Any:
    """Return a value without half characters, which no column takes."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [_whole(each) for each in value]
    return {name: _whole(each) for name, each in value.items()} if isinstance(value, dict) else value
