"""An article as columns of the archive's tables."""

import json
import re
from typing import Any

from archive.model import Article, Stamp
from archive.segment import has_cjk, segment

_HALF_CHARACTER = re.compile("[\ud800-\udfff]")


def columns_of(article: Article) -> dict[str, Any]:
    """Return the columns that `articles` and `versions` share, as they are stored."""
    return {
        "title": article.title,
        **_stamp_columns("updated", article.updated),
        **_stamp_columns("published", article.published),
        "source": article.source,
        "byline": json.dumps(list(article.byline), ensure_ascii=False),
        "breadcrumb": json.dumps(list(article.breadcrumb), ensure_ascii=False),
        "language": article.language,
        "canonical_url": article.canonical_url,
        "captions": article.captions or None,
        "word_count": word_count(article.body),
        "rules": json.dumps(_rules_of(article), ensure_ascii=False, sort_keys=True),
    }


def word_count(text: str) -> int:
    """Return the number of words, a CJK character counting as one."""
    return len(segment(text).split()) if has_cjk(text) else len(text.split())


def storable(row: dict[str, Any]) -> dict[str, Any]:
    """Return the row with half characters (lone surrogates, as broken JSON gives them) replaced: SQLite takes none."""
    return {
        name: _HALF_CHARACTER.sub("\ufffd", value) if isinstance(value, str) else value for name, value in row.items()
    }


def _rules_of(article: Article) -> dict[str, str]:
    reasons = {
        f"{name}_reason": stamp.reason
        for name, stamp in (("updated", article.updated), ("published", article.published))
        if stamp and stamp.reason
    }
    return dict(article.rules) | reasons


def _stamp_columns(name: str, stamp: Stamp | None) -> dict[str, str | None]:
    return {
        name: stamp.stored if stamp else None,
        f"{name}_raw": stamp.raw if stamp else None,
        f"{name}_precision": stamp.precision if stamp else None,
    }
