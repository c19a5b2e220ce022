"""Storing an article: which article it is, whether what was fetched is a version of its own, and what follows."""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlite_utils import Database

from archive import ledger
from archive.attachments import FetchedAttachment, write_attachments
from archive.columns import columns_of, storable
from archive.corrections import corrected
from archive.events import retell
from archive.families.kinship import join_family
from archive.identity import DAY_SHIFT, article_key, first_id_of
from archive.keys import first_keys, place_in_sections
from archive.model import Article, timestamp, utc_now
from archive.reader import version_content
from archive.readings import (
    Reading,
    current_columns,
    plan_replacements,
    show_version,
    version_id_of,
    write_replacements,
)
from archive.rows import find_image, image_row, insert_row, put_image
from archive.units import CaptureRef, Desk, FetchedImage, insert_record
from archive.versions import KeptImage, carry_over, digest_of, html_of, pack
from archive.visits import plan_visit
from archive.warc import Record
from archive.withdrawn import is_withdrawn, refuse

Outcome = Literal["stored", "unchanged", "skipped"]
# So many letters of a cut title tell it from others.
_TELLING = 12


@dataclass(slots=True)
class ArticleUnit:
    """An article as it was fetched: its version, images, places in sections and ledger marks.

    `url` is the ledger's URL, `identity` the normal form of the address that stands for the article, `own` the page's
    own, which is taken where the identity turns out to be another article's; `captures` are
    its pages in order; `images` stand in the order of `article.images`; `also` are smaller forms that the page shows
    in their stead, kept so that it can be shown again. A `live` one has just been fetched. `outcome` is known once it
    is written.
    """

    url: str
    identity: str
    article: Article
    captures: tuple[CaptureRef, ...]
    images: tuple[FetchedImage, ...]
    reading: Reading
    own: str | None = None
    pages: tuple[str, ...] = ()
    also: tuple[FetchedImage, ...] = ()
    reread: Article | None = None
    attachments: tuple[FetchedAttachment, ...] = ()
    note: str | None = None
    live: bool = False
    outcome: Outcome | None = field(default=None)
    said: Record | None = None

    def as_item(self) -> dict[str, Any]:
        """Return the article as a flat item, for Scrapy's feed exports."""
        item = columns_of(self.article) | {"url": self.identity, "key": article_key(self.identity)}
        images = [{"url": image.url, "caption": image.caption, "credit": image.credit} for image in self.article.images]
        return item | {"body": self.article.body, "images": images}

    @property
    def weight(self) -> int:
        """Bytes of text and images."""
        return 3 * len(self.article.body) + sum(image.size for image in self.images)

    @property
    def seen_at(self) -> str:
        """When the first page was fetched."""
        return timestamp(self.captures[0].fetched_at)

    def write_files(self, desk: Desk) -> None:
        """Keep the images' bytes, and beside the capture what was first read of it."""
        for image in (*self.images, *self.also):
            image.keep(desk.media)
        first = self.captures[0]
        if first.record_id:
            read = first_reading(self.article, self.reading)
            self.said = desk.warc.write_metadata(first.url, first.fetched_at, first.record_id, read)

    def write_rows(self, desk: Desk) -> None:
        """Write the article, its version where it is a new one, and every mark that goes with it."""
        url_id = ledger.ensure_url(desk.db, desk.site_id, self.url, "article", self.seen_at)
        if self.said:
            insert_record(desk.db, self.said, self.captures[0].row_id())
        if self.own and self.own != self.identity and _is_another(desk.db, self.identity, self.article.title):
            self.identity = self.own
        article_id, number = _find(desk.db, url_id, self.identity)
        if article_id is not None and is_withdrawn(desk.db, article_id):
            files = (file.capture for file in self.attachments if file.capture)
            refuse(desk.db, article_id, url_id, (*self.captures, *files), (*self.images, *self.also))
            self.outcome = "skipped"
            return
        image_ids = [image_row(desk, image) for image in self.images]
        for image in self.also:
            image_row(desk, image)
        if article_id is None:
            article_id = _new_article(desk, self, url_id, has_image=any(image_ids))
            _new_version(desk, self, (article_id, url_id, 1), image_ids)
            retell(desk.db, article_id, desk.policy)
            self.outcome = "stored"
        else:
            if self.reread is not None:
                self._read_again(desk.db, article_id, number, self.reread)
            self.article = corrected(desk.db, article_id, self.article, self.reread)
            self.outcome = _compare(desk, self, (article_id, url_id, number), image_ids)
        write_attachments(desk, article_id, self.attachments, self.seen_at)
        join_family(desk.db, article_id, self.article, is_new=self.outcome == "stored")
        self._mark(desk, url_id, article_id)
        place_in_sections(desk.db, url_id=url_id)

    def _read_again(self, db: Database, article_id: int, number: int, article: Article) -> None:
        """Replace the current version's reading by today's of the same captures."""
        found = plan_replacements(db, article_id, {version_id_of(db, article_id, number): article})
        write_replacements(db, article_id, found, self.reading, self.seen_at)

    def _mark(self, desk: Desk, url_id: int, article_id: int) -> None:
        first = self.captures[0]
        for image in (*self.images, *self.also):
            if image.url:
                self._mark_image(desk, image, article_id)
        if self.live or not ledger.mark_brought(desk.db, url_id, article_id, self.seen_at):
            # What is brought in from elsewhere is looked at again from today on, not from the day of its capture.
            now = first.fetched_at if self.live else utc_now()
            ledger.mark_fetched(
                desk.db, url_id, state="stored", at=self.seen_at, article_id=article_id, digest=first.digest,
                etag=first.etag, last_modified=first.last_modified, cause=self.note,
                due_at=plan_visit(desk, article_id, url_id, now),
            )  # fmt: skip
        for url, capture in zip(self.pages, self.captures[1:], strict=False):
            page_id = ledger.ensure_url(desk.db, desk.site_id, url, "page", self.seen_at)
            ledger.mark_fetched(
                desk.db, page_id, state="stored", at=self.seen_at, article_id=article_id, digest=capture.digest
            )

    def _mark_image(self, desk: Desk, image: FetchedImage, article_id: int) -> None:
        image_id = ledger.ensure_url(desk.db, desk.site_id, image.url, "image", self.seen_at)
        if not self.live and ledger.mark_brought(desk.db, image_id, article_id, self.seen_at):
            return
        if image.sha256:
            ledger.mark_fetched(
                desk.db, image_id, state="stored", at=self.seen_at, article_id=article_id,
                digest=f"sha256:{image.sha256}", etag=image.etag, last_modified=image.last_modified,
            )  # fmt: skip
        elif image.error and image.skipped:
            ledger.mark_skipped(desk.db, image_id, image.error, self.captures[0].fetched_at)
        elif image.error and image.asked:
            ledger.mark_failed(desk.db, image_id, image.error, self.captures[0].fetched_at, desk.policy)
            # Fetched once, though it stands in several articles.
            image.asked = False


def first_reading(article: Article, reading: Reading) -> bytes:
    """Return an article as it was first read, with the parser's release, as JSON: evidence, never read back."""
    images = [
        {"url": image.url, "caption": image.caption, "credit": image.credit, "alt": image.alt}
        for image in article.images
    ]
    columns = storable(columns_of(article) | {"body": article.body})
    said = {"parser": reading.parser, "template": reading.template, "url": article.url, **columns, "images": images}
    return json.dumps(said, ensure_ascii=False).encode("utf-8", "replace")


def _is_another(db: Database, identity: str, title: str | None) -> bool:
    """Return whether an article of another title is stored under an address: a page's canonical link is wrong then."""
    row = db.conn.execute("SELECT title FROM articles WHERE key = ?", (article_key(identity),)).fetchone()
    return row is not None and not same_title(row[0], title)


def same_title(one: str | None, other: str | None) -> bool:
    """Return whether two titles are one, or one the beginning of the other (listings cut them), signs aside."""
    first, second = sorted((_letters(one), _letters(other)), key=len)
    return first == second or (len(first) >= _TELLING and second.startswith(first))


def _letters(text: str | None) -> str:
    return "".join(letter for letter in (text or "").casefold() if letter.isalnum())


def _find(db: Database, url_id: int, identity: str) -> tuple[int | None, int]:
    """Return the article that a URL leads to and its current version: by the ledger, else by identity."""
    row = db.conn.execute(
        "SELECT articles.id, version FROM urls JOIN articles ON articles.id = article_id WHERE urls.id = ?", (url_id,)
    ).fetchone()
    row = row or db.conn.execute("SELECT id, version FROM articles WHERE key = ?", (article_key(identity),)).fetchone()
    return (int(row[0]), int(row[1])) if row else (None, 0)


def _new_article(desk: Desk, unit: ArticleUnit, url_id: int, *, has_image: bool) -> int:
    day = unit.article.day or unit.captures[0].fetched_at.date()
    low = first_id_of(day)
    (last,) = desk.db.conn.execute(
        "SELECT max(id) FROM articles WHERE id >= ? AND id < ?", (low, low + (1 << DAY_SHIFT))
    ).fetchone()
    article_id = low if last is None else int(last) + 1
    row = {
        "id": article_id,
        "key": article_key(unit.identity),
        "site_id": desk.site_id,
        "url": unit.identity,
        "first_seen": unit.seen_at,
        "last_seen": unit.seen_at,
        **current_columns(unit.article, _kept(desk.db, unit, None)),
        "keys": first_keys(desk.db, url_id, desk.site_id, unit.article.language, has_image=has_image),
    }
    insert_row(desk.db, "articles", row)
    return article_id


def _compare(desk: Desk, unit: ArticleUnit, place: tuple[int, int, int], image_ids: list[int | None]) -> Outcome:
    """Tie the fetch to the version that it shows, making one where none does; what that tells are events.

    `place` is the article, the ledger's URL and the current version. The article shows what its latest capture showed.
    """
    db = desk.db
    article_id, url_id, number = place
    current_id = version_id_of(db, article_id, number)
    filled = _fill_images(db, unit, current_id, image_ids)
    kept = _kept(db, unit, current_id)
    shown = db.conn.execute(
        "SELECT id, number FROM versions WHERE article_id = ? AND digest = ? AND same_as IS NULL "
        "ORDER BY number LIMIT 1",
        (article_id, digest_of(unit.article, kept)),
    ).fetchone()
    refreshed = False
    if shown:
        version_id, to = int(shown[0]), int(shown[1])
        _tie(desk, unit, version_id, url_id)
        refreshed = _is_latest_of(db, unit, version_id) and _refresh(db, version_id, unit.article, kept)
    else:
        to = _next_number(db, article_id)
        version_id = _new_version(desk, unit, (article_id, url_id, to), image_ids)
    story = retell(db, article_id, desk.policy)
    current = story.version or number
    if current != number or filled or (refreshed and current == to) or unit.reread is not None:
        day = unit.article.day if current == to else _day_of(db, article_id)
        show_version(db, article_id, (version_id_of(db, article_id, current), current), day)
    return "unchanged" if shown else "stored"


def _is_latest_of(db: Database, unit: ArticleUnit, version_id: int) -> bool:
    """Return whether no later capture showed a version; what a crawl has just fetched is the latest of all."""
    (latest,) = db.conn.execute(
        "SELECT max(seen_at) FROM version_captures WHERE version_id = ?", (version_id,)
    ).fetchone()
    return unit.live or unit.seen_at >= latest


def _day_of(db: Database, article_id: int) -> dt.date | None:
    (day,) = db.conn.execute("SELECT day FROM articles WHERE id = ?", (article_id,)).fetchone()
    return dt.date.fromisoformat(day) if day else None


def _refresh(db: Database, version_id: int, article: Article, images: Sequence[KeptImage]) -> bool:
    """Let what makes no version (source, byline, breadcrumb, language …) follow the latest fetch; say if it moved."""
    row = storable(columns_of(article))
    names = ", ".join(row)
    before = db.conn.execute(f"SELECT {names} FROM versions WHERE id = ?", (version_id,)).fetchone()  # noqa: S608
    if before == tuple(row.values()):
        return False
    columns = ", ".join(f"{name} = ?" for name in row)
    db.conn.execute(
        f"UPDATE versions SET {columns}, body_html = ? WHERE id = ?",  # noqa: S608 (names are ours)
        (*row.values(), pack(html_of(article, images)), version_id),
    )
    return True


def _new_version(desk: Desk, unit: ArticleUnit, place: tuple[int, int, int], image_ids: list[int | None]) -> int:
    article_id, url_id, number = place
    previous = version_id_of(desk.db, article_id, number - 1) if number > 1 else None
    kept = _kept(desk.db, unit, previous)
    row = {
        "article_id": article_id,
        "number": number,
        "seen_at": unit.seen_at,
        "digest": digest_of(unit.article, kept),
        "parser": unit.reading.parser,
        "template": unit.reading.template,
        "read_at": unit.seen_at,
        **columns_of(unit.article),
        "body": pack(unit.article.body),
        "body_html": pack(html_of(unit.article, kept)),
    }
    version_id = insert_row(desk.db, "versions", row)
    for position, (image, fetched) in enumerate(zip(unit.article.images, unit.images, strict=True), 1):
        carried = kept[position - 1].sha256
        image_id = image_ids[position - 1] or (find_image(desk.db, carried) if carried else None)
        put_image(desk.db, (article_id, version_id, position), image, image_id, fetched.error)
    _tie(desk, unit, version_id, url_id)
    return version_id


def _kept(db: Database, unit: ArticleUnit, version_id: int | None) -> tuple[KeptImage, ...]:
    images = [
        KeptImage(image, fetched.sha256, fetched.error)
        for image, fetched in zip(unit.article.images, unit.images, strict=True)
    ]
    if version_id is None:
        return tuple(images)
    known = db.conn.execute(
        "SELECT url, sha256 FROM article_images JOIN images ON images.id = image_id WHERE version_id = ?", (version_id,)
    )
    return carry_over(images, dict(known.fetchall()))


def _fill_images(db: Database, unit: ArticleUnit, version_id: int, image_ids: list[int | None]) -> bool:
    """Give the current version the images that it lacked and that have now been fetched from the same URL.

    What is lacking still says why it was today.
    """
    came = {fetched.url: image_id for fetched, image_id in zip(unit.images, image_ids, strict=True) if image_id}
    lacking = db.conn.execute(
        "SELECT position, url FROM article_images WHERE version_id = ? AND image_id IS NULL", (version_id,)
    ).fetchall()
    errors = {fetched.url: fetched.error for fetched in unit.images if fetched.error}
    db.conn.executemany(
        "UPDATE article_images SET error = ? WHERE version_id = ? AND position = ?",
        [(errors[url], version_id, position) for position, url in lacking if url in errors],
    )
    filled = [(came[url], version_id, position) for position, url in lacking if url in came]
    if not filled:
        return False
    db.conn.executemany(
        "UPDATE article_images SET image_id = ?, error = NULL WHERE version_id = ? AND position = ?", filled
    )
    article, images = version_content(db, version_id)
    db.conn.execute(
        "UPDATE versions SET digest = ?, body_html = ? WHERE id = ?",
        (digest_of(article, images), pack(html_of(article, images)), version_id),
    )
    return True


def _tie(desk: Desk, unit: ArticleUnit, version_id: int, url_id: int) -> None:
    desk.db.conn.executemany(
        "INSERT INTO version_captures(version_id, capture_id, position, seen_at, url_id) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT DO NOTHING",
        [
            (version_id, capture.row_id(), position, timestamp(capture.fetched_at), url_id)
            for position, capture in enumerate(unit.captures, 1)
        ],
    )
    if not unit.live:
        desk.db.conn.execute(
            "UPDATE versions SET seen_at = ?1 WHERE id = ?2 AND seen_at > ?1", (unit.seen_at, version_id)
        )


def _next_number(db: Database, article_id: int) -> int:
    return (
        int(db.conn.execute("SELECT max(number) FROM versions WHERE article_id = ?", (article_id,)).fetchone()[0]) + 1
    )
