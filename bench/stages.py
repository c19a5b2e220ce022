"""What each stage of reading an article costs: CPU ms a page, measured inside the parser as it is.

    python -m bench.stages FOLDER

The stages are functions known by name. While the clock runs, every module of the parser that holds one of them holds a
timed one in its place; a stage that calls another is charged for its own work alone.
"""

import argparse
import functools
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from bench.corpus import pages
from crawler.parsers import article

STAGES = (
    ("parse", "page:parse_page"),
    ("metadata", "metadata:read_metadata"),
    ("blocks", "walk:blocks_of"),
    ("region", "region:find_region"),
    ("header", "header:read_header"),
    ("body", "body:body_blocks"),
    ("features", "features:columns"),
    ("classifier", "body:believed"),
    ("images", "images:find_pictures"),
    ("render", "render:render"),
    ("dates", "stamps:read_dates"),
    ("people", "people:read_people"),
    ("what is between them", "article:parse_article"),
)
_PACKAGE = "crawler.parsers"


class StageClock:
    """Sums the CPU time of each stage while it runs."""

    def __init__(self) -> None:
        self.spent: Counter[str] = Counter()
        self.calls = 0
        self._inner: list[int] = []

    def timed(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function whose own time, without that of the stages that it calls, counts for a stage."""

        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            self._inner.append(0)
            started = time.thread_time_ns()
            try:
                return function(*args, **kwargs)
            finally:
                whole = time.thread_time_ns() - started
                self.spent[stage] += whole - self._inner.pop()
                self.calls += 1
                if self._inner:
                    self._inner[-1] += whole

        return call

    @contextmanager
    def running(self) -> Iterator[None]:
        """Put timed functions in the place of the stages wherever the parser's modules hold them."""
        replaced = []
        for stage, name in STAGES:
            function = stage_function(name)
            timed = self.timed(stage, function) if function else None
            for module, key in _places(function) if function else ():
                replaced.append((module, key, function))
                setattr(module, key, timed)
        try:
            yield
        finally:
            for module, key, function in replaced:
                setattr(module, key, function)


def stage_function(name: str) -> Callable[..., Any] | None:
    """Return the function that a stage is, or None where the parser has it no longer."""
    module, _, function = name.partition(":")
    try:
        found: Callable[..., Any] | None = getattr(import_module(f"{_PACKAGE}.{module}"), function, None)
    except ModuleNotFoundError:
        return None
    return found


def _places(function: Callable[..., Any]) -> list[tuple[Any, str]]:
    modules = [module for name, module in list(sys.modules.items()) if name.startswith(_PACKAGE)]
    return [(module, key) for module in modules for key, value in vars(module).items() if value is function]


def stage_table(bodies: Sequence[tuple[bytes, str]]) -> str:
    """Return the table of the stages' means, and a line on what the measurement itself costs."""
    started = time.process_time_ns()
    for body, url in bodies:
        article.parse_article(body, url, markdown=False)
    plain = time.process_time_ns() - started
    clock = StageClock()
    with clock.running():
        for body, url in bodies:
            article.parse_article(body, url, markdown=False)
    count, whole = len(bodies), sum(clock.spent.values())
    lines = ["| stage | ms CPU mean | share |", "|---|---|---|"]
    for stage, name in STAGES:
        if stage_function(name) is None:
            print(f"no stage {stage}: {_PACKAGE}.{name} is not there", file=sys.stderr)
            continue
        lines.append(f"| {stage} | {clock.spent[stage] / count / 1e6:.2f} | {clock.spent[stage] / whole:.0%} |")
    lines.append(f"| the whole article | {whole / count / 1e6:.2f} | 100% |")
    cost = clock.calls / count * _clock_cost() / 1e6
    size = sum(len(body) for body, _ in bodies) / count / 1024
    return "\n".join(lines) + (
        f"\n\n{count} pages of {size:.0f} KB on average. Without the clock, and with all that is loaded at the first "
        f"page, the whole is {plain / count / 1e6:.2f} ms; the clock itself costs {cost:.3f} ms a page."
    )


def _clock_cost(rounds: int = 20_000) -> float:
    """Return the ns that one timed call costs beyond the call."""
    bare = dict[str, str]
    timed = StageClock().timed("nothing", bare)
    started = time.thread_time_ns()
    for _ in range(rounds):
        timed()
    between = time.thread_time_ns()
    for _ in range(rounds):
        bare()
    return (2 * between - started - time.thread_time_ns()) / rounds


def main() -> None:
    """Print the table of the stages over a folder of real pages."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="a folder with truth.jsonl and html/")
    print(stage_table(list(pages(parser.parse_args().folder))))


if __name__ == "__main__":
    main()
