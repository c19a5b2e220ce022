"""The demo site: invented articles, what each path answers, and an editor's changes to them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING
from urllib.parse import unquote

from crawler.demo import content, newsroom, pictures, relaunch, render
from crawler.demo.article import SECTIONS, DemoArticle, DemoImage, Look, Reply

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

__all__ = ["SECTIONS", "DemoArticle", "DemoImage", "DemoSite", "Reply"]

_HTML = "text/html; charset=utf-8"
_ROBOTS = b"User-agent: *\nAllow: /\n"
_NO_PICTURE = b"Error 1045: attachment table is locked\n"


class DemoSite:
    """A small news site that lives in memory; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._published: Counter[str] = Counter()
        self._look: Look = "old"
        self._issue = _Issue(content.load())

    @property
    def articles(self) -> tuple[DemoArticle, ...]:
        """Return all live articles, newest first; the dead link is not among them."""
        return tuple(article for article in self._issue.listed if not article.dead)

    def section_articles(self, key: str) -> tuple[DemoArticle, ...]:
        """Return the live articles of one section, newest first."""
        if key not in SECTIONS:
            raise KeyError(f"no section {key!r}; the sections are {', '.join(SECTIONS)}")
        return tuple(article for article in self.articles if key in article.sections)

    def respond(self, path: str) -> Reply:
        """Answer one path, given without its query."""
        answer = self._issue.routes.get(unquote(path))
        if answer is None:
            return Reply(404, _HTML, render.not_found_page().encode())
        return answer()

    def revise(self, path: str) -> DemoArticle:
        """Reword one paragraph of an article, move its date a day on, and return the new article."""
        return self._replace(path, newsroom.revised)

    def retitle(self, path: str, title: str) -> DemoArticle:
        """Give an article another headline."""
        return self._replace(path, lambda article: replace(article, title=title))

    def retake(self, path: str) -> DemoArticle:
        """Put another photograph under the address of an article's first one."""
        return self._replace(path, newsroom.retaken)

    def withdraw(self, path: str) -> DemoArticle:
        """Take an article's page away; listings name it still."""
        return self._replace(path, lambda article: replace(article, dead=True))

    def restore(self, path: str) -> DemoArticle:
        """Put a withdrawn article's page back."""
        return self._replace(path, lambda article: replace(article, dead=False))

    def _replace(self, path: str, change: Callable[[DemoArticle], DemoArticle]) -> DemoArticle:
        with self._lock:
            article = next((article for article in self._issue.listed if article.path == path), None)
            if article is None:
                raise KeyError(f"no article at {path!r}; take a path from DemoSite.articles")
            new = change(article)
            self._issue = self._issue.with_articles(new if old is article else old for old in self._issue.listed)
            return new

    def remake(self, path: str) -> DemoArticle:
        """Let the content management system of today make an article's page anew, its content as it was."""
        return self._replace(path, lambda article: replace(article, look=self._look))

    def publish(self, section: str, count: int) -> tuple[DemoArticle, ...]:
        """Put so many follow-ups on top of a section, and return them oldest first."""
        with self._lock:
            newest = self.section_articles(section)[0]
            done = self._published[section]
            # Follow-ups tell of the first articles alone: a follow-up to a follow-up would quote a quotation.
            subjects = [article for article in content.load() if section in article.sections and not article.dead]
            new = newsroom.follow_ups(
                section,
                subjects,
                since=newest.updated,
                number=max(article.number for article in self._issue.listed),
                serials=range(done + 1, done + count + 1),
            )
            published = tuple(replace(article, look=self._look) for article in new)
            self._published[section] += count
            self._issue = self._issue.with_articles((*self._issue.listed, *published))
            return published

    def relaunch(self, *, listings: bool = True) -> None:
        """Move to another content management system: it makes the pages of new articles, and the listings if told so.

        Articles published before keep the markup that they have.
        """
        with self._lock:
            self._look = "new"
            self._issue = _Issue(self._issue.listed, "new" if listings else self._issue.look)


class _Issue:
    """One state of the site, never changed: what is listed, and what each path answers."""

    def __init__(self, articles: Iterable[DemoArticle], look: Look = "old") -> None:
        self.look = look
        self.listed = tuple(sorted(articles, key=lambda article: (article.updated, article.number), reverse=True))
        self.routes: dict[str, Callable[[], Reply]] = dict(self._routes())

    def with_articles(self, articles: Iterable[DemoArticle]) -> _Issue:
        """Return the state with other articles, whose listings look the same."""
        return _Issue(articles, self.look)

    def _routes(self) -> Iterator[tuple[str, Callable[[], Reply]]]:
        yield "/robots.txt", partial(Reply, 200, "text/plain; charset=utf-8", _ROBOTS)
        yield from ((path, self._home) for path in ("/", "/index.html"))
        yield from ((path, partial(_furniture, path, size)) for path, size in _FURNITURE.items())
        for key in SECTIONS:
            entries = self._section(key)
            for page, path in enumerate(render.listing_paths(key, len(entries)), start=1):
                yield path, partial(self._listing, key, page)
        for article in self.listed:
            if not article.dead:
                yield from self._article_routes(article)

    def _article_routes(self, article: DemoArticle) -> Iterator[tuple[str, Callable[[], Reply]]]:
        for page, path in enumerate(article.page_paths, start=1):
            yield path, partial(self._article, article, page)
        for image in article.images:
            if image.fate != "missing":
                yield image.path, partial(_picture, image)

    def _section(self, key: str) -> list[DemoArticle]:
        return [article for article in self.listed if key in article.sections]

    def _home(self) -> Reply:
        home_page = _RENDERERS[self.look].home_page
        return _page(home_page({key: self._section(key) for key in SECTIONS}, self._latest("en", ())))

    def _listing(self, key: str, page: int) -> Reply:
        entries = self._section(key)
        latest = self._latest(render.section_language(key), render.page_entries(entries, page))
        listing_page = _RENDERERS[self.look].listing_page
        return _page(listing_page(key, entries, page, latest))

    def _article(self, article: DemoArticle, page: int) -> Reply:
        article_page = _RENDERERS[article.look].article_page
        return _page(article_page(article, page, self._latest(article.language, (article,))))

    def _latest(self, language: str, shown: Iterable[DemoArticle]) -> list[DemoArticle]:
        # Dates in the margin are there to mislead, and a date that is the page's own would not.
        days = {article.updated for article in shown}
        others = [article for article in self.listed if article.updated not in days and not article.dead]
        # The Chinese section fits one page of its listing, whose box has to borrow from the English ones.
        return sorted(others, key=lambda article: article.language != language)[:5]


_FURNITURE = {render.LOGO: (300, 60), render.DOT: (4, 4)}


@dataclass(frozen=True, slots=True)
class _Renderer:
    article_page: Callable[[DemoArticle, int, Sequence[DemoArticle]], str]
    listing_page: Callable[[str, Sequence[DemoArticle], int, Sequence[DemoArticle]], str]
    home_page: Callable[[Mapping[str, Sequence[DemoArticle]], Sequence[DemoArticle]], str]


_RENDERERS: dict[Look, _Renderer] = {
    "old": _Renderer(render.article_page, render.listing_page, render.home_page),
    "new": _Renderer(relaunch.article_page, relaunch.listing_page, relaunch.home_page),
}


def _page(html: str) -> Reply:
    return Reply(200, _HTML, html.encode())


def _picture(image: DemoImage) -> Reply:
    name = image.path if image.take == 1 else f"{image.take}-{image.path}"
    body = _NO_PICTURE if image.fate == "broken" else pictures.draw(name)
    return Reply(200, pictures.content_type(image.path), body)


def _furniture(path: str, size: tuple[int, int]) -> Reply:
    return Reply(200, pictures.content_type(path), pictures.draw_furniture(path, *size))
