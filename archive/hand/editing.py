"""Correcting fields of an article by hand, and taking that back; version numbers and events stay."""

import datetime as dt
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from archive.corrections import DATES, FIELDS, HAND, stamp_of, value_of, with_value
from archive.errors import UsageError
from archive.model import Article, timestamp, utc_now
from archive.reader import version_content
from archive.readings import Reading, Replacement, content_of, show_latest, write_replacements
from archive.versions import KeptImage

_CAPTION = re.compile(r"captions?[ .]?(\d+)")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)?")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


@dataclass(frozen=True, slots=True)
class Edit:
    """A change to be made: a field, what is wrong, what is right, the rule that this is then by, the article's day."""

    field: str
    before: Any
    after: Any
    rule: str | None = HAND
    day: str | None = None


def edit(db: Database, article_id: int, wanted: Mapping[str, str], note: str, by: str) -> list[Edit]:
    """Correct fields of an article, in every version that says the same; inside the caller's transaction.

    Raises UsageError for a field or a value that cannot be.
    """
    current = _current(db, article_id)
    at = timestamp(utc_now())
    edits = []
    for name, text in wanted.items():
        field = _field(name, current)
        day = _day(db, article_id)
        after = _parsed(field, text.strip(), current)
        each = Edit(field, value_of(current, field), after, day=_day_with(current, field, after, day))
        if each.before == _stored(field, after):
            raise UsageError(f"{field} is already {_shown(each.before)!r}")
        rule = current.rules.get(_rule_name(each))
        before = {"value": each.before, "rule": rule, "day": day}
        db.conn.execute(
            "INSERT INTO edits(article_id, field, before, after, note, at, by) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (article_id, field, json.dumps(before), json.dumps(after), note, at, by),
        )
        _apply(db, article_id, each, at)
        edits.append(each)
        current = _current(db, article_id)
    return edits


def undo(db: Database, article_id: int) -> Edit:
    """Take the last correction of an article back, inside the caller's transaction; raises UsageError without one."""
    row = db.conn.execute(
        "SELECT id, field, before, after FROM edits WHERE article_id = ? AND undone_at IS NULL "
        "ORDER BY id DESC LIMIT 1",
        (article_id,),
    ).fetchone()
    if row is None:
        raise UsageError("nothing to undo: no correction of this article stands")
    edit_id, field, before, after = row
    said = json.loads(before)
    each = Edit(field, _stored(field, json.loads(after)), said["value"], said["rule"], said["day"])
    at = timestamp(utc_now())
    # First, so that a re-reading does not take it for one that stands.
    db.conn.execute("UPDATE edits SET undone_at = ? WHERE id = ?", (at, edit_id))
    _apply(db, article_id, each, at, undoes=True)
    return each


def _apply(db: Database, article_id: int, each: Edit, at: str, *, undoes: bool = False) -> None:
    """Replace a value in every version that says it (to undo: by hand), and show the current one."""
    rows = db.conn.execute(
        "SELECT id, number, parser, template FROM versions WHERE article_id = ? ORDER BY number", (article_id,)
    ).fetchall()
    for version_id, number, parser, template in rows:
        article, images = version_content(db, version_id)
        if value_of(article, each.field) != each.before or (undoes and article.rules.get(_rule_name(each)) != HAND):
            continue
        after = with_value(article, each.field, each.after, each.rule)
        kept = tuple(
            KeptImage(image, known.sha256, known.error) for image, known in zip(after.images, images, strict=True)
        )
        reading = Reading(parser, template)
        found = Replacement(version_id, number, reading, content_of(article, images), content_of(after, kept))
        write_replacements(db, article_id, [found], reading, at)
    day = dt.date.fromisoformat(each.day) if each.day else None
    show_latest(db, article_id, dict.fromkeys((row[0] for row in rows), day))


def _rule_name(each: Edit) -> str:
    return "captions" if each.field.startswith("caption ") else each.field


def _current(db: Database, article_id: int) -> Article:
    (version_id,) = db.conn.execute(
        "SELECT ifnull(own.same_as, own.id) FROM articles "
        "JOIN versions own ON own.article_id = articles.id AND own.number = articles.version "
        "WHERE articles.id = ?",
        (article_id,),
    ).fetchone()
    return version_content(db, version_id)[0]


def _day(db: Database, article_id: int) -> str | None:
    (day,) = db.conn.execute("SELECT day FROM articles WHERE id = ?", (article_id,)).fetchone()
    return str(day) if day else None


def _day_with(article: Article, field: str, value: Any, day: str | None) -> str | None:
    """Return an article's day with a value set: another only by the date that it is taken from."""
    if field not in DATES or (field == "updated" and article.published and article.published.day):
        return day
    found = with_value(article, field, value).day
    return found.isoformat() if found else None


def _stored(field: str, value: Any) -> Any:
    """Return a value as it is read back: an instant in UTC."""
    stamp = stamp_of(value) if field in DATES else None
    return value | {"value": stamp.stored} if stamp else value


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
    if field in DATES:
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
            # With its offset, which says on which day that is.
            value = instant.isoformat(timespec="seconds")
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
