"""What one telling of a story made of another: sentences kept, changed, added, left out."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from archive.families.shingles import Shingled, shared, shingle

_BETWEEN = re.compile(r"(?<=[。！？])[”’」』]?\s*|(?<=[.!?…])[\"”’»)]*\s+|\n+")
# A sentence that holds half of another's pairs of words is that one, changed.
_SAME = 0.5
_MOST = 400


@dataclass(frozen=True, slots=True)
class Changes:
    """Numbers of sentences, of the first telling and of the other; whether the title is another."""

    kept: int
    changed: int
    left_out: int
    added: int
    title_changed: bool


def changes_between(first: tuple[str | None, str], other: tuple[str | None, str]) -> Changes:
    """Return what a telling (title and body) changed of the first one."""
    old, new = sentences(first[1]), sentences(other[1])
    kept = _matched(old, new, lambda one, two: one.tokens.tobytes() == two.tokens.tobytes())
    changed = _matched(old, new, _is_changed)
    return Changes(kept, changed, len(old), len(new), (first[0] or "").strip() != (other[0] or "").strip())


def sentences(body: str) -> list[Shingled]:
    """Return a body's sentences; signs and case say nothing."""
    found = (shingle(part) for part in _BETWEEN.split(body) if part)
    return [each for each in found if each.size][:_MOST]


def _matched(old: list[Shingled], new: list[Shingled], is_same: Callable[[Shingled, Shingled], bool]) -> int:
    """Take out of both lists the sentences that answer each other; return how many."""
    unanswered = []
    for sentence in old:
        answer = next((at for at, each in enumerate(new) if is_same(sentence, each)), None)
        if answer is None:
            unanswered.append(sentence)
        else:
            del new[answer]
    number = len(old) - len(unanswered)
    old[:] = unanswered
    return number


def _is_changed(one: Shingled, two: Shingled) -> bool:
    small, large = sorted((one, two), key=lambda each: len(each.pairs))
    return len(small.pairs) > 0 and shared(small.pairs, large.pairs) >= _SAME * len(large.pairs)
