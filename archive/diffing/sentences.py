"""Cutting a text into sentences and words, for scripts with and without spaces."""

import re
from collections.abc import Iterator

from archive.segment import CJK

# A sentence ends at its sign with the quotes and brackets behind it; those of wide scripts need no space after them.
_CLOSING = "[\"'”’»）)】」』\\]]*"
_END = re.compile(rf"(?:[。！？｡]+{_CLOSING}|[.!?…؟۔।]+{_CLOSING}(?=\s))\s*")
# Behind these a point ends no sentence: initials, short forms before a name or a number, ordinals.
_SHORT = re.compile(
    r"(?:^|[\s(\"“„.])(?:[A-Z]|Mr|Mrs|Ms|Dr|Prof|St|Sr|Jr|Gen|Col|Lt|Sgt|Capt|Rep|Sen|Gov|Rev|Hon|Nos?|vs|Inc|Ltd|Co|"
    r"Corp|Bros|Fig|Jan|Feb|Mar|Apr|Aug|Sept?|Oct|Nov|Dec|ca|bzw|z\. ?B|d\. ?h|Nr|Abs|Hr|Fr|Sra?|Dra?|Mme|Mlle|pp?|"
    r"art|e\.g|i\.e|\d{1,2})\.\s*\Z"
)
_WORD = re.compile(rf"[{CJK}\u0e00-\u0e7f]|[^\W{CJK}\u0e00-\u0e7f]+(?:['’-][^\W{CJK}\u0e00-\u0e7f]+)*|\s+|[^\w\s]")


def sentences(text: str) -> list[str]:
    """Return a text's sentences in order, each with the space behind it; joined they are the text.

    The break between two paragraphs is a piece of its own.
    """
    return [piece for paragraph in re.split(r"(\n+)", text) for piece in _sentences_of(paragraph) if piece]


def words(text: str) -> list[str]:
    """Return a text's words, spaces and signs in order; each character of Chinese, Japanese and Thai stands alone."""
    return _WORD.findall(text)


def _sentences_of(paragraph: str) -> Iterator[str]:
    start = 0
    for end in _END.finditer(paragraph):
        sentence = paragraph[start : end.end()]
        if not _SHORT.search(sentence):
            yield sentence
            start = end.end()
    yield paragraph[start:]
