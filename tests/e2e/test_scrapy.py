"""The same through Scrapy's own command, as its users and Scrapyd run it; and what the command may import."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from crawler.demo.definition import definition
from crawler.demo.server import DemoServer
from crawler.demo.site import DemoSite
from tests.e2e.harness import Outcome, Workspace, check_archive, environment, newsarchive, run_python, wait_until

ARTICLES = DemoSite().articles


@pytest.fixture
def server() -> Iterator[DemoServer]:
    with DemoServer() as running:
        yield running


@pytest.fixture
def workspace(tmp_path: Path, server: DemoServer) -> Workspace:
    """A workspace as `newsarchive init` makes it, with a definition of the demo."""
    outcome = newsarchive("init", str(tmp_path / "w"), "--contact", "tests@example.org")
    assert outcome.code == 0, outcome
    made = Workspace(tmp_path / "w")
    config = made.root / "newsarchive.toml"
    assert 'contact = "tests@example.org"' in config.read_text()
    config.write_text(config.read_text().replace("only_hosts = []", 'only_hosts = ["127.0.0.1"]'))
    made.define("demo", definition(server.url))
    return made


def scrapy(workspace: Workspace, *arguments: str) -> Outcome:
    """Run Scrapy's command in the workspace's directory."""
    return run_python("-m", "scrapy", *arguments, cwd=workspace.root)


def test_scrapy_lists_every_site(workspace: Workspace) -> None:
    outcome = scrapy(workspace, "list")
    assert outcome.code == 0, outcome
    assert outcome.out.split() == ["demo", "shzj"]


def test_scrapy_crawls_into_the_archive(workspace: Workspace) -> None:
    outcome = scrapy(workspace, "crawl", "demo", "-O", "items.jsonl")
    assert outcome.code == 0, outcome
    items = [json.loads(line) for line in (workspace.root / "items.jsonl").read_text(encoding="utf-8").splitlines()]
    assert sorted(unquote(urlsplit(item["url"]).path) for item in items) == sorted(a.path for a in ARTICLES)
    titles = {unquote(urlsplit(item["url"]).path): item["title"] for item in items}
    assert titles == {article.path: article.title for article in ARTICLES}
    run = workspace.last_run()
    assert (run["state"], run["stored"], run["failed"], run["pending"]) == ("finished", len(ARTICLES), 1, 0)
    assert workspace.value("SELECT count(*) FROM articles") == len(ARTICLES)
    check_archive(workspace.root)
    # The command of ours sees the same archive, and nothing is stored twice.
    sums = workspace.crawl("demo")
    assert (sums["discovered"], sums["stored"]) == (0, 0)
    check_archive(workspace.root)


def test_scrapy_takes_the_same_arguments(workspace: Workspace) -> None:
    outcome = scrapy(workspace, "crawl", "demo", "-a", "section=press", "-a", "limit=3")
    assert outcome.code == 0, outcome
    assert workspace.value("SELECT count(*) FROM articles") == 3
    rows = workspace.rows("SELECT DISTINCT key FROM article_sections JOIN sections ON sections.id = section_id")
    assert ("press",) in rows
    assert workspace.value("SELECT count(*) FROM sections WHERE walk_completed IS NOT NULL") == 0
    check_archive(workspace.root)


def test_scrapy_is_turned_away_by_the_lock(workspace: Workspace, server: DemoServer) -> None:
    gate = threading.Event()
    answer = server.site.respond

    def slow(path: str) -> object:
        if "/c_" in path:
            gate.wait(60)
        return answer(path)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(server.site, "respond", slow)
        first = workspace.start("crawl", "demo")
        try:
            wait_until(lambda: any("/c_" in path for path in server.requests), what="the first run's slow article")
            before = sum(server.requests.values())
            second = scrapy(workspace, "crawl", "demo")
            assert str(first.pid) in second.err, second
            assert "another run holds" in second.err, second
            assert sum(server.requests.values()) <= before + 24
        finally:
            gate.set()
            out, err = first.communicate(timeout=60)
    assert first.returncode == 0, out + err
    assert workspace.rows("SELECT state, stored FROM runs") == [("finished", len(ARTICLES))]
    check_archive(workspace.root)


def test_scrapy_names_an_unknown_site(workspace: Workspace) -> None:
    """Scrapy wants a KeyError and shows it with its traceback; the last line is ours."""
    done = subprocess.run(
        [sys.executable, "-m", "scrapy", "crawl", "nothing"],
        check=False, capture_output=True, text=True, cwd=workspace.root, env=environment(),
    )  # fmt: skip
    assert done.returncode != 0
    assert done.stderr.splitlines()[-1] == """KeyError: "no site 'nothing'; known are demo, shzj\""""


_HEAVY = ("scrapy", "twisted", "datasette", "lxml", "pydantic", "PIL", "sqlite_utils", "dateparser", "bs4")
_SCRIPT = """
import sys
sys.argv = ["newsarchive", *sys.argv[1:]]
from crawler.cli import main
try:
    main()
finally:
    heavy = sorted({name.partition(".")[0] for name in sys.modules} & set(%r))
    print("heavy:", *heavy, file=sys.stderr)
"""


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["crawl", "--help"], ["search", "--help"]])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    outcome = run_python("-c", _SCRIPT % (_HEAVY,), *arguments)
    assert outcome.code == 0, outcome
    assert outcome.out
    assert outcome.complaints == ["heavy:"]


def test_help_names_every_command() -> None:
    outcome = newsarchive("--help")
    for command in ("init", "crawl", "demo", "search", "show", "serve"):
        assert command in outcome.out
        shown = newsarchive(command, "--help")
        assert (shown.code, shown.complaints) == (0, [])
        assert "newsarchive" in shown.out
