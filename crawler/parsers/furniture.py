"""What surrounds articles and is no part of them, as tags, roles and class names say it."""

import re
from functools import lru_cache
from itertools import islice

from lxml import etree

_MOST_LINKS, _MOST_TEXTS = 200, 20
_TOKEN = re.compile(r"[A-Z]*[a-z]+|[A-Z]+")
_FURNITURE_ROLES = frozenset({"navigation", "contentinfo", "complementary", "search"})
_FURNITURE_TAGS = frozenset({"nav", "footer", "aside", "menu", "button"})
_FURNITURE = frozenset(
    (
        "nav navbar navigation menu breadcrumb breadcrumbs crumbs sidebar sidenav aside footer foot comment "
        "comments disqus respond related recommended recommendation recommendations share sharing social "
        "sharedaddy addthis newsletter subscribe subscription promo promotion advert adverts advertisement "
        "ads sponsored sponsor popup modal cookie consent gdpr banner widget widgets pagination pager pagenav "
        "tags taglist tagcloud toolbar masthead topbar copyright hotnews latest popular trending outbrain "
        "discussion kommentare commentaires comentarios komentarze onetrust cookiebot cybot "
        "taboola postmetadata authorbox authorbio login signup printer skip"
    ).split()
)
# The words that are never an article's, however much text stands there.
_STRONG = frozenset(
    (
        "comments disqus respond discussion kommentare commentaires comentarios komentarze cookie cookies consent gdpr "
        "onetrust cookiebot cybot"
    ).split()
)
# What stands below a page and is no part of any article.
IMPRINT = re.compile(
    r"(?:©|\(c\)\s*\d{4}|copyright\b|all rights reserved|版权所有|ICP\s*备|ICP证|公网安备|ICP\s+\d)", re.IGNORECASE
)
_IMPRINT_SIGNS = ("©", "(c)", "copyright", "reserved", "版权所有", "icp", "公网安备")
_LONG_IMPRINT = 500


def is_imprint(text: str) -> bool:
    """Return whether a text is what stands below a page: whose it is, under which licence."""
    if len(text) > _LONG_IMPRINT:
        return False
    lowered = text.lower()
    return any(map(lowered.__contains__, _IMPRINT_SIGNS)) and IMPRINT.search(text) is not None


def tokens_of(element: etree._Element) -> frozenset[str]:
    """Return the lower-case words of an element's class and id, split at case, digits and punctuation."""
    classes, own_id = element.get("class"), element.get("id")
    return _words(f"{classes or ''} {own_id or ''}") if classes or own_id else frozenset()


@lru_cache(maxsize=20_000)
def _words(said: str) -> frozenset[str]:
    return frozenset([word.lower() for word in _TOKEN.findall(said) if len(word) > 1])


def is_never_article(tokens: frozenset[str]) -> bool:
    """Return whether the words of a class and id name readers' comments or a question for their consent."""
    return not _STRONG.isdisjoint(tokens)


def is_furniture(element: etree._Element, tokens: frozenset[str]) -> bool:
    """Return whether an element's tag, role, or the words of its class and id name what surrounds articles."""
    if element.tag in _FURNITURE_TAGS or not _FURNITURE.isdisjoint(tokens):
        return True
    return element.get("role") in _FURNITURE_ROLES


def is_mostly_links(row: etree._Element, least: int) -> bool:
    """Return whether more than half of an element's letters, and more than `least`, are those of links.

    Links inside links, and rows of thousands, are heard only in part.
    """
    links = islice(row.iter("a"), _MOST_LINKS)
    linked = sum(len("".join(islice(link.itertext(), _MOST_TEXTS)).strip()) for link in links)
    return linked > least and 2 * linked > len("".join(islice(row.itertext(), _MOST_LINKS * _MOST_TEXTS)).strip())
