"""Finding the family of an article: its bands propose, the stored texts decide, hreflang names translations."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlite_utils import Database

from archive.families.likeness import Story, likeness
from archive.families.shingles import shingle
from archive.identity import article_key, host_of, normalise
from archive.model import Article

Kind = Literal["first", "same", "reprint", "translation"]

# A band under which more articles stand is a phrase of the language, or a site's furniture.
_COMMON = 64
# What few texts hold says much: a band of one other text proposes it alone; of bands of several it takes two.
_WEIGHT = 1000
_MOST_COMPARED = 8
# A match among the issues of a series stands out from them by so much.
_STANDS_OUT = 0.05
_MOST_ALTERNATES = 60
# With fewer tokens there is no text.
_FEWEST = 8


@dataclass(frozen=True, slots=True)
class Membership:
    """An article's place in a family; `held_by` is the article that it was compared with, or that names it."""

    family_id: int
    held_by: int
    kind: Kind

    @property
    def holds(self) -> bool:
        """Whether others are compared with this article: the first of its language."""
        return self.kind in ("first", "translation")


def join_family(db: Database, article_id: int, article: Article, *, is_new: bool) -> None:
    """Put an article into the family that it belongs to, inside the caller's batch; `is_new`: its text is.

    A family, once found, stays: what was reprinted was the version of that day.
    """
    if is_new:
        place_text(db, article_id, article.title, article.body or article.captions)
    place_alternates(db, article_id, article.alternates)


def place_text(db: Database, article_id: int, title: str | None, body: str) -> None:
    """Look for tellings of an article's story among the texts that share bands with it."""
    text = shingle(body)
    if text.size < _FEWEST:
        return
    proposed = _enter(db, article_id, text.bands())
    if not proposed:
        return
    story = Story(title or "", text, _sites_of(db, article_id))
    for other, held in _like(story, [(other, _story(db, other)) for other in proposed]):
        if membership(db, article_id) is None:
            _join(db, (article_id, story), other, held)
        elif membership(db, other) is None:
            _join(db, (other, _story(db, other)), article_id, held)


def _like(story: Story, others: Sequence[tuple[int, Story]]) -> list[tuple[int, float]]:
    """Return the others that tell the same story, likest first; of a series only what stands out from its issues."""
    compared = [(other_id, likeness(story, other)) for other_id, other in others]
    frame = max((like.held for _, like in compared if like.one_frame), default=-1.0)
    told = [
        (other_id, like.held)
        for other_id, like in compared
        if like.one_story and like.held >= min(frame + _STANDS_OUT, 1.0)
    ]
    return sorted(told, key=lambda item: -item[1])


def _enter(db: Database, article_id: int, bands: Iterable[int]) -> list[int]:
    """Write an article's bands; return the other articles that they propose, likeliest first."""
    number: Counter[int] = Counter()
    rarity: Counter[int] = Counter()
    entered = []
    for band in bands:
        others = db.conn.execute(
            "SELECT article_id FROM story_bands WHERE band = ? AND article_id <> ? LIMIT ?",
            (band, article_id, _COMMON),
        ).fetchall()
        if len(others) < _COMMON:
            entered.append((band, article_id))
        for (other,) in others:
            number[other] += 1
            rarity[other] += _WEIGHT // len(others)
    db.conn.executemany("INSERT OR IGNORE INTO story_bands VALUES (?, ?)", entered)
    likely = [other for other in number if number[other] > 1 or rarity[other] == _WEIGHT]
    return sorted(likely, key=lambda other: (-rarity[other], other))[:_MOST_COMPARED]


def _join(db: Database, newcomer: tuple[int, Story], other: int, held: float) -> None:
    """Put an article that has no family into that of another, which tells its story.

    A family is held together by its first article: what is only like a later telling stays out.
    """
    article_id, story = newcomer
    theirs = membership(db, other) or _found(db, other)
    if not theirs.holds:
        other = theirs.held_by
        like = likeness(story, _story(db, other))
        if not like.one_story:
            return
        held = like.held
    _add(db, article_id, Membership(theirs.family_id, other, _kind(db, article_id, other)), held)


def place_alternates(db: Database, article_id: int, alternates: Sequence[tuple[str, str]]) -> None:
    """Keep what a page says of its translations, and unite it with those that say the same or stand on its host."""
    own = _url_of(db, article_id)
    said = sorted({(language, url) for language, url in _addresses(alternates) if url != own})[:_MOST_ALTERNATES]
    known = db.conn.execute("SELECT language, url FROM alternates WHERE article_id = ?", (article_id,)).fetchall()
    if said and said != sorted(known):
        db.conn.execute("DELETE FROM alternates WHERE article_id = ?", (article_id,))
        db.conn.executemany(
            "INSERT INTO alternates VALUES (?, ?, ?)", [(article_id, language, url) for language, url in said]
        )
    for other in translations(db, article_id):
        _unite_translations(db, article_id, other)


def _addresses(alternates: Sequence[tuple[str, str]]) -> Iterable[tuple[str, str]]:
    for language, url in alternates:
        try:
            yield language, normalise(url)
        except ValueError:
            continue


def translations(db: Database, article_id: int) -> list[int]:
    """Return the stored articles that an article and they themselves name as translations of each other.

    A link that is not returned counts on one host only, for anybody can name anybody, and not where several articles
    of one language name the same page.
    """
    (url,) = db.conn.execute("SELECT url FROM articles WHERE id = ?", (article_id,)).fetchone()
    naming = {row[0] for row in db.conn.execute("SELECT article_id FROM alternates WHERE url = ?", (url,))}
    named = _named(db, article_id)
    one_sided = [(article_id, other) for other in named - naming] + [(other, article_id) for other in naming - named]
    believed = {other for claim in one_sided if _is_believed(db, *claim) for other in claim}
    return sorted(((named & naming) | believed) - {article_id})


def _named(db: Database, article_id: int) -> set[int]:
    addresses = db.conn.execute("SELECT DISTINCT url FROM alternates WHERE article_id = ?", (article_id,)).fetchall()
    rows = (
        db.conn.execute("SELECT id FROM articles WHERE key = ?", (article_key(address),)).fetchone()
        for (address,) in addresses
    )
    return {int(row[0]) for row in rows if row}


def _is_believed(db: Database, naming: int, named: int) -> bool:
    """Return whether one page's word is enough: on its own host, alone in its language."""
    url = _url_of(db, named)
    (rivals,) = db.conn.execute(
        "SELECT count(DISTINCT other.id) FROM alternates JOIN articles other ON other.id = article_id "
        "JOIN articles own ON own.id = ? WHERE alternates.url = ? AND other.id <> ? AND other.language IS own.language",
        (naming, url, named),
    ).fetchone()
    return host_of(url) == host_of(_url_of(db, naming)) and rivals == 1


def _unite_translations(db: Database, article_id: int, other: int) -> None:
    own, theirs = membership(db, article_id), membership(db, other)
    if own and theirs:
        if own.family_id != theirs.family_id:
            _merge(db, (article_id, own), (other, theirs))
    elif own:
        _add(db, other, Membership(own.family_id, article_id, "translation"), None)
    else:
        family = (theirs or _found(db, other)).family_id
        _add(db, article_id, Membership(family, other, "translation"), None)


def _merge(db: Database, one: tuple[int, Membership], other: tuple[int, Membership]) -> None:
    """Let the family that one of two translations is the first of join the other's."""
    for (first, own), (second, theirs) in ((one, other), (other, one)):
        if own.kind == "first":
            db.conn.execute(
                "UPDATE family_members SET family_id = ? WHERE family_id = ?", (theirs.family_id, own.family_id)
            )
            db.conn.execute(
                "UPDATE family_members SET held_by = ?, kind = 'translation' WHERE article_id = ?", (second, first)
            )
            return


def membership(db: Database, article_id: int) -> Membership | None:
    """Return an article's place in its family, None where it has none."""
    row = db.conn.execute(
        "SELECT family_id, held_by, kind FROM family_members WHERE article_id = ?", (article_id,)
    ).fetchone()
    return Membership(*row) if row else None


def _found(db: Database, article_id: int) -> Membership:
    place = Membership(article_id, article_id, "first")
    _add(db, article_id, place, None)
    return place


def _add(db: Database, article_id: int, place: Membership, similarity: float | None) -> None:
    db.conn.execute(
        "INSERT INTO family_members(article_id, family_id, held_by, kind, similarity) VALUES (?, ?, ?, ?, ?)",
        (article_id, place.family_id, place.held_by, place.kind, similarity),
    )


def _kind(db: Database, article_id: int, other: int) -> Kind:
    return "same" if _sites_of(db, article_id) & _sites_of(db, other) else "reprint"


def _sites_of(db: Database, article_id: int) -> frozenset[str]:
    """Return the site and the host of an article: two definitions may read one host."""
    site_id, url = db.conn.execute("SELECT site_id, url FROM articles WHERE id = ?", (article_id,)).fetchone()
    return frozenset((site_id, host_of(url).removeprefix("www.")))


def _url_of(db: Database, article_id: int) -> str:
    return str(db.conn.execute("SELECT url FROM articles WHERE id = ?", (article_id,)).fetchone()[0])


def _story(db: Database, article_id: int) -> Story:
    title, body, captions = db.conn.execute(
        "SELECT title, body, captions FROM articles WHERE id = ?", (article_id,)
    ).fetchone()
    return Story(title or "", shingle(body or captions or ""), _sites_of(db, article_id))
