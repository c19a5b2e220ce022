"""Who an article is by, and where it comes from."""

from collections.abc import Sequence

from crawler.parsers.lines import Line, names_in
from crawler.parsers.metadata import Metadata
from crawler.parsers.reading import Reading
from crawler.parsers.template import Reader

_AUTHOR_META = ("author", "article:author", "byl", "parsely-author", "dc.creator", "sailthru.author", "citation_author")


def read_people(reading: Reading, template: Reader, lines: Sequence[Line]) -> tuple[str | None, tuple[str, ...]]:
    """Return the source, and the names of the authors."""
    source = reading.decide(
        "source",
        lambda: template.text("source"),
        lambda: ("label:source", next((line.source for line in lines if line.source), None)),
        lambda: ("meta:source", (reading.metadata.first("source", "article:source") or ("", None))[1]),
    )
    byline = reading.decide(
        "byline",
        lambda: _template_names(template),
        lambda: ("line:byline", next((line.byline for line in lines if line.byline), None)),
        lambda: ("json-ld:author", _clean_names(reading.metadata.ld_names("author"))),
        lambda: ("meta:author", _meta_names(reading.metadata)),
    )
    return source, tuple(byline or ())


def _template_names(template: Reader) -> tuple[str, tuple[str, ...]] | None:
    found = template.text("byline")
    return (found[0], names_in(found[1])) if found else None


def _clean_names(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part for name in names for part in names_in(name)))


def _meta_names(metadata: Metadata) -> tuple[str, ...]:
    found = metadata.first(*_AUTHOR_META)
    return names_in(found[1]) if found and not found[1].startswith("http") else ()
