"""What became of a text: its sentences aligned, and in those that were reworded its words.

The differences are found by Google's diff-match-patch (Myers, "An O(ND) difference algorithm", 1986), with sentences
and words in the place of characters.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from diff_match_patch import diff_match_patch

from archive.diffing.sentences import sentences, words

# Two sentences that have so much in common are one, reworded.
_ALIKE = 0.5
# More pairs than these are not looked at one by one: a text rewritten from beginning to end is no rewording.
_MOST_PAIRS = 2500
# Longer ones are likened by the words that they have, whatever their order: the order takes the square of the length.
_LONG = 400
# What is longer, in characters, is no sentence: a table, a list, a text without signs.
_LONGEST = 20_000
# In so many pieces nobody reads what became of a sentence: it is told as gone, and as new.
_MOST_PIECES = 600
_SECONDS = 5.0
_FIRST = 0x10000
_Way = tuple[float, tuple[tuple[int, int], ...]]


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words that both texts have (`same`), or one of them: the old (`removed`) or the new (`added`)."""

    kind: Literal["same", "removed", "added"]
    text: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence and what became of it; `pieces` tell a `changed` one word by word."""

    kind: Literal["same", "removed", "added", "changed"]
    before: str
    after: str
    pieces: tuple[Piece, ...] = ()


class Clock:
    """What is left of the CPU time that a comparison may take."""

    def __init__(self, seconds: float = _SECONDS) -> None:
        self._end = time.thread_time() + seconds

    @property
    def left(self) -> float:
        """So many seconds, never less than none."""
        return max(self._end - time.thread_time(), 0.0)


def diff_texts(before: str, after: str, clock: Clock | None = None) -> list[Sentence]:
    """Return the sentences of both texts in reading order, with what became of each.

    What is not compared when the time is used up is told as gone and as new, sentence by sentence.
    """
    clock = clock or Clock()
    found: list[Sentence] = []
    removed: list[str] = []
    added: list[str] = []
    for piece in _diff(sentences(before), sentences(after), clock):
        kind, texts = piece
        if kind == "same":
            found += _paired(removed, added, clock)
            found += [Sentence("same", text, text) for text in texts]
            removed, added = [], []
        else:
            (removed if kind == "removed" else added).extend(texts)
    return found + _paired(removed, added, clock)


def diff_words(before: str, after: str, clock: Clock | None = None) -> tuple[Piece, ...]:
    """Return what became of a sentence, or of any short text, word by word."""
    found = _diff(words(before), words(after), clock or Clock(), smooth=True)
    return tuple(Piece(kind, "".join(texts)) for kind, texts in found)


def _paired(removed: Sequence[str], added: Sequence[str], clock: Clock) -> list[Sentence]:
    """Return what stood in one place: sentences that were reworded as one, the others as they are."""
    pairs = _alignment(removed, added, clock) if len(removed) * len(added) <= _MOST_PAIRS else []
    found: list[Sentence] = []
    old = new = 0
    for left, right in [*pairs, (len(removed), len(added))]:
        found += [Sentence("removed", text, "") for text in removed[old:left]]
        found += [Sentence("added", "", text) for text in added[new:right]]
        if left < len(removed) and right < len(added):
            before, after = removed[left], added[right]
            found.append(Sentence("changed", before, after, diff_words(before, after, clock)))
        old, new = left + 1, right + 1
    return found


def _alignment(removed: Sequence[str], added: Sequence[str], clock: Clock) -> list[tuple[int, int]]:
    """Return the pairs, in order, with most in common together (Needleman and Wunsch, 1970, no gap cost)."""
    best: dict[tuple[int, int], _Way] = {}
    tokens = [[words(text) if len(text) <= _LONGEST else [] for text in texts] for texts in (removed, added)]
    for left in range(len(removed) + 1):
        for right in range(len(added) + 1):
            ways: list[_Way] = [(0.0, ())] if not (left and right) else [best[left - 1, right], best[left, right - 1]]
            if left and right and clock.left:
                alike = _likeness(tokens[0][left - 1], tokens[1][right - 1])
                if alike >= _ALIKE:
                    score, pairs = best[left - 1, right - 1]
                    ways.append((score + alike, (*pairs, (left - 1, right - 1))))
            best[left, right] = max(ways, key=lambda way: way[0])
    return list(best[len(removed), len(added)][1])


def _likeness(before: Sequence[str], after: Sequence[str]) -> float:
    if not before or not after:
        return 0.0
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    quick = matcher.quick_ratio()
    return matcher.ratio() if quick >= _ALIKE and len(before) + len(after) <= 2 * _LONG else quick


def _diff(
    before: Sequence[str], after: Sequence[str], clock: Clock, *, smooth: bool = False
) -> Iterator[tuple[Literal["same", "removed", "added"], list[str]]]:
    """Yield runs of tokens; `smooth` takes no account of what two rewordings have in common by chance."""
    numbers: dict[str, int] = {}
    # Tokens stand as characters of the planes above the first, where no character means anything to the algorithm.
    old, new = (
        "".join(chr(_FIRST + numbers.setdefault(token, len(numbers))) for token in tokens) for tokens in (before, after)
    )
    engine = diff_match_patch()
    # None left is no bound to the engine.
    engine.Diff_Timeout = clock.left or 0.001
    found = engine.diff_main(old, new, False)
    if smooth and len(found) > _MOST_PIECES:
        found = [(-1, old), (1, new)]
    elif smooth:
        engine.diff_cleanupSemantic(found)
    names = list(numbers)
    for operation, characters in found:
        kind: Literal["same", "removed", "added"] = "same" if not operation else "removed" if operation < 0 else "added"
        yield kind, [names[ord(character) - _FIRST] for character in characters]
