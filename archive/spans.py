"""Spans of time in words, short enough for a table."""

import datetime as dt

_UNITS = ((86_400 * 365, "year"), (86_400, "day"), (3_600, "h"), (60, "min"), (1, "s"))


def span(seconds: float) -> str:
    """Return a span in its largest fitting unit: `40 s`, `3 h`, `1 day`, `12 days`."""
    for size, unit in _UNITS:
        number = int(seconds // size)
        if number >= (2 if unit == "year" else 1):
            return f"{number} {unit}{'s' if unit in ('day', 'year') and number > 1 else ''}"
    return "0 s"


def since(instant: str, now: dt.datetime) -> str:
    """Return how long ago an instant is, as stored."""
    return f"{span(max((now - dt.datetime.fromisoformat(instant)).total_seconds(), 0))} ago"


def until(instant: str, now: dt.datetime) -> str:
    """Return how far off an instant is, as stored; what has passed is overdue."""
    seconds = (dt.datetime.fromisoformat(instant) - now).total_seconds()
    if seconds > 0:
        return f"in {span(seconds)}"
    return "now" if seconds > -60 else f"now, {span(-seconds)} overdue"


def minute(instant: str | None) -> str:
    """Return an instant as stored to the minute, without its zone (UTC)."""
    return (instant or "")[:16].replace("T", " ")
