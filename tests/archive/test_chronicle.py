"""The story of the archive, by capture time."""

import datetime as dt
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from archive.errors import NotFoundError
from crawler.cli import newsarchive
from crawler.workspace import make_workspace
from tests.archive.keeping import NOON, OTHER_SITE, URL, Keeping, article

DAY = dt.timedelta(days=1)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("chronicle")
    make_workspace(root)
    keeping = Keeping(root)
    keeping.store(article(title="First title"))
    keeping.now = NOON + DAY
    keeping.store(article(title="Second title"))
    keeping.now = NOON + 2 * DAY
    keeping.store(article("The harbour is closed.", title="Second title"))
    for day in (3, 4, 18):
        keeping.now = NOON + day * DAY
        keeping.fail(URL, "http-404")
    keeping.now = NOON + 20 * DAY
    keeping.store(article("The harbour is closed.", title="Second title"))
    keeping.again(OTHER_SITE)
    keeping.now = NOON + 30 * DAY
    keeping.store(article("浙江的港口。", url="https://zhbao.example/a", title="港口", language="zh"))
    keeping.close()
    return root


def invoke(workspace: Path, *arguments: str) -> Result:
    return CliRunner().invoke(newsarchive, ["-w", str(workspace), "log", *arguments], catch_exceptions=False)


def test_the_story_in_order(workspace: Path) -> None:
    lines = invoke(workspace).output.splitlines()
    assert [line[:28].rstrip() for line in lines] == [
        "2024-05-03 12:01  first seen", "2024-05-04 12:01  retitled", "2024-05-05 12:01  changed",
        "2024-05-21 12:01  gone", "2024-05-23 12:01  returned", "2024-06-02 12:01  first seen",
    ]  # fmt: skip
    assert "First title → Second title  headline; version 1 → 2 · herald · " in lines[1]
    assert "Second title  body; version 2 → 3 · herald" in lines[2]
    assert "missing since 2024-05-06 12:01" in lines[3]


def test_the_latest_alone(workspace: Path) -> None:
    lines = invoke(workspace, "--limit", "1").output.splitlines()
    assert lines[0] == "… 5 earlier; --limit and --since show others"
    assert "港口  zhbao" in lines[1]


@pytest.mark.parametrize(
    ("arguments", "kinds"),
    [
        (["--site", "zhbao"], ["first seen"]),
        (["--since", "2024-05-20"], ["gone", "returned", "first seen"]),
        (["--since", "2024-05-05", "--until", "2024-05-21"], ["changed", "gone"]),
        (["--kind", "gone", "--kind", "retitled"], ["retitled", "gone"]),
        (["--kind", "changed"], ["retitled", "changed"]),
        ([URL, "--kind", "first seen"], ["first seen"]),
    ],
)
def test_parts_of_the_story(workspace: Path, arguments: list[str], kinds: list[str]) -> None:
    assert [entry["kind"] for entry in json.loads(invoke(workspace, *arguments, "--json").output)] == kinds


def test_an_event_for_programs(workspace: Path) -> None:
    entry = json.loads(invoke(workspace, "--kind", "retitled", "--json").output)[0]
    assert (entry["title_before"], entry["title"], entry["changes"]) == ("First title", "Second title", ["headline"])
    assert (entry["from_version"], entry["to_version"], entry["site"]) == (1, 2, "herald")


def test_nothing_that_fits(workspace: Path) -> None:
    assert invoke(workspace, "--kind", "moved").output == "Nothing happened that fits.\n"


def test_an_unknown_site(workspace: Path) -> None:
    with pytest.raises(NotFoundError, match=r"^no site .nowhere. in the archive; it has: herald, zhbao$"):
        invoke(workspace, "--site", "nowhere")


def test_an_empty_archive(tmp_path: Path) -> None:
    make_workspace(tmp_path)
    Keeping(tmp_path).close()
    assert invoke(tmp_path).output == "Nothing happened yet: the archive is empty.\n"
