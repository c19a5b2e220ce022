"""What families cost, and how well they are told: CPU and bytes an article, precision and recall on a known set.

    python -m bench.families [--articles N] [--known N]

Articles are invented (bench.stories) and written into an archive of their own, as a crawl's batches write them.
"""

import argparse
import itertools
import random
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path

from sqlite_utils import Database

from archive.db import atomic, open_archive
from archive.families.kinship import join_family
from archive.identity import article_key, first_id_of
from archive.model import Article, utc_now
from bench.stories import Told, known_set, story

_BATCH = 100


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=20_000, help="articles that the costs are measured on")
    parser.add_argument("--known", type=int, default=400, help="stories in each language of the known set")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        print(quality_table(Path(folder), chosen.known))
        print(cost_table(Path(folder), chosen.articles))


def fill(db: Database, told: Iterable[Told], day: int = 0) -> tuple[list[int], float]:
    """Write tellings as articles; return their ids, and the CPU seconds that their families took."""
    now = utc_now()
    low, ids, seconds = first_id_of(now.date()) + day, [], 0.0
    for start, batch in _batches(told):
        with atomic(db):
            for number, each in enumerate(batch, start):
                ids.append(low + number)
                _insert(db, low + number, each)
                before = time.process_time()
                join_family(db, low + number, Article("", title=each.title, body=each.body), is_new=True)
                seconds += time.process_time() - before
    return ids, seconds


def _batches(told: Iterable[Told]) -> Iterable[tuple[int, Sequence[Told]]]:
    source, start = iter(told), 0
    while batch := list(itertools.islice(source, _BATCH)):
        yield start, batch
        start += len(batch)


def _insert(db: Database, article_id: int, told: Told) -> None:
    db.conn.execute("INSERT OR IGNORE INTO sites(id, name, url) VALUES (?, ?, ?)", (told.site, told.site, ""))
    url = f"https://{told.site}.example/{article_id}.html"
    db.conn.execute(
        "INSERT INTO articles(id, key, site_id, url, title, body, language, first_seen, last_seen) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (article_id, article_key(url), told.site, url, told.title, told.body, told.language, "", ""),
    )


def pairs_found(db: Database) -> set[tuple[int, int]]:
    """Return all pairs of articles that are of one family."""
    families = defaultdict(list)
    for article_id, family_id in db.conn.execute("SELECT article_id, family_id FROM family_members ORDER BY 1"):
        families[family_id].append(article_id)
    return {pair for members in families.values() for pair in itertools.combinations(members, 2)}


def true_pairs(told: Sequence[Told], ids: Sequence[int]) -> set[tuple[int, int]]:
    """Return all pairs of articles that tell one story."""
    stories = defaultdict(list)
    for each, article_id in zip(told, ids, strict=True):
        stories[each.story].append(article_id)
    return {pair for members in stories.values() for pair in itertools.combinations(sorted(members), 2)}


def quality_table(folder: Path, stories: int) -> str:
    """Return precision and recall by language, over pairs, on a set that is shuffled."""
    told = known_set(stories)
    random.Random("order").shuffle(told)  # noqa: S311
    with closing(open_archive(folder / "known.db")) as db:
        ids, _ = fill(db, told)
        found, true = pairs_found(db), true_pairs(told, ids)
    language = dict(zip(ids, (each.language for each in told), strict=True))
    lines = ["| language | articles | true pairs | found | precision | recall |", "|---|---|---|---|---|---|"]
    for name in ("en", "de", "zh", "all"):
        own = {pair for pair in true if name in ("all", language[pair[0]])}
        got = {pair for pair in found if name in ("all", language[pair[0]])}
        number = sum(name in ("all", each) for each in language.values())
        right = len(own & got)
        lines.append(
            f"| {name} | {number} | {len(own)} | {len(got)} | {right / max(len(got), 1):.4f} "
            f"| {right / max(len(own), 1):.4f} |"
        )
    return "\n".join(lines)


def cost_table(folder: Path, articles: int) -> str:
    """Return what an article costs: CPU at ingest while the archive grows, and bytes of the tables."""
    told = (
        story(f"cost {number}", "zh" if number % 10 == 0 else "en", f"s{number % 50}") for number in range(articles)
    )
    lines = [
        "| articles | characters a text | ms CPU an article | bytes an article in `story_bands` |",
        "|---|---|---|---|",
    ]
    with closing(open_archive(folder / "cost.db")) as db:
        done = 0
        while done < articles:
            ids, seconds = fill(db, itertools.islice(told, min(5000, articles - done)), done)
            done += len(ids)
            (size,) = db.conn.execute("SELECT sum(pgsize) FROM dbstat WHERE name = 'story_bands'").fetchone()
            (length,) = db.conn.execute("SELECT avg(length(body)) FROM articles").fetchone()
            lines.append(f"| {done} | {length:.0f} | {1000 * seconds / len(ids):.2f} | {size / done:.0f} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
