"""In which language an article is: what its page declares, unless the script of the text says otherwise."""

import re
from collections import Counter
from typing import Any

from crawler.parsers.metadata import Metadata
from crawler.parsers.reading import Reading

_TAG = re.compile(r"\s*([A-Za-z]{2,3})(?:[-_]([A-Za-z0-9]{2,8}))*\s*$")
_SAMPLE = 1500
# Letters that must be there before the text is believed against the page, and the share of one script among them.
_ENOUGH, _MOST = 60, 0.7
_SCRIPTS = re.compile(
    r"(?P<kana>[\u3040-\u30ff]+)|(?P<han>[\u3400-\u4dbf\u4e00-\u9fff]+)|(?P<hangul>[\uac00-\ud7af]+)|"
    r"(?P<cyrillic>[\u0400-\u052f]+)|(?P<arabic>[\u0620-\u06ff\u0750-\u077f]+)|(?P<hebrew>[\u05d0-\u05ea]+)|"
    r"(?P<greek>[\u0370-\u03ff\u1f00-\u1fff]+)|(?P<devanagari>[\u0900-\u0963]+)|(?P<bengali>[\u0980-\u09ff]+)|"
    r"(?P<tamil>[\u0b80-\u0bff]+)|(?P<telugu>[\u0c00-\u0c7f]+)|(?P<thai>[\u0e01-\u0e4e]+)|(?P<georgian>[\u10a0-\u10ff]+)|"
    r"(?P<armenian>[\u0530-\u058f]+)|(?P<khmer>[\u1780-\u17d3]+)|(?P<burmese>[\u1000-\u104f]+)|"
    r"(?P<latin>[A-Za-z\u00c0-\u024f\u1e00-\u1eff]+)"
)
# The languages that are written in a script, the one to take without more knowledge first.
_WRITTEN = {
    "hangul": ("ko",),
    "cyrillic": ("ru", "uk", "be", "bg", "sr", "mk", "kk", "ky", "mn", "tg", "tt", "ba", "uz", "os", "ce", "cv"),
    "arabic": ("ar", "fa", "ur", "ps", "ku", "ckb", "sd", "ug", "ks", "arz", "prs", "per"),
    "hebrew": ("he", "yi", "iw"),
    "greek": ("el",),
    "devanagari": ("hi", "mr", "ne", "sa", "kok", "mai", "bho", "doi"),
    "bengali": ("bn", "as"),
    "tamil": ("ta",),
    "telugu": ("te",),
    "thai": ("th",),
    "georgian": ("ka",),
    "armenian": ("hy",),
    "khmer": ("km",),
    "burmese": ("my",),
    "kana": ("ja",),
    "han": ("zh", "yue", "wuu", "nan", "lzh", "cmn", "hak", "ja"),
}  # fmt: skip
_MANY_SCRIPTS = frozenset({"sr", "sh", "bs", "az", "uz", "kk", "ku", "ms", "tt", "tg", "mn", "mul", "und"})
# Letters that one language of a script has and the first does not.
_LETTERS = {
    "cyrillic": (
        ("be", re.compile("ў")), ("uk", re.compile("[іїєґ]")), ("sr", re.compile("[ђћџ]")), ("mk", re.compile("[ѓќѕ]")),
    ),
    "arabic": (("ur", re.compile("[ٹڈڑے]")), ("fa", re.compile("[پچژگ]"))),
}  # fmt: skip
# The commonest words of languages in Latin script; most of them belong to one of these languages alone.
_WORDS = {
    "en": "the of and to is that for was with on are his be they have by from",
    "de": "der die und das ist nicht mit dem den ein eine auf sich auch für werden von",
    "fr": "les des et est une dans pour qui sur pas du au avec ce sont par il",
    "es": "el los las y por con una para del se su más como pero lo ha fue",
    "pt": "os as e não uma com para do da em por mais foi dos ao são seu",
    "it": "il di che è per una sono con della non gli nel anche più alla dei ha",
    "nl": "het een van en dat niet zijn op voor met aan ook maar bij naar wordt door",
}
_LATIN = {language: frozenset(words.split()) for language, words in _WORDS.items()}
_WORD = re.compile(r"[^\W\d_]+")
_FEWEST_WORDS = 20


def read_language(reading: Reading, text: str, site_language: str | None) -> str | None:
    """Return the language that a page or its site declares, or the text's where that contradicts it."""
    metadata = reading.metadata
    declared: str | None = reading.decide(
        "language",
        lambda: ("html:lang", metadata.language),
        lambda: ("meta:content-language", tag_of(metadata.meta.get("content-language"))),
        lambda: ("json-ld:inLanguage", _in_language(metadata)),
        lambda: ("site:language", site_language),
        lambda: ("meta:og:locale", tag_of(metadata.meta.get("og:locale"))),
    )
    written = language_of_text(text[:_SAMPLE], declared)
    if written:
        reading.rules["language"] = "text:script"
    return written or declared


def declared_language(metadata: Metadata) -> str | None:
    """Return the language that the page's own declarations give, None where they give none."""
    return metadata.language or tag_of(metadata.meta.get("content-language")) or _in_language(metadata)


def tag_of(said: Any) -> str | None:
    """Return a language tag in its usual form, None for what is no single tag."""
    match = _TAG.match(said) if isinstance(said, str) else None
    if match is None:
        return None
    return match[1].lower() + (f"-{match[2]}" if match[2] else "")


def _in_language(metadata: Metadata) -> str | None:
    for node in (metadata.ld, *metadata.nodes):
        said = node.get("inLanguage")
        said = said[0] if isinstance(said, list) and said else said
        said = said.get("alternateName") or said.get("name") if isinstance(said, dict) else said
        tag = tag_of(said)
        if tag:
            return tag
    return None


def language_of_text(text: str, declared: str | None) -> str | None:
    """Return the language of a text where its letters contradict the declared one.

    Where nothing is declared a script of one's own tells it too; of Latin letters nothing is guessed then.
    """
    base = (declared or "").partition("-")[0]
    if base and not _is_of_another(base) and len(text.encode("ascii", "ignore")) > _MOST * len(text):
        return None
    counts: Counter[str] = Counter()
    for match in _SCRIPTS.finditer(text):
        counts[match.lastgroup or ""] += match.end() - match.start()
    whole = counts.total()
    if whole < _ENOUGH:
        return None
    kana = counts.pop("kana", 0)
    if kana:
        counts["han"] += kana
    script, most = counts.most_common(1)[0]
    if most < _MOST * whole or base in _MANY_SCRIPTS:
        return None
    if script == "latin":
        return _latin(text) if _is_of_another(base) else None
    return _other(text, script, kana / most, base)


def _is_of_another(base: str) -> bool:
    return any(base in languages for languages in _WRITTEN.values())


def _other(text: str, script: str, kana: float, base: str) -> str | None:
    """Return the language of a text that is not in Latin script, None where it is the declared one."""
    if script == "han":
        if kana >= 0.05:
            return None if base == "ja" else "ja"
        return None if base in _WRITTEN["han"] and (base != "ja" or kana) else "zh"
    if base in _WRITTEN[script]:
        return None
    for language, letters in _LETTERS.get(script, ()):
        if letters.search(text):
            return language
    return _WRITTEN[script][0]


def _latin(text: str) -> str | None:
    words = Counter(_WORD.findall(text.lower()))
    if words.total() < _FEWEST_WORDS:
        return None
    known = {language: sum(words[word] for word in own) for language, own in _LATIN.items()}
    (best, most), (_, second) = sorted(known.items(), key=lambda item: -item[1])[:2]
    return best if most >= 0.08 * words.total() and most >= 1.5 * second else None
