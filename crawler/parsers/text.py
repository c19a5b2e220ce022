"""Text of pages: spaces made plain, and the loose form in which two texts are compared."""

import html
import re
import unicodedata

from bs4 import BeautifulSoup

# Characters that take no room: soft hyphen, zero-width space, word joiner, byte order mark.
_INVISIBLE = ("\u00ad", "\u200b", "\u2060", "\ufeff")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f]")
_NOT_WORD = re.compile(r"[\W_]+")
# The signs of printed text: without them most English texts are ASCII, for which the comparison is ten times as fast.
_PRINTED_SIGNS = "\u2019\u201c\u201d\u2018\u2013\u2014\u2026\u00a0"
_ASCII_SIGNS = {code: None for code in range(128) if not chr(code).isalnum()}


def squeeze(text: str) -> str:
    """Return the text with every run of white space as one space, none at the ends."""
    if not text.isascii():
        for sign in _INVISIBLE:
            if sign in text:
                text = text.replace(sign, "")
    return " ".join(text.split())


def plain(text: str) -> str:
    """Return a declared text (a headline in JSON-LD, a meta element) without the markup and escapes left in it."""
    said = _CONTROL.sub("", html.unescape(text) if "&" in text else text)
    return squeeze(BeautifulSoup(said, "lxml").get_text() if "<" in said and ">" in said else said)


def loose(text: str | None) -> str:
    """Return letters and digits alone, case folded: what two renderings of one text share."""
    said = html.unescape(text) if text and "&" in text else text or ""
    if not said.isascii():
        for sign in _PRINTED_SIGNS:
            said = said.replace(sign, "")
    if said.isascii():
        return said.translate(_ASCII_SIGNS).lower()
    return _NOT_WORD.sub("", unicodedata.normalize("NFKC", said)).casefold()
