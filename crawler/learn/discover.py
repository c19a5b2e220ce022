"""Finding out how a section lists its articles, how it goes on, and what reaches furthest back."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from archive.errors import NewsarchiveError
from archive.identity import normalise
from archive.model import Article, Entry
from crawler.learn.links import Group, links_of, looks_like_article
from crawler.learn.listings import LearnedListing, articles_group, learn_listing, sight
from crawler.learn.looking import Look
from crawler.learn.shapes import shapes_of, union
from crawler.parsers.archives import is_month
from crawler.parsers.dates import DateContext
from crawler.parsers.feeds import Feed
from crawler.parsers.listing import read_listing, usual_next
from crawler.parsers.metadata import read_metadata
from crawler.parsers.page import Page
from crawler.site import Listing

_EXAMPLES = 3
_BESIDE = 3
_TRIES = 3
_FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml")
_FEED_LINK = re.compile(r"(?:^|[/._-])(?:rss|atom|feed)s?(?:[/._-]|$)", re.IGNORECASE)
_COMMENTS = re.compile(r"comment|kommentar", re.IGNORECASE)
_NEWS_PART = re.compile(r"news|post|article|story|stories|blog|beitr|artikel|noticia", re.IGNORECASE)
_OTHER_PART = re.compile(r"page|author|tag|categor|image|video|product|user|event", re.IGNORECASE)


class NothingFoundError(NewsarchiveError):
    """An address at which no articles were found."""

    exit_code = 2


@dataclass(slots=True)
class Findings:
    """What was found out of a section: its first listing page, how listings are read, what reaches further, examples.

    `how` says by what the section goes on; `front` is the page that was named, `titles` those of the examples' pages.
    """

    start: str
    listing: Listing
    entries: tuple[Entry, ...]
    how: str
    pages: int = 1
    also: tuple[str, ...] = ()
    examples: dict[str, Article] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    unsure: list[str] = field(default_factory=list)
    front: Page | None = None
    titles: list[str] = field(default_factory=list)


def discover(url: str, look: Look) -> Findings:
    """Return how the section at an address lists its articles; raises NothingFoundError where nothing does.

    The page's own list is believed first; where it lists next to nothing, a feed or the sitemaps, whichever names more.
    Where a list has no next page, archives by month and a feed are asked for what is older.
    """
    start = normalise(url)
    feed = look.feed(start)
    if feed is not None:
        fed = _from_feed(start, feed, look, None)
        if not fed.entries:
            raise NothingFoundError(f"{url}: this feed or sitemap names no articles; give the page that lists the news")
        return fed
    page = look.page(start)
    if page is None:
        raise NothingFoundError(look.failures.get(start) or f"{url}: not an HTML page or a feed; give a section's page")
    found = _from_page(page, look)
    if found is None or (found.how == "one page" and len(found.entries) < 6):
        found = _from_elsewhere(page, look, found) or found
    elif found.how == "one page":
        _reach_back(page, look, found)
    if found is None:
        raise NothingFoundError(
            f"{url}: no articles found on the page, in feeds or sitemaps; give the page that lists the news"
        )
    found.front = page
    pages = (look.page(example) for example in found.examples)
    found.titles = [title for one in pages if one is not None and (title := read_metadata(one).html_title)]
    return found


# The page's own list


def _from_page(page: Page, look: Look) -> Findings | None:
    """Return what the page itself lists; the group of links whose pages are articles is believed."""
    context = DateContext(read_metadata(page).language)
    following = _following(page, look, context)
    pages = [page, *following]
    refused: set[str] = set()
    for _ in range(_TRIES):
        group = articles_group(sight(page, following), context, refused)
        if group is None:
            return None
        examples, listings = _examples(group, look)
        if examples or not listings:
            break
        refused.update(group.urls)
    else:
        return None
    frames = [other for url in examples if (other := look.page(url)) is not None]
    learned = learn_listing(pages, frames, context, refused)
    found = _found(page, pages, learned, examples) if learned else None
    if found and _leads_to_other_sections(found, learned.urls if learned else (), look):
        found.listing = found.listing.model_copy(update={"also_urls": None})
        found.notes.pop("also_urls", None)
        found.entries = read_listing(page, found.listing).entries
    return found


def _leads_to_other_sections(found: Findings, listed: Iterable[str], look: Look) -> bool:
    """Return whether a link beside the list leads to an article that says it belongs to another section.

    The articles of the list must all name theirs, and the other article one that none of them names.
    """
    own = {_section_of(article) for article in found.examples.values()}
    beside = [entry.url for entry in found.entries if entry.url not in set(listed)]
    if not own or None in own or found.listing.also_urls is None:
        return False
    others = (look.article(url) for url in beside[:_BESIDE])
    return any(article is not None and _section_of(article) not in {None, *own} for article in others)


def _section_of(article: Article) -> str | None:
    """Return the section that an article's page names, in its breadcrumb before all."""
    said = article.breadcrumb[-1] if article.breadcrumb else article.section
    return said.casefold() if said else None


def _following(page: Page, look: Look, context: DateContext) -> list[Page]:
    """Return the page that the next link leads to, if it lists other articles than this one."""
    url = usual_next(page)
    other = look.page(url) if url else None
    if other is None:
        return []
    here, there = (articles_group(sight(one, [another]), context) for one, another in ((page, other), (other, page)))
    known = set(here.urls) if here else set()
    return [other] if there is not None and set(there.urls) - known else []


def _examples(group: Group, look: Look) -> tuple[dict[str, Article], int]:
    """Return the articles behind some links of a group, and how many of the links lead to none."""
    urls = list(group.urls)
    chosen = list(dict.fromkeys([urls[0], urls[len(urls) // 2], urls[-1], *urls[1:3]]))
    found: dict[str, Article] = {}
    others = 0
    for url in chosen:
        if len(found) >= _EXAMPLES or others >= 2:
            break
        article = look.article(url)
        if article is None:
            continue
        if is_article(article, group.urls.get(url)):
            found[url] = article
        else:
            others += 1
    return found, others


def is_article(article: Article, title: str | None = None) -> bool:
    """Return whether a page is an article: it is read as one, or has text below the title that the listing gives it."""
    if article.kind == "article":
        return not article.is_empty
    told = bool(title and article.title and (title in article.title or article.title in title))
    return told and len(article.body) > 200 and article.confidence < 0.9


def _found(page: Page, pages: Sequence[Page], learned: LearnedListing, examples: dict[str, Article]) -> Findings | None:
    listing = learned.listing
    read = [read_listing(one, listing) for one in pages]
    if not read[0].entries:
        return None
    how = "next page" if len(pages) > 1 else "one page"
    notes = {**learned.notes, "next": "the usual next link" if len(pages) > 1 else "no next page was found"}
    found = Findings(page.url, listing, read[0].entries, how, _last_page(page), examples=examples, notes=notes)
    if learned.confidence < 0.97:
        found.unsure.append(f"the boxes of the entries fit {learned.confidence:.0%} of the articles found")
    if len(examples) < min(_EXAMPLES, len(learned.urls)):
        found.unsure.append("not all of the articles that were looked at could be read")
    return found


def _last_page(page: Page) -> int:
    """Return the highest number that a pager's link shows, 1 where there is none."""
    numbers = [int(link.text) for link in links_of(page) if link.text.isdecimal() and len(link.text) <= 4]
    return max((number for number in numbers if number < 2000), default=1)


# What reaches further back


def _reach_back(page: Page, look: Look, found: Findings) -> None:
    """Add to a list without a next page what names older articles: archives by month, else a feed."""
    if _by_months(page, look, found):
        return
    shapes = shapes_of(entry.url for entry in found.entries)
    pattern = union([shape for shape in shapes if shape.is_dated or shape.has_folder])
    known = {entry.url for entry in found.entries}
    if pattern is None or len(known) > 100:
        return
    for url in _feeds(page)[:1]:
        feed = look.feed(url)
        more = {entry.url for entry in feed.entries if re.search(pattern, entry.url)} - known if feed else set()
        if more:
            found.also, found.how = (url,), "feed"
            found.notes["also"] = f"the feed names {len(more)} articles that the page does not"


def _by_months(page: Page, look: Look, found: Findings) -> bool:
    """Return whether the page leads to archives by month that list older articles."""
    known = {entry.url for entry in found.entries}
    months = [link.url for link in links_of(page) if is_month(link.url) and link.url not in known]
    months = list(dict.fromkeys(months))
    pattern = union(shapes_of(months)) if months else None
    if pattern is None:
        return False
    for url in (months[-1], months[0]):
        other = look.page(url)
        listed = read_listing(other, found.listing).entries if other is not None else ()
        if {entry.url for entry in listed} - known:
            found.listing = found.listing.model_copy(update={"archives": pattern})
            found.how, found.pages = "archives by date", len(months) + 1
            found.notes["archives"] = f"{len(months)} months or years are linked from the page"
            return True
    return False


# Feeds and sitemaps


def _from_elsewhere(page: Page, look: Look, found: Findings | None) -> Findings | None:
    """Return what feeds and sitemaps know of a section whose page lists next to nothing."""
    ways = []
    for url in _feeds(page)[:2]:
        feed = look.feed(url)
        if feed and feed.entries:
            ways.append(_from_feed(url, feed, look, page))
            break
    if not ways or len(ways[0].entries) < 50:
        mapped = _from_sitemaps(page, look, found)
        ways += [mapped] if mapped else []
    known = len(found.entries) if found else 0
    better = [way for way in ways if len(way.entries) > known]
    return max(better, key=lambda way: len(way.entries), default=None)


def _feeds(page: Page) -> list[str]:
    """Return the addresses of the feeds that a page names, its declared ones first."""
    declared = [
        link.get("href") or ""
        for link in page.root.iter("link")
        if "alternate" in (link.get("rel") or "").lower() and (link.get("type") or "").lower() in _FEED_TYPES
    ]
    linked = [href for link in page.root.iter("a") if (href := link.get("href")) and _FEED_LINK.search(href)]
    urls = (page.absolute(href) for href in [*declared, *linked] if href and not _COMMENTS.search(href))
    return list(dict.fromkeys(normalise(url) for url in urls if url))


def _from_feed(url: str, feed: Feed, look: Look, page: Page | None) -> Findings:
    """Return a section that a feed lists; of a whole site's feed, only what lies below the section's own folder."""
    folder = urlsplit(page.url).path if page is not None else "/"
    inside = [entry for entry in feed.entries if folder != "/" and urlsplit(entry.url).path.startswith(folder)]
    pattern = f"^https?://[^/]+{re.escape(folder)}" if inside and len(inside) < len(feed.entries) else None
    entries = tuple(inside) if pattern else feed.entries
    listing = Listing(article_urls=pattern or ".")
    notes = {"article_urls": "the feed names other sections too" if pattern else "all that the feed names"}
    if feed.parts and not entries:
        return _from_index(url, feed, look, page)
    found = Findings(url, listing, entries, "feed", 2 if feed.next_url else 1, notes=notes)
    _look_into(found, [entry.url for entry in entries], look)
    return found


def _look_into(found: Findings, urls: Sequence[str], look: Look) -> None:
    for url in list(dict.fromkeys([*urls[:1], *urls[len(urls) // 2 :][:1], *urls[-1:]])):
        article = look.article(url)
        if article is not None and is_article(article):
            found.examples[url] = article
    if not found.examples:
        found.unsure.append("none of the pages that were looked at is read as an article")


def _from_index(url: str, feed: Feed, look: Look, page: Page | None) -> Findings:
    entries = _entries_of(feed, look)
    return _of_sitemap(url, entries, look, page, None) or Findings(url, Listing(article_urls="."), (), "sitemap")


def _from_sitemaps(page: Page, look: Look, known: Findings | None) -> Findings | None:
    """Return what the site's sitemaps name of the section."""
    try:
        named = look.sitemaps(page.url)
    except NewsarchiveError:
        named = []
    for url in named or [urljoin(page.url, "/sitemap.xml")]:
        feed = look.feed(url)
        if feed is None:
            continue
        found = _of_sitemap(url, _entries_of(feed, look), look, page, known)
        if found is not None:
            return found
    return None


def _entries_of(feed: Feed, look: Look) -> list[Entry]:
    """Return the entries of a sitemap, or those of the parts of an index that sound most like news."""
    entries = list(feed.entries)
    parts = sorted(feed.parts, key=lambda part: (not _NEWS_PART.search(part), bool(_OTHER_PART.search(part))))
    for part in parts[:3]:
        inner = look.feed(part)
        entries += inner.entries if inner else ()
    return entries


def _of_sitemap(
    url: str, entries: Iterable[Entry], look: Look, page: Page | None, known: Findings | None
) -> Findings | None:
    """Return the section among a sitemap's addresses: those shaped like the known articles, or below its folder."""
    named = {entry.url: entry for entry in entries}
    folder = urlsplit(page.url).path if page is not None else "/"
    if known is not None and known.entries:
        pattern = union(shapes_of(entry.url for entry in known.entries))
        urls = [one for one in named if pattern and re.search(pattern, one)]
    else:
        below = [one for one in named if folder != "/" and urlsplit(one).path.startswith(folder)]
        urls = [one for one in below or named if looks_like_article(one)]
        pattern = None
    if not urls:
        return None
    listing = Listing(article_urls=pattern or ".", archives=".")
    found = Findings(url, listing, tuple(named[one] for one in urls), "sitemap")
    _look_into(found, urls, look)
    if not found.examples:
        return None
    if pattern is None:
        shapes = [shape for shape in shapes_of(urls) if any(map(shape.matches, found.examples))]
        found.listing = Listing(article_urls=union(shapes) or ".", archives=".")
        found.entries = tuple(named[one] for one in urls if any(shape.matches(one) for shape in shapes))
    found.notes["article_urls"] = f"{len(found.entries)} of the {len(named)} addresses in the sitemap"
    return found
