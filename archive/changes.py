"""Of what kind a change from one version to the next is."""

import re
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
    if _captions(old_images, new_images) != _captions(new_images, old_images):
        found.append("caption")
    if any(said_of(getattr(old, name)) != said_of(getattr(new, name)) for name in ("updated", "published")):
        found.append("date")
    return tuple(found)


def _notices(body: str) -> int:
    return len(_NOTICE.findall(body))


def _shown(images: Sequence[KeptImage]) -> list[str]:
    return [kept.sha256 or f"url:{kept.image.url}" for kept in images]


def _captions(images: Sequence[KeptImage], others: Sequence[KeptImage]) -> list[tuple[str, str, str]]:
    """Return the captions of what both versions show; where they show quite different pictures, of all."""
    if not (images and others):
        return []
    both = set(_shown(images)) & set(_shown(others))
    return sorted(
        (shown if both else "", kept.image.caption or "", kept.image.credit or "")
        for kept, shown in zip(images, _shown(images), strict=True)
        if shown in both or not both
    )
