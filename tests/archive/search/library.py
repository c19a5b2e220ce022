"""Archives for tests of search: rows written as the product writes them, without captures, hundreds in a second."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from archive.db import atomic, open_archive
from archive.identity import article_key, first_id_of
from archive.keys import language_token, mark_token, section_token, site_token, state_token
from archive.model import Article, Image, Stamp
from archive.readings import current_columns
from archive.rows import insert_row
from archive.words import count_words

SEEN = "2024-01-01T00:00:00Z"
DAY = dt.date(2020, 1, 1)


@dataclass(frozen=True)
class Told:
    """One article: its text, and what filters look at."""

    body: str
    title: str | None = "Title"
    day: dt.date = DAY
    language: str = "en"
    site: str = "herald"
    sections: tuple[str, ...] = ("news",)
    caption: str | None = None
    source: str | None = None
    byline: tuple[str, ...] = ()
    updated: dt.date | None = None
    state: str = "live"
    marks: tuple[str, ...] = ()


def library(path: Path, told: Iterable[Told], *, counted: bool = True) -> Database:
    """Return an archive that holds these articles; ids follow their order within a day."""
    db = open_archive(path)
    with atomic(db):
        sections: dict[tuple[str, str], int] = {}
        for each in told:
            _write(db, each, [_section(db, sections, each.site, key) for key in each.sections])
    if counted:
        count_words(db)
    return db


def _section(db: Database, known: dict[tuple[str, str], int], site: str, key: str) -> int:
    if not any(name == site for name, _ in known):
        insert_row(db, "sites", {"id": site, "name": site, "url": f"https://{site}.example/"})
    if (site, key) not in known:
        row = {"site_id": site, "key": key, "name": key, "url": f"https://{site}.example/{key}"}
        known[site, key] = insert_row(db, "sections", row)
    return known[site, key]


def _write(db: Database, told: Told, sections: Sequence[int]) -> None:
    low = first_id_of(told.day)
    (last,) = db.conn.execute(
        "SELECT max(id) FROM articles WHERE id >= ? AND id < ?", (low, low + (1 << 24))
    ).fetchone()
    article_id = low if last is None else last + 1
    url = f"https://{told.site}.example/{article_id}"
    updated = told.updated or told.day
    images = (Image(f"{url}.jpg", told.caption),) if told.caption else ()
    article = Article(
        url=url, title=told.title, body=told.body, images=images, source=told.source, byline=told.byline,
        language=told.language, published=Stamp(told.day.isoformat(), told.day, "day"),
        updated=Stamp(updated.isoformat(), updated, "day"),
    )  # fmt: skip
    tokens = [
        site_token(told.site),
        *map(section_token, sections),
        language_token(told.language),
        state_token(told.state),
    ]
    row = {
        "id": article_id, "key": article_key(url), "site_id": told.site, "url": url, "first_seen": SEEN,
        "last_seen": SEEN, **current_columns(article, ()), "state": told.state,
        "keys": " ".join([*tokens, *map(mark_token, told.marks)]),
    }  # fmt: skip
    insert_row(db, "articles", row)
