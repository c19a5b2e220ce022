"""The values of filters: which tokens of `articles.keys` stand for a site, a section, a language, a state."""

from sqlite_utils import Database

from archive.errors import NotFoundError
from archive.keys import language_token, mark_token, section_token, site_token, state_token

_MARKS = {("is", "changed"): "changed", ("has", "image"): "image", ("has", "pdf"): "pdf"}


def tokens_of(db: Database, name: str, value: str) -> tuple[str, ...] | str:
    """Return the tokens of a filter as it stands in a query, or what is wrong with its value."""
    try:
        if name == "site":
            return site_tokens(db, value)
        if name == "section":
            site, slash, key = value.rpartition("/")
            return section_tokens(db, key, site if slash else None)
    except NotFoundError as error:
        return str(error)
    if name in ("lang", "language"):
        return (language_token(value),) if value.replace("-", "").isalpha() else "lang: takes a language such as en"
    return _mark(db, name, value)


def _mark(db: Database, name: str, value: str) -> tuple[str, ...] | str:
    if name == "is" and value in known_states(db):
        return (state_token(value),)
    if (name, value.lower()) in _MARKS:
        return (mark_token(_MARKS[name, value.lower()]),)
    known = [*(key for kind, key in _MARKS if kind == name), *(known_states(db) if name == "is" else ())]
    return f"{name}: knows {', '.join(known)}, not {value!r}"


def site_tokens(db: Database, site: str) -> tuple[str, ...]:
    """Return the token of a site; raises NotFoundError where the archive has none such."""
    if not db.conn.execute("SELECT 1 FROM sites WHERE id = ?", (site,)).fetchone():
        known = ", ".join(row[0] for row in db.conn.execute("SELECT id FROM sites ORDER BY id")) or "none yet"
        raise NotFoundError(f"no site {site!r} in the archive; it has: {known}")
    return (site_token(site),)


def section_tokens(db: Database, key: str, site: str | None) -> tuple[str, ...]:
    """Return the tokens of all sections of that key; raises NotFoundError where there is none."""
    rows = db.conn.execute(
        "SELECT id FROM sections WHERE key = ? AND site_id = coalesce(?, site_id)", (key, site)
    ).fetchall()
    if not rows:
        sql = "SELECT DISTINCT key FROM sections WHERE site_id = coalesce(?, site_id) ORDER BY key"
        known = ", ".join(row[0] for row in db.conn.execute(sql, (site,)))
        raise NotFoundError(f"no section {key!r} in the archive; it has: {known or 'none yet'}")
    return tuple(section_token(row[0]) for row in rows)


def known_states(db: Database) -> tuple[str, ...]:
    """Return the states that articles of the archive may have."""
    rows = db.conn.execute("SELECT word FROM search_words WHERE word >= ? AND word < ?", (state_token(""), "\ue000u"))
    return tuple(dict.fromkeys(("live", "gone", *(row[0][2:] for row in rows))))
