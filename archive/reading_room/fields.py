"""An article's fields in words: each value with the rule that gave it, dates as printed and as understood."""

from collections.abc import Iterator
from dataclasses import dataclass

from archive.corrections import HAND
from archive.model import Article, Stamp

_PRECISIONS = {"day": "to the day", "minute": "to the minute, by the page's own clock", "instant": "an instant"}
_REASONS = {
    "ambiguous": "not read: day and month cannot be told apart",
    "relative": "counted from the time of the capture",
    "unknown-zone": "the page names a time zone that is not known",
}
# What stands before the colon of a rule, and what the rest of it is.
_SOURCES = {
    "template": "the site's template, its selector for {}",
    "json-ld": "what the page declares as JSON-LD, {}",
    "ld": "what the page declares as JSON-LD, {}",
    "meta": "what the page declares in its head, {}",
    "og": "what the page declares for sharing, {}",
    "twitter": "what the page declares for sharing, {}",
    "article": "what the page declares in its head, article:{}",
    "html": "the page's own markup, {}",
    "link": "a link that the page declares, {}",
    "microdata": "what the page declares as microdata, {}",
    "page": "what the page shows, {}",
    "class": "an element that is called {}",
    "rel": "a link that is called {}",
    "label": "the printed label “{}”",
    "after": "what stands after the {}",
    "line": "a line of the page by itself, {}",
    "entry": "what the listing said, {}",
    "text": "the text itself, {}",
    "site": "the site's definition, {}",
    "evidence": "the loudest sign, {}",
    "heuristic": "a rule of thumb, {}",
    "url": "the address, {}",
}
_WHOLE = {
    HAND: "set by hand",
    "classifier": "the running text, as the classifier tells it from the furniture",
    "figure": "the figure that the page's markup names",
    "credit": "a line with a credit under the picture",
    "layout": "where it stands on the page",
    "region": "where they stand on the page",
    "url": "the address of the page",
    "breadcrumb": "the breadcrumb",
}
_NAMES = {
    "title": "headline", "published": "published", "updated": "updated", "source": "source", "byline": "byline",
    "breadcrumb": "breadcrumb", "language": "language", "section": "section", "canonical_url": "canonical address",
    "body": "text", "images": "pictures", "captions": "captions", "kind": "kind of page", "paywalled": "paywall",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Date:
    """A date of an article: as printed, as understood, and how exactly that is known."""

    name: str
    raw: str
    value: str | None
    told: str
    by_hand: bool

    @property
    def shown(self) -> str:
        """The value as people read it."""
        text = (self.value or "").replace("T", " ").removesuffix("Z").removesuffix(":00")
        return f"{text} UTC" if (self.value or "").endswith("Z") else text


@dataclass(frozen=True, slots=True)
class Field:
    """A field with its value, the rule that gave it, and that rule in words."""

    name: str
    value: str
    rule: str
    words: str


def dates_of(article: Article) -> tuple[Date, ...]:
    """Return the dates that an article bears, that of its publication first."""
    pairs = (("published", article.published), ("updated", article.updated))
    return tuple(_date(name, stamp, article.rules.get(name)) for name, stamp in pairs if stamp)


def fields_of(article: Article) -> tuple[Field, ...]:
    """Return each field that a rule gave, in the order in which a reader meets them."""
    found = [(name, article.rules[name]) for name in _NAMES if name in article.rules]
    return tuple(Field(_NAMES[name], _value(article, name), rule, in_words(rule)) for name, rule in found)


def in_words(rule: str) -> str:
    """Return a rule in words; where two sources agree, both."""
    return ", which agrees with ".join(_source(part) for part in rule.split("="))


def _source(rule: str) -> str:
    if rule in _WHOLE:
        return _WHOLE[rule]
    name, colon, rest = rule.partition(":")
    return _SOURCES[name].format(rest) if colon and name in _SOURCES else rule


def _date(name: str, stamp: Stamp, rule: str | None) -> Date:
    said: list[str] = []
    if stamp.precision:
        said.append(_PRECISIONS[stamp.precision])
    if stamp.reason:
        said.append(_REASONS.get(stamp.reason, stamp.reason))
    return Date(name, stamp.raw, stamp.stored, "; ".join(said) or "not read", rule == HAND)


def _value(article: Article, name: str) -> str:
    if name in ("body", "images", "captions"):
        return "; ".join(_counted(article, name))
    value = getattr(article, name, None)
    if isinstance(value, Stamp):
        return value.stored or value.raw
    if isinstance(value, tuple):
        return " › ".join(value) if name == "breadcrumb" else "; ".join(value)
    return "" if name in ("kind", "paywalled", "section") else str(value or "")


def _counted(article: Article, name: str) -> Iterator[str]:
    if name == "body":
        yield f"{len(article.body):,} characters"
    else:
        said = sum(1 for image in article.images if image.caption or image.credit)
        yield f"{len(article.images)} pictures, {said} with a caption" if name == "images" else f"{said} captions"
