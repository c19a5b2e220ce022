"""Progress on a terminal; quiet elsewhere."""

from collections import Counter
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)


class _Line:
    """A line on stderr while a block runs, where that is a terminal."""

    def __init__(self, what: str, total: int | None, *columns: ProgressColumn) -> None:
        console = Console(stderr=True)
        self._progress = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
        self._task = self._progress.add_task(what, total=total)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()


class Counting(_Line):
    """A line that counts what was done, by kind."""

    def __init__(self, what: str) -> None:
        super().__init__(what, None, SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
        self._what, self._counts = what, Counter[str]()

    def count(self, kind: str, number: int) -> None:
        """Count so many more of a kind."""
        self._counts[kind] += number
        said = ", ".join(f"{total:,} {name}" for name, total in self._counts.items())
        self._progress.update(self._task, description=f"{self._what}: {said}")


class Bar(_Line):
    """A bar of how much is done of how much, once that is known."""

    def __init__(self, what: str, total: int | None = None) -> None:
        columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
        super().__init__(what, total, *columns, TimeRemainingColumn())

    def advance(self, number: int = 1) -> None:
        """Count so many more."""
        self._progress.advance(self._task, number)

    def reach(self, done: int, every: int) -> None:
        """Say how many are done, and of how many."""
        self._progress.update(self._task, completed=done, total=every)
