"""The demo's second site: a city paper in English and Arabic, which reprints, and one day turns crawlers away."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass, replace
from html import escape
from importlib.resources import files
from threading import Lock
from typing import TYPE_CHECKING, Any

from crawler.demo import content, pictures
from crawler.demo.article import Reply
from crawler.demo.documents import pdf_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

NAME = "Lantern Quay Courier"
SECTIONS = {"city": ("City", "/city/", "en"), "arabic": ("بالعربية", "/arabic/", "ar")}
_HTML = "text/html; charset=utf-8"
_CLOSED = (
    b"<html><head><title>Are you a robot?</title></head><body><h1>Access denied</h1>\n"
    b"<p>Please complete the captcha to show that you are human.</p></body></html>\n"
)


@dataclass(frozen=True, slots=True)
class _Block:
    """A paragraph, a photograph with caption and credit, or a linked file with its words."""

    kind: str
    text: str
    path: str = ""
    credit: str = ""
    drawn: str = ""  # the path by whose name the photograph is drawn, where it is not its own


@dataclass(frozen=True, slots=True)
class Report:
    """One article of the Courier."""

    number: int
    section: str
    time: str
    title: str
    byline: str
    blocks: tuple[_Block, ...]

    @property
    def path(self) -> str:
        """Return where it stands."""
        return f"/{self.section}/{self.time[:4]}/{self.number}.html"


def definition(base_url: str) -> str:
    """Return the site definition as TOML text for a Courier served at `base_url`."""
    sections = "".join(
        f'\n[[sections]]\nkey = "{key}"\nname = "{name}"\nurl = "{path}"\nevery = "6h"\nlanguage = "{language}"\n'
        for key, (name, path, language) in SECTIONS.items()
    )
    return (
        f'id = "courier"\nname = "{NAME}"\nurl = "{base_url}"\nlanguage = "en"\ntimezone = "Asia/Shanghai"\n\n'
        f'[listing]\nentry = "li.card"\nlink = "a"\ndate = "time"\nthumbnail = "img"\nnext = false\n{sections}'
    )


class CourierSite:
    """A small city paper that lives in memory; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.reports: tuple[Report, ...] = tuple(_load())
        self.closed = False

    def respond(self, path: str) -> Reply:
        """Answer one path, given without its query."""
        if path == "/robots.txt":
            return Reply(200, "text/plain; charset=utf-8", b"User-agent: *\nAllow: /\n")
        if self.closed:
            return Reply(200, _HTML, _CLOSED)
        return self._answers().get(path) or Reply(404, _HTML, b"<h1>404 Not Found</h1>")

    def retitle(self, number: int, title: str) -> None:
        """Give a report another headline."""
        with self._lock:
            self.reports = tuple(
                replace(report, title=title) if report.number == number else report for report in self.reports
            )

    def close(self) -> None:
        """Turn everybody away from now on."""
        self.closed = True

    def _answers(self) -> dict[str, Reply]:
        found = {path: _page(_listing(key, self.reports)) for key, (_, path, _) in SECTIONS.items()}
        for report in self.reports:
            found[report.path] = _page(_article(report))
            for block in report.blocks:
                if block.kind == "image":
                    found[block.path] = Reply(200, "image/jpeg", pictures.draw(block.drawn or block.path))
                elif block.kind == "file":
                    found[block.path] = Reply(200, "application/pdf", pdf_of(block.text, f"{report.title}."))
        return found


def _load() -> Iterator[Report]:
    text = (files("crawler.demo") / "articles_courier.toml").read_text(encoding="utf-8")
    for row in tomllib.loads(text)["article"]:
        blocks = tuple(map(_block, row["text"].strip().splitlines()))
        yield Report(
            row["number"], row["section"], row["time"], row["title"], row["byline"], (*_reprinted(row), *blocks)
        )


def _block(line: str) -> _Block:
    mark, _, rest = line.partition(" ")
    if mark not in ("@image", "@file"):
        return _Block("text", line)
    name, text, *credit = (part.strip() for part in rest.split("|"))
    return _Block(mark[1:], text, f"/files/{name}", *credit)


def _reprinted(row: dict[str, Any]) -> Iterator[_Block]:
    """Yield what a report takes over from the bureau: all but the last paragraph, and the photographs."""
    source = next((article for article in content.load() if article.number == row.get("reprint")), None)
    if source is None:
        return
    for place, paragraph in enumerate(source.pages[0][:-1]):
        yield _Block("text", paragraph)
        for image in source.images:
            if image.before == place + 1:
                caption = image.caption.partition(" [")[0]
                name = image.path.rpartition("/")[2]
                yield _Block("image", caption, f"/files/{name}", "Photo: harbournews.example", image.path)


def _page(html: str) -> Reply:
    return Reply(200, _HTML, html.encode())


def _listing(section: str, reports: Iterable[Report]) -> str:
    shown = sorted((report for report in reports if report.section == section), key=lambda report: report.time)
    cards = "".join(map(_card, reversed(shown)))
    name, _, language = SECTIONS[section]
    return _document(language, name, "", f"<h1>{name}</h1>\n<ul>\n{cards}</ul>\n")


def _card(report: Report) -> str:
    picture = next((block.path for block in report.blocks if block.kind == "image"), None)
    thumbnail = f'<img src="{picture}" width="120" alt="">' if picture else ""
    return (
        f'<li class="card">{thumbnail}<a href="{report.path}">{escape(report.title)}</a> '
        f'<time datetime="{report.time}">{report.time[:10]}</time></li>\n'
    )


def _article(report: Report) -> str:
    language = SECTIONS[report.section][2]
    said = {
        "@context": "https://schema.org", "@type": "NewsArticle", "headline": report.title,
        "datePublished": report.time, "author": {"@type": "Person", "name": report.byline},
    }  # fmt: skip
    # JSON may hold what ends a script element.
    data = json.dumps(said, ensure_ascii=False).replace("<", "\\u003c")
    head = f'<script type="application/ld+json">{data}</script>\n'
    body = "".join(map(_block_html, report.blocks))
    main = (
        f'<article>\n<h1>{escape(report.title)}</h1>\n<p class="byline">{escape(report.byline)}</p>\n'
        f'<time datetime="{report.time}">{report.time[:16].replace("T", " ")}</time>\n'
        f'<div class="text">\n{body}</div>\n</article>\n'
    )
    return _document(language, report.title, head, main)


def _block_html(block: _Block) -> str:
    text = escape(block.text, quote=False)
    if block.kind == "image":
        credit = f' <span class="credit">{escape(block.credit)}</span>'
        return (
            f'<figure><img src="{block.path}" width="480" height="320" alt="{escape(block.text)}">'
            f"<figcaption>{text}{credit}</figcaption></figure>\n"
        )
    if block.kind == "file":
        return f'<p class="download"><a href="{block.path}">{text}</a> (PDF)</p>\n'
    return f"<p>{text}</p>\n"


def _document(language: str, title: str, head: str, main: str) -> str:
    menu = " ".join(f'<a href="{path}">{name}</a>' for name, path, _ in SECTIONS.values())
    direction = "rtl" if language == "ar" else "ltr"
    return f"""<!DOCTYPE html>
<html lang="{language}" dir="{direction}">
<head><meta charset="utf-8"><title>{escape(title)} | {NAME}</title>
{head}</head>
<body>
<header><a href="/city/">{NAME}</a><nav>{menu}</nav></header>
<main>
{main}</main>
<footer><p>{NAME}, Lantern Quay 7, Harbour City</p></footer>
</body>
</html>
"""
