"""Mutated pages: no exception, no page over two seconds or 300 MB, and an article that is whole in itself.

A seeded sample by default; NEWSARCHIVE_SOAK=1 makes it ten thousand pages, half of them the corpus's where it is there.
"""

import os
from pathlib import Path

import pytest

from archive.model import Article, Image
from tests.crawler.parsers.mutation_checks import complaints
from tests.crawler.parsers.mutation_trial import MOST_MEGABYTES, MOST_SECONDS, Outcome, Reader, told, trial
from tests.crawler.parsers.mutations import Mutant, mutant

SOAK = os.environ.get("NEWSARCHIVE_SOAK") == "1"
PAGES, PARTS = (10_000, 100) if SOAK else (120, 4)


@pytest.mark.parametrize("part", range(PARTS))
def test_mutated_pages(part: int, tmp_path: Path) -> None:
    seeds = range(part * PAGES // PARTS, (part + 1) * PAGES // PARTS)
    failed = [outcome for outcome in trial(seeds, tmp_path, with_corpus=SOAK) if outcome.failures]
    assert not failed, "\n".join(told(outcome, tmp_path, with_corpus=SOAK) for outcome in failed)


def page(body: bytes) -> Mutant:
    return Mutant(1, ("by hand",), body, "http://a.example/", None, with_site=False, explain=False, as_listing=False)


def test_a_seed_gives_the_same_page_every_time() -> None:
    assert [mutant(seed) for seed in range(20)] == [mutant(seed) for seed in range(20)]
    assert len({mutant(seed).body for seed in range(60)}) > 50


def test_the_time_and_memory_of_a_page_are_its_own() -> None:
    with Reader() as reader:
        small, large, again = (reader.read(page(body)) for body in (b"<p>a", b"<p>a" * 500_000, b"<p>a"))
    assert small.failures == again.failures == ()
    assert large.megabytes > small.megabytes + 50
    assert large.seconds > 10 * small.seconds
    assert abs(again.megabytes - small.megabytes) < 30


def test_what_breaks_a_limit_is_a_failure() -> None:
    assert Outcome(1, MOST_SECONDS, MOST_MEGABYTES).failures == ()
    assert len(Outcome(1, MOST_SECONDS + 1, MOST_MEGABYTES + 1, ("no exception",)).failures) == 3


@pytest.mark.parametrize(
    ("article", "complaint"),
    [
        (Article("u"), None),
        (Article("u", title="A\x85quay", rules={"title": "x"}), "control character in title"),
        (Article("u", title="A quay"), "no rule for title"),
        (Article("u", body="a", body_html="<p>b</p>", markdown="a", rules={"body": "x"}), "body and body_html"),
        (Article("u", body="a", body_html="<p>a</p>", markdown="b", rules={"body": "x"}), "markdown and body_html"),
        (Article("u", body="a", body_html="<p>a<script>b</script></p>", rules={"body": "x"}), "element in body_html"),
        (Article("u", body="a", body_html="<p onclick='b'>a</p>", rules={"body": "x"}), "attribute in body_html"),
        (Article("u", body="a", body_html="<a href='data:,'>a</a>", rules={"body": "x"}), "address in body_html"),
        (Article("u", images=(Image("i.jpg"),), rules={"images": "x"}), "image is no address"),
        (Article("u", images=(Image("http://[x"),), rules={"images": "x"}), "image is no address"),
        (Article("u", images=(Image(None, "c", position=2),), rules={"images": "x"}), "positions"),
        (Article("u", canonical_url="javascript:a"), "canonical is no address"),
        (Article("u", confidence=1.1), "confidence"),
        (Article("u", byline=("\ud800",), rules={"byline": "x"}), "half a character"),
    ],
)
def test_the_trial_sees_what_is_wrong(article: Article, complaint: str | None) -> None:
    found = list(complaints(article))
    assert not found if complaint is None else any(complaint in said for said in found), found
