"""Answers: forms of words, ranking, counts, facets, samples, suggestions; each beside the plain truth."""

import datetime as dt
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlite_utils import Database

from archive.search import Filters, ask, asking, count, counting, facets, matching, ranking, running, search, select
from archive.search.vocabulary import STEMMERS, Vocabulary
from archive.words import count_words, count_words_if_due, last_counted
from tests.archive.search.library import DAY, Told, library

ALL = Filters()
COMMON = "harbour quay pier ferry crane storm".split()


def invented(number: int) -> list[Told]:
    """Articles of three years, two sites, three sections; `the` is in all, `harbour` in half of them, `storm` in few."""
    chance = random.Random(2)
    made = []
    for index in range(number):
        words = ["the"] * 3 + [
            word
            for rank, word in enumerate(COMMON)
            for _ in range(chance.choice((0, rank % 3, 1)))
            if chance.random() < 1 / (rank + 1.5)
        ]
        words += [f"w{chance.randrange(400)}" for _ in range(12)]
        chance.shuffle(words)
        title = "Harbour news" if chance.random() < 0.05 else f"News {index}"
        made.append(
            Told(
                " ".join(words), title, DAY + dt.timedelta(days=index * 1000 // number), site=chance.choice(("herald", "herald", "times")),
                sections=(("news", "culture", "sport")[index % 7 % 3],), source=("Agency", None)[index % 2],
                language=("en", "de")[index % 5 == 0], caption="A ship" if index % 4 == 0 else None,
                state="gone" if index % 50 == 0 else "live", marks=("image",) if index % 4 == 0 else (),
            )
        )  # fmt: skip
    return made


@pytest.fixture(scope="module")
def told() -> list[Told]:
    return invented(900)


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory, told: list[Told]) -> Iterator[Database]:
    made = library(tmp_path_factory.mktemp("asking") / "archive.db", told)
    yield made
    made.close()


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nine hundred articles be as many as a million are."""
    monkeypatch.setattr(ranking, "FULL", 20)
    monkeypatch.setattr(ranking, "NEWEST", 30)
    monkeypatch.setattr(counting, "EXACT", 60)
    monkeypatch.setattr(counting, "PHRASES", 60)
    monkeypatch.setattr(counting, "WORDS", 50)
    monkeypatch.setattr(counting, "SAMPLED", 200)
    monkeypatch.setattr(facets, "EXACT", 100)
    monkeypatch.setattr(facets, "SAMPLE", 150)
    monkeypatch.setattr(matching, "_FEW", 100)


def has(told: Told, *words: str) -> bool:
    return all(word in f"{told.title} {told.body}".lower().split() for word in words)


@pytest.mark.parametrize("words", ["harbour", "the", "harbour quay", "storm", "harbour storm ferry"])
@pytest.mark.parametrize("sort", ["relevance", "newest"])
def test_what_is_found_is_the_truth(db: Database, told: list[Told], words: str, sort: asking.Sort) -> None:
    wanted = sum(has(each, *words.split()) for each in told)
    assert count(db, words) == len(select(db, words)) == len(search(db, words, sort=sort, limit=1_000)) == wanted


@pytest.mark.parametrize("words", ["harbour", "quay", '"the the"', "harbour OR quay", "title:harbour"])
def test_what_stands_in_for_a_large_match(db: Database, words: str, request: pytest.FixtureRequest) -> None:
    """The newest and those with the words in their titles: their scores come near the best of all."""
    best = [hit.score or 0 for hit in ask(db, words).hits]
    request.getfixturevalue("large")
    found = [hit.score or 0 for hit in ask(db, words).hits]
    assert len(found) == 20
    assert found == sorted(found)
    assert sum(found) <= 0.6 * sum(best)


def test_scores_of_our_own_are_those_of_fts5(db: Database) -> None:
    for words in ("harbour", '"the the"', "storm quay"):
        run = asking._Asking(db, words, ALL, running.Clock(None)).run(widen=False)
        assert run is not None
        by_sqlite = dict(ranking._scored_by_sqlite(run, None, 900))
        assert run.expression is not None
        here = dict(ranking._scored_here(run, list(by_sqlite)[:50], 900))
        assert len(here) == min(50, len(by_sqlite)) > 20
        if '"' not in words:
            assert all(here[each] == pytest.approx(by_sqlite[each], rel=1e-6) for each in here)


@pytest.mark.usefixtures("large")
def test_an_estimate_says_what_it_was_made_of(db: Database, told: list[Told]) -> None:
    answer = ask(db, "harbour quay")
    truth = sum(has(each, "harbour", "quay") for each in told)
    assert answer.total.sample is not None
    assert str(answer.total).startswith("about ")
    assert abs(answer.total.number - truth) < 0.5 * truth
    assert any(note.startswith("ranked among the newest 30 of about ") for note in answer.notes)
    assert "counted in " in answer.total.sample


@pytest.mark.usefixtures("large")
def test_a_word_that_is_everywhere_is_left_out(db: Database, told: list[Told]) -> None:
    answer = ask(db, "the storm")
    assert answer.notes[0] == "'the' is in more than a third of all articles and was left out"
    assert answer.total.number == sum(has(each, "storm") for each in told)
    assert len(select(db, "the storm")) == sum(has(each, "storm", "the") for each in told)
    assert ask(db, "the").notes[:1] != answer.notes[:1]


def truth_of(told: list[Told], word: str) -> dict[str, Counter[str]]:
    hits = [each for each in told if has(each, word)]
    return {
        "site": Counter(each.site for each in hits),
        "section": Counter(f"{each.site}/{each.sections[0]}" for each in hits),
        "lang": Counter(each.language for each in hits),
        "state": Counter(each.state for each in hits),
        "has": Counter("image" for each in hits if "image" in each.marks),
        "is": Counter[str](),
        "source": Counter(each.source for each in hits if each.source),
        "year": Counter(str(each.day.year) for each in hits),
        "months": Counter(f"{each.day:%Y-%m}" for each in hits),
    }


@pytest.mark.parametrize("word", ["harbour", "the", "storm", "w7"])
def test_facets_are_the_truth(db: Database, told: list[Told], word: str) -> None:
    found = ask(db, word, facets=True).facets
    assert found is not None
    assert found.sample is None
    said = {name: {k: v for k, v in dict(values).items() if v} for name, values in found.values.items()}
    months = {month: number for month, number in found.months if number}
    assert said | {"months": months} == {name: dict(values) for name, values in truth_of(told, word).items()}


def test_facets_of_everything(db: Database, told: list[Told]) -> None:
    found = ask(db, "", facets=True).facets
    assert found is not None
    assert dict(found.values["site"]) == dict(Counter(each.site for each in told))
    assert sum(number for _, number in found.months) == len(told)


@pytest.mark.usefixtures("large")
def test_facets_of_a_large_match_are_estimates_but_months_are_not(db: Database, told: list[Told]) -> None:
    found = ask(db, "the", facets=True).facets
    assert found is not None
    truth = truth_of(told, "the")
    assert found.sample is not None
    assert found.sample.startswith("one hit in ")
    assert {month: number for month, number in found.months if number} == dict(truth["months"])
    assert all(abs(number - truth["site"][site]) < 0.4 * truth["site"][site] for site, number in found.values["site"])


@pytest.mark.usefixtures("large")
def test_facets_of_nearly_all_articles(db: Database, told: list[Told], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facets, "WIDE", 300)
    monkeypatch.setattr(facets, "PLACES", 200)
    found = ask(db, "the", facets=True).facets
    assert found is not None
    assert found.months_are_estimates
    truth = truth_of(told, "the")
    assert all(abs(number - truth["months"][month]) <= 4 for month, number in found.months)
    assert all(abs(number - truth["site"][site]) < 0.4 * truth["site"][site] for site, number in found.values["site"])


@pytest.mark.usefixtures("large")
def test_who_makes_facets_counts_better(db: Database, told: list[Told], monkeypatch: pytest.MonkeyPatch) -> None:
    truth = sum(has(each, "harbour", "quay") for each in told)
    assert not ask(db, "harbour quay").total.is_exact
    assert ask(db, "harbour quay", facets=True).total == counting.Total(truth)
    monkeypatch.setattr(facets, "COSTLIEST", 50)
    answer = ask(db, "harbour quay", facets=True)
    assert answer.total.sample is not None
    assert answer.total.sample.startswith("counted in the hits within ")
    assert answer.total.number == pytest.approx(truth, rel=0.25)
    assert answer.facets is not None
    assert sum(number for _, number in answer.facets.values["state"]) == pytest.approx(answer.total.number, abs=3)


@pytest.mark.parametrize("sort", ["relevance", "newest"])
@pytest.mark.parametrize("words", ["harbour", '"the the"', "harb*", ""])
def test_hits_can_be_had_by_their_places(db: Database, words: str, sort: asking.Sort) -> None:
    whole = ask(db, words, sort=sort, limit=60)
    parts = [ask(db, words, sort=sort, limit=range(start, start + 20)) for start in (0, 20, 40)]
    assert tuple(hit for part in parts for hit in part.hits) == whole.hits
    assert {part.total for part in parts} == {whole.total}
    behind = ask(db, words, sort=sort, limit=range(900, 920))
    assert (behind.hits, behind.total) == ((), whole.total)


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("harbour -quay", lambda t: has(t, "harbour") and not has(t, "quay")),
        ("-harbour", lambda t: not has(t, "harbour")),
        ("storm OR ferry", lambda t: has(t, "storm") or has(t, "ferry")),
        ("title:harbour", lambda t: "harbour" in t.title.lower()),
        ("site:times", lambda t: t.site == "times"),
        ("section:sport", lambda t: t.sections == ("sport",)),
        ("section:times/sport", lambda t: (t.site, *t.sections) == ("times", "sport")),
        ("lang:de harbour", lambda t: t.language == "de" and has(t, "harbour")),
        ("is:gone", lambda t: t.state == "gone"),
        ("is:live", lambda t: t.state == "live"),
        ("has:image -is:gone", lambda t: "image" in t.marks and t.state == "live"),
        ("is:changed", lambda _: False),
        ("has:pdf", lambda _: False),
        ("date:2021", lambda t: t.day.year == 2021),
        ("date:2020-11..2021-02 harbour", lambda t: "2020-11" <= f"{t.day:%Y-%m}" <= "2021-02" and has(t, "harbour")),
        ("updated:2022 harbour", lambda t: t.day.year == 2022 and has(t, "harbour")),
        ("updated:2022 date:2021", lambda _: False),
        ("source:agency", lambda t: t.source == "Agency"),
        ("caption:ship", lambda t: t.caption is not None),
        ("stor*", lambda t: has(t, "storm")),
        ("harbour (storm OR ferry)", lambda t: has(t, "harbour") and (has(t, "storm") or has(t, "ferry"))),
    ],
)  # fmt: skip
def test_the_query_language_on_an_archive(db: Database, told: list[Told], text: str, holds: object) -> None:
    ids = [row[0] for row in db.conn.execute("SELECT id FROM articles ORDER BY id")]
    assert select(db, text) == [each for each, one in zip(ids, told, strict=True) if holds(one)]  # type: ignore[operator]
    assert count(db, text) == len(select(db, text))


FORMS = [
    ("en", "inspection", "inspections inspected inspect", "spectacle"), ("de", "Häuser", "Haus Hauses", "Hausmeister"),
    ("fr", "élections", "élection", "électrique"), ("es", "puertos", "puerto", "puente"), ("it", "notizie", "notizia", "notte"),
    ("pt", "portos", "porto", "prato"), ("nl", "kranten", "krant", "kracht"), ("sv", "hamnarna", "hamn hamnen", "hamra"),
    ("ru", "новости", "новость новостей", "новый"), ("pl", "wybory", "wyborach", "wysoki"), ("cs", "přístavy", "přístav přístavu", "přítel"),
    ("tr", "haberler", "haber", "habitat"), ("el", "λιμάνια", "λιμάνι", "λίμνη"), ("ar", "الميناء", "ميناء", "مدينة"),
    ("hi", "समाचारों", "समाचार", "समान"), ("id", "pelabuhan", "pelabuhan pelabuhannya", "pelaut"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "typed", "forms", "other"), FORMS, ids=[row[0] for row in FORMS])
def test_the_stemming_table(tmp_path: Path, language: str, typed: str, forms: str, other: str) -> None:
    """Other forms of a word are found, after the word as it was typed; other words are not."""
    told = [Told(f"x {form} y", language=language) for form in [*forms.split(), other, typed]]
    db = library(tmp_path / "archive.db", told)
    hits = search(db, typed)
    assert hits[0].exact
    assert {hit.snippet.replace("\x02", "").replace("\x03", "") for hit in hits} == {
        each.body for each in told if other not in each.body
    }
    assert {hit.exact for hit in search(db, f'"{typed}"')} == {True}
    db.close()


def test_what_is_left_out_is_left_out_as_it_was_typed(tmp_path: Path) -> None:
    db = library(tmp_path / "archive.db", [Told("quay harbour"), Told("quay harbours"), Told("quay ferry")])
    answer = ask(db, "quay -harbours")
    assert (answer.total.number, {hit.snippet for hit in answer.hits}) == (
        2,
        {"\x02quay\x03 harbour", "\x02quay\x03 ferry"},
    )
    db.close()


def test_every_stemmer_is_one_of_snowball(db: Database) -> None:
    import Stemmer

    assert set(STEMMERS.values()) <= set(Stemmer.algorithms())
    assert Vocabulary(db).languages == ("en", "de")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("harbuor", "harbour"), ("harbor", "harbour"), ("stomr quay", "storm quay"), ("crnae", "crane")],
)
def test_a_misspelt_word_has_a_suggestion(db: Database, typed: str, meant: str) -> None:
    answer = ask(db, typed)
    assert (answer.total.number, answer.suggestion) == (0, meant)


def test_nothing_is_suggested_where_nothing_is_near(db: Database) -> None:
    assert ask(db, "zzzzzz qqqqqq").suggestion is None


def test_problems_come_beside_the_answer(db: Database) -> None:
    answer = ask(db, "harbour OR")
    assert [problem.message for problem in answer.problems] == ["OR needs a word on each side; taken as a word"]
    assert answer.as_dict()["problems"] == [
        {"start": 8, "length": 2, "message": "OR needs a word on each side; taken as a word"}
    ]


def test_words_are_counted_again_when_the_archive_has_changed_by_a_tenth(tmp_path: Path) -> None:
    db = library(tmp_path / "archive.db", [Told(f"harbour w{index}") for index in range(20)], counted=False)
    assert last_counted(db) is None
    assert count(db, "harbour") == 20
    assert count_words_if_due(db) is not None
    assert count_words_if_due(db) is None
    counted = last_counted(db)
    assert counted is not None
    assert (counted.articles, len(counted.cuts)) == (20, 20)
    assert db.conn.execute("SELECT docs, times FROM search_words WHERE word = 'harbour'").fetchone() == (20, 20)
    assert Vocabulary(db).is_fresh
    db.conn.execute("DELETE FROM articles WHERE id IN (SELECT id FROM articles LIMIT 3)")
    assert not Vocabulary(db).is_fresh
    assert count(db, "harbour") == 17
    assert count_words_if_due(db) is not None
    assert count_words(db) > 17
    db.close()


def test_fresh_articles_come_a_little_sooner(tmp_path: Path) -> None:
    db = library(
        tmp_path / "archive.db", [Told("harbour quay", day=DAY.replace(year=year)) for year in (1999, 2019, 2004)]
    )
    assert [hit.day for hit in search(db, "harbour")] == ["2019-01-01", "2004-01-01", "1999-01-01"]
    db.close()
