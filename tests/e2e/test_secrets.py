"""What a definition keeps secret is nowhere in a workspace, nor on the terminal, however much is logged."""

import base64
import gzip
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

from crawler.demo.pictures import draw
from tests.e2e import fault_site as fs
from tests.e2e.fault_site import FaultSite
from tests.e2e.harness import Outcome, Workspace, newsarchive
from tests.e2e.serving import listening

TOKEN, SESSION, PASSWORD = "tok-7f3a9c51d2", "sess-5520b8e1aa", "pa55-word-0c4e"
PROXY_USER = "harbour-proxy"
BASIC = base64.b64encode(f"{PROXY_USER}:{PASSWORD}".encode()).decode()
SECRETS = (TOKEN, SESSION, PASSWORD, BASIC)


def leaks(root: Path, outcome: Outcome, spare: Path) -> list[str]:
    """Return where a secret stands: files of a workspace, packed ones unpacked, and both streams, but for one."""
    found = [f"output: {secret}" for secret in SECRETS if secret in outcome.out + outcome.err]
    for path in root.rglob("*"):
        if not path.is_file() or path == spare:
            continue
        data = path.read_bytes()
        data += gzip.decompress(data) if path.suffix == ".gz" else b""
        found += [f"{path.name}: {secret}" for secret in SECRETS if secret.encode() in data]
    return found


class _Site(BaseHTTPRequestHandler):
    """A site behind a proxy: it wants the headers, and says them again in headers of its own."""

    site: FaultSite
    heard: list[dict[str, str]]

    def do_GET(self) -> None:
        path = self.path.removeprefix(self.site.url.rstrip("/"))
        self.heard.append(dict(self.headers) | {"path": path})
        answer = self.site.answer(path)
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Set-Cookie", f"session={SESSION}; Path=/")
        self.send_header("X-Echo", self.headers.get("Authorization", ""))
        for name, value in answer.headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the base class names it)
        pass


def test_a_crawl_with_secrets_leaves_none_behind(tmp_path: Path) -> None:
    heard: list[dict[str, str]] = []
    site = FaultSite({"news": [["good", "broken", "moved", "refused"]]})
    handler = type("_Bound", (_Site,), {"site": site, "heard": heard})
    with listening(handler) as site.url:
        port = site.url.rstrip("/").rpartition(":")[2]
        site.answers |= {
            "/a/good.html": fs.Answer(
                fs.article_html("good", extra='<p><img src="/x.png" width="480" height="320"></p>').encode()
            ),
            "/x.png": fs.Answer(draw("/x.png"), content_type="image/png"),
            "/a/broken.html": fs.Answer(b"no", 500),
            "/a/moved.html": fs.redirect(f"http://user:{PASSWORD}@127.0.0.2:{port}/x.html"),
        }
        workspace = Workspace.make(tmp_path / "w")
        definition = site.definition.replace(
            "language =",
            f'headers = {{ Authorization = "Bearer {TOKEN}", X-Key = "{TOKEN}" }}\n'
            f'cookies = {{ session = "{SESSION}" }}\n'
            f'proxy = "http://{PROXY_USER}:{PASSWORD}@127.0.0.1:{port}"\nlanguage =',
        )
        workspace.define("fault", definition)
        outcome = workspace.run("-v", "-v", "crawl", "fault", "--json")
    assert outcome.code == 1, outcome
    assert {said.get("Authorization") for said in heard} == {f"Bearer {TOKEN}"}
    assert {said.get("Proxy-Authorization") for said in heard} == {f"Basic {BASIC}"}
    assert any(SESSION in said.get("Cookie", "") for said in heard)
    assert "DEBUG" in outcome.err
    assert workspace.value("SELECT count(*) FROM articles") == 2
    assert leaks(workspace.root, outcome, workspace.root / "sites" / "fault.toml") == []
    kept = workspace.rows("SELECT headers FROM captures WHERE url LIKE '%good.html'")
    assert "***" in kept[0][0]


def test_a_password_in_an_address_is_not_said_again(tmp_path: Path) -> None:
    site = FaultSite({"news": [["good"]]})
    with site.serve():
        workspace = Workspace.make(tmp_path / "w")
        address = site.url.replace("http://", f"http://user:{PASSWORD}@")
        for command in (
            ["extract", f"{address}a/none.html"],
            ["extract", f"{address}a/good.html"],
            ["-v", "-v", "save", f"{address}a/good.html", f"{address}a/none.html"],
            ["-v", "-v", "add", f"{address}news/", "--id", "learned"],
            ["-v", "-v", "crawl", f"{address}nothing/"],
        ):
            outcome = workspace.run(*command)
            assert leaks(workspace.root, outcome, Path()) == [], command


def test_a_cookie_asks_nobody_else(tmp_path: Path) -> None:
    """Scrapy would fetch the list of public suffixes from the web, and write it into the home directory."""
    site = FaultSite({"news": [["good"]]})
    cookie = (("Set-Cookie", "a=b; Domain=news.co.uk; Path=/"),)
    with site.serve():
        site.answers["/a/good.html"] = fs.Answer(fs.article_html("good").encode(), headers=cookie)
        workspace = Workspace.make(tmp_path / "w")
        workspace.define("fault", site.definition)
        (tmp_path / "home").mkdir()
        outcome = newsarchive("-w", str(workspace.root), "-v", "-v", "crawl", "fault", HOME=str(tmp_path / "home"))
    assert outcome.code == 0, outcome
    assert "publicsuffix" not in outcome.err
    assert list((tmp_path / "home").rglob("*")) == []


def test_a_mistake_in_a_secret_does_not_print_it(tmp_path: Path) -> None:
    site = FaultSite({"news": [["good"]]})
    for wrong in (
        f'headers = {{ Authorization = ["{TOKEN}"] }}',
        f'cookies = {{ session = ["{SESSION}"] }}',
        f'proxy = ["http://a:{PASSWORD}@b"]',
        f'hosts = "http://a:{PASSWORD}@b/"',
    ):
        workspace = Workspace.make(tmp_path / "w")
        site.url = "http://127.0.0.1:1/"
        workspace.define("fault", site.definition.replace("language =", f"{wrong}\nlanguage ="))
        outcome = newsarchive("-w", str(workspace.root), "crawl", "fault")
        assert outcome.code == 2, outcome
        assert not [secret for secret in SECRETS if secret in outcome.err], outcome
