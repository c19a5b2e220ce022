"""What a page declares of itself for machines: JSON-LD, meta elements, microdata, link relations."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from crawler.parsers.page import Page
from crawler.parsers.text import plain, squeeze

_ARTICLE_TYPES = re.compile(r"(Article|BlogPosting|Report|LiveBlogPosting|Review)$")
_PAGE_TYPES = frozenset({"WebPage", "ItemPage", "SocialMediaPosting", "DiscussionForumPosting"})
_CONTROL = re.compile(r"[\x00-\x1f]+")
_MOST_NODES = 2000


@dataclass(frozen=True, slots=True)
class Metadata:
    """The declarations of a page.

    `meta` maps lower-case names to their first content, `nodes` are the objects of its JSON-LD and `ld` the article's
    among them, `links` maps relations of its link elements to their first address.
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
        return plain(value) or None if isinstance(value, str) else None

    def ld_names(self, key: str) -> tuple[str, ...]:
        """Return the names of the persons or organisations of a property."""
        value = self.ld.get(key)
        items = value if isinstance(value, list) else [value]
        names = (item.get("name") if isinstance(item, dict) else item for item in items)
        return tuple(plain(name) for name in names if isinstance(name, str) and name.strip())


def read_metadata(page: Page) -> Metadata:
    """Return what the page declares; broken JSON-LD counts as none."""
    nodes = tuple(_ld_nodes(page))
    articles = tuple(node for node in nodes if _is_article(node))
    links = _links(page)
    return Metadata(
        meta=_meta(page),
        ld=next(iter(articles), {}),
        articles=articles,
        pages=tuple(node for node in nodes if _PAGE_TYPES.intersection(types_of(node))),
        crumbs=_crumbs(nodes),
        html_title=squeeze(str(page.root.xpath("string(//head/title | //title[not(ancestor::svg)])"))) or None,
        language=_language(page),
        canonical=links.get("canonical"),
        nodes=nodes,
        links=links,
    )


def _meta(page: Page) -> dict[str, str]:
    found: dict[str, str] = {}
    for element in page.root.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop") or element.get("http-equiv")
        content = element.get("content")
        if name and content and content.strip():
            found.setdefault(name.strip().lower(), plain(content))
    return found


def _ld_nodes(page: Page) -> Iterator[dict[str, Any]]:
    for script in page.root.iterfind(".//script[@type='application/ld+json']"):
        text = (script.text or "").strip().removeprefix("<!--").removesuffix("-->")
        try:
            value = json.loads(_CONTROL.sub(" ", text), strict=False)
        except (ValueError, RecursionError):
            continue
        yield from _dicts(value)


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


def _links(page: Page) -> dict[str, str]:
    found: dict[str, str] = {}
    for element in page.root.iter("link"):
        href = element.get("href")
        url = page.absolute(href) if href else None
        for relation in (element.get("rel") or "").lower().split() if url else ():
            found.setdefault(relation, url or "")
    return found
