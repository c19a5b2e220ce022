"""The values that travel through the product: frozen, validated when built, free of I/O."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any, Literal

Precision = Literal["day", "minute", "instant"]
PageKind = Literal["article", "listing", "other"]
CAPTION_SEPARATOR = "\n"


@dataclass(frozen=True, slots=True)
class Stamp:
    """A date as a page states it.

    `raw` is the text as printed. `value` is a `date` (precision `day`), a wall-clock `datetime` (`minute`; aware where
    the site's time zone is known, though the page states no offset) or an aware `datetime` that keeps the page's own
    offset (`instant`). It is None where the text cannot be read for certain; `reason` says why (`ambiguous`), or how a
    value was found (`relative`, `unknown-zone`).
    """

    raw: str
    value: dt.date | dt.datetime | None = None
    precision: Precision | None = None
    reason: str | None = None

    def __post_init__(self) -> None:
        if (self.value is None) != (self.precision is None):
            raise ValueError(f"a value and its precision go together: {self.value!r}, {self.precision!r}")
        is_time = isinstance(self.value, dt.datetime)
        if self.precision == "instant" and (not isinstance(self.value, dt.datetime) or self.value.tzinfo is None):
            raise ValueError(f"an instant needs an offset: {self.value!r}")
        if self.precision == "minute" and not is_time:
            raise ValueError(f"a minute needs a time: {self.value!r}")
        if self.precision == "day" and is_time:
            raise ValueError(f"a day has no time: {self.value!r}")

    @property
    def day(self) -> dt.date | None:
        """The calendar day as the page prints it."""
        return self.value.date() if isinstance(self.value, dt.datetime) else self.value

    @property
    def stored(self) -> str | None:
        """The value as the archive stores it: UTC with `Z`, wall-clock minutes without, or a bare day."""
        if self.value is None or not isinstance(self.value, dt.datetime):
            return self.value.isoformat() if self.value else None
        if self.value.tzinfo is None:
            return self.value.isoformat(timespec="seconds")
        return self.value.astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def parse_stored(stored: str | None, precision: Precision | None) -> dt.date | dt.datetime | None:
    """Return the value of a date from how the archive stores it (see `Stamp.stored`)."""
    if stored is None:
        return None
    return dt.date.fromisoformat(stored) if precision == "day" else dt.datetime.fromisoformat(stored)


@dataclass(frozen=True, slots=True)
class Image:
    """An image of an article: where it is, and what the page says of it.

    `url` is absolute (the largest of `srcset`), or None where a caption stands without an image element; `shown` is the
    page's own `src` where that is another, `fallbacks` are all other forms of the picture. `position` counts from 1.
    """

    url: str | None
    caption: str | None = None
    credit: str | None = None
    alt: str | None = None
    position: int = 1
    fallbacks: tuple[str, ...] = ()
    shown: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """What a listing page said of one article, and the key of the section that it is a listing of."""

    url: str
    title: str | None = None
    date_raw: str | None = None
    summary: str | None = None
    thumbnail: str | None = None
    section: str | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """What a rule would have given for a field, where another rule was believed."""

    field: str
    value: Any
    rule: str


@dataclass(frozen=True, slots=True)
class Article:
    """One article as one reading of its pages gives it; attributes are named as the archive's columns.

    `body` is plain text with a blank line between paragraphs and no caption in it; `body_html` is sanitised; `section`
    is the page's own word for the section it stands in, `amp_url` its AMP twin, `alternates` are its translations as
    (language, address); `kind` is what the page is, with the
    `confidence` (0 to 1) in that; `paywalled` says that the page keeps text from readers who do not pay;
    `rules` names for every field the rule that gave it; `pages` are the URLs that the article's own pager links to;
    `undecodable` counts the bytes that are no characters; `lost` is what other rules would have given, where it was
    asked for.
    """

    url: str
    title: str | None = None
    updated: Stamp | None = None
    published: Stamp | None = None
    source: str | None = None
    byline: tuple[str, ...] = ()
    breadcrumb: tuple[str, ...] = ()
    language: str | None = None
    body: str = ""
    body_html: str = ""
    markdown: str = ""
    images: tuple[Image, ...] = ()
    canonical_url: str | None = None
    section: str | None = None
    amp_url: str | None = None
    alternates: tuple[tuple[str, str], ...] = ()
    paywalled: bool = False
    kind: PageKind = "article"
    confidence: float = 0.0
    pages: tuple[str, ...] = ()
    undecodable: int = 0
    rules: dict[str, str] = field(default_factory=dict)
    lost: tuple[Candidate, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether the page gave neither text nor image."""
        return not self.body.strip() and not self.images

    @property
    def day(self) -> dt.date | None:
        """The calendar day of the article: of published, else of updated."""
        for stamp in (self.published, self.updated):
            if stamp and stamp.day:
                return stamp.day
        return None

    @property
    def captions(self) -> str:
        """All captions with their credits, one a line, for the index."""
        said = (" ".join(filter(None, (image.caption, image.credit))) for image in self.images)
        return CAPTION_SEPARATOR.join(filter(None, said))


@dataclass(frozen=True, slots=True)
class SiteRow:
    """A site as the archive's tables know it; sections as (key, name, url)."""

    id: str
    name: str
    url: str
    language: str | None
    timezone: str | None
    sections: tuple[tuple[str, str, str], ...]


def utc_now() -> dt.datetime:
    """Return the present instant."""
    return dt.datetime.now(dt.UTC)


def timestamp(instant: dt.datetime) -> str:
    """Return an instant as the archive writes it: UTC, ISO 8601, microseconds, `Z`; as text it sorts by time."""
    return instant.astimezone(dt.UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
