"""Render the demo site's pages in the manner of an old content management system."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from crawler.demo.article import SECTIONS, DemoArticle, written_day

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from crawler.demo.article import DemoImage

BUREAU = {"en": "Harbour City Bureau of Quality and Standards", "zh": "海港市质量与标准局"}
_PAGE_SIZE = 8
LOGO, DOT = "/images/logo.gif", "/images/dot.gif"
HOME = {"en": "Home", "zh": "首页"}
NEWS = {"en": "News", "zh": "新闻"}
_LATEST = {"en": "Latest", "zh": "最新"}
_OTHER = {"en": ("zh", "中文"), "zh": ("en", "English")}
_FRONT = {"en": "/index.html", "zh": "/cn/updates.html"}
_STYLE = (
    "body{font:14px/1.7 Arial,SimSun,sans-serif;margin:0;color:#333}a{color:#143c78;text-decoration:none}"
    ".menu{background:#143c78;padding:6px 12px}.menu a{color:#fff}.crumb,.pager{padding:10px 0;color:#666}"
    ".newslist ul{list-style:none;padding:0}.newslist li{border-bottom:1px dotted #bbb;padding:8px 0}"
    ".date{color:#888;font-size:12px}.summary{margin:2px 0}.sidebox{border:1px solid #ccd;padding:8px}"
)


def article_page(article: DemoArticle, page: int, latest: Sequence[DemoArticle]) -> str:
    """Return one page of an article; pages count from 1."""
    heading = "" if article.titleless else f'<h1 style="font-size:22px">{escape(article.title)}</h1>\n'
    pager = _pager(article.page_paths, page) if len(article.pages) > 1 else ""
    main = (
        f"{_crumb(article.sections[0])}{heading}{_dateline(article)}"
        f'<div id="content">\n{"".join(blocks(article, page, _image))}</div>\n{pager}'
    )
    title = "" if article.titleless else f"{article.title} - {BUREAU[article.language]}"
    return _document(title, main, latest, language=article.language, twin=article.twin)


def listing_page(section: str, entries: Sequence[DemoArticle], page: int, latest: Sequence[DemoArticle]) -> str:
    """Return one page of a section's listing, given the entries of all its pages."""
    shown = "".join(map(_entry, page_entries(entries, page)))
    language = section_language(section)
    main = (
        f'{_crumb(section)}<div class="newslist">\n<ul>\n{shown}</ul>\n</div>\n'
        f"{_pager(listing_paths(section, len(entries)), page)}"
    )
    return _document(f"{SECTIONS[section][0]} - {BUREAU[language]}", main, latest, language=language)


def home_page(sections: Mapping[str, Sequence[DemoArticle]], latest: Sequence[DemoArticle]) -> str:
    """Return the front page, which names the newest articles of each section."""
    boxes = "".join(_home_box(key, articles[:4]) for key, articles in sections.items())
    return _document(BUREAU["en"], boxes, latest, language="en")


def not_found_page() -> str:
    """Return the small page that answers every unknown path."""
    return (
        "<html><head><title>404 Not Found</title></head>"
        '<body><center><h1>404 Not Found</h1></center><hr /><p><a href="/">Home</a></p></body></html>\n'
    )


def listing_paths(section: str, count: int) -> tuple[str, ...]:
    """Return the path of each page that a listing of so many entries takes."""
    first = SECTIONS[section][1]
    stem = first.removesuffix(".html")
    pages = max(1, -(-count // _PAGE_SIZE))
    return (first, *(f"{stem}_{page}.html" for page in range(2, pages + 1)))


def page_entries(entries: Sequence[DemoArticle], page: int) -> Sequence[DemoArticle]:
    """Return the entries that stand on one page of a listing."""
    return entries[(page - 1) * _PAGE_SIZE : page * _PAGE_SIZE]


def section_language(section: str) -> str:
    """Return the language of a section's articles."""
    return "zh" if section == "cn" else "en"


def blocks(article: DemoArticle, page: int, image_block: Callable[[DemoImage, str | None], str]) -> Iterable[str]:
    """Yield the paragraphs and images of one page of an article, in their order."""
    paragraphs = article.pages[page - 1]
    images = [image for image in article.images if image.page == page]
    for place in range(len(paragraphs) + 1):
        for image in images:
            if image.before == place:
                yield image_block(image, article.stray)
        if place < len(paragraphs):
            yield f"<p>{escape(paragraphs[place], quote=False)}</p>\n"


def _image(image: DemoImage, stray: str | None) -> str:
    name = f"<p>{escape(stray)}</p>\n" if stray else ""
    caption = f'<p style="text-align:center;font-size:12px">{escape(image.caption, quote=False)}</p>\n'
    return (
        f'{name}<p align="center"><img src="{escape(image.path)}" width="480" border="0" alt="" /></p>\n'
        f"{caption if image.caption else ''}"
    )


def _dateline(article: DemoArticle) -> str:
    day = written_day(article.updated, article.language)
    if article.language == "zh":
        return _info(f"<span>来源：{article.source}</span> <span>更新时间：{day}</span>")
    update = f"Update : {day}"
    if article.byline:
        return _info(update) + _info(f"By {escape(article.byline)}({article.source})")
    if article.source is None:
        return _info(update)
    # The sections were made with two templates: one sets the two facts apart, the other runs them together.
    if article.sections[0] == "press":
        return _info(f"<span>Source : {article.source}</span>&nbsp;&nbsp;<span>{update}</span>")
    return _info(f"Source : {article.source}{update}")


def _info(text: str) -> str:
    return f'<div class="info" style="font-size:12px;color:#666">{text}</div>\n'


def _crumb(section: str) -> str:
    language = section_language(section)
    name, path = SECTIONS[section]
    home = f'<a href="{_FRONT[language]}">{HOME[language]}</a>'
    return f'<div class="crumb">{home} &gt;&nbsp; {NEWS[language]} &gt; <a href="{path}">{name}</a></div>\n'


def _pager(paths: Sequence[str], page: int) -> str:
    numbers = [
        f'<span class="current">{number}</span>' if number == page else f'<a href="{path}">{number}</a>'
        for number, path in enumerate(paths, start=1)
    ]
    if page > 1:
        numbers.insert(0, f'<a class="prev" href="{paths[page - 2]}">&lt;</a>')
    if page < len(paths):
        numbers.append(f'<a class="next" href="{paths[page]}">&gt;</a>')
    return f'<div class="pager" align="center">{" ".join(numbers)}</div>\n'


def _entry(article: DemoArticle) -> str:
    return (
        f'<li>{_link(article)} <span class="date">{article.updated}</span>\n'
        f'<p class="summary">{escape(article.summary, quote=False)}</p></li>\n'
    )


def _home_box(section: str, articles: Sequence[DemoArticle]) -> str:
    name, path = SECTIONS[section]
    items = "".join(f'<img src="{DOT}" width="4" height="4" alt="" /> {_link(article)}<br />\n' for article in articles)
    return f'<div class="homebox"><h2><a href="{path}">{name}</a></h2>\n{items}</div>\n'


def _link(article: DemoArticle) -> str:
    return f'<a href="{article.path}">{escape(article.title, quote=False)}</a>'


def _menu(language: str, twin: str | None) -> str:
    other, label = _OTHER[language]
    sections = [(name, path) for key, (name, path) in SECTIONS.items() if section_language(key) == language]
    links = [(HOME[language], _FRONT[language]), *sections, (label, twin or _FRONT[other])]
    return " | ".join(f'<a href="{path}">{name}</a>' for name, path in links)


def _side_box(language: str, latest: Sequence[DemoArticle]) -> str:
    items = "".join(f'<li>{_link(article)} <span class="date">{article.updated}</span></li>\n' for article in latest)
    return f'<div class="sidebox"><b>{_LATEST[language]}</b>\n<ul>\n{items}</ul>\n</div>\n'


def _document(title: str, main: str, latest: Sequence[DemoArticle], *, language: str, twin: str | None = None) -> str:
    other = _OTHER[language][0]
    alternate = f'<link rel="alternate" hreflang="{other}" href="{twin}" />\n' if twin else ""
    bureau = BUREAU[language]
    return f"""<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" lang="{language}">
<head>
<meta http-equiv="Content-Type" content="text/html; charset=utf-8" />
<title>{escape(title, quote=False)}</title>
{alternate}<style type="text/css">{_STYLE}</style>
</head>
<body>
<table width="960" align="center" border="0" cellspacing="0" cellpadding="0">
<tr><td><img src="{LOGO}" width="300" height="60" alt="{bureau}" /></td></tr>
<tr><td class="menu">{_menu(language, twin)}</td></tr>
</table>
<table width="960" align="center" border="0" cellspacing="0" cellpadding="10">
<tr>
<td width="680" valign="top">
{main}</td>
<td width="240" valign="top">
{_side_box(language, latest)}</td>
</tr>
</table>
<div class="footer" align="center" style="border-top:2px solid #143c78">Copyright &copy; {bureau}</div>
</body>
</html>
"""
