"""The selectors of the fields that are a short text: title, dates, source, byline, breadcrumb."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from lxml import etree

from archive.model import Stamp
from crawler.learn.samples import Sample
from crawler.learn.selectors import is_named, selectors_of
from crawler.learn.trials import MISSING, Choice, candidates_of, choose, state_of
from crawler.parsers.dates import parse_date, with_zone
from crawler.parsers.labels import LABEL
from crawler.parsers.names import names_in
from crawler.parsers.template import Reader
from crawler.parsers.text import loose
from crawler.selectors import compile_selector
from crawler.site import Template

DATES = ("updated", "published")
_DATE_ATTRIBUTES = ("datetime", "content", "title")
_EXACTNESS = {None: 0, "day": 1, "minute": 2, "instant": 3}
_SMALLEST = 2
# So much may stand beside a date in its element; around more there is one of its own.
_BESIDE = 25
# The first of many is a place, not a name, and so is the first of two paragraphs.
_MOST_FOUND = 3


def learn_field(name: str, samples: Sequence[Sample]) -> Choice | None:
    """Return the selector that gives on the pages what the general rules give, None where no page has the field."""
    made = [_made(name, sample) for sample in samples]
    if sum(1 for sample in samples if sample.values[name]) < _SMALLEST:
        return None
    return choose(candidates_of(made, lambda number, selector: found_by(name, samples[number], selector)), len(samples))


def found_by(name: str, sample: Sample, selector: str) -> int | None:
    """Return what a selector finds of a page's value; None where there is none, and none is found."""
    reader = Reader(Template.model_validate({name: selector}), sample.reading.page)
    wanted = sample.values[name]
    most = _MOST_FOUND if is_named(selector) else 1
    if name not in ("title", "breadcrumb") and len(compile_selector(selector).results(sample.root)) > most:
        return MISSING
    if name in DATES:
        dated = reader.date(name, sample.reading.context)
        return state_of(dated, wanted, lambda: dated is not None and same_day(sample, dated[1], wanted))
    found: Any = reader.crumbs() if name == "breadcrumb" else reader.text(name)
    return state_of(found, wanted, lambda: is_value(name, found[1], wanted))


def is_value(name: str, found: Any, wanted: Any) -> bool:
    """Return whether what a selector finds is a field's value."""
    if name == "breadcrumb":
        return list(map(loose, found)) == list(map(loose, wanted))
    if name == "byline":
        return {loose(person) for person in names_in(found)} == {loose(person) for person in wanted}
    return loose(found) == loose(wanted)


def same_day(sample: Sample, found: Stamp, wanted: Stamp) -> bool:
    """Return whether a date is the wanted one, and as exact."""
    own = with_zone(found, sample.reading.context.zone)
    if own.day is None:
        return False
    return own.day == wanted.day and _EXACTNESS[own.precision] >= _EXACTNESS[wanted.precision]


def learn_label(name: str, samples: Sequence[Sample]) -> tuple[str, float] | None:
    """Return the words that pages print before a field, and the share of the pages with the field that print them."""
    said = [sample for sample in samples if sample.values[name]]
    words = Counter(label for sample in said if (label := _label(name, sample)))
    best = words.most_common(1)
    return (best[0][0], best[0][1] / len(said)) if best and best[0][1] >= _SMALLEST else None


def _label(name: str, sample: Sample) -> str | None:
    kind = "author" if name == "byline" else name
    if sample.article.rules.get(name) != f"label:{kind}":
        return None
    texts = (sample.draft.blocks[index].text for index in sample.draft.header.lines)
    found = (match[kind] for text in texts for match in LABEL.finditer(text) if match[kind])
    return next((label.strip(" :：") for label in found), None)


def _made(name: str, sample: Sample) -> dict[str, int]:
    """Return the selectors of a page's elements that hold a field's value."""
    made: dict[str, int] = {}
    for element, suffix, price in _targets(name, sample):
        for selector, cost in selectors_of(element):
            made.setdefault(selector + suffix, cost + price)
    return made


def _targets(name: str, sample: Sample) -> Iterator[tuple[etree._Element, str, int]]:
    wanted = sample.values[name]
    if not wanted:
        return
    for element, text in sample.short:
        if name in DATES:
            yield from _dated(element, text, sample, wanted)
        elif name == "breadcrumb":
            if loose(text) in (*map(loose, wanted), loose("".join(wanted))):
                yield element, "", 0
        elif text and is_value(name, text, wanted):
            yield element, "", 0


def _dated(
    element: etree._Element, text: str, sample: Sample, wanted: Stamp
) -> Iterator[tuple[etree._Element, str, int]]:
    forms = [("", text, 0), *((f"::attr({name})", element.get(name) or "", 1) for name in _DATE_ATTRIBUTES)]
    for suffix, said, price in forms:
        if not 6 <= len(said) <= 120 or not any(map(str.isdigit, said)):
            continue
        stamp = parse_date(said, sample.reading.context)
        if stamp and same_day(sample, stamp, wanted):
            yield element, suffix, price + 2 * (len(said) > len(stamp.raw) + _BESIDE)
