"""Bootstrap over hosts: pages of one host share their markup, so that hosts are drawn, never pages."""

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

MEASURES = ("F1", "exact", "title", "authors", "day")
ROUNDS = 1000

# One host's pages summed up: their number, precision, recall, exact; then hits and cases of title, authors and day.
Sums = tuple[float, ...]


def by_host(pages: Sequence[dict[str, Any]]) -> list[Sums]:
    """Return the sums of each host, in the hosts' order of name."""
    hosts: dict[str, list[Sums]] = defaultdict(list)
    for page in pages:
        known = [value for name in MEASURES[2:] for value in (bool(page.get(name)), name in page)]
        hosts[urlsplit(page["url"]).hostname or ""].append(
            (1, page["precision"], page["recall"], page["exact"], *known)
        )
    return [tuple(map(sum, zip(*hosts[host], strict=True))) for host in sorted(hosts)]


def figures(sums: Sums) -> list[float | None]:
    """Return the measures of pages that are summed up; one without cases is None."""
    count, precision, recall, exact = sums[:4]
    shares = [hits / cases if cases else None for hits, cases in zip(sums[4::2], sums[5::2], strict=True)]
    return [
        2 * precision * recall / (precision + recall) / count if precision + recall else 0.0,
        exact / count,
        *shares,
    ]


def draws(hosts: int, rounds: int = ROUNDS, seed: int = 1) -> list[list[int]]:
    """Return as many samples of the hosts with repetition; the same ones for every extractor, so that they pair."""
    drawn = random.Random(seed)  # noqa: S311 - a repeatable sample, no secret
    return [drawn.choices(range(hosts), k=hosts) for _ in range(rounds)]


def resampled(hosts: Sequence[Sums], samples: Sequence[Sequence[int]]) -> list[list[float | None]]:
    """Return the measures of each sample of the hosts."""
    columns = [column.__getitem__ for column in zip(*hosts, strict=True)]
    return [figures(tuple(sum(map(column, sample)) for column in columns)) for sample in samples]


def interval(values: Sequence[float | None]) -> tuple[float, float] | None:
    """Return where the middle 95 % of the values lie."""
    known = sorted(value for value in values if value is not None)
    if not known:
        return None
    return known[int(0.025 * len(known))], known[min(int(0.975 * len(known)), len(known) - 1)]


def interval_table(results: Mapping[str, Sequence[dict[str, Any]]]) -> str:
    """Return each extractor's measures with their intervals."""
    hosts = {name: by_host(pages) for name, pages in results.items()}
    samples = draws(len(next(iter(hosts.values()))))
    lines = _head("extractor")
    for name, sums in hosts.items():
        cells = _cells(_total(sums), resampled(sums, samples), "{:.3f} ({:.3f} … {:.3f})")
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def difference_table(ours: str, results: Mapping[str, Sequence[dict[str, Any]]]) -> str:
    """Return what ours has more than each peer on the same samples of hosts: an interval without 0 is a difference."""
    hosts = {name: by_host(pages) for name, pages in results.items()}
    samples = draws(len(hosts[ours]))
    mine, total = resampled(hosts[ours], samples), _total(hosts[ours])
    lines = _head(f"{ours} less")
    for name, sums in hosts.items():
        if name != ours:
            theirs = resampled(sums, samples)
            pairs = [_less(left, right) for left, right in zip(mine, theirs, strict=True)]
            cells = _cells(_less(total, _total(sums)), pairs, "{:+.3f} ({:+.3f} … {:+.3f})")
            lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _head(first: str) -> list[str]:
    return [f"| {first} | {' | '.join(MEASURES)} |", "|---|" + "---|" * len(MEASURES)]


def _total(hosts: Sequence[Sums]) -> list[float | None]:
    return figures(tuple(map(sum, zip(*hosts, strict=True))))


def _less(left: Sequence[float | None], right: Sequence[float | None]) -> list[float | None]:
    return [None if a is None or b is None else a - b for a, b in zip(left, right, strict=True)]


def _cells(total: Sequence[float | None], rounds: Sequence[Sequence[float | None]], form: str) -> list[str]:
    cells = []
    for value, values in zip(total, zip(*rounds, strict=True), strict=True):
        bounds = interval(values)
        cells.append("–" if value is None or bounds is None else form.format(value, *bounds))
    return cells
