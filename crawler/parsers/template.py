"""A site's template applied to a page."""

from lxml import etree

from archive.model import Stamp
from crawler.parsers.dates import DateContext, parse_date
from crawler.parsers.page import Page
from crawler.parsers.text import squeeze
from crawler.site import FieldRule, Template

_CRUMB_SIGNS = " >»›→/|\u00a0"


class Reader:
    """Reads the fields that a template names; every method returns the rule with the value, or None."""

    def __init__(self, template: Template | None, page: Page) -> None:
        self._template = template
        self._page = page

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
        found = tuple(filter(None, (text.strip(_CRUMB_SIGNS) for text in self._strings("breadcrumb"))))
        return ("template:breadcrumb", found) if found else None

    def body(self) -> etree._Element | None:
        """Return the element that holds the body."""
        return next(iter(self.elements("body")), None)

    def elements(self, name: str) -> list[etree._Element]:
        """Return the elements that a field's selectors find."""
        rule = self._rule(name)
        return [
            element for selector in (rule.selectors if rule else ()) for element in selector.elements(self._page.root)
        ]

    def remove(self) -> None:
        """Take out of the page what the template says is no part of it."""
        for element in self.elements("remove"):
            _drop(element)

    def _strings(self, name: str) -> list[str]:
        rule = self._rule(name)
        for selector in rule.selectors if rule else ():
            found = [text for text in map(squeeze, selector.strings(self._page.root)) if text]
            if found:
                return found
        return []

    def _rule(self, name: str) -> FieldRule | None:
        rule: FieldRule | None = getattr(self._template, name, None)
        return rule


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
