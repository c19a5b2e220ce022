"""Invented news for the benchmark of search: words with the frequencies of real ones, bursts, phrases, Chinese.

What a search engine feels is how often words stand in a text, how they gather in few articles, and how words follow one
another. The numbers below are those of large corpora of news in English; the words but the commonest are made up.
"""

from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np
from numpy.typing import NDArray

# Occurrences in a thousand words of running text.
FUNCTION_WORDS = {
    "the": 58, "to": 26, "of": 26, "and": 24, "a": 24, "in": 22, "that": 10.5, "for": 9.6, "is": 8.8, "on": 8.2,
    "said": 6.6, "with": 6.4, "was": 6.3, "it": 6.2, "as": 6.1, "at": 5.6, "he": 5.2, "by": 5.1, "be": 4.6, "from": 4.4,
    "are": 4.3, "have": 4.2, "has": 4.0, "an": 3.7, "his": 3.4, "not": 3.4, "but": 3.2, "they": 3.0, "this": 3.0,
    "we": 2.7, "who": 2.6, "their": 2.6, "were": 2.5, "will": 2.5, "i": 2.5, "had": 2.2, "been": 2.1, "more": 2.1,
    "or": 2.0, "its": 1.9, "about": 1.9, "which": 1.8, "one": 1.8, "would": 1.8, "you": 1.7, "year": 1.6, "after": 1.6,
    "when": 1.5, "new": 1.5, "up": 1.5, "also": 1.4, "out": 1.3, "can": 1.3, "all": 1.3, "people": 1.2, "there": 1.2,
    "than": 1.1, "she": 1.1, "two": 1.1, "her": 1.1, "first": 1.0, "if": 1.0, "over": 1.0, "time": 1.0, "last": 1.0,
}  # fmt: skip
_STEMS, _SKEW, _SHIFT = 60_000, 1.08, 40.0
_FORMS = (("", 1.0), ("s", 0.45), ("ed", 0.25), ("ing", 0.22), ("er", 0.06), ("ly", 0.04), ("ment", 0.03))
_TOPICS, _TOPIC_WORDS, _PHRASES = 2_000, 200, 4_000
MEAN_WORDS = 447
_ONSETS = "b c d f g h j k l m n p r s t v w br ch cl cr dr fl gr pl pr sh st th tr".split()
_VOWELS = "a e i o u ai ea ee ou".split()
_CODAS = ["", "", "", "n", "r", "s", "t", "l", "m", "ck", "nd", "st"]

Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Draft:
    """One invented article."""

    title: str
    body: str
    captions: str | None
    chinese: bool


class Language:
    """Words, how often each stands in a text, the topics that make some of them gather, and phrases."""

    def __init__(self, words: list[str], weights: NDArray[np.float64], seed: int) -> None:
        self.words = np.array(words, dtype=object)
        self._steps = np.cumsum(weights / weights.sum())
        self._random = np.random.default_rng(seed)
        gathering = weights**0.75
        gathering[: len(FUNCTION_WORDS)] = 0
        steps = np.cumsum(gathering / gathering.sum())
        draw = self._random.random
        self.topics = np.searchsorted(steps, draw((_TOPICS, _TOPIC_WORDS)))
        self.phrases = np.searchsorted(steps, draw((_PHRASES, 3)))

    def draw(self, number: int) -> Numbers:
        """Return words as a text without any topic has them."""
        return np.searchsorted(self._steps, self._random.random(number))

    def article(self, number: int, topic: int) -> Numbers:
        """Return the words of one article: a fifth are the topic's, and few of those stand many times."""
        random = self._random
        said = self.draw(number)
        focus = self.topics[topic][random.integers(0, _TOPIC_WORDS, 24)]
        at = np.flatnonzero(random.random(number) < 0.15)
        said[at] = focus[(len(focus) * random.random(len(at)) ** 2).astype(int)]
        self._put_phrases(said, topic)
        return said

    def title(self, said: Numbers, topic: int, number: int) -> Numbers:
        """Return a headline's words: half of them the topic's, from the article."""
        picked = said[self._random.integers(0, len(said), number)]
        ours = np.flatnonzero(np.isin(picked, self.topics[topic]))
        return picked if len(ours) else np.concatenate((self.topics[topic][:2], picked[2:]))

    def _put_phrases(self, said: Numbers, topic: int) -> None:
        random = self._random
        own = [topic * 2 % _PHRASES, (topic * 2 + 1) % _PHRASES]
        drawn = (_PHRASES * random.random(max(2, len(said) // 60)) ** 3).astype(int).tolist()
        for phrase in own * 2 + drawn:
            length = 2 + phrase % 2
            at = int(random.integers(0, max(1, len(said) - length)))
            said[at : at + length] = self.phrases[phrase][: len(said[at : at + length])]


class NewsText:
    """The source of all articles; the same seed gives the same text."""

    def __init__(self, seed: int = 1) -> None:
        self.random = np.random.default_rng(seed)
        self._seed = seed

    @cached_property
    def english(self) -> Language:
        """English as it looks to a search engine."""
        stems = _stems(self.random, _STEMS)
        ranks = np.arange(1, _STEMS + 1)
        mass = (1000 - sum(FUNCTION_WORDS.values())) / 1000
        curve = (ranks + _SHIFT) ** -_SKEW
        words, weights = list(FUNCTION_WORDS), [value / 1000 for value in FUNCTION_WORDS.values()]
        kinds = self.random.integers(2, len(_FORMS) + 1, _STEMS)
        for stem, share, kind in zip(stems, curve / curve.sum() * mass, kinds, strict=True):
            forms = _FORMS[:kind]
            total = sum(weight for _, weight in forms)
            words += [stem + ending for ending, _ in forms]
            weights += [share * weight / total for _, weight in forms]
        return Language(words, np.array(weights), self._seed + 1)

    @cached_property
    def chinese(self) -> Language:
        """Chinese: 3,755 characters, thirty thousand words of one to four of them."""
        cells = (bytes((0xB0 + row, 0xA1 + column)) for row, column in product(range(40), range(94)))
        signs = [sign for cell in cells if (sign := cell.decode("gb2312", "ignore"))]
        self.random.shuffle(signs)
        steps = np.cumsum((np.arange(1, len(signs) + 1) + 8.0) ** -1.05)
        lengths = self.random.choice([1, 2, 3, 4], 40_000, p=[0.08, 0.7, 0.13, 0.09])
        drawn = np.searchsorted(steps / steps[-1], self.random.random((40_000, 4)))
        words = dict.fromkeys("".join(signs[i] for i in row[:n]) for row, n in zip(drawn, lengths, strict=True))
        weights = (np.arange(1, len(words) + 1, dtype=np.float64) + 6.0) ** -1.0
        return Language(list(words), weights, self._seed + 2)

    def draft(self, topic: int, *, chinese: bool) -> Draft:
        """Return one article of a topic."""
        number = int(np.clip(self.random.lognormal(np.log(MEAN_WORDS) - 0.18, 0.6), 40, 4000))
        language = self.chinese if chinese else self.english
        said = language.article(number * 3 // 4 if chinese else number, topic % _TOPICS)
        title = language.words[language.title(said, topic % _TOPICS, 9)]
        captioned = self.random.random() < 0.4
        caption = language.words[language.title(said, topic % _TOPICS, 14)] if captioned else ()
        glue, stop = ("", "。") if chinese else (" ", ".")
        body = _paragraphs(language.words[said].tolist(), glue, stop)
        return Draft(glue.join(title), body, glue.join(caption) or None, chinese)


def _paragraphs(words: list[str], glue: str, stop: str) -> str:
    """Return words as sentences of some twenty, five to a paragraph."""
    comma = "，" if stop == "。" else ", "
    sentences = []
    for start in range(0, len(words), 22):
        first, second = glue.join(words[start : start + 10]), glue.join(words[start + 10 : start + 22])
        sentences.append(f"{first}{comma}{second}{stop}".capitalize())
    return "\n\n".join(glue.join(sentences[start : start + 5]) for start in range(0, len(sentences), 5))


def _stems(random: np.random.Generator, number: int) -> list[str]:
    found: dict[str, None] = {}
    while len(found) < number:
        parts = random.choice(["1", "2", "2", "3"])
        word = "".join(str(random.choice(_ONSETS)) + str(random.choice(_VOWELS)) for _ in range(int(parts)))
        word += str(random.choice(_CODAS))
        if len(word) > 2:
            found[word] = None
    return list(found)
