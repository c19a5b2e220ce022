"""Whatever strangers' pages put into the archive's fields, files and paths: nothing of it runs, nothing leads out."""

import contextlib
import http.client
import json
import os
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from filelock import FileLock
from playwright.sync_api import Error

from tests.e2e.faults.processes import Commands
from tests.e2e.harness import Workspace
from tests.room import hostile
from tests.room.browsing import NARROW, Chromium, Eyes, Visit
from tests.room.payloads import PAYLOADS, Payload
from tests.room.serving import Server, served

# What a stranger's markup would leave in a page. Our own forms, scripts and styles lead to our own addresses.
_AUDIT = """(origin) => {
  const bad = [];
  const strange = "iframe object embed base template math xmp noscript video audio frame".split(" ");
  const leading = "src href action formaction xlink:href data poster srcset ping background".split(" ");
  for (const each of document.querySelectorAll("*")) {
    const said = each.outerHTML.slice(0, 400), name = each.localName;
    if (strange.includes(name)) bad.push(`element: ${said}`);
    if (name === "meta" && each.httpEquiv) bad.push(`meta: ${said}`);
    if (name === "script" && !each.src) bad.push(`script: ${said}`);
    if (name === "style" && /zq\\d/.test(each.textContent)) bad.push(`style: ${said}`);
    for (const {name: attribute, value} of each.attributes) {
      if (/^on|^srcdoc$|zq\\d/i.test(attribute)) bad.push(`attribute: ${said}`);
      if (attribute === "style" && /zq\\d/.test(value)) bad.push(`style: ${said}`);
      if (!leading.includes(attribute)) continue;
      let to = null;
      try { to = new URL(value.trim().split(/\\s/)[0], document.baseURI); } catch { continue; }
      const isFollowed = (name === "a" || name === "area") && attribute === "href";
      if (isFollowed ? !/^(https?|mailto):$/.test(to.protocol) : to.origin !== origin) bad.push(`leads out: ${said}`);
    }
  }
  return bad;
}"""


_SHOWN_NOWHERE = ("entry_summary", "thumbnail")


@pytest.fixture(scope="module")
def served_hostile(tmp_path_factory: pytest.TempPathFactory, commands: Commands) -> Iterator[Server]:
    """The hostile archive, made once a session, as `newsarchive serve` shows it."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    with FileLock(shared / "hostile.lock"):
        if not (shared / "hostile").exists():
            hostile.build(shared / "hostile")
            (shared / "hostile" / "newsarchive.toml").write_text('[crawl]\ncontact = "tests@example.org"\n')
    with served(Workspace(shared / "hostile"), commands) as running:
        yield running


def places(server: Server) -> list[str]:
    """Return every address that shows what the hostile site said."""
    room, rows = server.room, server.workspace.rows
    found = [room.front(), room.search(q="harbour"), room.search(q="quiet", sort="newest"), room.pictures()]
    found += [room.changes(), room.site("hostile"), f"{server.room.base}/captures", f"{server.room.base}/articles"]
    for key, version in rows("SELECT key, version FROM articles"):
        found += [room.article(key), room.cite(key), room.article(key, version=1)]
        if version > 1:
            found.append(room.diff(key, from_=1, to=2))
    for key, at in rows("SELECT key, max(seen_at) FROM versions JOIN articles ON articles.id = article_id GROUP BY 1"):
        found.append(room.memento(key, "".join(sign for sign in at[:19] if sign.isdigit())))
    found += [room.picture(sha256) for (sha256,) in rows("SELECT sha256 FROM images WHERE capture_id IS NOT NULL")]
    found += [room.capture(number) for (number,) in rows("SELECT DISTINCT capture_id FROM version_captures")]
    return found


def looked_at(tab: Visit, path: str) -> dict[str, Any]:
    """Return what a page did, and what of strangers' markup it holds."""
    tab.complaints.clear()
    answer = tab.page.goto(tab.origin + path)
    assert answer is not None
    found = {"status": answer.status, "policy": answer.headers.get("content-security-policy", "")}
    tab.look()
    # Datasette's own pages have scripts in them.
    bad = [said for said in tab.page.evaluate(_AUDIT, tab.origin) if "/-/" in path or "zq" in said]
    return found | {"complaints": list(tab.complaints), "bad": bad, "text": tab.page.content()}


@pytest.fixture(scope="module")
def evidence(
    tmp_path_factory: pytest.TempPathFactory, browser: Chromium, served_hostile: Server
) -> dict[str, dict[str, Any]]:
    """What every page did, by its address; looked at once a session."""
    shared = served_hostile.workspace.root.parent
    kept = shared / "hostile.evidence.json"
    with FileLock(shared / "hostile.evidence.lock"):
        if not kept.exists():
            with browser.awake(), browser.visit(served_hostile.origin, Eyes(NARROW), may_complain=True) as tab:
                found = {path: looked_at(tab, path) for path in places(served_hostile)}
            kept.write_text(json.dumps(found))
    return dict(json.loads(kept.read_text()))


def test_every_page_answers_and_complains_of_nothing(evidence: dict[str, dict[str, Any]]) -> None:
    assert {path: said["status"] for path, said in evidence.items() if said["status"] != 200} == {}
    assert {path: said["complaints"] for path, said in evidence.items() if said["complaints"]} == {}
    assert {path: said["bad"] for path, said in evidence.items() if said["bad"]} == {}


@pytest.mark.parametrize("payload", PAYLOADS, ids=str)
def test_a_payload_is_shown_as_text_or_not_at_all(evidence: dict[str, dict[str, Any]], payload: Payload) -> None:
    for path, said in evidence.items():
        assert [each for each in said["complaints"] + said["bad"] if payload.mark in each] == [], path
    if payload.field not in _SHOWN_NOWHERE:
        assert any(payload.mark in said["text"] for said in evidence.values()), "no page shows it: this tries nothing"


@pytest.fixture(scope="module")
def dangers(browser: Chromium) -> dict[str, list[str]]:
    """What each payload does where nothing escapes it, by its mark."""
    found = {}
    with browser.awake(), browser.visit("http://127.0.0.1:9", may_complain=True) as tab:
        for payload in PAYLOADS:
            tab.complaints.clear()
            link = payload.text.startswith(("javascript:", "data:"))
            shown = f'<a href="{payload.text}">link</a>' if link else payload.text
            tab.page.set_content(f'<input value="{shown}"><p>{shown}</p>', wait_until="domcontentloaded")
            found[payload.mark] = tab.page.evaluate(_AUDIT, tab.origin) + tab.complaints
    return found


@pytest.mark.parametrize("payload", [each for each in PAYLOADS if "{{" not in each.text], ids=str)
def test_a_payload_would_be_seen_if_it_were_markup(dangers: dict[str, list[str]], payload: Payload) -> None:
    assert [said for said in dangers[payload.mark] if payload.mark in said]


@pytest.mark.parametrize("name", hostile.FILES)
def test_a_file_does_nothing_when_it_is_opened(browser: Chromium, served_hostile: Server, name: str) -> None:
    room, sha256 = served_hostile.room, hostile.sha_of(name)
    with browser.awake(), browser.visit(served_hostile.origin, may_complain=True) as tab:
        for path in (room.image(sha256), room.thumb(sha256)):
            # What is no picture is sent to be kept, not to be shown.
            with contextlib.suppress(Error):
                tab.page.goto(tab.origin + path)
            tab.page.wait_for_timeout(50)
    assert [said for said in tab.complaints if "dialog" in said or " asked for " in said] == []


@pytest.mark.parametrize("number", range(len(hostile.PATHS)))
def test_a_picture_that_lies_elsewhere_is_not_given(served_hostile: Server, number: int) -> None:
    room, sha256 = served_hostile.room, hostile.sha_of_path(number)
    for path in (room.image(sha256), room.thumb(sha256)):
        status, body = asked(served_hostile, path)
        assert (status, hostile.SECRET.encode() in body) == (404, False), (hostile.PATHS[number], path)


def test_the_name_of_a_file_says_nothing_to_a_browser(served_hostile: Server) -> None:
    for path in (served_hostile.room.image, served_hostile.room.thumb):
        connection = http.client.HTTPConnection(urlsplit(served_hostile.origin).netloc, timeout=30)
        with contextlib.closing(connection):
            connection.request("GET", path(hostile.sha_of_path(len(hostile.PATHS))))
            answer = connection.getresponse()
            assert answer.status in (200, 404)
            assert answer.getheader("X-Evil") is None


_CLIMBING = (
    "/-/newsarchive/../__init__.py", "/-/newsarchive/..%2f__init__.py", "/-/newsarchive/%2e%2e/answering.py",
    "/-/newsarchive/..%5canswering.py", "/-/newsarchive/....//answering.py", "/-/newsarchive//etc/passwd",
    "/-/newsarchive/room.css/../../answering.py", "/-/newsarchive/room.css%00.py", "/-/newsarchive/%2fetc%2fpasswd",
    "/archive/-/image/../../secret.txt", "/archive/-/image/..%2f..%2fsecret.txt", "/archive/-/image/%2e%2e%2fx.txt",
    "/archive/-/thumb/../../secret.txt", "/archive/-/thumb/..%2f..%2fsecret.txt", "/archive/-/picture/..%2fsecret.txt",
    "/archive/-/memento/..%2f..%2fsecret.txt/20240503120000", "/archive/-/capture/..%2f..%2fsecret.txt",
    "/archive/-/article/..%2f..%2fsecret.txt", "/archive/-/site/..%2fsecret.txt", "/archive/-/watch/..%2fsecret.atom",
    "/..%2fsecret.txt", "/../secret.txt", "/archive/../secret.txt", "/~2E~2E~2Fsecret/-/front",
)  # fmt: skip


@pytest.mark.parametrize("path", _CLIMBING)
def test_an_address_leads_to_no_file_outside(served_hostile: Server, path: str) -> None:
    status, body = asked(served_hostile, path)
    assert status in (301, 302, 400, 404), path
    for secret in (hostile.SECRET.encode(), b"root:x:", b"from datasette"):
        assert secret not in body


def test_the_record_of_a_capture_is_not_read_outside_of_its_folder(served_hostile: Server) -> None:
    ((number,),) = served_hostile.workspace.rows("SELECT id FROM captures WHERE file LIKE '..%'")
    for path in (served_hostile.room.capture(number), f"{served_hostile.room.capture(number)}?raw=1"):
        status, body = asked(served_hostile, path)
        assert status < 500, path
        assert hostile.SECRET.encode() not in body, path


def asked(server: Server, path: str) -> tuple[int, bytes]:
    """Return a server's answer to a path as it is written: no client mends it."""
    connection = http.client.HTTPConnection(urlsplit(server.origin).netloc, timeout=30)
    with contextlib.closing(connection):
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()
