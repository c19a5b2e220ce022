"""A page: bytes decoded and parsed into one lxml tree."""

import codecs
import re
from dataclasses import dataclass
from urllib.parse import urljoin

from charset_normalizer import from_bytes
from lxml import etree
from w3lib.encoding import html_body_declared_encoding, http_content_type_encoding, read_bom, resolve_encoding

from crawler.parsers.joining import absolute_url

# Encodings whose bytes are all ASCII, and so valid UTF-8 that says something else (Python's names).
_ESCAPE_ENCODINGS = frozenset(
    {"iso2022_jp", "iso2022_jp_1", "iso2022_jp_2", "iso2022_jp_ext", "iso2022_kr", "hz", "utf-7"}
)
# Codecs of Python's that are no charset of a page: `punycode` takes hours, `unicode_escape` makes halves of characters.
_NO_CHARSETS = frozenset({"idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape"})
_CONTROL = bytes({*range(0x20), 0x7F} - {0x09, 0x0A, 0x0D})
_C1_CONTROL = re.compile(rb"\xc2[\x80-\x9f]")
_NO_CHARACTER = re.compile(rb"\xef\xbf[\xbe\xbf]")
# Controls as character references; those that HTML reads as Windows' signs (&#146;) are no controls.
_CONTROL_REFERENCE = re.compile(
    rb"&#(?:0*(?:[0-8]|1[124-9]|2\d|3[01]|127|129|141|143|144|157|6553[45])(?!\d)|"
    rb"x0*(?:[0-8bcef]|1[0-9a-f]|7f|81|8d|8f|90|9d|fff[ef])(?![0-9a-f]));?",
    re.IGNORECASE,
)
_MARKUP = re.compile(rb"<\s*[!a-zA-Z/?]")
_XML_HEAD = re.compile(rb"^\s*<\?xml[^>]*\?>")
_DEEP_RUN = re.compile(rb"(<(\w+)\b[^<>]{0,200}>\s*)(?:<\2\b[^<>]{0,200}>\s*){100,}", re.IGNORECASE)
_SNIFFED = 65536
# One character in so many may be broken before the declared encoding is doubted.
_DAMAGE = 30


@dataclass(frozen=True, slots=True)
class Page:
    """A parsed page: its address, tree, base for relative URLs, and how its bytes became text.

    `replaced` counts the bytes that are no character in `encoding`.
    """

    url: str
    root: etree._Element
    base: str
    encoding: str
    replaced: int

    @property
    def body(self) -> etree._Element:
        """The body element, or the root where there is none."""
        found = self.root.find("body")
        return self.root if found is None else found

    def absolute(self, href: str) -> str | None:
        """Return an absolute http(s) URL, None for anything else."""
        return absolute_url(self.base, href)


def looks_like_html(body: bytes, content_type: str | None) -> bool:
    """Return whether bytes can be an HTML page, by their declared type and their beginning."""
    declared = (content_type or "").partition(";")[0].strip().lower()
    if declared and not declared.startswith("text/") and "html" not in declared and "xml" not in declared:
        return False
    head = body[:_SNIFFED]
    return _MARKUP.search(head.replace(b"\x00", b"")) is not None and not head.startswith((b"%PDF", b"PK\x03\x04"))


def parse_page(body: bytes, url: str, content_type: str | None = None) -> Page:
    """Return the page; any bytes give one, an empty tree at worst."""
    text, encoding, replaced = decode(body, content_type)
    # Bytes that are UTF-8 already are parsed as they are: to make them again of the text takes time.
    is_utf8 = encoding == "utf-8" and not replaced
    root = _tree(body.removeprefix(codecs.BOM_UTF8) if is_utf8 else text.encode("utf-8", "ignore"))
    base_href = next(filter(None, (element.get("href") for element in root.iter("base"))), None)
    try:
        base = urljoin(url, base_href) if base_href else url
    except ValueError:
        base = url
    return Page(url, root, base, encoding, replaced)


def decode(body: bytes, content_type: str | None) -> tuple[str, str, int]:
    """Return text, encoding and the number of replaced characters.

    A byte order mark decides; else bytes that are valid UTF-8 are UTF-8, whatever the header says (no other encoding
    gives such bytes by chance); else the header, the page's own declaration, and at last a guess.
    """
    bom, marked = read_bom(body)
    if bom is not None and marked is not None:
        return _decoded(body[len(marked) :], bom)
    declared = [
        resolve_encoding(name)
        for name in (http_content_type_encoding(content_type), html_body_declared_encoding(body[:_SNIFFED]))
        if name
    ]
    known = [name for name in declared if name and _python_name(name) not in _NO_CHARSETS]
    if not any(_python_name(name) in _ESCAPE_ENCODINGS for name in known):
        try:
            return body.decode("utf-8"), "utf-8", 0
        except UnicodeDecodeError:
            pass
    for name in known:
        text, encoding, replaced = _decoded(body, name)
        if not replaced:
            return text, encoding, 0
    return _least_damaged(body, known)


def _python_name(encoding: str) -> str:
    try:
        return codecs.lookup(encoding).name
    except LookupError:
        return ""


def _least_damaged(body: bytes, declared: list[str]) -> tuple[str, str, int]:
    """Return the text in the encoding that is declared, or UTF-8; a guess only where those would lose much of it.

    A few broken bytes in a page are no reason to believe in an exotic encoding that happens to have them all.
    """
    best = min((_decoded(body, name) for name in [*declared, "utf-8"]), key=lambda decoded: decoded[2])
    if best[2] * _DAMAGE <= len(best[0]) or _is_mostly_utf8(best):
        return best
    guess = from_bytes(body[:_SNIFFED]).best()
    return min(best, _decoded(body, guess.encoding), key=lambda decoded: decoded[2]) if guess else best


def _is_mostly_utf8(decoded: tuple[str, str, int]) -> bool:
    """Return whether a text has more multi-byte characters of UTF-8 than broken ones; chance makes none."""
    text, encoding, replaced = decoded
    whole = sum(1 for character in text if not character.isascii()) - replaced
    return encoding == "utf-8" and 2 * whole >= replaced


def _decoded(body: bytes, encoding: str) -> tuple[str, str, int]:
    try:
        text = body.decode(encoding, errors="replace")
    except LookupError:
        # Unknown, or a codec of bytes (base64).
        encoding = "utf-8"
        text = body.decode(encoding, errors="replace")
    return text, encoding, text.count("\ufffd")


def _tree(source: bytes) -> etree._Element:
    content = _clean(source)
    try:
        root, too_deep = _parsed(content)
        # libxml2 stops where elements nest too deeply: thousands of unclosed tags count as one.
        return _parsed(_DEEP_RUN.sub(rb"\1", content))[0] if too_deep else root
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return _parsed(b"<html><body></body></html>")[0]


def _clean(source: bytes) -> bytes:
    """Return a page in UTF-8 without what XML cannot hold, and without an XML declaration."""
    # Deleting bytes costs a tenth of what a regular expression does.
    content = source.translate(None, _CONTROL)
    if not content.isascii():
        # One pattern at a time: each begins with a literal, and is as fast as a search for it.
        content = _NO_CHARACTER.sub(b"", _C1_CONTROL.sub(b"", content))
    if b"&#" in content:
        content = _CONTROL_REFERENCE.sub(b"", content)
    return _XML_HEAD.sub(b"", content, count=1)


def _parsed(content: bytes) -> tuple[etree._Element, bool]:
    # The plain classes of lxml, not those of lxml.html: a proxy of theirs costs twice as much.
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True, huge_tree=True)
    root = etree.fromstring(content, parser)
    if root is None:
        raise etree.ParserError("no element in the page")
    return root, any("depth" in entry.message.lower() for entry in parser.error_log)
