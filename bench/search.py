"""Search at 200,000 and at a million articles, beside plain FTS5 and tantivy: CPU milliseconds, p50/p95.

    python -m bench.search --folder /tmp/bench --articles 200000 1000000 --write docs/benchmarks.md

Builds an archive of each size in the folder (four kilobytes an article; --keep leaves it there for the next run), asks
seeded sets of queries of each class, every query once to warm up and once for the clock, and prints the tables.
"""

import argparse
import datetime as dt
import json
import platform
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from sqlite_utils import Database

from archive.db import open_archive
from archive.search import Filters, count, search
from archive.search.asking import _Asking
from archive.search.facets import facets_of
from archive.search.ranking import BM25
from archive.search.running import Clock
from bench import naive
from bench.newsbuild import Built, build
from bench.peers import InstallError, environment, version
from bench.searchsets import CLASSES, Sets, draw
from bench.tables import Row, table, write_between

BEGIN, END = "<!-- bench.search: begin -->", "<!-- bench.search: end -->"
# A naive query may take half a minute: so many of each class, asked once, are enough to say so.
_NAIVE, _SLOW = 3, 1
# What of a file is index, by the names of its tables and indexes.
_INDEXES = ("articles_", "search_", "sqlite_autoindex_articles_")
_YEAR_END = dt.date(2023, 12, 31)


def main() -> None:
    """Build, ask, print."""
    arguments = _arguments()
    sections = []
    for number in arguments.articles:
        folder = arguments.folder / str(number)
        built = built_archive(folder, number)
        sections.append(_measured(folder, built, arguments.queries, peers=not arguments.no_peers))
        if not arguments.keep:
            shutil.rmtree(folder)
    head = (
        f"{dt.datetime.now(dt.UTC):%Y-%m-%d}, `python -m bench.search {' '.join(sys.argv[1:])}` "
        f"(SQLite {sqlite3.sqlite_version}, Python {platform.python_version()}; CPU ms p50/p95 of one thread)"
    )
    text = "\n\n".join([head, *sections])
    print(text)
    if arguments.write:
        write_between(arguments.write, (BEGIN, END), text)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, required=True, help="where the archives are built")
    parser.add_argument("--articles", type=int, nargs="+", default=[200_000])
    parser.add_argument("--queries", type=int, default=60, help="queries of each class")
    parser.add_argument("--no-peers", action="store_true", help="ours alone")
    parser.add_argument("--keep", action="store_true", help="leave the archives in the folder, and use what is there")
    parser.add_argument("--write", type=Path, help="also put the tables between the marks of this file")
    return parser.parse_args()


def built_archive(folder: Path, number: int) -> Built:
    """Return what building the archive of a folder cost; one that stands there is used."""
    said = folder / "built.json"
    if said.exists():
        return Built(**json.loads(said.read_text(encoding="utf-8")))
    needed, free = 8_000 * number, shutil.disk_usage(folder.parent if folder.parent.exists() else "/").free
    if needed > free:
        sys.exit(f"{number:,} articles need {needed / 1e9:.0f} GB in {folder}, there are {free / 1e9:.0f}")
    folder.mkdir(parents=True, exist_ok=True)
    print(f"building {number:,} articles …", file=sys.stderr, flush=True)
    built = build(folder / "archive.db", number)
    said.write_text(json.dumps(asdict(built)), encoding="utf-8")
    return built


def _measured(folder: Path, built: Built, queries: int, *, peers: bool) -> str:
    archive = folder / "archive.db"
    db = open_archive(archive, readonly=True)
    sets = draw(db, queries)
    peer = _tantivy(folder, sets) if peers else {}
    parts = [
        f"### {built.articles:,} articles",
        _ingest(db, built, archive, peer),
        _answers(db, sets, peer, naively=peers),
        _counts(db, sets, naively=peers),
        _facets(db, sets, naively=peers),
        _composite(db, sets),
    ]
    db.close()
    return "\n\n".join(parts)


def _ingest(db: Database, built: Built, archive: Path, peer: dict[str, Any]) -> str:
    sizes = dict(db.conn.execute("SELECT name, sum(pgsize) FROM dbstat GROUP BY name"))
    index = sum(size for name, size in sizes.items() if name.startswith(_INDEXES))
    rows: list[Row] = [
        ("articles a second of CPU, all indexes and folding", f"{built.rate:,.0f}"),
        ("counting its words, CPU s", f"{built.counting:.1f}"),
        ("plain text, MB", f"{built.text / 1e6:,.0f}"),
        ("full-text index and all other indexes, × the text", f"{index / built.text:.2f}"),
        ("the whole file, MB", f"{archive.stat().st_size / 1e6:,.0f}"),
    ]
    if peer:
        rate = built.articles / peer["ingest"]
        rows.append(("tantivy: articles a second of CPU; MB", f"{rate:,.0f}; {peer['bytes'] / 1e6:,.0f}"))
    return table(("ingest", ""), rows)


def _answers(db: Database, sets: Sets, peer: dict[str, Any], *, naively: bool) -> str:
    asked = peer.get("ms", {})
    rows: list[Row] = []
    months = Filters("site0", None, _YEAR_END - dt.timedelta(days=91), _YEAR_END)
    spans = (str(months.since), str(months.until))
    for name in CLASSES:
        texts = sets.queries[name]
        plain = naively and _clock(texts[:_NAIVE], lambda text: naive.relevance(db, text), warm=False)
        plain_newest = naively and _clock(texts[:_NAIVE], lambda text: naive.newest(db, text), warm=False)
        plain_site = naively and _clock(
            texts[:_SLOW], lambda text: naive.filtered(db, text, "site0", *spans), warm=False
        )
        rows.append(
            (
                name,
                _clock(texts, lambda text: search(db, text)),
                _clock(texts, lambda text: search(db, text, months)),
                _clock(texts, lambda text: search(db, text, sort="newest")),
                *(item or "–" for item in (plain, plain_site, plain_newest)),
                _quantiles(asked.get(f"relevance {name}", [])),
                _quantiles(asked.get(f"newest {name}", [])),
            )
        )
    head = (
        "top 20 with snippets",
        "relevance",
        "site + 3 months",
        "newest",
        "FTS5 plainly",
        "site + 3 months",
        "newest",
    )
    return table((*head, f"tantivy {version('tantivy')}", "newest"), rows)


def _counts(db: Database, sets: Sets, *, naively: bool) -> str:
    rows: list[Row] = []
    for label, names in (
        ("words", ("rare", "common", "stopword")),
        ("two words", ("two words",)),
        ("Chinese", ("Chinese",)),
        ("phrase", ("phrase",)),
    ):
        texts = [text for name in names for text in sets.queries[name]]
        plain = _clock(texts[:_NAIVE], lambda text: naive.count(db, text), warm=False) if naively else "–"
        rows.append(
            (
                label,
                _clock(texts, lambda text: count(db, text)),
                plain,
                _count_error(db, texts[:: max(1, len(texts) // 40)]),
            )
        )
    return table(("counts", "ours", "FTS5 plainly", "estimates: share, error p50/p95"), rows)


def _count_error(db: Database, texts: Iterable[str]) -> str:
    """Return how many counts are estimates, and how far they are from the truth."""
    errors, all_of_them = [], 0
    for text in texts:
        asking = _Asking(db, text, Filters(), Clock(None))
        total, run = asking.total(), asking.run(widen=True)
        all_of_them += 1
        if run and not total.is_exact:
            truth = run.number()
            errors.append(abs(total.number - truth) / max(1, truth) * 100)
    return f"{len(errors) / max(1, all_of_them):.0%}, {_quantiles(errors)} %" if errors else "none"


def _facets(db: Database, sets: Sets, *, naively: bool) -> str:
    rows: list[Row] = []
    for name in ("common", "two words", "stopword", "Chinese"):
        texts = sets.queries[name]
        plain = _clock(texts[:_SLOW], lambda text: naive.facets(db, text), warm=False) if naively else "–"
        rows.append((name, _clock(texts, lambda text: _ask_facets(db, text)), plain, _facet_error(db, texts[:12])))
    return table(("all facets and the months", "ours", "FTS5 plainly", "error of an estimated value, % p50/p95"), rows)


def _ask_facets(db: Database, text: str) -> object:
    asking = _Asking(db, text, Filters(), Clock(None))
    run, total = asking.run(widen=True), asking.total()
    return facets_of(run, total) if run else None


def _facet_error(db: Database, texts: Iterable[str]) -> str:
    errors = []
    for text in texts:
        asking = _Asking(db, text, Filters(), Clock(None))
        run = asking.run(widen=True)
        found = facets_of(run, asking.total()) if run else None
        if run is None or found is None or found.sample is None or run.expression is None:
            continue
        rows = db.conn.execute(
            "SELECT site_id, count(*) FROM articles_fts CROSS JOIN articles ON articles.id = articles_fts.rowid "
            "WHERE articles_fts MATCH ? GROUP BY 1",
            (run.expression.sql,),
        )
        truth = dict(rows.fetchall())
        errors += [abs(number - truth[site]) / truth[site] * 100 for site, number in found.values["site"]]
    return _quantiles(errors) if errors else "exact"


def _composite(db: Database, sets: Sets) -> str:
    """Return how the mean score of our first twenty compares with that of exact bm25's."""
    rows: list[Row] = []
    for name in ("common", "stopword", "two words", "phrase", "Chinese"):
        shares = [share for text in sets.queries[name][:12] if (share := _share(db, text)) is not None]
        if shares:
            rows.append((name, f"{np.mean(shares):.3f}", f"{min(shares):.3f}", str(len(shares))))
    return table(("mean bm25 of our first 20, of exact bm25's", "mean", "least", "queries that it stands in for"), rows)


def _share(db: Database, text: str) -> float | None:
    asking = _Asking(db, text, Filters(), Clock(None))
    hits = asking.hits("relevance", range(20))
    run = asking.run(widen=False)
    if not asking.is_composite or run is None or run.expression is None or len(hits) < 20:
        return None
    sql = f"SELECT rowid, {BM25} FROM articles_fts WHERE articles_fts MATCH ?"  # noqa: S608
    scores = dict(db.conn.execute(sql, (run.expression.sql,)).fetchall())
    best = sorted(scores.values())[:20]
    return float(np.mean([scores[hit.id] for hit in hits]) / np.mean(best))


def _tantivy(folder: Path, sets: Sets) -> dict[str, Any]:
    said = folder / "tantivy.json"
    if said.exists():
        return dict(json.loads(said.read_text(encoding="utf-8")))
    try:
        python = environment("tantivy")
    except InstallError as error:
        print(error, file=sys.stderr)
        return {}
    asked, index = folder / "queries.json", folder / "tantivy"
    asked.write_text(json.dumps(sets.queries), encoding="utf-8")
    script = Path(__file__).parent / "peers" / "tantivy_search.py"
    done = subprocess.run(
        [str(python), str(script), str(folder / "archive.db"), str(index), str(asked)],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    shutil.rmtree(index)
    said.write_text(done.stdout, encoding="utf-8")
    return dict(json.loads(done.stdout))


def _clock(texts: Sequence[str], ask: Callable[[str], object], *, warm: bool = True) -> str:
    """Return CPU milliseconds, p50/p95, each query asked once before."""
    spent = []
    for text in texts:
        if warm:
            ask(text)
        begun = time.thread_time()
        ask(text)
        spent.append((time.thread_time() - begun) * 1000)
    return _quantiles(spent)


def _quantiles(values: Sequence[float]) -> str:
    if not len(values):
        return "–"
    middle, high = np.quantile(values, (0.5, 0.95))
    return f"{_short(middle)}/{_short(high)}"


def _short(value: float) -> str:
    return f"{value:.1f}" if value < 10 else f"{value:,.0f}"


if __name__ == "__main__":
    main()
