"""Date archives: the addresses of listings by year, month or day."""

import re

# A year, perhaps with month and day, that ends an address or is the value of a parameter.
_MONTH = re.compile(
    r"(?:^|[/=_-])(?P<year>\d{4})(?:[/_-]?(?P<month>0[1-9]|1[0-2]|[1-9])(?:[/_-](?:0?[1-9]|[12]\d|3[01]))?)?"
    r"(?:/|/?(?:index)?\.[a-z]{3,5})?$"
)
# No news was put on the web before, and none will be within the time that this is used.
_FIRST_YEAR, LAST_YEAR = 1990, 2100


def month_of(url: str) -> tuple[int, int]:
    """Return the year and the month that a listing's address names, (0, 0) where it names none."""
    match = _MONTH.search(url.partition("?")[0].rstrip("/")) or _MONTH.search(url)
    return (int(match["year"]), int(match["month"] or 13)) if match else (0, 0)


def is_calendar(url: str, this_year: int) -> bool:
    """Return whether an address names a month in which there can be no news: a calendar goes on for ever."""
    year, _ = month_of(url)
    return year != 0 and not _FIRST_YEAR <= year <= this_year


def is_month(url: str) -> bool:
    """Return whether an address is that of a year's or a month's listing."""
    return _FIRST_YEAR <= month_of(url)[0] <= LAST_YEAR
