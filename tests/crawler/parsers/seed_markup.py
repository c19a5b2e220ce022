"""Whole HTML pages, rebuilt in many markups from the text and the labels of a page whose HTML is not known."""

import itertools
import json
import random
import re
import tomllib
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any, Literal

Kind = Literal["crumbs", "title", "info", "toolbar", "body", "subhead", "caption", "stray", "byline", "pager"]
CONTENT: frozenset[Kind] = frozenset({"body", "subhead", "caption", "stray"})


@lru_cache(4096)
def squash(text: str) -> str:
    """Return the letters and digits of a text, in lower case."""
    return "".join(char for char in text.casefold() if char.isalnum())


@dataclass(frozen=True)
class SeedPage:
    """One page as rendered, with the fields that were labelled by hand; None stands for "not labelled"."""

    url: str
    title: str
    text: str
    breadcrumb: tuple[str, ...] | None = None
    source: str | None = None
    byline: tuple[str, ...] | None = None
    update_date: str | None = None
    published_date: str | None = None
    body: tuple[str, ...] = ()
    subheads: tuple[str, ...] = ()
    captions: tuple[str, ...] = ()
    stray: tuple[str, ...] = ()
    nav: tuple[str, ...] = ()

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> "SeedPage":
        """Build a page from a line of pages.jsonl; its keys `page`, `notes` and `truncated_at_2000` are not used."""
        known = {name: record[name] for name in cls.__dataclass_fields__ if record.get(name) is not None}
        byline = known.pop("byline", None)
        lists = {name: tuple(value) for name, value in known.items() if isinstance(value, list)}
        return cls(**known | lists, byline=tuple(byline.split(", ")) if byline else None)

    @property
    def language(self) -> str:
        return "zh" if any("\u4e00" <= char <= "\u9fff" for char in self.title) else "en"

    @property
    def words(self) -> dict[str, Any]:
        """Return what stands around an article of this language."""
        return WORDS[self.language]

    def lines(self) -> list[tuple[Kind, str]]:
        """Return every printed line with what the labels say it is, in the order of the page."""
        found: list[tuple[Kind, str]] = []
        for text in filter(None, (line.strip() for line in self.text.splitlines())):
            found.append((self._kind(text, {kind for kind, _ in found}), text))
        return found

    def _kind(self, text: str, seen: set[Kind]) -> Kind:
        key, started = squash(text), bool(seen & CONTENT)
        if key == squash(self.title) and "title" not in seen:
            return "title"
        if text in self.nav:
            return "pager"
        if key in map(squash, self.stray):
            return "stray" if started else "toolbar"
        trail = squash("".join(self.breadcrumb or ()))
        if not started and (not text.strip("> ") or (trail and key.endswith(trail))):
            return "crumbs"
        return self._content_kind(text, key, started=started)

    def _content_kind(self, text: str, key: str, *, started: bool) -> Kind:
        if key in map(squash, self.captions):
            return "caption"
        if key in map(squash, self.subheads):
            return "subhead"
        if any(key.startswith(squash(paragraph)) or squash(paragraph).startswith(key) for paragraph in self.body):
            return "body"
        return "info" if not started else "byline" if text.startswith("By ") else "body"


@dataclass(frozen=True)
class Picture:
    """An image with its caption and the stray line that was printed before the caption."""

    number: int
    caption: str = ""
    stray: str = ""


def picture_name(page: SeedPage, number: int) -> str:
    """Return the file name of a page's picture; those that carry captions count from 0."""
    return f"{zlib.crc32(page.url.encode()):08x}{number:03d}.jpg"


FORMS = Path(__file__).parents[2] / "fixtures" / "seed_forms"
WORDS: dict[str, dict[str, Any]] = json.loads((FORMS / "surroundings.json").read_text("utf-8"))


def name(rng: random.Random) -> str:
    """Return a class or an id: gibberish, a plausible old name that says nothing true, or none."""
    gibberish = "".join(rng.choices("abcdefghkmnprstuvwxyz0123456789_", k=rng.randint(3, 8)))
    words = WORDS["names"]["any"]
    word = rng.choice([f"x{gibberish}", f"x{gibberish}", rng.choice(words), rng.choice(words)])
    return rng.choice([f' class="{word}"', f' class="{word}"', f' id="{word}{rng.randint(1, 99)}"', ""])


def link(rng: random.Random, text: str) -> str:
    target = f"/{rng.randint(2015, 2019)}-0{rng.randint(1, 9)}/1{rng.randint(0, 9)}/c_{rng.randint(10000, 99999)}.htm"
    return f'<a href="{target}"{rng.choice(["", " target=_blank"])}>{escape(text)}</a>'


def row_of(rng: random.Random, parts: list[str]) -> str:
    """Lay parts out as a list, a bar, cells or spans."""
    bar = rng.choice([" | ", "&nbsp;|&nbsp;", " ", "&nbsp;&nbsp;"]).join(parts)
    items = "".join(f"<li>{part}</li>" for part in parts)
    cells = "".join(f"<td{name(rng)}>{part}</td>" for part in parts)
    spans = "".join(f"<span>{part}</span>" for part in parts)
    return rng.choice([f"<ul>{items}</ul>", f"<div{name(rng)}>{bar}</div>", f"<table><tr>{cells}</tr></table>", spans])


def dated(rng: random.Random, title: str) -> str:
    year, month, day = rng.randint(2018, 2023), rng.randint(1, 12), rng.randint(1, 28)
    date = rng.choice([f"{year}-{month:02d}-{day:02d}", f"[{month:02d}-{day:02d}]", f"({year}-{month:02d}-{day:02d})"])
    anchor = link(rng, title)
    return rng.choice([f"{anchor} {date}", f"<span>{date}</span>{anchor}", f"{anchor}<em{name(rng)}>{date}</em>"])


def listing(rng: random.Random, heading: str, parts: list[str]) -> str:
    heading = rng.choice(["<h3>{}</h3>", "<h2>{}</h2>", "<div><b>{}</b></div>", "<p>{}</p>"]).format(escape(heading))
    items = "".join(f"<li{name(rng)}>{part}</li>" for part in parts)
    rows = "".join(f"<tr><td>·</td><td>{part}</td></tr>" for part in parts)
    lines = "<br>".join(f"· {part}" for part in parts)
    terms = "".join(f"<dd>{part}</dd>" for part in parts)
    thumb = '<img src="/images/thumb_dock.jpg" width="120" height="80" alt="">' if rng.random() < 0.3 else ""
    body = rng.choice([f"<ul>{items}</ul>", f"<table>{rows}</table>", f"<div>{lines}</div>", f"<dl>{terms}</dl>"])
    return f"<div{name(rng)}>{heading}{thumb}{body}</div>"


def surroundings(page: SeedPage, rng: random.Random) -> tuple[str, str, str, str]:
    """Return what stands above an article, the list of the latest, the related ones and the footer."""
    words = page.words
    own = [page.title] if rng.random() < 0.3 else []  # a page often stands in its own "related" list
    latest = listing(rng, rng.choice(words["latest"]), [dated(rng, text) for text in rng.sample(words["items"], 6)])
    more = [link(rng, text) for text in rng.sample(words["more"], 3) + own]
    notes = words["footer"] + ([rng.choice(words["stamp"])] if rng.random() < 0.35 else [])
    footer = rng.choice(["<br>", "</p><p>", " &nbsp; "]).join(map(escape, notes))
    footer = rng.choice(["<p>{}</p>", "<div>{}</div>", "<center>{}</center>"]).format(footer)
    return header(page, rng), latest, listing(rng, rng.choice(words["related"]), more), footer


def header(page: SeedPage, rng: random.Random) -> str:
    words, site = page.words, escape(page.words["site"])
    logo = f'<a href="/"><img src="/images/logo.gif" alt="{site}"></a>'
    brand = rng.choice([logo, logo, f"<h1>{site}</h1>", f"<div{name(rng)}>{site}</div>"])
    strip = f"<div{name(rng)}>{rng.choice(words['strip'])}</div>" if rng.random() < 0.4 else ""
    switch = row_of(rng, [link(rng, text) for text in words["switch"]]) if rng.random() < 0.6 else ""
    search = '<form action="/s"><input name="q" value="Search"><input type="submit" value="Go"></form>'
    menu = row_of(rng, [link(rng, text) for text in words["menu"]])
    return "\n".join([brand, switch, strip, rng.choice(["", search]), menu])


def document(page: SeedPage, rng: random.Random, body: str, doctype: str = "") -> str:
    site = page.words["site"]
    titles = [f"{page.title} - {site}", f"{page.title}_{site}", f"{site} | {page.title}", page.title]
    title = rng.choice(titles if _date_first(page) else [*titles, site, site, ""])
    style = f".{rng.choice(WORDS['names']['any'])}{{width:980px}} /* Updated: 2001-01-01 */"
    script = 'var d=new Date("2024-03-12");function size(n){document.body.style.fontSize=n+"px"}'
    meta = rng.choice(['<meta charset="utf-8">', '<meta http-equiv="Content-Type" content="text/html; charset=utf-8">'])
    head = f"{meta}<title>{escape(title)}</title><style>{style}</style><script>{script}</script>"
    return f'{doctype}<html lang="{page.language}"><head>{head}</head><body>\n{body}\n</body></html>'


def _date_first(page: SeedPage) -> bool:
    kinds = [kind for kind, _ in page.lines()]
    return "info" in kinds and kinds.index("info") < kinds.index("title")


CREDIT = re.compile(r"(?P<gap>\s*)(?P<credit>\[[^\[\]]*\]|（[^（）]*）|摄影：\S+)$")
SPLIT = re.compile(
    r"(?<=\S)(?=Updated?(?: on)? ?:)|(?<=[)|])(?=\s)|(?<=\s)(?=L M S$|Print$|\S+\.cn Print$)"
    r"|(?<=\s)(?=更新时间|发布时间)"
)
LABEL = re.compile(r"((?:Updated?(?: on)?|Source|来源|更新时间|发布时间) ?[:：])")


def trail(page: SeedPage, text: str, rng: random.Random) -> str:
    """Return a breadcrumb as text, as links with text between, or as a list with its separators."""
    crumbs = page.breadcrumb
    if not crumbs:
        return rng.choice([escape(text), '<a href="/"></a> &gt; <a href="/n"> </a> &gt;'])
    where = escape(text[: text.index(crumbs[0])])
    mark = rng.choice([" &gt; ", "&gt;", "&nbsp;&gt;&nbsp;", " &raquo; ", " &gt;&gt; ", " > "])
    links = [link(rng, crumb) for crumb in crumbs[:-1]] + [rng.choice(["<b>{}</b>", "{}", "<a href=''>{}</a>"])]
    links[-1] = links[-1].format(escape(crumbs[-1]))
    inside = "".join(f"<li>{mark if number else ''}{item}</li>" for number, item in enumerate(links))
    between = f"<li>{mark}</li>".join(f"<li>{item}</li>" for item in links)
    lists = [f"{where}<ul{name(rng)}>{inside}</ul>", f"{where}<ul>{between}</ul>"]
    return rng.choice([escape(text), escape(text), where + mark.join(links), where + mark.join(links), *lists])


def info(text: str, rng: random.Random) -> str:
    """Return a date line as one text, as glued spans, with marked labels, or as cells; its text stays the same."""
    pieces = [escape(piece) for piece in SPLIT.split(text)]
    spans = "".join(f"<span{name(rng)}>{piece}</span>" for piece in pieces)
    cells = "".join(f"<td>{piece}</td>" for piece in pieces)
    marked = LABEL.sub(r"<b>\1</b>", escape(text))
    tag = rng.choice(["em", "span", "time"])
    values = re.sub(r"(\d{4}-\d\d-\d\d|\w+ \d+, \d{4})", rf"<{tag}>\1</{tag}>", escape(text))
    tools = re.sub(r"(L M S|Print)$", lambda m: "".join(f'<a href="#">{t}</a> ' for t in m[0].split()), escape(text))
    return rng.choice([escape(text), spans, spans, marked, values, tools, f"<table><tr>{cells}</tr></table>"])


def title(page: SeedPage, rng: random.Random) -> str:
    styled = ["<h1{}>{}</h1>", "<h2{}>{}</h2>", "<h3{}>{}</h3>", "<strong{}>{}</strong>", '<font size="5"{}>{}</font>']
    plain = ["<span{}>{}</span>", "<div{}>{}</div>", "<p{}>{}</p>"]
    return rng.choice(styled if _date_first(page) else styled + plain).format(name(rng), escape(page.title))


def head(page: SeedPage, rng: random.Random, row: str) -> str:
    """Return the lines above the article, each put into `row`; `{n}` in a row stands for a drawn name."""
    cells: list[tuple[Kind, str]] = []
    for kind, text in page.lines():
        if kind == "crumbs":
            cells.append((kind, trail(page, text, rng)))
        elif kind == "title":
            cells.append((kind, title(page, rng)))
        elif kind in {"info", "toolbar"}:
            before = f"{cells.pop()[1]}<br>" if cells and cells[-1][0] == "info" and rng.random() < 0.4 else ""
            cells.append((kind, before + info(text, rng)))
    return "\n".join(row.format(cell, n=name(rng)) for _, cell in cells)


def content(page: SeedPage, rng: random.Random) -> Iterator[tuple[Kind, str] | Picture]:
    """Yield the article's lines, each caption and the stray line before it as one picture."""
    number, stray = 0, ""
    bare = 1 if not page.captions and not page.stray and rng.random() < 0.5 else -1
    for place, (kind, text) in enumerate(line for line in page.lines() if line[0] in CONTENT | {"byline"}):
        if place == bare:
            yield Picture(900)  # an image without a caption: what follows stays a paragraph
        if kind == "caption":
            yield Picture(number, text, stray)
            number, stray = number + 1, ""
        elif kind == "stray":
            stray = text
        else:
            yield kind, text
    if stray:
        yield Picture(901, "", stray)


def image(page: SeedPage, picture: Picture, rng: random.Random, *, lazy: bool = False) -> str:
    """Return an image's tag, and in one of three cases its stray line as text before or after it."""
    file = picture_name(page, picture.number)
    source = rng.choice(["../../att/", "/images/attachement/jpg/site1/", "http://img.lakeside.example/"]) + file
    alt = escape(picture.stray or rng.choice(["", file, page.title]))
    alt = f' alt="{alt}"' if picture.stray or rng.random() < 0.7 else ""
    size = rng.choice(["", ' width="600"', ' width="600" height="400" border="0"', ' style="width:500px"'])
    source = f'src="/images/blank.gif" data-src="{source}"' if lazy else f'src="{source}"'
    tag = rng.choice(["<img {}>", "<img {} />", '<a href="/big.htm"><img {}></a>']).format(source + alt + size)
    stray = escape(picture.stray)
    return rng.choice([tag, f"{stray}<br>{tag}", f"{tag}<br>{stray}"]) if stray else tag


def caption(picture: Picture, rng: random.Random) -> str:
    """Return a caption's markup: whole, its credit in an element of its own, or its credit cut by one."""
    found = CREDIT.search(picture.caption)
    if not found:
        return escape(picture.caption)
    text, credit = escape(picture.caption[: found.start()]), escape(found["credit"])
    cut = rng.randint(2, max(2, len(found["credit"]) - 2))
    broken = f"{escape(found['credit'][:cut])}</font><font color=gray>{escape(found['credit'][cut:])}"
    gap = found["gap"]
    whole, ending = f"{text}{gap}{credit}", f"{text}{gap}<font color='#666'>{credit}</font>"
    return rng.choice(
        [whole, whole, ending, f"<font>{text}{gap}{broken}</font>", f"{text}{gap}{'<br>' * bool(gap)}{credit}"]
    )


def pager(page: SeedPage, rng: random.Random) -> str:
    lines = []
    for text in page.nav:
        words = [escape(word) for word in re.findall(r"(?:Previous|Next) Page|\S+", text)]
        links = [f'<a href="c_1_{place}.htm">{word}</a>' for place, word in enumerate(words)]
        current = [rng.choice([f"<b>{links[0]}</b>", f"<span>{words[0]}</span>"]), *links[1:]]
        listed = "<ul>" + "".join(f"<li>{word}</li>" for word in current) + "</ul>"
        lines.append(rng.choice([escape(text), " ".join(current), "&nbsp;".join(links), listed, "".join(links)]))
    form = rng.choice(["<p{}>{}</p>", "<div{}>{}</div>", "<center{}>{}</center>"])
    return "".join(form.format(name(rng), line) for line in lines)


def in_tables(page: SeedPage, rng: random.Random, middle: str) -> str:
    top, latest, related, footer = surroundings(page, rng)
    side = f'<td width="220" valign="top"{name(rng)}>{latest}</td>'
    main = f'<td valign="top"{name(rng)}>{middle}\n{related}</td>'
    cells = rng.choice([side + main, main + side])
    rows = [f'<td colspan="2">{top}</td>', cells, f'<td colspan="2">{footer}</td>']
    return '<table width="980" align="center">' + "\n".join(f"<tr>{row}</tr>" for row in rows) + "</table>"


def in_boxes(page: SeedPage, rng: random.Random, middle: str) -> str:
    top, latest, related, footer = surroundings(page, rng)
    side, main = f"<div{name(rng)}>{latest}</div>", f"<div{name(rng)}>{middle}</div>"
    inner = rng.choice([side + main + related, main + related + side, main + side + related])
    return "\n".join(f"<div{name(rng)}>{part}</div>" for part in (top, inner, footer))


def in_landmarks(page: SeedPage, rng: random.Random, middle: str) -> str:
    top, latest, related, footer = surroundings(page, rng)
    side, main = f"<aside>{latest}</aside>", f"<main>{middle}<section>{related}</section></main>"
    return f"<header>{top}</header>{rng.choice([side + main, main + side])}<footer>{footer}</footer>"


def in_form(page: SeedPage, rng: random.Random, middle: str) -> str:
    hidden = '<form method="post" action="c.aspx"><input type="hidden" name="__VIEWSTATE" value="2024-05-05">'
    return f"{hidden}{in_boxes(page, rng, middle)}</form>"


def wrapped(text: str, rng: random.Random) -> str:
    return "".join("\n      " if char == " " and rng.random() < 0.1 else char for char in escape(text))


def pasted(text: str, rng: random.Random) -> str:
    """Cut a text into spans at random places, in mid-word too, as a word processor does."""
    cuts = sorted({0, len(text), *(rng.randrange(len(text)) for _ in range(3))})
    return "".join(f"<span lang=EN-US>{escape(text[a:b])}</span>" for a, b in itertools.pairwise(cuts)) + "<o:p></o:p>"


def upper(html: str) -> str:
    return re.sub(r"</?[a-z][a-z0-9:]*", lambda match: match[0].upper(), html)


def unclosed(html: str) -> str:
    return re.sub(r"</(p|td|li|dd)>", "", html)


def xhtml(html: str) -> str:
    return re.sub(r"<(br|img|meta|input)\b([^<>]*?) ?/?>", r"<\1\2 />", html)


@dataclass(frozen=True)
class Markup:
    """One way to write a whole page: the keys of a table of markups.toml, which says what each is."""

    frame: str
    row: str
    holder: str
    paragraph: str
    subhead: str
    picture: str
    bare: str
    rows: str = "{}"
    between: str = "\n"
    text: str = "wrapped"
    finish: str = "as_it_is"
    doctype: str = ""
    lazy: bool = False
    pager_inside: bool = True

    def __call__(self, page: SeedPage, rng: random.Random) -> str:
        above_it = self.rows.format(head(page, rng, self.row))
        inner, pages = self._story(page, rng), pager(page, rng)
        inside = self.pager_inside and rng.random() < 0.5
        held = self.holder.format(inner + (pages if inside else ""), n=name(rng))
        middle = f"{above_it}\n{rng.choice(WORDS['names']['notes'])}{held}\n{'' if inside else pages}"
        return FINISHES[self.finish](document(page, rng, FRAMES[self.frame](page, rng, middle), self.doctype))

    def _story(self, page: SeedPage, rng: random.Random) -> str:
        parts = []
        for item in content(page, rng):
            if isinstance(item, Picture):
                form = self.picture if item.caption else self.bare
                parts.append(form.format(image(page, item, rng, lazy=self.lazy), caption(item, rng)))
            else:
                form = self.subhead if item[0] == "subhead" else self.paragraph
                parts.append(form.format(TEXTS[self.text](item[1], rng)))
        return self.between.join(parts)


FRAMES = {"tables": in_tables, "boxes": in_boxes, "landmarks": in_landmarks, "form": in_form}
TEXTS = {"wrapped": wrapped, "pasted": pasted}
FINISHES: dict[str, Callable[[str], str]] = {
    "as_it_is": str,
    "upper": upper,
    "unclosed": unclosed,
    "xhtml": xhtml,
    "loud": lambda html: upper(unclosed(html)),
}
MARKUPS: dict[str, Callable[[SeedPage, random.Random], str]] = {
    key: Markup(**table) for key, table in tomllib.loads((FORMS / "markups.toml").read_text("utf-8")).items()
}
