"""The body's classifier: gradient-boosted trees, grown by bench/train_body.py and kept as arrays in body_model.npz."""

from functools import lru_cache
from importlib.resources import as_file, files
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from crawler.parsers.features import Columns

MODEL = "body_model.npz"


class Trees(NamedTuple):
    """All trees in one set of arrays: a node asks whether a column is at most `threshold`; a leaf leads to itself."""

    roots: NDArray[np.int32]
    column: NDArray[np.int16]
    threshold: NDArray[np.float32]
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    value: NDArray[np.float32]
    depth: int

    def probabilities(self, rows: Columns) -> NDArray[np.float64]:
        """Return for every row the probability that its block is the article's."""
        nodes = np.broadcast_to(self.roots, (len(rows), len(self.roots)))
        lines = np.arange(len(rows))[:, None]
        for _ in range(self.depth):
            below = rows[lines, self.column[nodes]] <= self.threshold[nodes]
            nodes = np.where(below, self.left[nodes], self.right[nodes])
        return np.asarray(1.0 / (1.0 + np.exp(-self.value[nodes].sum(axis=1, dtype=np.float64))))


@lru_cache(maxsize=1)
def body_trees() -> Trees:
    """Return the trees that ship with the package."""
    with as_file(files("crawler.parsers") / MODEL) as path, np.load(path, allow_pickle=False) as arrays:
        return Trees(**{name: arrays[name] for name in Trees._fields[:-1]}, depth=int(arrays["depth"]))
