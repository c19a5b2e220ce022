"""An article's markup as it may be shown: pages are written by strangers, so nothing of them runs."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

import nh3
from lxml import html
from lxml.etree import LxmlError

_TAGS = {
    "p", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre", "code", "strong", "em", "sub", "sup",
    "a", "br", "table", "tbody", "tr", "td", "figure", "figcaption", "img",
}  # fmt: skip
_ATTRIBUTES = {"a": {"href"}, "img": {"src", "alt"}}
_SCHEMES = {"http", "https", "mailto"}


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture's place in an article's markup: `src` is an address, or `sha256:` with a digest; empty without one."""

    src: str
    alt: str
    caption: str


def presentable(body_html: str, images: str) -> str:
    """Return an article's markup, cleaned; `images` is the address under which the archive's images stand.

    Other images are left out, for a reader's browser would ask for them; links lead to the web alone.
    """
    own = re.compile(re.escape(images) + "[0-9a-f]{64}")

    def kept(tag: str, attribute: str, value: str) -> str | None:
        if attribute == "src":
            return value if own.fullmatch(value) else None
        return _outside(tag, attribute, value) if attribute == "href" else value

    shown = body_html.replace('src="sha256:', f'src="{images}')
    return nh3.clean(shown, tags=_TAGS, attributes=_ATTRIBUTES, link_rel=None, attribute_filter=kept)


def readable(body_html: str) -> str:
    """Return markup without pictures, cleaned, for a page of ours: links lead to the web alone, and tell it nothing."""
    return nh3.clean(
        body_html, tags=_TAGS - {"figure", "figcaption", "img"}, attributes={"a": {"href"}}, url_schemes=_SCHEMES,
        link_rel="noopener noreferrer nofollow", attribute_filter=_outside,
    )  # fmt: skip


def parted(body_html: str) -> list[str | Figure]:
    """Return an article's markup, not cleaned yet, as runs of text and the pictures between them.

    A picture inside a paragraph or a table stands behind it. Raises ValueError for what is no markup.
    """
    try:
        root = html.fragment_fromstring(body_html, create_parent="div")
    except LxmlError as error:
        raise ValueError(f"not to be read as markup: {error}") from error
    parts: list[str | Figure] = []
    text: list[str] = []
    for piece in [*_pieces(root), None]:
        if isinstance(piece, str):
            text.append(piece)
            continue
        if run := "".join(text).strip():
            parts.append(run)
        if piece:
            parts.append(piece)
        text = []
    return parts


def _outside(_tag: str, attribute: str, value: str) -> str | None:
    """Return an address that is whole: a relative one would lead into the archive."""
    return value if attribute != "href" or value.partition(":")[0].strip().lower() in _SCHEMES else None


def _pieces(root: html.HtmlElement) -> Iterator[str | Figure]:
    yield escape(root.text or "")
    for child in list(root):
        tail, child.tail = child.tail or "", None
        figures = [figure for element in _pictured(child) for figure in _figures(element)]
        if child.tag != "img" and not _is_figure(child):
            for element in list(_pictured(child)):
                element.drop_tree()
            yield html.tostring(child, encoding="unicode")
        yield from figures
        yield escape(tail)


def _pictured(element: html.HtmlElement) -> Iterator[html.HtmlElement]:
    """Yield the figures in an element, and the images outside of them; the element itself where it is one."""
    for found in element.iter("figure", "img"):
        if (_is_figure(found) or found.tag == "img") and not any(map(_is_figure, found.iterancestors("figure"))):
            yield found


def _is_figure(element: html.HtmlElement) -> bool:
    return element.tag == "figure" and next(element.iter("img", "figcaption"), None) is not None


def _figures(element: html.HtmlElement) -> Iterator[Figure]:
    caption = " ".join("".join(said.itertext()) for said in element.iter("figcaption"))
    images = list(element.iter("img"))
    for image in images[:-1]:
        yield Figure(image.get("src", ""), image.get("alt", ""), "")
    last = images[-1] if images else element
    yield Figure(last.get("src", ""), last.get("alt", ""), caption.strip())
