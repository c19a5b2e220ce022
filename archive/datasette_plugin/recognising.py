"""Which of Datasette's databases are archives, and which of their files may not be opened as they are."""

import sqlite3
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datasette.app import Datasette

# In SQLite's header the file format says by 2 that there is a write-ahead log (https://sqlite.org/fileformat.html).
_FORMAT_AT, _WITH_LOG = 18, 2


def is_archive(tables: Iterable[str]) -> bool:
    """Return whether tables of these names are an archive's."""
    return {"articles", "articles_fts", "captures", "version_captures"} <= set(tables)


def archives_of(datasette: "Datasette") -> Iterator[str]:
    """Yield the names of the databases that are archives."""
    for name, database in datasette.databases.items():
        path = getattr(database, "path", None)
        if path and file_is_archive(str(path)):
            yield name


@lru_cache(maxsize=64)
def file_is_archive(path: str) -> bool:
    """Return whether a file holds an archive; asked once a file."""
    connection = sqlite3.connect(f"{Path(path).absolute().as_uri()}?mode=ro", uri=True)
    try:
        return is_archive(row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'"))
    except sqlite3.Error:
        return False
    finally:
        connection.close()


def live_but_immutable(datasette: "Datasette") -> str | None:
    """Return the file of an archive that is opened as immutable and may be written meanwhile, None without one.

    SQLite would not look at its log then: what it reads is old, half of it, or not there at all.
    """
    for name in archives_of(datasette):
        database = datasette.databases[name]
        if not database.is_mutable and _has_log(Path(database.path)):
            return str(database.path)
    return None


def _has_log(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(_FORMAT_AT)
        return file.read(1)[:1] == bytes([_WITH_LOG])
