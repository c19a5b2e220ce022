"""A site's life of sixty days: every event is found, none is invented, and each change has its class."""

import datetime as dt
import json
import os
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.e2e.fault_site import FaultSite
from tests.e2e.faults.processes import Commands
from tests.e2e.harness import Outcome, Workspace, check_archive
from tests.e2e.life import Expected, Life

SOAK = bool(os.environ.get("NEWSARCHIVE_SOAK"))
DAYS = 60
VISITS = range(DAYS + 1) if SOAK else range(0, DAYS + 1, 5)
SEEDS = (1, 2, 3) if SOAK else (1,)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_life_is_told_as_it_was(tmp_path: Path, seed: int) -> None:
    life, expected = Life(seed), Expected()
    with FaultSite({"news": [[]]}).serve() as site, Commands(tmp_path) as commands:
        workspace = Workspace.make(tmp_path / "w")
        workspace.define("fault", site.definition)
        while life.day <= DAYS:
            if life.day in VISITS:
                site.answers = life.answers
                expected.look(life)
                commands.move_clock(days=life.day)
                visited(commands.run(workspace, "crawl", "fault", "--full"))
            life.turn()
        commands.move_clock(days=0)
        assert told(workspace) == sorted(expected.events)
        assert {kind for _, _, kind, _ in expected.events} >= {"first seen", "changed", "retitled", "gone", "returned"}
    check_archive(workspace.root)
    check_chinese(workspace)


def check_chinese(workspace: Workspace) -> None:
    """What changed in a Chinese text is told by its sentences, and in a sentence by its characters."""
    changed = [
        entry
        for entry in json.loads(workspace.run("log", "--limit", "100000", "--json").out)
        if "/a/zh" in entry["url"] and "body" in entry["changes"]
    ]
    assert changed
    for entry in changed:
        numbers = (str(entry["from_version"]), str(entry["to_version"]))
        found = json.loads(workspace.run("diff", entry["key"], *numbers, "--json").out)
        texts = [sentence[side] for sentence in found["body"] for side in ("before", "after") if sentence[side].strip()]
        assert all(text.rstrip().endswith("。") and text.count("。") == 1 for text in texts), texts
        assert sum(sentence["kind"] == "same" for sentence in found["body"]) >= len(found["body"]) / 2


def visited(outcome: Outcome) -> None:
    """A dead link is no failure of the run; nothing else may go wrong."""
    assert outcome.code == 0, outcome


def told(workspace: Workspace) -> list[tuple[int, str, str, list[str]]]:
    """Return the log: day of the life, path, kind, classes."""
    entries = json.loads(workspace.run("log", "--limit", "100000", "--json").out)
    start = dt.datetime.fromisoformat(entries[0]["at"])
    days = [round((dt.datetime.fromisoformat(entry["at"]) - start) / dt.timedelta(days=1)) for entry in entries]
    return sorted(
        (day, urlsplit(entry["url"]).path, entry["kind"], entry["changes"])
        for day, entry in zip(days, entries, strict=True)
    )
