"""A workspace with what the pages of articles meet: versions, pictures, scripts of the world, hostile text, losses."""

import asyncio
import datetime as dt
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
from datasette.app import Datasette
from datasette.plugins import pm
from lxml import html

from archive import datasette_plugin
from archive.db import atomic
from archive.hand.editing import edit
from archive.model import Image, Stamp
from archive.versions import pack
from crawler.workspace import make_workspace
from tests.archive.keeping import Keeping, article, picture
from tests.archive.library import run

SITE = "https://herald.example"
STORY, CHINESE, ARABIC = f"{SITE}/news/a.html", f"{SITE}/news/b.html?x=1&y=2", f"{SITE}/news/c.html"
HOSTILE, GONE, BARE, TAKEN = f"{SITE}/h", f"{SITE}/gone", f"{SITE}/bare", f"{SITE}/taken"
SHIP, PIER = f"{SITE}/ship.png", f"{SITE}/pier.png"
HIDDEN = "Nobody may read this sentence again."
PAYLOAD = "\"'><script>alert(1)</script><img src=x onerror=alert(1)><svg/onload=alert(1)>{{ 7*7 }}\u202e"
LINKS = (
    '<p onclick="x()">a<a href="javascript:x()">b</a><a href="/archive/-/front">c</a><a href=" //evil.example">d</a>'
    '<a href="data:text/html,x">e</a><iframe src="https://evil.example"></iframe><style>p{}</style>'
    '<img src="https://evil.example/x.png" onerror="x()" alt="&quot;><script>"></p><form action="/"><input></form>'
)


class Asking:
    """One Datasette on one archive, asked without a socket."""

    def __init__(self, root: Path, metadata: Any = None) -> None:
        self._loop = asyncio.new_event_loop()
        self._registered = pm.is_registered(datasette_plugin)
        if not self._registered:
            pm.register(datasette_plugin, name="newsarchive")
        self._datasette = Datasette([str(root / "archive.db")], metadata=metadata)

    def __call__(self, path: str) -> httpx.Response:
        got: httpx.Response = self._loop.run_until_complete(self._datasette.client.get(f"/archive/-/{path}"))
        assert "Traceback" not in got.text
        return got

    def page(self, path: str, status: int = 200) -> html.HtmlElement:
        """Return a page that answers so, and runs nothing that is not ours."""
        got = self(path)
        assert got.status_code == status, got.text[:500]
        assert got.headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'")
        return harmless(got.text)

    def close(self) -> None:
        for database in self._datasette.databases.values():
            database.close()
        self._datasette.executor.shutdown()
        self._loop.close()
        if not self._registered:
            pm.unregister(datasette_plugin)


def harmless(text: str) -> html.HtmlElement:
    """Return a page; it must hold no script, style, handler or address but ours, and links to the web alone."""
    page = html.fromstring(text)
    for element in page.iter():
        assert element.tag not in ("iframe", "object", "embed", "base", "style", "svg", "math")
        assert element.tag != "script" or str(element.get("src")).startswith("/-/newsarchive/")
        assert not [name for name in element.attrib if str(name).startswith("on") or name == "style"]
        for name in {"src", "href", "action", "formaction"} & {str(name) for name in element.attrib}:
            address = str(element.get(name))
            ours = address.startswith(("/archive", "/-/", "#"))
            assert ours or (element.tag == "a" and address.startswith(("https://", "http://"))), address
            if element.tag == "a" and not ours:
                assert element.get("rel") == "noopener noreferrer nofollow"
    return page


def text_of(page: html.HtmlElement, selector: str = "main") -> str:
    """Return what a part of a page says, on one line."""
    return " ".join(" ".join(element.text_content() for element in page.cssselect(selector)).split())


def key_of(root: Path, url: str) -> str:
    """Return the key of an article."""
    return str(rows(root, "SELECT key FROM articles WHERE url = ?", url)[0][0])


def rows(root: Path, sql: str, *values: Any) -> list[tuple[Any, ...]]:
    """Ask the archive, or change it as another tool could."""
    with closing(sqlite3.connect(root / "archive.db")) as db, db:
        return db.execute(sql, values).fetchall()


def fill(root: Path) -> Path:
    """Make the workspace."""
    make_workspace(root)
    keeping = Keeping(root)
    _story(keeping)
    for chair in ("局长", "副局长"):
        body = f"宁波市召开会议。强调“质量第一”的方针。\n\n第二段。会议由{chair}主持。"
        keeping.store(article(body, url=CHINESE, title="质监局召开会议", language="zh-Hans", byline=("王小明",)))
    keeping.store(article("قال رئيس الميناء إن السفن تنتظر.", url=ARABIC, title="الميناء هادئ", language="ar"))
    _hostile(keeping)
    for url in (GONE, BARE, TAKEN):
        keeping.store(article(HIDDEN if url == TAKEN else "A bare text.\n\nOf two paragraphs.", url=url, title=None))
    keeping.close()
    keeping = Keeping(root)
    _lose(keeping)
    keeping.close()
    run(root, "takedown", TAKEN, "--reason", "a court order", "--yes")
    return root


def _story(keeping: Keeping) -> None:
    first = (
        "The harbour is quiet. Ships wait.\n\nThe pilots rest on Sundays. Nobody minds.\n\n"
        "One left. Two came. Three wait. Four sank."
    )
    bodies = (first, first.replace("quiet", "very quiet"), first.replace("Nobody minds.", "The mayor does."))
    for number, body in enumerate(bodies):
        told = [
            Image(SHIP, "A ship at sea." if number < 2 else "A ship in port.", "[Photo by X]", "a ship"),
            Image(PIER, "The pier.", None, None, 2),
        ]
        lines = [f"<p>{text}</p>" for text in body.split("\n\n")]
        figure = f'<figure><img src="{SHIP}" alt="a ship"><figcaption>A ship at sea. [Photo by X]</figcaption></figure>'
        markup = lines[0] + figure + "".join(lines[1:]) + f'<p><a href="{CHINESE}">See also</a></p>'
        published = Stamp("1 May, 9:00", dt.datetime(2024, 5, 1, 9, tzinfo=dt.UTC), "instant")
        got = article(
            body, url=STORY, images=told, published=published, byline=("Jane Doe", "City Desk"), source="Herald & Sons",
            breadcrumb=("Home", "News"), rules={"title": "page:h1=json-ld:headline", "updated": "label:updated"},
            title="Harbour quiet" if number < 2 else "Harbour loud",
        )  # fmt: skip
        seen = [keeping.image(SHIP, picture("red" if number < 1 else "navy")), keeping.image(PIER)]
        keeping.store(replace(got, body_html=markup), images=seen)
    paper = keeping.capture(f"{SITE}/paper.pdf", b"%PDF-1.4 paper")
    keeping.writer.flush()
    with atomic(keeping.db):
        (row_id,) = keeping.rows("SELECT id FROM articles WHERE url = ?", STORY)[0]
        edit(keeping.db, row_id, {"source": "The Herald"}, "from the print edition", "anna")
        said = "INSERT INTO {}(article_id, {}, at{}) VALUES (?, ?, '2024-05-05T10:00:00Z'{})"
        keeping.db.conn.execute(said.format("tags", "tag", "", ""), (row_id, "harbour"))
        keeping.db.conn.execute(said.format("notes", "text", ", by", ", 'bob'"), (row_id, "Printed on page 2."))
        keeping.db.conn.execute(
            "INSERT INTO attachments(article_id, url, name, capture_id, mime, bytes, pages, text, first_seen, "
            "last_seen) VALUES (?, ?, 'paper.pdf', ?, 'application/pdf', 2048, 2, ?, '', '')",
            (row_id, f"{SITE}/paper.pdf", paper.id, pack("What the paper says.")),
        )


def _hostile(keeping: Keeping) -> None:
    stamp = Stamp(PAYLOAD, dt.date(2024, 5, 2), "day")
    for body in ("One.", "Two."):
        told = [Image(f"{SITE}/x.png?{PAYLOAD}", PAYLOAD, PAYLOAD, PAYLOAD), Image(None, PAYLOAD, position=2)]
        got = article(
            f"{PAYLOAD} {body}", url=HOSTILE, title=PAYLOAD + body, updated=stamp, published=stamp, source=PAYLOAD,
            byline=(PAYLOAD,), breadcrumb=(PAYLOAD,), language='"><x>', canonical_url=f"{HOSTILE}#{PAYLOAD}",
            rules={"title": f"page:{PAYLOAD}", "body": PAYLOAD}, images=told,
        )  # fmt: skip
        seen = [keeping.image(image.url or "", error=PAYLOAD) for image in told]
        keeping.store(replace(got, body_html=LINKS + PAYLOAD), images=seen, identity=HOSTILE)


def _lose(keeping: Keeping) -> None:
    at = "2024-06-02T00:00:00.000000Z"
    with atomic(keeping.db):
        (gone,), (bare,) = (keeping.rows("SELECT id FROM articles WHERE url = ?", url)[0] for url in (GONE, BARE))
        keeping.db.conn.execute("UPDATE articles SET state = 'gone' WHERE id = ?", (gone,))
        keeping.db.conn.execute(
            "INSERT INTO events(article_id, kind, from_version, to_version, at, detail) "
            "VALUES (?, 'gone', 1, 1, ?, '2024-05-18T00:00:00.000000Z')",
            (gone, at),
        )
        (version,) = keeping.rows("SELECT id FROM versions WHERE article_id = ?", bare)[0]
        for sql in ("version_captures WHERE version_id = ?", "seals WHERE version_id = ?", "versions WHERE id = ?"):
            keeping.db.conn.execute(f"DELETE FROM {sql}", (version,))  # noqa: S608
        keeping.db.conn.execute("UPDATE articles SET updated = '2024-05-02T10:30:00', updated_precision = 'minute' "
                                "WHERE id = ?", (bare,))  # fmt: skip
