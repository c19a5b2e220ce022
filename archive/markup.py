"""An article's markup as it may be shown: pages are written by strangers, so nothing of them runs."""

import nh3

_TAGS = {
    "p", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre", "code", "strong", "em", "sub", "sup",
    "a", "br", "table", "tbody", "tr", "td", "figure", "figcaption", "img",
}  # fmt: skip
_ATTRIBUTES = {"a": {"href"}, "img": {"src", "alt"}}


def presentable(body_html: str, images: str) -> str:
    """Return an article's markup, cleaned; `images` is the address under which the archive's images stand."""
    shown = body_html.replace('src="sha256:', f'src="{images}')
    return nh3.clean(shown, tags=_TAGS, attributes=_ATTRIBUTES, link_rel=None)
