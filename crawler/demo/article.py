"""The values of which the demo site is made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Fate = Literal["good", "broken", "missing"]
Look = Literal["old", "new"]

SECTIONS: Mapping[str, tuple[str, str]] = {
    "updates": ("Updates", "/updates.html"),
    "notices": ("Notices", "/notices.html"),
    "press": ("Press Releases", "/pressreleases.html"),
    "cn": ("动态", "/cn/updates.html"),
}


def written_day(day: str, language: str) -> str:
    """Return a day YYYY-MM-DD as pages of a language write it."""
    if language != "zh":
        return day
    year, month, date = map(int, day.split("-"))
    return f"{year}年{month}月{date}日"


@dataclass(frozen=True, slots=True)
class DemoImage:
    """One image of an article, with its place and what its address answers."""

    path: str
    caption: str  # with its credit, '' where there is none
    page: int = 1
    before: int = 0  # the paragraph of its page that it stands in front of
    fate: Fate = "good"
    take: int = 1  # another one is another photograph under the same address


@dataclass(frozen=True, slots=True)
class DemoArticle:
    """One article as the site knows it, against which a crawl can be compared."""

    number: int
    path: str
    sections: tuple[str, ...]
    title: str
    updated: str  # YYYY-MM-DD
    source: str | None
    byline: str | None
    pages: tuple[tuple[str, ...], ...]  # the paragraphs of each page, without captions
    images: tuple[DemoImage, ...]
    language: str
    summary: str
    twin: str | None = None  # the path of the same article in the other language
    titleless: bool = False  # only the listing says the title
    stray: str | None = None  # an image's name that stands as a line of text
    dead: bool = False  # listed, but its page is gone
    look: Look = "old"  # the content management system that made its page

    @property
    def page_paths(self) -> tuple[str, ...]:
        """Return the path of each page, the article's own first."""
        stem = self.path.removesuffix(".htm")
        return (self.path, *(f"{stem}_{page}.htm" for page in range(2, len(self.pages) + 1)))


@dataclass(frozen=True, slots=True)
class Reply:
    """What the site answers to one path."""

    status: int
    content_type: str
    body: bytes
