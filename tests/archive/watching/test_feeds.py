"""Feeds of searches from Datasette and from the command: valid, harmless, and sent only where they changed."""

import json
from dataclasses import replace
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import feedparser
import pytest
from lxml import etree

from archive.model import Image
from archive.search import Filters
from archive.watching import feeds
from archive.watching.feeds import EPOCH, Place, search_feed
from archive.watching.rendering import atom, json_feed
from archive.watching.saved import save_watch
from crawler.workspace import make_workspace
from tests.archive.asking import ask
from tests.archive.keeping import URL, Keeping, article, day_of, picture, sha256
from tests.archive.library import run

pytestmark = pytest.mark.usefixtures("plugged")

ATOM = "{http://www.w3.org/2005/Atom}"
HOSTILE = 'Quay <script>alert("1")</script> & ]]> \x0b\x1b[2J\ufffe "%s'
PICTURE = "https://herald.example/p.jpg"
FORMS = ("atom", "json")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace that no test changes: an article in two versions with an image, a hostile one, one taken down."""
    made = tmp_path_factory.mktemp("feeds") / "ws"
    make_workspace(made)
    keeping = Keeping(made)
    for body in ("The harbour is quiet.", "The harbour is closed."):
        shown = keeping.image(PICTURE, picture(form="JPEG"))
        keeping.store(article(body, images=[Image(PICTURE, "A ship.")], byline=("Jane Doe",)), images=[shown])
    hostile = article("x", url="https://herald.example/h?a=1&b=2", title=HOSTILE, language='"><x>')
    body = '<p onclick="x()">The quay<script>alert(1)</script><img src="https://evil.example/x.png" onerror="x()"></p>'
    keeping.store(replace(hostile, body_html=body, body="The quay <b>& all</b>\x0b."))
    keeping.store(
        article("镇海区的港口。", url="https://herald.example/cn", title="港口", updated=day_of("2019-01-01"))
    )
    keeping.store(article("The secret harbour.", url="https://herald.example/gone"))
    keeping.db.conn.execute("UPDATE articles SET state = 'withdrawn' WHERE url LIKE '%/gone'")
    save_watch(keeping.db, "häfen", "harbour", Filters(), notify=True)
    keeping.close()
    return made


def items(root: Path, query: str) -> list[dict[str, Any]]:
    got = ask(root, f"/archive/-/feed.json?{query}")
    assert got.status_code == 200, got.text
    return list(json.loads(got.text)["items"])


def test_an_atom_feed_has_what_the_specification_wants(root: Path) -> None:
    got = ask(root, "/archive/-/feed.atom?q=")
    assert got.headers["content-type"] == "application/atom+xml; charset=utf-8"
    feed = etree.fromstring(got.content)
    assert [len(feed.findall(ATOM + name)) for name in ("id", "title", "updated", "author")] == [1, 1, 1, 1]
    entries = feed.findall(f"{ATOM}entry")
    assert len(entries) == 3
    for entry in entries:
        assert [len(entry.findall(ATOM + name)) for name in ("id", "title", "updated", "published")] == [1, 1, 1, 1]
        assert entry.findtext(f"{ATOM}author/{ATOM}name")
        assert [link.get("rel") for link in entry.findall(f"{ATOM}link")][:2] == ["alternate", "memento"]
    assert len({entry.findtext(f"{ATOM}id") for entry in entries}) == 3
    read = feedparser.parse(got.content)
    assert not read.bozo
    assert [entry.updated for entry in read.entries] == sorted((entry.updated for entry in read.entries), reverse=True)
    assert read.feed.updated == read.entries[0].updated


def test_an_entry_names_its_version_the_live_page_and_the_archives(root: Path) -> None:
    (entry,) = feedparser.parse(ask(root, "/archive/-/feed.atom?q=harbour").content).entries
    (item,) = items(root, "q=harbour")
    key = entry.id.split(":")[2]
    assert entry.id == item["id"] == f"urn:newsarchive:{key}:2"
    assert entry.link == item["external_url"] == URL
    assert entry.author == "Jane Doe"
    (archived,) = [link.href for link in entry.links if link.rel == "memento"]
    assert archived == item["url"] == f"http://localhost/archive/-/memento/{key}/20240503120400"
    assert "The harbour is closed." in ask(root, archived.removeprefix("http://localhost")).text
    (image,) = entry.enclosures
    assert (image.type, image.length) == ("image/jpeg", str(len(picture(form="JPEG"))))
    assert item["attachments"] == [{"url": image.href, "mime_type": "image/jpeg", "size_in_bytes": int(image.length)}]
    got = ask(root, image.href.removeprefix("http://localhost"))
    assert (got.headers["content-type"], sha256(got.content)) == (image.type, sha256(picture(form="JPEG")))


def test_a_json_feed_has_what_the_specification_wants(root: Path) -> None:
    got = ask(root, "/archive/-/feed.json?q=harbour")
    assert got.headers["content-type"] == "application/feed+json; charset=utf-8"
    feed = json.loads(got.text)
    assert (feed["version"], feed["title"]) == ("https://jsonfeed.org/version/1.1", "harbour")
    assert feed["feed_url"] == "http://localhost/archive/-/feed.json?q=harbour"
    for item in feed["items"]:
        assert isinstance(item["id"], str)
        assert item["content_html"]
        assert item["date_published"] <= item["date_modified"]


def test_hostile_pages_stay_harmless(root: Path) -> None:
    got = ask(root, "/archive/-/feed.atom?q=quay&site=herald")
    (entry,) = etree.fromstring(got.content).findall(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}title") == 'Quay <script>alert("1")</script> & ]]> [2J "%s'
    (item,) = items(root, "q=quay")
    for html in (entry.findtext(f"{ATOM}content"), item["content_html"]):
        assert html is not None
        assert "The quay" in html
        assert not [bad for bad in ("script", "alert", "onclick", "onerror") if bad in html]
    assert "{http://www.w3.org/XML/1998/namespace}lang" not in entry.attrib
    assert "language" not in item
    assert entry.findall(f"{ATOM}link")[0].get("href") == "https://herald.example/h?a=1&b=2"
    assert feedparser.parse(got.content).bozo == 0


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("q=harbour", 1), ("q=%E6%B8%AF%E5%8F%A3", 1), ("q=absent", 0), ("q=%22", 0), ("", 3), ("site=herald", 3),
        ("since=2024-05-01", 2), ("until=2019-12-31", 1), ("q=harbour+since:x", 0), ("q=NEAR(", 0),
    ],
)  # fmt: skip
def test_query_and_filters_stand_in_the_address(root: Path, query: str, number: int) -> None:
    assert len(items(root, query)) == number


def test_an_empty_feed_is_one(root: Path) -> None:
    read = feedparser.parse(ask(root, "/archive/-/feed.atom?q=absent").content)
    assert (read.bozo, read.entries, read.feed.updated) == (0, [], EPOCH)


@pytest.mark.parametrize("form", FORMS)
def test_a_saved_search_has_a_feed(root: Path, form: str) -> None:
    got = ask(root, f"/archive/-/watch/h%C3%A4fen.{form}")
    assert got.status_code == 200
    assert "The harbour is closed." in got.text
    assert "häfen" in got.text
    assert "secret" not in got.text


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("feed.atom?site=x", 404, "no site 'x' in the archive; it has: herald"),
        ("feed.json?section=x", 404, "no section 'x'"),
        ("feed.atom?since=yesterday", 400, "since and until take a day, such as 2024-05-03."),
        ("watch/none.atom", 404, "no saved search 'none'; there is: häfen"),
    ],
)
def test_what_there_is_not(root: Path, path: str, status: int, said: str) -> None:
    got = ask(root, f"/archive/-/{path}")
    assert (got.status_code, said in got.text) == (status, True)


@pytest.mark.parametrize("path", ["feed.atom?q=harbour", "feed.json", "watch/h%C3%A4fen.atom"])
def test_who_may_not_see_the_tables_gets_no_feed(root: Path, path: str) -> None:
    for closed in (
        {"databases": {"archive": {"allow": False}}},
        {"databases": {"archive": {"tables": {"articles": {"allow": False}}}}},
        {"allow": False},
    ):
        got = ask(root, f"/archive/-/{path}", closed)
        assert got.status_code == 403
        assert "harbour is" not in got.text
    some = {"databases": {"archive": {"tables": {"watches": {"allow": False}}}}}
    assert ask(root, f"/archive/-/{path}", some).status_code == (403 if "watch" in path else 200)


@pytest.mark.parametrize("form", FORMS)
def test_a_feed_that_is_known_is_not_sent_again(root: Path, form: str) -> None:
    path = f"/archive/-/feed.{form}?q=harbour"
    first = ask(root, path)
    tag, changed = first.headers["etag"], first.headers["last-modified"]
    assert ask(root, path).headers["etag"] == tag
    assert parsedate_to_datetime(changed).isoformat() == "2024-05-03T12:04:00+00:00"
    for known in (tag, f'"other", W/{tag}', "*"):
        again = ask(root, path, If_None_Match=known)
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert ask(root, path, If_None_Match='"other"', If_Modified_Since=changed).status_code == 200
    assert ask(root, path, If_Modified_Since=changed).status_code == 304
    for before in ("Fri, 03 May 2024 12:03:59 GMT", "yesterday", "Fri, 03 May 2024 12:03:59 -0000"):
        assert ask(root, path, If_Modified_Since=before).status_code == 200


def test_a_change_makes_another_entry_above_and_fifty_are_enough(
    keeping: Keeping, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(8):
        keeping.store(article(f"The harbour {number}.", url=f"{URL}{number}", updated=day_of(f"2024-05-0{number + 1}")))
    place = Place("http://x/archive")

    def shown() -> list[tuple[str, str]]:
        feed = search_feed(keeping.db, "harbour", Filters(), place)
        assert len(json.loads(json_feed(feed))["items"]) == atom(feed).count(b"<entry")
        return [(entry.live.removeprefix(URL), entry.id.rpartition(":")[2]) for entry in feed.entries]

    assert shown()[:2] == [("7", "1"), ("6", "1")]
    # The oldest by its date, but the latest to change.
    keeping.store(article("The harbour is closed.", url=f"{URL}0", updated=day_of("2024-05-01")))
    assert shown()[0] == ("0", "2")
    monkeypatch.setattr(feeds, "MOST", 5)
    monkeypatch.setattr(feeds, "_LOOKED_THROUGH", 3)
    assert shown() == [("0", "2"), ("7", "1"), ("6", "1"), ("5", "1"), ("4", "1")]


def test_the_command_writes_a_feed(root: Path, tmp_path: Path) -> None:
    said = run(root, "watch", "feed", "häfen", "-o", str(tmp_path / "f.atom"), "--base", "https://a.example/archive/")
    assert said.stdout.startswith(f"Written: {tmp_path / 'f.atom'} (")
    read = feedparser.parse((tmp_path / "f.atom").read_bytes())
    assert read.entries[0].enclosures[0].href.startswith("https://a.example/archive/-/image/")
    assert json.loads(run(root, "watch", "feed", "häfen", "--format", "json").stdout)["title"] == "häfen"
