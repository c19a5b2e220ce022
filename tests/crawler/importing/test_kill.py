"""Imports that are killed, or whose disk is full: given again they go on, and the archive is that of one whole import.

One kill by default; NEWSARCHIVE_SOAK=1 makes it twenty.
"""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from archive.errors import ArchiveError
from crawler.importing import intake
from crawler.workspace import make_workspace
from tests.crawler.importing import making
from tests.crawler.importing.conftest import Importing
from tests.crawler.importing.making import HOST, page, response
from tests.e2e.harness import ROOT, SOAK, environment

_EQUAL = (
    "SELECT url, fetched_at, status, mime, digest, revisit_of IS NULL FROM captures ORDER BY 1, 2, 5",
    "SELECT type, digest, capture_id IS NULL FROM records ORDER BY 1, 2",
    "SELECT key, url, title, body, first_seen, last_seen, state FROM articles ORDER BY key",
    """SELECT articles.key, versions.digest, count(*) FROM versions JOIN articles ON articles.id = article_id
    JOIN version_captures ON version_id = versions.id GROUP BY 1, 2 ORDER BY 1, 2""",
    """SELECT articles.key, kind, at FROM events JOIN articles ON articles.id = article_id
    WHERE withdrawn IS NULL ORDER BY 1, 3, 2""",
    "SELECT url, kind, state, due_at FROM urls ORDER BY url",
    "SELECT path, state FROM imports",
    "SELECT state, count(*) FROM imported WHERE state <> 'unchanged' AND state <> 'stored' GROUP BY 1 ORDER BY 1",
)


def many(number: int) -> bytes:
    """Return a file of articles with requests, pictures and revisits."""
    records = [making.info()]
    for n in range(number):
        url = f"{HOST}/news/{n}.html"
        body = page(f"Story number {n} of the year", tail=f'<img src="/{n % 7}.png" width=640 height=480 alt=Quay>')
        answer = response(url, body)
        records += [making.request_of(url, beside=making.id_of(answer)), answer]
        if n % 3 == 0:
            records.append(making.revisit(url, body, date="2020-06-01T00:00:00Z", refers=(url, making.DATE)))
        if n % 5 == 0:
            records.append(response(url, page(f"Story number {n} again"), date="2020-07-01T00:00:00Z"))
        if n < 7:
            records.append(response(f"{HOST}/{n}.png", making.picture("#%06x" % (n * 99)), mime="image/png"))
    return making.packed(records)


def begin(root: Path, path: Path) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "crawler.cli", "-w", str(root), "import", str(path), "--jobs", "2"],
        cwd=ROOT, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(20 if SOAK else 1))
def test_a_killed_import_goes_on(importing: Importing, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    path = importing.write("many.warc.gz", many(400 if SOAK else 70))
    whole = Importing(make_workspace(tmp_path / "whole"), importing.folder)
    whole.take(path)
    killed = 0
    for _ in range(5 if SOAK else 1):
        process = begin(importing.workspace.root, path)
        deadline = time.monotonic() + 30
        while process.poll() is None and time.monotonic() < deadline:
            if importing.one("SELECT count(*) FROM captures") > chance.randrange(150 if SOAK else 60):
                break
            time.sleep(0.02)
        time.sleep(chance.random() * (3 if SOAK else 0.3))
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            killed += 1
        process.wait()
    importing.take(path)
    for sql in _EQUAL:
        assert importing.rows(sql) == whole.rows(sql), sql
    assert importing.rows("SELECT count(*) FROM runs WHERE state = 'running'") == [(0,)]
    assert killed or SOAK


def test_an_import_goes_on_where_it_was(importing: Importing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "_PROGRESS_EVERY", 5)
    path = importing.write("many.warc.gz", many(30))
    seen: list[int] = []
    take = intake.Intake._take

    def stop_late(self: intake.Intake, raw: object, origin: object, source: object) -> object:
        seen.append(raw.offset)  # type: ignore[attr-defined]
        if len(seen) == 40:
            raw.block.close()  # type: ignore[attr-defined]
            raise KeyboardInterrupt
        return take(self, raw, origin, source)  # type: ignore[arg-type]

    monkeypatch.setattr(intake.Intake, "_take", stop_late)
    with pytest.raises(KeyboardInterrupt):
        importing.take(path)
    assert importing.one("SELECT offset FROM imports WHERE state = 'running'") > 0
    before = len(seen)
    report = importing.take(path)
    assert len(seen) - before < 60
    assert report.known < 10
    assert importing.rows("SELECT state FROM runs ORDER BY id")[0] == ("interrupted",)


def test_a_full_disk_is_said_and_nothing_is_lost(importing: Importing, monkeypatch: pytest.MonkeyPatch) -> None:
    import errno

    from archive.recording import WarcFiles

    path = importing.write("many.warc.gz", many(30))
    write = WarcFiles.write_copy
    calls = []

    def full(self: WarcFiles, *given: object) -> object:
        calls.append(1)
        if len(calls) == 25:
            raise self._refused(OSError(errno.ENOSPC, "No space left on device"))
        return write(self, *given)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(WarcFiles, "write_copy", full)
        with pytest.raises(ArchiveError, match="No space left on device; free space"):
            importing.take(path)
    importing.check()
    assert importing.rows("SELECT state FROM runs")[0] == ("failed",)
    report = importing.take(path)
    assert report.exit_code == 0
    assert importing.one("SELECT count(*) FROM captures WHERE mime = 'text/html' AND revisit_of IS NULL") == 36
