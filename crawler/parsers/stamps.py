"""When an article was published and when it was updated: which of the page's dates is which."""

from collections.abc import Sequence

from archive.model import Stamp
from crawler.parsers.dates import day_from_url, parse_date, with_zone
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


def read_dates(reading: Reading, template: Reader, lines: Sequence[Line]) -> tuple[Stamp | None, Stamp | None]:
    """Return the update date and the date of publication."""
    updated = reading.decide(
        "updated",
        lambda: template.date("updated", reading.context),
        lambda: _from_lines(lines, "updated"),
        lambda: _declared(reading, "dateModified", _UPDATED_META),
        lambda: _time_element(reading, ("dateModified", "updated", "modified")),
    )
    published = reading.decide(
        "published",
        lambda: template.date("published", reading.context),
        lambda: _declared(reading, "datePublished", _PUBLISHED_META),
        lambda: _time_element(reading, ("datePublished", "published", "pubdate")),
        lambda: _from_lines(lines, "published"),
        lambda: _from_lines(lines, "bare"),
        lambda: _entry_date(reading),
        lambda: ("url", day_from_url(reading.page.url)) if updated is None else None,
    )
    if updated is None and published and reading.rules["published"] == "line:unlabelled" and _stands_alone(lines):
        # A lone date that nothing names is when the page is dated, in the one sense as in the other.
        updated, reading.rules["updated"] = published, "line:unlabelled"
    zone = reading.context.zone
    return (with_zone(updated, zone) if updated else None, with_zone(published, zone) if published else None)


def _from_lines(lines: Sequence[Line], kind: str) -> tuple[str, Stamp] | None:
    found = next((stamp for stamp in (getattr(line, kind) for line in lines) if stamp), None)
    return ("line:unlabelled" if kind == "bare" else f"label:{kind}", found) if found else None


def _stands_alone(lines: Sequence[Line]) -> bool:
    line = next((line for line in lines if line.bare), None)
    return line is not None and not line.rest and not line.byline and not line.labels


def _declared(reading: Reading, ld_key: str, names: tuple[str, ...]) -> tuple[str, Stamp] | None:
    text = reading.metadata.ld_text(ld_key)
    stamp = parse_date(text, reading.context) if text else None
    if stamp and stamp.value:
        return f"json-ld:{ld_key}", stamp
    for name in names:
        content = reading.metadata.meta.get(name)
        stamp = parse_date(content, reading.context) if content else None
        if stamp and stamp.value:
            return f"meta:{name}", stamp
    return None


def _time_element(reading: Reading, names: tuple[str, ...]) -> tuple[str, Stamp] | None:
    """Return the date of a microdata or `time` element that says which date it is."""
    for element in reading.page.root.iter("time", "span", "meta", "abbr"):
        said = f"{element.get('itemprop') or ''} {element.get('class') or ''}".split()
        if element.get("pubdate") is not None:
            said.append("pubdate")
        if not any(name in said for name in names):
            continue
        text = element.get("datetime") or element.get("content") or element.get("title") or "".join(element.itertext())
        stamp = parse_date(squeeze(text)[:80], reading.context)
        if stamp and stamp.value:
            return f"microdata:{names[0]}", stamp
    return None


def _entry_date(reading: Reading) -> tuple[str, Stamp] | None:
    """Return the listing's date, unless the page prints an update date: a listing then repeats that one."""
    if reading.rules.get("updated", "").startswith(("label:", "template:")):
        return None
    raw = reading.entry.date_raw if reading.entry else None
    stamp = parse_date(raw, reading.context) if raw else None
    return ("entry:date", stamp) if stamp else None
