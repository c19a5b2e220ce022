"""Which rule gave a field in each of a site's last runs, and how all fields were read in the last."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from sqlite_utils import Database

from archive.health import recent_blocks
from archive.shifts import FIELDS, Block

RUNS, BLOCKS = 30, 200
RULES = 7
NOTHING, OTHERS = "(nothing)", "others"


@dataclass(frozen=True, slots=True)
class FieldNow:
    """A field in the last run that read articles: how many had it, and by which rules, the commonest first."""

    name: str
    articles: int
    empty: int
    rules: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Shares:
    """A field's rules over the last runs: for each run its id, its time, and a number for each rule of `series`."""

    field: str
    series: tuple[str, ...]
    runs: tuple[tuple[int, str, tuple[int, ...]], ...]
    now: tuple[FieldNow, ...]
    fields: Sequence[str] = FIELDS


def read_shares(db: Database, site: str, field: str | None) -> Shares | None:
    """Return the shares of a field, of the update date unless one is named; None where no run has read an article."""
    chosen = field if field in FIELDS else "updated"
    blocks = recent_blocks(db, site, runs=RUNS, blocks=BLOCKS)
    if not blocks:
        return None
    by_run = {run_id: _rules(group, chosen) for run_id, group in groupby(blocks, key=lambda block: block.run_id)}
    common = [rule for rule, _ in sum(by_run.values(), Counter[str]()).most_common() if rule != NOTHING]
    named = common[:RULES]
    series = (*named, *([OTHERS] if len(common) > RULES else []), NOTHING)
    started = dict(
        db.conn.execute(
            f"SELECT id, started FROM runs WHERE id IN ({', '.join('?' * len(by_run))})",  # noqa: S608
            tuple(by_run),
        ).fetchall()
    )
    runs = tuple((run_id, started[run_id], _row(rules, named, series)) for run_id, rules in by_run.items())
    last = [block for block in blocks if block.run_id == blocks[-1].run_id]
    return Shares(chosen, series, runs, tuple(_now(last, name) for name in FIELDS))


def _rules(blocks: Iterable[Block], field: str) -> Counter[str]:
    counted: Counter[str] = Counter()
    for block in blocks:
        counted.update(block.fields[field].rules)
        counted[NOTHING] += block.fields[field].empty
    return counted


def _row(rules: Counter[str], named: Sequence[str], series: Sequence[str]) -> tuple[int, ...]:
    others = rules.total() - rules[NOTHING] - sum(rules[rule] for rule in named)
    return tuple(others if name == OTHERS and name not in named else rules[name] for name in series)


def _now(blocks: Sequence[Block], name: str) -> FieldNow:
    counted = _rules(blocks, name)
    empty = counted.pop(NOTHING)
    return FieldNow(name, counted.total() + empty, empty, tuple(counted.most_common()))
