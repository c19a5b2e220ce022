"""Whether the pages of a run differ from all that was read before: counts of rules, empty fields and lengths compared.

The test. For a share (of articles whose field is empty, that a rule gave, that are shorter than all but a twentieth)
the past gives a beta posterior (Jeffreys' prior), and the predictive tail says how likely it is that so many of the new
articles have it: a beta-binomial, exact for any number. A site is no urn, so that is not enough: its old system wrote
other pages, its sections differ. The past is therefore kept in blocks of neighbouring articles of one section, and a
shift is what the whole past and every single block of it make improbable (`PROOF`). A section is compared with itself
too, so that what one section never has hides nothing in the others.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby

# How improbable a shift must be by the whole past, and by each block of it (on 360 invented sites of twenty runs each
# that stay as they are, these raise nothing).
# A field that went empty is lost, so that it needs less than a rule or a length; least where another shift is proven.
PROOF, PROOF_OF_LOSS, LESSER_PROOF = (1e-5, 1e-3), (1e-4, 1e-2), (1e-2, 1e-1)
# A later run that is no more surprising than this says that a problem is over.
WELL = 0.05
# Fewer new articles, or fewer in the past, prove nothing.
FEWEST_NEW, FEWEST_PAST = 3, 20
# Runs of few articles are looked at together with those before them, until there are so many.
ENOUGH_NEW = 30
# A template or a hand that gives more than before is a repair.
WANTED_RULES = frozenset({"template", "hand"})
_BLOCK, _SMALLEST_BLOCK = 25, 10
_TAIL = 0.05
_OUTLIERS = dict.fromkeys(("updated", "published"), ("date-shift", "late", "early"))
FIELDS = ("title", "updated", "published", "source", "byline", "breadcrumb", "body", "images", "captions")


@dataclass(slots=True)
class Counts:
    """One field over some articles: how often empty, by which rules else, and the sizes (a bucket each)."""

    empty: int = 0
    rules: Counter[str] = field(default_factory=Counter)
    sizes: Counter[int] = field(default_factory=Counter)
    examples: dict[str, tuple[str, str]] = field(default_factory=dict)

    def add(self, other: "Counts") -> None:
        """Count what another counted."""
        self.empty += other.empty
        self.rules.update(other.rules)
        self.sizes.update(other.sizes)
        self.examples.update(other.examples)

    @property
    def filled(self) -> int:
        """Articles whose field is not empty."""
        return self.rules.total()


@dataclass(slots=True)
class Block:
    """Neighbouring articles of one section, read in one run by one reader: for each field its counts."""

    run_id: int
    section_id: int | None
    reading: str
    articles: int = 0
    fields: dict[str, Counts] = field(default_factory=lambda: {name: Counts() for name in FIELDS})

    def add(self, other: "Block") -> None:
        """Count what another block counted."""
        self.articles += other.articles
        for name, counts in other.fields.items():
            self.fields[name].add(counts)


@dataclass(frozen=True, slots=True)
class Measure:
    """What is compared: a kind of shift (`field-empty`, `rule-shift` …), its field, and which rule or side."""

    kind: str
    field: str
    which: str = ""

    @property
    def name(self) -> str:
        """The name of the problem that a shift in it is."""
        return f"{self.kind}:{self.field}"


@dataclass(frozen=True, slots=True)
class Shift:
    """A measure that is beyond its past: both shares as (number, of), how likely that was, since which run."""

    measure: Measure
    section_id: int | None
    past: tuple[int, int]
    now: tuple[int, int]
    chance: float
    since_run: int


Share = Callable[[Block], tuple[int, int]]


def tail(hits: int, trials: int, past: tuple[float, float]) -> float:
    """Return how likely at least `hits` of `trials` are where the past had `past` = (hits, trials).

    1 where they are no more than expected: only what is more is ever asked for.
    """
    alpha, beta = past[0] + 0.5, past[1] - past[0] + 0.5
    if hits * (alpha + beta) <= trials * alpha:
        return 1.0
    term = math.exp(
        math.lgamma(trials + 1) - math.lgamma(hits + 1) - math.lgamma(trials - hits + 1)
        + _log_beta(alpha + hits, beta + trials - hits) - _log_beta(alpha, beta)
    )  # fmt: skip
    total = term
    for number in range(hits, trials):
        term *= (trials - number) * (alpha + number) / ((number + 1) * (beta + trials - number - 1))
        total += term
    return min(total, 1.0)


def _log_beta(one: float, other: float) -> float:
    return math.lgamma(one) + math.lgamma(other) - math.lgamma(one + other)


def find_shifts(blocks: Sequence[Block], bad: Mapping[str, Sequence[tuple[int, int]]] | None = None) -> list[Shift]:
    """Return every measure in which the last run, alone or with the few before it, is beyond the runs before.

    `blocks` in the order of runs; of each problem's name the most improbable shift is returned. Where one is proven,
    the layout has changed: a field that went empty with it needs less proof. `bad` are spans of runs (from, until) by
    problem's name: what was wrong there, and was found and mended, is no part of the site's past.
    """
    tests = [test for test in _all_tests(blocks) if test.measure.name not in (bad or {})]
    for name, spans in (bad or {}).items():
        well = [block for block in blocks if not any(start <= block.run_id < end for start, end in spans)]
        tests += [test for test in _all_tests(well) if test.measure.name == name]
    tests = [test for test in tests if test.last_run_shows_it]
    losses = [test for test in tests if test.measure.kind == "field-empty"]
    proven = [test for test in tests if test.is_beyond(PROOF)]
    proven += [test for test in losses if test.is_beyond(PROOF_OF_LOSS)]
    windows = {test.since_run for test in proven}
    also = [test for test in losses if test.since_run in windows and test.is_beyond(LESSER_PROOF)]
    found: dict[str, Shift] = {}
    for test in sorted((*proven, *also), key=lambda test: test.chance):
        found.setdefault(test.measure.name, test.shift())
    return list(found.values())


def _all_tests(blocks: Sequence[Block]) -> Iterator["_Test"]:
    for first_run in _windows(blocks):
        yield from _tests(blocks, first_run)


def is_well_again(blocks: Sequence[Block], measure: Measure, since_run: int) -> bool | None:
    """Return whether the last articles are as those before `since_run` were; None where too few are known to say."""
    past = [block for block in blocks if block.run_id < since_run]
    for first_run in _windows([block for block in blocks if block.run_id >= since_run]):
        later = [block for block in blocks if block.run_id >= max(first_run, since_run)]
        tests = [test for test in _tests([*past, *later], first_run) if test.measure == measure]
        if tests:
            return all(test.chance >= WELL for test in tests)
    return None


def _windows(blocks: Sequence[Block]) -> Iterator[int]:
    """Yield the first runs of the windows that are looked at: the last run, two, four … until there are enough."""
    runs = sorted({block.run_id for block in blocks})
    width = 1
    while width <= len(runs):
        first = runs[-width]
        yield first
        if sum(block.articles for block in blocks if block.run_id >= first) >= ENOUGH_NEW:
            return
        width *= 2


@dataclass(frozen=True, slots=True)
class _Test:
    """One measure in one place: the new articles' share, the blocks of the past, and the tail."""

    measure: Measure
    section_id: int | None
    since_run: int
    now: tuple[int, int]
    past: tuple[int, int]
    expected: tuple[float, float]
    blocks: tuple[tuple[int, int], ...]
    last_run_shows_it: bool

    @property
    def chance(self) -> float:
        """How likely the new share is, given the whole past."""
        hits, trials = self.expected
        # A bound drawn by the past itself has fewer outside than the next articles will have.
        is_drawn = self.measure.kind in ("length-shift", "date-shift")
        return tail(*self.now, (max(hits, _TAIL * trials) if is_drawn else hits, trials))

    def shift(self) -> Shift:
        """Return the test as the shift that it proves."""
        return Shift(self.measure, self.section_id, self.past, self.now, self.chance, self.since_run)

    def has_enough(self) -> bool:
        """Return whether there are so many articles that the test can say something."""
        return self.now[1] >= FEWEST_NEW and self.expected[1] >= FEWEST_PAST

    def is_beyond(self, proof: tuple[float, float]) -> bool:
        """Return whether neither the whole past nor a block of it makes the new share likely."""
        return self.chance < proof[0] and all(
            tail(*self.now, block) < proof[1] for block in self.blocks if block[1] >= _SMALLEST_BLOCK
        )


def _tests(blocks: Sequence[Block], first_run: int) -> Iterator[_Test]:
    """Yield every test that there are articles enough for: in the whole site, and in each section."""
    last_run = blocks[-1].run_id
    sections = {block.section_id for block in blocks if block.run_id >= first_run}
    for section_id in [None, *sorted(known for known in sections if known is not None)]:
        inside = [block for block in blocks if section_id in (None, block.section_id)]
        past = _merged([block for block in inside if block.run_id < first_run])
        now = [block for block in inside if block.run_id >= first_run]
        if not past or not now:
            continue
        for measure, share in _measures(past, now):
            shown = any(share(block)[0] for block in now if block.run_id == last_run)
            test = _test((measure, section_id, first_run), share, (past, now), shown)
            if test.has_enough():
                yield test


def _test(
    place: tuple[Measure, int | None, int], share: Share, told: tuple[Sequence[Block], Sequence[Block]], shown: bool
) -> _Test:
    """Return one test; the past is weighed as the new articles stand in their sections.

    A run that happens to be of one small section alone is compared with that section. What stands in a section without
    a past is left out.
    """
    past, now = told
    before = {block.section_id: (0, 0) for block in past}
    after = dict(before)
    for block in past:
        before[block.section_id] = _sum((before[block.section_id], share(block)))
    for block in now:
        if before.get(block.section_id, (0, 0))[1]:
            after[block.section_id] = _sum((after[block.section_id], share(block)))
    sums = [(before[each], after[each]) for each in before if after[each][1]]
    new = _sum(later for _, later in sums)
    old = _sum(earlier for earlier, _ in sums)
    return _Test(*place, new, old, _weighed(sums, new[1]), tuple(map(share, past)), shown)


def _weighed(sums: Sequence[tuple[tuple[int, int], tuple[int, int]]], trials: int) -> tuple[float, float]:
    """Return the past's hits and trials as if it had the new articles' shares of sections.

    The rate is the weighted mean of the sections' rates; there are so many trials as give a mean of that variance.
    """
    if not sums:
        return 0, 0
    weights = [later[1] / trials for _, later in sums]
    size = 1 / sum(weight**2 / earlier[1] for weight, (earlier, _) in zip(weights, sums, strict=True))
    if len(sums) == 1:
        return sums[0][0]
    rates = [(earlier[0] + 0.5) / (earlier[1] + 1) for earlier, _ in sums]
    return size * sum(weight * rate for weight, rate in zip(weights, rates, strict=True)), size


def _sum(shares: Iterable[tuple[int, int]]) -> tuple[int, int]:
    pairs = tuple(shares)
    return sum(hits for hits, _ in pairs), sum(trials for _, trials in pairs)


def _merged(blocks: Sequence[Block]) -> list[Block]:
    """Return blocks of a useful size: small ones of one section and reader in the order of their runs as one."""
    merged: list[Block] = []
    for (section_id, reading), group in groupby(
        sorted(blocks, key=lambda block: (block.section_id or 0, block.reading)),
        key=lambda block: (block.section_id, block.reading),
    ):
        current: Block | None = None
        for block in group:
            if current is None or current.articles >= _BLOCK:
                current = Block(block.run_id, section_id, reading)
                merged.append(current)
            current.add(block)
    return merged


def _measures(past: Sequence[Block], now: Sequence[Block]) -> Iterator[tuple[Measure, Share]]:
    """Yield what is compared, with how a block's share in it is counted."""
    for name in FIELDS:
        yield Measure("field-empty", name), partial(_empty, name)
        rules = {rule for block in now for rule in block.fields[name].rules}
        for rule in sorted(rules - WANTED_RULES):
            yield Measure("rule-shift", name, rule), partial(_given_by, name, rule, now[-1].reading)
        sizes = Counter[int]()
        for block in past:
            sizes.update(block.fields[name].sizes)
        if sizes:
            kind, small, large = _OUTLIERS.get(name, ("length-shift", "short", "long"))
            low, high = _bounds(sizes)
            yield Measure(kind, name, small), partial(_sized, name, (-math.inf, low - 1))
            yield Measure(kind, name, large), partial(_sized, name, (high + 1, math.inf))


def _empty(name: str, block: Block) -> tuple[int, int]:
    return block.fields[name].empty, block.articles


def _given_by(name: str, rule: str, reading: str, block: Block) -> tuple[int, int]:
    """Return how many a rule gave; another reader's rules say nothing, so its blocks count for none."""
    counts = block.fields[name]
    return (counts.rules[rule], counts.filled) if block.reading == reading else (0, 0)


def _sized(name: str, span: tuple[float, float], block: Block) -> tuple[int, int]:
    sizes = block.fields[name].sizes
    return sum(number for size, number in sizes.items() if span[0] <= size <= span[1]), sizes.total()


def _bounds(sizes: Counter[int]) -> tuple[int, int]:
    """Return the sizes below and above which at most a twentieth of the past lies."""

    def bound(ordered: list[int]) -> int:
        left = _TAIL * sizes.total()
        for size in ordered:
            left -= sizes[size]
            if left < 0:
                return size
        return ordered[-1]

    ordered = sorted(sizes)
    return bound(ordered), bound(ordered[::-1])
