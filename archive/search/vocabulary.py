"""The archive's own words at work: forms of a word by its stem, words that begin alike, words for misspelt ones."""

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from functools import cache, cached_property

import Stemmer
from sqlite_utils import Database

from archive.folding import fold, is_unspaced, unmarked
from archive.words import Counted, index_state, last_counted

# The stemmer of each language that Snowball has among the languages of the parser; Ukrainian has none.
STEMMERS = {
    "ar": "arabic", "cs": "czech", "da": "danish", "de": "german", "el": "greek", "en": "english", "es": "spanish",
    "fi": "finnish", "fr": "french", "hi": "hindi", "hu": "hungarian", "id": "indonesian", "it": "italian",
    "nl": "dutch", "no": "norwegian", "nb": "norwegian", "pl": "polish", "pt": "portuguese", "ro": "romanian",
    "ru": "russian", "sv": "swedish", "tr": "turkish",
}  # fmt: skip
# Before a stem in languages whose words grow in front too.
_FRONTS = {
    "ar": ("", "ال", "و", "وال", "ب", "بال", "لل", "ل", "ف", "ك"),
    "id": ("", "me", "mem", "men", "meng", "di", "ber", "ter", "pe", "pem", "pen", "peng", "ke", "se"),
}
_MOST_FORMS, _MOST_LOOKED_AT, _BEGINNINGS = 12, 5_000, 20
_LAST = "\U0010ffff"


class Vocabulary:
    """The words of one archive, as they were last counted."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._docs: dict[str, int] = {}

    @cached_property
    def counted(self) -> Counted | None:
        """What the words were counted of."""
        return last_counted(self._db)

    @cached_property
    def is_fresh(self) -> bool:
        """Whether the index is still the one that the words were counted of."""
        return self.counted is not None and self.counted.index == index_state(self._db)

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """The languages of the articles that have a stemmer, the commonest first; English where none is known."""
        rows = self._range("\ue000l")
        known = (
            bytes.fromhex(word[2:]).decode("utf-8", "replace") for word, _ in sorted(rows, key=lambda row: -row[1])
        )
        return tuple(language for language in known if language in STEMMERS)[:6] or ("en",)

    def docs(self, word: str) -> int | None:
        """Return in how many articles a word stands, None where the words were never counted."""
        if self.counted is None:
            return None
        if word not in self._docs:
            row = self._db.conn.execute("SELECT docs FROM search_words WHERE word = ?", (word,)).fetchone()
            self._docs[word] = int(row[0]) if row else 0
        return self._docs[word]

    def forms(self, word: str) -> tuple[str, ...]:
        """Return the other forms of a word that stand in the archive, the commonest first."""
        found: dict[str, int] = {}
        for language in self.languages if len(word) > 2 and not is_unspaced(word) else ():
            found |= self._forms_in(language, word)
        found.pop(word, None)
        self._docs |= found
        return tuple(sorted(found, key=lambda form: -found[form])[:_MOST_FORMS])

    def _forms_in(self, language: str, word: str) -> dict[str, int]:
        stemmer = _stemmer(STEMMERS[language])
        stem = stemmer.stemWord(unmarked(word))
        fronts = _FRONTS.get(language, ("",))
        begin = stem if language in _FRONTS else word[: _common(unmarked(word), stem)]
        if len(begin) < 3:
            return {}
        rows = [row for front in fronts for row in self._range(front + begin)]
        stems = stemmer.stemWords([unmarked(form) for form, _ in rows])
        return {form: docs for (form, docs), own in zip(rows, stems, strict=True) if fold(own) == fold(stem)}

    def beginning(self, start: str) -> tuple[tuple[str, ...], bool]:
        """Return the commonest words that begin so, and whether these are all of them."""
        rows = self._db.conn.execute(
            "SELECT word FROM search_words WHERE word >= ? AND word < ? ORDER BY docs DESC LIMIT ?",
            (start, start + _LAST, _BEGINNINGS + 1),
        ).fetchall()
        return tuple(word for (word,) in rows[:_BEGINNINGS]), len(rows) <= _BEGINNINGS

    def suggestion(self, word: str) -> str | None:
        """Return the commonest word that is spelt nearly so, None for a word that there is."""
        if self.docs(word) != 0 or not 3 < len(word) < 30 or not word.isalpha() or is_unspaced(word):
            return None
        near: dict[str, int] = {}
        for start in _neighbours(word):
            near |= dict(self._range(start, letters=len(word)))
        close = get_close_matches(word, near, n=8, cutoff=0.75)
        weighed = {each: near[each] * _likeness(word, each) for each in close if near[each] > 1}
        return max(weighed, key=lambda each: weighed[each]) if weighed else None

    def _range(self, start: str, letters: int | None = None) -> list[tuple[str, int]]:
        """Return words that begin so, with their articles; where a length is given only those nearly as long."""
        sql = "SELECT word, docs FROM search_words WHERE word >= ? AND word < ?"
        if letters is not None:
            sql += f" AND length(word) BETWEEN {letters - 1} AND {letters + 1} AND docs > 1 ORDER BY docs DESC"
        rows: list[tuple[str, int]] = self._db.conn.execute(
            f"{sql} LIMIT {_MOST_LOOKED_AT if letters is None else 400}", (start, start + _LAST)
        ).fetchall()
        return rows


def _neighbours(word: str) -> Iterator[str]:
    """Yield how a word may begin if there is a slip in it: as it does, or with its first letters exchanged or lost."""
    yield word[:3]
    yield word[1] + word[0] + word[2]
    yield word[0] + word[2]
    yield word[:2] + word[3:4]
    yield word[1:4]


def _likeness(word: str, other: str) -> float:
    """Return more for words that share their first letter and their length."""
    return (4 if word[0] == other[0] else 1) * (2 if sorted(word) == sorted(other) else 1)


def _common(word: str, stem: str) -> int:
    """Return how many letters a word and its stem begin with alike."""
    length = next((i for i, (one, other) in enumerate(zip(word, stem, strict=False)) if one != other), len(stem))
    return min(length, len(word))


@cache
def _stemmer(name: str) -> Stemmer.Stemmer:
    return Stemmer.Stemmer(name)


def known_languages() -> Sequence[str]:
    """Return the languages whose words are widened by their stems."""
    return tuple(STEMMERS)
