"""Pages that are no news though they look like it: every layout has them."""

import datetime as dt
import random
from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING

from tests.e2e.fault_site import Answer
from tests.e2e.layouts.content import paragraph, written_day
from tests.e2e.layouts.vocabulary import VOCABULARIES

if TYPE_CHECKING:
    from tests.e2e.layouts.site import Layout, Part

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
REPORT = "/files/report-2023.pdf"
ADVERT = "http://adverts.example.net/click?banner={}"
_EVENT_MONTHS = [(2023, month) for month in range(7, 13)] + [(2024, month) for month in range(1, 7)]


def noise(site: "Layout") -> Iterator[tuple[str, Answer]]:
    """Yield the pages of a site that are not news: about, guide, authors, topics, events, files."""
    for name in ("about", "contact", "privacy", "guide"):
        yield site.noise_path(name), _answer(site, site.label(name), _prose(site, name))
    yield REPORT, Answer(PDF, content_type="application/pdf")
    yield from _events(site)
    yield from _authors(site)
    yield from _topics(site)


def author_path(byline: str) -> str:
    """Return the address of an author's page."""
    return f"/author/{byline.lower().replace(' ', '-')}/"


def topic_path(number: int) -> str:
    """Return the address of a topic's page."""
    return f"/tag/topic-{number}/"


def side_links(site: "Layout", part: "Part", turn: int = 0) -> list[tuple[str, str]]:
    """Return what stands beside any page: stories of the other section, adverts, a file, topics."""
    related = [(site.href(story), story.title) for story in site.related(part, turn)]
    adverts = [(ADVERT.format(turn + number), f"{site.label('advert')} {number}") for number in (1, 2)]
    topics = [(topic_path(number), _topic(site, number)) for number in range(6)]
    return [*related, *adverts, (REPORT, site.label("report")), *topics]


def side_list(site: "Layout", part: "Part", turn: int = 0) -> str:
    """Return the links beside a page as list items."""
    links = side_links(site, part, turn)
    return "".join(f'<li><a href="{escape(href)}">{escape(text)}</a></li>\n' for href, text in links)


def _answer(site: "Layout", title: str, main: str) -> Answer:
    html = site.frame(f"{title} - {site.label('name')}", f"<h1>{escape(title)}</h1>\n{main}")
    return Answer(html.encode())


def _prose(site: "Layout", name: str) -> str:
    """Return a page's text; the guide is as long as an article and never dated."""
    chance = random.Random(f"{site.language}/{name}")  # noqa: S311
    number = {"guide": 9, "privacy": 6}.get(name, 3)
    return "".join(f"<p>{escape(paragraph(chance, site.language), quote=False)}</p>\n" for _ in range(number))


def _events(site: "Layout") -> Iterator[tuple[str, Answer]]:
    first = site.noise_path("events")
    for place, (year, month) in enumerate(_EVENT_MONTHS):
        name = f"{site.label('events')} {month}/{year}"
        following = _EVENT_MONTHS[place + 1] if place + 1 < len(_EVENT_MONTHS) else None
        chance = random.Random(f"{site.language}/{year}/{month}")  # noqa: S311
        days = sorted(dt.date(year, month, day) for day in chance.sample(range(1, 29), 4))
        rows = "".join(_event_row(site, day) for day in days)
        onward = f'<p><a href="{_month_path(first, *following)}">{site.label("next")}</a></p>' if following else ""
        answer = _answer(site, name, f"<ul>{rows}</ul>{onward}")
        yield _month_path(first, year, month), answer
        if (year, month) == (2023, 11):
            yield first, answer
        for day in days:
            text = paragraph(chance, site.language)
            main = f"<p>{written_day(day, site.language)}, 19:30</p><p>{escape(text, quote=False)}</p>"
            yield f"{first}{day.isoformat()}", _answer(site, name, main)


def _event_row(site: "Layout", day: dt.date) -> str:
    name = f"{site.label('events')} {written_day(day, site.language)}"
    return f'<li><a href="{site.noise_path("events")}{day.isoformat()}">{escape(name)}</a></li>'


def _month_path(first: str, year: int, month: int) -> str:
    return f"{first}{year}/{month:02d}/"


def _authors(site: "Layout") -> Iterator[tuple[str, Answer]]:
    known = [story for part in site.parts for story in part.stories]
    for byline in sorted({story.byline for story in known}):
        links = "".join(f"<li>{site.link(story)}</li>" for story in known if story.byline == byline)
        yield author_path(byline), _answer(site, byline, f"<ul>{links}</ul>")


def _topics(site: "Layout") -> Iterator[tuple[str, Answer]]:
    known = [story for part in site.parts for story in part.stories]
    for number in range(6):
        links = "".join(f"<li>{site.link(story)}</li>" for story in known if story.number % 6 == number)
        yield topic_path(number), _answer(site, _topic(site, number), f"<ul>{links}</ul>")


def _topic(site: "Layout", number: int) -> str:
    return VOCABULARIES[site.language].slots["thing"][number]
