"""An article's timeline: which events its captures tell, in whatever order they come."""

import datetime as dt
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.due import Policy
from archive.model import Image, timestamp
from archive.timeline import Sight, Story, bare, in_order, tell
from tests.archive.keeping import NOON, Keeping, article, picture

DAY = dt.timedelta(days=1)


def sight(day: float, version: int | None, *, url: int = 1, run: int = 1, **more: Any) -> Sight:
    return Sight(timestamp(NOON + day * DAY), url, version, run, **more)


def story_of(*sights: Sight, known_gone: dict[str, str | None] | None = None) -> list[tuple[Any, ...]]:
    return kinds(tell(in_order(sights), Policy(), known_gone or {}))


def kinds(story: Story) -> list[tuple[Any, ...]]:
    return [(event.kind, event.from_version, event.to_version) for event in story.events]


def test_what_is_seen_first_and_stays() -> None:
    assert story_of(sight(0, 1), sight(3, 1)) == [("first_seen", None, 1)]


def test_there_and_back_is_two_changes() -> None:
    assert story_of(sight(0, 1), sight(1, 2), sight(2, 1))[1:] == [("changed", 1, 2), ("changed", 2, 1)]


def test_nothing_is_told_of_what_was_never_shown() -> None:
    story = tell([sight(0, None), sight(30, None)], Policy(), {})
    assert (story.events, story.version, story.latest) == ([], None, None)


def test_what_is_missing_for_two_weeks_is_gone_and_returns_changed() -> None:
    told = story_of(sight(0, 1), sight(1, None), sight(14, None), sight(15.1, None), sight(20, None), sight(21, 2))
    assert told[1:] == [("gone", 1, 1), ("returned", 1, 2), ("changed", 1, 2)]


def test_since_when_it_was_missing_is_told() -> None:
    story = tell([sight(0, 1), sight(1, None), sight(15, None)], Policy(), {})
    assert story.events[-1].detail == timestamp(NOON + DAY)


def test_one_day_without_an_answer_is_no_end() -> None:
    assert story_of(sight(0, 1), sight(1, None), sight(2, 1), sight(15.5, None), sight(29, None))[1:] == []


def test_an_article_is_gone_when_every_address_of_it_is() -> None:
    shown = [sight(0, 1), sight(0, 1, url=2), sight(1, None), sight(16, None)]
    assert story_of(*shown)[1:] == []
    assert story_of(*shown, sight(17, None, url=2))[1:] == []
    assert story_of(*shown, sight(17, None, url=2), sight(31, None, url=2))[1:] == [("gone", 1, 1)]


def test_what_counted_as_gone_stays_so_when_the_patience_is_another_later() -> None:
    sights = (sight(0, 1), sight(1, None), sight(5, None))
    assert story_of(*sights)[1:] == []
    known: dict[str, str | None] = {timestamp(NOON + 5 * DAY): timestamp(NOON + DAY)}
    assert story_of(*sights, known_gone=known)[1:] == [("gone", 1, 1)]
    # Not where a capture that came late shows that it was there in between.
    assert story_of(*sights, sight(3, 1), known_gone=known)[1:] == []


def test_an_address_that_leads_elsewhere_is_a_move() -> None:
    moved = [sight(0, 1, address="https://a.example/1"), sight(1, 1, address="https://a.example/new/1")]
    assert story_of(*moved)[1:] == [("moved", 1, 1)]
    assert tell(moved, Policy(), {}).events[-1].detail == "https://a.example/new/1"
    same = [sight(0, 1, address="http://www.a.example/1"), sight(1, 1, address="https://a.example/1/")]
    assert story_of(*same)[1:] == []
    twins = [sight(0, 1, address="https://a.example/1"), sight(1, 1, url=2, address="https://a.example/2")]
    assert story_of(*twins)[1:] == []


def test_what_was_fetched_live_stands_in_the_order_of_its_runs() -> None:
    """Somebody set the clock back by a week between two runs."""
    assert story_of(sight(7, 1, run=1, lives=True), sight(0, 2, run=2, lives=True))[1:] == [("changed", 1, 2)]
    assert story_of(sight(7, 1, run=1, lives=True), sight(0, 2, run=2))[1:] == [("changed", 2, 1)]


def test_what_of_an_address_counts() -> None:
    assert bare("http://www.a.example/x/") == bare("https://a.example/x") == "a.example/x"


BODIES = ["The harbour is quiet.", "The harbour is closed.", "The harbour is open again."]
PICTURES = [None, "red", "blue"]
lives = st.lists(
    st.one_of(st.none(), st.tuples(st.integers(0, 2), st.integers(0, 1), st.integers(0, 2), st.integers(0, 2))),
    min_size=1, max_size=9,
).filter(any)  # fmt: skip


@settings(max_examples=200 if os.environ.get("NEWSARCHIVE_SOAK") else 8, deadline=None)
@given(life=lives, data=st.data())
def test_a_life_tells_the_same_in_whatever_order_its_captures_come(
    tmp_path_factory: pytest.TempPathFactory, life: list[tuple[int, int, int, int] | None], data: st.DataObject
) -> None:
    order = data.draw(st.permutations(range(len(life))))
    one, other = (lived(tmp_path_factory.mktemp("life"), life, numbers) for numbers in (range(len(life)), order))
    assert one == other


def lived(root: Path, life: Sequence[tuple[int, int, int, int] | None], order: Sequence[int]) -> Any:
    """Store a life's captures, a day each five days apart, in this order; return what the archive says of it."""
    keeping = Keeping(root)
    for number in order:
        keeping.now = NOON + 5 * number * DAY
        said = life[number]
        if said is None:
            keeping.capture("https://herald.example/news/a.html", b"gone", status=404)
            keeping.again()
            continue
        body, title, color, byline = said
        url = "https://herald.example/p.png"
        data = picture(PICTURES[color] or "red")
        images = (Image(url, "A ship."),) if PICTURES[color] else ()
        keeping.now -= dt.timedelta(minutes=1)
        fetched = [keeping.image(url, data)] if images else []
        keeping.now = NOON + 5 * number * DAY
        keeping.store(
            article(BODIES[body], images=images, title=f"Title {title}", byline=(f"By {byline}",)), images=fetched
        )
    keeping.again()
    found = summary(keeping)
    keeping.close()
    return found


def summary(keeping: Keeping) -> Any:
    """Return what an archive says, ids and numbers aside."""
    digests = dict(keeping.rows("SELECT number, digest FROM versions"))
    events = [
        (kind, digests.get(before), digests.get(after), at, detail, changes and json.loads(changes))
        for kind, before, after, at, detail, changes in keeping.rows(
            "SELECT kind, from_version, to_version, at, detail, changes FROM events WHERE withdrawn IS NULL "
            "ORDER BY at, kind"
        )
    ]
    articles = keeping.rows(
        "SELECT key, title, body, byline, state, first_seen, last_seen, body_html, captions FROM articles"
    )
    current = keeping.rows("SELECT digest FROM versions JOIN articles ON articles.version = number")
    versions = keeping.rows("SELECT digest, seen_at, byline, rules FROM versions ORDER BY digest")
    ties = keeping.rows(
        "SELECT digest, version_captures.seen_at FROM version_captures JOIN versions ON id = version_id ORDER BY 2"
    )
    return events, articles, current, versions, ties
