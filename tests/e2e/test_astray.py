"""Addresses that lead elsewhere than they did: to another page, to another article, to a host that rests."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.fault_site import Answer, FaultSite, article_html, article_path, redirect, title
from tests.e2e.harness import Workspace, check_archive
from tests.e2e.test_due import due_now

_LAST_MODIFIED = (("Last-Modified", "Fri, 03 May 2024 10:00:00 GMT"),)


@pytest.fixture
def site() -> Iterator[FaultSite]:
    with FaultSite({"news": [["n1", "n2", "n3"]]}).serve() as served:
        yield served


@pytest.fixture
def workspace(tmp_path: Path, site: FaultSite) -> Workspace:
    made = Workspace.make(tmp_path / "w")
    made.define("fault", site.definition)
    return made


def test_validators_are_not_sent_on_to_another_address(site: FaultSite, workspace: Workspace) -> None:
    path = article_path("n1")
    site.answers[path] = Answer(article_html("n1").encode(), headers=_LAST_MODIFIED)
    workspace.crawl("fault")
    # The notice is older than the article that it stands for.
    site.answers[path] = redirect("/a/notice.html")
    site.answers["/a/notice.html"] = Answer(status=304)
    due_now(workspace, site.article_url("n1"))
    sums = workspace.crawl("fault", "--due", code=1)
    assert (sums["unchanged"], sums["causes"]) == (0, {"http-304": 1})
    check_archive(workspace.root)


def test_an_article_that_leads_to_another_one_is_no_version_of_it(site: FaultSite, workspace: Workspace) -> None:
    workspace.crawl("fault")
    site.answers[article_path("n1")] = redirect(article_path("n2"))
    due_now(workspace, site.article_url("n1"))
    sums = workspace.crawl("fault", "--due")
    assert sums["causes"] == {"soft-404": 1}
    assert workspace.rows("SELECT title, version FROM articles ORDER BY url") == [
        (title(name), 1) for name in ("n1", "n2", "n3")
    ]
    check_archive(workspace.root)


def test_an_article_behind_a_host_that_rests_waits_for_that_host(site: FaultSite, workspace: Workspace) -> None:
    with FaultSite({}).serve() as other:
        other.answers["/robots.txt"] = Answer(status=503, headers=(("Retry-After", "3600"),))
        for name in ("n1", "n2", "n3"):
            site.answers[article_path(name)] = redirect(f"{other.url}a/{name}.html")
        sums = workspace.crawl("fault")
        assert (sums["discovered"], sums["pending"]) == (3, 3)
        (resting,) = workspace.rows("SELECT retry_at FROM hosts WHERE retry_at IS NOT NULL")
        assert dt.datetime.fromisoformat(resting[0]) > dt.datetime.now(dt.UTC) + dt.timedelta(minutes=50)
        due = workspace.rows("SELECT state, due_at, cause FROM urls WHERE kind = 'article'")
        assert due == [("pending", resting[0], "host-backoff")] * 3
        assert workspace.run("crawl", "--due").out.startswith("Nothing is due")
    check_archive(workspace.root)
