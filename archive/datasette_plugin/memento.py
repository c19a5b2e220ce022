"""What Datasette answers about an article over time: TimeMaps, a TimeGate, and versions as pages."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import unquote

from sqlite_utils import Database

from archive import memento
from archive.datasette_plugin.answering import permitted, response, room_of, within
from archive.errors import NotFoundError
from archive.markup import presentable
from archive.memento import Addresses, Memento
from archive.reader import Record, find_article, read_article

if TYPE_CHECKING:
    from datasette.app import Datasette
    from datasette.utils.asgi import Request, Response

_TABLES = ("articles", "versions", "version_captures", "captures", "images", "article_images")
_KEY = "[a-z2-7]{16}"
# Pages are written by strangers: nothing of them runs, and nothing is fetched from elsewhere.
_POLICY = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_STYLE = (
    "body{max-width:42rem;margin:2rem auto;padding:0 1rem;font:1.05rem/1.6 Georgia,serif;color:#222}"
    "body{overflow-wrap:anywhere}"
    "header{font-family:sans-serif;font-size:.9rem;color:#555}img{max-width:100%}figcaption{font-size:.9rem;color:#555}"
)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request for an article of a database: what is asked, and what is known of it."""

    datasette: "Datasette"
    request: "Request"
    database: str
    key: str
    mementos: list[Memento]
    original: str

    @property
    def where(self) -> Addresses:
        """The addresses of all that belongs to the article."""
        return addresses_of(self.request, self.datasette, self.database, self.key, self.original)


def addresses_of(request: "Request", datasette: "Datasette", database: str, key: str, original: str) -> Addresses:
    """Return where an article's versions are found in time."""
    base = datasette.absolute_url(request, f"{datasette.urls.database(database)}/-")
    return Addresses(
        original, f"{base}/timegate/{key}", f"{base}/timemap/link/{key}", f"{base}/timemap/json/{key}",
        f"{base}/memento/{key}",
    )  # fmt: skip


async def timemap(request: "Request", datasette: "Datasette") -> "Response":
    """Answer with all mementos of an article."""
    asked = await _asked(request, datasette)
    if not isinstance(asked, _Asked):
        return asked
    if request.url_vars["form"] == "json":
        return response(memento.as_json(asked.mementos, asked.where), content_type="application/json; charset=utf-8")
    return response(memento.link_format(asked.mementos, asked.where), content_type="application/link-format")


async def timegate(request: "Request", datasette: "Datasette") -> "Response":
    """Lead to the memento that was in force at `Accept-Datetime`."""
    asked = await _asked(request, datasette)
    if not isinstance(asked, _Asked):
        return asked
    try:
        wanted = memento.wanted_instant(request.headers.get("accept-datetime"))
    except ValueError:
        return response("Accept-Datetime is no date as HTTP writes them.", status=400)
    shown = memento.in_force(asked.mementos, wanted)
    headers = {
        "Location": asked.where.of(shown), "Vary": "accept-datetime",
        "Link": memento.link_header(asked.mementos, asked.where),
    }  # fmt: skip
    return response("", status=302, headers=headers)


async def version_page(request: "Request", datasette: "Datasette") -> "Response":
    """Show the version that an article's memento is, without any script."""
    asked = await _asked(request, datasette)
    if not isinstance(asked, _Asked):
        return asked
    shown = next((each for each in asked.mementos if each.digits == request.url_vars["digits"]), None)
    if shown is None:
        return response("The archive has no memento of that instant; its TimeMap lists them.", status=404)
    record = await within(datasette, asked.database, lambda db: read_article(db, asked.key, shown.version))
    headers = {
        "Memento-Datetime": shown.date, "Link": memento.link_header(asked.mementos, asked.where, shown),
        "Content-Security-Policy": _POLICY,
    }  # fmt: skip
    images = room_of(datasette, asked.database).images()
    return response(_page(record, shown, images), content_type="text/html; charset=utf-8", headers=headers)


_View = Callable[["Request", "Datasette"], Awaitable["Response"]]
_ARTICLE = r"^/(?P<database>[^/]+)/-"
ROUTES: list[tuple[str, _View]] = [
    (rf"{_ARTICLE}/timemap/(?P<form>link|json)/(?P<reference>.+)$", timemap),
    (rf"{_ARTICLE}/timegate/(?P<reference>.+)$", timegate),
    (rf"{_ARTICLE}/memento/(?P<reference>{_KEY})/(?P<digits>[0-9]{{14}})$", version_page),
]


async def _asked(request: "Request", datasette: "Datasette") -> "_Asked | Response":
    """Return what is asked for, or the answer that there is no such article, or none any more."""
    database = await permitted(request, datasette, _TABLES)
    reference = unquote(request.url_vars["reference"])
    if "://" in reference and request.query_string:
        reference = f"{reference}?{request.query_string}"
    try:
        key, url, state, mementos = await within(datasette, database, lambda db: _known(db, reference))
    except NotFoundError as error:
        return response(str(error), status=404)
    if state == "withdrawn" or not mementos:
        return response("The article was taken down.", status=410)
    return _Asked(datasette, request, database, key, mementos, url)


def _known(db: Database, reference: str) -> tuple[str, str, str, list[Memento]]:
    article_id = find_article(db, reference)
    key, url, state = db.conn.execute("SELECT key, url, state FROM articles WHERE id = ?", (article_id,)).fetchone()
    return key, url, state, memento.mementos_of(db, article_id)


def _page(record: Record, shown: Memento, images: str) -> str:
    article = record.article
    title, language = escape(article.title or "(untitled)"), escape(article.language or "")
    body = presentable(article.body_html, images)
    dates = [
        f"{name} {escape(stamp.raw)}"
        for name, stamp in (("Published", article.published), ("Updated", article.updated))
        if stamp
    ]
    said = [*(escape(name) for name in article.byline), escape(article.source or ""), *dates]
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{title}</title>'
        f"<style>{_STYLE}</style></head><body><header><p>Version {shown.version} of "
        f"{_link(record.row['url'])}, first captured {shown.date}.</p>"
        f"</header><h1>{title}</h1><p>{' · '.join(filter(None, said))}</p>{body}</body></html>"
    )


def _link(url: str) -> str:
    """Return an address, as a link where a browser may safely follow it."""
    said = escape(url)
    return f'<a href="{said}">{said}</a>' if url.startswith(("http://", "https://")) else said
