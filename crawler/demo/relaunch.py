"""Render the demo site's pages after its relaunch: other names, the date below the text, a notice on every page."""

from __future__ import annotations

from datetime import date
from html import escape
from typing import TYPE_CHECKING

from crawler.demo import render
from crawler.demo.article import SECTIONS, DemoArticle
from crawler.demo.render import BUREAU, section_language

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from crawler.demo.article import DemoImage

_MONTHS = "January February March April May June July August September October November December".split()
_WORDS = {
    "en": {"writer": "Text:", "origin": "Source:", "changed": "Last modified:"},
    "zh": {"writer": "文：", "origin": "来源：", "changed": "修改时间："},
}
_OLDER = {"en": "Older", "zh": "较早"}
_NOTICE = {
    "en": "The counters on Lantern Quay stay closed on 4 September 2019 for the annual count.",
    "zh": "因年度盘点，灯笼码头服务窗口2019年9月4日暂停开放。",
}
_SERVICE = {
    "en": "The bureau's visitor centre on Lantern Quay answers questions about any of its reports. It is open from "
    "Monday to Saturday, and whoever brings a measuring instrument can have it checked while waiting.",
    "zh": "市质量与标准局设在灯笼码头的接待中心解答有关各项报道的问题，周一至周六开放，市民带来的计量器具可当场检定。",
}


def article_page(article: DemoArticle, page: int, latest: Sequence[DemoArticle]) -> str:
    """Return one page of an article; pages count from 1."""
    language = article.language
    blocks = "".join(render.blocks(article, page, _image))
    main = (
        f'{_trail(article)}<article class="story">\n'
        f'<h1 class="story-headline">{escape(article.title, quote=False)}</h1>\n'
        f'<div class="rte">\n{blocks}<p class="service">{_SERVICE[language]}</p>\n</div>\n{_record(article)}'
        f"{_pages(article.page_paths, page, language)}</article>\n"
    )
    return _document(f"{article.title} | {BUREAU[language]}", main, latest, language=language)


def listing_page(section: str, entries: Sequence[DemoArticle], page: int, latest: Sequence[DemoArticle]) -> str:
    """Return one page of a section's listing, given the entries of all its pages."""
    shown = "".join(map(_teaser, render.page_entries(entries, page)))
    language = section_language(section)
    paths = render.listing_paths(section, len(entries))
    main = f'<h1 class="page-title">{SECTIONS[section][0]}</h1>\n{shown}{_pages(paths, page, language)}'
    return _document(f"{SECTIONS[section][0]} | {BUREAU[language]}", main, latest, language=language)


def home_page(sections: Mapping[str, Sequence[DemoArticle]], latest: Sequence[DemoArticle]) -> str:
    """Return the front page, which names the newest articles of each section."""
    boxes = "".join(
        f'<section class="front"><h2><a href="{SECTIONS[key][1]}">{SECTIONS[key][0]}</a></h2>\n'
        f"{''.join(map(_teaser, articles[:4]))}</section>\n"
        for key, articles in sections.items()
    )
    return _document(BUREAU["en"], boxes, latest, language="en")


def _trail(article: DemoArticle) -> str:
    language = article.language
    name, path = SECTIONS[article.sections[0]]
    home, news = render.HOME[language], render.NEWS[language]
    steps = f'<a href="/">{home}</a> / <span>{news}</span> / <a href="{path}">{name}</a>'
    return f'<nav class="trail" aria-label="breadcrumb">{steps}</nav>\n'


def _image(image: DemoImage, stray: str | None) -> str:
    caption = f'<div class="media-caption">{escape(image.caption, quote=False)}</div>' if image.caption else ""
    name = f"<p>{escape(stray)}</p>\n" if stray else ""
    return f'{name}<div class="media-block"><img src="{escape(image.path)}" alt="" />{caption}</div>\n'


def _record(article: DemoArticle) -> str:
    """Return what is said of an article below its text: who wrote it, whence it comes, and its date."""
    words = _WORDS[article.language]
    said = {"writer": article.byline, "origin": article.source, "changed": _written(article)}
    items = "".join(
        f'<li class="{name}"><b>{words[name]}</b> <span>{escape(what)}</span></li>'
        for name, what in said.items()
        if what
    )
    return f'<ul class="record">{items}</ul>\n'


def _written(article: DemoArticle) -> str:
    """Return an article's day as the new system writes it."""
    if article.language == "zh":
        return article.updated
    day = date.fromisoformat(article.updated)
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def _teaser(article: DemoArticle) -> str:
    return (
        f'<div class="teaser"><p class="teaser-day">{_written(article)}</p>\n<h3>{_link(article)}</h3>\n'
        f'<p class="teaser-text">{escape(article.summary, quote=False)}</p></div>\n'
    )


def _link(article: DemoArticle) -> str:
    return f'<a class="go" href="{article.path}">{escape(article.title, quote=False)}</a>'


def _pages(paths: Sequence[str], page: int, language: str) -> str:
    older = f'<a rel="next" href="{paths[page]}">{_OLDER[language]}</a>' if page < len(paths) else ""
    return f'<nav class="pages">{older}</nav>\n' if len(paths) > 1 else ""


def _document(title: str, main: str, latest: Sequence[DemoArticle], *, language: str) -> str:
    menu = "".join(f'<li><a href="{path}">{name}</a></li>' for name, path in SECTIONS.values())
    beside = "".join(f"<li>{_link(article)} <i>{_written(article)}</i></li>\n" for article in latest)
    return f"""<!DOCTYPE html>
<html lang="{language}">
<head><meta charset="utf-8"><title>{escape(title, quote=False)}</title></head>
<body class="relaunch">
<header class="masthead"><a href="/">{BUREAU[language]}</a><ul class="sections">{menu}</ul></header>
<p class="notice">{_NOTICE[language]}</p>
<main>
{main}</main>
<aside class="recent"><ul>
{beside}</ul></aside>
<footer class="imprint">&copy; {BUREAU[language]}</footer>
</body>
</html>
"""
