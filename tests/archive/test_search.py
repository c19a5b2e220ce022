import datetime as dt
from collections.abc import Iterator

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from archive.errors import NotFoundError
from archive.model import Entry, Image, Stamp
from archive.search import Filters, count, fts_query, search
from tests.archive.keeping import OTHER_SITE, Keeping, article, day_of

BASE = "https://herald.example"
ALL = Filters()
TEXT = "{body title captions source byline search_extra}"
CHINESE = "宁波市镇海区质量技术监督局今天发布公告。记者用iPhone手机拍下了照片。"


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Keeping]:
    """An archive of two sites, sections, scripts, and an article whose day has moved; nothing is written after."""
    keeping = Keeping(tmp_path_factory.mktemp("search"))
    fill(keeping)
    yield keeping
    keeping.close()


def fill(keeping: Keeping) -> None:
    keeping.listing(Entry(f"{BASE}/1"), Entry(f"{BASE}/2"), Entry(f"{BASE}/3"))
    keeping.listing(Entry(f"{BASE}/2"), section="culture")
    quay = article(
        "The harbour is quiet. Quality supervision went on board.", url=f"{BASE}/1", title="Quay", byline=("Jane Doe",)
    )
    keeping.store(quay)
    keeping.store(
        article(
            "Supervision of quality, said the café.", url=f"{BASE}/2", title="Harbour harbour", source="Herald Agency",
            updated=day_of("2024-05-01"),
        )
    )  # fmt: skip
    gull = Image(f"{BASE}/p.png", "A gull over the pier.", "Photo: Roe")
    keeping.store(
        article("Text.", url=f"{BASE}/3", title="Moved", images=[gull]), images=[keeping.image(f"{BASE}/p.png")]
    )
    keeping.store(
        article("Text.", url=f"{BASE}/3", title="Moved", images=[gull], updated=day_of("2024-06-10")),
        images=[keeping.image(f"{BASE}/p.png")],
    )
    keeping.store(article("Undated harbour.", url=f"{BASE}/4", title=None, updated=Stamp("soon", reason="unreadable")))
    keeping.again(OTHER_SITE)
    keeping.listing(Entry("https://zhbao.example/1"))
    keeping.store(
        article(
            CHINESE,
            url="https://zhbao.example/1",
            title="质量公告",
            language="zh",
            source="新华社",
            updated=day_of("2024-04-01"),
        )
    )


def found(keeping: Keeping, text: str, filters: Filters = ALL, **more: object) -> list[str]:
    hits = search(keeping.db, text, filters, **more)  # type: ignore[arg-type]
    if "limit" not in more:
        assert count(keeping.db, text, filters) == len(hits)
    return [hit.url.rpartition("/")[2] + ("z" if hit.site == "zhbao" else "") for hit in hits]


@pytest.mark.parametrize(
    ("text", "urls"),
    [
        ("quiet", {"1"}),
        ("QUIET", {"1"}),
        ("quality supervision", {"1", "2"}),
        ('"quality supervision"', {"1"}),
        ('"quality supervision', {"1"}),
        ('"supervision quality"', set()),
        ("quality AND supervision", {"1", "2"}),
        ("quality OR", set()),
        ("cafe", {"2"}),
        ("café", {"2"}),
        ("doe", {"1"}),
        ("herald", {"2"}),
        ("gull", {"3"}),
        ("roe", {"3"}),
        ("quay harbour", {"1"}),
        ("harb*", {"1", "2", "4"}),
        ("harbour -quiet", {"2", "4"}),
        ("title:quay", {"1"}),
        ("went-on", {"1"}),
        ("quality, supervision!", {"1", "2"}),
        ("absent", set()),
        ("!!! ---", set()),
        ('""', set()),
        ("* quiet *", {"1"}),
        ("质量", {"1z"}),
        ("监督", {"1z"}),
        ("技术监督局", {"1z"}),
        ("量质", set()),
        ("质量 公告", {"1z"}),
        ('"质量公告"', {"1z"}),
        ("iphone手机", {"1z"}),
        ("手机iphone", set()),
        ("iPhone", {"1z"}),
        ('"用iPhone手机拍"', {"1z"}),
        ("照", {"1z"}),
        ("质量 harbour", set()),
        ("质 量", {"1z"}),
    ],
)
def test_what_is_found(full: Keeping, text: str, urls: set[str]) -> None:
    assert set(found(full, text)) == urls


def test_chinese_sources_and_bylines_are_found(full: Keeping) -> None:
    """`newsarchive search --help`: titles, text, captions, sources and bylines; Chinese, Japanese and Korean too."""
    assert found(full, "新华社") == ["1z"]


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("", '"\ue000nothing"'),
        ("...", '"\ue000nothing"'),
        ("a b", '("a") AND ("b")'),
        ('"a b', '"a b"'),
        ("质量", 'search_extra : "质 量"'),
        ("質量", 'search_extra : "质 量"'),
        ("\ue000c1", '"c1"'),
        ("title:Straße", '(title : "strasse" OR search_extra : "\ue002strasse")'),
        ("-a", '((keys : ("\ue000tlive" OR "\ue000tgone"))) NOT (("a"))'),
        ("a OR b", '("a") OR ("b")'),
        ("a near/3 b", 'NEAR("a" "b", 3)'),
    ],
)
def test_the_expression(plain: Database, text: str, expression: str) -> None:
    assert fts_query(plain, text) == expression


def test_an_endless_query_is_cut(plain: Database) -> None:
    assert fts_query(plain, "word " * 10_000).count(" AND ") == 63


@pytest.fixture(scope="module")
def plain(full: Keeping) -> Database:
    return full.db


SIGNS = r"""" "" ' AND OR NOT NEAR NEAR( , NEAR(a - * ^ + ( ) [ ] { } : \ ; -- /* % keys 质量 中a harbour ² १ ﬀ İ"""
STRANGE = "\x00 \x02 \x03 \ud800 \udfff \ue000 \ue000c1 \uf8ff \U0010ffff \ufffe \u0301 \u200d"
ODD = st.sampled_from([*SIGNS.split(" "), *STRANGE.split(" "), " ", "\n", "\u2028"])


ENDLESS = ["word " * 64 + "中", "harbour " * 64 + "中", "中" * 5000, "a" * 100_000, '"' * 999]


# So many times 10 texts: most of the time of a single one would be Hypothesis's own.
@settings(max_examples=60)
@given(st.lists(st.lists(ODD, max_size=9).map("".join) | st.text(max_size=20), min_size=10, max_size=10))
@example(ENDLESS)
def test_any_text_is_a_query(plain: Database, texts: list[str]) -> None:
    for text in texts:
        hits = search(plain, text)
        assert len(hits) == count(plain, text)
        assert all(isinstance(hit.snippet, str) for hit in hits)
        assert fts_query(plain, text) != '"\ue000nothing"' or not text.strip() or not hits


@settings(max_examples=60)
@given(st.lists(ODD, max_size=5).map(" ".join), st.dates() | st.none(), st.dates() | st.none())
def test_any_text_with_filters(plain: Database, text: str, since: dt.date | None, until: dt.date | None) -> None:
    filters = Filters("herald", "news", since, until)
    for sort in ("relevance", "newest"):
        assert len(search(plain, text, filters, sort=sort, limit=99)) == count(plain, text, filters)


def test_an_empty_query_is_all_newest_first(full: Keeping) -> None:
    assert found(full, "") == ["4", "3", "1", "2", "1z"]
    assert found(full, " \n", limit=2) == ["4", "3"]
    hits = search(full.db, "")
    assert [hit.score for hit in hits] == [None] * 5
    assert hits[1].snippet == "Text."


@pytest.mark.parametrize(
    ("filters", "urls"),
    [
        (Filters(site="herald"), ["4", "3", "1", "2"]),
        (Filters(site="zhbao"), ["1z"]),
        (Filters(section="news"), ["3", "1", "2", "1z"]),
        (Filters(site="herald", section="news"), ["3", "1", "2"]),
        (Filters(section="culture"), ["2"]),
        (Filters(since=dt.date(2024, 5, 2)), ["3", "1"]),
        (Filters(since=dt.date(2024, 5, 1), until=dt.date(2024, 5, 1)), ["2"]),
        (Filters(since=dt.date(2024, 5, 2), until=dt.date(2024, 5, 3)), ["1"]),
        (Filters(since=dt.date(2024, 6, 10), until=dt.date(2024, 6, 10)), ["3"]),
        (Filters(until=dt.date(2024, 4, 30)), ["1z"]),
        (Filters(until=dt.date.max), ["3", "1", "2", "1z"]),
        (Filters(since=dt.date.min), ["3", "1", "2", "1z"]),
        (Filters(since=dt.date(2024, 6, 1), until=dt.date(2024, 5, 1)), []),
        (Filters("herald", "news", dt.date(2024, 5, 2), dt.date(2024, 6, 30)), ["3", "1"]),
    ],
)
def test_filters_without_a_query(full: Keeping, filters: Filters, urls: list[str]) -> None:
    assert found(full, "", filters) == urls


@pytest.mark.parametrize(
    ("text", "filters", "urls"),
    [
        ("harbour", Filters(site="herald"), ["4", "1", "2"]),
        ("harbour", Filters(site="zhbao"), []),
        ("harbour", Filters(section="culture"), ["2"]),
        ("harbour", Filters(since=dt.date(2024, 5, 2)), ["1"]),
        ("text", Filters(since=dt.date(2024, 6, 10)), ["3"]),
        ("text", Filters(until=dt.date(2024, 6, 9)), []),
        ("质量", Filters("zhbao", "news", dt.date(2024, 4, 1), dt.date(2024, 4, 1)), ["1z"]),
        ("质量", Filters("herald"), []),
    ],
)
def test_filters_with_a_query(full: Keeping, text: str, filters: Filters, urls: list[str]) -> None:
    assert found(full, text, filters, sort="newest") == urls
    assert sorted(found(full, text, filters)) == sorted(urls)


def test_a_title_counts_for_more_and_newest_is_by_id(full: Keeping) -> None:
    assert found(full, "harbour")[0] == "2"
    hits = search(full.db, "harbour")
    scores = [hit.score for hit in hits if hit.score is not None]
    assert len(scores) == 3
    assert scores == sorted(scores)
    assert found(full, "harbour", sort="newest") == ["4", "1", "2"]
    assert [hit.score for hit in search(full.db, "harbour", sort="newest")] == [None] * 3
    assert found(full, "harbour", limit=1) == ["2"]


def test_a_site_or_section_that_is_not_there_is_named(full: Keeping) -> None:
    for run in (search, count):
        with pytest.raises(NotFoundError) as caught:
            run(full.db, "harbour", Filters(site="times"))
        assert str(caught.value) == "no site 'times' in the archive; it has: herald, zhbao"
        with pytest.raises(NotFoundError) as caught:
            run(full.db, "", Filters(section="sport"))
        assert str(caught.value) == "no section 'sport' in the archive; it has: culture, news"
        with pytest.raises(NotFoundError, match=r"^no section 'culture' in the archive; it has: "):
            run(full.db, "", Filters(site="zhbao", section="culture"))


def test_the_sections_named_are_those_of_the_site_that_was_asked_for(full: Keeping) -> None:
    with pytest.raises(NotFoundError) as caught:
        search(full.db, "", Filters(site="zhbao", section="culture"))
    assert "it has: culture" not in str(caught.value)


def test_an_empty_archive_has_none_yet(keeping: Keeping) -> None:
    keeping.db.conn.execute("DELETE FROM sections")
    with pytest.raises(NotFoundError, match=r"^no section 'news' in the archive; it has: none yet$"):
        search(keeping.db, "", Filters(section="news"))
    keeping.db.conn.execute("DELETE FROM runs")
    keeping.db.conn.execute("DELETE FROM sites")
    with pytest.raises(NotFoundError, match=r"^no site 'herald' in the archive; it has: none yet$"):
        search(keeping.db, "", Filters(site="herald"))
    assert search(keeping.db, "") == search(keeping.db, "x") == []
    assert count(keeping.db, "") == count(keeping.db, "x") == 0


@pytest.mark.parametrize(
    ("text", "snippet"),
    [
        ("quiet", "The harbour is \x02quiet\x03. Quality supervision went on board."),
        ('"quality supervision"', "The harbour is quiet. \x02Quality supervision\x03 went on board."),
        ("gull", "Text."),
        ("监督", "技术\x02监督\x03局"),
        ("iPhone手机", "\x02iPhone手机\x03拍下了照片"),
    ],
)
def test_highlights(full: Keeping, text: str, snippet: str) -> None:
    (hit,) = search(full.db, text)
    assert snippet in hit.snippet


def test_a_hit_for_json(full: Keeping) -> None:
    (hit,) = search(full.db, "quiet")
    row = full.record("articles", url=f"{BASE}/1")
    said = hit.as_dict()
    assert said.pop("score") == hit.score
    assert said == {
        "id": row["id"], "key": row["key"], "site": "herald", "url": f"{BASE}/1", "title": "Quay", "day": "2024-05-02",
        "updated": "2024-05-02", "source": None, "exact": True,
        "snippet": "The harbour is **quiet**. Quality supervision went on board.",
    }  # fmt: skip


def test_a_user_cannot_match_filter_keys(full: Keeping) -> None:
    for key in full.one("SELECT keys FROM articles WHERE url = ?", f"{BASE}/1").split():
        assert full.found(key) != []
        for text in (key, f'"{key}"', f"keys:{key}", key.replace("\ue000", ""), key + "*"):
            assert found(full, text) == []


def test_a_phrase_with_folded_letters_goes_on_over_the_end_of_a_line(keeping: Keeping) -> None:
    keeping.store(article("Einschließlich Korrekturen für:\nTastaturkürzel und mehr.\n\nNoch ein Absatz."))
    assert len(search(keeping.db, '"Einschließlich Korrekturen für Tastaturkürzel"')) == 1
    assert len(search(keeping.db, '"einschliesslich Korrekturen"')) == 1
    assert search(keeping.db, '"Tastaturkürzel für"') == []


def test_a_phrase_of_two_scripts_goes_on_over_the_end_of_a_line(keeping: Keeping) -> None:
    keeping.store(article("Vielen Dank an alle:\n二手工程师 (hi-rustin)\nBrian Bowman\n\nNoch ein Absatz."))
    assert len(search(keeping.db, '"alle 二手工程师 (hi-rustin) Brian Bowman"')) == 1
    assert len(search(keeping.db, '"二手工程师 (hi-rustin) Brian"')) == 1
    assert len(search(keeping.db, '"手工程师 (hi-rustin)"')) == 1
    assert search(keeping.db, '"Brian 二手工程师"') == []


@pytest.mark.parametrize("text", ["Backend Aspirations (🛠️, 👩‍💻) Ease", "We 🦀 ship 🥳 today", "5 ₿ for a 🫠melt"])
def test_a_phrase_with_signs_that_the_tokenizer_takes_for_letters_is_found(keeping: Keeping, text: str) -> None:
    keeping.store(article(f"It begins. {text} and ends."))
    assert len(search(keeping.db, f'"{text}"')) == 1
    assert len(search(keeping.db, f'"{text} and ends"')) == 1
