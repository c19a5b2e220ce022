"""The names of a byline: what is a person's name in it, what an organisation's, what a role or a contact."""

import re
from collections.abc import Iterable

from crawler.parsers.text import loose, squeeze

# "By", and what else says that a name follows; particles that begin names too need two words after them.
_BY = re.compile(
    r"^\W*(?:(?i:(?:(?:\w+\s+)?(?:written|posted|published|reported|authored|submitted|created|contributed)|text|texte|"
    r"story|words|article|report|interview|analysis|a\s+post)\s+(?:by|von|par|di)|by|byline|geschrieben\s+von|"
    r"verfasst\s+von|écrit\s+par|escrito\s+por|scritto\s+da|a\s+cura\s+di|propos\s+recueillis\s+par|geschreven\s+door|"
    r"skrevet\s+af|skriven\s+av)(?:\s*[:：—–-]+\s*|\s+)"
    r"|(?i:author|authors|autor|autorin|autoren|autores|auteur|auteurs|autore|autori|writer|reporter|text|texte|testo|"
    r"words|автор|текст|yazar|作者|撰文|文|记者|記者|采写)\s*[:：/／|]\s*"
    r"|(?i:von|por|par|di|da|door|af|av)\s+(?=\S+\s+\S|[A-Z]{2,5}$|[a-z]+$)"
    r"|By(?=[A-Z][a-z])|(?:[\u4e00-\u9fff]{1,4}[社报報网網])?(?:记者|記者)\s*(?=[\u4e00-\u9fff]))"
)
_CONTACT = re.compile(r"\S+@\S+|(?:https?://|www\.)\S+|(?<!\S)@\w+")
_BRACKETS = re.compile(r"\s*(?:[(（][^()（）]*[)）]|\[[^\[\]]*\]|【[^【】]*】)")
# What ends the names of a line: who did something else, when, where.
_ENDS = re.compile(
    r"\s*[,;–—-]?\s*\b(?:(?:with|and)\s+(?:(?:additional|further)\s+)?(?:reporting|contributions?|files|agenc(?:y|ies))|"
    r"with\s+(?=[A-Z])|additional\s+reporting|contributions?\s+(?:from|by)|reporting\s+(?:by|from)|edited\s+by|"
    r"(?:medically|expertly|clinically)?\s*(?:fact[- ]checked|reviewed)\s+by|photo(?:s|graphy|graphs)?\s+by|"
    r"illustrat(?:ed|ions?)\s+by|translated\s+by|on\s+behalf\s+of|special\s+to|exclusively\s+for|as\s+told\s+to|"
    r"(?:last\s+)?(?:updated|published|posted|modified)\b|veröffentlicht|aktualisiert|publié|publicado|on$|"
    r"on\s+(?:[a-z]+day\b|\d|[a-z]{3,9}\.?\s+\d)|"
    r"(?:\d+\s*)?min(?:ute)?s?\s+read|long\s+read|fotos?\s*:|uhr$|follow\b).*$",
    re.IGNORECASE,
)
_PLACE = re.compile(r"(?<=\S\s\S)(\S*)\s+(?:in|aus|à|en|from|reporting\s+from)\s+[A-Z][\w'’.-]+(?:\s+[A-Z][\w'’.-]+)?$")
_BAR = re.compile(r"\s*[|｜•·⋅●▪]\s*|\s+[–—-]\s+|\s*//+\s*|\s{3,}|\n")
_AND = re.compile(
    r"\s*(?:,|，|、|;|；)\s*(?:(?:and|und|et|y|e|en|og|och|ve|и)\s+)?|\s+(?:&|\+|and|und|et|y|e|en|og|och|ve|и)\s+",
    re.IGNORECASE,
)
_ROLE_WORDS = (
    r"(?:(?:staff|contributing|guest|senior|freelance|feature|features|opinion|sports?|lead)\s+)?writers?|(?:sub|co)?-?"
    r"editors?|editor-in-chief|reporters?|correspondents?|contributors?|columnists?|journalists?|authors?|bloggers?|"
    r"directors?|managers?|founders?|co-?founders?|ceo|cto|cfo|coo|cmo|president|vice|chief|officer|head|professor|"
    r"lecturer|producers?|photographers?|analysts?|specialists?|strategists?|consultants?|engineers?|dietitians?|"
    r"nutritionists?|attorneys?|lawyers?|fellows?|interns?|expert|freelancer?|critic|anchor|host|admin|administrator|"
    r"partner|owner|sponsored|"
    r"\w*redakteur(?:in)?|\w*korrespondent(?:in)?|\w*reporter(?:in)?|volontär(?:in)?|\w*chef(?:in)?|journalistin|"
    r"autorin|praktikant(?:in)?|leiter(?:in)?|mitarbeiter(?:in)?|journaliste|rédact(?:eur|rice)|correspondante?|grand\s+"
    r"reporter|redactora?|periodista|corresponsal|colaborador(?:a)?|editora?|giornalista|redattore|redattrice|inviato|"
    r"jornalista|repórter|redacteur|verslaggever|muhabir|기자|특파원|记者|記者"
)
_ROLE = re.compile(rf"(?<![^\W_])(?:{_ROLE_WORDS})(?![^\W_])", re.IGNORECASE)
# A role after a name without a comma, with the words that tell which.
_ROLE_AFTER = re.compile(
    rf"^(?P<name>(?:[^\W\d_a-z][\w'’.-]*\s+){{2,3}}?)(?i:(?:(?:staff|senior|chief|political|science|health|sports?|business|"
    rf"associate|deputy|news|national|foreign|local|opinion|contributing|guest|features?|managing|executive|digital|"
    rf"technology|tech|education|city|crime|court|politics|globe|post|times)\s+)*(?:{_ROLE_WORDS}|staff)(?![^\W_])).*$"
)
_CJK_ROLE = re.compile(r"\s*(?:기자|특파원|인턴기자|记者|記者|報導|报道)(?:\s*외\s*\d+명)?$")
_ORGANISATION = re.compile(
    r"(?<![^\W_])(?:staff|team|news|newsroom|desk|newsdesk|editorial|editors|redaktion|redacción|rédaction|redazione|"
    r"redação|redactie|press|reuters|agency|agence|agencia|agentur|afp|dpa|apa|ap|ansa|efe|upi|sid|group|inc|ltd|gmbh|"
    r"llc|university|institute|school|center|centre|association|society|network|media|magazine|times|journal|herald|"
    r"tribune|gazette|daily|online|admin|board|council|foundation|company|service|services|channel|clinic|hospital|"
    r"community|office|department|ministry|통신|신문|日报|新闻|新聞|新华社|网|社)(?![^\W_])|"
    r"(?:redaktion|zeitung|nachrichten|통신|신문|일보|뉴스|新聞|新闻|通讯社|日报|オンライン)$",
    re.IGNORECASE,
)
_DOMAIN = re.compile(r"^(?:[a-z0-9-]+\.)+[a-z]{2,12}$", re.IGNORECASE)
_CREDENTIAL = re.compile(
    r"^(?:[A-Z]{2,6}(?:[-/][A-Z]{1,5})*(?:\s*\d+)?|(?:[A-Z][a-z]{0,3}\.){1,4}[A-Z]?[a-z]?\.?|Ph\.?\s?D\.?|E-RYT.*|MBA|"
    r"[A-Z][a-zA-Z]{0,3}\.?D\.?|MSc|BSc|Esq\.?)$"
)
# The stop of a sentence, not of an initial or a suffix.
_FULL_STOP = re.compile(r"(\w{4})\.$")
_SUFFIX = re.compile(r"^(?:[JS]r\.?|I{2,3}|IV)$")
_PARTICLES = frozenset(
    (
        "de da do dos das del della di du van von der den ter ten zu zur la le el al bin ibn bint y e af av "
        "und of the st"
    ).split()
)
# Capitalised words of menus, beats and departments, which no person is called.
_NO_NAMES = frozenset(
    (
        "about account advertisement advertising agreement all and are article articles author authors blog business "
        "by careers clinical community connected contact content contents contributing copy courtesy create creative "
        "culture customer data deputy design digital education estate executive experience finance first follow free "
        "full get getty growth health help home hub icon image images in insight investment investor it jump key "
        "last latest learn library link links listen login managing marketing medical menu month more newsletter "
        "next opinion our partnership photo photos pin plus podcast points policy politics posts print privacy "
        "product profile project quick read related research review reviews sales save science search section senior "
        "seo sign social software sports staff start started stay story subscribe support table tech technology "
        "terms topics travel trial try tv tweet up update updated verdict video videos view watch wealth web week "
        "with world written years you your"
    ).split()
)
_ELISION = re.compile(r"^[a-z]{1,4}['’](?=.)")
_ALONE = frozenset("by von par por di da door af av author authors and the with".split())
_CJK_NAME = re.compile(r"^[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af·・]{2,12}$")
_EDGES = ' |｜·•⋅,，;；:：-–—/\\\u3000\t>*"“”„«»'
_LONGEST = 60
_MOST = 600


def names_in(text: str, *, declared: bool = False) -> tuple[str, ...]:
    """Return the names of a byline, without "By", roles, contacts and what stands twice.

    What is `declared` a name may have digits, as handles and firms do; elsewhere those are of dates and counts.
    """
    said = _BRACKETS.sub("", _CONTACT.sub("", text[:_MOST]))
    said = _ENDS.sub("", squeeze_lines(_without_by(said)))
    head, *rest = [part for part in _BAR.split(said.strip(_EDGES)) if part.strip(_EDGES)] or [""]
    parts = _parts(head) + [part for piece in rest for part in _parts(piece) if is_person(part)]
    kept: dict[str, str] = {}
    for name in map(_bare, parts):
        if 1 < len(name) <= _LONGEST and any(map(str.isalpha, name)) and _digits_allowed(name, declared=declared):
            kept.setdefault(loose(name), name)
    return tuple(kept.values())


def squeeze_lines(text: str) -> str:
    """Return the text with spaces made plain, its lines kept."""
    return "\n".join(filter(None, map(squeeze, text.split("\n"))))


def is_person(name: str) -> bool:
    """Return whether a text has the form of a person's name: a few capitalised words, none of them a role."""
    if _CJK_NAME.match(name):
        return len(name) <= 5 and not _ORGANISATION.search(name)
    words = name.split()
    if not 2 <= len(words) <= 5 or _ORGANISATION.search(name) or _ROLE.search(name) or any(map(str.isdigit, name)):
        return False
    if words[0].lower() == "the" or not _NO_NAMES.isdisjoint(map(str.lower, words)):
        return False
    return words[-1].lower() not in _PARTICLES and all(
        word.lower() in _PARTICLES or _begins_high(word) for word in words
    )


def is_organisation(name: str, sites: Iterable[str] = ()) -> bool:
    """Return whether a name is a newsroom's, an agency's or one of the `sites`', given in their loose form."""
    said = loose(name)
    return bool(_ORGANISATION.search(name) or _DOMAIN.match(name)) or said in sites or said.removeprefix("the") in sites


def is_role(text: str) -> bool:
    """Return whether a text says what someone does, not who it is."""
    return _ROLE.search(text) is not None


def _begins_high(word: str) -> bool:
    first = _ELISION.sub("", word).lstrip("'’\"“(")[:1]
    return first.isalpha() and not first.islower()


def _without_by(text: str) -> str:
    said = squeeze_lines(text)
    for _ in range(2):
        said = _BY.sub("", said, count=1)
    return said


def _parts(text: str) -> list[str]:
    """Return the names that commas and conjunctions part; a role, a place of work or a degree is none of its own."""
    found: list[str] = []
    for part in filter(None, (piece.strip(_EDGES) for piece in _AND.split(text))):
        if found and _SUFFIX.match(part):
            found[-1] += f" {part}"
        elif not found or not _goes_with(part):
            found.append(part)
    named = [part for part in found if not (is_role(part) and not is_person(_bare(part)))]
    return named or found


def _goes_with(part: str) -> bool:
    """Return whether a part says something of the name before it."""
    own = _bare(part)
    return bool(
        _CREDENTIAL.match(own)
        or _DOMAIN.match(own)
        or (is_role(own) and not is_person(own))
        or (_ORGANISATION.search(own) and not _CJK_NAME.match(own))
    )


def _bare(part: str) -> str:
    """Return a name without the role, the place and the signs around it."""
    said = squeeze(part).strip(_EDGES)
    match = _ROLE_AFTER.match(said)
    if match and is_person(match["name"]):
        said = match["name"]
    said = _CJK_ROLE.sub("", _PLACE.sub(r"\1", said))
    said = said.strip(_EDGES).removesuffix("’s").removesuffix("'s")
    return "" if said.lower() in _ALONE else _FULL_STOP.sub(r"\1", said)


def _digits_allowed(name: str, *, declared: bool) -> bool:
    digits = sum(map(str.isdigit, name))
    return not digits or (declared and not name.startswith("+") and 3 * digits <= 2 * len(name))
