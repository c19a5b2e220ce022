"""What the tests of dates share."""

import datetime as dt
import zoneinfo

from archive.model import Stamp

SHANGHAI = zoneinfo.ZoneInfo("Asia/Shanghai")
FETCHED = dt.datetime(2024, 3, 15, 1, 0, tzinfo=dt.UTC)


def said(stamp: Stamp | None) -> tuple[str | None, str | None]:
    """Return value and precision of a stamp, ("None", …) where there is no stamp."""
    if stamp is None:
        return "no date", None
    return stamp.value.isoformat() if stamp.value else None, stamp.precision
