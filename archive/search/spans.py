"""What people write for a span of days: `2017`, `2018-03`, `2017..2018-03`, `..2018`, `2018-03-05..`."""

import calendar
import datetime as dt
import re

_PART = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")


def read_span(text: str) -> tuple[dt.date, dt.date] | None:
    """Return first and last day, None where the text is no span."""
    begin, dots, end = text.partition("..")
    first = _bounds(begin) if begin else (dt.date.min, dt.date.min)
    last = (_bounds(end) if end else (dt.date.max, dt.date.max)) if dots else first
    if first is None or last is None or not (begin or end):
        return None
    return first[0], last[1]


def _bounds(text: str) -> tuple[dt.date, dt.date] | None:
    """Return the first and the last day of a year, a month or a day."""
    found = _PART.fullmatch(text)
    if found is None:
        return None
    year, month, day = (int(part) if part else None for part in found.groups())
    try:
        first = dt.date(year or 0, month or 1, day or 1)
    except ValueError:
        return None
    if day:
        return first, first
    last = month or 12
    return first, dt.date(first.year, last, calendar.monthrange(first.year, last)[1])
