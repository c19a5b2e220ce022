"""A section page with next to no links; robots.txt names a sitemap index with gzip'd children and a news sitemap."""

import gzip
from collections.abc import Iterable, Iterator
from html import escape
from xml.sax.saxutils import escape as xml

from tests.e2e.fault_site import Answer
from tests.e2e.layouts.content import NEWEST, Story
from tests.e2e.layouts.noise import REPORT, author_path, side_list, topic_path
from tests.e2e.layouts.site import Layout, Part, instant, paragraphs_of

_SITEMAP = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
_NEWS = 'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'


class SitemapOnly(Layout):
    """Five stories on the page; the sitemaps have all of them, and pages of every other kind."""

    name = "sitemaps"
    language = "en"
    robots = "User-agent: *\nDisallow: /admin/\n\nSitemap: URL/sitemap_index.xml\nSitemap: URL/news-sitemap.xml\n"
    shown = 5

    def path(self, story: Story) -> str:
        return f"/{story.section}/{story.day:%Y/%m}/{story.slug}"

    def frame(self, title: str, main: str, *, head: str = "", part: Part | None = None) -> str:
        menu = "".join(f'<li><a href="{path}">{escape(name)}</a></li>' for path, name in self.menu())
        return (
            f'<!doctype html>\n<html lang="{self.language}"><head><meta charset="utf-8"><title>{escape(title)}</title>'
            f"{head}</head>\n"
            f'<body class="in-{part.key if part else "site"}"><nav class="navbar"><ul>{menu}</ul></nav>\n'
            f'<main id="main">{main}</main>\n'
            f'<footer class="foot">{self.label("name")} 2023</footer></body></html>'
        )

    def article(self, story: Story, part: Part) -> tuple[str, str]:
        main = (
            f'<div class="post-head"><h1>{escape(story.title)}</h1><span class="post-date">{story.written_day}</span> '
            f'<span class="post-author"><a href="{author_path(story.byline)}">{story.byline}</a></span></div>\n'
            f'<div class="post-body">{paragraphs_of(story)}</div>\n<div class="post-side"><ul>'
            f"{side_list(self, part, story.number)}</ul></div>"
        )
        return main, f'<meta property="article:published_time" content="{instant(story.day)}">'

    def listings(self, part: Part) -> Iterator[tuple[str, str]]:
        entries = "".join(
            f'<div class="teaser"><h2>{self.link(story)}</h2><span>{story.written_day}</span></div>\n'
            for story in part.stories[: self.shown]
        )
        main = f'<h1>{part.name}</h1>\n{entries}<div class="placeholder" data-src="/api/{part.key}?after=5"></div>'
        yield part.start, self.frame(f"{part.name} | {self.label('name')}", main, part=part)

    def extra(self) -> Iterator[tuple[str, Answer]]:
        stories = [story for part in self.parts for story in part.stories]
        years = sorted({story.day.year for story in stories}, reverse=True)
        names = ["/sitemaps/pages.xml", "/sitemaps/topics.xml.gz"]
        for year in years:
            name = f"/sitemaps/articles-{year}.xml.gz"
            names.append(name)
            known = [(self.path(story), story.day.isoformat()) for story in stories if story.day.year == year]
            yield name, _packed(self._sitemap(known))
        yield "/sitemap_index.xml", _plain(self._index(names))
        yield "/sitemaps/pages.xml", _plain(self._sitemap([(path, "2023-11-01") for path in self._static()]))
        topics = [*(topic_path(number) for number in range(6)), *(author_path(story.byline) for story in stories[:20])]
        yield "/sitemaps/topics.xml.gz", _packed(self._sitemap((path, "2023-11-20") for path in dict.fromkeys(topics)))
        yield "/news-sitemap.xml", _plain(self._news([story for story in stories if (NEWEST - story.day).days < 30]))

    def _static(self) -> list[str]:
        return [*(path for path, _ in self.menu()), REPORT]

    def _index(self, names: Iterable[str]) -> str:
        rows = "".join(f"<sitemap><loc>{self._absolute(name)}</loc></sitemap>\n" for name in names)
        return f'<?xml version="1.0" encoding="UTF-8"?>\n<sitemapindex {_SITEMAP}>{rows}</sitemapindex>\n'

    def _sitemap(self, pages: Iterable[tuple[str, str]]) -> str:
        rows = "".join(
            f"<url><loc>{xml(self._absolute(path))}</loc><lastmod>{day}</lastmod></url>\n" for path, day in pages
        )
        return f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset {_SITEMAP}>{rows}</urlset>\n'

    def _news(self, stories: Iterable[Story]) -> str:
        rows = "".join(
            f"<url><loc>{xml(self._absolute(self.path(story)))}</loc><news:news><news:publication><news:name>"
            f"{xml(self.label('name'))}</news:name><news:language>{self.language}</news:language></news:publication>"
            f"<news:publication_date>{instant(story.day)}</news:publication_date>"
            f"<news:title>{xml(story.title)}</news:title></news:news></url>\n"
            for story in stories
        )
        return f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset {_SITEMAP} {_NEWS}>{rows}</urlset>\n'

    def _absolute(self, path: str) -> str:
        return self.url.rstrip("/") + path


class SitemapBare(SitemapOnly):
    """The same with no story at all on the section's page, in another language."""

    name = "sitemaps-bare"
    language = "de"
    starts = ("/nachrichten/", "/kultur/")
    shown = 0

    def path(self, story: Story) -> str:
        folder = "nachrichten" if story.section == "news" else "kultur"
        return f"/{folder}/{story.slug}-{story.number}.html"


def _plain(text: str) -> Answer:
    return Answer(text.encode(), content_type="application/xml")


def _packed(text: str) -> Answer:
    # A .gz file is the document itself, not an encoding of the transfer.
    return Answer(gzip.compress(text.encode(), mtime=0), content_type="application/gzip")
