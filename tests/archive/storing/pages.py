"""An article as a page shows it, with an image."""

import dataclasses
from typing import Any

from archive.model import Article, Image
from tests.archive.keeping import article

PICTURE = "https://herald.example/img/a.png?w=1&h=2"
A, B = "The harbour is quiet.", "The harbour is closed."


def with_image(body: str = A, *, caption: str | None = "A ship.", url: str = PICTURE, **more: Any) -> Article:
    got = article(body, images=[Image(url, caption, "Photo: X", "ship")], **more)
    return dataclasses.replace(got, body_html=f'<p>{body}</p><img src="{url.replace("&", "&amp;")}"/>')
