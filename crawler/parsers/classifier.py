"""The body's classifier: gradient-boosted trees, grown by bench/train_body.py and kept as arrays in body_model.npz."""

from functools import lru_cache
from importlib.resources import as_file, files
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from crawler.parsers.features import Columns

MODEL = "body_model.npz"
_ROWS = 48


class Trees(NamedTuple):
    """All questions of all trees side by side: whether a `column` is at most its `threshold`.

    The leaves of a tree are bits, from the left. A question that is answered with no rules out the leaves of its left
    branch (the bits of `out`); the lowest bit that all of a tree's questions leave is the leaf that a walk through
    the tree would end in. `first` is each tree's first question, `value` its leaves. (QuickScorer: Lucchese et al.,
    SIGIR 2015.)
    """

    column: NDArray[np.intp]
    threshold: NDArray[np.float32]
    first: NDArray[np.int32]
    out: NDArray[np.uint32]
    value: NDArray[np.float32]

    def probabilities(self, rows: Columns) -> NDArray[np.float64]:
        """Return for every row the probability that its block is the article's."""
        # A few rows at a time stay in the processor's cache.
        parts = [self._sums(rows[start : start + _ROWS]) for start in range(0, len(rows), _ROWS)]
        return np.asarray(1.0 / (1.0 + np.exp(-np.concatenate(parts))))

    def _sums(self, rows: Columns) -> NDArray[np.float64]:
        no = rows.take(self.column, axis=1) > self.threshold
        # To multiply by what a "no" rules out, and to gather that, takes half the time of choosing masks.
        ruled_out = np.bitwise_or.reduceat(no * self.out, self.first, axis=1)
        lowest = ~ruled_out & (ruled_out + np.uint32(1))
        # The exponent of a power of two that a float holds.
        leaves = (lowest.astype(np.float32).view(np.int32) >> 23) - 127
        return np.asarray(self.value[np.arange(len(self.value)), leaves].sum(axis=1, dtype=np.float64))


@lru_cache(maxsize=1)
def body_trees() -> Trees:
    """Return the trees that ship with the package."""
    with as_file(files("crawler.parsers") / MODEL) as path, np.load(path, allow_pickle=False) as arrays:
        column, kept = arrays["column"].astype(np.intp), arrays["mask"]
        return Trees(column, arrays["threshold"], arrays["first"], ~kept, arrays["value"])
