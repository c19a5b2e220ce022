"""Any text is answered, within a second, and never by an exception."""

import os
import random
import time
from collections.abc import Iterator

import pytest
from sqlite_utils import Database

from archive.search import Answer, ask
from archive.search.asking import BUDGET
from tests.archive.search.library import Told, library

SOAK = bool(os.environ.get("NEWSARCHIVE_SOAK"))
NUMBER = 100_000 if SOAK else 600
WORDS = "the of and harbour harbours quay wall pier 质量 监督 กัน हिन्दी café straße a b 1 2024".split()
SIGNS = ["OR", "AND", "NOT", "-", "(", ")", '"', "*", "near", "NEAR/3", "near(", ",", ":", "title:", "site:herald", "date:2017",
         "date:..", "updated:2020..", "is:gone", "is:", "has:image", "{", "}", "^", "+", ";", "--", "\\", "'", "%", "_", "\x00",
         "\x02", "\ud800", "\ue000", "\ue001", "\U0010ffff", "\u0301", "\u200d", "\u2028", "İ", "ﬁ", "²", "١", "keys:", "rowid"]  # fmt: skip
HOSTILE = [
    '"the the the the"', " OR ".join(["the"] * 10_000), " OR ".join(f"w{i}" for i in range(10_000)), "a* b* c*", "the*", "(" * 5_000,
    ")" * 5_000, '"' * 5_001, "-" * 5_000, "-the -of", "NEAR(" * 500, "title:" * 900, "中" * 5_000, "a" * 100_000, "\x00" * 99,
    "near " * 700, "OR " * 3_000, "a OR " * 3_000, "NOT " * 2_000, "the near/999 of", "x" * 63 + "*", "'; DROP TABLE articles; --",
    '{body} : "x"', "date:9999-12-31..0001", "date:2017 " * 100, "site:" + "x" * 1_000, "(a OR (b OR (c OR (-d))))",
]  # fmt: skip


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    chance = random.Random(3)
    told = [
        Told(" ".join(chance.choices(WORDS, k=40)), title=" ".join(chance.choices(WORDS, k=4)), language="en")
        for _ in range(300)
    ]
    made = library(tmp_path_factory.mktemp("hostile") / "archive.db", told)
    yield made
    made.close()


def asked(db: Database, text: str, chance: random.Random) -> Answer:
    begun = time.thread_time()
    answer = ask(db, text, sort=chance.choice(("relevance", "newest")), facets=chance.random() < 0.1)
    assert time.thread_time() - begun < BUDGET, text[:100]
    assert answer.total.number >= len(answer.hits) or not answer.total.is_exact
    return answer


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_queries(db: Database, text: str) -> None:
    asked(db, text, random.Random(1))


def test_random_queries(db: Database) -> None:
    chance = random.Random(NUMBER)
    for _ in range(NUMBER):
        pieces = chance.choices(WORDS + SIGNS, k=chance.randint(1, 12))
        asked(db, chance.choice(("", " ", " ")).join(pieces), chance)


def test_the_budget_stops_a_query_and_says_so(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    from archive.search import asking

    monkeypatch.setattr(asking, "BUDGET", 0.0)
    answer = ask(db, "harbour OR the", facets=True)
    assert answer.notes[-1] == (
        "stopped after 0 s: not all of the archive was searched; ask for more words, or fewer days"
    )
    assert not answer.total.is_exact
    # The connection is as it was: nothing interrupts what comes next.
    assert db.conn.execute("SELECT count(*) FROM articles a, articles b").fetchone() == (90_000,)
