"""Names of a byline as citations part them: persons into family and given name, organisations whole."""

import re
from dataclasses import dataclass

from archive.segment import has_cjk

# Words that stand in the names of organisations, and in no person's.
_ORGANISATION = re.compile(
    r"\b(?:agency|agence|agentur|agencia|associated|association|authority|bbc|board|bureau|center|centre|college|"
    r"commission|committee|company|corporation|council|daily|department|desk|editorial|editors?|foundation|gazette|"
    r"government|group|herald|inc|institute|journal|league|ltd|magazine|media|ministry|network|news|newsroom|office|"
    r"online|press|redaktion|report(?:ers?|ing)|reuters|school|service|society|staff|studio|team|the|times|tribune|"
    r"union|university|xinhua|writers?)\b|\.(?:com|org|net|gov|cn|example)\b|&|\bof\b|\band\b|\d",
    re.IGNORECASE,
)
_CJK_ORGANISATION = re.compile(
    "社|报|報|网|網|局|部|台|电视|電視|新闻|新聞|日报|公司|协会|協會|委员会|委員會|大学|大學|学院|學院|记者站|編集|编辑|"
    "中心|集团|集團|机构|機構|政府|기자단|신문|뉴스|방송|통신"
)
# Chinese family names of two characters; all others are one, as those of Korea. Names with kana are not parted so.
_LONG_FAMILIES = frozenset(
    "欧阳 歐陽 上官 司马 司馬 诸葛 諸葛 夏侯 皇甫 尉迟 尉遲 公孙 公孫 慕容 令狐 宇文 长孙 長孫 司徒 司空 端木 百里 "
    "东方 東方 南宫 南宮 独孤 獨孤 남궁 황보 제갈 사공 선우 서문 독고".split()
)
_KANA = re.compile("[\u3040-\u30ff]")
_HAN_OR_HANGUL = re.compile("[\u3400-\u9fff\uac00-\ud7af]{2,4}")
# Parts of a family name that stand before it in small letters, and what stands behind a name.
_PARTICLES = frozenset(
    "al af av bin da das de del della den der di do dos du el la le ten ter van von y zu zum".split()
)
_SUFFIXES = frozenset("jr jr. sr sr. ii iii iv".split())


@dataclass(frozen=True, slots=True)
class Name:
    """A person with family and given name, or a `literal` that is not to be parted."""

    family: str = ""
    given: str = ""
    literal: str = ""
    suffix: str = ""

    @property
    def whole(self) -> str:
        """The name as it is read: of East Asian ones the family first and no space."""
        if self.literal:
            return self.literal
        if has_cjk(self.family):
            return self.family + self.given
        return " ".join(filter(None, (self.given, self.family, self.suffix)))


def name_of(text: str) -> Name:
    """Return a name parted; whole where it may be an organisation's, or where its parts cannot be told."""
    name = " ".join(text.split())
    if has_cjk(name):
        return _east_asian(name)
    if _ORGANISATION.search(name):
        return Name(literal=name)
    if name.count(",") == 1:
        family, given = (part.strip() for part in name.split(","))
        return Name(family, given) if family and given else Name(literal=name)
    return _western(name.split(" "))


def _east_asian(name: str) -> Name:
    compact = name.replace("·", "")
    if " " in name and not _CJK_ORGANISATION.search(name):
        family, _, given = name.partition(" ")
        return Name(family, given) if " " not in given else Name(literal=name)
    if compact != name or _CJK_ORGANISATION.search(name) or _KANA.search(name) or not _HAN_OR_HANGUL.fullmatch(name):
        return Name(literal=name)
    long = name[:2] in _LONG_FAMILIES and len(name) > 2
    if len(name) == 4 and not long:
        return Name(literal=name)
    return Name(name[: 2 if long else 1], name[2 if long else 1 :])


def _western(words: list[str]) -> Name:
    suffix = words.pop() if len(words) > 2 and words[-1].rstrip(",").lower() in _SUFFIXES else ""
    if len(words) < 2:
        return Name(literal=" ".join(words))
    start = len(words) - 1
    while start > 1 and words[start - 1] in _PARTICLES:
        start -= 1
    return Name(" ".join(words[start:]), " ".join(words[:start]), suffix=suffix)
