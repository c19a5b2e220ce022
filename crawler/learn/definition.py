"""A learned site as a definition: a TOML file with a comment for each choice."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from crawler.learn.discover import Findings
from crawler.parsers.language import declared_language
from crawler.parsers.metadata import Metadata, read_metadata
from crawler.site import Listing, Section, Site, Template

_NO_NAMES = frozenset({"index", "default", "home", "www", "en"})
_HOST_PARTS = frozenset("www english news blog com org net gov edu co ac info".split())


def site_of(found: Findings, *, site_id: str | None = None, name: str | None = None) -> Site:
    """Return the site that the findings define, with the one section that was looked at."""
    parts = urlsplit(found.start)
    metadata = read_metadata(found.front) if found.front else None
    said = name or _name(metadata, found) or parts.hostname or parts.netloc
    key = _key(found)
    return Site(
        id=site_id or id_of(found.start),
        name=said,
        url=f"{parts.scheme}://{parts.netloc}/",
        language=(declared_language(metadata) if metadata else None) or _language(found),
        listing=found.listing,
        template=Template(),
        sections=(Section(key=key, name=_section_name(found, key, said), url=_relative(found.start), also=found.also),),
    )


def id_of(url: str) -> str:
    """Return an id for a site: what its host is called, without what all hosts are called."""
    parts = urlsplit(url)
    host = parts.hostname or "site"
    if re.fullmatch(r"[\d.:]+", host):
        return _slug(f"site-{host}-{parts.port or ''}")
    words = [word for word in host.split(".")[:-1] if word not in _HOST_PARTS] or host.split(".")[:1]
    return _slug("-".join(words))


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:60] or "site"


def _key(found: Findings) -> str:
    url = found.front.url if found.front is not None else found.start
    segments = [unquote(part).partition(".")[0] for part in urlsplit(url).path.split("/") if part]
    words = [_slug(part) for part in segments if part.lower() not in _NO_NAMES and not part.isdecimal()]
    return (words[-1] if words and words[-1] != "site" else "news")[:60]


def _relative(url: str) -> str:
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def _name(metadata: Metadata | None, found: Findings) -> str | None:
    """Return the site's name as its pages declare it, or the part that the titles of all of them share."""
    if metadata is None:
        return None
    stated = metadata.first("og:site_name", "application-name")
    if stated:
        return str(stated[1])[:120]
    titles = [parts for title in (metadata.html_title, *found.titles) if (parts := _parts(title))]
    counted = Counter(part for parts in titles for part in dict.fromkeys(parts))
    shared = [part for part, count in counted.items() if count == len(titles)]
    return max(shared, key=len)[:120] if shared and len(titles) > 1 else None


def _parts(title: str | None) -> list[str]:
    return [part.strip() for part in re.split(r"\s+(?:[|–—·•»«-]|::)\s+", title or "") if part.strip()]


def _section_name(found: Findings, key: str, site_name: str) -> str:
    metadata = read_metadata(found.front) if found.front is not None else None
    parts = _parts(metadata.html_title if metadata else None)
    return next((part[:120] for part in parts if part != site_name), key.replace("-", " ").capitalize())


def _language(found: Findings) -> str | None:
    spoken = [article.language for article in found.examples.values() if article.language]
    return max(spoken, key=spoken.count) if spoken else None


def to_toml(site: Site, notes: Mapping[str, str], day: str) -> str:
    """Return a site's definition as TOML, with a comment for each choice that was made."""
    return "\n".join(_lines(site, notes, day)) + "\n"


def _lines(site: Site, notes: Mapping[str, str], day: str) -> Iterator[str]:
    section = site.sections[0]
    yield f"# Learned from {site.start_url(section)} on {day}."
    yield f"id = {_value(site.id)}"
    yield f"name = {_value(site.name)}"
    yield f"url = {_value(site.url)}"
    if site.language:
        yield "# As the pages declare it."
        yield f"language = {_value(site.language)}"
    yield ""
    yield "[listing]"
    yield from _table(site.listing, notes)
    fields = {key: rule for key, rule in site.template if rule is not None}
    if fields:
        yield ""
        yield "[template]"
        for key, rule in fields.items():
            yield from _comment(notes.get(f"template.{key}"))
            yield f"{key} = {_rule(rule)}"
    yield ""
    yield "[[sections]]"
    yield f"key = {_value(section.key)}"
    yield f"name = {_value(section.name)}"
    yield f"url = {_value(section.url)}"
    if section.also:
        yield from _comment(notes.get("also"))
        yield f"also = {_value(list(section.also))}"


def _table(listing: Listing | None, notes: Mapping[str, str]) -> Iterator[str]:
    for key, value in listing or Listing(article_urls="."):
        if value is not None and (value is not False or key == "next"):
            yield from _comment(notes.get(key))
            yield f"{key} = {_value(value)}"


def _comment(note: str | None) -> Iterator[str]:
    if note:
        yield f"# {note[:1].upper()}{note[1:]}."


def _rule(rule: Any) -> str:
    said = {key: value for key, value in rule.model_dump().items() if value}
    select = said.get("select", ())
    if set(said) <= {"select"}:
        return _value(select[0] if len(select) == 1 else list(select))
    return "{ " + ", ".join(f"{key} = {_value(list(value))}" for key, value in said.items()) + " }"


def _value(value: Any) -> str:
    """Return a value as TOML; an expression as a literal string, so that nothing in it is escaped."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_value, value))}]"
    text = str(value)
    if "\\" in text and "'" not in text and text.isprintable():
        return f"'{text}'"
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
