"""Dates as pages print them, read for certain or not at all.

The forms of the languages in `months` are read here; anything else that a label or a time element names goes to
dateparser with the site's language and order. An order that nothing states is never assumed.
"""

import datetime as dt
import re
from dataclasses import dataclass, replace
from functools import lru_cache

import dateparser

from archive.model import Stamp
from crawler.parsers.months import AM, CLOCK_WORDS, ERAS, PM, minutes_ago, month_of

_ZONES = {
    "Z": 0, "UTC": 0, "GMT": 0, "WET": 0, "CET": 1, "CEST": 2, "MEZ": 1, "MESZ": 2, "EET": 2, "EEST": 3, "MSK": 3,
    "МСК": 3, "мск": 3, "TSİ": 3, "WIB": 7, "WITA": 8, "HKT": 8, "SGT": 8, "WIT": 9, "JST": 9, "KST": 9, "AEST": 10,
    "AEDT": 11, "NZST": 12, "NZDT": 13, "BRT": -3,
    "EST": -5, "EDT": -4, "CDT": -5, "MDT": -6, "MST": -7, "PDT": -7, "PST": -8,
}  # fmt: skip
# Names that stand for several offsets: they are read only where the site's own zone is called so.
_UNCERTAIN_ZONES = ("ET", "CT", "MT", "PT", "CST", "IST", "BST", "AST", "SST", "PHT")
UNKNOWN_ZONE = "unknown-zone"

# Digits of other scripts and full-width signs, each one character as here; marks of direction count as spaces.
_PLAIN: dict[int, int | str] = {
    **{zero + digit: ord("0") + digit for zero in (0x660, 0x6F0, 0x966, 0xFF10) for digit in range(10)},
    **{ord(sign): " " for sign in "\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"},
    **dict(zip(map(ord, "／．－：，−（）"), "/.-:,-()", strict=True)),
}
# What every text with a date in it has.
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}|$)")
POSSIBLE = re.compile(r"\d{4}|[元\d]年")

_DAY = r"(?P<day>0?[1-9]|[12]\d|3[01])"
_YEAR = r"(?P<year>(?:1[5-9]|20)\d{2})"
# Vowel signs are no letters to `\w`.
_WORD = r"(?:[^\W\d_]|[\u0300-\u036f\u064b-\u0655\u0900-\u0963]){2,14}"
_NAME = rf"(?P<name>{_WORD}(?:\s(?:الثاني|الأول|الاول)|\s?/\s?{_WORD})?)"
_WEEKDAY = (
    r"(?:[(（\[][^\W\d_]{1,10}\.?[)）\]]|(?:星期|周|週)[一二三四五六日天]|[월화수목금토일]요일|[月火水木金土日]曜日?|"
    r"Pazartesi|Salı|Çarşamba|Perşembe|Cumartesi|Cuma|Pazar)"
)
_JOIN = (
    r"\s*(?:[T,،、|@·•/–—.(-]\s*){0,2}"
    rf"(?:{_WEEKDAY}[,،]?\s*)?(?:(?i:{'|'.join(CLOCK_WORDS)})(?![^\W\d_])\.?\s*)?"
)
_SAID_ZONE = (
    r"(?P<zone>(?:UTC|GMT)\s?[+\-]\d{1,2}(?::?\d{2})?(?!\d)|[+\-]\d{2}:?(?:\d{2})?(?!\d)|"
    rf"(?:{'|'.join(sorted((*_ZONES, *_UNCERTAIN_ZONES), key=len, reverse=True))})\b)"
)
_AFTER = r"[AaPp]\.?\s?[Mm]\b\.?|[صم](?!\w)|صباح\w{0,2}|مساء\w{0,2}|[πμ]\.?μ\.?(?!\w)|Ö[ÖS]\b"
_CLOCK = (
    rf"(?:(?P<before>{'|'.join((*AM, *PM))})\s?)?(?P<hour>2[0-3]|[01]?\d)(?!\d)"
    r"(?:\s?(?:[:hH時时点點시]|[.](?=[0-5]\d\s*(?:$|[|,()·•–—-]|Uhr|[AaPp]\.?\s?[Mm]\b|[A-ZÀ-Þ]{2})|[0-5]\d\s+[A-ZÀ-Þ]))"
    r"\s?(?P<minute>[0-5]\d)(?!\d)\s?[分분]?(?:[:](?P<second>[0-5]\d)(?:[.,]\d{1,9})?|\s?\d\d?[秒초])?"
    r"|(?=\s?(?:[AaPp]\.?\s?[Mm]\b|Uhr\b|h\b|[時时点點시]))\s?[h時时点點시]?)"
    rf"(?:\s*(?:Uhr|hrs?|hs|h)\b\.?)?(?:\s*(?P<half>{_AFTER}))?(?:\s*[(\[]?{_SAID_ZONE}[)\]]?)?"
)
_TIME = rf"(?:{_JOIN}{_CLOCK})?"
# A clock before its date: "10:30, 5 марта 2024", "10:30 AM EST, Tue March 5, 2024".
_CLOCK_FIRST = re.compile(
    rf"(?<![\d:.,]){_CLOCK}(?!\d)[\s,،|·•–—-]*"
    r"(?:\b(?:on|am|el|le|il|em|op|den)\s+)?(?:[^\W\d_]{2,3}\.?\s+|[^\W\d_]{2,12}[.,]\s*)?$"
)
_FORMS = tuple(
    re.compile("".join(form) + _TIME)
    for form in (
        (
            rf"(?<!\d){_YEAR}\s?[-/.年년]\s?(?P<month>0?[1-9]|1[0-2])\s?[-/.月월]\s?",
            rf"{_DAY}(?!\d)\s?[日号號일]?",
        ),
        (r"(?<!\d)(?P<year>(?:19|20)\d{2})(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d|3[01])(?!\d)",),
        (
            rf"(?P<era>{'|'.join(ERAS)})\s?(?P<year>\d{{1,3}}|元)\s?年\s?(?P<month>0?[1-9]|1[0-2])\s?月\s?",
            rf"{_DAY}\s?日",
        ),
        (
            r"(?<![\d.])(?P<one>0?[1-9]|[12]\d|3[01])(?P<mark>\s?[/.]|-)\s?(?P<two>0?[1-9]|[12]\d|3[01])",
            rf"(?P=mark)\s?{_YEAR}(?!\d)(?:\s?(?:г|р|r)\b\.?)?",
        ),
        (
            rf"(?<![\w.]){_NAME}(?:\.\s*|\s+){_DAY}(?:st|nd|rd|th)?(?:\s*[,،]\s*|\s+)(?:del?\s+)?",
            rf"{_YEAR}(?!\d)",
        ),
        (
            rf"(?<!\d){_DAY}(?:st|nd|rd|th|er|\.|º|ª|°)?[\s\-./]+(?:de\s+|of\s+|di\s+|d['’])?{_NAME}[.,،॰]*",
            rf"[\s\-./]+(?:del?\s+)?{_YEAR}(?!\d)(?:\s?(?:года|року|г|р|r)\b\.?)?",
        ),
        (rf"(?<!\d){_YEAR}[.,]?\s+{_NAME}\.?\s+{_DAY}(?!\d|\s*,?\s*\d{{4}})",),
    )
)
# A year of two digits is one only where the whole text is a date.
_SHORT_YEAR = re.compile(
    rf"(?P<one>\d{{1,2}})(?P<mark>[-/.])(?P<two>\d{{1,2}})(?P=mark)(?P<three>\d{{2}})(?!\d)\.?{_TIME}\s*"
)
_COMPACT = re.compile(r"(20\d{2})(\d{2})(\d{2})T?(\d{2})(\d{2})(\d{2})?(Z|[+-]\d{2}:?\d{2})?")
# Languages whose dates put the day first whatever the separator; English does not say.
_DAY_FIRST = frozenset(("ar bg ca cs da de el es fi fr hi hr id it nb nl nn no pl pt ro ru sk sl sv tr uk vi").split())
_BUDDHIST = 2400
# Systems write the first or last day that they know of where they know none.
_YEARS = range(1500, 2100)
_YEAR_FIRST = frozenset(("ja", "ko", "zh"))


@dataclass(frozen=True, slots=True)
class DateContext:
    """What helps to read a date: the language, the order of numbers, the zone of wall clocks, the time of the fetch."""

    language: str | None = None
    order: str | None = None
    zone: dt.tzinfo | None = None
    fetched_at: dt.datetime | None = None

    @property
    def spoken(self) -> str | None:
        """The language without its region."""
        return (self.language or "").partition("-")[0].lower() or None


@dataclass(frozen=True, slots=True)
class Found:
    """A date inside a text: where it stands and what it says."""

    start: int
    end: int
    stamp: Stamp


def find_date(text: str, context: DateContext = DateContext(), *, start: int = 0) -> Found | None:
    """Return the first date in the text from `start` on; ambiguous ones have their reason and no value."""
    plain = _plain(text)
    if not POSSIBLE.search(plain, start):
        return None
    best: tuple[re.Match[str], Stamp] | None = None
    for form in _FORMS:
        for match in form.finditer(plain, start):
            stamp = _stamp(match, context)
            if stamp and (best is None or match.start() < best[0].start()):
                best = match, stamp
            if stamp:
                break
    return _as_printed(text, plain, best, context, start) if best else None


def parse_date(text: str, context: DateContext = DateContext()) -> Stamp | None:
    """Return the date of a text that is said to be one (by a label, a selector, a time element); None for no date."""
    raw = text.strip()
    iso = parse_iso(raw)
    if iso:
        return iso
    found = find_date(raw, context)
    if found:
        return found.stamp
    short = _SHORT_YEAR.fullmatch(_plain(raw)) if 6 <= len(raw) <= 30 else None
    if short:
        return _short_year(short, raw, context)
    return _by_dateparser(raw, context) or _relative(raw, context)


def parse_declared(text: str, context: DateContext = DateContext()) -> Stamp | None:
    """Return the date of a text that is written for machines: also without separators, also as an epoch."""
    raw = text.strip()
    if raw.isascii() and raw.isdigit() and len(raw) in (10, 13) and raw[0] == "1":
        seconds = int(raw[:10])
        return Stamp(raw, dt.datetime.fromtimestamp(seconds, dt.UTC), "instant") if seconds > 10**9 - 1 else None
    compact = _COMPACT.fullmatch(raw)
    if compact:
        year, month, day, hour, minute, second, zone = compact.groups()
        iso = parse_iso(f"{year}-{month}-{day}T{hour}:{minute}:{second or '00'}{zone or ''}")
        return replace(iso, raw=raw) if iso else None
    stamp = parse_date(raw, context)
    return stamp if stamp is None or stamp.day is None or stamp.day.year in _YEARS else None


def parse_iso(text: str) -> Stamp | None:
    """Return the instant, minute or day of an ISO 8601 text as machines write it; None where it is none."""
    if not _ISO.match(text):
        return None
    try:
        if len(text) == 10:
            return Stamp(text, dt.date.fromisoformat(text), "day")
        value = dt.datetime.fromisoformat(_without_spaces(text) if len(text.split()) > 1 else text)
        if value.tzinfo:
            value.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return None
    return Stamp(text, value, "instant" if value.tzinfo else "minute")


def _without_spaces(text: str) -> str:
    """Return an instant as ISO 8601 has it, of which "2024-01-02 10:00:00 +0100 CET" and the like come near."""
    plain = re.sub(r"\s+([+-]\d{4})\s+[A-Z]{3,4}$", r"\1", text)
    return re.sub(r"\s+(?=[+-]\d)", "", re.sub(r"\s+(UTC|GMT)$", "Z", plain))


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


def _plain(text: str) -> str:
    return text if text.isascii() else text.translate(_PLAIN)


def _as_printed(
    text: str, plain: str, best: tuple[re.Match[str], Stamp], context: DateContext, start: int
) -> Found | None:
    """Return what was found as the text prints it, with the clock that may stand before the day."""
    match, stamp = best
    begin, end = match.span()
    if stamp.precision == "day" and isinstance(stamp.value, dt.date):
        clock = _CLOCK_FIRST.search(plain, max(start, begin - 40), begin)
        stamp = _clocked(stamp.value, clock, context) if clock else stamp
        begin = clock.start() if clock and stamp.precision != "day" else begin
    return Found(begin, end, replace(stamp, raw=text[begin:end].strip(" ,|-–—")))


def _stamp(match: re.Match[str], context: DateContext) -> Stamp | None:
    parts = match.groupdict()
    if parts.get("one"):
        one, two = int(parts["one"]), int(parts["two"])
        order = _order(one, two, context)
        if order is None:
            return Stamp(match[0], reason="ambiguous")
        month, day = (two, one) if order == "DMY" else (one, two)
        return _dated((_year(parts), month, day), match, context)
    named = month_of(parts["name"], context.spoken) if parts.get("name") else int(parts["month"])
    return _dated((_year(parts), named, int(parts["day"])), match, context) if named else None


def _year(parts: dict[str, str]) -> int:
    year = 1 if parts["year"] == "元" else int(parts["year"])
    return ERAS[parts["era"]] + year if parts.get("era") else year


def _order(one: int, two: int, context: DateContext) -> str | None:
    if one > 12 or one == two:
        return "DMY"
    if two > 12:
        return "MDY"
    if context.order in ("DMY", "MDY"):
        return context.order
    return "DMY" if context.spoken in _DAY_FIRST else None


def _short_year(match: re.Match[str], raw: str, context: DateContext) -> Stamp | None:
    one, two, three = (int(match[group]) for group in ("one", "two", "three"))
    if context.order == "YMD" or (context.order is None and context.spoken in _YEAR_FIRST):
        stamp = _dated((2000 + one, two, three), match, context)
    else:
        order = _order(one, two, context)
        if order is None:
            return Stamp(raw, reason="ambiguous")
        stamp = _dated((2000 + three, *((two, one) if order == "DMY" else (one, two))), match, context)
    return replace(stamp, raw=raw) if stamp else None


def _dated(numbers: tuple[int, int, int], match: re.Match[str], context: DateContext) -> Stamp | None:
    try:
        return _clocked(dt.date(*numbers), match, context) if numbers[0] in _YEARS else None
    except ValueError:
        return None


def _clocked(day: dt.date, match: re.Match[str], context: DateContext) -> Stamp:
    """Return the day with the clock that the match has, if it has one."""
    raw, parts = match[0], match.groupdict()
    if parts["hour"] is None:
        return Stamp(raw, day, "day")
    clock = dt.time(_hour(parts), int(parts["minute"] or 0), int(parts["second"] or 0))
    value, said = dt.datetime.combine(day, clock), (parts["zone"] or "").strip()
    if said in _UNCERTAIN_ZONES and (context.zone is None or context.zone.tzname(value) != said):
        return Stamp(raw, value, "minute", UNKNOWN_ZONE)
    offset = context.zone if said in _UNCERTAIN_ZONES else _offset(said)
    if offset is not None:
        return Stamp(raw, value.replace(tzinfo=offset), "instant")
    return with_zone(Stamp(raw, value, "minute"), context.zone)


def _hour(parts: dict[str, str | None]) -> int:
    hour, before, after = int(parts["hour"] or 0), parts["before"], parts["half"]
    if not (before or after) or hour > 12:
        return hour
    is_late = before in PM or (after or "").startswith(("p", "P", "م", "μ", "ÖS"))
    return hour % 12 + (12 if is_late else 0)


def _offset(text: str) -> dt.tzinfo | None:
    if text in _ZONES:
        return dt.timezone(dt.timedelta(hours=_ZONES[text]))
    match = re.fullmatch(r"(?:UTC|GMT)?\s?([+-])(\d{1,2}):?(\d{2})?", text)
    if not match or int(match[2]) > 14:
        return None
    delta = dt.timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
    return dt.timezone(-delta if match[1] == "-" else delta)


def _by_dateparser(raw: str, context: DateContext) -> Stamp | None:
    """Return what dateparser makes of a short text that has a year, in a language that is not read here.

    The language must be known: to try all that there are takes seconds.
    """
    if (
        context.spoken is None
        or len(raw) > 60
        or not re.search(r"(?<!\d)\d{4}(?!\d)", _plain(raw))
        or not any(map(str.isalpha, raw))
    ):
        return None
    return _dateparser_day(raw, context.spoken, context.order)


@lru_cache(maxsize=4096)
def _dateparser_day(raw: str, language: str, order: str | None) -> Stamp | None:
    settings = {"REQUIRE_PARTS": ["day", "month", "year"], "STRICT_PARSING": True, "PARSERS": ["absolute-time"]}
    if order:
        settings["DATE_ORDER"] = order
    try:
        value = dateparser.parse(raw, languages=[language], settings=settings)
    except (ValueError, OverflowError, RecursionError):
        return None
    if value is None:
        return None
    if language == "th" and value.year > _BUDDHIST:
        value = value.replace(year=value.year - 543)
    if value.year not in _YEARS:
        return None
    if (value.hour, value.minute, value.second) == (0, 0, 0):
        return Stamp(raw, value.date(), "day")
    return Stamp(raw, value, "instant" if value.tzinfo else "minute")


def _relative(raw: str, context: DateContext) -> Stamp | None:
    """Return the day that a text like "3 hours ago" means, seen from the fetch."""
    minutes = minutes_ago(_plain(raw), context.spoken) if context.fetched_at else None
    if minutes is None or context.fetched_at is None:
        return None
    try:
        now = context.fetched_at.astimezone(context.zone) if context.zone else context.fetched_at
        return Stamp(raw, (now - dt.timedelta(minutes=minutes)).date(), "day", "relative")
    except (OverflowError, ValueError):
        return None
