"""Manners on real sockets: Retry-After, hosts that fail and rest, budgets."""

import contextlib
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from crawler.demo.pictures import draw
from tests.e2e import fault_site as fs
from tests.e2e.fault_site import Answer, FaultSite
from tests.e2e.harness import Workspace, check_archive
from tests.e2e.politeness.scene import NAMES, Scene, minutes
from tests.e2e.serving import listening


@pytest.mark.parametrize("status", [429, 503])
def test_a_host_that_asks_for_a_short_rest_gets_it_within_the_run(scene: Scene, status: int) -> None:
    busy = Answer(b"later", status, headers=(("Retry-After", "2"),))
    scene.site.first["/a/a3.html"] = [busy]
    outcome = scene.crawl()
    assert (outcome.code, outcome.complaints) == (0, []), outcome
    assert scene.stored == len(NAMES)
    again = [at for at, path in scene.site.times if path == "/a/a3.html"]
    assert again[1] - again[0] >= 1.9
    # Nobody else was asked in between, but for what was under way.
    assert not [path for at, path in scene.site.times if again[0] + 0.5 < at < again[0] + 1.9]
    assert scene.host["retry_at"] is None


def test_a_rest_until_a_date(scene: Scene) -> None:
    date, until = formatdate(1_000_000_000, usegmt=True), formatdate(1_000_000_001, usegmt=True)
    busy = Answer(b"later", 503, headers=(("Retry-After", until), ("Date", date)))
    scene.site.first["/a/a3.html"] = [busy]
    assert scene.crawl().code == 0
    again = [at for at, path in scene.site.times if path == "/a/a3.html"]
    assert again[1] - again[0] >= 0.9


def test_a_host_that_asks_for_a_long_rest_is_left_alone(scene: Scene) -> None:
    for name in NAMES:
        scene.site.answers[f"/a/{name}.html"] = Answer(b"later", 429, headers=(("Retry-After", "3600"),))
    outcome = scene.crawl()
    (sums,) = outcome.json
    assert (sums["stored"], sums["failed"], sums["pending"]) == (0, 0, len(NAMES)), outcome
    assert len(outcome.complaints) == 1, outcome
    assert "host-backoff" in outcome.complaints[0]
    assert sum(scene.site.requests[f"/a/{name}.html"] for name in NAMES) < len(NAMES) + 1
    assert 55 < minutes(scene, scene.host["retry_at"]) <= 60
    assert (scene.host["failures"], scene.host["cause"]) == (1, "http-429")
    due = scene.workspace.rows("SELECT DISTINCT state, due_at, cause FROM urls WHERE kind = 'article'")
    assert due == [("pending", scene.host["retry_at"], "host-backoff")]
    # The next run asks nothing, and leaves the section for when the host may be asked.
    asked = sum(scene.site.requests.values())
    (again,) = scene.crawl().json
    assert (again["discovered"], again["causes"]) == (0, {})
    assert sum(scene.site.requests.values()) == asked
    assert scene.workspace.rows("SELECT due_at, failures FROM sections") == [(scene.host["retry_at"], 0)]
    runs = scene.workspace.value("SELECT count(*) FROM runs")
    assert scene.workspace.run("crawl", "--due").code == 0
    assert scene.workspace.value("SELECT count(*) FROM runs") == runs
    check_archive(scene.workspace.root)
    scene.site.answers.clear()
    scene.later()
    assert scene.crawl().code == 0
    assert scene.stored == len(NAMES)
    assert (scene.host["retry_at"], scene.host["failures"], scene.host["cause"]) == (None, 0, None)
    check_archive(scene.workspace.root)


def test_the_rest_grows_from_run_to_run(scene: Scene) -> None:
    scene.site.answers["/news/"] = Answer(b"later", 429)
    rests = []
    for _ in range(3):
        assert scene.crawl().code == 1
        rests.append(minutes(scene, scene.host["retry_at"]))
        scene.later()
    assert 7 < rests[0] < 13
    assert 22 < rests[1] < 38
    assert 67 < rests[2] < 113


class DyingSite(FaultSite):
    """A site that goes down after some articles."""

    left = 10

    def answer(self, path: str) -> Answer:
        """Return the answer to a path, a broken connection once the site is down."""
        self.left -= path.startswith("/a/")
        return Answer(reset=True) if self.left < 0 else super().answer(path)


def test_a_host_that_goes_down_in_the_middle_is_left_alone(tmp_path: Path) -> None:
    site = DyingSite({"news": [[f"a{number}" for number in range(60)]]})
    with site.serve():
        scene = Scene(site, Workspace.make(tmp_path / "w"))
        scene.workspace.define("fault", site.definition)
        outcome = scene.crawl()
        (sums,) = outcome.json
        assert sums["stored"] == 10, outcome
        assert sums["failed"] <= 2 * 8, outcome
        assert sums["pending"] == 60 - 10 - sums["failed"]
        assert scene.host["retry_at"]
        site.left = 1000
        scene.later()
        assert scene.crawl().code == 0
        assert scene.stored == 60
    check_archive(scene.workspace.root)


def test_broken_pages_are_no_broken_host(scene: Scene) -> None:
    for name in NAMES[:4]:
        scene.site.answers[f"/a/{name}.html"] = Answer(b"broken", 500)
    outcome = scene.crawl()
    (sums,) = outcome.json
    assert (sums["stored"], sums["failed"], sums["pending"]) == (4, 4, 0), outcome
    assert scene.site.requests["/a/a1.html"] == 3
    assert scene.host["retry_at"] is None


@contextlib.contextmanager
def pictures(status: int, headers: Sequence[tuple[str, str]] = (), seconds: float = 0.0) -> Iterator[Any]:
    """Serve pictures on another address; yield the base URL, the requests and the most that were open at once."""
    seen: dict[str, Any] = {"paths": [], "now": 0, "most": 0}
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            with lock:
                seen["paths"].append(self.path)
                seen["now"] += 1
                seen["most"] = max(seen["most"], seen["now"])
            time.sleep(0 if self.path == "/robots.txt" else seconds)
            with lock:
                seen["now"] -= 1
            self.send_response(404 if self.path == "/robots.txt" else status)
            for name, value in headers:
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(draw(self.path))

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the base class names it)
            pass

    with listening(Handler, "127.0.0.2") as seen["url"]:
        yield seen


def illustrate(scene: Scene, base: str, number: int = 1) -> None:
    """Give every article pictures of another host, which the definition names."""
    for name in NAMES:
        extra = "".join(
            f'<p><img src="{base}{name}-{turn}.png" width="480" height="320"></p>' for turn in range(number)
        )
        scene.site.answers[f"/a/{name}.html"] = Answer(fs.article_html(name, extra=extra).encode())
    scene.workspace.define("fault", scene.site.definition.replace("language =", 'hosts = ["127.0.0.2"]\nlanguage ='))


def test_a_resting_host_of_images_does_not_stop_the_articles(scene: Scene) -> None:
    with pictures(503, (("Retry-After", "7200"),)) as seen:
        illustrate(scene, seen["url"])
        outcome = scene.crawl()
    assert (outcome.code, outcome.complaints) == (0, []), outcome
    assert scene.stored == len(NAMES)
    errors = {error for (error,) in scene.workspace.rows("SELECT error FROM article_images")}
    assert errors == {"host-backoff"}
    assert len([path for path in seen["paths"] if path != "/robots.txt"]) < len(NAMES)
    assert scene.host["retry_at"] is None
    resting = scene.workspace.rows("SELECT origin FROM hosts WHERE retry_at IS NOT NULL")
    assert resting == [(seen["url"].rstrip("/"),)]
    check_archive(scene.workspace.root)


def test_a_dead_host_of_images_is_given_up_after_three_tries(scene: Scene) -> None:
    with pictures(200) as seen:
        pass
    illustrate(scene, seen["url"])
    outcome = scene.crawl()
    assert (outcome.code, outcome.complaints) == (0, []), outcome
    assert scene.stored == len(NAMES)
    causes = dict(scene.workspace.rows("SELECT error, count(*) FROM article_images GROUP BY error"))
    assert set(causes) <= {"refused", "host-backoff"}
    assert scene.workspace.value("SELECT cause FROM hosts WHERE retry_at IS NOT NULL") == "refused"


def test_no_more_requests_at_a_time_than_the_total_allows(scene: Scene) -> None:
    with pictures(200, seconds=0.1) as seen:
        illustrate(scene, seen["url"], 4)
        config = scene.workspace.root / "newsarchive.toml"
        config.write_text(
            config.read_text()
            .replace("total_concurrency = 16", "total_concurrency = 2")
            .replace("\nconcurrency = 4", "\nconcurrency = 16")
            .replace("delay = 0.3", "delay = 0.0")
        )
        assert scene.crawl().code == 0
        assert seen["most"] <= 2
        assert len(set(seen["paths"])) == 1 + 4 * len(NAMES)
        seen["most"] = 0
        config.write_text(config.read_text().replace("total_concurrency = 2", "total_concurrency = 16"))
        scene.workspace.change("DELETE FROM article_images")
        assert scene.crawl("--full").code == 0


def test_images_are_counted_and_measured(scene: Scene) -> None:
    with pictures(200) as seen:
        illustrate(scene, seen["url"], 3)
        config = scene.workspace.root / "newsarchive.toml"
        config.write_text(
            config.read_text().replace("max_images = 200", "max_images = 2").replace("delay = 0.3", "delay = 0.0")
        )
        assert scene.crawl().code == 0
    errors = dict(scene.workspace.rows("SELECT error, count(*) FROM article_images GROUP BY error"))
    assert errors == {None: 2 * len(NAMES), "too-many-images": len(NAMES)}


def test_retry_ends_the_rest(scene: Scene) -> None:
    busy = Answer(b"later", 429, headers=(("Retry-After", "3600"),))
    scene.site.answers |= {f"/a/{name}.html": busy for name in NAMES}
    scene.crawl()
    scene.site.answers.clear()
    asked = sum(scene.site.requests.values())
    scene.crawl()
    assert sum(scene.site.requests.values()) == asked
    assert scene.workspace.run("retry", "fault").code == 0
    assert scene.crawl().code == 0
    assert scene.stored == len(NAMES)


def test_a_signal_ends_a_run_that_waits_for_a_host(scene: Scene) -> None:
    busy = Answer(b"later", 429, headers=(("Retry-After", "50"),))
    scene.site.answers |= {f"/a/{name}.html": busy for name in NAMES}
    process = scene.workspace.start("crawl", "fault")
    deadline = time.monotonic() + 60
    while not any(path.startswith("/a/") for path in scene.site.requests) and time.monotonic() < deadline:
        time.sleep(0.1)
    time.sleep(1)
    started = time.monotonic()
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=30)
    assert time.monotonic() - started < 10
    assert "Traceback" not in out + err, err
    assert scene.workspace.last_run()["state"] == "interrupted"
    assert scene.workspace.last_run()["pending"] == len(NAMES)
    check_archive(scene.workspace.root)
