"""Whether two texts tell one story: most of the shorter stands in the other, and what differs is not its facts."""

import math
import re
from dataclasses import dataclass

import numpy as np

from archive.families.shingles import Hashes, Shingled, shared

# Pairs of neighbouring tokens: a seventh of the tokens replaced at random leaves .72 of them, two quoted paragraphs of
# a longer story up to .5, in few of its parts.
_LEAST = 0.6
# What both hold, of all that they hold: a reprint may be cut and have something added.
_LEAST_RESEMBLANCE, _LEAST_OF_SITE, _ALIKE, _NEARLY, _EQUAL = 0.3, 0.45, 0.75, 0.9, 0.95
_LEAST_SPREAD = 0.75
_PARTS, _PART_HELD = 10, 0.5
# Shorter ones are notices, captions, teasers: too little to tell a reprint from a form.
_SHORT = 40
# Up to this length a site's notices are filled-in forms, often under one title.
_FORM = 150
# So many pairs that hold a number say something; fewer leave the word to the title.
_TELLING = 6
_FIGURES = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Story:
    """What is compared of an article: title, text, and what its site is known by (its id, its host)."""

    title: str
    text: Shingled
    sites: frozenset[str]


@dataclass(frozen=True, slots=True)
class Likeness:
    """How much of the shorter telling stands in the other (0 to 1), and what that makes of the two.

    `one_story`: they tell the same. `one_frame`: what they share is a form; its figures and names are others.
    """

    held: float
    one_story: bool = False
    one_frame: bool = False


def likeness(one: Story, other: Story) -> Likeness:
    """Compare two tellings.

    A reprint loses figures and names no more than other words; issues of a series lose them all and keep the rest.
    """
    small, large = sorted((one.text, other.text), key=lambda text: len(text.pairs))
    if not len(small.pairs):
        return Likeness(0.0)
    both = shared(small.pairs, large.pairs)
    held, resemblance = both / len(small.pairs), both / (len(small.pairs) + len(large.pairs) - both)
    if held < _LEAST or resemblance < _LEAST_RESEMBLANCE:
        return Likeness(held)
    agree = _facts_agree(small, large, held)
    if agree is False or _is_next_issue(one, other):
        return Likeness(held, one_frame=True)
    is_sure = resemblance >= _asked(one, other, small.size, agree)
    return Likeness(held, is_sure and _spread(small, large) >= _LEAST_SPREAD)


def _asked(one: Story, other: Story, size: int, agree: bool | None) -> float:
    """Return the resemblance that it takes: a site has forms of its own, and little text says little."""
    same_title = _letters(one.title) == _letters(other.title)
    if size < _SHORT:
        return _NEARLY if same_title else math.inf
    if not one.sites & other.sites:
        is_little = agree is None and size < _FORM and not same_title
        return _ALIKE if is_little else _LEAST_RESEMBLANCE
    if size < _FORM or (agree is None and size < 2 * _FORM):
        return _EQUAL
    return _LEAST_OF_SITE if same_title else _ALIKE


def _is_next_issue(one: Story, other: Story) -> bool:
    """Return whether titles differ in their figures alone, on one site in any: "Version 4.1 released", "Week 12"."""
    figures, others = _FIGURES.findall(one.title), _FIGURES.findall(other.title)
    if figures == others:
        return False
    bare = (_letters(_FIGURES.sub("", story.title)) for story in (one, other))
    return len(set(bare)) == 1 or bool(one.sites & other.sites and figures and others)


def _facts_agree(small: Shingled, large: Shingled, held: float) -> bool | None:
    """Return whether facts have lasted as the rest has; None where there are too few to say."""
    verdicts = [
        _lasted(small.number_pairs, large.number_pairs, held, 1.5),
        # A changed name takes up to three pairs with it.
        _lasted(small.name_pairs, large.name_pairs, held, 2.5),
    ]
    if False in verdicts:
        return False
    return verdicts[0]


def _lasted(small: Hashes, large: Hashes, held: float, deviations: float) -> bool | None:
    number = min(len(small), len(large))
    if number == 0:
        return None
    lasted = shared(small, large) / number
    if number < _TELLING:
        return None if lasted >= held / 2 else False
    return lasted >= held - 0.1 - deviations * math.sqrt(held * (1 - held) / number)


def _spread(small: Shingled, large: Shingled) -> float:
    """Return in which share of the shorter text's parts the other's words stand: quoting fills few parts."""
    found = np.isin(small.in_order, large.pairs)
    parts = np.array_split(found, min(_PARTS, max(len(found) // 12, 1)))
    return float(np.mean([part.mean() >= _PART_HELD for part in parts]))


def _letters(title: str) -> str:
    return "".join(letter for letter in title.casefold() if letter.isalnum())
