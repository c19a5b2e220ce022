import gzip
import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
from collections import Counter
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from archive.errors import ArchiveError
from archive.holdings import Holdings
from archive.runs import finish_run, start_run, warc_name
from tests.archive.keeping import OTHER_SITE, SITE, URL, Keeping, article

ROOT = Path(__file__).parents[2]


def test_a_run_has_a_row_and_a_file_name(keeping: Keeping) -> None:
    row = keeping.record("runs")
    assert (row["id"], row["site_id"], row["state"], row["finished"]) == (keeping.run.id, "herald", "running", None)
    compact = row["started"][:19].replace("-", "").replace(":", "")
    assert keeping.run.warc == f"herald-{compact}-000001.warc.gz" == warc_name("herald", 1, row["started"])
    assert keeping.record("sites") == {
        "id": "herald", "name": "The Herald", "url": "https://herald.example/", "language": "en",
        "timezone": "Europe/Berlin",
    }  # fmt: skip


def test_name_of_a_file() -> None:
    assert warc_name("herald", 42, "2024-05-03T12:01:00.000000Z") == "herald-20240503T120100-000042.warc.gz"


def test_a_finished_run_has_its_sums(keeping: Keeping) -> None:
    counts = {"discovered": 7, "stored": 3, "unchanged": 2, "skipped": 1, "failed": 1, "requests": 9, "bytes": 10**12}
    finish_run(keeping.holdings, keeping.run.id, "finished", counts, "a walk stopped")
    row = keeping.record("runs")
    assert {name: row[name] for name in counts} == counts
    assert (row["pending"], row["state"], row["error"]) == (0, "finished", "a walk stopped")
    assert row["finished"] >= row["started"]


def test_a_run_of_another_state_is_refused(keeping: Keeping) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="CHECK"):
        finish_run(keeping.holdings, keeping.run.id, "asleep", {}, None)
    assert keeping.record("runs")["state"] == "running"


def test_a_killed_run_is_closed_by_the_next_of_its_site(keeping: Keeping) -> None:
    other = start_run(keeping.holdings, OTHER_SITE)
    second = start_run(keeping.holdings, SITE)
    rows = keeping.rows("SELECT id, state, error, finished IS NOT NULL FROM runs ORDER BY id")
    assert rows == [
        (keeping.run.id, "killed", "its process ended without closing it", 1),
        (other.id, "running", None, 0),
        (second.id, "running", None, 0),
    ]


def test_the_torn_tail_of_a_killed_run_is_cut(keeping: Keeping) -> None:
    keeping.capture(URL)
    keeping.writer.close()
    end = keeping.warc.stat().st_size
    with keeping.warc.open("ab") as file:
        file.write(gzip.compress(b"WARC/1.1 torn")[:-9])
    start_run(keeping.holdings, SITE)
    assert keeping.warc.stat().st_size == end
    with keeping.warc.open("rb") as file:
        assert [record.rec_type for record in ArchiveIterator(file, check_digests="raise")] == ["warcinfo", "response"]


def test_a_file_that_no_row_names_goes(keeping: Keeping) -> None:
    keeping.warc.write_bytes(b"torn")
    start_run(keeping.holdings, SITE)
    assert not keeping.warc.exists()


def test_files_of_finished_runs_stay_as_they_are(keeping: Keeping) -> None:
    keeping.capture(URL)
    keeping.writer.close()
    finish_run(keeping.holdings, keeping.run.id, "finished", {}, None)
    data = keeping.warc.read_bytes() + b"tail"
    keeping.warc.write_bytes(data)
    start_run(keeping.holdings, SITE)
    assert keeping.warc.read_bytes() == data


def test_a_file_where_the_archive_must_be(tmp_path: Path) -> None:
    (tmp_path / "archive.db").mkdir()
    with pytest.raises(
        ArchiveError, match=r"^cannot open the archive .*: unable to open database file; is it an archive"
    ):
        start_run(Holdings(tmp_path), SITE)


KILLED = """
import sys, threading
from pathlib import Path
from tests.archive.keeping import Keeping, article
keeping = Keeping(Path(sys.argv[1]))
print(keeping.warc, flush=True)
for number in range(100000):
    unit = keeping.unit(article(f"text {number} " * 20, url=f"https://herald.example/{number}"))
    keeping.writer.put(unit)
    if number == 30:
        keeping.writer.flush()
        print("flushed", flush=True)
"""


def test_kill_9_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(KILLED), str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        warc = Path(process.stdout.readline().strip())
        assert process.stdout.readline() == "flushed\n"
        os.kill(process.pid, signal.SIGKILL)
    keeping = Keeping(tmp_path)
    try:
        assert keeping.rows("SELECT state FROM runs ORDER BY id") == [("killed",), ("running",)]
        stored = keeping.count("articles")
        assert stored >= 31
        assert stored == keeping.count("versions") == keeping.count("captures") == keeping.count("events")
        assert keeping.rows("SELECT min(id), max(id) FROM captures") == [(1, stored)]
        assert keeping.chain_is_whole()
        keeping.check_index()
        with warc.open("rb") as file:
            kinds = Counter(record.rec_type for record in ArchiveIterator(file, check_digests="raise"))
            assert kinds == {"warcinfo": 1, "response": stored, "metadata": stored}
        assert keeping.store(article("text 0 " * 20, url="https://herald.example/0")).outcome == "unchanged"
    finally:
        keeping.close()
