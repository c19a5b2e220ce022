"""A component framework's page: utility classes that name nothing, a hero, a pinned story, pages under /page-2."""

from collections.abc import Iterator
from html import escape

from tests.e2e.layouts.content import Story
from tests.e2e.layouts.noise import ADVERT, author_path, side_list, topic_path
from tests.e2e.layouts.site import Layout, Part, instant, paragraphs_of


class UtilityClasses(Layout):
    """The newest story is a hero of other markup, an old one is pinned to every page, classes say only how it looks."""

    name = "utility"
    language = "es"
    size = 11
    starts = ("/actualidad", "/cultura")

    def path(self, story: Story) -> str:
        folder = "actualidad" if story.section == "news" else "cultura"
        return f"/{folder}/{story.slug}_{story.number}"

    def noise_path(self, name: str) -> str:
        return f"/{name}"

    def frame(self, title: str, main: str, *, head: str = "", part: Part | None = None) -> str:
        menu = "".join(f'<a class="px-2 text-sm" href="{path}">{escape(name)}</a>' for path, name in self.menu())
        return (
            f'<!doctype html>\n<html lang="{self.language}"><head><meta charset="utf-8"><title>{escape(title)}</title>'
            f'{head}</head>\n<body class="bg-white"><div class="flex gap-4">{menu}</div>\n'
            f'<div class="grid grid-cols-12"><div class="col-span-8">{main}</div>\n<div class="col-span-4">'
            f'<div class="text-lg font-bold">{self.label("most_read")}</div>'
            f'<ul class="list-none">{side_list(self, part or self.part)}</ul></div></div>\n'
            f'<div class="p-4 text-xs">{self.label("name")} 2023</div></body></html>'
        )

    def article(self, story: Story, part: Part) -> tuple[str, str]:
        others = "".join(self._card(other) for other in self.related(part, story.number))
        main = (
            f'<div class="text-xs uppercase"><a class="underline" href="{part.start}">{part.name}</a></div>\n'
            f'<h1 class="text-3xl font-bold">{escape(story.title)}</h1>\n<div class="flex gap-2 text-sm">'
            f'<a class="underline" href="{author_path(story.byline)}">{self.label("by", person=story.byline)}</a>'
            f'<time datetime="{instant(story.day)}">{story.written_day}</time></div>\n'
            f'<div class="prose">{paragraphs_of(story)}</div>\n<div class="text-lg font-bold">'
            f'{self.label("related", section=self.other(part).name)}</div><div class="flex gap-4">{others}</div>'
        )
        return main, ""

    def listings(self, part: Part) -> Iterator[tuple[str, str]]:
        pages, pinned = self.pages_of(part), part.stories[-2]
        for number, shown in enumerate(pages, start=1):
            hero = self._hero(shown[0], part) if number == 1 else ""
            listed = shown[1:] if number == 1 else shown
            cards = [self._card(story) for story in (pinned, *listed)]
            cards.insert(4, f'<div class="flex p-4"><a href="{ADVERT.format(3)}">Publi</a></div>\n')
            main = (
                f'<h1 class="text-2xl">{part.name}</h1>\n{hero}<div class="flex gap-4">{"".join(cards)}</div>\n'
                f"{_pager(part, number, len(pages))}"
            )
            yield _list_path(part, number), self.frame(f"{part.name} | {self.label('name')}", main, part=part)

    def _hero(self, story: Story, part: Part) -> str:
        return (
            f'<div class="relative"><img class="w-full" src="/media/hero-{story.number}.jpg" alt="">'
            f'<a class="absolute text-xs" href="{part.start}">{part.name}</a>'
            f'<h2 class="absolute text-4xl">{self.link(story)}</h2></div>\n'
        )

    def _card(self, story: Story) -> str:
        number = story.number % 6
        return (
            f'<div class="flex p-4"><div class="w-full"><a class="text-xs" href="{topic_path(number)}">#{number}</a>'
            f'<a class="font-bold" href="{escape(self.href(story))}"><span class="line-clamp-2">{escape(story.title)}'
            f'</span></a><div class="text-sm">{story.written_day}</div></div></div>\n'
        )


def _list_path(part: Part, number: int) -> str:
    return part.start + (f"/page-{number}" if number > 1 else "")


def _pager(part: Part, number: int, last: int) -> str:
    """Return links with arrows and without words."""
    links = [(number - 1, "←"), *((to, str(to)) for to in range(1, last + 1) if to != number), (number + 1, "→")]
    shown = (f'<a class="px-2" href="{_list_path(part, to)}">{text}</a>' for to, text in links if 1 <= to <= last)
    return f'<div class="flex gap-2">{"".join(shown)}</div>'
