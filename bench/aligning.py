"""Which blocks of a page its true body consists of: the labels that the body's classifier learns from."""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

# The words of the corpus' scorer: a run of letters and digits, or one character of a script without spaces.
_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
_TOKEN = re.compile(rf"[{_CJK}]|[^\W{_CJK}]+")
_SHINGLE = 4
_MOST_PLACES = 40
_ALIKE = 0.6


class _Place(NamedTuple):
    block: int
    start: int
    end: int
    weight: float


def tokens(text: str) -> list[str]:
    """Return a text's words as the scorer counts them."""
    return _TOKEN.findall(text or "")


def labels(texts: Sequence[str], body: str) -> list[bool]:
    """Return for each text whether it stands in the body, in order: the heaviest chain of places that do not overlap.

    A text that stands there but for a few words counts by what it shares with it.
    """
    truth = tokens(body)
    places = sorted(_places(texts, truth), key=lambda place: (place.block, place.start))
    chosen = [False] * len(texts)
    for number in _heaviest_chain(places, len(truth)):
        chosen[places[number].block] = True
    return chosen


def _places(texts: Sequence[str], truth: list[str]) -> list[_Place]:
    words: dict[str, list[int]] = defaultdict(list)
    shingles: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for position, word in enumerate(truth):
        words[word].append(position)
        if position + _SHINGLE <= len(truth):
            shingles[tuple(truth[position : position + _SHINGLE])].append(position)
    found: list[_Place] = []
    for block, text in enumerate(texts):
        said = tokens(text)
        if not said:
            continue
        starts = shingles.get(tuple(said[:_SHINGLE]), []) if len(said) >= _SHINGLE else words.get(said[0], [])
        exact = [start for start in starts[:_MOST_PLACES] if truth[start : start + len(said)] == said]
        weight = len(said) * (1.0 if len(said) >= _SHINGLE else 0.9)
        found += [_Place(block, start, start + len(said), weight) for start in exact]
        if not exact:
            found += _alike(block, said, shingles, len(truth))
    return found


def _alike(block: int, said: list[str], shingles: dict[tuple[str, ...], list[int]], end: int) -> list[_Place]:
    own = [tuple(said[at : at + _SHINGLE]) for at in range(len(said) - _SHINGLE + 1)]
    shared = [at for at, shingle in enumerate(own) if shingle in shingles]
    if not shared or len(shared) < _ALIKE * len(own):
        return []
    starts = [max(0, position - shared[0]) for position in shingles[own[shared[0]]][:10]]
    return [_Place(block, start, min(end, start + len(said)), 0.9 * len(shared)) for start in starts]


def _heaviest_chain(places: Sequence[_Place], size: int) -> list[int]:
    """Return the numbers of the places of the heaviest chain in which blocks and positions both rise."""
    # The best chains by the position that they end at: both lists rise.
    ends, weights, lasts = [0], [0.0], [-1]
    before: list[int] = []
    number = 0
    while number < len(places):
        group = [at for at in range(number, len(places)) if places[at].block == places[number].block]
        news = []
        for at in group:
            best = bisect_right(ends, places[at].start) - 1
            before.append(lasts[best])
            news.append((places[at].end, weights[best] + places[at].weight, at))
        for end, weight, at in news:
            _insert(ends, weights, lasts, (min(end, size), weight, at))
        number = group[-1] + 1
    chain, at = [], lasts[-1]
    while at >= 0:
        chain.append(at)
        at = before[at]
    return chain


def _insert(ends: list[int], weights: list[float], lasts: list[int], new: tuple[int, float, int]) -> None:
    end, weight, at = new
    place = bisect_right(ends, end)
    if weights[place - 1] >= weight:
        return
    beyond = place
    while beyond < len(ends) and weights[beyond] <= weight:
        beyond += 1
    ends[place:beyond], weights[place:beyond], lasts[place:beyond] = [end], [weight], [at]
