"""An article page read whole: every field with the rule that gave it."""

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from lxml import etree

from archive.model import Article, Entry, Image, Stamp
from crawler.parsers import pager
from crawler.parsers.blocks import Block, blocks_of
from crawler.parsers.body import body_blocks
from crawler.parsers.dates import DateContext, day_from_url, parse_date, with_zone
from crawler.parsers.header import Header, HeaderInput, read_header
from crawler.parsers.images import find_pictures
from crawler.parsers.labels import LABEL, label_pattern
from crawler.parsers.lines import Line, names_in
from crawler.parsers.metadata import Metadata, read_metadata
from crawler.parsers.page import Page, parse_page
from crawler.parsers.region import Region, find_region
from crawler.parsers.render import render
from crawler.parsers.template import Reader
from crawler.parsers.text import squeeze
from crawler.site import Site

PARSER_RELEASE = "1"
_PUBLISHED_META = (
    "article:published_time", "datepublished", "og:published_time", "published_time", "publishdate", "pubdate",
    "publish_date", "publish-date", "date", "dc.date", "dc.date.issued", "dcterms.created", "dcterms.issued",
    "parsely-pub-date", "sailthru.date", "citation_publication_date", "published_at", "og:article:published_time",
)  # fmt: skip
_UPDATED_META = (
    "article:modified_time", "datemodified", "og:updated_time", "last-modified", "dcterms.modified", "dc.date.modified",
    "updated_time", "lastmod", "revised", "article:updated_time",
)  # fmt: skip
_AUTHOR_META = ("author", "article:author", "byl", "parsely-author", "dc.creator", "sailthru.author", "citation_author")


@dataclass(slots=True)
class _Reading:
    """One page on its way to an Article: what was found where, and the fields as they are decided."""

    page: Page
    metadata: Metadata
    context: DateContext
    site: Site | None
    entry: Entry | None
    rules: dict[str, str] = field(default_factory=dict)

    def decide(self, name: str, *sources: Callable[[], tuple[str, Any] | None]) -> Any:
        """Return the value of the first source that has one, and write down its rule."""
        for source in sources:
            found = source()
            if found and found[1]:
                self.rules[name] = found[0]
                return found[1]
        return None


def parse_article(
    body: bytes,
    url: str,
    *,
    content_type: str | None = None,
    site: Site | None = None,
    entry: Entry | None = None,
    fetched_at: dt.datetime | None = None,
) -> Article:
    """Return the article that a page holds; pure, and defined for any bytes.

    `entry` is what the listing said of the article, `fetched_at` the instant that relative dates count from. A field
    that neither page nor listing states is absent.
    """
    page = parse_page(body, url, content_type)
    metadata = read_metadata(page)
    language = metadata.language or (site.language_of(entry.section if entry else None) if site else None)
    context = DateContext(language, site.date_order if site else None, site.zone if site else None, fetched_at)
    return _read(_Reading(page, metadata, context, site, entry), language)


def _read(reading: _Reading, language: str | None) -> Article:
    page, metadata, site = reading.page, reading.metadata, reading.site
    template = Reader(site.template if site else None, page)
    template.remove()
    blocks = blocks_of(page.body)
    container = template.body()
    region = find_region(blocks, page.body) if container is None else _given_region(blocks, container)
    label = _label_of(site)
    header = read_header(
        blocks,
        HeaderInput(region, metadata, reading.context, page.url, reading.entry, site.name if site else None, label),
    )
    title = reading.decide(
        "title",
        lambda: template.text("title"),
        lambda: (header.title_rule, header.title),
        lambda: ("entry:title", reading.entry.title if reading.entry else None),
    )
    chosen = body_blocks(blocks, region, header, title, reading.context, with_lead=container is None)
    shown, captions = _with_template_images(blocks, chosen.blocks, template)
    pictures = find_pictures(shown, page, title, captions)
    kept = [block for block in shown if block.index not in pictures.caption_blocks]
    rendering = render(kept, {item.index: item for item in pictures.items if item.index is not None}, page.absolute)
    lines = _ordered_lines(header, chosen.tail_lines)
    if rendering.text:
        reading.rules["body"] = "template:body" if container is not None else "density"
    if pictures.items:
        reading.rules["images"] = ",".join(sorted({item.rule for item in pictures.items if item.rule})) or "region"
    updated, published = _dates(reading, template, lines)
    source, byline = _people(reading, template, lines)
    return Article(
        url=page.url,
        title=title,
        updated=updated,
        published=published,
        source=source,
        byline=byline,
        breadcrumb=_breadcrumb(reading, template, header),
        language=reading.decide(
            "language",
            lambda: ("html:lang", metadata.language),
            lambda: ("site:language", language),
        ),
        body=rendering.text,
        body_html=rendering.html,
        markdown=rendering.markdown,
        images=pictures.values(),
        canonical_url=reading.decide("canonical_url", lambda: ("link:canonical", metadata.canonical)),
        pages=pager.page_urls(page, blocks),
        undecodable=page.replaced,
        rules=reading.rules,
    )


def join_pages(articles: Sequence[Article]) -> Article:
    """Return one article from its pages in order: the first page's fields, all pages' text and images.

    A page that repeats what stood before (a picture at the head of each part) adds nothing twice.
    """
    first = articles[0]
    if len(articles) == 1:
        return first
    images: list[Image] = []
    seen: set[str] = set()
    for article in articles:
        for image in article.images:
            if image.url is None or image.url not in seen:
                seen.update(filter(None, [image.url]))
                images.append(replace(image, position=len(images) + 1))
    bylines = dict.fromkeys(name for article in articles for name in article.byline)
    return replace(
        first,
        body="\n\n".join(filter(None, (article.body for article in articles))),
        body_html="\n".join(filter(None, (article.body_html for article in articles))),
        markdown="\n\n".join(filter(None, (article.markdown for article in articles))),
        images=tuple(images),
        byline=tuple(bylines),
        pages=(),
    )


def _with_template_images(
    blocks: Sequence[Block], chosen: Sequence[Block], template: Reader
) -> tuple[list[Block], list[etree._Element]]:
    """Return the article's blocks with the images and captions that the template names in place of those found."""
    images, captions = template.elements("images"), template.elements("caption")
    named = [block for block in blocks if any(block.inside(element) for element in (*images, *captions))]
    kept = [block for block in chosen if not (images and block.kind == "image")]
    indexes = {block.index for block in kept}
    shown = sorted((*kept, *(block for block in named if block.index not in indexes)), key=lambda block: block.index)
    return shown, captions


def _given_region(blocks: Sequence[Block], container: Any) -> Region:
    inside = [block.index for block in blocks if block.inside(container)]
    return Region(container, min(inside, default=0), max(inside, default=-1) + 1, tuple(inside))


def _label_of(site: Site | None) -> re.Pattern[str]:
    if site is None:
        return LABEL
    template = site.template
    rules = {
        "updated": template.updated,
        "published": template.published,
        "source": template.source,
        "author": template.byline,
    }
    extra = {kind: rule.label for kind, rule in rules.items() if rule and rule.label}
    return label_pattern(extra) if extra else LABEL


def _ordered_lines(header: Header, tail: Sequence[Line]) -> list[Line]:
    """Return the header lines, those after the title first, then those above it from the nearest, then the tail's."""
    title = header.title_index if header.title_index is not None else -1
    after = [header.lines[index] for index in sorted(header.lines) if index > title]
    above = [header.lines[index] for index in sorted(header.lines, reverse=True) if index < title]
    return [*after, *above, *tail]


def _dates(reading: _Reading, template: Reader, lines: Sequence[Line]) -> tuple[Stamp | None, Stamp | None]:
    """Return the update date and the date of publication."""
    updated = reading.decide(
        "updated",
        lambda: template.date("updated", reading.context),
        lambda: _from_lines(lines, "updated"),
        lambda: _declared(reading, "dateModified", _UPDATED_META),
        lambda: _time_element(reading, ("dateModified", "updated", "modified")),
    )
    published = reading.decide(
        "published",
        lambda: template.date("published", reading.context),
        lambda: _declared(reading, "datePublished", _PUBLISHED_META),
        lambda: _time_element(reading, ("datePublished", "published", "pubdate")),
        lambda: _from_lines(lines, "published"),
        lambda: _from_lines(lines, "bare"),
        lambda: _entry_date(reading),
        lambda: ("url", day_from_url(reading.page.url)) if updated is None else None,
    )
    if updated is None and published and reading.rules["published"] == "line:unlabelled" and _stands_alone(lines):
        # A lone date that nothing names is when the page is dated, in the one sense as in the other.
        updated, reading.rules["updated"] = published, "line:unlabelled"
    zone = reading.context.zone
    return (with_zone(updated, zone) if updated else None, with_zone(published, zone) if published else None)


def _from_lines(lines: Sequence[Line], kind: str) -> tuple[str, Stamp] | None:
    found = next((stamp for stamp in (getattr(line, kind) for line in lines) if stamp), None)
    return ("line:unlabelled" if kind == "bare" else f"label:{kind}", found) if found else None


def _stands_alone(lines: Sequence[Line]) -> bool:
    line = next((line for line in lines if line.bare), None)
    return line is not None and not line.rest and not line.byline and not line.labels


def _declared(reading: _Reading, ld_key: str, names: tuple[str, ...]) -> tuple[str, Stamp] | None:
    text = reading.metadata.ld_text(ld_key)
    stamp = parse_date(text, reading.context) if text else None
    if stamp and stamp.value:
        return f"json-ld:{ld_key}", stamp
    for name in names:
        content = reading.metadata.meta.get(name)
        stamp = parse_date(content, reading.context) if content else None
        if stamp and stamp.value:
            return f"meta:{name}", stamp
    return None


def _time_element(reading: _Reading, names: tuple[str, ...]) -> tuple[str, Stamp] | None:
    """Return the date of a microdata or `time` element that says which date it is."""
    for element in reading.page.root.iter("time", "span", "meta", "abbr"):
        said = f"{element.get('itemprop') or ''} {element.get('class') or ''}".split()
        if element.get("pubdate") is not None:
            said.append("pubdate")
        if not any(name in said for name in names):
            continue
        text = element.get("datetime") or element.get("content") or element.get("title") or "".join(element.itertext())
        stamp = parse_date(squeeze(text)[:80], reading.context)
        if stamp and stamp.value:
            return f"microdata:{names[0]}", stamp
    return None


def _entry_date(reading: _Reading) -> tuple[str, Stamp] | None:
    """Return the listing's date, unless the page prints an update date: a listing then repeats that one."""
    if reading.rules.get("updated", "").startswith(("label:", "template:")):
        return None
    raw = reading.entry.date_raw if reading.entry else None
    stamp = parse_date(raw, reading.context) if raw else None
    return ("entry:date", stamp) if stamp else None


def _people(reading: _Reading, template: Reader, lines: Sequence[Line]) -> tuple[str | None, tuple[str, ...]]:
    source = reading.decide(
        "source",
        lambda: template.text("source"),
        lambda: ("label:source", next((line.source for line in lines if line.source), None)),
        lambda: ("meta:source", (reading.metadata.first("source", "article:source") or ("", None))[1]),
    )
    byline = reading.decide(
        "byline",
        lambda: _template_names(template),
        lambda: ("line:byline", next((line.byline for line in lines if line.byline), None)),
        lambda: ("json-ld:author", _clean_names(reading.metadata.ld_names("author"))),
        lambda: ("meta:author", _meta_names(reading.metadata)),
    )
    return source, tuple(byline or ())


def _template_names(template: Reader) -> tuple[str, tuple[str, ...]] | None:
    found = template.text("byline")
    return (found[0], names_in(found[1])) if found else None


def _clean_names(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part for name in names for part in names_in(name)))


def _meta_names(metadata: Metadata) -> tuple[str, ...]:
    found = metadata.first(*_AUTHOR_META)
    return names_in(found[1]) if found and not found[1].startswith("http") else ()


def _breadcrumb(reading: _Reading, template: Reader, header: Header) -> tuple[str, ...]:
    found = reading.decide(
        "breadcrumb",
        template.crumbs,
        lambda: (header.breadcrumb_rule, header.breadcrumb),
    )
    return tuple(found or ())
