"""The command `watch`, and telling through Apprise: each thing once a search."""

import json
import logging
import multiprocessing
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from archive.errors import ArchiveError, NotFoundError, UsageError
from crawler.cli import newsarchive
from crawler.reporting import telling
from crawler.reporting.after import report_runs
from crawler.workspace import Workspace, make_workspace, open_workspace
from tests.archive.keeping import URL, Keeping, article
from tests.crawler.reporting.test_notify import SECRET, Service, configure, service

__all__ = ["service"]


@pytest.fixture
def keeping(tmp_path: Path) -> Iterator[Keeping]:
    make_workspace(tmp_path)
    made = Keeping(tmp_path)
    yield made
    made.close()


def run(keeping: Keeping, *arguments: str, code: int = 0) -> Result:
    result = CliRunner().invoke(
        newsarchive, ["-w", str(keeping.holdings.root), "watch", *arguments], catch_exceptions=False
    )
    assert result.exit_code == code, result.output
    return result


def told(service: Service) -> list[list[str]]:
    return [message["message"].splitlines() for message in service.messages]


def watched(keeping: Keeping, service: Service, on: str = '["watch"]') -> Workspace:
    workspace = configure(keeping.holdings.root, service.url, on=on)
    run(keeping, "add", "harbour", "harbour")
    run(keeping, "add", "quay", "quay", "--no-notify")
    return workspace


def test_a_search_from_beginning_to_end(keeping: Keeping) -> None:
    assert run(keeping, "list").stdout == "No search is saved yet. Next: newsarchive watch add NAME QUERY\n"
    keeping.store(article())
    said = run(keeping, "add", "harbour", "harbour", "quiet", "--site", "herald", "--section", "news").stdout
    assert said.startswith("Saved. ")
    assert "newsarchive watch harbour" in said
    assert run(keeping, "harbour").stdout.startswith("Nothing new of harbour since 20")
    keeping.store(article("The harbour is quiet again."))
    assert json.loads(run(keeping, "harbour", "--json").stdout) == [], "it stands in no section"
    ((watch,)) = json.loads(run(keeping, "list", "--json").stdout)
    assert (watch["query"], watch["section"], watch["notify"]) == ("harbour quiet", "news", True)
    assert "harbour: harbour quiet site:herald section:news\n  told not yet, shown 20" in run(keeping, "list").stdout
    assert run(keeping, "remove", "harbour").stdout == "Forgotten: harbour.\n"


def test_what_is_new_is_shown_once(keeping: Keeping) -> None:
    run(keeping, "add", "harbour", "harbour")
    keeping.store(article(title="Harbour\x1b[2J report"))
    assert run(keeping, "harbour").stdout == f"  new: Harbour[2J report (herald, 2024-05-02)\n    {URL}\n"
    assert run(keeping, "harbour").stdout.startswith("Nothing new of harbour since")
    keeping.store(article("The harbour is closed."))
    (find,) = json.loads(run(keeping, "harbour", "--json").stdout)
    assert (find["news"], find["version"], find["url"]) == ("changed", 2, URL)


def test_what_is_wrong_is_said_in_one_line(keeping: Keeping) -> None:
    with pytest.raises(UsageError, match="'run' is a command of `newsarchive watch`; give the search another name"):
        run(keeping, "add", "run", "x")
    with pytest.raises(NotFoundError, match="no site 'x' in the archive"):
        run(keeping, "add", "quay", "x", "--site", "x")
    with pytest.raises(NotFoundError, match="no saved search 'quay'; there is: none yet"):
        run(keeping, "quay")
    assert "(nobody is told of it: [notify] urls is empty" in run(keeping, "add", "all").stderr
    assert run(keeping, "add", "silent", "x", "--no-notify").stderr == ""
    assert "date:x" in run(keeping, "add", "quay", "date:x").stderr
    with pytest.raises(ArchiveError, match=r"cannot write .*: .*; name another file with -o"):
        run(keeping, "feed", "quay", "-o", str(keeping.holdings.root / "no" / "file"))


def test_without_services_printing_is_telling(keeping: Keeping) -> None:
    run(keeping, "add", "harbour", "harbour")
    assert run(keeping, "run").stdout == "Nothing new of any saved search that is to be told.\n"
    keeping.store(article())
    assert run(keeping, "run").stdout.splitlines() == [
        "harbour: 1 article", "  new: Harbour report (herald, 2024-05-02)", f"    {URL}",
    ]  # fmt: skip
    assert json.loads(run(keeping, "run", "--json").stdout) == {}
    assert len(json.loads(run(keeping, "harbour", "--json").stdout)) == 1, "told is not shown"


def test_the_end_of_a_run_tells_each_thing_once(keeping: Keeping, service: Service) -> None:
    workspace = watched(keeping, service)
    report_runs(workspace, ["herald"])
    assert service.messages == []
    keeping.store(article("The harbour and the quay."))
    for _ in range(3):
        report_runs(workspace, ["herald"])
    keeping.store(article("The harbour and the quay are closed."))
    report_runs(workspace, ["herald"], quiet=True)
    assert len(service.messages) == 1
    run(keeping, "run")
    report_runs(workspace, ["herald"])
    assert [lines[:2] for lines in told(service)] == [
        ["harbour: 1 article", "  new: Harbour report (herald, 2024-05-02)"],
        ["harbour: 1 article", "  changed: Harbour report (herald, 2024-05-02)"],
    ]
    assert service.messages[0]["title"].endswith(": 1 article (harbour)")
    assert service.messages[0]["title"].startswith("newsarchive on ")


def test_who_does_not_want_it_is_not_told(keeping: Keeping, service: Service) -> None:
    workspace = watched(keeping, service, on='["health"]')
    keeping.store(article())
    report_runs(workspace, ["herald"])
    assert "new: Harbour report" in run(keeping, "run").stdout
    assert service.messages == []


def test_what_no_service_took_is_told_the_next_time(
    keeping: Keeping, service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    workspace = watched(keeping, service)
    keeping.store(article())
    service.down = True
    with caplog.at_level(logging.DEBUG):
        report_runs(workspace, ["herald"])
        result = run(keeping, "run", code=1)
    assert "no service of [notify] urls took the message" in result.stderr
    assert SECRET not in caplog.text + result.output
    service.down = False
    keeping.store(article("The harbour.", url=f"{URL}2"))
    report_runs(workspace, ["herald"])
    assert told(service)[0][0] == "harbour: 2 articles"


def test_much_that_is_new_is_cut_and_said_so(keeping: Keeping, service: Service) -> None:
    workspace = watched(keeping, service)
    for number in range(23):
        keeping.writer.put(keeping.unit(article("The harbour.", url=f"{URL}{number}", title="Harbour " * 60)))
    keeping.writer.flush()
    report_runs(workspace, ["herald"])
    ((head, *lines),) = told(service)
    assert (head, len(lines)) == ("harbour: 23 articles", 41)
    assert lines[-1] == "  and 3 more: newsarchive watch harbour"
    assert max(map(len, lines)) < 200


def test_a_search_that_cannot_be_searched_hinders_no_other(
    keeping: Keeping, service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    workspace = watched(keeping, service)
    run(keeping, "add", "astray", "harbour", "--section", "news")
    keeping.db.conn.execute("UPDATE watches SET section = 'none' WHERE name = 'astray'")
    keeping.store(article())
    report_runs(workspace, ["herald"])
    assert told(service)[0][0] == "harbour: 1 article"
    assert "the saved search astray cannot be searched: no section 'none'" in caplog.text


def _die_before_marking(root: Path) -> None:
    def die(*_: Any) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(telling, "mark_told", die)
        telling.tell_news(open_workspace(root))


def test_killed_between_sending_and_marking_it_is_told_once_more_and_no_more(
    keeping: Keeping, service: Service
) -> None:
    workspace = watched(keeping, service)
    keeping.store(article())
    process = multiprocessing.get_context("forkserver").Process(
        target=_die_before_marking, args=(keeping.holdings.root,)
    )
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    assert len(service.messages) == 1
    for _ in range(2):
        report_runs(workspace, ["herald"])
    assert told(service)[0] == told(service)[1]
    assert len(service.messages) == 2
