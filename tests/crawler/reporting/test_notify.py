"""Problems are told through Apprise, once each: a real service of json:// on loopback takes the messages."""

import http.server
import json
import logging
import sqlite3
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from archive.errors import ArchiveError, LockedError, UsageError
from archive.lock import SiteLock
from archive.runs import finish_run
from crawler.cli import newsarchive
from crawler.reporting.after import report_killed, report_runs
from crawler.workspace import Workspace, make_workspace, open_workspace
from tests.archive.keeping import Keeping, article

BASE = "https://herald.example/news/"
SECRET = "hunter2"  # noqa: S105 (of nobody)


class Service(http.server.ThreadingHTTPServer):
    """Takes messages, or refuses them while it is `down`."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self.down = False
        self.reached, self.gate = threading.Event(), threading.Event()
        self.gate.set()
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def url(self) -> str:
        return f"json://user:{SECRET}@127.0.0.1:{self.server_port}/hook"


class _Handler(http.server.BaseHTTPRequestHandler):
    server: Service

    def do_POST(self) -> None:
        self.server.reached.set()
        self.server.gate.wait(60)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if not self.server.down:
            self.server.messages.append(json.loads(body))
        self.send_response(500 if self.server.down else 200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def service() -> Iterator[Service]:
    with Service() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def configure(root: Path, *urls: str, on: str = '["failure", "health", "end"]') -> Workspace:
    make_workspace(root)
    config = root / "newsarchive.toml"
    text = config.read_text()
    text = text.replace("urls = []", f"urls = {json.dumps(urls)}")
    text = text.replace('on = ["failure", "health", "watch"]', f"on = {on}")
    config.write_text(text)
    return open_workspace(root)


@pytest.fixture
def keeping(tmp_path: Path) -> Iterator[Keeping]:
    make_workspace(tmp_path)
    made = Keeping(tmp_path)
    yield made
    made.close()


def end_run(keeping: Keeping, state: str = "finished", error: str | None = None) -> None:
    """Close the run as a crawl does; the next one begins with `again`."""
    keeping.writer.flush()
    finish_run(keeping.holdings, keeping.run.id, state, {}, error)


def bodies(service: Service) -> list[list[str]]:
    return [message["message"].splitlines() for message in service.messages]


def fail_walk(keeping: Keeping, failures: int) -> None:
    keeping.db.conn.execute("UPDATE sections SET failures = ? WHERE key = 'news'", (failures,))


def test_a_problem_is_told_once_its_end_and_its_return(keeping: Keeping, service: Service) -> None:
    workspace = configure(keeping.holdings.root, service.url)
    error = f"section news: the walk stopped at {BASE}: the server answers 500 (http-500)"
    for failures, state in ((1, "failed"), (2, "failed"), (0, "finished"), (0, "finished"), (1, "failed")):
        fail_walk(keeping, failures)
        end_run(keeping, state, error if failures else None)
        report_runs(workspace, ["herald"])
        keeping.again()
    said = f"herald: {error}"
    assert [lines[0].partition(" (since")[0] for lines in bodies(service)] == [
        said, f"herald: over: {error}", said,
    ]  # fmt: skip
    assert service.messages[0]["title"].startswith("newsarchive on ")
    assert service.messages[0]["title"].endswith(": 1 problem (herald)")
    assert bodies(service)[0][-1] == "Next: newsarchive status herald"


def test_what_is_told_of_articles(keeping: Keeping, service: Service) -> None:
    workspace = configure(keeping.holdings.root, service.url, on='["failure"]')
    keeping.fail(f"{BASE}dead", "http-404")
    keeping.fail(f"{BASE}image.png", "timeout", kind="image")
    end_run(keeping)
    report_runs(workspace, ["herald"])
    assert service.messages == [], "a dead link and an image are no failure of a run"
    keeping.fail(f"{BASE}0", "http-500")
    end_run(keeping)
    report_runs(workspace, ["herald"])
    keeping.fail(f"{BASE}1", "http-500")
    end_run(keeping)
    report_runs(workspace, ["herald"])
    for number in range(2, 12):
        keeping.fail(f"{BASE}{number}", "http-500")
    end_run(keeping)
    report_runs(workspace, ["herald"])
    assert [lines[0] for lines in bodies(service)] == [
        "herald: failing: 1 article since the last good fetch: the server answers 500 (http-500)",
        "herald: failing: 12 articles since the last good fetch: the server answers 500 (http-500)",
    ], "told again when it is ten times as much"


def test_many_stored_pages_that_vanish_are_told(keeping: Keeping, service: Service) -> None:
    workspace = configure(keeping.holdings.root, service.url)
    for number in range(10):
        keeping.store(article(f"Text {number}.", url=f"{BASE}{number}.html"))
        keeping.fail(f"{BASE}{number}.html", "http-404")
        end_run(keeping)
        report_runs(workspace, ["herald"])
    assert [lines[0] for lines in bodies(service)] == [
        "herald: 10 articles that were stored are not found any more (http-404, http-410, soft-404)"
    ]


def test_a_health_problem_is_told(keeping: Keeping, service: Service) -> None:
    workspace = configure(keeping.holdings.root, service.url, on='["health"]')
    for number in range(45):
        if number == 40:
            end_run(keeping)
            keeping.again()
        title = None if number >= 40 else f"Title {number}"
        keeping.store(article(f"Text {number}.", url=f"{BASE}{number}.html", title=title))
    fail_walk(keeping, 1)
    end_run(keeping)
    report_runs(workspace, ["herald"])
    ((line, _),) = bodies(service)
    assert line.startswith("herald: field-empty:title: title is empty in 5 of 5 articles")


def test_sending_that_fails_is_warned_of_and_tried_again(
    keeping: Keeping, service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    workspace = configure(keeping.holdings.root, service.url)
    fail_walk(keeping, 1)
    end_run(keeping, "failed")
    service.down = True
    report_runs(workspace, ["herald"])
    (warning,) = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert warning.getMessage() == "[notify] urls, 1st (json://): the service did not take the message"
    service.down = False
    # Another site's run tells it too.
    report_runs(workspace, [])
    report_runs(workspace, ["herald"])
    assert bodies(service) == [
        ["herald: section news: its walk did not come to its end", "Next: newsarchive status herald"]
    ]


def test_one_of_two_services_is_enough(keeping: Keeping, service: Service, caplog: pytest.LogCaptureFixture) -> None:
    workspace = configure(keeping.holdings.root, f"nothing://{SECRET}@x", service.url)
    fail_walk(keeping, 1)
    end_run(keeping, "failed")
    for _ in range(2):
        report_runs(workspace, ["herald"])
    assert len(service.messages) == 1
    assert caplog.messages == ["[notify] urls, 1st (nothing://): no address that Apprise knows"]


def test_secrets_are_in_no_log(keeping: Keeping, service: Service, caplog: pytest.LogCaptureFixture) -> None:
    workspace = configure(keeping.holdings.root, service.url, f"bad://{SECRET}@x", f"json://{SECRET}@127.0.0.1:1/")
    service.down = True
    fail_walk(keeping, 1)
    end_run(keeping, "failed")
    with caplog.at_level(logging.DEBUG):
        report_runs(workspace, ["herald"])
    result = run(workspace.root, "notify", "--test")
    assert result.exit_code == 1
    assert SECRET not in caplog.text + result.output + repr(workspace)
    assert len(caplog.messages) >= 3


def test_a_stopped_run_notes_and_the_next_tells(keeping: Keeping, service: Service) -> None:
    workspace = configure(keeping.holdings.root, service.url)
    fail_walk(keeping, 1)
    end_run(keeping, "failed")
    report_runs(workspace, ["herald"], quiet=True)
    assert service.messages == []
    report_runs(workspace, ["herald"])
    assert len(service.messages) == 1


def test_a_killed_run_is_told_of_when_the_next_begins(keeping: Keeping, service: Service) -> None:
    workspace = configure(keeping.holdings.root, service.url)
    with SiteLock(workspace.holdings, "herald"):
        report_killed(workspace, ["herald"])
    assert service.messages == [], "it runs"
    report_killed(workspace, ["herald"])
    report_killed(workspace, ["herald", "unknown"])
    assert [lines[0] for lines in bodies(service)] == ["herald: run 1 was killed: its process ended without closing it"]


def test_an_archive_that_cannot_be_written_is_told_of(tmp_path: Path, service: Service) -> None:
    workspace = configure(tmp_path, service.url)
    refusal = ArchiveError("cannot write archive.db: disk full")
    report_runs(workspace, ["herald"], {"herald": refusal})
    report_runs(workspace, ["herald"], {"herald": refusal})
    assert [lines[0] for lines in bodies(service)] == ["herald: cannot write archive.db: disk full"]
    (tmp_path / "archive.db").write_bytes(b"no database at all, only text" * 99)
    report_runs(workspace, ["herald"], {"herald": refusal})
    assert len(service.messages) == 2, "where nothing can be noted, it is told every time"
    report_runs(workspace, ["herald"], {"herald": LockedError("another run holds herald")})
    assert len(service.messages) == 2


def test_nothing_is_noted_where_nobody_is_told(keeping: Keeping) -> None:
    workspace = configure(keeping.holdings.root)
    fail_walk(keeping, 1)
    end_run(keeping, "failed")
    report_runs(workspace, ["herald"])
    report_killed(workspace, ["herald"])
    assert keeping.rows("SELECT * FROM notices") == []


def test_a_missing_apprise_is_named(
    keeping: Keeping, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    workspace = configure(keeping.holdings.root, "json://127.0.0.1")
    monkeypatch.setitem(sys.modules, "apprise", None)
    with pytest.raises(UsageError, match=r"install it: pip install 'newsarchive\[notify\]'"):
        run(workspace.root, "notify", "--test")
    fail_walk(keeping, 1)
    end_run(keeping, "failed")
    report_runs(workspace, ["herald"])
    assert "reporting failed, the next run tries again: [notify] urls needs Apprise" in caplog.text


def test_prometheus_file_after_a_run(keeping: Keeping, caplog: pytest.LogCaptureFixture) -> None:
    root = keeping.holdings.root
    config = root / "newsarchive.toml"
    config.write_text(config.read_text().replace('prometheus = ""', 'prometheus = "out/n.prom"'))
    report_runs(open_workspace(root), ["herald"])
    assert "newsarchive_last_run_state" in (root / "out" / "n.prom").read_text()
    config.write_text(config.read_text().replace("out/n.prom", "newsarchive.toml/n.prom"))
    report_runs(open_workspace(root), ["herald"])
    assert "reporting failed, the next run tries again: cannot write" in caplog.text


def run(root: Path, *arguments: str) -> Result:
    return CliRunner().invoke(newsarchive, ["-w", str(root), *arguments], catch_exceptions=False)


def test_the_command_sends_a_test(tmp_path: Path, service: Service) -> None:
    workspace = configure(tmp_path, service.url)
    result = run(workspace.root, "notify", "--test")
    assert (result.exit_code, result.stdout) == (0, "1 of 1 services took the test message.\n")
    assert service.messages[0]["title"] == "newsarchive: a test"


def test_the_command_lists_what_was_told(keeping: Keeping, service: Service) -> None:
    root = keeping.holdings.root
    assert "Nobody is told of problems" in run(root, "notify").stdout
    workspace = configure(root, service.url)
    config = root / "newsarchive.toml"
    config.write_text(config.read_text().replace("urls = []", f"urls = {json.dumps([service.url])}"))
    workspace = open_workspace(root)
    assert run(root, "notify").stdout == "Nothing was wrong so far. To try the addresses: newsarchive notify --test\n"
    fail_walk(keeping, 1)
    end_run(keeping, "failed")
    report_runs(workspace, ["herald"])
    ((notice,)) = json.loads(run(root, "notify", "--json").stdout)
    assert (notice["key"], notice["ended_at"]) == ("herald/walk/news", None)
    assert notice["sent_at"] is not None
    assert "its walk did not come to its end" in run(root, "notify").stdout


def test_a_test_needs_an_address(tmp_path: Path) -> None:
    make_workspace(tmp_path)
    with pytest.raises(UsageError, match=r"\[notify\] urls in .*newsarchive\.toml is empty"):
        run(tmp_path, "notify", "--test")


@pytest.mark.parametrize("text", [f'"json://{SECRET}@x"', f'["json://{SECRET}@x", 3]', f'{{a = "{SECRET}"}}'])
def test_a_wrong_configuration_does_not_show_its_secrets(tmp_path: Path, text: str) -> None:
    make_workspace(tmp_path)
    config = tmp_path / "newsarchive.toml"
    config.write_text(config.read_text().replace("urls = []", f"urls = {text}"))
    with pytest.raises(UsageError, match=r"notify\.urls.* = \*\*\*: Input should be") as caught:
        open_workspace(tmp_path)
    assert SECRET not in str(caught.value)


def test_the_archive_stays_whole(keeping: Keeping, service: Service) -> None:
    """A problem of hundreds of sites at once is one message."""
    workspace = configure(keeping.holdings.root, service.url)
    for number in range(30):
        keeping.db.conn.execute("INSERT INTO sites(id, name, url) VALUES (?, 'x', 'x')", (f"s{number}",))
        keeping.db.conn.execute(
            "INSERT INTO runs(site_id, started, finished, state) VALUES (?, '2024', '2024', 'failed')", (f"s{number}",)
        )
    report_runs(workspace, [f"s{number}" for number in range(30)])
    assert len(service.messages) == 1
    with sqlite3.connect(keeping.holdings.database) as db:
        assert db.execute("SELECT count(*) FROM notices WHERE sent_at IS NOT NULL").fetchone() == (30,)
    db.close()
