"""Fits what each sign of an article page weighs, and says how well such weights do on hosts they were not fitted on.

    python -m bench.fit_kind ../shared/corpus/pages [--write]

Logistic regression with a ridge penalty on signs of mean 0 and deviation 1, by Newton's method; five folds, each site
in one of them. `--write` replaces crawler/parsers/kind_weights.py.
"""

import argparse
import hashlib
import math
import operator
import statistics
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from bench import corpus
from bench.kinds import interval
from crawler.parsers.article import draft_of
from crawler.parsers.dates import DateContext
from crawler.parsers.evidence import Given, gather
from crawler.parsers.metadata import read_metadata
from crawler.parsers.page import parse_page
from crawler.parsers.reading import Reading

_PENALTY = 10.0
_FOLDS = 5
_STEPS = 15
_TARGET = Path("crawler/parsers/kind_weights.py")


def signs_of(body: bytes, url: str) -> dict[str, float]:
    """Return the signs of one page, gathered from what the parser reads before it asks for the kind."""
    page = parse_page(body, url)
    metadata = read_metadata(page)
    draft, _ = draft_of(Reading(page, metadata, DateContext(metadata.language)))
    return gather(Given(page, metadata, draft.blocks, draft.region, draft.title, draft.lines())).signs


def fit(rows: Sequence[Sequence[float]], truths: Sequence[bool]) -> list[float]:
    """Return the weights, the intercept's first, that make the truths likeliest under the penalty."""
    size = len(rows[0])
    weights = [0.0] * size
    for _ in range(_STEPS):
        slope = [0.0, *(-_PENALTY * own for own in weights[1:])]
        curve = [[0.0] * size for _ in range(size)]
        for row, truth in zip(rows, truths, strict=True):
            chance = _chance(weights, row)
            bend = chance * (1 - chance)
            for first, value in enumerate(row):
                slope[first] += (truth - chance) * value
                for second in range(first + 1):
                    curve[first][second] += bend * value * row[second]
        for first in range(size):
            curve[first][first] += _PENALTY if first else 1e-9
            for second in range(first):
                curve[second][first] = curve[first][second]
        step = _solved(curve, slope)
        weights = [own + change for own, change in zip(weights, step, strict=True)]
        if max(map(abs, step)) < 1e-5:
            break
    return weights


def _chance(weights: Sequence[float], row: Sequence[float]) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, sum(map(operator.mul, weights, row))))))


def _solved(matrix: list[list[float]], right: list[float]) -> list[float]:
    """Return the solution of a system of linear equations, by elimination."""
    size = len(right)
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    for column in range(size):
        best = max(range(column, size), key=lambda index: abs(rows[index][column]))
        rows[column], rows[best] = rows[best], rows[column]
        for index in range(column + 1, size):
            factor = rows[index][column] / rows[column][column]
            rows[index] = [one - factor * other for one, other in zip(rows[index], rows[column], strict=True)]
    found = [0.0] * size
    for index in reversed(range(size)):
        rest = sum(rows[index][other] * found[other] for other in range(index + 1, size))
        found[index] = (rows[index][size] - rest) / rows[index][index]
    return found


def _fold(url: str) -> int:
    site = ".".join((urlsplit(url).hostname or "").split(".")[-2:])
    return int(hashlib.sha256(site.encode()).hexdigest(), 16) % _FOLDS


def held_out(rows: Sequence[Sequence[float]], truths: Sequence[bool], folds: Sequence[int]) -> int:
    """Return how many pages are told right by weights that were fitted without their fold."""
    right = 0
    for fold in range(_FOLDS):
        known = [index for index, own in enumerate(folds) if own != fold]
        weights = fit([rows[index] for index in known], [truths[index] for index in known])
        held = [index for index, own in enumerate(folds) if own == fold]
        right += sum((_chance(weights, rows[index]) >= 0.5) == truths[index] for index in held)
    return right


def main() -> None:
    """Fit, cross-validate and print; write the weights if asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--write", action="store_true", help=f"replace {_TARGET}")
    options = parser.parse_args()
    records = corpus.rows(options.folder)
    signs = [signs_of(corpus.body_of(options.folder, row), row["url"]) for row in records]
    names = sorted(signs[0])
    means = {name: statistics.fmean(row[name] for row in signs) for name in names}
    spread = {name: statistics.pstdev(row[name] for row in signs) or 1.0 for name in names}
    rows = [[1.0, *((row[name] - means[name]) / spread[name] for name in names)] for row in signs]
    truths = [row["kind"] == "article" for row in records]
    right = held_out(rows, truths, [_fold(row["url"]) for row in records])
    low, high = interval(right, len(rows))
    print(
        f"weighed alone, on held-out hosts: {right} of {len(rows)}, {right / len(rows):.3f} ({low:.3f} to {high:.3f})"
    )
    bias, *weights = fit(rows, truths)
    pairs = zip(names, weights, strict=True)
    lines = [f'    "{name}": ({own / spread[name]:.3f}, {means[name]:.3f}),' for name, own in pairs]
    text = _MODULE.format(bias=bias, rows="\n".join(lines))
    if options.write:
        _TARGET.write_text(text, encoding="utf-8")
    else:
        print(text)


_MODULE = '''"""What each sign of an article weighs, with its mean; written by `bench.fit_kind`."""

BIAS = {bias:.3f}
WEIGHTS: dict[str, tuple[float, float]] = {{
{rows}
}}
'''

if __name__ == "__main__":
    main()
