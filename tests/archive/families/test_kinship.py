import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from archive.families import kinship
from archive.families.reading import families, family_of
from archive.model import Article, Stamp
from bench.stories import Told, follow_up, reprint, series, story
from tests.archive.keeping import OTHER_SITE, SITE, Keeping, article, day_of

SEED = Path(__file__).parents[4] / "shared" / "corpus" / "seed" / "pages.jsonl"


def of(told: Told, url: str, **more: Any) -> Article:
    return article(told.body, url=url, title=told.title, language=told.language, **more)


def herald(name: str) -> str:
    return f"https://herald.example/{name}"


def zhbao(name: str) -> str:
    return f"https://zhbao.example/{name}"


def kinds(keeping: Keeping) -> list[list[tuple[str, str]]]:
    return [[(member.kind, member.url.rpartition("/")[2]) for member in each.members] for each in families(keeping.db)]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_reprint_by_another_site_is_found_at_ingest(keeping: Keeping, language: str) -> None:
    first = story(f"kin {language}", language, "a", 16)
    keeping.store(of(first, herald("one"), published=day_of("2024-05-02")))
    keeping.store(of(story("other", language, "a"), herald("other")))
    keeping.again(OTHER_SITE)
    keeping.store(of(reprint(first, "b", "again"), zhbao("two"), published=day_of("2024-05-03")))
    keeping.store(of(follow_up(first, "later", "b"), zhbao("later")))
    assert kinds(keeping) == [[("first", "one"), ("reprint", "two")]]


def test_who_was_first_follows_the_dates_that_the_pages_say(keeping: Keeping) -> None:
    first = story("dates", "en", "a", 14)
    keeping.store(of(first, herald("late"), published=day_of("2024-05-02"), updated=None))
    keeping.store(of(first, herald("updated"), published=None, updated=day_of("2024-05-01")))
    keeping.store(of(first, herald("undated"), published=None, updated=Stamp("soon", reason="unreadable")))
    assert kinds(keeping) == [[("first", "updated"), ("same", "late"), ("same", "undated")]]


def test_a_family_is_held_by_its_first_article_not_by_chains(keeping: Keeping) -> None:
    """Each telling drops a paragraph and adds one: neighbours are alike, the ends are not."""
    parts = story("chain", "en", "a", 40).body.split("\n\n")
    sites = (SITE, OTHER_SITE)
    for step in range(6):
        keeping.again(replace(sites[step % 2], id=f"s{step}"))
        keeping.store(
            article(
                "\n\n".join(parts[step * 2 : step * 2 + 8]), url=f"https://s{step}.example/a", title=f"T {'x' * step}"
            )
        )
    for family in families(keeping.db):
        first = keeping.record("family_members", article_id=family.first.id)
        assert first["kind"] == "first"
        assert {
            row[0] for row in keeping.rows("SELECT held_by FROM family_members WHERE family_id = ?", first["family_id"])
        } == {first["family_id"]}
    assert max(len(family.members) for family in families(keeping.db)) <= 3


def test_a_series_makes_no_family_but_an_issue_under_two_ids_does(keeping: Keeping) -> None:
    issues = list(series("zh", 2, 12, ("a",)))
    for number, issue in enumerate(issues):
        keeping.store(of(issue, herald(f"i{number}")))
    assert kinds(keeping) == []
    keeping.store(of(issues[4], herald("again")))
    assert kinds(keeping) == [[("first", "i4"), ("same", "again")]]


def test_a_new_version_may_bring_an_article_into_a_family_and_never_out(keeping: Keeping) -> None:
    first, other = story("version", "en", "a", 14), story("version two", "en", "a", 14)
    keeping.store(of(first, herald("one")))
    keeping.store(of(other, herald("two")))
    keeping.store(of(first, herald("two")))
    assert kinds(keeping) == [[("first", "one"), ("same", "two")]]
    keeping.store(of(other, herald("two")))
    assert kinds(keeping) == [[("first", "one"), ("same", "two")]]


def test_captions_tell_where_there_is_no_text(keeping: Keeping) -> None:
    from archive.model import Image

    said = [Image(None, f"The {name} quay lies empty in the morning light before the ships arrive.") for name in "abcd"]
    for name in ("one", "two"):
        unit = article("", url=herald(name), title="In pictures", images=said)
        keeping.store(unit, images=[keeping.image("", error="no-image") for _ in said])
    assert kinds(keeping) == [[("first", "one"), ("same", "two")]]


def with_links(told: Told, url: str, *alternates: tuple[str, str]) -> Article:
    return of(told, url, alternates=alternates)


def test_translations_that_name_each_other_are_a_family(keeping: Keeping) -> None:
    english, german = story("en", "en", "a"), story("de", "de", "b")
    keeping.store(
        with_links(english, herald("en"), ("en", herald("en")), ("de", "https://de.herald.example/de?utm_source=x"))
    )
    keeping.store(with_links(german, "https://de.herald.example/de", ("en", herald("en"))))
    assert kinds(keeping) == [[("first", "en"), ("translation", "de")]]
    assert keeping.rows("SELECT language, url FROM alternates ORDER BY 1") == [
        ("de", "https://de.herald.example/de"), ("en", herald("en")),
    ]  # fmt: skip


def test_a_link_that_is_not_returned_counts_on_one_host_only(keeping: Keeping) -> None:
    told = [story(f"one {number}", language, "a") for number, language in enumerate(("en", "de", "zh"))]
    keeping.store(with_links(told[0], herald("en"), ("zh", zhbao("zh")), ("de", herald("gone"))))
    keeping.store(with_links(told[1], herald("de"), ("en", herald("en"))))
    keeping.again(OTHER_SITE)
    keeping.store(of(told[2], zhbao("zh")))
    assert kinds(keeping) == [[("first", "en"), ("translation", "de")]]


def test_a_page_that_every_article_names_is_no_translation(keeping: Keeping) -> None:
    keeping.store(of(story("hub", "de", "a"), herald("hub"), published=day_of("2024-05-01")))
    for number in range(3):
        keeping.store(with_links(story(f"spoke {number}", "en", "a"), herald(f"s{number}"), ("de", herald("hub"))))
    assert [len(family.members) for family in families(keeping.db)] in ([], [2])


def test_links_may_come_later_and_families_are_merged(keeping: Keeping) -> None:
    english, german = story("m en", "en", "a", 14), story("m de", "de", "b", 14)
    keeping.store(of(english, herald("en"), published=day_of("2024-05-01")))
    keeping.store(of(english, herald("en2"), published=day_of("2024-05-03")))
    keeping.store(of(german, herald("de"), published=day_of("2024-05-02")))
    keeping.store(of(german, herald("de2"), published=day_of("2024-05-04")))
    assert len(kinds(keeping)) == 2
    keeping.store(with_links(german, herald("de"), ("en", herald("en"))))
    keeping.store(with_links(english, herald("en"), ("de", herald("de"))))
    assert kinds(keeping) == [[("first", "en"), ("translation", "de"), ("same", "en2"), ("translation", "de2")]]
    family = family_of(keeping.db, keeping.one("SELECT id FROM articles WHERE url = ?", herald("de2")))
    assert family is not None
    assert family.first.url == herald("en")
    members = {member.url.rpartition("/")[2]: member for member in family.members}
    assert members["de2"].wording == members["de"].wording == members["de"].id
    assert members["en2"].wording == members["en"].wording == family.first.id
    assert members["de2"].day == "2024-05-04"


def test_links_that_are_no_addresses_are_left_out(keeping: Keeping) -> None:
    keeping.store(with_links(story("bad", "en", "a"), herald("en"), ("de", "http://[bad"), ("fr", "mailto:a@b")))
    assert keeping.count("alternates") == 0


def test_a_common_band_is_kept_no_more(keeping: Keeping, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kinship, "_COMMON", 5)
    for number, issue in enumerate(series("zh", 3, 12, ("a",))):
        keeping.store(of(issue, herald(f"i{number}")))
    assert max(row[0] for row in keeping.rows("SELECT count(*) FROM story_bands GROUP BY band")) <= 5


@pytest.mark.skipif(not SEED.exists(), reason="the seed's pages are not here")
def test_the_seeds_story_under_two_ids_is_a_family(keeping: Keeping) -> None:
    pages = [json.loads(line) for line in SEED.read_text(encoding="utf-8").splitlines()]
    for page in pages:
        keeping.store(article("\n\n".join(page["body"]), url=page["url"], title=page["title"]))
    assert kinds(keeping) == [[("first", "c_420291_6.htm"), ("same", "c_392860_5.htm")]]
