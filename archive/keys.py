"""Filters as part of a full-text match: tokens for site, sections and language in `articles.keys`."""

from sqlite_utils import Database


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
    site_id, language, before = db.conn.execute(
        "SELECT site_id, language, keys FROM articles WHERE id = ?", (article_id,)
    ).fetchone()
    after = filter_keys(db, article_id, site_id, language)
    if after != before:
        db.conn.execute("UPDATE articles SET keys = ? WHERE id = ?", (after, article_id))


def filter_keys(db: Database, article_id: int, site_id: str, language: str | None) -> str:
    """Return the tokens that make a filter on site, section or language part of an FTS match."""
    sections = db.conn.execute(
        "SELECT section_id FROM article_sections WHERE article_id = ? ORDER BY section_id", (article_id,)
    )
    tokens = [site_token(site_id), *(section_token(row[0]) for row in sections)]
    if language:
        tokens.append(language_token(language))
    return " ".join(tokens)


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
