"""Who an article is by, and where it comes from."""

from collections.abc import Callable, Iterable, Sequence
from urllib.parse import urlsplit

from crawler.parsers.bylines import PageBylines
from crawler.parsers.lines import Line
from crawler.parsers.metadata import Metadata
from crawler.parsers.names import is_organisation, names_in
from crawler.parsers.reading import Reading
from crawler.parsers.template import Reader
from crawler.parsers.text import loose

_Names = tuple[str, tuple[str, ...]]
_Source = Callable[[], _Names]


def read_people(
    reading: Reading, template: Reader, lines: Sequence[Line], marked: PageBylines
) -> tuple[str | None, tuple[str, ...]]:
    """Return the source, and the names of the authors."""
    source = reading.decide(
        "source",
        lambda: template.text("source"),
        lambda: ("label:source", next((line.source for line in lines if line.source), None)),
        lambda: ("meta:source", (reading.metadata.first("source", "article:source") or ("", None))[1]),
    )
    sites = _sites(reading)
    sources: tuple[_Source, ...] = (
        lambda: ("json-ld:author", _declared(reading.metadata, sites)),
        lambda: ("rel:author", marked.names("rel:author")),
        lambda: ("microdata:author", marked.names("microdata:author")),
        lambda: ("class:author-name", marked.names("class:author-name")),
        lambda: ("class:byline", marked.names("class:byline")),
        lambda: ("line:byline", next((line.byline for line in lines if line.byline), ())),
        lambda: ("link:author", marked.names("link:author")),
        lambda: ("meta:author", _meta_names(reading.metadata)),
        lambda: ("line:name", marked.lone_name()),
        lambda: ("after:author", marked.names("class:author-name", after=True)),
        lambda: ("after:byline", marked.names("class:byline", after=True)),
    )
    byline = reading.decide("byline", lambda: _template_names(template), *_persons_first(sources, sites))
    names = tuple(byline or ())
    given = reading.rules.get("byline", "").startswith("template:")
    return source, names if given else _without_helpers(names, marked)


def _without_helpers(names: tuple[str, ...], marked: PageBylines) -> tuple[str, ...]:
    if len(names) < 2:
        return names
    helpers = marked.helpers()
    return tuple(name for name in names if loose(name) not in helpers) or names


def _persons_first(sources: Sequence[_Source], sites: frozenset[str]) -> list[_Source]:
    """Return the sources with the first that names a person at their head, the site's own name behind any other."""
    weak: list[_Names] = []
    for count, source in enumerate(sources, 1):
        found = source()
        if any(not is_organisation(name, sites) for name in found[1]):
            return [_always(found), *(_always(one) for one in weak), *sources[count:]]
        weak.append(found)
    return [_always(one) for one in sorted(weak, key=lambda one: all(loose(name) in sites for name in one[1]))]


def _always(found: _Names) -> _Source:
    return lambda: found


def _sites(reading: Reading) -> frozenset[str]:
    """Return the names of the site, in their loose form."""
    meta, host = reading.metadata, _host(reading.page.url)
    names = [
        meta.publisher,
        meta.meta.get("og:site_name"),
        meta.meta.get("application-name"),
        host,
        host.removeprefix("www."),
    ]
    names += host.removeprefix("www.").split(".")[:-1]
    if reading.site:
        names.append(reading.site.name)
    return frozenset(filter(None, map(loose, names)))


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _template_names(template: Reader) -> tuple[str, tuple[str, ...]] | None:
    found = template.text("byline")
    return (found[0], names_in(found[1])) if found else None


def _declared(metadata: Metadata, sites: frozenset[str]) -> tuple[str, ...]:
    found: list[str] = []
    for said, organisation in metadata.ld_authors:
        names = (said,) if organisation or loose(said) in sites else names_in(said, declared=True)
        # "Mary Jones and Li Na, The Post": the house stands behind its people.
        found += [name for name in names if len(names) == 1 or loose(name) not in sites] or names
    return _unique(found)


def _meta_names(metadata: Metadata) -> tuple[str, ...]:
    for _, said in metadata.meta_authors:
        names = names_in(said, declared=True)
        if names:
            return names
    return ()


def _unique(names: Iterable[str]) -> tuple[str, ...]:
    kept: dict[str, str] = {}
    for name in names:
        kept.setdefault(loose(name), name)
    return tuple(kept.values())
