"""When a section is due: its `every` as an interval, a time of day, or cron fields."""

import datetime as dt
import re

from cronsim import CronSim, CronSimError

NEVER = "never"
_INTERVAL = re.compile(r"(\d{1,4})\s?(m|min|h|d)")
_UNITS = {"m": "minutes", "min": "minutes", "h": "hours", "d": "days"}
_NAMED = {"hourly": dt.timedelta(hours=1), "daily": dt.timedelta(days=1), "weekly": dt.timedelta(weeks=1)}
_AT = re.compile(r"(daily|weekly) at ([01]\d|2[0-3]):([0-5]\d)")
# A timer that fires every hour never fires at the very second: what is almost due is due.
_EARLY_SHARE, _EARLY_MOST = 20, dt.timedelta(minutes=5)
_NOON = dt.datetime(2000, 1, 1, 12, tzinfo=dt.UTC)


def next_due(every: str, after: dt.datetime, zone: dt.tzinfo | None = None) -> dt.datetime | None:
    """Return when something is due that was last done at `after`, in UTC, None where `every` is "never".

    An interval (`30min`, `6h`, `2d`, `hourly`, `daily`, `weekly`) counts from then; `daily at 04:00`, `weekly at 04:00`
    (on Mondays) and five cron fields mean the clock of `zone`, UTC without one. Raises ValueError on anything else.
    """
    text = " ".join(every.split())
    if text == NEVER:
        return None
    interval = interval_of(text)
    if interval is not None:
        return after + interval - min(interval / _EARLY_SHARE, _EARLY_MOST)
    try:
        following: dt.datetime = next(CronSim(_cron_of(text), after.astimezone(zone or dt.UTC)))
    except (CronSimError, StopIteration) as error:
        raise ValueError(
            "not an interval; '6h', '30min', 'daily', 'daily at 04:00', 'never' or five cron fields are allowed"
        ) from error
    return following.astimezone(dt.UTC)


def interval_of(text: str) -> dt.timedelta | None:
    """Return the interval that a text names, None where it names none."""
    found = _INTERVAL.fullmatch(text)
    if found:
        interval = dt.timedelta(**{_UNITS[found[2]]: int(found[1])})
        return interval or None
    return _NAMED.get(text)


def is_schedule(every: str) -> bool:
    """Return whether a text says when something is due."""
    try:
        next_due(every, _NOON)
    except ValueError:
        return False
    return True


def _cron_of(text: str) -> str:
    found = _AT.fullmatch(text)
    if not found:
        return text
    return f"{int(found[3])} {int(found[2])} * * {'1' if found[1] == 'weekly' else '*'}"
