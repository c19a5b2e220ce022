"""A run that brings in what was captured elsewhere: its site's lock, its row, its writer."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from types import TracebackType
from typing import Self

from archive.due import Policy
from archive.errors import NewsarchiveError
from archive.holdings import Holdings
from archive.lock import SiteLock
from archive.model import SiteRow
from archive.runs import StartedRun, finish_run, start_run
from archive.software import SOFTWARE
from archive.units import Unit
from archive.writer import Writer

# What shows how far something is: given its name and size, told how much more is done.
Progress = Callable[[str, int], AbstractContextManager[Callable[[int], None]]]


def silent(_name: str, _size: int) -> AbstractContextManager[Callable[[int], None]]:
    """Show nothing."""
    return nullcontext(lambda _done: None)


class SiteRun:
    """An open run of one site, as a context manager; `counts` is asked for its sums when it ends.

    Raises LockedError where another run holds the site.
    """

    def __init__(
        self, holdings: Holdings, site: SiteRow, policy: Policy, *,
        on_commit: Callable[[Sequence[Unit]], None], counts: Callable[[], Mapping[str, int]],
    ) -> None:  # fmt: skip
        self._holdings, self._counts = holdings, counts
        holdings.make()
        self._lock = SiteLock(holdings, site.id)
        self._lock.acquire()
        try:
            self.started: StartedRun = start_run(holdings, site)
            self._writer = Writer(
                holdings, site_id=site.id, run_id=self.started.id, warc=holdings.captures / self.started.warc,
                software=SOFTWARE, on_commit=on_commit, policy=policy,
            )  # fmt: skip
        except BaseException:
            self._lock.release()
            raise

    def put(self, unit: Unit) -> None:
        """Queue a unit; raises the writer's error once it has failed."""
        self._writer.put(unit)

    def flush(self) -> None:
        """Wait until everything queued is written."""
        self._writer.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        state = "finished" if kind is None else "interrupted" if issubclass(kind, KeyboardInterrupt) else "failed"
        said = str(error) if isinstance(error, NewsarchiveError) else None
        try:
            try:
                self._writer.close()
            except NewsarchiveError as failure:
                state, said = "failed", str(failure)
                raise
            finally:
                finish_run(self._holdings, self.started.id, state, self._counts(), said)
        finally:
            self._lock.release()
