import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

from crawler.extracting.pool import in_order


def double(number: int) -> int:
    time.sleep(0.05 if number % 3 == 0 else 0)
    return 2 * number


def die_at_three(number: int) -> int:
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def die_once(path: str) -> str:
    mark = Path(path)
    if mark.name == "mortal" and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return mark.name


def test_results_keep_the_order_of_the_tasks() -> None:
    assert list(in_order(range(30), double, double, 2)) == [2 * number for number in range(30)]


def test_only_a_few_tasks_are_taken_before_results_are() -> None:
    taken: list[int] = []

    def tasks() -> Iterator[int]:
        for number in range(1000):
            taken.append(number)
            yield number

    results = in_order(tasks(), double, double, 2)
    assert next(results) == 0
    assert len(taken) <= 8
    results.close()
    assert len(taken) <= 8


def test_a_task_that_kills_its_process_costs_itself_alone() -> None:
    results = list(in_order(range(25), die_at_three, lambda number: -number, 2))
    assert results == [0, 1, 2, -3, *range(4, 25)]


def test_a_task_whose_process_was_killed_once_is_read_all_the_same(tmp_path: Path) -> None:
    names = ["a", "mortal", "b", "c"]
    assert list(in_order([str(tmp_path / name) for name in names], die_once, lambda _: "dead", 2)) == names
