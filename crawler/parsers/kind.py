"""What a page is: an article, a listing of others, or something else."""

import math
import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from archive.model import PageKind
from crawler.parsers.evidence import Evidence, Given, gather, is_declared
from crawler.parsers.kind_weights import BIAS, WEIGHTS
from crawler.parsers.metadata import Metadata, types_of

_HOME = re.compile(r"^/(?:[a-z]{2}(?:[-_][a-z]{2})?/?)?(?:(?:index|default|home)(?:\.\w{2,5})?/?)?$", re.IGNORECASE)
# Archives of months, tags and later pages have these addresses in nearly every system.
_ARCHIVE = re.compile(
    r"^(?:/[a-z]+)?(?:/[a-z]{2})?/(?:19|20)\d\d(?:/\d\d?){0,2}/?$|/page/\d+/?$|"
    r"(?:^|/)(?:tags?|categor(?:y|ies)|topics?|collections?|authors?|etiquetas?|categorias?|kategorien?)/[^/]+/?$"
)
_STATIC = frozenset(
    (
        "about about-us aboutus accessibility account advertise agb aide ayuda careers checkout contact contact-us "
        "contacto contactus contatti cookie-policy cookies datenschutz faq feedback help hilfe imprint impressum "
        "kontakt legal login logout masthead mentions-legales newsletter newsletters password policies privacy "
        "privacy-policy register registration search search-results signin sign-in signup sign-up sitemap subscribe "
        "suche support terms terms-and-conditions terms-of-service terms-of-use ueber-uns wp-login"
    ).split()
)
_ERROR = re.compile(
    r"\b(?:error\s*)?40[34]\b|\bnot found\b|\b(?:page|article|story) (?:does not|doesn[’']t|no longer) exist|"
    r"access denied|just a moment|are you a robot|attention required|service unavailable|"
    r"nicht gefunden|introuvable|no (?:se ha )?encontrad[ao]|não encontrad[ao]|non trovat[ao]|niet gevonden|"
    r"не найден[ао]?|nie znalezion|bulunamadı|页面不存在|頁面不存在|找不到|見つかりません|찾을 수 없",
    re.IGNORECASE,
)
# Sentences below which a page that is called an error is one, and entries from which a page lists.
_FEW_SENTENCES = math.log1p(6)
_FEWEST_ENTRIES = 4
_SEARCH = frozenset({"search", "search-results", "suche"})
_STATIC_TYPES = frozenset({"AboutPage", "CheckoutPage", "ContactPage", "ProfilePage"})


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a page is, how sure that is (0 to 1), and what spoke for it most."""

    kind: PageKind
    confidence: float
    rule: str


def read_kind(given: Given) -> Verdict:
    """Return what a page is: by what leaves no choice, else by the evidence weighed."""
    evidence = gather(given)
    return _certain(given, evidence) or _weighed(evidence)


def _certain(given: Given, evidence: Evidence) -> Verdict | None:
    """Return what a page must be, None where that takes weighing."""
    url, metadata, signs = given.page.url, given.metadata, evidence.signs
    if signs["text:sentences"] < _FEW_SENTENCES and _ERROR.search(f"{metadata.html_title or ''}\n{given.title or ''}"):
        return Verdict("other", 0.9, "title:error")
    others: PageKind = "listing" if evidence.entries >= _FEWEST_ENTRIES else "other"
    if is_home(url):
        return Verdict(others, 0.95, "url:home")
    if is_declared(metadata):
        return None
    if _ARCHIVE.search(_path_of(url)):
        return Verdict("listing", 0.9, "url:archive")
    return None if signs["line:date"] else _static(url, metadata, others)


def _static(url: str, metadata: Metadata, others: PageKind) -> Verdict | None:
    """Return what a page is that a site has beside its news: who it is, how to write to it, how to search it."""
    name = _path_of(url).rstrip("/").rpartition("/")[2].partition(".")[0]
    if name in _STATIC:
        return Verdict(others if name in _SEARCH else "other", 0.8, "url:static")
    types = _STATIC_TYPES.intersection(kind for node in metadata.nodes for kind in types_of(node))
    return Verdict("other", 0.8, f"json-ld:{min(types)}") if types else None


def is_home(url: str) -> bool:
    """Return whether an address is that of a site's home page, or of one of its languages'."""
    return "?" not in url and _HOME.match(_path_of(url)) is not None


def _path_of(url: str) -> str:
    try:
        return unquote(urlsplit(url).path).lower() or "/"
    except ValueError:
        return "-"


def _weighed(evidence: Evidence) -> Verdict:
    """Return the kind that the signs speak for, named after the one that speaks loudest."""
    said = {name: own * (evidence.signs[name] - mean) for name, (own, mean) in WEIGHTS.items()}
    score = BIAS + math.fsum(said.values())
    chance = 1 / (1 + math.exp(-score))
    if score >= 0:
        return Verdict("article", round(chance, 3), f"evidence:{max(said, key=lambda name: said[name])}")
    kind: PageKind = "listing" if evidence.entries >= _FEWEST_ENTRIES else "other"
    return Verdict(kind, round(1 - chance, 3), f"evidence:{min(said, key=lambda name: said[name])}")
