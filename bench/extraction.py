"""Our article parser beside its peers on the same real pages, in one run.

    python -m bench.extraction FOLDER [--peers NAME,…] [--sets] [--write FILE]

FOLDER holds truth.jsonl and html/*.html.gz; the figures are those of the scorer that stands beside it. Every extractor
is a process of one thread, every peer in an environment of its own that a lock pins (made when it is first needed).
With --write the result takes the place of what stands between the two marker lines of that file.
"""

import argparse
import datetime as dt
import json
import os
import platform
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bench.corpus import articles
from bench.intervals import ROUNDS, difference_table, interval_table
from bench.peers import HERE, PEERS, InstallError, Peer, environment, version
from crawler.parsers.article import PARSER_RELEASE

ROOT = Path(__file__).parents[1]
OURS = "newsarchive"
BEGIN, END = "<!-- bench.extraction: begin -->", "<!-- bench.extraction: end -->"

# Further tables on the same folder: what each is called, and the module that prints it.
TABLES = (("Time by stage of our parser", "bench.stages"), ("Kinds of pages", "bench.kinds"))

_ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS", "RAYON_NUM_THREADS"), "1"
)


@dataclass(frozen=True)
class Result:
    """What the scorer said of one extractor: a row a set, every page, and how many pages raised."""

    head: str
    rows: dict[str, str]
    pages: list[dict[str, Any]]
    raised: int


class ScoringError(Exception):
    """An extractor's run broke off; the message is one line."""


def main() -> None:
    """Run the extractors and print, or write, their tables."""
    options = _options()
    pages = articles(options.folder)
    if not options.scorer.is_file():
        sys.exit(f"no scorer here: {options.scorer} is missing")
    if options.write is not None:
        _marked(options.write)
    before = os.getloadavg()[0]
    results, notes = run(options.folder, options.scorer, options.peers)
    hosts = len({urlsplit(row["url"]).hostname for row in pages})
    said = shlex.join(["python", "-m", "bench.extraction", *sys.argv[1:]])
    about = (
        f"{dt.datetime.now().astimezone():%Y-%m-%d}, `{said}` ({len(pages)} real pages of {hosts} hosts; Python "
        f"{platform.python_version()}; every extractor a process of one thread, all in one run; "
        f"load {before:.1f} before, {os.getloadavg()[0]:.1f} after)"
    )
    tables = [(name, printed(module, options.folder)) for name, module in TABLES]
    section = "\n\n".join([about, *sections(results, notes, by_set=options.sets), *_headed(tables)])
    if options.write is None:
        print(section)
    else:
        options.write.write_text(replaced(_marked(options.write), section), encoding="utf-8")


def _options() -> argparse.Namespace:
    names = [peer.name for peer in PEERS]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="a folder with truth.jsonl and html/")
    parser.add_argument("--peers", default=",".join(names), help=f"some of {', '.join(names)}; '' for none")
    parser.add_argument("--sets", action="store_true", help="also a table for each set of pages")
    parser.add_argument("--write", type=Path, metavar="FILE", help="put the result between the markers of FILE")
    parser.add_argument("--scorer", type=Path, help="score_pages.py, where it does not stand in FOLDER/../../tools")
    options = parser.parse_args()
    wanted = [name for name in options.peers.split(",") if name]
    if unknown := sorted(set(wanted) - set(names)):
        parser.error(f"no peer is called {', '.join(unknown)}")
    options.peers = [peer for peer in PEERS if peer.name in wanted]
    options.scorer = options.scorer or options.folder.resolve().parents[1] / "tools" / "score_pages.py"
    return options


def run(folder: Path, scorer: Path, peers: Sequence[Peer]) -> tuple[dict[str, Result], list[str]]:
    """Return the results of ours and of the peers that run, and a note on each of them."""
    _progress(OURS)
    try:
        results = {OURS: score(Path(sys.executable), "bench.scoring:extract", (folder, scorer), ROOT)}
    except ScoringError as error:
        sys.exit(f"{OURS} broke off: {error}")
    notes = [f"- {OURS}: parser release {PARSER_RELEASE}; a peer's 0.000 is a field that it does not offer"]
    for peer in peers:
        _progress(peer.name)
        try:
            python = environment(peer.distribution)
            results[peer.name] = score(python, f"adapters:{peer.adapter}", (folder, scorer), HERE, peer.modules)
            raised = results[peer.name].raised
            lost = f"; it raised on {raised} of the pages, which count as not read" if raised else ""
            notes.append(f"- {peer.name}: {peer.distribution} {version(peer.distribution)}, {peer.asked}{lost}")
        except InstallError as error:
            print(error, file=sys.stderr)
            notes.append(f"- {peer.name}: left out, it does not install here")
        except ScoringError as error:
            print(f"{peer.name} broke off: {error}", file=sys.stderr)
            notes.append(f"- {peer.name}: left out, its run broke off")
    return results, notes


def score(python: Path, extractor: str, corpus: tuple[Path, Path], home: Path, modules: str | None = None) -> Result:
    """Return what the scorer says of one extractor, in a process of its own whose modules stand in `home`."""
    folder, scorer = (path.resolve() for path in corpus)
    surroundings = os.environ | _ONE_THREAD | {"PYTHONPATH": str(home), "PYTHONHASHSEED": "0"}
    if modules is not None:
        surroundings["PEER_MODULES"] = modules
    with tempfile.TemporaryDirectory() as scratch:
        each = Path(scratch) / "pages.jsonl"
        command = [str(python), str(scorer), extractor, str(folder), "--json", str(each)]
        done = subprocess.run(command, check=False, capture_output=True, text=True, env=surroundings, cwd=scratch)
        if done.returncode or not each.exists():
            raise ScoringError((done.stderr.strip() or "nothing was said").splitlines()[-1])
        pages = [json.loads(line) for line in each.read_text(encoding="utf-8").splitlines()]
    return read_scores(done.stdout, pages)


def read_scores(printed_text: str, pages: list[dict[str, Any]]) -> Result:
    """Return the scorer's table by set; of a folder with one set, its row is that of all pages."""
    lines = printed_text.splitlines()
    start = next((number for number, line in enumerate(lines) if line.startswith("| set | pages |")), None)
    if start is None:
        raise ScoringError("the scorer printed no table")
    rows = {}
    for line in lines[start + 2 :]:
        if not line.startswith("| "):
            break
        name, _, figures = line.removeprefix("| ").partition(" | ")
        rows[name] = figures
    rows.setdefault("all", next(iter(rows.values())))
    found = re.search(r"^(\d+) pages raised:", printed_text, re.MULTILINE)
    return Result(lines[start].removeprefix("| set | "), rows, pages, int(found[1]) if found else 0)


def sections(results: dict[str, Result], notes: Iterable[str], *, by_set: bool) -> list[str]:
    """Return the tables of one run, each under its heading where there are several."""
    ours, pages = results[OURS], {name: result.pages for name, result in results.items()}
    parts = [side_by_side(results, "all"), "\n".join(notes)]
    parts += _headed([("95 % intervals", f"{ROUNDS} samples of the hosts.\n\n{interval_table(pages)}")])
    if len(results) > 1:
        meant = "On the same samples; an interval without 0 is a difference."
        parts += _headed([("What ours has more", f"{meant}\n\n{difference_table(OURS, pages)}")])
    if by_set:
        parts += _headed((f"Set {name}", side_by_side(results, name)) for name in ours.rows if name != "all")
    return [part for part in parts if part]


def side_by_side(results: dict[str, Result], name: str) -> str:
    """Return the scorer's rows for one set of pages, one an extractor."""
    head = results[OURS].head
    lines = [f"| extractor | {head}", "|---" * (head.count("|") + 1) + "|"]
    return "\n".join([*lines, *(f"| {extractor} | {result.rows[name]}" for extractor, result in results.items())])


def printed(module: str, folder: Path) -> str:
    """Return what another benchmark prints of the folder, run as a process of one thread; fenced where no Markdown."""
    _progress(module)
    command = [sys.executable, "-m", module, str(folder.resolve())]
    surroundings = os.environ | _ONE_THREAD | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, check=False, stdout=subprocess.PIPE, text=True, env=surroundings)
    if done.returncode:
        sys.exit(f"{module} broke off")
    text = done.stdout.strip("\n")
    return text if text.startswith("|") else f"```text\n{text}\n```"


def replaced(text: str, section: str) -> str:
    """Return a text whose part between the marker lines is another; all else stays as it was."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{section}\n\n{END}{after}"


def _marked(file: Path) -> str:
    text = file.read_text(encoding="utf-8") if file.is_file() else ""
    if not 0 <= text.find(BEGIN) < text.find(END):
        sys.exit(f"nothing to replace: {file} has no lines {BEGIN} and {END}")
    return text


def _headed(tables: Iterable[tuple[str, str]]) -> list[str]:
    return [f"### {name}\n\n{table}" for name, table in tables]


def _progress(name: str) -> None:
    print(f"{name} …", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
