"""Invented news: stories that are the same for the same seed, and how a language writes their days."""

import datetime as dt
import random
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from tests.e2e.layouts.vocabulary import MONTHS, VOCABULARIES

NEWEST = dt.date(2023, 11, 24)


@dataclass(frozen=True, slots=True)
class Picture:
    """An image of a story and what stands below it."""

    path: str
    caption: str


@dataclass(frozen=True, slots=True)
class Story:
    """One invented article: what any layout shows of it."""

    number: int
    language: str
    section: str
    title: str
    day: dt.date
    byline: str
    paragraphs: tuple[str, ...]
    pictures: tuple[Picture, ...]

    @property
    def summary(self) -> str:
        """The beginning of the first paragraph, as listings show it."""
        limit = 60 if self.language == "zh" else 140
        first = self.paragraphs[0]
        return first if len(first) <= limit else first[:limit].rstrip() + "…"

    @property
    def slug(self) -> str:
        """The title as a part of an address, in plain ASCII."""
        plain = unicodedata.normalize("NFKD", self.title).encode("ascii", "ignore").decode().lower()
        return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or f"s{self.number}"

    @property
    def written_day(self) -> str:
        """The day as the language writes it out."""
        return written_day(self.day, self.language)


def written_day(day: dt.date, language: str) -> str:
    """Return a day as a language writes it out."""
    if language == "zh":
        return f"{day.year}年{day.month}月{day.day}日"
    month = MONTHS[language][day.month - 1]
    forms = {"en": f"{month} {day.day}, {day.year}", "de": f"{day.day}. {month} {day.year}"}
    return forms.get(language, f"{day.day} de {month} de {day.year}")


def label(language: str, name: str, **values: str) -> str:
    """Return a label of a site in a language."""
    return VOCABULARIES[language].labels[name].format(**values)


def stories(language: str, section: str, count: int, *, first: int = 1, step: float = 6.5) -> tuple[Story, ...]:
    """Return so many stories, newest first, `step` days apart on average; numbers count from `first`, the oldest."""
    chance = random.Random(f"{language}/{section}/{first}")  # noqa: S311
    titles = _titles(chance, language)
    made, day = [], NEWEST
    for place in range(count):
        number = first + count - 1 - place
        made.append(_story(chance, language, section, number, next(titles), day))
        day -= dt.timedelta(days=1 + chance.randrange(round(2 * step) - 1))
    return tuple(made)


def _titles(chance: random.Random, language: str) -> Iterator[str]:
    seen: set[str] = set()
    while True:
        title = _filled(chance, language, chance.choice(VOCABULARIES[language].titles))
        if title not in seen:
            seen.add(title)
            yield title


def _story(chance: random.Random, language: str, section: str, number: int, title: str, day: dt.date) -> Story:
    paragraphs = tuple(paragraph(chance, language) for _ in range(chance.randrange(4, 8)))
    caption = _filled(chance, language, VOCABULARIES[language].sentences[9])
    pictures = (Picture(f"/media/{section}-{number}.jpg", caption),) if number % 3 == 0 else ()
    byline = chance.choice(VOCABULARIES[language].slots["person"])
    return Story(number, language, section, title, day, byline, paragraphs, pictures)


def paragraph(chance: random.Random, language: str) -> str:
    """Return a paragraph of a few sentences."""
    forms = chance.sample(VOCABULARIES[language].sentences, chance.randrange(2, 5))
    between = "" if language == "zh" else " "
    return between.join(_filled(chance, language, form) for form in forms)


def _filled(chance: random.Random, language: str, form: str) -> str:
    slots = {name: chance.choice(words) for name, words in VOCABULARIES[language].slots.items()}
    text = form.format(number=chance.randrange(12, 990), **slots)
    return text[0].upper() + text[1:]
