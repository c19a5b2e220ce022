"""Where a site's layout changed: since which of its pages the selectors of its templates find nothing."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from crawler.learn.stored import StoredPage
from crawler.parsers.article import reading_of_page
from crawler.parsers.page import parse_page
from crawler.parsers.template import Reader, template_of
from crawler.site import Site, Template

# So many of the newest pages in a row are no accident.
FEWEST = 3
_SINGLE = ("title", "updated", "published", "source", "byline", "breadcrumb", "body")


@dataclass(frozen=True, slots=True)
class Change:
    """The newest pages that the present template no longer reads, the fields that it lost, and the day of the first."""

    present: Template | None
    fields: tuple[str, ...] = ()
    pages: tuple[StoredPage, ...] = ()

    @property
    def since(self) -> dt.date | None:
        """The day of the first page of the new layout."""
        return min((stored.day for stored in self.pages), default=None)


@dataclass(frozen=True, slots=True)
class _Look:
    stored: StoredPage
    template: Template | None
    missing: frozenset[str]


def change_of(site: Site, newest: Sequence[StoredPage]) -> Change:
    """Return what changed on a site's newest pages, given the newest first; without fields where nothing did."""
    looks = [_look(site, stored) for stored in newest]
    present = next((look.template for look in looks if look.template), None) or _latest(site)
    if present is None:
        return Change(None)
    runs = {name: _run(name, looks) for name in _named(present)}
    longest = max(runs.values(), default=0)
    if longest < FEWEST:
        return Change(present)
    lost = tuple(name for name, run in runs.items() if run >= FEWEST)
    return Change(present, lost, tuple(look.stored for look in looks[:longest]))


def _latest(site: Site) -> Template | None:
    return max(site.layouts, key=lambda template: template.valid_from or dt.date.min, default=None)


def _named(template: Template) -> list[str]:
    return [name for name in _SINGLE if (rule := getattr(template, name)) and rule.select]


def _look(site: Site, stored: StoredPage) -> _Look:
    page = parse_page(stored.page.body, stored.page.url, stored.page.content_type)
    reader = template_of(reading_of_page(page, site, stored.page.entry))
    if reader.template is None:
        return _Look(stored, None, frozenset(_SINGLE))
    return _Look(stored, reader.template, frozenset(name for name in _SINGLE if not _finds(reader, name)))


def _finds(reader: Reader, name: str) -> bool:
    return reader.body() is not None if name == "body" else reader.text(name) is not None


def _run(name: str, looks: Sequence[_Look]) -> int:
    """Return on how many of the newest pages in a row a field's selectors find nothing; 0 where they never did."""
    run = next((number for number, look in enumerate(looks) if name not in look.missing), len(looks))
    older = looks[run:]
    often = sum(name not in look.missing for look in older) * 2 >= len(older)
    broken = all(look.template is None for look in looks[:run])
    return run if broken or (older and often) else 0
