"""When an article was published and when it was updated: which of the page's dates is which."""

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

from lxml import etree

from archive.model import Stamp
from crawler.parsers.dateline import Dated, Place, is_of_another, kind_before, kind_of, path_of, read_dateline, stamp_of
from crawler.parsers.dates import day_from_url, parse_declared, with_zone
from crawler.parsers.lines import Line
from crawler.parsers.reading import Reading
from crawler.parsers.template import Reader
from crawler.parsers.text import squeeze

_PUBLISHED_META = (
    "article:published_time", "datepublished", "og:published_time", "published_time", "publishdate", "pubdate",
    "publish_date", "publish-date", "date", "dc.date", "dc.date.issued", "dcterms.created", "dcterms.issued",
    "parsely-pub-date", "sailthru.date", "citation_publication_date", "published_at", "og:article:published_time",
)  # fmt: skip
_UPDATED_META = (
    "article:modified_time", "datemodified", "og:updated_time", "last-modified", "dcterms.modified", "dc.date.modified",
    "updated_time", "lastmod", "revised", "article:updated_time",
)  # fmt: skip
# Names of meta elements that no list has: a word of publication with one of time, in whatever order and prefix.
_PUBLISHED_NAME = re.compile(
    r"publi(?:sh|c)|pub[-_.:]?(?:date|time)|(?:date|time)[-_.:]?pub|issued|release[-_.]?(?:date|time)"
)
_UPDATED_NAME = re.compile(r"modif|updat|lastmod|last[-_.]edit|revis")
_NOT_A_DATE_NAME = re.compile(r"publisher|expir|unpub|until|build|cache|crawl|fetch")
_DATED_ITEMS = etree.XPath("//@itemprop[contains(., 'ublish')]/..")
_TIMES = etree.XPath("//time[@datetime]")
_DATE_CLASSES = etree.XPath("//*[contains(@class, 'date') or contains(@class, 'Date')]")
# Dates in the state that a page's scripts leave behind.
_STATE_DATE = re.compile(
    r'"(?:date_?published|published_?(?:at|on|date|time|time_?stamp)|publish_?(?:date|time)|publication_?(?:date|time)|'
    r'first_?publish(?:ed)?_?(?:at|date|time)?|posted_?(?:at|on)|pub_?date|release_?(?:date|time)|display_?date)"'
    r'\s*:\s*"?(20\d\d-\d\d-\d\d(?:[T ][\d:.]{5,15}(?:Z|[+-]\d\d:?\d\d)?)?|1\d{9}(?:\d{3})?)[",}]',
    re.IGNORECASE,
)
_MOST_TIMES = 40
_MOST_STATE = 3_000_000
_BUILT_WITHIN = dt.timedelta(minutes=2)
_HALF_HOURS = dt.timedelta(minutes=30)
_EXACTNESS = {None: 0, "day": 1, "minute": 2, "instant": 3}
# The days that a listing may lag behind its articles.
_LAG = 1
Finding = tuple[str, Stamp] | None


def read_dates(
    reading: Reading, template: Reader, lines: Sequence[Line], place: Place
) -> tuple[Stamp | None, Stamp | None]:
    """Return the update date and the date of publication."""
    beside = _once(lambda: read_dateline(place, reading.context))
    updated = reading.decide(
        "updated",
        lambda: template.date("updated", reading.context),
        lambda: _from_lines(lines, "updated"),
        lambda: _from_ld(reading, "dateModified"),
        lambda: _from_meta(reading, _UPDATED_META),
        lambda: _beside(beside(), "updated"),
        lambda: _from_named_meta(reading, _UPDATED_NAME),
        lambda: _from_lines(lines, "updated", certain=False),
    )
    if updated and _is_no_update(reading, updated):
        reading.reject("updated", updated, reading.rules.pop("updated"))
        updated = None
    published = reading.decide(
        "published",
        lambda: template.date("published", reading.context),
        lambda: _printed_before_build(reading, lines) if updated is None else None,
        lambda: _from_ld(reading, "datePublished"),
        lambda: _from_meta(reading, _PUBLISHED_META),
        lambda: _from_items(reading),
        lambda: _beside(beside(), "published", "microdata:"),
        lambda: _from_named_meta(reading, _PUBLISHED_NAME),
        lambda: _from_lines(lines, "published"),
        lambda: _beside(beside(), "published"),
        lambda: _from_ld(reading, "datePublished", of_page=True),
        lambda: _from_lines(lines, "bare"),
        lambda: _beside(beside(), "bare"),
        lambda: _only_date(reading),
        lambda: _entry_date(reading, updated),
        lambda: _from_state(reading),
        lambda: ("url", day_from_url(reading.page.url)) if updated is None else None,
        lambda: _from_lines(lines, "published", certain=False) or _from_lines(lines, "bare", certain=False),
    )
    if published and published.value:
        published = _as_shown(published, lines, beside)
    if updated is None and published and reading.rules["published"] == "line:unlabelled" and _stands_alone(lines):
        # A lone date that nothing names is when the page is dated, in the one sense as in the other.
        updated, reading.rules["updated"] = published, "line:unlabelled"
    zone = reading.context.zone
    return (with_zone(updated, zone) if updated else None, with_zone(published, zone) if published else None)


def _once(source: Callable[[], list[Dated]]) -> Callable[[], list[Dated]]:
    return lru_cache(maxsize=1)(source)


def _from_lines(lines: Sequence[Line], kind: str, *, certain: bool = True) -> Finding:
    stamps = (getattr(line, kind) for line in lines)
    found = next((stamp for stamp in stamps if stamp and (stamp.value or not certain)), None)
    return ("line:unlabelled" if kind == "bare" else f"label:{kind}", found) if found else None


def _stands_alone(lines: Sequence[Line]) -> bool:
    line = next((line for line in lines if line.bare), None)
    return line is not None and not line.rest and not line.byline and not line.labels


def _beside(found: list[Dated], kind: str, rule: str = "") -> Finding:
    return next(
        ((dated.rule, dated.stamp) for dated in found if dated.kind == kind and dated.rule.startswith(rule)), None
    )


def _from_ld(reading: Reading, key: str, *, of_page: bool = False) -> Finding:
    """Return the date that the JSON-LD of the article declares, or that of the page as such."""
    nodes = reading.metadata.pages if of_page else reading.metadata.articles
    dated = [node for node in nodes if isinstance(node.get(key), str)]
    for node in sorted(dated, key=lambda node: not _is_this(node, reading)):
        stamp = parse_declared(node[key], reading.context)
        if stamp and stamp.value:
            return f"json-ld:{'WebPage.' if of_page else ''}{key}", stamp
    return None


def _is_this(node: dict[str, Any], reading: Reading) -> bool:
    """Return whether a node says that it is of this page, by its address."""
    main = node.get("mainEntityOfPage")
    said = [node.get("url"), main.get("@id") if isinstance(main, dict) else main, node.get("@id")]
    own = {path_of(url) for url in (reading.page.url, reading.metadata.canonical) if url}
    return any(isinstance(url, str) and path_of(url) in own for url in said)


def _from_meta(reading: Reading, names: tuple[str, ...]) -> Finding:
    for name in names:
        content = reading.metadata.meta.get(name)
        stamp = parse_declared(content, reading.context) if content else None
        if stamp and stamp.value:
            return f"meta:{name}", stamp
    return None


def _from_named_meta(reading: Reading, pattern: re.Pattern[str]) -> Finding:
    """Return the earliest date of the meta elements with such a name: what is published anew has the first date too."""
    found = []
    for name, content in reading.metadata.meta.items():
        if len(content) <= 60 and pattern.search(name) and not _NOT_A_DATE_NAME.search(name):
            stamp = parse_declared(content, reading.context) if re.search(r"\d{4}", content) else None
            found += [(f"meta:{name}", stamp)] if stamp and stamp.value else []
    return min(found, key=lambda item: str(item[1].value), default=None)


def _from_items(reading: Reading) -> Finding:
    """Return the date of a microdata item that is of this article: in no menu, aside or link to another."""
    path = path_of(reading.page.url)
    items = (
        item
        for item in _DATED_ITEMS(reading.page.root)
        if kind_of(item) == "published" and not is_of_another(item, path)
    )
    stamps = [stamp for stamp in (stamp_of(item, reading.context) for item in items) if stamp]
    if not stamps:
        return None
    return "microdata:datePublished", _exactest(stamps[0], stamps)


def _entry_date(reading: Reading, updated: Stamp | None) -> Finding:
    """Return the listing's date; where the page prints an update, only one that is well before it.

    A listing repeats the update otherwise, and may lag behind it by a day.
    """
    raw = reading.entry.date_raw if reading.entry else None
    stamp = parse_declared(raw, reading.context) if raw else None
    if stamp is None:
        return None
    if reading.rules.get("updated", "").startswith(("label:", "template:")):
        well_before = stamp.day and updated and updated.day and (updated.day - stamp.day).days > _LAG
        return ("entry:date", stamp) if well_before else None
    return "entry:date", stamp


def _from_state(reading: Reading) -> Finding:
    """Return the date in the state of the page's scripts: the only one there, or the one beside the page's address."""
    for text in _states(reading):
        found = list(_STATE_DATE.finditer(text))
        slug = path_of(reading.page.url).rpartition("/")[2]
        if len({match[1] for match in found}) != 1:
            found = [
                match
                for match in found
                if len(slug) > 5 and slug in text[max(0, match.start() - 1000) : match.end() + 1000]
            ]
        stamp = parse_declared(found[0][1], reading.context) if found else None
        if stamp and stamp.value:
            return "state:published", stamp
    return None


def _states(reading: Reading) -> Iterator[str]:
    for script in reading.page.root.iter("script"):
        text = script.text or ""
        if 20 < len(text) <= _MOST_STATE and script.get("type") != "application/ld+json":
            yield text.replace('\\"', '"')


def _printed_before_build(reading: Reading, lines: Sequence[Line]) -> Finding:
    """Return the day printed in the head of a page that declares a later one, and no update, as its publication.

    Such a page was built anew, and declares when.
    """
    printed, declared = _from_lines(lines, "bare"), _declared(reading)
    if not printed or not declared or printed[1].reason:
        return None
    return printed if _day_of(declared) - _day_of(printed[1]) > dt.timedelta(days=1) else None


def _declared(reading: Reading) -> Stamp | None:
    found = _from_ld(reading, "datePublished") or _from_meta(reading, _PUBLISHED_META)
    return found[1] if found else None


def _only_date(reading: Reading) -> Finding:
    """Return the date of a page's `time` elements, or else of those whose class says date, where all say one day."""
    path = path_of(reading.page.url)
    for rule, named in (("time:only", _TIMES), ("class:only", _DATE_CLASSES)):
        elements = [element for element in named(reading.page.root) if not is_of_another(element, path)]
        shown = [element for element in elements[:_MOST_TIMES] if 0 < len(squeeze("".join(element.itertext()))) <= 60]
        first = [element for element in shown if "updated" not in (kind_of(element), kind_before(element))]
        stamps = [stamp for stamp in (stamp_of(element, reading.context) for element in first) if stamp]
        if stamps:
            return (rule, stamps[0]) if len({_day_of(stamp) for stamp in stamps}) == 1 else None
    return None


def _is_no_update(reading: Reading, updated: Stamp) -> bool:
    """Return whether a declared update is none: not after the declared publication, or when the page was fetched."""
    declared = _declared(reading)
    if declared is None or not reading.rules["updated"].startswith(("json-ld:", "meta:", "microdata:")):
        return False
    late, early, fetched = updated.value, declared.value, reading.context.fetched_at
    if not isinstance(late, dt.datetime) or not isinstance(early, dt.datetime) or not (late.tzinfo and early.tzinfo):
        return str(late) <= str(early)
    is_built = fetched is not None and abs(fetched - late) < _BUILT_WITHIN and late - early > dt.timedelta(days=1)
    return late <= early or is_built


def _day_of(stamp: Stamp) -> dt.date:
    return dt.date.fromisoformat(str(stamp.value)[:10])


def _exactest(stamp: Stamp, others: Iterable[Stamp]) -> Stamp:
    """Return the stamp, or the first of the others that states the same day and its time more exactly."""
    for other in others:
        if (
            other.value
            and _day_of(other) == _day_of(stamp)
            and _EXACTNESS[other.precision] > _EXACTNESS[stamp.precision]
        ):
            stamp = other
    return stamp


def _as_shown(stamp: Stamp, lines: Sequence[Line], beside: Callable[[], list[Dated]]) -> Stamp:
    """Return a day with the time that stands beside the title, and an instant in UTC with the offset shown there."""
    instant = stamp.value
    if stamp.precision == "instant" and isinstance(instant, dt.datetime) and instant.utcoffset():
        return stamp
    others = [dated.stamp for dated in beside() if dated.kind != "updated"]
    others += [other for line in lines for other in (line.published, line.bare) if other]
    if stamp.precision != "instant" or not isinstance(instant, dt.datetime):
        return _exactest(stamp, others)
    offsets = ((other.raw, _offset_between(other.value, instant)) for other in others)
    raw, offset = next((found for found in offsets if found[1]), ("", None))
    return Stamp(raw, instant.astimezone(dt.timezone(offset)), "instant") if offset else stamp


def _offset_between(local: dt.date | dt.datetime | None, instant: dt.datetime) -> dt.timedelta | None:
    """Return the offset of a clock that shows the instant in another zone, None where it shows another time."""
    if not isinstance(local, dt.datetime):
        return None
    if local.tzinfo:
        return local.utcoffset() if abs(local - instant) < dt.timedelta(minutes=1) else None
    shown = local - instant.replace(second=local.second, microsecond=0, tzinfo=None)
    whole = shown % _HALF_HOURS == dt.timedelta(0)
    return shown if whole and dt.timedelta(hours=-12) <= shown <= dt.timedelta(hours=14) else None
