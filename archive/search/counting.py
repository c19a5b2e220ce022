"""How many articles match: exactly where that is quick, else out of a sample that is said."""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass

from archive.search.matching import Expression, Part
from archive.search.running import Run
from archive.search.vocabulary import Vocabulary

# So many postings are walked to count exactly; past that, equal parts of the archive are counted instead.
EXACT, SAMPLED = 50_000, 25_000
# Of phrases more: each place of a sample begins with a walk to the first match of all.
PHRASES, _SECONDS = 150_000, 0.006
# So many for the forms of one word, where a good estimate costs nothing.
WORDS = 20_000
# Each place of a sample costs as much as a thousand postings for every word.
_FEWEST, _MOST, _PLACES = 4, 32, 36


@dataclass(frozen=True, slots=True)
class Total:
    """A number of articles; `sample` says of what an estimate was made, None where the number is exact."""

    number: int
    sample: str | None = None

    @property
    def is_exact(self) -> bool:
        """Whether it is no estimate."""
        return self.sample is None

    def __str__(self) -> str:
        return f"{self.number:,}" if self.is_exact else f"about {_rounded(self.number):,}"


def count_run(run: Run, vocabulary: Vocabulary) -> Total:
    """Return how many articles a run matches."""
    expression = run.expression
    known = _known(run, expression, vocabulary)
    if known is not None:
        return known
    parts = parts_of(run)
    share = (len(parts) + 1) / (len(run.cuts) + 1)
    exact = EXACT if expression is None or expression.lists == len(expression.parts) else PHRASES
    if expression is None or expression.cost * share <= exact or len(parts) <= _MOST:
        return Total(run.number())
    places = max(_FEWEST, min(_MOST, _PLACES // max(1, expression.lists)))
    width = max(1, int(len(parts) * SAMPLED / (expression.cost * share) / places))
    return _sampled(run, parts, places, width)


def _sampled(run: Run, parts: Sequence[tuple[int, int]], places: int, width: int) -> Total:
    """Return an estimate out of so many places; out of fewer where each takes long, as of a phrase that is nowhere."""
    begun, hits, looked_at = time.thread_time(), 0, 0
    chosen = evenly(parts, places, width)
    # Every third first, so that those that are reached in time are spread too.
    for low, high in (place for start in range(3) for place in chosen[start::3]):
        hits += run.number(low, high)
        looked_at += width
        if time.thread_time() - begun > _SECONDS:
            break
    sample = f"counted in {looked_at} of {len(parts):,} equal parts of what was asked for"
    return Total(round(hits * len(parts) / looked_at) + len(run.guests()), sample)


def _known(run: Run, expression: Expression | None, vocabulary: Vocabulary) -> Total | None:
    """Return what follows from the words' own counts: for a word of all articles, while the index is the same."""
    if not run.scope.is_all or not vocabulary.is_fresh or vocabulary.counted is None:
        return None
    articles = vocabulary.counted.articles
    if expression is None:
        return Total(articles)
    if len(expression.parts) == 1 and _alone(expression.parts[0]) == f"({expression.sql})":
        return Total(expression.docs)
    if expression.sql != " OR ".join(_alone(part) for part in expression.parts):
        return None
    if expression.cost <= WORDS:
        return None
    without = math.prod(1 - part.docs / articles for part in expression.parts)
    return Total(round(articles * (1 - without)), "reckoned from how many articles have each form of the word")


def _alone(part: Part) -> str:
    return f'("{part.tokens[0]}")' if len(part.tokens) == 1 and not part.prefix and not part.field else ""


def parts_of(run: Run) -> list[tuple[int, int]]:
    """Return the parts of the archive, each of as many articles, within the scope."""
    low, high = run.scope.low, run.scope.high
    edges = [low, *(cut for cut in run.cuts if low < cut < high), high]
    return [(edges[i], edges[i + 1]) for i in range(len(edges) - 1)]


def evenly(parts: Sequence[tuple[int, int]], number: int, width: int = 1) -> list[tuple[int, int]]:
    """Return so many spans of so many parts each, evenly spread; all parts where that is as many."""
    if number * width >= len(parts):
        return list(parts)
    starts = (int((i + 0.5) * len(parts) / number - width / 2) for i in range(number))
    return [(parts[start][0], parts[start + width - 1][1]) for start in starts]


def _rounded(number: int) -> int:
    """Return an estimate with no more digits than it is worth."""
    digits = max(0, len(str(number)) - 2)
    return round(number, -digits)
