"""docs/search.md: every command is run, in an archive made for it, and says what stands there."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from crawler.cli import newsarchive
from crawler.workspace import make_workspace
from tests.archive.search.library import Told, library

ROOT = Path(__file__).parents[3]
SAID = (ROOT / "docs" / "search.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("documented")
    make_workspace(root)
    for file in root.glob("archive.db*"):
        file.unlink()
    from datetime import date

    told = [
        Told("The harbour has a quay wall.", "Harbour report", day=date(2024, 4, 1), marks=("image",)),
        Told("今天发布公告。", "质量公告", day=date(2024, 4, 2), language="zh", site="zhbao"),
        Told("質量, the harbour, 臺灣。", "台灣新聞", day=date(2024, 4, 3), language="zh", site="zhbao"),
    ]
    library(root / "archive.db", told).close()
    return root


def commands() -> list[tuple[str, list[str]]]:
    """Return the commands of the page, each with the lines that it says."""
    found: list[tuple[str, list[str]]] = []
    for block in BLOCK.findall(SAID):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append((line[2:], []))
            elif found:
                found[-1][1].append(line)
    return found


OURS = [command for command, _ in commands() if command.startswith("newsarchive")]
PLAIN = [(command, said) for command, said in commands() if not command.startswith("newsarchive")]


@pytest.mark.parametrize("command", OURS)
def test_our_own_commands(workspace: Path, command: str) -> None:
    result = CliRunner().invoke(newsarchive, ["-w", str(workspace), *shlex.split(command)[1:]], catch_exceptions=False)
    assert result.exit_code == 0
    assert "Harbour report" in result.stdout or "质量公告" in result.stdout or "reindex" in command, result.output


@pytest.mark.parametrize(("command", "said"), PLAIN)
def test_plain_tools(workspace: Path, command: str, said: list[str]) -> None:
    """Plain `sqlite3` and Datasette without our plugin search Chinese."""
    name, *rest = shlex.split(command)
    if name == "sqlite3" and shutil.which(name) is None and not os.environ.get("NEWSARCHIVE_CI"):
        pytest.skip("sqlite3 is not installed")
    tool = [sys.executable, "-m", "datasette"] if name == "datasette" else [name]
    done = subprocess.run(
        [*tool, *rest], cwd=workspace, env=os.environ | {"DATASETTE_LOAD_PLUGINS": ""}, capture_output=True, text=True, check=True
    )  # fmt: skip
    assert [plain(line) for line in done.stdout.splitlines()] == [plain(line) for line in said]
    assert said


def plain(line: str) -> str:
    """Return a line of output, JSON without escapes and ids."""
    if line.startswith("["):
        line = json.dumps(json.loads(line), ensure_ascii=False)
    return re.sub(r'"id": \d+', '"id": 0', line)


def test_the_page_shows_plain_sqlite_and_plain_datasette() -> None:
    assert {command.split()[0] for command, _ in PLAIN} == {"sqlite3", "datasette"}
    assert len(OURS) >= 6
