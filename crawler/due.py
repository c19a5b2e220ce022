"""When a section is due: by its schedule and its last walk."""

import datetime as dt

from archive import ledger
from archive.due import FAR_AHEAD
from crawler.schedule import NEVER, next_due
from crawler.site import Section

# Since ever: what has not been walked yet.
EVER = dt.datetime.min.replace(tzinfo=dt.UTC)


def section_due_at(
    section: Section, row: ledger.Section | None, zone: dt.tzinfo | None, now: dt.datetime
) -> dt.datetime | None:
    """Return when a section is due, EVER where it has not been walked, None for never.

    An `every` that has been changed since counts from the last walk; a walk that lies ahead was of a wrong clock.
    """
    if section.every == NEVER:
        return None
    if row and row.walk_started and dt.datetime.fromisoformat(row.walk_started) > now + FAR_AHEAD:
        return EVER
    stored = dt.datetime.fromisoformat(row.due_at) if row and row.due_at else None
    if row is None or row.walk_started is None:
        return stored or EVER
    if stored and row.every == section.every:
        return stored
    today = next_due(section.every, dt.datetime.fromisoformat(row.walk_started), zone)
    return min((at for at in (stored, today) if at), default=None)
