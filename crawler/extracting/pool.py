"""Work spread over processes: results in the order of the tasks, few held at a time, a dead process survived."""

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.process import BaseProcess
from typing import Generic, TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")
# So many tasks a process are under way, or done and waiting for those before them.
_AHEAD = 4


def in_order(
    tasks: Iterable[Task], work: Callable[[Task], Result], on_death: Callable[[Task], Result], jobs: int
) -> Generator[Result]:
    """Yield each task's result in the order of the tasks; `work` must be importable and may not raise.

    A task whose process dies is tried once more, alone in a process; where that dies too, `on_death` gives its result.
    """
    crew = _Crew(work, jobs)
    try:
        for task in tasks:
            crew.begin(task)
            if len(crew.waiting) >= jobs * _AHEAD:
                yield crew.first(on_death)
        while crew.waiting:
            yield crew.first(on_death)
    finally:
        crew.dismiss()


class _Crew(Generic[Task, Result]):
    def __init__(self, work: Callable[[Task], Result], jobs: int) -> None:
        self._work, self._jobs = work, jobs
        self._many = _processes(jobs)
        self._single: ProcessPoolExecutor | None = None
        self.waiting: deque[tuple[Task, Future[Result]]] = deque()

    def begin(self, task: Task) -> None:
        try:
            future = self._many.submit(self._work, task)
        except BrokenProcessPool:
            self._many.shutdown()
            self._many = _processes(self._jobs)
            future = self._many.submit(self._work, task)
        self.waiting.append((task, future))

    def first(self, on_death: Callable[[Task], Result]) -> Result:
        """Return the result of the task that has waited longest."""
        task, future = self.waiting.popleft()
        try:
            return future.result()
        except BrokenProcessPool:
            # One of the tasks that were under way is to blame, and only its second death says which.
            return self._alone(task, on_death)

    def _alone(self, task: Task, on_death: Callable[[Task], Result]) -> Result:
        if self._single is None:
            self._single = _processes(1)
        try:
            return self._single.submit(self._work, task).result()
        except BrokenProcessPool:
            self._single.shutdown()
            self._single = None
            return on_death(task)

    def dismiss(self) -> None:
        for executor in filter(None, (self._many, self._single)):
            executor.shutdown(cancel_futures=True)


def _processes(number: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(number, multiprocessing.get_context("spawn"), initializer=_begin_process)


def _begin_process() -> None:
    """Leave Ctrl-C to the process that started this one, and end with it, however it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: BaseProcess) -> None:
    parent.join()
    os._exit(1)
