"""Links from Datasette's own pages into the reading room."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from archive.datasette_plugin.addresses import Room
from archive.datasette_plugin.generations import is_visible
from archive.datasette_plugin.recognising import archives_of, file_is_archive

if TYPE_CHECKING:
    from datasette.app import Datasette

# Without these no page has anything to show.
READ = ("articles", "versions", "captures")
_KEY, _DIGEST = re.compile("[a-z2-7]{16}"), re.compile("[0-9a-f]{64}")
_Row = Any
# Which cells lead where; a table of None is what a query finds. Of a row of SQLite's own, `in` would ask the values.
_LEADING: dict[tuple[str | None, str], Callable[[Room, _Row, Any], str | None]] = {
    ("articles", "key"): lambda room, _row, value: _article(room, value),
    ("articles", "id"): lambda room, row, _value: _article(room, row["key"]) if "key" in row.keys() else None,  # noqa: SIM118
    (None, "key"): lambda room, _row, value: _article(room, value),
    ("images", "sha256"): lambda room, _row, value: room.picture(value) if _DIGEST.fullmatch(str(value)) else None,
    ("sites", "id"): lambda room, _row, value: room.site(str(value)),
    ("sites", "name"): lambda room, row, _value: room.site(row["id"]) if "id" in row.keys() else None,  # noqa: SIM118
}


def cell(datasette: "Datasette", database: str | None, place: tuple[str | None, str], row: _Row, value: Any) -> Any:
    """Return a cell of an archive as a link, None where it leads nowhere; `place` is the table and the column."""
    from markupsafe import Markup  # noqa: PLC0415

    lead = _LEADING.get(place)
    if lead is None or not value or database is None or not _is_archive(datasette, database):
        return None
    address = lead(Room(str(datasette.urls.database(database))), row, value)
    return Markup('<a href="{}">{}</a>').format(address, value) if address else None


def table_links(datasette: "Datasette", database: str, table: str) -> list[dict[str, str]]:
    """Return what the menu of a table's page offers."""
    if not _is_archive(datasette, database):
        return []
    room = Room(str(datasette.urls.database(database)))
    known = {
        "articles": (room.search(), "Search in the reading room"), "images": (room.pictures(), "See the pictures"),
        "article_images": (room.pictures(), "See the pictures"), "events": (room.changes(), "Read what happened"),
    }  # fmt: skip
    return [{"href": known[table][0], "label": known[table][1]}] if table in known else []


def database_links(datasette: "Datasette", database: str) -> list[dict[str, str]]:
    """Return what the menu of a database's page offers."""
    if not _is_archive(datasette, database):
        return []
    room = Room(str(datasette.urls.database(database)))
    return [{"href": room.front(), "label": "Open the reading room"}]


async def menu(datasette: "Datasette", actor: dict[str, Any] | None, path: str) -> list[dict[str, str]]:
    """Return what Datasette's own menu offers: the reading room of every archive that the actor may see."""
    if "/-/" in path:
        return []
    names = [name for name in archives_of(datasette) if await is_visible(datasette, actor, name, READ)]
    said = "Reading room" if len(names) == 1 else "Reading room of {}"
    return [{"href": Room(str(datasette.urls.database(name))).front(), "label": said.format(name)} for name in names]


def _article(room: Room, key: Any) -> str | None:
    return room.article(key) if isinstance(key, str) and _KEY.fullmatch(key) else None


def _is_archive(datasette: "Datasette", database: str) -> bool:
    found = datasette.databases.get(database)
    path = getattr(found, "path", None)
    return bool(path) and file_is_archive(str(path))
