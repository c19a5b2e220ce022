"""Reading families: who told a story first, and who else told it."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlite_utils import Database

from archive.families.changes import Changes, changes_between
from archive.families.kinship import Kind, membership
from archive.identity import host_of
from archive.reader import current_text

_MEMBERS = (
    "SELECT family_members.family_id, articles.id, key, site_id, url, title, language, "
    "coalesce(published, updated, first_seen), kind, similarity, CASE WHEN kind IN ('first', 'translation') "
    "THEN articles.id ELSE held_by END, coalesce(day, substr(first_seen, 1, 10)) "
    "FROM family_members JOIN articles ON articles.id = article_id "
)


@dataclass(frozen=True, slots=True)
class Member:
    """An article of a family.

    `date` is when it says it was published, else updated, else when it was first seen; `similarity` is how much of the
    shorter telling stands in the other, of it and of the article that it was compared with; `kind` is what it is to
    the family's first; `wording` is the id of who told it first in the same words; `day` is by the site's own clock.
    """

    id: int
    key: str
    site: str
    url: str
    title: str | None
    language: str | None
    date: str
    kind: Kind
    similarity: float | None
    wording: int
    day: str


@dataclass(frozen=True, slots=True)
class Family:
    """The tellings of one story, the first one first."""

    members: tuple[Member, ...]

    @property
    def first(self) -> Member:
        """Who told it first, by the dates that the pages say."""
        return self.members[0]

    def of(self, key: str) -> Member:
        """Return the member with a key."""
        return next(member for member in self.members if member.key == key)

    def as_dict(self) -> dict[str, Any]:
        """Return it for a script."""
        return {"first": self.first.key, "members": [asdict(member) for member in self.members]}


def families(db: Database, site: str | None = None) -> Iterator[Family]:
    """Yield families, those of the newest articles first; `site` names one that tells in each of them."""
    condition = "WHERE site_id = ?" if site else ""
    rows = db.conn.execute(
        f"SELECT family_id FROM family_members JOIN articles ON articles.id = article_id {condition} "  # noqa: S608
        "GROUP BY family_id ORDER BY max(article_id) DESC",
        (site,) if site else (),
    ).fetchall()
    for (family_id,) in rows:
        yield _family(db, family_id)


def family_of(db: Database, article_id: int) -> Family | None:
    """Return the family of an article, None where it has none."""
    place = membership(db, article_id)
    return _family(db, place.family_id) if place else None


def _family(db: Database, family_id: int) -> Family:
    rows = db.conn.execute(f"{_MEMBERS} WHERE family_members.family_id = ?", (family_id,)).fetchall()
    rows.sort(key=lambda row: (row[7], row[1]))
    # Who leads those of the same words in the table is who was stored first; here it is who told it first.
    leaders: dict[int, int] = {}
    for row in rows:
        leaders.setdefault(row[10], row[1])
    return Family(tuple(_member((*row[:10], leaders[row[10]], row[11]), rows[0]) for row in rows))


def _member(row: Sequence[Any], first: Sequence[Any]) -> Member:
    """Return a row as a member; what it is to the family's first follows from its language's first, and its site."""
    _, article_id, key, site, url, title, language, date, _, similarity, wording, day = row
    is_same = site == first[3] or host_of(url) == host_of(first[4])
    kind: Kind = "same" if is_same else "reprint"
    if wording != first[1]:
        kind = "translation"
    if article_id == first[1]:
        return Member(article_id, key, site, url, title, language, date, "first", None, wording, day)
    # Who was stored first need not have told it first: the two are as like one way as the other.
    alike = first[9] if similarity is None and kind != "translation" else similarity
    return Member(article_id, key, site, url, title, language, date, kind, alike, wording, day)


def changes_of(db: Database, family: Family) -> dict[str, Changes]:
    """Return by key what each telling in the first one's language changed of it."""
    first = current_text(db, family.first.id)
    return {
        member.key: changes_between(first, current_text(db, member.id))
        for member in family.members
        if member.kind in ("same", "reprint")
    }
