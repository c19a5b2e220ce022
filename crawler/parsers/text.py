"""Text of pages: spaces made plain, and the loose form in which two texts are compared."""

import html
import re
import unicodedata

_SPACE = re.compile(r"[\s\u00a0\u200b\u2060\ufeff\u00ad]+")
_NOT_WORD = re.compile(r"[\W_]+")


def squeeze(text: str) -> str:
    """Return the text with every run of white space as one space, none at the ends."""
    return _SPACE.sub(" ", text.replace("\u200b", "").replace("\u00ad", "")).strip()


def loose(text: str | None) -> str:
    """Return letters and digits alone, case folded: what two renderings of one text share."""
    return _NOT_WORD.sub("", unicodedata.normalize("NFKC", html.unescape(text or ""))).casefold()
