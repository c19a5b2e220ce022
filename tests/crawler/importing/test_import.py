"""What an import makes of records: captures, records beside them, articles with their images, absences."""

import hashlib
import json
import os
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from archive.errors import UsageError
from crawler.importing.digests import has_digest
from tests.crawler.importing import making
from tests.crawler.importing.conftest import Importing
from tests.crawler.importing.making import HOST, page, response
from tests.e2e.harness import newsarchive

ARTICLE = f"{HOST}/news/quay.html"
DEFINITION = f"""id = "gazette"
name = "The Gazette"
url = "{HOST}/"
[listing]
article_urls = "/news/"
[[sections]]
key = "news"
name = "News"
url = "/news/index.html"
"""


def test_records_become_captures_and_what_belongs_to_them(importing: Importing) -> None:
    answer = response(ARTICLE, page())
    asked = making.request_of(ARTICLE, beside=making.id_of(answer))
    about = making.record("metadata", ARTICLE, b"fetchTimeMs: 3", more=[("WARC-Refers-To", making.id_of(answer))])
    # A request may stand before its response; what nothing refers to belongs to nothing.
    report = importing.take_bytes(making.packed([making.info(), asked, answer, about]))
    assert report.exit_code == 0
    assert report.new == {"warcinfo": 1, "request": 1, "response": 1, "metadata": 1}
    capture = importing.rows("SELECT id, url, fetched_at, status, mime FROM captures")
    assert capture == [(1, ARTICLE, "2020-05-04T10:00:00.000000Z", 200, "text/html")]
    beside = importing.rows("SELECT type, capture_id FROM records ORDER BY type")
    assert beside == [("metadata", 1), ("request", 1), ("warcinfo", None)]


def test_the_copy_says_what_the_file_said(importing: Importing) -> None:
    answer = response(ARTICLE, page(), more="X-Odd:  two  words\r\nSet-Cookie: a\r\nSet-Cookie: b\r\n")
    importing.take_bytes(answer)
    (file,) = importing.workspace.holdings.captures.glob("*.warc.gz")
    with file.open("rb") as stream:
        copies = [
            (dict(each.rec_headers.headers), each.raw_stream.read())
            for each in ArchiveIterator(stream, no_record_parse=True)
        ]
    head, block = copies[1]
    assert block == making.http(page(), more="X-Odd:  two  words\r\nSet-Cookie: a\r\nSet-Cookie: b\r\n")
    assert head["WARC-Record-ID"] == making.id_of(answer)
    assert head["WARC-Date"] == making.DATE
    assert has_digest(head["WARC-Block-Digest"], block)


@pytest.mark.parametrize("form", [*making.FORMS, "wacz", "wacz-packed", "torn-wacz"])
def test_every_form_is_read_and_a_second_import_adds_nothing(importing: Importing, form: str) -> None:
    records = [making.info(), response(ARTICLE, page()), response(f"{HOST}/style.css", b"a{}", mime="text/css")]
    path = importing.folder / "file"
    if form in making.FORMS:
        path.write_bytes(making.FORMS[form](records))
    else:
        making.wacz(path, making.packed(records), stored=form != "wacz-packed")
    if form == "torn-wacz":
        path.write_bytes(path.read_bytes()[:-150])
    report = importing.take(path)
    assert (report.exit_code, report.new.total(), report.read.articles["new"]) == (int(form == "torn-wacz"), 3, 1)
    before = tables(importing)
    again = importing.take(path)
    assert (again.new.total(), again.known, again.read.articles.total()) == (0, 3, 0)
    assert tables(importing) == before


def tables(importing: Importing) -> dict[str, list[tuple[object, ...]]]:
    names = "captures records articles versions version_captures article_images events urls imported absences"
    return {name: importing.rows(f"SELECT * FROM {name}") for name in names.split()}  # noqa: S608


def test_an_article_is_stored_with_the_time_of_its_capture(importing: Importing) -> None:
    importing.take_bytes(response(ARTICLE, page()))
    found = importing.rows("SELECT title, published, first_seen, site_id, state FROM articles")
    assert found == [("Quay opens in spring", "2020-05-04T09:30:00", "2020-05-04T10:00:00.000000Z", "gazette", "live")]
    assert importing.rows("SELECT kind, at FROM events") == [("first_seen", "2020-05-04T10:00:00.000000Z")]
    assert importing.one("SELECT due_at FROM urls WHERE kind = 'article'") is None
    runs = importing.rows("SELECT site_id, state, discovered, stored, unchanged FROM runs ORDER BY id")
    assert runs == [("import", "finished", 0, 0, 0), ("gazette", "finished", 1, 1, 0)]


def test_versions_are_numbered_as_they_arrive_and_told_as_they_were(importing: Importing) -> None:
    later = response(ARTICLE, page("Quay opens in summer"), date="2020-06-01T00:00:00Z")
    importing.take_bytes(later, "b.warc")
    report = importing.take_bytes(response(ARTICLE, page()), "a.warc")
    assert report.read.articles == {"changed": 1}
    versions = importing.rows("SELECT number, title FROM versions ORDER BY number")
    assert versions == [(1, "Quay opens in summer"), (2, "Quay opens in spring")]
    assert importing.rows("SELECT title, version, first_seen FROM articles") == [
        ("Quay opens in summer", 1, "2020-05-04T10:00:00.000000Z")
    ]
    told = "SELECT kind, from_version, to_version FROM events WHERE withdrawn IS NULL ORDER BY at"
    assert importing.rows(told) == [("first_seen", None, 2), ("changed", 2, 1)]


def test_what_is_no_article_is_kept_and_makes_none(importing: Importing) -> None:
    records = [
        response(f"{HOST}/", making.listing()),
        response(f"{HOST}/a.js", b"let a", mime="text/javascript"),
        response(f"{HOST}/moved", b"", status="301 Moved", more=f"Location: {ARTICLE}\r\n"),
        response(f"{HOST}/empty", b""),
        making.record("response", "dns:gazette.example", b"20200504\ngazette.example. 192.0.2.1", mime="text/dns"),
    ]
    report = importing.take_bytes(b"".join(records))
    assert (report.exit_code, report.new["response"], report.read.articles.total()) == (0, 5, 0)
    assert report.read.pages == {"no-article": 1, "empty": 1}
    assert sorted(importing.rows("SELECT ifnull(status, 0) FROM captures")) == [(0,), (200,), (200,), (200,), (301,)]


def test_articles_only_leaves_the_rest_out(importing: Importing) -> None:
    records = [
        response(f"{HOST}/", making.listing()),
        response(ARTICLE, page()),
        response(f"{HOST}/a.css", b"a{}", mime="text/css"),
    ]
    report = importing.take(importing.write("f.warc", b"".join(records)), articles_only=True)
    assert report.skipped == {"no-article": 2}
    assert importing.rows("SELECT url FROM captures") == [(ARTICLE,)]


def test_pages_of_a_defined_site_are_its_own(importing: Importing) -> None:
    (importing.workspace.sites_folder / "gazette.toml").write_text(DEFINITION)
    other = response("https://elsewhere.example/x.html", page("Another story of the day"))
    report = importing.take(importing.write("f.warc", response(ARTICLE, page()) + other), only_known=True)
    assert report.skipped == {"other-host": 1}
    assert importing.rows("SELECT site_id, name FROM articles JOIN sites ON sites.id = site_id") == [
        ("gazette", "The Gazette")
    ]
    forced = importing.take(importing.write("f.warc", response(ARTICLE, page()) + other), site="gazette")
    assert forced.read.articles == {"new": 1}
    assert importing.rows("SELECT DISTINCT site_id FROM articles") == [("gazette",)]
    with pytest.raises(UsageError, match="--site nowhere: no site 'nowhere'"):
        importing.take(importing.folder / "f.warc", site="nowhere")


def test_hosts_that_would_share_an_id_are_sites_of_their_own(importing: Importing) -> None:
    hosts = ("gazette.example", "www.gazette.example", "gazette.test")
    importing.take_bytes(
        b"".join(response(f"https://{host}/{n}.html", page(f"Story {n} of the day")) for n, host in enumerate(hosts))
    )
    assert importing.rows("SELECT site_id, count(*) FROM articles GROUP BY 1 ORDER BY 1") == [
        ("gazette", 2), ("gazette-test", 1),
    ]  # fmt: skip


def test_images_are_those_of_the_time(importing: Importing) -> None:
    figure = '<figure><img src="/{}.png" width=640 height=480><figcaption>{}</figcaption></figure>'
    body = page(tail=figure.format("quay", "The quay") + figure.format("gone", "Gone"))
    old, new = making.picture("red"), making.picture("blue")
    records = [
        response(f"{HOST}/quay.png", b"", status="302 Found", more=f"Location: {HOST}/old.png\r\n"),
        response(f"{HOST}/old.png", old, mime="image/png"),
        response(ARTICLE, body),
        response(f"{HOST}/quay.png", new, mime="image/png", date="2021-01-01T00:00:00Z"),
    ]
    importing.take_bytes(b"".join(records))
    found = importing.rows(
        "SELECT url, sha256, caption, error FROM article_images LEFT JOIN images ON images.id = image_id "
        "ORDER BY position"
    )
    assert found == [
        (f"{HOST}/quay.png", hashlib.sha256(old).hexdigest(), "The quay", None),
        (f"{HOST}/gone.png", None, "Gone", "not-imported"),
    ]
    assert importing.rows("SELECT file FROM captures WHERE mime = 'image/png'") == [(None,), (None,)]


def test_files_that_an_article_links_to_are_found_with_it(importing: Importing) -> None:
    links = (
        'The council has published <a href="/plan.csv">the plan of the quay</a> with all that it will cost the town '
        'over ten years, and <a href="/lost.pdf">the older report</a> that it asked for two years ago. '
    )
    body = page(text=making.WORDS + links + making.WORDS)
    records = [response(f"{HOST}/plan.csv", b"quay,1\nferry,2\n", mime="text/csv"), response(ARTICLE, body)]
    importing.take_bytes(b"".join(records))
    found = importing.rows("SELECT url, mime, bytes, error, capture_id FROM attachments ORDER BY url DESC")
    assert found == [
        (f"{HOST}/plan.csv", "text/csv", 15, None, 1),
        (f"{HOST}/lost.pdf", None, None, "not-imported", None),
    ]


def test_an_article_over_several_pages_is_one(importing: Importing) -> None:
    pager = "<div><a href=/news/q_1.html>1</a> <a href=/news/q_1_2.html>2</a> <a href=/news/q_1_2.html>&gt;</a></div>"
    first = page(tail=pager.replace("<a href=/news/q_1.html>1</a>", "<b>1</b>"))
    second = page(text="The second part tells of the ferries and of the roads that lead to them. " * 6, tail=pager)
    records = [response(f"{HOST}/news/q_1_2.html", second), response(f"{HOST}/news/q_1.html", first)]
    report = importing.take_bytes(b"".join(records))
    assert (report.read.articles, report.read.pages) == ({"new": 1}, {"part": 1})
    assert "ferries follow" in importing.one("SELECT body FROM articles")
    assert "The second part tells" in importing.one("SELECT body FROM articles")
    assert importing.rows("SELECT position FROM version_captures ORDER BY 1") == [(1,), (2,)]


def test_a_later_part_alone_is_no_article(importing: Importing) -> None:
    tail = "<div><a href=/news/q_1.html>1</a> <b>2</b></div>"
    report = importing.take_bytes(response(f"{HOST}/news/q_1_2.html", page(tail=tail)))
    assert report.read.pages == {"part-without-first": 1}


def test_a_known_article_that_answers_404_was_absent(importing: Importing) -> None:
    missing = [
        response(ARTICLE, b"<html>no</html>", status="404 Not Found", date=f"2020-07-{day:02}T00:00:00Z")
        for day in (1, 10, 25)
    ]
    never = response(f"{HOST}/never.html", b"", status="404 Not Found")
    # The absences may come before the article.
    first = importing.take_bytes(b"".join(missing) + never, "gone.warc")
    assert first.read.absences == 0
    report = importing.take_bytes(response(ARTICLE, page()), "was.warc")
    assert report.read.absences == 3
    assert importing.rows("SELECT at, cause FROM absences ORDER BY at")[0] == (
        "2020-07-01T00:00:00.000000Z",
        "http-404",
    )
    assert importing.one("SELECT state FROM articles") == "gone"
    assert importing.take_bytes(response(ARTICLE, page()), "was.warc").read.absences == 0


def test_a_revisit_shows_what_its_original_showed(importing: Importing) -> None:
    body = page()
    records = [
        response(ARTICLE, body),
        making.revisit(ARTICLE, body, date="2020-05-05T00:00:00Z", refers=(ARTICLE, making.DATE)),
        making.revisit(ARTICLE, body, date="2020-05-06T00:00:00Z"),
    ]
    report = importing.take_bytes(b"".join(records))
    assert report.waiting == 0
    assert importing.rows("SELECT revisit_of FROM captures ORDER BY id") == [(None,), (1,), (1,)]
    assert len(set(importing.rows("SELECT digest FROM captures"))) == 1
    assert importing.rows("SELECT seen_at FROM version_captures ORDER BY 1")[-1] == ("2020-05-06T00:00:00.000000Z",)
    assert importing.one("SELECT last_seen FROM articles") == "2020-05-06T00:00:00.000000Z"


def test_a_revisit_waits_for_an_original_that_comes_later(importing: Importing) -> None:
    body = page()
    early = making.revisit(ARTICLE, body, date="2020-05-05T00:00:00Z", refers=(ARTICLE, making.DATE))
    report = importing.take_bytes(early, "b.warc")
    assert (report.waiting, report.exit_code) == (1, 0)
    assert importing.rows("SELECT type, capture_id FROM records") == [("revisit", None)]
    assert importing.take_bytes(early, "b.warc").known == 1
    report = importing.take_bytes(response(ARTICLE, body), "a.warc")
    assert report.waiting == 0
    assert importing.rows("SELECT revisit_of FROM captures ORDER BY id") == [(None,), (1,)]
    assert importing.one("SELECT count(*) FROM version_captures") == 2
    assert importing.one("SELECT count(*) FROM records") == 0


def test_chunked_and_packed_answers_are_read(importing: Importing) -> None:
    import gzip

    body = gzip.compress(page())
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in (body[:100], body[100:])) + b"0\r\n\r\n"
    more = "Transfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n"
    report = importing.take_bytes(response(ARTICLE, chunks, more=more))
    assert report.read.articles == {"new": 1}
    assert importing.one("SELECT digest FROM captures") == f"sha256:{hashlib.sha256(body).hexdigest()}"


def test_saved_pages_say_where_and_when_they_are_from(importing: Importing) -> None:
    saved = b"<!-- saved from url=(0035)https://gazette.example/news/a.html -->" + page(
        "First story of the day", tail='<figure><img src="a_files/p.png"><figcaption>Quay</figcaption></figure>'
    )
    path = importing.write("pages/a.html", saved)
    importing.write("pages/a_files/p.png", making.picture())
    importing.write(
        "pages/b.htm", page("Second story of the day", head=f'<link rel=canonical href="{HOST}/news/b.html">')
    )
    importing.write("pages/c.html", page("Third story of the day"))
    importing.write("pages/notes.txt", b"x")
    os.utime(path, (1_600_000_000, 1_600_000_000))
    report = importing.take(importing.folder / "pages")
    assert report.read.articles == {"new": 2}
    assert [left.reason for left in report.left] == [
        "2 files that are neither pages nor records (pictures go with their pages)"
    ]
    assert importing.rows("SELECT url, first_seen FROM articles ORDER BY url")[0] == (
        f"{HOST}/news/a.html", "2020-09-13T12:26:40.000000Z",
    )  # fmt: skip
    assert importing.rows("SELECT url, error FROM article_images") == [(f"{HOST}/news/a_files/p.png", None)]
    assert importing.take(importing.folder / "pages").new.total() == 0


def test_a_picture_outside_of_the_folder_is_not_read(importing: Importing) -> None:
    importing.write("secret.png", making.picture())
    head = f'<link rel=canonical href="{HOST}/a.html">'
    importing.write("pages/a.html", page(head=head, tail='<img src="../secret.png"><img src="/etc/hostname">'))
    assert importing.take(importing.folder / "pages").new.total() == 1


def test_another_workspace_comes_over_whole(importing: Importing, tmp_path: Path) -> None:
    from crawler.workspace import make_workspace

    other = Importing(make_workspace(tmp_path / "other"), importing.folder)
    tail = '<figure><img src="/quay.png" width=640 height=480><figcaption>The quay</figcaption></figure>'
    records = [
        response(f"{HOST}/quay.png", making.picture(), mime="image/png"),
        making.request_of(ARTICLE),
        response(ARTICLE, page(tail=tail)),
        response(ARTICLE, page("Quay opens in summer", tail=tail), date="2020-06-01T00:00:00Z"),
        making.revisit(ARTICLE, page(tail=tail), date="2020-07-01T00:00:00Z", refers=(ARTICLE, making.DATE)),
    ]
    other.take_bytes(b"".join(records))
    report = importing.take(other.workspace.root)
    assert report.exit_code == 0, report.damages
    for sql in (
        "SELECT url, fetched_at, status, mime, digest FROM captures ORDER BY url, fetched_at",
        "SELECT key, url, title, body, version, first_seen, last_seen, state, day FROM articles",
        "SELECT number, title, digest, body_html FROM versions ORDER BY number",
        "SELECT url, sha256, caption, error FROM article_images LEFT JOIN images ON images.id = image_id",
        "SELECT kind, from_version, to_version, at FROM events WHERE withdrawn IS NULL ORDER BY at",
    ):
        assert importing.rows(sql) == other.rows(sql), sql
    before = tables(importing)
    again = importing.take(other.workspace.root)
    assert (again.new.total(), again.read.articles.total()) == (0, 0)
    assert tables(importing) == before
    (itself,) = importing.take(importing.workspace.root).left
    assert "this archive itself" in itself.reason


def test_what_was_noted_of_an_article_comes_over(importing: Importing, tmp_path: Path) -> None:
    from archive.db import atomic, open_archive
    from crawler.workspace import make_workspace

    other = Importing(make_workspace(tmp_path / "other"), importing.folder)
    other.take_bytes(response(ARTICLE, page()))
    db = open_archive(other.workspace.holdings.database)
    if "tags" not in db.table_names():
        db.close()
        pytest.skip("this release knows no tags")
    with atomic(db):
        db.conn.execute("INSERT INTO tags SELECT id, 'harbour', '2024-01-01' FROM articles")
        db.conn.execute("INSERT INTO notes(article_id, text, at, by) SELECT id, 'seen', '2024', 'me' FROM articles")
    db.close()
    for _ in range(2):
        importing.take(other.workspace.root)
        assert importing.rows("SELECT tag FROM tags") == [("harbour",)]
        assert importing.rows("SELECT text FROM notes") == [("seen",)]


def test_the_command_says_what_it_did(importing: Importing) -> None:
    path = importing.write("a.warc", response(ARTICLE, page()) + b"garbage\n" * 5)
    root = str(importing.workspace.root)
    done = newsarchive("-w", root, "import", str(path))
    assert done.code == 1
    assert "Files: 1. Records: 1 (1 response).\nNew in the archive: 1, known before: 0.\n" in done.out
    assert "Articles: 1 new, 0 new versions, 0 unchanged." in done.out
    assert done.complaints == [
        f"newsarchive: {path}, offset {len(response(ARTICLE, page())):,}: 39 bytes that are no record"
    ]
    done = newsarchive("-w", root, "import", str(path), "--json")
    assert json.loads(done.out)["known"] == 1
    assert "quay" in newsarchive("-w", root, "search", "quay").out.lower()
    missing = newsarchive("-w", root, "import", str(importing.folder / "none.warc"))
    assert missing.code == 2
    assert "no such file or folder" in missing.err
