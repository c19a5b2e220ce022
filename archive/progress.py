"""Progress on a terminal; quiet elsewhere."""

from collections import Counter
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn


class Counting:
    """A line that counts what was done, by kind."""

    def __init__(self, what: str) -> None:
        console = Console(stderr=True)
        columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
        self._progress = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
        self._what, self._counts = what, Counter[str]()
        self._task = self._progress.add_task(what)

    def count(self, kind: str, number: int) -> None:
        """Count so many more of a kind."""
        self._counts[kind] += number
        said = ", ".join(f"{total:,} {name}" for name, total in self._counts.items())
        self._progress.update(self._task, description=f"{self._what}: {said}")

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()
