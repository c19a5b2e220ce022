"""The address that a link of a page leads to: `urljoin`, without its work where there is nothing to resolve."""

import re
from urllib.parse import urljoin

_REST = r"(?:/[^\s;?#]*)?(?:\?[^\s#]+)?(?:#\S+)?"
_ORIGIN = r"https?://[A-Za-z0-9.-]+(?::\d+)?"
# What `urljoin` gives back as it stands: nothing to strip, to resolve or to drop.
_WHOLE = re.compile(_ORIGIN + _REST)
_ROOTED = re.compile(r"/(?!/)[^\s;?#]*(?:\?[^\s#]+)?(?:#\S+)?")
_BASE = re.compile(rf"({_ORIGIN})(?=[/?#]|$)")

_HOSTED = re.compile(r"https?://[^/?#\s]", re.IGNORECASE)
# Twice what any browser or server takes.
_LONGEST = 16_384


def absolute_url(base: str, href: str) -> str | None:
    """Return the absolute http(s) URL of a link on a page with this base, None for anything else."""
    if len(href) > _LONGEST:
        return None
    if _WHOLE.fullmatch(href):
        return href
    origin = _BASE.match(base) if _ROOTED.fullmatch(href) and "/." not in href else None
    if origin:
        return origin[1] + href
    try:
        url = urljoin(base, href.strip())
    except ValueError:
        return None
    return url if _HOSTED.match(url) else None
