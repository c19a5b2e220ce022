"""How a section lists its articles: which links they are, in which boxes, with what beside them."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from crawler.learn.boxes import (
    Boxed,
    boxes_of,
    entry_selector,
    link_selector,
    part_selector,
    tells_date,
    tells_summary,
)
from crawler.learn.links import Group, Link, Paths, Step, around, groups_of, is_headline, links_of, looks_like_article
from crawler.learn.shapes import Shape, shapes_of, union
from crawler.parsers.dates import DateContext
from crawler.parsers.listing import date_in
from crawler.parsers.page import Page
from crawler.site import Listing

if TYPE_CHECKING:
    from lxml import etree

# What a group's mean link must be worth to be taken for articles.
_LEAST = 0.55
_FURNITURE = 0.35
_WHOLE = 0.97
_DATED = 0.7
_FEWEST_SIBLINGS = 3


@dataclass(frozen=True)
class Sighted:
    """A page of the section with its links in groups; `fixed` are the links that stand alike on other pages too."""

    page: Page
    paths: Paths
    groups: Sequence[Group]
    fixed: frozenset[str] = frozenset()


@dataclass(frozen=True)
class LearnedListing:
    """What was learned of a section's listing: the definition, the articles on each page, and how sure it is."""

    listing: Listing
    entries: tuple[dict[str, str], ...]
    shapes: tuple[Shape, ...]
    confidence: float
    notes: dict[str, str] = field(default_factory=dict)

    @property
    def urls(self) -> list[str]:
        """The articles' addresses on all pages, in order."""
        return list(dict.fromkeys(url for page in self.entries for url in page))


def sight(page: Page, others: Iterable[Page] = ()) -> Sighted:
    """Return a page's links in groups, told apart from what stands alike on other pages of the site."""
    paths = Paths()
    links = links_of(page)
    own = _standing(links)
    fixed = {url for other in others for _, url in _standing(links_of(other)) & own}
    return Sighted(page, paths, groups_of(links, paths), frozenset(fixed))


def _standing(links: Iterable[Link]) -> set[tuple[tuple[Step, ...], str]]:
    """Return the addresses with where they stand: what a menu or a box of the frame repeats on every page."""
    paths = Paths()
    return {(paths.of(link.element), link.url) for link in links}


def articles_group(seen: Sighted, context: DateContext, refused: Set[str] = frozenset()) -> Group | None:
    """Return the group of links that lead to the section's articles, None where none does.

    A group with an address that was looked at and `refused` is not asked again.
    """
    able_groups = (group for group in seen.groups if refused.isdisjoint(group.urls))
    scored = [(_worth(group, seen, context), group) for group in able_groups]
    able = [(worth * math.log1p(len(group.urls)), group) for worth, group in scored if worth >= _LEAST]
    return max(able, key=lambda pair: pair[0], default=(0.0, None))[1]


def _worth(group: Group, seen: Sighted, context: DateContext) -> float:
    """Return how much a group's mean link looks like one to an article, and not like one of a menu or a box."""
    urls = {url: text for url, text in group.urls.items() if url not in seen.fixed}
    if not urls:
        return 0.0
    count = len(urls)
    said = sum(1 for link in group.links if link.is_headline and link.url in urls) / max(1, len(group.links))
    headlines = max(said, sum(1 for text in urls.values() if len(text.split()) >= 4) / count)
    shaped = sum(1 for url in urls if looks_like_article(url)) / count
    boxed = boxes_of(seen.page, group)
    dated = sum(1 for url, box in boxed.boxes.items() if url in urls and date_in(box, context)) / count
    worth = headlines + 0.7 * shaped + 0.6 * dated + _in_heading(group)
    if group.is_furniture:
        worth *= _FURNITURE
    return worth * (0.3 + 0.7 * count / len(group.urls))


def _in_heading(group: Group) -> float:
    tags = [tag for tag, _ in group.path]
    return 0.5 if any(tag in ("h2", "h3", "h4") for tag in tags) else 0.3 if "article" in tags else 0.0


def learn_listing(
    pages: Sequence[Page], articles: Sequence[Page], context: DateContext, refused: Set[str] = frozenset()
) -> LearnedListing | None:
    """Return how the section's listing pages name their articles; `articles` are other pages of the site.

    What stands alike on several pages is the site's frame; the links that change from page to page, read like
    headlines, stand in boxes with a date and have one shape of address are the articles'. Groups with a `refused`
    address are not.
    """
    sighted = [sight(page, [*(other for other in pages if other is not page), *articles]) for page in pages]
    groups = [articles_group(seen, context, refused) for seen in sighted]
    whole = [(seen, with_siblings(seen, group)) for seen, group in zip(sighted, groups, strict=True) if group]
    if not whole:
        return None
    dated = _are_dated([boxes_of(seen.page, group) for seen, group in whole], context)
    known = [(seen, _with_dates(seen.page, group, context)) for seen, group in whole] if dated else whole
    boxed = [boxes_of(seen.page, group) for seen, group in known]
    urls = [dict(group.urls) for _, group in known]
    shapes = shapes_of(url for page in urls for url in page)
    listing, confidence, notes = _definition(boxed, known[0][0].paths, context)
    entries = {url for page in urls for url in page}
    undated = {url for _, group in whole for url in group.urls} - entries
    also = _also(shapes, sighted, entries, undated)
    if dated and undated:
        listing = listing.model_copy(update={"dated": True})
        notes["dated"] = "boxes without a date lead elsewhere"
    if also:
        notes["also_urls"] = "links elsewhere on the page whose addresses have the articles' shape"
    found = listing.model_copy(update={"also_urls": also})
    return LearnedListing(found, tuple(urls), tuple(shapes), confidence, notes)


def with_siblings(seen: Sighted, group: Group) -> Group:
    """Return a group with the links of entries that are made otherwise, without a picture say, but stand among them."""
    boxed = boxes_of(seen.page, group)
    boxes = set(boxed.boxes.values())
    (parent, count), *_ = Counter(box.getparent() for box in boxes).most_common(1)
    if parent is None or count < _FEWEST_SIBLINGS:
        return group
    shapes = shapes_of(group.urls)
    more: dict[etree._Element, Link] = {}
    for link in (link for other in seen.groups if other is not group for link in other.links):
        child = next((one for one in (link.element, *around(link.element)) if one.getparent() is parent), None)
        if child is None or child in boxes or not any(shape.matches(link.url) for shape in shapes):
            continue
        known = more.get(child)
        if known is None or len(link.text) > len(known.text):
            more[child] = link
    return Group(group.path, (*group.links, *more.values())) if more else group


def _are_dated(boxed: Sequence[Boxed], context: DateContext) -> bool:
    """Return whether nearly all entries have a date, so that one without is none."""
    boxes = [box for page in boxed for url, box in page.boxes.items() if looks_like_article(url)]
    return len(boxes) >= 5 and sum(1 for box in boxes if date_in(box, context)) >= _DATED * len(boxes)


def _with_dates(page: Page, group: Group, context: DateContext) -> Group:
    dated = {url for url, box in boxes_of(page, group).boxes.items() if date_in(box, context)}
    links = tuple(link for link in group.links if link.url in dated)
    return Group(group.path, links) if links else group


def _definition(boxed: Sequence[Boxed], paths: Paths, context: DateContext) -> tuple[Listing, float, dict[str, str]]:
    notes: dict[str, str] = {}
    entry = entry_selector(boxed)
    links = sum(len(page.boxes) for page in boxed)
    fit = entry[1] if entry else 0.0
    notes["entry"] = f"found {links} articles on {len(boxed)} page{'s' if len(boxed) > 1 else ''}"
    shape = union(shapes_of(url for page in boxed for url in page.boxes))
    if entry is None:
        return Listing(article_urls=shape or "."), 0.5, notes
    title = next((text for page in boxed for links_ in page.links.values() for text in [links_[0].text]), "")
    date = part_selector(boxed, paths, partial(tells_date, context=context))
    summary = part_selector(boxed, paths, partial(tells_summary, title=title))
    link = link_selector(boxed)
    exact = fit >= _WHOLE
    if not exact:
        notes["article_urls"] = "the boxes alone also hold other links"
    return (
        Listing(entry=entry[0], link=link, date=date, summary=summary, article_urls=None if exact else shape),
        fit,
        notes,
    )


def _also(shapes: Sequence[Shape], sighted: Sequence[Sighted], known: set[str], undated: set[str]) -> str | None:
    """Return the shape by which articles are known wherever they stand on a listing page, if it tells enough.

    It does where it holds a date or a long number, or a folder of its own that no link beside the list shares but for
    headlines.
    """
    telling = []
    links = [link for seen in sighted for group in seen.groups for link in group.links]
    for shape in shapes:
        others: dict[str, str] = {}
        for link in links:
            if link.url not in known and shape.matches(link.url, strictly=True):
                others[link.url] = max(others.get(link.url, ""), link.text, key=len)
        short = not all(map(is_headline, others.values())) or any(map(shape.matches, undated))
        if shape.is_dated or (shape.has_folder and not short):
            telling.append(shape)
    return union(telling, strictly=True)
