"""Manners on real sockets: robots.txt with its rules and its expiry."""

import time

import pytest

from tests.e2e import fault_site as fs
from tests.e2e.fault_site import Answer
from tests.e2e.harness import check_archive
from tests.e2e.politeness.scene import NAMES, Scene, minutes

PLAIN = "text/plain"


@pytest.mark.parametrize("rule", ["Crawl-delay: 0.25", "Request-rate: 4/1s", "Crawl-delay: 0.1\nRequest-rate: 4/1s"])
def test_the_pace_that_robots_txt_asks_for(scene: Scene, rule: str) -> None:
    scene.site.robots = f"User-agent: *\n{rule}\n"
    outcome = scene.crawl()
    assert outcome.code == 0, outcome
    assert scene.stored == len(NAMES)
    assert scene.pace >= 0.24


def test_robots_txt_is_kept_between_runs_and_asked_for_again_when_it_expires(scene: Scene) -> None:
    scene.site.answers["/robots.txt"] = Answer(
        b"User-agent: *\nDisallow: /a/a1.html\n", content_type=PLAIN, headers=(("Cache-Control", "max-age=900"),)
    )
    assert scene.crawl().code == 0
    assert 13 < minutes(scene, scene.host["robots_until"]) <= 15
    assert scene.crawl("--full").code == 0
    assert scene.site.requests["/robots.txt"] == 1
    assert scene.site.requests["/a/a1.html"] == 0
    scene.later()
    assert scene.crawl().code == 0
    assert scene.site.requests["/robots.txt"] == 2


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_without_robots_txt_everything_is_allowed(scene: Scene, status: int) -> None:
    scene.site.answers["/robots.txt"] = Answer(b"User-agent: *\nDisallow: /\n", status, PLAIN)
    assert scene.crawl().code == 0
    assert scene.stored == len(NAMES)
    assert scene.host["robots"] == ""


def test_a_host_that_gives_no_robots_txt_for_now_is_not_crawled(scene: Scene) -> None:
    scene.site.answers["/robots.txt"] = Answer(b"", 503)
    outcome = scene.crawl()
    assert outcome.code == 1, outcome
    assert set(scene.site.requests) == {"/robots.txt"}
    assert scene.host["cause"] in ("robots-unreachable", "http-503")
    assert scene.host["retry_at"]
    asked = scene.site.requests["/robots.txt"]
    # It rests: not even its robots.txt is asked for.
    assert scene.crawl().code == 1
    assert scene.site.requests["/robots.txt"] == asked
    del scene.site.answers["/robots.txt"]
    scene.later()
    assert scene.crawl().code == 0
    assert scene.stored == len(NAMES)
    assert (scene.host["retry_at"], scene.host["failures"]) == (None, 0)
    check_archive(scene.workspace.root)


def test_the_last_good_robots_txt_stands_in_for_one_that_cannot_be_had(scene: Scene) -> None:
    scene.site.robots = "User-agent: *\nDisallow: /a/a1.html\n"
    assert scene.crawl("--limit", "1").code == 0
    scene.site.answers["/robots.txt"] = Answer(b"", 500)
    scene.later()
    assert scene.crawl().code == 0
    assert scene.site.requests["/a/a1.html"] == 0
    assert scene.stored == len(NAMES) - 1
    # After thirty days it is too old to go by.
    scene.workspace.change("UPDATE hosts SET robots_at = datetime('now', '-31 days'), retry_at = NULL")
    scene.later()
    before = scene.site.requests["/news/"]
    assert scene.crawl().code == 1
    assert scene.site.requests["/news/"] == before


def test_redirects_of_robots_txt_are_followed_five_times(scene: Scene) -> None:
    rules = Answer(b"User-agent: *\nDisallow: /a/a1.html\n", content_type=PLAIN)
    scene.site.answers |= {f"/r{number}": fs.redirect(f"/r{number + 1}") for number in range(1, 7)}
    scene.site.answers |= {"/robots.txt": fs.redirect("/r1"), "/r5": rules}
    assert scene.crawl().code == 0
    assert scene.site.requests["/a/a1.html"] == 0
    scene.site.answers |= {"/r5": fs.redirect("/r6"), "/r6": rules}
    scene.later()
    scene.workspace.change("UPDATE urls SET state = 'pending' WHERE url LIKE '%a1.html'")
    assert scene.crawl().code == 0
    assert scene.site.requests["/a/a1.html"] == 1
    assert scene.site.requests["/r6"] == 0


def test_a_robots_txt_that_is_too_long_is_read_as_far_as_500_kib(scene: Scene) -> None:
    filler = b"# nothing to see here\n" * 40_000
    text = b"User-agent: *\nDisallow: /a/a1.html\n" + filler + b"Disallow: /a/a2.html\n"
    scene.site.answers["/robots.txt"] = Answer(text, content_type=PLAIN, zeros=64 * fs.MEGABYTE)
    outcome = scene.crawl()
    assert outcome.code == 0, outcome
    assert (scene.site.requests["/a/a1.html"], scene.site.requests["/a/a2.html"]) == (0, 1)
    assert len(scene.host["robots"]) <= 500 * 1024


def test_a_robots_txt_that_unpacks_without_end_is_none_that_can_be_had(scene: Scene) -> None:
    scene.site.answers["/robots.txt"] = fs.bomb(40)
    assert scene.crawl().code == 1
    assert scene.host["cause"] == "robots-unreachable"
    assert scene.site.requests["/news/"] == 0


def test_a_page_in_place_of_robots_txt_has_no_rules(scene: Scene) -> None:
    page = b"<!DOCTYPE html><html><body><pre>\nUser-agent: *\nDisallow: /\n</pre></body></html>"
    scene.site.answers["/robots.txt"] = Answer(page)
    assert scene.crawl().code == 0
    assert scene.stored == len(NAMES)


def test_robots_txt_can_be_switched_off(scene: Scene) -> None:
    scene.site.robots = "User-agent: *\nDisallow: /\nCrawl-delay: 5\n"
    config = scene.workspace.root / "newsarchive.toml"
    config.write_text(config.read_text().replace("obey_robots = true", "obey_robots = false"))
    started = time.monotonic()
    assert scene.crawl().code == 0
    assert time.monotonic() - started < 20
    assert scene.stored == len(NAMES)
    assert scene.site.requests["/robots.txt"] == 0
