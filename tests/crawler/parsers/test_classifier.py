"""The body's classifier: trees asked all at once give what a walk through each would."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.parsers.article import draft_of
from crawler.parsers.classifier import Trees, body_trees
from crawler.parsers.dates import DateContext
from crawler.parsers.features import candidates, columns
from crawler.parsers.metadata import read_metadata
from crawler.parsers.page import parse_page
from crawler.parsers.reading import Reading
from tests.crawler.parsers.small_pages import FULL, URL

COLUMNS = 5
NUMBERS = st.sampled_from((-3.0, -1.0, -0.5, 0.0, 0.25, 1.0, 7.0))


@dataclass(frozen=True)
class Node:
    """A question of a tree with its branches, or a leaf's value."""

    column: int = -1
    threshold: float = 0.0
    left: "Node | float" = 0.0
    right: "Node | float" = 0.0


NODES = st.recursive(
    st.builds(Node, st.integers(0, COLUMNS - 1), NUMBERS, NUMBERS, NUMBERS),
    lambda inner: st.builds(Node, st.integers(0, COLUMNS - 1), NUMBERS, inner | NUMBERS, inner | NUMBERS),
    max_leaves=8,
)


def walked(node: "Node | float", row: list[float]) -> float:
    while isinstance(node, Node):
        node = node.left if row[node.column] <= node.threshold else node.right
    return node


def laid_out(trees: list[Node]) -> Trees:
    """Return the trees side by side: each question with the leaves of its left branch."""
    questions: list[tuple[int, float, int]] = []
    first, values = [], np.zeros((len(trees), 24), dtype=np.float32)
    for number, root in enumerate(trees):
        first.append(len(questions))

        def lay(node: "Node | float", leaf: int, number: int = number) -> int:
            if not isinstance(node, Node):
                values[number, leaf] = node
                return leaf + 1
            place = len(questions)
            questions.append((0, 0.0, 0))
            middle = lay(node.left, leaf)
            questions[place] = (node.column, node.threshold, (1 << middle) - (1 << leaf))
            return lay(node.right, middle)

        lay(root, 0)
    column, threshold, out = zip(*questions, strict=True)
    return Trees(np.array(column), np.array(threshold, np.float32), np.array(first), np.array(out, np.uint32), values)


@given(st.lists(NODES, min_size=1, max_size=4), st.lists(st.lists(NUMBERS, min_size=5, max_size=5), min_size=1))
def test_all_questions_at_once_end_in_the_leaves_of_a_walk(trees: list[Node], rows: list[list[float]]) -> None:
    expected = [1 / (1 + np.exp(-sum(walked(tree, row) for tree in trees))) for row in rows]
    found = laid_out(trees).probabilities(np.array(rows, dtype=np.float32))
    assert found == pytest.approx(expected)


def test_the_rows_are_judged_alike_alone_and_among_many() -> None:
    trees = body_trees()
    rows = np.random.default_rng(3).normal(scale=9, size=(131, int(trees.column.max()) + 1)).astype(np.float32)
    together = trees.probabilities(rows)
    assert together.tolist() == [trees.probabilities(rows[place : place + 1])[0] for place in range(len(rows))]
    assert 0 < together.min() < together.max() < 1


def test_the_trees_that_ship_fit_the_columns() -> None:
    page = parse_page(FULL.encode(), URL)
    metadata = read_metadata(page)
    draft, _ = draft_of(Reading(page, metadata, DateContext(metadata.language)))
    given_rows = draft.grounds(metadata)
    near = candidates(draft.blocks, given_rows)
    rows = columns(draft.blocks, near, given_rows)
    trees = body_trees()
    assert rows.shape == (len(near), 163), "the columns changed: grow the trees anew (make train), then this number"
    assert int(trees.column.max()) < rows.shape[1]
    assert np.isfinite(rows).all()
    assert len(trees.first) == len(trees.value)
