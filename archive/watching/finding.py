"""What is new of a search: articles with events since the last look that match it now, each once."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from sqlite_utils import Database

from archive.search import Filters
from archive.search.among import among

News = Literal["new", "changed", "gone", "returned"]
_KINDS = "('first_seen', 'changed', 'gone', 'returned')"
_WORDS: dict[str, News] = {"changed": "changed", "gone": "gone", "returned": "returned"}
_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class Find:
    """An article of which something is new: what, in which version, and when the site showed it."""

    news: News
    id: int
    key: str
    version: int
    at: str
    site: str
    url: str
    title: str | None
    day: str | None

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class _Event:
    id: int
    kind: str
    version: int | None
    at: str
    holds: bool


def news_of(db: Database, text: str, filters: Filters, after: int, through: int) -> Iterator[Find]:
    """Yield what events after one and up to another made new, in their order, an article once.

    Only articles with such events are looked at. No transaction is open while the caller is at work.
    Raises NotFoundError for a site or section that the archive does not have.
    """
    told: set[int] = set()
    for ids in _touched(db, after, through):
        matching = among(db, text, filters, ids) - told
        told |= matching
        for article_id in ids:
            if article_id in matching:
                find = _find(db, article_id, after, through)
                if find:
                    yield find


def _touched(db: Database, after: int, through: int) -> Iterator[list[int]]:
    """Yield the articles of events, in slices."""
    while after < through:
        rows = db.conn.execute(
            f"SELECT id, article_id FROM events WHERE id > ? AND id <= ? AND withdrawn IS NULL AND kind IN {_KINDS} "  # noqa: S608
            "ORDER BY id LIMIT ?",
            (after, through, _AT_ONCE),
        ).fetchall()
        if not rows:
            return
        after = rows[-1][0]
        yield [*dict.fromkeys(article_id for _, article_id in rows)]


def _find(db: Database, article_id: int, after: int, through: int) -> Find | None:
    """Return what is new of an article, None where it is only told otherwise what was before."""
    key, current, site, url, title, day, state = db.conn.execute(
        "SELECT key, version, site_id, url, title, day, state FROM articles WHERE id = ?", (article_id,)
    ).fetchone()
    rows = db.conn.execute(
        "SELECT id, kind, to_version, at, withdrawn IS NULL FROM events WHERE article_id = ? AND id <= ? "  # noqa: S608
        f"AND kind IN {_KINDS} ORDER BY at, id",
        (article_id, through),
    )
    news = _news([_Event(*row) for row in rows], after, current)
    if news is None or state == "withdrawn":
        return None
    kind, event = news
    return Find(kind, article_id, key, event.version or current, event.at, site, url, title, day)


def _news(events: Sequence[_Event], after: int, current: int) -> tuple[News, _Event] | None:
    """Return what the events after one say that those before it did not; they come by the time of capture.

    A capture that comes late tells an article's past anew: only what is later than all that was known, or leads to the
    current version from where it was not known, is news.
    """
    known = [event for event in events if event.id <= after]
    fresh = [event for event in events if event.id > after and event.holds]
    if not known:
        return ("new", fresh[-1]) if fresh else None
    latest = max(event.at for event in known)
    versions = {event.version for event in known}
    news = [
        event
        for event in fresh
        if event.kind != "first_seen"
        and (event.at > latest or (event.version == current and event.version not in versions))
    ]
    return (_WORDS[news[-1].kind], news[-1]) if news else None
