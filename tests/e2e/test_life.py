"""A site's life of sixty days: every event is found, none is invented, and each change has its class."""

import datetime as dt
import io
import json
import os
import random
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from tests.e2e.fault_site import Answer, FaultSite
from tests.e2e.faults.processes import Commands
from tests.e2e.harness import Outcome, Workspace, check_archive
from tests.e2e.life import Expected, Life

SOAK = bool(os.environ.get("NEWSARCHIVE_SOAK"))
DAYS = 60
START = dt.datetime(2024, 3, 1, 6, tzinfo=dt.UTC)
VISITS = range(DAYS + 1) if SOAK else range(0, DAYS + 1, 5)
SEEDS = (1, 2, 3) if SOAK else (1,)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_life_is_told_as_it_was(tmp_path: Path, seed: int) -> None:
    life, expected = Life(seed), Expected()
    with FaultSite({"news": [[]]}).serve() as site:
        commands = Commands(tmp_path)
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


def test_a_life_that_is_brought_in_is_the_same_in_any_order(tmp_path: Path) -> None:
    life, expected, files = Life(5), Expected(), list[Path]()
    site = FaultSite({"news": [[]]}, url="https://quay.example/")
    while life.day <= DAYS:
        if life.day in VISITS:
            expected.look(life)
            files.append(write_day(tmp_path / f"day{life.day:02d}.warc.gz", life, site.url))
        life.turn()
    found = []
    for order in range(2):
        workspace = Workspace.make(tmp_path / f"w{order}")
        workspace.define("fault", site.definition)
        if order:
            random.Random(order).shuffle(files)  # noqa: S311
        for part in (files[: len(files) // 2], files[len(files) // 2 :]):
            outcome = workspace.run("import", *map(str, part))
            assert outcome.code == 0, outcome
        assert told(workspace) == sorted(expected.events)
        check_archive(workspace.root)
        found.append(summary(workspace))
    assert found[0] == found[1]


def write_day(path: Path, life: Life, url: str) -> Path:
    """Write what a crawler that is not ours would have kept of a day."""
    at = START + dt.timedelta(days=life.day)
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=True, warc_version="WARC/1.1")
        paths = {story.path: Answer(b"<h1>Not found</h1>", 404) for story in life.stories} | life.answers
        for second, (place, answer) in enumerate(sorted(paths.items())):
            head = StatusAndHeaders(f"{answer.status} X", [("Content-Type", answer.content_type)], protocol="HTTP/1.1")
            date = f"{at + dt.timedelta(seconds=second):%Y-%m-%dT%H:%M:%SZ}"
            record = writer.create_warc_record(
                url.rstrip("/") + place, "response", payload=io.BytesIO(answer.body), length=len(answer.body),
                http_headers=head, warc_headers_dict={"WARC-Date": date},
            )  # fmt: skip
            writer.write_record(record)
    return path


def summary(workspace: Workspace) -> dict[str, list[tuple[Any, ...]]]:
    """Return what an archive says, ids and numbers aside."""
    version = "(SELECT digest FROM versions WHERE article_id = events.article_id AND number = {})"
    asked = {
        "articles": "SELECT key, url, title, updated, body, body_html, captions, state, first_seen, last_seen, "
        "(SELECT digest FROM versions WHERE article_id = articles.id AND number = articles.version) FROM articles",
        "versions": "SELECT key, digest, seen_at FROM versions JOIN articles ON articles.id = article_id",
        "shown": "SELECT versions.digest, version_captures.seen_at, captures.url, captures.digest "
        "FROM version_captures JOIN versions ON versions.id = version_id JOIN captures ON captures.id = capture_id",
        "events": f"SELECT kind, at, changes, detail, {version.format('from_version')}, {version.format('to_version')} "  # noqa: S608
        "FROM events WHERE withdrawn IS NULL",
        "images": "SELECT sha256, mime, width, height, bytes FROM images",
        "images of versions": "SELECT versions.digest, position, url, caption, credit, sha256, error "
        "FROM article_images JOIN versions ON versions.id = version_id LEFT JOIN images ON images.id = image_id",
        "captures": "SELECT url, fetched_at, status, mime, digest FROM captures",
    }
    return {name: sorted(workspace.rows(sql), key=repr) for name, sql in asked.items()}


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
