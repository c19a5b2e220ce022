"""The selectors of an article's images and of their captions."""

from collections.abc import Callable, Sequence

from lxml import etree

from crawler.learn.samples import Sample
from crawler.learn.selectors import selectors_of
from crawler.learn.trials import Choice, candidates_of, choose, state_of
from crawler.selectors import compile_selector

_FEWEST = 2
Wanted = Callable[[Sample], set[etree._Element]]


def learn_images(samples: Sequence[Sample]) -> Choice | None:
    """Return the selector that finds on the pages the images that the general rules find, and no others."""
    return _learn(samples, _images, [_images(sample) for sample in samples])


def learn_captions(samples: Sequence[Sample]) -> Choice | None:
    """Return the selector that finds the captions."""
    return _learn(samples, _captions, [_captions(sample) for sample in samples])


def _learn(samples: Sequence[Sample], wanted: Wanted, known: Sequence[set[etree._Element]]) -> Choice | None:
    if sum(map(bool, known)) < _FEWEST:
        return None

    def finds(number: int, selector: str) -> int | None:
        found = set(compile_selector(selector).elements(samples[number].root))
        return state_of(found, known[number], lambda: found == known[number])

    made = [_made(wanted(sample)) for sample in samples]
    return choose(candidates_of(made, finds), len(samples))


def _made(elements: set[etree._Element]) -> dict[str, int]:
    made: dict[str, int] = {}
    for element in elements:
        for selector, cost in selectors_of(element):
            made.setdefault(selector, cost)
    return made


def _images(sample: Sample) -> set[etree._Element]:
    blocks = sample.draft.blocks
    shown = (blocks[item.index] for item in sample.draft.pictures.items if item.index is not None)
    return {block.image for block in shown if block.image is not None}


def _captions(sample: Sample) -> set[etree._Element]:
    return {sample.draft.blocks[index].element for index in sample.draft.pictures.caption_blocks}
