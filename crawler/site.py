"""A site as data: frozen, validated values read from one TOML file each."""

import datetime as dt
import re
import tomllib
import zoneinfo
from base64 import b64encode
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import unquote, urljoin, urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from archive.errors import DefinitionError
from archive.identity import host_of, normalise
from archive.model import SiteRow
from archive.secrets import masked
from crawler.schedule import is_schedule
from crawler.selectors import Selector, compile_selector

DateOrder = Literal["YMD", "DMY", "MDY"]
# Headers that are no secrets.
_PLAIN_HEADERS = frozenset(
    {"accept", "accept-encoding", "accept-language", "cache-control", "dnt", "pragma", "referer", "user-agent"}
)
_SECRET_KEYS = ("headers", "cookies", "proxy")


def _selector(text: str) -> str:
    compile_selector(text)
    return text


def _regex(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from error
    return text


def _interval(text: str) -> str:
    if not is_schedule(text):
        raise ValueError(
            "not an interval; '6h', '30min', 'daily', 'daily at 04:00', 'never' or five cron fields are allowed"
        )
    return text


def _timezone(name: str) -> str:
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("not a time zone; a name such as 'Asia/Shanghai' or 'UTC' is allowed") from error
    return name


SelectorText = Annotated[str, AfterValidator(_selector)]
RegexText = Annotated[str, AfterValidator(_regex)]


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", ignored_types=(cached_property,))


class FieldRule(_Value):
    """How a template finds one field: selectors tried in order, or labels that the page prints before it."""

    select: tuple[SelectorText, ...] = ()
    label: tuple[str, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _short_forms(cls, value: Any) -> Any:
        if isinstance(value, str | list):
            value = {"select": value}
        if isinstance(value, dict):
            return {key: (item,) if isinstance(item, str) else item for key, item in value.items()}
        return value

    @cached_property
    def selectors(self) -> tuple[Selector, ...]:
        """The selectors, compiled."""
        return tuple(compile_selector(text) for text in self.select)


class Template(_Value):
    """The selectors of one site's article pages; every field may be left out.

    `valid_from` and `valid_until` are the first and the last day of the pages that have this layout.
    """

    title: FieldRule | None = None
    updated: FieldRule | None = None
    published: FieldRule | None = None
    source: FieldRule | None = None
    byline: FieldRule | None = None
    breadcrumb: FieldRule | None = None
    body: FieldRule | None = None
    images: FieldRule | None = None
    caption: FieldRule | None = None
    remove: FieldRule | None = None
    valid_from: dt.date | None = None
    valid_until: dt.date | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.valid_from and self.valid_until and self.valid_until < self.valid_from:
            raise ValueError(f"valid_until is before valid_from ({self.valid_from}); give the later day")
        return self

    @model_validator(mode="after")
    def _labels_where_values_have_them(self) -> Self:
        for name in ("title", "breadcrumb", "body", "images", "caption", "remove"):
            rule: FieldRule | None = getattr(self, name)
            if rule and rule.label:
                raise ValueError(f"{name} has no label; updated, published, source and byline may have one")
        return self

    @property
    def is_empty(self) -> bool:
        """Whether the template says nothing."""
        return not any(getattr(self, name) for name in TEMPLATE_FIELDS)

    def covers(self, day: dt.date) -> bool:
        """Return whether the template is valid on a day."""
        return (self.valid_from or dt.date.min) <= day <= (self.valid_until or dt.date.max)


TEMPLATE_FIELDS = tuple(name for name in Template.model_fields if not name.startswith("valid_"))


class Listing(_Value):
    """How a listing page names its articles and its next page.

    `entry` is the box of one article, `link`, `title`, `date`, `summary` and `thumbnail` are looked for inside it;
    without `entry` every link that matches `article_urls` is an article. Links outside the boxes that match
    `also_urls` are articles too: a top story, a box of older ones. Without `next`, the usual next links are recognised;
    `next = false` says that there is one page only. `archives` matches the addresses of further listing pages that a
    page links to: months of a date archive, the parts of a sitemap. With `dated`, a box without a date is no entry.
    """

    entry: SelectorText | None = None
    link: SelectorText | None = None
    title: SelectorText | None = None
    date: SelectorText | None = None
    summary: SelectorText | None = None
    thumbnail: SelectorText | None = None
    next: SelectorText | Literal[False] | None = None
    article_urls: RegexText | None = None
    also_urls: RegexText | None = None
    archives: RegexText | None = None
    dated: bool = False

    @model_validator(mode="after")
    def _names_articles(self) -> Self:
        if self.entry is None and self.article_urls is None:
            raise ValueError("says neither 'entry' nor 'article_urls'; one of them must name the articles")
        return self


class Section(_Value):
    """One news section: its key, name, first listing page, and how often it is due.

    `also` are further listings of it, walked after the first: a feed or a sitemap that reaches further back.
    """

    key: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")]
    name: str
    url: str
    every: Annotated[str, AfterValidator(_interval)] = "daily"
    language: str | None = None
    listing: Listing | None = None
    also: tuple[str, ...] = ()


class Site(_Value):
    """A news outlet: where it is, how it writes dates, its sections, and how politely it is fetched."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=64)]
    name: str
    url: str
    language: str | None = None
    timezone: Annotated[str, AfterValidator(_timezone)] | None = None
    date_order: DateOrder | None = None
    hosts: tuple[str, ...] = ()
    delay: Annotated[float, Field(ge=0, le=3600)] | None = None
    headers: dict[str, str] = {}
    cookies: dict[str, str] = {}
    proxy: str | None = None
    tls: Literal["strict", "lenient"] = "strict"
    listing: Listing | None = None
    template: Template = Template()
    templates: tuple[Template, ...] = ()
    sections: Annotated[tuple[Section, ...], Field(min_length=1)]

    @field_validator("url")
    @classmethod
    def _web_address(cls, url: str) -> str:
        return normalise(url)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        keys = [section.key for section in self.sections]
        if len(set(keys)) < len(keys):
            raise ValueError(f"sections = {keys!r}: two sections have the same key, of {', '.join(keys)}")
        for number, section in enumerate(self.sections):
            if self.listing is None and section.listing is None:
                raise ValueError(
                    f"sections.{number}.listing: section {section.key!r} has no [listing], nor has the site; add one"
                )
            try:
                normalise(section.url, self.url)
            except ValueError as error:
                raise ValueError(f"sections.{number}.url = {section.url!r}: not a web address") from error
        return self

    def start_url(self, section: Section) -> str:
        """Return the section's first listing page."""
        return normalise(urljoin(self.url, section.url))

    def language_of(self, key: str | None) -> str | None:
        """Return the language of a section's articles, where the page does not say its own."""
        section = next((section for section in self.sections if section.key == key), None)
        return (section.language if section else None) or self.language

    def listing_of(self, section: Section) -> Listing:
        """Return how the section's listing pages are read."""
        listing = section.listing or self.listing
        if listing is None:
            raise DefinitionError(f"section {section.key!r} of {self.id} has no [listing]; add one")
        return listing

    def is_own_host(self, url: str) -> bool:
        """Return whether a URL's host belongs to the site."""
        return host_of(url) in self._own_hosts

    @cached_property
    def _own_hosts(self) -> frozenset[str]:
        sections = (host_of(self.start_url(section)) for section in self.sections)
        return frozenset({host_of(self.url), *sections, *(host.lower() for host in self.hosts)})

    @cached_property
    def secrets(self) -> frozenset[str]:
        """What the definition says that nobody else may read: values of headers and cookies, the proxy's password."""
        headers = (value for name, value in self.headers.items() if name.lower() not in _PLAIN_HEADERS)
        said = [*headers, *self.cookies.values()]
        user = urlsplit(self.proxy or "").netloc.rpartition("@")[0]
        if user:
            password = user.partition(":")[2]
            plain = unquote(user)
            said += [user, plain, password, unquote(password), b64encode(plain.encode()).decode()]
        return frozenset(part for text in said for part in (text, *text.split()) if part)

    @cached_property
    def named_hosts(self) -> frozenset[str]:
        """The hosts that the user named, as requests spell them: only these may be private."""
        return frozenset(filter(None, map(_as_asked, self._own_hosts)))

    @cached_property
    def layouts(self) -> tuple[Template, ...]:
        """The templates that say something: the single one, then the dated ones."""
        return tuple(template for template in (self.template, *self.templates) if not template.is_empty)

    @cached_property
    def zone(self) -> dt.tzinfo | None:
        """The site's time zone."""
        return zoneinfo.ZoneInfo(self.timezone) if self.timezone else None

    @property
    def row(self) -> SiteRow:
        """The site as the archive's tables know it."""
        sections = tuple((section.key, section.name, self.start_url(section)) for section in self.sections)
        return SiteRow(self.id, self.name, self.url, self.language, self.timezone, sections)


def _as_asked(host: str) -> str:
    try:
        return host_of(normalise(f"http://[{host}]/" if ":" in host else f"http://{host}/"))
    except ValueError:
        return ""


def parse_definition(text: str, origin: str) -> Site:
    """Return the site that a TOML text defines; raises DefinitionError with file, key, value and what is allowed."""
    try:
        return Site.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise DefinitionError(f"{origin}: not valid TOML: {error}") from error
    except ValidationError as error:
        raise DefinitionError(f"{origin}: {_first_mistake(error)}") from error


def load_file(path: Path) -> Site:
    """Return the site that a file defines; its name must be the site's id."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DefinitionError(f"{path}: cannot be read: {error}") from error
    site = parse_definition(text, str(path))
    if site.id != path.stem:
        raise DefinitionError(f"{path}: id: {site.id!r} does not fit the file's name; call the file {site.id}.toml")
    return site


def bundled_ids() -> tuple[str, ...]:
    """Return the ids of the definitions that come with the package."""
    folder = resources.files("crawler").joinpath("sites")
    return tuple(sorted(item.name.removesuffix(".toml") for item in folder.iterdir() if item.name.endswith(".toml")))


def load_bundled(site_id: str) -> Site:
    """Return a definition that comes with the package (read through importlib.resources: an egg is a zip)."""
    file = resources.files("crawler").joinpath("sites", f"{site_id}.toml")
    return parse_definition(file.read_text(encoding="utf-8"), f"bundled definition {site_id}.toml")


def _first_mistake(error: ValidationError) -> str:
    """Return the first mistake with its key and value, and how many keys more have one."""
    every = error.errors(include_url=False)
    # A section that is wrong is missing too, says pydantic.
    problems = [found for found in every if found["type"] != "too_short" or len(every) == 1]
    places = list(dict.fromkeys(_key(problem) for problem in problems))
    more = len(places) - 1
    behind = f" (and {more} more mistake{'s' if more > 1 else ''})" if more else ""
    return _mistake(problems[0]) + behind


def _mistake(problem: Any) -> str:
    key = _key(problem)
    if not key:
        return _meaning(problem)
    is_secret = key.partition(".")[0] in _SECRET_KEYS
    value = "***" if is_secret else masked(_shown(problem["input"]))
    shown = f"{key}: " if problem["type"] == "missing" else f"{key} = {value}: "
    return shown + _meaning(problem)


def _key(problem: Any) -> str:
    """Return the key as it stands in the file; pydantic names the members of a union in between."""
    parts = [str(part) for part in problem["loc"]]
    return ".".join(part for part in parts if "[" not in part and part not in ("tuple", "constrained-str", "str"))


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."


def _meaning(problem: Any) -> str:
    if problem["type"] == "extra_forbidden":
        return f"no such key; allowed here: {', '.join(_allowed_at(problem['loc']))}"
    if problem["type"] == "missing":
        return "is missing and must be given"
    return str(problem["msg"]).removeprefix("Value error, ")


def _allowed_at(location: tuple[Any, ...]) -> list[str]:
    names = [part for part in location[:-1] if isinstance(part, str)]
    models: dict[str, type[BaseModel]] = {
        "listing": Listing, "template": Template, "templates": Template, "sections": Section,
    }  # fmt: skip
    model: type[BaseModel] = Site
    for name in names:
        model = models.get(name, FieldRule if model is Template else model)
    return list(model.model_fields)
