"""An archive of a hostile site, written by the product's own writer; what that would refuse is put into its rows."""

import datetime as dt
import hashlib
import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from archive.attachments import FetchedAttachment
from archive.media import ImageInfo
from archive.model import Article, Entry, Image, SiteRow, Stamp
from archive.units import FetchedImage
from tests.archive.keeping import Keeping, picture
from tests.room import payloads

SECRET = "what no visitor may see"  # noqa: S105
_SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
    'width="80" height="60"{}>{}</svg>'
)
# Files that pages serve as pictures: name, type that the archive has for them, bytes.
FILES = {
    "svg-script": ("image/svg+xml", _SVG.format("", "<script>alert('svg-script')</script>")),
    "svg-onload": ("image/svg+xml", _SVG.format(" onload=\"alert('svg-onload')\"", "<rect width='9' height='9'/>")),
    "svg-foreign": (
        "image/svg+xml",
        _SVG.format("", "<foreignObject><iframe xmlns='http://www.w3.org/1999/xhtml' srcdoc='&lt;script&gt;parent."
        "alert(\"svg-foreign\")&lt;/script&gt;'/></foreignObject>"),
    ),
    "svg-elsewhere": (
        "image/svg+xml",
        _SVG.format("", "<style>@import 'http://elsewhere.example/svg-elsewhere.css';</style>"
        "<image xlink:href='http://elsewhere.example/svg-elsewhere.png' width='9' height='9'/>"),
    ),
    "svg-entity": (
        "image/svg+xml",
        '<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + _SVG.format("", "<text y='20'>&x;</text>"),
    ),
    "html-as-png": ("image/png", "<html><script>alert('html-as-png')</script></html>"),
    "html-as-html": ("text/html", "<html><script>alert('html-as-html')</script></html>"),
    "xml-as-xml": (
        "application/xml",
        '<x:script xmlns:x="http://www.w3.org/1999/xhtml">alert("xml-as-xml")</x:script>',
    ),
    "script-as-script": ("text/javascript", "alert('script-as-script')"),
    "gif-polyglot": (
        "image/gif", "GIF89a/*\x01\x00\x01\x00\x00*/=0;alert('gif-polyglot')<script>alert('gif-polyglot')</script>",
    ),
    "type-with-newline": ("text/html\r\nX-Evil: type-with-newline", "<script>alert('type-with-newline')</script>"),
}  # fmt: skip
# A file that is in the media folder, under a name that would end a header.
ODD = 'odd "name"\r\nX-Evil: yes.png'
# Where rows say that a picture lies; `{}` is the folder of the archive.
PATHS = (
    "../secret.txt", "{}/secret.txt", "aa/../../secret.txt", "leads-out/secret.txt", "..//secret.txt",
    "./../secret.txt", "link.png", "../archive.db", "nul\x00.png", "", ".", "/etc/passwd", "%2e%2e/secret.txt",
)  # fmt: skip


def build(root: Path) -> None:
    """Make the archive."""
    root.mkdir(parents=True)
    (root / "secret.txt").write_text(SECRET)
    said = payloads.of(0)
    site = SiteRow(
        "hostile", said["site_name"], "https://hostile.example/", "en", "UTC",
        (("news", said["section_name"], "https://hostile.example/news/"),),
    )  # fmt: skip
    keeping = Keeping(root, site, now=dt.datetime(2024, 5, 3, 12, tzinfo=dt.UTC))
    try:
        for number in range(payloads.ARTICLES):
            _store(keeping, number)
        _store_files(keeping)
    finally:
        keeping.close()
    with closing(sqlite3.connect(root / "archive.db")) as db, db:
        for number in range(payloads.ARTICLES):
            _change_rows(db, number)
        _misplace(db, root)


def url_of(number: int) -> str:
    return f"https://hostile.example/news/{number}.html"


def _store(keeping: Keeping, number: int) -> None:
    """Store an article as it was when it was harmless, then as it is."""
    said = payloads.of(number)
    entry = Entry(url_of(number), said["entry_title"], "2024-05-02", said["entry_summary"], said.get("thumbnail"))
    # Of what is missing, pages say what the listing said of it.
    missing = replace(entry, url=f"https://hostile.example/missing/{number}.html")
    keeping.listing(entry, missing)
    keeping.fail(missing.url, "http-404")
    day = Stamp("2024-05-02", dt.date(2024, 5, 2), "day")
    quiet = Article(url_of(number), "Quiet", day, body="Nothing yet.", body_html="<p>Nothing yet.</p>", language="en")
    keeping.store(quiet)
    image = Image(said["image_url"], said["caption"], said["credit"], said["alt"])
    article = Article(
        url_of(number), said["title"], day, Stamp(said["published_raw"], dt.date(2024, 5, 1), "day"), said["source"],
        (said["byline"],), (said["breadcrumb"],), said["language"], f"{said['body']}\n\nThe harbour is quiet.",
        f"<p>{said['body_html']}</p>", images=(image,),
    )  # fmt: skip
    drawn = keeping.image(said["image_url"], picture(("red", "green", "blue", "navy")[number]))
    files = tuple(
        FetchedAttachment(said.get("attachment_url", f"https://hostile.example/{number}.pdf"), name, error="http-404")
        for name in (said.get("attachment_name", "paper"),)
    )
    unit = keeping.store(article, images=(drawn,), attachments=files)
    assert unit.outcome == "stored"


def _store_files(keeping: Keeping) -> None:
    """Store an article whose pictures are not what they say."""
    images, fetched = [], []
    for place, (name, (mime, text)) in enumerate(FILES.items(), start=1):
        url = f"https://hostile.example/{name}"
        images.append(Image(url, f"The file {name}", position=place))
        data = text.encode("latin-1")
        fetched.append(FetchedImage(url, keeping.capture(url, data, kept_as_media=True), data, ImageInfo(mime, 80, 60)))
    shown = "".join(f'<p><img src="sha256:{sha_of(name)}" alt=""></p>' for name in FILES)
    article = Article(
        url_of(99), "Pictures that are none", Stamp("2024-05-02", dt.date(2024, 5, 2), "day"), body="Pictures.",
        body_html=f"<p>Pictures.</p>{shown}", images=tuple(images), language="en",
    )  # fmt: skip
    keeping.store(article, images=tuple(fetched))


def sha_of(name: str) -> str:
    """Return the digest under which the archive has a file."""
    return hashlib.sha256(FILES[name][1].encode("latin-1")).hexdigest()


def sha_of_path(number: int) -> str:
    """Return the digest of the row that names one of PATHS."""
    return hashlib.sha256(b"path %d" % number).hexdigest()


def _change_rows(db: sqlite3.Connection, number: int) -> None:
    """Write what no unit would carry."""
    said = payloads.of(number)
    (article_id,) = db.execute("SELECT id FROM articles WHERE url = ?", (url_of(number),)).fetchone()
    for column, name in (("url", "article_url"), ("canonical_url", "canonical_url")):
        if name in said:
            db.execute(f"UPDATE articles SET {column} = ? WHERE id = ?", (said[name], article_id))  # noqa: S608
    shown = "SELECT capture_id FROM version_captures JOIN versions ON versions.id = version_id WHERE article_id = ?"
    # What another workspace brings in is not asked whether it is a tag.
    db.execute("INSERT INTO tags VALUES (?, ?, '2024-05-04T00:00:00Z')", (article_id, said["tag"]))
    note = (article_id, said["note"], "2024-05-04T00:00:00Z", said["note"])
    db.execute("INSERT INTO notes(article_id, text, at, by) VALUES (?, ?, ?, ?)", note)
    if "header" in said:
        headers = json.dumps([["Content-Type", "text/html"], [said["header"], said["header"]]])
        db.execute(f"UPDATE captures SET headers = ? WHERE id IN ({shown})", (headers, article_id))  # noqa: S608
    if "mime" in said:
        db.execute(f"UPDATE captures SET mime = ? WHERE id IN ({shown})", (said["mime"], article_id))  # noqa: S608
    if "edit_note" in said:
        edit = (article_id, json.dumps({"value": None}), json.dumps(said["edit_note"]), said["edit_note"])
        db.execute(
            "INSERT INTO edits(article_id, field, before, after, note, at, by) "
            "VALUES (?, 'source', ?, ?, ?, '2024-05-04T00:00:00Z', 'archivist')", edit,
        )  # fmt: skip
    if "run_error" in said:
        db.execute("UPDATE runs SET state = 'failed', error = ?", (said["run_error"],))


def _misplace(db: sqlite3.Connection, root: Path) -> None:
    """Let rows of pictures name what does not lie in the media folder."""
    (root / "media" / "link.png").symlink_to(root / "secret.txt")
    (root / "media" / "leads-out").symlink_to(root)
    (root / "media" / ODD).write_bytes(picture())
    rows = [(sha_of_path(number), path.format(root)) for number, path in enumerate((*PATHS, ODD))]
    db.executemany(
        "INSERT INTO images(sha256, mime, width, height, bytes, path) VALUES (?, 'image/png', 8, 6, 70, ?)", rows
    )
    db.execute(
        "UPDATE captures SET file = '../secret.txt', offset = 0, length = 10 WHERE id = "
        "(SELECT max(capture_id) FROM version_captures)"
    )
