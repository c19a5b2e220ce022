"""A workspace that cannot be written, or that another run holds."""

import contextlib
import os
import shutil
import signal
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from tests.e2e import fault_site as fs
from tests.e2e.bad_input.scene import BAD, Scene, one_line
from tests.e2e.fault_site import Answer
from tests.e2e.harness import check_archive, newsarchive, wait_until


def _in_the_way(path: Path) -> None:
    """Put a file where a directory must be: it stops root too."""
    if path.is_dir():
        shutil.rmtree(path)
    path.write_text("in the way")


@pytest.mark.parametrize("folder", ["captures", "media"])
def test_a_file_where_a_folder_of_the_archive_must_be(scene: Scene, folder: str) -> None:
    path = scene.workspace.root / folder
    _in_the_way(path)
    outcome = scene.crawl()
    assert outcome.code == 4, outcome
    one_line(outcome, str(path))
    assert scene.workspace.value("SELECT count(*) FROM runs WHERE state NOT IN ('failed', 'finished')") == 0
    assert not set(scene.site.requests) - {"/robots.txt"}
    path.unlink()
    assert scene.crawl().code == 0
    assert scene.stored == scene.site.names
    check_archive(scene.workspace.root)


def test_a_file_where_sites_must_be(scene: Scene) -> None:
    path = scene.workspace.root / "sites"
    _in_the_way(path)
    outcome = scene.crawl()
    assert outcome.code == 2, outcome
    one_line(outcome, str(path))


@pytest.mark.parametrize("folder", ["captures", "media", "sites"])
def test_init_where_a_file_is_in_the_way(tmp_path: Path, folder: str) -> None:
    _in_the_way(tmp_path / folder)
    outcome = newsarchive("init", str(tmp_path))
    assert outcome.code in (2, 4), outcome
    one_line(outcome, str(tmp_path / folder))


def test_init_where_a_file_is_the_directory(tmp_path: Path) -> None:
    _in_the_way(tmp_path / "w")
    outcome = newsarchive("init", str(tmp_path / "w"))
    assert outcome.code == 2, outcome
    one_line(outcome, str(tmp_path / "w"))


def test_an_archive_that_is_a_folder(scene: Scene) -> None:
    for path in scene.workspace.root.glob("archive.db*"):
        path.unlink()
    scene.workspace.database.mkdir()
    for command in (["crawl", "fault"], ["search", "x"], ["show", "1"], ["serve"]):
        outcome = scene.workspace.run(*command)
        assert outcome.code == 4, outcome
        one_line(outcome, "archive.db")


def test_an_archive_that_is_no_database(scene: Scene) -> None:
    for path in scene.workspace.root.glob("archive.db*"):
        path.unlink()
    scene.workspace.database.write_bytes(b"this is no SQLite file, whatever its name says" * 100)
    for command in (["crawl", "fault"], ["search", "x"], ["show", "1"]):
        outcome = scene.workspace.run(*command)
        assert outcome.code == 4, outcome
        one_line(outcome, "archive.db")


def test_media_that_cannot_be_written_in_the_middle_of_a_run(scene: Scene) -> None:
    image = (
        b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,"
        b"\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
    )
    scene.site.answers |= {
        BAD: Answer(fs.article_html("bad", extra='<p><img src="/img/a.gif" width="480" height="320"></p>').encode()),
        "/img/a.gif": Answer(image, content_type="image/gif"),
    }
    blocked = [scene.workspace.root / "media" / f"{number:02x}" for number in range(256)]
    for path in blocked:
        _in_the_way(path)
    outcome = scene.crawl()
    assert outcome.code == 4, outcome
    one_line(outcome, str(scene.workspace.root / "media"))
    assert scene.workspace.last_run()["state"] == "failed"
    check_archive(scene.workspace.root)
    for path in blocked:
        path.unlink()
    assert scene.crawl().code == 0
    assert scene.stored == scene.site.names
    assert scene.workspace.value("SELECT count(*) FROM images") == 1
    check_archive(scene.workspace.root)


def test_a_second_run_is_told_who_holds_the_lock(scene: Scene) -> None:
    gate = threading.Event()
    scene.site.answers[BAD] = replace(Answer(fs.article_html("bad").encode()), gate=gate)
    first = scene.workspace.start("crawl", "fault")
    try:
        wait_until(lambda: scene.site.requests[BAD] > 0, what="the first run's slow article")
        second = scene.crawl()
        assert second.code == 3, second
        one_line(second, "fault", str(first.pid), "another run holds")
        gate.set()
        out, err = first.communicate(timeout=60)
    finally:
        gate.set()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(first.pid, signal.SIGKILL)
        first.wait()
    assert first.returncode == 0, out + err
    assert scene.stored == scene.site.names
    assert scene.workspace.rows("SELECT state FROM runs") == [("finished",)]
    check_archive(scene.workspace.root)
