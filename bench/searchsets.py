"""Seeded sets of queries, drawn from what stands in the archive that is measured, a set a class."""

import random
import re
from dataclasses import dataclass

from sqlite_utils import Database

from archive.segment import CJK

_WORDS = re.compile("[a-z]{3,}")
_CHINESE = re.compile(f"[{CJK}]{{2}}")
# Shares of all articles that a word of the class stands in.
_RARE, _COMMON, _STOPWORD = (0.00001, 0.0002), (0.07, 0.2), 0.35
CLASSES = ("rare", "common", "stopword", "two words", "phrase", "prefix", "Chinese", "fielded")


@dataclass(frozen=True, slots=True)
class Sets:
    """Queries by class, and the last day of the archive, before which three months are taken."""

    queries: dict[str, list[str]]
    articles: int


def draw(db: Database, number: int, seed: int = 5) -> Sets:
    """Return so many queries of each class."""
    chance = random.Random(seed)  # noqa: S311 (a benchmark)
    (articles,) = db.conn.execute("SELECT count(*) FROM articles").fetchone()
    common = _band(db, chance, articles, _COMMON)
    middle = _band(db, chance, articles, (0.003, 0.05))
    texts = _texts(db, chance, "en", number * 2)
    chinese = [pair for text in _texts(db, chance, "zh", number) for pair in _CHINESE.findall(text)[5:60:20]]
    queries = {
        "rare": _band(db, chance, articles, _RARE),
        "common": common,
        "stopword": _band(db, chance, articles, (_STOPWORD, 1.0)),
        "two words": [f"{one} {chance.choice(middle + common)}" for one in common + middle],
        "phrase": [f'"{phrase}"' for text in texts for phrase in _phrases(text, chance)],
        "prefix": [word[: chance.choice((3, 4, 5))] + "*" for word in middle],
        "Chinese": chinese,
        "fielded": [f"title:{word}" for word in common + middle],
    }
    return Sets({name: chance.sample(found, min(number, len(found))) for name, found in queries.items()}, articles)


def _band(db: Database, chance: random.Random, articles: int, shares: tuple[float, float]) -> list[str]:
    low, high = max(3, int(articles * shares[0])), int(articles * shares[1])
    rows = db.conn.execute(
        "SELECT word FROM search_words WHERE docs BETWEEN ? AND ? AND word GLOB '[a-z][a-z]*'", (low, high)
    ).fetchall()
    words = [row[0] for row in rows if row[0].isascii()]
    return chance.sample(words, min(len(words), 400))


def _texts(db: Database, chance: random.Random, language: str, number: int) -> list[str]:
    low, high = db.conn.execute("SELECT min(id), max(id) FROM articles").fetchone()
    found: list[str] = []
    while len(found) < number:
        row = db.conn.execute(
            "SELECT body FROM articles WHERE id >= ? AND language = ? LIMIT 1", (chance.randint(low, high), language)
        ).fetchone()
        if row:
            found.append(row[0])
    return found


def _phrases(text: str, chance: random.Random) -> list[str]:
    """Return two or three words that stand together in a sentence of the text."""
    sentence = chance.choice(re.split(r"[.,\n]+", text.lower())).split()
    length = chance.choice((2, 2, 3))
    start = chance.randint(0, max(0, len(sentence) - length))
    words = sentence[start : start + length]
    return [" ".join(words)] if len(words) == length and all(word.isascii() for word in words) else []
