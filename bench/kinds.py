"""How well the parser tells articles from listings and other pages.

    python -m bench.kinds ../shared/corpus/pages

Prints a table (rows: what a page is; columns: what it is read as) and the share of pages told right, an article from
anything else; "listing" and "collection" of the truth are both no article.
"""

import argparse
import math
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from bench import corpus
from crawler.parsers.article import parse_article

READ_AS = ("article", "listing", "other")


def pairs(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield what each page of a corpus folder is, and what it is read as."""
    for row in corpus.rows(folder):
        yield row["kind"], parse_article(corpus.body_of(folder, row), row["url"]).kind


def confusion(found: Iterable[tuple[str, str]]) -> dict[str, Counter[str]]:
    """Return for every kind of the truth how often it is read as which."""
    table: dict[str, Counter[str]] = {}
    for truth, read in found:
        table.setdefault(truth, Counter())[read] += 1
    return table


def accuracy(table: dict[str, Counter[str]]) -> tuple[int, int]:
    """Return how many pages are told right, and how many there are."""
    right = sum(
        count
        for truth, row in table.items()
        for read, count in row.items()
        if (truth == "article") == (read == "article")
    )
    return right, sum(sum(row.values()) for row in table.values())


def interval(right: int, whole: int, deviations: float = 1.96) -> tuple[float, float]:
    """Return the Wilson interval of a share, 95 % by default."""
    share, square = right / whole, deviations * deviations / whole
    middle, half = share + square / 2, deviations * math.sqrt((share * (1 - share) + square / 4) / whole)
    return (middle - half) / (1 + square), (middle + half) / (1 + square)


def table_text(table: dict[str, Counter[str]]) -> str:
    """Return the table as printed, its last line the share told right with its interval."""
    lines = ["".join(f"{name:>12}" for name in ("truth", *READ_AS))]
    lines += ["".join([f"{truth:>12}", *(f"{table[truth][read]:>12}" for read in READ_AS)]) for truth in sorted(table)]
    right, whole = accuracy(table)
    low, high = interval(right, whole)
    return "\n".join(
        [*lines, f"article or not: {right} of {whole} right, {right / whole:.3f} ({low:.3f} to {high:.3f})"]
    )


def main() -> None:
    """Print the table of a folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    print(table_text(confusion(pairs(parser.parse_args().folder))))


if __name__ == "__main__":
    main()
