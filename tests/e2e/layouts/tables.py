"""An old content management system: everything is a table, listing pages are list.html, list_2.html."""

from collections.abc import Iterator
from html import escape

from tests.e2e.layouts.content import Story
from tests.e2e.layouts.noise import ADVERT, side_list
from tests.e2e.layouts.site import Layout, Part, paragraphs_of


class TableListing(Layout):
    """Rows of a table with a column for the day; the article's title is no heading."""

    name = "tables"
    language = "zh"
    starts = ("/xinwen/list.html", "/wenhua/list.html")

    def path(self, story: Story) -> str:
        folder = "xinwen" if story.section == "news" else "wenhua"
        return f"/{folder}/{story.day:%Y%m}/t{story.day:%Y%m%d}_{story.number}.html"

    def noise_path(self, name: str) -> str:
        return f"/{name}.html" if name != "events" else "/events/"

    def frame(self, title: str, main: str, *, head: str = "", part: Part | None = None) -> str:
        menu = " | ".join(f'<a href="{path}">{name}</a>' for path, name in self.menu())
        return (
            '<!DOCTYPE html PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN">\n<html><head>'
            f'<meta http-equiv="Content-Type" content="text/html; charset=utf-8"><title>{escape(title)}</title>{head}'
            f'</head>\n<body><table width="980" align="center"><tr><td class="dh">{menu}</td></tr></table>\n'
            f'<table width="980" align="center"><tr><td width="700" valign="top">{main}</td>\n'
            f'<td width="260" valign="top"><b>{self.label("related", section="")}</b>'
            f"<ul>{side_list(self, part or self.part)}</ul></td></tr></table>\n"
            f'<table width="980" align="center"><tr><td class="bq">{self.label("name")} 2003-2023'
            f"</td></tr></table></body></html>"
        )

    def article(self, story: Story, part: Part) -> tuple[str, str]:
        text = paragraphs_of(story, "<p>　　{}</p>\n")
        info = f"{self.label('published', day=story.day.isoformat())}　{self.label('by', person=story.byline)}"
        main = (
            f'<table width="100%"><tr><td class="wz">{self.label("home")} &gt; <a href="{part.start}">{part.name}</a>'
            f' &gt; 正文</td></tr>\n<tr><td align="center" class="bt"><b>{escape(story.title)}</b></td></tr>\n'
            f'<tr><td align="center" class="xx">{info}　点击：<span>{story.number % 977}</span></td></tr>\n'
            f'<tr><td class="zw">{text}</td></tr>\n<tr><td>{self._neighbours(story, part)}</td></tr></table>'
        )
        return main, ""

    def _neighbours(self, story: Story, part: Part) -> str:
        place = part.stories.index(story)
        newer = f"上一篇：{self.link(part.stories[place - 1])}<br>" if place else ""
        older = f"下一篇：{self.link(part.stories[place + 1])}" if place + 1 < len(part.stories) else ""
        return newer + older

    def listings(self, part: Part) -> Iterator[tuple[str, str]]:
        pages = self.pages_of(part)
        for number, shown in enumerate(pages, start=1):
            rows = [
                f'<tr><td width="12">·</td><td><a href="{self.href(story)}" target="_blank">{escape(story.title)}</a>'
                f'</td><td width="90" align="right">[{story.day.isoformat()}]</td></tr>\n'
                for story in shown
            ]
            advert = ADVERT.format(number)
            rows.insert(4, f'<tr><td colspan="3"><a href="{advert}">{self.label("advert")}</a></td></tr>\n')
            main = (
                f'<table width="100%"><tr><td class="wz">{self.label("home")} &gt; {part.name}</td></tr></table>\n'
                f'<table width="100%" cellspacing="6">{"".join(rows)}</table>\n{_pager(part, number, len(pages))}'
            )
            yield _list_path(part, number), self.frame(f"{part.name}-{self.label('name')}", main, part=part)


def _list_path(part: Part, number: int) -> str:
    return part.start if number == 1 else part.start.replace(".html", f"_{number}.html")


def _pager(part: Part, number: int, last: int) -> str:
    names = (("首页", 1), ("上一页", number - 1), ("下一页", number + 1), ("尾页", last))
    links = [
        f'<a href="{_list_path(part, to).rpartition("/")[2]}">{name}</a>' if 1 <= to <= last and to != number else name
        for name, to in names
    ]
    return f'<table width="100%"><tr><td align="center">共{last}页 {" ".join(links)}</td></tr></table>'
