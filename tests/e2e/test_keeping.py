"""Keeping an archive through its commands: verified, withdrawn, corrected, backed up and restored, beside crawls."""

import json
import re
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.demo.definition import definition
from crawler.demo.server import DemoServer
from tests.e2e.harness import Workspace, check_archive, newsarchive, snapshot


@pytest.fixture(scope="module")
def server() -> Iterator[DemoServer]:
    with DemoServer() as running:
        yield running


@pytest.fixture(scope="module")
def workspace(server: DemoServer, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    made = Workspace.make(tmp_path_factory.mktemp("keeping"), delay=0)
    made.define("demo", definition(server.url))
    made.crawl("demo")
    return made


def said_in(root: Path) -> str:
    """Return all that a workspace's files say, gzip and zlib unpacked."""
    parts = []
    for path in root.rglob("*"):
        data = path.read_bytes() if path.is_file() else b""
        parts.append(data)
        for found in re.finditer(rb"\x1f\x8b\x08|\x78[\x01\x5e\x9c\xda]", data):
            stream = zlib.decompressobj(wbits=47)
            try:
                parts.append(stream.decompress(data[found.start() :]))
            except zlib.error:
                continue
    return b"\n".join(parts).decode("utf-8", "replace")


def test_a_crawled_archive_is_well_and_a_flipped_byte_ends_with_code_4(workspace: Workspace) -> None:
    outcome = workspace.run("verify")
    assert outcome.code == 0, outcome
    assert "Everything is as it was." in outcome.out
    path = min((workspace.root / "media").glob("*/*"))
    good = path.read_bytes()
    path.write_bytes(good[:-1] + bytes((good[-1] ^ 1,)))
    outcome = workspace.run("verify", "--json")
    path.write_bytes(good)
    assert outcome.code == 4, outcome
    assert [damage["file"] for damage in outcome.json["damages"]] == [
        f"media/{path.relative_to(workspace.root / 'media')}"
    ]
    assert workspace.run("verify", "--sample", "5").code == 0
    assert workspace.run("verify", "--site", "nowhere").code == 2


def test_a_backup_made_while_a_crawl_runs_is_restored(server: DemoServer, workspace: Workspace, tmp_path: Path) -> None:
    server.site.publish("updates", 20)
    with workspace.start("crawl", "demo") as crawl:
        codes = [workspace.run("backup", str(tmp_path / "disk"), "--json").code for _ in range(2)]
        crawl.communicate(timeout=120)
    assert codes == [0, 0]
    assert workspace.run("backup", str(tmp_path / "disk"), "--verify").code == 0
    outcome = workspace.run("backup", str(tmp_path / "disk"))
    assert re.search(r"new: \d+ files, [\d,]+ bytes, and the database\.", outcome.out), outcome
    target = tmp_path / "restored"
    outcome = newsarchive("restore", str(tmp_path / "disk"), str(target))
    assert outcome.code == 0, outcome
    assert snapshot(target) == snapshot(workspace.root)
    check_archive(target)
    assert newsarchive("-w", str(target), "verify").code == 0
    assert Workspace(target).crawl("demo")["failed"] == 0
    assert newsarchive("restore", str(tmp_path / "disk"), str(target)).code == 2


def test_a_correction_outlives_a_crawl(workspace: Workspace) -> None:
    key, title = workspace.rows("SELECT key, title FROM articles ORDER BY id LIMIT 1")[0]
    outcome = workspace.run("edit", key, "title=Corrected by hand", "published=2018-01-02", "--note", "print edition")
    assert outcome.code == 0, outcome
    assert workspace.run("tag", key, "+checked", "-nothing").code == 2
    assert workspace.run("tag", key, "+checked").out == "checked\n"
    assert workspace.run("note", key, "seen on paper").code == 0
    before = workspace.value("SELECT count(*) FROM events")
    workspace.crawl("demo", "--full")
    assert workspace.value("SELECT count(*) FROM events") == before
    assert workspace.run("reextract", "demo", "--write").code == 0
    said = workspace.run("show", key, "--json").json
    assert (said["title"], said["day"], said["rules"]["title"]) == ("Corrected by hand", "2018-01-02", "hand")
    assert (said["tags"], said["notes"][0]["text"], said["edits"][0]["note"]) == (
        ["checked"],
        "seen on paper",
        "print edition",
    )
    assert "Corrected by hand" in workspace.run("search", "corrected hand").out
    assert workspace.run("edit", key, "--undo").code == workspace.run("edit", key, "--undo").code == 0
    assert workspace.run("show", key, "--json").json["title"] == title
    assert workspace.run("edit", key, "--undo").code == 2
    assert workspace.run("verify").code == 0


def test_what_was_taken_down_does_not_come_back(server: DemoServer, workspace: Workspace) -> None:
    key, url, body, captions = workspace.rows(
        "SELECT key, url, body, captions FROM articles WHERE captions IS NOT NULL ORDER BY first_seen, id DESC LIMIT 1"
    )[0]
    # What the demo site says in other articles too stays.
    others = "".join(
        text for (text,) in workspace.rows("SELECT body || captions FROM articles WHERE key <> ?", key) if text
    )
    own = [line for line in (*body.split("\n\n"), captions.partition(".")[0]) if len(line) > 15]
    told = [line for line in own if line not in others]
    assert told
    assert all(line in said_in(workspace.root) for line in told)
    assert workspace.run("takedown", key).code == 2
    assert workspace.run("takedown", key, "--reason", "court order").code == 2  # nobody can be asked
    outcome = workspace.run("takedown", key, "--reason", "court order", "--dry-run")
    assert (outcome.code, "in the captures of listings" in outcome.out) == (0, True)
    outcome = workspace.run("takedown", key, "--reason", "court order", "--yes", "--json")
    assert outcome.code == 0, outcome
    assert json.loads(outcome.out)["key"] == key
    assert [line for line in told if line in said_in(workspace.root)] == []
    for arguments in (("crawl", "demo"), ("crawl", "demo", "--full"), ("reextract", "demo", "--write"), ("retry", url)):
        asked = server.requests[url.removeprefix(server.url.rstrip("/"))]
        outcome = workspace.run(*arguments)
        assert outcome.code in (0, 2), outcome
        assert server.requests[url.removeprefix(server.url.rstrip("/"))] == asked, arguments
    workspace.run("save", url)
    # Listings that are fetched later tell what they tell: the first sentence, as a summary.
    assert {line for line in told if line in said_in(workspace.root)} <= {told[0]}
    assert workspace.run("verify").code == 0
    check_archive(workspace.root)
    outcome = workspace.run("show", key)
    assert (outcome.code, "was withdrawn on" in outcome.err, "court order" in outcome.err) == (2, True, True)
    assert key not in workspace.run("search", "--limit", "1000").out
    assert workspace.run("takedown", key, "--reason", "again", "--yes").code == 2
    assert workspace.run("takedown", "--finish").out == "Nothing was left to do.\n"


def test_what_was_imported_is_verified_too(tmp_path: Path) -> None:
    """Copies say things in the way of the tool that wrote them: chunks, times to the second."""
    http = ("HTTP/1.1 200 OK", "Content-Type: text/html", "Transfer-Encoding: chunked")
    block = "\r\n".join((*http, "", "5", "<p>a<", "3", "/p>", "0", "", ""))
    head = (
        "WARC/1.0", "WARC-Type: response", "WARC-Target-URI: http://old.example/a.html",
        "WARC-Date: 2014-03-25T12:12:28Z", "Content-Type: application/http", f"Content-Length: {len(block)}",
    )  # fmt: skip
    record = "\r\n".join((*head, "", block, "", ""))
    (tmp_path / "old.warc").write_text(record, newline="")
    workspace = Workspace.make(tmp_path / "w")
    assert workspace.run("import", str(tmp_path / "old.warc")).code == 0
    assert workspace.value("SELECT count(*) FROM captures") == 1
    outcome = workspace.run("verify")
    assert outcome.code == 0, outcome
