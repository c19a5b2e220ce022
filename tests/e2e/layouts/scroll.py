"""A page that scrolls on for ever, with a plain link behind its "load more" button."""

from collections.abc import Iterator
from html import escape

from tests.e2e.layouts.content import Story
from tests.e2e.layouts.noise import ADVERT, author_path, side_list
from tests.e2e.layouts.site import Layout, Part, instant, paragraphs_of


class InfiniteScroll(Layout):
    """Entries under `<article>`, one link at the end that says "load more" and carries `?start=N`."""

    name = "scroll"
    language = "es"
    size = 8
    starts = ("/noticias", "/cultura")

    def path(self, story: Story) -> str:
        folder = "noticias" if story.section == "news" else "cultura"
        return f"/{folder}/{story.day:%Y/%m/%d}/{story.slug}"

    def noise_path(self, name: str) -> str:
        return f"/{name}"

    def frame(self, title: str, main: str, *, head: str = "", part: Part | None = None) -> str:
        menu = "".join(f'<a class="nav-item" href="{path}">{escape(name)}</a>' for path, name in self.menu())
        return (
            f'<!doctype html>\n<html lang="{self.language}"><head><meta charset="utf-8"><title>{escape(title)}</title>'
            f'{head}</head>\n<body><div class="topbar">{menu}</div>\n<div id="app" data-infinite="true">{main}</div>\n'
            f'<div class="rail"><h4>{self.label("most_read")}</h4><ul>{side_list(self, part or self.part)}</ul></div>\n'
            f'<div class="bottom">{self.label("name")} · 2023</div>'
            "<script>/* loads more entries when the end comes into view */</script></body></html>"
        )

    def article(self, story: Story, part: Part) -> tuple[str, str]:
        related = "".join(f"<li>{self.link(other)}</li>" for other in self.related(part, story.number))
        main = (
            f'<h1 class="headline">{escape(story.title)}</h1>\n<div class="data">'
            f"{self.label('published', day=story.written_day)} | "
            f'<a href="{author_path(story.byline)}">{self.label("by", person=story.byline)}</a></div>\n'
            f'<section class="content">{paragraphs_of(story)}</section>\n'
            f'<div class="rel"><h4>{self.label("related", section=self.other(part).name)}</h4><ul>{related}</ul></div>'
        )
        head = (
            f'<meta property="og:type" content="article"><meta property="og:title" content="{escape(story.title)}">'
            f'<link rel="canonical" href="{self.url.rstrip("/")}{self.path(story)}">'
        )
        return main, head

    def listings(self, part: Part) -> Iterator[tuple[str, str]]:
        pages = self.pages_of(part)
        for number, shown in enumerate(pages):
            entries = [self._entry(story) for story in shown]
            entries.insert(2, f'<article class="spot"><a href="{ADVERT.format(number)}">Publicidad</a></article>\n')
            start = (number + 1) * self.size
            more = f'<a class="btn" href="{part.start}?start={start}">{self.label("load_more")}</a>'
            onward = f'<p class="loader">{more}</p>' if number + 1 < len(pages) else ""
            main = f'<h1>{part.name}</h1>\n<div class="stream">{"".join(entries)}</div>\n{onward}'
            html = self.frame(f"{part.name} - {self.label('name')}", main, part=part)
            yield part.start + (f"?start={number * self.size}" if number else ""), html

    def _entry(self, story: Story) -> str:
        return (
            f'<article class="item"><h2>{self.link(story)}</h2><time datetime="{instant(story.day)}">'
            f"{story.written_day}</time><p>{escape(story.summary)}</p></article>\n"
        )
