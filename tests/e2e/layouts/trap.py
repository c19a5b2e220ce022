"""A site without an end around a section of sixty stories: a calendar, session ids, filters, listings that repeat."""

import random
from collections.abc import Iterator, Mapping
from html import escape
from itertools import count
from typing import Literal
from urllib.parse import parse_qsl, urlencode

from tests.e2e.fault_site import Answer
from tests.e2e.layouts.content import Story
from tests.e2e.layouts.noise import author_path, side_links
from tests.e2e.layouts.site import Layout, Part, page, paragraphs_of

Ending = Literal["self", "first", "last-again", "first-again", "more-of-last"]
ENDINGS: tuple[Ending, ...] = ("self", "first", "last-again", "first-again", "more-of-last")
# 4 * 2 * 25 * 25 * 20 = 100,000 ways to show the same sixty stories.
FILTERS: Mapping[str, tuple[str, ...]] = {
    "sort": ("date", "title", "author", "views"),
    "order": ("asc", "desc"),
    "topic": tuple(f"t{number}" for number in range(25)),
    "area": tuple(f"a{number}" for number in range(25)),
    "size": tuple(str(number) for number in range(5, 105, 5)),
}
LAST_YEAR = 9999
_SESSION = "abcdef0123456789"


class TrapSite(Layout):
    """Sixty stories on six pages; whatever else is linked never ends.

    `ending` says what follows the last page: a link to itself, one to the first page under another parameter, page
    numbers without end that show the last page's stories or the first one's, or page numbers that go on for ever and
    show the last page's stories in another order.
    """

    name = "trap"
    language = "en"
    sessions: Literal["query", "path"] = "query"

    def __init__(self, ending: Ending = "self", sessions: Literal["query", "path"] = "query") -> None:
        super().__init__(60)
        self.ending, self.sessions = ending, sessions
        self._turn = count(1)

    def path(self, story: Story) -> str:
        return f"/{story.section}/{story.number}-{story.slug}.html"

    def answer(self, target: str) -> Answer:
        """Return the answer, with a session id that no other response has in every link."""
        with self._lock:
            self.requests[target] += 1
            session = f"{next(self._turn):08d}" + "".join(random.Random(target).choices(_SESSION, k=24))  # noqa: S311
        answer = self.respond(without_session(target))
        if not answer.content_type.startswith("text/html"):
            return answer
        return Answer(answer.body.replace(b"SESSION", session.encode()), answer.status, answer.content_type)

    def respond(self, target: str) -> Answer:
        """Return the answer to a target without a session id."""
        path, _, query = target.partition("?")
        asked = dict(parse_qsl(query))
        for part in self.parts:
            if path == part.start:
                return page(self._listing(part, asked))
        if path.startswith(("/events/", "/news/calendar/")):
            return self._calendar(path)
        return super().respond(path)

    def at(self, path: str, **parameters: str) -> str:
        """Return an address with a session id, as every link of the site has it."""
        if self.sessions == "path":
            query = f"?{urlencode(parameters)}" if parameters else ""
            return escape(f"{path};jsessionid=SESSION{query}")
        return escape(f"{path}?{urlencode(parameters | {'PHPSESSID': 'SESSION'})}")

    def href(self, story: Story) -> str:
        return self.at(self.path(story)).replace("&amp;", "&")

    def frame(self, title: str, main: str, *, head: str = "", part: Part | None = None) -> str:
        menu = "".join(f'<li><a href="{self.at(path)}">{escape(name)}</a></li>' for path, name in self.menu())
        return (
            f'<!doctype html>\n<html lang="{self.language}"><head><meta charset="utf-8"><title>{escape(title)}</title>'
            f'{head}</head>\n<body><ul class="nav">{menu}</ul>\n<div class="main">{main}</div>\n'
            f'<div class="side"><ul>{self._side(part or self.part)}</ul></div></body></html>'
        )

    def _side(self, part: Part) -> str:
        links = [(self._own(href), text) for href, text in side_links(self, part)]
        return "".join(f'<li><a href="{href}">{escape(text)}</a></li>\n' for href, text in links)

    def _own(self, href: str) -> str:
        """Return an address with a session id if it is the site's own and has none."""
        return self.at(href) if href.startswith("/") and "SESSION" not in href else escape(href)

    def article(self, story: Story, part: Part) -> tuple[str, str]:  # noqa: ARG002 (its pages say no section)
        main = (
            f'<h1>{escape(story.title)}</h1>\n<p class="date">{story.written_day} by '
            f'<a href="{self.at(author_path(story.byline))}">{story.byline}</a></p>\n'
            f'<div class="text">{paragraphs_of(story)}</div>'
        )
        return main, ""

    def listings(self, part: Part) -> Iterator[tuple[str, str]]:  # noqa: ARG002 (see below)
        """Yield nothing: a listing is made for each request."""
        yield from ()

    def _listing(self, part: Part, asked: Mapping[str, str]) -> str:
        number = max(1, int(asked.get("page", "1"))) if asked.get("page", "1").isdigit() else 1
        entries = "".join(
            f'<div class="entry"><h2>{self.link(story)}</h2><span class="date">{story.written_day}</span>'
            f"<p>{escape(story.summary)}</p></div>\n"
            for story in self._shown(part, number, asked)
        )
        main = (
            f'<h1>{part.name}</h1>\n<div class="filters">{self._filters(part, asked)}</div>\n'
            f'{entries}<p class="pager">{self._onward(part, number)}</p>\n{self._widget(2023, 11)}'
        )
        return self.frame(f"{part.name} - {self.label('name')}", main, part=part)

    def _shown(self, part: Part, number: int, asked: Mapping[str, str]) -> list[Story]:
        """Return a page's stories; filters shuffle and sift what is there already."""
        stories = list(part.stories)
        pages = -(-len(stories) // self.size)
        chosen = {name: value for name, value in asked.items() if name in FILTERS}
        if chosen:
            chance = random.Random(repr(sorted(chosen.items())))  # noqa: S311
            return chance.sample(stories, self.size)
        if number > pages:
            number = 1 if self.ending == "first-again" else pages
        shown = stories[(number - 1) * self.size : number * self.size]
        if self.ending == "more-of-last" and asked.get("page", "1") != str(number):
            random.Random(asked.get("page")).shuffle(shown)  # noqa: S311
        return shown

    def _onward(self, part: Part, number: int) -> str:
        pages = -(-len(part.stories) // self.size)
        if number < pages:
            href = self.at(part.start, page=str(number + 1))
        elif self.ending == "self":
            href = self.at(part.start, page=str(number))
        elif self.ending == "first":
            href = self.at(part.start, page="1", ref="end")
        else:
            href = self.at(part.start, page=str(number + 1))
        return f'<a class="next" href="{href}">{self.label("next")}</a>'

    def _filters(self, part: Part, asked: Mapping[str, str]) -> str:
        """Return links to every page that differs in one filter from this one."""
        chosen = {name: value for name, value in asked.items() if name in FILTERS}
        return " ".join(
            f'<a href="{self.at(part.start, **(chosen | {name: value}))}">{name} {value}</a>'
            for name, values in FILTERS.items()
            for value in values
        )

    # The calendar

    def _widget(self, year: int, month: int) -> str:
        """Return a month with a link behind each day, and the months before and after it."""
        days = " ".join(
            f'<a href="{self.at(f"/events/{year:04d}/{month:02d}/{day:02d}/")}">{day}</a>' for day in range(1, 29)
        )
        before, after = _moved(year, month, -1), _moved(year, month, 1)
        links = [
            f'<a href="{self.at(f"/events/{other[0]:04d}/{other[1]:02d}/")}">{name} month</a>'
            for name, other in (("Previous", before), ("Next", after))
            if 1 <= other[0] <= LAST_YEAR
        ]
        return f'<div class="calendar"><b>{month}/{year}</b> {days} {" ".join(links)}</div>'

    def _calendar(self, path: str) -> Answer:
        numbers = [int(part) for part in path.strip("/").split("/")[1:] if part.isdigit()]
        year, month, day = ([*numbers, 2023, 11, 0] if not numbers else [*numbers, *([0] * (3 - len(numbers)))])[:3]
        if not (1 <= year <= LAST_YEAR and 1 <= month <= 12):
            return Answer(self.frame("404", "<h1>404 Not Found</h1>").encode(), 404)
        name = f"{self.label('events')} {f'{day:02d}.' if day else ''}{month:02d}.{year}"
        return page(self.frame(name, f"<h1>{name}</h1><p>Nothing planned yet.</p>{self._widget(year, month)}"))


def _moved(year: int, month: int, by: int) -> tuple[int, int]:
    months = year * 12 + month - 1 + by
    return months // 12, months % 12 + 1


def without_session(target: str) -> str:
    """Return a request target without its session id."""
    path, _, query = target.partition("?")
    kept = [pair for pair in query.split("&") if pair and not pair.startswith("PHPSESSID=")]
    return path.partition(";")[0] + (f"?{'&'.join(kept)}" if kept else "")
