"""Who else told an article's story and what each made of it, and the articles that are most like it."""

import time
from dataclasses import dataclass

from sqlite_utils import Database

from archive.errors import NotFoundError
from archive.families.changes import Changes, changes_between
from archive.families.reading import Family, Member, family_of
from archive.reader import current_text
from archive.similar.finding import Similar, similar

# So many tellings stand on the page; they are compared with the first for so long, in seconds of CPU.
_MOST, _SECONDS = 40, 0.05
# In characters; longer ones are compared by `newsarchive families`.
_LONGEST = 12_000


@dataclass(frozen=True, slots=True)
class Telling:
    """A telling of a story; `changes` is what it made of the first one, None for that, and where time has run out."""

    member: Member
    changes: Changes | None


@dataclass(frozen=True, slots=True)
class Related:
    """The family of an article, and what else is like it; `more` are tellings that are not listed."""

    key: str
    title: str | None
    tellings: tuple[Telling, ...]
    more: int
    similar: tuple[Similar, ...]


def read_related(db: Database, key: str) -> Related:
    """Return what is related to an article; raises NotFoundError where there is none, or none any more."""
    row = db.conn.execute("SELECT id, title, state FROM articles WHERE key = ?", (key,)).fetchone()
    if row is None or row[2] == "withdrawn":
        raise NotFoundError(f"there is no article {key}: it was never kept, or it was taken down")
    family = family_of(db, row[0])
    found = tuple(each for each in similar(db, key, limit=12) if not each.is_family)
    more = max(len(family.members) - _MOST, 0) if family else 0
    return Related(key, row[1], _tellings(db, family) if family else (), more, found)


def _tellings(db: Database, family: Family) -> tuple[Telling, ...]:
    """Return the tellings, each in the first one's language compared with it as long as there is time."""
    end = time.thread_time() + _SECONDS
    first = current_text(db, family.first.id)
    told: list[Telling] = []
    for member in family.members[:_MOST]:
        own = current_text(db, member.id)
        is_compared = member.kind in ("same", "reprint") and time.thread_time() < end
        is_short = len(first[1]) + len(own[1]) <= 2 * _LONGEST
        told.append(Telling(member, changes_between(first, own) if is_compared and is_short else None))
    return tuple(told)
