"""The query language: what each form means, and that what is not valid is taken as words and pointed at."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.search.language import LONGEST, MOST_TERMS, parse
from archive.search.query import All, Any, Days, Key, Near, Node, Not, Phrase, Word
from archive.search.spans import read_span


def keys(name: str, value: str) -> tuple[str, ...] | str:
    return f"no {name} {value!r} in the archive" if value == "times" else (f"{name}={value}",)


A, B, C = Word("a"), Word("b"), Word("c")
HERALD = Key(("site=herald",))
YEAR = Days("day", dt.date(2017, 1, 1), dt.date(2017, 12, 31))


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("", None), ("  !? ", None), ("a", A), ("a b", All((A, B))), ('"a b"', Phrase("a b")), ("“a b”", Phrase("a b")),
        ("a -b", All((A, Not(B)))), ("-a", Not(A)), ('a -"b c"', All((A, Not(Phrase("b c"))))), ("a NOT b", All((A, Not(B)))),
        ("a OR b", Any((A, B))), ("a b OR c", All((A, Any((B, C))))), ("a or b", All((A, Word("or"), B))),
        ("a AND b", All((A, B))), ("(a b) OR c", Any((All((A, B)), C))), ("-(a b) c", All((Not(All((A, B))), C))),
        ("harb*", Word("harb", prefix=True)), ("title:harb*", Word("harb", "title", prefix=True)), ("*", None),
        ("a near b", Near((A, B), 10)), ("a NEAR/3 b", Near((A, B), 3)), ("near(a b c, 4)", Near((A, B, C), 4)),
        ("near(a b)", Near((A, B), 10)), ('a near "b c"', Near((A, Phrase("b c")), 10)), ("nearby", Word("nearby")),
        ("title:a", Word("a", "title")), ("CAPTION:a", Word("a", "captions")), ('source:"a b"', Phrase("a b", "source")),
        ("byline:a", Word("a", "byline")), ("went-on", Word("went-on")), ("a:b", Word("a:b")), ("质量 OR 监督", Any((Word("质量"), Word("监督")))),
        ("site:herald", HERALD), ("-site:herald a", All((Not(HERALD), A))), ("a OR site:herald", Any((A, HERALD))),
        ("is:changed", Key(("is=changed",))), ("has:pdf", Key(("has=pdf",))), ("section:news/x", Key(("section=news/x",))),
        ("lang:zh", Key(("lang=zh",))),
    ],
)  # fmt: skip
def test_what_a_query_means(text: str, node: Node | None) -> None:
    query = parse(text, keys)
    assert query.node == node
    assert query.problems == ()


@pytest.mark.parametrize(
    ("text", "node", "days"),
    [
        ("date:2017", None, (YEAR,)),
        ("a date:2017", A, (YEAR,)),
        ("updated:2017..2018-02", None, (Days("updated", dt.date(2017, 1, 1), dt.date(2018, 2, 28)),)),
        ("date:2017..2018-03 a b", All((A, B)), (Days("day", dt.date(2017, 1, 1), dt.date(2018, 3, 31)),)),
    ],
)
def test_dates_stand_beside_the_words(text: str, node: Node | None, days: tuple[Days, ...]) -> None:
    query = parse(text, keys)
    assert (query.node, query.days, query.problems) == (node, days, ())


@pytest.mark.parametrize(
    ("text", "node", "start", "length", "message"),
    [
        ("OR a", All((Word("OR"), A)), 0, 2, "OR needs a word on each side; taken as a word"),
        ("a OR", All((A, Word("OR"))), 2, 2, "OR needs a word on each side; taken as a word"),
        ("a OR OR b", All((A, Any((Word("OR"), B)))), 2, 2, "OR needs a word on each side; taken as a word"),
        ("hotels near", All((Word("hotels"), Word("near"))), 7, 4, "near needs a word on each side; taken as a word"),
        ("(a b", All((A, B)), 0, 1, "the parenthesis is never closed; taken as a word"),
        ("a) b", All((A, B)), 1, 1, "there is no parenthesis to close; taken as a word"),
        ("a ha*", All((A, Word("ha*"))), 2, 3, "word* needs three letters at least; taken as a word"),
        ("a site:times", All((A, Word("site:times"))), 2, 10, "no site 'times' in the archive; taken as words"),
        (
            "date:soon", Word("date:soon"), 0, 9,
            "date: takes a year, a month, a day or a span such as 2017..2018-03; taken as words",
        ),
        ("a near site:herald", All((A, HERALD, Word("near"))), 2, 4, "near takes words and phrases alone; taken as a word"),
        (
            "a OR date:2017", A, 0, 1,
            "date: and updated: stand beside the other words, not within OR, - or parentheses",
        ),
    ],
)  # fmt: skip
def test_what_is_not_valid_is_taken_as_words(text: str, node: Node, start: int, length: int, message: str) -> None:
    query = parse(text, keys)
    assert query.node == node
    assert [(problem.start, problem.length, problem.message) for problem in query.problems] == [
        (start, length, message)
    ]


def test_a_problem_points_at_its_place() -> None:
    (problem,) = parse("a (b", keys).problems
    assert problem.pointed("a (b") == "a (b\n  ^ the parenthesis is never closed; taken as a word"
    long = "word " * 40 + "OR"
    assert parse(long, keys).problems[0].pointed(long).splitlines()[1].startswith(" " * 60 + "^^ OR needs")


def test_an_endless_query_is_cut() -> None:
    query = parse(" OR ".join(["a"] * 10_000), keys)
    assert isinstance(query.node, All | Any)
    assert {problem.message for problem in query.problems} >= {f"only the first {LONGEST:,} characters count"}
    query = parse("word " * 100, keys)
    assert isinstance(query.node, All)
    assert len(query.node.nodes) == MOST_TERMS
    assert [problem.message for problem in query.problems] == [f"only the first {MOST_TERMS} words count"]


def test_nesting_has_an_end() -> None:
    query = parse("(" * 100 + "a" + ")" * 100, keys)
    assert query.node == A
    assert query.problems[0].message == "parentheses are nested too deep"


PIECES = ["a", "b*", "OR", "AND", "NOT", "near", "near/2", "near(a b)", "(", ")", "-", '"', "title:", "title:a", "date:2017",
          "site:x", "is:", "*", "质量", " ", "  ", "\x00", "\ue000", "’", "::", "NEAR("]  # fmt: skip


@settings(max_examples=300)
@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=4), max_size=14))
def test_any_text_has_a_meaning(pieces: list[str]) -> None:
    for text in ("".join(pieces), " ".join(pieces)):
        query = parse(text, keys)
        assert all(0 <= problem.start <= len(text) for problem in query.problems)


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("2017", ("2017-01-01", "2017-12-31")), ("2018-02", ("2018-02-01", "2018-02-28")), ("2018-2-5", ("2018-02-05", "2018-02-05")),
        ("2017..2018-03", ("2017-01-01", "2018-03-31")), ("..2018", ("0001-01-01", "2018-12-31")),
        ("2018-03-05..", ("2018-03-05", "9999-12-31")), ("..", None), ("", None), ("2018-13", None), ("soon", None),
        ("2018-02-30", None), ("0000", None), ("2017..soon", None), ("2017...2018", None),
    ],
)  # fmt: skip
def test_spans_of_days(text: str, span: tuple[str, str] | None) -> None:
    found = read_span(text)
    assert (found and (found[0].isoformat(), found[1].isoformat())) == span
