"""Every page of the reading room, by name: where it stands in the archive that the tests and the docs show."""

from collections.abc import Callable, Mapping

from tests.room.serving import Server


def _article(title: str, page: str = "article", **asked: object) -> Callable[[Server], str]:
    """Return what leads to a page of the article that has such a title now."""
    return lambda server: getattr(server.room, page)(server.key_of(title), **asked)


def _capture(server: Server) -> int:
    """Return the first capture of the first article."""
    ((number,),) = server.workspace.rows("SELECT capture_id FROM version_captures ORDER BY version_id LIMIT 1")
    return int(number)


def _picture(server: Server) -> str:
    """Return the picture that stands in most articles."""
    ((sha256,),) = server.workspace.rows(
        "SELECT sha256 FROM images JOIN article_images ON image_id = images.id "
        "JOIN versions ON versions.id = version_id "
        "GROUP BY images.id ORDER BY count(DISTINCT versions.article_id) DESC, images.id LIMIT 1"
    )
    return server.room.picture(sha256)


def _withdrawn(server: Server) -> str:
    """Return the page of the article that was taken down."""
    ((key,),) = server.workspace.rows("SELECT key FROM articles WHERE state = 'withdrawn'")
    return server.room.article(key)


# What stands before a dash is the template.
PAGES: Mapping[str, Callable[[Server], str]] = {
    "front": lambda server: server.room.front(),
    "site": lambda server: server.room.site("demo"),
    "site-stopped": lambda server: server.room.site("courier"),
    "article": _article("Inspection reports of 8,430 lifts"),
    "article-early": _article("Inspection reports of 8,430 lifts", version=1),
    "article-gone": _article("Old gas bottles"),
    "article-pictures": _article("Seal freed from the lift"),
    "article-attachment": _article("Night ferry"),
    "article-chinese": _article("灯笼码头设立市民免费校准室"),
    "article-arabic": _article("سوق السمك"),
    "diff": _article("Inspection reports of 8,430 lifts", "diff", from_=1, to=3),
    "diff-picture": _article("Fishing co-operative", "diff", from_=1, to=2),
    "cite": _article("Inspection reports of 8,430 lifts", "cite"),
    "related": _article("Bureau opens a public", "related"),
    "attachment": lambda server: server.room.attachment(server.key_of("Night ferry"), 1),
    "capture": lambda server: server.room.capture(_capture(server)),
    "search": lambda server: server.room.search(q="harbour"),
    "search-chinese": lambda server: server.room.search(q="校准"),
    "search-nothing": lambda server: server.room.search(q="xylophone", site="demo"),
    "export": lambda server: server.room.export(q="lift"),
    "changes": lambda server: server.room.changes(),
    "pictures": lambda server: server.room.pictures(),
    "picture": _picture,
    "unchanged": _article("Bureau opens a public", "diff"),
    "withdrawn": _withdrawn,
    "absent": lambda server: server.room.article("a" * 16),
}
# What they answer, where it is not 200.
STATUS = {"withdrawn": 410, "absent": 404}
