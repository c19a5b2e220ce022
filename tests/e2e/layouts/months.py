"""A blog system's date archive: the section shows the newest stories, month pages list the rest."""

from collections.abc import Iterator
from html import escape
from itertools import groupby

from tests.e2e.layouts.content import Story, written_day
from tests.e2e.layouts.noise import ADVERT, author_path, side_list, topic_path
from tests.e2e.layouts.site import Layout, Part, instant, paragraphs_of

_BOOKMARK = 'rel="bookmark"'
_MONTH_SIZE = 6  # a busier month goes on over a second page


class DateArchive(Layout):
    """Ten stories on the section's page; the rest behind /2023/05/, whose busy months have a second page."""

    name = "months"
    language = "de"
    starts = ("/nachrichten/", "/kultur/")

    def path(self, story: Story) -> str:
        folder = "nachrichten" if story.section == "news" else "kultur"
        return f"/{folder}/{story.day:%Y/%m}/{story.slug}/"

    def frame(self, title: str, main: str, *, head: str = "", part: Part | None = None) -> str:
        side = part or self.part
        menu = "".join(f'<li class="menu-item"><a href="{path}">{escape(name)}</a></li>' for path, name in self.menu())
        return (
            f'<!doctype html>\n<html lang="{self.language}"><head><meta charset="utf-8"><title>{escape(title)}</title>'
            f'{head}</head>\n<body class="blog"><nav><ul id="menu">{menu}</ul></nav>\n<div id="primary">{main}</div>\n'
            f'<div id="secondary"><div class="box"><h3>{self.label("archive")}</h3><ul>{self._months(side)}</ul></div>'
            f'<div class="box"><h3>{self.label("related", section=self.other(side).name)}</h3>'
            f"<ul>{side_list(self, side)}</ul></div></div>\n<footer>{self.label('name')} 2023</footer></body></html>"
        )

    def _months(self, part: Part) -> str:
        names = [(written_day(group[0].day.replace(day=1), "de")[3:], path) for path, group in _by_month(part)]
        return "".join(f'<li><a href="{path}">{name}</a></li>' for name, path in names)

    def article(self, story: Story, part: Part) -> tuple[str, str]:
        main = (
            f'<article id="post-{story.number}" class="post"><header><h1 class="entry-title">{escape(story.title)}</h1>'
            f'<div class="entry-meta"><time class="entry-date published" datetime="{instant(story.day)}">'
            f'{story.written_day}</time> <a class="url" href="{author_path(story.byline)}">'
            f"{self.label('by', person=story.byline)}</a></div></header>\n"
            f'<div class="entry-content">{paragraphs_of(story)}</div><footer class="entry-footer">'
            f'<a href="{topic_path(story.number % 6)}" rel="tag">#{story.number % 6}</a></footer></article>\n'
            f"{self._neighbours(story, part)}"
        )
        return main, ""

    def _neighbours(self, story: Story, part: Part) -> str:
        place = part.stories.index(story)
        older = part.stories[place + 1 : place + 2]
        return "".join(f'<nav class="post-navigation">{self.link(other)}</nav>' for other in older)

    def listings(self, part: Part) -> Iterator[tuple[str, str]]:
        yield part.start, self._list(part, part.name, part.stories[: self.size], "")
        for path, group in _by_month(part):
            pages = [group[start : start + _MONTH_SIZE] for start in range(0, len(group), _MONTH_SIZE)]
            for number, shown in enumerate(pages, start=1):
                older = f'<a href="{path}page/{number + 1}/">Ältere Beiträge</a>' if number < len(pages) else ""
                html = self._list(part, f"{self.label('archive')} {group[0].day:%m/%Y}", shown, older)
                yield path + (f"page/{number}/" if number > 1 else ""), html

    def _list(self, part: Part, name: str, shown: tuple[Story, ...], older: str) -> str:
        entries = "".join(
            f'<article class="post"><h2 class="entry-title">{self.link(story, _BOOKMARK)}</h2>'
            f'<p class="entry-meta">{story.written_day} · <a href="{author_path(story.byline)}">{story.byline}</a></p>'
            f"<p>{escape(story.summary)}</p></article>\n"
            for story in shown
        )
        advert = f'<p class="ad"><a href="{ADVERT.format(7)}">{self.label("advert")}</a></p>'
        main = f"<h1>{name}</h1>\n{entries}{advert}<nav>{older}</nav>"
        return self.frame(f"{name} - {self.label('name')}", main, part=part)


def _by_month(part: Part) -> list[tuple[str, tuple[Story, ...]]]:
    """Return a section's months, newest first, each with its page's address."""
    groups = groupby(part.stories, key=lambda story: f"{story.day:%Y/%m}")
    return [(f"{part.start}{month}/", tuple(group)) for month, group in groups]
