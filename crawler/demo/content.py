"""Read the demo site's articles from the data files beside this module."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from crawler.demo.article import SECTIONS, DemoArticle, DemoImage

if TYPE_CHECKING:
    from crawler.demo.article import Fate

_MARKS: dict[str, Fate] = {"@image": "good", "@broken": "broken", "@missing": "missing"}
_SUMMARY_LENGTH = {"en": 150, "zh": 60}


def load() -> tuple[DemoArticle, ...]:
    """Return every article that a listing shows, the dead link included, each joined to its twin."""
    rows = [(key, row) for key in SECTIONS for row in _rows(key)]
    paths = {row["number"]: article_path(key, row["number"], row["date"]) for key, row in rows}
    twins = {row["number"]: row["twin"] for _, row in rows if "twin" in row}
    twins |= {english: chinese for chinese, english in twins.items()}
    articles = (_article(key, row) for key, row in rows)
    return tuple(replace(article, twin=paths.get(twins.get(article.number))) for article in articles)


def article_path(section: str, number: int, day: str) -> str:
    """Return the path of an article's first page."""
    folder = "/cn" if section == "cn" else ""
    return f"{folder}/{day[:7]}/{day[8:]}/c_{number}.htm"


def summarize(paragraph: str, language: str) -> str:
    """Return the beginning of a paragraph as listings show it."""
    limit = _SUMMARY_LENGTH[language]
    if len(paragraph) <= limit:
        return paragraph
    cut = paragraph[:limit]
    return (cut if language == "zh" else cut.rpartition(" ")[0]) + "..."


def _rows(key: str) -> list[dict[str, Any]]:
    text = (files("crawler.demo") / f"articles_{key}.toml").read_text(encoding="utf-8")
    rows: list[dict[str, Any]] = tomllib.loads(text)["article"]
    return rows


def _article(key: str, row: dict[str, Any]) -> DemoArticle:
    language = "zh" if key == "cn" else "en"
    pages, images = _read_text(row["text"], row["date"])
    return DemoArticle(
        number=row["number"],
        path=article_path(key, row["number"], row["date"]),
        sections=tuple(row.get("sections", (key,))),
        title=row["title"],
        updated=row["date"],
        source=row.get("source"),
        byline=row.get("byline"),
        pages=pages,
        images=images,
        language=language,
        summary=summarize(pages[0][0], language),
        titleless=row.get("titleless", False),
        stray=row.get("stray"),
        dead=row.get("dead", False),
    )


def _read_text(text: str, day: str) -> tuple[tuple[tuple[str, ...], ...], tuple[DemoImage, ...]]:
    pages: list[list[str]] = [[]]
    images: list[DemoImage] = []
    for line in text.strip().splitlines():
        mark, _, rest = line.partition(" ")
        if mark == "@page":
            pages.append([])
        elif mark in _MARKS:
            name, _, caption = rest.partition("|")
            path = f"/att/{day.replace('-', '')}/{name.strip()}"
            images.append(DemoImage(path, caption.strip(), len(pages), len(pages[-1]), _MARKS[mark]))
        else:
            pages[-1].append(line)
    return tuple(map(tuple, pages)), tuple(images)
