"""What is in the archive, for its front page: read from roll-ups and the ends of indexes, at any size."""

import datetime as dt
from collections import Counter, defaultdict
from dataclasses import dataclass

from sqlite_utils import Database

from archive.chronicle.reading import Entry, Scope, read_entries
from archive.hosts import HostRow, resting
from archive.marks import every_tag
from archive.model import utc_now
from archive.notices import Notice, read_notices
from archive.reading_room.searching import first_pictures
from archive.reading_room.standing import Standing, read_standings
from archive.watching.saved import Watch, read_watches

NEWEST, CHANGES, TAGS = 12, 12, 30
SERIES = 8
OTHERS = "others"
# Past so many the page says "more than": no page walks through what a site did to all of its articles at once.
MOST = 10_000
WEEK = dt.timedelta(days=7)
_TOLD = ("changed", "moved", "gone", "returned")


@dataclass(frozen=True, slots=True)
class Totals:
    """How much there is; `received` are bytes of bodies over all runs, the days those of the first and last article."""

    articles: int
    versions: int
    images: int
    image_bytes: int
    received: int
    sites: int
    first_day: dt.date | None
    last_day: dt.date | None


@dataclass(frozen=True, slots=True)
class Card:
    """An article in short; `picture` is the digest of its first one."""

    key: str
    title: str | None
    language: str | None
    site: str
    day: str | None
    state: str
    picture: str | None


@dataclass(frozen=True, slots=True)
class Timeline:
    """Articles a month by site: the largest sites each, the others together."""

    series: tuple[str, ...]
    months: tuple[tuple[str, tuple[int, ...]], ...]


@dataclass(frozen=True, slots=True)
class Week:
    """What changed and vanished since a week ago, the latest first; or, where that is nothing, the latest ever.

    `counts` go up to MOST + 1, which means more than MOST.
    """

    since: dt.date
    counts: dict[str, int]
    entries: tuple[Entry, ...]
    most: int = MOST

    @property
    def is_quiet(self) -> bool:
        """Whether nothing happened in it."""
        return not any(self.counts.values())


@dataclass(frozen=True, slots=True)
class Front:
    """All that the front page shows."""

    totals: Totals
    newest: tuple[Card, ...]
    timeline: Timeline
    week: Week
    sites: tuple[Standing, ...]
    hosts: tuple[HostRow, ...]
    notices: tuple[Notice, ...]
    tags: dict[str, int]
    watches: tuple[Watch, ...]


def read_front(db: Database, now: dt.datetime | None = None) -> Front:
    """Return what the front page shows."""
    now = now or utc_now()
    sites = read_standings(db, now)
    return Front(
        _totals(db, sites),
        _newest(db),
        _timeline(db),
        _week(db, now),
        sites,
        tuple(resting(db, now)),
        # A shift in how pages are read stands at its site.
        tuple(notice for notice in read_notices(db) if notice.kind != "health"),
        dict(list(every_tag(db).items())[:TAGS]),
        tuple(read_watches(db)),
    )


def _totals(db: Database, sites: tuple[Standing, ...]) -> Totals:
    counted: Counter[str] = Counter()
    for name, number in db.conn.execute("SELECT name, number FROM totals"):
        counted[name] += number
    return Totals(
        sum(site.articles for site in sites),
        counted["versions"],
        counted["images"],
        counted["image_bytes"],
        counted["bytes"],
        len(sites),
        min((site.first_day for site in sites if site.first_day), default=None),
        max((site.last_day for site in sites if site.last_day), default=None),
    )


def _newest(db: Database) -> tuple[Card, ...]:
    rows = db.conn.execute(
        "SELECT id, key, title, language, site_id, day, state FROM articles WHERE state <> 'withdrawn' "
        "ORDER BY id DESC LIMIT ?",
        (NEWEST,),
    ).fetchall()
    pictures = first_pictures(db, [row[0] for row in rows])
    return tuple(
        Card(key, title, language, site, day, state, pictures.get(article_id))
        for article_id, key, title, language, site, day, state in rows
    )


def _timeline(db: Database) -> Timeline:
    rows = db.conn.execute("SELECT month, site_id, articles FROM site_months WHERE articles > 0").fetchall()
    by_site: Counter[str] = Counter()
    for _, site, number in rows:
        by_site[site] += number
    named = [site for site, _ in by_site.most_common(SERIES)]
    series = (*named, OTHERS) if len(by_site) > SERIES else tuple(named)
    place = {site: number for number, site in enumerate(named)}
    months: defaultdict[str, list[int]] = defaultdict(lambda: [0] * len(series))
    for month, site, number in rows:
        months[month][place.get(site, -1)] += number
    return Timeline(series, tuple((month, tuple(months[month])) for month in sorted(months)))


def _week(db: Database, now: dt.datetime) -> Week:
    since = (now - WEEK).date()
    counts = {kind: _number(db, kind, since.isoformat()) for kind in _TOLD}
    within = since if any(counts.values()) else None
    found = [entry for kind in _TOLD for entry in read_entries(db, Scope(since=within, kinds=(kind,)), CHANGES)]
    found.sort(key=lambda entry: (entry.at, entry.id), reverse=True)
    return Week(since, counts, tuple(found[:CHANGES]))


def _number(db: Database, kind: str, since: str) -> int:
    (number,) = db.conn.execute(
        "SELECT count(*) FROM (SELECT 1 FROM events WHERE kind = ? AND at >= ? AND kind <> 'first_seen' "
        "AND withdrawn IS NULL LIMIT ?)",
        (kind, since, MOST + 1),
    ).fetchone()
    return int(number)
