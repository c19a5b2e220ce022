"""An egg built from scrapy.cfg in a real Scrapyd: every site is a spider, and one site is crawled once at a time."""

import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from crawler.demo.definition import definition
from crawler.demo.server import DemoServer
from crawler.demo.site import DemoSite
from tests.e2e.harness import ROOT, Workspace, check_archive, wait_until
from tests.e2e.locked import beside_ours

ARTICLES = DemoSite().articles
# Seconds: each job compiles the modules in the egg first.
_PATIENCE = 150
_CONF = "[scrapyd]\nbind_address = 127.0.0.1\nhttp_port = {port}\npoll_interval = 0.2\nmax_proc = 4\n"


@pytest.fixture(scope="module")
def bin_folder() -> Path:
    """Scrapyd in an environment of its own, made once for its lock; what the egg depends on comes from the tests'."""
    return beside_ours("scrapyd").parent


@pytest.fixture(scope="module")
def egg(bin_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The egg that scrapyd-deploy builds of this checkout, with one site more by which it can be told apart."""
    folder = tmp_path_factory.mktemp("egg")
    for name in ("archive", "crawler"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("setup.py", "scrapy.cfg", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder)
    marker = definition("http://127.0.0.1:9/").replace('id = "demo"', 'id = "marker"')
    (folder / "crawler" / "sites" / "marker.toml").write_text(marker, encoding="utf-8")
    subprocess.run(
        [str(bin_folder / "scrapyd-deploy"), "--build-egg", str(folder / "made.egg")],
        cwd=folder, check=True, capture_output=True,
    )  # fmt: skip
    return folder / "made.egg"


@dataclass(frozen=True, slots=True)
class Scrapyd:
    """A running Scrapyd whose jobs archive into a workspace."""

    url: str
    folder: Path
    workspace: Workspace
    server: DemoServer

    def ask(self, command: str, **values: Any) -> dict[str, Any]:
        """Ask its API, which must answer well."""
        files = {"egg": values.pop("egg")} if "egg" in values else None
        if command in ("addversion", "schedule"):
            answer = httpx.post(f"{self.url}/{command}.json", data=values, files=files, timeout=60)
        else:
            answer = httpx.get(f"{self.url}/{command}.json", params=values, timeout=60)
        said: dict[str, Any] = answer.json()
        assert said["status"] == "ok", said
        return said

    def schedule(self) -> str:
        """Start a job of the demo site; return its id."""
        return str(self.ask("schedule", project="newsarchive", spider="demo")["jobid"])

    def finished(self) -> set[str]:
        """Return the ids of the jobs that are over."""
        return {job["id"] for job in self.ask("listjobs", project="newsarchive")["finished"]}

    def log(self, job: str) -> str:
        return (self.folder / "logs" / "newsarchive" / "demo" / f"{job}.log").read_text(encoding="utf-8")


@pytest.fixture
def scrapyd(bin_folder: Path, tmp_path: Path) -> Iterator[Scrapyd]:
    with socket.socket() as free, DemoServer() as server:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        workspace = Workspace.make(tmp_path / "w", timeout=2 * _PATIENCE)
        workspace.define("demo", definition(server.url))
        folder = tmp_path / "scrapyd"
        folder.mkdir()
        (folder / "scrapyd.conf").write_text(_CONF.format(port=port))
        kept = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONWARNINGS")}
        with (folder / "scrapyd.log").open("w") as log:
            process = subprocess.Popen(
                [str(bin_folder / "scrapyd")], cwd=folder, stdout=log, stderr=log,
                env=kept | {"NEWSARCHIVE_WORKSPACE": str(workspace.root)},
            )  # fmt: skip
            try:
                url = f"http://127.0.0.1:{port}"
                wait_until(lambda: _answers(url), _PATIENCE, "Scrapyd")
                yield Scrapyd(url, folder, workspace, server)
            finally:
                process.terminate()
                process.wait(timeout=30)


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/daemonstatus.json", timeout=5).is_success
    except httpx.TransportError:
        return False


def test_an_egg_in_scrapyd_crawls_each_site_once_at_a_time(scrapyd: Scrapyd, egg: Path) -> None:
    added = scrapyd.ask("addversion", project="newsarchive", version="1", egg=egg.read_bytes())
    assert added["spiders"] == 3
    assert scrapyd.ask("listspiders", project="newsarchive")["spiders"] == ["demo", "marker", "shzj"]
    gate, answer = threading.Event(), scrapyd.server.site.respond

    def slow(path: str) -> object:
        if "/c_" in path:
            gate.wait(_PATIENCE)
        return answer(path)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(scrapyd.server.site, "respond", slow)
        jobs = {scrapyd.schedule(), scrapyd.schedule()}
        # The one that holds the site waits for an article; the other has been turned away.
        wait_until(lambda: len(scrapyd.finished()) == 1, _PATIENCE, "the end of the job that came second")
        gate.set()
        wait_until(lambda: scrapyd.finished() == jobs, _PATIENCE, "the end of both jobs")
    (refused,) = [job for job in jobs if "another run holds demo: process" in scrapyd.log(job)]
    assert "ERROR: demo: another run holds demo" in scrapyd.log(refused)
    assert all("Traceback" not in scrapyd.log(job) for job in jobs)
    assert scrapyd.workspace.rows("SELECT state, stored, failed, pending FROM runs") == [
        ("finished", len(ARTICLES), 1, 0)
    ]
    check_archive(scrapyd.workspace.root)
