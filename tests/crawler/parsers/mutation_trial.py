"""The trial of mutated pages, each read in a process of its own whose time and memory are measured.

`python -m tests.crawler.parsers.mutation_trial 4711` reads the page of one seed again and says what was wrong with it;
`4711 4800` reads all up to the second. With `--corpus` half of the pages are the corpus's, where it is at hand.
"""

import argparse
import datetime as dt
import faulthandler
import gc
import os
import pickle
import resource
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from dataclasses import astuple, dataclass, replace
from pathlib import Path
from typing import IO, Self

from archive.model import Entry
from crawler.parsers import parse_article, parse_listing
from crawler.site import Listing, load_bundled
from tests.crawler.parsers.mutation_checks import complaints, listing_complaints
from tests.crawler.parsers.mutations import Mutant, mutant

ROOT = Path(__file__).resolve().parents[3]
# Of one page, in seconds of processor time, and of the whole process that reads it, in MiB: Python and the reader
# themselves hold about 90 of them.
MOST_SECONDS = 2.0
MOST_MEGABYTES = 300
_KILLED_AFTER = 20
_MOST_ADDRESS_SPACE = 4 << 30
_FETCHED = dt.datetime(2024, 3, 15, 12, tzinfo=dt.UTC)
_SHZJ = load_bundled("shzj")
_LISTINGS = (Listing(article_urls="."), Listing(entry="li, div, tr", title="a", date="span, time", article_urls="/"))


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the reading of one page ended: what it took, and what was wrong."""

    seed: int
    seconds: float = 0.0
    megabytes: float = 0.0
    wrong: tuple[str, ...] = ()
    base: str = ""

    @property
    def failures(self) -> tuple[str, ...]:
        """What is wrong, a breach of the limits included."""
        slow = [f"{self.seconds:.1f} s, over {MOST_SECONDS}"] if self.seconds > MOST_SECONDS else []
        large = [f"{self.megabytes:.0f} MB, over {MOST_MEGABYTES}"] if self.megabytes > MOST_MEGABYTES else []
        return (*self.wrong, *slow, *large)


def _read(given: Mutant) -> Iterator[str]:
    """Read a page, and yield what is wrong with the result; the first value is yielded once it has been read."""
    if given.as_listing:
        listing = _LISTINGS[given.seed % len(_LISTINGS)]
        page = parse_listing(given.body, given.url, listing, content_type=given.content_type)
        yield ""
        yield from listing_complaints(page)
        return
    entry = Entry(given.url, "A second quay for the harbour", "2017-11-23", section="updates")
    article = parse_article(
        given.body,
        given.url,
        content_type=given.content_type,
        site=_SHZJ if given.with_site else None,
        entry=entry if given.with_site else None,
        fetched_at=_FETCHED if given.seed % 2 else None,
        explain=given.explain,
    )
    yield ""
    yield from complaints(article)


def _measured(given: Mutant) -> Outcome:
    started = time.process_time()
    wrong: list[str] = []
    spent = peak = 0.0
    try:
        reading = _read(given)
        next(reading)
        spent = time.process_time() - started
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        wrong = list(dict.fromkeys(reading))[:8]
    except Exception:  # noqa: BLE001 - whatever it is, it is what the trial looks for
        wrong = [traceback.format_exc(limit=-6)]
    return Outcome(given.seed, spent, peak, tuple(wrong))


def _in_a_child(given: Mutant, trace: IO[bytes]) -> Outcome:
    """Read a page in a fork of this process; what cannot end is killed, and its place in the code told."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        faulthandler.enable(trace)
        faulthandler.register(signal.SIGXCPU, trace, chain=True)
        resource.setrlimit(resource.RLIMIT_CPU, (_KILLED_AFTER, _KILLED_AFTER + 5))
        resource.setrlimit(resource.RLIMIT_AS, (_MOST_ADDRESS_SPACE, _MOST_ADDRESS_SPACE))
        signal.alarm(10 * _KILLED_AFTER)
        with os.fdopen(writing, "wb") as stream:
            stream.write(pickle.dumps(_measured(given)))
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as stream:
        answer = stream.read()
    _, status, used = os.wait4(child, 0)
    if answer and status == 0:
        outcome = pickle.loads(answer)  # noqa: S301 - of this process's own child
        assert isinstance(outcome, Outcome)
        return outcome
    trace.seek(0)
    ended = f"killed by signal {os.WTERMSIG(status)}" if os.WIFSIGNALED(status) else f"exit {status}"
    stack = trace.read().decode("utf-8", "replace")
    return Outcome(given.seed, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, (f"{ended}\n{stack}",))


def _serve() -> None:
    """Read the pages that come in on stdin, and write what became of each to stdout."""
    _measured(mutant(0))
    gc.collect()
    gc.freeze()
    while True:
        try:
            given = pickle.load(sys.stdin.buffer)  # noqa: S301 - of the process that started this one
        except EOFError:
            return
        with tempfile.TemporaryFile() as trace:
            outcome = _in_a_child(given, trace)
        # As plain values: the class has another name in the process that asked.
        sys.stdout.buffer.write(pickle.dumps(astuple(outcome)))
        sys.stdout.buffer.flush()
        del given


class Reader:
    """A process that reads pages, each in a fork of its own, so that none has the memory of those before it."""

    def __enter__(self) -> Self:
        # What measures the tests' coverage would measure itself here.
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("COVERAGE_", "COV_CORE"))}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.crawler.parsers.mutation_trial", "--serve"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            env={**kept, "PYTHONPATH": str(ROOT)},
        )
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(60)
        self._process.stdout.close()

    def read(self, given: Mutant) -> Outcome:
        """Return what became of a page."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        pickle.dump(given, self._process.stdin)
        self._process.stdin.flush()
        outcome = Outcome(*pickle.load(self._process.stdout))  # noqa: S301 - of this process's own child
        return replace(outcome, base=" ← ".join(reversed(given.steps)))


def replay(seed: int, *, with_corpus: bool = False) -> str:
    """Return the command that reads one page again."""
    return f"python -m tests.crawler.parsers.mutation_trial {seed}{' --corpus' if with_corpus else ''}"


def trial(seeds: range, kept: Path, *, with_corpus: bool = False) -> Iterator[Outcome]:
    """Yield what became of the page of every seed; those that fail are kept as files."""
    with Reader() as reader:
        for seed in seeds:
            given = mutant(seed, with_corpus=with_corpus)
            outcome = reader.read(given)
            if outcome.failures:
                kept.mkdir(parents=True, exist_ok=True)
                (kept / f"{seed}.html").write_bytes(given.body)
            yield outcome


def told(outcome: Outcome, kept: Path, *, with_corpus: bool = False) -> str:
    """Return what there is to say of a page that failed."""
    where = f"{kept / str(outcome.seed)}.html; again: {replay(outcome.seed, with_corpus=with_corpus)}"
    return "\n  ".join([f"seed {outcome.seed} ({outcome.base}), {where}", *outcome.failures])


def main() -> int:
    """Read the pages of the seeds named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "seeds", type=int, nargs="*", metavar="SEED", help="one seed, or the first and the last of many"
    )
    parser.add_argument("--corpus", action="store_true", help="take half of the pages from the corpus")
    parser.add_argument(
        "--keep", type=Path, default=Path(tempfile.gettempdir()) / "mutations", help="where failing pages go"
    )
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        _serve()
        return 0
    if not given.seeds:
        parser.error("name a seed")
    failed = 0
    seeds = range(given.seeds[0], given.seeds[-1] + 1)
    spent, largest = [], 0.0
    for outcome in trial(seeds, given.keep, with_corpus=given.corpus):
        spent.append(outcome.seconds)
        largest = max(largest, outcome.megabytes)
        if outcome.failures:
            failed += 1
            print(told(outcome, given.keep, with_corpus=given.corpus), flush=True)  # noqa: T201
    print(f"{len(seeds)} pages, {failed} failed; {sum(spent):.0f} s, at most {max(spent):.2f} s and {largest:.0f} MB")  # noqa: T201
    return int(failed > 0)


if __name__ == "__main__":
    # What is sent between the processes belongs to the module by its own name, not to a script.
    from tests.crawler.parsers import mutation_trial

    sys.exit(mutation_trial.main())
