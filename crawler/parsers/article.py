"""An article page read whole: every field with the rule that gave it."""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from lxml import etree

from archive.model import Article, Entry, Image
from crawler.parsers import kind, pager
from crawler.parsers.belonging import Surroundings, declared_images
from crawler.parsers.blocks import Block, Box, Run
from crawler.parsers.body import Chosen, believed, body_blocks
from crawler.parsers.bylines import PageBylines
from crawler.parsers.dateline import Place
from crawler.parsers.dates import DateContext
from crawler.parsers.evidence import Given
from crawler.parsers.features import Grounds, Verdict
from crawler.parsers.frame import Frame, frame_of
from crawler.parsers.header import Header, HeaderInput, read_header
from crawler.parsers.images import find_pictures
from crawler.parsers.labels import LABEL, label_pattern
from crawler.parsers.language import declared_language, read_language
from crawler.parsers.lines import Line
from crawler.parsers.metadata import Metadata, read_metadata
from crawler.parsers.page import Page, parse_page
from crawler.parsers.people import read_people
from crawler.parsers.pictures import Pictures
from crawler.parsers.reading import Reading
from crawler.parsers.region import Region, find_region, given_region
from crawler.parsers.render import render
from crawler.parsers.stamps import read_dates
from crawler.parsers.standing import read_amp_url, read_canonical_url, read_paywalled, read_section
from crawler.parsers.template import Reader, template_of
from crawler.parsers.text import plain
from crawler.parsers.titles import Title
from crawler.parsers.walk import blocks_of
from crawler.site import Site

PARSER_RELEASE = "2"
# A shorter declared text is a summary.
_DECLARED_BODY = 200
_LONGEST_DECLARED = 500_000


def parse_article(  # noqa: PLR0913 - what a page is read with is eight things of eight kinds
    body: bytes,
    url: str,
    *,
    content_type: str | None = None,
    site: Site | None = None,
    entry: Entry | None = None,
    fetched_at: dt.datetime | None = None,
    explain: bool = False,
    markdown: bool = True,
) -> Article:
    """Return the article that a page holds; pure, and defined for any bytes.

    `entry` is what the listing said of the article, `fetched_at` the instant that relative dates count from. A field
    that neither page nor listing states is absent. With `explain`, `lost` has what other rules would have given;
    without `markdown`, which the archive does not keep, that form of the body is left empty.
    """
    page = parse_page(body, url, content_type)
    return read_article(reading_of_page(page, site, entry, fetched_at, explain=explain, markdown=markdown))


def reading_of_page(
    page: Page,
    site: Site | None = None,
    entry: Entry | None = None,
    fetched_at: dt.datetime | None = None,
    *,
    explain: bool = False,
    markdown: bool = False,
) -> Reading:
    """Return a page as it is before its fields are read."""
    metadata = read_metadata(page)
    context = DateContext(
        declared_language(metadata) or _language_of(site, entry),
        site.date_order if site else None,
        site.zone if site else None,
        fetched_at,
    )
    return Reading(page, metadata, context, site, entry, explain, markdown, site.layouts if site else ())


def _language_of(site: Site | None, entry: Entry | None) -> str | None:
    return site.language_of(entry.section if entry else None) if site else None


@dataclass(frozen=True, slots=True)
class Draft:
    """What the rules make of a page: its blocks, head, title, the body they choose and the pictures in it.

    `is_clean` says that the site's template names the body, and what in it is none of the article; `fields` are the
    elements that it names as title, date or people, which are no text.
    """

    blocks: list[Block]
    region: Region
    header: Header
    title: str | None
    chosen: Chosen
    pictures: Pictures
    has_template_body: bool
    is_clean: bool = False
    fields: Sequence[etree._Element] = ()

    def lines(self) -> list[Line]:
        """Return the lines naming dates and people: those below the title, those above it, nearest first, the last."""
        lines = self.header.lines
        title = self.header.title_index if self.header.title_index is not None else -1
        below = [lines[index] for index in sorted(lines) if index > title]
        above = [lines[index] for index in sorted(lines, reverse=True) if index < title]
        return [*below, *above, *self.chosen.tail_lines]

    def is_field(self, block: Block) -> bool:
        """Return whether a block is a field that the template names."""
        return any(block.inside(element) for element in self.fields)

    def choice(self, metadata: Metadata) -> tuple[list[Block], Chosen, Grounds]:
        """Return what the body's classifier chooses from."""
        return self.blocks, self.chosen, self.grounds(metadata)

    def grounds(self, metadata: Metadata) -> Grounds:
        """Return what the body's classifier looks at."""
        captions = dict.fromkeys(self.pictures.caption_blocks, Verdict.CAPTION)
        said = metadata.first("og:description", "description")
        return Grounds(self.region, self.header, self.title, said[1] if said else None, self.chosen.verdicts | captions)


def draft_of(reading: Reading) -> tuple[Draft, Reader]:
    """Return the rules' draft of a page, and the site's template applied to it."""
    page, site = reading.page, reading.site
    template = template_of(reading)
    template.remove()
    frame = frame_of(template, reading.context)
    if frame is not None:
        return _framed_draft(reading, template, frame), template
    blocks = blocks_of(page.body)
    container = template.body()
    clean, fields = template.says_what_to_remove, template.own_elements()
    region = given_region(blocks, container, whole=clean) if container is not None else find_region(blocks, page.body)
    label, name = _label_of(template), site.name if site else None
    header = read_header(
        blocks, HeaderInput(region, reading.metadata, reading.context, page.url, reading.entry, name, label)
    )
    title = reading.decide(
        "title",
        lambda: template.text("title"),
        lambda: (header.title_rule, header.title),
        *((lambda told=told: told) for told in header.other_titles),
        lambda: ("entry:title", reading.entry.title if reading.entry else None),
    )
    chosen = body_blocks(blocks, region, header, title, reading.context, with_lead=container is None)
    pictures = _pictures(reading, template, chosen, _Head(blocks, region, header, title))
    return Draft(blocks, region, header, title, chosen, pictures, container is not None, clean, fields), template


def _framed_draft(reading: Reading, template: Reader, frame: Frame) -> Draft:
    """Return the draft of a page of which only what its template encloses is looked at."""
    page, site, blocks, region = reading.page, reading.site, frame.blocks, frame.region
    said = template.text("title")
    known = Title(said[1] if said else None, said[0] if said else "", frame.title_index)
    header = read_header(
        blocks,
        HeaderInput(
            region, reading.metadata, reading.context, page.url, reading.entry, site.name if site else None,
            _label_of(template), known,
        ),
    )  # fmt: skip
    title = reading.decide("title", lambda: (header.title_rule, header.title))
    chosen = body_blocks(blocks, region, header, title, reading.context, with_lead=False)
    pictures = _pictures(reading, template, chosen, _Head(blocks, region, header, title))
    return Draft(blocks, region, header, title, chosen, pictures, True, True, template.own_elements())


class _Head(NamedTuple):
    """What is known of a page before its body is chosen."""

    blocks: Sequence[Block]
    region: Region
    header: Header
    title: str | None


def _pictures(reading: Reading, template: Reader, chosen: Chosen, head: _Head) -> Pictures:
    """Return the pictures of the chosen body, or those that the template names."""
    shown, captions = _with_template_images(head.blocks, chosen.blocks, template)
    around = Surroundings(
        head.blocks,
        head.region.core,
        head.header.title_index,
        head.region.container,
        declared_images(reading.metadata, reading.page),
        frozenset((*head.header.lines, *head.header.used)),
        judged=not template.elements("images"),
    )
    return find_pictures(shown, reading.page, head.title, captions, around)


def read_article(reading: Reading) -> Article:
    """Return the article of a page, whose fields are decided here."""
    page, metadata = reading.page, reading.metadata
    draft, template = draft_of(reading)
    pictures = draft.pictures
    rendering = render(
        pictures.laid_out(text_blocks(reading, draft), draft.blocks),
        {item.index: item for item in pictures.items if item.index is not None},
        page.absolute,
        markdown=reading.markdown,
    )
    if not rendering.text:
        del reading.rules["body"]
    if pictures.items:
        reading.rules["images"] = ",".join(sorted({item.rule for item in pictures.items if item.rule})) or "region"
    lines = draft.lines()
    first = draft.region.core[0] if draft.region.core else 0
    place = Place(page.url, draft.blocks, draft.header.title_index, first)
    updated, published = read_dates(reading, template, lines, place)
    dated = (index for index, line in draft.header.lines.items() if line.stamp)
    bylines = PageBylines(draft.blocks, draft.header.title_index, draft.region.core, dated)
    source, byline = read_people(reading, template, lines, bylines)
    breadcrumb = _breadcrumb(reading, template, draft.header)
    # A template names the body of articles: what it finds is one.
    verdict = (
        kind.Verdict("article", 1.0, "template:body")
        if draft.has_template_body
        else kind.read_kind(Given(page, metadata, draft.blocks, draft.region, draft.title, lines))
    )
    reading.rules["kind"] = verdict.rule
    return Article(
        url=page.url,
        title=draft.title,
        updated=updated,
        published=published,
        source=source,
        byline=byline,
        breadcrumb=breadcrumb,
        language=read_language(reading, rendering.text, _language_of(reading.site, reading.entry)),
        body=rendering.text,
        body_html=rendering.html,
        markdown=rendering.markdown,
        images=pictures.values(),
        canonical_url=read_canonical_url(reading),
        section=read_section(reading, breadcrumb, draft.title),
        amp_url=read_amp_url(reading),
        alternates=reading.metadata.alternates,
        paywalled=read_paywalled(reading, draft.blocks, draft.region),
        kind=verdict.kind,
        confidence=verdict.confidence,
        pages=pager.page_urls(page, draft.blocks),
        undecodable=page.replaced,
        rules=reading.rules,
        lost=tuple(reading.lost),
    )


def text_blocks(reading: Reading, draft: Draft) -> list[Block]:
    """Return the blocks of the body: the template's, else what the classifier believes, else what JSON-LD declares.

    In a template's container without a word on what is removed from it, the classifier chooses.
    """
    if draft.has_template_body:
        reading.rules["body"] = "template:body"
        found = draft.chosen.blocks if draft.is_clean else believed(*draft.choice(reading.metadata))
        return [block for block in found if block.kind != "image" and not draft.is_field(block)]
    if not draft.region.core:
        # A page that only a script would fill may declare its whole text.
        declared = _declared_body(reading)
        if declared:
            reading.rules["body"] = "json-ld:articleBody"
            return declared
    reading.rules["body"] = "classifier"
    return believed(*draft.choice(reading.metadata))


def _declared_body(reading: Reading) -> list[Block]:
    said = next((text for node in reading.metadata.articles if isinstance(text := node.get("articleBody"), str)), "")
    if len(said) < _DECLARED_BODY:
        return []
    box = Box(reading.page.body)
    lines = re.split(r"\n+|</p>|<br\s*/?>", said[:_LONGEST_DECLARED])
    paragraphs = [text for text in map(plain, lines) if text]
    # Before all that stands on the page: its pictures follow.
    return [Block("p", box, place - len(paragraphs), [Run(text)]) for place, text in enumerate(paragraphs)]


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
    if not images and not captions:
        return list(chosen), []
    named = [block for block in blocks if any(block.inside(element) for element in (*images, *captions))]
    kept = [block for block in chosen if not (images and block.kind == "image")]
    indexes = {block.index for block in kept}
    shown = sorted((*kept, *(block for block in named if block.index not in indexes)), key=lambda block: block.index)
    return shown, captions


def _label_of(template: Reader) -> re.Pattern[str]:
    labels = template.labels()
    return label_pattern(labels) if labels else LABEL


def _breadcrumb(reading: Reading, template: Reader, header: Header) -> tuple[str, ...]:
    found = reading.decide(
        "breadcrumb",
        template.crumbs,
        lambda: (header.breadcrumb_rule, header.breadcrumb),
    )
    return tuple(found or ())
