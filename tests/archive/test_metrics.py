"""The file for Prometheus, read by Prometheus' own parser."""

import os
import re
from pathlib import Path

import pytest
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families

from archive.errors import ArchiveError
from archive.metrics import METRICS, prometheus_text, write_prometheus
from archive.runs import finish_run, start_run
from tests.archive.keeping import URL, Keeping, article

SUMS = {"discovered": 4, "stored": 1, "unchanged": 2, "failed": 1, "requests": 9, "bytes": 123_456_789}


@pytest.fixture
def filled(keeping: Keeping) -> Keeping:
    keeping.store(article())
    keeping.fail(f"{URL}1", 'odd "cause"\\\n')
    keeping.writer.close()
    finish_run(keeping.holdings, keeping.run.id, "finished", SUMS, None)
    keeping.db.conn.execute("UPDATE sections SET due_at = '2024-05-04T12:00:00.000000Z' WHERE key = 'news'")
    return keeping


def families(keeping: Keeping) -> dict[str, Metric]:
    text = prometheus_text(keeping.db, keeping.holdings.database)
    return {family.name: family for family in text_string_to_metric_families(text)}


def value(found: dict[str, Metric], name: str, **labels: str) -> float:
    """Return the only value under a name and these labels."""
    family = found[name.removesuffix("_total")]
    (sample,) = [each for each in family.samples if each.name == name and labels.items() <= each.labels.items()]
    return float(sample.value)


def test_the_figures_are_those_of_the_archive(filled: Keeping) -> None:
    found = families(filled)
    assert value(found, "newsarchive_articles", site="herald", state="live") == 1
    assert value(found, "newsarchive_failing_urls", site="herald") == 1
    assert value(found, "newsarchive_open_problems", site="herald") == 0
    assert value(found, "newsarchive_next_due_timestamp_seconds", site="herald") < 1_714_824_000.5
    assert value(found, "newsarchive_last_run_state", state="finished") == 1
    assert value(found, "newsarchive_last_run_state", state="failed") == 0
    assert value(found, "newsarchive_last_run_articles", outcome="unchanged") == 2
    assert value(found, "newsarchive_runs_total", state="finished") == 1
    assert value(found, "newsarchive_articles_taken_total", outcome="stored") == 1
    assert value(found, "newsarchive_requests_total") == 9
    assert value(found, "newsarchive_received_bytes_total") == 123_456_789
    assert value(found, "newsarchive_database_size_bytes") == filled.holdings.database.stat().st_size
    assert value(found, "newsarchive_last_good_run_timestamp_seconds") >= value(
        found, "newsarchive_last_run_start_timestamp_seconds"
    )


def test_names_follow_the_conventions(filled: Keeping) -> None:
    found = families(filled)
    assert {family.type for family in found.values()} == {"gauge", "counter"}
    assert set(found) == {name.removesuffix("_total") for name in METRICS}, "every metric has a sample here"
    for name, (kind, words) in METRICS.items():
        assert re.fullmatch(r"newsarchive_[a-z]+(_[a-z]+)*", name)
        assert name.endswith("_total") == (kind == "counter"), name
        assert not re.search(r"milli|micro|kilo|mega|minutes|hours|percent", name), "base units only"
        assert words.endswith("."), name
        assert found[name.removesuffix("_total")].documentation == words


def test_labels_are_escaped(filled: Keeping) -> None:
    (sample,) = families(filled)["newsarchive_failing_urls"].samples
    assert sample.labels["cause"] == 'odd "cause"\\\n'


def test_a_running_run_has_no_duration_and_is_in_no_sum(filled: Keeping) -> None:
    before = families(filled)
    filled.run = start_run(filled.holdings, filled.site)
    found = families(filled)
    assert "newsarchive_last_run_duration_seconds" not in found
    assert value(found, "newsarchive_last_run_state", state="running") == 1
    for name in (name for name, (kind, _) in METRICS.items() if kind == "counter"):
        for sample in before[name.removesuffix("_total")].samples:
            assert value(found, name, **sample.labels) >= sample.value, "a counter never falls"


def test_the_file_is_written_whole_and_can_be_read_by_others(filled: Keeping, tmp_path: Path) -> None:
    target = tmp_path / "made" / "newsarchive.prom"
    for _ in range(2):
        write_prometheus(filled.db, filled.holdings.database, target)
    assert target.read_text() == prometheus_text(filled.db, filled.holdings.database)
    assert [path.name for path in target.parent.iterdir()] == ["newsarchive.prom"]
    assert target.stat().st_mode & 0o777 == 0o644


def test_a_file_that_cannot_be_written_is_named(filled: Keeping, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ArchiveError, match=r"cannot write .*file/n\.prom: .*; make its folder writable or change"):
        write_prometheus(filled.db, filled.holdings.database, tmp_path / "file" / "n.prom")


def test_a_write_that_fails_leaves_the_old_file(
    filled: Keeping, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "prom" / "n.prom"
    write_prometheus(filled.db, filled.holdings.database, target)
    before = target.read_text()

    def full(_handle: int, _mode: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fchmod", full)
    with pytest.raises(ArchiveError, match="No space left on device"):
        write_prometheus(filled.db, filled.holdings.database, target)
    assert target.read_text() == before
    assert [path.name for path in target.parent.iterdir()] == ["n.prom"]
