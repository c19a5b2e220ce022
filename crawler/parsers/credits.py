"""Credits of pictures: how captions of many languages name the one who made a picture, and where that name begins."""

import re
from functools import lru_cache

from archive.segment import has_cjk
from crawler.parsers.text import squeeze

_PHOTO = (
    r"(?:photos?|pictures?|images?|pics?|illustrations?|graphics?|photographs?|video|"
    r"图片?|圖片?|照片|摄影|攝影|资料图|供图|foto|fotos|photographie|imagen|bild)"
)
_CREDIT_END = re.compile(
    rf"\s*[\[(（【]\s*(?:{_PHOTO}\b|{_PHOTO}(?=[/／:：由来源]|\s)|(?:credit|courtesy)\b)[^\[\]()（）【】]{{0,160}}"
    r"(?:\([^()]{0,60}\))?[\])）】]\s*[.。]?\s*$",
    re.IGNORECASE,
)
_CREDIT_TAIL = re.compile(
    r"(?:^|(?<=[。！？”])\s*|(?<=[.!?\"])\s+|\s+[|–—]\s*)(?P<credit>(?:(?i:photos?|pictures?|images?|credit|photograph)"
    r"(?:\s+(?i:by|from|courtesy(?:\s+of)?|provided\s+by|credit)\s*:?|\s*:)|©)\s*[^.。]{2,100}|"
    r"摄影[:：]?\s*\S{2,20}|[^\s。]{2,12}\s?摄)[.。]?\s*$"
)
_CLOSING = ("]", ")", "）", "】")
# Every credit at the end of a line has one of these.
_TAIL_SIGNS = ("photo", "picture", "image", "credit", "©", "摄")
# What a credit may be called, in the languages of the press; compounds such as "Archivfoto" end in one of these.
_NAMES = (
    r"(?:\w{0,12}photos?|photograph(?:er|s|ed)?|photographie|pictures?|images?|pics?|illustrations?|graphics?|artwork|"
    r"collage|montage|(?:photo |image |picture )?(?:credits?|cr[ée]dits?|cr[ée]ditos?|copyright|source|courtesy)|"
    r"\w{0,12}fotos?|fotograf(?:ie|i|en|ia|ía)?|\w{0,12}bild(?:er|quelle|nachweis|rechte)?|\w{0,10}grafik|quelle|"
    r"fonte|fuente|imagen|imagem|immagine|reproduç[ãa]o|cr[ée]dit photos?|beeld|bron|billede|kilde|"
    r"kuva|fotó|forrás|sursa|zdj[ęe]cie|źródło|fot|zdroj|autor|ljósmynd|mynd|fotoğraf|kaynak|görsel|"
    r"фото\w{0,10}|иллюстрация|источник|коллаж|колаж|джерело|автор|isithombe|φωτογραφία|πηγή|צילום|صورة|المصدر|"
    r"사진|출처|写真|撮影|提供|图片?|图源|来源|摄影|圖|供图)"
)
_BY = r"(?:by|von|de|di|da|par|per|av|af|via|from|courtesy(?: of)?|provided by|supplied by|of)"
# A label before a name: "Foto:", "Photograph by", "Image credit:", "© 2024", "(c)".
_LABEL = re.compile(
    rf"^\W{{0,4}}(?:(?:image|photo|picture|bild|foto) (?:source|credits?|copyright|cr[ée]dit)\s*[:：,]?|"
    rf"{_NAMES}(?:\s*[-/&+]\s*{_NAMES})?\s*(?:{_BY}\s*)?[:：]|{_NAMES}\s+{_BY}(?=\s)|copyright\b|\(c\)|©|℗)"
    r"\s*(?:copyright\b|©|\(c\))?\s*[:：]?\s*(?:(?:19|20)\d\d\b,?)?\s*",
    re.IGNORECASE,
)
_LABEL_INSIDE = re.compile(
    rf"(?:^|(?<=[\s.,;:|–—·•(（\[/!?\"”»。]))(?:{_NAMES}(?:\s*[-/&+]\s*{_NAMES})?\s*(?:{_BY}\s*)?[:：]|"
    rf"(?:photos?|photograph|picture|image|foto)\s+{_BY}(?=\s+\S)|image source,|©|\(c\)\s)",
    re.IGNORECASE,
)
_AGENCY = re.compile(
    r"\b(?:AP|AFP|DPA|dpa|EPA|EFE|ANSA|TASS|PA|APA|TT|NTB|ANP|PAP|SDA|UPI|ANI|PTI|CP|Reuters|REUTERS|Getty|iStock|"
    r"[Ii]mago|IMAGO|[Pp]icture[ -][Aa]lliance|Alamy|Shutterstock|Unsplash|Pexels|Pixabay|Flickr|Wikimedia|Wikipedia|"
    r"Bloomberg|Xinhua|Kyodo|Yonhap|Jiji|Anadolu|ZUMA|Keystone|KEYSTONE|Scanpix|Lehtikuva|ČTK|CTK|LaPresse|Belga|"
    r"Europa Press|NurPhoto|Magnum|SIPA|Sipa|Handout|HANDOUT|Courtesy|Supplied|"
    r"Contributed|Submitted|Provided|[zZ][vV][gG]|[Pp]rivat|Repro|Screengrab|"
    r"Press|Images|Photos?|Wire|Agency|Archivo?|via|"
    r"CC[ -]BY|Screenshot|Montage)\b|ＡＰ|ＡＦＰ|ロイター|共同|時事|新华社|新華社|中新社|연합뉴스|뉴시스|뉴스\d|AP통신"
)
_BRACKETS = re.compile(r"[(（\[【]([^()（）\[\]【】]{2,120}(?:\([^()]{0,40}\)[^()]{0,20})?)[)）\]】]\s*[.。]?\s*$")
_SENTENCE = re.compile(r"[.!?。！？…][\"'”’»」』)）]{0,2}\s+(?=\S)")
_CJK_TAIL = re.compile(r"(?<=다)\.\s+(\S{1,20}(?:\s\S{1,12}){0,2})$|[=＝]\s?(\S{1,20})$")
_SEPARATED = re.compile(r"\s+[|｜]\s+|\s+[–—]\s+|\s*[|｜]\s*(?=[^|｜]{1,80}$)")
_UI = re.compile(
    r"^(?:toggle caption|hide caption|image caption,?|image source,?|caption|enlarge(?: (?:this )?image)?|zoom|"
    r"(?:click|tap) to (?:enlarge|expand|zoom).{0,20}|open (?:this photo )?in gallery:?|"
    r"open (?:image|full ?size).{0,20}|"
    r"view (?:image|full(?:screen| size)|\d+ images?).{0,20}|read more|show more|see more|copied|close|"
    r"bild vergrößern|visa mer|vis mer|mehr anzeigen|lire plus|leer más|play|video|previous|next|"
    r"\d{1,3}\s*(?:/|of)\s*\d{1,3}|\d{1,3}|\d{1,2}:\d\d(?::\d\d)?(?: min)?|detailansicht öffnen|"
    r"(?:öppna )?bild(?:en)? i helskärm|agrandir(?: l.image)?|ampliar(?: (?:la )?(?:imagen|foto))?|ingrandisci|"
    r"vergrößern|in neuem fenster öffnen|galerie öffnen|voir (?:la galerie|plus)|link wurde kopiert|link copied)$",
    re.IGNORECASE,
)
_UI_START = re.compile(
    r"^(?:image caption,?|(?:toggle|hide) caption|open (?:this photo )?in gallery:?|enlarge (?:this )?image)\s*",
    re.IGNORECASE,
)
_LABEL_LEFT = re.compile(rf"[\s(（\[|/–—-]*(?:\b{_NAMES}\s*[:：]|©|[(（\[|])\s*$", re.IGNORECASE)
_LABEL_ENDS = (":", "：", "©", "(", "（", "[", "|")
_NO_CREDIT = re.compile(r"archiv|symbol|file|stock|beispiel|library|illustrat|undated|representat", re.IGNORECASE)
_LONGEST_NAME = 90
_LONGEST_UI = 100


def bracketed_credit(text: str) -> re.Match[str] | None:
    """Return the credit that stands in brackets at the end of a text."""
    # Few texts end in a bracket; to look for the credit in all the others would take time.
    ends_so = text.rstrip().rstrip(".。").rstrip().endswith(_CLOSING)
    return _CREDIT_END.search(text) if ends_so else None


def split_credit(text: str) -> tuple[str | None, str | None]:
    """Return a caption's text and its credit: what stands in brackets or after "Photo by" at its end."""
    plain = squeeze(text)
    match = bracketed_credit(plain)
    if match:
        return plain[: match.start()].strip() or None, match[0].strip()
    tail = _credit_tail(plain)
    if tail:
        return plain[: tail.start()].strip() or None, tail["credit"].strip()
    return plain or None, None


def ends_in_credit(text: str) -> bool:
    """Return whether a line ends in a credit without brackets ("… Photo by NAME")."""
    return _credit_tail(text) is not None


def _credit_tail(text: str) -> re.Match[str] | None:
    return _CREDIT_TAIL.search(text) if any(map(text.lower().__contains__, _TAIL_SIGNS)) else None


def split_caption(text: str) -> tuple[str | None, str | None]:
    """Return text and credit of what is known to be a caption, where less than a label tells a credit apart."""
    plain = squeeze(text)[:4000]
    for find in (_in_brackets, _after_label, _after_separator, _after_sentence):
        start, credit = find(plain)
        if credit:
            return plain[:start].rstrip(" |｜–—-/·•,;:(（[") or None, credit
    return plain or None, None


def cited(text: str | None, *, apart: bool = True) -> str | None:
    """Return a credit as a reader would cite it: without its label and the brackets around it.

    What stands in the caption's own line, not `apart` from it, keeps a "Photo by".
    """
    said = squeeze(text or "")
    while True:
        label = _LABEL.match(said)
        # "[Photo by NAME/for the Daily]" is cited as it stands, "(Photo: NAME)" by the name alone.
        if _CREDIT_END.fullmatch(said) and said.startswith(("[", "【", "（")) and not (label and ":" in label[0]):
            return said
        if label and not apart and (label[0].strip()[-1:].isalpha() or has_cjk(label[0])):
            return said
        bare = _unbracketed(_LABEL.sub("", said, count=1).strip(" |｜–—·•,;"))
        if not bare or bare == said:
            return said or None
        said = bare


def is_name(text: str) -> bool:
    """Return whether a short text by itself can only be a credit: a label, an agency, names with a slash."""
    if not 2 <= len(text) <= _LONGEST_NAME:
        return False
    if _LABEL.match(text):
        return True
    return _SENTENCE.search(text) is None and (_AGENCY.search(text) is not None or "/" in text or " | " in text)


def without_label(text: str) -> str:
    """Return a caption without the label at its end whose name stands in an element of its own."""
    return _LABEL_LEFT.sub("", text, count=1) if text.rstrip().endswith(_LABEL_ENDS) else text


def is_labelled(text: str) -> bool:
    """Return whether a short text begins with what a credit is called."""
    return len(text) <= 120 and _LABEL.match(text) is not None


def is_agency(text: str) -> bool:
    """Return whether a text is nothing but the names of agencies ("Getty Images", "AFP / Getty")."""
    return len(text) <= 60 and not _AGENCY.sub("", text).strip(" /,&|-–via")


def is_interface(text: str) -> bool:
    """Return whether a text is a word of the page's interface and none of the caption's."""
    return len(text) <= _LONGEST_UI and _is_ui(text)


@lru_cache(maxsize=2048)
def _is_ui(text: str) -> bool:
    return _UI.match(text.strip(" :：.,…|<>")) is not None


def without_interface(text: str) -> str:
    """Return a caption without the words that announce it to those who hear the page."""
    return _UI_START.sub("", text, count=1)


def _unbracketed(text: str) -> str:
    for left, right in ("()", "[]", "（）", "【】"):
        if text.startswith(left) and text.rstrip(".。").endswith(right) and text.count(left) == 1:
            return text.rstrip(".。")[1:-1].strip()
    return text.rstrip("])）】") if not any(left in text for left in "([（【") else text


def _in_brackets(text: str) -> tuple[int, str | None]:
    match = _BRACKETS.search(text)
    if match and (is_name(match[1]) or bracketed_credit(match[0])):
        return match.start(), match[0].strip()
    # After the end of the caption's sentence nothing but a credit stands in brackets.
    if match and text[: match.start()].rstrip().endswith((".", "!", "?", "”", "。")) and _may_be_name(match[1]):
        return match.start(), match[0].strip()
    return 0, None


def _may_be_name(text: str) -> bool:
    return text[:1].isupper() and len(text) <= _LONGEST_NAME and not _NO_CREDIT.search(text)


def _after_label(text: str) -> tuple[int, str | None]:
    """Return the last label after which a name follows to the end."""
    for match in reversed(list(_LABEL_INSIDE.finditer(text[-400:]))):
        start = max(len(text) - 400, 0) + match.start()
        rest = text[start:].strip()
        if 3 <= len(rest) <= 160 and len(text[start + len(match[0]) :].strip()) >= 2:
            before = text[:start].rstrip()
            return (start - 1 if before.endswith(("(", "[", "（")) else start), rest
    return 0, None


def _after_separator(text: str) -> tuple[int, str | None]:
    for match in reversed(list(_SEPARATED.finditer(text))):
        rest = text[match.end() :].strip()
        if is_name(rest) or (match[0].strip() in "|｜" and 2 <= len(rest) <= 60 and not rest.endswith(".")):
            before = text[: match.start()].rstrip()
            # "AGENCY | NAME": the credit begins with the agency.
            head = _last_sentence(before)
            if head and head < len(before) and is_name(before[head:]):
                return head, text[head:].strip()
            return match.start(), rest
        break
    return 0, None


def _after_sentence(text: str) -> tuple[int, str | None]:
    native = _CJK_TAIL.search(text)
    if native:
        start = native.start() + (1 if native[1] else 0)
        return start, (native[1] or native[2]).strip()
    start = _last_sentence(text)
    rest = text[start:].strip()
    if start and rest and len(rest) <= _LONGEST_NAME and is_name(rest) and not rest.endswith((".", "!", "?", "…")):
        return start, rest
    return 0, None


def _last_sentence(text: str) -> int:
    """Return where the text after the last sentence begins, 0 where there is but one."""
    last = 0
    for match in _SENTENCE.finditer(text):
        last = match.end()
    return last
