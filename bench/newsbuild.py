"""Builds an archive of invented news with the product's own columns, folding, keys and indexes; measures the ingest."""

import datetime as dt
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from sqlite_utils import Database

from archive.db import atomic, open_archive
from archive.identity import article_key, first_id_of
from archive.keys import language_token, mark_token, section_token, site_token, state_token
from archive.model import Article, Image, Stamp
from archive.readings import current_columns
from archive.rows import insert_row
from archive.words import count_words
from bench.newstext import NewsText

SITES, SECTIONS_A_SITE, YEARS = 20, 10, 10
FIRST_DAY, DAYS = dt.date(2014, 1, 1), 3652
# A tenth of the articles: these two sites write Chinese, and all of theirs is.
CHINESE_SITES = (4, 11)
BATCH = 100
_SEEN = "2024-01-01T00:00:00Z"


@dataclass(frozen=True, slots=True)
class Built:
    """What building cost: CPU seconds of storing alone, and of counting words; bytes of plain text."""

    articles: int
    text: int
    ingest: float
    counting: float

    @property
    def rate(self) -> float:
        """Articles stored in a second of CPU."""
        return self.articles / self.ingest


def build(path: Path, number: int, seed: int = 1) -> Built:
    """Write so many articles into a new archive, in the order of their days."""
    with closing(open_archive(path)) as db:
        # What a batch of the benchmark writes is safe to lose.
        db.conn.execute("PRAGMA synchronous=OFF")
        sections = _write_sites(db)
        spent, text, batch = 0.0, 0, []
        for article, place in _articles(number, seed):
            batch.append((article, place))
            text += len(article.body.encode()) + len((article.title or "").encode()) + len(article.captions.encode())
            if len(batch) == BATCH:
                spent += _store(db, batch, sections)
                batch = []
        spent += _store(db, batch, sections)
        begun = time.thread_time()
        count_words(db)
        counting = time.thread_time() - begun
        db.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return Built(number, text, spent, counting)


def write_on(path: Path) -> None:
    """Store ever more articles of new days, as fast as it goes, a batch at a time; says so once the first is stored."""
    with closing(open_archive(path)) as db:
        (last,) = db.conn.execute("SELECT max(id) >> 24 FROM articles").fetchone()
        later = dt.timedelta(last + 1 - FIRST_DAY.toordinal())
        sections = {
            (int(site.removeprefix("site")), int(key.removeprefix("section"))): number
            for number, site, key in db.conn.execute("SELECT id, site_id, key FROM sections")
        }
        batch: list[tuple[Article, Place]] = []
        for article, place in _articles(1_000_000, seed=int(time.time())):
            moved = replace(place, day=place.day + later)
            url = f"https://site{place.site}.example/{moved.day}/{place.rank}-{time.time_ns()}"
            batch.append((replace(article, url=url), moved))
            if len(batch) == BATCH:
                _store(db, batch, sections)
                print("stored", flush=True)
                batch = []


@dataclass(frozen=True, slots=True)
class Place:
    """Where an article stands: its number of the day, site, sections; whether an image and a change are known."""

    day: dt.date
    rank: int
    site: int
    sections: tuple[int, ...]
    image: bool
    changed: bool
    gone: bool


def _articles(number: int, seed: int) -> Iterator[tuple[Article, Place]]:
    """Yield the articles by day; topics come, are in the news for some weeks, and go."""
    text = NewsText(seed)
    random = np.random.default_rng(seed + 10)
    shares = (np.arange(SITES) + 2.0) ** -0.8
    others = [site for site in range(SITES) if site not in CHINESE_SITES]
    steps = np.cumsum(shares[others] / shares[others].sum())
    days = np.sort((DAYS * random.random(number) ** 0.8).astype(int))
    rank, before = 0, -1
    for index, offset in enumerate(days.tolist()):
        rank = rank + 1 if offset == before else 0
        before = offset
        chinese = index % 10 == 0
        site = CHINESE_SITES[index // 10 % 2] if chinese else others[int(np.searchsorted(steps, random.random()))]
        topic = (offset // 20 * 7 + int(25 * random.random() ** 2)) * 13
        draft = text.draft(topic, chinese=chinese)
        sections = {int(SECTIONS_A_SITE * random.random() ** 1.6) for _ in range(1 + int(random.random() < 0.15))}
        day = FIRST_DAY + dt.timedelta(offset)
        chances = random.random(3)
        changed, gone = bool(chances[0] < 0.05), bool(chances[1] < 0.01)
        place = Place(day, rank, site, tuple(sorted(sections)), bool(draft.captions), changed, gone)
        yield _article(draft.title, draft.body, draft.captions, place, chinese=chinese), place


def _article(title: str, body: str, captions: str | None, place: Place, *, chinese: bool) -> Article:
    url = f"https://site{place.site}.example/{place.day}/{place.rank}"
    stamp = Stamp(place.day.isoformat(), place.day, "day")
    source = f"Agency {place.rank % 7}" if place.rank % 3 else f"Site {place.site}"
    images = (Image(f"{url}.jpg", captions),) if captions else ()
    return Article(
        url=url, title=title, body=body, images=images, published=stamp, updated=stamp, source=source,
        byline=(f"Writer {place.rank % 40} of {place.site}",), language="zh" if chinese else "en",
    )  # fmt: skip


def _write_sites(db: Database) -> dict[tuple[int, int], int]:
    found = {}
    with atomic(db):
        for site in range(SITES):
            name = f"site{site}"
            insert_row(db, "sites", {"id": name, "name": name, "url": f"https://{name}.example/"})
            for section in range(SECTIONS_A_SITE):
                key = f"section{section}"
                row = {"site_id": name, "key": key, "name": key, "url": f"https://{name}.example/{key}"}
                found[site, section] = insert_row(db, "sections", row)
    return found


def _store(db: Database, batch: list[tuple[Article, Place]], sections: dict[tuple[int, int], int]) -> float:
    begun = time.thread_time()
    with atomic(db):
        for article, place in batch:
            article_id = first_id_of(place.day) + place.rank
            ids = [sections[place.site, section] for section in place.sections]
            row = {
                "id": article_id, "key": article_key(article.url), "site_id": f"site{place.site}", "url": article.url,
                "first_seen": _SEEN, "last_seen": _SEEN, **current_columns(article, ()), "body_html": "",
                "state": "gone" if place.gone else "live", "keys": _keys(article, place, ids),
            }  # fmt: skip
            insert_row(db, "articles", row)
            db.conn.executemany("INSERT INTO article_sections VALUES (?, ?, ?)", [(article_id, i, _SEEN) for i in ids])
    return time.thread_time() - begun


def _keys(article: Article, place: Place, sections: list[int]) -> str:
    tokens = [site_token(f"site{place.site}"), state_token("gone" if place.gone else "live")]
    tokens += [section_token(section) for section in sections]
    tokens.append(language_token(article.language or ""))
    tokens += [mark_token(name) for name, holds in (("changed", place.changed), ("image", place.image)) if holds]
    return " ".join(tokens)
