"""The eight sections of real sites, each from its own address and nothing else."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from tests.e2e.harness import SITES, Workspace, check_archive
from tests.e2e.judging import FOUND, Known, add, closing, definitions, judge, path, sampled
from tests.e2e.serving import served

SECTIONS = [
    ("rustblog", "all"), ("rustblog", "inside-rust"), ("cityposts", "posts"), ("cityposts", "news"),
    ("f1blog", "home"), ("f1blog", "noticias"), ("wz2100", "news-en"), ("wz2100", "news-de"),
]  # fmt: skip

pytestmark = pytest.mark.skipif(not SITES.is_dir(), reason=f"the corpus is not at {SITES}")


def section_of(name: str, key: str) -> dict[str, Any]:
    return dict(json.loads((SITES / name / "sections.json").read_text(encoding="utf-8"))[key])


def truth_of(name: str, key: str) -> Mapping[str, Known]:
    """Return what is known of a section's articles by path."""
    with (SITES / name / "truth.jsonl").open(encoding="utf-8") as lines:
        said = {unquote(row["path"]): row for row in map(json.loads, lines)}
    paths = [unquote(article) for article in section_of(name, key)["articles"]]
    return {article: Known(article, said[article]["title"], said[article]["date"]) for article in paths}


def test_these_are_all_the_sections() -> None:
    known = {
        (folder.name, key) for folder in SITES.iterdir() for key in json.loads((folder / "sections.json").read_text())
    }
    assert known == set(SECTIONS)


@pytest.mark.parametrize(("name", "key"), sampled(SECTIONS, 2))
def test_a_section_is_found_by_its_address(name: str, key: str, tmp_path: Path) -> None:
    workspace = Workspace.make(tmp_path / "w")
    with served(SITES / name / "www") as site:
        url = site.url + section_of(name, key)["start"].lstrip("/")
        added = add(workspace, url, site.requests)
        assert added.faults() == {}
        workspace.crawl(FOUND)
    assert judge(workspace, truth_of(name, key), path).faults() == {}
    check_archive(workspace.root)


@pytest.mark.parametrize(("name", "key"), sampled([("wz2100", "news-de"), ("f1blog", "noticias")], 1))
def test_a_section_is_crawled_by_its_address(name: str, key: str, tmp_path: Path) -> None:
    workspace = Workspace.make(tmp_path / "w")
    with served(SITES / name / "www") as site:
        outcome = workspace.run("crawl", site.url + section_of(name, key)["start"].lstrip("/"), "--json")
    assert outcome.code == 0, outcome
    assert closing(outcome)["state"] == "finished"
    assert judge(workspace, truth_of(name, key), path).faults() == {}
    assert definitions(workspace) == set()
