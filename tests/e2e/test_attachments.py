"""PDF and office files that articles link to: fetched, kept, found, asked for again only if they changed."""

import json
from pathlib import Path

from crawler.demo.documents import pdf_of
from tests.e2e.fault_site import Answer, FaultSite, article_html, article_path
from tests.e2e.harness import Workspace, check_archive

_LINKS = "".join(
    f'<p>The paper is <a href="{href}">{name}</a>, as the bureau said in its plan of the year.</p>'
    for href, name in (
        ("/files/plan.pdf", "the plan"), ("/files/table.xlsx", "the table"), ("/files/notice.pdf", "the notice"),
        ("/files/dead.pdf", "the old plan"), ("http://files.example/other.pdf", "theirs"),
    )
)  # fmt: skip
_FILES = {
    "/files/plan.pdf": Answer(pdf_of("The harbour dues", "quinquireme tariff"), content_type="application/pdf",
                              headers=(("ETag", '"p1"'),)),
    "/files/table.xlsx": Answer(b"PK\x03\x04" + b"\x00" * 40, content_type="application/vnd.ms-excel"),
    "/files/notice.pdf": Answer(b"<html><body>Please log in</body></html>"),
}  # fmt: skip
_SELECT = "SELECT url, name, mime, pages, error, capture_id IS NOT NULL FROM attachments ORDER BY id"


def test_files_are_kept_found_and_not_fetched_twice(tmp_path: Path) -> None:
    with FaultSite({"news": [["n1", "n2"]]}).serve() as site:
        site.answers |= _FILES
        site.answers[article_path("n1")] = Answer(article_html("n1", extra=_LINKS).encode())
        workspace = Workspace.make(tmp_path / "w")
        workspace.define("fault", site.definition)
        assert workspace.crawl("fault")["stored"] == 2
        rows = [(url.rpartition("/")[2], *said) for url, *said in workspace.rows(_SELECT)]
        assert rows == [
            ("plan.pdf", "the plan", "application/pdf", 2, None, 1),
            ("table.xlsx", "the table", "application/vnd.ms-excel", None, None, 1),
            ("notice.pdf", "the notice", None, None, "not-a-file", 0),
            ("dead.pdf", "the old plan", None, None, "http-404", 0),
            ("other.pdf", "theirs", None, None, "off-site", 0),
        ]
        found = json.loads(workspace.run("search", "quinquireme tariff", "--json").out)["hits"]
        assert [hit["url"] for hit in found] == [site.article_url("n1")]
        site.requests.clear()
        site.answers[article_path("n1")] = Answer(article_html("n1", extra=_LINKS + "<p>More.</p>").encode())
        assert workspace.crawl("fault", "--full")["stored"] == 1
        assert [path for path in site.requests if path.startswith("/files/")] == [
            "/files/notice.pdf",
            "/files/dead.pdf",
        ]
        assert json.loads(workspace.run("search", "quinquireme has:pdf", "--json").out)["total"] == 1
        assert [row[5] for row in workspace.rows(_SELECT)] == [1, 1, 0, 0, 0]
    check_archive(workspace.root)


def test_nobody_asks_for_what_is_not_wanted(tmp_path: Path) -> None:
    with FaultSite({"news": [["n1"]]}).serve() as site:
        site.answers[article_path("n1")] = Answer(article_html("n1", extra=_LINKS).encode())
        workspace = Workspace.make(tmp_path / "w")
        workspace.define("fault", site.definition)
        config = workspace.root / "newsarchive.toml"
        config.write_text(config.read_text().replace("attachments = true", "attachments = false"))
        workspace.crawl("fault")
        assert not [path for path in site.requests if path.startswith("/files/")]
        assert {row[4] for row in workspace.rows(_SELECT)} == {"not-wanted"}
