"""A listing page: the articles that it names, in order, and the page that follows it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from lxml import etree

from archive.identity import normalise
from archive.model import Entry
from crawler.parsers.page import Page, parse_page
from crawler.parsers.pager import NEXT_WORDS, part_number
from crawler.parsers.text import squeeze
from crawler.selectors import compile_selector
from crawler.site import Listing

_SUMMARY_LENGTH = 2000
_MOST_TEXTS, _LONGEST_LINK = 200, 5000


@dataclass(frozen=True, slots=True)
class ListingPage:
    """What a listing page says: its entries in order, each address once, the next page's address, and its encoding."""

    entries: tuple[Entry, ...]
    next_url: str | None
    encoding: str = "utf-8"
    replaced: int = 0


def parse_listing(body: bytes, url: str, listing: Listing, *, content_type: str | None = None) -> ListingPage:
    """Return the entries and the next page of a listing; pure, and defined for any bytes."""
    page = parse_page(body, url, content_type)
    found: dict[str, Entry] = {}
    for entry in _entries(page, listing):
        known = found.get(entry.url)
        if known is None:
            found[entry.url] = entry
        elif not known.title and entry.title:
            found[entry.url] = _merged(known, entry)
    return ListingPage(tuple(found.values()), _next(page, listing), page.encoding, page.replaced)


def _entries(page: Page, listing: Listing) -> Iterator[Entry]:
    wanted = re.compile(listing.article_urls) if listing.article_urls else None
    own = _own(page)
    for box, links in _boxes(page, listing):
        for link in links:
            url = _article_url(page, link.get("href") or "") if link.get("href") else None
            if url and url != own and (wanted is None or wanted.search(url)):
                yield _entry(page, listing, (box, link), url)
                break


def _boxes(page: Page, listing: Listing) -> Iterator[tuple[etree._Element, list[etree._Element]]]:
    """Yield every entry's box with the links that may be the article's; without boxes each link is its own."""
    if listing.entry is None:
        for link in page.root.iter("a"):
            yield link, [link]
        return
    for box in compile_selector(listing.entry).elements(page.root):
        if listing.link:
            yield box, compile_selector(listing.link).elements(box)
        else:
            yield box, [box] if box.tag == "a" else list(box.iter("a"))


def _article_url(page: Page, href: str) -> str | None:
    absolute = page.absolute(href)
    try:
        return normalise(absolute) if absolute else None
    except ValueError:
        return None


def _own(page: Page) -> str:
    try:
        return normalise(page.url)
    except ValueError:
        return page.url


def _entry(page: Page, listing: Listing, place: tuple[etree._Element, etree._Element], url: str) -> Entry:
    box, link = place
    title = _text(box, listing.title) or _said(link) or squeeze(link.get("title") or "") or None
    thumbnail = _text(box, listing.thumbnail) if listing.thumbnail else None
    summary = _text(box, listing.summary)
    return Entry(
        url=url,
        title=title,
        date_raw=_text(box, listing.date),
        summary=summary[:_SUMMARY_LENGTH] if summary else None,
        thumbnail=page.absolute(thumbnail) if thumbnail else _image(page, box),
    )


def _said(link: etree._Element) -> str:
    """Return what a link says; of a long one, or of one around thousands of others, the beginning."""
    return squeeze("".join(islice(link.itertext(), _MOST_TEXTS))[:_LONGEST_LINK])


def _text(box: etree._Element, selector: str | None) -> str | None:
    if selector is None:
        return None
    return next(filter(None, map(squeeze, compile_selector(selector).each_string(box))), None)


def _image(page: Page, box: etree._Element) -> str | None:
    image = next(iter(box.iter("img")), None)
    return page.absolute(image.get("src") or "") if image is not None and image.get("src") else None


def _merged(known: Entry, later: Entry) -> Entry:
    return Entry(
        known.url,
        later.title,
        known.date_raw or later.date_raw,
        known.summary or later.summary,
        known.thumbnail or later.thumbnail,
    )


def _next(page: Page, listing: Listing) -> str | None:
    if listing.next is False:
        return None
    if listing.next is not None:
        for element in compile_selector(listing.next).elements(page.root):
            url = _article_url(page, element.get("href") or "") if element.get("href") else None
            if url and url != _own(page):
                return url
        return None
    return _usual_next(page)


def _usual_next(page: Page) -> str | None:
    """Return the next page by the usual signs: rel=next, a word or an arrow for "next", the number after this one's."""
    own = _own(page)
    number = part_number(own)
    for test in (_is_rel_next, _is_next_word):
        for link in page.root.iter("a", "link"):
            url = _article_url(page, link.get("href") or "") if link.get("href") and test(link) else None
            if url and url != own:
                return url
    for link in page.root.iter("a"):
        if _said(link) == str(number + 1):
            url = _article_url(page, link.get("href") or "")
            if url and part_number(url) == number + 1:
                return url
    return None


def _is_rel_next(link: etree._Element) -> bool:
    return "next" in (link.get("rel") or "").lower().split()


def _is_next_word(link: etree._Element) -> bool:
    said = (_said(link), link.get("aria-label") or "", link.get("title") or "")
    return any(text.strip("[]() ").lower() in NEXT_WORDS for text in said)
