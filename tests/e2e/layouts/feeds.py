"""A section page that a script fills: only the feed that its head names says what there is."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, time
from email.utils import format_datetime
from html import escape
from xml.sax.saxutils import escape as xml

from tests.e2e.fault_site import Answer
from tests.e2e.layouts.content import Story
from tests.e2e.layouts.noise import author_path, side_list
from tests.e2e.layouts.site import Layout, Part, instant, paragraphs_of


class FeedOnly(Layout):
    """An application's shell in front, articles rendered by the server behind; the feed holds the whole section."""

    name = "rss"
    language = "en"
    media_type = "application/rss+xml"
    feed_name = "feed.xml"

    def path(self, story: Story) -> str:
        return f"/{story.section}/{story.number}/{story.slug}"

    def feed_path(self, part: Part) -> str:
        """Return the address of a section's feed."""
        return part.start + self.feed_name

    def absolute(self, path: str) -> str:
        """Return the whole address of a path."""
        return self.url.rstrip("/") + path

    def frame(self, title: str, main: str, *, head: str = "", part: Part | None = None) -> str:
        menu = "".join(f'<a href="{path}">{escape(name)}</a>' for path, name in self.menu())
        return (
            f'<!doctype html>\n<html lang="{self.language}"><head><meta charset="utf-8"><title>{escape(title)}</title>'
            f'{head}</head>\n<body data-section="{part.key if part else ""}"><header><nav>{menu}</nav></header>\n'
            f'<div id="root">{main}</div>\n'
            f"<footer>{self.label('name')} 2023</footer></body></html>"
        )

    def article(self, story: Story, part: Part) -> tuple[str, str]:
        main = (
            f'<h1>{escape(story.title)}</h1>\n<p class="meta">{story.written_day} · '
            f'<a href="{author_path(story.byline)}">{self.label("by", person=story.byline)}</a></p>\n'
            f'<div class="text">{paragraphs_of(story)}</div>\n<aside><h2>'
            f"{self.label('related', section=self.other(part).name)}</h2>"
            f"<ul>{side_list(self, part, story.number)}</ul></aside>"
        )
        return main, f'<meta property="og:title" content="{escape(story.title)}">'

    def listings(self, part: Part) -> Iterator[tuple[str, str]]:
        title = f"{part.name} - {self.label('name')}"
        head = (
            f'<link rel="alternate" type="{self.media_type}" title="{title}" href="{self.feed_path(part)}">'
            f'<link rel="alternate" type="{self.media_type}" title="Comments" href="{part.start}comments/feed.xml">'
            f'<script>window.__SECTION__ = "{part.key}";</script><script src="/app.js" defer></script>'
        )
        yield part.start, self.frame(title, '<div class="spinner" aria-busy="true"></div>', head=head, part=part)

    def extra(self) -> Iterator[tuple[str, Answer]]:
        yield "/app.js", Answer(b"/* fills the page */", content_type="text/javascript")
        for part in self.parts:
            yield from self.feed(part)
            yield part.start + "comments/feed.xml", self.comments(part)

    def feed(self, part: Part) -> Iterator[tuple[str, Answer]]:
        """Yield a section's feed, page by page."""
        yield self.feed_path(part), self._answer(self._rss(part, "".join(map(self._item, part.stories))))

    def comments(self, part: Part) -> Answer:
        """Return the feed of readers' comments, which point into articles."""
        items = "".join(
            f"<item><title>Comment by reader {number}</title>"
            f"<link>{self.absolute(self.path(story))}#comment-{number}</link></item>\n"
            for number, story in enumerate(self.other(part).stories[:5])
        )
        return Answer(self._rss(part, items).encode(), content_type="application/rss+xml; charset=utf-8")

    def _rss(self, part: Part, items: str) -> str:
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/">'
            f"<channel><title>{xml(part.name)}</title><link>{self.absolute(part.start)}</link>\n"
            f"<description>{xml(self.label('name'))}</description>{items}</channel></rss>\n"
        )

    def _item(self, story: Story) -> str:
        date = format_datetime(datetime.combine(story.day, time(12), UTC))
        link = self.absolute(self.path(story))
        return (
            f'<item><title>{xml(story.title)}</title><link>{link}</link><guid isPermaLink="false">{story.number}</guid>'
            f"<pubDate>{date}</pubDate><dc:creator>{story.byline}</dc:creator>"
            f"<description>{xml(f'<p>{story.summary}</p>')}</description></item>\n"
        )

    def _answer(self, text: str) -> Answer:
        return Answer(text.encode(), content_type=f"{self.media_type}; charset=utf-8")


class AtomOnly(FeedOnly):
    """The same with an Atom feed of several pages (RFC 5005: rel=next)."""

    name = "atom"
    language = "de"
    media_type = "application/atom+xml"
    feed_name = "feed.atom"
    size = 12

    def feed(self, part: Part) -> Iterator[tuple[str, Answer]]:
        pages = self.pages_of(part)
        for number, shown in enumerate(pages, start=1):
            onward = f'<link rel="next" href="{self._page_url(part, number + 1)}"/>' if number < len(pages) else ""
            text = (
                '<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">'
                f'<title>{xml(part.name)}</title><id>{self._page_url(part, 1)}</id><link rel="self" '
                f'href="{self._page_url(part, number)}"/><link href="{self.absolute(part.start)}"/>{onward}'
                f"<updated>{instant(shown[0].day)}</updated>\n{''.join(map(self._entry, shown))}</feed>\n"
            )
            yield self._page_url(part, number).removeprefix(self.url.rstrip("/")), self._answer(text)

    def _page_url(self, part: Part, number: int) -> str:
        return self.absolute(self.feed_path(part)) + (f"?page={number}" if number > 1 else "")

    def _entry(self, story: Story) -> str:
        link = self.absolute(self.path(story))
        return (
            f'<entry><title type="text">{xml(story.title)}</title><link rel="alternate" href="{link}"/>'
            f'<link rel="enclosure" href="{self.absolute("/files/report-2023.pdf")}"/><id>{link}</id>'
            f"<published>{instant(story.day)}</published><updated>{instant(story.day)}</updated>"
            f"<author><name>{xml(story.byline)}</name></author><summary>{xml(story.summary)}</summary></entry>\n"
        )


class JsonFeedOnly(FeedOnly):
    """The same with a JSON Feed, whose pages name the next one."""

    name = "jsonfeed"
    language = "es"
    media_type = "application/feed+json"
    feed_name = "feed.json"
    size = 15

    def feed(self, part: Part) -> Iterator[tuple[str, Answer]]:
        pages = self.pages_of(part)
        for number, shown in enumerate(pages, start=1):
            path = self.feed_path(part) + (f"?page={number}" if number > 1 else "")
            feed = {
                "version": "https://jsonfeed.org/version/1.1", "title": part.name,
                "home_page_url": self.absolute(part.start), "items": [self._json_item(story) for story in shown],
            }  # fmt: skip
            if number < len(pages):
                feed["next_url"] = self.absolute(self.feed_path(part)) + f"?page={number + 1}"
            yield path, self._answer(json.dumps(feed))

    def _json_item(self, story: Story) -> dict[str, object]:
        return {
            "id": str(story.number), "url": self.absolute(self.path(story)), "title": story.title,
            "date_published": instant(story.day), "summary": story.summary, "authors": [{"name": story.byline}],
        }  # fmt: skip
