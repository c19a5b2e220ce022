"""What every layout has: sections with their truth, articles, noise that only looks like articles, a server."""

import contextlib
import datetime as dt
import threading
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from html import escape
from http.server import BaseHTTPRequestHandler
from typing import Any, Self
from urllib.parse import parse_qsl, unquote

from crawler.demo.pictures import draw
from tests.e2e.fault_site import HTML, Answer
from tests.e2e.layouts.content import Story, label, stories
from tests.e2e.layouts.noise import noise
from tests.e2e.serving import listening

# Parameters that change what a page shows; a content management system ignores any other.
_MEANT = ("page", "start", "id", "month", "year", "sort", "order", "topic", "area", "size")


@dataclass(frozen=True, slots=True)
class Part:
    """A section: where its listing starts, and its stories, newest first."""

    key: str
    name: str
    start: str
    stories: tuple[Story, ...]


class Layout(ABC):
    """A news site of one layout, with two sections; a subclass says how lists and articles look."""

    name = ""
    language = "en"
    size = 10  # entries on a page of a listing
    starts = ("/news/", "/culture/")
    robots = "User-agent: *\nAllow: /\n"

    def __init__(self, count: int = 48) -> None:
        self.requests: Counter[str] = Counter()
        self.url = ""
        self._lock = threading.Lock()
        self._routes: dict[str, Answer] | None = None
        amounts = (("news", count, 1000), ("culture", 16, 5000))
        self.parts: tuple[Part, ...] = tuple(
            Part(key, label(self.language, key), start, stories(self.language, key, number, first=first))
            for (key, number, first), start in zip(amounts, self.starts, strict=True)
        )
        self._whole = self.parts[0]

    # The truth

    @property
    def part(self) -> Part:
        """The section under test."""
        return self.parts[0]

    def truth(self, part: Part | None = None) -> dict[str, Story]:
        """Return every address of every story of a section; a story may have several."""
        return {path: story for story in (part or self.part).stories for path in self.paths(story)}

    def paths(self, story: Story) -> tuple[str, ...]:
        """Return the addresses of a story, unquoted, that of its canonical link first."""
        return (self.path(story),)

    @abstractmethod
    def path(self, story: Story) -> str:
        """Return the address of a story, unquoted."""

    def withhold(self, number: int) -> None:
        """Take the newest stories of the section under test out of the site, until `release`."""
        part = self.parts[0]
        self._show(replace(part, stories=part.stories[number:]))

    def release(self) -> None:
        """Publish what was withheld."""
        self._show(self._whole)

    def _show(self, part: Part) -> None:
        with self._lock:
            self.parts, self._routes = (part, *self.parts[1:]), None

    # What a subclass renders

    @abstractmethod
    def frame(self, title: str, main: str, *, head: str = "", part: Part | None = None) -> str:
        """Return a whole page around its main part."""

    @abstractmethod
    def article(self, story: Story, part: Part) -> tuple[str, str]:
        """Return the main part of a story's page, and what stands in its head."""

    @abstractmethod
    def listings(self, part: Part) -> Iterator[tuple[str, str]]:
        """Yield every listing page of a section: address (with its query) and HTML."""

    def extra(self) -> Iterator[tuple[str, Answer]]:
        """Yield what else the site answers: feeds, sitemaps."""
        yield from ()

    # Shared pieces

    def label(self, name: str, **values: str) -> str:
        """Return a label in the site's language."""
        return label(self.language, name, **values)

    def other(self, part: Part) -> Part:
        """Return the other section."""
        return self.parts[1] if part is self.parts[0] else self.parts[0]

    def related(self, part: Part, turn: int) -> Sequence[Story]:
        """Return three stories of the other section."""
        known = self.other(part).stories
        return [known[(turn + step) % len(known)] for step in (0, 3, 5)]

    def pages_of(self, part: Part) -> list[tuple[Story, ...]]:
        """Return a section's stories by listing page."""
        known = part.stories
        return [known[start : start + self.size] for start in range(0, len(known), self.size)]

    def link(self, story: Story, attributes: str = "") -> str:
        """Return a plain link to a story."""
        return f'<a {attributes} href="{escape(self.href(story))}">{escape(story.title)}</a>'.replace("  ", " ")

    def href(self, story: Story) -> str:
        """Return the address of a story as pages write it."""
        return self.path(story)

    def menu(self) -> list[tuple[str, str]]:
        """Return what stands in the menu of every page: address and label."""
        known = [(part.start, part.name) for part in self.parts]
        names = ("guide", "events", "about", "contact", "privacy")
        return [("/", self.label("home")), *known, *((self.noise_path(name), self.label(name)) for name in names)]

    def noise_path(self, name: str) -> str:
        """Return the address of a page that is not news."""
        return f"/{name}/"

    # The server

    @contextlib.contextmanager
    def serve(self) -> Iterator[Self]:
        """Serve the site on a free loopback port."""
        handler = type("_BoundHandler", (_Handler,), {"site": self})
        with listening(handler) as self.url:
            self._routes = None
            yield self

    def answer(self, target: str) -> Answer:
        """Return the answer to a request target, and count it."""
        with self._lock:
            self.requests[target] += 1
        return self.respond(target)

    def respond(self, target: str) -> Answer:
        """Return the answer to a request target."""
        with self._lock:
            routes = self._routes = self._routes or dict(self.routes())
        path, _, query = target.partition("?")
        meant = [(name, value) for name, value in parse_qsl(query) if name in _MEANT and (name, value) != ("page", "1")]
        key = unquote(path) + ("?" + "&".join(f"{name}={value}" for name, value in meant) if meant else "")
        if key in routes:
            return routes[key]
        if path.startswith("/media/"):
            return Answer(draw(unquote(path)), content_type="image/jpeg")
        return Answer(self.frame("404", "<h1>404 Not Found</h1>").encode(), 404)

    def routes(self) -> Iterator[tuple[str, Answer]]:
        """Yield every page of the site."""
        yield "/robots.txt", Answer(self.robots.replace("URL/", self.url).encode(), content_type="text/plain")
        yield (
            "/",
            page(self.frame(self.label("name"), "".join(f"<p>{self.link(p.stories[0])}</p>" for p in self.parts))),
        )
        yield from noise(self)
        for part in self.parts:
            yield from ((path, page(html)) for path, html in self.listings(part))
            for story in part.stories:
                main, head = self.article(story, part)
                answer = page(self.frame(f"{story.title} - {self.label('name')}", main, head=head, part=part))
                yield from ((path, answer) for path in self.paths(story))
        yield from self.extra()


class _Handler(BaseHTTPRequestHandler):
    """Answer GET and HEAD from the site that owns this class."""

    site: Layout
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 60
    wbufsize = -1

    def do_GET(self) -> None:
        self.wfile.write(self._head())

    def do_HEAD(self) -> None:
        self._head()

    def _head(self) -> bytes:
        # http.server decodes the request line as Latin-1; a client that sends raw UTF-8 is understood.
        answer = self.site.answer(self.path.encode("latin-1").decode("utf-8", "replace"))
        self.send_response_only(answer.status)
        self.send_header("Content-Type", answer.content_type)
        for name, value in answer.headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        return answer.body

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the base class names it)
        pass


def page(html: str) -> Answer:
    """Return the answer that a page is."""
    return Answer(html.encode(), content_type=HTML)


def instant(day: dt.date) -> str:
    """Return a day at noon as machines write it."""
    return f"{day.isoformat()}T12:00:00+00:00"


def paragraphs_of(story: Story, form: str = "<p>{}</p>\n") -> str:
    """Return a story's paragraphs, with its picture behind the first."""
    blocks = [form.format(escape(text, quote=False)) for text in story.paragraphs]
    blocks[1:1] = [figure(picture.path, picture.caption) for picture in story.pictures]
    return "".join(blocks)


def figure(path: str, caption: str) -> str:
    """Return an image with its caption."""
    text = f"<figcaption>{escape(caption, quote=False)}</figcaption>"
    return f'<figure><img src="{path}" alt="" width="480" height="320">{text}</figure>\n'
