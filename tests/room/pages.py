"""Every page of the reading room, by name: where it stands in the archive that the tests and the docs show."""

from collections.abc import Callable, Mapping

from tests.room.serving import Server


def _picture(server: Server) -> str:
    """Return the picture that stands in most articles."""
    ((sha256,),) = server.workspace.rows(
        "SELECT sha256 FROM images JOIN article_images ON image_id = images.id JOIN versions ON versions.id = version_id "
        "GROUP BY images.id ORDER BY count(DISTINCT versions.article_id) DESC, images.id LIMIT 1"
    )
    return server.room.picture(sha256)


PAGES: Mapping[str, Callable[[Server], str]] = {
    "changes": lambda server: server.room.changes(),
    "pictures": lambda server: server.room.pictures(),
    "picture": _picture,
}
