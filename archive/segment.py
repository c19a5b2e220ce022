"""Chinese, Japanese and Korean: which characters they are, and how many words such a text counts."""

import re

# Han with its extensions and compatibility forms, kana, Hangul syllables and jamo, bopomofo.
CJK = (
    "\u1100-\u11ff\u2e80-\u2fdf\u3005\u3007\u3021-\u3029\u3040-\u30ff\u3100-\u318f\u31a0-\u31ff\u3400-\u4dbf"
    "\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
)
_PIECES = re.compile(f"[{CJK}]|[^{CJK}]+")
_ANY = re.compile(f"[{CJK}]")


def has_cjk(text: str) -> bool:
    """Return whether any character of the text belongs to a script that is written without spaces."""
    return not text.isascii() and _ANY.search(text) is not None


def segment(text: str) -> str:
    """Return the text with every such character standing alone between spaces.

    FTS5's `unicode61` then takes each as a token, and a word is found as a phrase of its characters.
    """
    return " ".join(" ".join(_PIECES.findall(text)).split())
