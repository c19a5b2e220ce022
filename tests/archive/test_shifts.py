"""The test behind every problem: silent on sites that stay as they are, however they are, and loud where one breaks."""

import math
import os
import random
from collections.abc import Callable, Iterator

import pytest

from archive.shifts import (
    FEWEST_NEW,
    FIELDS,
    Block,
    Counts,
    Measure,
    find_shifts,
    is_well_again,
    tail,
)

Field = tuple[str | None, int | None]
Page = dict[str, Field]
Maker = Callable[[random.Random, int], Page]


def by_brute_force(hits: int, trials: int, past: tuple[int, int]) -> float:
    """Sum the beta-binomial's terms as the books print them."""
    alpha, beta = past[0] + 0.5, past[1] - past[0] + 0.5

    def log_beta(one: float, other: float) -> float:
        return math.lgamma(one) + math.lgamma(other) - math.lgamma(one + other)

    return sum(
        math.comb(trials, number) * math.exp(log_beta(number + alpha, trials - number + beta) - log_beta(alpha, beta))
        for number in range(hits, trials + 1)
    )


@pytest.mark.parametrize(
    ("hits", "trials", "past"), [(3, 3, (0, 60)), (6, 10, (10, 100)), (30, 200, (3, 1000)), (9, 9, (8, 10))]
)
def test_the_tail_is_exact(hits: int, trials: int, past: tuple[int, int]) -> None:
    assert tail(hits, trials, past) == pytest.approx(by_brute_force(hits, trials, past))


def test_what_is_expected_surprises_nobody() -> None:
    assert tail(0, 5, (0, 100)) == tail(1, 5, (50, 100)) == 1.0
    assert tail(40, 4000, (10, 1000)) > 0.05
    assert tail(4000, 4000, (0, 1000)) == pytest.approx(0)


# Sites of chance: sections with their own habits, lengths without a bound


def a_site(seed: int) -> tuple[Maker, int]:
    """Return a site that stays as it is: what its sections' pages are like, and how many sections there are."""
    rng = random.Random(seed)  # noqa: S311 (a sample, no secret)
    sections = rng.randint(1, 5)
    habits = [
        {
            name: (rng.choice((0.0, 0.0, 0.02, 0.3, 0.9, 1.0)), rng.choice((0.0, 0.1, 0.5)), rng.uniform(8, 20))
            for name in FIELDS
        }
        for _ in range(sections)
    ]

    def page(draw: random.Random, section: int) -> Page:
        said: Page = {}
        for name, (empty, other, size) in habits[section].items():
            is_empty = draw.random() < empty
            rule = "label" if draw.random() < other else "page"
            length = round(draw.gauss(size, 2)) if name in ("title", "body") else None
            said[name] = (None, None) if is_empty else (rule, length)
        return said

    return page, sections


def a_run(run_id: int, pages: list[tuple[int, Page]], reading: str = "2 t1") -> Iterator[Block]:
    """Yield a run's blocks, as `health` makes them: by section, fifty articles each at most."""
    for section in sorted({section for section, _ in pages}):
        inside = [page for known, page in pages if known == section]
        for start in range(0, len(inside), 50):
            block = Block(run_id, section, reading)
            for page in inside[start : start + 50]:
                block.add(Block(run_id, section, reading, 1, {name: _counts(said) for name, said in page.items()}))
            yield block


def _counts(said: Field) -> Counts:
    counts = Counts()
    rule, size = said
    if rule is None:
        counts.empty = 1
    else:
        counts.rules[rule] += 1
        if size is not None:
            counts.sizes[size] += 1
    return counts


def drawn(page: Maker, draw: random.Random, sections: list[int], number: int) -> list[tuple[int, Page]]:
    return [(section, page(draw, section)) for section in draw.choices(sections, k=number)]


def history(page: Maker, draw: random.Random, sections: int, first: int = 120) -> list[Block]:
    """Return a first run of many articles and four of a few."""
    blocks = list(a_run(1, drawn(page, draw, list(range(sections)), first)))
    for run in range(2, 6):
        blocks += a_run(run, drawn(page, draw, list(range(sections)), draw.randint(1, 12)))
    return blocks


def test_a_site_that_stays_as_it_is_raises_nothing_in_twenty_runs() -> None:
    """Sites of twenty runs: of one section or all, of one article or eighty; NEWSARCHIVE_SOAK=1 makes them sixty."""
    raised = []
    for seed in range(60 if os.environ.get("NEWSARCHIVE_SOAK") else 12):
        page, sections = a_site(seed)
        draw = random.Random(1000 + seed)  # noqa: S311 (a sample, no secret)
        blocks = list(a_run(1, drawn(page, draw, list(range(sections)), draw.choice((30, 100, 400)))))
        for run in range(2, 22):
            where = list(range(sections)) if draw.random() < 0.6 else [draw.randrange(sections)]
            blocks += a_run(run, drawn(page, draw, where, draw.choice((1, 2, 3, 5, 8, 20, 80))))
            raised += [(seed, run, shift) for shift in find_shifts(blocks)]
    assert raised == []


def broken(page: Maker, name: str, said: Field) -> Maker:
    return lambda draw, section: page(draw, section) | {name: said}


def steady(draw: random.Random, section: int) -> Page:
    """A page with all fields but the byline, which every other lacks, of the usual lengths."""
    said: Page = dict.fromkeys(FIELDS, ("page", None))
    said["byline"] = ("class", None) if draw.random() < 0.5 else (None, None)
    return said | {"title": ("page", round(draw.gauss(11, 1))), "body": ("classifier", round(draw.gauss(16, 2)))}


@pytest.mark.parametrize(
    ("name", "said", "number", "problem"),
    [
        ("updated", (None, None), FEWEST_NEW, "field-empty:updated"),
        ("body", ("classifier", 4), 5, "length-shift:body"),
        ("body", ("classifier", 30), 5, "length-shift:body"),
        ("title", ("entry", 11), 5, "rule-shift:title"),
        ("byline", (None, None), 20, "field-empty:byline"),
    ],
)
def test_what_breaks_is_named_in_the_same_run(name: str, said: Field, number: int, problem: str) -> None:
    for seed in range(10):
        draw = random.Random(seed)  # noqa: S311 (a sample, no secret)
        blocks = history(steady, draw, 1)
        blocks += a_run(6, drawn(broken(steady, name, said), draw, [0], number))
        assert {shift.measure.name for shift in find_shifts(blocks)} == {problem}, seed


def test_what_breaks_in_one_section_is_named_though_another_never_had_it() -> None:
    draw = random.Random(1)  # noqa: S311 (a sample, no secret)

    def two(draw: random.Random, section: int) -> Page:
        return steady(draw, section) | ({"source": (None, None)} if section else {})

    blocks = history(two, draw, 2)
    blocks += a_run(6, drawn(broken(two, "source", (None, None)), draw, [0, 1], 16))
    (shift,) = find_shifts(blocks)
    assert (shift.measure.name, shift.section_id) == ("field-empty:source", 0)


def test_one_article_a_run_adds_up() -> None:
    draw = random.Random(2)  # noqa: S311 (a sample, no secret)
    blocks = history(steady, draw, 1)
    found = {}
    for run in range(6, 12):
        blocks += a_run(run, drawn(broken(steady, "updated", (None, None)), draw, [0], 1))
        found[run] = [(shift.measure.name, shift.since_run) for shift in find_shifts(blocks)]
    assert found[6] == found[7] == found[8] == []
    assert found[9] == [("field-empty:updated", 6)]


def test_what_went_empty_together_with_a_proven_shift_needs_less_proof() -> None:
    draw = random.Random(3)  # noqa: S311 (a sample, no secret)
    both = broken(broken(steady, "updated", (None, None)), "byline", (None, None))
    blocks = history(steady, draw, 1)
    names = {shift.measure.name for shift in find_shifts([*blocks, *a_run(6, drawn(both, draw, [0], 9))])}
    assert names == {"field-empty:updated", "field-empty:byline"}
    alone = broken(steady, "byline", (None, None))
    assert find_shifts([*blocks, *a_run(6, drawn(alone, draw, [0], 9))]) == []


def test_what_part_of_the_past_was_like_is_no_shift() -> None:
    """The older half of the first run was of another system: its pages had no breadcrumb."""
    draw = random.Random(4)  # noqa: S311 (a sample, no secret)
    old = broken(steady, "breadcrumb", (None, None))
    blocks = list(a_run(1, [*drawn(old, draw, [0], 60), *drawn(steady, draw, [0], 200)]))
    blocks += a_run(2, drawn(old, draw, [0], 10))
    assert find_shifts(blocks) == []


def test_a_template_that_gives_a_field_is_no_shift() -> None:
    draw = random.Random(5)  # noqa: S311 (a sample, no secret)
    blocks = history(steady, draw, 1)
    blocks += a_run(6, drawn(broken(steady, "title", ("template", 11)), draw, [0], 30))
    assert find_shifts(blocks) == []


def test_rules_of_another_reader_are_not_compared() -> None:
    draw = random.Random(6)  # noqa: S311 (a sample, no secret)
    blocks = history(steady, draw, 1)
    blocks += a_run(6, drawn(broken(steady, "title", ("entry", 11)), draw, [0], 30), reading="2 t2")
    assert find_shifts(blocks) == []


def test_a_problem_is_over_when_pages_are_as_they_were() -> None:
    draw = random.Random(7)  # noqa: S311 (a sample, no secret)
    measure = Measure("field-empty", "updated")
    blocks = history(steady, draw, 1)
    blocks += a_run(6, drawn(broken(steady, "updated", (None, None)), draw, [0], 5))
    assert is_well_again(blocks, measure, 6) is False
    blocks += a_run(7, drawn(steady, draw, [0], 1))
    assert is_well_again(blocks, measure, 6) is False
    blocks += a_run(8, drawn(steady, draw, [0], 5))
    assert is_well_again(blocks, measure, 6) is True


def test_too_few_articles_say_nothing() -> None:
    draw = random.Random(8)  # noqa: S311 (a sample, no secret)
    lost = broken(steady, "updated", (None, None))
    few = list(a_run(1, drawn(steady, draw, [0], 10)))
    assert find_shifts([*few, *a_run(2, drawn(lost, draw, [0], 9))]) == []
    assert find_shifts(list(a_run(1, drawn(lost, draw, [0], 50)))) == []
    blocks = history(steady, draw, 1)
    assert find_shifts([*blocks, *a_run(6, drawn(lost, draw, [0], FEWEST_NEW - 1))]) == []
    assert is_well_again(few, Measure("field-empty", "updated"), 2) is None
