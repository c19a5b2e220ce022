"""What of a comparison is shown at once, and what stands folded: runs of unchanged sentences far from any change."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from archive.diffing.texts import Piece, Sentence

# What is unchanged and further than this from a change is folded.
_AROUND = 2


@dataclass(frozen=True, slots=True)
class Run:
    """Sentences that stand together, shown or folded."""

    is_folded: bool
    sentences: tuple[Sentence, ...]

    @property
    def number(self) -> int:
        """How many sentences it has, breaks between paragraphs left out."""
        return sum(1 for sentence in self.sentences if sentence.after.strip()) or 1

    @property
    def text(self) -> str:
        """What the sentences say now."""
        return "".join(sentence.after for sentence in self.sentences)


def folded(body: Sequence[Sentence]) -> list[Run]:
    """Return the sentences as runs, in order."""
    near = {
        place + step
        for place, sentence in enumerate(body)
        if sentence.kind != "same"
        for step in range(-_AROUND, _AROUND + 1)
    }
    return [
        Run(is_folded, tuple(sentence for _, sentence in run))
        for is_folded, run in groupby(enumerate(body), key=lambda item: item[0] not in near)
    ]


def pieces_of(sentence: Sentence) -> tuple[Piece, ...]:
    """Return a sentence word by word; one that is as it was, gone or new is one piece."""
    if sentence.kind == "changed":
        return sentence.pieces
    return (Piece(sentence.kind, sentence.before or sentence.after),)
