"""Corrections by hand: wherever a page of an article says what was wrong, the archive says what is right.

A correction outlives fetches and re-readings, and makes no version: a page that still says the wrong thing shows the
version that it showed before. Where the page comes to say something else, that is believed.
"""

import json
import re
from dataclasses import dataclass, replace
from typing import Any

from sqlite_utils import Database

from archive.model import Article, Stamp, parse_stored

HAND = "hand"
FIELDS = ("title", "published", "updated", "source", "byline", "language")
DATES = ("published", "updated")
_CAPTION = re.compile(r"caption (\d+)")


@dataclass(frozen=True, slots=True)
class Correction:
    """One correction: the field, what the page says, and what is right instead, both as `value_of` gives them."""

    id: int
    field: str
    before: Any
    after: Any


def value_of(article: Article, field: str) -> Any:
    """Return what an article says in a field, as JSON can hold it; of `caption N`, with the image's address."""
    if caption := _CAPTION.fullmatch(field):
        image = article.images[int(caption[1]) - 1] if int(caption[1]) <= len(article.images) else None
        return {"url": image.url, "caption": image.caption} if image else None
    value = getattr(article, field)
    if isinstance(value, Stamp):
        return {"raw": value.raw, "value": value.stored, "precision": value.precision, "reason": value.reason}
    return list(value) if isinstance(value, tuple) else value


def with_value(article: Article, field: str, value: Any, rule: str | None = HAND) -> Article:
    """Return the article with another value in a field, and the rule that gave it (None: none did)."""
    name = "captions" if _CAPTION.fullmatch(field) else field
    rules = {key: known for key, known in article.rules.items() if key != name} | ({name: rule} if rule else {})
    rules.pop(f"{name}_reason", None)
    if caption := _CAPTION.fullmatch(field):
        number = int(caption[1]) - 1
        images = tuple(
            replace(image, caption=value["caption"]) if position == number else image
            for position, image in enumerate(article.images)
        )
        return replace(article, images=images, rules=rules)
    if field in DATES:
        value = stamp_of(value)
    elif field == "byline":
        value = tuple(value)
    return replace(article, **{field: value}, rules=rules)


def stamp_of(said: dict[str, Any] | None) -> Stamp | None:
    """Return the date that a JSON value holds."""
    if said is None:
        return None
    return Stamp(said["raw"], parse_stored(said["value"], said["precision"]), said["precision"], said["reason"])


def corrections_of(db: Database, article_id: int) -> list[Correction]:
    """Return an article's corrections that stand, in order."""
    rows = db.conn.execute(
        "SELECT id, field, before, after FROM edits WHERE article_id = ? AND undone_at IS NULL ORDER BY id",
        (article_id,),
    )
    return [
        Correction(row_id, field, json.loads(before)["value"], json.loads(after))
        for row_id, field, before, after in rows
    ]


def corrected(db: Database, article_id: int, article: Article, stored: Article | None = None) -> Article:
    """Return a fetched article with the corrections that are made to what it says.

    `stored` is what today's parser reads of the stored page: what both say alike was corrected too.
    """
    for each in corrections_of(db, article_id):
        said = value_of(article, each.field)
        if said == each.before or (stored is not None and said == value_of(stored, each.field)):
            article = with_value(article, each.field, each.after)
    return article


def follow(db: Database, article_id: int, page: Article) -> None:
    """Let corrections know what another parser reads in their stead, so that the next fetch is compared with that."""
    seen = set[str]()
    for each in corrections_of(db, article_id):
        said = value_of(page, each.field)
        if each.field not in seen and said not in (each.before, each.after):
            db.conn.execute(
                "UPDATE edits SET before = json_set(before, '$.value', json(?)) WHERE id = ?",
                (json.dumps(said), each.id),
            )
        seen.add(each.field)
