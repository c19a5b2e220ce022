"""What a page declares of itself for machines: JSON-LD, meta elements, microdata, link relations."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from crawler.parsers.page import Page
from crawler.parsers.text import plain, squeeze

_ARTICLE_TYPES = re.compile(r"(Article|BlogPosting|Report|LiveBlogPosting|Review)$")
# What else names the author of a page: works of other kinds, then the page itself.
_WORK_TYPES = re.compile(r"(CreativeWork|Recipe|HowTo|Podcast\w*|VideoObject|Course|Dataset)$")
_AUTHORED_PAGE_TYPES = re.compile(r"(WebPage|ItemPage|AboutPage|QAPage|FAQPage)$")
_ORGANISATION_TYPES = re.compile(r"(Organization|WebSite|Corporation|Brand)$")
_AUTHOR_META = frozenset(
    (
        "author authors article:author article.author article_author og:author og:article:author byl byline "
        "parsely-author dc.creator dcterms.creator dc.creator.name sailthru.author cxenseparse:author citation_author "
        "branch:deeplink:authorname1 content_author article:author_name article:author:name articleauthor author_name "
        "news_author mediator_author cxensepublish:author twitter:data1"
    ).split()
)
# What twitter:label1 calls twitter:data1 where that is a name (mostly WordPress's "Written by").
_WRITTEN_BY = re.compile(
    r"\b(?:by|von|par|por|da|door|av|af|author|autor\w*|auteur|autore|автор\w*)\b|作者|著者|投稿者|執筆", re.IGNORECASE
)
_PAGE_TYPES = frozenset({"WebPage", "ItemPage", "SocialMediaPosting", "DiscussionForumPosting"})
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
# The same in JSON's escapes, and halves of characters that lack the other; whole ones and backslashes are kept.
_ESCAPED = re.compile(
    r"(\\\\|\\ud[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2})|\\u(?:00(?:0[0-8bcef]|1[0-9a-f]|7f|[89][0-9a-f])|d[89a-f][0-9a-f]{2})",
    re.IGNORECASE,
)
_MOST_NODES = 2000
# No title, name or description is longer; what is would cost every pattern that looks at it.
_LONGEST = 10_000
_MOST_AUTHORS = 50
_MOST_ALTERNATES = 100
_LANGUAGE = re.compile(r"x-default|[a-z]{2,3}(-[a-z0-9]{2,8}){0,2}")


@dataclass(frozen=True, slots=True)
class Metadata:
    """The declarations of a page.

    `meta` maps lower-case names to their first content, `nodes` are the objects of its JSON-LD and `ld` the article's
    among them, `links` maps relations of its link elements to their first address, `alternates` are its hreflang links.
    `ld_authors` are the names that JSON-LD gives, each with whether it is an organisation's; `meta_authors` every
    content of an author's meta element, each with its name.
    """

    meta: dict[str, str] = field(default_factory=dict)
    ld: dict[str, Any] = field(default_factory=dict)
    articles: tuple[dict[str, Any], ...] = ()
    pages: tuple[dict[str, Any], ...] = ()
    crumbs: tuple[str, ...] = ()
    html_title: str | None = None
    language: str | None = None
    canonical: str | None = None
    nodes: tuple[dict[str, Any], ...] = ()
    links: dict[str, str] = field(default_factory=dict)
    alternates: tuple[tuple[str, str], ...] = ()
    ld_authors: tuple[tuple[str, bool], ...] = ()
    meta_authors: tuple[tuple[str, str], ...] = ()
    publisher: str | None = None

    def first(self, *names: str) -> tuple[str, str] | None:
        """Return name and content of the first of these meta elements that says something."""
        for name in names:
            value = self.meta.get(name)
            if value:
                return name, value
        return None

    def ld_text(self, key: str) -> str | None:
        """Return a text property of the article's JSON-LD node."""
        value = self.ld.get(key)
        if isinstance(value, list):
            value = next((item for item in value if isinstance(item, str)), None)
        return plain(value[:_LONGEST]) or None if isinstance(value, str) else None


def read_metadata(page: Page) -> Metadata:
    """Return what the page declares; broken JSON-LD counts as none."""
    found: dict[str, list[Any]] = {"script": [], "meta": [], "link": [], "title": []}
    for element in page.root.iter(*found):
        found[str(element.tag)].append(element)
    nodes = tuple(_ld_nodes(found["script"]))
    articles = tuple(node for node in nodes if _is_article(node))
    links = _links(page, found["link"])
    meta, meta_authors = _meta(found["meta"])
    return Metadata(
        meta=meta,
        ld=next(iter(articles), {}),
        articles=articles,
        pages=tuple(node for node in nodes if _PAGE_TYPES.intersection(types_of(node))),
        crumbs=_crumbs(nodes),
        html_title=next(filter(None, map(_title, found["title"])), None),
        language=_language(page),
        canonical=links.get("canonical"),
        nodes=nodes,
        links=links,
        alternates=_alternates(page, found["link"]),
        ld_authors=_ld_authors(nodes),
        meta_authors=meta_authors,
        publisher=_publisher(nodes),
    )


def _title(element: Any) -> str | None:
    """Return the page's title; a drawing's names the drawing."""
    if next(element.iterancestors("svg"), None) is not None:
        return None
    return squeeze("".join(element.itertext())[:_LONGEST]) or None


def _meta(elements: list[Any]) -> tuple[dict[str, str], tuple[tuple[str, str], ...]]:
    """Return the first content of every meta element's name, and all contents that name authors."""
    found: dict[str, str] = {}
    authors: list[tuple[str, str]] = []
    for element in elements:
        name = element.get("property") or element.get("name") or element.get("itemprop") or element.get("http-equiv")
        content = element.get("content")
        if name and content and content.strip():
            key = name.strip().lower()
            said = plain(content[:_LONGEST])
            found.setdefault(key, said)
            if key in _AUTHOR_META:
                authors.append((key, said))
    written_by = _WRITTEN_BY.search(found.get("twitter:label1", "")) is not None
    return found, tuple(pair for pair in authors if written_by or pair[0] != "twitter:data1")


def _ld_nodes(scripts: list[Any]) -> Iterator[dict[str, Any]]:
    for script in scripts:
        if not (script.get("type") or "").strip().lower().startswith("application/ld+json"):
            continue
        text = (script.text or "").strip().removeprefix("<!--").removesuffix("-->")
        try:
            value = json.loads(_whole(text), strict=False)
        except (ValueError, RecursionError):
            continue
        yield from _dicts(value)


def _whole(text: str) -> str:
    """Return JSON without control characters and halves of characters, escaped or not."""
    said = _CONTROL.sub(" ", text)
    return _ESCAPED.sub(lambda match: match[1] or " ", said) if "\\u" in said else said


def _dicts(value: Any) -> Iterator[dict[str, Any]]:
    """Yield the objects of a JSON-LD value and its graphs, bounded against hostile nesting."""
    queue, seen = [value], 0
    while queue and seen < _MOST_NODES:
        item = queue.pop(0)
        seen += 1
        if isinstance(item, list):
            queue.extend(item)
        elif isinstance(item, dict):
            yield item
            queue.extend(item[key] for key in ("@graph", "mainEntity", "mainEntityOfPage") if key in item)


def types_of(node: dict[str, Any]) -> list[str]:
    """Return the schema.org types that an object of JSON-LD says it is of."""
    kind = node.get("@type")
    return [item for item in (kind if isinstance(kind, list) else [kind]) if isinstance(item, str)]


def _is_article(node: dict[str, Any]) -> bool:
    return any(_ARTICLE_TYPES.search(kind) for kind in types_of(node))


def _ld_authors(nodes: tuple[dict[str, Any], ...]) -> tuple[tuple[str, bool], ...]:
    """Return the authors of the article's node, else of another work's, else of the page's."""
    known = {node["@id"]: node for node in nodes if isinstance(node.get("@id"), str) and len(node) > 2}
    for wanted in (_ARTICLE_TYPES, _WORK_TYPES, _AUTHORED_PAGE_TYPES):
        for node in nodes:
            if any(wanted.search(kind) for kind in types_of(node)):
                found = tuple(
                    dict.fromkeys([*_people(node.get("author"), known)] or [*_people(node.get("creator"), known)])
                )
                if found:
                    return found
    return ()


def _people(value: Any, known: dict[str, dict[str, Any]]) -> Iterator[tuple[str, bool]]:
    """Yield the names of an author property and whether each is an organisation's; a mere @id stands for its node."""
    for item in value[:_MOST_AUTHORS] if isinstance(value, list) else [value]:
        if isinstance(item, str):
            node = known.get(item)
            yield from _person(node) if node else _named(item, organisation=False)
        elif isinstance(item, dict):
            named = "name" in item or "familyName" in item
            yield from _person(item if named else known.get(str(item.get("@id")), item))


def _person(node: dict[str, Any]) -> Iterator[tuple[str, bool]]:
    organisation = any(_ORGANISATION_TYPES.search(kind) for kind in types_of(node))
    name = node.get("name") or " ".join(
        part for part in (node.get("givenName"), node.get("familyName")) if isinstance(part, str)
    )
    for said in name[:_MOST_AUTHORS] if isinstance(name, list) else [name]:
        yield from _named(said, organisation=organisation)


def _named(name: Any, *, organisation: bool) -> Iterator[tuple[str, bool]]:
    said = plain(name) if isinstance(name, str) else ""
    if said:
        yield said, organisation


def _publisher(nodes: tuple[dict[str, Any], ...]) -> str | None:
    for node in nodes:
        value = node.get("publisher") if _is_article(node) else None
        name = value.get("name") if isinstance(value, dict) else value
        if isinstance(name, str) and name.strip():
            return plain(name)
    return None


def _crumbs(nodes: tuple[dict[str, Any], ...]) -> tuple[str, ...]:
    for node in nodes:
        items = node.get("itemListElement")
        if "BreadcrumbList" in types_of(node) and isinstance(items, list):
            names = (_crumb_name(item) for item in items if isinstance(item, dict))
            return tuple(name for name in names if name)
    return ()


def _crumb_name(item: dict[str, Any]) -> str | None:
    target = item.get("item")
    name = item.get("name") or (target.get("name") if isinstance(target, dict) else None)
    return squeeze(name) or None if isinstance(name, str) else None


def _language(page: Page) -> str | None:
    for value in (
        page.root.get("lang"),
        page.root.get("{http://www.w3.org/XML/1998/namespace}lang"),
        page.root.get("xml:lang"),
    ):
        tag = re.match(r"\s*([A-Za-z]{2,3})(?:[-_]([A-Za-z0-9]{2,8}))?", value or "")
        if tag:
            return tag[1].lower() + (f"-{tag[2]}" if tag[2] else "")
    return None


def _links(page: Page, elements: list[Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for element in elements:
        # Most links are of a few relations (style sheets, what to load), of which the first is enough.
        relations = [name for name in (element.get("rel") or "").lower().split() if name not in found]
        url = page.absolute(element.get("href") or "") if relations and element.get("href") else None
        if url:
            found.update(dict.fromkeys(relations, url))
    return found


def _alternates(page: Page, elements: list[Any]) -> tuple[tuple[str, str], ...]:
    """Return the language versions that a page names, as (language, address)."""
    found: dict[tuple[str, str], None] = {}
    for element in elements:
        language = (element.get("hreflang") or "").strip().lower().replace("_", "-")
        if _LANGUAGE.fullmatch(language) and "alternate" in (element.get("rel") or "").lower().split():
            url = page.absolute(element.get("href") or "")
            if url:
                found[language, url] = None
    return tuple(found)[:_MOST_ALTERNATES]
