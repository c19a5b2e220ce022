"""Correcting fields of an article by hand, and taking that back; version numbers and events stay."""

import datetime as dt
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from archive.corrections import FIELDS, HAND, value_of, with_value
from archive.errors import UsageError
from archive.model import Article, timestamp, utc_now
from archive.reader import version_content
from archive.readings import Reading, Replacement, content_of, show_version, write_replacements
from archive.versions import KeptImage

_CAPTION = re.compile(r"captions?[ .]?(\d+)")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)?")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


@dataclass(frozen=True, slots=True)
class Edit:
    """A change to be made: a field, what is wrong, what is right, and the rule that this is then by."""

    field: str
    before: Any
    after: Any
    rule: str | None = HAND


def edit(db: Database, article_id: int, wanted: Mapping[str, str], note: str, by: str) -> list[Edit]:
    """Correct fields of an article, in every version that says the same; inside the caller's transaction.

    Raises UsageError for a field or a value that cannot be.
    """
    _, current, _ = _current(db, article_id)
    at = timestamp(utc_now())
    edits = []
    for name, text in wanted.items():
        field = _field(name, current)
        each = Edit(field, value_of(current, field), _parsed(field, text.strip(), current))
        if each.before == each.after:
            raise UsageError(f"{field} is already {_shown(each.after)!r}")
        rule = current.rules.get("captions" if field.startswith("caption") else field)
        db.conn.execute(
            "INSERT INTO edits(article_id, field, before, after, note, at, by) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (article_id, field, json.dumps({"value": each.before, "rule": rule}), json.dumps(each.after), note, at, by),
        )
        _apply(db, article_id, each, at)
        edits.append(each)
    return edits


def undo(db: Database, article_id: int) -> Edit:
    """Take the last correction of an article back; inside the caller's transaction. Raises UsageError if there is none."""
    row = db.conn.execute(
        "SELECT id, field, before, after FROM edits WHERE article_id = ? AND undone_at IS NULL ORDER BY id DESC LIMIT 1",
        (article_id,),
    ).fetchone()
    if row is None:
        raise UsageError("nothing to undo: no correction of this article stands")
    edit_id, field, before, after = row
    said = json.loads(before)
    each = Edit(field, json.loads(after), said["value"], said["rule"])
    at = timestamp(utc_now())
    # First, so that a re-reading does not take it for one that stands.
    db.conn.execute("UPDATE edits SET undone_at = ? WHERE id = ?", (at, edit_id))
    _apply(db, article_id, each, at)
    return each


def _apply(db: Database, article_id: int, each: Edit, at: str) -> None:
    """Replace a value in every version that says it, and show the current one."""
    rows = db.conn.execute(
        "SELECT id, number, parser, template, digest FROM versions WHERE article_id = ? ORDER BY number", (article_id,)
    ).fetchall()
    for version_id, number, parser, template, _ in rows:
        article, images = version_content(db, version_id)
        if value_of(article, each.field) != each.before:
            continue
        after = with_value(article, each.field, each.after, each.rule)
        kept = tuple(
            KeptImage(image, known.sha256, known.error) for image, known in zip(after.images, images, strict=True)
        )
        reading = Reading(parser, template)
        found = Replacement(version_id, number, reading, content_of(article, images), content_of(after, kept))
        write_replacements(db, article_id, [found], reading, at)
    _, article, (version_id, number) = _current(db, article_id)
    show_version(db, article_id, (version_id, number), _day(db, article_id, each, article))


def _current(db: Database, article_id: int) -> tuple[int, Article, tuple[int, int]]:
    version_id, number = db.conn.execute(
        "SELECT ifnull(first.id, own.id), ifnull(first.number, own.number) FROM articles "
        "JOIN versions own ON own.article_id = articles.id AND own.number = articles.version "
        "LEFT JOIN versions first ON first.id = own.same_as WHERE articles.id = ?",
        (article_id,),
    ).fetchone()
    article, _ = version_content(db, version_id)
    return version_id, article, (version_id, number)


def _day(db: Database, article_id: int, each: Edit, article: Article) -> dt.date | None:
    """Return the article's day: as it was, unless a date was set."""
    (day,) = db.conn.execute("SELECT day FROM articles WHERE id = ?", (article_id,)).fetchone()
    if each.field in ("published", "updated"):
        return article.day
    return dt.date.fromisoformat(day) if day else None


def _field(name: str, article: Article) -> str:
    caption = _CAPTION.fullmatch(name.strip().lower())
    if caption and 1 <= int(caption[1]) <= len(article.images):
        return f"caption {int(caption[1])}"
    if name.strip().lower() in FIELDS:
        return name.strip().lower()
    images = f"; caption 1 to caption {len(article.images)}" if article.images else ""
    raise UsageError(f"no field {name!r} to be corrected; there are {', '.join(FIELDS)}{images}")


def _parsed(field: str, text: str, article: Article) -> Any:
    """Return a value as it was typed, as `value_of` would give it; an empty text takes the value away."""
    if field.startswith("caption "):
        return value_of(article, field) | {"caption": text or None}
    if field == "byline":
        return [name.strip() for name in text.split(";") if name.strip()]
    if field in ("published", "updated"):
        return _date(field, text, value_of(article, field)) if text else None
    if field == "language" and text and not _LANGUAGE.fullmatch(text):
        raise UsageError(f"{text!r} is no language; give its tag, as en or zh-Hans")
    return text or None


def _date(field: str, text: str, before: Any) -> dict[str, Any]:
    """Return a date with the precision that it is given in; what is printed on the page stays beside it."""
    try:
        if _DAY.fullmatch(text):
            value, precision = dt.date.fromisoformat(text).isoformat(), "day"
        elif _TIME.fullmatch(text):
            instant = dt.datetime.fromisoformat(text)
            precision = "instant" if instant.tzinfo else "minute"
            instant = instant.astimezone(dt.UTC) if instant.tzinfo else instant
            value = instant.isoformat(timespec="seconds").replace("+00:00", "Z")
        else:
            raise ValueError("it has another form")
    except ValueError as error:
        raise UsageError(
            f"{field}: {text!r} is no date ({error}); give 2017-11-23, 2017-11-23T10:30 or 2017-11-23T10:30:00+08:00"
        ) from error
    return {"raw": before["raw"] if before else text, "value": value, "precision": precision, "reason": None}


def _shown(value: Any) -> Any:
    if isinstance(value, dict):
        return value.get("caption") if "caption" in value else value.get("value")
    return "; ".join(value) if isinstance(value, list) else value


def line_of(each: Edit) -> str:
    """Return an edit in one line."""
    return f"{each.field}: {_shown(each.before) or '(none)'} → {_shown(each.after) or '(none)'}"
