"""Corrections outlive fetches and re-readings, make no version and no event, and can be undone."""

import datetime as dt
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from archive.db import atomic
from archive.errors import UsageError
from archive.fixity.verifying import verify
from archive.hand import editing, marks
from archive.model import Article, Image
from archive.readings import Reading, plan_replacements, show_latest, write_replacements
from tests.archive.keeping import URL, Keeping, article, day_of, picture

IMAGE = Image("https://herald.example/1.png", "A sihp", position=1)
SAID = article("The pier is new.", title="Habour report", images=(IMAGE,), published=day_of("2024-05-01"))


@pytest.fixture
def kept(keeping: Keeping) -> Keeping:
    show(keeping, SAID)
    return keeping


def show(keeping: Keeping, said: Article, **more: Any) -> str | None:
    images = [keeping.image(str(image.url), picture()) for image in said.images]
    return keeping.store(said, images=images, live=True, **more).outcome


def article_id(keeping: Keeping) -> int:
    return int(keeping.one("SELECT id FROM articles WHERE url = ?", URL))


def edit(keeping: Keeping, note: str = "", **wanted: str) -> None:
    with atomic(keeping.db):
        editing.edit(
            keeping.db,
            article_id(keeping),
            {name.replace("_", " "): value for name, value in wanted.items()},
            note,
            "me",
        )


@contextmanager
def nothing_happened(keeping: Keeping) -> Iterator[None]:
    """Neither versions nor events, and all of it verified."""
    before = keeping.rows("SELECT number FROM versions"), keeping.events()
    yield
    assert (keeping.rows("SELECT number FROM versions"), keeping.events()) == before
    found = verify(keeping.holdings)
    assert found.damages == []
    keeping.check_index()


def test_a_correction_is_shown_and_found(kept: Keeping) -> None:
    with nothing_happened(kept):
        edit(kept, title="Harbour report", byline="Doe; Roe", caption_1="A ship", source="Herald", language="en-GB")
    row = kept.record("articles")
    assert (row["title"], row["byline"], row["captions"], row["source"]) == (
        "Harbour report",
        '["Doe", "Roe"]',
        "A ship",
        "Herald",
    )
    assert kept.found("harbour") == kept.found("ship") == [row["id"]]
    assert kept.found("habour") == kept.found("sihp") == []
    assert {"title", "byline", "captions"} <= {
        name for name, rule in json.loads(row["rules"]).items() if rule == "hand"
    }


@pytest.mark.parametrize("body", ["The pier is new.", "The pier is newer."])
def test_it_stays_when_the_page_is_fetched_again(kept: Keeping, body: str) -> None:
    """As long as the page says what was wrong, also in a version of its own."""
    edit(kept, title="Harbour report", caption_1="A ship", published="2024-04-30")
    versions = kept.count("versions")
    outcome = show(kept, replace(SAID, body=body, source="Wire"))
    assert (outcome, kept.count("versions") - versions) == (("unchanged", 0) if body == SAID.body else ("stored", 1))
    row = kept.record("articles")
    assert [row[name] for name in ("title", "captions", "published", "day", "source")] == [
        "Harbour report",
        "A ship",
        "2024-04-30",
        "2024-04-30",
        "Wire",
    ]
    assert verify(kept.holdings).damages == []


def test_what_the_page_says_anew_is_believed(kept: Keeping) -> None:
    edit(kept, title="Harbour report")
    assert show(kept, replace(SAID, title="Pier report")) == "stored"
    assert kept.record("articles")["title"] == "Pier report"
    # And back: the version with the correction is shown again.
    assert show(kept, SAID) == "unchanged"
    assert (kept.record("articles")["title"], kept.record("articles")["version"]) == ("Harbour report", 1)
    assert verify(kept.holdings).damages == []


def read_again(keeping: Keeping, said: Article) -> None:
    with atomic(keeping.db):
        number = article_id(keeping)
        versions = [row[0] for row in keeping.rows("SELECT id FROM versions")]
        found = plan_replacements(keeping.db, number, dict.fromkeys(versions, said))
        write_replacements(keeping.db, number, found, Reading("2.0", "t2"), "2024-06-01T00:00:00.000000Z")
        show_latest(keeping.db, number, {})


def test_it_stays_when_the_page_is_read_again_and_then_fetched(kept: Keeping) -> None:
    """Another parser reads the wrong title otherwise; the next fetch is compared with that."""
    edit(kept, title="Harbour report")
    better = replace(SAID, title="HABOUR REPORT")
    with nothing_happened(kept):
        read_again(kept, better)
        assert kept.record("articles")["title"] == "Harbour report"
        assert show(kept, better, reading=Reading("2.0", "t2")) == "unchanged"
        assert kept.record("articles")["title"] == "Harbour report"


def test_undone_it_is_as_it_was(kept: Keeping) -> None:
    columns = "title, byline, captions, published, published_raw, published_precision, day, rules, body_html"
    before = kept.rows(f"SELECT {columns} FROM articles"), kept.rows("SELECT digest, captions, rules FROM versions")  # noqa: S608
    with nothing_happened(kept):
        edit(kept, title="Harbour report", caption_1="A ship", published="2024-05-03T00:30:00+02:00")
        assert kept.record("articles")["day"] == "2024-05-03"
        assert kept.record("articles")["published"] == "2024-05-02T22:30:00Z"
        for _ in range(3):
            with atomic(kept.db):
                editing.undo(kept.db, article_id(kept))
    after = kept.rows(f"SELECT {columns} FROM articles"), kept.rows("SELECT digest, captions, rules FROM versions")  # noqa: S608
    assert after == before
    with pytest.raises(UsageError, match="nothing to undo"), atomic(kept.db):
        editing.undo(kept.db, article_id(kept))


def test_versions_that_a_correction_makes_equal_count_as_one(kept: Keeping) -> None:
    show(kept, replace(SAID, title="Harbour report"))
    assert kept.record("articles")["version"] == 2
    edit(kept, title="Habour report")
    assert kept.rows("SELECT same_as IS NULL FROM versions ORDER BY number") == [(1,), (0,)]
    with atomic(kept.db):
        editing.undo(kept.db, article_id(kept))
    assert kept.rows("SELECT same_as IS NULL FROM versions ORDER BY number") == [(1,), (1,)]
    assert (kept.record("articles")["version"], kept.record("articles")["title"]) == (2, "Harbour report")
    assert verify(kept.holdings).damages == []


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("headline", "x", "no field 'headline'"),
        ("caption 2", "x", "caption 1 to caption 1"),
        ("published", "23.11.2017", "'23.11.2017' is no date"),
        ("published", "2017-13-01", "'2017-13-01' is no date"),
        ("updated", "2017-11-23T25:00", "is no date"),
        ("language", "English!", "'English!' is no language"),
        ("title", "Habour report", "title is already 'Habour report'"),
    ],
)
def test_what_cannot_be_is_refused(kept: Keeping, name: str, value: str, said: str) -> None:
    with pytest.raises(UsageError, match=said), atomic(kept.db):
        editing.edit(kept.db, article_id(kept), {name: value}, "", "me")
    assert kept.count("edits") == 0


@pytest.mark.parametrize(
    ("text", "stored", "precision"),
    [
        ("2017-11-23", "2017-11-23", "day"),
        ("2017-11-23T10:30", "2017-11-23T10:30:00", "minute"),
        ("2017-11-23T10:30:00+08:00", "2017-11-23T02:30:00Z", "instant"),
        ("2017-11-23 10:30Z", "2017-11-23T10:30:00Z", "instant"),
        ("", None, None),
    ],
)
def test_a_date_has_the_precision_that_it_is_given_in(
    kept: Keeping, text: str, stored: str | None, precision: str | None
) -> None:
    edit(kept, updated=text)
    row = kept.record("versions")
    assert (row["updated"], row["updated_precision"]) == (stored, precision)
    assert dt.date.fromisoformat(kept.record("articles")["day"]) == dt.date(2024, 5, 1)


def test_tags_and_notes(kept: Keeping) -> None:
    number = article_id(kept)
    with atomic(kept.db):
        assert marks.tag(kept.db, number, ["pier", "港口", "pier"], []) == ["pier", "港口"]
        assert marks.tag(kept.db, number, [], ["pier"]) == ["港口"]
        marks.note(kept.db, number, "ask the editor", "me")
    assert marks.every_tag(kept.db) == {"港口": 1}
    assert [note["text"] for note in marks.marks_of(kept.db, number)["notes"]] == ["ask the editor"]
    for added, removed, said in (
        ([], ["pier"], "no tag 'pier'"),
        (["a b"], [], "'a b' is no tag"),
        (["-x"], [], "is no tag"),
    ):
        with pytest.raises(UsageError, match=said), atomic(kept.db):
            marks.tag(kept.db, number, added, removed)
