"""Feeds as files: Atom (RFC 4287) and JSON Feed 1.1."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lxml import etree

from archive.software import VERSION
from archive.watching.feeds import Entry, Feed

_ATOM = "http://www.w3.org/2005/Atom"
# What XML cannot hold (https://www.w3.org/TR/xml/#charsets).
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")


def atom(feed: Feed) -> bytes:
    """Return the feed as Atom."""
    root = etree.Element(f"{{{_ATOM}}}feed", nsmap={None: _ATOM})
    _add(root, "id", feed.address)
    _add(root, "title", feed.title)
    _add(root, "updated", feed.updated)
    _add(_add(root, "author"), "name", "newsarchive")
    _add(root, "generator", "newsarchive", version=VERSION)
    if feed.place.address:
        _add(root, "link", rel="self", type="application/atom+xml", href=feed.place.address)
    _add(root, "link", rel="alternate", href=feed.place.archive)
    for entry in feed.entries:
        _add_entry(_add(root, "entry"), entry)
    return etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True)


def _add_entry(element: etree._Element, entry: Entry) -> None:
    if language := _language(entry):
        element.set("{http://www.w3.org/XML/1998/namespace}lang", language)
    _add(element, "id", entry.id)
    _add(element, "title", entry.title)
    _add(element, "updated", entry.updated)
    _add(element, "published", min(entry.published, entry.updated))
    for name in entry.authors:
        _add(_add(element, "author"), "name", name)
    _add(element, "link", rel="alternate", type="text/html", href=entry.live)
    if entry.archived:
        _add(element, "link", rel="memento", type="text/html", href=entry.archived)
    if entry.enclosure:
        image = entry.enclosure
        _add(element, "link", rel="enclosure", type=image.mime, length=str(image.size), href=image.url)
    _add(element, "category", term=entry.site)
    _add(element, "summary", entry.summary)
    _add(element, "content", entry.html, type="html")


def _add(parent: etree._Element, name: str, text: str | None = None, **attributes: str) -> etree._Element:
    said = {key: _NO_XML.sub("", value) for key, value in attributes.items()}
    element = etree.SubElement(parent, f"{{{_ATOM}}}{name}", said)
    element.text = None if text is None else _NO_XML.sub("", text)
    return element


def json_feed(feed: Feed) -> bytes:
    """Return the feed as JSON Feed."""
    said: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": feed.place.archive,
    }
    if feed.place.address:
        said["feed_url"] = feed.place.address
    said["items"] = [_item(entry) for entry in feed.entries]
    text = json.dumps(said, ensure_ascii=False, indent=1)
    # A lone surrogate, which JSON may escape, is no UTF-8.
    return _NO_XML.sub("", text).encode()


def _item(entry: Entry) -> dict[str, Any]:
    image = entry.enclosure
    said = {
        "id": entry.id,
        "url": entry.archived or entry.live,
        "external_url": entry.live,
        "title": entry.title,
        "content_html": entry.html,
        "summary": entry.summary,
        "date_published": min(entry.published, entry.updated),
        "date_modified": entry.updated,
        "authors": [{"name": name} for name in entry.authors],
        "language": _language(entry),
        "tags": [entry.site],
        "image": image.url if image else None,
        "attachments": [{"url": image.url, "mime_type": image.mime, "size_in_bytes": image.size}] if image else None,
    }
    return {name: value for name, value in said.items() if value is not None}


def _language(entry: Entry) -> str | None:
    """Return the language where it is a tag of one: pages name what they like."""
    return entry.language if entry.language and _LANGUAGE.fullmatch(entry.language) else None


@dataclass(frozen=True, slots=True)
class Form:
    """A way to write a feed."""

    mime: str
    render: Callable[[Feed], bytes]


FORMS = {
    "atom": Form("application/atom+xml; charset=utf-8", atom),
    "json": Form("application/feed+json; charset=utf-8", json_feed),
}
