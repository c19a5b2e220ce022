"""A magazine's grid of cards: thumbnail, category, author, title and "read more" all are links; `?page=N`."""

import json
from collections.abc import Iterator
from html import escape

from tests.e2e.layouts.content import Story
from tests.e2e.layouts.noise import ADVERT, author_path, side_list, topic_path
from tests.e2e.layouts.site import Layout, Part, instant, paragraphs_of


class CardGrid(Layout):
    """Cards in `<div>`s, a mega menu above, "most read" beside, related cards of the other section below."""

    name = "cards"
    language = "en"
    size = 9

    def path(self, story: Story) -> str:
        return f"/{story.section}/{story.slug}-{story.number}"

    def frame(self, title: str, main: str, *, head: str = "", part: Part | None = None) -> str:
        side = part or self.part
        return (
            f'<!doctype html>\n<html lang="{self.language}"><head><meta charset="utf-8"><title>{escape(title)}</title>'
            f'{head}</head>\n<body><header class="site-header">{self._mega_menu()}</header>\n'
            f'<div class="layout"><main class="layout__main">{main}</main>\n<aside class="layout__side">'
            f'<section class="promo"><h3>{self.label("related", section=self.other(side).name)}</h3>'
            f"<ul>{side_list(self, side)}</ul></section></aside></div>\n"
            f'<footer class="site-footer">{self._tag_cloud()}<p>&copy; 2023 {self.label("name")}</p></footer>'
            "</body></html>"
        )

    def _mega_menu(self) -> str:
        links = "".join(f'<li><a href="{path}">{escape(name)}</a></li>' for path, name in self.menu())
        featured = "".join(
            f'<li class="mega__story">{self.link(story)}</li>' for part in self.parts for story in part.stories[5:8]
        )
        return f'<nav class="mega"><ul class="mega__links">{links}</ul><ul class="mega__featured">{featured}</ul></nav>'

    def _tag_cloud(self) -> str:
        return " ".join(f'<a class="tag" href="{topic_path(number)}">#{number}</a>' for number in range(6))

    def article(self, story: Story, part: Part) -> tuple[str, str]:
        related = "".join(self._card(other, self.other(part)) for other in self.related(part, story.number))
        main = (
            f'<article class="story"><p class="story__kicker"><a href="{part.start}">{part.name}</a></p>'
            f'<h1 class="story__title">{escape(story.title)}</h1>\n'
            f'<p class="story__meta"><a rel="author" href="{author_path(story.byline)}">{story.byline}</a> · '
            f'<time datetime="{instant(story.day)}">{story.written_day}</time></p>\n'
            f'<div class="story__body">{paragraphs_of(story)}</div></article>\n'
            f'<section class="more-cards"><h2>{self.label("related", section=self.other(part).name)}</h2>'
            f'<div class="grid">{related}</div></section>'
        )
        data = {
            "@context": "https://schema.org", "@type": "NewsArticle", "headline": story.title,
            "datePublished": instant(story.day), "author": {"@type": "Person", "name": story.byline},
            "articleSection": part.name,
        }  # fmt: skip
        return main, f'<script type="application/ld+json">{json.dumps(data)}</script>'

    def _card(self, story: Story, part: Part) -> str:
        href = escape(self.href(story))
        return (
            f'<div class="card"><a class="card__image" href="{href}"><img src="/media/thumb-{story.number}.jpg" alt="">'
            f'</a><div class="card__text"><a class="card__category" href="{part.start}">{part.name}</a>'
            f'<h3 class="card__title"><a href="{href}">{escape(story.title)}</a></h3>'
            f'<p class="card__teaser">{escape(story.summary)}</p><p class="card__meta">'
            f'<a href="{author_path(story.byline)}">{story.byline}</a> <time>{story.written_day}</time></p>'
            f'<a class="card__more" href="{href}">{self.label("more")}</a></div></div>\n'
        )

    def listings(self, part: Part) -> Iterator[tuple[str, str]]:
        pages = self.pages_of(part)
        for number, shown in enumerate(pages, start=1):
            cards = [self._card(story, part) for story in shown]
            cards.insert(3, f'<div class="card card--ad"><a href="{ADVERT.format(number)}">Sponsored</a></div>\n')
            main = (
                f'<h1>{part.name}</h1>\n<div class="grid">{"".join(cards)}</div>\n'
                f"{self._pager(part, number, len(pages))}{self._most_read(part)}"
            )
            html = self.frame(f"{part.name} | {self.label('name')}", main, part=part)
            yield part.start + (f"?page={number}" if number > 1 else ""), html

    def _pager(self, part: Part, number: int, last: int) -> str:
        links = [
            f"<span>{to}</span>" if to == number else f'<a href="{part.start}?page={to}">{to}</a>'
            for to in range(1, last + 1)
        ]
        if number < last:
            links.append(f'<a href="{part.start}?page={number + 1}" rel="next">{self.label("next")}</a>')
        return f'<nav class="pagination">{" ".join(links)}</nav>\n'

    def _most_read(self, part: Part) -> str:
        """Return a box of old stories of both sections."""
        known = [*part.stories[-3:], *self.other(part).stories[-3:]]
        items = "".join(f"<li>{self.link(story)}</li>" for story in known)
        return f'<aside class="most-read"><h3>{self.label("most_read")}</h3><ol>{items}</ol></aside>'
