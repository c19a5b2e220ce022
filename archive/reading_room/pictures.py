"""The picture wall: the kept images of articles as they are shown now, the newest article first, each image once."""

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from heapq import merge
from itertools import islice
from typing import Any, NamedTuple

from sqlite_utils import Database

from archive.errors import NotFoundError
from archive.folding import fold
from archive.identity import DAY_SHIFT, day_of_id, first_id_of
from archive.search import Filters, Problem
from archive.search.captions import CaptionSearch
from archive.search.query import Days
from archive.search.running import Scope, scope_of

PAGE = 60
# So many places are looked at for one page, fewer where words are looked for; then the reader is asked to go on.
_LOOK, _LOOK_FOR_WORDS, _LOOK_AT_USES, _AT_ONCE = 2_000, 1_000, 2_000, 250
# What may be taken away at once, in so many looks.
MOST, MOST_BYTES, _LOOKS = 1_000, 500_000_000, 30
_CREDITS, _LIKE = 40, 2_000
# Uses of an image are counted up to here.
MANY = 100
_DAYS = (dt.date.min, dt.date.max)
Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which pictures are asked for: words of their captions, a credit as printed, a site, days (both inclusive)."""

    text: str = ""
    credit: str | None = None
    site: str | None = None
    since: dt.date | None = None
    until: dt.date | None = None

    @property
    def is_all(self) -> bool:
        """Whether nothing is narrowed."""
        return self == Wanted()


@dataclass(frozen=True, slots=True)
class Picture:
    """An image in the newest article that shows it; `articles` is in how many, counted up to MANY."""

    place: Place
    articles: int
    sha256: str
    path: str
    mime: str
    width: int | None
    height: int | None
    bytes: int
    url: str | None
    caption: str | None
    credit: str | None
    alt: str | None
    key: str
    title: str | None
    language: str | None
    address: str
    site: str
    day: str | None


@dataclass(frozen=True, slots=True)
class Summary:
    """How many pictures fit and their commonest credits, counted on the newest so many places where `is_part`."""

    number: int
    places: int
    is_part: bool
    credits: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Wall:
    """A page of pictures; `before` is where the next one begins, `is_short` says that the look was ended early."""

    wanted: Wanted
    pictures: tuple[Picture, ...]
    before: Place | None
    is_short: bool
    sites: tuple[str, ...]
    # The nearest months with pictures before and after the days that are asked for.
    months: tuple[str | None, str | None] = (None, None)
    summary: Summary | None = None
    problems: tuple[Problem, ...] = ()
    # Credits that hold what was asked for, where it is none as printed.
    like: tuple[tuple[str, int], ...] = ()


class _Row(NamedTuple):
    article_id: int
    position: int
    image_id: int
    version_id: int
    site: str
    credit: str | None

    @property
    def place(self) -> Place:
        return self.article_id, self.position


def read_wall(db: Database, wanted: Wanted, before: Place | None = None, page: int = PAGE) -> Wall:
    """Return a page of the wall below a place; raises NotFoundError for a site that the archive does not have."""
    sites = _sites(db, wanted.site)
    looking = _Looking(db, wanted)
    rows, more = looking.page(before, page)
    pictures = tuple(picture for row in rows if (picture := _picture(db, row)))
    like = _like(db, wanted.credit) if wanted.credit and not pictures else ()
    summary = looking.summary() if before is None else None
    if summary and wanted.credit:
        beside = _Looking(db, replace(wanted, credit=None)).summary()
        summary = replace(summary, credits=beside.credits if beside else ())
    return Wall(wanted, pictures, more, looking.is_short, sites, looking.months(), summary, looking.problems, like)


def read_selection(db: Database, wanted: Wanted, before: Place | None) -> tuple[tuple[Picture, ...], Place | None]:
    """Return the next pictures to take away, as many as one may have at once, and where the next ones begin."""
    _sites(db, wanted.site)
    found: dict[str, Picture] = {}
    weight = 0
    for _ in range(_LOOKS):
        rows, more = _Looking(db, wanted).page(before, _AT_ONCE)
        for picture in filter(None, (_picture(db, row) for row in rows)):
            weight += picture.bytes if picture.sha256 not in found else 0
            if len(found) == MOST or (weight > MOST_BYTES and found):
                return tuple(found.values()), before
            found.setdefault(picture.sha256, picture)
            before = picture.place
        before = more
        if more is None:
            break
    return tuple(found.values()), before


def newest_place(db: Database, sha256: str) -> Place | None:
    """Return where an image stands on the whole wall, None where no article shows it now."""
    row = db.conn.execute("SELECT id FROM images WHERE sha256 = ?", (sha256,)).fetchone()
    found = next(_Looking(db, Wanted()).uses(row[0]), None) if row else None
    return found.place if found else None


def above(db: Database, place: Place) -> str | None:
    """Return the image before a place of the whole wall, None where there is none near."""
    rows = db.conn.execute(
        "SELECT * FROM (SELECT * FROM pictures WHERE article_id = ?1 AND position < ?2 ORDER BY position DESC LIMIT 9) "
        "UNION ALL SELECT * FROM (SELECT * FROM pictures WHERE article_id > ?1 ORDER BY article_id, position DESC "
        "LIMIT 50)",
        place,
    ).fetchall()
    looking = _Looking(db, Wanted())
    found = next((row for row in map(_row, rows) if looking.is_newest_use(row)), None)
    picture = _picture(db, found) if found else None
    return picture.sha256 if picture else None


class _Looking:
    """One look at the wall."""

    def __init__(self, db: Database, wanted: Wanted) -> None:
        self._db, self._wanted = db, wanted
        self.is_short = False
        self._words: CaptionSearch | None = None
        self._days = Scope()
        if wanted.text.strip():
            filters = Filters(wanted.site, None, wanted.since, wanted.until)
            self._words = CaptionSearch(db, wanted.text, filters, wanted.credit)
        elif wanted.since or wanted.until:
            self._days = scope_of(db, [Days("day", wanted.since or _DAYS[0], wanted.until or _DAYS[1])])

    @cached_property
    def _strangers(self) -> frozenset[int]:
        return frozenset(self._days.strangers)

    @cached_property
    def _moved(self) -> list[_Row]:
        return _places_of(self._db, self._days.guests) if self._days.guests else []

    @property
    def problems(self) -> tuple[Problem, ...]:
        return self._words.problems if self._words else ()

    def page(self, before: Place | None, number: int) -> tuple[list[_Row], Place | None]:
        """Return the next so many pictures that fit, and the place after which others may follow."""
        found: list[_Row] = []
        seen: set[int] = set()
        last = before
        limit = _LOOK_FOR_WORDS if self._words else _LOOK
        for looked, (row, fits) in enumerate(self._candidates(before)):
            if looked == limit:
                self.is_short = True
                break
            if fits and row.image_id not in seen and (self._words or self.is_newest_use(row)):
                if len(found) == number:
                    return found, found[-1].place
                seen.add(row.image_id)
                found.append(row)
            last = row.place
        self.is_short = self.is_short or (self._words is not None and self._words.stopped)
        return found, last if self.is_short and last != before else None

    def summary(self) -> Summary | None:
        """Return what all that fits is made of, as far as a short look reaches; None where words are looked for."""
        if self._words:
            return None
        looked = [*islice(self._rows(None), _LOOK)]
        rows = [*filter(self._fits, looked)]
        numbers = Counter(row.credit for row in rows if row.credit)
        named = numbers.most_common(_CREDITS)
        if self._wanted.is_all:
            named = self._db.conn.execute(
                "SELECT credit, pictures FROM credits ORDER BY pictures DESC LIMIT ?", (_CREDITS,)
            ).fetchall()
        return Summary(len({row.image_id for row in rows}), len(rows), len(looked) == _LOOK, tuple(named))

    def months(self) -> tuple[str | None, str | None]:
        """Return the nearest months with pictures before and after the days."""
        where, values = self._narrowest(None)
        found: list[str | None] = []
        for day, fits, extreme in ((self._wanted.since, "<", "max"), (self._wanted.until, ">=", "min")):
            edge = first_id_of(day) + (1 << DAY_SHIFT) * (extreme == "min") if day else None
            sql = f"SELECT {extreme}(article_id) FROM pictures {where} AND article_id {fits} :edge"  # noqa: S608
            (near,) = self._db.conn.execute(sql, values | {"edge": edge}).fetchone()
            found.append(day_of_id(near).isoformat()[:7] if near else None)
        return found[0], found[1]

    def is_newest_use(self, row: _Row) -> bool:
        """Return whether no place above this one shows the same image and fits."""
        first = next(filter(self._fits, islice(self.uses(row.image_id), _LOOK_AT_USES)), row)
        return first.place == row.place

    def uses(self, image_id: int) -> Iterator[_Row]:
        """Yield the places of an image within the days."""
        return self._rows(None, image_id)

    def _fits(self, row: _Row) -> bool:
        wanted = self._wanted
        return (wanted.site is None or row.site == wanted.site) and (
            wanted.credit is None or row.credit == wanted.credit
        )

    def _rows(self, before: Place | None, image_id: int | None = None) -> Iterator[_Row]:
        """Yield places on the wall, the newest article first, by the narrowest index."""
        if self._days.impossible:
            return iter(())
        within, guests = self._lane(before, image_id), self._guests(before, image_id)
        return merge(within, guests, key=lambda row: (-row.article_id, row.position))

    def _narrowest(self, image_id: int | None) -> tuple[str, dict[str, object]]:
        if image_id is not None:
            return "INDEXED BY pictures_image WHERE image_id = :named", {"named": image_id}
        if self._wanted.credit is not None:
            return "INDEXED BY pictures_credit WHERE credit = :named", {"named": self._wanted.credit}
        if self._wanted.site is not None:
            return "INDEXED BY pictures_site WHERE site_id = :named", {"named": self._wanted.site}
        return "WHERE 1", {}

    def _lane(self, before: Place | None, image_id: int | None) -> Iterator[_Row]:
        where, values = self._narrowest(image_id)
        article_id, position = before or (self._days.high, 0)
        number = 8 if image_id is not None else _AT_ONCE
        while True:
            rows = self._db.conn.execute(
                f"SELECT * FROM pictures {where} AND article_id >= :low AND article_id <= :last AND article_id < :high "  # noqa: S608
                "AND NOT (article_id = :last AND position <= :position) ORDER BY article_id DESC, position LIMIT :many",
                values | {"low": self._days.low, "high": self._days.high, "last": article_id, "position": position,
                          "many": number},
            ).fetchall()  # fmt: skip
            yield from (row for row in map(_row, rows) if row.article_id not in self._strangers)
            if len(rows) < number:
                return
            (article_id, position, *_), number = rows[-1], _AT_ONCE

    def _guests(self, before: Place | None, image_id: int | None) -> Iterator[_Row]:
        """Yield the places in articles whose ids lie outside the days, and whose day does not."""
        return (row for row in self._moved if _is_below(row, before) and image_id in (None, row.image_id))

    def _candidates(self, before: Place | None) -> Iterator[tuple[_Row, bool]]:
        """Yield places on the wall, and whether each fits."""
        if self._words is None:
            yield from ((row, self._fits(row)) for row in self._rows(before))
            return
        articles = self._words.articles(before[0] if before else None)
        while some := tuple(islice(articles, _AT_ONCE // 5)):
            for row, caption in _with_captions(self._db, some):
                if _is_below(row, before):
                    yield row, self._fits(row) and self._words.fits(caption)


def _row(row: Sequence[Any]) -> _Row:
    return _Row(*row)


def _is_below(row: _Row, place: Place | None) -> bool:
    return place is None or (-row.article_id, row.position) > (-place[0], place[1])


def _places_of(db: Database, articles: Sequence[int]) -> list[_Row]:
    rows = db.conn.execute(
        "SELECT * FROM pictures WHERE article_id IN (SELECT value FROM json_each(?)) "
        "ORDER BY article_id DESC, position",
        (json.dumps(articles),),
    )
    return [*map(_row, rows)]


def _with_captions(db: Database, articles: Sequence[int]) -> list[tuple[_Row, str]]:
    """Return the places in these articles, each with its caption and credit as they are searched."""
    rows = db.conn.execute(
        "SELECT pictures.*, article_images.caption, article_images.credit FROM pictures "
        "JOIN article_images USING (version_id, position) "
        "WHERE pictures.article_id IN (SELECT value FROM json_each(?)) ORDER BY pictures.article_id DESC, position",
        (json.dumps(articles),),
    )
    return [
        (_Row(*row), " ".join(filter(None, said))) for *row, caption, credit in rows for said in [(caption, credit)]
    ]


def _sites(db: Database, wanted: str | None) -> tuple[str, ...]:
    sites = tuple(row[0] for row in db.conn.execute("SELECT id FROM sites ORDER BY id"))
    if wanted is not None and wanted not in sites:
        raise NotFoundError(f"no site {wanted!r} in the archive; it has: {', '.join(sites) or 'none yet'}")
    return sites


def _like(db: Database, credit: str) -> tuple[tuple[str, int], ...]:
    """Return the commonest credits that hold a text, whatever its case; none where it is one itself."""
    if db.conn.execute("SELECT 1 FROM credits WHERE credit = ?", (credit,)).fetchone():
        return ()
    rows = db.conn.execute("SELECT credit, pictures FROM credits ORDER BY pictures DESC LIMIT ?", (_LIKE,)).fetchall()
    return tuple((known, number) for known, number in rows if fold(credit) in fold(known))[:_CREDITS]


_PICTURE = """
SELECT sha256, path, images.mime, width, height, bytes, shown.url, shown.caption, shown.credit, shown.alt,
articles.key, articles.title, articles.language, articles.url, articles.site_id, articles.day
FROM images JOIN article_images shown ON shown.version_id = ? AND shown.position = ?
JOIN articles ON articles.id = shown.article_id LEFT JOIN captures ON captures.id = images.capture_id
WHERE images.id = ? AND captures.withdrawn IS NULL
"""


def _picture(db: Database, row: _Row) -> Picture | None:
    """Return what stands at a place, None where it is withdrawn."""
    found = db.conn.execute(_PICTURE, (row.version_id, row.position, row.image_id)).fetchone()
    (articles,) = db.conn.execute(
        "SELECT count(*) FROM (SELECT DISTINCT article_id FROM pictures WHERE image_id = ? LIMIT ?)",
        (row.image_id, MANY),
    ).fetchone()
    return Picture(row.place, articles, *found) if found else None
