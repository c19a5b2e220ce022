"""Choosing among selectors: what each finds on every page, and whether the choice holds on pages left out."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean

# A selector that agrees on fewer of the pages is none.
ENOUGH = 0.8
_MOST_CANDIDATES = 80


# What a selector finds on a page that has a value: the value, nothing, something else.
RIGHT, MISSING, WRONG = 1, 0, -1
# A wrong value is worse than none: one in so many pages may be the general rules' own mistake.
_FORGIVEN = 10


@dataclass(frozen=True, slots=True)
class Candidate:
    """A selector, what it costs, the pages it was made on, and what it finds on each (None: rightly nothing)."""

    selector: str
    cost: float
    made_on: frozenset[int]
    finds: tuple[int | None, ...]

    def merit(self, pages: Iterable[int]) -> float:
        """Return how far the selector agrees on the pages that have a say: 1 on all, less where it finds else."""
        said = [found for page in pages if (found := self.finds[page]) is not None]
        return fmean(said) if said else -1.0


def state_of(found: object, wanted: object, is_same: Callable[[], bool]) -> int | None:
    """Return what finding this means where that is wanted."""
    if not found:
        return MISSING if wanted else None
    return RIGHT if wanted and is_same() else WRONG


@dataclass(frozen=True, slots=True)
class Choice:
    """The selector that was chosen, the share of pages on which the choice made without them agrees, and its faults."""

    selector: str
    confidence: float
    wrong: int = 0
    pages: int = 0

    @property
    def misleads(self) -> bool:
        """Whether it finds something else on more pages than the general rules may be wrong on."""
        return self.wrong > self.pages // _FORGIVEN


def candidates_of(
    made: Sequence[dict[str, int]], finds: Callable[[int, str], int | None], cost: Callable[[str], float] = len
) -> list[Candidate]:
    """Return the selectors made on the pages, tried on all of them; those that few pages gave are not tried."""
    counts = Counter(selector for page in made for selector in page)
    prices = {selector: price for page in made for selector, price in page.items()}
    able = sum(1 for page in made if page)
    often = [selector for selector, count in counts.items() if count >= max(2, ENOUGH * (able - 1))]
    best = sorted(often, key=lambda selector: (-counts[selector], prices[selector], len(selector), selector))
    return [
        Candidate(
            selector,
            prices[selector] + cost(selector) / 1000,
            frozenset(number for number, page in enumerate(made) if selector in page),
            tuple(finds(number, selector) for number in range(len(made))),
        )
        for selector in best[:_MOST_CANDIDATES]
    ]


def best_of(candidates: Sequence[Candidate], pages: Sequence[int]) -> Candidate | None:
    """Return the candidate made on these pages that agrees on most of them, the cheapest of equals."""
    able = [candidate for candidate in candidates if candidate.made_on.intersection(pages)]
    return min(able, key=lambda candidate: (-candidate.merit(pages), candidate.cost, candidate.selector), default=None)


def choose(candidates: Sequence[Candidate], count: int) -> Choice | None:
    """Return the best candidate, trusted as far as the choice made without each page agrees on that page."""
    best = best_of(candidates, range(count))
    if best is None:
        return None
    held: list[bool] = []
    for page in range(count):
        without = best_of(candidates, [other for other in range(count) if other != page])
        said = without.finds[page] if without else MISSING
        if said is not None:
            held.append(said == RIGHT)
    return Choice(best.selector, fmean(held) if held else 0.0, best.finds.count(WRONG), len(held))
