"""A year of a site, day by day: how many articles, and on which days nobody looked."""

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from sqlite_utils import Database

from archive.identity import DAY_SHIFT, first_id_of

Look = Literal["", "none", "failed"]
# Shades; the darkest is for the year's busiest tenth of days.
_LEVELS = 4


@dataclass(frozen=True, slots=True)
class Day:
    """A day: its articles, how that compares with other days of the year (0 to 4), and whether a run looked.

    `look` is `none` where no run began although the site was followed by then, `failed` where one failed or was killed
    and none went well.
    """

    day: dt.date
    articles: int
    level: int
    look: Look


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the calendar with its days in order."""

    first: dt.date
    last: dt.date
    articles: int
    days: tuple[Day, ...]


@dataclass(frozen=True, slots=True)
class Year:
    """A year; `years` are those that have articles or runs, with the number of articles."""

    year: int
    months: tuple[Month, ...]
    years: dict[int, int]

    @property
    def has_looks(self) -> bool:
        """Whether a day bears a mark of a run that did not look, or failed."""
        return any(day.look for month in self.months for day in month.days)


def read_year(db: Database, site: str, year: int | None, today: dt.date) -> Year | None:
    """Return a site's year, the last one that has anything unless one is named; None where there is nothing."""
    years = _years(db, site)
    if not years:
        return None
    chosen = year if year in years else max((known for known in years if known <= today.year), default=max(years))
    counted = _articles(db, site, chosen)
    looks = _looks(db, site, chosen, today)
    busy = sorted(number for number in counted.values() if number)
    top = max(busy[int(len(busy) * 0.9)], _LEVELS) if busy else _LEVELS
    days = [
        Day(day, number, min(_LEVELS, -(-number * _LEVELS // top)), looks.get(day, ""))
        for day, number in counted.items()
    ]
    return Year(chosen, tuple(_month(chosen, month, days) for month in range(1, 13)), years)


def _month(year: int, month: int, days: list[Day]) -> Month:
    own = [day for day in days if day.day.month == month]
    return Month(dt.date(year, month, 1), own[-1].day, sum(day.articles for day in own), tuple(own))


def _years(db: Database, site: str) -> dict[int, int]:
    rows = db.conn.execute(
        "SELECT substr(month, 1, 4), sum(articles) FROM site_months WHERE site_id = ? GROUP BY 1 "
        "HAVING sum(articles) > 0 ORDER BY 1",
        (site,),
    )
    return {int(year): number for year, number in rows if year.isdecimal() and int(year) > 0}


def _articles(db: Database, site: str, year: int) -> dict[dt.date, int]:
    """Return the number of articles of each day of a year: counted in the index, day by day, which is quicker."""
    first, end = dt.date(year, 1, 1).toordinal(), dt.date(year, 12, 31).toordinal()
    rows = db.conn.execute(
        "WITH RECURSIVE days(ordinal) AS (SELECT ?1 UNION ALL SELECT ordinal + 1 FROM days WHERE ordinal < ?2) "
        "SELECT ordinal, (SELECT count(*) FROM articles INDEXED BY articles_site WHERE site_id = ?3 "
        "AND id >= ordinal << ?4 AND id < (ordinal + 1) << ?4) FROM days",
        (first, end, site, DAY_SHIFT),
    ).fetchall()
    counted = {dt.date.fromordinal(day): int(number) for day, number in rows}
    for (article_id,) in _withdrawn(db, site, year):
        counted[dt.date.fromordinal(article_id >> DAY_SHIFT)] -= 1
    return counted


def _withdrawn(db: Database, site: str, year: int) -> list[tuple[int]]:
    """Return the tombstones of a year: they stand in the index, and are no articles any more."""
    return db.conn.execute(
        "SELECT id FROM articles WHERE id IN (SELECT article_id FROM takedowns WHERE article_id BETWEEN ? AND ?) "
        "AND site_id = ? AND state = 'withdrawn'",
        (first_id_of(dt.date(year, 1, 1)), first_id_of(dt.date(year, 12, 31)) + (1 << DAY_SHIFT) - 1, site),
    ).fetchall()


def _looks(db: Database, site: str, year: int, today: dt.date) -> dict[dt.date, Look]:
    """Return the days of a year, from the site's first run to today, on which no run began or all of them failed."""
    (begun,) = db.conn.execute("SELECT min(started) FROM runs WHERE site_id = ?", (site,)).fetchone()
    if begun is None:
        return {}
    rows = db.conn.execute(
        "SELECT substr(started, 1, 10), min(state IN ('failed', 'killed')) FROM runs INDEXED BY runs_started "
        "WHERE site_id = ? AND started >= ? AND started < ? GROUP BY 1",
        (site, f"{year:04}", f"{year + 1:04}"),
    ).fetchall()
    days = {dt.date.fromisoformat(day): bool(failed) for day, failed in rows}
    first = max(dt.date.fromisoformat(begun[:10]), dt.date(year, 1, 1))
    last = min(today, dt.date(year, 12, 31))
    every = (first + dt.timedelta(days=number) for number in range(max((last - first).days + 1, 0)))
    said: dict[dt.date, Look] = {day: "none" if day not in days else "failed" if days[day] else "" for day in every}
    return said
