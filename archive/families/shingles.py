"""A text as a set of shingles: what two tellings of one story share, and the few of them that an index needs."""

from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]
Flags = NDArray[np.bool_]

# Shingles of the bands: long enough to be rare, short enough to outlive one change in every seven characters.
_WORDS, _CHARACTERS = 4, 5
# How many of them an index keeps: changes scattered over single characters spoil more than those over words.
_BANDS_OF_WORDS, _BANDS_OF_CHARACTERS = 10, 12
# Longer texts are told by their beginning.
_LONGEST = 60_000
# Of these scripts each character is a token: no spaces stand between their words.
_ALONE = (
    (0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1100, 0x11FF), (0x1780, 0x17FF), (0x2E80, 0x2FDF), (0x3005, 0x3007),
    (0x3040, 0x30FF), (0x3100, 0x318F), (0x31A0, 0x31FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xA960, 0xA97F),
    (0xAC00, 0xD7FF), (0xF900, 0xFAFF), (0xFF66, 0xFF9F),
)  # fmt: skip
_ENDS = ".!?:;…。！？：；\n\"“”„«»'‘’「」()（）"
_BASE = np.uint64(0x9E3779B97F4A7C15)
_MIXERS = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))
_SHIFTS = (np.uint64(30), np.uint64(27), np.uint64(31))


@dataclass(frozen=True)
class Shingled:
    """A text by its tokens: hashes in order, and which of them are facts: numbers, or names (capital letters).

    Texts are equal in what counts here where their hashes are: case, signs and spaces say nothing.
    """

    tokens: Hashes
    numbers: Flags
    names: Flags
    alone: Flags

    @property
    def size(self) -> int:
        """How many words, or characters of scripts that have no spaces."""
        return len(self.tokens)

    @cached_property
    def pairs(self) -> Hashes:
        """The distinct pairs of neighbours, sorted."""
        return _distinct(self.in_order)

    @cached_property
    def number_pairs(self) -> Hashes:
        """The distinct pairs that hold a number, sorted."""
        return _distinct(self.in_order[self.numbers[:-1] | self.numbers[1:]])

    @cached_property
    def name_pairs(self) -> Hashes:
        """The distinct pairs that hold a name, sorted."""
        return _distinct(self.in_order[self.names[:-1] | self.names[1:]])

    @cached_property
    def in_order(self) -> Hashes:
        """The pairs as they stand."""
        return _shingles(self.tokens, 2)

    def bands(self) -> list[int]:
        """Return the keys under which an index finds the text: of its longer shingles those of the least hashes.

        Of two texts that share a third of their shingles, all bands differ in one case of a hundred: the least hashes
        of what both hold together are a sample of it (Broder 1997, the bottom sketch). 32 bits, as SQLite keeps them.
        """
        is_alone = 2 * int(self.alone.sum()) > self.size
        length, number = (_CHARACTERS, _BANDS_OF_CHARACTERS) if is_alone else (_WORDS, _BANDS_OF_WORDS)
        keys = _distinct(_shingles(self.tokens, length) >> np.uint64(32))[:number]
        return [int(key) - (1 << 31) for key in keys]


def shingle(text: str) -> Shingled:
    """Return a text as tokens: words, and each character of a script without spaces."""
    folded, kinds = _alphabet()
    codes = np.frombuffer(text[:_LONGEST].encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    # What lies beyond the first plane are rare characters of such scripts, and pictures.
    kind = kinds[np.minimum(codes, 0xFFFF)]
    letter, alone = (kind & _LETTER) != 0, (kind & _STANDS) != 0
    breaks = np.ones(len(codes) + 1, dtype=bool)
    breaks[1:-1] = (letter[1:] != letter[:-1]) | alone[1:] | alone[:-1]
    edges = np.flatnonzero(breaks)
    inside = letter[edges[:-1]] if len(codes) else np.zeros(0, dtype=bool)
    starts, ends = edges[:-1][inside], edges[1:][inside]
    low = np.where(codes < 0x10000, folded[np.minimum(codes, 0xFFFF)], codes)
    numbers = _counted((kind & _DIGIT) != 0, starts, ends) > 0
    ended = _counted((kind & _END) != 0, np.concatenate(([0], ends[:-1])) if len(ends) else ends, starts) > 0
    ended[:1] = True
    names = ((kind[starts] & _UPPER) != 0) & ~ended
    return Shingled(_token_hashes(low, starts, ends), numbers, names, alone[starts])


def shared(one: Hashes, other: Hashes) -> int:
    """Return how many hashes two sorted sets have in common."""
    if not len(one) or not len(other):
        return 0
    both = np.concatenate((one, other))
    both.sort()
    return int((both[1:] == both[:-1]).sum())


def _distinct(hashes: Hashes) -> Hashes:
    """Return a sorted set (numpy's own `unique` tests its arguments for longer than this takes)."""
    found = np.sort(hashes)
    return found[np.concatenate(([True], found[1:] != found[:-1]))] if len(found) else found


def _counted(flags: Flags, starts: NDArray[np.intp], ends: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return how many flags are set in each span."""
    sums = np.concatenate(([0], np.cumsum(flags)))
    return np.asarray(sums[ends] - sums[starts])


def _token_hashes(codes: NDArray[np.uint32], starts: NDArray[np.intp], ends: NDArray[np.intp]) -> Hashes:
    """Return a polynomial hash of each span, wherever it stands."""
    powers, inverses = _powers(1 << max(len(codes), 1).bit_length())
    sums = np.concatenate(
        (np.zeros(1, np.uint64), np.cumsum((codes.astype(np.uint64) + _SHIFTS[0]) * powers[: len(codes)]))
    )
    return _mixed((sums[ends] - sums[starts]) * inverses[starts])


def _shingles(tokens: Hashes, length: int) -> Hashes:
    number = len(tokens) - length + 1
    if number <= 0:
        return np.zeros(0, np.uint64)
    sums = tokens[:number].copy()
    for step in range(1, length):
        sums = sums * _BASE + tokens[step : step + number]
    return _mixed(sums)


def _mixed(values: Hashes) -> Hashes:
    """Return well-spread hashes (the finaliser of SplitMix64)."""
    first, second, third = _SHIFTS
    values = (values ^ (values >> first)) * _MIXERS[0]
    values = (values ^ (values >> second)) * _MIXERS[1]
    return np.asarray(values ^ (values >> third))


@cache
def _powers(number: int) -> tuple[Hashes, Hashes]:
    """Return the powers of the base and of its inverse, modulo 2^64."""
    inverse = np.uint64(pow(int(_BASE), -1, 1 << 64))
    found = []
    for base in (_BASE, inverse):
        steps = np.full(number, base, np.uint64)
        steps[0] = 1
        found.append(np.multiply.accumulate(steps))
    return found[0], found[1]


_LETTER, _STANDS, _DIGIT, _UPPER, _END = 1, 2, 4, 8, 16


@cache
def _alphabet() -> tuple[NDArray[np.uint32], NDArray[np.uint8]]:
    """Return the first plane's characters in lower case and half width, and what kind each is."""
    folded = np.arange(0x10000, dtype=np.uint32)
    kinds = np.zeros(0x10000, np.uint8)
    # Full-width signs and letters are their half-width ones.
    folded[0xFF01:0xFF5F] -= 0xFEE0
    for code in range(0x10000):
        letter = chr(code)
        if letter.isalnum():
            kinds[code] = _LETTER | (_DIGIT if letter.isdigit() else 0) | (_UPPER if letter.isupper() else 0)
            low = chr(folded[code]).lower()
            folded[code] = ord(low) if len(low) == 1 else code
    for first, last in _ALONE:
        kinds[first : last + 1] |= np.where(kinds[first : last + 1] != 0, np.uint8(_STANDS), np.uint8(0))
    for sign in _ENDS:
        kinds[ord(sign)] |= _END
    return folded, kinds
