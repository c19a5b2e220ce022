"""What a learned template gives and costs, beside the general rules in the same run, on whole sites.

    python -m bench.templates ../shared/corpus/sites [--learn 8] [--read 60]

Of each site some articles are learned from and others read, drawn by a fixed seed. Titles and days are the truth's; the
text is compared by its length, which is all that the truth of these sites knows of it; the images by their addresses.
"""

import argparse
import gc
import json
import random
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from archive.model import Article
from crawler.learn.samples import read_with
from crawler.learn.templates import LearnPage, learn_template
from crawler.parsers.text import loose

_HOST = "https://site.example"
_ROUNDS = 3
_NEAR = 0.05


@dataclass(frozen=True, slots=True)
class Told:
    """One article of a site, and what is known of it."""

    page: LearnPage
    truth: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Score:
    """How one way of reading did: CPU ms a page, and shares of pages."""

    way: str
    cpu: float
    title: float
    day: float
    length: float
    near: float
    images: float

    def row(self, site: str) -> str:
        """Return a row of the table."""
        shares = (self.title, self.day, self.near, self.images, self.length)
        return f"| {site} | {self.way} | {self.cpu:.2f} | {' | '.join(f'{share:.3f}' for share in shares)} |"


def articles_of(site: Path, count: int) -> list[Told]:
    """Return so many articles of a site that is stored as files, drawn by the site's name."""
    with (site / "truth.jsonl").open(encoding="utf-8") as lines:
        rows = list(map(json.loads, lines))
    random.Random(site.name).shuffle(rows)  # noqa: S311
    return [Told(LearnPage(_HOST + row["path"], _bytes(site / "www", row["path"])), row) for row in rows[:count]]


def _bytes(www: Path, path: str) -> bytes:
    file = www / unquote(path).lstrip("/")
    return (file / "index.html" if file.is_dir() else file).read_bytes()


def timed(read: Callable[[LearnPage], Article], told: Sequence[Told]) -> tuple[list[Article], float]:
    """Return the articles, and the CPU ms a page of the quickest of some rounds."""
    spent = []
    articles: list[Article] = []
    for _ in range(_ROUNDS):
        started = time.process_time_ns()
        articles = [read(item.page) for item in told]
        spent.append((time.process_time_ns() - started) / len(told) / 1e6)
    return articles, min(spent)


def score(way: str, articles: Sequence[Article], cpu: float, told: Sequence[Told]) -> Score:
    """Return how articles agree with the truth."""
    pairs = [(article, item.truth) for article, item in zip(articles, told, strict=True)]
    lengths = [
        abs(len(article.body) - truth["body_chars"]) / truth["body_chars"]
        for article, truth in pairs
        if truth["body_chars"]
    ]
    return Score(
        way,
        cpu,
        statistics.fmean(loose(article.title) == loose(truth["title"]) for article, truth in pairs),
        statistics.fmean(_day(article) == truth["date"] for article, truth in pairs),
        statistics.fmean(min(length, 1.0) for length in lengths),
        statistics.fmean(length <= _NEAR for length in lengths),
        statistics.fmean(len(article.images) == truth["n_images"] for article, truth in pairs),
    )


def _day(article: Article) -> str | None:
    stamp = article.published or article.updated
    return str(stamp.day) if stamp else None


def compared(site: Path, learn: int, read: int) -> list[str]:
    """Return the table's rows of a site: the general rules, and the template learned."""
    articles = articles_of(site, learn + read)
    from_, others = articles[:learn], articles[learn:]
    template = learn_template([item.page for item in from_]).template
    rows = []
    gc.collect()
    gc.freeze()
    for way, layouts in (("general", ()), ("template", (template,))):
        rows.append(
            score(way, *timed(lambda page, layouts=layouts: read_with(page, None, layouts), others), others).row(
                site.name
            )
        )
    return rows


def main() -> None:
    """Print the table for the sites of a folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="a folder with sites: truth.jsonl and www/ each")
    parser.add_argument("--learn", type=int, default=8)
    parser.add_argument("--read", type=int, default=60)
    asked = parser.parse_args()
    print("| site | way | ms CPU a page | title | day | text within 5 % | images | mean error of the text's length |")
    print("|---|---|---|---|---|---|---|---|")
    for site in sorted(path.parent for path in asked.folder.glob("*/truth.jsonl")):
        print("\n".join(compared(site, asked.learn, asked.read)))


if __name__ == "__main__":
    main()
