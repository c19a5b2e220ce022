"""A workspace with what an export meets: versions, images, redirects, revisits, an attachment, what was taken down."""

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from archive.model import Entry, Image, Stamp
from archive.units import CaptureRef, CaptureUnit
from archive.visits import UnchangedUnit
from crawler.cli import newsarchive
from crawler.workspace import make_workspace
from tests.archive.keeping import URL, Keeping, article, day_of, picture

PICTURE, MOVED_PICTURE = "https://herald.example/p.png", "https://cdn.example/p1.png"
CHINESE, TAKEN_DOWN = "https://herald.example/cn?a=1&b=2", "https://herald.example/withdrawn"
OLD_ADDRESS, PAPER, OTHER = "https://herald.example/old", "https://herald.example/paper.pdf", "https://herald.example/o"
HIDDEN = "Nobody may read this sentence again."


def fill(root: Path) -> None:
    """Make the workspace."""
    make_workspace(root)
    keeping = Keeping(root)
    keeping.listing(Entry(URL), Entry(CHINESE), Entry(TAKEN_DOWN))
    _two_versions(keeping)
    chinese: dict[str, Any] = {"title": "=公告：“质量”", "language": "zh", "byline": ("王小明", "Anna B. Smith")}
    keeping.store(
        article("宁波市镇海区质量技术监督局。\n\n第二段。", url=CHINESE, updated=day_of("2024-05-01"), **chinese)
    )
    keeping.store(article("Another day at the quay.", url=OTHER, title="Quay", updated=None))
    _taken_down(keeping)
    keeping.close()


def run(root: Path, *arguments: str, code: int = 0) -> Result:
    """Run a command in the workspace; it must end with that code."""
    result = CliRunner().invoke(newsarchive, ["-w", str(root), *arguments], catch_exceptions=False)
    assert result.exit_code == code, result.output
    return result


def _two_versions(keeping: Keeping) -> None:
    _answer(keeping, OLD_ADDRESS, 301, ("Location", URL))
    ship = [Image(PICTURE, "A ship [at sea].", "Photo: X", "ship (large)"), Image("https://herald.example/q.png")]
    for body in ("The harbour is quiet.", "The harbour is *closed*.\n\nAgain."):
        published = Stamp("1 May, 9:00", dt.datetime(2024, 5, 1, 9, tzinfo=dt.UTC), "instant")
        html = f'<p>{body}</p><figure><img src="{PICTURE}" alt="ship (large)"><figcaption>A ship.</figcaption></figure>'
        said: dict[str, Any] = {"byline": ("Jane Doe", "City Desk"), "source": "Herald & Sons"}
        got = replace(article(body, images=ship, published=published, **said), body_html=html)
        _answer(keeping, PICTURE, 302, ("Location", MOVED_PICTURE))
        picked = [keeping.image(MOVED_PICTURE, picture()), keeping.image("https://herald.example/q.png")]
        picked[0].url = PICTURE
        keeping.store(got, images=picked)
    article_id, url_id = keeping.rows("SELECT article_id, id FROM urls WHERE url = ?", URL)[0]
    # Asked again: nothing new; and the address by which it was known before leads to it.
    keeping.writer.put(UnchangedUnit(URL, article_id, _answer(keeping, URL, 304)))
    paper = keeping.capture(PAPER, b"%PDF-1.4 paper")
    keeping.writer.flush()
    keeping.db.conn.execute(
        "INSERT INTO attachments(article_id, url, capture_id, first_seen, last_seen) VALUES (?, ?, ?, '', '')",
        (article_id, PAPER, paper.id),
    )
    keeping.db.conn.execute(
        "INSERT INTO urls(url, kind, site_id, article_id, state, discovered_at) SELECT ?, kind, site_id, article_id, "
        "'stored', discovered_at FROM urls WHERE id = ?",
        (OLD_ADDRESS, url_id),
    )


def _answer(keeping: Keeping, url: str, status: int, *headers: tuple[str, str]) -> CaptureRef:
    """Write a response without a body."""
    exchange = keeping.exchange(url, b"", status=status, headers=headers)
    ref = CaptureRef(url, exchange.fetched_at, status=status)
    keeping.writer.put(CaptureUnit(ref, exchange))
    return ref


def _taken_down(keeping: Keeping) -> None:
    keeping.store(article(HIDDEN, url=TAKEN_DOWN, title="Withdrawn"))
    keeping.db.conn.execute("UPDATE captures SET withdrawn = '2024-06-01' WHERE url = ?", (TAKEN_DOWN,))
    keeping.db.conn.execute("UPDATE articles SET state = 'withdrawn' WHERE url = ?", (TAKEN_DOWN,))
    keeping.db.conn.execute(
        "INSERT INTO takedowns(article_id, reason, begun, withdrew) SELECT id, 'a court order', '2024-06-01', '{}' "
        "FROM articles WHERE url = ?",
        (TAKEN_DOWN,),
    )
