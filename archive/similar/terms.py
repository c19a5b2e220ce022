"""The words of an article by how often it has them; of scripts without spaces, two characters that stand together."""

import math
from collections import Counter
from collections.abc import Iterator

from archive.folding import BREAK, indexed, is_unspaced, words_of

Term = tuple[str, ...]
# So much of a text is looked at: the beginning says what it is about.
_READ = 20_000
_TITLE = 3


def terms_of(title: str | None, body: str | None) -> Counter[Term]:
    """Return how often each term stands in an article; one in the title counts as three."""
    found = Counter(_terms((body or "")[:_READ]))
    for term in _terms(title or ""):
        found[term] += _TITLE
    return found


def idf(articles: int, docs: int) -> float:
    """Return how telling a term is that stands in so many of so many articles."""
    return max(0.0, math.log((articles + 1) / (docs + 0.5)))


def quoted(term: Term) -> str:
    """Return a term as FTS5 finds it."""
    phrase = '"' + " ".join(term) + '"'
    return f"search_extra : {phrase}" if is_unspaced(term[0]) else phrase


def _terms(text: str) -> Iterator[Term]:
    before = None
    for word in words_of(indexed(text)):
        if not is_unspaced(word):
            before = None
            if word != BREAK and len(word) > 1 and not (word.isdecimal() and len(word) < 3):
                yield (word,)
            continue
        if before is not None:
            yield (before, word)
        before = word
