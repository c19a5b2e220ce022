"""Inputs read one after the other, or by several processes: each is printed or complained of, in order."""

import gc
import logging
import sys
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING, Self, TextIO

import click

from archive.secrets import masked
from archive.terminal import printable
from crawler.extracting.inputs import MEGABYTE, STDIN, Document, InputError, is_address, read_document
from crawler.extracting.pool import in_order
from crawler.extracting.presenting import Style, json_of, presented
from crawler.parsers import parse_article
from crawler.parsers.page import looks_like_html
from crawler.site import Site
from crawler.workspace import Workspace

if TYPE_CHECKING:
    from rich.progress import Progress

logger = logging.getLogger(__name__)
_LONGEST_COMPLAINT = 500
Fetch = Callable[[str], Document]


@dataclass(frozen=True, slots=True)
class Order:
    """How inputs are read and printed: the workspace with its limits, a site's id, and an address for a file."""

    workspace: Workspace
    style: Style
    site: str | None = None
    url: str | None = None

    @property
    def max_bytes(self) -> int:
        """The most bytes that a page may have, unpacked."""
        return int(self.workspace.config.crawl.max_megabytes * MEGABYTE)


@dataclass(frozen=True, slots=True)
class _Task:
    """An input to be read; a file is opened where it is read, what came from elsewhere is at hand."""

    name: str
    document: Document | None = None
    complaint: str | None = None


@dataclass(frozen=True, slots=True)
class _Result:
    """What is printed of an input, and what is wrong with it."""

    printed: str | None
    complaint: str | None = None


def extract_inputs(inputs: Sequence[str], order: Order, jobs: int, output: TextIO | None) -> int:
    """Read all inputs and print them; return the exit code: 1 where one could not be read or holds no article."""
    failed = 0
    with (
        _fetcher(inputs, order) as fetch,
        closing(_results(inputs, order, jobs, fetch)) as results,
        _Show(len(inputs), order.style, output) as show,
    ):
        for result in results:
            show.result(result)
            failed += result.complaint is not None
        if failed and order.style.many:
            show.complain(f"{failed:,} of {len(inputs):,} inputs gave no article")
    return 1 if failed else 0


@contextmanager
def _fetcher(inputs: Sequence[str], order: Order) -> Iterator[Fetch | None]:
    """Give what fetches addresses; its libraries are loaded only where there is one."""
    if not any(map(is_address, inputs)):
        yield None
        return
    from crawler.extracting.fetching import Fetcher  # noqa: PLC0415

    with Fetcher(order.workspace.config.crawl) as fetcher:
        yield fetcher.fetch


def _results(inputs: Sequence[str], order: Order, jobs: int, fetch: Fetch | None) -> Generator[_Result]:
    read = partial(_read, order)
    tasks = (_task(name, order, fetch) for name in inputs)
    if jobs == 1 or len(inputs) == 1:
        yield from map(read, tasks)
    else:
        yield from in_order(tasks, read, partial(_died, order), min(jobs, len(inputs)))


def _task(name: str, order: Order, fetch: Fetch | None) -> _Task:
    try:
        if fetch is not None and is_address(name):
            return _Task(name, fetch(name))
        return _Task(name, read_document(name, order.max_bytes, order.url) if name == STDIN else None)
    except Exception as error:
        logger.debug("loading %s failed", name, exc_info=True)
        return _Task(name, complaint=_complaint(name, error))


@cache
def _settle() -> None:
    """Spare the collector what is loaded for good: it would walk all modules again every few dozen pages."""
    gc.freeze()


def _read(order: Order, task: _Task) -> _Result:
    """Return what is printed of one input; never raises, whatever the page does to the parser."""
    _settle()
    if task.complaint is not None:
        return _failed(order, task.name, task.complaint)
    try:
        return _article(order, task.document or read_document(task.name, order.max_bytes, order.url))
    except Exception as error:
        logger.debug("reading %s failed", task.name, exc_info=True)
        return _failed(order, task.name, _complaint(task.name, error))


def _complaint(name: str, error: Exception) -> str:
    if isinstance(error, InputError):
        return str(error)
    return f"{name}: reading it failed ({type(error).__name__}: {error}); please report it, with the page"


def _article(order: Order, document: Document) -> _Result:
    if not looks_like_html(document.body, document.content_type):
        raise InputError(f"{document.name}: not an HTML page; give the page as a browser saves it")
    article = parse_article(
        document.body,
        document.url,
        content_type=document.content_type,
        site=_site(order.workspace, order.site) if order.site else None,
        fetched_at=document.fetched_at,
        explain=order.style.explain,
    )
    printed = presented(document.name, article, order.style)
    if article.is_empty:
        hint = "" if order.style.many or order.style.explain else "; --explain shows what was found instead"
        return _Result(printed, f"no article text found in {document.name}{hint}")
    return _Result(printed)


def _died(order: Order, task: _Task) -> _Result:
    return _failed(
        order, task.name, f"{task.name}: the process that read it died, twice; please report it, with the page"
    )


def _failed(order: Order, name: str, complaint: str) -> _Result:
    """Return a complaint; where objects are printed, one for each input, the object says it too."""
    is_object = order.style.form == "json" and order.style.many
    return _Result(json_of({"file": name, "error": complaint}, many=True) if is_object else None, complaint)


@cache
def _site(workspace: Workspace, site: str) -> Site:
    """Return a site's definition, once a process: what it compiles cannot be sent to another."""
    return workspace.site(site)


class _Show:
    """Where results go: stdout or a file, complaints to stderr, and a bar where a terminal would else stay silent."""

    def __init__(self, number: int, style: Style, output: TextIO | None) -> None:
        self._output = output
        self._is_first = True
        self._blank = style.many and style.form != "json"
        is_silent = style.many and (output is not None or not sys.stdout.isatty())
        self._bar = _bar(number) if is_silent and sys.stderr.isatty() else None

    def __enter__(self) -> Self:
        if self._bar:
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar:
            self._bar.stop()

    def result(self, result: _Result) -> None:
        """Print one result."""
        if result.printed is not None:
            between = "\n" if self._blank and not self._is_first else ""
            click.echo(between + result.printed, file=self._output)
            self._is_first = False
        if result.complaint is not None:
            self.complain(result.complaint)
        if self._bar:
            self._bar.advance(self._bar.task_ids[0])

    def complain(self, complaint: str) -> None:
        """Print one line on stderr."""
        said = f"newsarchive: {masked(' '.join(printable(complaint).split()))}"
        shown = said if len(said) <= _LONGEST_COMPLAINT else f"{said[:_LONGEST_COMPLAINT]}..."
        if self._bar:
            self._bar.console.out(shown, highlight=False)
        else:
            click.echo(shown, err=True)


def _bar(number: int) -> "Progress":
    from rich.console import Console  # noqa: PLC0415 (only a terminal needs it)
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn  # noqa: PLC0415

    bar = Progress(
        BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=Console(stderr=True), transient=True
    )
    bar.add_task("", total=number)
    return bar
