"""The links of a listing page, in groups of those that stand alike."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from urllib.parse import urlsplit

from lxml import etree

from archive.identity import host_of
from archive.segment import has_cjk
from crawler.learn.selectors import is_stable
from crawler.parsers.furniture import is_furniture, tokens_of
from crawler.parsers.listing import address_of, link_text
from crawler.parsers.page import Page
from crawler.parsers.text import squeeze

# Addresses that are files, not pages.
_FILES = re.compile(
    r"\.(?:pdf|docx?|xlsx?|pptx?|zip|rar|7z|gz|tar|jpe?g|png|gif|webp|svg|avif|mp[34]|m4a|avi|mov|wmv|webm|ogg|wav|css|js|"
    r"ics|epub|exe|dmg|apk|xml|json|rss|atom)$",
    re.IGNORECASE,
)
# Segments of addresses that gather articles, or are about the site, but are none.
NO_ARTICLES = frozenset(
    (
        "tag tags topic topics category categories author authors user users profile people search login signin signup "
        "register account subscribe subscription newsletter newsletters rss feed feeds sitemap about about-us contact "
        "contact-us privacy privacy-policy terms impressum datenschutz kontakt imprint help faq jobs careers advertise "
        "calendar events share print cart shop archive archives page label labels etiqueta etiquetas kategorie "
        "schlagwort categoria tema temas autor autores rubrik suche accessibility cookies legal"
    ).split()
)
_MOST_LINKS = 5_000
_MOST_TEXTS = 200
_DATE_PATH = re.compile(r"/(?:19|20)\d\d[/_-]?(?:0?[1-9]|1[0-2])(?:[/_-]?(?:0?[1-9]|[12]\d|3[01]))?(?=[/_.-]|$)")
_LONG_NUMBER = re.compile(r"\d{4,}")
# A class token shared by nine of ten siblings tells what they are; a rarer one what one of them is.
_SHARED = 0.9

Step = tuple[str, tuple[str, ...]]


@dataclass(frozen=True)
class Link:
    """A link to a page of the site: its element, the normalised address, what it says."""

    element: etree._Element
    url: str
    text: str

    @cached_property
    def is_headline(self) -> bool:
        """Whether the text is as long as a headline."""
        return is_headline(self.text)


def is_headline(text: str) -> bool:
    """Return whether a text is as long as headlines are: four words, or nine characters of a script without spaces."""
    if has_cjk(text):
        return len(text) >= 9
    return len(text.split()) >= 4 or len(text) >= 25


def links_of(page: Page) -> list[Link]:
    """Return the links of a page to pages of its own host, in order; itself and files left out."""
    host = host_of(page.url)
    own = address_of(page, page.url)
    found = []
    for element in islice(page.body.iter("a"), _MOST_LINKS):
        href = element.get("href")
        url = address_of(page, href) if href and not href.startswith("#") else None
        if url and url != own and host_of(url) == host and not _FILES.search(urlsplit(url).path):
            found.append(Link(element, url, said(element)))
    return found


def said(element: etree._Element) -> str:
    """Return what a link says, be it by its title or by the alternative text of its image."""
    image = element.find(".//img")
    told = (element.get("title"), element.get("aria-label"), image.get("alt") if image is not None else None)
    return link_text(element) or squeeze(next(filter(None, told), ""))


def looks_like_article(url: str) -> bool:
    """Return whether an address reads like that of one article: a date, a long number or a slug in it."""
    path = urlsplit(url).path
    segments = [segment for segment in path.lower().split("/") if segment]
    if not segments or not NO_ARTICLES.isdisjoint(segments[:-1]) or segments[-1] in NO_ARTICLES:
        return False
    last = segments[-1]
    if _DATE_PATH.search(path) and not last.isdecimal():
        return True
    number = _LONG_NUMBER.search(last) or _LONG_NUMBER.search(urlsplit(url).query)
    return bool(number) or last.count("-") >= 2 or last.count("_") >= 2 or len(last) >= 20


class Paths:
    """Where elements stand: their tags and telling classes up to the body, the same for all that stand alike."""

    def __init__(self) -> None:
        self._telling: dict[tuple[etree._Element, str], frozenset[str]] = {}
        self._paths: dict[etree._Element, tuple[Step, ...]] = {}

    def of(self, element: etree._Element) -> tuple[Step, ...]:
        """Return the steps from the body down to an element."""
        if element not in self._paths:
            parent = element.getparent()
            outer = self.of_parents(parent) if parent is not None else ()
            self._paths[element] = (*outer, self.step(element))
        return self._paths[element]

    def of_parents(self, element: etree._Element) -> tuple[Step, ...]:
        """Return the steps of an element around others; without recursion, however deep it is."""
        chain: list[etree._Element] = []
        one: etree._Element | None = element
        while one is not None and one not in self._paths and one.tag != "body":
            chain.append(one)
            one = one.getparent()
        steps = self._paths.get(one, ()) if one is not None else ()
        for inner in reversed(chain):
            steps = (*steps, self.step(inner))
            self._paths[inner] = steps
        return steps

    def step(self, element: etree._Element) -> Step:
        """Return an element's tag with the class names that it shares with its siblings."""
        names = class_names(element)
        return str(element.tag), tuple(sorted(names & self._shared(element) if names else names))

    def _shared(self, element: etree._Element) -> frozenset[str]:
        parent, tag = element.getparent(), str(element.tag)
        if parent is None:
            return class_names(element)
        key = (parent, tag)
        if key not in self._telling:
            siblings = [child for child in parent if child.tag == tag]
            counted = Counter(name for child in siblings for name in class_names(child))
            self._telling[key] = frozenset(name for name, count in counted.items() if count >= _SHARED * len(siblings))
        return self._telling[key]


def class_names(element: etree._Element) -> frozenset[str]:
    """Return the class names of an element that a person gave: none with hashes or numbers of posts."""
    return frozenset(name for name in (element.get("class") or "").split() if is_stable(name))


@dataclass(frozen=True)
class Group:
    """Links that stand alike on one page."""

    path: tuple[Step, ...]
    links: tuple[Link, ...]

    @cached_property
    def urls(self) -> dict[str, str]:
        """The addresses in order, each with the longest text that links to it."""
        found: dict[str, str] = {}
        for link in self.links:
            if len(link.text) > len(found.get(link.url, "")) or link.url not in found:
                found[link.url] = link.text
        return found

    @cached_property
    def is_furniture(self) -> bool:
        """Whether the links stand in what surrounds articles by its tag, role, class or id."""
        element: etree._Element | None = self.links[0].element
        while element is not None and element.tag != "body":
            if is_furniture(element, tokens_of(element)):
                return True
            element = element.getparent()
        return False


def groups_of(links: Sequence[Link], paths: Paths) -> list[Group]:
    """Return the links in groups of those that stand alike, each group in the page's order."""
    found: dict[tuple[Step, ...], list[Link]] = defaultdict(list)
    for link in links:
        found[paths.of(link.element)].append(link)
    return [Group(path, tuple(_without_gatherings(members))) for path, members in found.items()]


def _without_gatherings(links: list[Link]) -> list[Link]:
    """Return the links without those to tags, authors and the like, unless there is nothing else."""
    kept = [link for link in links if NO_ARTICLES.isdisjoint(urlsplit(link.url).path.lower().split("/")[1:-1])]
    return kept or links


def around(element: etree._Element) -> Iterator[etree._Element]:
    """Yield the elements around one, the innermost first, up to the body."""
    one = element.getparent()
    while one is not None and one.tag not in ("body", "html"):
        yield one
        one = one.getparent()
