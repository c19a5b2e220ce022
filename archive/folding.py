"""One spelling for what a reader takes for the same: case, accents, width, ß ø ł đ ı ё, both forms of Chinese.

What stands in the index beside the text (`search_extra`) and what is asked for go through the same fold. Scripts that
are written without spaces are cut into characters there, Thai and its kin into graphemes, so that FTS5's `unicode61`
takes each for a token and a word is a phrase of them.
"""

import json
import re
import sqlite3
import unicodedata
from collections.abc import Callable
from contextlib import closing
from functools import cache
from importlib.resources import files

from archive.segment import CJK

# Tokens of our own, in letters that no page may use: `unicode61` keeps private-use characters within a token.
BREAK = "\ue001"
FIELD_MARKS = {"title": "\ue002", "captions": "\ue003", "source": "\ue004", "byline": "\ue005"}
_SPELT = {
    "ø": "o", "ł": "l", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "ħ": "h", "ŧ": "t", "ŋ": "n",
    "ё": "е", "ѐ": "е", "ѝ": "и", "ґ": "г",
    "آ": "ا", "أ": "ا", "إ": "ا", "ٱ": "ا", "ى": "ي", "ی": "ي", "ک": "ك", "ـ": "",
}  # fmt: skip
# Marks over letters of these scripts are accents or vowel points; elsewhere they are letters, but `unicode61` cuts a
# word at them: there they stand as private-use characters.
_POINTED = (range(0x0300, 0x0370), range(0x0483, 0x0488), range(0x0591, 0x05C8), range(0x0610, 0x0700),
            range(0x08D3, 0x0900), range(0x1AB0, 0x1B00), range(0x1DC0, 0x1E00), range(0x20D0, 0x2100),
            range(0xFE00, 0xFE10), range(0xFE20, 0xFE30))  # fmt: skip
_MARK = 0xF0000
_ACCENTED = ("LATIN", "GREEK")
_KEPT_MARKS = (range(0x3099, 0x309B), range(0x302A, 0x3030))
_NUKTAS = {0x093C, 0x09BC, 0x0A3C, 0x0ABC}

_SEA = "\u0e01-\u0e30\u0e32\u0e33\u0e40-\u0e46\u0e50-\u0e59\u0e81-\u0eb0\u0eb2\u0eb3\u0ebd\u0ec0-\u0ec6\u0edc-\u0edf"
_SEA += "\u1000-\u102a\u103f\u1050-\u1055\u1780-\u17b3"
_MARKS = "\U000f0000-\U000ffffd"
UNSPACED = CJK + _SEA
# U+0E4D and U+0EA4 with a vowel after them are the halves of Thai and Lao AM, which is one grapheme.
_CLUSTER = f"[{CJK}]|[{_SEA}][{_MARKS}]*(?:(?<=\U000f0e4d)\u0e32|(?<=\U000f0ecd)\u0eb2)?"
_PIECES = re.compile(f"{_CLUSTER}|[^{UNSPACED}]+")
_GAP = re.compile(f"(?<=[{UNSPACED}{_MARKS}])([^\\w{_MARKS}]+)(?=[{UNSPACED}])")
_ANYUNSPACED = re.compile(f"[{UNSPACED}]")
_SIGNS = ("Sm", "Sc", "Sk", "So", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Cn")
_VOICED = re.compile("[\u3099\u309a]")
_WORD = re.compile(f"(?:[^\\W_]|[{_MARKS}{BREAK}])+")


def fold(text: str) -> str:
    """Return the text in its one spelling; what is no letter or digit stays where it stands."""
    if text.isascii():
        return text.lower()
    # Compatibility forms are unfolded letter by letter: to normalise a whole text costs ten times as much.
    folded = unicodedata.normalize("NFC", text).translate(_FOLDED)
    return unicodedata.normalize("NFC", folded) if _VOICED.search(folded) else folded


def is_special(text: str) -> bool:
    """Return whether the tokenizer would file any of the text under another spelling than `fold`."""
    if text.isascii():
        return False
    return any(_is_special(letter) for letter in set(text)) or not unicodedata.is_normalized("NFC", text)


def is_unspaced(text: str) -> bool:
    """Return whether any of the text is in a script that is written without spaces."""
    return not text.isascii() and _ANYUNSPACED.search(text) is not None


def indexed(text: str) -> str:
    """Return the text as it stands in the index: folded, scripts without spaces cut into characters.

    Between two of these characters that were apart stands a token of our own, so that no phrase leaps over the gap.
    """
    folded = fold(text)
    if is_unspaced(folded):
        parts = _GAP.split(folded)
        parts[1::2] = [f" {BREAK}{gap} " for gap in parts[1::2]]
        folded = " ".join(_PIECES.findall("".join(parts)))
    return " ".join(folded.split())


def search_extra(body: str | None, *short: str | None, attached: str = "") -> str | None:
    """Return what the tokenizer would miss of an article's texts, None where there is nothing.

    `short` are title, captions, source and byline. A paragraph with one word that is missed stands there whole, so that
    phrases are found; the short fields stand there once more with their own marks, so that they can be asked for alone.
    `attached` is text that stands in no column.
    """
    missed = [indexed(part) for text in (body, *short) for part in _special_parts(text)]
    if attached.strip():
        missed.append(indexed(attached))
    for name, text in zip(FIELD_MARKS, short, strict=False):
        if text and is_special(text):
            missed.append(marked(indexed(text), name))
    return f" {BREAK} ".join(missed) or None


def marked(text: str, field: str) -> str:
    """Return indexed text with a field's mark before each of its words."""
    return " ".join(FIELD_MARKS[field] + word for word in words_of(text) if word != BREAK)


def unmarked(word: str) -> str:
    """Return a word of the index as it is written, marks that are letters in their own places."""
    return "".join(chr(ord(letter) - _MARK) if ord(letter) >= _MARK else letter for letter in word)


def words_of(text: str) -> list[str]:
    """Return the words of indexed text as the tokenizer has them, marks of gaps among them."""
    if text.isascii() or _signs().isdisjoint(text):
        return _WORD.findall(text)
    signs = re.escape("".join(_signs().intersection(text)))
    return re.findall(f"(?:{_WORD.pattern}|[{signs}])+", text)


@cache
def _signs() -> frozenset[str]:
    """Return the signs that the tokenizer takes for letters: those younger than its Unicode (6.1), as many emoji are.

    It is asked which, once: a phrase that leaves one out would not be found.
    """
    signs = [sign for sign in map(chr, range(0x80, 0x20000)) if unicodedata.category(sign) in _SIGNS]
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute("CREATE VIRTUAL TABLE signs USING fts5(sign, tokenize = 'unicode61 remove_diacritics 2')")
        db.execute("CREATE VIRTUAL TABLE tokens USING fts5vocab(signs, 'row')")
        db.execute("INSERT INTO signs VALUES (?)", (" ".join(signs),))
        return frozenset(term for (term,) in db.execute("SELECT term FROM tokens"))


def _special_parts(text: str | None) -> list[str]:
    if not text or not is_special(text):
        return []
    return [part for part in text.split("\n") if is_special(part)]


class _Table(dict[int, str]):
    """A table for `str.translate` that works out each character when it first comes."""

    def __init__(self, work_out: Callable[[str], str]) -> None:
        self._work_out = work_out

    def __missing__(self, code: int) -> str:
        self[code] = found = self._work_out(chr(code))
        return found


def _fold_character(letter: str) -> str:
    kind = unicodedata.category(letter)
    if kind in ("Co", "Cs"):
        return " "
    if kind == "Cf":
        return ""
    if kind[0] == "M":
        return _fold_mark(ord(letter))
    if kind == "Nd":
        return str(unicodedata.digit(letter))
    alike = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", letter).casefold())
    return "".join(_fold_letter(each) for each in alike)


def _fold_letter(letter: str) -> str:
    if letter in _SPELT:
        return _SPELT[letter]
    apart = unicodedata.normalize("NFD", letter)
    if len(apart) > 1 and unicodedata.name(apart[0], "").startswith(_ACCENTED):
        return _SPELT.get(apart[0], apart[0])
    if unicodedata.category(letter)[0] == "M":
        return _fold_mark(ord(letter))
    return _simplified().get(letter, letter)


def _fold_mark(code: int) -> str:
    if code in _NUKTAS or any(code in points for points in _POINTED):
        return ""
    if any(code in kept for kept in _KEPT_MARKS):
        return chr(code)
    return chr(_MARK + code)


_FOLDED = _Table(_fold_character)


@cache
def _is_special(letter: str) -> bool:
    """Return whether `unicode61` files this letter otherwise than `fold`."""
    if not (letter.isalnum() or unicodedata.category(letter)[0] == "M"):
        return False
    return is_unspaced(letter) or _tokenized(letter) != fold(letter)


def _tokenized(letter: str) -> str:
    """Return what SQLite's `unicode61 remove_diacritics 2` makes of a letter, where that is certain."""
    apart = unicodedata.normalize("NFD", letter)
    if len(apart) > 1 and unicodedata.name(apart[0], "").startswith("LATIN"):
        return letter if letter in "ǠǡǮǯ" else apart[0].lower()
    if 0x0300 <= ord(letter) < 0x0370:
        return ""
    return letter.lower() if len(letter.lower()) == 1 else letter


@cache
def _simplified() -> dict[str, str]:
    """Return the traditional characters with their simplified forms, from OpenCC's tables (bench/simplified.py)."""
    columns = json.loads((files("archive") / "simplified.json").read_text(encoding="utf-8"))
    return dict(zip(columns["traditional"], columns["simplified"], strict=True))
