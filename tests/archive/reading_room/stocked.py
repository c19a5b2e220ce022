"""A workspace with what the front page and a site's page show: two sites, runs that failed, a problem, gaps."""

import datetime as dt
import json
from pathlib import Path

from archive.model import Entry, Image
from archive.runs import finish_run
from archive.search import Filters
from archive.watching.saved import save_watch
from crawler.workspace import make_workspace
from tests.archive.keeping import OTHER_SITE, SITE, Keeping, article, day_of, picture

NOW = dt.datetime(2024, 6, 20, 12, tzinfo=dt.UTC)
HOSTILE = '<script>alert("1")</script>'
STOPPED = "section news: the walk stopped at https://herald.example/news/: a block notice (blocked)"
_ADDRESS = "https://herald.example/news/{}.html"


def stock(root: Path) -> None:
    """Make the workspace; its runs began when their first page was fetched."""
    make_workspace(root)
    keeping = Keeping(root)
    _herald(keeping)
    keeping.again(OTHER_SITE)
    keeping.store(article("镇海区的港口。", url="https://zhbao.example/1", title="港口", language="zh"))
    keeping.again(SITE)
    keeping.now = NOW - dt.timedelta(days=2)
    keeping.store(article("Closed.", url=_ADDRESS.format(1), title="Quay closed", updated=day_of("2024-06-18")))
    _missing(keeping)
    save_watch(keeping.db, "quays", "quay", Filters(), notify=True)
    keeping.db.conn.execute("INSERT INTO tags SELECT id, 'storm', '' FROM articles WHERE url LIKE '%/2.html'")
    keeping.writer.close()
    _date_runs(keeping)
    finish_run(keeping.holdings, keeping.run.id, "failed", {"requests": 9, "bytes": 9_000}, STOPPED)
    _date_runs(keeping)
    _trouble(keeping)
    keeping.db.close()


def _herald(keeping: Keeping) -> None:
    for number in range(1, 6):
        url, title = _ADDRESS.format(number), HOSTILE if number == 5 else f"Story {number}"
        shown = keeping.image(f"{url}.png", picture(size=(8, number)))
        read_by = "label:updated" if number % 2 else "json-ld:dateModified"
        said = article(
            f"Text {number}.", url=url, title=title, updated=day_of(f"2024-0{number}-03"),
            images=[Image(f"{url}.png", "A ship.")], rules={"title": "html:h1", "updated": read_by},
        )  # fmt: skip
        keeping.listing(Entry(url), section="news")
        keeping.store(said, images=[shown])


def _missing(keeping: Keeping) -> None:
    for number in range(40):
        url = f"https://herald.example/missing/{number}.html"
        if number % 10:
            keeping.listing(Entry(url, f"Missing {number}"), section="news")
        keeping.fail(url, "http-404" if number % 4 else "blocked")


def _date_runs(keeping: Keeping) -> None:
    keeping.db.conn.execute(
        "UPDATE runs SET started = (SELECT min(fetched_at) FROM captures WHERE run_id = runs.id), "
        "finished = (SELECT max(fetched_at) FROM captures WHERE run_id = runs.id)"
    )


def _trouble(keeping: Keeping) -> None:
    page = {"url": _ADDRESS.format(2), "value": HOSTILE}
    detail = {
        "which": "label", "reading": "", "section": "news", "before": {"articles": 40, "with_it": 0},
        "now": {"articles": 9, "with_it": 9}, "chance": 0, "old": page, "new": page,
    }  # fmt: skip
    for state, name in (("open", "rule-shift:updated"), ("resolved", "field-empty:byline")):
        keeping.db.conn.execute(
            "INSERT INTO problems(site_id, run_id, name, field, since_run, seen_at, detail, state, resolved_at) "
            "VALUES ('herald', 3, ?, ?, 1, '2024-06-18T12:00:00.000000Z', ?, ?, '2024-06-19T12:00:00.000000Z')",
            (name, name.partition(":")[2], json.dumps(detail), state),
        )
    keeping.db.conn.execute(
        "UPDATE sections SET failures = 2, due_at = '2024-06-19T00:00:00.000000Z' "
        "WHERE site_id = 'herald' AND key = 'news'"
    )
    keeping.db.conn.execute(
        "INSERT INTO hosts(origin, retry_at, failures, cause) VALUES "
        "('https://herald.example', '2024-06-21T00:00:00.000000Z', 3, 'http-503'), "
        "('https://cdn.example', '2024-06-21T00:00:00.000000Z', 3, 'http-503')"
    )
