"""Dates as pages print them, read for certain or not at all.

Numeric forms and month names of the commonest languages are read here; anything else that a label or a time element
names goes to dateparser with the site's language and order. An order that nothing states is never assumed.
"""

import datetime as dt
import re
from dataclasses import dataclass
from functools import lru_cache

import dateparser

from archive.model import Stamp

_MONTH_NAMES = {
    1: "january jan enero ene januar jänner janvier janv gennaio gen janeiro januari",
    2: "february feb febrero februar février févr fevr febbraio fevereiro fev februari",
    3: "march mar marzo märz mrz mars março marco maart mrt",
    4: "april apr abril abr avril avr aprile",
    5: "may mayo mai maggio mag maio mei",
    6: "june jun junio juni juin giugno giu junho",
    7: "july jul julio juli juillet juil luglio lug julho",
    8: "august aug agosto ago août aout augustus",
    9: "september sep sept septiembre septembre settembre set setembro",
    10: "october oct octubre oktober okt octobre ottobre ott outubro out",
    11: "november nov noviembre novembre novembro",
    12: "december dec diciembre dic dezember dez décembre déc dicembre dezembro december",
}
_MONTHS = {name: number for number, names in _MONTH_NAMES.items() for name in names.split()}
_ZONES = {
    "Z": 0, "UTC": 0, "GMT": 0, "WET": 0, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3, "MSK": 3, "HKT": 8, "SGT": 8,
    "JST": 9, "KST": 9, "AEST": 10, "AEDT": 11,
    "EST": -5, "EDT": -4, "CDT": -5, "MDT": -6, "MST": -7, "PDT": -7, "PST": -8,
}  # fmt: skip
# Names that stand for several offsets: they are read only where the site's own zone is called so.
_UNCERTAIN_ZONES = ("ET", "CT", "MT", "PT", "CST", "IST", "BST", "AST", "SST", "PHT", "WIB")
UNKNOWN_ZONE = "unknown-zone"
_WORD = r"[^\W\d_]{3,12}"
_TIME = (
    r"(?:(?:\s*[T,|\-–—]?\s*|\s+(?:at|um|à|a\s+las|alle|às|om)\s+)"
    r"(?P<hour>[01]?\d|2[0-3])(?:[:：h]|時|时|点|點)(?P<minute>[0-5]\d)(?:分)?(?:[:：](?P<second>[0-5]\d))?(?:[.,]\d{1,9})?"
    r"\s*(?P<half>[AaPp]\.?[Mm]\.?)?"
    r"(?:\s*(?P<zone>(?:UTC|GMT)?\s?[+\-−]\d{1,2}:?(?:\d{2})?(?!\d)|"
    rf"(?:{'|'.join(sorted((*_ZONES, *_UNCERTAIN_ZONES), key=len, reverse=True))})\b))?)?"
)
_FORMS = tuple(
    re.compile(form + _TIME)
    for form in (
        (
            r"(?<!\d)(?P<year>(?:1[5-9]|20)\d{2})\s?[-/.年년]\s?(?P<month>0?[1-9]|1[0-2])\s?[-/.月월]\s?"
            r"(?P<day>0?[1-9]|[12]\d|3[01])(?!\d)\s?[日号號일]?"
        ),
        r"(?<!\d)(?P<year>(?:19|20)\d{2})(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d|3[01])(?!\d)",
        r"(?<![\d.])(?P<one>0?[1-9]|[12]\d|3[01])(?P<mark>[-/.])\s?(?P<two>0?[1-9]|[12]\d|3[01])(?P=mark)\s?(?P<year>(?:1[5-9]|20)\d{2})(?!\d)",
        rf"(?<![\w.])(?P<name>{_WORD})\.?\s+(?P<day>0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?\s*,?\s+(?P<year>(?:1[5-9]|20)\d{{2}})(?!\d)",
        rf"(?<!\d)(?P<day>0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th|er|\.|º|ª)?[\s\-]+(?:de\s+|of\s+|d')?(?P<name>{_WORD})\.?,?[\s\-]+(?:de\s+|del\s+)?(?P<year>(?:1[5-9]|20)\d{{2}})(?!\d)",
    )
)
# Languages whose dates put the day first whatever the separator; English does not say.
_DAY_FIRST = frozenset(("ar bg ca cs da de el es fi fr hi hr id it nb nl nn no pl pt ro ru sk sl sv tr uk vi").split())
_RELATIVE = re.compile(
    r"\b\d{1,3}\s+(?:second|minute|hour|day|week)s?\s+ago\b|\byesterday\b|\d{1,3}\s?(?:秒|分钟|分鐘|小时|小時|天)前|昨天",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class DateContext:
    """What helps to read a date: the language, the order of numbers, the zone of wall clocks, the time of the fetch."""

    language: str | None = None
    order: str | None = None
    zone: dt.tzinfo | None = None
    fetched_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A date inside a text: where it stands and what it says."""

    start: int
    end: int
    stamp: Stamp


def find_date(text: str, context: DateContext = DateContext(), *, start: int = 0) -> Found | None:
    """Return the first date in the text from `start` on; ambiguous ones have their reason and no value."""
    best: Found | None = None
    for form in _FORMS:
        for match in form.finditer(text, start):
            stamp = _stamp(match, context)
            if stamp and (best is None or match.start() < best.start):
                best = Found(match.start(), match.end(), stamp)
            if stamp:
                break
    return best


def parse_date(text: str, context: DateContext = DateContext()) -> Stamp | None:
    """Return the date of a text that is said to be one (by a label, a selector, a time element); None for no date."""
    raw = text.strip()
    iso = parse_iso(raw)
    if iso:
        return iso
    found = find_date(raw, context)
    if found:
        return found.stamp
    readable = 3 <= len(raw) <= 60 and any(map(str.isdigit, raw))
    return (_by_dateparser(raw, context) if readable else None) or _relative(raw, context)


def parse_iso(text: str) -> Stamp | None:
    """Return the instant, minute or day of an ISO 8601 text as machines write it; None where it is none."""
    if not re.match(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}|$)", text):
        return None
    try:
        if len(text) == 10:
            return Stamp(text, dt.date.fromisoformat(text), "day")
        compact = re.sub(
            r"\s+(?=[+-]\d)", "", re.sub(r"\s+(UTC|GMT)$", "Z", re.sub(r"\s+([+-]\d{4})\s+[A-Z]{3,4}$", r"\1", text))
        )
        value = dt.datetime.fromisoformat(compact)
    except ValueError:
        return None
    return Stamp(text, value, "instant" if value.tzinfo else "minute")


def with_zone(stamp: Stamp, zone: dt.tzinfo | None) -> Stamp:
    """Return a wall-clock time as an instant of the site's zone, where that is known."""
    if (
        zone is None
        or stamp.precision != "minute"
        or stamp.reason == UNKNOWN_ZONE
        or not isinstance(stamp.value, dt.datetime)
        or stamp.value.tzinfo
    ):
        return stamp
    return Stamp(stamp.raw, stamp.value.replace(tzinfo=zone), "minute", stamp.reason)


def day_from_url(url: str) -> Stamp | None:
    """Return the day that a URL's path names (`/2019/11/07/`, `/2017-11/23/`, `/2016-02-29-…`, `/20240315/`)."""
    match = re.search(
        r"[/_-](?P<year>(?:19|20)\d{2})(?P<mark>[-/_]?)(?P<month>0[1-9]|1[0-2])[-/_]?(?P<day>0[1-9]|[12]\d|3[01])(?=[/_.-]|$)",
        url,
    ) or re.search(r"[/](?P<year>(?:19|20)\d{2})/(?P<month>[1-9]|1[0-2])/(?P<day>[1-9]|[12]\d|3[01])(?=/)", url)
    if not match:
        return None
    try:
        value = dt.date(int(match["year"]), int(match["month"]), int(match["day"]))
    except ValueError:
        return None
    return Stamp(match[0].strip("/_-."), value, "day")


def _stamp(match: re.Match[str], context: DateContext) -> Stamp | None:
    raw, parts = match[0].strip(" ,|-–—"), match.groupdict()
    if parts.get("one"):
        return _numeric(match, raw, context)
    month = _month(parts["name"]) if parts.get("name") else int(parts["month"])
    if month is None:
        return None
    return _dated(raw, (int(parts["year"]), month, int(parts["day"])), parts, context)


def _numeric(match: re.Match[str], raw: str, context: DateContext) -> Stamp | None:
    one, two, year = int(match["one"]), int(match["two"]), int(match["year"])
    order = _order(one, two, context)
    if order is None:
        return Stamp(raw, reason="ambiguous")
    day, month = (one, two) if order == "DMY" else (two, one)
    return _dated(raw, (year, month, day), match.groupdict(), context)


def _order(one: int, two: int, context: DateContext) -> str | None:
    if one > 12 or one == two:
        return "DMY"
    if two > 12:
        return "MDY"
    if context.order in ("DMY", "MDY"):
        return context.order
    language = (context.language or "").partition("-")[0]
    return "DMY" if language in _DAY_FIRST else None


def _dated(raw: str, numbers: tuple[int, int, int], parts: dict[str, str | None], context: DateContext) -> Stamp | None:
    try:
        day = dt.date(*numbers)
    except ValueError:
        return None
    hour, minute = parts.get("hour"), parts.get("minute")
    if hour is None or minute is None:
        return Stamp(raw, day, "day")
    clock = dt.time(_hour(int(hour), parts.get("half")), int(minute), int(parts.get("second") or 0))
    value, said = dt.datetime.combine(day, clock), (parts.get("zone") or "").strip()
    if said in _UNCERTAIN_ZONES and (context.zone is None or context.zone.tzname(value) != said):
        return Stamp(raw, value, "minute", UNKNOWN_ZONE)
    offset = context.zone if said in _UNCERTAIN_ZONES else _offset(said)
    if offset is not None:
        return Stamp(raw, value.replace(tzinfo=offset), "instant")
    return with_zone(Stamp(raw, value, "minute"), context.zone)


def _hour(hour: int, half: str | None) -> int:
    if not half or hour > 12:
        return hour
    return hour % 12 + (12 if half[0] in "Pp" else 0)


def _offset(text: str | None) -> dt.tzinfo | None:
    if not text:
        return None
    name = text.strip().replace("−", "-")
    if name in _ZONES:
        return dt.timezone(dt.timedelta(hours=_ZONES[name]))
    match = re.fullmatch(r"(?:UTC|GMT)?\s?([+-])(\d{1,2}):?(\d{2})?", name)
    if not match or int(match[2]) > 14:
        return None
    delta = dt.timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
    return dt.timezone(-delta if match[1] == "-" else delta)


def _month(name: str) -> int | None:
    return _MONTHS.get(name.casefold().rstrip("."))


def _by_dateparser(raw: str, context: DateContext) -> Stamp | None:
    language = (context.language or "").partition("-")[0] or None
    return _dateparser_day(raw, language, context.order)


@lru_cache(maxsize=4096)
def _dateparser_day(raw: str, language: str | None, order: str | None) -> Stamp | None:
    settings = {"REQUIRE_PARTS": ["day", "month", "year"], "STRICT_PARSING": True, "PARSERS": ["absolute-time"]}
    if order:
        settings["DATE_ORDER"] = order
    try:
        value = dateparser.parse(raw, languages=[language] if language else None, settings=settings)
    except (ValueError, OverflowError, RecursionError):
        return None
    if value is None or (not order and re.fullmatch(r"[\d\s./-]+", raw)):
        return None
    if (value.hour, value.minute, value.second) == (0, 0, 0):
        return Stamp(raw, value.date(), "day")
    return Stamp(raw, value, "instant" if value.tzinfo else "minute")


def _relative(raw: str, context: DateContext) -> Stamp | None:
    """Return the day that a text like "3 hours ago" means, seen from the fetch."""
    if context.fetched_at is None or not _RELATIVE.search(raw):
        return None
    now = context.fetched_at.astimezone(context.zone) if context.zone else context.fetched_at
    settings = {"RELATIVE_BASE": now.replace(tzinfo=None), "PARSERS": ["relative-time"]}
    value = dateparser.parse(_RELATIVE.search(raw)[0], settings=settings)  # type: ignore[index]
    return Stamp(raw, value.date(), "day", "relative") if value else None
