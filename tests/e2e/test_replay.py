"""What we export, in the tools of the trade: warcio and py-wacz find nothing wrong, and pywb shows the article."""

import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import ProxyHandler, build_opener

import pytest

from crawler.demo.definition import definition
from crawler.demo.server import DemoServer
from tests.e2e.harness import ROOT, Workspace, free_port, skip_but_in_ci, wait_until
from tests.e2e.locked import locked_environment
from tests.room.browsing import CHROMIUM, chromium


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A crawled demo site whose server has ended: nothing can come from it any more."""
    made = Workspace.make(tmp_path_factory.mktemp("replay") / "ws")
    with DemoServer() as server:
        made.define("demo", definition(server.url))
        made.crawl("demo")
    return made


@pytest.fixture(scope="module")
def wacz(workspace: Workspace) -> Path:
    path = workspace.root.parent / "all.wacz"
    outcome = workspace.run("export", "wacz", "-o", str(path))
    assert outcome.code == 0, outcome
    return path


@pytest.fixture(scope="module")
def tools() -> Path:
    return locked_environment("replay") / "bin"


def checked(path: Path) -> str:
    """Return what `warcio check` finds wrong with a WARC file."""
    done = subprocess.run(
        [sys.executable, "-m", "warcio.cli", "check", str(path)], capture_output=True, text=True, check=False, cwd=ROOT
    )
    return "" if done.returncode == 0 else done.stdout + done.stderr or "failed"


def test_every_warc_of_ours_passes_warcio_check(workspace: Workspace, wacz: Path) -> None:
    plain = workspace.root.parent / "all.warc.gz"
    assert workspace.run("export", "warc", "-o", str(plain)).code == 0
    with zipfile.ZipFile(wacz) as package:
        inside = [name for name in package.namelist() if name.startswith("archive/")]
        unpacked = [Path(package.extract(name, workspace.root.parent)) for name in inside]
    crawled = sorted((workspace.root / "captures").glob("*.warc.gz"))
    assert crawled
    assert inside
    assert [said for said in map(checked, (*crawled, plain, *unpacked)) if said] == []


def test_the_check_sees_a_changed_byte(workspace: Workspace) -> None:
    damaged = workspace.root.parent / "damaged.warc"
    unpacked = subprocess.run(
        ["gzip", "-dc", str(next((workspace.root / "captures").glob("*.warc.gz")))], capture_output=True, check=True
    ).stdout
    damaged.write_bytes(unpacked.replace(b"<title>", b"<tit1e>", 1))
    assert checked(damaged)


def test_our_wacz_is_valid(wacz: Path, tools: Path) -> None:
    done = subprocess.run(
        [str(tools / "wacz"), "validate", "-f", str(wacz)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Validation succeeded" in done.stdout


@contextmanager
def replaying(tools: Path, wacz: Path, folder: Path) -> Iterator[str]:
    """Run pywb on a WACZ file; give the address that archived addresses are put behind."""
    manager, port = str(tools / "wb-manager"), free_port()
    for command in (["init", "ours"], ["add", "ours", str(wacz), "--unpack-wacz"]):
        subprocess.run([manager, *command], cwd=folder, check=True, capture_output=True)
    # The page itself, not in a frame of pywb's.
    (folder / "config.yaml").write_text("framed_replay: false\nenable_auto_fetch: false\n", encoding="utf-8")
    with subprocess.Popen(
        [str(tools / "wayback"), "-b", "127.0.0.1", "-p", str(port)],
        cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    ) as server:  # fmt: skip
        try:
            wait_until(lambda: answers(f"http://127.0.0.1:{port}/"), what="pywb")
            yield f"http://127.0.0.1:{port}/ours/"
        finally:
            server.kill()


def answers(url: str) -> bool:
    try:
        build_opener(ProxyHandler({})).open(url, timeout=5).close()
    except OSError:
        return False
    return True


def test_pywb_shows_an_article_with_its_images(workspace: Workspace, wacz: Path, tools: Path, tmp_path: Path) -> None:
    if CHROMIUM is None:
        skip_but_in_ci("there is no Chromium here; Debian's package is chromium")
    ((url, body, wanted, images),) = workspace.rows(
        "SELECT articles.url, body, replace(substr(first_seen, 1, 19), '-', ''), json_group_array(article_images.url) "
        "FROM articles JOIN article_images ON article_id = articles.id AND image_id IS NOT NULL "
        "GROUP BY articles.id ORDER BY count(*) DESC, articles.id LIMIT 1"
    )
    named = json.loads(images)
    assert named
    with replaying(tools, wacz, tmp_path) as replay, chromium() as browser, browser.awake():
        origin = replay.removesuffix("/ours/")
        with browser.visit(origin, may_complain=True) as tab:
            tab.open(f"/ours/{''.join(sign for sign in wanted if sign.isdigit())}/{url}")
            shown = " ".join(tab.page.inner_text("body").split())
            loaded = tab.page.evaluate("Array.from(document.images).map(image => [image.src, image.naturalWidth])")
    for paragraph in body.split("\n\n"):
        assert " ".join(paragraph.split()) in shown
    widths = {address: max((width for src, width in loaded if src.endswith(address)), default=0) for address in named}
    assert all(widths.values()), (widths, loaded)
    assert [address for address in tab.requests if not address.startswith((f"{origin}/", "data:", "about:"))] == []


def test_a_browser_sees_an_image_that_is_missing() -> None:
    """The replay above would not pass on broken images, nor on a request to elsewhere."""
    if CHROMIUM is None:
        skip_but_in_ci("there is no Chromium here; Debian's package is chromium")
    elsewhere = "http://elsewhere.example/there.png"
    with chromium() as browser, browser.awake(), browser.visit("http://127.0.0.1:9", may_complain=True) as tab:
        tab.page.set_content(f'<img src="http://127.0.0.1:9/missing.png"><img src="{elsewhere}"><p>text</p>')
        tab.page.wait_for_load_state()
        assert tab.page.evaluate("Array.from(document.images).map(image => image.naturalWidth)") == [0, 0]
        assert elsewhere in tab.requests
