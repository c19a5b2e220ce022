"""Sixty days in the life of a news section, by a seed: what its pages show each day, and what is to be told of it.

Texts are edited, headlines and captions rewritten, pictures swapped (under the old address or a new one), dates moved,
corrections added, changes taken back, articles removed for days or for weeks; and on every page the furniture changes
every day.
"""

import datetime as dt
import random
from dataclasses import dataclass, field, replace

from tests.archive.keeping import picture
from tests.e2e.fault_site import Answer, listing_path

PATIENCE = 14
_COLORS = ("red", "green", "blue", "orange", "purple", "black", "teal", "navy")
_START = dt.date(2024, 3, 1)
_ENGLISH = (
    "The harbour office has counted {n} ships since the beginning of the month.",
    "Its head said on Monday that the new quay will be open to all before winter.",
    "Fishermen had waited for {n} years, and many of them no longer believed in it.",
    "The council paid for the work out of the dues, and not out of the general budget.",
    "A second crane is to follow, for which {n} offers have come in so far.",
    "Neighbours complained of the noise; the office promised to work by day alone.",
)
_GERMAN = (
    "Das Hafenamt hat seit Beginn des Monats {n} Schiffe gezählt.",
    "Der neue Kai soll noch vor dem Winter für alle offen sein, sagte die Leiterin am Montag.",
    "Die Fischer hatten {n} Jahre gewartet, und viele glaubten nicht mehr daran.",
    "Der Rat hat die Arbeiten aus den Gebühren bezahlt und nicht aus dem Haushalt.",
    "Ein zweiter Kran soll folgen, für den bisher {n} Angebote gekommen sind.",
    "Die Nachbarn klagten über den Lärm; das Amt will nur noch am Tag bauen lassen.",
)
_CHINESE = (
    "港务局表示，自本月初以来已有{n}艘船只进港。",
    "局长周一说，新码头将在入冬前向所有人开放。",
    "渔民们等了{n}年，许多人已经不再相信这件事。",
    "工程费用由市议会从港口收费中支付，没有动用一般预算。",
    "第二台起重机也将安装，目前已收到{n}份报价。",
    "附近居民抱怨噪音，港务局承诺只在白天施工。",
)
_LANGUAGES = {"en": _ENGLISH, "de": _GERMAN, "zh": _CHINESE}
_NOTICE = {
    "en": "Correction: An earlier version of this article gave a wrong figure for the month of {n} May.",
    "de": "Korrektur: In einer früheren Fassung stand eine falsche Zahl für den {n}. Mai.",
    "zh": "更正：本文早前版本所列五月{n}日的数字有误。",
}


@dataclass(frozen=True)
class Said:
    """What one article says on one day."""

    title: str
    paragraphs: tuple[str, ...]
    updated: dt.date
    pictures: tuple[tuple[str, str, str], ...]  # file name, colour, caption


@dataclass
class Story:
    """One article: its number, language, what it says now and said before; whether it is there."""

    number: int
    language: str
    said: Said
    there: bool = True
    before: list[Said] = field(default_factory=list)

    @property
    def path(self) -> str:
        return f"/a/{self.language}{self.number}.html"


def changes(old: Said, new: Said) -> list[str]:
    """Return the classes of a change, by what was changed."""
    notices = [sum(p.startswith(("Correction", "Korrektur", "更正")) for p in said.paragraphs) for said in (old, new)]
    captions = [[caption for _, _, caption in said.pictures] for said in (old, new)]
    found = {
        "correction": notices[1] > notices[0],
        "headline": old.title != new.title,
        "body": old.paragraphs != new.paragraphs,
        "image": [color for _, color, _ in old.pictures] != [color for _, color, _ in new.pictures],
        "caption": captions[0] != captions[1],
        "date": old.updated != new.updated,
    }
    return [name for name, is_so in found.items() if is_so]


class Life:
    """The section day by day: `pages` as they are today, `turn` makes tomorrow of today."""

    def __init__(self, seed: int, stories: int = 9) -> None:
        self._chance = random.Random(seed)  # noqa: S311
        self.day = 0
        self.stories = [self._story(number) for number in range(stories)]

    def _story(self, number: int) -> Story:
        language = ("en", "zh", "de")[number % 3]
        name = {"en": "Harbour report", "de": "Bericht vom Hafen", "zh": "港口报道第"}[language]
        title = f"{name} {number + 1}" if language != "zh" else f"{name}{number + 1}号：新码头的消息"
        pictures = tuple(
            (f"p{number}-{place}.png", self._chance.choice(_COLORS), f"Quay number {place} in the morning sun.")
            for place in range(number % 3)
        )
        return Story(number, language, Said(title, self._paragraphs(language), _START, pictures))

    def _paragraphs(self, language: str) -> tuple[str, ...]:
        sentences = [text.format(n=self._chance.randint(3, 900)) for text in _LANGUAGES[language]]
        self._chance.shuffle(sentences)
        glue = "" if language == "zh" else " "
        return tuple(glue.join(sentences[place : place + 2]) for place in range(0, 6, 2))

    def turn(self) -> None:
        """Let a day pass."""
        self.day += 1
        for story in self.stories:
            if self._chance.random() < 0.08:
                story.there = not story.there
            if story.there and self._chance.random() < 0.18:
                self._change(story)

    def _change(self, story: Story) -> None:
        ways = [self._edit, self._retitle, self._redate, self._correct, self._swap, self._caption, self._revert]
        new = self._chance.choice(ways)(story)
        if new != story.said:
            story.before.append(story.said)
            story.said = new

    def _edit(self, story: Story) -> Said:
        place = self._chance.randrange(len(story.said.paragraphs))
        new = self._chance.choice(_LANGUAGES[story.language]).format(n=self._chance.randint(1000, 9000))
        paragraphs = list(story.said.paragraphs)
        paragraphs[place] = paragraphs[place] + (new if story.language == "zh" else f" {new}")
        moved = _START + dt.timedelta(days=self.day) if self._chance.random() < 0.5 else story.said.updated
        return replace(story.said, paragraphs=tuple(paragraphs), updated=moved)

    def _retitle(self, story: Story) -> Said:
        more = {"en": ", and what came of it", "de": ", und was daraus wurde", "zh": "（最新）"}[story.language]
        return replace(story.said, title=story.said.title + more if len(story.said.title) < 70 else "Quay")

    def _redate(self, story: Story) -> Said:
        return replace(story.said, updated=_START + dt.timedelta(days=self.day))

    def _correct(self, story: Story) -> Said:
        notice = _NOTICE[story.language].format(n=self._chance.randint(1, 28))
        return replace(story.said, paragraphs=(*story.said.paragraphs, notice))

    def _swap(self, story: Story) -> Said:
        """Show another picture: under the same address, or under a new one."""
        pictures = list(story.said.pictures)
        if pictures:
            place = self._chance.randrange(len(pictures))
            name, color, caption = pictures[place]
            other = self._chance.choice([one for one in _COLORS if one != color])
            pictures[place] = (name if self._chance.random() < 0.5 else f"d{self.day}-{name}", other, caption)
        return replace(story.said, pictures=tuple(pictures))

    def _caption(self, story: Story) -> Said:
        pictures = list(story.said.pictures)
        if pictures:
            place = self._chance.randrange(len(pictures))
            name, color, _ = pictures[place]
            pictures[place] = (name, color, f"Quay number {place} on day {self.day} of the works.")
        return replace(story.said, pictures=tuple(pictures))

    def _revert(self, story: Story) -> Said:
        return self._chance.choice(story.before) if story.before else story.said

    @property
    def answers(self) -> dict[str, Answer]:
        """What each path answers today."""
        found = {listing_path("news", 1): Answer(self._listing().encode())}
        for story in self.stories:
            if story.there:
                found[story.path] = Answer(self._page(story).encode())
                found |= {
                    f"/img/{name}": Answer(picture(color, size=(240, 160)), content_type="image/png")
                    for name, color, _ in story.said.pictures
                }
        return found

    def _listing(self) -> str:
        items = "".join(f'<li class="item"><a href="{story.path}">{story.number}</a></li>' for story in self.stories)
        return f"<html><body><ul>{items}</ul></body></html>"

    def _page(self, story: Story) -> str:
        said = story.said
        shown = "".join(
            f'<figure><img src="/img/{name}" width="240" height="160"/><figcaption>{caption}</figcaption></figure>'
            for name, _, caption in said.pictures
        )
        text = "".join(f"<p>{paragraph}</p>\n" for paragraph in said.paragraphs)
        return (
            f'<!doctype html><html lang="{story.language}"><head><meta charset="utf-8"><title>{said.title} - The Quay'
            f'</title><meta name="build" content="{self.day}"></head><body>{self._furniture("top")}'
            f'<main><article><h1>{said.title}</h1>\n<div class="meta">Update: {said.updated}</div>\n'
            f'<div class="story">{shown}{text}</div></article></main>{self._furniture("side")}</body></html>'
        )

    def _furniture(self, place: str) -> str:
        """What stands around every article, other every day."""
        if place == "top":
            return (
                f'<header><nav><a href="/">Home</a> <a href="/news/">News</a> <span class="now">Day {self.day}</span>'
                f'</nav><div class="ad" id="ad-{self.day * 7}">Tickets from {self.day + 9} crowns</div></header>'
            )
        others = "".join(
            f'<li><a href="/a/x{self.day}-{turn}.html">What day {self.day + turn} brought to the old town</a> '
            f"({17 * self.day + turn} readers)</li>"
            for turn in range(4)
        )
        return (
            f'<aside class="related"><h2>Most read</h2><ul>{others}</ul></aside><footer><p>{self.day} comments</p>'
            f"<p>© 2024 The Quay. Weather: {self.day % 30} degrees</p></footer>"
        )


@dataclass
class Expected:
    """What is to be told of a life that is looked at on some days."""

    events: list[tuple[int, str, str, list[str]]] = field(default_factory=list)
    _shown: dict[int, Said] = field(default_factory=dict)
    _missing: dict[int, int] = field(default_factory=dict)
    _times: dict[int, int] = field(default_factory=dict)
    _gone: set[int] = field(default_factory=set)

    def look(self, life: Life) -> None:
        """Note what a visit today tells: day, path, kind, classes."""
        for story in life.stories:
            if story.there:
                self._look_at(life.day, story)
            elif story.number in self._shown:
                since = self._missing.setdefault(story.number, life.day)
                self._times[story.number] = self._times.get(story.number, 0) + 1
                certain = life.day - since >= PATIENCE and self._times[story.number] >= 2
                if certain and story.number not in self._gone:
                    self._gone.add(story.number)
                    self.events.append((life.day, story.path, "gone", []))

    def _look_at(self, day: int, story: Story) -> None:
        before = self._shown.get(story.number)
        self._missing.pop(story.number, None)
        self._times.pop(story.number, None)
        if before is None:
            self.events.append((day, story.path, "first seen", []))
        if story.number in self._gone:
            self._gone.discard(story.number)
            self.events.append((day, story.path, "returned", []))
        if before is not None and (classes := changes(before, story.said)):
            kind = "retitled" if "headline" in classes else "changed"
            self.events.append((day, story.path, kind, classes))
        self._shown[story.number] = story.said
