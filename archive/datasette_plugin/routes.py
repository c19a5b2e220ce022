"""All addresses that the plugin answers."""

from archive.datasette_plugin import (
    articles,
    captures,
    changes,
    cites,
    diffs,
    exporting,
    feeding,
    front,
    images,
    memento,
    pictures,
    restraining,
    searching,
    sites,
    statics,
)

# An article's come last: they take what no other page of an article has taken.
_PAGES = (
    captures, changes, cites, diffs, exporting, feeding, front, images, memento, pictures, restraining, searching,
    sites, statics, articles,
)  # fmt: skip
ROUTES = [route for page in _PAGES for route in page.ROUTES]
