"""Links of a listing page that lead on for ever: what a walk leaves alone, told and counted."""

import re
from collections import Counter

from archive.identity import has_session, normalise
from crawler.parsers.archives import LAST_YEAR, is_calendar
from crawler.parsers.page import Page

_CALENDAR = re.compile(r"/(?:calendar|events?|agenda|kalender|calendario|calendrier|veranstaltungen)\b", re.IGNORECASE)
_FILTER = re.compile(
    r"[?&](?:sort|order|orderby|sortby|dir|filter|facet|topic|area|size|limit|per_?page|view|layout|display|price)\w*=",
    re.IGNORECASE,
)


def left_alone(page: Page) -> Counter[str]:
    """Return how many links of a page are of each kind that a walk does not follow, or follows by another address.

    `session`: a session id, which is taken off; `calendar`: a calendar's pages; `filter`: the same list, filtered or
    in another order.
    """
    found: Counter[str] = Counter()
    for link in page.root.iter("a"):
        href = link.get("href") or ""
        if has_session(href):
            found["session"] += 1
        url = page.absolute(href) if href else None
        if url:
            found.update(_kinds(url))
    return found


def _kinds(url: str) -> list[str]:
    try:
        address = normalise(url)
    except ValueError:
        return []
    kinds = []
    if _CALENDAR.search(address) or is_calendar(address, LAST_YEAR):
        kinds.append("calendar")
    if _FILTER.search(address):
        kinds.append("filter")
    return kinds
