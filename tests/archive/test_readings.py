"""A re-reading replaces fields and keeps evidence: versions keep their numbers, hands their values."""

import datetime as dt

from archive.db import atomic
from archive.model import Article, Image
from archive.reader import read_article
from archive.readings import Reading, Replacement, plan_replacements, show_latest, write_replacements
from archive.versions import unpack
from tests.archive.keeping import URL, Keeping, article, day_of, picture, sha256

A, B = "The harbour is quiet.", "The harbour is closed."
BROKEN = "Menu\n\n"
PICTURE = "https://herald.example/img/a.png"
TODAY = Reading("2.0", "t2")
AT = "2024-06-01T00:00:00.000000Z"


def reread(keeping: Keeping, read: dict[int, Article], reading: Reading = TODAY) -> list[Replacement]:
    """Write what was read today, by number of version."""
    article_id = keeping.one("SELECT id FROM articles WHERE url = ?", URL)
    ids = dict(keeping.rows("SELECT number, id FROM versions WHERE article_id = ?", article_id))
    plan = plan_replacements(keeping.db, article_id, {ids[number]: found for number, found in read.items()})
    with atomic(keeping.db):
        write_replacements(keeping.db, article_id, plan, reading, AT)
        show_latest(keeping.db, article_id, {each.version_id: each.after.day for each in plan})
    keeping.check_index()
    return plan


def withdrawn(keeping: Keeping) -> list[tuple[object, ...]]:
    return keeping.rows("SELECT from_version, to_version, withdrawn IS NOT NULL FROM events ORDER BY id")


def test_a_reading_replaces_the_fields_and_is_on_record(keeping: Keeping) -> None:
    keeping.store(article(BROKEN + A, rules={"body": "classifier"}))
    before = keeping.one("SELECT digest FROM versions")
    (plan,) = reread(keeping, {1: article(A, published=day_of("2024-05-01"), rules={"body": "template:body"})})
    assert plan.changed == ("published", "body", "body_html", "rules")
    version, shown = keeping.record("versions"), keeping.record("articles")
    assert (version["parser"], version["template"], version["read_at"], unpack(version["body"])) == ("2.0", "t2", AT, A)
    assert (shown["body"], shown["day"], shown["version"], shown["rules"]) == (
        A, "2024-05-01", 1, '{"body": "template:body"}',
    )  # fmt: skip
    said = keeping.record("readings")
    assert (said["digest_before"], said["digest_after"], said["read_at"]) == (before, version["digest"], AT)
    assert keeping.found("menu") == []
    assert keeping.events() == [("first_seen", None, 1)]


def test_the_same_reading_again_writes_nothing(keeping: Keeping) -> None:
    keeping.store(article(BROKEN + A))
    reread(keeping, {1: article(A)})
    assert [each.changed for each in reread(keeping, {1: article(A)})] == [()]
    assert keeping.count("readings") == 1


def test_another_reader_that_reads_the_same_is_on_record(keeping: Keeping) -> None:
    keeping.store(article(A))
    assert [each.changed for each in reread(keeping, {1: article(A)})] == [()]
    assert keeping.rows("SELECT parser, digest_before = digest_after FROM readings") == [("2.0", 1)]


def test_versions_made_equal_count_as_the_first(keeping: Keeping) -> None:
    keeping.store(article(A))
    keeping.store(article(BROKEN + A))
    keeping.store(article(A))
    reread(keeping, {1: article(A), 2: article(A)})
    assert keeping.rows("SELECT number, same_as FROM versions ORDER BY number") == [(1, None), (2, 1)]
    assert withdrawn(keeping) == [(None, 1, 0), (1, 2, 1), (2, 1, 1)]
    assert keeping.one("SELECT version FROM articles") == 1


def test_the_current_version_is_what_the_latest_capture_showed(keeping: Keeping) -> None:
    keeping.store(article(A))
    keeping.store(article(BROKEN + A, source="The Agency"))
    reread(keeping, {1: article(A, source="Agency"), 2: article(A, source="The Agency")})
    shown = keeping.record("articles")
    assert (shown["version"], shown["body"], shown["source"]) == (1, A, "The Agency")
    assert keeping.one("SELECT source FROM versions WHERE number = 1") == "The Agency"


def test_a_true_change_stays_one(keeping: Keeping) -> None:
    keeping.store(article(BROKEN + A))
    keeping.store(article(BROKEN + B))
    reread(keeping, {1: article(A), 2: article(B)})
    assert keeping.rows("SELECT number, same_as FROM versions ORDER BY number") == [(1, None), (2, None)]
    assert withdrawn(keeping) == [(None, 1, 0), (1, 2, 0)]
    assert keeping.one("SELECT body FROM articles") == B


def test_what_a_wrong_definition_made_equal_a_right_one_sets_apart(keeping: Keeping) -> None:
    keeping.store(article(A))
    keeping.store(article(B))
    reread(keeping, {1: article("Menu"), 2: article("Menu")}, Reading("2.0", "wrong"))
    assert withdrawn(keeping) == [(None, 1, 0), (1, 2, 1)]
    reread(keeping, {1: article(A), 2: article(B)})
    assert keeping.rows("SELECT number, same_as FROM versions ORDER BY number") == [(1, None), (2, None)]
    assert withdrawn(keeping) == [(None, 1, 0), (1, 2, 0)]
    assert keeping.rows("SELECT version, body FROM articles") == [(2, B)]


def test_what_only_one_of_two_was_read_again_sets_nothing_apart(keeping: Keeping) -> None:
    keeping.store(article(A))
    keeping.store(article(BROKEN + A))
    reread(keeping, {1: article(A), 2: article(A)})
    reread(keeping, {1: article(A + " Indeed.")}, Reading("3.0", "t2"))
    assert keeping.rows("SELECT number, same_as FROM versions ORDER BY number") == [(1, None), (2, 1)]


def test_a_value_set_by_hand_outlives_a_reading(keeping: Keeping) -> None:
    by_hand = {"title": "hand", "updated": "hand", "body": "hand", "images": "hand", "source": "label:source"}
    kept = article(
        A, title="By hand", updated=day_of("2024-04-01"), source="old", images=[Image(PICTURE, "Mine.")], rules=by_hand
    )
    keeping.store(kept, images=[keeping.image(PICTURE, picture())])
    read = article(B, title="Read", updated=None, source="new", images=[Image(PICTURE, "Read."), Image(None, "More.")])
    (plan,) = reread(keeping, {1: read})
    assert plan.changed == ("source", "rules")
    record = read_article(keeping.db, URL)
    assert (record.article.title, record.article.body, record.article.source) == ("By hand", A, "new")
    assert record.article.updated == day_of("2024-04-01")
    assert [kept.image.caption for kept in record.images] == ["Mine."]
    assert {name for name, rule in record.article.rules.items() if rule == "hand"} == {
        "title", "updated", "body", "images",
    }  # fmt: skip
    assert [each.changed for each in reread(keeping, {1: read})] == [()]


def test_an_image_newly_named_is_kept_where_its_bytes_are_known(keeping: Keeping) -> None:
    other, unknown = "https://herald.example/img/b.png", "https://herald.example/img/c.png"
    keeping.store(
        article(A, url="https://herald.example/x", images=[Image(other)]),
        images=[keeping.image(other, picture("blue"))],
    )
    keeping.store(article(A, images=[Image(PICTURE)]), images=[keeping.image(PICTURE, picture())])
    keeping.store(article(BROKEN + A))
    whole = article(A, images=[Image(PICTURE), Image(other), Image(unknown), Image(None, "A caption alone.")])
    reread(keeping, {1: whole, 2: whole})
    kept = [(1, sha256(picture()), None), (2, sha256(picture("blue")), None), (3, None, "not-fetched")]
    for number in (1, 2):
        assert keeping.rows(
            "SELECT position, sha256, error FROM article_images LEFT JOIN images ON images.id = image_id "
            "JOIN versions ON versions.id = version_id JOIN articles ON articles.id = versions.article_id "
            "WHERE articles.url = ? AND number = ? ORDER BY position",
            URL, number,
        ) == [*kept, (4, None, "no-image")]  # fmt: skip
    assert keeping.one("SELECT count(*) FROM versions WHERE same_as IS NOT NULL") == 1


def test_the_filters_follow_the_language(keeping: Keeping) -> None:
    keeping.store(article(A))
    before = keeping.one("SELECT keys FROM articles")
    reread(keeping, {1: article(A, language="de")})
    after = keeping.one("SELECT keys FROM articles")
    assert after != before
    language = "\ue000l" + b"de".hex()
    assert [token for token in after.split() if token != language] == [
        token for token in before.split() if not token.startswith("\ue000l")
    ]


def test_a_day_is_the_printed_one(keeping: Keeping) -> None:
    """Stored instants are in UTC: the day as printed comes from the reading, or stays."""
    keeping.store(article(A))
    late = article(A, updated=None, published=None)
    reread(keeping, {1: late})
    assert keeping.one("SELECT day FROM articles") is None
    article_id = keeping.one("SELECT id FROM articles")
    with atomic(keeping.db):
        show_latest(keeping.db, article_id, {keeping.one("SELECT id FROM versions"): dt.date(2024, 5, 9)})
        show_latest(keeping.db, article_id, {})
    assert keeping.one("SELECT day FROM articles") == "2024-05-09"
