"""A blog whose index has whole posts on it: titles, text and comments' links one after the other."""

from collections.abc import Iterator
from html import escape

from tests.e2e.layouts.content import Story
from tests.e2e.layouts.noise import side_list, topic_path
from tests.e2e.layouts.site import Layout, Part, paragraphs_of


class WholePosts(Layout):
    """Whole posts on the index, each with links in its text, a permalink under its day, and a comments' link."""

    name = "blog"
    language = "es"
    size = 5
    starts = ("/blog/", "/musica/")

    def path(self, story: Story) -> str:
        folder = "blog" if story.section == "news" else "musica"
        return f"/{folder}/{story.number}-{story.slug}.html"

    def frame(self, title: str, main: str, *, head: str = "", part: Part | None = None) -> str:
        menu = "".join(f'<li><a href="{path}">{escape(name)}</a></li>' for path, name in self.menu())
        return (
            f'<!doctype html>\n<html lang="{self.language}"><head><meta charset="utf-8"><title>{escape(title)}</title>'
            f'{head}</head>\n<body><div id="wrap"><div id="col1">{main}</div>\n<div id="col2"><ul>{menu}</ul>'
            f"<ul>{side_list(self, part or self.part)}</ul></div>\n"
            f'<div id="pie">{self.label("name")} - 2023</div></div></body></html>'
        )

    def article(self, story: Story, part: Part) -> tuple[str, str]:
        comments = (
            '<h3 id="comments">2 comentarios</h3>\n<ol><li><p>Muy de acuerdo.</p></li><li><p>No tanto.</p></li></ol>'
        )
        return self._post(story, part) + comments, ""

    def _post(self, story: Story, part: Part) -> str:
        href = self.href(story)
        elsewhere = self.other(part).stories[story.number % 7]
        cited = part.stories[(part.stories.index(story) + 9) % len(part.stories)]
        links = (
            f"<p>Véase también {self.link(elsewhere)}, lo que escribimos sobre {self.link(cited)} y la crónica de "
            '<a href="http://diario.example.org/cronica">otro diario</a>.</p>\n'
        )
        return (
            f'<div class="post"><h2><a href="{href}">{escape(story.title)}</a></h2>\n'
            f'<p class="fecha"><a href="{href}">{story.written_day}</a> | {story.byline}</p>\n'
            f'<div class="texto">{paragraphs_of(story)}{links}</div>\n<p class="pie">'
            f'<a href="{topic_path(story.number % 6)}">#{story.number % 6}</a> | '
            f'<a href="{href}#comments">2 comentarios</a></p></div>\n'
        )

    def listings(self, part: Part) -> Iterator[tuple[str, str]]:
        pages = self.pages_of(part)
        for number, shown in enumerate(pages, start=1):
            posts = "".join(self._post(story, part) for story in shown)
            older = f'<a href="{_list_path(part, number + 1)}">« Anteriores</a>' if number < len(pages) else ""
            newer = f'<a href="{_list_path(part, number - 1)}">Recientes »</a>' if number > 1 else ""
            main = f'{posts}<div class="nav">{older} {newer}</div>'
            yield _list_path(part, number), self.frame(f"{part.name} - {self.label('name')}", main, part=part)


def _list_path(part: Part, number: int) -> str:
    return part.start + (f"page/{number}/" if number > 1 else "")
