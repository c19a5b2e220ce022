"""Pages without a single class: paragraphs of links, and every way to write an address."""

from collections.abc import Iterator
from html import escape
from urllib.parse import quote

from tests.e2e.layouts.content import Story
from tests.e2e.layouts.noise import ADVERT, REPORT, side_links
from tests.e2e.layouts.site import Layout, Part, paragraphs_of

_UMLAUTS = str.maketrans({" ": "-", "?": "", ":": "", ",": "", "„": "", "“": ""})


class PlainParagraphs(Layout):
    """Relative, percent-encoded and raw addresses, tracking parameters, and every fifth story under two addresses."""

    name = "plain"
    language = "de"
    size = 12
    starts = ("/aktuell/index.html", "/kultur/index.html")

    def path(self, story: Story) -> str:
        return f"/archiv/{story.day.year}/{story.title.translate(_UMLAUTS)}.html"

    def paths(self, story: Story) -> tuple[str, ...]:
        """Return the address, and that of the same page by its number."""
        return (self.path(story), f"/anzeige.php?id={story.number}")

    def noise_path(self, name: str) -> str:
        return f"/{name}.html" if name != "events" else "/events/"

    def href(self, story: Story) -> str:
        """Return an address as one of five habits writes it; in listings, one more is relative."""
        path, escaped = self.path(story), quote(self.path(story))
        return (
            path,
            escaped,
            path,
            f"{escaped}?utm_source=aktuell&utm_medium=liste",
            f"/anzeige.php?id={story.number}",
        )[story.number % 5]

    def frame(self, title: str, main: str, *, head: str = "", part: Part | None = None) -> str:
        menu = " - ".join(f'<a href="{path}">{escape(name)}</a>' for path, name in self.menu())
        links = side_links(self, part or self.part)
        side = "".join(f'<p><a href="{escape(href)}">{escape(text)}</a></p>\n' for href, text in links)
        return (
            f'<!doctype html>\n<html lang="{self.language}"><head><meta charset="utf-8"><title>{escape(title)}</title>'
            f"{head}</head>\n<body><p>{menu}</p><hr>\n{main}<hr>\n{side}<hr><p>{self.label('name')}, 2023</p>"
            "</body></html>"
        )

    def article(self, story: Story, part: Part) -> tuple[str, str]:
        main = (
            f"<p>{part.name}</p>\n"
            f"<h1>{escape(story.title)}</h1>\n<p><small>{self.label('by', person=story.byline)}, {story.written_day}"
            f"</small></p>\n{paragraphs_of(story)}"
        )
        return main, f'<link rel="canonical" href="{self.url.rstrip("/")}{quote(self.path(story))}">'

    def listings(self, part: Part) -> Iterator[tuple[str, str]]:
        pages = self.pages_of(part)
        for number, shown in enumerate(pages, start=1):
            rows = [self._row(story) for story in shown]
            rows.insert(2, f'<p><a href="{REPORT}">{self.label("report")}</a> (PDF, 2 MB)</p>\n')
            rows.insert(6, f'<p><a href="{ADVERT.format(number)}">{self.label("advert")}</a></p>\n')
            # Two stories of each page stand on it twice, under both addresses.
            rows += [
                f'<p>{story.day:%d.%m.%Y} <a href="{escape(self._other_href(story))}">{escape(story.title)}</a></p>\n'
                for story in shown[:2]
            ]
            onward = (
                f'<p><a href="seite{number + 1}.html">{self.label("next")}</a></p>\n' if number < len(pages) else ""
            )
            main = f"<h1>{part.name}</h1>\n{''.join(rows)}{onward}"
            path = part.start if number == 1 else part.start.replace("index.html", f"seite{number}.html")
            yield path, self.frame(f"{part.name} - {self.label('name')}", main, part=part)

    def _row(self, story: Story) -> str:
        link = self.link(story)
        if story.number % 5 == 0:
            link = link.replace('href="/', 'href="../')
        return f"<p>{story.day:%d.%m.%Y} {link}</p>\n"

    def _other_href(self, story: Story) -> str:
        return quote(self.path(story)) if story.number % 5 == 4 else f"/anzeige.php?id={story.number}"
