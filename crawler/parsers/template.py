"""A site's templates: which of them fits a page, and that one applied to it."""

import datetime as dt
import re
from collections.abc import Callable, Sequence
from typing import Any

from lxml import etree

from archive.model import Stamp
from crawler.parsers.dates import DateContext, day_from_url, parse_date, parse_declared
from crawler.parsers.page import Page
from crawler.parsers.reading import Reading
from crawler.parsers.text import squeeze
from crawler.selectors import Selector, elements_in, string_of
from crawler.site import FieldRule, Template

_CRUMB_SPLIT = re.compile(r"\s*(?:>+|»+|›|→)\s*|\s+[/|]\s+")
_CRUMB_SIGNS = " >»›→/|\u00a0"


def template_of(reading: Reading) -> "Reader":
    """Return the reader of the site's template that fits the page, and write down which; an empty one where none does.

    Of several the one that is valid on the page's own day is taken, and of those the newest.
    """
    layouts = reading.layouts
    chosen = fitting(layouts, reading.page, lambda: day_of(reading))
    if layouts:
        reading.rules["template"] = name_of(chosen.template) if chosen else "none"
    return chosen or Reader(None, reading.page)


def name_of(template: Template | None) -> str:
    """Return what a template is called in the rules of a page: since when it is valid."""
    return f"from:{template.valid_from}" if template and template.valid_from else "undated"


def fitting(layouts: Sequence[Template], page: Page, day_of_page: Callable[[], dt.date | None]) -> "Reader | None":
    """Return the template that fits a page, None where none does; the page's day is asked for only among several."""
    readers = [(template, Reader(template, page)) for template in layouts]
    fits = [(fit, template, reader) for template, reader in readers if (fit := fit_of(template, reader))]
    if len(fits) < 2:
        return fits[0][2] if fits else None
    day = day_of_page()
    return max(fits, key=lambda item: (day is None or item[1].covers(day), item[0], item[1].valid_from or dt.date.min))[
        2
    ]


def fit_of(template: Template, reader: "Reader") -> int:
    """Return how well a template fits a page: 0 where its body, or its title if it names no body, finds nothing."""
    titled = template.title is None or reader.text("title") is not None
    if template.body is None:
        return 2 if titled else 0
    if reader.body() is None:
        return 0
    return 2 if titled else 1


def day_of(reading: Reading) -> dt.date | None:
    """Return the day that a page is of, before it is read: the listing's, its address's, or what it declares."""
    entry, metadata = reading.entry, reading.metadata
    said = [entry.date_raw if entry else None, metadata.ld.get("datePublished")]
    said += [metadata.meta.get(name) for name in ("article:published_time", "date", "pubdate")]
    stamps = [parse_declared(text, reading.context) for text in said[:1] if text]
    stamps.append(day_from_url(reading.page.url))
    stamps += [parse_declared(text, reading.context) for text in said[1:] if isinstance(text, str)]
    return next((stamp.day for stamp in stamps if stamp and stamp.day), None)


class Reader:
    """Reads the fields that a template names; every method returns the rule with the value, or None."""

    def __init__(self, template: Template | None, page: Page) -> None:
        self.template = template
        self._page = page
        self._found: dict[str, list[Any]] = {}

    def text(self, name: str) -> tuple[str, str] | None:
        """Return the text of the first selector that finds any."""
        for text in self._strings(name):
            return f"template:{name}", text
        return None

    def date(self, name: str, context: DateContext) -> tuple[str, Stamp] | None:
        """Return the first date that the selectors find."""
        for text in self._strings(name):
            stamp = parse_date(text, context)
            if stamp:
                return f"template:{name}", stamp
        return None

    def crumbs(self) -> tuple[str, tuple[str, ...]] | None:
        """Return the breadcrumb as the texts that the selectors find."""
        texts = self._strings("breadcrumb")
        # One element for all of them.
        texts = _CRUMB_SPLIT.split(texts[0]) if len(texts) == 1 else texts
        found = tuple(filter(None, (text.strip(_CRUMB_SIGNS) for text in texts)))
        return ("template:breadcrumb", found) if found else None

    def body(self) -> etree._Element | None:
        """Return the element that holds the body."""
        return next(iter(self.elements("body")), None)

    def title(self) -> etree._Element | None:
        """Return the element whose text is the title."""
        return next((found for found in self.elements("title") if squeeze("".join(found.itertext()))), None)

    def own_elements(self) -> list[etree._Element]:
        """Return the elements in the body that are short fields, and so no text."""
        single = ("title", "updated", "published", "source", "byline")
        found = [next(iter(self.elements(name)), None) for name in single]
        named = (element for element in (*found, *self.elements("breadcrumb")) if element is not None)
        container = self.body()
        return [element for element in named if any(outer is container for outer in element.iterancestors())]

    @property
    def says_what_to_remove(self) -> bool:
        """Whether the template names what its body holds besides the text, be it nothing (`remove = []`)."""
        return self.template is not None and self.template.remove is not None

    def labels(self) -> dict[str, tuple[str, ...]]:
        """Return the labels that the template knows, by what stands behind them."""
        names = {"updated": "updated", "published": "published", "source": "source", "byline": "author"}
        rules = {kind: self._rule(name) for name, kind in names.items()}
        return {kind: rule.label for kind, rule in rules.items() if rule and rule.label}

    def is_dated(self, context: DateContext) -> bool:
        """Return whether every selector of a date finds one."""
        named = (name for name in ("updated", "published") if (rule := self._rule(name)) and rule.select)
        return all(self.date(name, context) for name in named)

    def elements(self, name: str) -> list[etree._Element]:
        """Return the elements that a field's selectors find."""
        rule = self._rule(name)
        return [
            element for selector in (rule.selectors if rule else ()) for element in elements_in(self._results(selector))
        ]

    def remove(self) -> None:
        """Take out of the page what the template says is no part of it."""
        for element in self.elements("remove"):
            _drop(element)
            self._found.clear()

    def _strings(self, name: str) -> list[str]:
        rule = self._rule(name)
        for selector in rule.selectors if rule else ():
            found = [text for text in map(squeeze, map(string_of, self._results(selector))) if text]
            if found:
                return found
        return []

    def _rule(self, name: str) -> FieldRule | None:
        rule: FieldRule | None = getattr(self.template, name, None)
        return rule

    def _results(self, selector: Selector) -> list[Any]:
        """Return what a selector finds on the page, looked for once."""
        found = self._found.get(selector.text)
        if found is None:
            found = self._found[selector.text] = selector.results(self._page.root)
        return found


def _drop(element: etree._Element) -> None:
    """Take an element out of its tree; the text after it stays."""
    parent, before, tail = element.getparent(), element.getprevious(), element.tail
    if parent is None:
        return
    if tail and before is not None:
        before.tail = (before.tail or "") + tail
    elif tail:
        parent.text = (parent.text or "") + tail
    element.tail = None
    parent.remove(element)
