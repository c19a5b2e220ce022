"""A listing page: the articles that it names, in order, and the page that follows it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice

from lxml import etree

from archive.identity import normalise
from archive.model import Entry
from archive.segment import has_cjk
from crawler.parsers.dates import DateContext, find_date
from crawler.parsers.feeds import is_feed, read_feed
from crawler.parsers.metadata import read_metadata
from crawler.parsers.page import Page, parse_page
from crawler.parsers.pager import NEXT_WORDS, part_number, part_of
from crawler.parsers.text import squeeze
from crawler.parsers.traps import left_alone
from crawler.selectors import compile_selector
from crawler.site import Listing

_SUMMARY_LENGTH = 2000
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
# The addresses of a pager's links, whatever else they look like.
_PAGED = re.compile(r"/page/\d+/?$|[?&](?:page|paged|pg)=\d+")
_DATE_END = 120
_MOST_TEXTS, _LONGEST_LINK, _MOST_LINKS = 200, 5000, 50


@dataclass(frozen=True, slots=True)
class ListingPage:
    """What a listing page says: its entries in order, each address once, the next page's address, and its encoding.

    The first `listed` entries are those of the list itself; the others stand elsewhere on the page. `archives` are
    further listing pages; `left` counts the links that no walk follows, by kind.
    """

    entries: tuple[Entry, ...]
    next_url: str | None
    encoding: str = "utf-8"
    replaced: int = 0
    archives: tuple[str, ...] = ()
    listed: int = 0
    left: Mapping[str, int] = field(default_factory=dict)


def parse_listing(body: bytes, url: str, listing: Listing, *, content_type: str | None = None) -> ListingPage:
    """Return the entries and the next page of a listing; pure, and defined for any bytes."""
    if is_feed(body):
        return _of_feed(body, url, listing)
    return read_listing(parse_page(body, url, content_type), listing)


def read_listing(page: Page, listing: Listing) -> ListingPage:
    """Return the entries and the next page of a listing that is parsed already."""
    found: dict[str, Entry] = {}
    for entry in _entries(page, listing):
        known = found.get(entry.url)
        if known is None:
            found[entry.url] = entry
        elif not known.title and entry.title:
            found[entry.url] = _merged(known, entry)
    listed = len(found)
    for entry in _elsewhere(page, listing):
        found.setdefault(entry.url, entry)
    following, further = _next(page, listing), _archives(page, listing)
    return ListingPage(
        tuple(found.values()), following, page.encoding, page.replaced, further, listed, left_alone(page)
    )


def _of_feed(body: bytes, url: str, listing: Listing) -> ListingPage:
    feed = read_feed(body, url)
    wanted = re.compile(listing.article_urls) if listing.article_urls else None
    entries = (entry for entry in feed.entries if wanted is None or wanted.search(entry.url))
    further = feed.parts if listing.archives is None else tuple(filter(re.compile(listing.archives).search, feed.parts))
    found = {entry.url: entry for entry in reversed(list(entries))}
    return ListingPage(tuple(reversed(found.values())), feed.next_url, archives=further, listed=len(found))


def _elsewhere(page: Page, listing: Listing) -> Iterator[Entry]:
    """Yield the links outside the boxes whose addresses say that they are articles."""
    if listing.also_urls is None:
        return
    wanted, own = re.compile(listing.also_urls), _own(page)
    for link in page.root.iter("a"):
        url = address_of(page, link.get("href") or "") if link.get("href") else None
        if url and url != own and wanted.search(url) and not _PAGED.search(url):
            yield Entry(url, _title(link, link, page, url))


def _archives(page: Page, listing: Listing) -> tuple[str, ...]:
    """Return the further listing pages that a page links to, in order."""
    if listing.archives is None:
        return ()
    wanted, own = re.compile(listing.archives), _own(page)
    urls = (address_of(page, link.get("href") or "") for link in page.root.iter("a") if link.get("href"))
    return tuple(dict.fromkeys(url for url in urls if url and url != own and wanted.search(url)))


def _entries(page: Page, listing: Listing) -> Iterator[Entry]:
    wanted = re.compile(listing.article_urls) if listing.article_urls else None
    own = _own(page)
    context = DateContext(read_metadata(page).language) if listing.dated else None
    for box, links in _boxes(page, listing):
        if context and not date_in(box, context):
            continue
        for link in links:
            url = address_of(page, link.get("href") or "") if link.get("href") else None
            if url and url != own and (wanted is None or wanted.search(url)):
                entry = _entry(page, listing, (box, link), url)
                yield replace(entry, date_raw=entry.date_raw or date_in(box, context)) if context else entry
                break


def date_in(box: etree._Element, context: DateContext) -> str | None:
    """Return the date that a box says at its beginning or its end, as printed, or that of a time element in it."""
    moment = next(box.iter("time"), None)
    if moment is not None:
        return squeeze("".join(moment.itertext())) or moment.get("datetime")
    text = squeeze("".join(islice(box.itertext(), _MOST_TEXTS))[:_LONGEST_LINK])
    for part in (text[:_DATE_END], text[-_DATE_END:]):
        found = find_date(part, context)
        if found:
            return part[found.start : found.end]
    return None


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


def address_of(page: Page, href: str) -> str | None:
    """Return the normal form of a link's address, None where it is no web address."""
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
    title = _text(box, listing.title) or _title(box, link, page, url)
    thumbnail = _text(box, listing.thumbnail) if listing.thumbnail else None
    summary = _text(box, listing.summary)
    return Entry(
        url=url,
        title=title,
        date_raw=_text(box, listing.date),
        summary=summary[:_SUMMARY_LENGTH] if summary else None,
        thumbnail=page.absolute(thumbnail) if thumbnail else _image(page, box),
    )


def _title(box: etree._Element, link: etree._Element, page: Page, url: str) -> str | None:
    """Return what the links to an article say: the one in a heading, else the first that says more than one word.

    A picture's, a "read more" and a number of comments lead there too.
    """
    beside = [other for other in islice(box.iter("a"), _MOST_LINKS) if other is not link and other.get("href")]
    links = [link, *(other for other in beside if address_of(page, other.get("href") or "") == url)]
    headed = [text for one in links if (text := _heading(one))]
    if headed:
        return headed[0]
    texts = [text for one in links if (text := _said(one))]
    told = [text for one in links if (text := squeeze(one.get("title") or ""))]
    several = (text for text in texts if " " in text or has_cjk(text))
    return next(several, None) or max(texts, key=len, default=None) or next(iter(told), None)


def _heading(link: etree._Element) -> str:
    """Return the heading inside a link that holds a whole card, or what a link in a heading says."""
    if next(link.iter(*_HEADINGS), None) is not None:
        return link_text(link)
    return _said(link) if next(link.iterancestors(*_HEADINGS), None) is not None else ""


def link_text(link: etree._Element) -> str:
    """Return what a link says: the heading in it where it holds a whole card, else its text."""
    heading = next(link.iter(*_HEADINGS), None)
    return _said(link if heading is None else heading)


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
            url = address_of(page, element.get("href") or "") if element.get("href") else None
            if url and url != _own(page):
                return url
        return None
    return usual_next(page)


def usual_next(page: Page) -> str | None:
    """Return the next page by the usual signs: rel=next, a word or an arrow for "next", the number after this one's."""
    own = _own(page)
    number = part_number(own)
    for test in (_is_rel_next, _is_next_word):
        for link in page.root.iter("a", "link"):
            url = address_of(page, link.get("href") or "") if link.get("href") and test(link) else None
            if url and url != own:
                return url
    for link in page.root.iter("a"):
        # The page after this one, whatever the link says: "2", "« Older", an arrow.
        part = part_of(page, link.get("href") or "", own) if link.get("href") else None
        if part and part[0] == number + 1:
            return part[1]
    return None


def _is_rel_next(link: etree._Element) -> bool:
    return "next" in (link.get("rel") or "").lower().split()


def _is_next_word(link: etree._Element) -> bool:
    said = (_said(link), link.get("aria-label") or "", link.get("title") or "")
    return any(text.strip("[]() ").lower() in NEXT_WORDS for text in said)
