"""Of what kind a change from one version to the next is."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Literal

from archive.model import Article
from archive.versions import KeptImage, said_of

Change = Literal["correction", "headline", "body", "image", "caption", "date"]

# How newsrooms say that a text was wrong, in the languages whose dates are read; at the start of a line or sentence.
_NOTICES = (
    r"corrections?\b|corrected\b|clarifications?\b|errat(?:um|a)\b|editor[’']?s['’]? note|"
    r"an earlier version of this|this (?:article|story|post|page|report|headline) (?:was|has been) "
    r"(?:amended|corrected)|"
    r"korrektur\b|berichtigung\b|richtigstellung\b|in einer früheren (?:version|fassung)|"
    r"anm(?:erkung|\.) d(?:er|\.) red|"
    r"rectificatif\b|rectification\b|une version précédente|erratum\b|"
    r"correcci[oó]n\b|fe de err(?:atas|ores)\b|rectificaci[oó]n\b|una versi[oó]n anterior|"
    r"corre[cç][aã]o\b|errata\b|uma vers[aã]o anterior|"
    r"rettifica\b|correzione\b|errata corrige|una versione precedente|"
    r"rectificatie\b|correctie\b|in een eerdere versie|sprostowanie\b|korekta\b|w poprzedniej wersji|"
    r"rättelse\b|rettelse\b|korjaus\b|oikaisu\b|oprava\b|düzeltme\b|"
    r"исправление\b|поправка\b|уточнение\b|виправлення\b|уточнення\b|"
    r"更正|勘误|勘誤|訂正|お詫び|정정|바로잡습니다|تصحيح|تصويب|διόρθωση|תיקון|đính chính|koreksi\b|ralat\b|แก้ไขข่าว"
)
_NOTICE = re.compile(rf"(?:^|[\n.!?。！？»”\"(（\[【]\s*)(?:{_NOTICES})", re.IGNORECASE)


def changes_between(
    before: tuple[Article, Sequence[KeptImage]], after: tuple[Article, Sequence[KeptImage]]
) -> tuple[Change, ...]:
    """Return what changed, the weightiest first: the first one is the change's class.

    `correction` is a change whose new text carries one more notice of a correction; `date` stands alone only where
    nothing else changed.
    """
    (old, old_images), (new, new_images) = before, after
    found: list[Change] = []
    if old.body != new.body and _notices(new.body) > _notices(old.body):
        found.append("correction")
    if old.title != new.title:
        found.append("headline")
    if old.body != new.body:
        found.append("body")
    if _shown(old_images) != _shown(new_images):
        found.append("image")
    if _is_recaptioned(old_images, new_images):
        found.append("caption")
    if any(said_of(getattr(old, name)) != said_of(getattr(new, name)) for name in ("updated", "published")):
        found.append("date")
    return tuple(found)


def _notices(body: str) -> int:
    return len(_NOTICE.findall(body))


def _shown(images: Sequence[KeptImage]) -> list[str]:
    return [kept.sha256 or f"url:{kept.image.url}" for kept in images]


def _is_recaptioned(before: Sequence[KeptImage], after: Sequence[KeptImage]) -> bool:
    """Return whether a picture that stayed, or the one that took its place, has another caption or credit."""
    same = Counter(_legends(before)) & Counter(_legends(after))
    old, new = (list((Counter(_legends(images)) - same).elements()) for images in (before, after))
    if {shown for shown, *_ in old} & {shown for shown, *_ in new}:
        return True
    return any(was[1:] != now[1:] for was, now in zip(old, new, strict=False))


def _legends(images: Sequence[KeptImage]) -> list[tuple[str, str, str]]:
    captions = ((kept.image.caption or "", kept.image.credit or "") for kept in images)
    return [(shown, *said) for shown, said in zip(_shown(images), captions, strict=True)]
