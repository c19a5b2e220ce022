"""An archive of pictures: what stands on a wall, and who took it."""

from pathlib import Path
from typing import Any

from archive.datasette_plugin.addresses import Room
from archive.model import Image
from archive.words import count_words
from crawler.workspace import make_workspace
from tests.archive.keeping import OTHER_SITE, Keeping, article, day_of, picture, sha256

ROOM = Room("/archive")
SHIP, CRANE, LOGO, QUAY, GONE, CHINESE = (
    picture(color) for color in ("red", "green", "white", "blue", "black", "yellow")
)
SHIP_ID, CRANE_ID, LOGO_ID, QUAY_ID, GONE_ID, CHINESE_ID = map(sha256, (SHIP, CRANE, LOGO, QUAY, GONE, CHINESE))
HOSTILE = "\"><script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}'"


def show(
    keeping: Keeping, name: str, day: str | None, *shown: tuple[bytes, str | None, str | None], **more: Any
) -> None:
    """Store an article with pictures, each with its caption and credit."""
    url = f"{keeping.site.url}{name}"
    images = [
        Image(f"{url}/{number}.png", caption, credit, more.get("alt"), number)
        for number, (_, caption, credit) in enumerate(shown, 1)
    ]
    got = article(
        f"Text of {name}. {more.get('body', '')}", url=url, images=images, title=more.get("title", name.title()),
        updated=day_of(day) if day else None, language=more.get("language", "en"),
    )  # fmt: skip
    fetched = [keeping.image(f"{url}/{number}.png", data) for number, (data, *_) in enumerate(shown, 1)]
    keeping.store(got, images=fetched)


def fill(root: Path) -> None:
    make_workspace(root)
    keeping = Keeping(root)
    show(keeping, "old", "2024-04-20", (SHIP, "A ship at sea.", "Jane Doe"), (LOGO, None, None))
    show(
        keeping, "may", "2024-05-02",
        (SHIP, "A ship at the quay wall.", "Jane Doe"), (CRANE, "Cranes are lifted.", "Photo/AFP"), (LOGO, None, None),
    )  # fmt: skip
    show(keeping, "undated", None, (QUAY, "=Quay without a day", None))
    # Its second version shows another picture.
    show(keeping, "changed", "2024-05-10", (GONE, "A tug that is not shown any more.", "Jane Doe"))
    show(keeping, "changed", "2024-05-10", (CRANE, "A crane beside a ship", "Photo/AFP"), body="Changed.")
    show(keeping, "hostile", "2024-06-01", (SHIP, HOSTILE, HOSTILE), alt=HOSTILE, title=HOSTILE)
    keeping.again(OTHER_SITE)
    show(keeping, "zh", "2024-05-05", (CHINESE, "市质量技术监督局。", "摄影：王小明"), language="zh")
    count_words(keeping.db)
    keeping.close()
