"""A real archive in a temporary folder, with one run that writes into it: what most tests of the archive stand on."""

import datetime as dt
import hashlib
import io
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from PIL import Image as Picture

from archive import media
from archive.db import open_archive
from archive.holdings import Holdings
from archive.identity import normalise
from archive.model import Article, Entry, Image, SiteRow, Stamp
from archive.readings import Reading
from archive.runs import StartedRun, finish_run, start_run
from archive.storing import ArticleUnit
from archive.units import CaptureRef, CaptureUnit, FailureUnit, FetchedImage, ListingUnit, Unit
from archive.warc import Exchange
from archive.writer import Writer

SITE = SiteRow(
    "herald",
    "The Herald",
    "https://herald.example/",
    "en",
    "Europe/Berlin",
    (("news", "News", "https://herald.example/news/"), ("culture", "Culture", "https://herald.example/culture/")),
)
OTHER_SITE = SiteRow(
    "zhbao", "浙报", "https://zhbao.example/", "zh", "Asia/Shanghai", (("news", "新闻", "https://zhbao.example/x/"),)
)
READING = Reading("1.0", "t1")
NOON = dt.datetime(2024, 5, 3, 12, 0, tzinfo=dt.UTC)
HTML = (
    ("Content-Type", "text/html; charset=utf-8"),
    ("ETag", '"e1"'),
    ("Last-Modified", "Fri, 03 May 2024 10:00:00 GMT"),
)
URL = "https://herald.example/news/a.html"


def day_of(text: str) -> Stamp:
    """Return a date as a page prints it, of a day alone."""
    return Stamp(text, dt.date.fromisoformat(text), "day")


def picture(color: str = "red", form: str = "PNG", size: tuple[int, int] = (8, 6)) -> bytes:
    """Return the bytes of a real picture."""
    file = io.BytesIO()
    Picture.new("RGB", size, color).save(file, form)
    return file.getvalue()


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


class Keeping:
    """An archive with one open run of one site; every fetch is a minute after the one before."""

    def __init__(self, root: Path, site: SiteRow = SITE, *, now: dt.datetime = NOON) -> None:
        self.site, self.now = site, now
        self.holdings = Holdings(root)
        self.batches: list[tuple[Unit, ...]] = []
        self.run: StartedRun = start_run(self.holdings, site)
        self.warc = self.holdings.captures / self.run.warc
        self.writer = self._new_writer()
        self.db = open_archive(self.holdings.database)

    def _new_writer(self) -> Writer:
        return Writer(
            self.holdings, site_id=self.site.id, run_id=self.run.id, warc=self.warc, software="newsarchive/test",
            on_commit=lambda batch: self.batches.append(tuple(batch)),
        )  # fmt: skip

    def again(self, site: SiteRow | None = None) -> None:
        """End the run and begin another."""
        self.writer.close()
        finish_run(self.holdings, self.run.id, "finished", {}, None)
        self.site = site or self.site
        self.run = start_run(self.holdings, self.site)
        self.warc = self.holdings.captures / self.run.warc
        self.writer = self._new_writer()

    def close(self) -> None:
        """End the run; harmless twice."""
        self.db.close()
        if not self.writer.error:
            self.writer.close()

    def tick(self) -> dt.datetime:
        self.now += dt.timedelta(minutes=1)
        return self.now

    def exchange(
        self, url: str, body: bytes = b"<p>page</p>", *, status: int = 200, headers: Sequence[tuple[str, str]] = HTML
    ) -> Exchange:
        return Exchange(url, self.tick(), status, tuple(headers), body)

    def capture(
        self, url: str, body: bytes | None = None, *, kept_as_media: bool = False, status: int = 200
    ) -> CaptureRef:
        """Queue a response, of other bytes than any before where none are given; return its reference."""
        page = b"<p>page at %s</p>" % str(self.now).encode() if body is None else body
        got = self.exchange(url, page, status=status)
        ref = CaptureRef(url, got.fetched_at, etag=got.header("etag"), last_modified=got.header("last-modified"))
        self.writer.put(CaptureUnit(ref, got, kept_as_media))
        return ref

    def image(self, url: str, data: bytes | None = None, *, error: str | None = None) -> FetchedImage:
        """Return a fetched image: its bytes, or the cause why there are none."""
        if data is None:
            return FetchedImage(url, error=error or "http-404")
        ref = self.capture(url, data, kept_as_media=True)
        return FetchedImage(url, capture=ref, data=data, info=media.identify(data))

    def listing(
        self, *entries: Entry, section: str = "news", page: int = 1, url: str | None = None, **marks: Any
    ) -> ListingUnit:
        """Write a listing page that shows these entries."""
        row = self.run.sections[section]
        address = url or next(address for key, _, address in self.site.sections if key == section)
        unit = ListingUnit(row.id, address, self.capture(address), page, entries, **marks)
        self.writer.put(unit)
        self.writer.flush()
        return unit

    def unit(
        self,
        article: Article,
        *,
        images: Sequence[FetchedImage] = (),
        identity: str | None = None,
        reading: Reading = READING,
        **more: Any,
    ) -> ArticleUnit:
        """Queue the captures of an article; return the article as a unit that is not queued yet."""
        pages = more.get("pages", ())
        captures = tuple(self.capture(url) for url in (article.url, *pages))
        name = identity or normalise(article.canonical_url or article.url)
        return ArticleUnit(article.url, name, article, captures, tuple(images), reading, **more)

    def store(self, article: Article, **more: Any) -> ArticleUnit:
        """Write an article and wait for it."""
        unit = self.unit(article, **more)
        self.writer.put(unit)
        self.writer.flush()
        return unit

    def fail(self, url: str, cause: str, *, kind: str = "article", skipped: bool = False) -> None:
        """Write a failure or a skip and wait for it."""
        self.writer.put(FailureUnit(url, kind, cause, self.tick(), skipped))
        self.writer.flush()

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        return self.db.conn.execute(sql, values).fetchall()

    def one(self, sql: str, *values: Any) -> Any:
        """Return the only value of the only row."""
        ((value,),) = self.rows(sql, *values)
        return value

    def record(self, table: str, **where: Any) -> dict[str, Any]:
        """Return the only row of a table that fits."""
        condition = " AND ".join(f"{name} = ?" for name in where) or "1"
        (row,) = self.db.query(f"SELECT * FROM {table} WHERE {condition}", tuple(where.values()))  # noqa: S608
        return row

    def count(self, table: str) -> int:
        return int(self.one(f"SELECT count(*) FROM {table}"))  # noqa: S608

    def events(self) -> list[tuple[Any, ...]]:
        return self.rows("SELECT kind, from_version, to_version FROM events ORDER BY id")

    def found(self, word: str) -> list[int]:
        """Return the ids that plain FTS5 finds for a word."""
        return [row[0] for row in self.rows("SELECT rowid FROM articles_fts WHERE articles_fts MATCH ?", f'"{word}"')]

    def check_index(self) -> None:
        """Raise if the full-text index does not hold what the articles say."""
        self.db.conn.execute("INSERT INTO articles_fts(articles_fts, rank) VALUES ('integrity-check', 1)")

    def chain_is_whole(self) -> bool:
        """Recompute the chain of captures from their rows, by the definition in ARCHITECTURE.md."""
        previous = ""
        for row_id, chain, *said in self.rows(
            "SELECT id, chain, url, fetched_at, status, mime, headers, digest, file, offset, length, revisit_of "
            "FROM captures ORDER BY id"
        ):
            if said[-1] is None:
                said.pop()
            text = json.dumps([previous, row_id, *said], ensure_ascii=False)
            if hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest() != chain:
                return False
            previous = chain
        return True


def article(
    body: str = "The harbour is quiet.", *, url: str = URL, images: Iterable[Image] = (), **more: Any
) -> Article:
    """Return an article of the site with a title, an update date and a body."""
    fields: dict[str, Any] = {"title": "Harbour report", "updated": day_of("2024-05-02"), "language": "en"} | more
    return Article(url=url, body=body, body_html=f"<p>{body}</p>", images=tuple(images), **fields)
