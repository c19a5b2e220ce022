"""The tour of the docs is done as it stands there, and its pictures are those that `make screenshots` makes."""

import pytest

from tests.room.conftest import Visiting
from tests.room.serving import Server
from tests.room.tour import DOCS, Task, do, tasks


@pytest.mark.parametrize("task", tasks(), ids=str)
def test_a_task_is_done_from_the_overview_as_the_docs_say(visit: Visiting, server: Server, task: Task) -> None:
    pictures: list[str] = []
    with visit() as tab:
        do(task, tab, server.room, pictures.append)
    assert pictures
    assert [name for name in pictures if not (DOCS / name).is_file()] == [], "make screenshots takes them"


@pytest.mark.parametrize("wrong", ["You see *what is not there*.", "Wave your hands."])
def test_a_step_that_is_not_so_fails(visit: Visiting, server: Server, wrong: str) -> None:
    with visit() as tab:
        tab.page.set_default_timeout(200)
        with pytest.raises(AssertionError):
            do(Task("wrong", (f"1. {wrong}",)), tab, server.room, lambda _: None)
