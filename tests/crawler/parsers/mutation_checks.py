"""What must hold of whatever a page was read as."""

import datetime as dt
import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import urlsplit

from lxml import etree
from markdown_it import MarkdownIt

from archive.model import Article, Stamp
from crawler.parsers.listing import ListingPage

_COMMONMARK = MarkdownIt("commonmark", {"maxNesting": 500}).enable("table")
_NOT_WORD = re.compile(r"[\W_]+")
_ELEMENTS = frozenset(
    "p h2 h3 h4 h5 h6 ul ol li blockquote pre code strong em sub sup a br table tbody tr td figure figcaption "
    "img".split()
)
_ATTRIBUTES = {("a", "href"), ("img", "src"), ("img", "alt")}
_SCHEME = re.compile(r"(?:https?|mailto|sha256):", re.IGNORECASE)
_WEB = re.compile(r"https?://", re.IGNORECASE)
# Reading Markdown back costs the square of some texts' length.
_MOST_MARKDOWN = 30_000


def complaints(article: Article) -> Iterator[str]:
    """Yield what is wrong with an article in itself."""
    yield from _texts(article)
    yield from _markup(article.body_html)
    yield from _agreement(article)
    yield from _addresses(article)
    yield from _dates(article)
    if not 0 <= article.confidence <= 1:
        yield f"confidence {article.confidence!r}"
    if [image.position for image in article.images] != list(range(1, len(article.images) + 1)):
        yield "positions of images"
    if article.kind not in ("article", "listing", "other"):
        yield f"kind {article.kind!r}"
    named = ("title", "updated", "published", "source", "byline", "breadcrumb", "language", "body", "images", "section")
    yield from (f"no rule for {name}" for name in named if getattr(article, name) and name not in article.rules)


def listing_complaints(page: ListingPage) -> Iterator[str]:
    """Yield what is wrong with a listing in itself."""
    addresses = [entry.url for entry in page.entries]
    if len(set(addresses)) < len(addresses):
        yield "an address is listed twice"
    yield from _not_web("entry", [*addresses, *filter(None, [page.next_url])])
    yield from _not_web("thumbnail", [entry.thumbnail for entry in page.entries if entry.thumbnail])


def _texts(article: Article) -> Iterator[str]:
    lines = [
        ("title", article.title), ("source", article.source), ("section", article.section),
        ("language", article.language), *(("byline", name) for name in article.byline),
        *(("breadcrumb", crumb) for crumb in article.breadcrumb),
        *(("caption", image.caption) for image in article.images),
        *(("credit", image.credit) for image in article.images), *(("alt", image.alt) for image in article.images),
    ]  # fmt: skip
    for name, text in lines:
        if text is None:
            continue
        if not text.strip():
            yield f"an empty {name}: {text!r}"
        control = next((letter for letter in text if unicodedata.category(letter) == "Cc"), None)
        if control is not None:
            yield f"a control character in {name}: {control!r} in {text[:80]!r}"
    for name, text in (*lines, ("body", article.body), ("html", article.body_html), ("markdown", article.markdown)):
        if text and any("\ud800" <= letter <= "\udfff" for letter in text):
            yield f"half a character in {name}"
    sign = re.search("[\x00-\x08\x0b\x0c\x0e-\x1f]", article.body + article.body_html + article.markdown)
    if sign:
        yield f"a control character in the body: {sign[0]!r}"


def _parsed(markup: str) -> etree._Element | None:
    if not markup:
        return None
    return etree.fromstring(f"<div>{markup}</div>".encode(), etree.HTMLParser(encoding="utf-8", huge_tree=True))


def _markup(html: str) -> Iterator[str]:
    root = _parsed(html)
    for element in root.iterdescendants() if root is not None else ():
        tag = str(element.tag)
        if tag not in _ELEMENTS and tag not in ("body", "div"):
            yield f"an element in body_html: {tag}"
        for name, value in element.items():
            if (tag, name) not in _ATTRIBUTES:
                yield f"an attribute in body_html: {tag} {name}"
            if name != "alt" and not _SCHEME.match(value):
                yield f"an address in body_html: {value[:80]!r}"


def _words(text: str) -> str:
    return _NOT_WORD.sub("", text)


def _shown(markup: str) -> str:
    root = _parsed(markup)
    if root is None:
        return ""
    for caption in root.iter("figcaption"):
        for child in list(caption):
            caption.remove(child)
        caption.text = None
    return _words("".join(root.itertext()))


def _differ(one: str, other: str) -> str:
    place = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return f"{len(one)} and {len(other)} letters, {one[place : place + 40]!r} and {other[place : place + 40]!r}"


def _agreement(article: Article) -> Iterator[str]:
    body, html = _words(article.body), _shown(article.body_html)
    if body != html:
        yield f"body and body_html: {_differ(body, html)}"
    if len(article.markdown) <= _MOST_MARKDOWN:
        said = _words("".join(_parsed(article.body_html).itertext())) if article.body_html else ""  # type: ignore[union-attr]
        root = _parsed(_COMMONMARK.render(article.markdown))
        again = _words("".join(root.itertext())) if root is not None else ""
        if again != said:
            yield f"markdown and body_html: {_differ(again, said)}"


def _not_web(name: str, addresses: list[str]) -> Iterator[str]:
    for address in addresses:
        try:
            host = urlsplit(address).netloc
        except ValueError:
            host = ""
        if not host or not _WEB.match(address):
            yield f"{name} is no address: {address[:100]!r}"


def _addresses(article: Article) -> Iterator[str]:
    images = [url for image in article.images for url in (image.url, image.shown, *image.fallbacks) if url is not None]
    yield from _not_web("image", images)
    yield from _not_web("page", list(article.pages))
    yield from _not_web("canonical", [article.canonical_url] if article.canonical_url is not None else [])
    yield from _not_web("amp", [article.amp_url] if article.amp_url is not None else [])


def _dates(article: Article) -> Iterator[str]:
    lost = [candidate.value for candidate in article.lost if isinstance(candidate.value, Stamp)]
    for stamp in filter(None, (article.updated, article.published, *lost)):
        try:
            again = Stamp(stamp.raw, stamp.value, stamp.precision, stamp.reason)
            stored, day = again.stored, again.day
        except (ValueError, OverflowError) as error:
            yield f"a date that cannot be kept: {error!r} {stamp!r}"[:300]
            continue
        if stamp.value is not None and not (stored and isinstance(day, dt.date)):
            yield f"a date without a value: {stamp!r}"
        if stamp.value is not None and stamp.reason == "ambiguous":
            yield f"an ambiguous date with a value: {stamp!r}"
