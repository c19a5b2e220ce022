"""Feeds and sitemaps as listings: RSS, Atom, JSON Feed, sitemaps, news sitemaps and their indexes."""

import gzip
import io
import json
import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import feedparser
from lxml import etree

from archive.identity import normalise
from archive.model import Entry
from crawler.parsers.joining import absolute_url
from crawler.parsers.text import plain

# A sitemap holds 50,000 addresses and 50 MB at most (sitemaps.org, protocol 0.9).
MOST_BYTES = 52_428_800
_MOST_ENTRIES = 50_000
_SNIFFED = 4096
_GZIP = b"\x1f\x8b"
_FEED = re.compile(rb"<(?:rss|feed|rdf:RDF|(?:\w+:)?urlset|(?:\w+:)?sitemapindex)[\s>]", re.IGNORECASE)
_SITEMAP = re.compile(rb"<(?:\w+:)?(?:urlset|sitemapindex)[\s>]", re.IGNORECASE)
_JSON_FEED = re.compile(rb'"version"\s*:\s*"https?://(?:www\.)?jsonfeed\.org/version')
_SUMMARY = 2000


@dataclass(frozen=True, slots=True)
class Feed:
    """What a feed or a sitemap names: its articles, the page that goes on (RFC 5005), the parts of an index."""

    entries: tuple[Entry, ...]
    next_url: str | None = None
    parts: tuple[str, ...] = ()


def is_feed(body: bytes) -> bool:
    """Return whether bytes are a feed or a sitemap, by their beginning; a gzipped sitemap is looked into."""
    head = _head(body)
    return _FEED.search(head) is not None or (head.lstrip()[:1] == b"{" and _JSON_FEED.search(head) is not None)


def read_feed(body: bytes, url: str) -> Feed:
    """Return what a feed or a sitemap names; pure, and defined for any bytes.

    A gzipped sitemap is unpacked up to what the protocol allows, and not beyond.
    """
    content = unpacked(body)
    head = content[:_SNIFFED]
    if head.lstrip()[:1] == b"{":
        return _json_feed(content, url)
    return _sitemap(content, url) if _SITEMAP.search(head) else _syndicated(content, url)


def unpacked(body: bytes) -> bytes:
    """Return bytes as they are, or the first 50 MB of what they unpack to."""
    if not body.startswith(_GZIP):
        return body
    pieces = []
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(body)) as packed:
            left = MOST_BYTES
            while left > 0 and (piece := packed.read(min(left, 1 << 20))):
                pieces.append(piece)
                left -= len(piece)
    except (OSError, EOFError, ValueError, zlib.error):
        # What came before the damage is as good as any.
        pass
    return b"".join(pieces)


def _head(body: bytes) -> bytes:
    if not body.startswith(_GZIP):
        return body[:_SNIFFED]
    try:
        return gzip.GzipFile(fileobj=io.BytesIO(body)).read(_SNIFFED)
    except (OSError, EOFError, ValueError, zlib.error):
        return b""


def _syndicated(content: bytes, url: str) -> Feed:
    # Given a stream, feedparser never takes the bytes for an address to fetch.
    parsed = feedparser.parse(io.BytesIO(content), sanitize_html=False, resolve_relative_uris=False)
    entries = (_of_item(item, url) for item in islice(parsed.entries, _MOST_ENTRIES))
    following = next((link.get("href") for link in parsed.feed.get("links", ()) if link.get("rel") == "next"), None)
    return Feed(tuple(filter(None, entries)), _address(url, following))


def _of_item(item: Any, base: str) -> Entry | None:
    """Return an item as an entry; its date is kept as printed, since feedparser misreads some."""
    address = _address(base, item.get("feedburner_origlink") or item.get("link") or _permalink(item))
    if address is None:
        return None
    thumbnails = [media.get("url") for name in ("media_thumbnail", "media_content") for media in item.get(name, ())]
    return Entry(
        address,
        plain(item.get("title") or "") or None,
        item.get("published") or item.get("updated") or None,
        plain((item.get("summary") or "")[:20_000])[:_SUMMARY] or None,
        _address(base, next(filter(None, thumbnails), None)),
    )


def _permalink(item: Any) -> str | None:
    guid = item.get("id") or ""
    return guid if guid.startswith(("http://", "https://")) else None


def _json_feed(content: bytes, url: str) -> Feed:
    try:
        said = json.loads(content)
    except (ValueError, RecursionError):
        return Feed(())
    items = said.get("items") if isinstance(said, dict) else None
    found = (_of_json(item, url) for item in islice(items, _MOST_ENTRIES)) if isinstance(items, list) else ()
    following = said.get("next_url") if isinstance(said, dict) else None
    return Feed(tuple(filter(None, found)), _address(url, following))


def _of_json(item: Any, base: str) -> Entry | None:
    if not isinstance(item, dict):
        return None
    texts = {name: value for name, value in item.items() if isinstance(value, str)}
    address = _address(base, texts.get("url") or texts.get("external_url") or texts.get("id"))
    if address is None:
        return None
    return Entry(
        address,
        plain(texts.get("title", "")) or None,
        texts.get("date_published") or texts.get("date_modified"),
        plain(texts.get("summary", ""))[:_SUMMARY] or None,
        _address(base, texts.get("image")),
    )


def _sitemap(content: bytes, url: str) -> Feed:
    """Return a sitemap's addresses, or an index's parts, those first that name the newest pages."""
    entries: list[Entry] = []
    parts: list[str] = []
    for kind, fields in islice(_located(content), _MOST_ENTRIES):
        address = _address(url, fields.get("loc"))
        if address is None:
            continue
        if kind == "sitemap":
            parts.append(address)
        else:
            # When a page was last changed says nothing of when it was published.
            entries.append(Entry(address, fields.get("title"), fields.get("publication_date")))
    return Feed(tuple(entries), None, tuple(dict.fromkeys(parts)))


def _located(content: bytes) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield each `url` or `sitemap` element's fields by their local names; entities are never resolved."""
    context = etree.iterparse(
        io.BytesIO(content), events=("end",), recover=True, resolve_entities=False, no_network=True, huge_tree=False
    )
    try:
        for _, element in context:
            kind = _local(element)
            if kind in ("url", "sitemap"):
                inner: Iterable[etree._Element] = element.iterdescendants(etree.Element)
                fields = {_local(item): plain(item.text or "") for item in inner if item.text}
                yield kind, fields
                element.clear()
    except etree.XMLSyntaxError:
        return


def _local(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2].lower()


def _address(base: str, href: Any) -> str | None:
    absolute = absolute_url(base, href) if isinstance(href, str) and href else None
    try:
        return normalise(absolute) if absolute else None
    except ValueError:
        return None
