"""Text of pages: spaces made plain, and the loose form in which two texts are compared."""

import html
import re
import unicodedata

from bs4 import BeautifulSoup

_SPACE = re.compile(r"[\s\u00a0\u200b\u2060\ufeff\u00ad]+")
_NOT_WORD = re.compile(r"[\W_]+")


def squeeze(text: str) -> str:
    """Return the text with every run of white space as one space, none at the ends."""
    return _SPACE.sub(" ", text.replace("\u200b", "").replace("\u00ad", "")).strip()


def plain(text: str) -> str:
    """Return a declared text (a headline in JSON-LD, a meta element) without the markup and escapes left in it."""
    said = html.unescape(text) if "&" in text else text
    return squeeze(BeautifulSoup(said, "lxml").get_text() if "<" in said and ">" in said else said)


def loose(text: str | None) -> str:
    """Return letters and digits alone, case folded: what two renderings of one text share."""
    return _NOT_WORD.sub("", unicodedata.normalize("NFKC", html.unescape(text or ""))).casefold()
