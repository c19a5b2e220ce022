"""An article's markup as it may be shown: pages are written by strangers, so nothing of them runs."""

import re

import nh3

_TAGS = {
    "p", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre", "code", "strong", "em", "sub", "sup",
    "a", "br", "table", "tbody", "tr", "td", "figure", "figcaption", "img",
}  # fmt: skip
_ATTRIBUTES = {"a": {"href"}, "img": {"src", "alt"}}


def presentable(body_html: str, images: str) -> str:
    """Return an article's markup, cleaned; `images` is the address under which the archive's images stand.

    Other images are left out, for a reader's browser would ask for them; links lead to the web alone.
    """
    own = re.compile(re.escape(images) + "[0-9a-f]{64}")

    def kept(_tag: str, attribute: str, value: str) -> str | None:
        if attribute == "src":
            return value if own.fullmatch(value) else None
        return value if attribute != "href" or value.startswith(("http://", "https://", "mailto:")) else None

    shown = body_html.replace('src="sha256:', f'src="{images}')
    return nh3.clean(shown, tags=_TAGS, attributes=_ATTRIBUTES, link_rel=None, attribute_filter=kept)
