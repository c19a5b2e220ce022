"""Filters as part of a full-text match: tokens in `articles.keys`.

They stand for the site, the sections, the language, the state, and for having changed, an image or a PDF.
"""

from collections.abc import Iterable

from sqlite_utils import Database

_MARKS = """
SELECT
  EXISTS (SELECT 1 FROM versions WHERE article_id = :id AND number > 1 AND same_as IS NULL),
  EXISTS (SELECT 1 FROM article_images WHERE article_id = :id AND image_id IS NOT NULL AND version_id =
    (SELECT versions.id FROM versions JOIN articles ON articles.id = article_id AND number = version
     WHERE article_id = :id)),
  EXISTS (SELECT 1 FROM attachments WHERE article_id = :id AND mime = 'application/pdf' AND error IS NULL)
"""
MARKS = ("changed", "image", "pdf")


def place_in_sections(db: Database, *, url_id: int) -> None:
    """Put the article of a URL into the sections where its URLs were sighted, and its filter keys up to date."""
    row = db.conn.execute("SELECT article_id FROM urls WHERE id = ?", (url_id,)).fetchone()
    if row is None or row[0] is None:
        return
    article_id = int(row[0])
    db.conn.execute(
        "INSERT INTO article_sections(article_id, section_id, first_seen) "
        "SELECT ?, section_id, min(sightings.first_seen) FROM sightings JOIN urls ON urls.id = sightings.url_id "
        "WHERE urls.article_id = ? GROUP BY section_id ON CONFLICT DO NOTHING",
        (article_id, article_id),
    )
    refresh_keys(db, article_id)


def refresh_keys(db: Database, article_id: int) -> None:
    """Bring an article's filter keys up to date; whoever changes what they stand for calls this."""
    site_id, language, before = db.conn.execute(
        "SELECT site_id, language, keys FROM articles WHERE id = ?", (article_id,)
    ).fetchone()
    after = filter_keys(db, article_id, site_id, language)
    if after != before:
        db.conn.execute("UPDATE articles SET keys = ? WHERE id = ?", (after, article_id))


def filter_keys(db: Database, article_id: int, site_id: str, language: str | None) -> str:
    """Return the tokens that make a filter part of an FTS match."""
    row = db.conn.execute("SELECT state FROM articles WHERE id = ?", (article_id,)).fetchone()
    sections = db.conn.execute(
        "SELECT section_id FROM article_sections WHERE article_id = ? ORDER BY section_id", (article_id,)
    )
    marks = db.conn.execute(_MARKS, {"id": article_id}).fetchone()
    held = [name for name, holds in zip(MARKS, marks, strict=True) if holds]
    return _joined(site_id, [row[0] for row in sections], language, row[0] if row else "live", held)


def first_keys(db: Database, url_id: int, site_id: str, language: str | None, *, has_image: bool) -> str:
    """Return what the tokens of an article will be that is just being stored, so that the index is written once."""
    sections = db.conn.execute(
        "SELECT DISTINCT section_id FROM sightings WHERE url_id = ? ORDER BY section_id", (url_id,)
    )
    return _joined(site_id, [row[0] for row in sections], language, "live", ["image"] if has_image else ())


def _joined(site_id: str, sections: Iterable[int], language: str | None, state: str, marks: Iterable[str]) -> str:
    tokens = [site_token(site_id), *map(section_token, sections)]
    if language:
        tokens.append(language_token(language))
    return " ".join((*tokens, state_token(state), *map(mark_token, marks)))


# U+E000 cannot be typed and stays inside a token of `unicode61`, which would split `site_12` at the underscore.
def site_token(site_id: str) -> str:
    """Return the filter token of a site."""
    return f"\ue000s{site_id.encode().hex()}"


def section_token(section_id: int) -> str:
    """Return the filter token of a section."""
    return f"\ue000c{section_id}"


def language_token(language: str) -> str:
    """Return the filter token of a language, by its primary subtag."""
    return f"\ue000l{language.lower().partition('-')[0].encode().hex()}"


def state_token(state: str) -> str:
    """Return the filter token of a state; every article has one."""
    return f"\ue000t{state}"


def mark_token(name: str) -> str:
    """Return the filter token of having changed, an image or a PDF."""
    return f"\ue000h{name}"
