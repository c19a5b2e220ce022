"""Pages to learn from, read by the general rules: what each field is there, and which blocks are the article's."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from lxml import etree

from archive.model import Article, Entry, Stamp
from crawler.parsers.article import Draft, draft_of, read_article, reading_of_page, text_blocks
from crawler.parsers.blocks import Block
from crawler.parsers.lines import read_line
from crawler.parsers.page import Page, parse_page
from crawler.parsers.reading import Reading
from crawler.parsers.text import loose, squeeze
from crawler.site import Site, Template

TEXT_FIELDS = ("title", "updated", "published", "source", "byline", "breadcrumb")
# A line so long that stands in so many different articles is none of theirs.
_SHORTEST_REPEATED = 20
_TITLE_CUT = re.compile(r"\s+(?:::|[|–—»·•-])\s+")
_COLON = re.compile(r"[:：]")
_LONGEST_LINE = 100
_LONGEST_VALUE = 300
_MOST_INSIDE = 40


@dataclass(frozen=True, slots=True)
class LearnPage:
    """A page to learn from, and what its listing said of it."""

    url: str
    body: bytes
    content_type: str | None = None
    entry: Entry | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """One page as the general rules read it: its article, its draft, the blocks of its text, its short elements.

    `repeated` are the elements of text that stands in several different articles.
    """

    source: LearnPage
    site: Site | None
    reading: Reading
    article: Article
    values: Mapping[str, Any]
    draft: Draft
    kept: Sequence[Block]
    short: Sequence[tuple[etree._Element, str]]
    repeated: frozenset[etree._Element] = frozenset()

    @property
    def root(self) -> etree._Element:
        """The page's tree."""
        return self.reading.page.root

    def with_template(self, template: Template) -> tuple[Reading, Draft]:
        """Return the page's draft with a template that removes nothing: its elements are the sample's own."""
        reading = _reading(self.reading.page, self.source, self.site, (template,))
        return reading, draft_of(reading)[0]

    def read(self, template: Template) -> Article:
        """Return the article as a template reads it."""
        return read_with(self.source, self.site, (template,))


def read_with(source: LearnPage, site: Site | None, layouts: tuple[Template, ...]) -> Article:
    """Return the article of a page as some templates read it."""
    page = parse_page(source.body, source.url, source.content_type)
    return read_article(_reading(page, source, site, layouts))


def samples_of(pages: Sequence[LearnPage], site: Site | None) -> list[Sample]:
    """Return what the general rules make of each page, without pages that hold no text, or another one's."""
    different = {sample.article.body: sample for sample in (sample_of(page, site) for page in pages)}
    samples = _without_repeated([sample for sample in different.values() if sample.kept])
    return _own_titles([sample for sample in samples if sample.kept])


def sample_of(source: LearnPage, site: Site | None) -> Sample:
    """Return what the general rules make of a page."""
    page = parse_page(source.body, source.url, source.content_type)
    article = read_article(_reading(page, source, site, (), explain=True))
    reading = _reading(page, source, site, ())
    draft = draft_of(reading)[0]
    taken = draft.pictures.caption_blocks
    kept = [block for block in text_blocks(reading, draft) if block.index >= 0 and block.index not in taken]
    short = list(_short(page.body))
    values = {name: getattr(article, name) for name in TEXT_FIELDS}
    values |= _labelled(article, short, reading)
    return Sample(source, site, reading, article, values, draft, kept, short)


def _reading(
    page: Page, source: LearnPage, site: Site | None, layouts: tuple[Template, ...], *, explain: bool = False
) -> Reading:
    reading = reading_of_page(page, site, source.entry, explain=explain)
    reading.layouts = layouts
    return reading


def _labelled(
    article: Article, short: Sequence[tuple[etree._Element, str]], reading: Reading
) -> dict[str, str | Stamp | None]:
    """Return update and source that a label on the page names, where the general rules look elsewhere for them."""
    lines = [
        read_line(text, reading.context) for _, text in short if 0 < len(text) <= _LONGEST_LINE and _COLON.search(text)
    ]
    found: dict[str, str | Stamp | None] = {}
    if article.source is None:
        found["source"] = next((line.source for line in lines if line.source), None)
    if article.updated is None:
        updated = next((line.updated for line in lines if line.updated and line.updated.value), None)
        found["updated"] = updated
        if updated and article.rules.get("published", "").startswith(("entry:", "url")):
            # What the listing dates is that update.
            found["published"] = None
    return found


def _own_titles(samples: Sequence[Sample]) -> list[Sample]:
    """Return the samples with titles of their own: one that several articles have is the site's."""
    said = ((sample.article.title, *_said_titles(sample.article)) for sample in samples)
    often = Counter(title for titles in said for title in {*map(loose, titles)})
    return [
        replace(sample, values={**sample.values, "title": next(_titles(sample, often), None)}) for sample in samples
    ]


def _said_titles(article: Article) -> list[str]:
    """Return what else a page says it is called, and the parts of that."""
    said = [str(lost.value) for lost in article.lost if lost.field == "title"]
    cuts = [(text, [0, *(cut.end() for cut in _TITLE_CUT.finditer(text))]) for text in said]
    return [*said, *(_TITLE_CUT.split(text[start:], 1)[0] for text, starts in cuts for start in starts),
            *(text[start:] for text, starts in cuts for start in starts)]  # fmt: skip


def _titles(sample: Sample, often: Mapping[str, int]) -> Iterator[str]:
    """Yield what can be the title: what the general rules say, else the longest that is said and stands on the page."""
    shown = {loose(text) for _, text in sample.short}
    others = sorted(_said_titles(sample.article), key=len, reverse=True)
    said = (sample.article.title or "", *(title for title in others if loose(title) in shown))
    return (title for title in said if title and often[loose(title)] < 2)


def _short(body: etree._Element) -> Iterator[tuple[etree._Element, str]]:
    """Yield the elements with a short text."""
    for element in body.iter(etree.Element):
        inside = sum(1 for _ in islice(element.iter(), _MOST_INSIDE))
        if inside == _MOST_INSIDE or element.tag in ("script", "style", "noscript"):
            continue
        text = squeeze("".join(element.itertext()))
        if len(text) <= _LONGEST_VALUE:
            yield element, text


def _without_repeated(samples: Sequence[Sample]) -> list[Sample]:
    """Return the samples without the lines of text that stand in several different articles."""
    often = Counter(line for sample in samples for line in {block.loose for block in sample.draft.blocks})
    repeated = {line for line, count in often.items() if count > max(1, len(samples) // 4)}
    return [_without(sample, repeated) for sample in samples]


def _without(sample: Sample, repeated: set[str]) -> Sample:
    lost = {block.index for block in sample.kept if block.loose in repeated and len(block.loose) >= _SHORTEST_REPEATED}
    boxes = [box for block in sample.kept if block.index in lost for box in _boxes_of(block, sample.kept, lost)]
    lost |= {block.index for block in sample.kept if any(block.inside(box) for box in boxes)}
    kept = [block for block in sample.kept if block.index not in lost]
    elements = frozenset(block.element for block in sample.kept if block.index in lost)
    return replace(sample, kept=kept, repeated=elements)


def _boxes_of(block: Block, kept: Sequence[Block], lost: set[int]) -> Iterator[etree._Element]:
    """Yield the elements around a repeated line of which most is repeated: the rest of such a box varies."""
    whole = sum(len(other.loose) for other in kept)
    for element in block.path[:0:-1]:
        inside = [other for other in kept if other.inside(element)]
        letters = sum(len(other.loose) for other in inside)
        if 2 * letters > whole or 2 * sum(len(other.loose) for other in inside if other.index in lost) < letters:
            return
        yield element
