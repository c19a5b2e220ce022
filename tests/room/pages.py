"""Every page of the reading room, by name: where it stands in the archive that the tests and the docs show."""

from collections.abc import Callable, Mapping

from tests.room.serving import Server

PAGES: Mapping[str, Callable[[Server], str]] = {
    "changes": lambda server: server.room.changes(),
}
