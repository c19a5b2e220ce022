"""Finding a query's words again in an article's own text: snippets with marks, and how often each word stands there."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice
from unicodedata import combining, normalize

from archive.folding import BREAK, UNSPACED, fold, is_unspaced
from archive.search.matching import Part

MARK_START, MARK_END = "\x02", "\x03"
_LENGTH, _BEFORE, _MOST = 240, 60, 40
# A letter of a word; characters that stand alone are none.
_INSIDE = f"[^\\W_{UNSPACED}]"
_inside = re.compile(_INSIDE).match


@lru_cache(maxsize=256)
def pattern_of(tokens: tuple[str, ...], prefix: bool = False) -> re.Pattern[str]:
    """Return what finds a word or phrase in folded text."""
    pieces: list[str] = []
    for token in tokens:
        if token == BREAK:
            pieces.append(r"[\W_]+")
            continue
        # Characters of a script without spaces stand side by side; words have something between them.
        if pieces and not pieces[-1].endswith("+"):
            pieces.append(r"\s*" if is_unspaced(token) or is_unspaced(pieces[-1]) else r"[\W_]+")
        pieces.append(re.escape(token))
    begin = "" if is_unspaced(tokens[0]) else f"(?<!{_INSIDE})"
    end = "" if prefix or is_unspaced(tokens[-1]) else f"(?!{_INSIDE})"
    return re.compile(begin + "".join(pieces) + (f"{_INSIDE}*" if prefix else "") + end)


def occurrences(part: Part, folded: str) -> int:
    """Return how often a part stands in folded text."""
    return sum(1 for _ in _found(part, folded))


def _found(part: Part, folded: str) -> Iterator[tuple[int, int]]:
    """Yield where a part stands in folded text."""
    if len(part.tokens) == 1 and part.tokens[0].isascii():
        yield from _found_word(part.tokens[0], part.prefix, folded)
    elif all(len(token) == 1 and is_unspaced(token) for token in part.tokens):
        yield from _found_text("".join(part.tokens), folded)
    # A pattern that begins with a look behind walks the text letter by letter: only where it may be found.
    elif all(token in folded for token in part.tokens if token != BREAK):
        yield from (match.span() for match in pattern_of(part.tokens, part.prefix).finditer(folded))


def _found_text(text: str, folded: str) -> Iterator[tuple[int, int]]:
    at = folded.find(text)
    while at >= 0:
        yield at, at + len(text)
        at = folded.find(text, at + len(text))


def _found_word(word: str, prefix: bool, folded: str) -> Iterator[tuple[int, int]]:
    at = folded.find(word)
    while at >= 0:
        end = at + len(word)
        if prefix:
            while _inside(folded, end):
                end += 1
        if not (at and _inside(folded, at - 1)) and not _inside(folded, end):
            yield at, end
        at = folded.find(word, end)


def snippet(text: str, parts: Sequence[Part]) -> str:
    """Return the place of the text where most of the parts stand, each between U+0002 and U+0003."""
    folded, offsets = _aligned(text)
    spans = _spans(folded, parts)
    if offsets is not None:
        spans = [(offsets[begin], offsets[end]) for begin, end in spans]
    low, high = _window(text, spans)
    at, shown = low, []
    for begin, end in spans:
        if begin >= at and end <= high:
            shown += [text[at:begin], MARK_START, text[begin:end], MARK_END]
            at = end
    shown.append(text[at:high])
    return f"{'…' if low else ''}{''.join(shown)}{'…' if high < len(text) else ''}"


def _spans(folded: str, parts: Sequence[Part]) -> list[tuple[int, int]]:
    found: set[tuple[int, int]] = set()
    for part in parts:
        found.update(islice(_found(part, folded), _MOST))
    apart: list[tuple[int, int]] = []
    for begin, end in sorted(found, key=lambda span: (span[0], -span[1])):
        if not apart or begin >= apart[-1][1]:
            apart.append((begin, end))
    return apart


def _window(text: str, spans: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """Return the part of the text that shows most of the spans, cut at spaces."""
    if len(text) <= _LENGTH:
        return 0, len(text)
    first = 0
    if spans:
        starts = [begin for begin, _ in spans]
        first = max(range(len(spans)), key=lambda i: (bisect_left(starts, starts[i] + _LENGTH - _BEFORE) - i, -i))
    low = max(0, (spans[first][0] if spans else 0) - _BEFORE)
    high = min(len(text), low + _LENGTH)
    if low:
        space = text.find(" ", low, low + _BEFORE)
        low = space + 1 if space >= 0 else low
    if high < len(text):
        space = text.rfind(" ", max(low, high - 20), high)
        high = space if space > 0 else high
    return low, high


def _aligned(text: str) -> tuple[str, list[int] | None]:
    """Return folded text, and where each of its characters stands in the text unless that is the same place."""
    folded = fold(text)
    if text.isascii() or len(folded) == len(text):
        return folded, None
    pieces: list[str] = []
    for letter in text:
        piece = fold(letter)
        if pieces and piece and combining(piece[0]):
            # A voiced kana of half width is two characters, and one when it is folded.
            pieces[-1], piece = normalize("NFC", pieces[-1] + piece), ""
        pieces.append(piece)
    offsets = [index for index, piece in enumerate(pieces) for _ in piece]
    return "".join(pieces), [*offsets, len(text)]
