"""Trains the body's classifier on a folder of pages with truth, and writes crawler/parsers/body_model.npz.

    python -m bench.train_body ../shared/corpus/pages [--check-only | --write-only]

Runs in an environment of its own (`make train`: bench/train.lock). Prints, by cross-validation over hosts, what the
rules alone, the classifier and the best possible choice of blocks reach, with 95 % intervals over hosts; then trains
on all pages. The pages of our own seed forms (tests/crawler/parsers/seed_markup.py, seeds that no test uses) and
pages without any class name are trained on beside the corpus: old content management systems are rare in it.
"""

import argparse
import json
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import lightgbm
import numpy as np
from numpy.typing import NDArray

from bench import corpus
from bench.aligning import labels, tokens
from bench.intervals import interval_table
from crawler.parsers.article import draft_of
from crawler.parsers.body import wanted
from crawler.parsers.classifier import MODEL
from crawler.parsers.dates import DateContext
from crawler.parsers.features import Verdict, candidates, columns
from crawler.parsers.metadata import read_metadata
from crawler.parsers.page import parse_page
from crawler.parsers.reading import Reading
from tests.crawler.parsers.seed_markup import MARKUPS, SeedPage
from tests.crawler.parsers.small_pages import FIRST, SECOND, THIRD, TITLE, URL, page_of

_FOLDS = 5
_TREES = 120
_LEAVES = 24
_ALL = (1 << _LEAVES) - 1
_OWN_WEIGHT = 0.4
# What stands between paragraphs of a page without class names, and its text.
_BETWEEN = (
    ("<ul><li>cod</li><li>eel</li></ul>", "cod\n\neel"),
    ("<ul><li>rope</li><li>tar</li><li>two new oars</li></ul>", "rope\n\ntar\n\ntwo new oars"),
    ("<ol><li>Weigh the crate.</li><li>Sign the slip.</li></ol>", "Weigh the crate.\n\nSign the slip."),
    ("<ol><li>north quay</li><li>south quay</li></ol>", "north quay\n\nsouth quay"),
    ("<pre>x = 1\ny = 2</pre>", "x = 1\ny = 2"),
    ("<h2>What it costs</h2>", "What it costs"),
    ("<h3>Next steps</h3>", "Next steps"),
    ("<blockquote>Nobody asked us.</blockquote>", "Nobody asked us."),
    ("<p>It rained.</p>", "It rained."),
    ("<p><b>The fees</b></p>", "The fees"),
    ("<table><tr><td>Pier</td><td>Fee</td></tr><tr><td>East</td><td>12</td></tr></table>", "Pier | Fee\nEast | 12"),
)
_PARAMETERS = {
    "objective": "binary", "learning_rate": 0.09, "num_leaves": _LEAVES, "max_depth": 9, "min_data_in_leaf": 30,
    "feature_fraction": 0.5, "bagging_fraction": 0.8, "bagging_freq": 1, "lambda_l2": 1.0, "max_bin": 127,
    "verbose": -1, "num_threads": 2, "seed": 1, "deterministic": True, "force_row_wise": True,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sample:
    """One page: the rows of its candidate blocks, which of them are true or kept by the rules, and what `choose` would.

    `choose` takes the blocks' probabilities as the parser does.
    """

    url: str
    rows: NDArray[np.float32]
    truth: NDArray[np.bool_]
    kept: list[bool]
    choose: Callable[[Sequence[float]], list[bool]]
    texts: list[str]
    body: str
    weight: float = 1.0

    @property
    def host(self) -> str:
        """The domain, whose pages share their markup."""
        return ".".join((urlsplit(self.url).hostname or "").split(".")[-2:])


def main() -> None:
    """Check by cross-validation, train on everything, write the model."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--check-only", action="store_true", help="write nothing")
    parser.add_argument("--write-only", action="store_true", help="check nothing")
    given = parser.parse_args()
    samples = [sample for row in corpus.articles(given.folder) if (sample := _corpus_sample(row, given.folder))]
    own = [sample for sample in _own_samples() if sample]
    print(f"{len(samples)} pages of {len({sample.host for sample in samples})} hosts, {len(own)} of our own writing")
    if not given.write_only:
        check(samples, own)
    if not given.check_only:
        target = Path("crawler/parsers") / MODEL
        np.savez_compressed(target, allow_pickle=False, **arrays_of(grow([*samples, *own])))
        print(f"{target}: {target.stat().st_size} bytes")


def _corpus_sample(row: dict[str, str], folder: Path) -> Sample | None:
    return sample_of(corpus.body_of(folder, row), row["url"], row["body"])


def _own_samples() -> list[Sample | None]:
    """Return pages of our own forms in every markup, drawn with seeds that no test draws."""
    lines = (Path("tests") / "fixtures" / "seed_forms" / "pages.jsonl").read_text("utf-8").splitlines()
    samples = []
    for page in (SeedPage.from_record(json.loads(line)) for line in lines):
        body = "\n\n".join(text for kind, text in page.lines() if kind in {"body", "subhead"})
        for markup, make in MARKUPS.items():
            html = make(page, random.Random(f"train {page.url} {markup}"))  # noqa: S311 - a layout, no secret
            samples.append(sample_of(html.encode(), page.url, body, _OWN_WEIGHT))
    for number, (markup, text) in enumerate(_BETWEEN * 4):
        paragraphs = [FIRST, SECOND, THIRD]
        place = 1 + number // len(_BETWEEN) % 2
        html = "".join(
            [
                *(f"<p>{said}</p>" for said in paragraphs[:place]),
                markup,
                *(f"<p>{said}</p>" for said in paragraphs[place:]),
            ]
        )
        body = "\n\n".join([*paragraphs[:place], text, *paragraphs[place:]])
        content = page_of(f"<div><h1>{TITLE}</h1><div>{html}</div></div>").encode()
        samples.append(sample_of(content, URL, body, _OWN_WEIGHT))
    return samples


def sample_of(content: bytes, url: str, body: str, weight: float = 1.0) -> Sample | None:
    """Return a page as the classifier sees it, None where nothing is to choose from."""
    page = parse_page(content, url)
    metadata = read_metadata(page)
    draft, _ = draft_of(Reading(page, metadata, DateContext(metadata.language)))
    given = draft.grounds(metadata)
    near = candidates(draft.blocks, given)
    if not near:
        return None
    true = labels([block.text for block in draft.blocks], body)
    return Sample(
        url,
        columns(draft.blocks, near, given),
        np.array([true[block.index] for block in near]),
        [given.verdicts.get(block.index) == Verdict.KEPT for block in near],
        partial(wanted, near, given),
        [block.text for block in near],
        body,
        weight,
    )


def grow(samples: list[Sample]) -> lightgbm.Booster:
    """Return the trees; every page counts alike, however many blocks it has."""
    rows = np.vstack([sample.rows for sample in samples])
    truth = np.concatenate([sample.truth for sample in samples])
    weights = np.concatenate(
        [np.full(len(sample.truth), 100 * sample.weight / len(sample.truth)) for sample in samples]
    )
    return lightgbm.train(_PARAMETERS, lightgbm.Dataset(rows, truth, weight=weights), _TREES)


def check(samples: list[Sample], own: list[Sample]) -> None:
    """Print what rules, classifier and the best choice reach, each host judged by trees that never saw it."""
    hosts = sorted({sample.host for sample in samples})
    random.Random(7).shuffle(hosts)  # noqa: S311 - folds, not secrets
    fold = {host: number % _FOLDS for number, host in enumerate(hosts)}
    guesses: list[list[bool]] = [sample.kept for sample in samples]
    for number in range(_FOLDS):
        trees = grow([sample for sample in samples if fold[sample.host] != number] + own)
        for at, sample in enumerate(samples):
            if fold[sample.host] == number:
                guesses[at] = sample.choose(np.asarray(trees.predict(sample.rows)).tolist())
    choices = {
        "rules": [sample.kept for sample in samples],
        "classifier": guesses,
        "best choice": [sample.truth.tolist() for sample in samples],
    }
    print(interval_table({name: list(map(_score, samples, chosen)) for name, chosen in choices.items()}))


def _score(sample: Sample, choice: Sequence[bool]) -> dict[str, Any]:
    truth = tokens(sample.body)
    said = tokens("\n\n".join(text for text, chosen in zip(sample.texts, choice, strict=True) if chosen))
    want, have = (Counter(tuple(words[at : at + 4]) for at in range(max(1, len(words) - 3))) for words in (truth, said))
    hit = sum((want & have).values())
    return {
        "url": sample.url,
        "precision": hit / max(1, sum(have.values())),
        "recall": hit / max(1, sum(want.values())),
        "exact": truth == said,
    }


def arrays_of(trees: lightgbm.Booster) -> dict[str, NDArray[np.generic]]:
    """Return the trees as the arrays that crawler.parsers.classifier reads.

    A question that is answered with no leaves only the leaves to the right of its left branch: see there.
    """
    questions: list[tuple[int, float, int, int]] = []
    values = np.zeros((len(trees.dump_model()["tree_info"]), _LEAVES), dtype=np.float32)

    def walk(node: dict[str, Any], tree: int, leaf: int) -> int:
        if "leaf_value" in node:
            values[tree, leaf] = node["leaf_value"]
            return leaf + 1
        place = len(questions)
        questions.append((0, 0.0, 0, 0))
        middle = walk(node["left_child"], tree, leaf)
        end = walk(node["right_child"], tree, middle)
        left_leaves = (1 << middle) - (1 << leaf)
        questions[place] = (node["split_feature"], node["threshold"], tree, ~left_leaves & _ALL)
        return end

    for number, tree in enumerate(trees.dump_model()["tree_info"]):
        walk(tree["tree_structure"], number, 0)
    column, threshold, tree_of, mask = zip(*questions, strict=True)
    return {
        "column": np.array(column, dtype=np.int16),
        "threshold": _not_above(np.array(threshold)),
        "first": np.searchsorted(np.array(tree_of), np.arange(len(values))).astype(np.int32),
        "mask": np.array(mask, dtype=np.uint32),
        "value": values,
    }


def _not_above(values: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return the greatest 32-bit numbers that are not above the values: rows of 32 bits are parted as by the values."""
    near = values.astype(np.float32)
    return np.where(near > values, np.nextafter(near, np.float32(-np.inf)), near)


if __name__ == "__main__":
    main()
