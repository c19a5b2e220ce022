"""What a server says of waiting: Retry-After, and how long its robots.txt holds."""

import datetime as dt
import re
from email.utils import parsedate_to_datetime

_MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?(\d{1,10})", re.IGNORECASE)
LONGEST = dt.timedelta(days=1)
_SHORTEST = dt.timedelta(minutes=10)


def retry_after(value: str | None, date: str | None, now: dt.datetime) -> float | None:
    """Return the seconds that a Retry-After asks for, a day at most; None where there is none that can be read.

    An HTTP date counts from the server's own clock (`date`, its Date header) where it states one.
    """
    text = (value or "").strip()
    if text.isascii() and text.isdecimal():
        return min(float(text[:9]), LONGEST.total_seconds())
    until = _instant(text)
    if until is None:
        return None
    seconds = (until - (_instant((date or "").strip()) or now)).total_seconds()
    return min(max(seconds, 0.0), LONGEST.total_seconds())


def lifetime(cache_control: str | None) -> dt.timedelta:
    """Return how long a robots.txt is kept: as its max-age says, within ten minutes and a day; else a day."""
    found = _MAX_AGE.search(cache_control or "")
    if not found:
        return LONGEST
    return min(max(dt.timedelta(seconds=int(found[1])), _SHORTEST), LONGEST)


def _instant(text: str) -> dt.datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)
