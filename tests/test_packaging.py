"""The wheel, in an environment of its own, does what README promises, against the served demo site."""

import json
import os
import re
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest
from filelock import FileLock

from crawler.demo.server import DemoServer

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def wheel_bin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment that holds the built wheel; what it depends on comes from the one that runs the tests."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", str(folder), str(ROOT)]
    # Two workers of the test run would build in one folder of the checkout.
    with FileLock(tmp_path_factory.getbasetemp().parent / "wheel.lock"):
        subprocess.run(build, check=True, capture_output=True)
    (wheel,) = folder.glob("newsarchive-*.whl")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder / "venv")], check=True)
    python = folder / "venv" / "bin" / "python"
    site = next((folder / "venv" / "lib").glob("python*")) / "site-packages"
    (site / "dependencies.pth").write_text(sysconfig.get_paths()["purelib"] + "\n", encoding="utf-8")
    install = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(python),
        "install",
        "-q",
        "--no-deps",
        "--no-index",
        str(wheel),
    ]
    subprocess.run(install, check=True, capture_output=True)
    return folder / "venv" / "bin"


@pytest.fixture(scope="module")
def demo() -> Iterator[DemoServer]:
    with DemoServer() as server:
        yield server


def run(bin_folder: Path, folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {
        name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "NEWSARCHIVE_WORKSPACE")
    }
    return subprocess.run(
        [str(bin_folder / "python"), "-m", *command],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def newsarchive(bin_folder: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(
        [str(bin_folder / "newsarchive"), *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_wheel_runs_in_an_environment_of_its_own(wheel_bin: Path, tmp_path: Path) -> None:
    done = newsarchive(wheel_bin, tmp_path, "--help")
    assert done.returncode == 0, done.stderr
    assert "crawl" in done.stdout
    version = newsarchive(wheel_bin, tmp_path, "--version")
    assert re.fullmatch(r"newsarchive, version \d+\.\d+\.\d+\s*", version.stdout)


def test_help_loads_neither_scrapy_nor_datasette(wheel_bin: Path, tmp_path: Path) -> None:
    code = (
        "import sys; from crawler.cli import newsarchive; newsarchive.main(['--help'], standalone_mode=False); "
        "print(sorted({name.partition('.')[0] for name in sys.modules} & {'scrapy', 'twisted', 'datasette', 'lxml'}))"
    )
    done = subprocess.run(
        [str(wheel_bin / "python"), "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.rstrip().endswith("[]")


def test_the_ten_lines_of_readme_archive_the_demo(wheel_bin: Path, demo: DemoServer, tmp_path: Path) -> None:
    found = re.search(r"```toml\n(.*?)```", README, re.DOTALL)
    assert found is not None
    definition = found[1]
    assert len(definition.strip().splitlines()) <= 10
    assert newsarchive(wheel_bin, tmp_path, "init", "my-archive", "--contact", "archive@example.org").returncode == 0
    workspace = tmp_path / "my-archive"
    text = definition.replace("http://127.0.0.1:8000/", demo.url)
    (workspace / "sites" / "harbour.toml").write_text(text, encoding="utf-8")

    crawled = newsarchive(wheel_bin, workspace, "crawl", "harbour", "--json")
    assert crawled.returncode == 0, crawled.stderr
    (site,) = json.loads(crawled.stdout)
    updates = demo.site.section_articles("updates")
    assert site["stored"] == len(updates)

    hits = newsarchive(
        wheel_bin, workspace, "search", "inspection", "--section", "updates", "--sort", "newest", "--json"
    )
    assert len(json.loads(hits.stdout)["hits"]) > 0
    again = run(wheel_bin, workspace, "scrapy", "crawl", "harbour")
    assert again.returncode == 0, again.stderr
    assert "Traceback" not in again.stderr
    listed = run(wheel_bin, workspace, "scrapy", "list")
    assert listed.stdout.split() == ["harbour", "shzj"]


def test_every_command_of_readme_is_a_command(wheel_bin: Path, tmp_path: Path) -> None:
    used = {line.split()[2] for line in README.splitlines() if line.startswith("$ newsarchive ")}
    daily = {"init", "add", "crawl", "extract", "search", "serve", "schedule", "status", "failures"}
    assert used == daily | {"export", "cite", "import", "verify", "backup"}
    others = "show demo check save learn reextract gaps retry runs run notify diff log families takedown restore watch"
    for command in sorted(used.union(others.split())):
        done = newsarchive(wheel_bin, tmp_path, command, "--help")
        assert done.returncode == 0
        assert f"newsarchive {command}" in done.stdout, "a command's help shows an example"


def test_the_readings_of_the_docs_work(wheel_bin: Path, demo: DemoServer, tmp_path: Path) -> None:
    article = demo.site.articles[0]
    (tmp_path / "saved-pages").mkdir()
    for name in ("page.html", "other.html", "saved-pages/1.html"):
        (tmp_path / name).write_bytes(demo.site.respond(article.path).body)
    documented = README + (ROOT / "docs" / "extract.md").read_text(encoding="utf-8")
    commands = re.findall(r"^\$ newsarchive (extract .*)$", documented, re.MULTILINE)
    assert len(commands) == 7
    for command in commands:
        address = demo.url + article.path.lstrip("/")
        done = newsarchive(
            wheel_bin, tmp_path, *command.replace("https://www.example.org/news/1.html", address).split()
        )
        assert (done.returncode, done.stderr) == (0, ""), command
        assert ("--output" in command) == (done.stdout == ""), command
    assert json.loads((tmp_path / "articles.jsonl").read_text(encoding="utf-8"))["title"] == article.title


def test_the_plain_sqlite_queries_of_the_docs_work(wheel_bin: Path, demo: DemoServer, tmp_path: Path) -> None:
    import sqlite3

    assert newsarchive(wheel_bin, tmp_path, "init", ".").returncode == 0
    from crawler.demo.definition import definition

    (tmp_path / "sites" / "demo.toml").write_text(definition(demo.url), encoding="utf-8")
    assert newsarchive(wheel_bin, tmp_path, "crawl", "demo").returncode == 0
    found = re.search(r'sqlite3 archive\.db "(.*?)"', README)
    assert found is not None
    blocks = re.findall(r"```sql\n(.*?)```", (ROOT / "docs" / "archive.md").read_text(encoding="utf-8"), re.DOTALL)
    english, chinese = blocks
    connection = sqlite3.connect(tmp_path / "archive.db")
    for query in (found[1], english.replace("quality supervision", "inspection"), chinese):
        assert len(connection.execute(query).fetchall()) > 0, query
    connection.close()
