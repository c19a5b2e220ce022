"""The container of an article's text, and what stands in it and is none of the article."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from statistics import fmean

from lxml import etree

from crawler.learn.samples import Sample
from crawler.learn.selectors import is_named, selectors_of
from crawler.learn.trials import MISSING, RIGHT, Choice, candidates_of, choose
from crawler.parsers.blocks import Block
from crawler.selectors import compile_selector
from crawler.site import Template

# A container must hold so much of the text; the rest of a page's text may be lost to it.
_HELD = 0.97
# What no name sets apart and no other page repeats is content, but not so much of it.
_LEFT, _LEFT_LETTERS = 0.05, 120
_MOST_REMOVED = 12
_MOST_LEVELS = 8


def learn_container(samples: Sequence[Sample]) -> Choice | None:
    """Return the selector of the smallest element that holds the text on the pages."""
    made = [_containers(sample) for sample in samples]

    def finds(number: int, selector: str) -> int | None:
        return RIGHT if held(samples[number], selector) >= _HELD else MISSING

    def spare(selector: str) -> float:
        # Beside names, what a container holds beyond the text counts most: one more letter in a hundred is a point.
        return 1000 * fmean(100 * _spare(sample, selector) for sample in samples)

    return choose(candidates_of(made, finds, spare), len(samples))


def first_of(sample: Sample, selector: str) -> etree._Element | None:
    """Return the first element that a selector finds on a page."""
    return next(iter(compile_selector(selector).elements(sample.root)), None)


def held(sample: Sample, selector: str) -> float:
    """Return the share of a page's text that stands in what a selector finds."""
    element = first_of(sample, selector)
    whole = _letters(sample.kept)
    return _letters(block for block in sample.kept if block.inside(element)) / whole if element is not None else 0.0


def _spare(sample: Sample, selector: str) -> float:
    """Return how many letters stand in an element besides the text, as a share of the text's."""
    element = first_of(sample, selector)
    if element is None:
        return 0.0
    kept = {block.index for block in sample.kept}
    inside = (block for block in sample.draft.blocks if block.index not in kept and block.inside(element))
    return min(_letters(inside) / (_letters(sample.kept) or 1), 9.0)


def _letters(blocks: Iterable[Block]) -> int:
    return sum(len(block.loose) for block in blocks)


def _containers(sample: Sample) -> dict[str, int]:
    """Return the selectors of the elements of a page that hold its text."""
    whole = _letters(sample.kept)
    sums: dict[etree._Element, int] = {}
    for block in sample.kept:
        for element in block.path[1:]:
            sums[element] = sums.get(element, 0) + len(block.loose)
    made: dict[str, int] = {}
    for element, letters in sums.items():
        if letters >= _HELD * whole:
            for selector, cost in selectors_of(element):
                made.setdefault(selector, cost)
    return made


@dataclass(frozen=True, slots=True)
class _Wrong:
    """What a template with a container alone keeps of a page and should not, and what must not be removed."""

    blocks: dict[etree._Element, int]
    letters: int
    safe: frozenset[etree._Element]


@dataclass(slots=True)
class _Remover:
    """A selector, the letters of furniture that it takes out of each page, and the pages where it takes more."""

    selector: str
    cost: int
    takes: list[frozenset[etree._Element]] = field(default_factory=list)
    harms: list[bool] = field(default_factory=list)


def learn_removal(template: Template, samples: Sequence[Sample]) -> tuple[tuple[str, ...], float]:
    """Return selectors of what a container holds beyond the article, and how far they hold on other pages."""
    wrong = [_wrong(template, sample) for sample in samples]
    removers = _removers(wrong, samples)
    pages = range(len(samples))
    chosen = _cover(removers, wrong, pages)
    held_out = []
    for page in pages:
        without = _cover(removers, wrong, [other for other in pages if other != page])
        held_out.append(_is_clean(without, wrong, samples, page))
    return tuple(remover.selector for remover in chosen), fmean(held_out)


def _wrong(template: Template, sample: Sample) -> _Wrong:
    _, draft = sample.with_template(template)
    pictures = {draft.blocks[item.index].element for item in draft.pictures.items if item.index is not None}
    own = sample.draft
    right = {own.blocks[item.index].element for item in own.pictures.items if item.index is not None}
    right |= {block.element for block in sample.kept}
    right |= {own.blocks[index].element for index in own.pictures.caption_blocks}
    texts = {}
    for block in draft.chosen.blocks:
        is_text = block.kind != "image" and block.index not in draft.pictures.caption_blocks
        if (is_text or block.element in pictures) and block.element not in right:
            texts[block.element] = max(len(block.loose), 30 if block.kind == "image" else 1)
    header = {own.blocks[index].element for index in own.header.lines}
    safe = {element for block in (*right, *header, *_fields(template, sample)) for element in _up(block)}
    return _Wrong(texts, sum(texts.values()), frozenset(safe))


def _fields(template: Template, sample: Sample) -> Iterator[etree._Element]:
    for name in ("title", "updated", "published", "source", "byline", "breadcrumb", "images", "caption"):
        rule = getattr(template, name)
        for selector in rule.selectors if rule else ():
            yield from selector.elements(sample.root)


def _up(element: etree._Element) -> Iterator[etree._Element]:
    yield element
    yield from element.iterancestors()


def _removers(wrong: Sequence[_Wrong], samples: Sequence[Sample]) -> list[_Remover]:
    """Return the selectors of the elements around furniture, tried on all pages."""
    made: dict[str, int] = {}
    pages: dict[str, set[int]] = {}
    for number, page in enumerate(wrong):
        for element in page.blocks:
            for above in _outermost(element, page.safe):
                for selector, cost in filter(_names_last, selectors_of(above)):
                    made.setdefault(selector, cost)
                    pages.setdefault(selector, set()).add(number)
    often = sorted((name for name in made if len(pages[name]) > 1), key=lambda name: (-len(pages[name]), made[name]))
    return [_tried(name, made[name], wrong, samples) for name in often[:120]]


def _names_last(made: tuple[str, int]) -> bool:
    """Return whether a selector names what it finds: all lists of a text are no furniture because one was."""
    return is_named(made[0]) and not made[0].isalnum()


def _outermost(element: etree._Element, safe: frozenset[etree._Element]) -> list[etree._Element]:
    """Return an element and those around it that hold nothing of the article."""
    found: list[etree._Element] = []
    for above in _up(element):
        if above in safe or len(found) == _MOST_LEVELS:
            break
        found.append(above)
    return found


def _tried(selector: str, cost: int, wrong: Sequence[_Wrong], samples: Sequence[Sample]) -> _Remover:
    remover = _Remover(selector, cost)
    for page, sample in zip(wrong, samples, strict=True):
        found = compile_selector(selector).elements(sample.root)
        taken = {element for element in page.blocks if not {*_up(element)}.isdisjoint(found)} if found else set()
        remover.takes.append(frozenset(taken))
        # Furniture repeats: what is found only beside the article's own is none.
        remover.harms.append(any(element in page.safe for element in found))
    return remover


def _cover(removers: Sequence[_Remover], wrong: Sequence[_Wrong], pages: Sequence[int]) -> list[_Remover]:
    """Return the fewest selectors that together take the furniture out of these pages and harm none of them."""
    able = [remover for remover in removers if not any(remover.harms[page] for page in pages)]
    left = {page: set(wrong[page].blocks) for page in pages}
    chosen: list[_Remover] = []

    def gain(remover: _Remover) -> int:
        return sum(wrong[page].blocks[element] for page in pages for element in remover.takes[page] & left[page])

    while len(chosen) < _MOST_REMOVED:
        best = max(able, key=lambda remover: (gain(remover), -remover.cost, remover.selector), default=None)
        if best is None or sum(bool(best.takes[page] & left[page]) for page in pages) < min(2, len(pages)):
            break
        chosen.append(best)
        for page in pages:
            left[page] -= best.takes[page]
    return chosen


def _is_clean(chosen: Sequence[_Remover], wrong: Sequence[_Wrong], samples: Sequence[Sample], page: int) -> bool:
    """Return whether selectors leave on a page the article's text and hardly more."""
    if any(remover.harms[page] for remover in chosen):
        return False
    taken: set[etree._Element] = set().union(*(remover.takes[page] for remover in chosen))
    taken |= samples[page].repeated
    left = sum(letters for element, letters in wrong[page].blocks.items() if element not in taken)
    return left <= max(_LEFT * _letters(samples[page].kept), _LEFT_LETTERS)
