"""An article read again from its captures is the one that was read when it was fetched."""

import datetime as dt
import gzip
from pathlib import Path

import pytest

from archive.errors import ArchiveError
from archive.model import Entry
from archive.recording import WarcFiles
from archive.warc import Exchange, Place
from crawler.parsers import parse_article
from crawler.rereading import read_stored
from crawler.site import Site, parse_definition

NOON = dt.datetime(2024, 5, 3, 12, tzinfo=dt.UTC)
URL = "https://herald.example/2024/05/03/c_1.html"
ENTRY = Entry(URL, "Harbour report", "2024-05-03", section="news")


@pytest.fixture
def site() -> Site:
    return parse_definition(
        'id = "herald"\nname = "The Herald"\nurl = "https://herald.example/"\nlanguage = "en"\n[listing]\n'
        'entry = "li"\n[[sections]]\nkey = "news"\nname = "News"\nurl = "/"\n',
        "herald.toml",
    )


def kept(folder: Path, *pages: tuple[str, str]) -> list[Place]:
    """Keep pages as a crawl does, packed as they were sent; return their places."""
    warc = WarcFiles(folder / "run.warc.gz", software="newsarchive/test")
    headers = (("Content-Type", "text/html; charset=utf-8"), ("Content-Encoding", "gzip"))
    kept = [Exchange(url, NOON, 200, headers, gzip.compress(text.encode())) for url, text in pages]
    places = [warc.write(exchange).place for exchange in kept]
    warc.sync()
    warc.close()
    return places


def page(text: str) -> str:
    return f"<html><body><h1>Harbour report</h1><div><p>{text * 4}</p><p>{text * 3}</p></div></body></html>"


def test_a_page_is_read_as_it_was(tmp_path: Path, site: Site) -> None:
    text = page("The harbour was opened two hours ago, said the council. ")
    (place,) = kept(tmp_path, (URL, text))
    first = parse_article(
        text.encode(), URL, content_type="text/html; charset=utf-8", site=site, entry=ENTRY, fetched_at=NOON,
        markdown=False,
    )  # fmt: skip
    assert read_stored(tmp_path, [place], site, ENTRY) == first
    assert first.published is not None


def test_the_pages_of_an_article_are_joined(tmp_path: Path, site: Site) -> None:
    one, two = page("The first part is about ships. "), page("The second part is about trains. ")
    places = kept(tmp_path, (URL, one), (URL.replace(".html", "_2.html"), two))
    article = read_stored(tmp_path, places, site, ENTRY)
    assert article is not None
    assert article.url == URL
    assert article.body.index("ships") < article.body.index("trains")


def test_nothing_kept_is_nothing_read(tmp_path: Path, site: Site) -> None:
    assert read_stored(tmp_path, [], site, None) is None
    with pytest.raises(ArchiveError, match="cannot read the capture"):
        read_stored(tmp_path, [Place("gone.warc.gz", 0, 10)], site, None)
