"""Bad pages: each kind costs what it touches and nothing else, and is named in one line and in the archive."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e import fault_site as fs
from tests.e2e.bad_input.scene import BAD, Scene, one_line
from tests.e2e.fault_site import Answer, FaultSite
from tests.e2e.harness import Workspace, check_archive

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
FORTY_MEGABYTES = 40 * fs.MEGABYTE
LISTING = fs.listing_path("news", 2)
Fault = Callable[[Scene], Answer]


def _loop(scene: Scene) -> Answer:
    scene.site.answers["/loop-a"] = fs.redirect("/loop-b")
    scene.site.answers["/loop-b"] = fs.redirect("/loop-a")
    return fs.redirect("/loop-a")


FAULTS: dict[str, tuple[Fault, str]] = {
    "404": (lambda _: Answer(b"<h1>gone</h1>", 404), "http-404"),
    "500": (lambda _: Answer(b"<h1>broken</h1>", 500), "http-500"),
    "empty body": (lambda _: Answer(b""), "empty"),
    "PDF": (lambda _: Answer(PDF, content_type="application/pdf"), "wrong-type"),
    "PDF as HTML": (lambda _: Answer(PDF), "wrong-type"),
    "40 MB of zeros": (lambda _: Answer(zeros=FORTY_MEGABYTES), "too-large"),
    "40 MB of zeros, length unsaid": (lambda _: Answer(zeros=FORTY_MEGABYTES, undeclared=True), "too-large"),
    "40 MB packed into 40 kB": (lambda _: fs.bomb(40), "too-large"),
    "redirect to another host": (lambda scene: fs.redirect(f"{scene.elsewhere}x.html"), "off-site"),
    "redirect loop": (_loop, "redirect-loop"),
    "connection reset": (lambda _: Answer(reset=True), "reset"),
    "truncated body": (lambda _: Answer(b"<html><body><p>And then", declared=5000), "truncated"),
}
SKIPPED = {"off-site", "robots"}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_faulty_article(scene: Scene, fault: str) -> None:
    make, cause = FAULTS[fault]
    scene.site.answers[BAD] = make(scene)
    outcome = scene.crawl()
    is_skipped, is_dead = cause in SKIPPED, cause == "http-404"
    assert outcome.code == (0 if is_skipped or is_dead else 1), outcome
    assert scene.ledger(scene.site.article_url("bad")) == ("skipped" if is_skipped else "failed", cause)
    assert scene.stored == scene.site.names - {"bad"}
    (sums,) = outcome.json
    assert (sums["skipped"], sums["failed"]) == ((1, 0) if is_skipped else (0, 1))
    assert sums["causes"] == {cause: 1}
    assert scene.workspace.last_run()["state"] == "finished"
    assert scene.visits == []
    if not is_skipped:
        one_line(outcome, scene.site.article_url("bad"), cause)
    check_archive(scene.workspace.root)
    # It heals. What a rule skipped, and what the site says is gone, is not asked for again at once.
    del scene.site.answers[BAD]
    second = scene.crawl("--full") if is_skipped else scene.crawl()
    assert second.code == 0, second
    assert scene.stored == scene.site.names - ({"bad"} if is_dead else set())
    check_archive(scene.workspace.root)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_faulty_listing(scene: Scene, fault: str) -> None:
    make, cause = FAULTS[fault]
    scene.site.answers[LISTING] = make(scene)
    outcome = scene.crawl()
    assert outcome.code == 1, outcome
    url = scene.site.listing_url("news", 2)
    assert scene.ledger(url) == ("failed", cause)
    run = scene.workspace.last_run()
    assert run["state"] == "failed"
    assert url in run["error"]
    assert cause in run["error"]
    assert scene.stored == {"good1", "bad", "good2", "other1", "other2"}
    assert _completed(scene.workspace) == {"more"}
    assert scene.visits == []
    one_line(outcome, url, cause)
    check_archive(scene.workspace.root)
    del scene.site.answers[LISTING]
    second = scene.crawl()
    assert second.code == 0, second
    assert scene.stored == scene.site.names
    assert scene.ledger(url) == ("stored", None)
    assert _completed(scene.workspace) == {"more", "news"}
    check_archive(scene.workspace.root)


def test_a_redirect_within_the_site_is_followed(scene: Scene) -> None:
    scene.site.answers["/moved/bad.html"] = Answer(fs.article_html("bad").encode())
    scene.site.answers[BAD] = fs.redirect("/moved/bad.html")
    scene.site.answers["/news/moved.html"] = Answer(scene.site.listing_html("news", 2).encode())
    scene.site.answers[LISTING] = fs.redirect("/news/moved.html")
    outcome = scene.crawl()
    assert (outcome.code, outcome.complaints) == (0, []), outcome
    assert outcome.json[0]["stored"] == len(scene.site.names)
    shown = scene.workspace.run("show", scene.site.article_url("bad"), "--json").json
    assert shown["body"] == "\n\n".join(fs.paragraphs("bad"))
    statuses = dict(scene.workspace.rows("SELECT url, status FROM captures WHERE url LIKE '%bad.html'"))
    assert statuses == {scene.site.article_url("bad"): 302, f"{scene.site.url}moved/bad.html": 200}
    again = scene.crawl()
    assert (again.code, again.json[0]["discovered"]) == (0, 0), again
    check_archive(scene.workspace.root)


def _completed(workspace: Workspace) -> set[str]:
    return {key for (key,) in workspace.rows("SELECT key FROM sections WHERE walk_completed IS NOT NULL")}


def test_a_first_listing_page_without_articles(scene: Scene) -> None:
    scene.site.answers["/news/"] = Answer(b"<html><body><p>We are rebuilding our site.</p></body></html>")
    outcome = scene.crawl()
    assert outcome.code == 1, outcome
    url = scene.site.listing_url("news", 1)
    assert scene.ledger(url) == ("failed", "no-articles")
    assert scene.stored == {"other1", "other2"}
    one_line(outcome, url, "no-articles")
    del scene.site.answers["/news/"]
    assert scene.crawl().code == 0
    assert scene.stored == scene.site.names
    check_archive(scene.workspace.root)


def test_every_section_unreachable(tmp_path: Path) -> None:
    site = FaultSite({"news": [["a"]]})
    with site.serve():
        workspace = Workspace.make(tmp_path / "w")
        workspace.define("fault", site.definition)
    outcome = workspace.run("crawl", "fault")
    assert outcome.code == 1, outcome
    one_line(outcome, site.url, "refused")
    assert workspace.last_run()["state"] == "failed"
    check_archive(workspace.root)


def test_an_article_that_fails_again_is_no_news(scene: Scene) -> None:
    scene.site.answers[BAD] = Answer(status=500)
    assert scene.crawl().code == 1
    assert scene.crawl().code == 0
    rows = scene.workspace.rows("SELECT failures, due_at > fetched_at FROM urls WHERE cause = 'http-500'")
    assert rows == [(2, 1)]
    check_archive(scene.workspace.root)


def test_an_article_in_invalid_utf_8_is_stored_and_marked(scene: Scene) -> None:
    words = "海港市质量与标准局在灯笼码头设立市民免费校准室，市民可以前来检测自家的秤。"
    html = fs.article_html("bad", extra=f"<p>{words}</p><p>Ends with a torn letter.</p>").encode()
    scene.site.answers[BAD] = Answer(html.replace(b"Ends with", b"Ends \xff\xfe with"))
    outcome = scene.crawl()
    assert outcome.code == 0, outcome
    assert scene.stored == scene.site.names
    body = scene.workspace.value("SELECT body FROM articles WHERE url = ?", scene.site.article_url("bad"))
    assert words in body
    assert body.startswith(fs.paragraphs("bad")[0])
    assert scene.ledger(scene.site.article_url("bad")) == ("stored", "bad-encoding")
    one_line(outcome, scene.site.article_url("bad"))
    check_archive(scene.workspace.root)


def test_a_listing_in_invalid_utf_8_is_walked_and_marked(scene: Scene) -> None:
    html = scene.site.listing_html("news", 2).replace("old1 story", "old1 灯笼码头 story").encode()
    scene.site.answers[LISTING] = Answer(html.replace(b"old2 story", b"old2 \xff\xfe story"))
    outcome = scene.crawl()
    assert outcome.code == 0, outcome
    assert scene.stored == scene.site.names
    assert len(scene.workspace.rows("SELECT title FROM sightings WHERE title LIKE '%灯笼码头%'")) == 1
    assert scene.ledger(scene.site.listing_url("news", 2)) == ("stored", "bad-encoding")
    one_line(outcome, scene.site.listing_url("news", 2))
    check_archive(scene.workspace.root)


CHARSETS = {
    "says gb2312, is utf-8": ("text/html; charset=gb2312", "", "utf-8"),
    "says latin-1, is utf-8": ("text/html; charset=iso-8859-1", "", "utf-8"),
    "says utf-8, is gb18030": ("text/html; charset=utf-8", '<meta charset="gb18030">', "gb18030"),
    "says no such thing": ("text/html; charset=klingon", "", "utf-8"),
    "says nothing": ("text/html", '<meta charset="gb18030">', "gb18030"),
}


@pytest.mark.parametrize("charset", CHARSETS)
def test_a_wrong_charset_in_the_header(scene: Scene, charset: str) -> None:
    content_type, head, encoding = CHARSETS[charset]
    words = "海港市质量与标准局在灯笼码头设立市民免费校准室，市民可以前来检测自家的秤。"
    page = fs.article_html("bad", head=head, extra=f"<p>{words}</p>")
    scene.site.answers[BAD] = Answer(page.encode(encoding), content_type=content_type)
    listing = (
        scene.site.listing_html("news", 2).replace("old1 story", "灯笼码头 story").replace("<head>", f"<head>{head}")
    )
    scene.site.answers[LISTING] = Answer(listing.encode(encoding), content_type=content_type)
    outcome = scene.crawl()
    assert (outcome.code, outcome.complaints) == (0, []), outcome
    body = scene.workspace.value("SELECT body FROM articles WHERE url = ?", scene.site.article_url("bad"))
    assert words in body
    said = scene.workspace.rows("SELECT title FROM sightings WHERE title LIKE '%灯笼码头%'")
    assert len(said) == 1
    hits = scene.workspace.run("search", "校准", "--json").json["hits"]
    assert [hit["url"] for hit in hits] == [scene.site.article_url("bad")]
    check_archive(scene.workspace.root)


def test_robots_txt_that_forbids_articles(scene: Scene) -> None:
    scene.site.robots = f"User-agent: *\nDisallow: {BAD}\n"
    outcome = scene.crawl()
    assert outcome.code == 0, outcome
    assert scene.ledger(scene.site.article_url("bad")) == ("skipped", "robots")
    assert scene.stored == scene.site.names - {"bad"}
    assert scene.site.requests[BAD] == 0
    assert outcome.json[0]["causes"] == {"robots": 1}
    check_archive(scene.workspace.root)


def test_robots_txt_that_forbids_a_section(scene: Scene) -> None:
    scene.site.robots = "User-agent: *\nDisallow: /news/\n"
    outcome = scene.crawl()
    assert outcome.code == 1, outcome
    url = scene.site.listing_url("news", 1)
    assert scene.ledger(url)[1] == "robots"
    assert "robots" in scene.workspace.last_run()["error"]
    assert scene.stored == {"other1", "other2"}
    assert scene.site.requests["/news/"] == 0
    one_line(outcome, url, "robots")
    check_archive(scene.workspace.root)


def test_robots_txt_that_is_broken_does_not_stop_the_crawl(scene: Scene) -> None:
    scene.site.answers["/robots.txt"] = Answer(b"\xff\xfe\x00<html>nothing like it", content_type="text/plain")
    outcome = scene.crawl()
    assert outcome.code == 0, outcome
    assert scene.stored == scene.site.names


def test_broken_images_cost_nothing_else(scene: Scene) -> None:
    names = ("missing.png", "broken.png", "reset.png", "huge.png")
    extra = "".join(f'<p><img src="/img/{name}" width="480" height="320"></p>\n' for name in names)
    scene.site.answers |= {
        BAD: Answer(fs.article_html("bad", extra=extra).encode()),
        "/img/broken.png": Answer(b"Error 1045", content_type="image/png"),
        "/img/reset.png": Answer(reset=True),
        "/img/huge.png": Answer(zeros=FORTY_MEGABYTES, content_type="image/png"),
    }
    outcome = scene.crawl()
    assert (outcome.code, outcome.complaints) == (0, []), outcome
    assert scene.stored == scene.site.names
    errors = [error for (error,) in scene.workspace.rows("SELECT error FROM article_images ORDER BY position")]
    assert errors == ["http-404", "not-image", "reset", "too-large"]
    check_archive(scene.workspace.root)
