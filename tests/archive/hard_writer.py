"""A process that writes articles into a workspace at full speed until its input ends; it prints how many.

python -m tests.archive.hard_writer FOLDER BYTES-OF-LOG
"""

import logging
import random
import select
import sys
from functools import partial
from pathlib import Path

from archive import writer
from archive.upkeep import WalKeeper
from tests.archive.keeping import Keeping, article

WORDS = ("harbour", "quay", "ship", "council", "budget", "school", "road", "fire", "cup", "festival")


def text_of(number: int) -> str:
    """Return a text of two hundred words, some of them in every one, some in few."""
    chance = random.Random(number)  # noqa: S311 (seeded)
    return " ".join(chance.choice(WORDS) if i % 4 else f"word{chance.randrange(3_000)}" for i in range(200))


def fill(keeping: Keeping, start: int, number: int) -> None:
    """Queue so many articles."""
    for i in range(start, start + number):
        keeping.writer.put(keeping.unit(article(text_of(i), url=f"https://herald.example/{i}", title=f"Report {i}")))


def main() -> None:
    """Write until told to stop."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    writer.WalKeeper = partial(WalKeeper, most=int(sys.argv[2]))  # type: ignore[assignment,attr-defined]
    keeping = Keeping(Path(sys.argv[1]))
    begun = written = 1_000_000 + keeping.count("articles")
    keeping.db.close()
    print("begun", flush=True)  # noqa: T201
    while not select.select([sys.stdin], [], [], 0)[0]:
        fill(keeping, written, 20)
        written += 20
        # What is written is counted by the caller.
        keeping.batches.clear()
    keeping.writer.close()
    print(written - begun, flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
