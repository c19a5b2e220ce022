"""Where an article stands: its section, its own address, its AMP twin, and whether it is kept from who does not pay."""

import re
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlsplit

from archive.identity import host_of
from crawler.parsers.blocks import Block
from crawler.parsers.kind import is_home
from crawler.parsers.labels import HOME
from crawler.parsers.metadata import Metadata
from crawler.parsers.notices import is_notice, paywall_of
from crawler.parsers.page import Page
from crawler.parsers.reading import Reading
from crawler.parsers.region import Region
from crawler.parsers.text import loose, plain

_SECTION_META = ("article:section", "og:article:section", "og:section", "articlesection", "article.section")
_LATER_SECTION_META = ("parsely-section", "section", "prism.section", "category")
# What systems fill in where nobody chose a section, and the last crumb that stands for the page itself.
_NO_SECTION = frozenset(
    (
        "article articles content contents default detail details home homepage main none null other page story text "
        "undefined uncategorized uncategorised sincategoría sincategoria nonclassé senzacategoria semcategoria wiki "
        "безрубрики 未分类 未分類 正文 详情 本文 首页 首頁"
    ).split()
)
_LONGEST_SECTION = 60
_NO_PAGE = frozenset({"undefined", "null", "none", "nan"})
# What an address has after the article's own: the number of a part, or another form of the page.
_FORM = re.compile(r"(?:amp|print|printable|all|single|full|comments?|index(?:\.\w+)?|p?\d{1,2}|page)$")
_SLUG = re.compile(r"[^\W_]+(?:[-_+][^\W_]+){2,}|(?<!\d)\d{5,}|\.\w+$")
_SUBDOMAIN = re.compile(r"^(?:www\d?|m|mobile|amp)\.")
_FALSE = frozenset({"false", "no", "0", "http://schema.org/false", "https://schema.org/false", "locked", "metered"})
_TRUE = frozenset({"true", "yes", "1", "http://schema.org/true", "https://schema.org/true", "free"})
_TIERS = ("article:content_tier", "og:article:content_tier", "article_content_tier", "isaccessibleforfree")
_BEFORE_END, _AFTER_END = 3, 12


def read_section(reading: Reading, breadcrumb: Sequence[str], title: str | None) -> str | None:
    """Return the name of the section that the article stands in."""
    metadata = reading.metadata
    found: str | None = reading.decide(
        "section",
        lambda: _section_meta(metadata, _SECTION_META),
        lambda: ("json-ld:articleSection", _first_section(metadata.ld.get("articleSection"))),
        lambda: _section_meta(metadata, _LATER_SECTION_META),
        lambda: ("breadcrumb", _section_of(breadcrumb, title)),
    )
    return found


def _section_meta(metadata: Metadata, names: Iterable[str]) -> tuple[str, str] | None:
    for name in names:
        section = _as_section(metadata.meta.get(name, ""))
        if section:
            return f"meta:{name}", section
    return None


def _first_section(value: Any) -> str | None:
    said = value if isinstance(value, list) else [value]
    names = (_as_section(plain(item)) for item in said if isinstance(item, str))
    return next(filter(None, names), None)


def _as_section(said: str) -> str | None:
    """Return a section's name, None for what is no name: an address, a number, a word that says nothing."""
    if "://" in said or said.startswith("/"):
        return None
    # A list without spaces is of keys; its first is the section.
    name = said.partition(",")[0] if "," in said and ", " not in said else said
    name = name.strip(" >/|,")
    if not 1 < len(name) <= _LONGEST_SECTION or not any(letter.isalpha() for letter in name):
        return None
    return None if loose(name) in _NO_SECTION else name


def _section_of(breadcrumb: Sequence[str], title: str | None) -> str | None:
    """Return the last crumb that is neither home nor the article itself, which may be cut short."""
    own = loose(title)
    for crumb in reversed(breadcrumb):
        said = loose(crumb)
        is_own = said == own or (len(said) >= 12 and own.startswith(said))
        if said and not is_own and said not in HOME:
            name = _as_section(crumb)
            if name:
                return name
    return None


def read_amp_url(reading: Reading) -> str | None:
    """Return the address of the article's AMP page, its own where it is one."""
    page, twin = reading.page, reading.metadata.links.get("amphtml")
    found: str | None = reading.decide(
        "amp_url",
        lambda: ("html:amp", page.url if is_amp(page) else None),
        lambda: ("link:amphtml", twin if twin and host_of(twin) and not is_home(twin) else None),
    )
    return found


def is_amp(page: Page) -> bool:
    """Return whether a page is an AMP page."""
    return page.root.get("amp") is not None or page.root.get("⚡") is not None


def read_canonical_url(reading: Reading) -> str | None:
    """Return the address that the page calls its own; one that cannot be an article's is a fault, and is none."""
    page, metadata = reading.page, reading.metadata
    shared = metadata.meta.get("og:url")
    found: str | None = reading.decide(
        "canonical_url",
        lambda: _faultless(reading, "link:canonical", metadata.canonical),
        lambda: _faultless(reading, "meta:og:url", page.absolute(shared) if shared else None),
    )
    return found


def _faultless(reading: Reading, rule: str, url: str | None) -> tuple[str, str] | None:
    if not url:
        return None
    own = reading.page.url
    fault = canonical_fault(url, own) or (_abroad(url, own) if rule == "meta:og:url" else None)
    if fault:
        reading.reject("canonical_url", url, f"{rule} ({fault})")
    return None if fault else (rule, url)


def canonical_fault(url: str, own: str) -> str | None:
    """Return why an address cannot be another form of a page's own, None where it can."""
    try:
        parts, page = urlsplit(url), urlsplit(own)
    except ValueError:
        return "no address"
    if not parts.hostname:
        return "no host"
    segments, whole = _segments(parts.path), _segments(page.path)
    if segments and segments[-1] in _NO_PAGE:
        return "no page"
    if is_home(url) and not is_home(own):
        return "home page"
    above = len(segments) < len(whole) and whole[: len(segments)] == segments
    forms = all(_FORM.match(segment) for segment in whole[len(segments) :])
    if above and segments and not parts.query and not forms and not _SLUG.search(segments[-1][:300]):
        return "section page"
    return None


def _abroad(url: str, own: str) -> str | None:
    """Return a fault where two addresses are on two sites: what is shared may be, what is canonical says so itself."""
    same = _SUBDOMAIN.sub("", host_of(url)) == _SUBDOMAIN.sub("", host_of(own))
    return None if same else "another site"


def _segments(path: str) -> list[str]:
    return [segment for segment in path.lower().split("/") if segment]


def read_paywalled(reading: Reading, blocks: Sequence[Block], region: Region) -> bool:
    """Return whether the page keeps text from readers who do not pay: what it declares, else what it tells them."""
    declared = _declared_free(reading.metadata)
    if declared is not None:
        rule, is_free = declared
        reading.rules["paywalled"] = rule
        return not is_free
    return bool(reading.decide("paywalled", lambda: _notice(blocks, region)))


def _declared_free(metadata: Metadata) -> tuple[str, bool] | None:
    """Return what declares the article free or not, the article's own node first."""
    for node in (metadata.ld, *metadata.nodes):
        stated = _truth(node.get("isAccessibleForFree"))
        if stated is not None:
            return "json-ld:isAccessibleForFree", stated
    if any(_truth(part.get("isAccessibleForFree")) is False for part in _parts(metadata)):
        return "json-ld:hasPart", False
    for name in _TIERS:
        stated = _truth(metadata.meta.get(name))
        if stated is not None:
            return f"meta:{name}", stated
    return None


def _parts(metadata: Metadata) -> list[dict[str, Any]]:
    """Return the parts of the article that its JSON-LD names by a selector."""
    parts = metadata.ld.get("hasPart")
    named = parts if isinstance(parts, list) else [parts]
    return [part for part in named if isinstance(part, dict) and part.get("cssSelector")]


def _truth(value: Any) -> bool | None:
    said = str(value).strip().lower() if isinstance(value, str | bool | int) else ""
    return False if said in _FALSE else True if said in _TRUE else None


def _notice(blocks: Sequence[Block], region: Region) -> tuple[str, bool] | None:
    """Return the rule by which a line at the end of the text tells the reader to pay for the rest."""
    last = region.core[-1] if region.core else region.end
    for block in blocks[max(0, last - _BEFORE_END) : last + _AFTER_END]:
        if is_notice(block.text):
            return "text:notice", True
        wall = paywall_of(block)
        # An element of that name around the whole text is how a site builds its free pages too.
        if wall is not None and not (region.core and blocks[region.core[0]].inside(wall)):
            return "markup:paywall", True
    return None
